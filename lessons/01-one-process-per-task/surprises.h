// SPDX-License-Identifier: MIT
// Lesson 1, part 2. Runs in: parent.
#ifndef SURPRISES_H
#define SURPRISES_H

// Prints before a fork, and makes an orphan.
void surprises(void);

#endif
