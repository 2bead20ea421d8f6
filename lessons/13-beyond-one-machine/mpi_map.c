// SPDX-License-Identifier: MIT
// The map of pool_map.c on ranks: each of them gets an equal share of the words.
//
//     mpirun -n 3 ./mpi_map FILE [WORDS] [FATAL]
#include "words.h"
#include <mpi.h>
#include <signal.h>

static int by_letter(const void *a, const void *b) {
    return *(const char *)a - *(const char *)b;
}
static void letters(char *word) { qsort(word, strlen(word), 1, by_letter); }
static void initial(char *word) { word[word[0] != '\0'] = '\0'; }

// Every rank has this table. What travels is a number of it, and no pointer.
enum { LETTERS, INITIAL, TASKS };
static void (*const tasks[TASKS])(char *) = {letters, initial};

int main(int argc, char **argv) {
    int count = argc > 2 ? atoi(argv[2]) : 200, rank, ranks, task = -1;
    int fatal = argc > 3 ? atoi(argv[3]) : -1;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    int share = (count + ranks - 1) / ranks, bytes = share * 32;
    char(*mine)[32] = calloc((size_t)share, 32);
    char(*all)[32] = calloc((size_t)(share * ranks), 32);
    struct words words = {0};
    if (rank == 0) { // only rank 0 has the words, and chooses the task
        task = LETTERS;
        words = read_words(argc > 1 ? argv[1] : "LICENSE");
        for (int i = 0; all && i < count; i++)
            memcpy(all[i], words.word[i % (int)words.count], 32);
    }
    MPI_Bcast(&task, 1, MPI_INT, 0, MPI_COMM_WORLD); // from 0 to all
    if (!mine || !all || task < 0 || task >= TASKS)
        MPI_Abort(MPI_COMM_WORLD, 1); // a table takes no number unseen
    MPI_Scatter(all, bytes, MPI_CHAR, mine, bytes, MPI_CHAR, 0, MPI_COMM_WORLD);
    for (int i = 0; i < share; i++) {
        if (rank * share + i == fatal)
            raise(SIGKILL);
        tasks[task](mine[i]);
    }
    MPI_Gather(mine, bytes, MPI_CHAR, all, bytes, MPI_CHAR, 0, MPI_COMM_WORLD);
    for (int i = 0; rank == 0 && i < count; i++)
        printf("%s: %s\n", words.word[i % (int)words.count], all[i]);
    if (rank == 0)
        printf("%d here, 0 lost\n", count);
    MPI_Barrier(MPI_COMM_WORLD); // nobody leaves before all is done
    free(mine), free(all), free(words.word);
    MPI_Finalize();
    return 0;
}
