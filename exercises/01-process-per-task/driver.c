// SPDX-License-Identifier: MIT
// Exercise 1's calls. Runs in: driver.
#include "driver.h"
#include "per_task.h"

#include <signal.h>

static void no_more_than_interrupt(int sig) { (void)sig; }

static int task(int index) { return (int)driver_task(index); }

// count, forks that succeed (-1: all) -> returned, results
static void call_run_all(struct wire *m) {
    int count = (int)m->value[0];
    int results[64];
    for (int i = 0; i < 64; i++)
        results[i] = -1000;
    // The judge may interrupt whoever waits.
    sigaction(SIGUSR1,
              &(struct sigaction){.sa_handler = no_more_than_interrupt}, NULL);
    driver_fault[FAIL_FORK] = m->value[1];
    m->value[0] = run_all(task, count, results);
    driver_fault[FAIL_FORK] = -1;
    for (int i = 0; i < count; i++)
        m->value[1 + i] = results[i];
    m->count = 1 + (uint32_t)count;
}

DRIVER_CALLS(call_run_all);
