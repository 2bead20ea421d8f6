// SPDX-License-Identifier: MIT
// Right, but not as expected: socket pairs, select, and a linked list of
// workers.
#include "crew.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Worker Worker;
struct Worker {
    Worker *next;
    pid_t pid;
    int socket;
    int item; // -1: idle
};

struct crew {
    Worker *first;
};

static void work(int fd, task_fn *task) {
    long message;
    while (recv(fd, &message, sizeof message, 0) == (ssize_t)sizeof message) {
        message = task(message);
        if (send(fd, &message, sizeof message, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(EXIT_SUCCESS);
}

struct crew *crew_start(int workers, task_fn *task) {
    struct crew *crew = calloc(1, sizeof *crew);
    if (crew == NULL)
        return NULL;
    for (int i = 0; i < workers; i++) {
        int ends[2];
        Worker *worker = malloc(sizeof *worker);
        if (worker == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
            return NULL;
        worker->pid = fork();
        if (worker->pid < 0)
            return NULL;
        if (worker->pid == 0) {
            close(ends[0]);
            for (Worker *other = crew->first; other; other = other->next)
                close(other->socket);
            work(ends[1], task);
        }
        close(ends[1]);
        worker->socket = ends[0];
        worker->item = -1;
        worker->next = crew->first;
        crew->first = worker;
    }
    return crew;
}

int crew_run(struct crew *crew, const long *items, int count, long *results) {
    int next = 0, done = 0;
    while (done < count) {
        fd_set readable;
        int highest = -1;
        FD_ZERO(&readable);
        for (Worker *w = crew->first; w; w = w->next) {
            if (w->item < 0 && next < count) {
                if (send(w->socket, &items[next], sizeof(long), MSG_NOSIGNAL) <
                    0)
                    return -1;
                w->item = next++;
            }
            FD_SET(w->socket, &readable);
            highest = w->socket > highest ? w->socket : highest;
        }
        if (select(highest + 1, &readable, NULL, NULL, NULL) < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        for (Worker *w = crew->first; w; w = w->next) {
            if (!FD_ISSET(w->socket, &readable))
                continue;
            if (recv(w->socket, &results[w->item], sizeof(long), 0) <= 0)
                return -1;
            w->item = -1;
            done++;
        }
    }
    return 0;
}

void crew_stop(struct crew *crew) {
    while (crew->first) {
        Worker *w = crew->first;
        crew->first = w->next;
        shutdown(w->socket, SHUT_RDWR);
        close(w->socket);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        free(w);
    }
    free(crew);
}
