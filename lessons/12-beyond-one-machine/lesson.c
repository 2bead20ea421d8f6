// SPDX-License-Identifier: MIT
// Lesson 12: the same tasks and the same map, on a pool and over MPI. The other
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
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_MS 60000

// A task: where the first task's function is in this process.
static int where(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg, (void)arg_size, (void)result_size;
    *(uintptr_t *)result = (uintptr_t)tasks[TASK_LETTERS].fn;
    return 0;
}

// Runs a map over MPI. Who unmaps it knows its size: job_size().
static struct job *map_over_ranks(enum task_number number,
                                  const struct item *items, size_t count,
                                  size_t workers, int *status) {
    size_t size = job_size(count, sizeof *items, tasks[number].result_size);
    int fd = memfd_create("job", MFD_CLOEXEC); // no name, so nothing is left
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
        exit(lesson_failed("memfd_create", 0));
    struct job *job =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (job == MAP_FAILED)
        exit(lesson_failed("mmap", 0));
    job->order = (struct order){number, (uintptr_t)tasks[number].fn};
    job->count = count;
    job->item_size = sizeof *items;
    job->result_size = tasks[number].result_size;
    memcpy(job->data, items, count * sizeof *items);
    bool dies = false;
    for (size_t i = 0; i < count; i++)
        dies |= items[i].die;
    *status = launch(fd, workers + 1, LIMIT_MS, !dies);
    close(fd);
    return job;
}

static bool same(struct job *job, const void *results, int status) {
    return status == 0 && job->finished && job->failed == 0 &&
           memcmp(job_results(job), results, job->count * job->result_size) ==
               0;
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

// Part 1: whose pointer leads to the task?
static void addresses(struct pool *pool, struct job *job) {
    uintptr_t mine = job->order.address, theirs, first;
    size_t agree = 0, alike = 0, ranks = job->ranks > 0 ? job->ranks - 1 : 0;
    lesson_must(pool_apply(pool, where, NULL, 0, &theirs, sizeof theirs));
    for (size_t i = 1; i <= ranks; i++) {
        agree += job->rank[i].is_at_clients;
        alike += job->rank[i].address == job->rank[0].address;
    }
    first = job->rank[1].address;
    lesson_say(
        "This time the task letters() of the client and that of the "
        "first rank are %llu MiB apart.",
        (unsigned long long)((mine > first ? mine - first : first - mine) >>
                             20));
    lesson_claim(theirs == mine, "a worker of the pool has letters() at the "
                                 "client's address: it was forked from it");
    lesson_claim(ranks > 0 && agree == 0,
                 "of %zu ranks, %zu have it at the client's address", ranks,
                 agree);
    // `setarch -R make lesson12` switches the randomisation off.
    if (randomised())
        lesson_claim(alike == 0,
                     "they run the same program as rank 0, and %zu "
                     "have it at the same address as rank 0",
                     alike);
    else
        lesson_say("Addresses are not randomised here, and %zu of them have "
                   "it at rank 0's address.",
                   alike);
}

// Part 3: one item kills its process, on the pool and over MPI.
static bool deaths(struct pool *pool, struct item *items, size_t count,
                   size_t workers, const char *right) {
    size_t size = tasks[TASK_LETTERS].result_size, lost = 0, kept = 0, gone = 0;
    char *results = lesson_calloc(count, size);
    struct pool_result *result;
    int status;
    items[count / 2].die = true;
    lesson_must(pool_map_async(pool, tasks[TASK_LETTERS].fn, items, count,
                               sizeof *items, size, 0, NULL, NULL, &result));
    lesson_must(pool_close(pool)); // 3 close
    lesson_must(pool_join(pool));  // 4 join
    pool_result_get(result, results, count * size, 0);
    for (size_t i = 0; i < count; i++) {
        int item = pool_result_item_status(result, i);
        lost += item == POOL_ELOST;
        kept += item == 0 &&
                memcmp(results + i * size, right + i * size, size) == 0;
    }
    pool_result_free(result);
    uint64_t start = lesson_now();
    struct job *job =
        map_over_ranks(TASK_LETTERS, items, count, workers, &status);
    for (size_t i = 0; i < job->ranks; i++)
        gone += job->rank[i].pid > 0 && ended(job->rank[i].pid, 5000);
    lesson_say("This time the job was over after %.1f s; %zu of %zu results "
               "had reached rank 0 by then, and it had no chance to hand "
               "them on.",
               (double)(lesson_now() - start) / 1e9, job->arrived, count);
    lesson_claim(lost == 1 && kept == count - 1,
                 "pool: %zu result lost, %zu are right", lost, kept);
    lesson_claim(status > 0 && !job->finished,
                 "MPI: mpirun ended with an error, and the map never finished");
    lesson_claim(job->ranks > 0 && gone == job->ranks,
                 "MPI: one rank died, and all %zu are gone", gone);
    munmap(job, job_size(count, sizeof *items, size));
    free(results);
    return gone > 1;
}

int main(void) {
    lesson_begin(12, "beyond one machine");
    size_t workers = lesson_workers(), count = lesson_tasks(200, 10000);
    int status;
    workers = workers > RANKS_MOST - 1 ? RANKS_MOST - 1 : workers;
    struct lesson_words words = lesson_words(count, true);
    struct item *items = lesson_calloc(count, sizeof *items);
    char *letters = lesson_calloc(count, RESULT_MOST);
    uint32_t *crcs = lesson_calloc(count, sizeof *crcs);
    for (size_t i = 0; i < count; i++)
        memcpy(items[i].word, words.word[i].text, sizeof items[i].word);
    launch_check();
    lesson_predict("A map runs over several MPI ranks, and one of them is "
                   "killed. What is lost?",
                   (const char *[]){"the one item it was running",
                                    "all items of that rank",
                                    "the whole job, on every rank", NULL});

    // 1 create the pool
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool)
        return lesson_failed("pool_create", 0);
    // 2 submit: the same tasks to the pool and to the ranks
    lesson_must(pool_map(pool, tasks[TASK_LETTERS].fn, items, count,
                         sizeof *items, letters, RESULT_MOST, 0));
    lesson_must(pool_map(pool, tasks[TASK_CHECKSUM].fn, items, count,
                         sizeof *items, crcs, sizeof *crcs, 0));
    struct job *job =
        map_over_ranks(TASK_LETTERS, items, count, workers, &status);
    if (status != 0)
        return lesson_failed("mpirun", POOL_ESYS);

    lesson_part("A pointer to a function");
    addresses(pool, job);
    lesson_part("A number for a function");
    // 5 use the results
    lesson_claim(same(job, letters, status),
                 "task 0, letters(): %zu ranks and the pool have the same %zu "
                 "results, byte for byte",
                 workers, count);
    struct job *second =
        map_over_ranks(TASK_CHECKSUM, items, count, workers, &status);
    lesson_claim(same(second, crcs, status),
                 "task 1, checksum(): the same %zu results again", count);
    munmap(second, job_size(count, sizeof *items, sizeof *crcs));
    lesson_timeline_of("rank", job->event, job->chunks);

    lesson_part("A rank that dies");
    bool all = deaths(pool, items, count, workers, letters);
    lesson_answer(all ? 'c' : 'b',
                  "MPI takes a job for one program: when a rank dies, "
                  "mpirun ends all the others.");
    munmap(job, job_size(count, sizeof *items, RESULT_MOST));
    pool_destroy(pool);
    lesson_words_free(&words);
    free(items), free(letters), free(crcs);
    return lesson_end();
}
