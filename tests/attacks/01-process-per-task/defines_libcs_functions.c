// SPDX-License-Identifier: MIT
// Tries: replaces fork, malloc, memcmp, getpid, sendmsg and __assert_fail for
// the whole program: the driver would call them, too.
// Score: 0
#include "per_task.h"

#include <stddef.h>

int fork(void) { return 0; }
int getpid(void) { return 1; }
int memcmp(const void *a, const void *b, size_t n) {
    (void)a;
    (void)b;
    (void)n;
    return 0;
}
void *malloc(size_t size) {
    (void)size;
    return NULL;
}
long sendmsg(int fd, const void *message, int flags) {
    (void)fd;
    (void)message;
    (void)flags;
    return 16;
}
void __assert_fail(const char *a, const char *b, unsigned c, const char *d) {
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    for (;;) {
    }
}

int run_all(task_fn *task, int count, int results[]) {
    for (int i = 0; i < count; i++)
        results[i] = task(i);
    return 0;
}
