// SPDX-License-Identifier: MIT
// Exercise 7's checks. Runs in: judge.
#include <signal.h>

#include "check.h"
#include "survive.h"

enum { CREATE, MAP, DESTROY, CALLS };

#define NOT_SET (-1000)

static void create(struct run *run, int workers) {
    about(run, "pool_create(%d, task)", workers);
    expect(run, CALL(run, CREATE, workers)[0], "a pool", "NULL", "");
}

// Starts a map of items number `first` and on.
static void begin(struct run *run, int count, int first, const char *what) {
    about(run, "pool_map(pool, items, %d, results, fates)%s", count, what);
    START(run, 0, MAP, count, first);
}

static void expect_returned(struct run *run, const int64_t *reply, int due) {
    expect(run, reply[0] == due, text("pool_map returns %d", due),
           text("%ld", (long)reply[0]),
           due == 0 ? "A lost item is a result, too."
                    : "No worker is left, and fork fails.");
}

// Of items number `first` and on, the i-th.
static void expect_fate(struct run *run, const int64_t *reply, int first, int i,
                        int64_t fate) {
    int64_t got = reply[2 + 2 * i], result = reply[1 + 2 * i];
    expect(run, got == fate, text("fates[%d] is %ld", i, (long)fate),
           got == NOT_SET ? "it was not set" : text("%ld", (long)got),
           "waitpid's status tells how a worker ended: WIFSIGNALED, WTERMSIG, "
           "WEXITSTATUS. Its item shares its fate, no other does.");
    int64_t due = fate == FATE_DONE ? answer_for(run, first + i) : NOT_SET;
    expect(run, result == due,
           fate == FATE_DONE ? text("results[%d] is %ld", i, (long)due)
                             : text("results[%d] stays as it was", i),
           text("%ld", (long)result),
           fate == FATE_DONE
               ? "Remember which item each worker is running."
               : "Read into a variable of your own, and copy it when all of "
                 "the long is there. Half of it is none.");
}

static void nobody_dies(struct run *run) {
    use_all_longs(run);
    create(run, (int)pick(run, 2, 4));
    const int sizes[] = {(int)pick(run, 25, 40), 0, 1, 13};
    for (int k = 0; k < 4; k++) {
        forget_executions(run);
        begin(run, sizes[k], 0, "");
        const int64_t *reply = finish(run, 0);
        expect_each_once(run, sizes[k]);
        expect_returned(run, reply, 0);
        for (int i = 0; i < sizes[k]; i++)
            expect_fate(run, reply, 0, i, FATE_DONE);
        expect(run, reply[1 + 2 * sizes[k]] == 0,
               "nothing beyond results and fates is touched", "it is", "");
    }
}

// Which item is to die: behind it are more than can have been handed out by
// then.
static int pick_victim(struct run *run, int count) {
    return (int)pick(run, 2, count - 15);
}

// It may be killed after a few bytes of its result; or after all, who knows.
static void expect_lost_writing(struct run *run) {
    create(run, 2);
    forget_executions(run);
    script(run, 4, COMMAND_DIE_WRITING, 0);
    begin(run, 20, 0, ", item 4's worker is killed in its write");
    const int64_t *reply = finish(run, 0);
    expect_returned(run, reply, 0);
    expect_each_once(run, 20);
    for (int i = 0; i < 20; i++)
        expect_fate(run, reply, 0, i,
                    i == 4 && reply[10] != FATE_DONE ? SIGKILL : FATE_DONE);
}

static void lost_one(struct run *run) {
    int count = (int)pick(run, 20, 40), victim = pick_victim(run, count);
    create(run, (int)pick(run, 2, 4));
    script(run, victim, COMMAND_DIE, SIGKILL);
    begin(run, count, 0, text(", item %d is killed", victim));
    const int64_t *reply = finish(run, 0);
    expect_returned(run, reply, 0);
    expect_each_once(run, count);
    for (int i = 0; i < count; i++)
        expect_fate(run, reply, 0, i, i == victim ? SIGKILL : FATE_DONE);
    expect_lost_writing(run);
}

// Every kind of exit status, and signals that dump core.
static void exits(struct run *run) {
    const int status[] = {0, 255, 128 + (int)pick(run, 1, 126), 3};
    create(run, (int)pick(run, 2, 4));
    set_fault(run, CORE_DUMPS, 1);
    for (int i = 0; i < 4; i++)
        script(run, 3 * i, COMMAND_EXIT, status[i]);
    script(run, 12, COMMAND_DIE, SIGSEGV);
    script(run, 15, COMMAND_DIE, SIGABRT);
    begin(
        run, 30, 0,
        text(", items 0, 3, 6, 9 call exit(%d), exit(%d), exit(%d), exit(%d), "
             "12 and 15 crash",
             status[0], status[1], status[2], status[3]));
    const int64_t *reply = finish(run, 0);
    expect_returned(run, reply, 0);
    expect_each_once(run, 30);
    for (int i = 0; i < 30; i++)
        expect_fate(run, reply, 0, i,
                    i == 12                ? SIGSEGV
                    : i == 15              ? SIGABRT
                    : i % 3 == 0 && i < 12 ? FATE_EXIT + status[i / 3]
                                           : FATE_DONE);
}

static void expect_replaced(struct run *run, int workers) {
    create(run, workers);
    forget_executions(run);
    run->hold = true;
    begin(run, 60, 0, ", tasks are killed");
    for (int i = 0; i < 4; i++) {
        await(run, running_are, workers,
              text("%d tasks at once, after %d deaths", workers, i));
        answer(run, first_running(run), COMMAND_DIE, SIGKILL);
    }
    await(run, running_are, workers,
          text("%d tasks at once, after 4 deaths", workers));
    let_all_go(run);
    finish(run, 0);
}

static void replaced(struct run *run) {
    expect_replaced(run, (int)pick(run, 2, 4));
    expect_replaced(run, 36);
}

static void all_die(struct run *run) {
    static const int how[] = {SIGKILL, SIGSEGV, SIGTERM, 0, 64}; // the last one
    create(run, 3);
    for (int i = 0; i < 15; i++)
        script(run, i, i % 5 == 3 ? COMMAND_EXIT : COMMAND_DIE,
               i % 5 == 3 ? 3 : how[i % 5]);
    begin(run, 15, 0, ", every task dies");
    const int64_t *reply = finish(run, 0);
    expect_each_once(run, 15);
    for (int i = 0; i < 15; i++)
        expect_fate(run, reply, 0, i, i % 5 == 3 ? FATE_EXIT + 3 : how[i % 5]);
    forget_executions(run);
    begin(run, 6, 20, ", after a call in which every task had died");
    reply = finish(run, 0);
    for (int i = 0; i < 6; i++)
        expect_fate(run, reply, 20, i, FATE_DONE);
    // One worker: there is a moment in which nobody is at work.
    create(run, 1);
    for (int i = 40; i < 44; i++)
        script(run, i, COMMAND_DIE, SIGKILL);
    begin(run, 5, 40, ", one worker, and four of five tasks are killed");
    reply = finish(run, 0);
    expect_returned(run, reply, 0);
    for (int i = 0; i < 5; i++)
        expect_fate(run, reply, 40, i, i < 4 ? SIGKILL : FATE_DONE);
}

// Whatever dies and is replaced, no more than N at once.
static void at_most_n(struct run *run) {
    int workers = (int)pick(run, 3, 4); // one dies, others are left
    create(run, workers);
    run->hold = true;
    begin(run, 30, 0, "");
    for (int i = 0; i < 3; i++) {
        await(run, back_or_running, 1, "tasks run");
        settle(run);
        expect(run, run->running > 0, "tasks run", "none does", "");
        expect(run, run->most_running > 1, "tasks run at once",
               "one after the other", "");
        if (i == 0)
            answer(run, first_running(run), COMMAND_DIE, SIGKILL);
        else
            let_go(run, first_running(run));
    }
    let_all_go(run);
    finish(run, 0);
    expect(run, run->most_running <= workers,
           text("at most %d tasks at once", workers),
           text("%d at once", run->most_running),
           "A new worker takes a dead one's place, and no other.");
}

// The dead are reaped while the others work.
static void buried(struct run *run) {
    create(run, 3);
    run->hold = true;
    begin(run, 20, 0, ", tasks are killed one after the other");
    for (int i = 0; i < 2; i++) {
        await(run, running_are, 1, "tasks run");
        settle(run);
        struct execution *victim = first_running(run);
        answer(run, victim, COMMAND_DIE, SIGKILL);
        await(run, is_reaped, victim->pid,
              "a dead worker is reaped while the others work: no zombie");
    }
    expect(run, !is_back(run, 0), "it goes on with the other items",
           "it returned", "");
    let_all_go(run);
    expect_returned(run, finish(run, 0), 0);
}

static bool is_stopped(struct run *run, int64_t pid) {
    return state_of(run, (pid_t)pid) == 'T';
}

static void expect_done(struct run *run, const int64_t *reply, int count) {
    expect_returned(run, reply, 0);
    expect_each_once(run, count);
    for (int i = 0; i < count; i++)
        expect_fate(run, reply, 0, i, FATE_DONE);
    expect(run, reply[1 + 2 * count] == 0,
           "nothing beyond results and fates is touched", "it is",
           "Who dies idle has no item.");
}

static void expect_all_done(struct run *run, int count, const char *what) {
    begin(run, count, 0, what);
    expect_done(run, finish(run, 0), count);
}

// What looks like a death in a task, and is none.
static void no_loss(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    create(run, workers);
    begin(run, 4 * workers, 0, "");
    finish(run, 0);
    settle(run);
    struct execution *last = &run->execution[run->executions - 1];
    kill_one(run, last->pid, SIGKILL);
    await(run, has_ended, last->pid, "a worker that was killed ends");
    forget_executions(run);
    expect_all_done(run, 4 * workers, ", an idle worker was killed before");
    // All of them, between two calls.
    settle(run);
    for (int i = 0; i < run->executions; i++)
        if (!has_ended(run, run->execution[i].pid)) {
            kill_one(run, run->execution[i].pid, SIGKILL);
            await(run, has_ended, run->execution[i].pid,
                  "a worker that was killed ends");
        }
    forget_executions(run);
    expect_all_done(run, 4 * workers, ", all workers were killed before");
    // One that is idle while the last items run: nothing waits for it.
    forget_executions(run);
    run->hold = true;
    begin(run, 4 * workers, 0, ", a worker is killed when no item waits");
    await(run, running_are, workers, text("%d tasks run", workers));
    while (run->executions < 4 * workers) {
        int begun = run->executions;
        let_go(run, first_running(run));
        await(run, executions_are, begun + 1, "the next item runs");
    }
    struct execution *rests = first_running(run);
    let_go(run, rests);
    await(run, left_are, 3 * workers + 1, "a task ends");
    settle(run);
    kill_one(run, rests->pid, SIGKILL);
    await(run, is_reaped, rests->pid,
          "an idle worker that was killed is reaped while others work");
    settle(run);
    let_all_go(run);
    expect_done(run, finish(run, 0), 4 * workers);
    // Stopped is not dead.
    forget_executions(run);
    run->hold = true;
    begin(run, 4 * workers, 0, ", a worker is stopped for a while (SIGSTOP)");
    await(run, running_are, workers, text("%d tasks run", workers));
    pid_t stopped = first_running(run)->pid;
    kill_one(run, stopped, SIGSTOP);
    await(run, is_stopped, stopped, "a worker is stopped");
    settle(run);
    kill_one(run, stopped, SIGCONT);
    let_all_go(run);
    expect_done(run, finish(run, 0), 4 * workers);
}

static void works(struct run *run, int workers) {
    forget_executions(run);
    begin(run, workers + 1, 0, "");
    expect_returned(run, finish(run, 0), 0);
    expect_each_once(run, workers + 1);
}

static void no_worker(struct run *run) {
    expect_create_fails(run, CREATE, DESTROY, works);
    // One of two dies and cannot be replaced: the other does the work.
    static const char *const what[] = {"pipe", "fork"};
    static const enum fault fault[] = {FAIL_PIPE, FAIL_FORK};
    const int64_t *reply;
    for (int k = 0; k < 2; k++) {
        create(run, 2);
        script(run, 3, COMMAND_DIE, SIGKILL);
        set_fault(run, fault[k], 0);
        begin(run, 12, 0,
              text(", one of 2 workers is killed, and %s fails", what[k]));
        reply = finish(run, 0);
        if (k == 0)
            set_fault(run, FAIL_PIPE, -1);
        expect_returned(run, reply, 0);
        for (int i = 0; i < 12; i++)
            expect_fate(run, reply, 0, i, i == 3 ? SIGKILL : FATE_DONE);
    }
    // The other dies, too.
    script(run, 22, COMMAND_DIE, SIGKILL);
    begin(run, 12, 20, ", the last worker is killed, and fork fails");
    reply = finish(run, 0);
    expect_returned(run, reply, -1);
    for (int i = 0; i < 3; i++)
        expect_fate(run, reply, 20, i, i == 2 ? SIGKILL : FATE_DONE);
    expect_fate(run, reply, 20, 11, NOT_SET);
    // Then fork works again.
    set_fault(run, FAIL_FORK, -1);
    forget_executions(run);
    run->hold = true;
    begin(run, 6, 40, ", when fork works again");
    await(run, running_are, 2, "2 tasks run at once");
    let_all_go(run);
    reply = finish(run, 0);
    expect_returned(run, reply, 0);
    for (int i = 0; i < 6; i++)
        expect_fate(run, reply, 40, i, FATE_DONE);
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run);
    create(run, 3);
    for (int i = 3; i < 7; i++)
        script(run, i, COMMAND_DIE, SIGKILL);
    begin(run, 20, 0, ", items 3 to 6 are killed");
    finish(run, 0);
    expect(run, run->executions > 0, "tasks run", "none did", "");
    settle(run);
    // The last one heard of may be one of the dead.
    pid_t idle = run->execution[run->executions - 1].pid;
    for (int i = 0; i < run->executions; i++)
        if (!has_ended(run, run->execution[i].pid))
            idle = run->execution[i].pid;
    kill_one(run, idle, SIGKILL);
    await(run, has_ended, idle, "an idle worker that was killed ends");
    about(run, "pool_destroy(pool), an idle worker was killed");
    call(run, DESTROY, 0, NULL);
    expect_no_children(run, "after pool_destroy");
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before),
           "The dead leave their pipes to you.");
    expect_unharmed(run);
}

static const struct check checks[] = {
    {"nobody-dies", 1, "all items done, each once", nobody_dies},
    {"lost-one", 1, "a kill loses exactly one item", lost_one},
    {"exits", 1, "exit() and crashes, as waitpid tells", exits},
    {"replaced", 1, "after deaths N work at once again", replaced},
    {"all-die", 1, "every task dies: all fates are told", all_die},
    {"at-most-n", 1, "never more than N tasks at once", at_most_n},
    {"reaped", 1, "the dead are reaped at once", buried},
    {"no-loss", 1, "idle deaths and stops lose nothing", no_loss},
    {"no-worker", 1, "where fork or pipe fails", no_worker},
    {"cleaned", 1, "no process, no descriptor is left", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
