// SPDX-License-Identifier: MIT
// What the pool does, with its roles as threads (roles.c), for ThreadSanitizer.
//
//   tsan          everything; ThreadSanitizer must have nothing to say
//   tsan racy     two tasks add to one number: it must say so
//
// Runs in: the client; tasks in worker threads.
#define _GNU_SOURCE
#include "pool.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(is)                                                              \
    do {                                                                       \
        if (!(is)) {                                                           \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #is);   \
            exit(EXIT_FAILURE);                                                \
        }                                                                      \
    } while (0)

enum { ITEMS = 3000 };

static uint64_t items[ITEMS], results[ITEMS];

static struct pool *pool_of(struct pool_options options) {
    options.memory = 64 << 20;
    options.workers = options.workers ? options.workers : 3;
    struct pool *pool = pool_create(&options);
    CHECK(pool);
    return pool;
}

static void end(struct pool *pool) {
    CHECK(pool_close(pool) == 0);
    CHECK(pool_join(pool) == 0);
    pool_destroy(pool);
}

static int twice(const void *arg, size_t size, void *result, size_t room) {
    (void)size, (void)room;
    *(uint64_t *)result = 2 * *(const uint64_t *)arg;
    return 0;
}

static int odd_ones_fail(const void *arg, size_t size, void *result,
                         size_t room) {
    uint64_t n = *(const uint64_t *)arg;
    return n % 2 ? pool_fail("%d is odd", (int)n)
                 : twice(arg, size, result, room);
}

static int hundredth_dies(const void *arg, size_t size, void *result,
                          size_t room) {
    if (*(const uint64_t *)arg % 100 == 99)
        _exit(3);
    return twice(arg, size, result, room);
}

static int fiftieth_is_slow(const void *arg, size_t size, void *result,
                            size_t room) {
    if (*(const uint64_t *)arg % 50 == 49)
        poll(NULL, 0, 100);
    return twice(arg, size, result, room);
}

// ---- Scenes ----------------------------------------------------------------

static void maps(void) {
    struct pool *pool = pool_of((struct pool_options){0});
    for (size_t chunk = 0; chunk < 3; chunk++) {
        memset(results, 0, sizeof results);
        CHECK(pool_map(pool, twice, items, ITEMS, 8, results, 8, chunk) == 0);
        for (size_t i = 0; i < ITEMS; i++)
            CHECK(results[i] == 2 * items[i]);
    }
    uint64_t *shared = pool_alloc(pool, sizeof items);
    CHECK(shared);
    CHECK(pool_map(pool, twice, items, ITEMS, 8, shared, 8, 0) == 0);
    CHECK(shared[ITEMS - 1] == 2 * items[ITEMS - 1]);
    CHECK(pool_map(pool, odd_ones_fail, items, ITEMS, 8, results, 8, 7) ==
          POOL_ETASK);
    for (int i = 0; i < 200; i++)
        CHECK(pool_apply(pool, twice, items + i, 8, results, 8) == 0);
    end(pool);
}

static void count_down(struct pool_result *result, void *user) {
    CHECK(pool_result_status(result) == 0);
    --*(int *)user;
}

static void callbacks(void) {
    struct pool *pool = pool_of((struct pool_options){.on_demand = true});
    int left = ITEMS;
    for (size_t i = 0; i < ITEMS; i++)
        CHECK(pool_apply_async(pool, twice, items + i, 8, 8, count_down, &left,
                               NULL) == 0);
    struct pollfd fd = {.fd = pool_fd(pool), .events = POLLIN};
    while (left) {
        CHECK(poll(&fd, 1, 60000) == 1);
        CHECK(pool_poll(pool, 0) >= 0);
    }
    struct pool_result *result[100];
    for (size_t i = 0; i < ITEMS; i += 100) {
        for (size_t j = 0; j < 100; j++)
            CHECK(pool_apply_async(pool, twice, items + i + j, 8, 8, NULL, NULL,
                                   &result[j]) == 0);
        for (size_t j = 0; j < 100; j++) {
            CHECK(pool_result_get(result[j], results, 8, POOL_FOREVER) == 0);
            pool_result_free(result[j]);
        }
    }
    end(pool);
}

static int count_up(void *state, void *item, size_t size) {
    (void)size;
    uint64_t *next = state;
    *(uint64_t *)item = *next;
    return ++*next <= ITEMS;
}

static void iterators(void) {
    struct pool *pool = pool_of((struct pool_options){0});
    for (int ordered = 0; ordered < 2; ordered++) {
        struct pool_iter *iter;
        uint64_t next = 0, result, sum = 0;
        CHECK((ordered ? pool_imap : pool_imap_unordered)(
                  pool, twice, count_up, &next, 8, 8, 20, &iter) == 0);
        while (pool_iter_next(iter, &result, NULL, POOL_FOREVER) == 1)
            sum += result;
        CHECK(sum == (uint64_t)ITEMS * (ITEMS - 1));
        pool_iter_free(iter);
    }
    end(pool);
}

static void deaths(void) {
    struct pool *pool = pool_of(
        (struct pool_options){.max_tasks_per_worker = 200, .max_retries = 1});
    for (size_t chunk = 1; chunk < 20; chunk += 6)
        CHECK(pool_map(pool, hundredth_dies, items, ITEMS, 8, results, 8,
                       chunk) == POOL_ELOST);
    struct pool_stats stats;
    CHECK(pool_stats(pool, &stats) == 0);
    CHECK(stats.lost == 4 * ITEMS / 100 && stats.respawned > 0);
    end(pool);
}

static void limits(void) {
    struct pool *pool = pool_of((struct pool_options){.task_timeout_ms = 20});
    CHECK(pool_map(pool, fiftieth_is_slow, items, 300, 8, results, 8, 10) ==
          POOL_ETIMELIMIT);
    end(pool);
}

static int through_queue(const void *arg, size_t size, void *result,
                         size_t room) {
    (void)size, (void)room;
    struct pool_queue *const *queue = arg;
    for (uint64_t n = 0; n < 500; n++)
        if (pool_queue_put(queue[1], &n, POOL_FOREVER) != 0)
            return POOL_ETASK;
    uint64_t got, sum = 0;
    while (pool_queue_get(queue[0], &got, POOL_FOREVER) == 0)
        sum += got;
    *(uint64_t *)result = sum;
    return 0;
}

static void queues(void) {
    struct pool *pool = pool_of((struct pool_options){0});
    struct pool_queue *queue[2] = {pool_queue_create(pool, 8, 4),
                                   pool_queue_create(pool, 8, 16)};
    struct pool_result *result[3];
    CHECK(queue[0] && queue[1]);
    for (int i = 0; i < 3; i++)
        CHECK(pool_apply_async(pool, through_queue, queue, sizeof queue, 8,
                               NULL, NULL, &result[i]) == 0);
    uint64_t got, sum = 0;
    for (int i = 0; i < 1500; i++) {
        CHECK(pool_queue_get(queue[1], &got, POOL_FOREVER) == 0);
        sum += got;
    }
    for (uint64_t n = 0; n < ITEMS; n++)
        CHECK(pool_queue_put(queue[0], &n, POOL_FOREVER) == 0);
    pool_queue_close(queue[0]);
    for (int i = 0; i < 3; i++) {
        CHECK(pool_result_get(result[i], &got, 8, POOL_FOREVER) == 0);
        sum += got;
        pool_result_free(result[i]);
    }
    CHECK(sum == 3 * 500 * 499 / 2 + (uint64_t)ITEMS * (ITEMS - 1) / 2);
    end(pool);
}

static void looks(void) {
    struct pool *pool = pool_of((struct pool_options){0});
    CHECK(pool_trace_start(pool, 5000) == 0);
    struct pool_result *result;
    struct pool_trace_event events[100];
    FILE *nowhere = fopen("/dev/null", "we");
    CHECK(nowhere);
    for (int i = 0; i < 20; i++) {
        CHECK(pool_map_async(pool, odd_ones_fail, items, ITEMS, 8, 8, 50, NULL,
                             NULL, &result) == 0);
        struct pool_stats stats;
        while (!pool_result_ready(result)) {
            CHECK(pool_stats(pool, &stats) == 0);
            CHECK(pool_worker_pids(pool, NULL, 0) <= 3);
            pool_trace_read(pool, events, 100);
            CHECK(pool_trace_write(pool, nowhere) == 0);
        }
        CHECK(pool_result_item_status(result, 1) == POOL_ETASK);
        pool_result_free(result);
        CHECK(i % 5 || pool_trace_start(pool, 1000 * (size_t)(i % 2 + 4)) == 0);
    }
    fclose(nowhere);
    end(pool);
}

static void terminates(void) {
    for (int i = 0; i < 20; i++) {
        struct pool *pool = pool_of((struct pool_options){0});
        struct pool_result *result;
        CHECK(pool_map_async(pool, twice, items, ITEMS, 8, 8, 1, NULL, NULL,
                             &result) == 0);
        CHECK(pool_terminate(pool) == 0);
        CHECK(pool_result_ready(result));
        pool_destroy(pool);
    }
}

static int adds_without_a_lock(const void *arg, size_t size, void *result,
                               size_t room) {
    (void)size, (void)result, (void)room;
    poll(NULL, 0, 1);
    ++**(uint64_t *const *)arg;
    return 0;
}

static void races(void) {
    struct pool *pool = pool_of((struct pool_options){0});
    uint64_t *number = pool_alloc(pool, 8), *where[100];
    for (int i = 0; i < 100; i++)
        where[i] = number;
    pool_map(pool, adds_without_a_lock, where, 100, sizeof *where, NULL, 0, 1);
    end(pool);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*play)(void);
    } scenes[] = {
        {"maps", maps},           {"callbacks", callbacks},
        {"iterators", iterators}, {"deaths", deaths},
        {"limits", limits},       {"queues", queues},
        {"looks", looks},         {"terminates", terminates},
    };
    size_t count = sizeof scenes / sizeof *scenes;
    for (uint64_t i = 0; i < ITEMS; i++)
        items[i] = i;
    if (argc > 1 && strcmp(argv[1], "racy") == 0)
        return races(), EXIT_SUCCESS;
    for (size_t i = 0; i < count; i++)
        scenes[i].play();
    printf("tsan: %zu scenes, no report\n", count);
    return EXIT_SUCCESS;
}
