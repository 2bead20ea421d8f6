// SPDX-License-Identifier: MIT
// Exercise 2: results through pipes. You write run_all() in
// ex2_results_through_pipes.c.
#ifndef PIPED_H
#define PIPED_H

// A task. Its result may be any long.
typedef long task_fn(long item);

// Runs task(items[i]) for each i from 0 to count - 1, each in a process of its
// own, all at once. Returns when every process has ended and is reaped, also
// when signals interrupt the waiting.
//
// have[i] gets 1 if a whole result came from item i's process, and results[i]
// is that result. Where the process ended without one, have[i] gets 0 and
// results[i] stays as it was.
//
// A read may give fewer bytes than it was asked for, a write may take fewer. A
// process holds the write end of no pipe but its own.
//
// Returns how many results came: 0 … count. Returns -1 if a pipe, a fork or
// malloc failed: then the processes started so far are reaped, and their
// results are there.
//
// What belongs to the caller stays as it is: its other children, descriptors
// and signal handlers. Nothing of this call is left, no process, no
// descriptor and no memory.
int run_all(task_fn *task, const long items[], int count, long results[],
            int have[]);

#endif
