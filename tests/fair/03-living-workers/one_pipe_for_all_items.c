// SPDX-License-Identifier: MIT
// Right, but not as expected: one pipe from which all workers take items, and
// one into which all put results, with the item's place.
#include "crew.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
    long place, value;
};

struct crew {
    int to, from, workers;
    pid_t pid[];
};

static int move(ssize_t (*how)(int, void *, size_t), int fd, struct job *job) {
    ssize_t n;
    do
        n = how(fd, job, sizeof *job);
    while (n < 0 && errno == EINTR);
    return n == sizeof *job;
}

static ssize_t put(int fd, void *bytes, size_t size) {
    return write(fd, bytes, size);
}

struct crew *crew_start(int workers, task_fn *task) {
    struct crew *crew =
        calloc(1, sizeof *crew + (size_t)workers * sizeof crew->pid[0]);
    int down[2], up[2];
    if (!crew || pipe(down) < 0 || pipe(up) < 0)
        return NULL;
    for (; crew->workers < workers; crew->workers++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct job job;
            close(down[1]);
            close(up[0]);
            while (move(read, down[0], &job)) {
                job.value = task(job.value);
                if (!move(put, up[1], &job))
                    break;
            }
            _exit(0);
        }
        if (pid < 0)
            break;
        crew->pid[crew->workers] = pid;
    }
    close(down[0]);
    close(up[1]);
    crew->to = down[1];
    crew->from = up[0];
    return crew;
}

int crew_run(struct crew *crew, const long *items, int count, long *results) {
    int next = 0;
    for (int done = 0; done < count; done++) {
        struct job job;
        for (; next < count && next - done < crew->workers + 1; next++) {
            job = (struct job){next, items[next]};
            if (!move(put, crew->to, &job))
                return -1;
        }
        if (!move(read, crew->from, &job))
            return -1;
        results[job.place] = job.value;
    }
    return 0;
}

void crew_stop(struct crew *crew) {
    close(crew->to);
    for (int i = 0; i < crew->workers; i++)
        while (waitpid(crew->pid[i], NULL, 0) < 0 && errno == EINTR) {
        }
    close(crew->from);
    free(crew);
}
