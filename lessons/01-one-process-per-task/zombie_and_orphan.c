// SPDX-License-Identifier: MIT
// A zombie has ended, an orphan lives on: here is one of each, side by side.
//
//     cc zombie_and_orphan.c -o zombie_and_orphan
//     ./zombie_and_orphan
#include <err.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// Shows a process as /proc/PID/stat has it: R runs, S sleeps, Z is a zombie.
static void show(const char *name, pid_t pid) {
    char path[32], state;
    int parent;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c %d", &state, &parent) == 2)
        printf("%s, process %d: state %c, parent is process %d\n", name, pid,
               state, parent);
    else
        printf("%s, process %d: not there\n", name, pid);
    if (file)
        fclose(file);
}

int main(void) {
    int go[2], tell[2]; // two pipes; "go" carries nothing, it only ends
    if (pipe(go) < 0 || pipe(tell) < 0)
        err(1, "pipe");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) // orphans come to this process,
        err(1, "prctl");                      // without it they go to init
    pid_t grandchild, child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0 && fork() != 0)
        _exit(0); // does not wait for its child
    if (child == 0) {
        grandchild = getpid();
        close(go[1]);
        _exit(write(tell[1], &grandchild, sizeof grandchild) < 0 ||
              read(go[0], &grandchild, 1) != 0); // lives until "go" ends
    }
    close(tell[1]);
    if (read(tell[0], &grandchild, sizeof grandchild) <= 0)
        errx(1, "no grandchild");
    if (waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT) < 0) // not reaped
        err(1, "waitid");
    printf("this is process %d\n", getpid());
    show("child", child);
    show("grandchild", grandchild);
    waitpid(child, NULL, 0);
    puts("now the child is reaped");
    show("child", child);
    show("grandchild", grandchild);
    close(go[1]);
    waitpid(grandchild, NULL, 0);
    puts("now the grandchild has ended and is reaped");
    show("grandchild", grandchild);
}
