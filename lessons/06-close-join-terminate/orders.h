// SPDX-License-Identifier: MIT
// Lesson 6, part 3. Runs in: client.
#ifndef ORDERS_H
#define ORDERS_H

#include <stddef.h>

// Ends pools by all orders of calls, and prints what became of their tasks.
void orders(size_t workers);

#endif
