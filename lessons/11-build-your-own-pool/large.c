// SPDX-License-Identifier: MIT
// Lesson 11, part 2: results larger than what a socket holds.
// Runs in: client, except large(), which runs in workers.
#include "both.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGE (1u << 20) // bytes of a large result
#define LARGES 16u       // how many of them

// One whose result is more than a socket holds.
static int large(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size;
    memset(result, *(const int *)arg, result_size);
    atomic_fetch_add(begun, 1);
    return 0;
}

// How many bytes a socket takes while nobody reads.
static size_t socket_room(const char *bytes, size_t size) {
    int pair[2];
    ssize_t sent;
    size_t room = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        exit(lesson_failed("socketpair", 0));
    while (room < size &&
           (sent = send(pair[0], bytes, size - room, MSG_DONTWAIT)) > 0)
        room += (size_t)sent;
    close(pair[0]), close(pair[1]);
    return room;
}

static size_t right_bytes(const char *results) {
    size_t right = 0;
    for (size_t i = 0; i < LARGES; i++)
        right += results[i * LARGE] == (char)i &&
                 memcmp(&results[i * LARGE], &results[i * LARGE + 1],
                        LARGE - 1) == 0;
    return right;
}

void large_results(const struct both *both) {
    char *results = lesson_calloc(LARGES, LARGE);
    int items[LARGES], status[LARGES];
    double slow = INFINITY, fast = INFINITY;
    size_t mine = 0, theirs = 0;
    struct pool_result *result;

    lesson_part("Results larger than a socket's buffer");
    for (size_t i = 0; i < LARGES; i++)
        items[i] = (int)i;
    size_t room = socket_room(results, LARGE);
    for (int round = 0; round < ROUNDS; round++) {
        memset(results, 255, (size_t)LARGES * LARGE);
        slow = fmin(slow, map(both->own, NULL, large, items, LARGES,
                              sizeof *items, results, LARGE, status));
        mine = right_bytes(results);
        memset(results, 255, (size_t)LARGES * LARGE);
        fast = fmin(fast, map(NULL, both->pool, large, items, LARGES,
                              sizeof *items, results, LARGE, status));
        theirs = right_bytes(results);
    }
    // Once more, and the client does not ask: do the workers go on?
    atomic_store(begun, 0);
    lesson_must(pool_map_async(both->pool, large, items, LARGES, sizeof *items,
                               LARGE, 1, NULL, NULL, &result));
    wait_begun(LARGES);
    size_t unread = atomic_load(begun);
    pool_result_free(result);
    lesson_say("A task's result is %u bytes. This time a socket took %zu bytes "
               "while nobody read. The own pool took %s as long, at their best "
               "of %d rounds.",
               LARGE, room, lesson_times(slow, fast), ROUNDS);
    lesson_claim(room < LARGE, "a worker waits in send() until the client has "
                               "read most of its result");
    lesson_claim(mine == LARGES && theirs == LARGES,
                 "both pools brought %u such results home, every byte right",
                 LARGES);
    lesson_claim(unread == LARGES,
                 "the library's workers ran all %u tasks "
                 "while the client read nothing",
                 LARGES);
    free(results);
}
