// SPDX-License-Identifier: MIT
// Lesson 6: which workers are gone, and what ended them.
// Runs in: client.
#include "gone.h"
#include "lesson.h"

#include <sys/wait.h>

size_t there(const pid_t *pids, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += lesson_state(pids[i]) != '-';
    return found;
}

size_t killed_by(struct pool *pool, int number) {
    static struct pool_trace_event events[LESSON_TRACE];
    size_t count = pool_trace_read(pool, events, LESSON_TRACE), killed = 0;
    for (struct pool_trace_event *e = events; e < events + count; e++)
        killed += e->kind == POOL_TRACE_DEATH && WIFSIGNALED(e->status) &&
                  WTERMSIG(e->status) == number;
    return killed;
}
