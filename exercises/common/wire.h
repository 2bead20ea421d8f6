// SPDX-License-Identifier: MIT
// The messages between a driver (in the student's process) and the judge.
//
// One SOCK_SEQPACKET socket carries them, so a message is whole or not there,
// and the kernel adds the sender's pid, which an unprivileged process cannot
// forge. Whatever else is in a message, the judge treats as the student's word.
//
// Runs in: driver and judge.
#ifndef EXERCISES_WIRE_H
#define EXERCISES_WIRE_H

#include <stdint.h>
#include <sys/types.h>

#define WIRE_VALUES 1000

enum wire_kind {
    WIRE_HELLO = 1, // driver: ready for calls
    WIRE_CALL,      // judge: call function number `id` with these values
    WIRE_RETURN,    // driver: it returned, with these values
    WIRE_ENTER, // a task: item `id` begins; a socket for the answer is along
    WIRE_GO,    // judge: the answer (enum go, value, detail)
    WIRE_LEAVE, // a task: item `id` ends
    WIRE_NOTE,  // anything else that an exercise reports
};

// What a task is told to do: value[0] of WIRE_GO.
enum go {
    GO_RETURN, // return value[1]
    GO_DIE,    // die by signal value[1]
    GO_EXIT,   // exit(value[1])
    GO_DEAF,   // block SIGTERM, and wait for another answer
};

struct wire {
    uint32_t kind;
    uint32_t count; // how many values are there
    int64_t id;
    int64_t value[WIRE_VALUES];
};

// Sends a message, with a descriptor unless `pass` is -1. 0, or -1. The judge
// gives MSG_DONTWAIT: it waits for nobody.
int wire_send(int fd, const struct wire *message, int pass, int flags);

// Receives a message that is there or comes. `passed` gets the descriptor that
// came along, or -1; `sender` the pid that the kernel vouches for, if
// SO_PASSCRED is set, or 0. Values that were not sent are 0. 1; 0 at the end;
// -1 (errno) else, EBADMSG for a message that is not one.
int wire_receive(int fd, struct wire *message, int *passed, pid_t *sender,
                 int flags);

#endif
