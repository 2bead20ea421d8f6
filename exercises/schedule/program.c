// SPDX-License-Identifier: MIT
// A whole program under seeded schedules: its main(), compiled under another
// name, is what a run calls. It goes wrong where it does not return 0.
//
// Runs in: the process that a schedule begins with.
#include "scenario.h"

#include <stddef.h>

int program_main(int argc, char **argv); // -Dmain=program_main

static void run(void) {
    static char name[] = "program";
    char *argv[] = {name, NULL};
    int status = program_main(1, argv);
    if (status != 0)
        scenario_fault("The program ends with status %d", status);
}

const struct scenario scenarios[] = {{"A is the program", run}};
const int scenario_count = 1;
