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
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

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

// Lowers a limit; one that is lower already stays.
static void limit(int what, long most) {
    struct rlimit now;
    if (getrlimit(what, &now) < 0)
        sandbox_die("cannot read a limit: %s", strerror(errno));
    if (now.rlim_max > (rlim_t)most)
        now.rlim_max = (rlim_t)most;
    if (now.rlim_cur > now.rlim_max)
        now.rlim_cur = now.rlim_max;
    if (setrlimit(what, &now) < 0)
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
    // Should memory run out, the kernel is to choose this one.
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (write(fd, "1000", 4) < 0) {
            // The machine forbids it: then the kernel chooses by size.
        }
        close(fd);
    }
}

// No capability is left, and none can come back.
static void drop_rights(const struct sandbox *sandbox) {
    if (getuid() == 0) {
        for (int capability = 0; capability <= 63; capability++)
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
        if (setgroups(0, NULL) < 0 ||
            setresgid(sandbox->uid, sandbox->uid, sandbox->uid) < 0 ||
            setresuid(sandbox->uid, sandbox->uid, sandbox->uid) < 0)
            sandbox_die("cannot become user %u: %s", (unsigned)sandbox->uid,
                        strerror(errno));
    }
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {0};
    if (syscall(SYS_capset, &header, none) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        sandbox_die("cannot give up rights: %s", strerror(errno));
}

void sandbox_become(const struct sandbox *sandbox) {
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // 3 and 4 are the judge's channel and board, where there are any.
    if (syscall(SYS_close_range, 5u, ~0u, 0u) < 0)
        for (int fd = 5; fd < 1024; fd++)
            close(fd);
    drop_rights(sandbox);
    set_limits(sandbox->processes);
    if (!filter_load(!sandbox->unsafe) && !sandbox->unsafe)
        sandbox_die("cannot refuse system calls: %s", strerror(errno));
    char *environment[] = SANDBOX_ENVIRONMENT;
    execvpe(sandbox->command[0], sandbox->command, environment);
    sandbox_die("cannot start %s: %s", sandbox->command[0], strerror(errno));
}
