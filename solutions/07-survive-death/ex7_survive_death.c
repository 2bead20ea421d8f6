// SPDX-License-Identifier: MIT
// Exercise 7: a crew that survives the death of its workers.
//
// A pipe's end of file tells that a worker has died: the kernel closes what the
// dead one held, and nobody else holds that end.
#include "brave.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid; // 0: an empty place
    int to;    // items go there
    int from;  // results come from there
    int item;  // which one it runs; -1: none
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

static int start_worker(struct worker *crew, int workers, int place,
                        task_fn *task) {
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
        for (int i = 0; i < workers; i++)
            if (crew[i].pid > 0) { // the others' ends came along
                close(crew[i].to);
                close(crew[i].from);
            }
        close(down[1]);
        close(up[0]);
        // 2 serve
        long item;
        while (get_long(down[0], &item) == 1)
            if (put_long(up[1], task(item)) < 0)
                break;
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    if (pid < 0) {
        close(down[1]);
        close(up[0]);
        return -1;
    }
    crew[place] = (struct worker){pid, down[1], up[0], -1};
    return 0;
}

// Closes a worker's pipes, which makes a living one leave, and reaps it. The
// place is empty then. Returns how it ended, as a fate.
static int bury(struct worker *worker) {
    int status = 0;
    close(worker->to);
    close(worker->from);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
    }
    worker->pid = 0;
    worker->item = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status)
                               : FATE_EXIT + WEXITSTATUS(status);
}

// Fills empty places and feeds idle workers while items are left. How many are
// at work then.
static int keep_busy(struct worker *crew, int workers, task_fn *task,
                     const long *items, int count, int *next) {
    int busy = 0;
    for (int i = 0; i < workers; i++) {
        if (*next < count && crew[i].pid == 0)
            start_worker(crew, workers, i, task);
        if (*next < count && crew[i].pid > 0 && crew[i].item < 0) {
            crew[i].item = (*next)++;
            // If it has died idle, its pipe's end will say so.
            put_long(crew[i].to, items[crew[i].item]);
        }
        busy += crew[i].pid > 0 && crew[i].item >= 0;
    }
    return busy;
}

// 3 take results, and see who has died.
static int take(struct worker *crew, int workers, long *results, int *fates) {
    struct pollfd fds[workers];
    for (int i = 0; i < workers; i++)
        fds[i] = (struct pollfd){.fd = crew[i].pid > 0 ? crew[i].from : -1,
                                 .events = POLLIN};
    if (poll(fds, (nfds_t)workers, -1) < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < workers; i++) {
        if (!fds[i].revents)
            continue;
        int item = crew[i].item;
        if (item >= 0 && get_long(crew[i].from, &results[item]) == 1) {
            fates[item] = FATE_DONE;
            crew[i].item = -1;
        } else {
            // 4 bury the dead: this item, and no other, is lost.
            int fate = bury(&crew[i]);
            if (item >= 0)
                fates[item] = fate;
        }
    }
    return 0;
}

int brave_run(int workers, task_fn *task, const long *items, int count,
              long *results, int *fates) {
    struct worker *crew = calloc((size_t)workers, sizeof *crew);
    if (!crew)
        return -1;
    // Writing to a worker that has just died must not kill us.
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);

    // 1 create the workers, and replace them
    int next = 0, bad = 0, busy;
    while ((busy = keep_busy(crew, workers, task, items, count, &next)) > 0 &&
           !bad)
        bad = take(crew, workers, results, fates) < 0;

    // 5 close and join
    for (int i = 0; i < workers; i++)
        if (crew[i].pid > 0)
            bury(&crew[i]);
    sigaction(SIGPIPE, &before, NULL);
    free(crew);
    return bad || next < count ? -1 : 0;
}
