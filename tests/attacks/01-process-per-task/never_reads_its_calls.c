// SPDX-License-Identifier: MIT
// Tries: answers calls with made-up returns, one after the other, and never
// does what the judge calls for.
// Score: 0
#include "per_task.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct message {
    uint32_t kind, count;
    int64_t id, value[1000];
};

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    struct message m = {.kind = 2, .count = 13};
    for (;;) {
        send(200, &m, 16 + 8 * m.count, 0);
        poll(NULL, 0, 1);
    }
}
