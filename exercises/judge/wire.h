// SPDX-License-Identifier: MIT
// What passes between a driver (in the student's process) and the judge.
//
// The driver, and all that it forks, talk to the judge through one
// SOCK_SEQPACKET socket: a message is whole or not there, and the kernel adds
// the sender's pid, which an unprivileged process cannot forge. Whatever else
// is in a message, the judge treats as the student's word.
//
// The judge talks to them through a shared page. It reads nothing there, so it
// does not matter what they write on it. No descriptor is passed, ever: how
// many of a user's may be on their way at once is limited, and one hostile
// submission could use that up for all.
//
// Part of the page is for the driver and its processes alone: tasks that are to
// collide have no time to ask anybody.
//
// Runs in: driver and judge.
#ifndef EXERCISES_WIRE_H
#define EXERCISES_WIRE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_VALUES 1000
#define DRIVER_LOST_MEMORY 120 // exit status: and has said which
#define DRIVER_GIVES_UP 121    // it cannot reach the judge

enum wire_kind {
    WIRE_HELLO = 1, // the driver is ready; value[0]: how many calls it knows;
                    // value[1]: whether a sanitizer is linked
    WIRE_RETURN,    // server number `id` (the driver is 0): it returned these
    WIRE_ENTER,     // task `id` begins; value[0]: its slot on the page
    WIRE_LEAVE,     // task `id` ends
    WIRE_EVENT,     // anything else that an exercise reports
    WIRE_REFUSED,   // the machine refuses a call; value[0]: enum refused, errno
};

struct wire {
    uint32_t kind;
    uint32_t count; // how many values are there
    int64_t id;
    int64_t value[WIRE_VALUES];
};

// What the machine may refuse. Whose fault that is the judge decides.
enum refused { REFUSED_FORK, REFUSED_DESCRIPTORS, REFUSED_SHM, REFUSED_KINDS };

// What a task is told to do.
enum command {
    COMMAND_RETURN,       // return the value
    COMMAND_DIE_WRITING,  // likewise, and be killed when half has been written
    COMMAND_STOP_WRITTEN, // likewise, and stop (SIGSTOP) when all has been
    COMMAND_DIE,          // die by this signal
    COMMAND_EXIT,         // exit with this status
    COMMAND_IGNORE_SIGTERM, // and wait for another answer
};

// Calls that every driver serves, beside an exercise's own. caller.c.
enum {
    CALL_FAULT = 1000000,
    CALL_LEND,
    CALL_TAKE_BACK,
    CALL_DESTROY_ALL // what is there, to see what memory is lost
};

// How system calls of the student's may misbehave, in his process and in those
// that it forks from then on.
enum fault {
    FAIL_FORK,     // fork fails after so many more calls; -1: never
    FAIL_PIPE,     // likewise pipe, pipe2 and socketpair
    FAIL_MMAP,     // likewise mmap
    FAIL_MALLOC,   // likewise malloc, calloc and realloc; not in children
    SMALL_PIECES,  // read and write move so many bytes at most; 0: all
    DIES_WRITING,  // 1: killed in the next write, when few bytes are written
    STOPS_WRITTEN, // 1: stopped after the next write
    CORE_DUMPS,    // 1: the status of a crash says that it has dumped core
    ALL_LONGS,     // 1: items are item_for(id), not the id; see driver_item()
    FAULTS
};

// What may have happened to things of the caller's.
enum harm {
    HARM_NONE,
    HARM_CHILD,        // it has been waited for
    HARM_DESCRIPTOR,   // detail: which one is closed, or another
    HARM_CLOSED_TWICE, // detail: a descriptor that was not open
    HARM_KILLED_GONE,  // detail: a pid that had been reaped
    HARM_HANDLER,      // detail: of which signal
    HARM_MASK,         // likewise
};

// Items over all of int64_t, for tasks whose ids are 0, 1, 2 …: the first few
// are the ends of types, the others are scattered. Both ways; what is no item
// becomes a large id.
static const int64_t item_ends[] = {
    0, -1, INT64_MIN, INT64_MAX, INT32_MAX, INT64_C(1) << 32, 256, -65536};
#define ITEM_ENDS ((int64_t)(sizeof item_ends / sizeof *item_ends))
static inline int64_t item_for(int64_t id) {
    return id >= 0 && id < ITEM_ENDS
               ? item_ends[id]
               : (int64_t)((uint64_t)id * 0x9e3779b97f4a7c15);
}
static inline int64_t id_of(int64_t item) {
    for (int64_t id = 0; id < ITEM_ENDS; id++)
        if (item_ends[id] == item)
            return id;
    return (int64_t)((uint64_t)item * 0xf1de83e19937733d); // its inverse
}

#define PAGE_SLOTS 4096 // for answers; used again in turn
#define PAGE_SERVERS 16
#define RACE_ITEMS 10000 // more longs than a pipe has room for

struct shared_page {
    _Atomic uint32_t next_slot; // the driver's and its processes' own count
    struct {
        _Atomic uint32_t sequence; // grows with each answer; a futex
        int32_t command;
        int64_t value;
    } answer[PAGE_SLOTS];
    struct {
        _Atomic uint32_t sequence;
        struct wire message; // call function number `id` with these values
    } call[PAGE_SERVERS];
    struct { // see driver_race_test()
        _Atomic uint32_t number, members, came, here, awake;
        _Atomic uint32_t times[RACE_ITEMS];
    } race;
};

// Waits until a word is no longer what it was, and says what it is. What was
// written before it is there then. The other: makes a new one of it.
uint32_t sequence_wait(_Atomic uint32_t *sequence, uint32_t seen);
void sequence_advance(_Atomic uint32_t *sequence);

// Sends a message. 0, or -1. Needs no struct wire: its pages would be copied in
// each process that is forked for a task.
int wire_send(int fd, enum wire_kind kind, int64_t id, uint32_t count,
              const int64_t *value);

// Receives a message that is there. `sender` gets the pid that the kernel
// vouches for, if SO_PASSCRED is set, or 0. Values that were not sent are 0. 1;
// 0 at the end; -1 (errno) else, EBADMSG for a message that is not one.
int wire_receive(int fd, struct wire *message, pid_t *sender);

#endif
