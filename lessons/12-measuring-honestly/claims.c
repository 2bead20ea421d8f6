// SPDX-License-Identifier: MIT
// What lesson 12 runs, asks and claims (see guide.h). Runs in: the guide.
//
// What was measured is told with the rules of the lesson: medians and their
// intervals, as medians.c prints them. A claim is only what the intervals say on
// a disturbed machine, too, or it is not seen: [--].
#include "guide.h"

#include <stdio.h>
#include <string.h>

struct row {
    size_t runs; // 0: there is no such row
    double mean, median, low, high;
    bool interval;
};

enum { MANY = 16 }; // workers: making more of them takes long

static size_t repetitions(void) {
    return guide_knob("REPETITIONS", guide_workers() > MANY ? 6 : 12, 1, 100);
}

// A lesson that seems to hang says before what takes so long.
static void this_takes_long(void) {
    if (guide_workers() <= MANY)
        return;
    guide_say("Making so many workers takes long, and here it is done again "
              "and again. Unless REPETITIONS= says otherwise, the guide runs "
              "everything 6 times, which is the least that gives an interval, "
              "and not 12 times. Parts 3 to 5 may still take a minute each.");
}

// Runs a program that measures, and medians with what it printed.
static struct guide_run *measured(const char *program, const char *argument) {
    char runs[32];
    snprintf(runs, sizeof runs, "%zu", repetitions());
    struct guide_how how = {
        .limit_ms = 600000, .unwatched = true, .pipe = "", .show = 4};
    struct guide_run *run = guide_run_how(&how, program, argument, runs);
    how = (struct guide_how){.input = run->output, .unwatched = true};
    return guide_run_how(&how, "medians");
}

static struct row row_of(const struct guide_run *run, const char *name) {
    struct row row = {0};
    const char *line = guide_line(run, name);
    if (!line ||
        sscanf(line, "%zu %lf %lf", &row.runs, &row.mean, &row.median) != 3)
        return (struct row){0};
    row.interval =
        sscanf(line, "%*s %*s %*s %lf to %lf", &row.low, &row.high) == 2;
    return row;
}

// Is a clearly shorter than b?
static bool shorter(struct row a, struct row b) {
    return a.interval && b.interval && a.high < b.low;
}

static const char *verdict(struct row a, struct row b) {
    if (!a.interval || !b.interval)
        return "no clear difference, since there are fewer than 6 runs";
    return shorter(a, b)   ? "clearly faster"
           : shorter(b, a) ? "clearly slower"
                           : "no clear difference";
}

// Did the same work take such different times that little can be told?
static bool disturbed(struct row row) {
    return !row.interval || row.high > 2 * row.low;
}

// A claim about times: a machine that is disturbed cannot be asked.
static int if_calm(struct row row, bool holds) {
    return holds ? 1 : disturbed(row) ? GUIDE_UNSEEN : 0;
}

static void all_kept(const struct guide_run *run, const char *const names[]) {
    bool kept = true;
    for (size_t i = 0; names[i]; i++)
        kept = kept && row_of(run, names[i]).runs == repetitions();
    guide_claim(kept, NULL, "every one of %s is in the table",
                guide_count(repetitions(), "run"));
}

static void one_bad_run(void) {
    this_takes_long();
    guide_ask(
        (const char *[]){"the mean, and not the median",
                         "the median, and not the mean", "both of them",
                         "neither of them", NULL},
        "A and B are the same work. In one of B's runs, a neighbour takes "
        "the CPU for 100 times as long. What of B's is more than twice "
        "that of A?");
    struct guide_run *run = measured("neighbour", "once");
    struct row a = row_of(run, "A "), b = row_of(run, "B ");
    bool mean = b.mean > 2 * a.mean, median = b.median > 2 * a.median;
    all_kept(run, (const char *[]){"A ", "B ", NULL});
    if (repetitions() < 3) {
        guide_answer('\0', "with so few runs there is no middle");
        return;
    }
    // A's mean tells of B's bad run only where A had none itself.
    guide_claim(a.mean > 1.5 * a.median && !mean ? GUIDE_UNSEEN
                                                 : if_calm(a, mean),
                guide_text("%.0f and %.0f us", b.mean, a.mean),
                "one bad run moved the mean to more than twice");
    guide_claim(disturbed(b) && median ? GUIDE_UNSEEN : if_calm(a, !median),
                guide_text("%.0f and %.0f us", b.median, a.median),
                "it did not do so to the median");
    guide_say(
        "In this run B is, beside A and by the intervals of their medians: %s.",
        verdict(b, a));
    if (mean && !median)
        guide_answer('a',
                     "a mean is a sum, in which the bad run is as large as "
                     "it likes. For the median it is only one of those "
                     "above the middle");
    else
        guide_answer(mean     ? 'c'
                     : median ? 'b'
                              : 'd',
                     "the neighbour was not alone: other runs were disturbed, "
                     "too. Run it again when the machine has less to do");
}

static void order(void) {
    guide_ask((const char *[]){"no clear difference", "A is clearly faster",
                               "B is clearly faster", NULL},
              "Again A and B are the same. First come all runs of A, then all "
              "of B, and then a neighbour, too. What do the intervals say?");
    struct guide_run *run = measured("neighbour", "blocks");
    struct row a = row_of(run, "A "), b = row_of(run, "B ");
    char letter = shorter(a, b) ? 'b' : shorter(b, a) ? 'c' : 'a';
    run = measured("neighbour", "lot");
    struct row c = row_of(run, "A "), d = row_of(run, "B ");
    bool equal = !shorter(c, d) && !shorter(d, c);
    guide_claim(if_calm(a, letter == 'b'), NULL,
                "one after the other: the intervals find a difference that is "
                "none");
    guide_claim(if_calm(a, equal), NULL,
                "in rounds, by lot: no clear difference");
    if (letter == 'b')
        guide_answer('b', "what disturbed was there for B only. In rounds it "
                          "falls on both: the intervals get wide, and overlap");
    else
        guide_answer(repetitions() < 6 ? '\0' : letter, "%s",
                     repetitions() < 6
                         ? "fewer than 6 runs give no interval, so "
                           "there is no difference to be told"
                         : "the machine was disturbed more by others "
                           "than by the neighbour of this program");
}

static void first_pass(void) {
    guide_ask((const char *[]){"clearly slower", "no clear difference",
                               "clearly faster", NULL},
              "A pool of %s was just made. How is the first map on it, beside "
              "the third of the same tasks?",
              guide_count(guide_workers(), "worker"));
    struct guide_run *run =
        measured("first_pass", guide_text("%zu", guide_workers()));
    struct guide_run *one =
        guide_run_how(&(struct guide_how){.quiet = true}, "first_pass",
                      guide_text("%zu", guide_workers()), "1");
    guide_say("Once more, one run of it, and watched:");
    guide_tree(one);
    guide_timeline(one);
    struct row first = row_of(run, "pass 1"), third = row_of(run, "pass 3");
    all_kept(run,
             (const char *[]){"create", "pass 1", "pass 2", "pass 3", NULL});
    if (shorter(third, first))
        guide_answer('a', "the workers may still be starting, and each touches "
                          "the pool's memory for the first time");
    else if (shorter(first, third))
        guide_answer('c', "nothing in a first pass is less work. So this tells "
                          "of the machine: other processes had the CPUs "
                          "when the third pass ran. Run it again");
    else
        guide_answer(repetitions() < 6 ? '\0' : 'b', "%s",
                     repetitions() < 6
                         ? "fewer than 6 runs give no interval"
                         : "the intervals overlap. That does not say that they "
                           "are equal: more runs may tell them apart");
}

// The letter of a number of tasks.
static char letter_of(size_t tasks) {
    return tasks <= 2 ? 'a' : tasks <= 16 ? 'b' : tasks <= 64 ? 'c' : 'd';
}

static void how_many_tasks(void) {
    size_t workers = guide_workers(), least = 0, from = 0;
    guide_ask((const char *[]){"from 1 or 2 tasks on", "from 3 to 16 tasks on",
                               "from 17 to 64 tasks on",
                               "not with 64 tasks either", NULL},
              "A pool of %s is made for some tiny tasks and ended after them. "
              "From how many tasks on is that faster than a process for each?",
              guide_count(workers, "worker"));
    struct guide_run *run = measured("break_even", guide_text("%zu", workers));
    guide_say("This is the pool, beside a process for each task:");
    for (size_t n = 1; n <= 64; n *= 2) {
        struct row fork = row_of(run, guide_text("fork %3zu", n));
        struct row pool = row_of(run, guide_text("pool %3zu", n));
        bool faster = shorter(pool, fork);
        guide_row("  tasks %4zu | %s", n, verdict(pool, fork));
        if (shorter(fork, pool))
            least = n, from = 0; // a pool did not pay up to here
        else if (!faster)
            from = 0;
        else if (from == 0)
            from = n; // from here on it did, so far
    }
    guide_row("%s", "");
    all_kept(run, (const char *[]){"fork   1", "fork  64", "pool   1",
                                   "pool  64", NULL});
    // The break-even point is above `least`, and not above `from`.
    char low = letter_of(least + 1), high = from ? letter_of(from) : 'd';
    if (low == high && low == 'd')
        guide_answer('d', "making the pool takes a process for each worker and "
                          "one for the supervisor, which together take longer "
                          "than 64 processes for 64 tasks");
    else if (low == high)
        guide_answer(low,
                     "this time it is between %zu and %zu. Making a pool takes "
                     "a process for each worker, and one for the supervisor; "
                     "then a task costs little",
                     least + 1, from);
    else
        guide_answer('\0', "%s",
                     repetitions() < 6
                         ? "fewer than 6 runs give no interval, so there is no "
                           "clear difference anywhere"
                         : "the intervals overlap over more than one of these "
                           "ranges. More runs may tell: REPETITIONS=50");
}

static void how_many_workers(void) {
    size_t most = 8, above = 0;
    while (most < guide_workers() && most < 64)
        most *= 2;
    struct row row = {0};
    guide_ask((const char *[]){"as many times as there are workers",
                               "4 times, however many there are",
                               "1 / (25 % + 75 % / workers) times", NULL},
              "A quarter of a job can be done by one process only. How many "
              "times as fast as a loop can %zu workers make it, at most?",
              most);
    struct guide_run *run = measured("amdahl", guide_text("%zu", most));
    struct row loop = row_of(run, "loop");
    guide_say("So many times as fast as the loop, from the least that the two "
              "intervals allow to the most:");
    for (size_t n = 1; n <= most; n *= 2) {
        double limit = 1 / (0.25 + 0.75 / (double)n);
        row = row_of(run, guide_text("workers %3zu", n));
        bool over =
            !row.interval || !loop.interval || loop.median > limit * row.median;
        above += over;
        if (!row.interval || !loop.interval)
            guide_row("  workers %4zu | no interval: fewer than 6 runs", n);
        else if (over)
            guide_row("  workers %4zu | disturbed: Amdahl allows %.2f", n,
                      limit);
        else
            guide_row("  workers %4zu | %.2f to %.2f, Amdahl allows %.2f", n,
                      loop.low / row.high, loop.high / row.low, limit);
    }
    guide_row("%s", "");
    double limit = 1 / (0.25 + 0.75 / (double)most);
    guide_claim(
        if_calm(loop, row.runs && loop.median < (double)most * row.median),
        NULL, "%zu workers were not %zu times as fast", most, most);
    if (above == 0)
        guide_answer(
            'c',
            "one process needs 25 %% of the time, the others share the "
            "rest: %.2f times at most, here. The CPUs end it sooner",
            limit);
    else
        guide_answer('\0', "%s",
                     repetitions() < 6
                         ? "fewer than 6 runs give no interval"
                         : "what is above Amdahl's limit is not true: loop and "
                           "pool were not disturbed alike");
}

const struct guide_lesson guide_lesson = {
    .number = 12,
    .title = "measuring honestly",
    .knobs = GUIDE_WORKERS,
    .no_input = "its tasks have no input",
    .parts = {{"One bad run", one_bad_run},
              {"The order of measuring", order},
              {"The first pass, and later ones", first_pass},
              {"How many tasks make a pool worth it?", how_many_tasks},
              {"How many workers?", how_many_workers}}};
