// SPDX-License-Identifier: MIT
// Output that waits in streams, without fflush(NULL): that waits for every
// stream's lock, and a thread that waits for input holds one for ever.
//
// Runs in: any process.
#include "internal.h"

enum { LOCK_NS = 100000000 }; // for another thread to finish its line

// Flushes a stream, unless another thread keeps it.
void sys_flush(FILE *stream) {
    uint64_t start = sys_now_ns();
    while (ftrylockfile(stream) != 0) {
        if (sys_now_ns() - start > LOCK_NS)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    fflush_unlocked(stream);
    funlockfile(stream);
}

// Forgets what waits in a stream. musl's __fpurge() returns an int.
void sys_purge(FILE *stream) { __fpurge(stream); }

#ifdef __GLIBC__
FILE *_IO_iter_begin(void), *_IO_iter_end(void), *_IO_iter_next(FILE *stream);
void _IO_list_lock(void), _IO_list_unlock(void);

// Calls `act`, sys_flush() or sys_purge(), for each stream with output in it.
void sys_each_output(void (*act)(FILE *stream)) {
    _IO_list_lock();
    for (FILE *stream = _IO_iter_begin(); stream != _IO_iter_end();
         stream = _IO_iter_next(stream))
        if (__fpending(stream))
            act(stream);
    _IO_list_unlock();
}
#else
void sys_each_output(void (*act)(FILE *stream)) {
    if (act == sys_flush)
        fflush(NULL);
}
#endif
