// SPDX-License-Identifier: MIT
// Tests that must fail, each in a way the harness has to notice. Run by
// harness_selftest.sh, linked with the harness alone.
//
// Runs in: the process of a test.
#define _GNU_SOURCE
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

TEST(good) { assert_int_equal(1, 1); }

TEST_WITHIN(hangs, 1) {
    for (;;)
        pause();
}

static void hang(void *unused) {
    (void)unused;
    setsid(); // out of reach of a signal to the test's process group
    for (;;)
        pause();
}

TEST_WITHIN(hangs_with_a_child, 1) { test_in_child(hang, NULL); }

TEST(crashes) { kill(getpid(), SIGSEGV); }

TEST(asserts_what_is_false) { assert_int_equal(1, 2); }

static void assert_false_in_child(void *unused) {
    (void)unused;
    assert_int_equal(1, 2);
}

TEST(asserts_what_is_false_in_a_child) {
    test_in_child(assert_false_in_child, NULL);
}

TEST(exits_with_3) { exit(3); }

TEST(leaves_a_descriptor) { assert_true(open("/dev/null", O_RDONLY) >= 0); }

TEST(closes_a_descriptor) { close(STDIN_FILENO); }

static void nothing(void *unused) { (void)unused; }

static struct gate *shared_gate(void) {
    return mmap(NULL, sizeof(struct gate), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

TEST(leaves_a_zombie) {
    pid_t pid = test_fork(nothing, NULL);
    AWAIT(test_gone(pid));
}

TEST(leaves_a_child) { test_fork(hang, NULL); }

static void fork_and_leave(void *gate) {
    if (fork() == 0) {
        setsid();
        gate_add(gate, 1);
        for (;;)
            pause();
    }
}

TEST(leaves_an_orphan) {
    struct gate *gate = shared_gate();
    test_in_child(fork_and_leave, gate);
    gate_await(gate, 1);
    munmap(gate, sizeof *gate);
}

TEST(leaves_a_shared_mapping) { shared_gate(); }

TEST(leaves_a_file_in_shared_memory) {
    char path[] = "/dev/shm/pool-selftest-XXXXXX";
    close(mkstemp(path));
    // The script removes it.
}

TEST(is_skipped) { test_skip("because"); }

#if SANITIZED
TEST(leaks_memory) {
    char *volatile memory = malloc(1000);
    memory[0] = 1;
    memory = NULL;
}
#endif
