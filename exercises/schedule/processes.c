// SPDX-License-Identifier: MIT
// The calls that begin, end and await processes and threads, and those that map
// memory. The linker leads the student's calls here (--wrap).
//
// Runs in: every process of a run.
#define _GNU_SOURCE
#include "scenario.h"
#include "schedule.h"
#include "wrapped.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <threads.h>
#include <ucontext.h>
#include <unistd.h>

char slot_letter(int slot) {
    return (char)(slot < 26 ? 'A' + slot : 'a' + slot - 26);
}

int slot_of_pid(pid_t pid) {
    for (int i = 0; i < control->slots; i++)
        if (control->slot[i].pid == pid && !control->slot[i].thread)
            return i;
    return -1;
}

static struct step *log_words(uintptr_t where, const char *format,
                              va_list args) {
    turn_point();
    struct step *step = control_log(STEP_CALL, where);
    vsnprintf(step->words, sizeof step->words, format, args);
    return step;
}

struct step *log_call(uintptr_t where, const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct step *step = log_words(where, format, args);
    va_end(args);
    return step;
}

void scenario_say(const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (self >= 0)
        log_words(0, format, args);
    va_end(args);
}

_Noreturn static void end_run(enum verdict verdict, const char *format,
                              va_list args) {
    vsnprintf(control->fault, sizeof control->fault, format, args);
    control_over(verdict);
}

void scenario_fault(const char *format, ...) {
    va_list args;
    va_start(args, format);
    end_run(VERDICT_FAULT, format, args);
}

void scenario_cannot(const char *format, ...) {
    va_list args;
    va_start(args, format);
    end_run(VERDICT_CANNOT, format, args);
}

void *scenario_share(size_t size) {
    void *start = __real_mmap(NULL, size, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        scenario_cannot("mmap: %s", strerror(errno));
    return start;
}

void give_up_if_short(const char *what) {
    if (errno == EAGAIN || errno == ENOMEM || errno == EMFILE ||
        errno == ENFILE || errno == ENOSPC)
        scenario_cannot("%s: %s", what, strerror(errno));
}

// A crash ends the process in the middle of its turn: told where.
static void crashed(int sig, siginfo_t *info, void *context) {
    (void)info;
    ucontext_t *at = context;
#if defined __x86_64__
    control->fault_where = (uintptr_t)at->uc_mcontext.gregs[REG_RIP] + 1;
#elif defined __aarch64__
    control->fault_where = (uintptr_t)at->uc_mcontext.pc + 4;
#else
    (void)at;
#endif
    snprintf(control->fault, sizeof control->fault, "%c crashed: %s",
             slot_letter(self < 0 ? 0 : self), strsignal(sig));
    control_over(VERDICT_FAULT);
}

static void at_exit(void) {
    if (self < 0)
        return;
    fflush(NULL);
    turn_end(true);
    self = -1;
}

void processes_begin(void) {
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        sigaction(fatal[i], &action, NULL);
    atexit(at_exit);
    self = control_add(getpid(), false);
}

pid_t __wrap_fork(void) {
    if (self < 0)
        return __real_fork();
    struct step *step = log_call(WHERE, "forks");
    int slot = control_add(0, false);
    if (slot < 0)
        scenario_cannot("more than %d processes", SLOTS);
    snprintf(step->words, sizeof step->words, "forks %c", slot_letter(slot));
    pid_t pid = __real_fork();
    if (pid == 0) {
        // The parent goes on with the turn; its number is known by then.
        turn_begin(slot);
        return 0;
    }
    if (pid < 0) {
        control->slots--;
        give_up_if_short("fork");
        return -1;
    }
    control->slot[slot].pid = pid;
    turn_point();
    return pid;
}
pid_t __wrap_vfork(void) __attribute__((alias("__wrap_fork")));

void __wrap__exit(int status) {
    if (self >= 0) {
        log_call(WHERE, "ends");
        turn_end(true);
    }
    __real__exit(status);
}
void __wrap__Exit(int status) __attribute__((noreturn, alias("__wrap__exit")));
void __wrap_quick_exit(int status)
    __attribute__((noreturn, alias("__wrap__exit")));

static pid_t wait_in_turn(pid_t pid, int *status, int options,
                          uintptr_t where) {
    turn_point();
    for (;;) {
        pid_t got = __real_waitpid(pid, status, options | WNOHANG);
        if (got > 0) {
            log_call(where, "reaps %c", slot_letter(slot_of_pid(got)));
            return got;
        }
        if (got < 0 || options & WNOHANG)
            return got;
        struct wait wait = {
            .kind = WAIT_CHILD, .object = (uintptr_t)pid, .where = where};
        if (!turn_wait(&wait)) {
            errno = EINTR;
            return -1;
        }
    }
}
pid_t __wrap_waitpid(pid_t pid, int *status, int options) {
    return self < 0 ? __real_waitpid(pid, status, options)
                    : wait_in_turn(pid, status, options, WHERE);
}
pid_t __wrap_wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    if (usage)
        memset(usage, 0, sizeof *usage); // no time passes
    return self < 0 ? __real_waitpid(pid, status, options)
                    : wait_in_turn(pid, status, options, WHERE);
}
pid_t __wrap_wait3(int *status, int options, struct rusage *usage) {
    if (usage)
        memset(usage, 0, sizeof *usage);
    return self < 0 ? __real_waitpid(-1, status, options)
                    : wait_in_turn(-1, status, options, WHERE);
}
pid_t __wrap_wait(int *status) {
    return self < 0 ? __real_waitpid(-1, status, 0)
                    : wait_in_turn(-1, status, 0, WHERE);
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
    if (self < 0)
        return __real_waitid(type, id, info, options);
    turn_point();
    siginfo_t unused;
    if (!info)
        info = &unused;
    for (;;) {
        info->si_pid = 0;
        int error = __real_waitid(type, id, info, options | WNOHANG);
        if (error < 0 || info->si_pid || options & WNOHANG)
            return error;
        struct wait wait = {.kind = WAIT_CHILD,
                            .object = type == P_PID ? id : (uintptr_t)-1,
                            .where = WHERE};
        if (!turn_wait(&wait)) {
            errno = EINTR;
            return -1;
        }
    }
}

static int kill_in_turn(pid_t pid, int sig, uintptr_t where) {
    if (self < 0)
        return __real_kill(pid, sig);
    int slot = pid > 0 ? slot_of_pid(pid) : -1;
    if (sig != 0 && slot >= 0)
        log_call(where, "sends signal %d to %c", sig, slot_letter(slot));
    else
        turn_point();
    if (slot >= 0 && slot == self && sig == SIGKILL) {
        control->slot[self].killed = true;
        turn_end(true);
        return __real_kill(pid, sig);
    }
    int error = __real_kill(pid, sig);
    if (error < 0 || sig == 0)
        return error;
    for (int i = 0; i < control->slots; i++) {
        struct slot *other = &control->slot[i];
        // Of a group or of all: whoever of them a SIGKILL has ended.
        if (i == self || other->life == LIFE_ENDED ||
            (slot >= 0 && other->pid != pid))
            continue;
        if (sig == SIGKILL && (slot >= 0 || pid <= 0)) {
            turn_await_death(other->pid);
            other->life = LIFE_ENDED;
            other->killed = true;
        } else if (other->life == LIFE_WAITING) {
            other->looks_again = true;
        }
    }
    turn_stir(WAIT_CHILD, 0);
    turn_stir(WAIT_DESCRIPTOR, 0);
    turn_stir(WAIT_LOCK, 0);
    return 0;
}

int __wrap_kill(pid_t pid, int sig) { return kill_in_turn(pid, sig, WHERE); }
int __wrap_raise(int sig) { return kill_in_turn(getpid(), sig, WHERE); }
int __wrap_killpg(pid_t group, int sig) {
    return kill_in_turn(-group, sig, WHERE);
}

// What may be waiting for a signal looks again.
static void stir_all(void) {
    for (int i = 0; i < control->slots; i++)
        if (control->slot[i].life == LIFE_WAITING)
            control->slot[i].looks_again = true;
}

int __wrap_sigqueue(pid_t pid, int sig, union sigval value) {
    if (self < 0)
        return __real_sigqueue(pid, sig, value);
    if (sig == SIGKILL)
        return kill_in_turn(pid, sig, WHERE);
    log_call(WHERE, "queues signal %d", sig);
    int error = __real_sigqueue(pid, sig, value);
    stir_all();
    return error;
}

int __wrap_pthread_kill(pthread_t thread, int sig) {
    if (self < 0)
        return __real_pthread_kill(thread, sig);
    log_call(WHERE, "sends signal %d to a thread", sig);
    int error = __real_pthread_kill(thread, sig);
    stir_all();
    return error;
}

// Shared memory ---------------------------------------------------------------

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd,
                  off_t offset) {
    void *start = __real_mmap(at, size, protection, flags, fd, offset);
    if (start == MAP_FAILED && self >= 0)
        give_up_if_short("mmap");
    if (start != MAP_FAILED && flags & MAP_SHARED)
        region_add(start, size, flags & MAP_ANONYMOUS ? -1 : fd, offset);
    return start;
}
void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int fd,
                    off_t offset) __attribute__((alias("__wrap_mmap")));

void *__wrap_mremap(void *start, size_t size, size_t new_size, int flags, ...) {
    va_list args;
    va_start(args, flags);
    void *to = flags & MREMAP_FIXED ? va_arg(args, void *) : NULL;
    va_end(args);
    if (self >= 0 && region_has((uintptr_t)start))
        scenario_cannot("schedules do not know a mapping that moves");
    return __real_mremap(start, size, new_size, flags, to);
}

int __wrap_munmap(void *start, size_t size) {
    if (self >= 0)
        control_finish_write();
    region_remove(start, size);
    return __real_munmap(start, size);
}

static void note_name(const char *name, bool semaphore) {
    if (self < 0)
        return;
    if (control->mades == NAMES_MAX ||
        strlen(name) >= sizeof control->made[0].name)
        scenario_cannot("too many names in /dev/shm, or too long ones");
    strcpy(control->made[control->mades].name, name);
    control->made[control->mades++].semaphore = semaphore;
}

int __wrap_shm_open(const char *name, int flags, mode_t mode) {
    int fd = __real_shm_open(name, flags, mode);
    if (fd >= 0 && flags & O_CREAT)
        note_name(name, false);
    return fd;
}

sem_t *__wrap_sem_open(const char *name, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    unsigned value = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    sem_t *semaphore = __real_sem_open(name, flags, mode, value);
    if (semaphore != SEM_FAILED && flags & O_CREAT)
        note_name(name, true);
    return semaphore;
}

void processes_remove_names(void) {
    for (int i = 0; i < control->mades; i++) {
        const char *name = control->made[i].name;
        if (control->made[i].semaphore)
            sem_unlink(name);
        else
            shm_unlink(name);
    }
}

// Threads ---------------------------------------------------------------------

struct beginning {
    void *(*function)(void *);
    void *argument;
    int slot;
};

static void thread_ends(void *unused) {
    (void)unused;
    if (self >= 0)
        turn_end(false);
    self = -1;
}

static void *thread_begins(void *beginning) {
    struct beginning begin = *(struct beginning *)beginning;
    void *result;
    free(beginning);
    turn_begin(begin.slot);
    pthread_cleanup_push(thread_ends, NULL);
    result = begin.function(begin.argument);
    pthread_cleanup_pop(1);
    return result;
}

// Which slot a thread of this process has, for pthread_join.
static pthread_t thread_of[SLOTS];

static int create_in_turn(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument,
                          uintptr_t where) {
    if (self < 0)
        return __real_pthread_create(thread, attributes, function, argument);
    struct beginning *begin = malloc(sizeof *begin);
    if (!begin)
        return EAGAIN;
    // Only then may the new one be chosen: others may go on before this step,
    // and there is no thread yet.
    struct step *step = log_call(where, "starts a thread");
    int slot = control_add(getpid(), true);
    if (slot < 0)
        scenario_cannot("more than %d threads", SLOTS);
    snprintf(step->words, sizeof step->words, "starts thread %c",
             slot_letter(slot));
    *begin = (struct beginning){function, argument, slot};
    region_all();
    int error = __real_pthread_create(thread, attributes, thread_begins, begin);
    if (error) {
        control->slots--;
        free(begin);
        return error;
    }
    thread_of[slot] = *thread;
    turn_point();
    return 0;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument) {
    return create_in_turn(thread, attributes, function, argument, WHERE);
}

// C11's names for the same.
struct thrd_beginning {
    int (*function)(void *);
    void *argument;
};

static void *thrd_begins(void *beginning) {
    struct thrd_beginning begin = *(struct thrd_beginning *)beginning;
    free(beginning);
    return (void *)(intptr_t)begin.function(begin.argument);
}

int __wrap_thrd_create(pthread_t *thread, int (*function)(void *),
                       void *argument) {
    struct thrd_beginning *begin = malloc(sizeof *begin);
    if (!begin)
        return thrd_nomem;
    *begin = (struct thrd_beginning){function, argument};
    int error = create_in_turn(thread, NULL, thrd_begins, begin, WHERE);
    if (error)
        free(begin);
    return error ? thrd_error : thrd_success;
}

static int join_in_turn(pthread_t thread, void **result, uintptr_t where) {
    if (self >= 0) {
        turn_point();
        for (int i = 0; i < control->slots; i++) {
            if (!control->slot[i].thread || control->slot[i].pid != getpid() ||
                !pthread_equal(thread_of[i], thread))
                continue;
            struct wait wait = {
                .kind = WAIT_THREAD, .object = (uintptr_t)i, .where = where};
            while (control->slot[i].life != LIFE_ENDED)
                turn_wait(&wait);
        }
    }
    return __real_pthread_join(thread, result);
}

int __wrap_pthread_join(pthread_t thread, void **result) {
    return join_in_turn(thread, result, WHERE);
}
int __wrap_thrd_join(pthread_t thread, int *result) {
    void *returned;
    if (join_in_turn(thread, &returned, WHERE))
        return thrd_error;
    if (result)
        *result = (int)(intptr_t)returned;
    return thrd_success;
}
