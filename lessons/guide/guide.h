// SPDX-License-Identifier: MIT
// The guide, as the author of a lesson's claims.c sees it.
//
// The guide runs a lesson's plain programs, shows what they print, which
// processes there were and who ran what when, and checks claims from outside:
// by the programs' output, by the trace that the pool writes (POOL_TRACE=), and
// by /proc. It never links a lesson's program or the library. What is special
// to a lesson is one file, claims.c:
//
//     #include "guide.h"
//
//     static void in_a_loop(void) {
//         guide_ask((const char *[]){"all of them", "one", NULL},
//                   "How many of %s work at the same time?",
//                   guide_count(guide_workers(), "worker"));
//         struct guide_run *run =
//             guide_run("apply", guide_input(), guide_text("%zu", workers));
//         guide_tree(run);
//         guide_timeline(run);
//         size_t most = guide_at_once(run);
//         guide_claim(guide_traced(run, most == 1),
//                     guide_text("%zu at a time", most),
//                     "never more than one task ran at a time");
//         if (most == 1)
//             guide_answer('b', "pool_apply() returns when its task has
//             ended");
//         else
//             guide_answer('a', "this time they overlapped");
//     }
//
//     const struct guide_lesson guide_lesson = {
//         .number = 4, .title = "blocking and async",
//         .knobs = GUIDE_WORKERS | GUIDE_INPUT,
//         .parts = {{"pool_apply() in a loop", in_a_loop}}};
//
// Texts are plain ASCII; the guide wraps them. Words of a claim are facts: what
// changes from run to run goes into what was seen, which texts do not compare.
#ifndef GUIDE_H
#define GUIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GUIDE_PRINTF(f, a) __attribute__((format(printf, f, a)))

// ---- The lesson -------------------------------------------------------------

// Knobs that a lesson heeds. Of the others the guide says that they change
// nothing here.
#define GUIDE_WORKERS 1u // WORKERS=
#define GUIDE_TASKS 2u   // TASKS=
#define GUIDE_INPUT 4u   // INPUT= is a file
#define GUIDE_FOLDER 8u  // INPUT= is a file or a folder

struct guide_part {
    const char *title;
    void (*show)(void);
};

struct guide_lesson {
    int number;
    const char *title;
    unsigned knobs;
    const char *no_input; // why INPUT= changes nothing: "it computes powers"
    struct guide_part parts[12];
};

extern const struct guide_lesson guide_lesson; // defined by claims.c

// ---- Knobs: a bad value ends the guide with one sentence, status 2 ----------

size_t guide_workers(void); // WORKERS=, 1 to 256; else one per CPU, at least 2
size_t guide_tasks(size_t preset, size_t most); // TASKS=, 1 to `most`
size_t guide_knob(const char *name, size_t preset, size_t least, size_t most);
const char *guide_input(void);  // INPUT=, else GPL-3 as every Debian has it
const char *guide_folder(void); // INPUT=, else where GPL-3 is

// ---- Talking ----------------------------------------------------------------

// Like asprintf(); lives until the guide ends.
const char *guide_text(const char *format, ...) GUIDE_PRINTF(1, 2);

// "1 worker", "4 workers", "10,000 words": the plural adds an s.
const char *guide_count(size_t count, const char *what);

// "about 40 times": `slow` / `fast`, to two digits; texts do not compare it.
const char *guide_times(double slow, double fast);

// A paragraph, wrapped. One that has the words "this time" may have numbers
// that differ from run to run.
void guide_say(const char *format, ...) GUIDE_PRINTF(1, 2);

// A line as it is, such as a row of a table: at most 80 columns.
void guide_row(const char *format, ...) GUIDE_PRINTF(1, 2);

// Asks for a prediction, on a terminal. Choices, at most six, end with NULL;
// they exclude each other and are about equally long. At most one in a part.
void guide_ask(const char *const choices[], const char *format, ...)
    GUIDE_PRINTF(2, 3);

// What came out, and why *that* came out. '\0': this run cannot tell.
void guide_answer(char letter, const char *why, ...) GUIDE_PRINTF(2, 3);

#define GUIDE_UNSEEN (-1)

// [ok] if `holds`, [NOT SO] if it is 0, [--] if GUIDE_UNSEEN: could not look.
// `seen` is what was seen, NULL if the claim says it all.
bool guide_claim(int holds, const char *seen, const char *claim, ...)
    GUIDE_PRINTF(3, 4);

// ---- Running a program of this lesson ---------------------------------------

// A process that the program made, or the program itself (the first).
struct guide_process {
    pid_t pid, parent;
    char name[32];       // as in ps; what it was called at its end
    uint64_t born, died; // CLOCK_MONOTONIC nanoseconds; 0: did not see it
    bool ended;          // and how:
    int status;          // as from waitpid()
    bool zombie;         // seen as one: ended, and not yet reaped
    pid_t heir;          // its parent at its end, if that was another one
    bool gone;           // nothing is left of it in /proc
};

enum guide_kind { GUIDE_SUBMIT, GUIDE_RAN, GUIDE_BIRTH, GUIDE_DEATH };

// One event of a pool's trace; times are CLOCK_MONOTONIC nanoseconds.
struct guide_event {
    enum guide_kind kind;
    uint64_t begin, end;  // the same for a birth or a death
    uint64_t task, first; // number of the submission from 1; first item
    uint32_t items;
    int worker; // -1: the client or the supervisor; a second pool counts on
    int pool;   // 1: the program's first
    pid_t pid;
    char how[32]; // GUIDE_RAN: done, failed, lost, timed out, cancelled, run
                  // again, unfinished; GUIDE_DEATH: exited with status 0 ...
    bool killed;  // GUIDE_DEATH: not in peace
};

struct guide_run {
    const char *program;
    const char *command; // as the reader would type it
    int part;
    char *output; // stdout and stderr as they came
    char **line;  // the same in lines, NULL at the end
    size_t lines;
    int status;          // of the program, as from waitpid()
    bool late;           // it was ended because its time was up
    uint64_t begin, end; // CLOCK_MONOTONIC nanoseconds
    bool watched;        // were processes seen by ptrace?
    struct guide_process *process;
    size_t processes;
    struct guide_process *most; // those alive when most of them were,
    char *state;                // and their states in /proc: R, S, Z …
    size_t alive;
    bool traced; // is there a trace of a pool?
    struct guide_event *event;
    size_t events;
};

// How a program is run; zero, for each field, is the usual.
struct guide_how {
    int limit_ms;      // 0: 60,000 and more. Then it and all it made are killed
    size_t ranks;      // so many of it are started by mpirun; 0: without MPI
    bool unwatched;    // without ptrace: where the time of a fork is measured
    const char *pipe;  // its output is a pipe, not a terminal: how to type that
    bool quiet;        // neither command nor output are shown
    bool fails;        // an exit status other than 0 is expected
    size_t show;       // lines of output to show; 0: 16
    const char *input; // what it reads from stdin; NULL: nothing
};

// Runs a program of this lesson's folder and shows what it prints. An exit
// status other than 0, or a signal, is a claim that does not hold, unless
// `fails`. Arguments are strings.
#define guide_run(...) guide_run_as(NULL, __VA_ARGS__, (char *)NULL)
#define guide_run_how(how, ...) guide_run_as(how, __VA_ARGS__, (char *)NULL)
struct guide_run *guide_run_as(const struct guide_how *how, const char *program,
                               ...) __attribute__((sentinel));

// Shows the tree of processes, from /proc, when most of them were there.
void guide_tree(const struct guide_run *run);

// Draws who ran what when: workers by the pool's trace; of a program without a
// pool its processes.
void guide_timeline(const struct guide_run *run);

// ---- What was seen, for conditions ------------------------------------------

// `holds`, or GUIDE_UNSEEN where there is no trace, or no watching.
int guide_traced(const struct guide_run *run, bool holds);
int guide_watched(const struct guide_run *run, bool holds);

bool guide_succeeded(const struct guide_run *run); // exit status 0, in time

// The rest of the first line that begins with `prefix`, or NULL. Prefix "*x"
// means: what follows the first "x" in any line.
const char *guide_line(const struct guide_run *run, const char *prefix);
double guide_number(const struct guide_run *run, const char *prefix); // or NAN
size_t guide_lines_with(const struct guide_run *run, const char *text);
// The same lines, whatever their order?
bool guide_same_lines(const struct guide_run *a, const struct guide_run *b);

// By the trace: items that ran, workers that ran any, most items at one time,
// items whose run was cut short, runs (chunks taken).
size_t guide_items(const struct guide_run *run);
size_t guide_chunks(const struct guide_run *run);
size_t guide_used(const struct guide_run *run);
size_t guide_at_once(const struct guide_run *run);
size_t guide_births(const struct guide_run *run);

// By ptrace: processes the program made, itself not counted; the process whose
// name begins so, or NULL; and its parent.
size_t guide_children(const struct guide_run *run);
size_t guide_named(const struct guide_run *run, const char *name);
const struct guide_process *guide_find(const struct guide_run *run,
                                       const char *name);
const struct guide_process *guide_parent(const struct guide_run *run,
                                         const struct guide_process *process);
bool guide_all_ended(const struct guide_run *run);

bool guide_tsan(void); // SANITIZE=thread
bool guide_python(
    void); // are the Python twins being run (make lesson4-python)?
const char *guide_pool(void); // "mine" with POOL=mine, else NULL
bool guide_mpi(void);         // is there an mpirun?

#endif
