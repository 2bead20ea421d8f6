// SPDX-License-Identifier: MIT
// Many children, one pipe: whose answer comes first, and do answers mix?
//
//     cc one_pipe_for_all.c -o one_pipe_for_all
//     ./one_pipe_for_all [TASKS]
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
    int task; // whose answer is it? The order of arrival does not tell
    pid_t pid;
    long square;
};
_Static_assert(sizeof(struct answer) <= PIPE_BUF, "written in one piece");

int main(int argc, char **argv) {
    int tasks = argc > 1 ? atoi(argv[1]) : 4, go[2], ends[2], came = 0;
    struct answer answer;
    ssize_t got;
    if (pipe(go) < 0 || pipe(ends) < 0)
        err(1, "pipe");
    for (int i = 0; i < tasks; i++) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0) {
            close(i == 0 ? go[1] : go[0]); // task 0 reads, the others hold it
            if (i == 0 && read(go[0], &answer, 1) != 0)
                _exit(1); // task 0 waits here until all the others have ended
            answer = (struct answer){i, getpid(), (long)i * i};
            _exit(write(ends[1], &answer, sizeof answer) != sizeof answer);
        }
    }
    close(go[1]); // the parent's copies: else no pipe would ever end
    close(ends[1]);
    while ((got = read(ends[0], &answer, sizeof answer)) == sizeof answer)
        printf("answer %d: task %d, process %d, square %ld\n", ++came,
               answer.task, answer.pid, answer.square);
    if (got != 0) // 0: all writers are gone
        err(1, "read");
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    printf("answers that came: %d of %d\n", came, tasks);
    return came != tasks;
}
