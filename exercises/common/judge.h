// SPDX-License-Identifier: MIT
// The judge: starts a fresh driver for each check, asks it to call the
// student's functions, watches from outside what its processes do, and decides.
//
// What a check may rely on: pids, which the kernel vouches for; /proc, read
// from outside; the order in which messages arrive; answers that only the judge
// knew until a task asked for them. What it must not rely on: sleeps, or the
// order in which independent processes run.
//
// Interface for an exercise's check.c: define `exercise`. A check is a function
// that talks to the run and calls expect(). The first failure ends the check.
//
// Runs in: judge, which never holds the student's code.
#ifndef EXERCISES_JUDGE_H
#define EXERCISES_JUDGE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "wire.h"

struct run;

struct check {
    const char *name;
    int points;
    const char *description; // one line: what must hold
    void (*judge)(struct run *);
};

struct exercise {
    int number;
    const char *name; // folder: NN-name
    const char *file; // the starter's file name
    const struct check *checks;
    int check_count;
    // Tasks run in processes that the student makes: a check in which none did
    // shows nothing, and earns nothing.
    bool in_processes;
};

extern const struct exercise exercise; // in NN-name/check.c

// Checks of an instructor's own, judged after the exercise's. Optional: linked
// from CHECKS=folder.
extern const struct check extra_checks[] __attribute__((weak));
extern const int extra_check_count __attribute__((weak));

// The limits, all in one place. -----------------------------------------------

// Of one check:
#define LIMIT_WALL_S 20      // from its start to its end, see below
#define LIMIT_ASLEEP_MS 1500 // all processes asleep, none ever woken
#define LIMIT_CPU_S 3        // of each process; of all together, twice that
#define LIMIT_PROCESSES 100  // at once
#define LIMIT_MEMORY ((uint64_t)512 << 20)  // bytes of all processes together
#define LIMIT_ADDRESSES ((uint64_t)1 << 30) // bytes of each process's map
#define LIMIT_OUTPUT (1 << 20)              // bytes on stdout and stderr
#define LIMIT_FILE (16 << 20)               // bytes of any file
#define LIMIT_FILES 256                     // descriptors per process
#define LIMIT_SOCKETS 1000 // of all, for each may fill 200 KB of the kernel's
#define LIMIT_INODES 5000  // files in /tmp, and again in /dev/shm
#define LIMIT_SIGNALS 500  // queued, and timers: of a user
#define OUTPUT_KEPT 2000   // bytes shown to the student
// Of all checks of an exercise; who has used it up has a little for each of the
// others, which is enough for what does not dawdle.
#define LIMIT_TOTAL_S 60
#define LIMIT_LATE_S 5
// Time in which somebody in the check waited for a processor does not count, or
// a busy machine would decide. It is limited, too: what a check may take then,
// as a multiple, and all of them.
#define LIMIT_STALLED 6
#define LIMIT_STALLED_TOTAL_S 300

// The cell: where the student's processes live. judge_cell.c. ----------------

struct cell_options {
    uid_t uid;       // when the judge is root: run the driver as this user
    char **prefix;   // a sandbox command to put before the driver, or NULL
    bool namespaces; // try for namespaces of its own
};

struct cell {
    pid_t keeper;        // our child, the ancestor of all
    bool own;            // it has namespaces of its own
    bool boxed;          // a sandbox command gives it some
    struct stat program; // the driver's file
    int channel;         // messages; -1: all who had the other end are gone
    struct board *board; // what the judge says
    int output;          // the driver's stdout and stderr
    int status;          // the keeper writes the driver's wait status here
};

bool cell_start(struct cell *cell, const char *driver,
                const struct cell_options *options);
bool cell_is_whole(const struct cell *cell); // its keeper lives
void cell_end(struct cell *cell);            // kills all of it, and reaps
const char *cell_isolation(const struct cell_options *options);

// Its own view of the system. judge_space.c.
unsigned long space_flags(bool root); // for clone
void space_enter(uid_t uid, gid_t gid, bool in_user_namespace);

// What /proc shows. judge_proc.c. ---------------------------------------------

struct process {
    pid_t pid, parent;
    char state; // of all its threads: R if one runs
    char name[16];
    bool inside; // is a descendant of the keeper
    int threads;
    uint64_t switches;  // context switches of all threads so far
    uint64_t cpu_ms;    // its own
    int64_t used_ms;    // the same, but for what came at one time
    uint64_t reaped_ms; // of children that it has waited for
    uint64_t waited_ns; // for a processor
    int ran;            // in how many looks it was seen to have run: settle()
    uint64_t memory;    // bytes, those shared with others included
};

struct processes {
    struct process *at;
    int count, room;
    uint64_t keeper_reaped_ms;
};

// The keeper's descendants. False if /proc could not be read.
bool proc_list(struct processes *list, pid_t keeper, bool with_switches);
bool proc_is_below(const struct processes *list, pid_t pid, pid_t ancestor);
// The same for one process, now: 1 below, 0 elsewhere, -1 gone meanwhile.
int proc_climb(pid_t pid, pid_t ancestor);
// Whether it, or one above it up to `top`, runs the program: how many do.
int proc_count_program(pid_t pid, pid_t top, const struct stat *program);
struct process *proc_find(const struct processes *list, pid_t pid); // or NULL
void proc_copy(struct processes *to, const struct processes *from);
bool proc_ignores(pid_t pid, int sig);
bool proc_has_ended(pid_t pid);      // gone, or a zombie
int proc_descriptors(pid_t pid);     // how many, or -1
int proc_shared_mappings(pid_t pid); // anonymous shared ones, or -1
int proc_shm_files(pid_t pid);       // files in its /dev/shm, or -1
int proc_sockets(pid_t pid);         // of its network namespace, or -1
int proc_inodes(pid_t pid);          // of its /tmp or /dev/shm, or -1
uint64_t proc_waited(pid_t pid);     // ns, for a processor
uint64_t proc_share(pid_t pid);      // bytes, its part of what is shared only

// One check's run. judge_run.c. -----------------------------------------------

#define MAX_VISITS 4096

// One time that a task ran an item.
struct visit {
    int64_t id;
    pid_t pid;
    int place; // on the board, for its answer
    bool answered, left;
    bool doomed;             // was told to die, or to exit
    int entered_at, left_at; // numbers of events, to compare
};

struct note {
    int64_t id, value, detail;
    pid_t pid;
    int at;
};

// A process that serves calls: the driver (0) or one it forked.
struct agent {
    pid_t pid; // 0: it has not said anything yet
    bool busy; // in a call
    struct wire reply;
    int returned_at;
};

struct run {
    const struct check *check;
    uint64_t seed, random;
    struct cell cell;
    pid_t driver;
    struct agent agent[BOARD_AGENTS];
    int agents;
    struct visit visit[MAX_VISITS];
    int visits, inside, most_inside;
    struct {
        int64_t id, value;
        enum go go;
    } planned[64];
    int plans;
    struct note note[MAX_VISITS];
    int notes;
    int events;
    pid_t dying;     // was told to die; others wait until it has
    bool outside;    // a task ran in another process than the driver
    bool alone;      // none will in this call: all others have had their turn
    bool hold;       // do not answer by yourself
    int64_t hold_id; // nor, whatever `hold` says, this one
    int driver_status;
    bool driver_ended, driver_may_end;
    int64_t began_at; // monotonic ms
    int64_t ends_at;  // without the time below
    int64_t ends_at_last;
    int64_t stalled_ns; // somebody waited for a processor
    int64_t looked_at;
    uint64_t judge_waited_ns;
    int64_t look_at;   // when to look at the processes next
    uint64_t print;    // fingerprint of sleeping processes
    int64_t asleep_ms; // so long all have slept
    char output[OUTPUT_KEPT + 1];
    size_t output_kept, output_seen;
    struct processes processes, looked, settling[2];
    // The verdict.
    bool failed;
    char called[200], expected[300], actual[300], help[400];
    jmp_buf over;
};

void forget_visits(struct run *run);

// Between the parts of the judge. ---------------------------------------------

int64_t now_ms(void);
int64_t fair_ms(const struct run *run); // without the time that it was stalled
uint64_t next_random(uint64_t *state);
// Takes in a message. judge_take.c.
void take_message(struct run *run, const struct wire *message, pid_t sender);
// Lets others go on when the process that was told to die has ended.
void see_it_die(struct run *run);
// Lets the driver go on with a task of its own when nobody else will take one.
void see_who_comes(struct run *run);
// Fails the check if its processes take too much. judge_limits.c.
void expect_limits(struct run *run);
// Takes in what is there, or comes within `timeout` ms. judge_watch.c.
bool step(struct run *run, int timeout);
// Looks at the processes: now, or if it is time to.
#define LOOK_EVERY_MS 50
void look(struct run *run, bool at_once);
// Whether the driver has ended, or does within `timeout` ms.
bool take_end(struct run *run, int timeout);
_Noreturn void fail_ended(struct run *run);
_Noreturn void fail_forged(struct run *run, const char *what);

// Talking to the driver. ------------------------------------------------------

// Says what is called, for the report; start() and call() take their text.
void about(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Has the driver fork another agent: its call number `id` does that.
void fork_agent(struct run *run, int id);
// Starts call number `id` with `count` values, on the driver or an agent.
void start(struct run *run, int agent, int id, int count,
           const int64_t *values);
// Waits until it has returned. The reply's values, always WIRE_VALUES of them.
const int64_t *finish(struct run *run, int agent);
bool is_back(struct run *run, int64_t agent); // a condition, see await()
// Both, on the driver: CALL(run, id, 1, 2, 3).
const int64_t *call(struct run *run, int id, int count, const int64_t *values);
#define VALUES(...)                                                            \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]) {   \
        __VA_ARGS__                                                            \
    }
#define CALL(run, id, ...) call(run, id, VALUES(__VA_ARGS__))
#define START(run, agent, id, ...) start(run, agent, id, VALUES(__VA_ARGS__))

// Waits until something holds, fails if it cannot come to hold. `what` ends the
// sentence "expected: …".
typedef bool condition(struct run *run, int64_t n);
void await(struct run *run, condition *is_so, int64_t n, const char *what);
bool inside_are(struct run *run, int64_t n); // so many or more are inside
bool visits_are(struct run *run, int64_t n); // so many have ever begun
bool left_are(struct run *run, int64_t n);   // so many have ended
bool notes_are(struct run *run, int64_t n);
bool no_children(struct run *run, int64_t n); // n is ignored
bool is_reaped(struct run *run, int64_t pid);
bool has_ended(struct run *run, int64_t pid);    // reaped or a zombie
bool nobody_is_left(struct run *run, int64_t n); // so is this
// Waits until nothing moves any more, or all that moves has had its turn: what
// was to come has come.
void settle(struct run *run);
// Whether to try again what goes wrong seldom, after so many `times` since
// `began`: `most` times on an idle machine, fewer on a busy one.
bool once_more(int times, int most, int64_t began);

// Tasks. ----------------------------------------------------------------------

int64_t answer_for(struct run *run, int64_t id); // what a task returns
// What task `id` is told when it is not held: to die, say, at its first run.
void plan(struct run *run, int64_t id, enum go go, int64_t value);
// A visit that is NULL, for nobody was inside, fails the check.
void answer(struct run *run, struct visit *visit, enum go go, int64_t value);
void let_go(struct run *run, struct visit *visit); // return its answer
void let_all_go(struct run *run);            // those inside and all to come
struct visit *first_inside(struct run *run); // not yet answered, or NULL
struct visit *last_inside(struct run *run);
int times_run(struct run *run, int64_t id);
int different_pids(struct run *run, int from); // of the visits from there on
int64_t pick(struct run *run, int64_t low, int64_t high); // random, both ends

// Looking from outside; fails if that is not possible.
// -------------------------

int children(struct run *run, int *zombies); // the driver's; zombies or NULL
int workers_alive(struct run *run);          // below the driver, zombies not
int orphans(struct run *run);          // in the cell, but not below the driver
int open_descriptors(struct run *run); // the driver's
int shared_mappings(struct run *run);  // the driver's
int shm_files(struct run *run);        // in the cell's /dev/shm
void kill_one(struct run *run, pid_t pid, int sig);

// Deciding. -------------------------------------------------------------------

const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Goes on if `ok`; else the check ends here with these texts.
void expect(struct run *run, bool ok, const char *expected, const char *actual,
            const char *help);
_Noreturn void fail(struct run *run, const char *expected, const char *actual,
                    const char *help);

// Checks that nearly every exercise has. --------------------------------------

void expect_each_once(struct run *run, int64_t count); // items 0 … count - 1
void expect_no_children(struct run *run, const char *when);
void expect_workers(struct run *run, int n); // alive now

bool run_check(struct run *run, const struct check *check, const char *driver,
               const struct cell_options *options);

#endif
