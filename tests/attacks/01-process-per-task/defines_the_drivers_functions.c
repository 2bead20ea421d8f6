// SPDX-License-Identifier: MIT
// Tries: brings its own driver_task and wire_send, strong and weak.
// Score: 0
#include "per_task.h"

#include <stdint.h>

int64_t driver_task(int64_t id) { return id; }
__attribute__((weak)) int wire_send(int fd, const void *message, int pass) {
    (void)fd;
    (void)message;
    (void)pass;
    return 0;
}

int run_all(task_fn *task, int count, int results[]) {
    for (int i = 0; i < count; i++)
        results[i] = task(i);
    return 0;
}
