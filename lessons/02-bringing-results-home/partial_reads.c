// SPDX-License-Identifier: MIT
// One write() of many bytes: how many read() calls does it take to get them?
//
//     cc partial_reads.c -o partial_reads
//     ./partial_reads [BYTES]
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000, have = 0;
    int ends[2], reads = 0;
    char *sent = malloc(size + 1), *received = calloc(size + 1, 1);
    if (!sent || !received)
        err(2, "malloc");
    for (size_t i = 0; i < size; i++)
        sent[i] = (char)('a' + i % 26);
    if (pipe(ends) < 0)
        err(1, "pipe");
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        close(ends[0]);
        _exit(write(ends[1], sent, size) != (ssize_t)size); // one call
    }
    close(ends[1]);
    for (;;) {
        ssize_t got = read(ends[0], received + have, size + 1 - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err(1, "read");
        printf("read() number %d, bytes: %zd\n", ++reads, got);
        if (got == 0)
            break; // end of file: nobody holds the write end any more
        have += (size_t)got;
    }
    if (waitpid(pid, NULL, 0) < 0)
        err(1, "waitpid");
    printf("bytes that came: %zu of %zu, %s\n", have, size,
           memcmp(sent, received, size) == 0 ? "all in order" : "NOT IN ORDER");
    free(sent);
    free(received);
}
