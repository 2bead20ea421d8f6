// SPDX-License-Identifier: MIT
// Tries: reads from, writes to, duplicates and closes every descriptor that it
// may have inherited.
// Score: 0
#include "per_task.h"

#include <fcntl.h>
#include <unistd.h>

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    char bytes[64];
    for (int fd = 3; fd < 256; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            continue;
        fcntl(fd, F_SETFL, O_NONBLOCK);
        if (read(fd, bytes, sizeof bytes) > 0)
            write(1, bytes, sizeof bytes);
        fcntl(fd, F_DUPFD, 100);
        close(fd);
    }
    return 0;
}
