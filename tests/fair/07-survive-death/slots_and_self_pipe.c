// SPDX-License-Identifier: MIT
// Right, but not as expected: slots in shared memory; SIGCHLD arrives through a
// pipe to itself.
#include "brave.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 64

struct slot {
    atomic_int item, state; // 0 idle, 1 has an item, 2 has a result, 3 leave
    long result;
};

static int self[2];

static void died(int sig) {
    int saved = errno;
    (void)sig;
    if (write(self[1], "", 1) < 0) {
        // Full: then there is something to read anyway.
    }
    errno = saved;
}

static pid_t start(struct slot *slot, task_fn *task, const long *items,
                   int news) {
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    for (;;) {
        int state = atomic_load(&slot->state);
        if (state == 3)
            _exit(0);
        if (state == 1) {
            slot->result = task(items[atomic_load(&slot->item)]);
            atomic_store(&slot->state, 2);
            if (write(news, "", 1) < 0)
                _exit(1);
        } else {
            poll(NULL, 0, 1);
        }
    }
}

// Buries the dead of one turn, and starts others in their place.
static int bury(struct slot *slot, pid_t *pid, int workers, int *fates,
                task_fn *task, const long *items, int news, int more) {
    int status, lost = 0;
    pid_t dead;
    while ((dead = waitpid(-1, &status, WNOHANG)) > 0)
        for (int w = 0; w < workers; w++) {
            if (pid[w] != dead)
                continue;
            pid[w] = 0;
            if (atomic_load(&slot[w].state) == 1) {
                fates[atomic_load(&slot[w].item)] =
                    WIFSIGNALED(status) ? WTERMSIG(status)
                                        : FATE_EXIT + WEXITSTATUS(status);
                atomic_store(&slot[w].state, 0);
                lost++;
            }
            if (more - lost > 0 && atomic_load(&slot[w].state) != 3)
                pid[w] = start(&slot[w], task, items, news);
        }
    return lost;
}

int brave_run(int workers, task_fn *task, const long *items, int count,
              long *results, int *fates) {
    struct sigaction action = {.sa_handler = died, .sa_flags = SA_RESTART}, old;
    struct slot *slot = mmap(NULL, MOST * sizeof *slot, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid[MOST] = {0};
    int next = 0, ended = 0;
    if (slot == MAP_FAILED || pipe2(self, O_NONBLOCK) < 0)
        return -1;
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, &old);
    for (int w = 0; w < workers; w++)
        pid[w] = start(&slot[w], task, items, self[1]);
    while (ended < count) {
        struct pollfd fd = {self[0], POLLIN, 0};
        char bytes[64];
        for (int w = 0; w < workers; w++) {
            if (atomic_load(&slot[w].state) == 2) {
                int item = atomic_load(&slot[w].item);
                results[item] = slot[w].result;
                fates[item] = FATE_DONE;
                ended++;
                atomic_store(&slot[w].state, 0);
            }
            if (next < count && pid[w] > 0 &&
                atomic_load(&slot[w].state) == 0) {
                atomic_store(&slot[w].item, next++);
                atomic_store(&slot[w].state, 1);
            }
        }
        if (ended < count && poll(&fd, 1, 20) > 0)
            while (read(self[0], bytes, sizeof bytes) > 0) {
            }
        ended += bury(slot, pid, workers, fates, task, items, self[1],
                      count - ended);
    }
    for (int w = 0; w < workers; w++)
        atomic_store(&slot[w].state, 3);
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    sigaction(SIGCHLD, &old, NULL);
    close(self[0]);
    close(self[1]);
    munmap(slot, MOST * sizeof *slot);
    return 0;
}
