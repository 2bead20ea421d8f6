// SPDX-License-Identifier: MIT
// The system calls that a student's process may not make. See filter.c.
//
// Runs in: the driver's process before exec; the grader's sandbox likewise.
#ifndef EXERCISES_FILTER_H
#define EXERCISES_FILTER_H

#include <stdbool.h>

// For this process and all that it becomes and starts. It has given up the
// right to gain rights (PR_SET_NO_NEW_PRIVS) before. False if it cannot be.
bool filter_load(bool own_ipc_namespace);

#endif
