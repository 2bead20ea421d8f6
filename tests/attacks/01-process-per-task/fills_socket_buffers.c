// SPDX-License-Identifier: MIT
// Tries: has ninety processes fill the buffers of all sockets that they can
// have: six gigabytes, which no process's own memory shows.
// Score: 0
// Slow: for FULL=1 only
#include "per_task.h"

#include <sys/socket.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    static char bytes[65536];
    int pair[2];
    (void)task;
    (void)count;
    (void)results;
    for (int i = 0; i < 90 && fork() > 0; i++) {
    }
    while (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0)
        for (int i = 0; i < 2; i++)
            while (send(pair[i], bytes, sizeof bytes, 0) > 0) {
            }
    for (;;)
        pause();
}
