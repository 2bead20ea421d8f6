// SPDX-License-Identifier: MIT
// Exercise 3: workers that live on, each fed through a pipe of its own.
//
// It begins where your exercise 2 ended: a long can be read and written. What
// is yours is marked TODO.
#include "workers.h"

#include <errno.h>
#include <poll.h>   // for take_results
#include <signal.h> // for SIGPIPE
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h> // for pool_destroy
#include <unistd.h>

struct worker {
    pid_t pid;
    int to;     // items go there
    int from;   // results come from there
    int number; // which item it runs; -1: none
};

struct pool {
    int count; // workers
    struct worker worker[];
};

// Reads one long, in as many pieces as it takes. 1, 0 at the end of file, -1
// for an error.
static int get_long(int fd, long *value) {
    // TODO: as in exercise 2
    (void)fd;
    (void)value;
    return -1;
}

// Writes one long. 1, or -1 for an error.
static int put_long(int fd, long value) {
    // TODO: as in exercise 2
    (void)fd;
    (void)value;
    return -1;
}

// 2 serve: what a worker does all its life.
static void serve(int from, int to, task_fn *task) {
    // TODO: read an item, run the task, write the result, until the items end.
    (void)get_long;
    (void)put_long;
    (void)from;
    (void)to;
    (void)task;
    _exit(0);
}

// Starts one more worker. -1 if that fails, and then nothing is left open.
static int start_worker(struct pool *pool, task_fn *task) {
    // TODO: two pipes, one to the worker and one from it; then fork. What does
    // the child hold that is none of its business? What does the parent?
    (void)pool;
    (void)task;
    (void)serve;
    return -1;
}

// 1 create the workers
struct pool *pool_create(int workers, task_fn *task) {
    // TODO: memory for the pool and its workers; start them; nothing is left if
    // one cannot be started.
    (void)workers;
    (void)task;
    (void)start_worker;
    return NULL;
}

// 3 submit
// TODO: give a worker an item. If it has died, the write fails and raises
// SIGPIPE, which must not kill this process.

// 4 use the results
// TODO: wait (poll) until a worker has a result, and take it.

int pool_map(struct pool *pool, const long *items, int count, long *results) {
    // TODO: idle workers get the next items; results are taken as they come,
    // until all are there. Which item is which worker running?
    (void)pool;
    (void)items;
    (void)count;
    (void)results;
    return -1;
}

// 5 close and join
void pool_destroy(struct pool *pool) {
    // TODO: the workers leave when their pipes end; reap each; close and free.
    (void)pool;
}
