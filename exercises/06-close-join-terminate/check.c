// SPDX-License-Identifier: MIT
// Exercise 6's checks. Runs in: judge.
#include <signal.h>

#include "check.h"

// The errors' numbers are in the header; the functions in the driver's order.
#include "lifecycle.h"

#define FEWEST 1000 // items for which there must be room

enum {
    CREATE,
    ASYNC,
    MANY,
    ALL,
    STATUS,
    CLOSE,
    TERMINATE,
    JOIN,
    DESTROY,
    CALLS
};

static const char *error_name(int64_t error) {
    switch (error) {
    case POOL_EINVAL:
        return "POOL_EINVAL";
    case POOL_ENOMEM:
        return "POOL_ENOMEM";
    case POOL_ECLOSED:
        return "POOL_ECLOSED";
    case POOL_ERUNNING:
        return "POOL_ERUNNING";
    case POOL_ENOTREADY:
        return "POOL_ENOTREADY";
    case POOL_ECANCELLED:
        return "POOL_ECANCELLED";
    case POOL_EBROKEN:
        return "POOL_EBROKEN";
    default:
        return text("%ld", (long)error);
    }
}

static void create(struct run *run, int workers) {
    about(run, "pool_create(%d, task)", workers);
    expect(run, CALL(run, CREATE, workers)[0], "a pool", "NULL", "");
}

static int some_workers(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    create(run, workers);
    return workers;
}

static void submit(struct run *run, int from, int count) {
    for (int i = from; i < from + count; i++) {
        about(run, "pool_apply_async(pool, item %d)", i);
        int64_t number = CALL(run, ASYNC, i)[0];
        expect(run, number == i, text("number %d", i), error_name(number), "");
    }
}

static void expect_refused(struct run *run, const char *when) {
    about(run, "pool_apply_async(pool, item 77) %s", when);
    int64_t got = CALL(run, ASYNC, 77)[0];
    expect(run, got == POOL_ECLOSED, "POOL_ECLOSED", error_name(got),
           "Only an OPEN pool takes items.");
}

static void expect_call(struct run *run, int id, const char *name, int64_t due,
                        const char *help) {
    about(run, "%s", name);
    int64_t got = call(run, id, 0, NULL)[0];
    expect(run, got == due, error_name(due), error_name(got), help);
}

static void expect_status(struct run *run, int number, int64_t due,
                          const char *help) {
    about(run, "pool_result_status(pool, %d, &result)", number);
    int64_t got = CALL(run, STATUS, number)[0];
    expect(run, got == due, error_name(due), error_name(got), help);
}

static void expect_done(struct run *run, int number) {
    about(run, "pool_result_status(pool, %d, &result)", number);
    const int64_t *reply = CALL(run, STATUS, number);
    int64_t due = answer_for(run, number);
    expect(run, reply[0] == 0 && reply[1] == due,
           text("0, result %ld", (long)due),
           text("%s, result %ld", error_name(reply[0]), (long)reply[1]),
           "What is done stays done.");
}

static void expect_cancelled(struct run *run, int number) {
    expect_status(run, number, POOL_ECANCELLED,
                  "What is not done when terminate comes is cancelled.");
}

static void until_done(struct run *run, int number) {
    about(run, "pool_result_status(pool, %d, &result) until it is done",
          number);
    for (int tries = 0; tries < 200; tries++) {
        if (CALL(run, STATUS, number)[0] == 0)
            break;
        settle(run);
    }
    expect_done(run, number);
}

static void join_early(struct run *run) {
    int workers = some_workers(run);
    expect_call(run, JOIN, "pool_join(pool) of a new pool", POOL_ERUNNING, "");
    run->hold = true;
    submit(run, 0, workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_call(run, JOIN, "pool_join(pool) before pool_close", POOL_ERUNNING,
                "To wait for workers that nobody told to leave would never "
                "end.");
    submit(run, workers, 1); // it works on
    let_all_go(run);
    until_done(run, workers);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, JOIN, "pool_join(pool)", 0, "");
}

static void closed(struct run *run) {
    int workers = some_workers(run);
    run->hold = true;
    submit(run, 0, 2 * workers);
    await(run, running_are, 1, "a task runs");
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_refused(run, "after pool_close");
    expect_call(run, TERMINATE, "pool_terminate(pool)", 0, "");
    expect_refused(run, "after pool_terminate");
    let_all_go(run);
    expect_call(run, JOIN, "pool_join(pool)", 0, "");
    expect_refused(run, "after pool_join");
    expect(run, times_run(run, 77) == 0, "nothing of it runs", "it ran", "");
    for (int i = 0; i < 2; i++)
        expect_status(run, i == 0 ? 2 * workers : -1, POOL_EINVAL,
                      "What was refused has no number.");
}

static void close_finishes(struct run *run) {
    use_all_longs(run);
    int workers = some_workers(run), count = 4 * workers;
    run->hold = true;
    submit(run, 0, count);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_status(run, 0, POOL_ENOTREADY, "Its task still runs.");
    expect_status(run, count - 1, POOL_ENOTREADY, "It waits for a worker.");
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    struct execution *first = first_running(run);
    let_go(run, first);
    until_done(run, (int)first->id);
    await(run, executions_are, workers + 1,
          "status gives the free worker what waits, after pool_close, too");
    lend(run);
    about(run, "pool_join(pool) with %d tasks under way", count);
    start(run, 0, JOIN, 0, NULL);
    settle(run);
    expect(run, !is_back(run, 0), "it waits for the tasks",
           text("it returned before %d of them were done",
                count - (run->executions - run->running)),
           "close refuses new items; what is in is still done.");
    interrupt(run);
    let_all_go(run);
    int64_t got = finish(run, 0)[0];
    expect(run, got == 0, "0", error_name(got),
           "A signal may interrupt poll: errno is EINTR.");
    expect_each_once(run, count);
    for (int i = 0; i < count; i++)
        expect_done(run, i);
    about(run, "%d times pool_apply_async, then close and join", RACE_ITEMS);
    const int64_t *reply = CALL(run, ALL, RACE_ITEMS);
    expect(run, reply[1] == 0 && reply[2] == 0,
           "each item that was taken runs once, and is done",
           text("of %ld taken %ld ran never or twice, %ld results are wrong",
                (long)reply[0], (long)reply[1], (long)reply[2]),
           "Keep what no worker has got yet: all of it.");
    create(run, 1);
    forget_executions(run);
    submit(run, 0, 3);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, JOIN, "pool_join(pool), one worker", 0, "");
    expect_each_once(run, 3);
    // Many workers; and more items than a pipe has room for.
    create(run, 36);
    forget_executions(run);
    run->hold = true;
    submit(run, 0, 40);
    await(run, running_are, 36, "36 tasks inside");
    about(run, "%d times pool_apply_async, while all workers are busy",
          RACE_ITEMS);
    int64_t taken = CALL(run, MANY, 40, RACE_ITEMS)[0];
    expect(run, taken >= FEWEST, text("%d are taken, or more", FEWEST),
           text("%ld", (long)taken),
           "It never waits: keep what no worker has got yet.");
}

static void cancelled(struct run *run) {
    int workers = some_workers(run);
    submit(run, 0, 1);
    until_done(run, 0);
    run->hold = true;
    submit(run, 1, 5 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    // One is done, and nobody has read that yet.
    struct execution *unread = first_running(run);
    let_go(run, unread);
    settle(run);
    int begun = run->executions;
    expect_call(run, TERMINATE, "pool_terminate(pool)", 0, "");
    for (int i = 1; i <= 5 * workers; i++)
        if (i != unread->id)
            expect_cancelled(run, i);
    expect_call(run, JOIN,
                text("pool_join(pool) after pool_terminate, %d tasks inside",
                     workers - 1),
                0, "");
    settle(run);
    expect(run, run->executions == begun, "no task begins after terminate",
           text("%d did", run->executions - begun), "");
    for (int i = 1; i <= 5 * workers; i++)
        if (i != unread->id)
            expect_cancelled(run, i);
    about(run, "pool_result_status of a result that had come and was not read");
    expect_done(run, (int)unread->id);
    expect_done(run, 0);
}

static bool all_deaf(struct run *run, int64_t n) {
    int64_t deaf = 0;
    for (int i = 0; i < run->executions; i++)
        deaf += ignores_signal(run, run->execution[i].pid, SIGTERM);
    return deaf >= n;
}

static void deaf(struct run *run) {
    int workers = some_workers(run);
    run->hold = true;
    submit(run, 0, 3 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    for (int i = 0; i < run->executions; i++) // ignore SIGTERM from now on
        answer(run, &run->execution[i], COMMAND_IGNORE_SIGTERM, 0);
    await(run, all_deaf, workers, "the tasks ignore SIGTERM");
    expect_call(run, TERMINATE, "pool_terminate(pool), tasks ignore SIGTERM", 0,
                "");
    expect_call(run, JOIN, "pool_join(pool), the tasks ignored SIGTERM", 0,
                "SIGKILL is the one signal that no process can ignore.");
    await(run, none_alive, 0, "the workers are gone after pool_join");
}

// What the first join has closed and reaped may be somebody else's by now.
static void twice(struct run *run) {
    int workers = some_workers(run);
    submit(run, 0, 2 * workers);
    for (int i = 0; i < 2 * workers; i++)
        until_done(run, i);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, CLOSE, "pool_close(pool), again", 0, "");
    expect_call(run, JOIN, "pool_join(pool)", 0, "");
    lend(run);
    expect_call(run, JOIN, "pool_join(pool), again", 0,
                "There is nothing left to wait for: say so.");
    expect_call(run, TERMINATE, "pool_terminate(pool) after pool_join", 0, "");
    expect_call(run, CLOSE, "pool_close(pool) after pool_join", 0, "");
    expect_call(run, JOIN, "pool_join(pool) after all that", 0, "");
    for (int i = 0; i < 2 * workers; i++)
        expect_done(run, i);
    about(run, "close, terminate and join after pool_join");
    expect_unharmed(run);
    workers = some_workers(run);
    run->hold = true;
    forget_executions(run);
    submit(run, 0, workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_call(run, TERMINATE, "pool_terminate(pool)", 0, "");
    expect_call(run, TERMINATE, "pool_terminate(pool), again", 0, "");
    expect_call(run, CLOSE, "pool_close(pool) after pool_terminate", 0,
                "It changes nothing: the pool stays TERMINATED.");
    expect_call(run, JOIN, "pool_join(pool) after terminate and close", 0, "");
    lend(run);
    expect_call(run, JOIN, "pool_join(pool), again", 0, "");
    expect_unharmed(run);
    for (int i = 0; i < workers; i++)
        expect_cancelled(run, i);
}

static void terminate_closed(struct run *run) {
    int workers = some_workers(run);
    run->hold = true;
    submit(run, 0, 3 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, TERMINATE, "pool_terminate(pool) after pool_close", 0, "");
    expect_call(run, JOIN, "pool_join(pool) after close and terminate", 0,
                "A program that has closed may still change its mind.");
    for (int i = 0; i < 3 * workers; i++)
        expect_cancelled(run, i);
}

static void works(struct run *run, int workers) {
    forget_executions(run);
    submit(run, 0, workers + 1);
    for (int i = 0; i <= workers; i++)
        until_done(run, i);
}

// pool_destroy ends a pool at work. `name`, if any, is called before: the call
// `id`, as `how` says.
static void expect_destroy_ends(struct run *run, int id, const char *name,
                                const char *how) {
    int workers = some_workers(run);
    forget_executions(run);
    run->hold = true;
    submit(run, 0, 3 * workers);
    await(run, running_are, workers, text("%d tasks inside", workers));
    if (name)
        expect_call(run, id, name, 0, "");
    about(run, "pool_destroy(pool), %s", how);
    call(run, DESTROY, 0, NULL);
    expect_no_children(run, "after pool_destroy");
}

// A worker is stopped when it is to leave: a signal interrupts what waits for
// it.
static void expect_waits_for_the_end(struct run *run) {
    run->hold = false;
    lend(run); // for its handler
    is_unharmed(run);
    int workers = some_workers(run);
    works(run, workers);
    settle(run);
    pid_t stopped = run->execution[run->executions - 1].pid;
    kill_one(run, stopped, SIGSTOP);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    int64_t got = join_interrupted(run, JOIN, stopped);
    expect(run, got == 0, "0", error_name(got),
           "waitpid that a signal interrupts: again.");
    expect_no_children(run, "after pool_join");
}

// Without memory it may refuse an item, and works on.
static void expect_refuses(struct run *run) {
    int count = 0;
    some_workers(run);
    submit(run, count++, 1);
    set_fault(run, FAIL_MALLOC, 0);
    about(run, "pool_apply_async again and again, where malloc and realloc "
               "fail");
    int64_t got = count;
    while (count < 100 && (got = CALL(run, ASYNC, count)[0]) == count)
        count++;
    set_fault(run, FAIL_MALLOC, -1);
    expect(run, count == 100 || got == POOL_ENOMEM, "POOL_ENOMEM",
           error_name(got), "");
    submit(run, count, 1);
    for (int i = 0; i <= count; i++)
        until_done(run, i);
}

// A worker dies idle: nothing is lost, and who writes to it lives on.
static void expect_idle_death(struct run *run, bool works_on) {
    int workers = some_workers(run);
    works(run, workers);
    settle(run);
    pid_t idle = run->execution[run->executions - 1].pid;
    kill_one(run, idle, SIGKILL);
    await(run, has_ended, idle, "a worker that was killed ends");
    int64_t told = 0;
    for (int i = 0; works_on && i < 3 * workers && told >= 0; i++) {
        about(run, "pool_apply_async(pool, item), an idle worker was killed");
        told = CALL(run, ASYNC, 100 + i)[0];
    }
    expect(run, told >= 0 || told == POOL_EBROKEN, "POOL_EBROKEN, or a number",
           error_name(told), "");
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    about(run, "pool_join(pool), an idle worker was killed");
    int64_t joined = call(run, JOIN, 0, NULL)[0];
    if (!works_on)
        expect(run, joined == 0, "0: there was no work", error_name(joined),
               "");
    else
        expect(run, told == POOL_EBROKEN || joined == POOL_EBROKEN,
               "POOL_EBROKEN from one of the calls", "from none", "");
    about(run, "pool_destroy(pool), a worker was killed");
    call(run, DESTROY, 0, NULL);
}

static void fails(struct run *run) {
    expect_create_fails(run, CREATE, DESTROY, works);
    struct usual usual = as_usual(run, CREATE, DESTROY, works);
    // A worker dies at work: join tells.
    lend(run);
    struct left left = left_now(run);
    int workers = some_workers(run);
    script(run, 0, COMMAND_DIE, SIGKILL);
    submit(run, 0, workers);
    await(run, executions_are, 1, "a task runs");
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, JOIN, "pool_join(pool), a worker was killed at work",
                POOL_EBROKEN, "Its pipe has ended, and its result never came.");
    expect_call(run, TERMINATE, "pool_terminate(pool) after POOL_EBROKEN", 0,
                "");
    expect_call(run, JOIN, "pool_join(pool) after that", 0, "");
    expect_cancelled(run, 0);
    about(run, "pool_destroy(pool), a worker was killed at work");
    call(run, DESTROY, 0, NULL);
    expect_left(run, &usual, &left);
    for (int i = 0; i < 2; i++) {
        expect_idle_death(run, i == 1);
        expect_left(run, &usual, &left);
    }
    // It has written some bytes of its result; or all, who knows.
    workers = some_workers(run);
    script(run, 0, COMMAND_DIE_WRITING, 0);
    submit(run, 0, 1);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    about(run, "pool_join(pool), a worker was killed in its write");
    int64_t joined = call(run, JOIN, 0, NULL)[0];
    expect(run, joined == POOL_EBROKEN || joined == 0, "POOL_EBROKEN",
           error_name(joined), "Half of a long is no result.");
    if (joined == 0)
        expect_done(run, 0);
    about(run, "pool_destroy(pool), a worker was killed in its write");
    call(run, DESTROY, 0, NULL);
    expect_left(run, &usual, &left);
    expect_careful(run, &usual);
    expect_refuses(run);
}

static void cleaned(struct run *run) {
    int before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run);
    int workers = some_workers(run);
    submit(run, 0, 3 * workers);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, JOIN, "pool_join(pool)", 0, "");
    expect_no_children(run, "after pool_join");
    int after = open_descriptors(run);
    expect(run, after < lent + 2, // an epoll, say, may stay until pool_destroy
           text("%d open descriptors after pool_join, as before", before),
           text("%d", after - lent + before),
           "Close both pipes of every worker.");
    about(run, "pool_destroy(pool) after pool_join");
    call(run, DESTROY, 0, NULL);
    after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before),
           "Close both pipes of every worker.");
    expect_destroy_ends(run, 0, NULL, "neither closed nor terminated");
    expect_destroy_ends(run, CLOSE, "pool_close(pool)",
                        "closed and not joined");
    expect_destroy_ends(run, TERMINATE, "pool_terminate(pool)",
                        "terminated and not joined");
    for (int i = 0; i < 3; i++) { // and that never had any work
        some_workers(run);
        if (i > 0)
            expect_call(run, i == 1 ? CLOSE : TERMINATE,
                        i == 1 ? "pool_close(pool), which never had work"
                               : "pool_terminate(pool), which never had work",
                        0, "");
        if (i > 0)
            expect_call(run, JOIN, "pool_join(pool), which never had work", 0,
                        "");
        about(run, "pool_destroy(pool), which never had work");
        call(run, DESTROY, 0, NULL);
        expect_no_children(run, "after pool_destroy");
    }
    after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before),
           "Close both pipes of every worker.");
    expect_unharmed(run);
    expect_waits_for_the_end(run);
}

static const struct check checks[] = {
    {"join-early", 1, "join before close refuses, at once", join_early},
    {"closed", 1, "nothing is taken after close, terminate", closed},
    {"close-finishes", 1, "after close all is done, join waits",
     close_finishes},
    {"cancelled", 2, "terminate: the undone is cancelled", cancelled},
    {"deaf", 1, "terminate ends what ignores SIGTERM", deaf},
    {"twice", 1, "close, join, terminate again: 0", twice},
    {"terminate-closed", 1, "terminate after close terminates",
     terminate_closed},
    {"fails", 1, "a failing fork or pipe, a dead worker", fails},
    {"cleaned", 1, "no process, no descriptor is left", cleaned},
};

EXERCISE(checks, CALLS, .in_processes = true);
