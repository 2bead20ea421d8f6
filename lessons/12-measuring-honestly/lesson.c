// SPDX-License-Identifier: MIT
// Lesson 12: how many tasks make a pool worth while, and how to know. Measures
// with the parts that draw the charts (../../plots).
// Runs in: client.
#include "lesson.h"
#include "repeat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS 20 // of the two programs that are one

// The fastest run of a group, the slowest, and their mean.
struct spread {
    double least, most, mean;
};

static struct spread spread_of(const struct group *group) {
    struct spread s = {.least = INFINITY};
    for (size_t i = 0; i < group->n; i++) {
        s.least = fmin(s.least, group->values[i]);
        s.most = fmax(s.most, group->values[i]);
        s.mean += group->values[i] / (double)group->n;
    }
    return s;
}

// Part 1: the same program twice.
static void one_run(size_t workers, size_t tasks) {
    struct job job = {.n = tasks, .workers = workers};
    struct cell cells[2] = {cell_of(STEADY, "pool_map", 0, job, 1e6),
                            cell_of(STEADY, "pool_map", 0, job, 1e6)};
    struct variant programs[2] = {*cells[0].variant, *cells[1].variant};
    programs[0].name = "A", programs[1].name = "B";
    cells[0].variant = &programs[0], cells[1].variant = &programs[1];
    lesson_say("A and B both map %zu tasks: B is a copy of A. Each runs %d "
               "times, in an order drawn by lot.",
               tasks, PAIRS);
    struct groups groups = repeat(cells, 2, PAIRS);
    const struct group *a = find_group(&groups, 0, "A", 0);
    const struct group *b = find_group(&groups, 0, "B", 0);
    struct spread as = spread_of(a), bs = spread_of(b);
    size_t a_first = 0;
    for (size_t i = 0; i < PAIRS; i++)
        a_first += a->values[i] < b->values[i];
    bool apart = a->median.low > b->median.high ||
                 b->median.low > a->median.high;
    lesson_say("In this run A was faster in %zu of %d pairs. By A's best run "
               "and B's worst, A is %.1f times as fast; by B's best and A's "
               "worst, B is %.1f times as fast. By their medians' intervals "
               "there is %s.",
               a_first, PAIRS, bs.most / as.least, as.most / bs.least,
               apart ? "a clear difference, as there is by luck once in "
                              "some hundred times"
                            : "no clear difference");
    lesson_claim(as.least < bs.most && bs.least < as.most,
                 "one run of each can make either of two equals the faster");
    double values[PAIRS];
    for (size_t i = 0; i < PAIRS; i++)
        values[i] = a->values[i] * (a->values[i] == as.most ? 10 : 1);
    lesson_claim(as.mean + 9 * as.most / PAIRS > 1.4 * as.mean &&
                     median_of(values, PAIRS).middle == a->median.middle,
                 "had A's slowest run taken ten times as long, A's mean would "
                 "be 40 %% longer or more, and its median the same");
    lesson_say("The first pass on a new pool, beside the second:");
    struct median r = times_as_fast(&groups, "A", 0, "first pass", 0);
    row("pass", 1, r, verdict(r));
    putchar('\n');
    free_groups(&groups);
}

// Part 2: break-even in number. Returns the right answer's letter.
static char how_many(size_t workers) {
    struct median at;
    struct plan plan = {.workers = workers,
                        .names = (const char *const[]){"fork per task",
                                                       "thread per task",
                                                       "pool_map", NULL}};
    for (size_t n = 1; n <= 256; n *= 4)
        add_cells(&plan, WHOLE, (double)n, (struct job){.n = n}, 0);
    struct cell *cells = plan.cells;
    size_t count = plan.count;
    lesson_say("A pool of %zu, made for so many tasks and ended after them, "
               "beside a process for each task:",
               workers);
    struct groups groups = repeat(cells, count, REPETITIONS);
    for (double n = 1; n <= 256; n *= 4) {
        struct median r =
            times_as_fast(&groups, "fork per task", n, "pool_map", n);
        row("tasks", n, r, verdict(r));
    }
    putchar('\n');
    if (where_they_cross(&groups, "fork per task", "pool_map", &at))
        lesson_say(
            "In this run the pool has paid for itself from %.1f tasks on "
            "(%.1f to %.1f).",
            at.middle, at.low, at.high);
    else
        lesson_say("In this run the interval of the crossing is not inside of "
                   "what was measured, so there is no number to be told.");
    free_groups(&groups);
    free(cells);
    return at.middle < 1      ? 'a'
           : at.middle <= 20  ? 'b'
           : at.middle <= 256 ? 'c'
                              : 'd';
}

// Part 3: break-even in length.
static void how_long(size_t workers, size_t tasks) {
    struct cell cells[10];
    struct job job = {.n = tasks, .workers = workers};
    struct median at;
    size_t count = 0;
    for (double us = 50; us < 20000; us *= 4) {
        cells[count++] = cell_of(WHOLE, "iterative", us, job, us * 1e3);
        cells[count++] = cell_of(WHOLE, "pool_map", us, job, us * 1e3);
    }
    lesson_say("A pool of %zu, made for %zu tasks and ended after them, beside "
               "a loop. All tasks together are so many us of work:",
               workers, tasks);
    struct groups groups = repeat(cells, count, REPETITIONS);
    for (size_t i = 0; i < count; i += 2) {
        double us = cells[i].x;
        struct median r =
            times_as_fast(&groups, "iterative", us, "pool_map", us);
        row("us", us, r, verdict(r));
    }
    putchar('\n');
    if (where_they_cross(&groups, "iterative", "pool_map", &at))
        lesson_say("In this run making a pool pays from %.0f us of work on "
                   "(%.0f to %.0f), that is, with %zu tasks of %.1f us.",
                   at.middle, at.low, at.high, tasks,
                   at.middle / (double)tasks);
    else
        lesson_say("In this run no length is sure to be worth making a pool.");
    free_groups(&groups);
}

// Part 5: the same question of two kinds of tasks. Of the uneven ones, one in
// twenty is fifty times as long, so together they are 3.5 times as long.
static void one_number(size_t workers, size_t tasks) {
    static const char *const kinds[] = {"tiny tasks", "uneven tasks"};
    struct cell cells[4];
    for (size_t i = 0; i < 4; i++) {
        bool uneven = i >= 2, all = i % 2;
        struct job job = {.n = uneven ? tasks : 100 * tasks,
                          .workers = workers};
        job.chunk = all ? (job.n + workers - 1) / workers : 1;
        cells[i] =
            cell_of(STEADY, kinds[uneven], all, job, uneven ? 2e6 / 3.5 : 0);
    }
    lesson_say("Tiny and uneven tasks in chunks of items / workers, beside the "
               "same in chunks of 1:");
    struct groups groups = repeat(cells, 4, REPETITIONS);
    for (size_t i = 0; i < 2; i++) {
        struct median r = times_as_fast(&groups, kinds[i], 0, kinds[i], 1);
        row(i ? "uneven" : "tiny", (double)cells[2 * i + 1].job.chunk, r,
            verdict(r));
    }
    putchar('\n');
    free_groups(&groups);
    lesson_say(
        "In this run, by the tables above, a pool was %.3g to %.3g times "
        "as fast. Which of these is its speed?",
        least_ratio, greatest_ratio);
}

int main(void) {
    lesson_begin(12, "measuring honestly");
    size_t workers = lesson_workers(), tasks = lesson_tasks(200, 10000);
    lesson_predict("A pool is made for some tiny tasks and ended after them. "
                   "From how many tasks on is that cheaper than a process for "
                   "each?",
                   (const char *[]){"from the first on", "from 2 to 20 on",
                                    "from 21 to 256 on",
                                    "from more than 256 on", NULL});
    calibrate();
    lesson_part("One run");
    one_run(workers, tasks);
    lesson_part("How many tasks?");
    char right = how_many(workers);
    lesson_part("How long a task?");
    how_long(workers, tasks);
    lesson_part("How many workers?");
    how_many_workers(workers, tasks);
    lesson_part("One number is none");
    one_number(workers, tasks);
    lesson_answer(right,
                  "making a pool costs as much as a process for each of its "
                  "workers, and some more; then a task costs next to nothing.");
    return lesson_end();
}
