// SPDX-License-Identifier: MIT
// Exercise 5's checks. Runs in: judge.
#include <limits.h>
#include <signal.h>

#include "check.h"

enum { MAP, RACE, CALLS };

#define RACES 10

static void say(struct run *run, int workers, int count, int chunk) {
    about(run, "pool_map(%d, task, items, %d, results, %d)", workers, count,
          chunk);
}

static const int64_t *map(struct run *run, int workers, int count, int chunk) {
    say(run, workers, count, chunk);
    return CALL(run, MAP, workers, count, chunk, 0);
}

static void expect_result(struct run *run, const int64_t *reply, int i,
                          int64_t due) {
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
           "Did a worker crash? It may write beyond the end of a mapping.");
    expect(run, reply[2 + i] == due, text("results[%d] is %ld", i, (long)due),
           reply[2 + i] == -4242 ? "it was not set"
                                 : text("%ld", (long)reply[2 + i]),
           "A child's ordinary memory is its own: what it writes there "
           "its parent never sees.");
}

static void expect_results(struct run *run, const int64_t *reply, int count) {
    for (int i = 0; i < count; i++)
        expect_result(run, reply, i, answer_for(run, i));
}

// Multiples of the chunk here: the last, short chunk has a check of its own.
static void each_once(struct run *run) {
    int chunk = (int)pick(run, 2, 6), chunks = (int)pick(run, 8, 16);
    map(run, (int)pick(run, 2, 4), chunk * chunks, chunk);
    expect_each_once(run, chunk * chunks);
    forget_executions(run);
    map(run, 1, 3 * chunk, chunk);
    expect_each_once(run, 3 * chunk);
}

// Then more results than a page of memory holds, of tasks that do not ask.
static void order(struct run *run) {
    use_all_longs(run);
    int chunk = (int)pick(run, 3, 6), chunks = (int)pick(run, 8, 16);
    int workers = (int)pick(run, 2, 4), count = chunk * chunks, many = 900;
    int64_t factor = pick(run, INT64_C(1) << 33, INT64_C(1) << 40);
    expect_results(run, map(run, workers, count, chunk), count);
    expect(run, map(run, 1, count, chunk)[0] == 0, "returns 0", "not 0",
           "One worker is enough.");
    say(run, workers, many, chunk);
    const int64_t *reply = CALL(run, MAP, workers, many, chunk, factor);
    for (int i = 0; i < many; i++)
        expect_result(run, reply, i, i * factor);
}

// Two steps where one is needed look right nearly always: so many, many times,
// by tasks that take no time.
static void same_moment(struct run *run) {
    map(run, 2, 8, 1); // in processes, as these tasks show
    int64_t began = now_ms();
    for (int i = 0; once_more(run, i, RACES, began); i++) {
        int64_t count = pick(run, RACE_ITEMS - 1000, RACE_ITEMS);
        say(run, 2, (int)count, 1);
        START(run, 0, RACE, 2, count);
        await(run, is_back, 0, "both workers run items, until all ran");
        const int64_t *reply = finish(run, 0);
        expect(run, reply[1] == 0,
               "each item runs once, though two workers take a chunk at the "
               "same moment",
               text("%ld of the %ld ran never or twice", (long)reply[1],
                    (long)count),
               "Reading a shared number and writing it are two steps: another "
               "worker comes in between. atomic_fetch_add is one.");
        expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
               "Did a worker crash? It may write beyond the end of a mapping.");
    }
}

static void last_chunk(struct run *run) {
    int sizes[6][2] = {{1, 4}, {7, 10}, {0, 5}, {0, 6}, {7, INT_MAX}, {2, 1}};
    sizes[2][0] = 5 * (int)pick(run, 3, 9) + (int)pick(run, 1, 4);
    sizes[3][0] = 6 * (int)pick(run, 3, 9) + 1;
    for (int i = 0; i < 6; i++) {
        int count = sizes[i][0];
        forget_executions(run);
        const int64_t *reply = map(run, 3, count, sizes[i][1]);
        expect_each_once(run, count);
        expect_results(run, reply, count);
        expect(run, reply[1],
               "nothing beyond results[count - 1], and no item, is touched",
               "it is", "The last chunk may be shorter than the others.");
    }
}

static void expect_at_most(struct run *run, int workers) {
    forget_executions(run);
    run->most_running = 0;
    say(run, workers, 72, 2);
    run->hold = true;
    START(run, 0, MAP, workers, 72, 2, 0);
    await(run, running_are, workers, text("%d tasks inside at once", workers));
    settle(run);
    let_all_go(run);
    finish(run, 0);
    expect(run, run->most_running <= workers,
           text("at most %d tasks at once", workers),
           text("%d at once", run->most_running),
           "Start no more processes than workers, and run nothing yourself.");
}

static void at_most_n(struct run *run) {
    expect_at_most(run, (int)pick(run, 2, 4));
    expect_at_most(run, 36);
}

static void one_pid_per_chunk(struct run *run, int chunk) {
    for (int i = 0; i < run->executions; i++)
        for (int j = 0; j < i; j++) {
            struct execution *a = &run->execution[j], *b = &run->execution[i];
            if (a->id / chunk != b->id / chunk)
                continue;
            expect(run, a->pid == b->pid && a->id < b->id,
                   text("one worker runs items %ld to %ld, in order",
                        (long)(a->id / chunk * chunk),
                        (long)(a->id / chunk * chunk + chunk - 1)),
                   a->pid == b->pid ? "in another order"
                                    : "more than one worker ran them",
                   "Hand out whole chunks, not items.");
        }
}

static void expect_chunks(struct run *run, int workers, int count, int given,
                          int chunk) {
    say(run, workers, count, given);
    forget_executions(run);
    run->hold = true;
    START(run, 0, MAP, workers, count, given, 0);
    await(run, running_are, workers, text("%d tasks inside at once", workers));
    settle(run);
    for (int i = 0; i < run->executions; i++)
        expect(run, run->execution[i].id % chunk == 0,
               text("each worker begins with a chunk of %d: items 0, %d, "
                    "%d ...",
                    chunk, chunk, 2 * chunk),
               text("one began with item %ld", (long)run->execution[i].id),
               "chunk 0 means count / (4 * workers), rounded up.");
    let_all_go(run);
    finish(run, 0);
    one_pid_per_chunk(run, chunk);
}

// Yours to compute: where 4 * workers divides the count, and beside that.
static void chunks_whole(struct run *run) {
    int workers = (int)pick(run, 2, 4), chunk = (int)pick(run, 3, 5);
    expect_chunks(run, workers, (5 * workers + 1) * chunk, chunk, chunk);
    expect_chunks(run, workers, 4 * workers * 5 - 2, 0, 5);
    expect_chunks(run, workers, 4 * workers * 5, 0, 5);
    expect_chunks(run, workers, 4 * workers * 5 + 1, 0, 6);
}

// One item takes long: only its own chunk may have to wait.
static void expect_few_wait(struct run *run, int workers, int count, int given,
                            int chunk) {
    int slow = given > 0 ? chunk * (int)pick(run, 0, 1) : 0;
    say(run, workers, count, given);
    forget_executions(run);
    run->hold_id = slow;
    START(run, 0, MAP, workers, count, given, 0);
    await(run, left_are, count - chunk,
          text("while item %d takes long, the others do all but its chunk",
               slow));
    let_all_go(run);
    expect_results(run, finish(run, 0), count);
}

static void slow_item(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    expect_few_wait(run, workers, 80, 4, 4);
    expect_few_wait(run, workers, 20, 1, 1);
    expect_few_wait(run, workers, 4 * workers - 1, 0, 1);
}

static void empty(struct run *run) {
    const int64_t *reply = map(run, 3, 0, 0);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
           "Nothing to do is not an error. Beware of a division by zero.");
    expect(run, reply[1] && run->executions == 0, "nothing is run or touched",
           "something was", "");
    expect_no_children(run, "after an empty map");
    say(run, 3, 6, 2);
    run->hold = true;
    START(run, 0, MAP, 3, 6, 2, 0);
    await(run, running_are, 3, "3 tasks inside at once"); // not one for all
    let_all_go(run);
    finish(run, 0);
    expect(run, run->executions == 6, "the next map runs its 6 items",
           text("%d", run->executions), "");
}

// What is left over after a call that may have failed.
static void expect_nothing_left(struct run *run, int descriptors,
                                int mappings) {
    expect_no_children(run, "when pool_map has returned");
    int now = open_descriptors(run);
    expect(run, now == descriptors,
           text("%d open descriptors, as before", descriptors), text("%d", now),
           "Close what you opened.");
    now = shared_mappings(run);
    expect(run, now == mappings,
           text("%d shared mappings, as before", mappings), text("%d", now),
           "Each mmap needs its munmap, where a fork fails, "
           "too.");
}

// The one that was forked as number `which` is killed at work.
static void expect_death_told(struct run *run, int which) {
    pid_t victim = 0;
    forget_executions(run);
    run->hold = true;
    say(run, 3, 24, 2);
    START(run, 0, MAP, 3, 24, 2, 0);
    await(run, back_or_running, 3, "3 tasks inside at once");
    settle(run);
    for (int i = 0; i < run->executions; i++) {
        int older = 0;
        for (int k = 0; k < run->executions; k++)
            older += run->execution[k].pid < run->execution[i].pid;
        if (older == which && run->execution[i].pid != run->driver)
            victim = run->execution[i].pid;
    }
    if (victim)
        kill_one(run, victim, SIGKILL);
    let_all_go(run);
    const int64_t *reply = finish(run, 0);
    expect(run, !victim || reply[0] == -1,
           text("-1: worker %d of 3 was killed", which + 1),
           text("%ld", (long)reply[0]),
           "waitpid's status says how a worker ended, each of them.");
}

// Where nothing can be had, and where a worker dies.
static void fails(struct run *run) {
    static const char *const what[] = {"fork", "mmap", "pipe", "malloc"};
    static const enum fault fault[] = {FAIL_FORK, FAIL_MMAP, FAIL_PIPE,
                                       FAIL_MALLOC};
    int before = open_descriptors(run), mappings = shared_mappings(run);
    for (int i = 0; i < 12; i++) {
        int kind = i / 3, after = i % 3, count = 24;
        if (kind == 1 && after > 0)
            continue; // one mapping is enough
        forget_executions(run);
        about(run, "pool_map(3, task, items, %d, results, 2), where %s", count,
              fails_after(what[kind], after));
        set_fault(run, fault[kind], after);
        const int64_t *reply = CALL(run, MAP, 3, count, 2, 0);
        set_fault(run, fault[kind], -1);
        if (kind == 0 && after == 0)
            expect(run, reply[0] == -1, "-1", text("%ld", (long)reply[0]),
                   "Without a single worker nothing gets done.");
        // Or it needs less.
        expect(run, reply[0] == 0 || reply[0] == -1,
               "-1, or 0 with all results", text("%ld", (long)reply[0]), "");
        if (reply[0] == 0)
            expect_results(run, reply, count);
        expect(run, reply[1], "nothing beyond results[count - 1] is touched",
               "it is", "");
        expect_nothing_left(run, before, mappings);
    }
    script(run, 5, COMMAND_DIE, SIGKILL);
    const int64_t *reply = map(run, 3, 24, 2);
    expect(run, reply[0] == -1, "-1: a worker was killed",
           text("%ld", (long)reply[0]),
           "waitpid's status says how a worker ended.");
    for (int status = 3; status >= 0; status -= 3) {
        script(run, 5, COMMAND_EXIT, status);
        reply = map(run, 3, 24, 2);
        expect(run, reply[0] == -1, text("-1: a task called exit(%d)", status),
               text("%ld", (long)reply[0]),
               "WEXITSTATUS tells, beside a signal. And a worker that leaves "
               "with 0 in the middle of a task leaves items undone.");
    }
    for (int i = 0; i < 3; i++)
        expect_death_told(run, i);
    expect_nothing_left(run, before, mappings);
    // What is harmed where nothing fails is another check's concern.
    lend(run);
    map(run, 3, 24, 2);
    bool careful = is_unharmed(run);
    for (int i = 0; i < 6 && careful; i++) {
        about(run, "pool_map(3, task, items, 24, results, 2), where %s fails",
              what[i / 3]);
        lend(run);
        set_fault(run, fault[i / 3], i % 3);
        CALL(run, MAP, 3, 24, 2, 0);
        set_fault(run, fault[i / 3], -1);
        expect_unharmed(run);
    }
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    int mappings = shared_mappings(run);
    lend(run);
    int lent = open_descriptors(run);
    for (int i = 0; i < 2; i++)
        map(run, 3, 24, 4);
    say(run, 3, 24, 4); // and one whose worker is stopped for a while
    run->hold = true;
    START(run, 0, MAP, 3, 24, 4, 0);
    await(run, running_are, 1, "a task runs");
    struct execution *stopped = first_running(run);
    if (stopped && stopped->pid != run->driver)
        kill_one(run, stopped->pid, SIGSTOP);
    let_all_go(run);
    settle(run);
    if (stopped)
        kill_one(run, stopped->pid, SIGCONT);
    const int64_t *reply = finish(run, 0);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
           "A worker that is stopped is not dead.");
    expect(run, run->executions == 72 && run->running == 0,
           "it returns after the last item", "it returned before", "");
    expect_no_children(run, "when pool_map has returned");
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before), "Close what you opened.");
    after = shared_mappings(run);
    expect(run, after == mappings,
           text("%d shared mappings, as before", mappings), text("%d", after),
           "Each mmap needs its munmap.");
    expect_unharmed(run);
}

static const struct check checks[] = {
    {"each-once", 1, "every item runs exactly once", each_once},
    {"order", 1, "results[i] is what items[i] gave", order},
    {"same-moment", 1, "two take their chunks at the same moment", same_moment},
    {"last-chunk", 1, "counts that no chunk divides", last_chunk},
    {"at-most-n", 1, "never more than N tasks at once", at_most_n},
    {"chunks-whole", 1, "a chunk is run by one worker, in order", chunks_whole},
    {"slow-item", 1, "a slow item delays its own chunk only", slow_item},
    {"empty", 1, "no items: 0 at once", empty},
    {"fails", 1, "where fork or mmap fails, or a worker dies", fails},
    {"cleaned", 1, "no process, descriptor or memory is left", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true, .schedules = "same-moment");
