// SPDX-License-Identifier: MIT
// What the guide's files know of each other; authors of lessons need guide.h.
#ifndef GUIDE_INTERNAL_H
#define GUIDE_INTERNAL_H

#include "guide.h"

#define WIDTH 78 // of wrapped texts

// The state of the whole; there is one lesson per process.
struct guide {
    int part, broken, unseen, claims;
    bool absent;   // a program of this part is not there: nothing to claim
    bool terminal; // ask for predictions
    bool step;     // wait for Enter between the parts
    bool color;
    int width;            // columns of the window
    const char *programs; // the folder of the lesson's programs
    const char *out;      // where pictures go, or NULL
    const char *trace;    // TRACE=, or NULL
    struct guide_run *run[64];
    int runs, pictures;
};
extern struct guide guide;

// base.c
const char *guide_setting(const char *name); // NULL if unset or empty
void guide_refuse(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));
void *guide_alloc(size_t count, size_t size); // zeroed
void *guide_grow(void *array, size_t count, size_t size);
uint64_t guide_now(void);

// say.c
void guide_paragraph(void); // an empty line, where claims came before
const char *guide_color(const char *code); // "" where there is no colour
const char *guide_print(const char *text, int width); // made fit for a screen
void guide_pause(void);

// proc.c: fills name, parent and state from /proc; false: there is no such
bool guide_proc(pid_t pid, struct guide_process *process, char *state);

// watch.c: one program and all that it makes, under ptrace
bool watch_begin(struct guide_run *run, pid_t pid);
bool watch_next(struct guide_run *run); // deals with what is there; false: none
void watch_kill(struct guide_run *run); // is left

// mpi.c: the environment of an mpirun
void mpi_settings(const char *folder);

// trace.c: reads the traces that the program's pools wrote into a folder, and
// removes it; with `run` NULL it only removes
void guide_take_traces(struct guide_run *run, const char *folder);

// picture.c: rows and bars, as timeline.c, svg.c and perfetto.c draw them
struct bar {
    int row, pool;
    uint64_t begin, end;
    uint64_t task, first;
    uint32_t items;
    pid_t pid;
    char letter;
    const char *how; // its outcome, "" if there is none
};
struct row {
    char name[40];
    size_t items;
};
struct mark { // a birth '^', a death in peace '|', another death 'X'
    int row;
    uint64_t when;
    char what;
    pid_t pid;
    const char *how; // "forked by 12", "exited with status 0"; "" if unknown
};
struct picture {
    uint64_t begin, end;
    struct row *row;
    struct bar *bar;
    struct mark *mark;
    size_t rows, bars, marks;
};
struct picture guide_picture(const struct guide_run *run);
void guide_picture_free(struct picture *picture);

void svg_write(const struct guide_run *run, const struct picture *picture);
void perfetto_check(void); // refuses a TRACE= that cannot be written
void perfetto_write(void); // all runs of the lesson, as JSON or as a page

#endif
