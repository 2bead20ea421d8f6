// SPDX-License-Identifier: MIT
// The writer has ended, yet its pipe has no end of file: who holds it open?
//
//     cc eof_never_comes.c -o eof_never_comes
//     ./eof_never_comes        (then: ./eof_never_comes close)
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Would read() return the end of file now, or wait?
static void look(int descriptor) {
    struct pollfd look = {.fd = descriptor, .events = POLLIN};
    if (poll(&look, 1, 0) < 0) // 0: does not wait
        err(1, "poll");
    printf("end of file? %s\n", look.revents & POLLHUP ? "yes" : "no");
}

int main(int argc, char **argv) {
    int results[2], ready[2], go[2];
    char byte;
    if (pipe(results) < 0 || pipe(ready) < 0 || pipe(go) < 0)
        err(1, "pipe");
    pid_t writer = fork();
    if (writer == 0)
        _exit(0);           // the exit closes this process's copy of results[1]
    pid_t sibling = fork(); // it never uses the pipe, but it has it
    if (sibling == 0) {
        if (argc > 1 && strcmp(argv[1], "close") == 0)
            close(results[1]);
        close(go[1]);
        _exit(write(ready[1], "", 1) != 1 || read(go[0], &byte, 1) != 0);
    }
    if (writer < 0 || sibling < 0)
        err(1, "fork");
    close(results[1]);
    if (read(ready[0], &byte, 1) != 1 || waitpid(writer, NULL, 0) < 0)
        err(1, "wait");
    printf("the writer, process %d, has ended and is reaped\n", writer);
    look(results[0]);
    close(go[1]); // lets the sibling end
    if (waitpid(sibling, NULL, 0) < 0)
        err(1, "waitpid");
    printf("the sibling, process %d, has ended and is reaped\n", sibling);
    look(results[0]);
}
