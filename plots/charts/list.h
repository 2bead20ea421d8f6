// SPDX-License-Identifier: MIT
// For measure.c and draw.c.
#ifndef LIST_H
#define LIST_H

// The text, if it names charts from 1 to 9; all of them, if it names none. Ends
// the program with a sentence where it is something else.
const char *chart_list(const char *text);

#endif
