// SPDX-License-Identifier: MIT
// A task writes to a pipe that it knows by its number. Does the word arrive?
//
//     cc younger_pipe.c -I../../lib ../../build/gcc/lib/libpool.a
//     ./a.out
#include "pool.h"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct pool *pool;

// The task: writes to descriptor *arg. The result is 0 or errno.
static int write_word(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result_size;
    *(int *)result = write(*(const int *)arg, "word", 4) == 4 ? 0 : errno;
    return 0;
}

// Lets a worker write to `to`, and looks whether anything reaches `from`.
static void try(const char *what, int to, int from) {
    struct pollfd look = {.fd = from, .events = POLLIN};
    char bytes[4];
    int error, status = pool_apply(pool, write_word, &to, sizeof to, &error,
                                   sizeof error);
    if (status < 0)
        errx(1, "pool_apply: %s", pool_strerror(status));
    ssize_t got = poll(&look, 1, 0) == 1 ? read(from, bytes, 4) : 0;
    printf("%s: write() says \"%s\", %zd bytes arrive\n", what, strerror(error),
           got);
}

int main(void) {
    int older[2], younger[2], taken = open("/dev/null", O_WRONLY);
    if (taken < 0 || pipe(older) < 0)
        err(1, "pipe");
    pool = pool_create(&(struct pool_options){.workers = 2});
    if (!pool || pipe(younger) < 0)
        err(1, "pool_create, pipe");
    try("older than the pool", older[1], older[0]);
    try("younger than the pool", dup2(younger[1], 100), younger[0]);
    try("younger, by a number taken before", dup2(younger[1], taken),
        younger[0]);
    close(older[1]); // this program's only write end
    struct pollfd end = {.fd = older[0], .events = POLLIN};
    printf("closed here: end of file? %s\n", poll(&end, 1, 0) ? "yes" : "no");
    pool_destroy(pool);
    printf("and without the pool? %s\n", poll(&end, 1, 0) ? "yes" : "no");
}
