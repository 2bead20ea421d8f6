// SPDX-License-Identifier: MIT
// What a process holds, to be compared before and after a test.
//
// Runs in: the process of a test.
#ifndef LEFT_H
#define LEFT_H

#include <stdbool.h>
#include <stddef.h>

struct left {
    char fds[4096]; // one bit each would do, one byte each can be printed
    size_t maps;    // mappings that are shared or have no name any more
};

void left_look(struct left *left);
// Says what is there that was not; true if there is anything, children
// included.
bool left_compare(const struct left *before, const struct left *after);
// Gives this process and its children a /dev/shm of their own, so that no other
// program's files are counted. Takes root; without, they are, if this user's.
void left_own_files(void);
// Files in /dev/shm that this user owns.
size_t left_files(void);

#endif
