// SPDX-License-Identifier: MIT
// The system calls that a student's process may not make, by seccomp.
//
// What is refused here gains nothing for any exercise, and would let a process
// look into another, hide from the judge, or use up what others need. A refused
// call returns an error, as it would where the kernel lacks it; nothing is
// killed.
//
// A filter is a small program that the kernel runs for each system call: it
// loads words of struct seccomp_data and jumps forward. Each rule below adds
// its own few instructions; what no rule refuses is allowed.
//
// Runs in: the driver's process before exec; the grader's sandbox likewise.
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "Which machine is this? Add its AUDIT_ARCH here."
#endif

// Calls that older headers do not know. Numbers above 423 are the same on all
// machines.
enum {
    CALL_MOUNT_SETATTR = 442,
    CALL_MEMFD_SECRET = 447,
    CALL_CLONE3 = 435,
    CALL_OPEN_TREE = 428,
    CALL_MOVE_MOUNT,
    CALL_FSOPEN,
    CALL_FSCONFIG,
    CALL_FSMOUNT,
    CALL_FSPICK,
    CALL_PIDFD_GETFD = 438,
    CALL_PROCESS_MADVISE = 440,
    CALL_IO_URING_SETUP = 425,
    CALL_IO_URING_ENTER,
    CALL_IO_URING_REGISTER,
};

static const int refused[] = {
    // into other processes
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
    CALL_PROCESS_MADVISE, CALL_PIDFD_GETFD, SYS_kcmp, SYS_perf_event_open,
    // other namespaces and mounts; a user namespace would give capabilities
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
    CALL_FSOPEN, CALL_FSMOUNT, CALL_FSCONFIG, CALL_FSPICK, CALL_MOVE_MOUNT,
    CALL_OPEN_TREE, CALL_MOUNT_SETATTR,
    // corners of the kernel that no exercise is about
    SYS_bpf, SYS_userfaultfd, CALL_IO_URING_SETUP, CALL_IO_URING_ENTER,
    CALL_IO_URING_REGISTER, SYS_add_key, SYS_request_key, SYS_keyctl,
    SYS_personality, SYS_fanotify_init, SYS_open_by_handle_at, SYS_vmsplice,
#ifdef SYS_inotify_init
    SYS_inotify_init,
#endif
    SYS_inotify_init1, SYS_ioprio_set,
    // memory that no process's own count shows, or that outlives all
    SYS_memfd_create, CALL_MEMFD_SECRET, SYS_shmget, SYS_msgget, SYS_semget};

// What outlives a process where the IPC namespace is not the sandbox's own.
static const int refused_in_the_open[] = {SYS_mq_open};

#define MOST 400
static struct sock_filter program[MOST];
static unsigned short length;

static void add(uint16_t code, uint8_t if_true, uint8_t if_false,
                uint32_t value) {
    if (length < MOST)
        program[length] = (struct sock_filter){code, if_true, if_false, value};
    length++;
}

static void load(size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void load_call(void) { load(offsetof(struct seccomp_data, nr)); }

static void end_with(int error) {
    add(BPF_RET | BPF_K, 0, 0,
        error ? SECCOMP_RET_ERRNO | (uint32_t)error : SECCOMP_RET_ALLOW);
}

// The number of the call is loaded.
static void refuse(int call, int error) {
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)call);
    end_with(error);
}

// Refuses a call when the bits `mask` of argument `arg` are `value`, or, for
// `otherwise`, when they are not. Arguments' lower words: all of ours are ints.
static void refuse_if(int call, int error, unsigned arg, uint32_t mask,
                      uint32_t value, bool otherwise) {
    add(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (uint32_t)call);
    load(offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t));
    add(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
    add(BPF_JMP | BPF_JEQ | BPF_K, otherwise ? 1 : 0, otherwise ? 0 : 1, value);
    end_with(error);
    load_call();
}

static void refuse_clones(void) {
    // A child that is init's; namespaces.
    static const uint32_t flags[] = {
        CLONE_PARENT, CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNS,
        CLONE_NEWNET, CLONE_NEWIPC,  CLONE_NEWCGROUP, CLONE_NEWUTS};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        refuse_if(SYS_clone, EPERM, 0, flags[i], flags[i], false);
    // A process that shares its parent's memory and is no thread.
    refuse_if(SYS_clone, EPERM, 0, CLONE_VM | CLONE_VFORK | CLONE_THREAD,
              CLONE_VM, false);
    // Its flags are in memory, where no filter looks; libc then takes clone.
    refuse(CALL_CLONE3, ENOSYS);
}

static void make_program(bool own) {
    const uint32_t word = 0xffffffff; // of an int argument
    length = 0;
    // Other numbers for the same calls: another architecture's, or x32's.
    load(offsetof(struct seccomp_data, arch));
    add(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
    end_with(EPERM);
    load_call();
#if defined(__x86_64__)
    add(BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000);
    end_with(ENOSYS);
#endif
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        refuse(refused[i], EPERM);
    for (size_t i = 0;
         i < sizeof refused_in_the_open / sizeof *refused_in_the_open && !own;
         i++)
        refuse(refused_in_the_open[i], EPERM);
    refuse_clones();
    refuse_if(SYS_socket, EAFNOSUPPORT, 0, word, AF_UNIX, true);
    // kill(-1), which is what a failed fork makes of kill(pid)
    refuse_if(SYS_kill, EPERM, 0, word, word, false);
    refuse_if(SYS_prctl, EPERM, 0, word, PR_SET_DUMPABLE, false);
    refuse_if(SYS_ioctl, EPERM, 1, word, TIOCSTI, false);
    end_with(0);
}

bool filter_load(bool own) {
    make_program(own);
    if (length > MOST) {
        errno = E2BIG;
        return false;
    }
    struct sock_fprog filter = {.len = length, .filter = program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}
