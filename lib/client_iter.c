// SPDX-License-Identifier: MIT
// imap: items come from a source, at most `window` of them are in flight.
//
// Interface: an iterator keeps what it has submitted in a list, oldest first,
// and moves what is done from there to a second one: in order, as long as the
// oldest is done; unordered, whichever is.
//
// Runs in: client.
#include "client.h"

#include <stdlib.h>

enum { WINDOW_PER_WORKER = 8 };

struct iter_item {
    struct iter_item *next;
    struct pool_result *result;
    size_t index;
};

struct item_list {
    struct iter_item *first, **end; // `end` is where the next one is linked
};

struct pool_iter {
    struct pool_iter *next; // of the pool's
    struct pool *pool;
    pool_task_fn *fn;
    size_t item_size, result_size;
    pool_source_fn *source;
    void *state;
    char *item;   // the source fills this
    bool holding; // it is filled and not yet submitted
    bool ordered;
    bool ended; // the source has no more, or something failed
    int error;  // to be handed out before the end
    size_t window;
    size_t in_flight; // submitted, not yet handed out
    size_t index;     // of the next item
    struct item_list submitted, done;
};

// A result of which nothing is left: who waits for it is woken by any chunk.
static struct pool_result whichever;

static void list_add(struct item_list *list, struct iter_item *item) {
    item->next = NULL;
    *list->end = item;
    list->end = &item->next;
}

// Takes the item off that `link` points to.
static struct iter_item *list_take(struct item_list *list,
                                   struct iter_item **link) {
    struct iter_item *item = *link; // NOLINT: freed ones are off it
    if (!(*link = item->next))
        list->end = link;
    return item;
}

// Moves what is done. In order, looks no further than the first that is not;
// unordered, than the first of which no worker knows: from `next` on.
static bool some_done(struct pool *pool, void *what) {
    struct pool_iter *iter = what;
    uint64_t next = 0;
    if (!iter->ordered) {
        client_results_collect(pool);
        next = atomic_load(&pool->arena->next); // as far as that looked, or on
    }
    struct iter_item **link = &iter->submitted.first;
    while (*link) {
        struct pool_result *result = (*link)->result;
        if (iter->ordered ? client_result_settled(result)
                          : result->flags & RESULT_SETTLED)
            list_add(&iter->done, list_take(&iter->submitted, link));
        else if (result->cursor >= next)
            break;
        else
            link = &(*link)->next;
    }
    return iter->done.first != NULL;
}

static void drop_items(struct item_list *list) {
    while (list->first) {
        struct iter_item *item = list_take(list, &list->first);
        pool_result_free(item->result);
        free(item);
    }
}

// Submits the item that the source has made.
static int submit(struct pool_iter *iter) {
    struct iter_item *item = malloc(sizeof *item);
    if (!item)
        return POOL_ENOMEM;
    item->index = iter->index;
    int rc = pool_apply_async(
        iter->pool, iter->fn, iter->item_size ? iter->item : NULL,
        iter->item_size, iter->result_size, NULL, NULL, &item->result);
    if (rc != 0) {
        free(item);
        return rc;
    }
    list_add(&iter->submitted, item);
    iter->index++;
    iter->in_flight++;
    iter->holding = false;
    return 0;
}

// Asks the source for items until the window is full.
static void fill(struct pool_iter *iter) {
    while (!iter->ended && iter->in_flight < iter->window) {
        if (!iter->holding) {
            int rc = iter->source(iter->state, iter->item, iter->item_size);
            if (rc <= 0) {
                iter->ended = true;
                iter->error = rc;
                return;
            }
            iter->holding = true;
        }
        int rc = submit(iter);
        if (rc == POOL_ENOMEM && iter->in_flight > 0)
            return; // a smaller window has to do
        if (rc != 0) {
            iter->ended = true;
            iter->error = rc;
        }
    }
}

static int iter_new(struct pool *pool, pool_task_fn *fn, pool_source_fn *source,
                    void *state, size_t item_size, size_t result_size,
                    size_t window, bool ordered, struct pool_iter **out) {
    if (!client_owns(pool) || !fn || !source || !out ||
        item_size > UINT32_MAX || result_size > UINT32_MAX)
        return POOL_EINVAL;
    if (pool->broken)
        return POOL_EBROKEN;
    if (pool->closed)
        return POOL_ECLOSED;
    struct pool_iter *iter = malloc(sizeof *iter);
    char *item = calloc(1, item_size ? item_size : 1);
    if (!iter || !item) {
        free(iter);
        free(item);
        return POOL_ENOMEM;
    }
    if (window == 0)
        window = pool->arena->options.workers * WINDOW_PER_WORKER;
    *iter = (struct pool_iter){.next = pool->iters,
                               .pool = pool,
                               .fn = fn,
                               .item_size = item_size,
                               .result_size = result_size,
                               .source = source,
                               .state = state,
                               .item = item,
                               .ordered = ordered,
                               .window = window};
    iter->submitted.end = &iter->submitted.first;
    iter->done.end = &iter->done.first;
    pool->iters = iter;
    *out = iter;
    fill(iter);
    return 0;
}

int pool_imap(struct pool *pool, pool_task_fn *fn, pool_source_fn *source,
              void *state, size_t item_size, size_t result_size, size_t window,
              struct pool_iter **out) {
    return iter_new(pool, fn, source, state, item_size, result_size, window,
                    true, out);
}

int pool_imap_unordered(struct pool *pool, pool_task_fn *fn,
                        pool_source_fn *source, void *state, size_t item_size,
                        size_t result_size, size_t window,
                        struct pool_iter **out) {
    return iter_new(pool, fn, source, state, item_size, result_size, window,
                    false, out);
}

int pool_iter_next(struct pool_iter *iter, void *result, size_t *index,
                   int timeout_ms) {
    if (!iter || !client_owns(iter->pool))
        return POOL_EINVAL;
    fill(iter);
    if (iter->in_flight == 0) {
        int error = iter->error;
        iter->error = 0;
        return error;
    }
    if (!iter->done.first) {
        struct pool_result *first = iter->submitted.first->result;
        int rc = client_wait(iter->pool, some_done, iter,
                             iter->ordered ? first : &whichever, timeout_ms);
        if (rc != 0)
            return rc;
    }
    struct iter_item *item = list_take(&iter->done, &iter->done.first);
    if (index)
        *index = item->index;
    int rc = pool_result_get(item->result, result, result ? SIZE_MAX : 0, 0);
    pool_result_free(item->result);
    free(item);
    iter->in_flight--;
    fill(iter);
    return rc == 0 ? 1 : rc;
}

void pool_iter_free(struct pool_iter *iter) {
    if (!iter || !client_owns(iter->pool))
        return;
    struct pool_iter **link = &iter->pool->iters;
    while (*link != iter)
        link = &(*link)->next;
    *link = iter->next;
    drop_items(&iter->submitted);
    drop_items(&iter->done);
    free(iter->item);
    free(iter);
}

void client_iters_end(struct pool *pool) {
    for (struct pool_iter *iter = pool->iters, *next; iter; iter = next) {
        next = iter->next;
        pool_iter_free(iter);
    }
}
