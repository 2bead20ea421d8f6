// SPDX-License-Identifier: MIT
// What the library's files offer each other. A name's prefix is its file's and
// tells in which process it runs:
//
//   client_*  your program      super_*  the supervisor      worker_*  a worker
//   arena_*   any of them, on shared bytes         sys_*  any of them, on Linux
//
// No file of one role calls another role's, except across a fork: client_life.c
// calls super_main() in the supervisor it has just forked, super_main.c calls
// worker_main() in a worker. `make check-roles` holds that.
#ifndef INTERNAL_H
#define INTERNAL_H

#include "arena_layout.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h> // MIN, MAX
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// ==== sys_linux.c: Linux calls, EINTR and fallbacks =========================

enum { SPIN_NS = 50000 }; // about the cost of going to sleep and waking up

// What a supervisor that ends waits for, in ms: that workers end by themselves,
// that killed ones are gone (moments, but where the kernel cannot end one: a hung
// disk), that what tasks have left behind is. The client waits for it longer.
enum { FINI_MS = 5000, KILLED_MS = 30000, GRACE_MS = 1000 };

uint64_t sys_now_ns(void);
int sys_ms_left(uint64_t start_ns, int timeout_ms);
unsigned sys_cpu_count(void);
void sys_futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms);
void sys_futex_wake(_Atomic uint32_t *word);
bool sys_event_signal(int fd); // false: the descriptor is not usable
void sys_event_drain(int fd);
int sys_pidfd_open(pid_t pid); // -1 where it cannot be had
void *sys_map_private(size_t size);
pid_t sys_fork(sigset_t *saved_mask); // the child has all signals blocked
pid_t sys_reap(pid_t pid, int *status, int flags);
void sys_close(int *fd);

static inline void sys_relax(int times) {
    while (times-- > 0) {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
    }
}

// Asks for a cache line that is soon to be written, before it is needed.
static inline void sys_prefetch_own(const void *line) {
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)line));
#else
    __builtin_prefetch(line, 1);
#endif
}

// ==== sys_limits.c: what the system leaves us ==============================

struct sys_quota {
    uint64_t memory; // bytes
    unsigned cpus;
};

struct sys_quota sys_quota(void);
uint64_t sys_address_left(void);

// ==== sys_stdio.c: output that waits in streams =============================

void sys_flush(FILE *stream);
void sys_purge(FILE *stream);
void sys_each_output(void (*act)(FILE *stream));

// ==== sys_guard.c: what workers must not do ================================

bool sys_guard(bool ignores_ctrl_c);

// ==== sys_text.c: words for errors ==========================================

void sys_describe_exit(char *text, size_t size, int status);

// ==== arena_wake.c: who sleeps, and waking them ==============================

void bitmap_set(_Atomic uint64_t *bitmap, unsigned worker);
bool bitmap_clear(_Atomic uint64_t *bitmap, unsigned worker);
size_t arena_count_looking(struct arena *arena);
void arena_wake_one(struct arena *arena);
void arena_wake_one_more(struct arena *arena);
void arena_wake_all(struct arena *arena);
void arena_wake_slot(struct slot *slot);
bool arena_finished(struct arena *arena, uint64_t from, uint64_t to);

// ==== arena_queue.c: bounded queues in the arena ============================

struct pool_queue {
    // Constant.
    struct arena *arena;
    struct pool *pool; // the client's private pointer
    size_t item_size;
    size_t capacity;
    size_t stride; // from cell to cell
    // Written by any user.
    _Alignas(LINE) _Atomic uint64_t tail;
    _Alignas(LINE) _Atomic uint64_t head;
    _Alignas(LINE) _Atomic uint32_t closed;
    _Atomic uint32_t client_waits;
    _Atomic uint32_t waiting[2]; // by side: some worker sleeps, or is about to
    _Atomic uint32_t changes[2]; // the futexes they sleep on
    _Alignas(LINE) char cells[];
};

enum queue_side { QUEUE_PUT, QUEUE_GET };

struct queue_request {
    struct pool_queue *queue;
    enum queue_side side;
    void *item;
    int rc; // of the client's last attempt; POOL_ETIMEDOUT: none has succeeded
};

#define QUEUE_CLIENT 0xfffu // the client, where a worker's index is asked for

size_t arena_queue_size(size_t item_size, size_t capacity); // 0: too large
void arena_queue_init(struct pool_queue *queue, struct arena *arena,
                      struct pool *pool, size_t item_size, size_t capacity);
// One attempt. 0, POOL_ECLOSED, or POOL_ETIMEDOUT: it would have to wait.
int arena_queue_try(const struct queue_request *request, struct slot *slot);
void arena_queue_await(struct pool_queue *queue, bool waiting); // the client
int arena_queue_wait(const struct queue_request *request, struct slot *slot,
                     int timeout_ms); // a worker
void arena_queue_close(struct pool_queue *queue, struct slot *slot);
void arena_queue_repair(struct slot *slot, unsigned worker);

// ==== pool_queue.c: the calls that client and workers both make =============

// (public functions only; it calls client_queue_wait() or arena_queue_wait())

// ==== arena_trace.c: the record of what ran where ===========================

// An event as other processes may see it being written: all of it atomic.
struct trace_record {
    // 0, or of the event's place: 2 n + 1 while it is written, then 2 n + 2.
    _Atomic uint64_t stamp;
    // A pool_trace_event. Of what takes time, `end_ns` is a token until it has
    // ended, then end_ns * 16 - error.
    _Atomic uint64_t words[sizeof(struct pool_trace_event) / 8];
};

struct trace {
    size_t room;           // records
    _Atomic uint64_t used; // places taken so far, never put back
    _Atomic uint64_t end;  // places from here on are not recorded
    struct trace_record records[];
};

struct trace_mark {              // of an event that goes on
    struct trace_record *record; // NULL: it is not recorded
    uint64_t token;
};

struct trace_mark arena_trace_add(struct arena *arena,
                                  struct pool_trace_event event);
// The same, of an event given by its fields: .kind = …, .worker = …
#define arena_trace(arena, ...)                                                \
    arena_trace_add(arena, (struct pool_trace_event){__VA_ARGS__})
void arena_trace_end(struct trace_mark mark, int error);
bool arena_trace_get(struct trace *trace, uint64_t place,
                     struct pool_trace_event *event);
int arena_trace_order(const void *a, const void *b); // for qsort(): of time

// ==== worker_self.c: who this process is =====================================

struct worker {
    struct arena *arena; // NULL: not a worker (this page is wiped on fork)
    struct slot *slot;
    unsigned index;
    size_t budget;      // items until it is replaced; SIZE_MAX: no limit
    char *result_guard; // results end here, where a guard page begins
    size_t result_room;
    int first_error;                 // of the run that is recorded
    char message[POOL_MESSAGE_SIZE]; // of pool_fail()
};

struct worker *worker_become(struct arena *arena, unsigned index);
_Noreturn void worker_end(struct worker *self, int status);
// Of a worker of that arena's pool; NULL: this process is none.
struct slot *worker_slot(const struct arena *arena);

// ==== worker_main.c: a worker's life ========================================

_Noreturn void worker_main(struct arena *arena, unsigned index,
                           pid_t supervisor, const sigset_t *mask);

// ==== worker_reserve.c: finding chunks =======================================

bool worker_reserve(struct arena *arena, struct slot *self);

// ==== worker_run.c: running and publishing items ============================

void worker_run_reserved(struct worker *self);

// ==== super_main.c: the supervisor's loop ===================================

_Noreturn void super_main(struct arena *arena, int client_fd,
                          const sigset_t *mask);

// ==== super_account.c: what becomes of a dead worker's work ==================

void super_account(struct arena *arena, unsigned worker, int status);
int super_enforce_limit(struct arena *arena); // ms to the next deadline

// ==== super_interrupt.c: Ctrl-C for commands ===============================

void super_interrupt(const struct arena *arena);

// ==== client_*.c: see client.h ==============================================

int client_queue_wait(struct queue_request *request, int timeout_ms);

#endif
