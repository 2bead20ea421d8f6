// SPDX-License-Identifier: MIT
// A process for every word of a text, and the same work as a function call.
//
//     cc process_per_task.c -o process_per_task
//     ./process_per_task [TASKS [FILE]]
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The task: how many vowels has a word?
static int vowels(const char *word) {
    int count = 0;
    for (; *word; word++)
        count += strchr("aeiouAEIOU", *word) != NULL;
    return count;
}

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
    int tasks = argc > 1 ? atoi(argv[1]) : 10, status, ran = 0, differ = 0;
    const char *path = argc > 2 ? argv[2] : "/usr/share/common-licenses/GPL-3";
    double forked = 0, called = 0;
    char word[32];
    FILE *file = fopen(path, "r");
    if (!file)
        err(2, "%s", path);

    for (; ran < tasks && fscanf(file, "%31s", word) == 1; ran++) {
        double begin = microseconds();
        pid_t pid = fork(); // 1 create the process
        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            _exit(vowels(word)); // 2 the task; nothing is sent: it has a copy
        while (waitpid(pid, &status, 0) < 0) // 3 reap it
            if (errno != EINTR)              // a signal is no reason to stop
                err(1, "waitpid");
        double middle = microseconds();
        volatile int count = vowels(word); // volatile: it is really called
        called += microseconds() - middle, forked += middle - begin;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != count) // 4 the result
            differ++;
        printf("process %d: vowels in %s: %d\n", pid, word,
               WEXITSTATUS(status));
    }
    fclose(file);
    printf("tasks: %d; a process: about %.1f us, a call: about %.3f us\n", ran,
           forked / (ran ? ran : 1), called / (ran ? ran : 1));
    return differ != 0;
}
