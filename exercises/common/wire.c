// SPDX-License-Identifier: MIT
// Sending and receiving messages with a descriptor and the sender's pid.
//
// Runs in: driver and judge. The judge's side must stand whatever bytes come.
#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD offsetof(struct wire, value)

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
};

int wire_send(int fd, const struct wire *message, int pass, int flags) {
    struct iovec part = {(void *)message,
                         HEAD + message->count * sizeof message->value[0]};
    union control control;
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (pass >= 0) {
        memset(&control, 0, sizeof control);
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &pass, sizeof pass);
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &header, MSG_NOSIGNAL | flags);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

// Takes what came along. There is room for two descriptors at most, of which
// one is kept; the kernel closes any others.
static void take_control(struct msghdr *header, int *passed, pid_t *sender) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c;
         c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred who;
            memcpy(&who, CMSG_DATA(c), sizeof who);
            *sender = who.pid;
        } else if (c->cmsg_type == SCM_RIGHTS) {
            size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < n; i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
                if (*passed >= 0)
                    close(*passed);
                *passed = fd;
            }
        }
    }
}

int wire_receive(int fd, struct wire *message, int *passed, pid_t *sender,
                 int flags) {
    struct iovec part = {message, sizeof *message};
    union control control;
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC | flags);
    while (got < 0 && errno == EINTR);
    *passed = -1;
    *sender = 0;
    if (got <= 0)
        return (int)got;
    take_control(&header, passed, sender);
    if ((size_t)got < HEAD || message->count > WIRE_VALUES ||
        (size_t)got != HEAD + message->count * sizeof message->value[0]) {
        if (*passed >= 0)
            close(*passed);
        *passed = -1;
        errno = EBADMSG;
        return -1;
    }
    memset(message->value + message->count, 0,
           (WIRE_VALUES - message->count) * sizeof message->value[0]);
    return 1;
}
