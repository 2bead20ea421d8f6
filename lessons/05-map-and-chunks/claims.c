// SPDX-License-Identifier: MIT
// What lesson 5 runs, asks and claims (see guide.h). Runs in: the guide.
#include "guide.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WINDOW 16 // of imap.c

// A file for the programs that read words: of a folder, GPL-3 or LICENSE.
static const char *words_file(void) {
    struct stat info;
    const char *input = guide_folder();
    if (stat(input, &info) == 0 && !S_ISDIR(info.st_mode))
        return input;
    const char *inside = guide_text("%s/GPL-3", input);
    return stat(inside, &info) == 0 ? inside : "LICENSE";
}

static void one_map(void) {
    size_t workers = guide_workers(), tasks = guide_tasks(12, 4000);
    guide_ask((const char *[]){"in the order of the items",
                               "in the order in which they end",
                               "sorted by their value", NULL},
              "A map over %s; the first item is made to end last. In which "
              "order are the results?",
              guide_count(tasks, "word"));
    struct guide_run *run =
        guide_run("map", words_file(), guide_text("%zu", workers),
                  guide_text("%zu", tasks));
    guide_timeline(run);
    size_t sorted = 0, number;
    for (size_t i = 0; i + 1 < run->lines; i++)
        sorted += sscanf(run->line[i], "%zu  ", &number) == 1 && number == i;
    bool ordered = run->lines > 1 && sorted == run->lines - 1;
    double last = guide_number(run, "the last to end was item ");
    guide_claim(ordered, guide_count(sorted, "result"),
                "result i is that of item i");
    if (workers > 1 && sorted > 1) {
        guide_claim(last == 0, guide_text("item %.0f", last),
                    "the first item was the last to end");
        guide_answer(ordered ? 'a' : 'b',
                     ordered ? "each item has its own place for its result, so "
                               "it does not matter when it ends"
                             : "result i is not that of item i, which map "
                               "promises: please report it");
    } else {
        guide_answer(ordered ? 'a' : 'b',
                     "one item ran after the other here (%s, %s), so both "
                     "orders are the same",
                     guide_count(workers, "worker"),
                     guide_count(tasks, "word"));
    }
}

// How many chunks there were, and what share of the bytes the heaviest had.
struct cut {
    size_t chunks;
    double heaviest;
};

static struct cut cut_of(const struct guide_run *run) {
    struct cut cut = {guide_chunks(run), 0};
    double *size = calloc(run->lines + 1, sizeof *size), all = 0;
    size_t files = 0;
    for (size_t i = 0; size && i < run->lines; i++)
        if (strstr(run->line[i], ", sum: ")) // a name may have a newline
            all += size[files++] =
                strtod(run->line[i] + strlen("bytes:"), NULL);
    for (size_t i = 0; size && i < run->events; i++) {
        const struct guide_event *e = &run->event[i];
        double bytes = 0;
        for (size_t k = e->first; k < e->first + e->items && k < files; k++)
            bytes += size[k];
        if (e->kind == GUIDE_RAN && bytes > cut.heaviest)
            cut.heaviest = bytes;
    }
    cut.heaviest = all > 0 ? cut.heaviest / all : NAN;
    free(size);
    return cut;
}

static void how_many(void) {
    size_t workers = guide_workers(), files = 0;
    struct guide_run *run[3];
    struct cut cut[3];
    guide_ask((const char *[]){"evenly: each chunk has equally many files",
                               "evenly: an idle worker helps a busy one",
                               "unevenly: the first chunk is more work", NULL},
              "Files, the largest first, are cut into one chunk for each of "
              "%s. How is the work shared out?",
              guide_count(workers, "worker"));
    for (int i = 0; i < 3; i++) {
        size_t chunk = i == 0   ? 1
                       : i == 1 ? 0
                                : (files + workers - 1) / workers;
        run[i] = guide_run_how((&(struct guide_how){.show = 6}), "chunks",
                               guide_folder(), guide_text("%zu", workers),
                               guide_text("%zu", chunk));
        files = guide_lines_with(run[i], ", sum: ");
        cut[i] = cut_of(run[i]);
    }
    guide_timeline(run[2]);
    bool traced = run[0]->traced && run[1]->traced && run[2]->traced;
    guide_claim(traced ? cut[0].chunks == files : GUIDE_UNSEEN,
                guide_count(cut[0].chunks, "chunk"),
                "in chunks of 1, a worker comes for each of the %s",
                guide_count(files, "file"));
    guide_claim(traced ? cut[2].chunks <= workers : GUIDE_UNSEEN,
                guide_count(cut[2].chunks, "chunk"),
                "in chunks of files / workers there were no more than %s",
                guide_count(workers, "chunk"));
    bool empty = isnan(cut[0].heaviest);
    guide_claim(traced && !empty ? cut[0].heaviest <= cut[1].heaviest + 1e-9 &&
                                       cut[1].heaviest <= cut[2].heaviest + 1e-9
                                 : GUIDE_UNSEEN,
                empty ? NULL
                      : guide_text("%.0f %%, %.0f %% and %.0f %% of the bytes",
                                   100 * cut[0].heaviest, 100 * cut[1].heaviest,
                                   100 * cut[2].heaviest),
                "the larger the chunks, the more of the work lies in the "
                "heaviest one");
    double even = cut[2].chunks ? 1.0 / (double)cut[2].chunks : NAN;
    if (!traced)
        guide_answer('\0', "nobody wrote down which chunks there were");
    else if (empty)
        guide_answer('\0', "all of these files are empty, so there is no work");
    else if (cut[2].chunks < 2)
        guide_answer('a', "there is one chunk only, so there is nothing to "
                          "share");
    else if (cut[2].heaviest > 1.1 * even)
        guide_answer('c',
                     "equally many files are not equally many bytes, and "
                     "a chunk that has begun stays with its worker. This "
                     "time the first had %.0f %% of the work",
                     100 * cut[2].heaviest);
    else
        guide_answer('a',
                     "these files are about equally large: this time the "
                     "heaviest of %zu chunks had %.0f %% of the work",
                     cut[2].chunks, 100 * cut[2].heaviest);
}

static void counting(void) {
    size_t workers = guide_workers(), times = 1000;
    guide_ask((const char *[]){"both counters have it",
                               "only the atomic one has it",
                               "neither of them has it", NULL},
              "%s, %zu times each, in shared memory: once as read, add, write, "
              "once as one atomic operation. Which counter has the sum?",
              workers == 1 ? "One task counts"
                           : guide_text("%zu tasks count", workers),
              times);
    struct guide_run *run = guide_run("counter", guide_text("%zu", workers),
                                      guide_text("%zu", times));
    double sum = (double)workers * guide_number(run, "*counts of each: "),
           steps = guide_number(run, "read, add, write: "),
           once = guide_number(run, "one atomic operation: ");
    guide_claim(once == sum, NULL,
                "the atomic counter has the sum of all counts");
    if (workers > 1)
        guide_claim(steps < sum, guide_text("missing: %.0f", sum - steps),
                    "the other counter has lost some");
    if (once != sum)
        guide_answer('c',
                     "an atomic addition got lost, which cannot be: please "
                     "report it");
    else if (steps < sum)
        guide_answer('b', "two processes read the same number, both add one, "
                          "and both write the same: one count is lost. Here "
                          "all are made to read before any writes, once");
    else if (workers == 1)
        guide_answer('a', "one process counts alone: nobody comes between its "
                          "reading and its writing");
    else
        guide_answer('a', "nobody came between reading and writing, although "
                          "all were made to read first: please report it");
}

static void without_end(void) {
    guide_ask((const char *[]){"none, before a result is asked for",
                               "some, up to a fixed number",
                               "all there are, as fast as it can", NULL},
              "pool_imap() has a source of words. How many does it take in "
              "advance?");
    struct guide_run *run = guide_run(
        "imap", words_file(), guide_text("%zu", guide_workers()), "10000");
    double before = guide_number(run, "words made before a result was "
                                      "asked for: "),
           ahead = NAN, ordered = NAN;
    const char *line = guide_line(run, "results: 10000, in order: ");
    ordered = line ? strtod(line, NULL) : NAN;
    ahead = guide_number(run, "most words ahead: ");
    if (guide_python()) {
        guide_claim(before == 10000, guide_text("%.0f words", before),
                    "in Python all 10,000 words were read before a result was "
                    "asked for");
        guide_answer('c', "Python's imap() has no window: a thread reads on, "
                          "so a source without end fills the memory");
        return;
    }
    guide_claim(before == WINDOW && ahead <= WINDOW,
                guide_text("%.0f at first, %.0f at most", before, ahead),
                "%d words were made at first, and never more than %d ahead of "
                "the results",
                WINDOW, WINDOW);
    guide_claim(ordered == 10000, NULL,
                "10,000 results came in the order of their words, from a "
                "source that never ends");
    guide_answer(before == 0       ? 'a'
                 : before > WINDOW ? 'c'
                                   : 'b',
                 "the source is asked for a new word when a result is fetched, "
                 "and for as many in advance as the window is wide: %.0f here",
                 before);
}

static void too_early(void) {
    struct guide_run *run = guide_run("too_early", "8");
    const char *early = guide_line(run, "asked too early: ");
    const char *late = guide_line(run, "after waiting: ");
    guide_claim(early && strstr(early, "not ready") != NULL, early,
                "the status of a result that is not there is an error");
    guide_claim(late && strstr(late, "9 is odd") != NULL, late,
                "pool_result_get() waits, and tells of the item that failed");
    if (!guide_python())
        guide_claim(guide_lines_with(run, ": 7 of 8") == 1, NULL,
                    "one item failed, the other seven have their results");
}

const struct guide_lesson guide_lesson = {
    .number = 5,
    .title = "map and chunks",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS | GUIDE_FOLDER,
    .parts = {{"One map, and the order of its results", one_map},
              {"How many at a time?", how_many},
              {"Counting together", counting},
              {"Input without an end", without_end},
              {"Asked too early, and an item that fails", too_early}}};
