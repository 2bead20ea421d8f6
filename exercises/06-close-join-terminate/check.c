// SPDX-License-Identifier: MIT
// Exercise 6's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

// The errors' numbers are in the header; the functions in the driver's order.
#include "shop.h"

enum { OPEN, SUBMIT, STATUS, CLOSE, TERMINATE, JOIN, FREE, CALLS };

static const char *error_name(int64_t error) {
    static const char *const name[] = {"SHOP_EINVAL", "SHOP_ECLOSED",
                                       "SHOP_ERUNNING", "SHOP_ENOTREADY",
                                       "SHOP_ECANCELLED"};
    return error < 0 && error >= -5 ? name[-error - 1]
                                    : text("%ld", (long)error);
}

static int open_shop(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    about(run, "shop_open(%d, task)", workers);
    expect(run, CALL(run, OPEN, workers)[0], "a shop", "NULL", "");
    return workers;
}

static void submit(struct run *run, int from, int count) {
    for (int i = from; i < from + count; i++) {
        about(run, "shop_submit(shop, %d)", i);
        int64_t ticket = CALL(run, SUBMIT, i)[0];
        expect(run, ticket == i, text("ticket %d", i), error_name(ticket), "");
    }
}

static void expect_call(struct run *run, int id, const char *name, int64_t due,
                        const char *help) {
    about(run, "%s", name);
    int64_t got = call(run, id, 0, NULL)[0];
    expect(run, got == due, error_name(due), error_name(got), help);
}

static void expect_done(struct run *run, int ticket) {
    about(run, "shop_status(shop, %d, &result)", ticket);
    const int64_t *reply = CALL(run, STATUS, ticket);
    int64_t due = answer_for(run, ticket);
    expect(run, reply[0] == 0 && reply[1] == due,
           text("0, result %ld", (long)due),
           text("%s, result %ld", error_name(reply[0]), (long)reply[1]),
           "What is done stays done.");
}

static void expect_cancelled(struct run *run, int ticket) {
    about(run, "shop_status(shop, %d, &result) after terminate", ticket);
    int64_t got = CALL(run, STATUS, ticket)[0];
    expect(run, got == SHOP_ECANCELLED, "SHOP_ECANCELLED", error_name(got),
           "Every ticket that is not done when terminate comes is cancelled.");
}

static void until_done(struct run *run, int ticket) {
    about(run, "shop_status(shop, %d, &result) until it is done", ticket);
    for (int tries = 0; tries < 200; tries++) {
        if (CALL(run, STATUS, ticket)[0] == 0)
            break;
        settle(run);
    }
    expect_done(run, ticket);
}

// But for zombies: another check is about them.
static bool none_alive(struct run *run, int64_t n) {
    int zombies, all = children(run, &zombies);
    return all - zombies <= n;
}

static void join_early(struct run *run) {
    int workers = open_shop(run);
    run->hold = true;
    submit(run, 0, workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_call(run, JOIN, "shop_join(shop) before shop_close", SHOP_ERUNNING,
                "To wait for workers that nobody told to leave would take for "
                "ever.");
    submit(run, workers, 1); // goes on as before
    let_all_go(run);
    expect_call(run, CLOSE, "shop_close(shop)", 0, "");
    expect_call(run, JOIN, "shop_join(shop)", 0, "");
}

static void closed(struct run *run) {
    int workers = open_shop(run);
    run->hold = true;
    submit(run, 0, 2 * workers);
    await(run, running_are, 1, "a task runs");
    expect_call(run, CLOSE, "shop_close(shop)", 0, "");
    about(run, "shop_submit(shop, 77) after shop_close");
    int64_t got = CALL(run, SUBMIT, 77)[0];
    expect(run, got == SHOP_ECLOSED, "SHOP_ECLOSED", error_name(got), "");
    expect_call(run, TERMINATE, "shop_terminate(shop)", 0, "");
    about(run, "shop_submit(shop, 77) after shop_terminate");
    got = CALL(run, SUBMIT, 77)[0];
    expect(run, got == SHOP_ECLOSED, "SHOP_ECLOSED", error_name(got), "");
    expect(run, times_run(run, 77) == 0, "nothing of it runs", "it ran", "");
    for (int i = 0; i < 2; i++) {
        int ticket = i == 0 ? 2 * workers : -1;
        about(run, "shop_status(shop, %d, &result), no such ticket", ticket);
        got = CALL(run, STATUS, ticket)[0];
        expect(run, got == SHOP_EINVAL, "SHOP_EINVAL", error_name(got),
               "What was refused has no ticket.");
    }
}

static void close_finishes(struct run *run) {
    int workers = open_shop(run);
    int count = 4 * workers;
    run->hold = true;
    submit(run, 0, count);
    await(run, running_are, 1, "a task runs");
    expect_call(run, CLOSE, "shop_close(shop)", 0, "");
    struct execution *first = first_running(run);
    let_go(run, first);
    until_done(run, (int)first->id);
    about(run, "shop_join(shop) with %d tasks under way", count);
    start(run, 0, JOIN, 0, NULL);
    settle(run);
    expect(run, !is_back(run, 0), "it waits for the tasks",
           text("it returned before %d of them were done",
                count - (run->executions - run->running)),
           "close refuses new items; what is in is still done.");
    let_all_go(run);
    finish(run, 0);
    expect_each_once(run, count);
    for (int i = 0; i < count; i++)
        expect_done(run, i);
}

static void cancelled(struct run *run) {
    int workers = open_shop(run);
    submit(run, 0, 1);
    until_done(run, 0);
    run->hold = true;
    submit(run, 1, 5 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_call(run, TERMINATE, "shop_terminate(shop)", 0, "");
    about(run, "shop_join(shop) after shop_terminate, %d tasks inside",
          workers);
    expect_call(run, JOIN, "shop_join(shop)", 0, "");
    settle(run);
    expect(run, run->executions == 1 + workers,
           "no task begins after terminate",
           text("%d did", run->executions - 1 - workers), "");
    for (int i = 1; i <= 5 * workers; i++)
        expect_cancelled(run, i);
    expect_done(run, 0);
}

static bool all_deaf(struct run *run, int64_t n) {
    int64_t deaf = 0;
    for (int i = 0; i < run->executions; i++)
        deaf += ignores_signal(run, run->execution[i].pid, SIGTERM);
    return deaf >= n;
}

static void deaf(struct run *run) {
    int workers = open_shop(run);
    run->hold = true;
    submit(run, 0, 3 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    for (int i = 0; i < run->executions; i++)
        answer(run, &run->execution[i], COMMAND_IGNORE_SIGTERM,
               0); // ignore SIGTERM from now on
    await(run, all_deaf, workers, "the tasks ignore SIGTERM");
    expect_call(run, TERMINATE, "shop_terminate(shop), tasks ignore SIGTERM", 0,
                "");
    expect_call(run, JOIN, "shop_join(shop), the tasks ignored SIGTERM", 0,
                "SIGKILL is the one signal that no process can ignore.");
    await(run, none_alive, 0, "the workers are gone after shop_join");
}

static void twice(struct run *run) {
    int workers = open_shop(run);
    submit(run, 0, 2 * workers);
    for (int i = 0; i < 2 * workers; i++)
        until_done(run, i);
    expect_call(run, CLOSE, "shop_close(shop)", 0, "");
    expect_call(run, CLOSE, "shop_close(shop), again", 0, "");
    expect_call(run, JOIN, "shop_join(shop)", 0, "");
    expect_call(run, JOIN, "shop_join(shop), again", 0,
                "There is nothing left to wait for: say so.");
    expect(run, reply_of(run, 0)[1], "it closes nothing any more",
           "it closed a descriptor of somebody else",
           "The first join has closed the pipes; their numbers may mean "
           "something else by now.");
    expect_call(run, TERMINATE, "shop_terminate(shop) after shop_join", 0, "");
    expect_call(run, CLOSE, "shop_close(shop) after shop_join", 0, "");
    expect_call(run, JOIN, "shop_join(shop) after all that", 0, "");
    for (int i = 0; i < 2 * workers; i++)
        expect_done(run, i);
}

static void terminate_closed(struct run *run) {
    int workers = open_shop(run);
    run->hold = true;
    submit(run, 0, 3 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_call(run, CLOSE, "shop_close(shop)", 0, "");
    expect_call(run, TERMINATE, "shop_terminate(shop) after shop_close", 0, "");
    expect_call(run, JOIN, "shop_join(shop) after close and terminate", 0,
                "Who closed may still change his mind.");
    for (int i = 0; i < 3 * workers; i++)
        expect_cancelled(run, i);
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    int workers = open_shop(run);
    submit(run, 0, 3 * workers);
    expect_call(run, CLOSE, "shop_close(shop)", 0, "");
    expect_call(run, JOIN, "shop_join(shop)", 0, "");
    expect_no_children(run, "after shop_join");
    about(run, "shop_free(shop) after shop_join");
    call(run, FREE, 0, NULL);
    int after = open_descriptors(run);
    expect(run, after == before, text("%d open descriptors, as before", before),
           text("%d", after), "Close both pipes of every worker.");
}

static const struct check checks[] = {
    {"join-early", 1, "join before close refuses, at once", join_early},
    {"closed", 1, "nothing is taken after close, terminate", closed},
    {"close-finishes", 2, "after close all is done, join waits",
     close_finishes},
    {"cancelled", 2, "terminate: the undone is cancelled", cancelled},
    {"deaf", 1, "terminate ends what ignores SIGTERM", deaf},
    {"twice", 1, "close, join, terminate again: 0", twice},
    {"terminate-closed", 1, "terminate after close terminates",
     terminate_closed},
    {"cleaned", 1, "no process, no descriptor is left", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
