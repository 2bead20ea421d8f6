// SPDX-License-Identifier: MIT
// Exercise 2: a process for each task; the results come home through pipes.
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

// Reads one long, in as many pieces as it takes. 1, 0 at the end of file, -1
// for an error.
static int get_long(int fd, long *value) {
    char *at = (char *)value;
    size_t left = sizeof *value;
    while (left > 0) {
        ssize_t n = read(fd, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        at += n;
        left -= (size_t)n;
    }
    return 1;
}

// Writes one long. 1, or -1 for an error.
static int put_long(int fd, long value) {
    const char *at = (const char *)&value;
    size_t left = sizeof value;
    while (left > 0) {
        ssize_t n = write(fd, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        left -= (size_t)n;
    }
    return 1;
}

static int start(struct child *child, task_fn *task, long item) {
    int up[2];
    if (pipe(up) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(up[0]);
        // 2 run the task
        put_long(up[1], task(item));
        _exit(0);
    }
    close(up[1]); // or this process would wait for an end that it holds itself
    if (pid < 0) {
        close(up[0]);
        return -1;
    }
    *child = (struct child){pid, up[0]};
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
            // 4 use the results
            results[i] = result;
            have[i] = 1;
            came++;
        }
        close(child[i].from);
        while (waitpid(child[i].pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    free(child);
    return started == count ? came : -1;
}
