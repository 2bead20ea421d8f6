// SPDX-License-Identifier: MIT
// One function, many processes: where in its memory does each of them have it?
//
//     mpirun -n 3 ./mpi_address
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    int process, child;
    uintptr_t here, there; // the function's address in each of the two
};

// A task: all that matters is where it is.
static void task(void) {}

// A child that is forked, as the workers of a pool are, tells where it has it.
static struct place look(void) {
    int ends[2];
    struct place place = {.process = getpid(), .here = (uintptr_t)task};
    if (pipe(ends) != 0 || (place.child = fork()) < 0)
        return place;
    if (place.child == 0) {
        uintptr_t mine = (uintptr_t)task;
        _exit(write(ends[1], &mine, sizeof mine) != sizeof mine);
    }
    if (read(ends[0], &place.there, sizeof place.there) < 0)
        perror("read");
    waitpid(place.child, NULL, 0);
    return place;
}

int main(int argc, char **argv) {
    struct place mine = look(), all[256]; // fork before MPI begins, not later
    int rank, ranks;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks > 256)
        MPI_Abort(MPI_COMM_WORLD, 2);
    MPI_Gather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, 0,
               MPI_COMM_WORLD); // all of them come to rank 0
    for (int i = 0; rank == 0 && i < ranks; i++)
        printf("rank %d, process %d: %#lx, its child %d: %#lx\n", i,
               all[i].process, (unsigned long)all[i].here, all[i].child,
               (unsigned long)all[i].there);
    MPI_Finalize();
    return 0;
}
