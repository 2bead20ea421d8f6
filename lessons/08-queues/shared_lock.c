// SPDX-License-Identifier: MIT
// A lock and a condition in a shared page: processes wait for each other.
//
//     cc shared_lock.c -o shared_lock
//     ./shared_lock [PROCESSES]
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock; // only its holder may use what follows
    pthread_cond_t all_here;
    int here, total;
} * shared;

// Runs in each child: waits until all are here, then adds.
static void child_main(int processes) {
    pthread_mutex_lock(&shared->lock);
    if (++shared->here == processes)
        pthread_cond_broadcast(&shared->all_here);
    while (shared->here < processes) // a loop: it may wake for nothing
        pthread_cond_wait(&shared->all_here, &shared->lock);
    pthread_mutex_unlock(&shared->lock);
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&shared->lock);
        shared->total++; // read, add, write: nobody comes between
        pthread_mutex_unlock(&shared->lock);
    }
}

int main(int argc, char **argv) {
    int processes = argc > 1 ? atoi(argv[1]) : 4;
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pthread_mutexattr_init(&mutex) != 0 ||
        pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED) != 0 ||
        pthread_mutex_init(&shared->lock, &mutex) != 0 ||
        pthread_condattr_init(&cond) != 0 ||
        pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED) != 0 ||
        pthread_cond_init(&shared->all_here, &cond) != 0)
        errx(1, "no shared lock");
    for (int i = 0; i < processes; i++) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            _exit((child_main(processes), 0));
    }
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    printf("processes that added 1000: %d, together: %d\n", processes,
           shared->total);
}
