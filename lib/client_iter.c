// SPDX-License-Identifier: MIT
// imap: items come from a source, at most `window` of them are in flight.
//
// Interface: an iterator keeps what it has submitted in a list, oldest first,
// and moves what is done from there to a second one: in order, as long as the
// oldest is done; unordered, whichever is.
//
// Runs in: client.
#include "client.h"

enum { WINDOW_PER_WORKER = 8 };

struct item {
    struct item *next;
    struct pool_result *result;
    size_t index;
};

struct items {
    struct item *first, **end; // `end` is where the next one is linked
};

struct pool_iter {
    struct pool_iter *next; // of the pool's
    struct pool *pool;
    pool_task_fn *fn;
    size_t item_size, result_size;
    pool_source_fn *source;
    void *state;
    bool unordered;
    bool holding; // `item` is filled and not yet submitted
    bool ended;   // the source has no more, or something failed
    int error;    // to be handed out before the end
    size_t window;
    size_t in_flight; // submitted, not yet handed out
    size_t index;     // of the next item
    struct items submitted, done;
    _Alignas(max_align_t) char item[]; // the source fills this
};

// A result of which nothing is left: who waits for it is woken by any chunk.
static struct pool_result whichever;

static void list_add(struct items *list, struct item *item) {
    item->next = NULL;
    *list->end = item;
    list->end = &item->next;
}

// Takes the item off that `link` points to.
static struct item *list_take(struct items *list, struct item **link) {
    struct item *item = *link; // NOLINT: freed ones are off it
    if (!(*link = item->next))
        list->end = link;
    return item;
}

// Moves what is done. In order, looks no further than the first that is not;
// unordered, than the first of which no worker knows: from `next` on.
static bool some_done(struct pool *pool, void *what) {
    struct pool_iter *iter = what;
    uint64_t next = iter->unordered ? atomic_load(&pool->arena->next) : 0;
    struct item **link = &iter->submitted.first;
    while (*link) {
        struct pool_result *result = (*link)->result;
        if (client_result_settled(result))
            list_add(&iter->done, list_take(&iter->submitted, link));
        else if (result->cursor >= next)
            break;
        else
            link = &(*link)->next;
    }
    return iter->done.first != NULL;
}

static void drop_items(struct items *list) {
    while (list->first) {
        struct item *item = list_take(list, &list->first);
        pool_result_free(item->result);
        free(item);
    }
}

// Submits the item that the source has made.
static int submit(struct pool_iter *iter) {
    struct item *item = malloc(sizeof *item);
    int rc = POOL_ENOMEM;
    if (item)
        rc = pool_apply_async(iter->pool, iter->fn, iter->item, iter->item_size,
                              iter->result_size, NULL, NULL, &item->result);
    if (rc != 0)
        return free(item), rc;
    item->index = iter->index++;
    iter->in_flight++;
    iter->holding = false;
    list_add(&iter->submitted, item);
    return 0;
}

// Asks the source for items until the window is full.
static void fill(struct pool_iter *iter) {
    while (!iter->ended && iter->in_flight < iter->window) {
        int rc = 1;
        if (!iter->holding)
            rc = iter->source(iter->state, iter->item, iter->item_size);
        iter->holding = rc > 0;
        iter->ended = rc <= 0;
        if (rc > 0)
            rc = submit(iter);
        if (rc == POOL_ENOMEM && iter->holding && iter->in_flight > 0)
            return; // a smaller window has to do
        iter->ended |= rc < 0;
        iter->error = rc;
    }
}

int pool_imap(struct pool *pool, pool_task_fn *fn, pool_source_fn *source,
              void *state, size_t item_size, size_t result_size, size_t window,
              struct pool_iter **out) {
    if (!source || !out)
        return POOL_EINVAL;
    int rc = client_refuses(pool, fn, item_size, result_size);
    if (rc != 0)
        return rc;
    // The item that the source fills comes behind the iterator.
    struct pool_iter *iter = calloc(1, sizeof *iter + item_size);
    if (!iter)
        return POOL_ENOMEM;
    if (window == 0)
        window = pool->arena->options.workers * WINDOW_PER_WORKER;
    *iter = (struct pool_iter){pool->iters, pool,   fn,    item_size,
                               result_size, source, state, .window = window};
    iter->submitted.end = &iter->submitted.first;
    iter->done.end = &iter->done.first;
    pool->iters = *out = iter;
    fill(iter);
    return 0;
}

int pool_imap_unordered(struct pool *pool, pool_task_fn *fn,
                        pool_source_fn *source, void *state, size_t item_size,
                        size_t result_size, size_t window,
                        struct pool_iter **out) {
    int rc =
        pool_imap(pool, fn, source, state, item_size, result_size, window, out);
    if (rc == 0)
        (*out)->unordered = true;
    return rc;
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
                             iter->unordered ? &whichever : first, timeout_ms);
        if (rc != 0)
            return rc;
    }
    struct item *item = list_take(&iter->done, &iter->done.first);
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
    free(iter);
}

void client_iters_end(struct pool *pool) {
    while (pool->iters)
        pool_iter_free(pool->iters); // NOLINT: it takes itself off
}
