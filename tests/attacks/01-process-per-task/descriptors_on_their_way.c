// SPDX-License-Identifier: MIT
// Tries: keeps hundreds of descriptors on their way in a socket. The kernel
// counts them by user: others of that user can then pass none.
// Score: 0
// Slow: for FULL=1 only
// Beside: an honest one, at the same time
#include "per_task.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

int run_all(task_fn *task, int count, int results[]) {
    int pair[2], some[253] = {0};
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof some)];
    } control = {.head = {CMSG_LEN(sizeof some), SOL_SOCKET, SCM_RIGHTS}};
    struct iovec {
        void *base;
        size_t length;
    } part = {"", 1};
    struct msghdr header = {.msg_iov = (void *)&part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    (void)task;
    (void)count;
    (void)results;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) < 0)
        return -1;
    memcpy(CMSG_DATA(&control.head), some, sizeof some);
    for (;;) // never asleep for long
        if (sendmsg(pair[0], &header, 0) < 0)
            poll(NULL, 0, 100);
}
