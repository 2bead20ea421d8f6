// SPDX-License-Identifier: MIT
// What passes between a driver (in the student's process) and the judge.
//
// The driver, and all that it forks, talk to the judge through one
// SOCK_SEQPACKET socket: a message is whole or not there, and the kernel adds
// the sender's pid, which an unprivileged process cannot forge. Whatever else
// is in a message, the judge treats as the student's word.
//
// The judge talks to them on a board: memory that it shares with them. It reads
// nothing there, so it does not matter what they write on it. No descriptor is
// passed, ever: how many of a user's may be on their way at once is limited,
// and one hostile submission could use that up for all.
//
// Part of the board is for the driver and its processes alone: tasks that are
// to collide have no time to ask anybody.
//
// Runs in: driver and judge.
#ifndef EXERCISES_WIRE_H
#define EXERCISES_WIRE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_VALUES 1000
#define DRIVER_GIVES_UP 121 // exit status: it cannot reach the judge

enum wire_kind {
    WIRE_HELLO = 1, // the driver is ready for calls
    WIRE_RETURN,    // agent number `id` (the driver is 0): it returned these
    WIRE_ENTER,     // task `id` begins; value[0]: its place on the board
    WIRE_LEAVE,     // task `id` ends
    WIRE_NOTE,      // anything else that an exercise reports
};

struct wire {
    uint32_t kind;
    uint32_t count; // how many values are there
    int64_t id;
    int64_t value[WIRE_VALUES];
};

// What a task is told to do.
enum go {
    GO_RETURN, // return the value
    GO_DIE,    // die by this signal
    GO_EXIT,   // exit with this status
    GO_DEAF,   // ignore SIGTERM, and wait for another answer
};

#define BOARD_PLACES 4096 // for answers; used again in turn
#define BOARD_AGENTS 16
#define CROWD_ITEMS 8000

struct board {
    _Atomic uint32_t next_place; // the driver's and its processes' own count
    struct {
        _Atomic uint32_t news; // grows with each answer: who waits sleeps on it
        int32_t go;
        int64_t value;
    } answer[BOARD_PLACES];
    struct {
        _Atomic uint32_t news;
        struct wire message; // call function number `id` with these values
    } call[BOARD_AGENTS];
    struct { // see driver_crowd()
        _Atomic uint32_t number, members, came, here, awake;
        _Atomic uint32_t times[CROWD_ITEMS];
    } crowd;
};

// Waits until a word is no longer what it was, and says what it is. What was
// written before it is there then. The other: makes a new one of it.
uint32_t board_wait(_Atomic uint32_t *news, uint32_t seen);
void board_tell(_Atomic uint32_t *news);

// Sends a message. 0, or -1.
int wire_send(int fd, const struct wire *message);

// Receives a message that is there. `sender` gets the pid that the kernel
// vouches for, if SO_PASSCRED is set, or 0. Values that were not sent are 0. 1;
// 0 at the end; -1 (errno) else, EBADMSG for a message that is not one.
int wire_receive(int fd, struct wire *message, pid_t *sender);

#endif
