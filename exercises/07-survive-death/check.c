// SPDX-License-Identifier: MIT
// Exercise 7's checks. Runs in: judge.
#include <signal.h>

#include "brave.h"
#include "check.h"

enum { RUN, CALLS };

static void begin(struct run *run, int workers, int count, const char *what) {
    about(run, "brave_run(%d, task, items, %d, results, fates)%s", workers,
          count, what);
    START(run, 0, RUN, workers, count);
}

static void expect_fate(struct run *run, const int64_t *reply, int item,
                        int64_t fate) {
    int64_t got = reply[2 + 2 * item];
    expect(run, got == fate, text("fates[%d] is %ld", item, (long)fate),
           got == -1000 ? "it was not set" : text("%ld", (long)got),
           "waitpid's status tells how a worker ended: WIFSIGNALED, WTERMSIG, "
           "WEXITSTATUS. Its item shares its fate, no other does.");
    if (fate == FATE_DONE)
        expect(run, reply[1 + 2 * item] == answer_for(run, item),
               text("results[%d] is %ld", item, (long)answer_for(run, item)),
               text("%ld", (long)reply[1 + 2 * item]), "");
}

static void nobody_dies(struct run *run) {
    int count = (int)pick(run, 15, 40);
    begin(run, (int)pick(run, 2, 4), count, "");
    const int64_t *reply = finish(run, 0);
    expect_each_once(run, count);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]), "");
    for (int i = 0; i < count; i++)
        expect_fate(run, reply, i, FATE_DONE);
}

// Which item is to die: behind it are more than can have been handed out by
// then.
static int pick_victim(struct run *run, int count) {
    return (int)pick(run, 2, count - 15);
}

static void lost_one(struct run *run) {
    int count = (int)pick(run, 20, 40), victim = pick_victim(run, count);
    script(run, victim, COMMAND_DIE, SIGKILL);
    begin(run, (int)pick(run, 2, 4), count,
          text(", item %d is killed", victim));
    const int64_t *reply = finish(run, 0);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
           "A lost item is a result, too.");
    expect_each_once(run, count);
    for (int i = 0; i < count; i++)
        expect_fate(run, reply, i, i == victim ? SIGKILL : FATE_DONE);
}

static void exits(struct run *run) {
    int count = (int)pick(run, 20, 40), victim = pick_victim(run, count);
    int status = (int)pick(run, 0, 9);
    script(run, victim, COMMAND_EXIT, status);
    begin(run, (int)pick(run, 2, 4), count,
          text(", item %d calls exit(%d)", victim, status));
    const int64_t *reply = finish(run, 0);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
           "A lost item is a result, too.");
    expect_each_once(run, count);
    for (int i = 0; i < count; i++)
        expect_fate(run, reply, i,
                    i == victim ? FATE_EXIT + status : FATE_DONE);
}

static void replaced(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    run->hold = true;
    begin(run, workers, 40, ", tasks are killed");
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

static void all_die(struct run *run) {
    static const int how[] = {SIGKILL, SIGSEGV, SIGTERM};
    for (int i = 0; i < 12; i++)
        script(run, i, i % 4 == 3 ? COMMAND_EXIT : COMMAND_DIE,
               i % 4 == 3 ? 3 : how[i % 4]);
    begin(run, 3, 12, ", every task dies");
    const int64_t *reply = finish(run, 0);
    expect_each_once(run, 12);
    for (int i = 0; i < 12; i++)
        expect_fate(run, reply, i, i % 4 == 3 ? FATE_EXIT + 3 : how[i % 4]);
}

static bool back_or_settled(struct run *run, int64_t n) {
    return is_back(run, 0) || run->running >= n;
}

// Whatever dies and is replaced, no more than N at once.
static void at_most_n(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    run->hold = true;
    begin(run, workers, 30, "");
    for (int i = 0; i < 3; i++) {
        await(run, back_or_settled, 1, "tasks run");
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
    run->hold = true;
    begin(run, 3, 20, ", tasks are killed one after the other");
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
    const int64_t *reply = finish(run, 0);
    expect(run, reply[0] == 0, "returns 0", text("%ld", (long)reply[0]),
           "A lost item is a result, too.");
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    for (int i = 3; i < 7; i++)
        script(run, i, COMMAND_DIE, SIGKILL);
    begin(run, 3, 20, ", items 3 to 6 are killed");
    finish(run, 0);
    expect(run, run->executions > 0, "tasks run", "none did", "");
    expect_no_children(run, "when brave_run has returned");
    int after = open_descriptors(run);
    expect(run, after == before, text("%d open descriptors, as before", before),
           text("%d", after), "The dead leave their pipes to you.");
}

static const struct check checks[] = {
    {"nobody-dies", 1, "all items done, each once", nobody_dies},
    {"lost-one", 2, "a kill loses exactly one item", lost_one},
    {"exits", 1, "exit() in a task loses that item", exits},
    {"replaced", 2, "after deaths N work at once again", replaced},
    {"all-die", 1, "every task dies: all fates are told", all_die},
    {"at-most-n", 1, "never more than N tasks at once", at_most_n},
    {"buried", 1, "the dead are reaped at once", buried},
    {"cleaned", 1, "no process, no descriptor is left", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
