// SPDX-License-Identifier: MIT
// Lesson 10's task: a row of the Mandelbrot set.
// Runs in: workers and threads.
#include "mandelbrot.h"

#include <stdlib.h>
#include <sys/prctl.h>

#define DEPTH 400 // most rounds for a point

int mandelbrot(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    (void)arg_size;
    const struct job *job = arg;
    unsigned char *shade = result;
    double y = 2.4 * ((double)job->row + 0.5) / (double)job->rows - 1.2;
    if (job->crash) {
        prctl(PR_SET_DUMPABLE, 0); // writing a core file would only take time
        abort();                   // as a failed assert() does
    }
    for (size_t i = 0; i < result_size; i++) {
        double x = 3.2 * ((double)i + 0.5) / (double)result_size - 2.2;
        double a = 0, b = 0, next;
        int n = 0;
        for (; n < DEPTH && a * a + b * b < 4; n++)
            next = a * a - b * b + x, b = 2 * a * b + y, a = next;
        shade[i] = n == DEPTH ? 255 : (unsigned char)(n < 254 ? n : 254);
    }
    return 0;
}
