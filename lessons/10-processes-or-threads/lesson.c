// SPDX-License-Identifier: MIT
// Lesson 10: the same tasks on a pool of processes and on a pool of threads.
// Parts 2 and 3 are in shared.c, the pool of threads is in threads.c.
// Runs in: client, except crash_main(), which is all that a child runs.
#include "lesson.h"
#include "mandelbrot.h"
#include "shared.h"
#include "threads.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs in: child. All rows on threads; one of them aborts.
static _Noreturn void crash_main(size_t workers, const struct job *jobs,
                                 size_t tasks, unsigned char *rows) {
    struct threads *threads = threads_create(workers);
    if (threads)
        threads_map(threads, mandelbrot, jobs, tasks, sizeof *jobs, rows,
                    WIDTH);
    _exit(0);
}

// How the child with its threads ended: the signal, or 0.
static int crash_threads(size_t workers, const struct job *jobs, size_t tasks,
                         unsigned char *rows) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        crash_main(workers, jobs, tasks, rows);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        exit(lesson_failed("fork", 0));
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int main(void) {
    lesson_begin(10, "processes or threads");
    size_t workers = lesson_workers(), tasks = lesson_tasks(200, 10000);
    size_t lost = 0, right = 0;
    struct job *jobs = lesson_calloc(tasks, sizeof *jobs);
    unsigned char *rows = lesson_calloc(tasks, WIDTH);
    unsigned char *again = lesson_calloc(tasks, WIDTH);
    struct pool_result *result;
    for (size_t i = 0; i < tasks; i++)
        jobs[i] = (struct job){i, tasks, false};
    lesson_predict("One of many tasks aborts. How much is lost on a pool of "
                   "threads, and how much on a pool of processes?",
                   (const char *[]){"one task on either",
                                    "everything on threads, one task on "
                                    "processes",
                                    "everything on either", NULL});

    lesson_part("The same picture");
    // 1 create the pools
    uint64_t start = lesson_now();
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    uint64_t forked = lesson_now();
    struct threads *threads = lesson_have(threads_create(workers));
    uint64_t started = lesson_now();
    // 2 submit, and wait
    size_t failed = threads_map(threads, mandelbrot, jobs, tasks, sizeof *jobs,
                                again, WIDTH);
    uint64_t between = lesson_now();
    lesson_must(
        pool_map(pool, mandelbrot, jobs, tasks, sizeof *jobs, rows, WIDTH, 1));
    uint64_t end = lesson_now();
    threads_destroy(threads);
    lesson_say(
        "%zu rows of the Mandelbrot set. This time the pool of processes "
        "took %s as long to make as that of threads, and %s as long to "
        "draw.",
        tasks,
        lesson_times((double)(forked - start), (double)(started - forked)),
        lesson_times((double)(end - between), (double)(between - started)));
    lesson_picture("mandelbrot.png", rows, WIDTH, tasks);
    lesson_claim(failed == 0 && memcmp(rows, again, tasks * WIDTH) == 0,
                 "both drew the same picture, byte for byte");

    lesson_part("At the same moment");
    ball();
    lesson_part("On the same variable");
    race();

    lesson_part("A task that aborts");
    jobs[tasks / 2].crash = true;
    int signal = crash_threads(workers, jobs, tasks, again);
    lesson_must(pool_trace_start(pool, LESSON_TRACE));
    lesson_must(pool_map_async(pool, mandelbrot, jobs, tasks, sizeof *jobs,
                               WIDTH, 1, NULL, NULL, &result));
    lesson_must(pool_close(pool)); // 3 close
    lesson_must(pool_join(pool));  // 4 join
    // 5 use the results: the lost row reads as zeros
    pool_result_get(result, again, tasks * WIDTH, 0);
    for (size_t i = 0; i < tasks; i++) {
        int status = pool_result_item_status(result, i);
        lost += status == POOL_ELOST;
        right += status == 0 &&
                 memcmp(rows + i * WIDTH, again + i * WIDTH, WIDTH) == 0;
    }
    lesson_claim(signal == SIGABRT, "one thread aborted, and its process is "
                                    "gone with all threads and all rows");
    lesson_claim(lost == 1 && right == tasks - 1,
                 "one worker aborted: 1 row is lost, %zu rows are right",
                 right);
    lesson_timeline(pool);
    lesson_answer(signal && lost == 1 ? 'b' : 'a',
                  "a signal that kills ends a process, never a single thread; "
                  "and a worker is a process of its own.");
    pool_destroy(pool);
    free(jobs), free(rows), free(again);
    return lesson_end();
}
