// SPDX-License-Identifier: MIT
// Lesson 5, part 4. Runs in: client.
#ifndef ENDLESS_H
#define ENDLESS_H

#include <stddef.h>

#define MANY ((size_t)50000) // words taken from a source that has no end

// A map and an imap of many words in a small pool.
void endless(size_t workers);

#endif
