// SPDX-License-Identifier: MIT
// Exercise 4's checks. Runs in: judge.
#include "check.h"

enum { DESK_OPEN, DESK_SUBMIT, DESK_READY, DESK_WAIT, DESK_CLOSE, CALLS };
enum { NO_CALLBACK, NOTES, SUBMITS };

static int open_desk(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    about(run, "desk_open(%d, task)", workers);
    expect(run, CALL(run, DESK_OPEN, workers)[0], "a desk", "NULL", "");
    return workers;
}

// Item i gets ticket i.
static void submit(struct run *run, int from, int count, int kind) {
    for (int i = from; i < from + count; i++) {
        about(run, "desk_submit(desk, %d, %s, user)", i,
              kind ? "done" : "NULL");
        int64_t ticket = CALL(run, DESK_SUBMIT, i, kind, 7 * i)[0];
        expect(run, ticket == i, text("ticket %d", i),
               text("%ld", (long)ticket), "Tickets count up from 0.");
    }
}

static void wait_for(struct run *run, int ticket) {
    about(run, "desk_wait(desk, %d, &result)", ticket);
    const int64_t *reply = CALL(run, DESK_WAIT, ticket);
    int64_t due = answer_for(run, ticket);
    expect(run, reply[0] == 0 && reply[1] == due,
           text("returns 0, result %ld", (long)due),
           text("returns %ld, result %ld%s", (long)reply[0], (long)reply[1],
                reply[1] == -1000 ? ", which was there before" : ""),
           "The ticket belongs to the item, not to the worker.");
}

static void each_once(struct run *run) {
    open_desk(run);
    int count = (int)pick(run, 20, 50);
    submit(run, 0, count, NO_CALLBACK);
    for (int i = 0; i < count; i++)
        wait_for(run, i);
    expect_each_once(run, count);
}

static void returns_at_once(struct run *run) {
    int workers = open_desk(run);
    run->hold = true;
    submit(run, 0, 4 * workers, NO_CALLBACK);
    about(run, "%d times desk_submit, %d workers", 4 * workers, workers);
    await(run, running_are, workers, text("%d tasks inside at once", workers));
    settle(run);
    expect(run, run->running == workers,
           text("%d tasks inside, the others wait", workers),
           text("%d inside", run->running), "");
    let_all_go(run);
    for (int i = 0; i < 4 * workers; i++)
        wait_for(run, i);
}

static void results(struct run *run) {
    open_desk(run);
    int count = (int)pick(run, 20, 50);
    submit(run, 0, count, NO_CALLBACK);
    for (int i = 0; i < count; i++)
        wait_for(run, (int)pick(run, 0, count - 1)); // some twice
    about(run, "desk_wait(desk, %d, &result)", count);
    int64_t got = CALL(run, DESK_WAIT, count)[0];
    expect(run, got == -1, "-1: no such ticket", text("%ld", (long)got), "");
}

static void callback_once(struct run *run) {
    open_desk(run);
    int count = (int)pick(run, 20, 50);
    submit(run, 0, count, NOTES);
    for (int i = count - 1; i >= 0; i--)
        wait_for(run, i);
    about(run, "desk_submit(desk, item, done, user), then desk_wait");
    for (int i = 0; i < count; i++) {
        int times = 0;
        for (int n = 0; n < run->events; n++) {
            struct event *note = &run->event[n];
            if (note->id != i)
                continue;
            times++;
            expect(run, note->pid == run->driver,
                   "the callback runs in the process that opened the desk",
                   "it ran in a worker",
                   "Only a result goes through the pipe; the parent calls.");
            expect(run,
                   note->value == answer_for(run, i) && note->detail == 7 * i,
                   text("done(%d, %ld, user %d)", i, (long)answer_for(run, i),
                        7 * i),
                   text("done(%d, %ld, user %ld)", i, (long)note->value,
                        (long)note->detail),
                   "Keep the callback and its user pointer in the ticket.");
        }
        expect(run, times == 1, text("one call for ticket %d", i),
               text("%d calls", times),
               "Call it where the result arrives, and nowhere else.");
    }
}

static void before_wait(struct run *run) {
    open_desk(run);
    submit(run, 0, 20, NOTES);
    for (int i = 0; i < 20; i++) {
        wait_for(run, i);
        bool called = false;
        for (int n = 0; n < run->events; n++)
            called = called || (run->event[n].id == i &&
                                run->event[n].at < returned_at(run, 0));
        expect(run, called,
               text("the callback of ticket %d came before that returned", i),
               "it did not", "");
    }
}

static void ready(struct run *run) {
    int workers = open_desk(run);
    int count = workers;
    run->hold = true;
    submit(run, 0, count, NO_CALLBACK);
    for (int i = 0; i < count; i++) {
        about(run, "desk_ready(desk, %d) while its task is running", i);
        expect(run, CALL(run, DESK_READY, i)[0] == 0, "0", "not 0", "");
    }
    let_all_go(run);
    // Nobody waits: looking alone must bring the results in.
    for (int i = 0; i < count; i++) {
        int64_t is = 0;
        for (int tries = 0; !is && tries < 100; tries++) {
            about(run, "desk_ready(desk, %d) again and again", i);
            is = CALL(run, DESK_READY, i)[0];
            settle(run);
        }
        expect(run, is == 1, "1 when the result is there", "never 1",
               "poll with a timeout of 0 takes what is there, and does not "
               "wait.");
    }
}

static void callback_submits(struct run *run) {
    open_desk(run);
    submit(run, 0, 1, SUBMITS);
    wait_for(run, 0);
    expect(run, run->events >= 1, "its callback has come, and submitted 40",
           "it has not", "");
    for (int i = 1; i <= 40; i++) {
        about(run, "desk_wait(desk, %d, &result), submitted by a callback", i);
        const int64_t *reply = CALL(run, DESK_WAIT, i);
        expect(run, reply[0] == 0 && reply[1] == answer_for(run, 999 + i),
               text("returns 0, result %ld", (long)answer_for(run, 999 + i)),
               text("returns %ld, result %ld", (long)reply[0], (long)reply[1]),
               "A callback that submits may move the tickets (realloc).");
    }
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    int workers = open_desk(run);
    int count = workers;
    run->hold = true;
    submit(run, 0, count, NOTES);
    about(run, "desk_close(desk) with %d tasks under way", count);
    start(run, 0, DESK_CLOSE, 0, NULL);
    settle(run);
    expect(run, !is_back(run, 0), "it waits for the tasks",
           "it returned before they had ended", "");
    let_all_go(run);
    finish(run, 0);
    expect_each_once(run, count);
    expect(run, run->events >= count, text("%d callbacks", count),
           text("%d", run->events), "What was handed in still counts.");
    expect_no_children(run, "after desk_close");
    int after = open_descriptors(run);
    expect(run, after == before, text("%d open descriptors, as before", before),
           text("%d", after), "Close both pipes of every worker.");
}

static const struct check checks[] = {
    {"each-once", 1, "every item runs exactly once", each_once},
    {"returns-at-once", 2, "desk_submit never waits", returns_at_once},
    {"results", 1, "any ticket, in any order, again too", results},
    {"callback-once", 2, "one callback each, in your process", callback_once},
    {"before-wait", 1, "the callback comes before wait returns", before_wait},
    {"ready", 1, "desk_ready looks and does not wait", ready},
    {"callback-submits", 1, "a callback may submit", callback_submits},
    {"cleaned", 1, "close waits for all, leaves nothing", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
