// SPDX-License-Identifier: MIT
// Tries: tries to become root in a namespace of its own, to mount, to change
// its root, to load code into the kernel, to use the network.
// Score: 0
#include "per_task.h"

#include <stdio.h>

// A system call without libc, which an import list does not see.
static long sys(long n, long a, long b, long c, long d) {
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

int run_all(task_fn *task, int count, int results[]) {
    (void)task;
    (void)count;
    (void)results;
    static const struct {
        long call, a, b, c, d;
    } doors[] = {{272, 0x10000000, 0, 0, 0}, // unshare: user
                 {272, 0x20000 | 0x10000000, 0, 0, 0},
                 {56, 0x10000000 | 17, 0, 0, 0}, // clone: user
                 {165, (long)"none", (long)"/tmp", (long)"tmpfs", 0}, // mount
                 {166, (long)"/proc", 2, 0, 0},                       // umount
                 {161, (long)"/tmp", 0, 0, 0},                        // chroot
                 {105, 0, 0, 0, 0},                                   // setuid
                 {117, 0, 0, 0, 0},              // setresuid
                 {116, 0, 0, 0, 0},              // setgroups
                 {321, 0, 0, 0, 0},              // bpf
                 {425, 8, (long)doors, 0, 0},    // io_uring_setup
                 {323, 0, 0, 0, 0},              // userfaultfd
                 {319, (long)"memory", 0, 0, 0}, // memfd_create
                 {41, 2, 1, 0, 0},               // socket: internet
                 {41, 16, 3, 0, 0},              // socket: netlink
                 {41, 17, 3, 0, 0}};             // socket: packet
    for (unsigned i = 0; i < sizeof doors / sizeof *doors; i++)
        if (sys(doors[i].call, doors[i].a, doors[i].b, doors[i].c,
                doors[i].d) >= 0)
            printf("DOOR %u IS OPEN: call %ld\n", i, doors[i].call);
    return 0;
}
