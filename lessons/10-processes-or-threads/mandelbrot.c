// SPDX-License-Identifier: MIT
// The same picture drawn by threads or by processes; it goes to the output.
//
//     cc mandelbrot.c -I../../lib ../../build/gcc/lib/libpool.a
//     ./a.out threads > t.pgm; ./a.out processes > p.pgm; cmp t.pgm p.pgm
#include "pool.h"
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 640, HEIGHT = 480, DEPTH = 400, MAX = 64 };
static unsigned char picture[HEIGHT][WIDTH];
static atomic_int next_row;

// The task: one row. A task of this library is a plain function.
static int draw(const void *arg, size_t arg_size, void *result, size_t size) {
    (void)arg_size;
    double y = 2.4 * (*(const int *)arg + 0.5) / HEIGHT - 1.2;
    for (size_t i = 0; i < size; i++) {
        double x = 3.2 * ((double)i + 0.5) / WIDTH - 2.2, a = 0, b = 0, t;
        int n = 0;
        for (; n < DEPTH && a * a + b * b < 4; n++)
            t = a * a - b * b + x, b = 2 * a * b + y, a = t;
        ((unsigned char *)result)[i] = (unsigned char)(n < 255 ? n : 255);
    }
    return 0;
}

// A thread: takes the next row until none is left, and writes it in place.
static void *thread_main(void *arg) {
    for (int row; (row = atomic_fetch_add(&next_row, 1)) < HEIGHT;)
        draw(&row, sizeof row, picture[row], WIDTH);
    return arg;
}

int main(int argc, char **argv) {
    int count = argc > 2 ? atoi(argv[2]) : 2, rows[HEIGHT];
    pthread_t threads[MAX];
    if (argc < 2 || count < 1 || count > MAX)
        errx(2, "usage: %s threads|processes [1 to %d]", argv[0], MAX);
    if (strcmp(argv[1], "threads") == 0) {
        for (int i = 0; i < count; i++)
            if (pthread_create(&threads[i], NULL, thread_main, NULL) != 0)
                errx(1, "thread %d cannot be made", i);
        for (int i = 0; i < count; i++)
            pthread_join(threads[i], NULL);
    } else {
        struct pool_options options = {.workers = (size_t)count};
        struct pool *pool = pool_create(&options);
        for (int i = 0; i < HEIGHT; i++)
            rows[i] = i;
        if (pool_map(pool, draw, rows, HEIGHT, sizeof *rows, picture, WIDTH, 1))
            errx(1, "no pool, or a row failed");
        pool_destroy(pool);
    }
    printf("P5 %d %d 255\n", WIDTH, HEIGHT);
    return fwrite(picture, WIDTH, HEIGHT, stdout) != HEIGHT;
}
