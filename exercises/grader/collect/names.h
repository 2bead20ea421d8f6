// SPDX-License-Identifier: MIT
// What the names of files say: which exercise, whose, which attempt.
//
// Runs in: client, workers, and unpack in the sandbox.
#ifndef GRADE_NAMES_H
#define GRADE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_SIZE 256 // a file's name, and so a student's

// Whose something in SUBMISSIONS is.
struct name_of {
    char student[NAME_SIZE]; // bytes as they came
    char number[32];         // the system's number for the student, or ""
    char file[NAME_SIZE];    // what the student had called it, or ""
    int version;             // Canvas: its -1, -2 …; else 0
};

// Which of the wanted file names, ending with NULL, a path's last part is:
// "ex1_map.c", but also "ex1_map-2.c", "ex1_map (2).c" and "jane_ex1_map.c".
// With `slip` set, what is likely to be meant: "ex1.c", "01-map.c",
// "ex1_map_v2.c", "ex1_map - Copy.c", "ex1_map_final.c", "ex1_map.txt",
// "ex1_map.cpp". -1: none. `version` gets the 2.
int name_is_wanted(const char *path, char *const *wanted, int *version,
                   bool *slip);

bool name_is_source(const char *path); // a C file by its ending, or C++
bool name_is_like(const char *path);   // begins with "ex1", whatever its ending

bool name_is_archive(const char *path);
bool name_is_closed(const char *path); // an archive that we cannot open

// Takes the name of a file or folder in SUBMISSIONS apart, as Moodle, Canvas
// and people write them. False: it does not say whose it is.
bool name_parse(const char *name, bool folder, char *const *wanted,
                struct name_of *of);

// Text for people: UTF-8 without control characters and without those that
// turn the order of letters round; each is shown as U+FFFD. Newlines and tabs
// stay only with `lines`.
void name_show(const char *bytes, bool lines, char *text, size_t room);

// For a folder of ours: A-Z a-z 0-9 . _ - only. A name that is like that
// already stays; any other is told apart by its hash.
void name_safe(const char *bytes, char *id, size_t room);

// FNV-1a, to be continued from an earlier value; 0 to begin with.
uint64_t name_hash(uint64_t before, const void *bytes, size_t length);

#endif
