// SPDX-License-Identifier: MIT
// Lesson 8, part 1: which pipes reach the workers.
// Runs in: client, except write_word(), which runs in workers.
#include "pipes.h"
#include "lesson.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

// A task: writes to descriptor number *arg. The result is 0 or errno.
static int write_word(const void *arg, size_t arg_size, void *result,
                      size_t result_size) {
    (void)arg_size, (void)result_size;
    *(int *)result = write(*(const int *)arg, "word", 4) == 4 ? 0 : errno;
    return 0;
}

// Has a worker write to descriptor `to`; returns how many bytes reach `from`.
static size_t arrive(struct pool *pool, int to, int from, int *error) {
    char bytes[4];
    struct pollfd fd = {.fd = from, .events = POLLIN};
    lesson_must(
        pool_apply(pool, write_word, &to, sizeof to, error, sizeof *error));
    ssize_t got = poll(&fd, 1, 0) == 1 ? read(from, bytes, sizeof bytes) : 0;
    return got > 0 ? (size_t)got : 0;
}

// A pipe that is older than the pool, and one that is younger.
int pipes(size_t workers) {
    int before[2], after[2], error, number = open("/dev/null", O_WRONLY);
    if (number < 0 || pipe(before) != 0)
        return lesson_failed("pipe", 0);
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool || pipe(after) != 0)
        return lesson_failed("pool_create", 0);

    size_t bytes = arrive(pool, before[1], before[0], &error);
    lesson_claim(bytes == 4, "made before the pool: the word arrives");
    bytes = arrive(pool, after[1], after[0], &error);
    lesson_claim(bytes == 0 && error == EBADF,
                 "made after it: nothing arrives, and write() says \"%s\"",
                 strerror(error));
    dup2(after[1], number); // to us the number is the pipe from now on
    bytes = arrive(pool, number, after[0], &error);
    lesson_claim(bytes == 0 && error == 0,
                 "made after it, with a number that was /dev/null at the fork: "
                 "write() succeeds, and nothing arrives");

    close(before[1]); // the only write end that we have
    struct pollfd end = {.fd = before[0], .events = POLLIN};
    bool open = poll(&end, 1, 0) == 0;
    lesson_must(pool_close(pool));
    lesson_must(pool_join(pool));
    lesson_claim(
        open && poll(&end, 1, 0) == 1 && end.revents == POLLHUP,
        "the client closed its write end, yet the end of file came "
        "only when the pool's processes, which have it too, were gone");
    pool_destroy(pool);
    close(before[0]), close(after[0]), close(after[1]), close(number);
    return 0;
}
