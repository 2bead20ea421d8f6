// SPDX-License-Identifier: MIT
// Locks, conditions, semaphores, barriers and futexes: a process that would
// sleep in one gives its turn away instead. Locks and semaphores are the C
// library's, tried until they can be had. Conditions, barriers and futexes are
// made anew here, so that the seed chooses which sleeper wakes.
//
// Runs in: every process of a run.
#define _GNU_SOURCE
#include "scenario.h"
#include "wrapped.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <threads.h>

// Who holds what, to be told. -------------------------------------------------

static struct held_lock *find_held(uintptr_t lock, int slot) {
    for (int i = 0; i < LOCKS_MAX; i++)
        if (control->held[i].lock == lock &&
            (lock == 0 || slot < 0 || control->held[i].slot == slot))
            return &control->held[i];
    return NULL;
}

static void note_held(const void *lock) {
    struct held_lock *held = find_held(0, -1);
    if (held)
        *held = (struct held_lock){control_identity(lock), self};
}

static void note_given_back(const void *lock) {
    uintptr_t identity = control_identity(lock);
    struct held_lock *held = find_held(identity, self);
    if (!held) // a lock that another had taken
        held = find_held(identity, -1);
    if (held)
        held->lock = 0;
    turn_stir(WAIT_LOCK, identity);
}

// Locks -----------------------------------------------------------------------

typedef int try_fn(void *lock);

static int try_mutex(void *mutex) {
    return __real_pthread_mutex_trylock(mutex);
}
static int try_read(void *lock) {
    return __real_pthread_rwlock_tryrdlock(lock);
}
static int try_write(void *lock) {
    return __real_pthread_rwlock_trywrlock(lock);
}
static int try_spin(void *lock) {
    return __real_pthread_spin_trylock((pthread_spinlock_t *)lock);
}

static int take(void *lock, try_fn *try, bool timed, uintptr_t where) {
    struct wait wait = {.kind = WAIT_LOCK,
                        .object = control_identity(lock),
                        .timed = timed,
                        .where = where};
    int error;
    while ((error = try(lock)) == EBUSY)
        if (!turn_wait(&wait) && control->slot[self].timed_out)
            return ETIMEDOUT;
    if (error == 0 || error == EOWNERDEAD)
        note_held(lock);
    return error;
}

// A mutex of this kind tells its holder instead of waiting for him.
static bool tells_its_holder(pthread_mutex_t *mutex) {
#ifdef __GLIBC__
    return (mutex->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK &&
           find_held(control_identity(mutex), self);
#else
    (void)mutex;
    return false;
#endif
}

static int lock(void *lock, try_fn *try, bool timed, const char *what,
                uintptr_t where) {
    turn_point();
    int error = take(lock, try, timed, where);
    struct step *step = control_log(STEP_CALL, where);
    snprintf(step->words, sizeof step->words, "%s %s%s",
             error == ETIMEDOUT ? "waits too long for" : "takes", what,
             error == EOWNERDEAD ? ": its holder has died" : "");
    return error;
}

static int try_lock(void *lock, try_fn *try, const char *what,
                    uintptr_t where) {
    turn_point();
    int error = try(lock);
    if (error == 0 || error == EOWNERDEAD)
        note_held(lock);
    struct step *step = control_log(STEP_CALL, where);
    snprintf(step->words, sizeof step->words, "tries %s: %s", what,
             error == EBUSY ? "it is held" : "takes it");
    return error;
}

static void log_unlock(const char *what, uintptr_t where) {
    log_call(where, "gives %s back", what);
}

static int unlock_mutex(pthread_mutex_t *mutex) {
    int error = __real_pthread_mutex_unlock(mutex);
    note_given_back(mutex);
    return error;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
    if (self < 0)
        return __real_pthread_mutex_lock(mutex);
    if (tells_its_holder(mutex))
        return EDEADLK;
    return lock(mutex, try_mutex, false, "the lock", WHERE);
}
int __wrap_pthread_mutex_timedlock(pthread_mutex_t *mutex,
                                   const struct timespec *until) {
    (void)until;
    return lock(mutex, try_mutex, true, "the lock", WHERE);
}
int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                   const struct timespec *until) {
    (void)clock, (void)until;
    return lock(mutex, try_mutex, true, "the lock", WHERE);
}
int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex) {
    if (self < 0)
        return __real_pthread_mutex_trylock(mutex);
    return try_lock(mutex, try_mutex, "the lock", WHERE);
}
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    if (self < 0)
        return __real_pthread_mutex_unlock(mutex);
    log_unlock("the lock", WHERE);
    return unlock_mutex(mutex);
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *it) {
    return lock(it, try_read, false, "the lock, to read", WHERE);
}
int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *it) {
    return lock(it, try_write, false, "the lock, to write", WHERE);
}
int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t *it,
                                      const struct timespec *until) {
    (void)until;
    return lock(it, try_read, true, "the lock, to read", WHERE);
}
int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t *it,
                                      const struct timespec *until) {
    (void)until;
    return lock(it, try_write, true, "the lock, to write", WHERE);
}
int __wrap_pthread_rwlock_tryrdlock(pthread_rwlock_t *it) {
    return try_lock(it, try_read, "the lock, to read", WHERE);
}
int __wrap_pthread_rwlock_trywrlock(pthread_rwlock_t *it) {
    return try_lock(it, try_write, "the lock, to write", WHERE);
}
int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *it) {
    log_unlock("the lock", WHERE);
    int error = __real_pthread_rwlock_unlock(it);
    note_given_back(it);
    return error;
}

int __wrap_pthread_spin_lock(pthread_spinlock_t *it) {
    return lock((void *)it, try_spin, false, "the spin lock", WHERE);
}
int __wrap_pthread_spin_trylock(pthread_spinlock_t *it) {
    return try_lock((void *)it, try_spin, "the spin lock", WHERE);
}
int __wrap_pthread_spin_unlock(pthread_spinlock_t *it) {
    log_unlock("the spin lock", WHERE);
    int error = __real_pthread_spin_unlock(it);
    note_given_back((void *)it);
    return error;
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

// Sleeps until woken. False: its time was over, or, if `interruptible`, a
// signal came.
static bool sleep_until_woken(const struct wait *wait, bool interruptible) {
    struct slot *slot = &control->slot[self];
    slot->woken = false;
    while (!slot->woken)
        if (!turn_wait(wait) && (interruptible || slot->timed_out))
            return false;
    return true;
}

// Conditions ------------------------------------------------------------------

static int wait_condition(pthread_cond_t *condition, pthread_mutex_t *mutex,
                          bool timed, uintptr_t where) {
    struct wait wait = {.kind = WAIT_CONDITION,
                        .object = control_identity(condition),
                        .timed = timed,
                        .where = where};
    log_call(where, "sleeps on the condition");
    int error = unlock_mutex(mutex);
    if (error)
        return error;
    bool in_time = sleep_until_woken(&wait, false);
    error = take(mutex, try_mutex, false, where);
    return in_time || error ? error : ETIMEDOUT;
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
    wake(WAIT_CONDITION, control_identity(condition), most, woken);
    struct step *step = control_log(STEP_CALL, where);
    snprintf(step->words, sizeof step->words, "%s: %s wakes", verb, woken);
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition) {
    if (self >= 0)
        wake_condition(condition, 1, "signals", WHERE);
    return 0;
}
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition) {
    if (self >= 0)
        wake_condition(condition, SLOTS, "broadcasts", WHERE);
    return 0;
}

// Barriers --------------------------------------------------------------------

static struct barrier *find_barrier(uintptr_t identity) {
    for (int i = 0; i < BARRIERS_MAX; i++)
        if (control->barrier[i].barrier == identity)
            return &control->barrier[i];
    return NULL;
}

int __wrap_pthread_barrier_init(pthread_barrier_t *it,
                                const pthread_barrierattr_t *attributes,
                                unsigned count) {
    int error = __real_pthread_barrier_init(it, attributes, count);
    if (self < 0 || error)
        return error;
    uintptr_t identity = control_identity(it);
    struct barrier *barrier = find_barrier(identity);
    if (!barrier)
        barrier = find_barrier(0);
    if (!barrier)
        scenario_cannot("more than %d barriers", BARRIERS_MAX);
    *barrier = (struct barrier){.barrier = identity, .due = count};
    return 0;
}

int __wrap_pthread_barrier_wait(pthread_barrier_t *it) {
    uintptr_t identity = control_identity(it);
    struct barrier *barrier = find_barrier(identity);
    if (self < 0 || !barrier)
        return EINVAL;
    struct wait wait = {
        .kind = WAIT_BARRIER, .object = identity, .where = WHERE};
    log_call(WHERE, "comes to the barrier");
    unsigned round = barrier->round;
    if (++barrier->here == barrier->due) {
        barrier->here = 0;
        barrier->round++;
        turn_stir(WAIT_BARRIER, identity);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    while (barrier->round == round)
        turn_wait(&wait);
    return 0;
}

// C11's names -----------------------------------------------------------------

static int thrd_of(int error) {
    return error == 0           ? thrd_success
           : error == EBUSY     ? thrd_busy
           : error == ETIMEDOUT ? thrd_timedout
                                : thrd_error;
}

int __wrap_mtx_lock(mtx_t *mutex) {
    return thrd_of(lock(mutex, try_mutex, false, "the lock", WHERE));
}
int __wrap_mtx_timedlock(mtx_t *mutex, const struct timespec *until) {
    (void)until;
    return thrd_of(lock(mutex, try_mutex, true, "the lock", WHERE));
}
int __wrap_mtx_trylock(mtx_t *mutex) {
    return thrd_of(try_lock(mutex, try_mutex, "the lock", WHERE));
}
int __wrap_mtx_unlock(mtx_t *mutex) {
    log_unlock("the lock", WHERE);
    return thrd_of(unlock_mutex((pthread_mutex_t *)mutex));
}
int __wrap_cnd_wait(cnd_t *condition, mtx_t *mutex) {
    return thrd_of(wait_condition((pthread_cond_t *)condition,
                                  (pthread_mutex_t *)mutex, false, WHERE));
}
int __wrap_cnd_timedwait(cnd_t *condition, mtx_t *mutex,
                         const struct timespec *until) {
    (void)until;
    return thrd_of(wait_condition((pthread_cond_t *)condition,
                                  (pthread_mutex_t *)mutex, true, WHERE));
}
int __wrap_cnd_signal(cnd_t *condition) {
    wake_condition((pthread_cond_t *)condition, 1, "signals", WHERE);
    return thrd_success;
}
int __wrap_cnd_broadcast(cnd_t *condition) {
    wake_condition((pthread_cond_t *)condition, SLOTS, "broadcasts", WHERE);
    return thrd_success;
}

// Semaphores ------------------------------------------------------------------

static int wait_semaphore(sem_t *semaphore, bool timed, uintptr_t where) {
    struct wait wait = {.kind = WAIT_SEMAPHORE,
                        .object = control_identity(semaphore),
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
int __wrap_sem_clockwait(sem_t *semaphore, clockid_t clock,
                         const struct timespec *until) {
    (void)clock, (void)until;
    return wait_semaphore(semaphore, true, WHERE);
}
int __wrap_sem_trywait(sem_t *semaphore) {
    turn_point();
    int error = __real_sem_trywait(semaphore), number = errno;
    struct step *step = control_log(STEP_CALL, WHERE);
    snprintf(step->words, sizeof step->words, "tries the semaphore: %s",
             error ? "it is 0" : "takes from it");
    errno = number;
    return error;
}
int __wrap_sem_post(sem_t *semaphore) {
    if (self < 0)
        return __real_sem_post(semaphore);
    log_call(WHERE, "adds to the semaphore");
    int error = __real_sem_post(semaphore);
    turn_stir(WAIT_SEMAPHORE, control_identity(semaphore));
    return error;
}

// Futexes, and other calls by number ------------------------------------------

static long wait_futex(uint32_t *word, uint32_t value, bool timed,
                       uintptr_t where) {
    struct wait wait = {.kind = WAIT_FUTEX,
                        .object = control_identity(word),
                        .timed = timed,
                        .where = where};
    turn_point();
    uint32_t is = __atomic_load_n(word, __ATOMIC_SEQ_CST);
    struct step *step = control_log(STEP_CALL, where);
    if (is == value)
        snprintf(step->words, sizeof step->words,
                 "sleeps on the futex, which is %u", is);
    else
        snprintf(step->words, sizeof step->words,
                 "finds the futex %u, not %u: goes on", is, value);
    if (is != value) {
        errno = EAGAIN;
        return -1;
    }
    if (sleep_until_woken(&wait, true))
        return 0;
    errno = control->slot[self].timed_out ? ETIMEDOUT : EINTR;
    return -1;
}

static long wake_futex(uint32_t *word, int most, uintptr_t where) {
    char woken[10] = "nobody";
    turn_point();
    int count = wake(WAIT_FUTEX, control_identity(word), most, woken);
    struct step *step = control_log(STEP_CALL, where);
    snprintf(step->words, sizeof step->words, "wakes the futex: %s wakes",
             woken);
    return count;
}

// Calls that neither wait nor make a process, nor change who has what.
static bool is_harmless(long number) {
    static const long harmless[] = {
        SYS_gettid,        SYS_getpid,           SYS_getppid,
        SYS_getrandom,     SYS_membarrier,       SYS_pidfd_open,
        SYS_close_range,   SYS_getcpu,           SYS_sched_getaffinity,
        SYS_clock_gettime, SYS_sched_setaffinity};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (harmless[i] == number)
            return true;
    return false;
}

long __wrap_syscall(long number, ...) {
    long a[6];
    va_list args;
    va_start(args, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if (self < 0 || is_harmless(number))
        return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (number == SYS_exit_group)
        __wrap__exit((int)a[0]);
    if (number == SYS_sched_yield) {
        turn_yield();
        return 0;
    }
    if (number != SYS_futex)
        scenario_cannot("schedules do not know system call %ld", number);
    int operation = (int)a[1] & FUTEX_CMD_MASK;
    if (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET)
        return wait_futex((uint32_t *)a[0], (uint32_t)a[2], a[3] != 0, WHERE);
    if (operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET)
        return wake_futex((uint32_t *)a[0], (int)a[2], WHERE);
    scenario_cannot("schedules do not know futex operation %d", operation);
}
