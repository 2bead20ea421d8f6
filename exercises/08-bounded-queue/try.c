// SPDX-License-Identifier: MIT
// Your queue on something visible: make try8. Runs in: a producer and a
// consumer.
#include "queue.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    struct queue *queue = queue_create(2);
    if (!queue) {
        printf("queue_create gave NULL.\n");
        return 1;
    }
    pid_t producer = fork();
    if (producer == 0) {
        for (long item = 1; item <= 6 && queue_put(queue, item) == 0; item++)
            dprintf(1, "  put %ld\n", item);
        queue_close(queue);
        _exit(0);
    }
    long item;
    while (queue_get(queue, &item) == 0)
        dprintf(1, "            got %ld\n", item);
    waitpid(producer, NULL, 0);
    printf("The queue is closed and empty.\n");
    queue_destroy(queue);
    return 0;
}
