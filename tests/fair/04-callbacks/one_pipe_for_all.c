// SPDX-License-Identifier: MIT
// Right, but not as expected: one pipe of items for all workers, one of results
// back.
#include "desk.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 2000

struct message {
    long ticket, value;
};

struct desk {
    int to, from, workers, tickets, open;
    pid_t pid[32];
    struct {
        bool is_ready;
        long result;
        done_fn *done;
        void *user;
    } ticket[MOST];
};

static _Noreturn void work(task_fn *task, int in, int out) {
    struct message m;
    while (read(in, &m, sizeof m) == sizeof m) { // whole: it was written whole
        m.value = task(m.value);
        if (write(out, &m, sizeof m) != sizeof m)
            break;
    }
    _exit(0);
}

struct desk *desk_open(int workers, task_fn *task) {
    struct desk *desk = calloc(1, sizeof *desk);
    int down[2], up[2];
    if (!desk || pipe(down) != 0 || pipe(up) != 0)
        return NULL;
    desk->workers = workers;
    for (int i = 0; i < workers; i++) {
        desk->pid[i] = fork();
        if (desk->pid[i] == 0) {
            close(down[1]);
            close(up[0]);
            work(task, down[0], up[1]);
        }
    }
    close(down[0]);
    close(up[1]);
    desk->to = down[1];
    desk->from = up[0];
    return desk;
}

int desk_submit(struct desk *desk, long item, done_fn *done, void *user) {
    struct message m = {desk->tickets, item};
    if (desk->tickets == MOST || write(desk->to, &m, sizeof m) != sizeof m)
        return -1;
    desk->ticket[desk->tickets].done = done;
    desk->ticket[desk->tickets].user = user;
    desk->open++;
    return desk->tickets++;
}

static void take(struct desk *desk) {
    struct message m;
    if (read(desk->from, &m, sizeof m) != sizeof m)
        return;
    desk->open--;
    desk->ticket[m.ticket].result = m.value;
    desk->ticket[m.ticket].is_ready = true;
    if (desk->ticket[m.ticket].done)
        desk->ticket[m.ticket].done((int)m.ticket, m.value,
                                    desk->ticket[m.ticket].user);
}

int desk_ready(struct desk *desk, int ticket) {
    struct pollfd fd = {desk->from, POLLIN, 0};
    while (poll(&fd, 1, 0) > 0)
        take(desk);
    return desk->ticket[ticket].is_ready;
}

int desk_wait(struct desk *desk, int ticket, long *result) {
    if (ticket < 0 || ticket >= desk->tickets)
        return -1;
    while (!desk->ticket[ticket].is_ready)
        take(desk);
    *result = desk->ticket[ticket].result;
    return 0;
}

void desk_close(struct desk *desk) {
    while (desk->open > 0)
        take(desk);
    close(desk->to);
    close(desk->from);
    for (int i = 0; i < desk->workers; i++)
        waitpid(desk->pid[i], NULL, 0);
    free(desk);
}
