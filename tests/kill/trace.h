// SPDX-License-Identifier: MIT
// Running another process instruction by instruction.
//
// Runs in: the tester.
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <sys/types.h>

bool trace_sleeps(pid_t pid); // in a futex or in poll
void trace_stop(pid_t pid);   // attaches to it and stops it
extern bool trace_ended;      // the traced process has ended by itself
bool trace_step(pid_t pid);   // one instruction; false: it sleeps
long trace_steps(pid_t pid, long count); // how many it did before it slept
void trace_kill(pid_t pid);              // SIGKILL, and reaps it for the tracer
void trace_release(pid_t pid);

#endif
