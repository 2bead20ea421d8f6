// SPDX-License-Identifier: MIT
// Lesson 9: the same tasks on a pool of processes and on a pool of threads.
// Parts 2 and 3 are in shared.c, the pool of threads is in threads.c.
// Runs in: client, except mandelbrot(), which runs in workers and threads, and
// crash_main(), which is all that a child runs.
#include "lesson.h"
#include "shared.h"
#include "threads.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WIDTH 320 // points in a row
#define DEPTH 400 // most rounds for a point

struct job {
    size_t row, rows;
    bool crash;
};

// The task: a row of the Mandelbrot set, a byte for each point.
static int mandelbrot(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size;
    const struct job *job = arg;
    unsigned char *shade = result;
    double y = 2.4 * ((double)job->row + 0.5) / (double)job->rows - 1.2;
    if (job->crash) {
        prctl(PR_SET_DUMPABLE, 0); // writing a core file would only take time
        abort();                   // as a failed assert() does
    }
    for (size_t i = 0; i < result_size; i++) {
        double x = 3.2 * ((double)i + 0.5) / (double)result_size - 2.2;
        double a = 0, b = 0, next;
        int n = 0;
        for (; n < DEPTH && a * a + b * b < 4; n++)
            next = a * a - b * b + x, b = 2 * a * b + y, a = next;
        shade[i] = (unsigned char)(n * 255 / DEPTH);
    }
    return 0;
}

// Writes build/.../lesson9.pgm, if make has said where.
static void save(const unsigned char *picture, size_t rows) {
    char name[512];
    const char *folder = getenv("LESSON_OUT");
    snprintf(name, sizeof name, "%s/lesson9.pgm", folder ? folder : "");
    FILE *file = folder ? fopen(name, "we") : NULL;
    if (!file)
        return;
    fprintf(file, "P5 %d %zu 255\n", WIDTH, rows);
    fwrite(picture, WIDTH, rows, file);
    if (fclose(file) == 0)
        printf("  As a picture: %s\n\n", name);
}

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
    lesson_begin(9, "processes or threads");
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
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    uint64_t forked = lesson_now();
    if (!pool)
        return lesson_failed("pool_create", 0);
    struct threads *threads = threads_create(workers);
    uint64_t started = lesson_now();
    if (!threads)
        return lesson_failed("threads_create", 0);
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
    save(rows, tasks);
    lesson_claim(failed == 0 && memcmp(rows, again, tasks * WIDTH) == 0,
                 "both drew the same picture, byte for byte");

    lesson_part("At the same moment");
    if (ball() != 0)
        return EXIT_FAILURE;
    lesson_part("On the same variable");
    if (race() != 0)
        return EXIT_FAILURE;

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
