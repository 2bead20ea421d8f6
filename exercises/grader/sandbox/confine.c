// SPDX-License-Identifier: MIT
// The inner half of the sandbox: gives up every right, sets limits, has the
// judge's list of system calls refused, and becomes the command.
//
// Inside, because limits on processes count per user: of the user that root
// gave us, or of the user namespace that an ordinary user's bubblewrap made.
//
// Runs in: the sandbox's process until exec.
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"
#include "filter.h"
#include "grader_limits.h"
#include "sandbox.h"

void sandbox_die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("sandbox: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(125);
}

static void limit(int what, long most) {
    if (!confine_limit(what, (rlim_t)most))
        sandbox_die("cannot set a limit: %s", strerror(errno));
}

static void set_limits(int processes) {
    limit(RLIMIT_CPU, LIMIT_SANDBOX_CPU_S);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, LIMIT_SANDBOX_FILE);
    limit(RLIMIT_NOFILE, LIMIT_SANDBOX_FILES);
    limit(RLIMIT_NPROC, processes);
    limit(RLIMIT_MSGQUEUE, 0);
    limit(RLIMIT_MEMLOCK, 0);
#if !defined(__SANITIZE_ADDRESS__)
    limit(RLIMIT_AS, LIMIT_SANDBOX_MEMORY);
#endif
    confine_offer_to_oom();
}

void sandbox_become(const struct sandbox *sandbox) {
    confine_reset_signals();
    // 3 and 4 are the judge's channel and shared page, where there are any.
    if (syscall(SYS_close_range, 5u, ~0u, 0u) < 0)
        for (int fd = 5; fd < 1024; fd++)
            close(fd);
    if (!confine_drop_rights(sandbox->uid))
        sandbox_die("cannot give up rights: %s", strerror(errno));
    set_limits(sandbox->processes);
    if (!filter_load(!sandbox->unsafe) && !sandbox->unsafe)
        sandbox_die("cannot refuse system calls: %s", strerror(errno));
    char *environment[] = CONFINED_ENVIRONMENT;
    execvpe(sandbox->command[0], sandbox->command, environment);
    sandbox_die("cannot start %s: %s", sandbox->command[0], strerror(errno));
}
