// SPDX-License-Identifier: MIT
// Words for errors and for how a process ended.
//
// Runs in: any process.
#include "internal.h"

const char *pool_strerror(int error) {
    static const char *const sentence[] = {
        [0] = "success",
        [-POOL_EINVAL] = "invalid argument, or a pool of another process",
        [-POOL_ENOMEM] = "out of pool memory",
        [-POOL_ECLOSED] = "pool not running",
        [-POOL_ERUNNING] = "pool is still running",
        [-POOL_ENOTREADY] = "result is not ready",
        [-POOL_ETIMEDOUT] = "timed out waiting",
        [-POOL_ETASK] = "task failed",
        [-POOL_ELOST] = "worker died while running the task",
        [-POOL_ETIMELIMIT] = "task exceeded its time limit",
        [-POOL_ECANCELLED] = "task cancelled by terminate",
        [-POOL_EBROKEN] = "pool is broken",
        [-POOL_ESYS] = "system call failed",
        [-POOL_ENOROOM] = "no memory in the worker for the item's result",
    };
    bool known = error <= 0 && error >= POOL_ENOROOM;
    return known ? sentence[-error] : "unknown pool error";
}

const char *pool_version(void) { return "2.0.0"; } // as POOL_VERSION

// "killed by signal 9 (Killed)" or "exited with status 3".
void sys_describe_exit(char *text, size_t size, int status) {
    if (WIFSIGNALED(status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(text, size, "exited with status %d", WEXITSTATUS(status));
}
