// SPDX-License-Identifier: MIT
// Lesson 6, part 4. Runs in: client.
#ifndef CLIENT_DIES_H
#define CLIENT_DIES_H

#include <stddef.h>

// Kills a client of its own, whose workers are in tasks that never end.
void client_dies(size_t workers);

#endif
