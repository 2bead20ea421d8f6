// SPDX-License-Identifier: MIT
/// @file lesson.h
/// What the lessons' programs share, so that each shows only what it teaches.
/// Runs in: the client, except where a function says "worker".
///
/// A lesson looks like this, from top to bottom:
///
///     int main(void)
///     {
///         lesson_begin(5, "Map and chunks");
///         size_t workers = lesson_workers();       // knobs first: a bad one
///         size_t tasks = lesson_tasks(100, 10000); // ends the program here
///         struct lesson_words in = lesson_words(tasks, true); // real input
///
///         lesson_predict("In which order do the results come?",
///                        (const char *[]){"As submitted", "As they finish",
///                                         NULL});
///
///         lesson_part("One map");
///         ... create, pool_trace_start(), submit, close, join, as in
///         lesson_must(pool_close(pool));
///         lesson_say("Each of the %zu words took one task.", tasks);
///         lesson_claim(sorted, "the results are in the order of the words");
///
///         lesson_timeline(pool);                   // after join is fine
///         lesson_answer('a', "map puts result i into slot i.");
///         pool_destroy(pool);
///         lesson_words_free(&in);
///         return lesson_end();
///     }
///
/// Everything is plain ASCII and at most 79 columns wide; texts of say, claim,
/// predict and answer are wrapped, so write them as one string.
///
/// The transcripts in the texts are compared with what the program prints, so
/// mark what changes from run to run: print ratios with lesson_times()
/// ("about 40 times"), process ids as "pid 4711", and put the words "this time"
/// into a paragraph whose numbers differ from run to run: all of its numbers
/// are then left out of the comparison. A paragraph that begins with "In this
/// run" says what that run's data support, and is not compared at all; nor is a
/// line like "  workers  4|  ...|". A paragraph ends at an empty line;
/// lesson_say(), lesson_part() and lesson_timeline() begin a new one. Words of
/// lesson_claim() are facts: put nothing into them that changes.
#ifndef LESSON_H
#define LESSON_H

#include "pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LESSON_PRINTF(f, a) __attribute__((format(printf, f, a)))

/// @name From beginning to end
/// @{

/// Prints the title; checks PREDICT= and TRACE=. Comes first.
void lesson_begin(int number, const char *title);

/// Says what comes next, and how many claims did not hold.
/// @return what main() returns: 0, or 1 if a claim did not hold
int lesson_end(void);

/// Ends with a sentence: `return lesson_failed("pool_close", error);`.
/// @param error  what the pool's function returned; 0 means: see `errno`
/// @return EXIT_FAILURE
int lesson_failed(const char *what, int error);

/// The same in one line: `lesson_must(pool_close(pool));` ends the program with
/// a sentence that names the function, if it returns an error. Its value is
/// what the function returned.
#define lesson_must(call) lesson_must_not_fail(#call, call)
int lesson_must_not_fail(const char *call, int error);

/// The same for what returns a pointer: `pool =
/// lesson_have(pool_create(NULL))`.
#define lesson_have(call) lesson_must_have(#call, call)
void *lesson_must_have(const char *call, void *made);

/// Zeroed memory for free(3); ends the program if there is none.
void *lesson_calloc(size_t count, size_t size);

/// Zeroed memory that this process and all it forks from now on share; for the
/// life of the program. Ends the program if there is none.
void *lesson_shared(size_t size);

/// @}
/// @name Knobs
/// From the environment, where make puts them: `make lesson5 WORKERS=8`.
/// A bad value gets one sentence on stderr, and the program ends with status 2.
/// @{

/// WORKERS=, 1 to 256; preset: one per CPU this process may run on, at least 2.
size_t lesson_workers(void);

/// TASKS=, 1 to `most`.
size_t lesson_tasks(size_t preset, size_t most);

/// Any other number: `lesson_knob("CHUNK", 16, 1, 1000)`.
size_t lesson_knob(const char *name, size_t preset, size_t least, size_t most);

/// @}
/// @name Talking
/// @{

/// Starts a numbered part: an empty line, "1  One map".
void lesson_part(const char *title);

/// A paragraph, as for printf(3), wrapped and followed by an empty line.
void lesson_say(const char *format, ...) LESSON_PRINTF(1, 2);

/// A claim that was checked: "[ok] ..." if it holds, else "[NOT SO] ...", and
/// the lesson ends with status 1. Returns `holds`.
bool lesson_claim(bool holds, const char *format, ...) LESSON_PRINTF(2, 3);

/// The lesson's one prediction. Shows the question; asks only on a terminal and
/// unless PREDICT=0. Nothing of the pool may run yet.
/// @param choices  two to six, then NULL; called a, b, c …
void lesson_predict(const char *question, const char *const choices[]);

/// Says what the reader said, what it did, and why.
/// @param right  the letter of what happened, as measured in this run
void lesson_answer(char right, const char *why, ...) LESSON_PRINTF(2, 3);

/// @}
/// @name Time
/// @{

/// Nanoseconds, CLOCK_MONOTONIC: the trace's clock. Any process.
uint64_t lesson_now(void);

/// "about 40 times": `slow` / `fast`, to two digits. Up to eight of these
/// strings live at the same time.
const char *lesson_times(double slow, double fast);

/// @}
/// @name Real input
/// INPUT= names a file or a folder (files below it, sorted by path; symbolic
/// links and unreadable files are left out). Without it: what every Debian has
/// under /usr/share/common-licenses. Where INPUT holds nothing of use, one
/// sentence says so and the program ends with status 2.
/// @{

/// Room for a file's path and a word, so that both can be items of a map.
#define LESSON_PATH 256
#define LESSON_WORD 24

struct lesson_file {
    char path[LESSON_PATH];
    uint64_t size;
};

struct lesson_files {
    struct lesson_file *file; ///< `count` of them, the names on `distinct`
    size_t count;             ///< as many as were asked for
    size_t distinct;          ///< files there really are; then they repeat
};

struct lesson_word {
    char text[LESSON_WORD]; ///< letters a-z, lower case; longer ones are cut
};

struct lesson_words {
    struct lesson_word *word; ///< `count` of them
    size_t count;             ///< as many as were asked for
    size_t distinct;          ///< words the input has; then they repeat
    const char *source;       ///< where they are from, fit to be printed
};

/// Finds `count` files, going round if there are fewer. 0: as many as there
/// are.
struct lesson_files lesson_files(size_t count);

/// Reads `count` words, going round if there are fewer. 0: all there are.
/// @param different  each word once, in the order of its first appearance
struct lesson_words lesson_words(size_t count, bool different);

void lesson_files_free(struct lesson_files *files);
void lesson_words_free(struct lesson_words *words);

/// CRC-32 of a file, as Python's zlib.crc32() and gzip have it. Any process.
/// @return 0, or -1 and `errno`
int lesson_checksum(const char *path, uint32_t *crc);

/// The word of `words` that is most like `word` but another one, by edit
/// distance; the first of several, among the first 2,000. Honest work of
/// about 0.1 ms. Any process.
/// @param distance  receives how many letters differ; 0: there is no other word
size_t lesson_nearest(const struct lesson_words *words, const char *word,
                      unsigned *distance);

/// A text made fit to be printed in `width` columns (at most 79): other bytes
/// than printable ASCII are '?'. Up to eight of these live at the same time.
const char *lesson_print(const char *text, int width);

/// The same for the last part of a path.
const char *lesson_name(const char *path, int width);

/// @}
/// @name Processes, and what ran where
/// @{

/// Draws the pool's trace: one row per worker, a letter per task. With gnuplot
/// installed also as SVG under build/, with TRACE=file.json also as Chrome
/// trace. Call pool_trace_start(pool, LESSON_TRACE) before the tasks.
/// A second timeline of a lesson goes to file-2.json.
void lesson_timeline(struct pool *pool);

/// Room for the trace of any lesson.
#define LESSON_TRACE ((size_t)65536)

/// The same for events of your own making, for a lesson without a pool.
/// @param row  what a row is: "process", "thread" …
void lesson_timeline_of(const char *row, const struct pool_trace_event *events,
                        size_t count);

/// An event that begins now: its kind, its row, and its task from 1.
struct pool_trace_event lesson_event(enum pool_trace_kind kind, size_t row,
                                     uint64_t task);

/// Most items that ran at the same time, by the trace, among the submissions
/// `from` to `to` (numbered from 1; 0, 0: all).
size_t lesson_at_once(struct pool *pool, uint64_t from, uint64_t to);

/// Draws a picture as PNG under build/: one byte for a point, from 0, dark
/// blue, to 254, white; 255 is black. Where make has not said where, it does
/// nothing.
void lesson_picture(const char *name, const unsigned char *points, size_t width,
                    size_t height);

/// What the kernel says of a process: 'R' runs, 'S' sleeps, 'T' is stopped, 'Z'
/// has ended and waits to be reaped (a zombie), '-' there is none.
char lesson_state(pid_t pid);

/// Whether there is such a process, and it has not ended.
bool lesson_alive(pid_t pid);

/// How many different process ids there are, the next one `stride` bytes on:
/// `lesson_processes(&answers[0].pid, count, sizeof answers[0])`.
size_t lesson_processes(const pid_t *pids, size_t count, size_t stride);

/// @}

#endif
