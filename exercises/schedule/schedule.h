// SPDX-License-Identifier: MIT
// Seeded schedules: one process at a time has the turn, and where it touches
// shared memory or waits, the seed decides which goes on. So a seed gives the
// same run each time.
//
// Files, from below: control.c (the shared page, the log, whether an address
// is shared), turn.c (chooses, hands over, finds deadlocks), accesses.c (what
// gcc -fsanitize=thread makes of a memory access), processes.c, locks.c and
// waits.c (calls of the C library that fork, end or wait), explain.c (the few
// steps that decide), main.c (runs seed after seed).
//
// Runs in: the runner, and every process of a run.
#ifndef SCHEDULE_SCHEDULE_H
#define SCHEDULE_SCHEDULE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SLOTS 52        // processes and threads of a run: A … Z, a … z
#define STEPS_MAX 30000 // a run with more is given up: nothing is said of it
#define CHANGES 3       // places where a seed takes the turn from a process
#define RUN_MAX 300     // steps in a row, then the others come first
#define LOCKS_MAX 64    // held at the same time
#define BARRIERS_MAX 16
#define NAMES_MAX 16  // of shared memory and semaphores that are made
#define WORDS_MAX 56  // bytes of a step's words
#define FAULT_MAX 240 // bytes of what went wrong
#define STILL_S 5     // without a step: the run does not get on

enum step_kind {
    STEP_READ,
    STEP_WRITE,
    STEP_UPDATE, // an atomic read and write in one
    STEP_CALL,
};

struct step {
    uintptr_t where;   // in the student's code, just behind the access
    uintptr_t address; // the identity of what is read or written, or 0
    uint64_t before, after;
    uint8_t slot, kind, size;
    bool preempted; // other processes went on just before it
    char words[WORDS_MAX];
};

enum wait_kind {
    WAIT_CHILD,
    WAIT_LOCK,
    WAIT_CONDITION,
    WAIT_SEMAPHORE,
    WAIT_FUTEX,
    WAIT_DESCRIPTOR,
    WAIT_SIGNAL,
    WAIT_THREAD,
    WAIT_BARRIER,
};

struct wait {
    enum wait_kind kind;
    uintptr_t object; // the lock's identity, the descriptor's number …
    bool timed;       // comes back when nothing else can go on
    uintptr_t where;
};

enum life { LIFE_NONE, LIFE_READY, LIFE_WAITING, LIFE_ENDED };

// A process or a thread. Written by the one that has the turn.
struct slot {
    atomic_uint turn; // 1: it may go on; a futex
    pid_t pid;
    bool thread, killed;
    enum life life;
    bool looks_again; // waits, but something has happened since it looked
    bool woken;       // from a condition or a futex
    bool timed_out;
    int64_t priority; // the highest goes on
    unsigned in_a_row;
    bool was_preempted; // by another, since its last step
    struct wait wait;
};

struct held_lock {
    uintptr_t lock;
    int slot;
};

struct barrier {
    uintptr_t barrier;
    unsigned due, here, round;
};

enum verdict {
    VERDICT_NONE,
    VERDICT_FAULT,    // the scenario says so, or a process crashed
    VERDICT_DEADLOCK, // all wait
    VERDICT_LOST_UPDATE,
    VERDICT_STILL,    // the one with the turn takes no step
    VERDICT_TOO_LONG, // too many steps: undecided
    VERDICT_CANNOT,   // the machine refuses something: undecided
};

// All processes of a run share it. Only the one with the turn writes.
struct control {
    uint64_t seed, random;
    unsigned expected_steps; // of a run without changes, to place them in
    unsigned change_at[CHANGES];
    int64_t lowest; // the next priority below all
    int slots;
    pid_t dying; // gave its turn away and ends: wait until it has
    atomic_uint over;
    enum verdict verdict;
    int fault_slot;
    uintptr_t fault_where;
    char fault[FAULT_MAX];
    unsigned looked_at;  // the number of steps when all looked again
    unsigned identities; // given out
    bool shares;         // there is shared memory
    struct held_lock held[LOCKS_MAX];
    struct barrier barrier[BARRIERS_MAX];
    struct {
        bool semaphore;
        char name[64];
    } made[NAMES_MAX];
    int mades;
    struct slot slot[SLOTS];
    atomic_uint steps;
    struct step step[STEPS_MAX];
};

// control.c ------------------------------------------------------------------

extern struct control *control;
extern _Thread_local int self; // this thread's slot; -1: not in a schedule

bool control_create(void);
void control_reset(uint64_t seed, unsigned expected_steps);
uint64_t control_random(void);
int64_t control_random_priority(void);
int control_add(pid_t pid, bool thread); // a slot's number, or -1: too many
struct step *control_log(enum step_kind kind, uintptr_t where);
void control_log_access(enum step_kind kind, uintptr_t where, uintptr_t address,
                        size_t size);
// The value of what was written last, now that it has been written.
void control_finish_write(void);
// The run is over: the runner looks at the page and ends all.
__attribute__((noreturn)) void control_over(enum verdict verdict);
// The same number in each process for what is shared, wherever it is mapped;
// another one for each process's own.
uintptr_t control_identity(const void *object);
// Shared memory; fd -1: of no file.
void region_add(const void *start, size_t size, int fd, off_t offset);
void region_remove(const void *start, size_t size);
void region_all(void); // threads: all but the stack is shared
bool region_has(uintptr_t address);

// turn.c ---------------------------------------------------------------------

// Just before a step: maybe another goes on first.
void turn_point(void);
// Cannot go on until `wait` is over; back when it is worth to look again.
// False: it has waited long enough (timed_out), or a signal's handler ran.
bool turn_wait(const struct wait *wait);
// Something has happened for which processes may wait: they look again. Object
// 0: whichever.
void turn_stir(enum wait_kind kind, uintptr_t object);
void turn_yield(void);            // all others come first
void turn_begin(int slot);        // in a new process or thread
void turn_end(bool process_ends); // gives the turn away, for good
void turn_await_death(pid_t pid);

// processes.c ----------------------------------------------------------------

void processes_begin(void); // in a run's first process
// In the runner, after a run: removes the names that it has left, which the
// next one would find.
void processes_remove_names(void);

// explain.c ------------------------------------------------------------------

// Where explain() looks: for addr2line, and an open file of the source or -1.
struct sources {
    char program[4096];
    int student;
};
void explain(const struct sources *sources, const char *about,
             const char *again);
void explain_steps(const struct sources *sources);
// Whether a process wrote what it had read before another wrote there.
bool explain_lost_update(void);

#endif
