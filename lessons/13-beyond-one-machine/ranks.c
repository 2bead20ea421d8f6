// SPDX-License-Identifier: MIT
// Lesson 13: the other program, started by mpirun as several processes that MPI
// calls ranks. Rank 0 deals a map's items, all others run them.
// Runs in: rank 0, except rank_main(), which runs in the others.
#include "job.h"

#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// A message, in both directions, is a head and then items or results.
struct head {
    uint32_t number; // of the task; TASKS: no more work
    uint32_t failed;
    uint64_t first, count, begin_ns, end_ns;
};

struct message {
    struct head head;
    char data[];
};

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Room for `items` items or their results. Without it the whole job ends.
static struct message *message(size_t items, int *size) {
    size_t most =
        sizeof(struct item) > RESULT_MOST ? sizeof(struct item) : RESULT_MOST;
    *size = (int)(sizeof(struct message) + items * most);
    struct message *new = calloc(1, (size_t)*size);
    if (!new)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return new;
}

// Runs in: ranks 1 and on. Calls the task that the number in the message means.
static void rank_main(size_t items_most) {
    int size;
    struct message *in = message(items_most, &size);
    struct message *out = message(items_most, &size);
    for (;;) {
        MPI_Recv(in, size, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (in->head.number >= TASKS) // never index a table with what was sent
            break;
        const struct task *task = &tasks[in->head.number];
        const struct item *item = (const struct item *)in->data;
        char *result = out->data;
        out->head = in->head;
        out->head.begin_ns = now();
        for (size_t i = 0; i < in->head.count; i++) {
            out->head.failed +=
                task->fn(item++, sizeof *item, result, task->result_size) != 0;
            result += task->result_size;
        }
        out->head.end_ns = now();
        MPI_Send(out, (int)(result - (char *)out), MPI_BYTE, 0, 0,
                 MPI_COMM_WORLD);
    }
    free(in);
    free(out);
}

// Sends a rank its next items. False: there are none.
static bool send_next(struct job *job, uint32_t number, size_t most, int rank,
                      size_t *next) {
    int size;
    size_t left = job->count - *next, count = left < most ? left : most;
    if (count == 0)
        return false;
    struct message *out = message(count, &size);
    out->head = (struct head){.number = number, .first = *next, .count = count};
    memcpy(out->data, job_items(job) + *next, count * sizeof(struct item));
    MPI_Send(out, size, MPI_BYTE, rank, 0, MPI_COMM_WORLD);
    free(out);
    *next += count;
    return true;
}

// Puts results where they belong, whatever order they come in.
static void keep(struct job *job, const struct message *in, int rank) {
    const struct head *head = &in->head;
    size_t size = tasks[head->number].result_size;
    memcpy(job_results(job, head->number) + head->first * size, in->data,
           head->count * size);
    job->arrived += head->count;
    job->failed += head->failed;
    if (head->number == 0 && job->chunks < CHUNKS_MOST)
        job->event[job->chunks++] =
            (struct pool_trace_event){.begin_ns = head->begin_ns,
                                      .end_ns = head->end_ns,
                                      .task = 1,
                                      .first = head->first,
                                      .count = (uint32_t)head->count,
                                      .worker = rank,
                                      .kind = POOL_TRACE_RUN};
}

//! [map]
// pool_map() in MPI: each rank gets items, and more when it brings results.
static void map(struct job *job, uint32_t number, size_t most) {
    size_t next = 0, busy = 0;
    int size;
    MPI_Status from;
    struct message *in = message(most, &size);
    for (size_t rank = 1; rank < job->ranks; rank++)
        busy += send_next(job, number, most, (int)rank, &next);
    while (busy > 0) {
        MPI_Recv(in, size, MPI_BYTE, MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &from);
        keep(job, in, from.MPI_SOURCE);
        busy -= !send_next(job, number, most, from.MPI_SOURCE, &next);
    }
    free(in);
}
//! [map]

// All maps, and only then word that there is no more. A rank that went to
// MPI_Finalize() earlier would wait there for the others, and if one of them
// dies meanwhile, mpirun (Open MPI 4.1.4 with PMIx 4.2.2) may wait for ever: it
// releases what it knows of that waiting twice.
static void rank0_main(struct job *job, size_t most) {
    struct head end = {.number = TASKS};
    for (size_t i = 0; i < job->maps && i < TASKS; i++)
        map(job, (uint32_t)i, most);
    for (size_t rank = 1; rank < job->ranks; rank++)
        MPI_Send(&end, sizeof end, MPI_BYTE, (int)rank, 0, MPI_COMM_WORLD);
    job->finished = true;
}

static struct job *open_job(const char *path) {
    struct stat stat;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0)
        return NULL;
    struct job *job = mmap(NULL, (size_t)stat.st_size, PROT_READ | PROT_WRITE,
                           MAP_SHARED, fd, 0);
    close(fd);
    return job == MAP_FAILED ? NULL : job;
}

int main(int argc, char **argv) {
    int rank, ranks;
    struct job *job = NULL;
    uint64_t most = 0;
    struct rank me = {getpid(), (uintptr_t)tasks[TASK_LETTERS].fn};
    // A rank ends with its mpirun; argv[2] is who adopts the ranks of one that
    // was dead before we said so.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc == 3 && getppid() == atoi(argv[2]))
        return 1;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (argc != 3 || ranks < 2 || ranks > RANKS_MOST ||
        (rank == 0 && !(job = open_job(argv[1])))) {
        fputs("mpi-ranks: make lesson13 starts this program.\n", stderr);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    if (rank == 0) // a quarter of a rank's share at a time
        most = job->count / (4 * ((uint64_t)ranks - 1)) + 1;
    MPI_Bcast(&most, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    MPI_Gather(&me, sizeof me, MPI_BYTE, job ? job->rank : NULL, sizeof me,
               MPI_BYTE, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        job->ranks = (size_t)ranks;
        rank0_main(job, most);
    } else {
        rank_main(most);
    }
    MPI_Finalize();
    return 0;
}
