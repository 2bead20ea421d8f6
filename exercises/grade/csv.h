// SPDX-License-Identifier: MIT
// grades.csv, from the students' result.json files.
//
// Runs in: client.
#ifndef GRADE_CSV_H
#define GRADE_CSV_H

// A column for each exercise, by its number, and a row for each of
// OUT/students/ID, in this order. 0, or -1 with errno.
int csv_write(const char *out, const int *exercise, int exercises,
              const char *const *id, int count);

#endif
