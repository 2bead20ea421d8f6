// SPDX-License-Identifier: MIT
// Exercise 2's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

enum { RUN_ALL, CALLS };

#define NOT_SET (-1000)
#define MANY 65 // more than fits into a table that was thought large enough

static void say(struct run *run, int count, const char *what) {
    about(run, "run_all(task, items, %d, results, have)%s", count, what);
}

static const int64_t *run_all(struct run *run, int count, const char *what) {
    say(run, count, what);
    return CALL(run, RUN_ALL, count);
}

static const char *number(int64_t value) {
    return value == NOT_SET ? "it was not set" : text("%ld", (long)value);
}

static void expect_returned(struct run *run, const int64_t *reply, int due) {
    expect(run, reply[0] == due, text("run_all returns %d", due),
           text("%ld", (long)reply[0]),
           "So many whole results came. A read that a signal interrupts "
           "(EINTR) brings none: again. -1 is for a pipe or a fork that "
           "failed.");
}

static void expect_result(struct run *run, const int64_t *reply, int i) {
    expect(run, reply[1 + 2 * i] == 1, text("have[%d] is 1", i),
           number(reply[1 + 2 * i]), "Its process has written its result.");
    expect(run, reply[2 + 2 * i] == answer_for(run, i),
           text("results[%d] is %ld", i, (long)answer_for(run, i)),
           number(reply[2 + 2 * i]),
           "Each process has a pipe of its own, and all of a long goes "
           "through: sizeof(long) bytes.");
}

static void each_once(struct run *run) {
    const int sizes[] = {(int)pick(run, 5, 12), 1, MANY, 0};
    for (int i = 0; i < 4; i++) {
        forget_executions(run);
        const int64_t *reply = run_all(run, sizes[i], "");
        expect_returned(run, reply, sizes[i]);
        expect(run, reply[1 + 2 * sizes[i]] == 0,
               "nothing but have[i] and results[i] is touched", "it is", "");
        expect_each_once(run, sizes[i]);
        expect(
            run, different_pids(run, 0) == sizes[i],
            text("%d processes", sizes[i]),
            text("%d processes ran %d tasks", different_pids(run, 0), sizes[i]),
            "Fork once for every task.");
        for (int k = 0; k < run->executions; k++)
            expect(run, run->execution[k].pid != run->driver,
                   "tasks run in children",
                   "a task ran in the process that called run_all",
                   "In the child, fork returns 0.");
    }
}

static void all_at_once(struct run *run) {
    const int sizes[] = {(int)pick(run, 5, 12), MANY};
    for (int i = 0; i < 2; i++) {
        say(run, sizes[i], "");
        forget_executions(run);
        run->hold = true;
        START(run, 0, RUN_ALL, sizes[i]);
        await(run, running_are, sizes[i],
              text("%d tasks inside at once", sizes[i]));
        let_all_go(run);
        finish(run, 0);
        await(run, left_are, sizes[i], "the tasks end");
    }
}

// Ends the tasks one by one, the youngest and the oldest in turn.
static const int64_t *out_of_order(struct run *run, int count) {
    bool youngest = true;
    run->hold = true;
    START(run, 0, RUN_ALL, count);
    await(run, back_or_running, count, text("%d tasks inside", count));
    settle(run);
    while (!is_back(run, 0) && last_running(run)) {
        let_go(run, youngest ? last_running(run) : first_running(run));
        youngest = !youngest;
        settle(run);
    }
    let_all_go(run);
    return finish(run, 0);
}

static void results(struct run *run) {
    int count = 20;
    use_all_longs(run);
    const int64_t *reply = run_all(run, count, "");
    for (int i = 0; i < count; i++)
        expect_result(run, reply, i);
    count = (int)pick(run, 5, 9);
    say(run, count, ", the last task ends first");
    reply = out_of_order(run, count);
    for (int i = 0; i < count; i++)
        expect_result(run, reply, i);
}

static void pieces(struct run *run) {
    int count = (int)pick(run, 3, 6);
    run->answers = ANSWERS_INT; // each piece is another
    for (int size = 1; size < 8; size += 2) {
        set_fault(run, SMALL_PIECES, size);
        const int64_t *reply =
            run_all(run, count,
                    text(", where read and write move %d byte%s", size,
                         size == 1 ? "" : "s"));
        for (int i = 0; i < count; i++) {
            expect(run,
                   reply[1 + 2 * i] == 1 &&
                       reply[2 + 2 * i] == answer_for(run, i),
                   text("have[%d] is 1, results[%d] is %ld", i, i,
                        (long)answer_for(run, i)),
                   text("%ld and %ld", (long)reply[1 + 2 * i],
                        (long)reply[2 + 2 * i]),
                   "read and write say how many bytes they moved. Go on until "
                   "all of the long is there.");
        }
    }
    set_fault(run, SMALL_PIECES, 0);
    run->answers = ANSWERS_SMALL;
    // It may be killed after some bytes; or after all, who knows.
    script(run, 1, COMMAND_DIE_WRITING, 0);
    forget_executions(run);
    const int64_t *reply =
        run_all(run, count, ", process 1 is killed while it writes");
    bool whole = reply[3] != 0;
    expect(run, reply[4] == (whole ? answer_for(run, 1) : NOT_SET),
           whole ? "the whole result" : "results[1] stays as it was",
           number(reply[4]), "Half of a long is none.");
    expect_returned(run, reply, count - !whole);
}

// Every third one dies or leaves, the last one never.
static void no_result(struct run *run) {
    int count = 3 * (int)pick(run, 4, 5) - (int)pick(run, 0, 1);
    for (int i = 0; i < count; i += 3) {
        if (i % 2 == 0)
            script(run, i, COMMAND_DIE, i == 0 ? SIGKILL : SIGSEGV);
        else
            script(run, i, COMMAND_EXIT, i == 3 ? 0 : 7);
    }
    const int64_t *reply =
        run_all(run, count, ", tasks 0, 3, 6 … are killed or call exit");
    for (int i = 0; i < count; i++) {
        if (i % 3 != 0) {
            expect_result(run, reply, i);
            continue;
        }
        expect(run, reply[1 + 2 * i] == 0, text("have[%d] is 0", i),
               number(reply[1 + 2 * i]),
               "Its process ended without a result: read gives 0, the end of "
               "the file, before the long is whole.");
        expect(run, reply[2 + 2 * i] == NOT_SET,
               text("results[%d] stays as it was", i), number(reply[2 + 2 * i]),
               "Copy a result only when all of it is there.");
    }
    expect_returned(run, reply, count - (count + 2) / 3);
    // The last, too, and all of them.
    for (count = 2; count <= 4; count += 2) {
        for (int i = 0; i < count; i++)
            script(run, i, COMMAND_DIE, SIGKILL);
        reply = run_all(run, count, ", every task is killed");
        for (int i = 0; i < count; i++)
            expect(run, reply[1 + 2 * i] == 0, text("have[%d] is 0", i),
                   number(reply[1 + 2 * i]), "Its process gave none.");
        expect_returned(run, reply, 0);
    }
}

static void write_ends(struct run *run) {
    int count = (int)pick(run, 5, 9);
    int before = write_ends_of(run, run->driver);
    say(run, count, "");
    run->hold = true;
    START(run, 0, RUN_ALL, count);
    await(run, running_are, count, text("%d tasks inside at once", count));
    settle(run);
    for (int i = 0; i < run->executions; i++) {
        int ends = write_ends_of(run, run->execution[i].pid) - before;
        expect(run, ends <= 1, "each process holds the write end of its pipe",
               text("one holds %d", ends),
               "A child inherits every descriptor that is open at the fork, "
               "write ends too: its parent's copies, until the parent closes "
               "them.");
    }
    let_all_go(run);
    expect_returned(run, finish(run, 0), count);
}

// The first call, one in the middle, the last.
static void fails(struct run *run) {
    static const char *const what[] = {"fork", "pipe"};
    static const enum fault fault[] = {FAIL_FORK, FAIL_PIPE};
    int count = (int)pick(run, 4, 6);
    for (int i = 0; i < 6; i++) {
        const int after[] = {0, (int)pick(run, 1, count - 2), count - 1};
        int good = after[i % 3];
        forget_executions(run);
        int before = open_descriptors(run);
        set_fault(run, fault[i / 3], good);
        const int64_t *reply = run_all(
            run, count, text(", where %s", fails_after(what[i / 3], good)));
        // One pipe may serve all, or none be needed.
        if (i / 3 == 0 || reply[0] == -1)
            expect_returned(run, reply, -1);
        if (i / 3 == 0)
            expect(run, run->executions == good,
                   text("%d tasks have run", good), text("%d", run->executions),
                   "Those started before the failure run on.");
        for (int k = 0; k < run->executions && k < good; k++)
            expect_result(run, reply, k);
        expect_no_children(run, "when run_all has returned");
        int after_it = open_descriptors(run);
        expect(run, after_it == before,
               text("%d open descriptors, as before", before),
               text("%d", after_it),
               "Close both ends of every pipe, then too.");
        set_fault(run, fault[i / 3], -1);
    }
    for (int after = 0; after < 3; after++) {
        forget_executions(run);
        int before = open_descriptors(run);
        set_fault(run, FAIL_MALLOC, after);
        const int64_t *reply = run_all(
            run, count, text(", where %s", fails_after("malloc", after)));
        set_fault(run, FAIL_MALLOC, -1);
        if (reply[0] != -1) // it needs fewer
            expect_returned(run, reply, count);
        expect_no_children(run, "when run_all has returned");
        int now = open_descriptors(run);
        expect(run, now == before,
               text("%d open descriptors, as before", before), text("%d", now),
               "Close both ends of every pipe, then too.");
    }
    // So that this earns nothing where nothing was ever started.
    forget_executions(run);
    expect_returned(run, run_all(run, count, ""), count);
    // What is harmed where nothing fails is another check's concern.
    lend(run);
    run_all(run, 3, "");
    bool careful = is_unharmed(run);
    for (int i = 0; i < 6 && careful; i++) {
        lend(run);
        set_fault(run, fault[i / 3], i % 3);
        run_all(run, 3, text(", where %s", fails_after(what[i / 3], i % 3)));
        set_fault(run, fault[i / 3], -1);
        expect_unharmed(run);
    }
}

// A process has written its result and is stopped before it ends: a signal
// interrupts what waits for that.
static void expect_waits_for_the_end(struct run *run, int count) {
    script(run, count - 1, COMMAND_STOP_WRITTEN, 0);
    forget_executions(run);
    say(run, count,
        ", the last process is stopped (SIGSTOP) behind its result");
    START(run, 0, RUN_ALL, count);
    await(run, back_or_stopped, 0, "the process is stopped, or it returns");
    settle(run);
    interrupt(run);
    for (int i = 0; i < run->executions; i++)
        if (state_of(run, run->execution[i].pid) == 'T') {
            expect(run, !is_back(run, 0), "it waits until all have ended",
                   "it returned",
                   "waitpid that a signal interrupts returns -1, errno is "
                   "EINTR: again. And a process that is stopped lives.");
            kill_one(run, run->execution[i].pid, SIGCONT);
        }
    expect_returned(run, finish(run, 0), count);
    expect_no_children(run, "when run_all has returned");
}

static void cleaned(struct run *run) {
    int count = (int)pick(run, 5, 12), before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run);
    run->hold = true;
    say(run, count, ", a signal interrupts the waiting");
    START(run, 0, RUN_ALL, count);
    await(run, back_or_running, count, text("%d tasks inside", count));
    settle(run);
    interrupt(run);
    let_all_go(run);
    const int64_t *reply = finish(run, 0);
    expect(
        run, run->executions == count && run->running == 0,
        "run_all returns after the last task",
        text("%d of %d tasks had ended", run->executions - run->running, count),
        "A read that a signal interrupts returns -1, errno is EINTR: again.");
    expect_returned(run, reply, count);
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before),
           "Close the write end after the fork, the read end when its result "
           "is there.");
    expect_unharmed(run);
    expect_no_children(run, "when run_all has returned");
    expect_waits_for_the_end(run, count);
}

static const struct check checks[] = {
    {"each-once", 1, "every task once, each in a process", each_once},
    {"all-at-once", 1, "all are inside at the same time", all_at_once},
    {"results", 2, "any long comes home, whoever ends first", results},
    {"pieces", 1, "also where read and write move few bytes", pieces},
    {"no-result", 2, "a process that ends without a result", no_result},
    {"write-ends", 1, "no process holds another's write end", write_ends},
    {"fails", 1, "after a failing fork or pipe: -1, all reaped", fails},
    {"cleaned", 1, "nothing is left, nothing of yours harmed", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
