// SPDX-License-Identifier: MIT
// Exercise 3's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

enum { CREW_START, CREW_RUN, CREW_STOP, CALLS };

static int start_crew(struct run *run) {
    int workers = (int)pick(run, 2, 5);
    about(run, "crew_start(%d, task)", workers);
    const int64_t *reply = CALL(run, CREW_START, workers);
    expect(run, reply[0], "a crew", "NULL", "pipe, fork, or malloc failed?");
    return workers;
}

static const int64_t *run_items(struct run *run, int count, int first) {
    about(run, "crew_run(crew, items, %d, results)", count);
    return CALL(run, CREW_RUN, count, first);
}

static void each_once(struct run *run) {
    start_crew(run);
    int count = (int)pick(run, 20, 60);
    run_items(run, count, 0);
    expect_each_once(run, count);
    run_items(run, 1, count); // fewer items than workers
    expect_each_once(run, count + 1);
}

// Holds the workers, lets one go at a time, and looks how many come inside.
static void at_most_n(struct run *run) {
    int workers = start_crew(run);
    int count = 5 * workers + 3;
    about(run, "crew_run(crew, items, %d, results), %d workers", count,
          workers);
    run->hold = true;
    START(run, 0, CREW_RUN, count, 0);
    await(run, running_are, 2, "tasks run at once");
    for (int i = 0; i < workers; i++) {
        settle(run);
        expect(run, run->most_running <= workers,
               text("at most %d tasks at once", workers),
               text("%d at once", run->most_running),
               "Start no more processes than asked for, and run tasks only "
               "in them.");
        if (first_running(run))
            let_go(run, first_running(run));
    }
    let_all_go(run);
    await(run, is_back, 0, "the call returns");
    expect(run, run->executions >= workers, "the items run",
           text("%d of them did", run->executions), "");
    expect(run, run->most_running <= workers,
           text("at most %d tasks at once", workers),
           text("%d at once", run->most_running),
           "A worker runs one item at a time, and there are N workers.");
}

static void all_busy(struct run *run) {
    int workers = start_crew(run);
    about(run, "crew_run(crew, items, 40, results), %d workers", workers);
    run->hold = true;
    START(run, 0, CREW_RUN, 40, 0);
    await(run, running_are, workers, text("%d tasks at once", workers));
    // Whoever is free gets the next item, while the others are still busy.
    for (int i = 0; i < 6; i++) {
        let_go(run, last_running(run));
        await(run, executions_are, workers + i + 1,
              "a free worker gets the next item");
    }
    let_all_go(run);
    finish(run, 0);
}

static void same_processes(struct run *run) {
    int workers = start_crew(run), first = 0;
    for (int round = 0; round < 2; round++) {
        run->hold = true; // so that each of them gets an item
        about(run, "crew_run(crew, items, 30, results), %d workers, call %d",
              workers, round + 1);
        START(run, 0, CREW_RUN, 30, 30 * round);
        await(run, running_are, workers, text("%d tasks at once", workers));
        settle(run);
        let_all_go(run);
        finish(run, 0);
        if (round == 0)
            first = different_pids(run, 0);
    }
    int pids = different_pids(run, 0);
    expect(run, pids == first,
           text("both calls are served by the same %d processes", first),
           text("by %d processes", pids),
           "crew_start makes the processes; crew_run only feeds them.");
    for (int i = 0; i < run->executions; i++)
        expect(run, run->execution[i].pid != run->driver,
               "tasks run in the workers", "one ran in your own process",
               "In the child, fork returns 0.");
}

static void results(struct run *run) {
    start_crew(run);
    for (int round = 0; round < 2; round++) {
        int count = (int)pick(run, 20, 60);
        const int64_t *reply = run_items(run, count, 100 * round);
        expect(run, reply[0] == 0, "crew_run returns 0",
               text("%ld", (long)reply[0]),
               "A worker could not be reached. Has it left, or has its pipe "
               "been closed?");
        for (int i = 0; i < count; i++) {
            int64_t due = answer_for(run, 100 * round + i);
            expect(run, reply[1 + i] == due,
                   text("results[%d] is %ld", i, (long)due),
                   reply[1 + i] == -1000 ? "it was not set"
                                         : text("%ld", (long)reply[1 + i]),
                   "Remember which item each worker is running.");
        }
    }
}

static bool back_or_inside(struct run *run, int64_t n) {
    return is_back(run, 0) || run->running >= n;
}

// Runs items, and sees that there are as many workers as asked for.
static void run_with_workers(struct run *run) {
    int workers = start_crew(run);
    about(run, "crew_run(crew, items, 20, results), %d workers", workers);
    run->hold = true;
    START(run, 0, CREW_RUN, 20, 0);
    await(run, back_or_inside, 1, "a task runs");
    settle(run);
    expect_workers(run, workers);
    let_all_go(run);
    finish(run, 0);
}

static void reaped(struct run *run) {
    run_with_workers(run);
    about(run, "crew_stop(crew)");
    call(run, CREW_STOP, 0, NULL);
    expect_no_children(run, "after crew_stop");
}

static void descriptors(struct run *run) {
    int before = open_descriptors(run);
    run_with_workers(run);
    about(run, "crew_start, crew_run, crew_stop");
    call(run, CREW_STOP, 0, NULL);
    int after = open_descriptors(run);
    expect(run, after == before, text("%d open descriptors, as before", before),
           text("%d", after),
           "Close both ends of every pipe: two in the parent after the fork, "
           "the other two in crew_stop.");
}

static void gone_with_parent(struct run *run) {
    start_crew(run);
    run_items(run, 20, 0);
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
    {"at-most-n", 1, "never more than N tasks at once", at_most_n},
    {"all-busy", 2, "all N work, the free one gets the next", all_busy},
    {"same-processes", 1, "the same N processes at every call", same_processes},
    {"results", 2, "results[i] is what items[i] gave", results},
    {"reaped", 1, "after crew_stop no child is left", reaped},
    {"descriptors", 1, "after crew_stop no pipe is left open", descriptors},
    {"gone-with-parent", 1, "if you are killed, the workers leave",
     gone_with_parent},
};

EXERCISE(checks, CALLS, .in_processes = true);
