// SPDX-License-Identifier: MIT
// Does what the header of exercise 1 asks for in unusual ways, all of them
// fair: the inspector must let it pass.
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

typedef int task_fn(int index);
int run_all(task_fn *task, int count, int results[]);

static __thread int depth;
static const char *const words[] = {"one", "two"};
static struct {
    pthread_mutex_t lock;
    _Atomic long done;
} * shared;

int compare(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

long steps; // seen by the whole program, if nobody made it local

static void unlock(void *lock) { pthread_mutex_unlock(lock); }

static int in_a_thread(void *number) { return *(int *)number; }

// What the compiler calls in a library of its own, and what C11 brings.
static int computes(int number) {
    struct random_data state = {0};
    char room[64];
    int32_t random;
    thrd_t thread;
    mtx_t lock;
    initstate_r(7, room, sizeof room, &state);
    srandom_r(8, &state);
    random_r(&state, &random);
    mtx_init(&lock, mtx_plain);
    if (thrd_create(&thread, in_a_thread, &number) == thrd_success)
        thrd_join(thread, &number);
    pthread_cleanup_push(unlock, &shared->lock);
    pthread_mutex_lock(&shared->lock);
    pthread_cleanup_pop(1);
    __int128 wide = (__int128)number * random;
    return __builtin_popcountl((unsigned long)number) + (int)(wide / 7);
}

void wait_a_little(void) {
    struct timespec moment = {0, 1000};
    nanosleep(&moment, NULL);
    usleep(1);
    sched_yield();
    poll(NULL, 0, 0);
    select(0, NULL, NULL, NULL, &(struct timeval){0, 1});
}

int run_all(task_fn *task, int count, int results[]) {
    char text[64];
    pthread_mutexattr_t robust;
    int event = eventfd(0, EFD_CLOEXEC), order[2] = {2, 1};
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(shared != MAP_FAILED);
    pthread_mutexattr_init(&robust);
    pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->lock, &robust);
    steps += computes(count);
    qsort(order, 2, sizeof *order, compare);
    snprintf(text, sizeof text, "%s %d %d", words[count & 1], order[0], depth);
    fprintf(stderr, "%s: %s\n", text, strsignal(SIGCHLD));
    puts(strerror(errno));
    syscall(SYS_futex, &shared->done, 1, 1, NULL, NULL, 0);
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _Exit(task(i));
        if (pid < 0)
            abort();
        int how;
        wait_a_little();
        while (wait4(pid, &how, 0, NULL) < 0) {
        }
        results[i] = WEXITSTATUS(how);
        atomic_fetch_add(&shared->done, 1);
    }
    setpgrp();
    dup2(event, event);
    close(event);
    return munmap(shared, sizeof *shared);
}
