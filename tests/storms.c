// SPDX-License-Identifier: MIT
// Storms: processes are killed and stopped at random while a pool works. What
// was promised holds after every round: nothing lost unreported, nothing run
// twice, nothing left running.
//
//   make test-storm SECONDS=60 [TEST=workers_killed SEED=4711]
//
// Runs in: the process of a storm, its children, and workers.
#define _GNU_SOURCE
#include "storm.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- Items that count how often they ran -----------------------------------

struct item {
    struct gate *runs;
    unsigned number;
};

static int task_counted(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct item *item = arg;
    atomic_fetch_add(&item->runs->value, 1);
    for (volatile unsigned i = 0; i < item->number % 64; i++)
        continue;
    *(unsigned *)result = item->number + 1;
    return 0;
}

struct work {
    struct pool *pool;
    size_t count;
    struct gate *runs;
    struct item *items;
    unsigned *results;
    struct pool_result *pending;
};

static struct work work_begin(struct pool *pool, size_t count, size_t chunk) {
    struct work work = {pool,
                        count,
                        shared(pool, count * sizeof(struct gate)),
                        calloc(count, sizeof(struct item)),
                        calloc(count, sizeof(unsigned)),
                        NULL};
    for (size_t i = 0; i < count; i++)
        work.items[i] = (struct item){&work.runs[i], (unsigned)i};
    assert_int_equal(pool_map_async(pool, task_counted, work.items, count,
                                    sizeof *work.items, sizeof *work.results,
                                    chunk, NULL, NULL, &work.pending),
                     0);
    return work;
}

// Every item is done or reported, `error` being the one report there may be;
// returns how many are reported. `most` is how often an item may have run.
static size_t work_end(struct work *work, int error, uint32_t most) {
    size_t reported = 0;
    int rc = pool_result_get(work->pending, work->results,
                             work->count * sizeof *work->results, POOL_FOREVER);
    assert_true(rc == 0 || rc == error);
    for (size_t i = 0; i < work->count; i++) {
        int status = pool_result_item_status(work->pending, i);
        uint32_t runs = atomic_load(&work->runs[i].value);
        assert_true(runs <= most);
        if (status == 0) {
            assert_int_equal(work->results[i], i + 1);
            assert_true(runs >= 1);
        } else {
            assert_int_equal(status, error);
            assert_int_equal(work->results[i], 0);
            reported++;
        }
    }
    assert_true((rc != 0) == (reported > 0));
    pool_result_free(work->pending);
    pool_release(work->pool, work->runs);
    free(work->items);
    free(work->results);
    return reported;
}

static size_t any_workers(unsigned *seed) {
    static const size_t counts[] = {1, 2, 4, 16};
    return counts[storm_random(seed, 4)];
}

static size_t any_chunk(unsigned *seed) {
    static const size_t sizes[] = {0, 1, 2, 7, 100, 5000};
    return sizes[storm_random(seed, 6)];
}

// ---- Workers ---------------------------------------------------------------

static void kill_workers(unsigned seed) {
    struct pool *pool = pool_of(any_workers(&seed));
    size_t chunk = any_chunk(&seed), count = 1 + storm_random(&seed, 60000);
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGKILL, 700, seed);
    struct work one = work_begin(pool, count, chunk);
    struct work two = work_begin(pool, count / 2 + 1, any_chunk(&seed));
    size_t lost = work_end(&one, POOL_ELOST, 1);
    lost += work_end(&two, POOL_ELOST, 1);
    long kills = killer_end(&killer);
    struct pool_stats stats = stats_of(pool);
    assert_true(lost <= (size_t)kills);
    assert_int_equal(stats.lost, lost);
    assert_int_equal(stats.completed + stats.lost, stats.submitted);
    assert_int_equal(stats.pending, 0);
    assert_usable(pool);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    storm_count("items", (long)(count + count / 2 + 1));
    storm_count("kills", kills);
    storm_count("reported lost", (long)lost);
}

TEST_WITHIN(workers_killed, 36000) { storm("workers killed", kill_workers); }

// With retries nothing at all is lost; workers end by themselves, too.
static void kill_and_retry(unsigned seed) {
    struct pool *pool = pool_with((struct pool_options){
        .workers = any_workers(&seed),
        .max_retries = 1000,
        .on_demand = storm_random(&seed, 2),
        .max_tasks_per_worker = storm_random(&seed, 2) * 100});
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGKILL, 4000, seed);
    for (int round = 0; round < 3; round++) {
        size_t count = 1 + storm_random(&seed, 5000);
        struct work work = work_begin(pool, count, any_chunk(&seed));
        assert_int_equal(work_end(&work, 0, UINT32_MAX), 0);
        storm_count("items", (long)count);
    }
    storm_count("kills", killer_end(&killer));
    assert_int_equal(stats_of(pool).lost, 0);
    pool_destroy(pool);
}

TEST_WITHIN(workers_killed_items_retried, 36000) {
    storm("workers killed, items retried", kill_and_retry);
}

static void stop_workers(unsigned seed) {
    struct pool *pool = pool_of(any_workers(&seed));
    size_t count = 1 + storm_random(&seed, 40000);
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGSTOP, 1000, seed);
    struct work work = work_begin(pool, count, any_chunk(&seed));
    assert_int_equal(work_end(&work, 0, 1), 0);
    for (int i = 0, got; i < 200; i++) {
        assert_int_equal(
            pool_apply(pool, task_square, &i, sizeof i, &got, sizeof got), 0);
        assert_int_equal(got, i * i);
    }
    storm_count("items", (long)count + 200);
    storm_count("stops", killer_end(&killer));
    pool_destroy(pool); // one may be stopped still
}

TEST_WITHIN(workers_stopped_and_continued, 36000) {
    storm("workers stopped and continued", stop_workers);
}

static int task_maybe_slow(const void *arg, size_t arg_size, void *result,
                           size_t result_size) {
    const struct item *item = arg;
    if (item->number % 500 == 499)
        for (;;)
            pause();
    return task_counted(arg, arg_size, result, result_size);
}

// Time limits strike while workers are killed: each item has one fate.
static void kill_under_time_limits(unsigned seed) {
    struct pool *pool = pool_with((struct pool_options){
        .workers = any_workers(&seed), .task_timeout_ms = 20});
    enum { N = 2000 };
    struct item items[N];
    struct gate *runs = shared(pool, N * sizeof *runs);
    for (unsigned i = 0; i < N; i++)
        items[i] = (struct item){&runs[i], i};
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGKILL, 8000, seed);
    struct pool_result *result;
    assert_int_equal(pool_map_async(pool, task_maybe_slow, items, N,
                                    sizeof *items, sizeof(unsigned),
                                    any_chunk(&seed), NULL, NULL, &result),
                     0);
    assert_int_equal(pool_result_wait(result, POOL_FOREVER), 0);
    long kills = killer_end(&killer), lost = 0, late = 0;
    for (size_t i = 0; i < N; i++) {
        int status = pool_result_item_status(result, i);
        assert_true(status == 0 || status == POOL_ELOST ||
                    status == POOL_ETIMELIMIT);
        lost += status == POOL_ELOST;
        late += status == POOL_ETIMELIMIT; // a loaded machine makes more late
        if (i % 500 == 499)
            assert_true(status != 0);
        assert_true(atomic_load(&runs[i].value) <= 1);
    }
    assert_true(lost <= kills);
    storm_count("items", N);
    storm_count("kills", kills);
    storm_count("reported lost", lost);
    storm_count("over time", late);
    pool_destroy(pool);
}

TEST_WITHIN(workers_killed_under_time_limits, 36000) {
    storm("workers killed under time limits", kill_under_time_limits);
}

// ---- Iterators, callbacks, inner pools -------------------------------------

struct tally {
    size_t called, lost;
};

static void note_fate(struct pool_result *result, void *user) {
    struct tally *tally = user;
    int rc = pool_result_status(result);
    assert_true(rc == 0 || rc == POOL_ELOST);
    tally->called++;
    tally->lost += rc != 0;
}

static int count_up(void *state, void *item, size_t item_size) {
    assert_int_equal(item_size, sizeof(int));
    *(int *)item = *(int *)state;
    return (*(int *)state)++ < 2000;
}

// All of an iteration's items come out once, in order or not.
static size_t iterate(struct pool *pool, bool ordered, size_t window) {
    struct pool_iter *iter;
    bool seen[2000] = {false};
    int next = 0, got, rc;
    size_t index, count = 0, lost = 0;
    assert_int_equal((ordered ? pool_imap : pool_imap_unordered)(
                         pool, task_square, count_up, &next, sizeof next,
                         sizeof next, window, &iter),
                     0);
    while ((rc = pool_iter_next(iter, &got, &index, POOL_FOREVER)) != 0) {
        assert_true(rc == 1 || rc == POOL_ELOST);
        assert_true(index < 2000 && !seen[index]);
        assert_true(!ordered || index == count);
        assert_int_equal(got, rc == 1 ? (int)(index * index) : 0);
        seen[index] = true;
        lost += rc != 1;
        count++;
    }
    assert_int_equal(count, 2000);
    pool_iter_free(iter);
    return lost;
}

static void kill_beside_callbacks(unsigned seed) {
    struct pool *pool = pool_with((struct pool_options){
        .workers = any_workers(&seed),
        .on_demand = storm_random(&seed, 2),
        .max_tasks_per_worker = storm_random(&seed, 2) * 50});
    struct tally tally = {0};
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGKILL, 4000, seed);
    for (int i = 0; i < 500; i++)
        assert_int_equal(pool_apply_async(pool, task_square, &i, sizeof i,
                                          sizeof i, note_fate, &tally, NULL),
                         0);
    size_t lost = iterate(pool, true, 1 + storm_random(&seed, 100));
    lost += iterate(pool, false, 1 + storm_random(&seed, 100));
    while (tally.called < 500)
        assert_true(pool_poll(pool, POOL_FOREVER) >= 0);
    long kills = killer_end(&killer);
    assert_int_equal(stats_of(pool).lost, lost + tally.lost);
    assert_true(lost + tally.lost <= (size_t)kills);
    assert_usable(pool);
    pool_destroy(pool);
    storm_count("items", 4500);
    storm_count("kills", kills);
    storm_count("reported lost", (long)(lost + tally.lost));
}

TEST_WITHIN(iterators_and_callbacks_under_kills, 36000) {
    storm("iterators and callbacks under kills", kill_beside_callbacks);
}

static int task_inner_map(const void *arg, size_t arg_size, void *result,
                          size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    int items[10], results[10], sum = 0;
    struct pool *inner =
        pool_create(&(struct pool_options){.workers = 2, .memory = 1 << 20});
    for (int i = 0; i < 10; i++)
        items[i] = i;
    int rc = inner ? pool_map(inner, task_square, items, 10, sizeof *items,
                              results, sizeof *results, 1)
                   : -1;
    for (int i = 0; rc == 0 && i < 10; i++)
        sum += results[i];
    pool_destroy(inner);
    *(int *)result = sum;
    return rc;
}

// How long one item takes on this machine now, in microseconds: where it is
// slow, kills that come as often as elsewhere would let none be done.
static unsigned time_inner_map(struct pool *pool) {
    struct timespec start, end;
    int sum;
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(
        pool_apply(pool, task_inner_map, NULL, 0, &sum, sizeof sum), 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (unsigned)((end.tv_sec - start.tv_sec) * 1000000 +
                      (end.tv_nsec - start.tv_nsec) / 1000);
}

// Workers that own pools are killed: those pools go with them.
static void kill_owners(unsigned seed) {
    test_adopt_orphans();
    struct pool *pool = pool_with((struct pool_options){
        .workers = 1 + storm_random(&seed, 4), .max_retries = 1000});
    unsigned pause_us = 4 * time_inner_map(pool);
    pause_us = pause_us < 20000 ? 20000 : pause_us > 999999 ? 999999 : pause_us;
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGKILL, pause_us, seed);
    int sums[50];
    assert_int_equal(
        pool_map(pool, task_inner_map, NULL, 50, 0, sums, sizeof *sums, 1), 0);
    long kills = killer_end(&killer);
    for (int i = 0; i < 50; i++)
        assert_int_equal(sums[i], 285);
    pool_close(pool);
    assert_int_equal(pool_join(pool), 0);
    pool_destroy(pool);
    assert_true(test_reap_all(30000));
    storm_count("inner pools", 50);
    storm_count("kills", kills);
}

TEST_WITHIN(owners_of_inner_pools_killed, 36000) {
    storm("owners of inner pools killed", kill_owners);
}

// ---- Clients and supervisors -----------------------------------------------

static void be_busy_client(void *arg) {
    unsigned seed = *(unsigned *)arg;
    for (;;) {
        struct pool *pool = pool_with((struct pool_options){
            .workers = any_workers(&seed),
            .on_demand = storm_random(&seed, 2),
            .max_tasks_per_worker = storm_random(&seed, 2) * 10});
        struct work work =
            work_begin(pool, 1 + storm_random(&seed, 3000), any_chunk(&seed));
        if (storm_random(&seed, 2)) {
            work_end(&work, 0, 1);
        } else {
            free(work.items);
            free(work.results);
        }
        if (storm_random(&seed, 2))
            pool_terminate(pool);
        pool_destroy(pool);
    }
}

static void kill_client(unsigned seed) {
    test_adopt_orphans();
    pid_t pid = test_fork(be_busy_client, &seed);
    struct timespec moment = {0, 1000L * storm_random(&seed, 30000)};
    nanosleep(&moment, NULL);
    kill(pid, SIGKILL);
    assert_int_equal(test_wait(pid), SIGKILL);
    assert_true(test_reap_all(30000));
    storm_count("clients killed", 1);
}

TEST_WITHIN(clients_killed, 36000) { storm("clients killed", kill_client); }

static void break_pool(unsigned seed) {
    struct pool *pool = pool_of(any_workers(&seed));
    pid_t super = stats_of(pool).supervisor, self = getpid();
    unsigned us = storm_random(&seed, 20000);
    pid_t pid = fork();
    if (pid == 0) {
        struct timespec moment = {0, 1000L * us};
        nanosleep(&moment, NULL);
        _exit(getppid() == self ? kill(super, SIGKILL) : 1);
    }
    size_t done = 0, broken = 0;
    int rc = 0;
    while (rc == 0) {
        int n = (int)done % 1000, got[2], items[2] = {n, n + 1};
        struct pool_result *result;
        rc = pool_map_async(pool, task_square, items, 2, sizeof n, sizeof n, 1,
                            NULL, NULL, &result);
        if (rc != 0)
            break;
        rc = pool_result_get(result, got, sizeof got, POOL_FOREVER);
        for (size_t i = 0; i < 2; i++) {
            int status = pool_result_item_status(result, i);
            assert_true(status == 0 || status == POOL_EBROKEN);
            assert_int_equal(got[i], status ? 0 : items[i] * items[i]);
            done += status == 0;
            broken += status != 0;
        }
        if (rc != 0)
            assert_non_null(strstr(pool_result_message(result), "supervisor"));
        pool_result_free(result);
    }
    assert_int_equal(rc, POOL_EBROKEN);
    test_wait(pid);
    struct pool_stats stats = stats_of(pool);
    assert_int_equal(stats.completed, done);
    assert_int_equal(stats.workers, 0);
    pool_destroy(pool);
    storm_count("supervisors killed", 1);
    storm_count("items", (long)done);
    storm_count("reported broken", (long)broken);
}

TEST_WITHIN(supervisors_killed, 36000) {
    storm("supervisors killed", break_pool);
}

// ---- Queues ----------------------------------------------------------------

enum { NUMBERS = 200000 };

struct traffic {
    struct pool_queue *queue;
    struct gate *next;                // number to be put
    _Atomic unsigned char *put, *got; // by number
    bool producer;
};

static int task_traffic(const void *arg, size_t arg_size, void *result,
                        size_t result_size) {
    (void)arg_size, (void)result, (void)result_size;
    const struct traffic *traffic = arg;
    for (;;) {
        uint32_t n;
        if (traffic->producer) {
            n = atomic_fetch_add(&traffic->next->value, 1);
            if (n >= NUMBERS ||
                pool_queue_put(traffic->queue, &n, POOL_FOREVER) != 0)
                return 0;
            atomic_fetch_add(&traffic->put[n], 1);
        } else {
            if (pool_queue_get(traffic->queue, &n, POOL_FOREVER) != 0)
                return 0;
            atomic_fetch_add(&traffic->got[n], 1);
        }
    }
}

static void hammer_queue(unsigned seed) {
    struct pool *pool =
        pool_with((struct pool_options){.workers = 4, .max_retries = 65535});
    struct traffic traffic = {
        .queue = pool_queue_create(pool, sizeof(uint32_t),
                                   1 + storm_random(&seed, 20)),
        .next = shared(pool, sizeof(struct gate)),
        .put = shared(pool, NUMBERS),
        .got = shared(pool, NUMBERS)};
    struct pool_result *results[4];
    for (int i = 0; i < 4; i++) {
        traffic.producer = i % 2;
        assert_int_equal(pool_apply_async(pool, task_traffic, &traffic,
                                          sizeof traffic, 0, NULL, NULL,
                                          &results[i]),
                         0);
    }
    struct killer killer =
        killer_begin(stats_of(pool).supervisor, SIGKILL, 1000, seed);
    for (int i = 0; i < 20; i++) { // the client uses it, too
        uint32_t n;
        if (pool_queue_get(traffic.queue, &n, 10) == 0)
            atomic_fetch_add(&traffic.got[n], 1);
    }
    long kills = killer_end(&killer);
    pool_queue_close(traffic.queue);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pool_result_get(results[i], NULL, 0, POOL_FOREVER), 0);
    assert_int_equal(pool_queue_size(traffic.queue), 0);
    long missing = 0, through = 0;
    for (uint32_t n = 0; n < NUMBERS; n++) {
        unsigned put = atomic_load(&traffic.put[n]);
        unsigned got = atomic_load(&traffic.got[n]);
        if (put > 1 || got > 1)
            fail_msg("number %u: put %u times, got %u times", n, put, got);
        missing += put > got; // a getter died between get and its note
        through += got;
    }
    if (missing > kills)
        fail_msg("%ld numbers missing after %ld kills", missing, kills);
    storm_count("numbers through", through);
    storm_count("kills", kills);
    storm_count("taken by the dying", missing);
    pool_destroy(pool);
}

TEST_WITHIN(queues_hammered, 36000) { storm("queues hammered", hammer_queue); }
