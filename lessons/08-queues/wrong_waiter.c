// SPDX-License-Identifier: MIT
// A box for one item, a producer, two consumers. Is one condition enough?
//
//     cc wrong_waiter.c -o wrong_waiter
//     ./wrong_waiter two       (then: ./wrong_waiter one)
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t one = PTHREAD_COND_INITIALIZER;
static pthread_cond_t two = PTHREAD_COND_INITIALIZER;
static pthread_cond_t *not_empty = &one, *not_full = &two;
static int full, waiting; // under the lock

static void *consume(void *arg) {
    pthread_mutex_lock(&lock);
    waiting++;
    while (!full)
        pthread_cond_wait(not_empty, &lock);
    full = 0;
    pthread_cond_signal(not_full); // there is room: wakes one who waits
    pthread_mutex_unlock(&lock);
    return arg;
}

int main(int argc, char **argv) {
    pthread_t consumers[2];
    if (argc > 1 && strcmp(argv[1], "one") == 0) {
        not_full = not_empty;
        alarm(2); // SIGALRM ends what would hang
    }
    for (int i = 0; i < 2; i++)
        if (pthread_create(&consumers[i], NULL, consume, NULL) != 0)
            errx(1, "no thread");
    pthread_mutex_lock(&lock);
    while (waiting < 2) { // until both of them wait
        pthread_mutex_unlock(&lock);
        sched_yield();
        pthread_mutex_lock(&lock);
    }
    for (int item = 0; item < 2; item++) {
        while (full)
            pthread_cond_wait(not_full, &lock);
        full = 1;
        pthread_cond_signal(not_empty); // there is an item
    }
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 2; i++)
        pthread_join(consumers[i], NULL);
    puts("both items were taken");
}
