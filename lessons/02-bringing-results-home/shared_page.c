// SPDX-License-Identifier: MIT
// Results through memory: one array is shared by parent and children, one not.
//
//     cc shared_page.c -o shared_page
//     ./shared_page [TASKS]
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int tasks = argc > 1 ? atoi(argv[1]) : 4;
    size_t size = (size_t)tasks * sizeof(long);
    long *copied = calloc((size_t)tasks, sizeof(long));
    // Before the fork: what is mapped later, the other side does not see.
    long *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!copied || shared == MAP_FAILED)
        err(2, "memory for %d tasks", tasks);

    for (int i = 0; i < tasks; i++) {
        pid_t pid = fork();
        if (pid < 0)
            err(1, "fork");
        if (pid == 0) {
            copied[i] = shared[i] = (long)i * i; // each child its own element
            _exit(0);
        }
    }
    // Only after waitpid() is a child's result surely there, and whole.
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    for (int i = 0; i < tasks; i++)
        printf("task %d: %ld in shared memory, %ld in the parent's own\n", i,
               shared[i], copied[i]);
    munmap(shared, size);
    free(copied);
}
