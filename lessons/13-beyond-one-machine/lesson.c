// SPDX-License-Identifier: MIT
// Lesson 13: the same tasks and the same map, on a pool and over MPI. The other
// program is ranks.c, the tasks that both know are in tasks.c.
// Runs in: client, except where(), which runs in workers.
#define _GNU_SOURCE // memfd_create
#include "lesson.h"
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

// A task: where the first task's function is in this process.
static int where(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    *(struct rank *)result =
        (struct rank){getpid(), (uintptr_t)tasks[TASK_LETTERS].fn};
    return 0;
}

static size_t job_size(size_t count) {
    size_t size = sizeof(struct job) + count * sizeof(struct item);
    for (size_t i = 0; i < TASKS; i++)
        size += count * tasks[i].result_size;
    return size;
}

// Runs the first `maps` tasks over MPI, with one rank more than `workers`. If
// nothing `dies` on purpose, what mpirun says of a failure is shown.
static struct job *run_job(const struct item *items, size_t count,
                           size_t workers, size_t maps, bool dies,
                           int *status) {
    int fd = memfd_create("job", MFD_CLOEXEC); // no name, so nothing is left
    if (fd < 0 || ftruncate(fd, (off_t)job_size(count)) != 0)
        exit(lesson_failed("memfd_create", 0));
    struct job *job =
        mmap(NULL, job_size(count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (job == MAP_FAILED)
        exit(lesson_failed("mmap", 0));
    job->maps = maps;
    job->count = count;
    memcpy(job_items(job), items, count * sizeof *items);
    *status = mpirun(fd, workers + 1, dies ? NULL : &job->finished);
    close(fd);
    return job;
}

// Whether the kernel puts each new program somewhere else.
static bool randomised(void) {
    char how = '0';
    FILE *file = fopen("/proc/sys/kernel/randomize_va_space", "re");
    if (file) {
        how = (char)fgetc(file);
        fclose(file);
    }
    return how != '0' && !(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
}

static void show(const char *who, size_t number, struct rank process) {
    printf("  %-7s%3zu| pid %-8d letters() is at %#-18llx |\n", who, number,
           (int)process.pid, (unsigned long long)process.address);
}

// Part 1: whose pointer leads to the task?
static void addresses(struct pool *pool, const struct job *job) {
    struct rank worker, me;
    size_t agree = 0, alike = 0;
    where(NULL, 0, &me, sizeof me);
    lesson_must(pool_apply(pool, where, NULL, 0, &worker, sizeof worker));
    lesson_say("The task letters() is the same function in all of them.");
    show("client", 0, me);
    show("worker", 0, worker);
    for (size_t i = 0; i < job->ranks; i++) {
        show("rank", i, job->rank[i]);
        agree += job->rank[i].address == me.address;
        alike += i > 0 && job->rank[i].address == job->rank[0].address;
    }
    putchar('\n');
    lesson_claim(worker.pid != me.pid && worker.address == me.address,
                 "a worker of the pool is another process and has letters() at "
                 "the client's address: it was forked from it");
    lesson_claim(job->ranks > 0 && agree == 0,
                 "of %zu ranks, none has it at the client's address",
                 job->ranks);
    // `setarch -R make lesson13` switches the randomisation off.
    if (randomised())
        lesson_claim(alike == 0, "nor do two ranks agree, though they run the "
                                 "same program");
    else
        lesson_say("Addresses are not randomised here: %zu ranks have it where "
                   "rank 0 has it.",
                   alike);
}

// Part 3: one item kills its process, on the pool and over MPI.
static char deaths(struct pool *pool, struct item *items, size_t count,
                   size_t workers, const char *right) {
    size_t size = tasks[TASK_LETTERS].result_size, lost = 0, kept = 0, left = 0;
    char *results = lesson_calloc(count, size);
    struct pool_result *result;
    int status;
    items[count / 2].die = true;
    lesson_must(pool_map_async(pool, tasks[TASK_LETTERS].fn, items, count,
                               sizeof *items, size, 0, NULL, NULL, &result));
    // 3 close
    lesson_must(pool_close(pool));
    // 4 join
    lesson_must(pool_join(pool));
    pool_result_get(result, results, count * size, 0);
    for (size_t i = 0; i < count; i++) {
        int item = pool_result_item_status(result, i);
        lost += item == POOL_ELOST;
        kept += item == 0 &&
                memcmp(results + i * size, right + i * size, size) == 0;
    }
    pool_result_free(result);
    struct job *job = run_job(items, count, workers, 1, true, &status);
    for (size_t i = 0; i < job->ranks; i++)
        left += lesson_state(job->rank[i].pid) != '-';
    lesson_say("The item in the middle of the map kills the process that runs "
               "it. This time mpirun ended with status %d, when %zu of %zu "
               "results had reached rank 0.",
               status, job->arrived, count);
    lesson_claim(lost == 1 && kept == count - 1,
                 "pool: %zu result lost, %zu are right", lost, kept);
    lesson_claim(status > 0 && job->ranks == workers + 1 && left == 0,
                 "MPI: mpirun ended with an error, and of %zu ranks none is "
                 "left",
                 workers + 1);
    lesson_claim(!job->finished && job->arrived < count,
                 "MPI: the map never finished: rank 0 had no chance to hand "
                 "its results on");
    munmap(job, job_size(count));
    free(results);
    return left == 0 ? 'c' : 'b';
}

int main(void) {
    lesson_begin(13, "beyond one machine");
    size_t workers = lesson_workers(), count = lesson_tasks(200, 10000);
    int status;
    workers = workers > RANKS_MOST - 1 ? RANKS_MOST - 1 : workers;
    struct lesson_words words = lesson_words(count, true);
    struct item *items = lesson_calloc(count, sizeof *items);
    char *results[TASKS];
    for (size_t i = 0; i < count; i++)
        memcpy(items[i].word, words.word[i].text, sizeof items[i].word);
    mpirun_check();
    lesson_predict("A map runs over several MPI ranks, and one of them is "
                   "killed. What is lost?",
                   (const char *[]){"the one item it was running",
                                    "all items of that rank",
                                    "the whole job, on every rank", NULL});

    // 1 create the pool
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return lesson_failed("pool_create", 0);
    // 2 submit: the same maps to the pool and to the ranks
    for (size_t i = 0; i < TASKS; i++) {
        results[i] = lesson_calloc(count, tasks[i].result_size);
        lesson_must(pool_map(pool, tasks[i].fn, items, count, sizeof *items,
                             results[i], tasks[i].result_size, 0));
    }
    struct job *job = run_job(items, count, workers, TASKS, false, &status);
    // What arrived counts, not mpirun's status. Open MPI 4.1.4 may crash while
    // it tidies up: MPI_Finalize() unmaps a plugin before it stops the thread
    // that runs the plugin's callbacks.
    if (!job->finished) {
        fprintf(stderr,
                "lesson 13: mpirun ended with status %d, %zu of %zu results "
                "had arrived.\n",
                status, job->arrived, TASKS * count);
        return EXIT_FAILURE;
    }

    lesson_part("A pointer to a function");
    addresses(pool, job);
    lesson_part("A number for a function");
    // 5 use the results
    lesson_say("%zu words of %s went to a pool of %zu workers, and in messages "
               "to %zu ranks.",
               count, words.source, workers, workers);
    for (size_t i = 0; i < TASKS; i++)
        lesson_claim(job->failed == 0 &&
                         memcmp(job_results(job, i), results[i],
                                count * tasks[i].result_size) == 0,
                     "task %zu: pool and ranks have the same results, byte "
                     "for byte",
                     i);
    lesson_timeline_of("rank", job->event, job->chunks);

    lesson_part("A rank that dies");
    char right = deaths(pool, items, count, workers, results[TASK_LETTERS]);
    lesson_answer(right, "MPI takes a job for one program: when a rank dies, "
                         "mpirun ends all the others.");
    munmap(job, job_size(count));
    pool_destroy(pool);
    for (size_t i = 0; i < TASKS; i++)
        free(results[i]);
    lesson_words_free(&words);
    free(items);
    return lesson_end();
}
