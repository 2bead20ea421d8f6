// SPDX-License-Identifier: MIT
// Lesson 13: starts the other program, on several ranks, and leaves nothing
// behind: no process, and no file unless it is the keeper that is killed.
// Runs in: client; keeper_main() in a child that outlives it by a moment,
// mpirun_main() in the keeper's child, which becomes mpirun.
#define _GNU_SOURCE // memfd_create, nftw
#include "job.h"
#include "lesson.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
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

#define LIMIT_MS 60000                        // a job takes about a second
#define MCA(name, value) "--mca", name, value // an option of Open MPI
#define FAILED 255 // the keeper's exit status if mpirun did not end itself

struct start {
    pid_t client;
    int job_fd, words;
    size_t ranks;
    char folder[PATH_MAX]; // for all files of this run
};

// The program mpi-ranks is beside this one.
static void ranks_path(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 16);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "mpi-ranks");
}

void mpirun_check(void) {
    char path[PATH_MAX];
    ranks_path(path, sizeof path);
    if (system("command -v mpirun >/dev/null 2>&1") == 0 &&
        access(path, X_OK) == 0)
        return;
    fputs("lesson 13: this needs Open MPI: apt install libopenmpi-dev "
          "openmpi-bin.\n",
          stderr);
    exit(2);
}

// Runs in: the keeper's child. Does not return.
static _Noreturn void mpirun_main(const struct start *start, pid_t keeper) {
    char program[PATH_MAX], job[64], ranks[24], parent[24];
    const char *argv[] = {
        "mpirun", "-n", ranks, "--oversubscribe", "--bind-to", "none",
        // Messages through shared memory; words to mpirun through "lo".
        MCA("pml", "ob1"), MCA("btl", "self,vader"),
        MCA("oob_tcp_if_include", "lo"),
        // Copies through the shared memory: containers forbid the other way.
        MCA("btl_vader_single_copy_mechanism", "none"),
        MCA("btl_vader_backing_directory", start->folder),
        // Ranks that wait let others run: there may be more than CPUs.
        MCA("mpi_yield_when_idle", "1"),
        // The program and its arguments.
        program, job, parent, NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper)
        _exit(1);
    ranks_path(program, sizeof program);
    snprintf(job, sizeof job, "/proc/%d/fd/%d", (int)start->client,
             start->job_fd);
    snprintf(ranks, sizeof ranks, "%zu", start->ranks);
    snprintf(parent, sizeof parent, "%d", (int)keeper);
    setenv("TMPDIR", start->folder, 1);
    if (geteuid() == 0) { // mpirun wants to be told that this is on purpose
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(null, 0);
    dup2(start->words, 1);
    dup2(start->words, 2);
    execvp(argv[0], (char **)argv);
    perror("mpirun");
    _exit(127);
}

static int remove_entry(const char *path, const struct stat *stat, int type,
                        struct FTW *where) {
    (void)stat, (void)type, (void)where;
    return remove(path);
}

// Runs in: the keeper. Like the pool's supervisor it is the parent of all, and
// notices the end of either side. Does not return.
static _Noreturn void keeper_main(struct start *start) {
    pid_t keeper = getpid(), ended;
    int status, result = FAILED;
    setpgid(0, 0);                    // Ctrl-C is the client's to handle
    prctl(PR_SET_CHILD_SUBREAPER, 1); // orphans of mpirun become ours
    prctl(PR_SET_NAME, "mpi-keeper");
    struct pollfd fds[2] = {
        {.fd = (int)syscall(SYS_pidfd_open, start->client, 0),
         .events = POLLIN}};
    if (getppid() != start->client || !mkdtemp(start->folder))
        _exit(FAILED);
    pid_t pid = fork();
    if (pid == 0)
        mpirun_main(start, keeper);
    if (pid > 0) {
        fds[1] = (struct pollfd){.fd = (int)syscall(SYS_pidfd_open, pid, 0),
                                 .events = POLLIN};
        if (poll(fds, 2, LIMIT_MS) < 1 || !fds[1].revents)
            kill(pid, SIGKILL); // and its ranks with it: PR_SET_PDEATHSIG
    }
    while ((ended = wait(&status)) > 0 || errno == EINTR)
        if (ended == pid && WIFEXITED(status))
            result = WEXITSTATUS(status);
    nftw(start->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    _exit(result);
}

int mpirun(int job_fd, size_t ranks, const bool *finished) {
    struct start start = {.client = getpid(), .job_fd = job_fd, .ranks = ranks};
    const char *temp = getenv("TMPDIR");
    char line[512];
    ssize_t length;
    int status;
    snprintf(start.folder, sizeof start.folder - 32, "%s/lesson13-XXXXXX",
             temp && *temp ? temp : "/tmp");
    start.words = memfd_create("words", MFD_CLOEXEC);
    fflush(NULL);
    pid_t keeper = start.words < 0 ? -1 : fork();
    if (keeper == 0)
        keeper_main(&start);
    if (keeper < 0 || waitpid(keeper, &status, 0) != keeper)
        exit(lesson_failed("starting mpirun", 0));
    status = WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
    lseek(start.words, 0, SEEK_SET);
    while (finished && !*finished &&
           (length = read(start.words, line, sizeof line)) > 0)
        fwrite(line, 1, (size_t)length, stderr);
    close(start.words);
    return status == FAILED ? -1 : status;
}
