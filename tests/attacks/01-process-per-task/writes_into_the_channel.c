// SPDX-License-Identifier: MIT
// Tries: speaks to the judge itself: returns and results made up, from a child
// and from the driver, unknown kinds, absurd numbers, wrong sizes.
// Score: 0
#include "per_task.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
    uint32_t kind, count;
    int64_t id, value[1000];
};

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    struct message m = {0};
    for (int child = 0; child < 2; child++) {
        if (child == 0 && fork() == 0) {
            m.kind = 2; // a return
            m.count = 20;
            send(200, &m, 16 + 8 * m.count, 0);
            _exit(0);
        }
        wait(NULL);
        static const int64_t id[] = {0, -1, INT64_MIN, INT64_MAX, 1ll << 40};
        for (uint32_t kind = 0; kind < 20; kind++)
            for (int i = 0; i < 5; i++) {
                m.kind = kind == 19 ? UINT32_MAX : kind;
                m.id = id[i];
                m.count = i == 4 ? UINT32_MAX : 1000;
                for (int n = 0; n < 1000; n++)
                    m.value[n] = id[(n + i) % 5];
                send(200, &m, i == 3 ? 7 : sizeof m, 0);
            }
    }
    return 0;
}
