// SPDX-License-Identifier: MIT
// Exercise 11: the errors of your own pool, and what is said of them. You have
// nothing to write here.
//
// Runs in: client; pool_fail() in a worker.
#ifndef POOL_ERRORS_H
#define POOL_ERRORS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum pool_error {
    POOL_EINVAL = -1,
    POOL_ENOMEM = -2,
    POOL_ECLOSED = -3,     // submitted after close or terminate
    POOL_ERUNNING = -4,    // join before close or terminate
    POOL_ENOTREADY = -5,   // the result is not there yet
    POOL_ETIMEDOUT = -6,   // the timeout passed; the task still runs
    POOL_ETASK = -7,       // the task returned non-zero
    POOL_ELOST = -8,       // the worker died while it ran the item
    POOL_ETIMELIMIT = -9,  // not used here
    POOL_ECANCELLED = -10, // terminate came before the item was done
    POOL_EBROKEN = -11,    // no worker is left, and none can be started
    POOL_ESYS = -12,       // a system call failed; errno says why
};

// A sentence for an error.
static inline const char *pool_strerror(int error) {
    static const char *const sentence[] = {
        "success",
        "invalid argument, or a pool of another process",
        "out of pool memory",
        "pool not running",
        "pool is still running",
        "result is not ready",
        "timed out waiting",
        "task failed",
        "worker died while running the task",
        "task exceeded its time limit",
        "task cancelled by terminate",
        "pool is broken",
        "system call failed",
    };
    return error > 0 || error < POOL_ESYS ? "unknown pool error"
                                          : sentence[-error];
}

// "return pool_fail(…);" in a task fails with a message. Here it is printed at
// once; the library keeps it with the result.
__attribute__((format(printf, 1, 2))) static inline int
pool_fail(const char *format, ...) {
    char text[200]; // a line at a time: other workers write there, too
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s\n", text);
    return POOL_ETASK;
}

// Why a task failed; "" on success and before its result is ready.
struct pool_result;
int pool_result_status(struct pool_result *result); // yours
static inline const char *pool_result_message(struct pool_result *result) {
    int status = pool_result_status(result);
    bool has_failed = status != 0 && status != POOL_ENOTREADY;
    return has_failed ? pool_strerror(status) : "";
}

#endif
