// SPDX-License-Identifier: MIT
// Exercise 3's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

enum { CREATE, MAP, MANY, DESTROY, CALLS };

#define NOT_SET (-1000)

static void create(struct run *run, int workers) {
    about(run, "pool_create(%d, task)", workers);
    const int64_t *reply = CALL(run, CREATE, workers);
    expect(run, reply[0], "a pool", "NULL", "pipe, fork, or malloc failed?");
}

static int some_workers(struct run *run) {
    int workers = (int)pick(run, 2, 5);
    create(run, workers);
    return workers;
}

static void say_map(struct run *run, int count, const char *what) {
    about(run, "pool_map(pool, items, %d, results)%s", count, what);
}

// Items number `first` and on.
static const int64_t *map(struct run *run, int count, int first) {
    say_map(run, count, "");
    return CALL(run, MAP, count, first);
}

static void expect_returned(struct run *run, int64_t got, int64_t due) {
    expect(run, got == due, text("pool_map returns %ld", (long)due),
           text("%ld", (long)got),
           due == 0 ? "A worker could not be reached. Has it left, or has its "
                      "pipe been closed?"
                    : "A worker has died: its pipe has ended, or a write to "
                      "it fails.");
}

static void each_once(struct run *run) {
    int workers = some_workers(run);
    const int sizes[] = {(int)pick(run, 20, 60), 1, workers, 0,
                         2 * workers + 1};
    for (int i = 0; i < 5; i++) {
        forget_executions(run);
        map(run, sizes[i], 0);
        expect_each_once(run, sizes[i]);
    }
    create(run, 1);
    forget_executions(run);
    map(run, 7, 0);
    expect_each_once(run, 7);
    about(run, "pool_map(pool, items, %d, results)", RACE_ITEMS);
    const int64_t *reply = CALL(run, MANY, RACE_ITEMS);
    expect_returned(run, reply[0], 0);
    expect(run, reply[1] == 0, "each item runs once",
           text("%ld ran never or twice", (long)reply[1]),
           "So many do not fit into a pipe: do not write all before you read.");
}

// Holds the workers, lets one go at a time, and looks how many come inside.
static void expect_busy(struct run *run, int workers) {
    int count = 5 * workers + 3;
    create(run, workers);
    forget_executions(run);
    run->most_running = 0;
    say_map(run, count, text(", %d workers", workers));
    run->hold = true;
    START(run, 0, MAP, count, 0);
    await(run, running_are, workers, text("%d tasks at once", workers));
    // A worker that is free gets the next item, while the others are busy.
    for (int i = 0; i < 6; i++) {
        settle(run);
        expect(run, run->most_running <= workers,
               text("at most %d tasks at once", workers),
               text("%d at once", run->most_running),
               "Start no more processes than asked for, and run tasks only "
               "in them.");
        let_go(run, last_running(run));
        await(run, executions_are, workers + i + 1,
              "a free worker gets the next item");
    }
    let_all_go(run);
    finish(run, 0);
    expect(run, run->most_running <= workers,
           text("at most %d tasks at once", workers),
           text("%d at once", run->most_running),
           "A worker runs one item at a time, and there are N workers.");
}

static void all_busy(struct run *run) {
    expect_busy(run, 5);
    expect_busy(run, 8);
    // More than an int has bits. All these twice are below the judge's limit of
    // processes; and go, for workers may wait busily.
    create(run, 33);
    say_map(run, 37, ", 33 workers");
    run->hold = true;
    START(run, 0, MAP, 37, 0);
    await(run, running_are, 33, "33 tasks at once");
    let_all_go(run);
    finish(run, 0);
}

static void same_processes(struct run *run) {
    int workers = some_workers(run), first = 0;
    for (int round = 0; round < 3; round++) {
        run->hold = true; // so that each of them gets an item
        say_map(run, 30, text(", %d workers, call %d", workers, round + 1));
        START(run, 0, MAP, 30, 30 * round);
        await(run, back_or_running, workers, text("%d tasks at once", workers));
        settle(run);
        let_all_go(run);
        finish(run, 0);
        settle(run); // all are idle
        if (round == 0)
            first = different_pids(run, 0);
    }
    int pids = different_pids(run, 0);
    expect(run, pids == first,
           text("all calls are served by the same %d processes", first),
           text("by %d processes", pids),
           "pool_create makes the processes; pool_map only feeds them.");
    for (int i = 0; i < run->executions; i++)
        expect(run, run->execution[i].pid != run->driver,
               "tasks run in the workers", "one ran in your own process",
               "In the child, fork returns 0.");
}

static void expect_results(struct run *run, const int64_t *reply, int count,
                           int first) {
    expect_returned(run, reply[0], 0);
    for (int i = 0; i < count; i++) {
        int64_t due = answer_for(run, first + i);
        expect(run, reply[1 + i] == due,
               text("results[%d] is %ld", i, (long)due),
               reply[1 + i] == NOT_SET ? "it was not set"
                                       : text("%ld", (long)reply[1 + i]),
               "Remember which item each worker is running, and send all "
               "of a long.");
    }
    expect(run, reply[1 + count] == 0,
           "nothing but results[0] to results[count - 1] is touched", "it is",
           "");
}

static void results(struct run *run) {
    use_all_longs(run);
    some_workers(run);
    for (int round = 0; round < 3; round++) {
        int count = (int)pick(run, 26, 32);
        expect_results(run, map(run, count, 100 * round), count, 100 * round);
    }
    // Those that come last are answered first, and in between the oldest.
    run->hold = true;
    say_map(run, 9, ", tasks end in another order");
    START(run, 0, MAP, 9, 0);
    await(run, back_or_running, 2, "2 tasks run");
    for (bool youngest = true; !is_back(run, 0); youngest = !youngest) {
        settle(run);
        if (!first_running(run))
            break;
        let_go(run, youngest ? last_running(run) : first_running(run));
        await(run, back_or_running, 1, "a task runs");
    }
    let_all_go(run);
    expect_results(run, finish(run, 0), 9, 0);
    // A signal interrupts the waiting.
    lend(run);
    run->hold = true;
    say_map(run, 9, ", a signal interrupts the waiting");
    START(run, 0, MAP, 9, 0);
    await(run, back_or_running, 1, "a task runs");
    settle(run);
    interrupt(run);
    let_all_go(run);
    const int64_t *reply = finish(run, 0);
    expect_returned(run, reply[0], 0);
    for (int i = 0; i < 9; i++)
        expect(run, reply[1 + i] == answer_for(run, i),
               text("results[%d] is %ld", i, (long)answer_for(run, i)),
               text("%ld", (long)reply[1 + i]),
               "poll and read return -1 with errno EINTR: again.");
}

static void works(struct run *run, int workers) {
    forget_executions(run);
    expect_returned(run, map(run, workers + 1, 0)[0], 0);
    expect_each_once(run, workers + 1);
}

static void create_fails(struct run *run) {
    expect_create_fails(run, CREATE, DESTROY, works);
}

static void dead_worker(struct run *run) {
    struct usual usual = as_usual(run, CREATE, DESTROY, works);
    lend(run);
    struct left left = left_now(run);
    int workers = some_workers(run);
    expect_returned(run, map(run, 4 * workers, 0)[0], 0);
    settle(run);
    pid_t idle = run->execution[run->executions - 1].pid;
    expect(run, idle != run->driver, "tasks run in the workers",
           "one ran in your own process", "In the child, fork returns 0.");
    kill_one(run, idle, SIGKILL);
    await(run, has_ended, idle, "a worker that was killed ends");
    say_map(run, 4 * workers, ", an idle worker was killed before");
    expect_returned(run, CALL(run, MAP, 4 * workers, 100)[0], -1);
    about(run, "pool_destroy(pool), one worker was killed");
    call(run, DESTROY, 0, NULL);
    expect_left(run, &usual, &left);
    workers = some_workers(run);
    script(run, 205, COMMAND_DIE, SIGSEGV);
    say_map(run, 4 * workers, ", the worker of one item crashes");
    expect_returned(run, CALL(run, MAP, 4 * workers, 200)[0], -1);
    about(run, "pool_destroy(pool), one worker had crashed");
    call(run, DESTROY, 0, NULL);
    expect_left(run, &usual, &left);
    // While nothing waits any more, so that nobody writes to the dead one.
    workers = some_workers(run);
    script(run, 300 + workers - 1, COMMAND_DIE, SIGKILL);
    say_map(run, workers, ", the worker of the last item is killed");
    expect_returned(run, CALL(run, MAP, workers, 300)[0], -1);
    about(run, "pool_destroy(pool), one worker was killed");
    call(run, DESTROY, 0, NULL);
    expect_left(run, &usual, &left);
    // It has written some bytes of its result; or all, who knows.
    workers = some_workers(run);
    script(run, 400 + workers - 1, COMMAND_DIE_WRITING, 0);
    say_map(run, workers, ", the last item's worker is killed in its write");
    const int64_t *reply = CALL(run, MAP, workers, 400);
    int64_t due = answer_for(run, 400 + workers - 1);
    expect(run, reply[0] == -1 || reply[workers] == due, "pool_map returns -1",
           text("%ld", (long)reply[0]), "Half of a long is no result.");
    about(run, "pool_destroy(pool), one worker was killed");
    call(run, DESTROY, 0, NULL);
    expect_left(run, &usual, &left);
    expect_careful(run, &usual);
}

// Runs items, and sees that there are as many workers as asked for.
static void map_with_workers(struct run *run) {
    int workers = some_workers(run);
    say_map(run, 20, text(", %d workers", workers));
    run->hold = true;
    START(run, 0, MAP, 20, 0);
    await(run, back_or_running, 1, "a task runs");
    settle(run);
    expect_workers(run, workers);
    let_all_go(run);
    finish(run, 0);
}

static void reaped(struct run *run) {
    map_with_workers(run);
    about(run, "pool_destroy(pool)");
    call(run, DESTROY, 0, NULL);
    expect_no_children(run, "after pool_destroy");
}

static void descriptors(struct run *run) {
    int before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run);
    map_with_workers(run);
    about(run, "pool_create, pool_map, pool_destroy");
    call(run, DESTROY, 0, NULL);
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before),
           "Close both ends of every pipe: two in the parent after the fork, "
           "the other two in pool_destroy.");
    expect_unharmed(run);
}

static void gone_with_parent(struct run *run) {
    some_workers(run);
    map(run, 20, 0);
    expect(run, run->executions > 0, "items run", "none did",
           "Without work done there is nothing to see.");
    expect_workers(run, 1);
    about(run, "nothing: your process was killed");
    driver_may_end(run);
    kill_one(run, run->driver, SIGKILL);
    await(run, nobody_is_left, 0,
          "the workers see the end of their pipes and leave");
}

static const struct check checks[] = {
    {"each-once", 1, "every item runs exactly once", each_once},
    {"all-busy", 1, "N tasks at once, the free one gets the next", all_busy},
    {"same-processes", 1, "the same N processes at every call", same_processes},
    {"results", 2, "results[i] is what items[i] gave", results},
    {"create-fails", 1, "a failing fork or pipe: NULL, nothing left",
     create_fails},
    {"dead-worker", 1, "pool_map tells: -1, and you live on", dead_worker},
    {"reaped", 1, "after pool_destroy no child is left", reaped},
    {"descriptors", 1, "none is left open, none of yours harmed", descriptors},
    {"gone-with-parent", 1, "if you are killed, the workers leave",
     gone_with_parent},
};

EXERCISE(checks, CALLS, .in_processes = true);
