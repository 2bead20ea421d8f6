// SPDX-License-Identifier: MIT
// What does a task find in a fresh process, and what in a worker?
//
//     cc older_than_the_task.c -I../../lib ../../build/gcc/lib/libpool.a
//     ./a.out
#include "pool.h"
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const what[] = {
    "a variable set before the pool",       "a variable set after it",
    "an environment variable set after it", "a descriptor opened after it",
    "a lock taken after it is held",        "a lock held at the fork is held",
    "the client's handler of SIGUSR1",      "Ctrl-C (SIGINT) ends it"};
static int before, after;
static pthread_mutex_t then = PTHREAD_MUTEX_INITIALIZER; // held at the fork
static pthread_mutex_t now = PTHREAD_MUTEX_INITIALIZER;  // taken after it

static void handler(int number) { (void)number; }

// The task: a bit for each line of the table.
static int look(const void *arg, size_t arg_size, void *found, size_t size) {
    (void)arg, (void)arg_size, (void)size;
    *(int *)found = before | after << 1 | (getenv("AFTER") != NULL) << 2 |
                    (fcntl(100, F_GETFD) != -1) << 3 |
                    (pthread_mutex_trylock(&now) != 0) << 4 |
                    (pthread_mutex_trylock(&then) != 0) << 5 |
                    (signal(SIGUSR1, SIG_DFL) == handler) << 6 |
                    (signal(SIGINT, SIG_DFL) == SIG_DFL) << 7;
    return 0;
}

int main(void) {
    int fresh = 0, worker = 0;
    before = 1, signal(SIGUSR1, handler), signal(SIGINT, SIG_DFL);
    pthread_mutex_lock(&then);
    struct pool *pool = pool_create(&(struct pool_options){.workers = 1});
    if (!pool)
        err(1, "pool_create");
    after = 1, setenv("AFTER", "1", 1), dup2(0, 100);
    pthread_mutex_unlock(&then), pthread_mutex_lock(&now);
    pid_t pid = fork();
    if (pid == 0)
        _exit((look(NULL, 0, &fresh, 0), fresh)); // 8 bits, as in lesson 1
    if (pid < 0 || waitpid(pid, &fresh, 0) < 0)
        err(1, "a fresh process");
    int error = pool_apply(pool, look, NULL, 0, &worker, sizeof worker);
    if (error < 0)
        errx(1, "pool_apply: %s", pool_strerror(error));
    puts("A task finds ...                          fresh  worker");
    for (int i = 0, bits = WEXITSTATUS(fresh); i < 8; i++)
        printf("%-40s  %-5s  %s\n", what[i], bits >> i & 1 ? "yes" : "no",
               worker >> i & 1 ? "yes" : "no");
    pool_destroy(pool);
}
