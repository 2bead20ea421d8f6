// SPDX-License-Identifier: MIT
// Lesson 10's task: a row of the Mandelbrot set.
#ifndef MANDELBROT_H
#define MANDELBROT_H

#include <stdbool.h>
#include <stddef.h>

#define WIDTH 320 // points in a row

struct job {
    size_t row, rows;
    bool crash;
};

// The task. The result is a byte for each point: 255 where it is in the set.
// Runs in: workers and threads.
int mandelbrot(const void *arg, size_t arg_size, void *result,
               size_t result_size);

#endif
