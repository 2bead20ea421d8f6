// SPDX-License-Identifier: MIT
// Does fork() copy the memory? Counts the pages that a child really gets.
//
//     cc copy_on_write.c -o copy_on_write
//     ./copy_on_write [MIB]
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Page faults so far: how often the kernel had to give this process a page.
static long faults(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
    size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 64) << 20, i;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    volatile char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        err(2, "mmap");
    madvise((void *)memory, size, MADV_NOHUGEPAGE); // pages of one size
    for (i = 0; i < size; i += page)
        memory[i] = 1; // now the parent has every page
    double begin = microseconds();
    pid_t pid = fork();
    double forked = microseconds() - begin;
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        long before = faults();
        for (i = 0; i < size; i += page)
            (void)memory[i]; // reads it: it is volatile
        long read = faults();
        for (i = 0; i < size; i += page)
            memory[i] = 2;
        printf("%zu pages: this time reading copied %ld, writing %ld\n",
               size / page, read - before, faults() - read);
        exit(0);
    }
    if (waitpid(pid, NULL, 0) < 0)
        err(1, "waitpid");
    printf("fork() took about %.0f us; the parent still reads %d\n", forked,
           memory[0]);
}
