// SPDX-License-Identifier: MIT
// Lesson 1: every task gets a process of its own, and what that costs.
// Part 2, on what surprises people about fork(), is in surprises.c.
// Runs in: parent, except child_main(), which is all that a child runs.
#include "lesson.h"
#include "surprises.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH 32 // children at the same time

static size_t served; // tasks done; each process has its own copy
static struct pool_trace_event *event; // shared with the children

// The task: how many vowels a word has. Runs in: parent and child.
static int vowels(const char *word) {
    int count = 0;
    for (; *word; word++)
        count += strchr("aeiou", *word) != NULL;
    return count;
}

// Runs in: child. Its exit status, 8 bits, is all the parent gets of it.
static _Noreturn void child_main(const char *word,
                                 struct pool_trace_event *run) {
    run->begin_ns = lesson_now();
    int count = vowels(word);
    served++;
    run->end_ns = lesson_now();
    _exit(count); // not exit(): that would print the parent's buffers again
}

struct counts {
    size_t processes, zombies, right;
};

// Runs `count` tasks, each in a process of its own.
static void run_batch(const struct lesson_word *word, size_t count,
                      struct counts *sum) {
    pid_t pids[BATCH];
    siginfo_t ended;
    int status;

    // 1 create the processes, 2 give each its task: it finds it in its memory
    for (size_t i = 0; i < count; i++) {
        struct pool_trace_event *run = &event[2 * i + 1];
        run[-1] = lesson_event(POOL_TRACE_START, i, 0);
        run[0] = lesson_event(POOL_TRACE_RUN, i, i + 1);
        pids[i] = fork();
        if (pids[i] == 0)
            child_main(word[i].text, run);
        if (pids[i] < 0)
            exit(lesson_failed("fork", 0));
    }

    // Wait until each has ended, but leave it (WNOWAIT): what is it now?
    for (size_t i = 0; i < count; i++)
        if (waitid(P_PID, (id_t)pids[i], &ended, WEXITED | WNOWAIT) == 0)
            sum->zombies += lesson_state(pids[i]) == 'Z';

    // 3 reap them, 4 use the results
    for (size_t i = 0; i < count; i++)
        if (waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status))
            sum->right += WEXITSTATUS(status) == vowels(word[i].text);
    sum->processes += lesson_processes(pids, count, sizeof *pids);
}

int main(void) {
    lesson_begin(1, "one process per task");
    size_t tasks = lesson_tasks(100, 10000);
    struct lesson_words in = lesson_words(tasks, true);
    struct counts sum = {0};
    event = lesson_shared(2 * BATCH * sizeof *event);
    lesson_predict("A task counts the vowels of one word. How much longer does "
                   "it take in a process of its own than as a function call?",
                   (const char *[]){"about as long", "about 10 times as long",
                                    "about 100 times as long",
                                    "1,000 times as long or more", NULL});

    lesson_part("A process for every word");
    uint64_t before = lesson_now();
    for (size_t i = 0; i < tasks; i += BATCH)
        run_batch(in.word + i, tasks - i < BATCH ? tasks - i : BATCH, &sum);
    uint64_t forked = lesson_now() - before;
    lesson_say("Each word of %s went to a child of its own, at most %d at a "
               "time. Its exit status told the parent how many vowels it has.",
               in.source, BATCH);
    lesson_claim(sum.processes == tasks && sum.right == tasks,
                 "%zu tasks were served by %zu processes, all rightly", tasks,
                 sum.processes);
    lesson_claim(served == 0,
                 "each child counted served++, yet the parent's "
                 "served is still %zu: variables are copied",
                 served);
    lesson_claim(sum.zombies == tasks,
                 "every child was a zombie from its end to its waitpid()");
    lesson_claim(waitpid(-1, NULL, 0) == -1 && errno == ECHILD,
                 "after waitpid() for each, no child is left");

    lesson_part("What surprises people");
    surprises();

    lesson_part("What it costs");
    volatile int sink = 0;
    before = lesson_now();
    for (size_t i = 0; i < 100000; i++)
        sink += vowels(in.word[i % tasks].text);
    (void)sink;
    double call = (double)(lesson_now() - before) / 100000;
    double ratio = (double)forked / (double)tasks / call;
    lesson_say("The same task as a function call, in the same run: a process "
               "of its own takes %s as long.",
               lesson_times(ratio, 1));

    lesson_part("Who ran what when");
    lesson_timeline_of("process", event, 2 * ((tasks - 1) % BATCH + 1));
    char right = ratio < 3 ? 'a' : ratio < 30 ? 'b' : ratio < 1000 ? 'c' : 'd';
    lesson_answer(right,
                  "fork() copies the page tables, the kernel schedules the "
                  "child, waitpid() buries it: %s the work.",
                  lesson_times(ratio, 1));
    lesson_words_free(&in);
    return lesson_end();
}
