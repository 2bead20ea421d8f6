// SPDX-License-Identifier: MIT
// Two threads: write mine, then read yours. Can both read the old value?
//
//     cc -O2 store_buffer.c -o store_buffer
//     ./store_buffer relaxed   (then: ./store_buffer seq_cst)
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 2000 };
static struct { // each in a cache line of its own
    _Alignas(64) atomic_int word, round;
    int read;
} side[2];
static int strict;

// Each round begins and ends when the other thread has come as far.
static void meet(int me, int round) {
    atomic_store(&side[me].round, round);
    for (int looks = 0; atomic_load(&side[!me].round) < round; looks++)
        if (looks > 1000)
            sched_yield();
}

static void *play(void *second) {
    int me = second != NULL;
    long both_old = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        atomic_store(&side[me].word, 0);
        meet(me, 3 * i);
        if (strict) { // in this order, for all who look
            atomic_store(&side[me].word, 1);
            side[me].read = atomic_load(&side[!me].word);
        } else { // no order between these two
            atomic_store_explicit(&side[me].word, 1, memory_order_relaxed);
            side[me].read =
                atomic_load_explicit(&side[!me].word, memory_order_relaxed);
        }
        meet(me, 3 * i + 1);
        both_old += side[0].read == 0 && side[1].read == 0;
        meet(me, 3 * i + 2);
    }
    return (void *)both_old;
}

int main(int argc, char **argv) {
    pthread_t thread;
    void *both_old;
    strict = argc > 1 && strcmp(argv[1], "seq_cst") == 0;
    if (pthread_create(&thread, NULL, play, side) != 0)
        errx(1, "no second thread");
    play(NULL);
    pthread_join(thread, &both_old);
    printf("%s: both read the old value in %ld of %d rounds\n",
           strict ? "seq_cst" : "relaxed", (long)both_old, ROUNDS);
}
