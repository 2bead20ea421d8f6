// SPDX-License-Identifier: MIT
// grades.csv, from the students' result.json files.
//
// Runs in: client.
#ifndef GRADE_CSV_H
#define GRADE_CSV_H

struct csv_row {
    const char *student, *id;
};

// A column for each exercise, by its number, and a row for each student, from
// OUT/students/ID/result.json. Sorts the rows by name. 0, or -1 with errno.
int csv_write(const char *out, const int *exercise, int exercises,
              struct csv_row *row, int rows);

#endif
