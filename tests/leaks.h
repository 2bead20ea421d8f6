// SPDX-License-Identifier: MIT
// What a process holds, to be compared before and after a test.
//
// Runs in: the process of a test.
#ifndef LEAKS_H
#define LEAKS_H

#include <stdbool.h>
#include <stddef.h>

struct resources {
    char fds[4096]; // one bit each would do, one byte each can be printed
    size_t maps;    // mappings that are shared or have no name any more
};

void leaks_sample(struct resources *held);
// Says what is there that was not; true if there is anything, children
// included.
bool leaks_compare(const struct resources *before,
                   const struct resources *after);
// Gives this process and its children a /dev/shm of their own, so that no other
// program's files are counted. Takes root; without, they are, if this user's.
void leaks_own_shm(void);
// Files in /dev/shm that this user owns.
size_t leaks_shm_files(void);

#endif
