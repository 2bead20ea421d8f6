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

#include "measure.h"

uint64_t *items, *results;

// Touched memory in small pages, as a program has it that grew bit by bit:
// fork() copies the table of these pages.
static void take_ballast(size_t mib) {
    if (mib == 0)
        return;
    size_t size = mib << 20;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        die("mmap of %zu MiB: %s", mib, strerror(errno));
    madvise(p, size, MADV_NOHUGEPAGE);
    memset(p, 1, size);
}

void items_setup(const struct job *job) {
    items = memory(job->n * sizeof *items);
    results = memory(job->n * sizeof *results);
    take_ballast(job->ballast);
}

// Results that children write.
void items_shared_setup(const struct job *job) {
    items = memory(job->n * sizeof *items);
    results = shared_memory(job->n * sizeof *results);
    take_ballast(job->ballast);
}

// An item is the length of its task. No task gives the result UINT64_MAX.
void fill_items(const struct job *job) {
    for (size_t i = 0; i < job->n; i++) {
        items[i] = job->turns;
        results[i] = UINT64_MAX;
    }
}

void check_items(const struct job *job) {
    uint64_t right, last = UINT64_MAX;
    for (size_t i = 0; i < job->n; i++) {
        if (items[i] != last)
            spin(&items[i], sizeof *items, &right, sizeof right);
        last = items[i];
        if (results[i] != right)
            die("wrong result of task %zu", i);
    }
}

static void task(size_t i) {
    spin(&items[i], sizeof *items, &results[i], sizeof *results);
}

double iterative(const struct job *job) {
    fill_items(job);
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
    fill_items(job);
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
    fill_items(job);
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

// --- posix_spawn: a new program for each task, told the task by its argument;
// the result comes through its standard output, a pipe

int spawned_main(const char *turns) {
    uint64_t item = strtoull(turns, NULL, 10), result;
    spin(&item, sizeof item, &result, sizeof result);
    return write(STDOUT_FILENO, &result, sizeof result) == sizeof result ? 0
                                                                         : 1;
}

double run_spawn(const struct job *job) {
    int fds[2];
    posix_spawn_file_actions_t actions;
    char turns[30], *argv[] = {"measure", "--task", turns, NULL};
    if (pipe(fds) < 0 || posix_spawn_file_actions_init(&actions) ||
        posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO))
        die("pipe or file actions: %s", strerror(errno));
    fill_items(job);
    double begin = now();
    for (size_t i = 0; i < job->n; i++) {
        pid_t child;
        snprintf(turns, sizeof turns, "%llu", (unsigned long long)items[i]);
        int error = posix_spawn(&child, "/proc/self/exe", &actions, NULL, argv,
                                environ);
        if (error)
            die("posix_spawn: %s", strerror(error));
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
    fill_items(job);
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

// --- what ran when, with at most job->workers processes at once. A child notes
// the times of its task, the parent those of the process around it.

double fork_timeline(const struct job *job) {
    double *times = shared_memory(job->n * 2 * sizeof *times);
    double *born = memory(job->n * sizeof *born), *gone = born;
    pid_t *pids = memory(job->workers * sizeof *pids);
    size_t *of_lane = memory(job->workers * sizeof *of_lane);
    size_t started = 0, running = 0;
    gone = memory(job->n * sizeof *gone);
    fill_items(job);
    double begin = now();
    for (size_t lane = 0; started < job->n || running > 0;) {
        if (started == job->n || running == job->workers) {
            pid_t child = reap();
            for (lane = 0; pids[lane] != child;)
                lane++;
            gone[of_lane[lane]] = now();
            running--;
            pids[lane] = 0;
            report((struct sample){.x = born[of_lane[lane]] - begin,
                                   .wall_ns = gone[of_lane[lane]] -
                                              born[of_lane[lane]],
                                   .lane = (long)(lane + job->workers)});
            report((struct sample){.x = times[2 * of_lane[lane]] - begin,
                                   .wall_ns = times[2 * of_lane[lane] + 1] -
                                              times[2 * of_lane[lane]],
                                   .lane = (long)lane});
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
            task(started);
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
