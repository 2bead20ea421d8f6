// SPDX-License-Identifier: MIT
// Lesson 12: the other program, started by mpirun as several processes that MPI
// calls ranks. Rank 0 deals a map's items, all others run them.
// Runs in: rank 0, except rank_main(), which runs in the others.
#include "job.h"

#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// A message, in both directions, is a head and then items or results.
struct head {
    uint32_t number; // of the task; TASKS: no more work
    uint32_t failed;
    uint64_t first, count, begin_ns, end_ns;
};

static size_t items_most; // that a message has room for

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int message_size(size_t item_size) {
    return (int)(sizeof(struct head) + items_most * item_size);
}

//! [rank]
// Runs in: ranks 1 and on. Calls the task that the number in the message means.
static void rank_main(void) {
    char *in = calloc(1, (size_t)message_size(sizeof(struct item)));
    char *out = calloc(1, (size_t)message_size(RESULT_MOST));
    struct head *head = (struct head *)in;
    while (in && out) {
        MPI_Recv(in, message_size(sizeof(struct item)), MPI_BYTE, 0, 0,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (head->number >= TASKS) // never index a table with what was sent
            break;
        const struct task *task = &tasks[head->number];
        char *item = in + sizeof *head, *result = out + sizeof *head;
        head->begin_ns = now();
        for (size_t i = 0; i < head->count; i++) {
            head->failed += task->fn(item, sizeof(struct item), result,
                                     task->result_size) != 0;
            item += sizeof(struct item), result += task->result_size;
        }
        head->end_ns = now();
        memcpy(out, head, sizeof *head);
        MPI_Send(out, (int)(result - out), MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    }
    free(in);
    free(out);
}
//! [rank]

// Sends a rank its next items, or word that there are none. Whether it has any.
static bool send_next(struct job *job, char *out, int rank, size_t *next) {
    struct head head = {.number = TASKS, .first = *next};
    head.count = job->count - *next;
    if (head.count > items_most)
        head.count = items_most;
    if (head.count > 0)
        head.number = job->order.number;
    memcpy(out, &head, sizeof head);
    memcpy(out + sizeof head, job->data + *next * job->item_size,
           head.count * job->item_size);
    *next += head.count;
    MPI_Send(out, (int)(sizeof head + head.count * job->item_size), MPI_BYTE,
             rank, 0, MPI_COMM_WORLD);
    return head.count > 0;
}

// Puts results where they belong, whatever order they come in.
static void keep(struct job *job, const char *in, int rank) {
    struct head head;
    memcpy(&head, in, sizeof head);
    memcpy(job_results(job) + head.first * job->result_size, in + sizeof head,
           head.count * job->result_size);
    job->arrived += head.count;
    job->failed += head.failed;
    if (job->chunks < CHUNKS_MOST)
        job->event[job->chunks++] =
            (struct pool_trace_event){.begin_ns = head.begin_ns,
                                      .end_ns = head.end_ns,
                                      .task = job->chunks + 1,
                                      .first = head.first,
                                      .count = (uint32_t)head.count,
                                      .worker = rank,
                                      .kind = POOL_TRACE_RUN};
}

// pool_map() in MPI: each rank gets items, and more when it brings results.
static void map(struct job *job) {
    char *out = calloc(1, (size_t)message_size(job->item_size));
    char *in = calloc(1, (size_t)message_size(job->result_size));
    size_t next = 0, busy = 0;
    MPI_Status from;
    if (!in || !out)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (size_t i = 1; i < job->ranks; i++)
        busy += send_next(job, out, (int)i, &next);
    while (busy > 0) {
        MPI_Recv(in, message_size(job->result_size), MPI_BYTE, MPI_ANY_SOURCE,
                 0, MPI_COMM_WORLD, &from);
        keep(job, in, from.MPI_SOURCE);
        busy -= !send_next(job, out, from.MPI_SOURCE, &next);
    }
    free(in);
    free(out);
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
    struct order order = {0};
    uint64_t most = 0;
    struct rank all[RANKS_MOST];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (argc != 2 || ranks < 2 || ranks > RANKS_MOST ||
        (rank == 0 && !(job = open_job(argv[1])))) {
        fputs("ranks: make lesson12 starts this program.\n", stderr);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    if (rank == 0) {
        order = job->order;
        most = job->count / (4 * ((uint64_t)ranks - 1)) + 1;
    }
    MPI_Bcast(&order, sizeof order, MPI_BYTE, 0, MPI_COMM_WORLD);
    MPI_Bcast(&most, sizeof most, MPI_BYTE, 0, MPI_COMM_WORLD);
    items_most = (size_t)most;
    struct rank me = {.pid = getpid()};
    if (order.number < TASKS)
        me.address = (uintptr_t)tasks[order.number].fn;
    me.is_at_clients = me.address == order.address;
    MPI_Gather(&me, sizeof me, MPI_BYTE, all, sizeof me, MPI_BYTE, 0,
               MPI_COMM_WORLD);
    if (rank == 0) {
        memcpy(job->rank, all, (size_t)ranks * sizeof *all);
        job->ranks = (size_t)ranks;
        map(job);
        job->finished = true;
    } else {
        rank_main();
    }
    MPI_Finalize();
    return 0;
}
