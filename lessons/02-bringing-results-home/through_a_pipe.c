// SPDX-License-Identifier: MIT
// A child counts the words of a file, and its answer comes through a pipe.
//
//     cc through_a_pipe.c -o through_a_pipe
//     ./through_a_pipe [FILE]
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
    long words, longest; // too much for the 8 bits of an exit status
};

static struct answer count_words(FILE *file) { // the task
    struct answer answer = {0, 0};
    long length = 0;
    for (int c; (c = getc(file)) != EOF;) {
        length = isspace(c) ? 0 : length + 1;
        answer.words += length == 1;
        answer.longest = length > answer.longest ? length : answer.longest;
    }
    return answer;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "/usr/share/common-licenses/GPL-3";
    int ends[2]; // ends[0] to read from, ends[1] to write to
    struct answer answer;
    char *bytes = (char *)&answer;
    size_t have = 0;
    ssize_t got;
    FILE *file = fopen(path, "r");
    if (!file)
        err(2, "%s", path);
    if (pipe(ends) < 0) // 1 before the fork: both processes have both ends
        err(1, "pipe");
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        close(ends[0]);
        answer = count_words(file); // 2 work, and write the bytes of the answer
        _exit(write(ends[1], &answer, sizeof answer) != sizeof answer);
    }
    close(ends[1]); // 3 only the child holds the write end now
    // 4 read until all is here, or end of file
    while ((got = read(ends[0], bytes + have, sizeof answer - have)) != 0)
        if (got > 0)
            have += (size_t)got;
        else if (errno != EINTR)
            err(1, "read");
    if (waitpid(pid, NULL, 0) < 0) // 5 reap
        err(1, "waitpid");
    if (have != sizeof answer)
        errx(1, "no answer came");
    printf("words: %ld, longest: %ld\n", answer.words, answer.longest);
}
