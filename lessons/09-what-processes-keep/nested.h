// SPDX-License-Identifier: MIT
// Lesson 9, part 4. Runs in: client.
#ifndef NESTED_H
#define NESTED_H

// Has tasks make pools of their own.
void nested(void);

#endif
