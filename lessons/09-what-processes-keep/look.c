// SPDX-License-Identifier: MIT
// Lesson 9, part 2: the same look around in a fresh process and in a worker.
// Runs in: client, except look(), which both of them run.
#include "look.h"
#include "lesson.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 12, LEFT = 10 }; // from LEFT on: of the task before
static const struct row {
    const char *what;
    bool fresh, worker; // is it so? What the text says
} rows[ROWS] = {
    {"a variable set before the pool was made", true, true},
    {"a variable set after it", true, false},
    {"an environment variable set after it", true, false},
    {"the file mode mask (umask) set after it", true, false},
    {"a descriptor opened after it", true, false},
    {"a lock taken after it is held", true, false},
    {"a lock held while it was made is free again", true, false},
    {"output that the client has not flushed yet", true, false},
    {"the client's handler of SIGUSR1", true, false},
    {"death by Ctrl-C (SIGINT)", true, false},
    {"a variable as the task before it left it", false, true},
    {"a descriptor that the task before it left open", false, true},
};

static int older, newer, left_variable, left_descriptor = -1, opened;
static pthread_mutex_t lock_now = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_then = PTHREAD_MUTEX_INITIALIZER;
static FILE *output;

static void handler(int number) { (void)number; }

static bool held(pthread_mutex_t *lock) {
    return pthread_mutex_trylock(lock) != 0 || pthread_mutex_unlock(lock) != 0;
}

// The task: looks around, then leaves something to the next one.
static int look(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    (void)arg_size, (void)result_size;
    const int number = *(const int *)arg; // of the descriptor opened after
    struct sigaction usr1, sigint;
    sigaction(SIGUSR1, NULL, &usr1);
    sigaction(SIGINT, NULL, &sigint);
    mode_t mask = umask(0);
    umask(mask);
    bool found[ROWS] = {
        older == 1,
        newer == 1,
        getenv("LESSON8_AFTER") != NULL,
        mask == 0123,
        fcntl(number, F_GETFD) != -1,
        held(&lock_now),
        !held(&lock_then),
        __fpending(output) > 0,
        usr1.sa_handler == handler,
        sigint.sa_handler == SIG_DFL,
        left_variable == 1,
        left_descriptor != -1 && fcntl(left_descriptor, F_GETFD) != -1,
    };
    left_variable = 1;
    left_descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    memcpy(result, found, sizeof found);
    return 0;
}

bool run_fresh(pool_task_fn *task, const void *arg, size_t arg_size,
               void *result, size_t size) {
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        task(arg, arg_size, result, size);
        _exit(write(ends[1], result, size) != (ssize_t)size);
    }
    close(ends[1]);
    bool got = pid > 0 && read(ends[0], result, size) == (ssize_t)size;
    close(ends[0]);
    return pid > 0 && waitpid(pid, NULL, 0) == pid && got;
}

// What is to be found: some of it before the pool is made, some after.
static struct pool *prepare(void) {
    older = 1;
    signal(SIGUSR1, handler);
    signal(SIGINT, SIG_DFL); // in a shell's background it may be ignored
    pthread_mutex_lock(&lock_then);
    output = fopen("/dev/null", "we");
    struct pool *pool = pool_create(&(struct pool_options){.workers = 1});
    if (!pool || !output)
        return NULL;
    newer = 1;
    setenv("LESSON8_AFTER", "1", 1);
    umask(0123);
    opened = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pthread_mutex_lock(&lock_now);
    pthread_mutex_unlock(&lock_then);
    fputs("printed once, or twice?", output);
    return pool;
}

int look_table(void) {
    bool fresh[ROWS], worker[ROWS], as_it_is = true, as_it_was = true,
                                    keeps = true;
    mode_t mask = umask(0);
    struct pool *pool = prepare();
    if (!pool)
        return lesson_failed("pool_create", 0);
    for (int time = 0; time < 2; time++) { // twice: something may be left
        if (!run_fresh(look, &opened, sizeof opened, fresh, sizeof fresh))
            return lesson_failed("fork", 0);
        lesson_must(pool_apply(pool, look, &opened, sizeof opened, worker,
                               sizeof worker));
    }
    umask(mask);
    printf("  %-50s  fresh   worker\n", "A task finds ...");
    for (int i = 0; i < ROWS; i++) {
        printf("  %-50s  %-5s   %s\n", rows[i].what, fresh[i] ? "yes" : "no",
               worker[i] ? "yes" : "no");
        as_it_is &= i >= LEFT || fresh[i] == rows[i].fresh;
        as_it_was &= i >= LEFT || worker[i] == rows[i].worker;
        keeps &= i < LEFT || (!fresh[i] && worker[i]);
    }
    putchar('\n');
    lesson_claim(as_it_is, "a fresh process finds the client as it is now");
    lesson_claim(as_it_was, "a worker finds it as it was when the pool was "
                            "made, without its signal handlers");
    lesson_claim(keeps, "only a worker finds what the task before it left");
    fclose(output), close(opened);
    pool_destroy(pool);
    return 0;
}
