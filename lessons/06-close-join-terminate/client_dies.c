// SPDX-License-Identifier: MIT
// Lesson 6, part 4: the client is killed, and can end nothing.
// Runs in: client, except doomed_main(), which is a client of its own.
#include "client_dies.h"
#include "tasks.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs in: child. Gives each of its workers a task that never ends, and says so
// at the gate.
static _Noreturn void doomed_main(size_t workers) {
    pid_t *pids = lesson_calloc(workers, sizeof *pids);
    struct ends ends = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL); // in case you press Ctrl-C
    struct pool *pool =
        lesson_have(pool_create(&(struct pool_options){.workers = workers}));
    occupy(pool, &ends, pids, workers);
    open_gate(1);
    for (;;)
        pause();
}

void client_dies(size_t workers) {
    char byte;
    lesson_part("The client is killed, and can end nothing");
    pid_t client = fork();
    if (client == 0)
        doomed_main(workers);
    close(news[1]); // we hold it too
    if (client < 0 || read(gate[0], &byte, 1) != 1 ||
        kill(client, SIGKILL) < 0 || waitpid(client, NULL, 0) < 0)
        exit(lesson_failed("the second client", 0));
    // The end of file comes when the last process that can write is gone.
    struct pollfd end = {.fd = news[0], .events = POLLIN};
    lesson_claim(poll(&end, 1, 60000) == 1 && read(news[0], &byte, 1) == 0,
                 "its %zu workers, in tasks that never end, are gone too",
                 workers);
}
