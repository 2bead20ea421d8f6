// SPDX-License-Identifier: MIT
// What the judge's own files share. The judge starts a fresh driver for each
// check, asks it to call the student's functions, watches from outside what its
// processes do, and decides. Authors of exercises use check.h only.
//
// Interface: files call downwards only.
//
//   main.c         options, one check after the other
//   report.c       the result on a screen; result.c, as JSON; shown.c
//   schedules.c    what seeded schedules find, beside a check
//   common.c       what several exercises check alike
//   lend.c         misbehaving calls, what the caller has
//   run.c          one check's run, calls, what must hold for every check
//   await.c        conditions, waiting, settling
//   queries.c      what checks ask: who ran what, what is left over
//   loop.c         takes in what comes, and the time
//   messages.c     what a message means
//   execution.c    tasks and their answers
//   accounting.c   samples the processes: sleep, time, limits.c
//   verdict.c      how a check ends
//   sandbox.c      where the driver runs; namespaces.c, filter.c, confine.c
//   proc.c         what /proc shows; proc_counts.c
//   wire.c         messages and the shared page
//
// Runs in: judge, which never holds the student's code.
#ifndef EXERCISES_JUDGE_H
#define EXERCISES_JUDGE_H

#include <setjmp.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"

// The limits, all in one place. -----------------------------------------------

// Of one check:
#define LIMIT_WALL_S 20         // from its start to its end, see below
#define LIMIT_ASLEEP_MS 1500    // all processes asleep, none ever woken
#define LIMIT_CPU_S 3           // of each process; of all together, twice that
#define LIMIT_CPU_AGAIN_MS 1000 // the same, when a check was stopped for it
#define LIMIT_SANITIZED 3       // times as much processor time with SANITIZE=
#define LIMIT_PROCESSES 100     // at once
#define LIMIT_MEMORY ((uint64_t)512 << 20)  // bytes of all processes together
#define LIMIT_ADDRESSES ((uint64_t)1 << 30) // bytes of each process's map
#define LIMIT_OUTPUT (1 << 20)              // bytes on stdout and stderr
#define LIMIT_FILE (16 << 20)               // bytes of any file
#define LIMIT_FILES 256                     // descriptors per process
#define LIMIT_STACK (8 << 20)               // bytes
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

// The sandbox: where the student's processes live. sandbox.c. -----------------

struct sandbox_options {
    uid_t uid;       // when the judge is root: run the driver as this user
    char **prefix;   // a sandbox command to put before the driver, or NULL
    bool namespaces; // try for namespaces of its own
    bool debug;      // the prefix is a debugger, on our terminal
    // For a program that runs schedules, not a driver: its arguments. It gets
    // itself and the student's source, to read, as descriptors 3 and 4.
    const char *const *schedules;
    int source; // or -1
};

struct sandbox {
    pid_t init;          // our child, the ancestor of all
    bool own;            // it has namespaces of its own
    struct stat program; // the driver's file
    int channel;         // messages; -1: all who had the other end are gone
    struct shared_page *page; // what the judge says
    int output;               // the driver's stdout and stderr
    int status;               // init writes the driver's wait status here
};

bool sandbox_start(struct sandbox *sandbox, const char *driver,
                   const struct sandbox_options *options);
bool sandbox_is_whole(const struct sandbox *sandbox); // its init lives
// Notes whether the driver has a view of its own, for sandbox_isolation().
void sandbox_look(const struct sandbox *sandbox, pid_t driver);
// The limit that leaves a student's process less than it may have, or NULL.
const char *sandbox_lacks(void);
void sandbox_end(struct sandbox *sandbox); // kills all of it, and reaps
// Whether two at a time do not count each other's processes as their own. Known
// once one has been started.
bool sandbox_is_apart(const struct sandbox_options *options);
const char *sandbox_isolation(const struct sandbox_options *options);

// Its own view of the system. namespaces.c.
unsigned long namespace_flags(bool root); // for clone
void namespace_enter(uid_t uid, gid_t gid, bool in_user_namespace);

// What /proc shows. proc.c. --------------------------------------------------

struct process {
    pid_t pid, parent;
    char state; // of all its threads: R if one runs
    char name[16];
    bool below; // is a descendant of init
    int threads;
    uint64_t switches;  // context switches of all threads so far
    uint64_t cpu_ms;    // its own
    int64_t used_ms;    // the same, but for what came at one time
    uint64_t reaped_ms; // of children that it has waited for
    uint64_t waited_ns; // for a processor
    int ran;            // in how many looks it was seen to have run: settle()
    uint64_t memory;    // bytes, those shared with others included
    uint64_t addresses; // bytes of its map
};

struct processes {
    struct process *at;
    int count, room;
    uint64_t init_reaped_ms;
};

// Whether it is there and tells of a process what the judge goes by.
bool proc_shows_enough(void);
// Init's descendants. False if /proc could not be read.
bool proc_list(struct processes *list, pid_t init, bool with_switches);
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
int proc_write_ends(pid_t pid);      // of pipes, or -1
int proc_shared_mappings(pid_t pid); // anonymous shared ones, or -1
int proc_shm_files(pid_t pid);       // files in its /dev/shm, or -1
int proc_sockets(pid_t pid);         // of its network namespace, or -1
int proc_inodes(pid_t pid);          // of /tmp or /dev/shm of its own, or -1
// Whether it has a folder of the root, or below, that is not the judge's.
bool proc_has_own(pid_t pid, const char *folder);
// A file of /proc as text; a process. False: it cannot be read.
bool proc_read_file(const char *path, char *text, size_t room);
bool proc_read(struct process *process, pid_t pid);
int proc_tasks_of(uid_t uid); // processes and threads, or -1
// Whether it has the same namespace ("mnt", "net") as the judge.
bool proc_shares_namespace(pid_t pid, const char *which);
uint64_t proc_waited(pid_t pid); // ns, for a processor
// Bytes that all of them together have mapped as shared memory without a file:
// its pages stay, whether or not a process has them in its tables.
uint64_t proc_shared_memory(const struct processes *list);
uint64_t proc_share(pid_t pid); // bytes, its part of what is shared only

// One check's run. ------------------------------------------------------------

// A process that serves calls: the driver (0) or one it forked.
struct server {
    pid_t pid; // 0: it has not said anything yet
    bool busy; // in a call
    struct wire reply;
    int returned_at;
};

struct run_state {
    const struct check *check;
    uint64_t seed, random;
    struct sandbox sandbox;
    struct server server[PAGE_SERVERS];
    int servers;
    struct {
        int64_t id, value;
        enum command command;
    } scripted[64];
    int scripted_count;
    int clock;    // counts messages
    pid_t dying;  // was told to die; others wait until it has
    pid_t lent;   // a child of the caller's; see lend()
    bool outside; // a task ran in another process than the driver
    bool alone;   // none will in this call: all others have had their turn
    int driver_status;
    bool driver_ended, driver_may_end;
    bool sanitized; // the driver has a sanitizer
    int64_t cpu_limit_ms;
    bool scheduled; // seeded schedules look for races, too
    bool debug;     // a person steps through it: nothing is limited
    bool stopped_for_time;
    int64_t began_at; // monotonic ms
    int64_t ends_at;  // without the time below
    int64_t ends_at_last;
    int64_t stalled_ns; // somebody waited for a processor
    int64_t sampled_at;
    uint64_t judge_waited_ns;
    int64_t sample_due_at; // when to sample the processes next
    uint64_t fingerprint;  // of sleeping processes
    int64_t asleep_ms;     // so long all have slept
    char output[OUTPUT_KEPT + 1];
    size_t output_kept, output_seen;
    struct processes processes, sampled, settling[2];
    // The verdict.
    bool failed;
    char called[200], expected[300], actual[300], help[400];
    char cannot[300]; // why this check cannot be judged here
    jmp_buf over;     // CANNOT_JUDGE, or 1: failed
};
#define CANNOT_JUDGE 2
#define DRIVER_NOT_CONFINED 126 // exit status; 127: not started

// False: it cannot be judged; state->cannot says why.
bool run_check(struct run *run, const struct check *check, const char *driver,
               const struct sandbox_options *options);

// Runs the program of `options->schedules` in a sandbox, within the limits of a
// check. False: it was stopped, or could not be started; state->cannot or
// state->actual says why. Else driver_status and output are its own.
bool run_schedules(struct run *run, const struct check *check,
                   const char *program, const struct sandbox_options *options);

// Between the parts of the judge. ---------------------------------------------

// verdict.c
int64_t fair_ms(const struct run *run); // without the time that it was stalled
uint64_t next_random(uint64_t *state);
// Whether the driver has ended, or does within `timeout` ms.
bool take_end(struct run *run, int timeout);
// Ends the check without a verdict: it is not the student's fault.
_Noreturn void cannot_judge(struct run *run, const char *why);
// Takes in what the driver printed last.
void take_last_output(struct run *run);
_Noreturn void fail_ended(struct run *run);
_Noreturn void fail_forged(struct run *run, const char *what);
// queries.c: the processes, now; those in the sandbox, not below the driver.
void list_processes(struct run *run);
int orphans(struct run *run);
// limits.c: fails the check if its processes take too much.
void expect_limits(struct run *run);
// accounting.c: the judge's own processes live; samples all others, now or if it
// is time to.
void expect_whole(struct run *run);
#define SAMPLE_EVERY_MS 50
void sample_processes(struct run *run, bool at_once);
// execution.c
// The driver runs a task itself: see there.
bool waits_for_others(const struct run *run, const struct execution *execution);
void execution_leaves(struct run *run, struct execution *execution);
void let_in(struct run *run, struct execution *execution);
void let_all_in(struct run *run);
// Lets others go on when the process that was told to die has ended.
void see_it_die(struct run *run);
// messages.c: takes in a message.
void take_message(struct run *run, const struct wire *message, pid_t sender);
// loop.c: takes in what is there, or comes within `timeout` ms.
bool step(struct run *run, int timeout);

#endif
