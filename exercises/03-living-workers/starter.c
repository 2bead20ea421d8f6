// SPDX-License-Identifier: MIT
// Exercise 3: workers that live on, each fed through a pipe of its own.
#include "crew.h"

#include <errno.h>
#include <poll.h> // for crew_run
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h> // for crew_stop
#include <unistd.h>

struct worker {
    pid_t pid;
    int to;   // items go there
    int from; // results come from there
    int item; // which one it runs; -1: none
};

struct crew {
    int count;
    struct worker worker[];
};

// Reads or writes one long. 1, 0 at the end of file, -1 for an error.
static int get_long(int fd, long *value) {
    ssize_t n;
    do
        n = read(fd, value, sizeof *value);
    while (n < 0 && errno == EINTR);
    return n == sizeof *value ? 1 : n == 0 ? 0 : -1;
}

static int put_long(int fd, long value) {
    ssize_t n;
    do
        n = write(fd, &value, sizeof value);
    while (n < 0 && errno == EINTR);
    return n == sizeof value ? 1 : -1;
}

// 2 serve: what a worker does all its life.
static void serve(int from, int to, task_fn *task) {
    // TODO: until the end of file: get an item, run it, put the result.
    (void)from;
    (void)to;
    (void)task;
    _exit(0);
}

static int start_worker(struct crew *crew, task_fn *task) {
    int down[2], up[2];
    if (pipe(down) < 0)
        return -1;
    if (pipe(up) < 0) {
        close(down[0]);
        close(down[1]);
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        // TODO: close the ends that this worker must not hold: the parent's,
        // and those of the elder workers, which came along. Then serve.
        (void)get_long;
        serve(down[0], up[1], task);
    }
    close(down[0]);
    close(up[1]);
    if (pid < 0) {
        close(down[1]);
        close(up[0]);
        return -1;
    }
    crew->worker[crew->count++] = (struct worker){pid, down[1], up[0], -1};
    return 0;
}

// 1 create the workers
struct crew *crew_start(int workers, task_fn *task) {
    struct crew *crew =
        calloc(1, sizeof *crew + (size_t)workers * sizeof crew->worker[0]);
    if (!crew)
        return NULL;
    while (crew->count < workers)
        if (start_worker(crew, task) < 0) {
            crew_stop(crew);
            return NULL;
        }
    return crew;
}

// 3 submit: gives a worker the next item, if there is one.
static int feed(struct worker *worker, const long *items, int count,
                int *next) {
    worker->item = -1;
    if (*next == count)
        return 0;
    worker->item = (*next)++;
    return put_long(worker->to, items[worker->item]) < 0 ? -1 : 0;
}

int crew_run(struct crew *crew, const long *items, int count, long *results) {
    // TODO: feed every worker its first item. Then, until all results are
    // there: wait until some worker has a result (poll), take it, feed that
    // worker.
    (void)crew;
    (void)items;
    (void)count;
    (void)results;
    (void)feed;
    return -1;
}

// 5 close and join
void crew_stop(struct crew *crew) {
    // TODO: close the pipes so that the workers leave, reap each, free.
    free(crew);
}
