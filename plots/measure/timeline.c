// SPDX-License-Identifier: MIT
// What ran when. Lanes from job->workers on are the lives of processes, those
// below are tasks.
// Runs in: a measuring process, its children, its pool's workers.
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passes.h"
#include "pool.h"

static void report_span(size_t lane, double begin, double end, double origin) {
    report((struct sample){
        .x = begin - origin, .wall_ns = end - begin, .lane = (long)lane});
}

// At most job->workers processes at once. A child notes the times of its task,
// the parent those of the process around it.
double fork_timeline(const struct job *job) {
    double *times = shared_memory(job->n * 2 * sizeof *times);
    double *born = memory(job->n * sizeof *born);
    pid_t *pids = memory(job->workers * sizeof *pids);
    size_t *of_lane = memory(job->workers * sizeof *of_lane);
    size_t started = 0, running = 0;
    fill_items(job);
    double begin = now();
    for (size_t lane = 0; started < job->n || running > 0;) {
        if (started == job->n || running == job->workers) {
            pid_t child = wait(NULL);
            for (lane = 0; pids[lane] != child;)
                lane++;
            size_t i = of_lane[lane];
            report_span(lane + job->workers, born[i], now(), begin);
            report_span(lane, times[2 * i], times[2 * i + 1], begin);
            running--;
            pids[lane] = 0;
            continue;
        }
        for (lane = 0; pids[lane];)
            lane++;
        born[started] = now();
        pid_t child = fork();
        if (child < 0)
            die("fork: %s", strerror(errno));
        if (child == 0) {
            times[2 * started] = now();
            task_of(job)(&items[started], sizeof *items, &results[started],
                         sizeof *results);
            times[2 * started + 1] = now();
            _exit(0);
        }
        pids[lane] = child;
        of_lane[lane] = started++;
        running++;
    }
    check_items(job);
    return (now() - begin) / (double)job->n;
}

// From the pool's own trace.
double pool_timeline(const struct job *job) {
    enum { ROOM = 400 };
    static struct pool_trace_event events[ROOM];
    items_setup(job);
    fill_items(job);
    double begin = now();
    pool = open_pool(job->workers);
    check(pool_trace_start(pool, ROOM), "pool_trace_start");
    check(pool_map(pool, task_of(job), items, job->n, sizeof *items, results,
                   sizeof *results, 1),
          "pool_map");
    check(pool_close(pool), "pool_close");
    check(pool_join(pool), "pool_join");
    double end = now();
    size_t count = pool_trace_read(pool, events, ROOM);
    for (size_t lane = 0; lane < job->workers; lane++)
        report_span(lane + job->workers, begin, end, begin);
    for (size_t i = 0; i < count && i < ROOM; i++)
        if (events[i].kind == POOL_TRACE_RUN)
            report_span((size_t)events[i].worker, (double)events[i].begin_ns,
                        (double)events[i].end_ns, begin);
    pool_destroy(pool);
    check_items(job);
    return (end - begin) / (double)job->n;
}
