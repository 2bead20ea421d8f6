// SPDX-License-Identifier: MIT
// Lesson 12: a map on its way from the lesson's program to rank 0 and back.
//
// Interface: lies in a memory file that the lesson's program makes. Only rank 0
// opens it; the other ranks get all they know in messages.
#ifndef JOB_H
#define JOB_H

#include "tasks.h"

#include <sys/types.h>

#define RANKS_MOST 9   // rank 0, which deals, and up to 8 that work
#define CHUNKS_MOST 64 // at most 4 a working rank, and some

// What a rank tells of itself.
struct rank {
    pid_t pid;
    uintptr_t address;  // of the task that the number means, in its memory
    bool is_at_clients; // the client's address leads to that task here too
};

// What all ranks are told at first.
struct order {
    uint32_t number;   // of the task
    uintptr_t address; // of the task in the client's memory
};

struct job {
    // Written by the client:
    struct order order;
    size_t count, item_size, result_size;
    // Written by rank 0:
    struct rank rank[RANKS_MOST];
    size_t ranks, arrived, failed, chunks; // arrived: results in rank 0's hands
    bool finished;
    struct pool_trace_event event[CHUNKS_MOST];
    // `count` items, then `count` results:
    char data[];
};

static inline char *job_results(struct job *job) {
    return job->data + job->count * job->item_size;
}

static inline size_t job_size(size_t count, size_t item_size,
                              size_t result_size) {
    return sizeof(struct job) + count * (item_size + result_size);
}

// Starts `ranks` ranks with mpirun and waits for them, but not longer than
// `limit_ms`. Their words go to a file that is shown if `loud` and they fail.
// Returns what waitpid() said, or -1: it took too long.
int launch(int job_fd, size_t ranks, int limit_ms, bool loud);

// Whether a process has ended, waiting for that up to `limit_ms`.
bool ended(pid_t pid, int limit_ms);

// Ends the program with a sentence if MPI is not there.
void launch_check(void);

#endif
