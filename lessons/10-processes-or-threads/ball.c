// SPDX-License-Identifier: MIT
// Do two threads run at the same moment? Do two processes? They play ball.
//
//     cc -O2 ball.c -o ball && ./ball threads && ./ball processes
#define _GNU_SOURCE // sched_getaffinity
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOKS = 10000, MOST = 10000 };
static atomic_int *throws, *direct; // in a shared page: processes see them too
static cpu_set_t here, elsewhere;   // the first player's CPU, all others

// A player looks for the ball. After LOOKS looks it lets others have its CPU.
static void *play(void *second) {
    sched_setaffinity(0, sizeof here, second ? &elsewhere : &here);
    for (int i = second != NULL, looks; i < MOST; i += 2) {
        for (looks = 0; atomic_load(throws) < i; looks++)
            if (looks >= LOOKS)
                sched_yield();
        atomic_fetch_add(direct, i > 1 && looks < LOOKS); // both run right now
        atomic_store(throws, i + 1);                      // throws it back
    }
    return second;
}

int main(int argc, char **argv) {
    pthread_t thread;
    throws = mmap(NULL, 2 * sizeof *throws, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (throws == MAP_FAILED)
        err(1, "mmap");
    direct = throws + 1;
    sched_getaffinity(0, sizeof elsewhere, &elsewhere);
    CPU_SET(sched_getcpu(), &here);
    CPU_XOR(&elsewhere, &elsewhere, &here);
    if (CPU_COUNT(&elsewhere) == 0)
        errx(3, "only one CPU: nothing runs at the same moment");
    if (argc > 1 && strcmp(argv[1], "threads") == 0) {
        if (pthread_create(&thread, NULL, play, throws) != 0)
            errx(1, "no second thread");
        play(NULL);
        pthread_join(thread, NULL);
    } else {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        play(pid == 0 ? throws : NULL);
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    printf("%d of %d throws came while both ran\n", *direct, MOST);
}
