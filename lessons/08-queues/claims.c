// SPDX-License-Identifier: MIT
// Lesson 8: what the guide runs, asks and claims.
// Runs in: the guide.
#include "guide.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

// A line of younger_pipe: what write() said, and how many bytes came.
static bool told(const struct guide_run *run, const char *what, bool success,
                 int bytes) {
    const char *line = guide_line(run, what);
    if (!line)
        return false;
    return (strstr(line, "\"Success\"") != NULL) == success &&
           strstr(line, bytes ? ", 4 bytes" : ", 0 bytes") != NULL;
}

static void pipes(void) {
    guide_ask((const char *[]){"it arrives, as through any pipe",
                               "write() fails, and says why",
                               "it does not; write() may even succeed", NULL},
              "A pool is there. Now you make a pipe and give its number to a "
              "task, which writes to it. Does the word arrive?");
    struct guide_run *run = guide_run("younger_pipe");
    bool older = told(run, "older than the pool:", true, 4);
    bool younger = told(run, "younger than the pool:", false, 0);
    bool taken = told(run, "younger, by a number taken before:", true, 0);
    guide_claim(older, NULL, "made before the pool: the word arrives");
    guide_claim(younger, NULL,
                "made after it: write() fails, and nothing arrives");
    guide_claim(taken, NULL,
                "made after it, with a number that was /dev/null at the fork: "
                "write() succeeds, and nothing arrives");
    if (!guide_python())
        guide_claim(guide_line(run, "closed here: end of file? no") &&
                        guide_line(run, "and without the pool? yes"),
                    NULL,
                    "the client closed its write end, yet the end of file came "
                    "only when the pool's processes were gone");
    guide_tree(run);
    if (younger && taken)
        guide_answer('c', "a descriptor is a number in a table of each "
                          "process's own, and the worker's table is a copy "
                          "made at the fork.");
    else
        guide_answer(younger ? 'b' : '\0', "see the lines above.");
}

static void queue(void) {
    struct guide_run *run = guide_run("bounded_queue", "8", guide_input());
    double put = guide_number(run, "words put: ");
    double taken = guide_number(run, "*, taken: ");
    double ahead = guide_number(run, "*most ahead: ");
    if (guide_python()) {
        guide_claim(guide_line(run, "multiprocessing.Queue: ") != NULL, NULL,
                    "multiprocessing.Queue, given to a task, is refused");
        guide_claim(taken > 0, NULL, "Manager().Queue can be given to a task");
        return;
    }
    guide_claim(put > 0 && put == taken, NULL,
                "a queue younger than the workers reaches them, and every "
                "word was taken once");
    guide_claim(ahead <= 10, guide_text("%.0f", ahead),
                "the producer was never more than 8 + 2 ahead: the queue's "
                "room, and one word in each consumer's hands");
    guide_timeline(run);
    guide_say("In the timeline each consumer is one long task: the pool hands "
              "out tasks, the queue hands out what is inside them.");
}

static void lock(void) {
    size_t processes = guide_tasks(4, 100);
    struct guide_run *run =
        guide_run("shared_lock", guide_text("%zu", processes));
    double total = guide_number(run, "*together: ");
    guide_claim(total == 1000 * (double)processes, guide_text("%.0f", total),
                "no update was lost: the lock is one for all processes");
    guide_tree(run);
}

static void conditions(void) {
    guide_ask((const char *[]){"yes: the one that wakes looks again",
                               "no: the wrong one may be woken",
                               "no: a lock has one condition", NULL},
              "A box for one item. Consumers wait until it is full, a producer "
              "until it is empty. Is one condition enough for both, if each "
              "signal wakes one?");
    struct guide_run *two = guide_run("wrong_waiter", "two");
    struct guide_run *one = guide_run_how(&(struct guide_how){.fails = true},
                                          "wrong_waiter", "one");
    bool done = guide_line(two, "both items were taken") != NULL;
    bool hung = WIFSIGNALED(one->status) && WTERMSIG(one->status) == SIGALRM;
    guide_claim(done, NULL, "with two conditions both items were taken");
    guide_claim(hung, NULL,
                "with one, all of them slept until SIGALRM ended the program");
    if (done && hung)
        guide_answer('b', "a consumer's signal woke the other consumer, which "
                          "found nothing and slept again. The producer was "
                          "never woken.");
    else
        guide_answer('\0', "this time the right one was woken. POSIX does not "
                           "say which one it will be.");
}

const struct guide_lesson guide_lesson = {
    .number = 8,
    .title = "queues",
    .knobs = GUIDE_INPUT | GUIDE_TASKS,
    .parts = {{"A pipe: to the workers it is a number", pipes},
              {"The pool's queue: younger than the workers", queue},
              {"A lock that processes share", lock},
              {"One condition, or two", conditions}}};
