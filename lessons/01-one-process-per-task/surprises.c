// SPDX-License-Identifier: MIT
// Lesson 1, part 2: what is printed before fork(), and what an orphan is.
// Runs in: parent, except orphan_main() and the lines after "pid == 0".
#include "surprises.h"
#include "lesson.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Prints "once?" to a file, forks, and lets the child end by exit(). Returns
// how often the word is in the file then; 0 if that could not be tried.
static size_t printed(bool flush) {
    FILE *file = tmpfile();
    if (!file)
        return 0;
    fputs("once?", file); // a file, not a terminal: it waits in a buffer
    if (flush)
        fflush(file);
    pid_t pid = fork();
    if (pid == 0)
        exit(0); // writes all buffers, and this process has a copy
    if (pid > 0)
        waitpid(pid, NULL, 0);
    fflush(file);
    off_t size = lseek(fileno(file), 0, SEEK_END);
    fclose(file);
    return pid > 0 && size > 0 ? (size_t)size / 5 : 0;
}

// Runs in: the child of a child. Once its parent has ended it tells who its
// parent is now.
static _Noreturn void orphan_main(pid_t parent, int news) {
    while (getppid() == parent)
        poll(NULL, 0, 1);
    pid_t told[2] = {getpid(), getppid()};
    _exit(write(news, told, sizeof told) != sizeof told);
}

// Makes an orphan; returns whether it worked on after its parent's end.
static bool orphan_works(void) {
    int news[2];
    pid_t told[2] = {0, 0};
    if (pipe(news) != 0)
        return false;
    prctl(PR_SET_CHILD_SUBREAPER, 1); // give it to us, else init would get it
    pid_t pid = fork();
    if (pid == 0) {
        pid_t parent = getpid();
        if (fork() == 0)
            orphan_main(parent, news[1]);
        _exit(0); // without having waited for its child
    }
    close(news[1]);
    bool works = pid > 0 && waitpid(pid, NULL, 0) == pid &&
                 lesson_state(pid) == '-' &&
                 read(news[0], told, sizeof told) == sizeof told &&
                 told[1] == getpid() && waitpid(told[0], NULL, 0) == told[0];
    close(news[0]);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    return works;
}

void surprises(void) {
    size_t twice = printed(false), once = printed(true);
    lesson_claim(twice == 2, "a word printed before fork() is in the file %s",
                 twice == 2 ? "twice: the unwritten buffer was copied"
                            : "as often as printed");
    lesson_claim(once == 1, "flushed before fork(), it is there once");
    lesson_claim(orphan_works(),
                 "an orphan, whose parent has ended and been reaped, works on "
                 "and has a new parent");
}
