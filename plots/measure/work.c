// SPDX-License-Identifier: MIT
// The tasks that all variants run, their items, and the check of every result.
// Runs in: the measuring process and its workers.
#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "passes.h"

void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("plots: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    _exit(1);
}

// Not inlined: bench-instructions leaves it out by its name.
__attribute__((noinline)) void *memory(size_t size) {
    void *p = malloc(size ? size : 1);
    if (!p)
        die("no memory for %zu bytes", size);
    return memset(p, 0, size);
}

void *shared_memory(size_t size) {
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (p == MAP_FAILED)
        die("mmap of %zu bytes: %s", size, strerror(errno));
    return p;
}

double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

void wait_while(uint32_t *word, uint32_t value) {
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
        syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

void wake(uint32_t *word) {
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

// --- tiny and longer tasks: 8 bytes in, 8 bytes out

uint64_t *items, *results;

// One multiplication.
int tiny(const void *arg, size_t arg_size, void *result, size_t result_size) {
    (void)arg_size, (void)result_size;
    *(uint64_t *)result = *(const uint64_t *)arg * 3 + 1;
    return 0;
}

// The item says how often to turn.
int spin(const void *arg, size_t arg_size, void *result, size_t result_size) {
    (void)arg_size, (void)result_size;
    uint64_t turns = *(const uint64_t *)arg, x = turns;
    while (turns--)
        x = x * 6364136223846793005u + 1442695040888963407u;
    *(uint64_t *)result = x;
    return 0;
}

task_fn *task_of(const struct job *job) { return job->turns ? spin : tiny; }

// Touched memory in small pages, as a program has it that grew bit by bit:
// fork() copies the table of these pages.
static void take_ballast(size_t mib) {
    if (mib == 0)
        return;
    size_t size = mib << 20;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        die("mmap of %zu MiB: %s", mib, strerror(errno));
    madvise(p, size, MADV_NOHUGEPAGE);
    memset(p, 1, size);
}

void items_setup(const struct job *job) {
    items = memory(job->n * sizeof *items);
    results = memory(job->n * sizeof *results);
    take_ballast(job->ballast);
}

void items_shared_setup(const struct job *job) {
    items = memory(job->n * sizeof *items);
    results = shared_memory(job->n * sizeof *results);
    take_ballast(job->ballast);
}

// Tiny tasks get new numbers in each pass, so that an old result is never a
// right one. No task gives the result UINT64_MAX.
void fill_items(const struct job *job) {
    static uint64_t next = 1;
    for (size_t i = 0; i < job->n; i++) {
        items[i] = job->turns ? job->turns : next++;
        if (job->turns)
            results[i] = UINT64_MAX;
    }
}

void check_items(const struct job *job) {
    uint64_t right = 0, last = UINT64_MAX;
    for (size_t i = 0; i < job->n; i++) {
        if (items[i] != last)
            task_of(job)(&items[i], sizeof *items, &right, sizeof right);
        last = items[i];
        if (results[i] != right)
            die("wrong result: item %zu is %llu, its result %llu", i,
                (unsigned long long)items[i], (unsigned long long)results[i]);
    }
}

// --- large items: 1 MiB in and out, of which a task touches 17 words spread
// over it, so that the copying is what takes the time

int large(const void *arg, size_t arg_size, void *result, size_t result_size) {
    const char *in = arg;
    char *out = result;
    for (size_t at = 0; at < arg_size && at < result_size; at += STRIDE)
        tiny(in + at, sizeof(uint64_t), out + at, sizeof(uint64_t));
    return 0;
}

void new_large_items(char *in, size_t n) {
    static uint64_t next = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < LARGE; at += STRIDE)
            *(uint64_t *)(in + i * LARGE + at) = next++;
}

void check_large_results(const char *in, const char *out, size_t n) {
    for (size_t i = 0; i < n * LARGE; i += LARGE)
        for (size_t at = 0; at < LARGE; at += STRIDE)
            if (*(const uint64_t *)(out + i + at) !=
                *(const uint64_t *)(in + i + at) * 3 + 1)
                die("wrong result of large item %zu", i / LARGE);
}

// One item in twenty takes fifty times as long as the others. They lie
// anywhere (always in the same places), or all at the end.
void uneven_lengths(uint64_t *lengths, size_t n, bool long_ones_last) {
    const uint64_t one = 5000; // turns of a short item: some microseconds
    size_t many = n / 20;
    for (size_t i = 0; i < n; i++)
        lengths[i] = long_ones_last && i >= n - many ? 50 * one : one;
    uint64_t random = 1;
    for (size_t i = 0; !long_ones_last && i < many;) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(random >> 33) % n;
        if (lengths[at] == one) {
            lengths[at] = 50 * one;
            i++;
        }
    }
}
