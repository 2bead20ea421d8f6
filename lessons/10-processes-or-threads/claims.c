// SPDX-License-Identifier: MIT
// Lesson 10: what the guide runs, asks and claims.
// Runs in: the guide.
#include "guide.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void picture(void) {
    size_t workers = guide_workers() < 64 ? guide_workers() : 64;
    const char *count = guide_text("%zu", workers);
    if (workers < guide_workers())
        guide_say("No more than 64 of them draw: making more would take "
                  "longer than the picture.");
    struct guide_how quiet = {.quiet = true, .unwatched = true};
    struct guide_run *threads =
        guide_run_how(&quiet, "mandelbrot", "threads", count);
    struct guide_run *processes =
        guide_run_how(&quiet, "mandelbrot", "processes", count);
    guide_say("./mandelbrot threads %s and ./mandelbrot processes %s: a "
              "picture of 480 rows, each row a task. This time the processes "
              "took %s as long as the threads, their making included.",
              count, count,
              guide_times((double)(processes->end - processes->begin),
                          (double)(threads->end - threads->begin)));
    guide_claim(guide_succeeded(threads) && threads->output[0] == 'P' &&
                    threads->lines == processes->lines &&
                    strcmp(threads->output, processes->output) == 0,
                NULL, "both drew the same picture");
    struct guide_run *run = guide_run_how(&(struct guide_how){.quiet = true},
                                          "mandelbrot", "processes", count);
    guide_claim(guide_traced(run, guide_items(run) == 480),
                guide_text("%zu", guide_items(run)), "480 rows were drawn");
    guide_timeline(run);
}

static void ball(void) {
    guide_ask((const char *[]){"processes do, threads take turns",
                               "threads do, processes take turns",
                               "threads and processes both do",
                               "neither: a CPU does one thing", NULL},
              "Two threads hand a ball to and fro, and then two processes do. "
              "Which of them run at the same moment?");
    struct guide_how how = {.fails = true, .unwatched = true};
    double threads = guide_number(guide_run_how(&how, "ball", "threads"), "");
    struct guide_run *run = guide_run_how(&how, "ball", "processes");
    double processes = guide_number(run, "");
    if (guide_line(run, "*only one CPU")) {
        guide_answer('\0', "this program may use one CPU only, so nothing runs "
                           "at the same moment.");
        return;
    }
    guide_claim(processes >= 100, NULL,
                "two processes: at least 100 throws came while both ran");
    if (guide_python())
        guide_say(
            "This time two Python threads managed %.0f. Where CPython has "
            "a global interpreter lock, one of them runs at a time.",
            threads);
    else
        guide_claim(threads >= 100, NULL,
                    "two C threads: at least 100 throws came while both ran");
    guide_answer(threads >= 100 && processes >= 100 ? 'c'
                 : processes >= 100                 ? 'a'
                 : threads >= 100                   ? 'b'
                                                    : 'd',
                 "a player looks 10,000 times before it lets another one have "
                 "its CPU. A ball that comes while it looks was thrown by one "
                 "that ran at that moment. %.0f came so to threads, %.0f to "
                 "processes (this time).",
                 threads, processes);
}

static void updates(void) {
    struct guide_how racy = {.fails = guide_tsan()};
    struct guide_run *threads = guide_run_how(&racy, "lost_update", "threads");
    if (guide_tsan())
        guide_claim(guide_lines_with(threads, "data race") > 0, NULL,
                    "ThreadSanitizer reports the two writes, with their lines");
    struct guide_run *processes = guide_run("lost_update", "processes");
    struct guide_run *copies = guide_run("lost_update", "copies");
    guide_claim(guide_number(threads, "threads: 1 + 1 = ") == 1, NULL,
                "two threads added 1 each, and the sum is 1: one update lost");
    guide_claim(guide_number(processes, "processes: 1 + 1 = ") == 1, NULL,
                "two processes lost one, too, in memory that they share");
    guide_claim(guide_number(copies, "copies: each has ") == 1, NULL,
                "where each has its own variable, each has 1: nothing to lose");
    struct guide_run *atomic = guide_run("lost_update", "threads", "atomic");
    guide_claim(guide_number(atomic, "threads: 1 + 1 = ") == 2, NULL,
                "added in one atomic step, the sum is 2");
}

static void orders(void) {
    if (guide_python()) {
        guide_say("Python has no atomics: no memory order to choose.");
        return;
    }
    struct guide_how how = {.unwatched = true};
    double relaxed =
        guide_number(guide_run_how(&how, "store_buffer", "relaxed"),
                     "relaxed: both read the old value in ");
    double strict = guide_number(guide_run_how(&how, "store_buffer", "seq_cst"),
                                 "seq_cst: both read the old value in ");
    guide_claim(strict == 0, NULL,
                "with seq_cst, never did both threads read the old value");
    guide_say("With relaxed order they may: this time in %.0f of 2,000 "
              "rounds.",
              relaxed);
}

static void crash(void) {
    guide_ask((const char *[]){"one task on either of them",
                               "all on threads, one on processes",
                               "all tasks on either of them", NULL},
              "One of 20 tasks aborts, as with a wrong assert(). What is lost "
              "with threads, and what on a pool of processes?");
    struct guide_run *processes = guide_run("crash", "processes");
    struct guide_run *threads =
        guide_run_how(&(struct guide_how){.fails = true}, "crash", "threads");
    double left = guide_number(processes, "results that are right: ");
    bool died = WIFSIGNALED(threads->status) &&
                WTERMSIG(threads->status) == SIGABRT &&
                !guide_line(threads, "results that are right: ");
    if (guide_python()) // one death breaks a ProcessPoolExecutor
        guide_claim(left < 20, NULL, "processes: some of 20 results are lost");
    else
        guide_claim(left == 19, NULL, "processes: 19 of 20 results are right");
    guide_claim(died, NULL,
                "threads: the whole program was killed by SIGABRT, and told "
                "no result");
    guide_timeline(processes);
    if (left > 0 && left < 20 && died)
        guide_answer('b', "a signal that kills ends a process, never a single "
                          "thread; and a worker is a process of its own.");
    else
        guide_answer('\0', "see the two outputs above.");
}

const struct guide_lesson guide_lesson = {
    .number = 10,
    .title = "processes or threads",
    .knobs = GUIDE_WORKERS,
    .no_input = "it draws, counts and crashes",
    .parts = {{"The same picture", picture},
              {"At the same moment", ball},
              {"On the same variable", updates},
              {"In which order", orders},
              {"A task that aborts", crash}}};
