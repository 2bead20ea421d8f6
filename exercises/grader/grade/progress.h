// SPDX-License-Identifier: MIT
// How far a run is: a bar on a terminal, a line per task elsewhere.
//
// Runs in: client.
#ifndef GRADE_PROGRESS_H
#define GRADE_PROGRESS_H

void progress_begin(int to_do, int all);
void progress_show(int done, const char *student, int exercise,
                   const char *status, int score, int max);
void progress_tick(void); // from time to time
void progress_end(void);

#endif
