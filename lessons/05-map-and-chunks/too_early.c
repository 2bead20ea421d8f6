// SPDX-License-Identifier: MIT
// A map with one bad item: what is said of it before, and after, it is ready?
//
//     ./too_early [ITEMS]
#include "pool.h"
#include <stdlib.h>
#include <unistd.h>

static int gate[2]; // a pipe: item 0 does not end before a byte comes

// The task: a half. Odd numbers have none. Runs in a worker.
static int half(const void *arg, size_t arg_size, void *result,
                size_t result_size) {
    int number = *(const int *)arg;
    char byte;
    (void)arg_size, (void)result_size;
    if (number == 0 && read(gate[0], &byte, 1) != 1)
        return pool_fail("the gate is gone");
    if (number % 2)
        return pool_fail("%d is odd", number);
    *(int *)result = number / 2;
    return 0;
}

int main(int argc, char **argv) {
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 8, right = 0;
    int *items = calloc(count, sizeof *items);
    int *halves = calloc(count, sizeof *halves);
    struct pool_result *result = NULL;
    struct pool *pool = NULL;
    if (items && halves && pipe(gate) == 0)
        pool = pool_create(NULL);
    if (!pool)
        return perror("too_early"), 1;
    for (size_t i = 0; i < count; i++)
        items[i] = 2 * (int)i + (i == count / 2); // one of them is odd
    int error = pool_map_async(pool, half, items, count, sizeof *items,
                               sizeof *halves, 0, NULL, NULL, &result);
    if (error < 0)
        return fprintf(stderr, "map: %s\n", pool_strerror(error)), 1;
    printf("asked too early: %s\n", pool_strerror(pool_result_status(result)));
    if (write(gate[1], "", 1) != 1)
        perror("write");
    error = pool_result_get(result, halves, count * sizeof *halves,
                            POOL_FOREVER); // waits
    printf("after waiting: %s: %s\n", pool_strerror(error),
           pool_result_message(result));
    for (size_t i = 0; i < count; i++)
        right += pool_result_item_status(result, i) == 0 &&
                 halves[i] == items[i] / 2;
    printf("items that have their result: %zu of %zu\n", right, count);
    pool_destroy(pool), free(items), free(halves);
    return 0;
}
