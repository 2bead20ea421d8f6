// SPDX-License-Identifier: MIT
// The tasks of lesson 13: plain functions that know of neither pool nor MPI.
// Runs in: workers of the pool, ranks of MPI.
#include "tasks.h"

#include <signal.h>
#include <string.h>

// Counts a word's letters: the answer, in the order of the alphabet, is the
// same for "below" and "elbow".
static int letters(const void *arg, size_t arg_size, void *result,
                   size_t result_size) {
    (void)arg_size;
    const struct item *item = arg;
    char *sorted = memset(result, 0, result_size);
    if (item->die)
        raise(SIGKILL);
    for (char letter = 'a'; letter <= 'z'; letter++)
        for (size_t i = 0; i < sizeof item->word && item->word[i]; i++)
            if (item->word[i] == letter)
                *sorted++ = letter;
    return 0;
}

// The CRC-32 of a word.
static int checksum(const void *arg, size_t arg_size, void *result,
                    size_t result_size) {
    (void)arg_size, (void)result_size;
    const struct item *item = arg;
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < sizeof item->word && item->word[i]; i++) {
        crc ^= (unsigned char)item->word[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    crc = ~crc;
    memcpy(result, &crc, sizeof crc);
    return 0;
}

//! [table]
const struct task tasks[TASKS] = {
    [TASK_LETTERS] = {letters, 24},
    [TASK_CHECKSUM] = {checksum, sizeof(uint32_t)},
};
//! [table]
