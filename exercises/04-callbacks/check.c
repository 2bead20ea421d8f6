// SPDX-License-Identifier: MIT
// Exercise 4's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

enum { CREATE, ASYNC, MANY, ALL, READY, GET, DESTROY, CALLS };
enum { NO_CALLBACK, TELLS, SUBMITS };

#define NOT_SET (-1000)
#define FEWEST 1000 // items for which there must be room

static void create(struct run *run, int workers) {
    about(run, "pool_create(%d, task)", workers);
    expect(run, CALL(run, CREATE, workers)[0], "a pool", "NULL", "");
}

static int some_workers(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    create(run, workers);
    return workers;
}

// Item i gets number i.
static void submit(struct run *run, int from, int count, int kind) {
    for (int i = from; i < from + count; i++) {
        about(run, "pool_apply_async(pool, item %d, %s)", i,
              kind ? "callback, user" : "NULL, NULL");
        int64_t number = CALL(run, ASYNC, i, kind, 7 * i)[0];
        expect(run, number == i, text("number %d", i),
               text("%ld", (long)number), "Numbers count up from 0.");
    }
}

static void get(struct run *run, int number) {
    about(run, "pool_result_get(pool, %d, &result)", number);
    const int64_t *reply = CALL(run, GET, number);
    int64_t due = answer_for(run, number);
    expect(run, reply[0] == 0 && reply[1] == due,
           text("returns 0, result %ld", (long)due),
           text("returns %ld, result %ld%s", (long)reply[0], (long)reply[1],
                reply[1] == NOT_SET ? ", which was there before" : ""),
           "The number belongs to the item, not to the worker.");
}

static void each_once(struct run *run) {
    int workers = some_workers(run);
    const int counts[] = {(int)pick(run, 20, 50), 1, 2 * workers + 1};
    int given = 0;
    for (int i = 0; i < 3; i++) { // idle in between
        submit(run, given, counts[i], NO_CALLBACK);
        for (int k = 0; k < counts[i]; k++)
            get(run, given + k);
        given += counts[i];
        expect_each_once(run, given);
    }
    about(run, "%d times pool_apply_async, and pool_result_get", RACE_ITEMS);
    const int64_t *reply = CALL(run, ALL, RACE_ITEMS);
    expect(run, reply[1] == 0 && reply[2] == 0,
           "each item that was taken runs once, and gives its result",
           text("of %ld taken %ld ran never or twice, %ld results are wrong",
                (long)reply[0], (long)reply[1], (long)reply[2]),
           "Keep what no worker has got yet: all of it.");
}

static void expect_at_once(struct run *run, int workers) {
    create(run, workers);
    forget_executions(run);
    run->hold = true;
    submit(run, 0, 4 * workers, NO_CALLBACK);
    about(run, "%d times pool_apply_async, %d workers", 4 * workers, workers);
    await(run, running_are, workers, text("%d tasks inside at once", workers));
    settle(run);
    expect(run, run->running == workers,
           text("%d tasks inside, the others wait", workers),
           text("%d inside", run->running), "");
    let_all_go(run);
    for (int i = 0; i < 4 * workers; i++)
        get(run, i);
}

// More than a pipe has room for, at first. Many workers come last, for they may
// wait busily.
static void returns_at_once(struct run *run) {
    create(run, 1);
    run->hold = true;
    submit(run, 0, 1, NO_CALLBACK);
    await(run, running_are, 1, "a task runs");
    about(run, "%d times pool_apply_async, while the worker is busy",
          RACE_ITEMS);
    int64_t taken = CALL(run, MANY, 1, RACE_ITEMS)[0];
    expect(run, taken >= FEWEST, text("%d are taken, or more", FEWEST),
           text("%ld", (long)taken), "Keep what no worker has got yet.");
    expect_at_once(run, (int)pick(run, 2, 4));
    expect_at_once(run, 36);
}

static void results(struct run *run) {
    use_all_longs(run);
    int workers = some_workers(run);
    int count = (int)pick(run, 30, 50);
    submit(run, 0, count, TELLS);
    for (int i = 0; i < count; i++)
        get(run, (int)pick(run, 0, count - 1)); // some twice
    for (int i = 0; i < count; i++)
        get(run, i);
    about(run, "callbacks, of results over all of long");
    for (int n = 0; n < run->events; n++) // whether all came: see callback-once
        expect(run, run->event[n].value == answer_for(run, run->event[n].id),
               text("result %ld", (long)answer_for(run, run->event[n].id)),
               text("%ld", (long)run->event[n].value),
               "A callback's result is a long.");
    about(run, "pool_result_ready(pool, 0), which pool_result_get gave before");
    expect(run, CALL(run, READY, 0)[0] == 1, "1: it is still there", "not 1",
           "");
    const int never[] = {count, -1, 1 << 26, -(1 << 26)};
    for (int i = 0; i < 4; i++) {
        int none = never[i];
        about(run, "pool_result_get(pool, %d, &result), which was never given",
              none);
        int64_t got = CALL(run, GET, none)[0];
        expect(run, got == -1, "-1", text("%ld", (long)got), "");
        about(run, "pool_result_ready(pool, %d), which was never given", none);
        got = CALL(run, READY, none)[0];
        expect(run, got == 0, "0", text("%ld", (long)got), "");
    }
    // A signal interrupts the waiting.
    lend(run);
    run->hold = true;
    submit(run, count, workers, NO_CALLBACK);
    about(run, "pool_result_get(pool, %d, &result), a signal interrupts",
          count);
    START(run, 0, GET, count);
    await(run, running_are, workers, text("%d tasks inside", workers));
    settle(run);
    interrupt(run);
    let_all_go(run);
    const int64_t *reply = finish(run, 0);
    expect(run, reply[0] == 0 && reply[1] == answer_for(run, count),
           text("returns 0, result %ld", (long)answer_for(run, count)),
           text("returns %ld, result %ld", (long)reply[0], (long)reply[1]),
           "poll and read return -1 with errno EINTR: again.");
}

// All callbacks of 0 … count - 1 have come as they should.
static void expect_told(struct run *run, int count) {
    for (int i = 0; i < count; i++) {
        int times = 0;
        for (int n = 0; n < run->events; n++) {
            struct event *event = &run->event[n];
            if (event->id != i)
                continue;
            times++;
            expect(run, event->pid == run->driver,
                   "the callback runs in the process that made the pool",
                   "it ran in a worker",
                   "Only a result goes through the pipe; the parent calls.");
            expect(run,
                   event->value == answer_for(run, i) && event->detail == 7 * i,
                   text("callback(%d, %ld, user %d)", i,
                        (long)answer_for(run, i), 7 * i),
                   text("callback(%d, %ld, user %ld)", i, (long)event->value,
                        (long)event->detail),
                   "Keep the callback and its user pointer with the result.");
        }
        expect(run, times == 1, text("one call for number %d", i),
               text("%d calls", times),
               "Call it where the result arrives, and nowhere else.");
    }
}

static void callback_once(struct run *run) {
    some_workers(run);
    int count = (int)pick(run, 20, 50);
    submit(run, 0, count, TELLS);
    for (int i = count - 1; i >= 0; i--)
        get(run, i);
    for (int i = 0; i < count; i++)
        get(run, i);
    about(run, "pool_apply_async(pool, item, callback, user), then "
               "pool_result_get");
    expect_told(run, count);
}

static void before_get(struct run *run) {
    some_workers(run);
    submit(run, 0, 20, TELLS);
    for (int i = 0; i < 20; i++) {
        get(run, i);
        bool called = false;
        for (int n = 0; n < run->events; n++)
            called = called || (run->event[n].id == i &&
                                run->event[n].at < returned_at(run, 0));
        expect(run, called,
               text("the callback of number %d came before that returned", i),
               "it did not", "");
    }
}

// Asks until it is ready; nobody waits.
static void look_until_ready(struct run *run, int number) {
    int64_t is = 0;
    for (int tries = 0; !is && tries < 100; tries++) {
        about(run, "pool_result_ready(pool, %d) again and again", number);
        is = CALL(run, READY, number)[0];
        settle(run);
    }
    expect(run, is == 1, "1 when the result is there", "never 1",
           "poll with a timeout of 0 takes what is there, and does not wait. "
           "Then idle workers get what waits.");
}

// More than there are workers: looking alone must bring results in, call, and
// feed. And again when all have been idle.
static void ready(struct run *run) {
    int workers = some_workers(run), count = 2 * workers + 1;
    for (int round = 0; round < 2; round++) {
        run->hold = true;
        submit(run, round * count, count, TELLS);
        for (int i = round * count; i < (round + 1) * count; i++) {
            about(run, "pool_result_ready(pool, %d) while its task is not done",
                  i);
            expect(run, CALL(run, READY, i)[0] == 0, "0", "not 0", "");
        }
        await(run, running_are, workers, text("%d tasks run", workers));
        struct execution *first = last_running(run); // the others still run
        int told = run->events;
        let_go(run, first);
        settle(run);
        about(run, "nothing, while a result comes");
        expect(run, run->events == told,
               "no callback, for no pool_* call is made", "one came",
               "Callbacks run inside your functions only.");
        look_until_ready(run, (int)first->id);
        first = last_running(run);
        let_go(run, first);
        get(run, (int)first->id); // waits for that one, and for no other
        let_all_go(run);
        for (int i = (round + 1) * count - 1; i >= round * count; i--)
            look_until_ready(run, i);
    }
    expect_told(run, 2 * count);
}

static void callback_submits(struct run *run) {
    some_workers(run);
    submit(run, 0, 1, SUBMITS);
    get(run, 0);
    expect(run, run->events >= 1, "its callback has come, and submitted 40",
           "it has not", "");
    for (int i = 1; i <= 40; i++) {
        about(run,
              "pool_result_get(pool, %d, &result), which a callback has "
              "submitted",
              i);
        const int64_t *reply = CALL(run, GET, i);
        expect(run, reply[0] == 0 && reply[1] == answer_for(run, i),
               text("returns 0, result %ld", (long)answer_for(run, i)),
               text("returns %ld, result %ld", (long)reply[0], (long)reply[1]),
               "A callback that submits may move the results (realloc).");
    }
    about(run, "callbacks of what a callback has submitted");
    expect_told(run, 41);
    // pool_destroy waits for those as well, and calls.
    some_workers(run);
    forget_executions(run);
    run->events = 0;
    submit(run, 0, 1, SUBMITS);
    about(run, "pool_destroy(pool), a callback submits 40 more meanwhile");
    call(run, DESTROY, 0, NULL);
    expect_each_once(run, 41);
    expect_told(run, 41);
}

static void works(struct run *run, int workers) {
    forget_executions(run);
    submit(run, 0, workers + 1, NO_CALLBACK);
    for (int i = 0; i <= workers; i++)
        get(run, i);
}

// Without memory it may refuse an item, and works on.
static void expect_refuses(struct run *run) {
    int count = 0;
    int64_t number = 0;
    some_workers(run);
    submit(run, count++, 1, NO_CALLBACK);
    set_fault(run, FAIL_MALLOC, 0);
    about(run, "pool_apply_async again and again, where malloc and realloc "
               "fail");
    while (count < 100 &&
           (number = CALL(run, ASYNC, count, NO_CALLBACK, 0)[0]) == count)
        count++;
    set_fault(run, FAIL_MALLOC, -1);
    expect(run, count == 100 || number == -1, "-1: no memory",
           text("%ld", (long)number),
           "What malloc or realloc gives may be NULL.");
    submit(run, count, 1, NO_CALLBACK);
    for (int i = 0; i <= count; i++)
        get(run, i);
}

static void fails(struct run *run) {
    expect_create_fails(run, CREATE, DESTROY, works);
    struct usual usual = as_usual(run, CREATE, DESTROY, works);
    // A worker dies idle, then one at work, then one that writes its result.
    lend(run);
    struct left left = left_now(run);
    for (int i = 0; i < 3; i++) {
        int workers = some_workers(run);
        forget_executions(run);
        submit(run, 0, workers, NO_CALLBACK);
        for (int k = 0; k < workers; k++)
            get(run, k);
        settle(run);
        pid_t idle = run->execution[run->executions - 1].pid;
        if (i == 0) {
            kill_one(run, idle, SIGKILL);
            await(run, has_ended, idle, "a worker that was killed ends");
        } else {
            script(run, workers, i == 1 ? COMMAND_DIE : COMMAND_DIE_WRITING,
                   SIGKILL);
        }
        int64_t last = 0;
        for (int k = workers; k < 3 * workers && last >= 0; k++) {
            about(run,
                  "pool_apply_async(pool, item %d, NULL, NULL), a worker "
                  "was killed",
                  k);
            last = CALL(run, ASYNC, k, NO_CALLBACK, 0)[0];
            expect(run, last == -1 || last == k, text("-1, or %d", k),
                   text("%ld", (long)last), "Numbers are 0, 1, 2 and so on.");
        }
        about(run, "pool_result_get of all numbers, a worker was killed");
        for (int k = workers; k < 3 * workers && last >= 0; k++)
            last = CALL(run, GET, k)[0];
        // Killed when all was written, and no other died? Then it is done.
        expect(run, last == -1 || i == 2, "-1 from one of the calls",
               "0 from all of them", "");
        for (int k = workers; k < 3 * workers && last >= 0; k++)
            get(run, k);
        about(run, "pool_destroy(pool), a worker was killed");
        call(run, DESTROY, 0, NULL);
        expect_left(run, &usual, &left);
    }
    expect_careful(run, &usual);
    expect_refuses(run);
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run);
    int workers = some_workers(run);
    int count = 3 * workers; // most of them wait for a worker
    run->hold = true;
    submit(run, 0, count, TELLS);
    about(run, "pool_destroy(pool) with %d tasks to do", count);
    start(run, 0, DESTROY, 0, NULL);
    settle(run);
    expect(run, !is_back(run, 0), "it waits for the tasks",
           "it returned before they had ended", "");
    // The rest begins only when these have ended, however slow one of them is.
    for (struct execution *it; (it = first_running(run));)
        let_go(run, it);
    settle(run);
    let_all_go(run);
    finish(run, 0);
    expect_each_once(run, count);
    expect(run, run->events >= count, text("%d callbacks", count),
           text("%d", run->events), "What was submitted still counts.");
    expect_no_children(run, "after pool_destroy");
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before),
           "Close both pipes of every worker.");
    expect_unharmed(run);
    forget_executions(run);
    works(run, some_workers(run));
    about(run, "nothing: your process was killed");
    driver_may_end(run);
    kill_one(run, run->driver, SIGKILL);
    await(run, nobody_is_left, 0,
          "the workers see the end of their pipes and leave");
}

static const struct check checks[] = {
    {"each-once", 1, "every item runs exactly once", each_once},
    {"returns-at-once", 1, "pool_apply_async never waits", returns_at_once},
    {"results", 1, "any number, in any order, again too", results},
    {"callback-once", 2, "one callback each, in your process", callback_once},
    {"before-get", 1, "the callback comes before get returns", before_get},
    {"ready", 1, "looks, feeds and calls, and does not wait", ready},
    {"callback-submits", 1, "a callback may submit", callback_submits},
    {"fails", 1, "a failing fork or pipe, a dead worker", fails},
    {"cleaned", 1, "destroy waits for all, leaves nothing", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
