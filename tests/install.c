// SPDX-License-Identifier: MIT
// A program outside the repository that uses every function of the interface.
// Compiled by install.sh with what pkg-config says.
//
// Runs in: the client of a pool, and its workers.
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);            \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

static int square(const void *arg, size_t arg_size, void *result,
                  size_t result_size) {
    int n = *(const int *)arg;
    if (arg_size != sizeof n || result_size != sizeof n || n < 0 ||
        pool_worker_index() < 0)
        return pool_fail("cannot square %d", n);
    *(int *)result = n * n;
    return 0;
}

static int get_and_put(const void *arg, size_t arg_size, void *result,
                       size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    struct pool_queue *const *queues = arg;
    int n;
    if (pool_queue_get(queues[0], &n, POOL_FOREVER) != 0)
        return 1;
    n++;
    return pool_queue_put(queues[1], &n, POOL_FOREVER);
}

static int source(void *state, void *item, size_t item_size) {
    int *next = state;
    if (*next == 10 || item_size != sizeof *next)
        return 0;
    *(int *)item = (*next)++;
    return 1;
}

static int init(void *arg) { return arg != NULL; }

static void callback(struct pool_result *result, void *user) {
    *(int *)user += pool_result_status(result) == 0;
}

static void results(struct pool *pool) {
    int n[4] = {1, 2, -3, 4}, got[4], calls = 0;
    struct pool_result *result;
    MUST(pool_apply(pool, square, &n[1], sizeof n[1], got, sizeof *got) == 0);
    MUST(got[0] == 4);
    MUST(pool_map(pool, square, n, 2, sizeof *n, got, sizeof *got, 0) == 0);
    MUST(pool_apply_async(pool, square, n, sizeof *n, sizeof *n, callback,
                          &calls, NULL) == 0);
    MUST(pool_fd(pool) >= 0);
    MUST(pool_poll(pool, POOL_FOREVER) == 1 && calls == 1);
    MUST(pool_map_async(pool, square, n, 4, sizeof *n, sizeof *n, 1, NULL, NULL,
                        &result) == 0);
    MUST(pool_result_wait(result, POOL_FOREVER) == 0);
    MUST(pool_result_ready(result));
    MUST(pool_result_status(result) == POOL_ETASK);
    MUST(pool_result_item_status(result, 2) == POOL_ETASK);
    MUST(pool_result_get(result, got, sizeof got, 0) == POOL_ETASK);
    MUST(got[3] == 16);
    MUST(strcmp(pool_result_message(result), "cannot square -3") == 0);
    pool_result_free(result);
}

static void iterate(struct pool *pool) {
    int next = 0, got, sum = 0;
    struct pool_iter *iter;
    size_t index;
    MUST(pool_imap(pool, square, source, &next, sizeof next, sizeof got, 3,
                   &iter) == 0);
    while (pool_iter_next(iter, &got, &index, POOL_FOREVER) == 1)
        sum += got;
    pool_iter_free(iter);
    next = 0;
    MUST(pool_imap_unordered(pool, square, source, &next, sizeof next,
                             sizeof got, 3, &iter) == 0);
    while (pool_iter_next(iter, &got, NULL, POOL_FOREVER) == 1)
        sum += got;
    pool_iter_free(iter);
    MUST(sum == 2 * 285);
}

static void share(struct pool *pool) {
    struct pool_queue *queues[2] = {pool_queue_create(pool, sizeof(int), 2),
                                    pool_queue_create(pool, sizeof(int), 2)};
    MUST(queues[0] && queues[1]);
    int n = 41;
    MUST(pool_queue_put(queues[0], &n, 0) == 0);
    MUST(pool_queue_size(queues[0]) == 1);
    MUST(pool_apply(pool, get_and_put, queues, sizeof queues, NULL, 0) == 0);
    MUST(pool_queue_get(queues[1], &n, 0) == 0 && n == 42);
    pool_queue_close(queues[0]);
    MUST(pool_queue_put(queues[0], &n, 0) == POOL_ECLOSED);
    pool_queue_destroy(queues[0]);
    pool_queue_destroy(queues[1]);
    char *memory = pool_alloc(pool, 100);
    MUST(memory && memory[99] == 0);
    pool_release(pool, memory);
}

int main(void) {
    struct pool_options options = {
        .workers = 2, .init = init, .memory = 1 << 24};
    struct pool *pool = pool_create(&options);
    MUST(pool && pool_worker_index() == -1);
    MUST(pool_trace_start(pool, 100) == 0);
    results(pool);
    iterate(pool);
    share(pool);
    MUST(pool_wait(pool, POOL_FOREVER) == 0);
    struct pool_stats stats;
    struct pool_trace_event event;
    pid_t pids[2];
    MUST(pool_worker_pids(pool, pids, 2) == 2 && pids[1] > 0);
    MUST(pool_trace_read(pool, &event, 1) > 0);
    FILE *file = tmpfile();
    MUST(file && pool_trace_write(pool, file) == 0);
    fclose(file);
    MUST(pool_close(pool) == 0 && pool_join(pool) == 0);
    MUST(pool_stats(pool, &stats) == 0 && stats.pending == 0);
    MUST(pool_terminate(pool) == 0);
    pool_destroy(pool);
    MUST(strcmp(pool_strerror(POOL_ECLOSED), "pool not running") == 0);
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", POOL_VERSION / 10000,
             POOL_VERSION / 100 % 100, POOL_VERSION % 100);
    MUST(strcmp(pool_version(), version) == 0);
    puts("every function works");
    return 0;
}
