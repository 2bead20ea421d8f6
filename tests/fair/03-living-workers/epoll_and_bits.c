// SPDX-License-Identifier: MIT
// Fair: epoll; the idle workers are bits of a number, counted and found by the
// compiler's built-in functions; SIGPIPE is blocked, and taken away where it
// came.
#define _GNU_SOURCE
#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    pid_t pid;
    int line, item;
} Hand;

struct pool {
    int hands, epoll;
    uint64_t idle;
    Hand hand[64];
};

// Moves a long, by `how`; 0 where that cannot be.
int whole_long(ssize_t (*how)(int, void *, size_t), int fd, long *value) {
    size_t done = 0;
    while (done < sizeof *value) {
        ssize_t n = how(fd, (char *)value + done, sizeof *value - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return 0;
    }
    return 1;
}

static ssize_t in(int fd, void *to, size_t n) { return read(fd, to, n); }
static ssize_t out(int fd, void *from, size_t n) { return write(fd, from, n); }

static int hire(struct pool *pool, task_fn *task) {
    int ends[2], number = pool->hands;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return 0;
    pid_t pid = fork();
    if (pid == 0) {
        long value;
        for (int i = 0; i < number; i++)
            close(pool->hand[i].line);
        close(pool->epoll);
        close(ends[0]);
        while (whole_long(in, ends[1], &value)) {
            value = task(value);
            if (!whole_long(out, ends[1], &value))
                break;
        }
        _exit(0);
    }
    close(ends[1]);
    struct epoll_event event = {.events = EPOLLIN,
                                .data.u32 = (uint32_t)number};
    if (pid < 0) {
        close(ends[0]);
        return 0;
    }
    pool->hand[pool->hands++] = (Hand){pid, ends[0], -1};
    pool->idle |= UINT64_C(1) << number;
    return epoll_ctl(pool->epoll, EPOLL_CTL_ADD, ends[0], &event) == 0;
}

struct pool *pool_create(int workers, task_fn *task) {
    struct pool *pool =
        workers > 0 && workers <= 64 ? calloc(1, sizeof *pool) : NULL;
    if (!pool)
        return NULL;
    pool->epoll = epoll_create1(EPOLL_CLOEXEC);
    while (pool->epoll >= 0 && pool->hands < workers)
        if (!hire(pool, task))
            break;
    if (__builtin_popcountl(pool->idle) == workers)
        return pool;
    pool_destroy(pool);
    return NULL;
}

// With SIGPIPE blocked; what came meanwhile is taken away.
static int hand_over(Hand *hand, long item) {
    sigset_t pipe_set, old;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &pipe_set, &old);
    int good = whole_long(out, hand->line, &item);
    if (!good && errno == EPIPE)
        sigtimedwait(&pipe_set, NULL, &(struct timespec){0, 0});
    sigprocmask(SIG_SETMASK, &old, NULL);
    return good;
}

int pool_map(struct pool *pool, const long *items, int count, long *results) {
    struct epoll_event event[64];
    for (int next = 0, done = 0; done < count;) {
        for (; next < count && pool->idle; next++) {
            int free_one = __builtin_ctzl(pool->idle);
            if (!hand_over(&pool->hand[free_one], items[next]))
                return -1;
            pool->hand[free_one].item = next;
            pool->idle &= pool->idle - 1;
        }
        int n = epoll_wait(pool->epoll, event, 64, -1);
        if (n < 0 && errno != EINTR)
            return -1;
        for (int i = 0; i < n; i++) {
            Hand *hand = &pool->hand[event[i].data.u32];
            uint64_t bit = UINT64_C(1) << event[i].data.u32;
            if (pool->idle & bit ||
                !whole_long(in, hand->line, &results[hand->item]))
                return -1;
            pool->idle |= bit;
            done++;
        }
    }
    return 0;
}

void pool_destroy(struct pool *pool) {
    while (pool->hands-- > 0) {
        Hand *hand = &pool->hand[pool->hands];
        shutdown(hand->line, SHUT_RDWR);
        close(hand->line);
        while (waitpid(hand->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (pool->epoll >= 0)
        close(pool->epoll);
    free(pool);
}
