// SPDX-License-Identifier: MIT
// A way to wait, or to change what is shared, that schedules must know: several
// processes add to one counter, each between enter() and leave() of that way.
// The wrong twin leaves something out, and schedules must find it.
//
//   ways WAY:PROCESSES[:wrong]
//
// Ends with 0 if the counter is right. tests/schedules.sh runs it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMES 2

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    pthread_rwlock_t rwlock;
    pthread_spinlock_t spin;
    pthread_barrier_t barrier;
    sem_t semaphore;
    _Atomic uint32_t word; // a lock: 0 free, 1 taken
    int taken;             // likewise, guarded by the mutex
    _Atomic uint8_t count8;
    _Atomic uint16_t count16;
    _Atomic uint32_t count32;
    _Atomic uint64_t count64;
    volatile int told;
    struct {
        long a, b, c;
    } pair;
    long turn[8];
    int counter;
};

static struct shared *all;
static int ends[2], event;
static bool wrong;

// Locks -----------------------------------------------------------------------

static void mutex_in(void) { pthread_mutex_lock(&all->mutex); }
static void mutex_out(void) { pthread_mutex_unlock(&all->mutex); }

static void timed_in(void) {
    struct timespec until = {0, 0};
    while (pthread_mutex_timedlock(&all->mutex, &until) != 0) {
    }
}
static void tries_in(void) {
    while (pthread_mutex_trylock(&all->mutex) != 0)
        sched_yield();
}
static void write_in(void) { pthread_rwlock_wrlock(&all->rwlock); }
static void read_in(void) { pthread_rwlock_rdlock(&all->rwlock); }
static void rwlock_out(void) { pthread_rwlock_unlock(&all->rwlock); }
static void spin_in(void) { pthread_spin_lock(&all->spin); }
static void spin_out(void) { pthread_spin_unlock(&all->spin); }

// A turn with a condition: in the wrong one who is woken does not look again.
static void condition_in(void) {
    pthread_mutex_lock(&all->mutex);
    if (wrong) {
        if (all->taken)
            pthread_cond_wait(&all->condition, &all->mutex);
    } else {
        while (all->taken)
            pthread_cond_wait(&all->condition, &all->mutex);
    }
    all->taken = 1;
    pthread_mutex_unlock(&all->mutex);
}
static void condition_timed_in(void) {
    struct timespec until = {0, 0};
    pthread_mutex_lock(&all->mutex);
    while (all->taken && (pthread_cond_timedwait(&all->condition, &all->mutex,
                                                 &until) != ETIMEDOUT ||
                          !wrong)) {
    }
    all->taken = 1;
    pthread_mutex_unlock(&all->mutex);
}
static void condition_out(void) {
    pthread_mutex_lock(&all->mutex);
    all->taken = 0;
    pthread_cond_signal(&all->condition);
    pthread_mutex_unlock(&all->mutex);
}

static void semaphore_in(void) {
    while (sem_wait(&all->semaphore) < 0 && errno == EINTR) {
    }
}
static void semaphore_timed_in(void) {
    struct timespec until = {0, 0};
    while (sem_timedwait(&all->semaphore, &until) < 0) {
    }
}
static void semaphore_out(void) { sem_post(&all->semaphore); }

static void futex_in(void) {
    while (atomic_exchange(&all->word, 1) != 0)
        syscall(SYS_futex, &all->word, FUTEX_WAIT, 1, NULL, NULL, 0);
}
static void futex_out(void) {
    atomic_store(&all->word, 0);
    if (!wrong)
        syscall(SYS_futex, &all->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

// Two steps in the wrong one: it looks, then it takes.
static void yields_in(void) {
    uint32_t free = 0;
    if (wrong) {
        while (atomic_load(&all->word) != 0)
            sched_yield();
        atomic_store(&all->word, 1);
        return;
    }
    while (!atomic_compare_exchange_strong(&all->word, &free, 1)) {
        free = 0;
        sched_yield();
    }
}
static void sleeps_in(void) {
    const struct timespec moment = {0, 1000};
    while (atomic_exchange(&all->word, 1) != 0)
        nanosleep(&moment, NULL);
}
static void word_out(void) { atomic_store(&all->word, 0); }

// Descriptors: a byte goes round, and whoever has it is in. ---------------------

static void take_byte(void) {
    char byte;
    if (read(ends[0], &byte, 1) != 1)
        _exit(9);
}
static void pipe_in(void) { take_byte(); }
static void poll_in(void) {
    struct pollfd it = {ends[0], POLLIN, 0};
    do // others may have been faster: the pipe does not wait
        poll(&it, 1, -1);
    while (read(ends[0], &(char){0}, 1) != 1);
}
static void select_in(void) {
    fd_set set;
    do {
        FD_ZERO(&set);
        FD_SET(ends[0], &set);
        select(ends[0] + 1, &set, NULL, NULL, NULL);
    } while (read(ends[0], &(char){0}, 1) != 1);
}
static void epoll_in(void) {
    int epoll = epoll_create1(0);
    struct epoll_event it = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &it);
    do
        epoll_wait(epoll, &it, 1, -1);
    while (read(ends[0], &(char){0}, 1) != 1);
    close(epoll);
}
static void pipe_out(void) {
    if (write(ends[1], "", 1) != 1)
        _exit(9);
}
static void event_in(void) {
    uint64_t one;
    if (read(event, &one, sizeof one) != sizeof one)
        _exit(9);
}
static void event_out(void) {
    uint64_t one = 1;
    if (write(event, &one, sizeof one) != sizeof one)
        _exit(9);
}

// Changing it in one step -------------------------------------------------------

#define ATOMIC(bits)                                                           \
    static void atomic##bits(void) {                                           \
        if (wrong)                                                             \
            atomic_store(&all->count##bits,                                    \
                         atomic_load(&all->count##bits) + 1);                  \
        else                                                                   \
            atomic_fetch_add(&all->count##bits, 1);                            \
    }
ATOMIC(8)
ATOMIC(16)
ATOMIC(32)
ATOMIC(64)

static void add(void) { all->counter++; }

static void add_told(void) {
    all->told++;
    all->counter = all->told;
}

// Copies of more than a word: torn, if another writes meanwhile.
static void add_pair(void) {
    struct shared mine;
    memcpy(&mine.pair, &all->pair, sizeof mine.pair);
    if (mine.pair.a != mine.pair.b || mine.pair.b != mine.pair.c)
        _exit(8);
    mine.pair.a++, mine.pair.b++, mine.pair.c++;
    memcpy(&all->pair, &mine.pair, sizeof mine.pair);
    all->counter = (int)all->pair.a;
}
static void set_bytes(void) {
    unsigned char was;
    memcpy(&was, &all->pair, 1);
    memset(&all->pair, was + 1, sizeof all->pair);
    all->counter = was + 1;
}

static void nothing(void) {}

// Others than "so many add to a counter" ----------------------------------------

// Each signals the next, which waits for it; nobody is left waiting.
static int signals(int processes) {
    sigset_t set;
    int ready[2];
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (!wrong)
        sigprocmask(SIG_BLOCK, &set, NULL);
    else
        signal(SIGUSR1, SIG_IGN); // one that comes early is lost
    if (pipe(ready) < 0)
        return 7;
    for (int i = 0; i < processes - 1; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            int sig = 0;
            if (wrong)
                sigprocmask(SIG_BLOCK, &set, NULL);
            sigwait(&set, &sig);
            _exit(sig == SIGUSR1 ? 0 : 1);
        }
        kill(pid, SIGUSR1);
    }
    int status, bad = 0;
    while (wait(&status) > 0)
        bad |= status;
    return bad;
}

// All meet twice; the wrong one expects one too many.
static int barriers(int processes) {
    pthread_barrierattr_t attributes;
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&all->barrier, &attributes,
                         (unsigned)(processes - !wrong));
    for (int i = 0; i < processes - 1; i++)
        if (fork() == 0) {
            all->turn[i] = 1;
            pthread_barrier_wait(&all->barrier);
            for (int j = 0; j < processes - 1; j++)
                if (all->turn[j] != 1)
                    _exit(1);
            pthread_barrier_wait(&all->barrier);
            _exit(0);
        }
    int status, bad = 0;
    while (wait(&status) > 0)
        bad |= status;
    return bad;
}

// One is killed while it holds the lock; the wrong lock is not robust.
static int killed(int processes) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (!wrong)
        pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&all->mutex, &attributes);
    for (int i = 0; i < processes - 1; i++)
        if (fork() == 0) {
            int error = pthread_mutex_lock(&all->mutex);
            if (error == EOWNERDEAD)
                pthread_mutex_consistent(&all->mutex);
            if (i == 0)
                kill(getpid(), SIGKILL);
            all->counter++;
            pthread_mutex_unlock(&all->mutex);
            _exit(0);
        }
    while (wait(NULL) > 0) {
    }
    return all->counter != processes - 2;
}

// waitpid for each, by its pid; in the wrong one a child waits for a byte that
// comes only when it has been waited for.
static int waits(int processes) {
    pid_t pid[8];
    for (int i = 0; i < processes - 1; i++)
        if ((pid[i] = fork()) == 0) {
            if (wrong)
                take_byte();
            _exit(i);
        }
    if (wrong)
        take_byte(); // the one there was: whoever gets it
    for (int i = 0; i < processes - 1; i++) {
        int status;
        if (waitpid(pid[i], &status, 0) != pid[i] || WEXITSTATUS(status) != i)
            return 1;
    }
    return 0;
}

// Messages over a socket, larger than a pipe takes at once.
static int sockets(int processes) {
    static char message[9000];
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        return 7;
    for (int i = 0; i < processes - 1; i++)
        if (fork() == 0) {
            if (write(pair[1], message, sizeof message) != sizeof message)
                _exit(1);
            _exit(0);
        }
    for (int i = 0; i < processes - !wrong; i++)
        if (read(pair[0], message, sizeof message) != sizeof message)
            return 2;
    while (wait(NULL) > 0) {
    }
    return 0;
}

static const struct way {
    const char *name;
    void (*in)(void), (*out)(void), (*add)(void);
    int (*other)(int processes);
    bool open; // the wrong one goes in without asking
} ways[] = {
    {"mutex", mutex_in, mutex_out, add, .open = true},
    {"timed-mutex", timed_in, mutex_out, add, .open = true},
    {"trylock", tries_in, mutex_out, add, .open = true},
    {"rwlock", write_in, rwlock_out, add, .open = true},
    {"rwlock-read", read_in, rwlock_out, atomic32, NULL, false},
    {"spin-lock", spin_in, spin_out, add, .open = true},
    {"condition", condition_in, condition_out, add, NULL, false},
    {"timed-condition", condition_timed_in, condition_out, add, .open = true},
    {"semaphore", semaphore_in, semaphore_out, add, .open = true},
    {"timed-semaphore", semaphore_timed_in, semaphore_out, add, .open = true},
    {"futex", futex_in, futex_out, add, NULL, false},
    {"yield", yields_in, word_out, add, NULL, false},
    {"nanosleep", sleeps_in, word_out, add, .open = true},
    {"pipe", pipe_in, pipe_out, add, .open = true},
    {"poll", poll_in, pipe_out, add, .open = true},
    {"select", select_in, pipe_out, add, .open = true},
    {"epoll", epoll_in, pipe_out, add, .open = true},
    {"eventfd", event_in, event_out, add, .open = true},
    {"atomic8", nothing, nothing, atomic8, NULL, false},
    {"atomic16", nothing, nothing, atomic16, NULL, false},
    {"atomic32", nothing, nothing, atomic32, NULL, false},
    {"atomic64", nothing, nothing, atomic64, NULL, false},
    {"volatile", mutex_in, mutex_out, add_told, .open = true},
    {"memcpy", mutex_in, mutex_out, add_pair, .open = true},
    {"memset", mutex_in, mutex_out, set_bytes, .open = true},
    {"sigwait", .other = signals},
    {"barrier", .other = barriers},
    {"killed", .other = killed},
    {"waitpid", .other = waits},
    {"socket", .other = sockets},
};

static void prepare(const struct way *way) {
    pthread_mutexattr_t mutex;
    pthread_condattr_t condition;
    pthread_rwlockattr_t rwlock;
    all = mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&all->mutex, &mutex);
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&all->condition, &condition);
    pthread_rwlockattr_init(&rwlock);
    pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
    pthread_rwlock_init(&all->rwlock, &rwlock);
    pthread_spin_init(&all->spin, PTHREAD_PROCESS_SHARED);
    sem_init(&all->semaphore, 1, 1);
    bool looks =
        way->in == poll_in || way->in == select_in || way->in == epoll_in;
    event = eventfd(1, EFD_SEMAPHORE);
    if (pipe2(ends, looks ? O_NONBLOCK : 0) < 0 || event < 0 ||
        all == MAP_FAILED)
        exit(7);
    pipe_out();
}

static int add_all(const struct way *way, int processes) {
    for (int i = 0; i < processes - 1; i++)
        if (fork() == 0) {
            for (int j = 0; j < TIMES; j++) {
                if (!wrong || !way->open)
                    way->in();
                way->add();
                if (!wrong || !way->open)
                    way->out();
            }
            _exit(0);
        }
    int status;
    while (wait(&status) > 0)
        if (status)
            return 1;
    int due = (processes - 1) * TIMES;
    if (way->add == atomic8)
        return all->count8 != due;
    if (way->add == atomic16)
        return all->count16 != due;
    if (way->add == atomic32)
        return all->count32 != (unsigned)due;
    if (way->add == atomic64)
        return all->count64 != (unsigned)due;
    return all->counter != due;
}

int main(int argc, char **argv) {
    char name[40];
    int processes = 0;
    if (argc != 2 || sscanf(argv[1], "%39[^:]:%d", name, &processes) != 2)
        return 2;
    wrong = strstr(argv[1], ":wrong") != NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].name, name) != 0)
            continue;
        prepare(&ways[i]);
        return ways[i].other ? ways[i].other(processes)
                             : add_all(&ways[i], processes);
    }
    fprintf(stderr, "there is no way %s\n", name);
    return 2;
}
