// SPDX-License-Identifier: MIT
// Linked into a coverage build only: workers and supervisors end with _exit(),
// which does not write what gcov has counted. Those that are killed lose it.
//
// Runs in: any process of a test.
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
void __gcov_dump(void);

_Noreturn void __wrap__exit(int status) {
    __gcov_dump();
    __real__exit(status);
}
