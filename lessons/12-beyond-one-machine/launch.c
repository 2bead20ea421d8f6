// SPDX-License-Identifier: MIT
// Lesson 12: starts the other program, on several ranks, with mpirun.
// Runs in: client; launch_main() in the child that becomes mpirun.
#define _GNU_SOURCE // memfd_create
#include "job.h"
#include "lesson.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The program mpi-ranks is beside this one.
static void ranks_path(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 16);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "mpi-ranks");
}

void launch_check(void) {
    char path[4096];
    ranks_path(path, sizeof path);
    if (system("command -v mpirun >/dev/null 2>&1") == 0 &&
        access(path, X_OK) == 0)
        return;
    fputs("lesson 12: this needs Open MPI: apt install libopenmpi-dev "
          "openmpi-bin.\n",
          stderr);
    exit(2);
}

// Runs in: the child. Does not return.
static _Noreturn void launch_main(pid_t client, int job_fd, size_t ranks,
                                  int words) {
    char path[4096], file[64], count[16];
    const char *argv[16] = {"mpirun", "--oversubscribe", "-n", count};
    size_t argc = 4;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    // mpirun ends with the client, and its ranks with mpirun.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != client || null < 0)
        _exit(1);
    ranks_path(path, sizeof path);
    snprintf(count, sizeof count, "%zu", ranks);
    snprintf(file, sizeof file, "/proc/%d/fd/%d", (int)client, job_fd);
    if (geteuid() == 0) // mpirun wants to be told that this is on purpose
        argv[argc++] = "--allow-run-as-root";
    argv[argc++] = path;
    argv[argc++] = file;
    dup2(null, 0);
    dup2(words, 1);
    dup2(words, 2);
    execvp(argv[0], (char **)argv);
    _exit(127);
}

bool ended(pid_t pid, int limit_ms) {
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0),
                         .events = POLLIN};
    if (end.fd < 0 && errno == ESRCH)
        return true;
    if (end.fd < 0)
        exit(lesson_failed("pidfd_open", 0));
    bool yes = poll(&end, 1, limit_ms) == 1;
    close(end.fd);
    return yes;
}

int launch(int job_fd, size_t ranks, int limit_ms, bool loud) {
    char line[512];
    ssize_t length;
    int words = memfd_create("words", MFD_CLOEXEC);
    if (words < 0)
        exit(lesson_failed("memfd_create", 0));
    pid_t client = getpid(), pid = fork();
    if (pid == 0)
        launch_main(client, job_fd, ranks, words);
    if (pid < 0)
        exit(lesson_failed("fork", 0));
    int status;
    bool in_time = ended(pid, limit_ms);
    if (!in_time) {
        kill(pid, SIGTERM); // mpirun then ends its ranks
        if (!ended(pid, 5000))
            kill(pid, SIGKILL);
    }
    if (waitpid(pid, &status, 0) != pid)
        exit(lesson_failed("waitpid", 0));
    lseek(words, 0, SEEK_SET);
    if (loud && status != 0)
        while ((length = read(words, line, sizeof line)) > 0)
            fwrite(line, 1, (size_t)length, stderr);
    close(words);
    return in_time ? status : -1;
}
