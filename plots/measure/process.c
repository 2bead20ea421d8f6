// SPDX-License-Identifier: MIT
// What the pool is compared with: a loop, a process or a thread for each task.
// Runs in: a measuring process and the children it makes.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "passes.h"

static task_fn *fn; // of this job

static void begin_job(const struct job *job) {
    fill_items(job);
    fn = task_of(job);
}

static void task(size_t i) {
    fn(&items[i], sizeof *items, &results[i], sizeof *results);
}

double iterative(const struct job *job) {
    begin_job(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++)
        task(i);
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

static pid_t reap(void) {
    int status;
    pid_t child = wait(&status);
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die("a task's process failed");
    return child;
}

static void fork_task(size_t i) {
    pid_t child = fork();
    if (child < 0)
        die("fork: %s", strerror(errno));
    if (child == 0) {
        task(i);
        _exit(0);
    }
}

// At most `most` of them at once.
static double fork_each(const struct job *job, size_t most) {
    begin_job(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        if (i >= most)
            reap();
        fork_task(i);
    }
    for (size_t i = 0; i < job->n && i < most; i++)
        reap();
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

double run_fork(const struct job *job) { return fork_each(job, 1); }
double run_fork_at_once(const struct job *job) {
    return fork_each(job, job->workers);
}

// The child borrows the parent's memory and stack. To run a task there is more
// than POSIX allows, but Linux does it: it shows what copying nothing saves.
const char *vfork_missing(void) {
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    return "vfork does not go with sanitizers";
#else
    return NULL;
#endif
}

double run_vfork(const struct job *job) {
    begin_job(job);
    double begin = now();
    for (volatile size_t i = 0; i < job->n; i++) {
        pid_t child = vfork();
        if (child < 0)
            die("vfork: %s", strerror(errno));
        if (child == 0) {
            task(i);
            _exit(0);
        }
        reap();
    }
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}

// --- posix_spawn and exec: a new program for each task (task.c), told the task
// by its arguments; the result comes through its standard output, a pipe

// The program lies beside this one.
static const char *task_program(void) {
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 8);
    char *slash = length > 0 ? memrchr(path, '/', (size_t)length) : NULL;
    if (!slash)
        die("readlink /proc/self/exe: %s", strerror(errno));
    memcpy(slash, "/task", 6);
    return path;
}

double run_spawn(const struct job *job) {
    int fds[2];
    posix_spawn_file_actions_t actions;
    char item[30], *kind = job->turns ? "spin" : "tiny";
    char *argv[] = {"task", kind, item, NULL};
    const char *program = task_program();
    if (pipe(fds) < 0 || posix_spawn_file_actions_init(&actions) ||
        posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO))
        die("pipe or file actions: %s", strerror(errno));
    begin_job(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        pid_t child;
        snprintf(item, sizeof item, "%llu", (unsigned long long)items[i]);
        int error = posix_spawn(&child, program, &actions, NULL, argv, environ);
        if (error)
            die("posix_spawn %s: %s", program, strerror(error));
        reap();
        if (read(fds[0], &results[i], sizeof *results) != sizeof *results)
            die("no result");
    }
    double end = now();
    posix_spawn_file_actions_destroy(&actions);
    close(fds[0]);
    close(fds[1]);
    check_items(job);
    return (end - begin) / (double)job->n;
}

static void *thread_main(void *item) {
    task((size_t)((uint64_t *)item - items));
    return NULL;
}

double run_thread(const struct job *job) {
    begin_job(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        pthread_t thread;
        int error = pthread_create(&thread, NULL, thread_main, &items[i]);
        if (error)
            die("pthread_create: %s", strerror(error));
        pthread_join(thread, NULL);
    }
    double end = now();
    check_items(job);
    return (end - begin) / (double)job->n;
}
