// SPDX-License-Identifier: MIT
// Tries: starts one worker and, for show, as many processes as are missing.
// They are reaped, and that is worth something.
// Score: 4
// Slow: for FULL=1 only
#include "workers.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct pool {
    int workers, to, from;
    pid_t pids[16];
};

static _Noreturn void work(task_fn *task, int from, int to) {
    long item;
    while (read(from, &item, sizeof item) == sizeof item) {
        long result = task(item);
        if (write(to, &result, sizeof result) < 0)
            break;
    }
    _exit(0);
}

struct pool *pool_create(int workers, task_fn *task) {
    struct pool *c = calloc(1, sizeof *c);
    int down[2], up[2];
    if (!c || pipe(down) < 0 || pipe(up) < 0)
        return NULL;
    c->workers = workers;
    for (int i = 0; i < c->workers; i++) {
        c->pids[i] = fork();
        if (c->pids[i] == 0) {
            close(down[1]);
            close(up[0]);
            if (i > 0) {
                struct pollfd end = {.fd = down[0], .events = 0};
                poll(&end, 1, -1);
                _exit(0);
            }
            work(task, down[0], up[1]);
        }
    }
    (void)workers;
    close(down[0]);
    close(up[1]);
    c->to = down[1];
    c->from = up[0];
    return c;
}

int pool_map(struct pool *c, const long *items, int count, long *results) {
    for (int i = 0; i < count; i++)
        if (write(c->to, &items[i], sizeof *items) < 0 ||
            read(c->from, &results[i], sizeof *results) <= 0)
            return -1;
    return 0;
}

void pool_destroy(struct pool *c) {
    close(c->to);
    close(c->from);
    for (int i = 0; i < c->workers; i++)
        waitpid(c->pids[i], NULL, 0);
    free(c);
}
