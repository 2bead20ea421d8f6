// SPDX-License-Identifier: MIT
// Wrong: writes made-up messages into every descriptor instead of forking.
// Loses: each-once own-process all-at-once results reaped killed fork-fails
// Points: 0
// Says: a return that nobody had asked for
#include "per_task.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

int run_all(task_fn *task, int count, int results[]) {
    struct {
        uint32_t kind, count;
        int64_t id;
    } message = {0};
    (void)task;
    (void)results;
    for (int fd = 3; fd < 256; fd++)
        for (uint32_t kind = 2; kind <= 5; kind++)
            for (int i = 0; i < count; i++) {
                message.kind = kind;
                message.id = i;
                send(fd, &message, sizeof message, MSG_NOSIGNAL);
            }
    return 0;
}
