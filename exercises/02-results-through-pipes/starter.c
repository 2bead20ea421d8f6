// SPDX-License-Identifier: MIT
// Exercise 2: a process for each task; the results come home through pipes.
//
// It begins where your exercise 1 ended: the processes are made. What is yours
// is marked TODO.
#include "piped.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    pid_t pid;
    int from; // its result comes from there
};

// TODO: reads one long, in as many pieces as it takes. 1, 0 at the end of file,
// -1 for an error.
static int get_long(int fd, long *value) {
    (void)fd;
    (void)value;
    return -1;
}

// TODO: writes one long, in as many pieces as it takes. 1, or -1 for an error.
static int put_long(int fd, long value) {
    (void)fd;
    (void)value;
    return -1;
}

// Starts a process for one task. -1 if that fails.
static int start(struct child *child, task_fn *task, long item) {
    // TODO: a pipe, before the fork. Which end does which process close, and
    // when? Which are open when fork has failed?
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        // 2 run the task
        long result = task(item);
        put_long(-1, result); // TODO: into the pipe
        _exit(0);
    }
    *child = (struct child){pid, -1};
    return 0;
}

int run_all(task_fn *task, const long items[], int count, long results[],
            int have[]) {
    if (count <= 0)
        return 0;
    struct child *child = calloc((size_t)count, sizeof *child);
    if (!child)
        return -1;

    // 1 create the processes
    int started = 0;
    while (started < count && start(&child[started], task, items[started]) == 0)
        started++;

    // 3 bring the results home, and reap
    int came = 0;
    for (int i = 0; i < count; i++)
        have[i] = 0;
    for (int i = 0; i < started; i++) {
        long result;
        if (get_long(child[i].from, &result) == 1) {
            // TODO: 4 use the results
            (void)results;
        }
        // TODO: reap it, as in exercise 1.
    }
    free(child);
    return started == count ? came : -1;
}
