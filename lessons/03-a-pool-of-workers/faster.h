// SPDX-License-Identifier: MIT
// Lesson 3, parts 3 and 4. Runs in: client.
#ifndef FASTER_H
#define FASTER_H

#include "lesson.h"

// The same powers on a pool and with a process for each.
void what_it_saves(const double *items, size_t tasks, size_t workers);

// The same checksums with one worker, one per CPU, and eight per CPU.
void more_workers(const struct lesson_files *in);

#endif
