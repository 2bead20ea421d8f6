// SPDX-License-Identifier: MIT
// The system calls that a student's process may not make, by seccomp.
//
// What is refused here gains nothing for any exercise, and would let a process
// look into another, hide from the judge, or use up what others need. A refused
// call returns an error, as it would where the kernel lacks it; nothing is
// killed.
//
// Runs in: the driver's process before exec; the grader's sandbox likewise.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "filter.h"

static const int refused[] = {
    // into other processes
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise), SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
    SCMP_SYS(perf_event_open),
    // other namespaces and mounts; a user namespace would give capabilities
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2),
    SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(fsopen), SCMP_SYS(fsmount),
    SCMP_SYS(fsconfig), SCMP_SYS(fspick), SCMP_SYS(move_mount),
    SCMP_SYS(open_tree), SCMP_SYS(mount_setattr),
    // corners of the kernel that no exercise is about
    SCMP_SYS(bpf), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(add_key),
    SCMP_SYS(request_key), SCMP_SYS(keyctl), SCMP_SYS(personality),
    SCMP_SYS(fanotify_init), SCMP_SYS(open_by_handle_at), SCMP_SYS(vmsplice),
    SCMP_SYS(inotify_init), SCMP_SYS(inotify_init1), SCMP_SYS(ioprio_set),
    // memory that no process's own count shows, or that outlives all
    SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret), SCMP_SYS(shmget),
    SCMP_SYS(msgget)};

// What outlives a process where the IPC namespace is not the sandbox's own.
static const int refused_in_the_open[] = {SCMP_SYS(semget), SCMP_SYS(mq_open)};

static int refuse(scmp_filter_ctx filter, const int *calls, size_t count) {
    int bad = 0;
    for (size_t i = 0; i < count && !bad; i++)
        bad = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
    return bad;
}

// Refuses a call when the bits `mask` of argument `arg` are `value`.
static int refuse_if(scmp_filter_ctx filter, int call, int error, unsigned arg,
                     uint64_t mask, uint64_t value) {
    struct scmp_arg_cmp when = {arg, SCMP_CMP_MASKED_EQ, mask, value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)error), call,
                                  1, &when);
}

static int refuse_clones(scmp_filter_ctx filter) {
    // A child that is init's; namespaces.
    static const uint64_t flags[] = {
        CLONE_PARENT, CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNS,
        CLONE_NEWNET, CLONE_NEWIPC,  CLONE_NEWCGROUP, CLONE_NEWUTS};
    int bad = 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags && !bad; i++)
        bad = refuse_if(filter, SCMP_SYS(clone), EPERM, 0, flags[i], flags[i]);
    // A process that shares its parent's memory and is no thread.
    uint64_t sharing = CLONE_VM | CLONE_VFORK | CLONE_THREAD;
    if (!bad)
        bad = refuse_if(filter, SCMP_SYS(clone), EPERM, 0, sharing, CLONE_VM);
    // Its flags are in memory, where no filter looks; libc then takes clone.
    return bad ? bad
               : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
                                  SCMP_SYS(clone3), 0);
}

static scmp_filter_ctx make_filter(bool own) {
    const uint64_t word = 0xffffffff; // of an int argument
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return NULL;
    struct scmp_arg_cmp not_unix = {0, SCMP_CMP_NE, AF_UNIX, 0};
    if (seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) == 0 &&
        refuse(filter, refused, sizeof refused / sizeof *refused) == 0 &&
        refuse(filter, refused_in_the_open, own ? 0 : 2) == 0 &&
        refuse_clones(filter) == 0 &&
        seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT),
                               SCMP_SYS(socket), 1, &not_unix) == 0 &&
        // kill(-1), which is what a failed fork makes of kill(pid)
        refuse_if(filter, SCMP_SYS(kill), EPERM, 0, word, word) == 0 &&
        refuse_if(filter, SCMP_SYS(prctl), EPERM, 0, word, PR_SET_DUMPABLE) ==
            0 &&
        refuse_if(filter, SCMP_SYS(ioctl), EPERM, 1, word, TIOCSTI) == 0)
        return filter;
    seccomp_release(filter);
    return NULL;
}

bool filter_load(bool own) {
    scmp_filter_ctx filter = make_filter(own);
    bool loaded = filter && seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
    return loaded;
}
