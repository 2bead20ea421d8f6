// SPDX-License-Identifier: MIT
// Two add 1 to the same variable. Is it 2 then?
//
//     cc lost_update.c && ./a.out threads|processes|copies [atomic]
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sum {
    atomic_int have_read, right;
    int total; // plain: this is the mistake
} * sum;
static int atomic;

// Between reading and writing it waits for the other: bad luck, made certain.
static void *add(void *total) {
    int value = *(int *)total;
    atomic_fetch_add(&sum->have_read, 1);
    while (atomic_load(&sum->have_read) < 2)
        sched_yield();
    if (atomic)
        atomic_fetch_add(&sum->right, 1); // one step: nothing comes between
    else
        *(int *)total = value + 1;
    return total;
}

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "threads";
    int own = 0, copies = strcmp(how, "copies") == 0;
    pthread_t thread;
    atomic = argc > 2;
    sum = mmap(NULL, sizeof *sum, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sum == MAP_FAILED)
        err(1, "mmap");
    if (strcmp(how, "threads") == 0) {
        if (pthread_create(&thread, NULL, add, &sum->total) != 0)
            errx(1, "no second thread");
        add(&sum->total);
        pthread_join(thread, NULL);
    } else {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        add(copies ? &own : &sum->total);
        if (pid == 0 || waitpid(pid, NULL, 0) < 0)
            return pid != 0;
    }
    printf(copies ? "%s: each has %d\n" : "%s: 1 + 1 = %d\n", how,
           atomic   ? sum->right
           : copies ? own
                    : sum->total);
}
