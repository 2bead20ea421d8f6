// SPDX-License-Identifier: MIT
// Exercise 1: a process per task. You write run_all() in
// ex1_process_per_task.c.
#ifndef PER_TASK_H
#define PER_TASK_H

// A task. Its result, 0 to 255, is its process's exit status.
typedef int task_fn(int index);

// Runs task(0) … task(count - 1), each in a process of its own, also a single
// one, all at once. Returns when the last has ended and every process is
// reaped, also when signals interrupt the waiting. A count of 0 is fine.
//
// results[i] gets the exit status of task i's process, or minus the signal that
// killed it (-9 for SIGKILL).
//
// Returns 0. Returns -1 if a fork failed: the processes started so far run on
// and are reaped nevertheless, and their results are there.
//
// What belongs to the caller stays as it is: its other children, descriptors
// and signal handlers. Memory that this call takes is freed when it returns.
int run_all(task_fn *task, int count, int results[]);

#endif
