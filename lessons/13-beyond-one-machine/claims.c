// SPDX-License-Identifier: MIT
// What lesson 13 runs, asks and claims (see guide.h). Runs in: the guide.
#include "guide.h"

#include <stdio.h>
#include <string.h>
#include <sys/personality.h>

#define MOST 9 // ranks: each of them is a whole program

static size_t ranks(void) {
    return guide_workers() < MOST ? guide_workers() + 1 : MOST;
}

static size_t tasks(void) { return guide_tasks(200, 10000); }

// Does the kernel put each new program somewhere else? One that was compiled
// not to be moved lies below 4 GiB.
static bool randomised(unsigned long address) {
    char how = '0';
    FILE *file = fopen("/proc/sys/kernel/randomize_va_space", "re");
    if (file) {
        how = (char)fgetc(file);
        fclose(file);
    }
    return how != '0' && !(personality(0xffffffff) & ADDR_NO_RANDOMIZE) &&
           address >> 32;
}

static void addresses(void) {
    guide_ask((const char *[]){"at the same place in all of them",
                               "at the same place in rank and child",
                               "at another place in each of them", NULL},
              "A program is started %zu times, each time as another rank, and "
              "each rank forks a child. Where in memory do they have one of "
              "its functions?",
              ranks());
    struct guide_how how = {.ranks = ranks()};
    struct guide_run *run = guide_run_how(&how, "mpi_address");
    unsigned long here[MOST] = {0}, child;
    size_t lines = 0, forked = 0, equal = 0;
    for (; lines < ranks(); lines++) {
        const char *text =
            guide_line(run, guide_text("rank %zu, process ", lines));
        if (!text || sscanf(text, "%*d: %lx, its child %*d: %lx", &here[lines],
                            &child) != 2)
            break;
        forked += here[lines] == child;
        for (size_t i = 0; i < lines; i++)
            equal += here[i] == here[lines];
    }
    bool copied = lines == ranks() && forked == lines;
    guide_claim(copied, guide_text("%zu of %zu", forked, ranks()),
                "a child has the function where its parent has it");
    if (randomised(here[0]))
        guide_claim(equal == 0, NULL,
                    "no two ranks have it at the same address, though they "
                    "run the same program");
    if (copied && equal == 0)
        guide_answer('b', "fork() copies a process with all its addresses. "
                          "But the kernel loads each new program somewhere "
                          "else (address space layout randomisation)");
    else if (copied)
        guide_answer('a', "each was loaded to the same place: the kernel does "
                          "not randomise here, or the program was compiled "
                          "not to be moved");
    else
        guide_answer('c', "this time it was so: please report it");
}

static struct guide_run *on_a_pool(const char *fatal) {
    struct guide_how how = {.show = 5};
    return guide_run_how(&how, "pool_map", guide_input(),
                         guide_text("%zu", guide_workers()),
                         guide_text("%zu", tasks()), fatal);
}

static struct guide_run *on_ranks(const char *fatal) {
    struct guide_how how = {
        .show = 5, .ranks = ranks(), .fails = fatal != NULL};
    return guide_run_how(&how, "mpi_map", guide_input(),
                         guide_text("%zu", tasks()), fatal);
}

static void by_name(const struct guide_run *run) {
    guide_claim(guide_lines_with(run, "__main__ letters") == 1, NULL,
                "what travels to a worker are two names: the module's and the "
                "function's");
    guide_claim(guide_lines_with(run, "a lambda cannot travel") == 1, NULL,
                "a lambda has no name, and cannot travel");
}

static void the_same_map(void) {
    struct guide_run *pool = on_a_pool(NULL);
    guide_claim(guide_line(pool, guide_text("%zu here, 0 lost", tasks())) !=
                    NULL,
                NULL, "the pool has a result for every word");
    if (guide_python()) {
        by_name(pool);
        return;
    }
    struct guide_run *mpi = on_ranks(NULL);
    guide_timeline(mpi);
    bool same = mpi->lines == pool->lines;
    for (size_t i = 0; same && i < mpi->lines; i++)
        same = strcmp(mpi->line[i], pool->line[i]) == 0;
    guide_claim(same, NULL, "pool and ranks print the same, byte for byte");
}

static void a_death(void) {
    guide_ask((const char *[]){"the one item it was running",
                               "all items of that rank",
                               "all items of all ranks", NULL},
              "The same map, and the item in its middle kills the process that "
              "runs it. What is lost where MPI's ranks run it?");
    const char *fatal = guide_text("%zu", tasks() / 2);
    if (!guide_python()) {
        struct guide_run *pool = on_a_pool(fatal);
        guide_claim(guide_line(pool, guide_text("%zu here, 1 lost",
                                                tasks() - 1)) != NULL,
                    NULL, "pool: one result is lost, all others are there");
    }
    struct guide_run *mpi = on_ranks(fatal);
    guide_tree(mpi);
    bool none = guide_lines_with(mpi, " here, ") == 0;
    guide_claim(!guide_succeeded(mpi) && !mpi->late, NULL,
                "MPI: mpirun ended with an error");
    guide_claim(none, NULL, "MPI: rank 0 printed no result");
    guide_claim(guide_watched(mpi, guide_all_ended(mpi)), NULL,
                "MPI: no process is left");
    if (none)
        guide_answer('c', "MPI takes a job for one program: when a rank dies, "
                          "mpirun ends all the others");
    else
        guide_answer('a', "this time rank 0 went on: please report it");
}

const struct guide_lesson guide_lesson = {
    .number = 13,
    .title = "beyond one machine",
    .knobs = GUIDE_WORKERS | GUIDE_TASKS | GUIDE_INPUT,
    .parts = {{"A pointer to a function", addresses},
              {"The same map, on a pool and on ranks", the_same_map},
              {"A rank that dies", a_death}}};
