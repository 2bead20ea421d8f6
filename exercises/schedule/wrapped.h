// SPDX-License-Identifier: MIT
// The C library's own functions, behind the wrappers that the linker puts
// before them, and what the wrappers have in common.
//
// Runs in: every process of a run.
#ifndef SCHEDULE_WRAPPED_H
#define SCHEDULE_WRAPPED_H

#include "schedule.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

// In the student's code, just behind the call.
#define WHERE ((uintptr_t)__builtin_return_address(0))

char slot_letter(int slot);
int slot_of_pid(pid_t pid); // or -1
void *__real_memcpy(void *, const void *, size_t);
// A place where another may go on, then a step with these words.
__attribute__((format(printf, 2, 3))) struct step *
log_call(uintptr_t where, const char *format, ...);
// The machine has no memory or no process left for it: nothing is said of the
// run. Returns if it failed for another reason.
void give_up_if_short(const char *what);

pid_t __real_fork(void);
__attribute__((noreturn)) void __real__exit(int);
__attribute__((noreturn)) void __wrap__exit(int);
pid_t __real_waitpid(pid_t, int *, int);
int __real_waitid(idtype_t, id_t, siginfo_t *, int);
int __real_kill(pid_t, int);
int __real_sigqueue(pid_t, int, union sigval);
int __real_pthread_kill(pthread_t, int);
int __real_shm_open(const char *, int, mode_t);
sem_t *__real_sem_open(const char *, int, ...);
void *__real_mremap(void *, size_t, size_t, int, ...);
void *__real_mmap(void *, size_t, int, int, int, off_t);
int __real_munmap(void *, size_t);
int __real_pthread_create(pthread_t *, const pthread_attr_t *,
                          void *(*)(void *), void *);
int __real_pthread_join(pthread_t, void **);
int __real_pthread_mutex_lock(pthread_mutex_t *);
int __real_pthread_mutex_trylock(pthread_mutex_t *);
int __real_pthread_mutex_unlock(pthread_mutex_t *);
int __real_pthread_rwlock_tryrdlock(pthread_rwlock_t *);
int __real_pthread_rwlock_trywrlock(pthread_rwlock_t *);
int __real_pthread_rwlock_unlock(pthread_rwlock_t *);
int __real_pthread_spin_trylock(pthread_spinlock_t *);
int __real_pthread_spin_unlock(pthread_spinlock_t *);
int __real_pthread_barrier_init(pthread_barrier_t *,
                                const pthread_barrierattr_t *, unsigned);
int __real_sem_trywait(sem_t *);
int __real_sem_post(sem_t *);
long __real_syscall(long, ...);
ssize_t __real_read(int, void *, size_t);
ssize_t __real_write(int, const void *, size_t);
int __real_close(int);
int __real_poll(struct pollfd *, nfds_t, int);
ssize_t __real_readv(int, const struct iovec *, int);
ssize_t __real_writev(int, const struct iovec *, int);
ssize_t __real_recvmsg(int, struct msghdr *, int);
ssize_t __real_recvfrom(int, void *, size_t, int, struct sockaddr *,
                        socklen_t *);
ssize_t __real_sendmsg(int, const struct msghdr *, int);
ssize_t __real_sendto(int, const void *, size_t, int, const struct sockaddr *,
                      socklen_t);
int __real_epoll_wait(int, struct epoll_event *, int, int);
int __real_fcntl(int, int, ...);
int __real_select(int, fd_set *, fd_set *, fd_set *, struct timeval *);
int __real_sigsuspend(const sigset_t *);
int __real_sigtimedwait(const sigset_t *, siginfo_t *, const struct timespec *);

#endif
