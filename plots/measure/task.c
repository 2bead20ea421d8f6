// SPDX-License-Identifier: MIT
// The program that posix_spawn starts for each task: task tiny|spin ITEM. It
// writes the result's 8 bytes to its standard output.
// Runs in: a process of its own for each task.
#include <stdlib.h>
#include <unistd.h>

#include "passes.h"

int main(int argc, char **argv) {
    uint64_t item = argc == 3 ? strtoull(argv[2], NULL, 10) : 0, result;
    (argc == 3 && *argv[1] == 's' ? spin : tiny)(&item, sizeof item, &result,
                                                 sizeof result);
    return write(STDOUT_FILENO, &result, sizeof result) == sizeof result ? 0
                                                                         : 1;
}
