// SPDX-License-Identifier: MIT
// Reference: GLib's GThreadPool. Like a pool of processes it takes tasks one
// by one; unlike it, it hands no result back, so the task keeps its own.
#include "passes.h"

#if __has_include(<glib.h>)
#include <glib.h>
#include <stdlib.h>

struct task {
    uint64_t item, result;
};

static GThreadPool *threads;
static struct task **tasks;
static size_t expected;
static size_t finished;
static uint32_t all_done;

const char *glib_missing(void) { return NULL; }

static void run(gpointer data, gpointer unused) {
    (void)unused;
    struct task *task = data;
    tiny(&task->item, sizeof task->item, &task->result, sizeof task->result);
    if (__atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL) == expected) {
        __atomic_store_n(&all_done, 1, __ATOMIC_RELEASE);
        wake(&all_done);
    }
}

void glib_setup(const struct job *job) {
    tasks = memory(job->n * sizeof *tasks);
    items_setup(job);
    threads = g_thread_pool_new(run, NULL, (gint)job->workers, TRUE, NULL);
    if (!threads)
        die("g_thread_pool_new failed");
}

// Submit n, wait, collect each result, free each task.
double glib_stream(const struct job *job) {
    fill_items(job);
    expected = job->n;
    finished = 0;
    all_done = 0;
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        tasks[i] = malloc(sizeof *tasks[i]);
        if (!tasks[i])
            die("no memory for a task");
        tasks[i]->item = items[i];
        g_thread_pool_push(threads, tasks[i], NULL);
    }
    wait_while(&all_done, 0);
    for (size_t i = 0; i < job->n; i++) {
        results[i] = tasks[i]->result;
        free(tasks[i]);
    }
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

// It has a slow and a fast way to run, and stays in one for a while: of ten
// rounds, the fastest.
double glib_fastest(const struct job *job) {
    double fastest = glib_stream(job);
    for (int round = 1; round < 10; round++) {
        double time = glib_stream(job);
        fastest = time < fastest ? time : fastest;
    }
    return fastest;
}

#else

const char *glib_missing(void) {
    return "no GLib: apt-get install libglib2.0-dev";
}
void glib_setup(const struct job *job) { (void)job; }
double glib_stream(const struct job *job) { return (double)job->n; }
double glib_fastest(const struct job *job) { return (double)job->n; }

#endif
