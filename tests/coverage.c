// SPDX-License-Identifier: MIT
// Linked into a coverage build only: workers and supervisors end with _exit(),
// which does not write what gcov has counted, or are killed. So it is written
// at _exit() and, now and then, before a process goes to sleep (failing.c).
//
// Runs in: any process of a test.
#include <stdbool.h>

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
int __real_pause(void);
int __wrap_pause(void);
void __gcov_dump(void);
void __gcov_reset(void);
void coverage_note(void);
bool coverage_writes; // what it calls meanwhile is not ours to fail

static void write_counts(void) {
    coverage_writes = true;
    __gcov_dump();
    __gcov_reset();
    coverage_writes = false;
}

// The first, second, fourth, eighth … time: writing takes long.
void coverage_note(void) {
    static unsigned times;
    times++;
    if (times & (times - 1))
        return;
    write_counts();
}

_Noreturn void __wrap__exit(int status) {
    write_counts();
    __real__exit(status);
}

int __wrap_pause(void) {
    coverage_note();
    return __real_pause();
}
