// SPDX-License-Identifier: MIT
// Lesson 13: what the lesson's program and rank 0 hand each other.
//
// Interface: lies in a memory file that the client makes. Only rank 0 opens it;
// the other ranks get all they know in messages.
#ifndef JOB_H
#define JOB_H

#include "tasks.h"

#include <sys/types.h>

#define RANKS_MOST 9   // rank 0, which deals, and up to 8 that work
#define CHUNKS_MOST 64 // of one map: at most 4 a working rank, and some

// What a rank tells of itself.
struct rank {
    pid_t pid;
    uintptr_t address; // of letters(), in its memory
};

struct job {
    // Written by the client:
    size_t maps;  // one for each of the first tasks: 1 to TASKS
    size_t count; // items, the same for each map
    // Written by rank 0:
    struct rank rank[RANKS_MOST];
    size_t ranks, arrived, failed; // arrived: results in rank 0's hands
    bool finished;
    size_t chunks; // of the first map
    struct pool_trace_event event[CHUNKS_MOST];
    // The items, and room for each task's results:
    char data[];
};

static inline struct item *job_items(struct job *job) {
    return (struct item *)job->data;
}

static inline char *job_results(struct job *job, size_t number) {
    char *results = job->data + job->count * sizeof(struct item);
    for (size_t i = 0; i < number; i++)
        results += job->count * tasks[i].result_size;
    return results;
}

// mpirun.c: runs the job on `ranks` ranks, and returns when none of their
// processes is left. What they said is shown if `finished` (NULL: never) leads
// to false then. Returns mpirun's exit status, or -1 if it did not end itself.
int mpirun(int job_fd, size_t ranks, const bool *finished);

// Ends the program with a sentence if MPI is not there.
void mpirun_check(void);

#endif
