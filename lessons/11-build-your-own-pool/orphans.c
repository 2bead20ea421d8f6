// SPDX-License-Identifier: MIT
// A client is killed while all its workers are in a task: what do they do?
//
//     ./orphans mine|library [WORKERS]
#include "mypool.h"
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int news[2]; // a pipe: a task writes when it begins, and when it ends
static int gate[2]; // a pipe: it waits for the end of file in between

// The task. Runs in a worker.
static int task(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    char byte;
    (void)arg, (void)arg_size, (void)result, (void)result_size;
    if (write(news[1], "", 1) != 1 || read(gate[0], &byte, 1) != 0)
        return 1;
    return write(news[1], "", 1) != 1;
}

// Makes a pool, and is killed in the middle of a map.
static _Noreturn void client(bool mine, size_t workers) {
    char items[workers + 1];
    int status[workers + 1];
    struct pool_options options = {.workers = workers};
    close(gate[1]);
    if (mine)
        mypool_map(mypool_create(workers), task, items, workers, 1, NULL, 0,
                   status);
    else
        pool_map(pool_create(&options), task, items, workers, 1, NULL, 0, 1);
    _exit(1);
}

int main(int argc, char **argv) {
    bool mine = argc < 2 || strcmp(argv[1], "library") != 0;
    size_t workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2, ended = 0;
    char byte;
    if (pipe(news) < 0 || pipe(gate) < 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid == 0)
        client(mine, workers);
    close(news[1]), close(gate[0]);
    for (size_t i = 0; i < workers; i++)
        if (read(news[0], &byte, 1) != 1)
            errx(1, "a task did not begin");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (mine) // the library's workers end although the gate stays shut
        close(gate[1]);
    while (read(news[0], &byte, 1) == 1) // until no worker is left
        ended++;
    printf("tasks that went on to their end: %zu of %zu\n", ended, workers);
}
