// SPDX-License-Identifier: MIT
// Lesson 2: what the guide runs, asks and claims.
// Runs in: the guide.
#include "guide.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void one_answer(void) {
    struct guide_run *run = guide_run("through_a_pipe", guide_input());
    double words = guide_number(run, "words: ");
    double longest = guide_number(run, "*longest: ");
    guide_claim(words >= 0 && longest >= 0, NULL,
                "two numbers came, where an exit status is one of 8 bits");
    if (!guide_python())
        guide_claim(guide_watched(run, guide_children(run) == 1),
                    guide_text("%zu", guide_children(run)),
                    "one child made them");
    guide_tree(run);
}

static void many_reads(void) {
    size_t bytes = 200000, room = 16 * (size_t)sysconf(_SC_PAGESIZE);
    guide_ask((const char *[]){"one: it gets what was written",
                               "several, and each gets a part",
                               "as many as there are bytes", NULL},
              "A child writes %s with one write(). How many read() calls does "
              "the parent need, if it asks for all of them?",
              guide_count(bytes, "byte"));
    struct guide_run *run =
        guide_run_how(&(struct guide_how){.show = 12}, "partial_reads",
                      guide_text("%zu", bytes));
    size_t reads = guide_lines_with(run, "read() number ");
    size_t parts = reads ? reads - 1 : 0; // the last one is the end of file
    guide_claim(guide_lines_with(run, "all in order") == 1, NULL,
                "every byte came, in the order in which it was written");
    guide_claim(guide_lines_with(run, ", bytes: 0") == 1, NULL,
                "then read() returned 0, once: end of file");
    guide_claim(bytes <= room || parts > 1, guide_text("%zu", parts),
                bytes <= room ? "so few bytes may come in one read() or more"
                              : "it took more than one read()");
    if (parts > 1)
        guide_answer('b',
                     "a pipe holds %s unless one asks for more, and "
                     "read() returns what is there.",
                     guide_count(room, "byte"));
    else
        guide_answer('a', "all of it was in the pipe when the parent came to "
                          "read: the machine has large pages, and a pipe has "
                          "room for 16.");
}

static void end_of_file(void) {
    guide_ask((const char *[]){"when its writer has ended",
                               "when its writer is reaped",
                               "when no process holds it open for writing",
                               NULL},
              "When does a pipe's reader get the end of file?");
    struct guide_run *run = guide_run("eof_never_comes");
    const char *first = guide_line(run, "end of file? ");
    bool held = first && strcmp(first, "no") == 0;
    guide_claim(held, NULL,
                "the writer was reaped, and there was no end of file");
    guide_claim(run->lines == 4 &&
                    strcmp(run->line[3], "end of file? yes") == 0,
                NULL, "it came once the sibling had ended");
    guide_timeline(run);
    run = guide_run("eof_never_comes", "close");
    first = guide_line(run, "end of file? ");
    bool came = first && strcmp(first, "yes") == 0;
    guide_claim(came, NULL,
                "a sibling that closes the write end holds nothing up");
    if (held && came)
        guide_answer('c', "a fork copies descriptors. The sibling had the "
                          "write end too, though it never wrote.");
    else
        guide_answer(held ? '\0' : 'b', "see what was printed above.");
}

static void one_pipe(void) {
    size_t tasks = guide_tasks(4, 100);
    struct guide_run *run =
        guide_run("one_pipe_for_all", guide_text("%zu", tasks));
    size_t came = guide_lines_with(run, "answer ");
    const char *last = guide_line(run, guide_text("answer %zu: ", tasks));
    guide_claim(came == tasks, guide_text("%zu of %zu", came, tasks),
                "every child's answer came whole");
    guide_claim(last && strncmp(last, "task 0,", 7) == 0, NULL,
                "task 0 began first, and its answer came last");
    guide_tree(run);
    guide_timeline(run);
}

static void several(void) {
    size_t tasks = guide_tasks(4, 100);
    struct guide_run *run =
        guide_run("several_pipes", guide_text("%zu", tasks));
    guide_claim(guide_lines_with(run, "task ") == tasks &&
                    guide_lines_with(run, "no answer") == 1,
                NULL,
                "of each child one poll() loop was told: of task 0 that it "
                "ended without an answer");
    guide_claim(guide_lines_with(run, ": Broken pipe") == 1, NULL,
                "a write() where nobody reads is an error, and SIGPIPE was "
                "ignored");
}

static void shared(void) {
    struct guide_run *run = guide_run("shared_page", "4");
    guide_claim(guide_number(run, "task 3: ") == 9 &&
                    guide_number(run, "task 2: ") == 4,
                NULL, "what the children wrote into shared memory is there");
    guide_claim(guide_lines_with(run, ", 0 in the parent's own") == 4, NULL,
                "what they wrote into ordinary memory is not");
}

const struct guide_lesson guide_lesson = {
    .number = 2,
    .title = "bringing results home",
    .knobs = GUIDE_TASKS | GUIDE_INPUT,
    .parts = {{"One answer through a pipe", one_answer},
              {"One write, many reads", many_reads},
              {"The end of file, and who holds it up", end_of_file},
              {"Many children, one pipe", one_pipe},
              {"Several pipes, one wait", several},
              {"A page that all of them share", shared}}};
