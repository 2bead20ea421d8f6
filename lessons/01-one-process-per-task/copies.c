// SPDX-License-Identifier: MIT
// What a child has is a copy: its variables, and what printf() has not written.
//
//     cc copies.c -o copies
//     ./copies | cat           (also: ./copies flush | cat)
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int served; // tasks done so far

int main(int argc, char **argv) {
    printf("printed before the fork by process %d\n", getpid());
    if (argc > 1 && strcmp(argv[1], "flush") == 0)
        fflush(stdout); // now nothing waits in the buffer
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        served++;
        printf("child: served is %d\n", served);
        exit(0); // writes the child's buffer; _exit() would not
    }
    if (waitpid(pid, NULL, 0) < 0)
        err(1, "waitpid");
    printf("parent: served is %d\n", served);
}
