// SPDX-License-Identifier: MIT
// What the author of an exercise uses in NN-name/check.c. How to write one:
// ../README.md, "adding an exercise".
//
// A check is a function that talks to one run: it has the driver call the
// student's functions, watches from outside what the processes do, and calls
// expect(). The first failure ends the check.
//
// A check may rely on: pids, which the kernel vouches for; /proc, read from
// outside; the order in which messages arrive; answers that only the judge
// knew until a task asked for them. It must not rely on sleeps, or on the order
// in which independent processes run.
//
// Runs in: judge, which never holds the student's code.
#ifndef EXERCISES_CHECK_H
#define EXERCISES_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "exercise.h"
#include "wire.h"

// Which numbers the judge gives tasks to return: small ones, unless a check is
// about numbers. So a mistake with them costs that check only.
enum answers {
    ANSWERS_SMALL,  // 1 to 250
    ANSWERS_STATUS, // 0 to 255: an exit status
    ANSWERS_INT,    // 1 to 2^31 - 1
    ANSWERS_LONG,   // all of int64_t, its ends, 0 and -1 often among them
};

// A run. ----------------------------------------------------------------------

#define MAX_EXECUTIONS 4096

// One execution of a task.
struct execution {
    int64_t id;
    pid_t pid;
    int slot; // on the shared page, for its answer
    bool answered, left;
    bool dying;              // was told to die, or to exit
    int entered_at, left_at; // times on the run's clock, to compare
};

struct event { // see driver_event()
    int64_t id, value, detail;
    pid_t pid;
    int at; // time on the run's clock
};

struct run {
    pid_t driver;
    bool hold;            // do not answer tasks by yourself
    int64_t hold_id;      // nor, whatever `hold` says, this one
    enum answers answers; // set it before tasks run
    struct execution execution[MAX_EXECUTIONS];
    int executions, running, most_running;
    struct event event[MAX_EXECUTIONS];
    int events;
    struct run_state *state; // the judge's own
};

// Calling the student's functions. --------------------------------------------

// Says what is called, for the report.
void about(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Call number `id` with these values, on the driver: CALL(run, id, 1, 2, 3).
// The reply's values, always WIRE_VALUES of them.
#define CALL(run, id, ...) call(run, id, VALUES(__VA_ARGS__))
// The two halves of it, on the driver (0) or another server.
#define START(run, server, id, ...) start(run, server, id, VALUES(__VA_ARGS__))
const int64_t *finish(struct run *run, int server);
const int64_t *reply_of(struct run *run, int server); // the last one
int returned_at(struct run *run, int server);         // time on the run's clock

// From now on system calls misbehave in the student's process.
void set_fault(struct run *run, enum fault fault, int64_t value);
// Items and answers over all of long: before workers are made.
void use_all_longs(struct run *run);
// Gives the student's process a child that has ended, and descriptors, as if
// its caller had them; and later looks whether they, the caller's signal
// handlers and its mask are as they were, each pid was killed while it was
// there, and each descriptor closed while it was open. From lend() on SIGUSR1
// interrupts the driver and does nothing else.
void lend(struct run *run);
void expect_unharmed(struct run *run);
bool is_unharmed(struct run *run); // the same, and the check goes on

// Servers are processes that serve calls: the driver, and those it forks with
// its call number `id`. The number of the new one.
int fork_server(struct run *run, int id);
// The driver may end by itself from here on.
void driver_may_end(struct run *run);

// Waiting. --------------------------------------------------------------------

// Waits until something holds, fails if it cannot come to hold. `what` ends the
// sentence "expected: …".
typedef bool condition(struct run *run, int64_t n);
void await(struct run *run, condition *is_so, int64_t n, const char *what);
bool is_back(struct run *run, int64_t server);   // its call has returned
bool running_are(struct run *run, int64_t n);    // n tasks or more run
bool executions_are(struct run *run, int64_t n); // n or more have ever begun
bool left_are(struct run *run, int64_t n);       // n or more have ended
bool is_reaped(struct run *run, int64_t pid);
bool has_ended(struct run *run, int64_t pid);    // reaped or a zombie
bool nobody_is_left(struct run *run, int64_t n); // n is ignored
// Waits until nothing moves any more, or all that moves has had its turn: what
// was to come has come.
void settle(struct run *run);
// Whether to try again what goes wrong seldom, after so many `times` since
// `began`: `most` times on an idle machine, fewer on a busy one, or where seeded
// schedules look for it, too.
bool once_more(struct run *run, int times, int most, int64_t began);
int64_t now_ms(void);

// Tasks. ----------------------------------------------------------------------

int64_t answer_for(struct run *run, int64_t id); // what a task returns
// What task `id` is told when it is not held: to die, say, at its first run.
void script(struct run *run, int64_t id, enum command command, int64_t value);
// An execution that is NULL, because none ran, fails the check.
void answer(struct run *run, struct execution *execution, enum command command,
            int64_t value);
void let_go(struct run *run, struct execution *execution); // with its answer
void let_all_go(struct run *run); // those that run and all to come
struct execution *first_running(struct run *run); // not yet answered, or NULL
struct execution *last_running(struct run *run);
void forget_executions(struct run *run);
int times_run(struct run *run, int64_t id);
int different_pids(struct run *run, int from); // of the executions from there
int64_t pick(struct run *run, int64_t low, int64_t high); // random, both ends

// Looking from outside; fails if that is not possible. ------------------------

int children(struct run *run, int *zombies);   // the driver's; zombies or NULL
int workers_alive(struct run *run);            // below the driver, zombies not
int open_descriptors(struct run *run);         // the driver's
int write_ends_of(struct run *run, pid_t pid); // of pipes, of any process
int shared_mappings(struct run *run);          // the driver's
int shm_files(struct run *run);                // in the sandbox's /dev/shm
pid_t pid_of(struct run *run, int server); // once it has served a call; or 0
char state_of(struct run *run, pid_t pid); // as in ps: T is stopped; 0: gone
bool ignores_signal(struct run *run, pid_t pid, int sig);
// How often the processes were switched to so far; -1: one runs just now.
int64_t activity(struct run *run);
void kill_one(struct run *run, pid_t pid, int sig);

// Deciding. -------------------------------------------------------------------

// Goes on if `ok`; else the check ends here with these texts.
void expect(struct run *run, bool ok, const char *expected, const char *actual,
            const char *help);
_Noreturn void fail(struct run *run, const char *expected, const char *actual,
                    const char *help);
const char *text(const char *format, ...) // for the last eight of them
    __attribute__((format(printf, 1, 2)));

// For the macros above.
void start(struct run *run, int server, int id, int count,
           const int64_t *values);
const int64_t *call(struct run *run, int id, int count, const int64_t *values);
#define VALUES(...)                                                            \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]) {   \
        __VA_ARGS__                                                            \
    }

#include "common.h"

#endif
