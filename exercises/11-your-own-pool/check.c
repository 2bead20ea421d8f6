// SPDX-License-Identifier: MIT
// Exercise 11's checks. Runs in: judge.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "check.h"
#include "minipool.h" // for the errors' numbers

enum {
    CREATE,
    CHOOSE,
    ASYNC,
    ASYNCS,
    PRINTS,
    APPLY,
    BYTES,
    WRONG,
    MAP,
    MANY,
    WAIT,
    READY,
    STATUS,
    GET,
    FREE,
    CLOSE,
    TERMINATE,
    JOIN,
    DESTROY,
    CALLS
};
enum { NONE, TELLS, SUBMITS, CLOSES, TERMINATES, ASKS, NO_HANDLE };

#define NOT_SET (-1000)
#define SIZE 8   // of items and results
#define LITTLE 7 // likewise; odd, so that it need not be aligned

static const char *error_name(int64_t error) {
    static const char *const name[] = {"0",
                                       "POOL_EINVAL",
                                       "POOL_ENOMEM",
                                       "POOL_ECLOSED",
                                       "POOL_ERUNNING",
                                       "POOL_ENOTREADY",
                                       "POOL_ETIMEDOUT",
                                       "POOL_ETASK",
                                       "POOL_ELOST",
                                       "POOL_ETIMELIMIT",
                                       "POOL_ECANCELLED",
                                       "POOL_EBROKEN",
                                       "POOL_ESYS"};
    return error <= 0 && error >= POOL_ESYS ? name[-error]
                                            : text("%ld", (long)error);
}

static const char *number_text(int64_t value) {
    return value == NOT_SET ? "nothing" : text("%ld", (long)value);
}

static void expect_error(struct run *run, int64_t got, int64_t due,
                         const char *help) {
    expect(run, got == due, error_name(due), error_name(got), help);
}

static void create(struct run *run, int which, int workers) {
    about(run, "pool_create(&(struct pool_options){.workers = %d})", workers);
    expect(run, CALL(run, CREATE, which, workers)[0], "a pool", "NULL", "");
}

static int some_workers(struct run *run) {
    int workers = (int)pick(run, 2, 4);
    create(run, 0, workers);
    return workers;
}

static int64_t try_async(struct run *run, int number, int kind, bool fails) {
    about(run, "pool_apply_async(…), task %d%s", number,
          kind == NONE ? "" : ", with a callback");
    return CALL(run, ASYNC, number, kind, fails)[0];
}

// Tasks `from` … `from + count - 1`.
static void submit(struct run *run, int from, int count, int kind) {
    for (int i = from; i < from + count; i++)
        expect_error(run, try_async(run, i, kind, false), 0, "");
}

// A pool of two workers, both in one of the tasks `from` … `from + count - 1`.
static void two_at_work(struct run *run, int which, int from, int count,
                        int kind) {
    create(run, which, 2);
    forget_executions(run);
    run->hold = true;
    submit(run, from, count, kind);
    await(run, running_are, 2, "2 tasks run");
}

static void expect_get(struct run *run, int number, int64_t due) {
    about(run, "pool_result_get(result %d, …)", number);
    const int64_t *reply = CALL(run, GET, number, POOL_FOREVER, SIZE);
    expect_error(run, reply[0], due, "");
    int64_t value = due == 0 ? answer_for(run, number) : 0;
    expect(run, reply[1] == value,
           due == 0 ? text("result %ld", (long)value)
                    : "zero bytes: the item failed",
           number_text(reply[1]), "The result belongs to the task.");
}

static void expect_status(struct run *run, int number, int64_t due,
                          const char *help) {
    about(run, "pool_result_status(result %d)", number);
    expect_error(run, CALL(run, STATUS, number)[0], due, help);
}

static void expect_call(struct run *run, int id, const char *what, int64_t due,
                        const char *help) {
    about(run, "%s", what);
    expect_error(run, call(run, id, 0, NULL)[0], due, help);
}

static int times_told(struct run *run, int number) {
    int times = 0;
    for (int i = 0; i < run->events; i++)
        times += run->event[i].id == number;
    return times;
}

// Callback `number` came once, in the client, with this status.
static void expect_told(struct run *run, int number, int64_t status) {
    int times = times_told(run, number);
    expect(run, times == 1, text("one callback of task %d", number),
           text("%d", times),
           "Each result has its callback called once, whatever became of it.");
    for (int i = 0; i < run->events; i++) {
        struct event *event = &run->event[i];
        if (event->id != number)
            continue;
        expect(run, event->pid == run->driver, "callbacks run in the client",
               "one ran in a worker", "");
        expect(run, event->detail == status,
               text("in the callback, pool_result_get gives %s",
                    error_name(status)),
               error_name(event->detail), "It is ready when it is called.");
        int64_t value = status == 0 ? answer_for(run, number) : 0;
        expect(run, event->value == value,
               text("its result is %ld", (long)value),
               number_text(event->value), "");
    }
}

// 1 one task at a time. -------------------------------------------------------

static void apply(struct run *run) {
    use_all_longs(run);
    some_workers(run);
    for (int i = 0; i < 26; i++) {
        about(run, "pool_apply(pool, task, &item, …), item %ld",
              (long)item_for(i));
        const int64_t *reply = CALL(run, APPLY, i, 0);
        expect_error(run, reply[0], 0, "");
        expect(run, reply[1] == answer_for(run, i),
               text("result %ld", (long)answer_for(run, i)),
               number_text(reply[1]), "");
    }
    expect_each_once(run, 26);
    for (int i = 26; i < 31; i++) {
        about(run, "pool_apply of a task that returns 5, 256, -1, …");
        const int64_t *reply = CALL(run, APPLY, i, 1);
        expect_error(run, reply[0], POOL_ETASK,
                     "Whatever a task returns but 0: an int, not a byte.");
        expect(run, reply[1] == 0, "its result is zero bytes",
               number_text(reply[1]), "");
    }
    script(run, 31, COMMAND_DIE, SIGKILL);
    about(run, "pool_apply of a task that is killed");
    const int64_t *reply = CALL(run, APPLY, 31, 0);
    expect_error(run, reply[0], POOL_ELOST, "");
    expect(run, reply[1] == 0, "its result is zero bytes",
           number_text(reply[1]), "");
    static const int sizes[][2] = {{1, 1},      {3, 0},      {70001, 3},
                                   {5, 300003}, {300001, 0}, {400000, 300007},
                                   {0, 24},     {16, 32},    {12, 48}};
    for (int i = 0; i < 9; i++) {
        about(run, "pool_apply with %d bytes of argument, %d of result",
              sizes[i][0], sizes[i][1]);
        reply = CALL(run, BYTES, sizes[i][0], sizes[i][1]);
        expect_error(run, reply[0], 0,
                     "The task fails where its argument or result is not "
                     "aligned for every type of that size.");
        expect(run, reply[1] == sizes[i][1], "all bytes of the result right",
               text("%ld of %d", (long)reply[1], sizes[i][1]),
               "A socket or pipe takes and gives a part at a time.");
    }
    about(run, "pool_apply of a task that prints \"task\"");
    reply = call(run, PRINTS, 0, NULL);
    expect_error(run, reply[0], 0, "");
    expect(run, reply[1] == 4, "it is printed when the result is ready, once",
           text("%ld of 4 bytes are there", (long)reply[1]),
           "What printf writes waits in the process until fflush or exit.");
    about(run, "pool_apply and pool_map with something that is NULL");
    reply = call(run, WRONG, 0, NULL);
    for (int i = 0; i < 7; i++)
        expect_error(run, reply[i], POOL_EINVAL,
                     "No pool, no task, or NULL with a size.");
}

// In a pool of one worker, which is stopped before it has read what it is sent:
// more than a socket or pipe has room for. Then `sig` ends the standstill.
static const int64_t *send_much(struct run *run, pid_t worker, int sig) {
    const int much = 2000001;
    kill_one(run, worker, SIGSTOP);
    about(run, "pool_apply with %d bytes of argument, %s", much,
          sig == SIGCONT ? "a signal interrupts"
                         : "the worker is killed meanwhile");
    START(run, 0, BYTES, much, LITTLE);
    settle(run);
    // It sleeps when nothing more can be sent, if it does not wait busily.
    for (int i = 0; i < 20 && state_of(run, run->driver) != 'S'; i++)
        settle(run);
    if (sig == SIGCONT)
        interrupt(run);
    kill_one(run, worker, sig);
    return finish(run, 0);
}

static pid_t only_worker(struct run *run) {
    create(run, 1, 1);
    forget_executions(run);
    CALL(run, APPLY, 500, 0);
    return run->executions ? run->execution[0].pid : 0;
}

// 2 many at a time. -----------------------------------------------------------

// Signals come while half of a result is there, and of an argument.
static void interrupted_halfway(struct run *run) {
    static const char help[] =
        "recv and send, read and write: again, for EINTR.";
    pid_t worker = only_worker(run);
    script(run, 501, COMMAND_STOP_WRITTEN, 0);
    forget_executions(run);
    about(run, "pool_apply, a signal interrupts while the result comes");
    START(run, 0, APPLY, 501, 0);
    await(run, back_or_stopped, 0, "the result comes");
    settle(run);
    interrupt(run);
    kill_one(run, worker, SIGCONT);
    const int64_t *reply = finish(run, 0);
    expect_error(run, reply[0], 0, help);
    expect(run, reply[1] == answer_for(run, 501), "its result",
           number_text(reply[1]), help);
    reply = send_much(run, worker, SIGCONT);
    expect_error(run, reply[0], 0, help);
    expect(run, reply[1] == LITTLE, "all bytes of the result right",
           text("%ld of %d", (long)reply[1], LITTLE), help);
    call(run, DESTROY, 0, NULL);
}

static void async(struct run *run) {
    int workers = some_workers(run), count = 4 * workers + 1;
    run->hold = true;
    submit(run, 0, count, NONE);
    await(run, running_are, workers, text("%d tasks run", workers));
    settle(run);
    expect_status(run, 0, POOL_ENOTREADY, "Its task still runs.");
    about(run, "pool_result_ready(result 0) while its task runs");
    expect(run, CALL(run, READY, 0)[0] == 0, "false", "true", "");
    about(run, "pool_result_wait(result %d, 30) while all workers are busy",
          count - 1);
    int64_t began = now_ms();
    expect_error(run, CALL(run, WAIT, count - 1, 30)[0], POOL_ETIMEDOUT, "");
    int64_t took = now_ms() - began;
    expect(run, took >= 29, "it waits 30 ms", text("%ld ms", (long)took), "");
    about(run, "pool_result_get(result 0, …, 0) while its task runs");
    expect_error(run, CALL(run, GET, 0, 0, SIZE)[0], POOL_ETIMEDOUT, "");
    about(run, "pool_result_wait(result %d, 100000), then all tasks go on",
          count - 1);
    START(run, 0, WAIT, count - 1, 100000);
    settle(run);
    expect(run, !is_back(run, 0), "it waits", "it returned", "");
    let_all_go(run);
    expect_error(run, finish(run, 0)[0], 0, "");
    about(run, "pool_result_ready(result %d), which is ready", count - 1);
    expect(run, CALL(run, READY, count - 1)[0] == 1, "true", "false", "");
    for (int i = 0; i < 2 * count; i++)
        expect_get(run, (int)pick(run, 0, count - 1), 0); // some twice
    for (int i = 0; i < count; i++)
        expect_get(run, i, 0);
    expect_each_once(run, count);
    expect_status(run, 0, 0, "");
    about(run, "pool_result_get with less room than the result has");
    expect_error(run, CALL(run, GET, 0, 0, SIZE - 1)[0], POOL_EINVAL, "");
    about(run, "pool_result_get with more room than the result has");
    const int64_t *roomy = CALL(run, GET, 0, 0, 3 * SIZE);
    expect_error(run, roomy[0], 0, "");
    expect(run, roomy[1] == answer_for(run, 0) && roomy[2] == NOT_SET,
           "the result, and nothing behind it", "something else",
           "Copy as much as the result has.");
    about(run, "pool_result_get(result, NULL, 0, …): only waits");
    expect_error(run, CALL(run, GET, 0, 0, 0)[0], 0, "");
    expect_error(run, try_async(run, count, NONE, true), 0, "");
    about(run, "pool_result_wait for a task that fails");
    expect_error(run, CALL(run, WAIT, count, POOL_FOREVER)[0], 0,
                 "wait says whether it is ready, not how it went.");
    expect_get(run, count, POOL_ETASK);
    about(run, "pool_result_free(result), ready or not");
    run->hold = true;
    submit(run, count + 1, workers + 1, NONE);
    await(run, running_are, workers, text("%d tasks run", workers));
    for (int i = -1; i <= count + 1 + workers; i++)
        CALL(run, FREE, i);
    let_all_go(run);
    int more = count + 2 + workers;
    submit(run, more, 1, NONE);
    expect_get(run, more, 0);
    await(run, executions_are, more + 1, "a freed result's task still runs");
    // A signal interrupts the waiting.
    lend(run);
    run->hold = true;
    submit(run, more + 1, 1, NONE);
    about(run, "pool_result_wait(result, POOL_FOREVER), a signal interrupts");
    START(run, 0, WAIT, more + 1, POOL_FOREVER);
    await(run, running_are, 1, "a task runs");
    settle(run);
    interrupt(run);
    let_all_go(run);
    expect_error(run, finish(run, 0)[0], 0, "poll and recv: again, for EINTR.");
    expect_get(run, more + 1, 0);
    run->hold = true;
    about(run, "pool_map(…), a signal interrupts");
    START(run, 0, MAP, 9, 0, 1, 0);
    await(run, back_or_running, 1, "a task runs");
    settle(run);
    interrupt(run);
    let_all_go(run);
    const int64_t *mapped = finish(run, 0);
    expect_error(run, mapped[0], 0, "poll and recv: again, for EINTR.");
    for (int i = 0; i < 9; i++)
        expect(run, mapped[1 + i] == answer_for(run, i),
               text("results[%d] is %ld", i, (long)answer_for(run, i)),
               number_text(mapped[1 + i]), "");
    interrupted_halfway(run);
    // Many workers, and more tasks than a pipe or socket has room for.
    create(run, 1, 36);
    forget_executions(run);
    run->hold = true;
    about(run, "pool_apply_async, %d times, 36 workers", RACE_ITEMS);
    int64_t taken = CALL(run, ASYNCS, RACE_ITEMS)[0];
    expect(run, taken == RACE_ITEMS, text("%d times 0", RACE_ITEMS),
           text("%ld times", (long)taken), "");
    await(run, running_are, 36, "36 tasks run");
}

// 3 callbacks. ----------------------------------------------------------------

static void callbacks(struct run *run) {
    int workers = some_workers(run);
    submit(run, 100, workers, TELLS);
    await(run, left_are, workers, "tasks end");
    settle(run); // their results are there, and nobody has looked
    submit(run, 100 + workers, 1, TELLS);
    expect(run, run->events == 0, "no callback runs inside pool_apply_async",
           "one did", "It only submits.");
    about(run, "pool_result_free(result %d), whose callback is due", 100);
    CALL(run, FREE, 100);
    for (int i = 101; i <= 100 + workers; i++)
        expect_get(run, i, 0);
    int told = times_told(run, 100);
    expect(run, told == 1, "the callback of a freed result comes",
           text("%d times", told), "Nobody holds its handle: free it after.");
    submit(run, 0, 20, TELLS);
    for (int i = 19; i >= 0; i--) {
        about(run, "pool_result_wait(result %d, POOL_FOREVER)", i);
        expect_error(run, CALL(run, WAIT, i, POOL_FOREVER)[0], 0, "");
        expect(run, times_told(run, i) == 1,
               "its callback has been called when that returns",
               text("%d times", times_told(run, i)), "");
    }
    for (int i = 0; i < 20; i++)
        expect_told(run, i, 0);
    // Nobody waits: looking alone brings results in, and calls.
    submit(run, 20, 1, TELLS);
    about(run, "pool_result_ready(result 20) again and again");
    for (int tries = 0; tries < 100 && !CALL(run, READY, 20)[0]; tries++)
        settle(run);
    expect_told(run, 20, 0);
    expect_error(run, try_async(run, 21, TELLS, true), 0, "");
    expect_get(run, 21, POOL_ETASK);
    expect_told(run, 21, POOL_ETASK);
    submit(run, 22, 1, NO_HANDLE);
    submit(run, 30, 1, SUBMITS); // 31 … 60
    expect_get(run, 30, 0);
    submit(run, 23, 1, CLOSES);
    expect_get(run, 23, 0);
    about(run, "pool_apply_async after a callback has closed the pool");
    expect_error(run, CALL(run, ASYNC, 24, NONE, 0)[0], POOL_ECLOSED, "");
    expect_call(run, JOIN, "pool_join(pool)", 0, "");
    expect_told(run, 22, 0);
    for (int i = 30; i <= 60; i++)
        expect_told(run, i, 0);
    about(run, "pool_apply_async, pool_result_wait, pool_join");
}

// 4 map. ----------------------------------------------------------------------

static const int64_t *map(struct run *run, int count, bool fails, int chunk) {
    forget_executions(run);
    about(run, "pool_map(pool, task, items, %d, …, chunksize %d)", count,
          chunk);
    return CALL(run, MAP, count, fails, chunk, 0);
}

// Items from 6 on fail, and one more is killed when all others are done.
static void expect_lowest(struct run *run, int killed, int64_t due) {
    forget_executions(run);
    about(run,
          "pool_map of 12 items: those from 6 on fail, and last of all the "
          "worker of item %d dies",
          killed);
    run->hold_id = killed;
    START(run, 0, MAP, 12, 2, 1, 0);
    await(run, left_are, 1, "tasks end");
    settle(run); // all that do not wait for that one
    script(run, killed, COMMAND_DIE, SIGKILL);
    let_all_go(run);
    expect_error(run, finish(run, 0)[0], due,
                 "The error of the failing item with the lowest index, "
                 "whichever failed first.");
}

static void map_check(struct run *run) {
    use_all_longs(run);
    int workers = some_workers(run);
    const int sizes[][2] = {{0, 0},           {1, 0},  {workers, 1},
                            {workers + 1, 7}, {37, 0}, {2 * workers, 3},
                            {60, 1000}};
    for (int i = 0; i < 7; i++) {
        int count = sizes[i][0];
        const int64_t *reply = map(run, count, false, sizes[i][1]);
        expect_error(run, reply[0], 0, "");
        expect_each_once(run, count);
        for (int k = 0; k < count; k++)
            expect(run, reply[1 + k] == answer_for(run, k),
                   text("results[%d] is %ld", k, (long)answer_for(run, k)),
                   number_text(reply[1 + k]), "");
    }
    const int64_t *reply = map(run, 9, true, 2);
    expect_error(run, reply[0], POOL_ETASK, "Every task returned 5.");
    for (int k = 0; k < 9; k++)
        expect(run, reply[1 + k] == 0, text("results[%d] is zero bytes", k),
               number_text(reply[1 + k]), "");
    // Three die in what follows. That they are replaced is another check's
    // concern: here some are left.
    create(run, 0, 5);
    script(run, 2, COMMAND_DIE, SIGKILL);
    reply = map(run, 20, false, 0);
    expect_error(run, reply[0], POOL_ELOST, "Item 2 lost its worker.");
    for (int k = 0; k < 20; k++)
        expect(run, reply[1 + k] == (k == 2 ? 0 : answer_for(run, k)),
               k == 2 ? "results[2] is zero bytes"
                      : text("results[%d] is %ld", k, (long)answer_for(run, k)),
               number_text(reply[1 + k]), "One that fails stops no other.");
    expect_lowest(run, 3, POOL_ELOST);
    expect_lowest(run, 9, POOL_ETASK);
    about(run, "pool_map of 5 items and results of no bytes, NULL");
    forget_executions(run);
    expect_error(run, CALL(run, MAP, 5, 0, 1, 1)[0], 0,
                 "Where a size is 0 its pointer may be NULL.");
    expect(run, run->executions == 5, "5 tasks run",
           text("%d", run->executions), "");
    for (int chunk = 0; chunk < 2; chunk++) {
        about(run, "pool_map of 3000 items, chunksize %d", chunk);
        reply = CALL(run, MANY, 3000, chunk);
        expect_error(run, reply[0], 0, "");
        expect(run, reply[1] == 0 && reply[2] == 0,
               "each item runs once, all results are right",
               text("%ld not once, %ld wrong", (long)reply[1], (long)reply[2]),
               "");
    }
}

// 5 the workers. --------------------------------------------------------------

// Without a number there are as many workers as processors that the client may
// run on: all, and only the first, where the judge may say so.
static void expect_one_for_each(struct run *run) {
    cpu_set_t all, one;
    CPU_ZERO(&one);
    if (sched_getaffinity(run->driver, sizeof all, &all) < 0)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &all))
            CPU_SET(cpu, &one);
    for (int i = 0; i < 4; i++) {
        const cpu_set_t *some = i / 2 == 0 ? &one : &all;
        int due = CPU_COUNT(some), before = workers_alive(run);
        if (due > 40 || sched_setaffinity(run->driver, sizeof all, some) < 0)
            continue;
        about(run, "pool_create(%s), %d processor%s to run on",
              i % 2 == 0 ? "NULL" : "options of 0 workers", due,
              due == 1 ? "" : "s");
        expect(run, CALL(run, CREATE, 1, i % 2 == 0 ? 0 : -1)[0], "a pool",
               "NULL", "");
        int there = workers_alive(run) - before;
        expect(run, there == due, text("%d workers", due), text("%d", there),
               "sched_getaffinity(2) tells which processors these are.");
        call(run, DESTROY, 0, NULL);
    }
    sched_setaffinity(run->driver, sizeof all, &all);
}

static bool all_deaf(struct run *run, int64_t n) {
    int64_t deaf = 0;
    for (int i = 0; i < run->executions; i++)
        deaf += ignores_signal(run, run->execution[i].pid, SIGTERM);
    return deaf >= n;
}

static void workers_check(struct run *run) {
    int workers = some_workers(run), first = 0;
    for (int round = 0; round < 3; round++) {
        run->hold = true;
        about(run, "pool_apply_async, %d times, %d workers, batch %d",
              3 * workers, workers, round + 1);
        submit(run, 100 * round, 3 * workers, NONE);
        await(run, running_are, workers, text("%d tasks at once", workers));
        settle(run);
        expect(run, run->running == workers,
               text("never more than %d tasks at once", workers),
               text("%d", run->running), "");
        START(run, 0, WAIT, 100 * round + 3 * workers - 1, POOL_FOREVER);
        let_go(run, last_running(run));
        await(run, executions_are, (3 * round + 1) * workers + 1,
              "a free worker gets the next task, while the others are busy");
        let_all_go(run);
        finish(run, 0);
        for (int i = 0; i < 3 * workers; i++)
            expect_get(run, 100 * round + i, 0);
        settle(run); // all are idle now
        if (round == 0)
            first = different_pids(run, 0);
    }
    expect(run, different_pids(run, 0) == first,
           text("the same %d processes run all batches", first),
           text("%d", different_pids(run, 0)),
           "pool_create forks the workers; they live on.");
    for (int i = 0; i < run->executions; i++)
        expect(run, run->execution[i].pid != run->driver,
               "tasks run in workers", "one ran in the client", "");
    create(run, 1, 1);
    forget_executions(run);
    submit(run, 0, 9, NONE);
    for (int i = 8; i >= 0; i--)
        expect_get(run, i, 0);
    for (int i = 0; i < 9; i++)
        expect(
            run, run->execution[i].id == i,
            "one worker runs tasks in the order of submission",
            text("task %ld came as number %d", (long)run->execution[i].id, i),
            "");
    call(run, DESTROY, 0, NULL);
    expect_one_for_each(run);
    about(run, "pool_create with %d workers", POOL_MAX_WORKERS + 1);
    const int64_t *reply = CALL(run, CREATE, 1, POOL_MAX_WORKERS + 1);
    expect(run, !reply[0] && reply[1] == EINVAL, "NULL, errno EINVAL",
           text("%s, errno %ld", reply[0] ? "a pool" : "NULL", (long)reply[1]),
           "");
    two_at_work(run, 1, 0, 2, NONE);
    for (int i = 0; i < 2; i++)
        answer(run, &run->execution[i], COMMAND_IGNORE_SIGTERM, 0);
    await(run, all_deaf, 2, "tasks ignore SIGTERM");
    let_all_go(run);
    for (int i = 0; i < 2; i++)
        expect_get(run, i, 0);
    about(run, "nothing: the client was killed");
    driver_may_end(run);
    kill_one(run, run->driver, SIGKILL);
    await(run, nobody_is_left, 0,
          "the workers of both pools leave by themselves");
}

// 6 deaths. -------------------------------------------------------------------

static void deaths(struct run *run) {
    int workers = some_workers(run), count = 6 * workers;
    run->hold = true;
    submit(run, 0, count, TELLS);
    START(run, 0, WAIT, count - 1, POOL_FOREVER);
    int64_t lost[3];
    for (int i = 0; i < 3; i++) {
        await(run, running_are, workers,
              text("%d tasks at once, after %d deaths", workers, i));
        struct execution *victim = first_running(run);
        lost[i] = victim->id;
        about(run, "%d workers, some are killed one after the other", workers);
        answer(run, victim, i == 2 ? COMMAND_EXIT : COMMAND_DIE,
               i == 0   ? SIGKILL
               : i == 1 ? SIGSEGV
                        : 0);
        await(run, is_reaped, victim->pid, "the dead one is reaped at once");
    }
    await(run, running_are, workers,
          text("%d tasks at once, after 3 deaths", workers));
    let_all_go(run);
    finish(run, 0);
    for (int i = 0; i < count; i++) {
        bool died = i == lost[0] || i == lost[1] || i == lost[2];
        expect_get(run, i, died ? POOL_ELOST : 0);
        expect_told(run, i, died ? POOL_ELOST : 0);
    }
    expect_each_once(run, count);
    // One dies idle: it costs nothing.
    settle(run);
    struct execution *last = &run->execution[run->executions - 1];
    kill_one(run, last->pid, SIGKILL);
    await(run, has_ended, last->pid, "an idle worker that was killed ends");
    submit(run, count, 2 * workers, NONE);
    for (int i = count; i < count + 2 * workers; i++)
        expect_get(run, i, 0);
    // One is killed while it writes its result; or after that, who knows.
    script(run, 300, COMMAND_DIE_WRITING, 0);
    submit(run, 300, 4 * workers, NONE);
    about(run, "pool_result_get(result 300), its worker is killed in a write");
    const int64_t *reply = CALL(run, GET, 300, POOL_FOREVER, SIZE);
    expect(run, reply[0] == POOL_ELOST || reply[0] == 0, "POOL_ELOST",
           error_name(reply[0]), "Half a result is none.");
    expect_get(run, 300, reply[0]);
    for (int i = 301; i < 300 + 4 * workers; i++)
        expect_get(run, i, 0);
    // One while a callback runs.
    int ask = 200, seen = run->executions;
    run->hold_id = 1000 + ask;
    submit(run, ask, 1, ASKS);
    about(run, "a worker dies while a callback runs");
    START(run, 0, WAIT, ask, POOL_FOREVER);
    await(run, executions_are, seen + 2, "the callback runs");
    struct execution *worker = NULL;
    for (int i = 0; i < run->executions; i++)
        if (run->execution[i].pid != run->driver)
            worker = &run->execution[i];
    kill_one(run, worker->pid, SIGKILL);
    await(run, has_ended, worker->pid, "a worker that was killed ends");
    let_all_go(run);
    finish(run, 0);
    submit(run, ask + 1, 2 * workers, TELLS);
    for (int i = ask + 1; i <= ask + 2 * workers; i++)
        expect_get(run, i, 0);
    expect_told(run, ask, 0);
    // And one that is sent an argument.
    reply = send_much(run, only_worker(run), SIGKILL);
    expect(run, reply[0] == POOL_ELOST || reply[0] == 0,
           "POOL_ELOST, or 0 by another worker", error_name(reply[0]),
           "Who writes where nobody reads gets SIGPIPE: not with "
           "MSG_NOSIGNAL.");
    about(run, "pool_apply after that");
    expect_error(run, CALL(run, APPLY, 502, 0)[0], 0, "");
}

// 7 fork fails. ---------------------------------------------------------------

// Of two workers one dies, and a replacement cannot be forked: the other one
// does the work. So it is left.
static void expect_other_works(struct run *run, bool youngest) {
    set_fault(run, FAIL_FORK, -1);
    two_at_work(run, 0, 0, 9, TELLS);
    set_fault(run, FAIL_FORK, 0);
    struct execution *a = first_running(run), *b = last_running(run);
    struct execution *victim = (a->pid < b->pid) == youngest ? b : a;
    int64_t lost = victim->id;
    answer(run, victim, COMMAND_DIE, SIGKILL);
    about(run, "one of 2 workers died, and fork fails for another");
    START(run, 0, WAIT, 8, POOL_FOREVER);
    await(run, is_reaped, victim->pid, "the dead one is reaped");
    settle(run);
    let_all_go(run);
    finish(run, 0);
    for (int i = 0; i < 9; i++)
        expect_get(run, i, i == lost ? POOL_ELOST : 0);
}

static void fork_fails(struct run *run) {
    static const char *const what[] = {"fork", "pipe or socketpair"};
    static const enum fault fault[] = {FAIL_FORK, FAIL_PIPE};
    static const int error[] = {EAGAIN, EMFILE};
    for (int i = 0; i < 6; i++) {
        int before = open_descriptors(run);
        const int after[] = {0, 1, 3};
        set_fault(run, fault[i / 3], after[i % 3]);
        about(run, "pool_create with 4 workers, where %s",
              fails_after(what[i / 3], after[i % 3]));
        const int64_t *reply = CALL(run, CREATE, 0, 4);
        bool made = reply[0];
        set_fault(run, fault[i / 3], -1);
        if (made && i / 3 == 1) { // it needs none, or fewer
            call(run, DESTROY, 0, NULL);
            continue;
        }
        expect(run, !made, "NULL", "a pool", "");
        expect(run, reply[1] == error[i / 3],
               text("errno %d (%s), which says why", error[i / 3],
                    strerror(error[i / 3])),
               text("errno %ld", (long)reply[1]),
               "What is cleaned up behind a failure may change errno.");
        expect_no_children(run, "after a pool_create that failed");
        int now = open_descriptors(run);
        expect(run, now == before,
               text("%d open descriptors, as before", before), text("%d", now),
               "");
    }
    set_fault(run, FAIL_FORK, 0);
    about(run, "pool_create with %d workers, where fork fails",
          POOL_MAX_WORKERS);
    const int64_t *most = CALL(run, CREATE, 0, POOL_MAX_WORKERS);
    set_fault(run, FAIL_FORK, -1);
    expect(run, !most[0], "NULL", "a pool", "");
    expect(run, most[1] != EINVAL, "why: not EINVAL, so many there may be",
           "errno is EINVAL", "");
    // No memory: it says so, and works on.
    for (int after = 0; after < 3; after++) {
        set_fault(run, FAIL_MALLOC, after);
        about(run, "pool_create with 4 workers, where %s",
              fails_after("malloc", after));
        int64_t made = CALL(run, CREATE, 0, 4)[0];
        set_fault(run, FAIL_MALLOC, -1);
        if (!made) {
            expect_no_children(run, "after a pool_create that failed");
            continue;
        }
        submit(run, 0, 1, NONE);
        set_fault(run, FAIL_MALLOC, after);
        int count = 1;
        int64_t got = 0;
        while (count < 100 && (got = try_async(run, count, TELLS, false)) == 0)
            count++;
        set_fault(run, FAIL_MALLOC, -1);
        about(run, "pool_apply_async again and again, where malloc fails");
        expect(run, got == 0 || got == POOL_ENOMEM, "POOL_ENOMEM",
               error_name(got), "");
        expect(run, got == 0 || times_told(run, count) == 0,
               "no callback of what was refused", "one came", "");
        submit(run, count, 1, NONE);
        for (int i = 0; i <= count; i++)
            expect_get(run, i, 0);
        call(run, DESTROY, 0, NULL);
    }
    forget_executions(run);
    run->events = 0;
    expect_other_works(run, false);
    call(run, DESTROY, 0, NULL);
    expect_other_works(run, true);
    // The last one dies, too.
    run->hold = true;
    submit(run, 9, 3, TELLS);
    await(run, running_are, 1, "a task runs");
    answer(run, first_running(run), COMMAND_DIE, SIGKILL);
    about(run, "the last worker died, and fork fails for another");
    START(run, 0, WAIT, 11, POOL_FOREVER);
    finish(run, 0);
    expect_get(run, 9, POOL_ELOST);
    expect_get(run, 10, POOL_EBROKEN);
    expect_get(run, 11, POOL_EBROKEN);
    expect_told(run, 11, POOL_EBROKEN);
    expect_error(run, try_async(run, 12, NONE, false), POOL_EBROKEN,
                 "No worker is left, and none could be started.");
    set_fault(run, FAIL_FORK, -1);
    expect_call(run, CLOSE, "pool_close of a broken pool", 0, "");
    expect_call(run, JOIN, "pool_join of a broken pool", 0, "");
    // What is harmed where nothing fails is another check's concern.
    lend(run);
    create(run, 0, 4);
    call(run, DESTROY, 0, NULL);
    bool careful = is_unharmed(run);
    for (int i = 0; i < 6 && careful; i++) {
        lend(run);
        set_fault(run, fault[i / 3], i % 3);
        about(run, "pool_create with 4 workers, where %s",
              fails_after(what[i / 3], i % 3));
        if (CALL(run, CREATE, 0, 4)[0])
            call(run, DESTROY, 0, NULL);
        set_fault(run, fault[i / 3], -1);
        expect_unharmed(run);
    }
}

// 8 close and join. -----------------------------------------------------------

static void expect_waits_for_the_running(struct run *run) {
    two_at_work(run, 0, 0, 2, NONE);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    about(run, "pool_join(pool), where tasks run and none waits");
    start(run, 0, JOIN, 0, NULL);
    settle(run);
    expect(run, !is_back(run, 0), "it waits for the tasks", "it returned", "");
    let_all_go(run);
    expect_error(run, finish(run, 0)[0], 0, "");
    for (int i = 0; i < 2; i++)
        expect_get(run, i, 0);
    call(run, DESTROY, 0, NULL);
}

// A worker is stopped when it is to leave: a signal interrupts what waits for
// it.
static void expect_waits_for_the_end(struct run *run) {
    lend(run); // for its handler
    is_unharmed(run);
    forget_executions(run);
    create(run, 0, 2);
    submit(run, 0, 4, NONE);
    for (int i = 0; i < 4; i++)
        expect_get(run, i, 0);
    settle(run);
    pid_t stopped = run->execution[run->executions - 1].pid;
    kill_one(run, stopped, SIGSTOP);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_error(run, join_interrupted(run, JOIN, stopped), 0,
                 "waitpid that a signal interrupts: again.");
    expect_no_children(run, "after pool_join");
    call(run, DESTROY, 0, NULL);
}

static void close_join(struct run *run) {
    int workers = some_workers(run), count = 4 * workers;
    run->hold = true;
    submit(run, 0, count, TELLS);
    await(run, running_are, workers, text("%d tasks run", workers));
    expect_call(run, JOIN, "pool_join(pool) before pool_close", POOL_ERUNNING,
                "At once.");
    submit(run, count, 1, TELLS); // it works on
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, CLOSE, "pool_close(pool), again", 0, "");
    expect_error(run, try_async(run, 99, TELLS, false), POOL_ECLOSED,
                 "After pool_close.");
    about(run, "pool_apply after pool_close");
    const int64_t *reply = CALL(run, APPLY, 99, 0);
    expect_error(run, reply[0], POOL_ECLOSED, "");
    expect(run, reply[1] == NOT_SET, "its result is left alone",
           number_text(reply[1]), "");
    about(run, "pool_map of no items after pool_close");
    expect_error(run, CALL(run, MAP, 1, 0, 0)[0], POOL_ECLOSED, "");
    about(run, "pool_join(pool) with %d tasks to do, one dies", count + 1);
    start(run, 0, JOIN, 0, NULL);
    settle(run);
    expect(run, !is_back(run, 0), "it waits for the tasks", "it returned", "");
    struct execution *victim = first_running(run);
    int64_t lost = victim->id;
    answer(run, victim, COMMAND_DIE, SIGKILL);
    await(run, running_are, workers,
          text("%d tasks at once, after a death in pool_join", workers));
    let_all_go(run);
    expect_error(run, finish(run, 0)[0], 0, "");
    expect_each_once(run, count + 1);
    expect_no_children(run, "after pool_join");
    expect_call(run, JOIN, "pool_join(pool), again", 0, "");
    expect_call(run, CLOSE, "pool_close after pool_join", 0, "");
    expect_call(run, TERMINATE, "pool_terminate after pool_join", 0, "");
    expect_call(run, JOIN, "pool_join after all that", 0, "");
    expect_error(run, try_async(run, 99, TELLS, false), POOL_ECLOSED,
                 "After pool_join.");
    for (int i = 0; i <= count; i++) {
        expect_get(run, i, i == lost ? POOL_ELOST : 0);
        expect_told(run, i, i == lost ? POOL_ELOST : 0);
    }
    expect(run, times_told(run, 99) == 0, "no callback of what was refused",
           "one came", "");
    expect_waits_for_the_running(run);
    expect_waits_for_the_end(run);
    for (int i = 0; i < 3; i++) { // a pool that never had work
        create(run, 0, 2);
        if (i > 0) {
            expect_call(run, i == 1 ? CLOSE : TERMINATE,
                        "pool_close or pool_terminate, without any work", 0,
                        "");
            expect_call(run, JOIN, "pool_join, without any work", 0, "");
        }
        about(run, "pool_destroy, without any work");
        call(run, DESTROY, 0, NULL);
    }
}

// 9 terminate. ----------------------------------------------------------------

static void terminate(struct run *run) {
    int workers = some_workers(run), count = 5 * workers;
    run->hold = true;
    submit(run, 0, count, TELLS);
    await(run, running_are, workers, text("%d tasks run", workers));
    struct execution *first = first_running(run);
    int64_t done = first->id;
    let_go(run, first);
    await(run, left_are, 1, "a task ends");
    settle(run); // its result has arrived, and nobody has read it
    for (int i = 0; i < run->executions; i++)
        if (!run->execution[i].left)
            answer(run, &run->execution[i], COMMAND_IGNORE_SIGTERM, 0);
    await(run, all_deaf, workers - 1, "tasks ignore SIGTERM");
    expect_call(run, TERMINATE, "pool_terminate(pool), tasks ignore SIGTERM", 0,
                "");
    int begun = run->executions;
    expect_call(run, TERMINATE, "pool_terminate(pool), again", 0, "");
    expect_error(run, try_async(run, 99, NONE, false), POOL_ECLOSED,
                 "After pool_terminate.");
    expect_call(run, CLOSE, "pool_close after pool_terminate", 0, "");
    expect_call(run, JOIN, "pool_join after pool_terminate", 0,
                "SIGKILL is the signal that no process can ignore.");
    expect(run, run->executions == begun, "no task begins after pool_terminate",
           text("%d did", run->executions - begun), "");
    expect_no_children(run, "after pool_join");
    for (int i = 0; i < count; i++) {
        expect_get(run, i, i == done ? 0 : POOL_ECANCELLED);
        expect_told(run, i, i == done ? 0 : POOL_ECANCELLED);
    }
    // After close, too; and then the pool is destroyed, not joined.
    two_at_work(run, 0, 200, 7, TELLS);
    expect_call(run, CLOSE, "pool_close(pool)", 0, "");
    expect_call(run, TERMINATE, "pool_terminate after pool_close", 0, "");
    for (int i = 200; i < 207; i++)
        expect_get(run, i, POOL_ECANCELLED);
    about(run, "pool_destroy after pool_terminate, without pool_join");
    call(run, DESTROY, 0, NULL);
    expect_no_children(run, "after pool_destroy");
    for (int i = 200; i < 207; i++)
        expect_told(run, i, POOL_ECANCELLED);
    // pool_destroy terminates, too.
    two_at_work(run, 0, 210, 5, TELLS);
    about(run, "pool_destroy, without pool_terminate");
    call(run, DESTROY, 0, NULL);
    for (int i = 210; i < 215; i++)
        expect_told(run, i, POOL_ECANCELLED);
    forget_executions(run);
    // A callback terminates while others are accounted for: all workers have
    // answered or died when the client looks.
    run->hold = false;
    create(run, 0, 3);
    run->hold = true;
    submit(run, 100, 3, TERMINATES);
    submit(run, 103, 6, TELLS);
    int there = 3;
    await(run, running_are, there, "3 tasks run");
    struct execution *held[3];
    int found = 0;
    for (int i = 0; i < run->executions && found < 3; i++)
        if (!run->execution[i].left && run->execution[i].id >= 100)
            held[found++] = &run->execution[i];
    int64_t died = held[1]->id;
    let_go(run, held[0]);
    answer(run, held[1], COMMAND_DIE, SIGKILL);
    let_go(run, held[2]);
    await(run, has_ended, held[1]->pid, "a worker ends");
    settle(run);
    about(run, "pool_terminate in a callback, when 2 workers have answered and "
               "one has died");
    CALL(run, WAIT, 105, POOL_FOREVER);
    expect_call(run, JOIN, "pool_join after that", 0, "");
    for (int i = 100; i < 109; i++) {
        int64_t due = i == died ? POOL_ELOST : i < 103 ? 0 : POOL_ECANCELLED;
        expect_get(run, i, due);
        expect_told(run, i, due);
    }
}

// 10 what is left. ------------------------------------------------------------

static bool at_most_alive(struct run *run, int64_t n) {
    return workers_alive(run) <= n;
}

static void two_pools(struct run *run) {
    int before = open_descriptors(run);
    lend(run);
    int lent = open_descriptors(run);
    create(run, 0, 2);
    create(run, 1, 3);
    for (int which = 0; which < 2; which++) {
        CALL(run, CHOOSE, which);
        submit(run, 100 * which, 12, TELLS);
    }
    for (int i = 0; i < 12; i++) {
        expect_get(run, i, 0);
        expect_get(run, 100 + i, 0);
    }
    expect_workers(run, 5);
    // A replacement of the first pool, younger than the second one's workers.
    CALL(run, CHOOSE, 0);
    script(run, 12, COMMAND_DIE, SIGKILL);
    submit(run, 12, 8, NONE);
    for (int i = 12; i < 20; i++)
        expect_get(run, i, i == 12 ? POOL_ELOST : 0);
    expect_call(run, CLOSE, "pool_close of one of two pools", 0, "");
    expect_call(run, JOIN, "pool_join of one of two pools", 0,
                "Do the other pool's workers hold its descriptors, too?");
    about(run, "pool_destroy of one of two pools");
    call(run, DESTROY, 0, NULL);
    await(run, at_most_alive, 3, "its workers are gone, the other's are not");
    CALL(run, CHOOSE, 1);
    run->hold = true;
    submit(run, 120, 12, TELLS);
    await(run, running_are, 3, "the other pool's 3 workers run tasks");
    kill_one(run, run->driver, SIGUSR1);
    about(run, "pool_destroy of a pool that is neither closed nor idle");
    call(run, DESTROY, 0, NULL);
    run->hold = false;
    expect_no_children(run, "after pool_destroy");
    int after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before), "");
    expect_unharmed(run);
}

static const struct check checks[] = {
    {"apply", 1, "one task: any bytes in, any bytes out", apply},
    {"async", 1, "returns at once; results by handle", async},
    {"callbacks", 1, "each once, in the client, may submit", callbacks},
    {"map", 1, "order kept, each item once, any sizes", map_check},
    {"workers", 1, "N, no more, the same ones, busy", workers_check},
    {"deaths", 1, "one item is lost, the worker replaced", deaths},
    {"fork-fails", 1, "at create, and for a replacement", fork_fails},
    {"close-join", 1, "every order; what is in gets done", close_join},
    {"terminate", 1, "what is not done is cancelled, and told", terminate},
    {"two-pools", 1, "side by side; nothing left or harmed", two_pools},
};

EXERCISE(checks, CALLS, .schedules = "map close-join deaths",
         .in_processes = true);
