// SPDX-License-Identifier: MIT
// imap: items come from a source, at most `window` of them are in flight.
//
// Interface: an iterator keeps a list of what it has submitted, oldest first.
// In order, it waits for the oldest. Unordered, each item has a callback that
// moves it to the list of finished ones.
//
// Runs in: client.
#include "client.h"

#include <stdlib.h>

enum { WINDOW_PER_WORKER = 8 };

struct iter_item {
    struct iter_item *next;
    struct pool_iter *iter;
    struct pool_result *result;
    size_t index;
};

struct item_list {
    struct iter_item *first, **end; // `end` is where the next one is linked
};

struct pool_iter {
    struct pool_iter *next; // of the pool's
    struct pool *pool;
    struct job order;
    pool_source_fn *source;
    void *state;
    char *item;   // the source fills this
    bool holding; // it is filled and not yet submitted
    bool ordered;
    bool ended; // the source has no more, or something failed
    bool freed; // by the user, while items were in flight
    int error;  // to be handed out before the end
    size_t window;
    size_t in_flight;      // submitted, not yet handed out
    size_t index;          // of the next item
    struct item_list list; // ordered: in flight; unordered: finished
};

static void list_add(struct item_list *list, struct iter_item *item) {
    item->next = NULL;
    *list->end = item;
    list->end = &item->next;
}

static struct iter_item *list_take(struct item_list *list) {
    struct iter_item *item = list->first; // NOLINT: freed ones are off it
    if (item && !(list->first = item->next))
        list->end = &list->first;
    return item;
}

static void iter_delete(struct pool_iter *iter) {
    struct pool_iter **link = &iter->pool->iters;
    while (*link != iter)
        link = &(*link)->next;
    *link = iter->next;
    free(iter->item);
    free(iter);
}

static void drop_item(struct iter_item *item) {
    item->iter->in_flight--;
    pool_result_free(item->result);
    free(item);
}

static void item_done(struct pool_result *result, void *user) {
    struct iter_item *item = user;
    struct pool_iter *iter = item->iter;
    item->result = result;
    if (!iter->freed) {
        list_add(&iter->list, item);
        return;
    }
    drop_item(item);
    if (iter->in_flight == 0)
        iter_delete(iter);
}

// Submits the item that the source has made.
static int submit(struct pool_iter *iter) {
    struct iter_item *item = malloc(sizeof *item);
    if (!item)
        return POOL_ENOMEM;
    *item = (struct iter_item){.iter = iter, .index = iter->index};
    int rc =
        client_submit(iter->pool, &iter->order, iter->item, NULL,
                      iter->ordered ? NULL : item_done, item, &item->result);
    if (rc != 0) {
        free(item);
        return rc;
    }
    if (iter->ordered)
        list_add(&iter->list, item);
    iter->index++;
    iter->in_flight++;
    iter->holding = false;
    return 0;
}

// Asks the source for items until the window is full.
static void fill(struct pool_iter *iter) {
    while (!iter->ended && iter->in_flight < iter->window) {
        if (!iter->holding) {
            int rc =
                iter->source(iter->state, iter->item, iter->order.item_size);
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
                               .source = source,
                               .state = state,
                               .item = item,
                               .ordered = ordered,
                               .window = window};
    iter->order = (struct job){.fn = fn,
                               .count = 1,
                               .chunk_size = 1,
                               .item_size = (uint32_t)item_size,
                               .result_size = (uint32_t)result_size};
    iter->list.end = &iter->list.first;
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

// Inside a callback no other is called, but for those that are waited for.
static bool any_done(struct pool *pool, void *what) {
    struct pool_iter *iter = what;
    struct pool_result *result = pool->due.next, *end = (void *)&pool->due;
    for (; pool->calling && !iter->list.first && result != end;
         result = result->next)
        if (result->callback == item_done &&
            ((struct iter_item *)result->user)->iter == iter) {
            client_result_call(result);
            break;
        }
    return iter->list.first != NULL;
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
    int rc = iter->ordered
                 ? pool_result_wait(iter->list.first->result, timeout_ms)
                 : client_wait(iter->pool, any_done, iter, NULL, timeout_ms);
    if (rc != 0)
        return rc;
    struct iter_item *item = list_take(&iter->list);
    if (index)
        *index = item->index;
    rc = pool_result_get(item->result, result, result ? SIZE_MAX : 0, 0);
    drop_item(item);
    fill(iter);
    return rc == 0 ? 1 : rc;
}

// Lets go of all items; those of an unordered iterator that are still in flight
// let go of the iterator when they are done.
void pool_iter_free(struct pool_iter *iter) {
    if (!iter || !client_owns(iter->pool) || iter->freed)
        return;
    struct iter_item *item;
    while ((item = list_take(&iter->list)))
        drop_item(item);
    iter->freed = iter->ended = true;
    if (iter->in_flight == 0)
        iter_delete(iter);
}

void client_iters_end(struct pool *pool) {
    while (pool->iters) {
        struct iter_item *item;
        while ((item = list_take(&pool->iters->list)))
            free(item);
        iter_delete(pool->iters);
    }
}
