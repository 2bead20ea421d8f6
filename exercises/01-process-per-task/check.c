// SPDX-License-Identifier: MIT
// Exercise 1's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

enum { RUN_ALL, CALLS };

#define NOT_SET (-1000)
#define MANY 65 // more than fits into a table that was thought large enough

static int begin(struct run *run, int low, int high) {
    int count = (int)pick(run, low, high);
    about(run, "run_all(task, %d, results)", count);
    return count;
}

static bool back_or_asked(struct run *run, int64_t n) {
    (void)n;
    return is_back(run, 0) || first_running(run);
}

static void each_once(struct run *run) {
    const int sizes[] = {(int)pick(run, 5, 12), 1, MANY, 0};
    for (int round = 0; round < 4; round++) {
        int count = begin(run, sizes[round], sizes[round]);
        forget_executions(run);
        const int64_t *reply = CALL(run, RUN_ALL, count);
        await(run, left_are, count, text("%d tasks run", count));
        settle(run);
        expect_each_once(run, count);
        expect(run, reply[1 + count] == NOT_SET && reply[2 + count] == NOT_SET,
               "nothing but results[0] to results[count - 1] is touched",
               "it is", "");
    }
}

static void own_process(struct run *run) {
    const int sizes[] = {(int)pick(run, 5, 12), 1};
    for (int round = 0; round < 2; round++) {
        int count = begin(run, sizes[round], sizes[round]);
        forget_executions(run);
        CALL(run, RUN_ALL, count);
        await(run, left_are, count, text("%d tasks run", count));
        expect(run, different_pids(run, 0) == count,
               text("%d processes", count),
               text("%d processes ran %d tasks", different_pids(run, 0), count),
               "Fork once for every task.");
        for (int i = 0; i < run->executions; i++)
            expect(run, run->execution[i].pid != run->driver,
                   "tasks run in children",
                   "a task ran in the process that called run_all",
                   "In the child, fork returns 0. A single task needs one, "
                   "too.");
    }
}

static void all_at_once(struct run *run) {
    const int sizes[] = {(int)pick(run, 5, 12), MANY};
    for (int round = 0; round < 2; round++) {
        int count = begin(run, sizes[round], sizes[round]);
        forget_executions(run);
        run->hold = true;
        START(run, 0, RUN_ALL, count);
        await(run, running_are, count, text("%d tasks inside at once", count));
        let_all_go(run);
        finish(run, 0);
        await(run, left_are, count, "the tasks end");
    }
}

// Ends the tasks one by one, the youngest and the oldest in turn: whichever
// order somebody takes them for, they have another one.
static const int64_t *run_out_of_order(struct run *run, int count) {
    bool youngest = true;
    run->hold = true;
    START(run, 0, RUN_ALL, count);
    await(run, back_or_asked, 0, "the call returns");
    settle(run);
    for (;;) {
        await(run, back_or_asked, 0, "the call returns");
        struct execution *execution =
            youngest ? last_running(run) : first_running(run);
        youngest = !youngest;
        if (!execution)
            break;
        let_go(run, execution);
        await(run, has_ended, execution->pid, "a task's process ends");
    }
    return finish(run, 0);
}

static const char *result_text(int64_t result) {
    return result == NOT_SET ? "it was not set" : text("%ld", (long)result);
}

static void expect_results(struct run *run, const int64_t *reply, int count,
                           int leaves, int status) {
    for (int i = 0; i < count; i++) {
        int64_t due = i == leaves ? status : answer_for(run, i);
        expect(run, reply[1 + i] == due,
               text("results[%d] is %ld", i, (long)due),
               result_text(reply[1 + i]),
               "WEXITSTATUS of the status that waitpid gave for that task's "
               "process, whichever process ended first.");
    }
}

// Also of a task that calls exit: its process has a status, too.
static void results(struct run *run) {
    run->answers = ANSWERS_STATUS;
    expect_results(run, CALL(run, RUN_ALL, begin(run, MANY, MANY)), MANY, -1,
                   0);
    forget_executions(run);
    int count = begin(run, 9, 14); // all kinds of status
    int leaves = (int)pick(run, 0, count - 1), status = (int)pick(run, 3, 250);
    script(run, leaves, COMMAND_EXIT, status);
    const int64_t *reply = run_out_of_order(run, count);
    expect_results(run, reply, count, leaves, status);
    expect(run, reply[0] == 0, "run_all returns 0", text("%ld", (long)reply[0]),
           "All went well.");
    reply = CALL(run, RUN_ALL, begin(run, 0, 0));
    expect(run, reply[0] == 0, "run_all returns 0", text("%ld", (long)reply[0]),
           "Nothing to do is not an error.");
}

static void reaped(struct run *run) {
    int before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run), count = begin(run, 5, 12);
    run->hold = true;
    START(run, 0, RUN_ALL, count);
    await(run, back_or_asked, 0, "the call returns");
    settle(run);
    interrupt(run);
    struct execution *stopped = first_running(run); // which is not dead
    if (stopped && stopped->pid != run->driver)
        kill_one(run, stopped->pid, SIGSTOP);
    let_all_go(run);
    settle(run);
    if (stopped)
        kill_one(run, stopped->pid, SIGCONT);
    finish(run, 0);
    expect(
        run, run->running == 0 && run->executions == count,
        "run_all returns after the last task",
        text("%d of %d tasks had ended", run->executions - run->running, count),
        "run_all must wait for its children before it returns, and wait "
        "again when a signal interrupts it (EINTR).");
    expect_no_children(run, "when run_all has returned");
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before), "Close what you have opened.");
    expect_unharmed(run);
}

// Two in a row and the last, each with its signal; a core may have been dumped.
static void killed(struct run *run) {
    static const int signals[] = {SIGKILL, SIGSEGV, 64};
    set_fault(run, CORE_DUMPS, 1);
    int count = begin(run, 7, 12), first = (int)pick(run, 0, count - 3);
    const int killed[] = {first, first + 1, count - 1};
    for (int i = 0; i < 3; i++)
        script(run, killed[i], COMMAND_DIE, signals[i]);
    // One that takes whichever ends first has another order here. That is
    // another check's concern: so the results are compared as a whole.
    const int64_t *reply = CALL(run, RUN_ALL, count);
    expect(run, reply[0] == 0, "run_all returns 0", text("%ld", (long)reply[0]),
           "That a task was killed is its result. -1 is for a fork that "
           "failed.");
    for (int i = 0; i < 3; i++) {
        int times = 0;
        for (int k = 0; k < count; k++)
            times += reply[1 + k] == -signals[i];
        expect(run, times == 1,
               text("one result is %d: killed by signal %d", -signals[i],
                    signals[i]),
               text("%d are; results[%d]: %s", times, killed[i],
                    result_text(reply[1 + killed[i]])),
               "WIFSIGNALED tells whether a signal ended it, WTERMSIG which.");
    }
}

static void fork_fails(struct run *run) {
    int count = (int)pick(run, 4, 7);
    const int after[] = {(int)pick(run, 1, count - 2), 0, count - 1};
    for (int i = 0; i < 3; i++) {
        int good = after[i];
        forget_executions(run);
        about(run, "run_all(task, %d, results), where %s", count,
              fails_after("fork", good));
        set_fault(run, FAIL_FORK, good);
        const int64_t *reply = CALL(run, RUN_ALL, count);
        set_fault(run, FAIL_FORK, -1);
        expect(run, reply[0] == -1, "run_all returns -1",
               text("%ld", (long)reply[0]), "fork returns -1 when it fails.");
        int ran = run->executions - run->running;
        expect(run, ran == good, text("%d tasks have run", good),
               text("%d", ran), "Those started before the failure run on.");
        int64_t due = 0, sum = 0; // which is whose is another check's concern
        for (int k = 0; k < good; k++) {
            expect(run, reply[1 + k] != NOT_SET,
                   text("results[%d] is there", k), "it was not set",
                   "Those that ran have results.");
            due += answer_for(run, k);
            sum += reply[1 + k];
        }
        expect(run, sum == due, "the results are those of the tasks that ran",
               "others", "Those that ran have results.");
        expect_no_children(run, "when run_all has returned");
    }
    // What is harmed where nothing fails is another check's concern.
    lend(run);
    CALL(run, RUN_ALL, begin(run, 3, 3));
    if (!is_unharmed(run))
        return;
    for (int i = 0; i < 3; i++) {
        about(run, "run_all(task, %d, results), where %s", count,
              fails_after("fork", after[i]));
        lend(run);
        set_fault(run, FAIL_FORK, after[i]);
        CALL(run, RUN_ALL, count);
        set_fault(run, FAIL_FORK, -1);
        expect_unharmed(run);
    }
}

static const struct check checks[] = {
    {"each-once", 1, "every task runs exactly once", each_once},
    {"own-process", 1, "each in a process of its own", own_process},
    {"all-at-once", 1, "all are inside at the same time", all_at_once},
    {"results", 2, "results[i] is task i's exit status", results},
    {"reaped", 2, "it returns after the last, all reaped", reaped},
    {"killed", 2, "a killed task's result is minus its signal", killed},
    {"fork-fails", 1, "after a failing fork the rest is reaped", fork_fails},
};

EXERCISE(checks, CALLS, .in_processes = true);
