// SPDX-License-Identifier: MIT
// Sending and receiving messages with the sender's pid, and waiting for the
// judge's word on the shared page.
//
// Runs in: driver and judge. The judge's side must stand whatever bytes come.
#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HEAD offsetof(struct wire, value)

uint32_t sequence_wait(_Atomic uint32_t *sequence, uint32_t seen) {
    uint32_t now;
    // Acquire: what the judge wrote before it changed the word.
    while ((now = atomic_load_explicit(sequence, memory_order_acquire)) == seen)
        syscall(SYS_futex, sequence, FUTEX_WAIT, seen, NULL, NULL, 0);
    return now;
}

void sequence_advance(_Atomic uint32_t *sequence) {
    // Release: whoever sees the new word sees what was written before it.
    atomic_fetch_add_explicit(sequence, 1, memory_order_release);
    syscall(SYS_futex, sequence, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

int wire_send(int fd, enum wire_kind kind, int64_t id, uint32_t count,
              const int64_t *value) {
    struct {
        uint32_t kind, count;
        int64_t id;
    } head = {kind, count, id};
    struct iovec part[] = {{&head, sizeof head},
                           {(int64_t *)value, count * sizeof *value}};
    const struct msghdr message = {.msg_iov = part, .msg_iovlen = 2};
    _Static_assert(sizeof head == HEAD, "a struct wire without its values");
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

int wire_receive(int fd, struct wire *message, pid_t *sender) {
    struct iovec part = {message, sizeof *message};
    union { // no room for descriptors: the kernel drops any that come along
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    *sender = 0;
    if (got <= 0)
        return (int)got;
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
        struct ucred who;
        memcpy(&who, CMSG_DATA(c), sizeof who);
        *sender = who.pid;
    }
    if ((size_t)got < HEAD || message->count > WIRE_VALUES ||
        (size_t)got != HEAD + message->count * sizeof message->value[0]) {
        errno = EBADMSG;
        return -1;
    }
    memset(message->value + message->count, 0,
           (WIRE_VALUES - message->count) * sizeof message->value[0]);
    return 1;
}
