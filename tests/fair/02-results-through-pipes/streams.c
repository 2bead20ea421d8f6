// SPDX-License-Identifier: MIT
// Fair: a pipe as a stream, fdopen, fwrite and fread; those that have been read
// are reaped in the order in which they end.
#include "piped.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct one {
    pid_t pid;
    FILE *home;
};

static FILE *begin(task_fn *task, long item, pid_t *pid) {
    int ends[2];
    if (pipe(ends))
        return NULL;
    FILE *in = fdopen(ends[0], "r");
    if (!in || (*pid = fork()) < 0) {
        in ? fclose(in) : close(ends[0]);
        close(ends[1]);
        return NULL;
    }
    if (*pid > 0) {
        close(ends[1]);
        return in;
    }
    FILE *out = fdopen(ends[1], "w");
    long result = task(item);
    if (out && fwrite(&result, sizeof result, 1, out) == 1)
        fflush(out);
    _exit(0);
}

static int whole(FILE *in, long *result) {
    char *at = (char *)result;
    size_t n = 0;
    while (n < sizeof *result) {
        errno = 0;
        size_t more = fread(at + n, 1, sizeof *result - n, in);
        n += more;
        if (more == 0 && !(ferror(in) && errno == EINTR))
            return 0;
        clearerr(in);
    }
    return 1;
}

int run_all(task_fn *task, const long items[], int count, long results[],
            int have[]) {
    struct one *all = malloc(sizeof *all * (size_t)(count + 1));
    int made = 0, came = 0;
    if (all == NULL)
        return -1;
    for (; made < count; made++) {
        all[made].home = begin(task, items[made], &all[made].pid);
        if (!all[made].home)
            break;
    }
    for (int i = 0; i < count; i++) {
        long result;
        have[i] = i < made && whole(all[i].home, &result);
        if (have[i])
            results[i] = result;
        came += have[i];
    }
    for (int left = made; left > 0;) {
        for (int i = 0; i < made; i++) {
            if (all[i].pid == 0)
                continue;
            pid_t got = waitpid(all[i].pid, NULL, left == 1 ? 0 : WNOHANG);
            if (got != all[i].pid)
                continue;
            fclose(all[i].home);
            all[i].pid = 0;
            left--;
        }
    }
    free(all);
    return made == count ? came : -1;
}
