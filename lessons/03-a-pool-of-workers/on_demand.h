// SPDX-License-Identifier: MIT
// Lesson 3, part 2, and its task. Runs in: client.
#ifndef ON_DEMAND_H
#define ON_DEMAND_H

#include "lesson.h"

// The result of checksum().
struct check {
    uint32_t crc;
    pid_t pid;  // who computed it
    double cpu; // nanoseconds of CPU time that it took
};

// The task: the CRC-32 of a struct lesson_file. Runs in: workers.
int checksum(const void *arg, size_t arg_size, void *result,
             size_t result_size);

// Checksums on a pool that starts its workers when they are needed.
void on_demand(const struct lesson_files *in, size_t workers);

#endif
