// SPDX-License-Identifier: MIT
// Mutexes, conditions, semaphores and futexes: a process that would sleep in
// one gives its turn away instead. Conditions and futexes are made anew here,
// so that the seed chooses which sleeper wakes.
//
// Runs in: every process of a run.
#define _GNU_SOURCE
#include "wrapped.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <threads.h>

static struct held_lock *find_held(uintptr_t lock) {
    for (int i = 0; i < LOCKS_MAX; i++)
        if (control->held[i].lock == lock)
            return &control->held[i];
    return NULL;
}

static void lock_mutex(pthread_mutex_t *mutex, uintptr_t where, int *error) {
    struct wait wait = {
        .kind = WAIT_LOCK, .object = (uintptr_t)mutex, .where = where};
    while ((*error = __real_pthread_mutex_trylock(mutex)) == EBUSY)
        turn_wait(&wait);
    struct held_lock *held = find_held((uintptr_t)mutex);
    if (!held)
        held = find_held(0);
    if (held && (*error == 0 || *error == EOWNERDEAD))
        *held = (struct held_lock){(uintptr_t)mutex, self, where};
}

static int unlock_mutex(pthread_mutex_t *mutex) {
    struct held_lock *held = find_held((uintptr_t)mutex);
    if (held)
        held->lock = 0;
    int error = __real_pthread_mutex_unlock(mutex);
    turn_stir(WAIT_LOCK, (uintptr_t)mutex);
    return error;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
    int error;
    if (self >= 0)
        turn_point();
    lock_mutex(mutex, WHERE, &error);
    if (self >= 0) {
        struct step *step = control_log(STEP_CALL, WHERE);
        step->address = (uintptr_t)mutex;
        snprintf(step->words, sizeof step->words, "takes the lock");
    }
    return error;
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex) {
    if (self < 0)
        return __real_pthread_mutex_trylock(mutex);
    turn_point();
    int error = __real_pthread_mutex_trylock(mutex);
    struct held_lock *held = find_held(0);
    if (held && (error == 0 || error == EOWNERDEAD))
        *held = (struct held_lock){(uintptr_t)mutex, self, WHERE};
    struct step *step = control_log(STEP_CALL, WHERE);
    step->address = (uintptr_t)mutex;
    snprintf(step->words, sizeof step->words, "tries the lock: %s",
             error == EBUSY ? "held" : "takes it");
    return error;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    if (self < 0)
        return __real_pthread_mutex_unlock(mutex);
    turn_point();
    struct step *step = control_log(STEP_CALL, WHERE);
    step->address = (uintptr_t)mutex;
    snprintf(step->words, sizeof step->words, "gives the lock back");
    return unlock_mutex(mutex);
}

// Sleepers ------------------------------------------------------------------

// Wakes up to `most` that sleep on `object`; writes their letters.
static int wake(enum wait_kind kind, uintptr_t object, int most, char *woken) {
    int count = 0;
    while (count < most) {
        int sleepers[SLOTS], found = 0;
        for (int i = 0; i < control->slots; i++) {
            struct slot *slot = &control->slot[i];
            if (slot->life == LIFE_WAITING && slot->wait.kind == kind &&
                slot->wait.object == object && !slot->woken)
                sleepers[found++] = i;
        }
        if (found == 0)
            break;
        int chosen = sleepers[control_random() % (unsigned)found];
        struct slot *slot = &control->slot[chosen];
        slot->woken = slot->looks_again = true;
        slot->priority = control_random_priority(); // late as often as early
        if (count < 8) {
            woken[count] = slot_letter(chosen);
            woken[count + 1] = '\0';
        }
        count++;
    }
    return count;
}

// Sleeps until woken. False: its time was over, or a signal came.
static bool sleep_until_woken(const struct wait *wait) {
    control->slot[self].woken = false;
    while (!control->slot[self].woken)
        if (!turn_wait(wait))
            return false;
    return true;
}

static int wait_condition(pthread_cond_t *condition, pthread_mutex_t *mutex,
                          bool timed, uintptr_t where) {
    struct wait wait = {.kind = WAIT_CONDITION,
                        .object = (uintptr_t)condition,
                        .timed = timed,
                        .where = where};
    int error;
    turn_point();
    struct step *step = control_log(STEP_CALL, where);
    step->address = (uintptr_t)condition;
    snprintf(step->words, sizeof step->words, "sleeps on the condition");
    unlock_mutex(mutex);
    bool in_time = true;
    control->slot[self].woken = false;
    while (!control->slot[self].woken && in_time)
        in_time = turn_wait(&wait) || !timed;
    lock_mutex(mutex, where, &error);
    return in_time ? error : ETIMEDOUT;
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition,
                             pthread_mutex_t *mutex) {
    return wait_condition(condition, mutex, false, WHERE);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *until) {
    (void)until;
    return wait_condition(condition, mutex, true, WHERE);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex, clockid_t clock,
                                  const struct timespec *until) {
    (void)clock, (void)until;
    return wait_condition(condition, mutex, true, WHERE);
}

static void wake_condition(pthread_cond_t *condition, int most,
                           const char *verb, uintptr_t where) {
    char woken[10] = "nobody";
    turn_point();
    wake(WAIT_CONDITION, (uintptr_t)condition, most, woken);
    struct step *step = control_log(STEP_CALL, where);
    step->address = (uintptr_t)condition;
    snprintf(step->words, sizeof step->words, "%s: %s wakes", verb, woken);
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition) {
    wake_condition(condition, 1, "signals", WHERE);
    return 0;
}
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition) {
    wake_condition(condition, SLOTS, "broadcasts", WHERE);
    return 0;
}

// C11's names for the same.
int __wrap_mtx_lock(mtx_t *mutex) {
    return __wrap_pthread_mutex_lock((pthread_mutex_t *)mutex) ? thrd_error
                                                               : thrd_success;
}
int __wrap_mtx_unlock(mtx_t *mutex) {
    return __wrap_pthread_mutex_unlock((pthread_mutex_t *)mutex) ? thrd_error
                                                                 : thrd_success;
}
int __wrap_cnd_wait(cnd_t *condition, mtx_t *mutex) {
    return __wrap_pthread_cond_wait((pthread_cond_t *)condition,
                                    (pthread_mutex_t *)mutex);
}
int __wrap_cnd_signal(cnd_t *condition) {
    return __wrap_pthread_cond_signal((pthread_cond_t *)condition);
}
int __wrap_cnd_broadcast(cnd_t *condition) {
    return __wrap_pthread_cond_broadcast((pthread_cond_t *)condition);
}

// Semaphores ------------------------------------------------------------------

static int wait_semaphore(sem_t *semaphore, bool timed, uintptr_t where) {
    struct wait wait = {.kind = WAIT_SEMAPHORE,
                        .object = (uintptr_t)semaphore,
                        .timed = timed,
                        .where = where};
    turn_point();
    while (__real_sem_trywait(semaphore) < 0) {
        if (errno != EAGAIN)
            return -1;
        if (!turn_wait(&wait)) {
            errno = control->slot[self].timed_out ? ETIMEDOUT : EINTR;
            return -1;
        }
    }
    struct step *step = control_log(STEP_CALL, where);
    step->address = (uintptr_t)semaphore;
    snprintf(step->words, sizeof step->words, "takes from the semaphore");
    return 0;
}

int __wrap_sem_wait(sem_t *semaphore) {
    return wait_semaphore(semaphore, false, WHERE);
}
int __wrap_sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    (void)until;
    return wait_semaphore(semaphore, true, WHERE);
}
int __wrap_sem_trywait(sem_t *semaphore) {
    turn_point();
    return __real_sem_trywait(semaphore);
}
int __wrap_sem_post(sem_t *semaphore) {
    turn_point();
    struct step *step = control_log(STEP_CALL, WHERE);
    step->address = (uintptr_t)semaphore;
    snprintf(step->words, sizeof step->words, "adds to the semaphore");
    int error = __real_sem_post(semaphore);
    turn_stir(WAIT_SEMAPHORE, (uintptr_t)semaphore);
    return error;
}

// Futexes -----------------------------------------------------------------------

static long wait_futex(uint32_t *word, uint32_t value, bool timed,
                       uintptr_t where) {
    struct wait wait = {.kind = WAIT_FUTEX,
                        .object = (uintptr_t)word,
                        .timed = timed,
                        .where = where};
    turn_point();
    bool equal = __atomic_load_n(word, __ATOMIC_SEQ_CST) == value;
    struct step *step = control_log(STEP_CALL, where);
    step->address = (uintptr_t)word;
    snprintf(step->words, sizeof step->words, "%s the futex while it is %u",
             equal ? "sleeps on" : "does not sleep on", value);
    if (!equal) {
        errno = EAGAIN;
        return -1;
    }
    if (sleep_until_woken(&wait))
        return 0;
    errno = control->slot[self].timed_out ? ETIMEDOUT : EINTR;
    return -1;
}

long __wrap_syscall(long number, ...) {
    long a[6];
    va_list args;
    va_start(args, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    int operation = (int)a[1] & FUTEX_CMD_MASK;
    if (self < 0 || number != SYS_futex)
        return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET)
        return wait_futex((uint32_t *)a[0], (uint32_t)a[2], a[3] != 0, WHERE);
    if (operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET) {
        char woken[10] = "nobody";
        turn_point();
        int count = wake(WAIT_FUTEX, (uintptr_t)a[0], (int)a[2], woken);
        struct step *step = control_log(STEP_CALL, WHERE);
        step->address = (uintptr_t)a[0];
        snprintf(step->words, sizeof step->words, "wakes the futex: %s wakes",
                 woken);
        return count;
    }
    errno = ENOSYS; // requeuing and the like: not under a schedule
    return -1;
}
