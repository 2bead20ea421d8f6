// SPDX-License-Identifier: MIT
// Right, but not as expected: a thread takes the results in, callbacks wait for
// the next call.
#include "desk.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct ticket {
    int state; // 0 on its way, 1 there, 2 called back
    long result;
    done_fn *done;
    void *user;
};

struct letter {
    int ticket;
    long value;
};

struct desk {
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t news;
    int in[2], out[2], workers, count, room;
    struct ticket *ticket;
    pid_t *worker;
};

static void *read_results(void *arg) {
    struct desk *d = arg;
    struct letter letter;
    while (read(d->out[0], &letter, sizeof letter) == sizeof letter) {
        pthread_mutex_lock(&d->lock);
        d->ticket[letter.ticket].result = letter.value;
        d->ticket[letter.ticket].state = 1;
        pthread_cond_broadcast(&d->news);
        pthread_mutex_unlock(&d->lock);
    }
    return NULL;
}

struct desk *desk_open(int workers, task_fn *task) {
    struct desk *d = calloc(1, sizeof *d);
    d->workers = workers;
    d->worker = calloc((size_t)workers, sizeof *d->worker);
    if (pipe(d->in) < 0 || pipe(d->out) < 0)
        return NULL;
    for (int i = 0; i < workers; i++)
        if ((d->worker[i] = fork()) == 0) {
            struct letter letter;
            close(d->in[1]);
            while (read(d->in[0], &letter, sizeof letter) == sizeof letter) {
                letter.value = task(letter.value);
                if (write(d->out[1], &letter, sizeof letter) < 0)
                    _exit(1);
            }
            _exit(0);
        }
    close(d->in[0]);
    close(d->out[1]);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->news, NULL);
    return pthread_create(&d->reader, NULL, read_results, d) == 0 ? d : NULL;
}

// Calls what is due, with the lock open, for a callback may submit.
static void call_back(struct desk *d) {
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->count; i++)
        if (d->ticket[i].state == 1) {
            struct ticket t = d->ticket[i];
            d->ticket[i].state = 2;
            pthread_mutex_unlock(&d->lock);
            if (t.done)
                t.done(i, t.result, t.user);
            pthread_mutex_lock(&d->lock);
        }
    pthread_mutex_unlock(&d->lock);
}

int desk_submit(struct desk *d, long item, done_fn *done, void *user) {
    pthread_mutex_lock(&d->lock);
    if (d->count == d->room) {
        d->room = d->room ? 2 * d->room : 4;
        d->ticket = realloc(d->ticket, (size_t)d->room * sizeof *d->ticket);
    }
    struct letter letter = {d->count, item};
    d->ticket[d->count] = (struct ticket){0, 0, done, user};
    int ticket = d->count++;
    pthread_mutex_unlock(&d->lock);
    return write(d->in[1], &letter, sizeof letter) < 0 ? -1 : ticket;
}

int desk_ready(struct desk *d, int ticket) {
    call_back(d);
    pthread_mutex_lock(&d->lock);
    int state = d->ticket[ticket].state;
    pthread_mutex_unlock(&d->lock);
    return state == 2;
}

int desk_wait(struct desk *d, int ticket, long *result) {
    if (ticket < 0 || ticket >= d->count)
        return -1;
    pthread_mutex_lock(&d->lock);
    while (d->ticket[ticket].state == 0)
        pthread_cond_wait(&d->news, &d->lock);
    *result = d->ticket[ticket].result;
    pthread_mutex_unlock(&d->lock);
    call_back(d);
    return 0;
}

void desk_close(struct desk *d) {
    long ignored;
    for (int i = 0; i < d->count; i++)
        desk_wait(d, i, &ignored);
    close(d->in[1]);
    for (int i = 0; i < d->workers; i++)
        waitpid(d->worker[i], NULL, 0);
    pthread_join(d->reader, NULL);
    close(d->out[0]);
    free(d->ticket);
    free(d->worker);
    free(d);
}
