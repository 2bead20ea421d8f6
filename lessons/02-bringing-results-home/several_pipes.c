// SPDX-License-Identifier: MIT
// A pipe from each child: which one has an answer, and which one is gone?
//
//     cc several_pipes.c -o several_pipes
//     ./several_pipes [TASKS]
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int tasks = argc > 1 ? atoi(argv[1]) : 4, open = 0, ends[2];
    struct pollfd from[tasks];
    for (; open < tasks; open++) {
        if (pipe(ends) < 0)
            err(1, "pipe");
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0) {
            long answer = (long)open * open;
            if (open > 0 && write(ends[1], &answer, sizeof answer) < 0)
                _exit(1);
            _exit(0); // task 0 ends without an answer
        }
        close(ends[1]);
        from[open] = (struct pollfd){.fd = ends[0], .events = POLLIN};
    }
    while (open > 0) {
        if (poll(from, (nfds_t)tasks, -1) < 0 && errno != EINTR) // -1: waits
            err(1, "poll");
        for (int i = 0; i < tasks; i++) {
            long answer;
            if (from[i].fd < 0 || !from[i].revents)
                continue; // nothing from this one
            if (read(from[i].fd, &answer, sizeof answer) == sizeof answer)
                printf("task %d: %ld\n", i, answer);
            else // the end of file
                printf("task %d: no answer\n", i);
            close(from[i].fd), open--;
            from[i].fd = -1; // poll() passes over it from now on
        }
    }
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    if (pipe(ends) < 0)
        err(1, "pipe");
    close(ends[0]);           // nobody can read from this pipe any more
    signal(SIGPIPE, SIG_IGN); // else the next write() kills this process
    if (write(ends[1], "", 1) < 0)
        printf("write() where nobody reads: %s\n", strerror(errno));
}
