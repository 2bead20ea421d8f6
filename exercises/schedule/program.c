// SPDX-License-Identifier: MIT
// A whole program under seeded schedules: its main(), under another
// name, is what a run calls. It goes wrong where it ends with another status
// than 0, where all its processes or threads wait for each other, and where one
// of them changes what another has read and is about to write.
//
// Runs in: the process that a schedule begins with.
#include "scenario.h"

#include <stdlib.h>

int program_main(int argc, char **argv); // see run.sh

static void run(void) {
    static char name[] = "program";
    char *argv[] = {name, getenv("SCHEDULE_ARGUMENT"), NULL};
    int status = program_main(argv[1] ? 2 : 1, argv);
    if (status != 0)
        scenario_fault("The program ends with status %d", status);
}

const struct scenario scenarios[] = {{.check = "",
                                      .about = "A is the program",
                                      .run = run,
                                      .lost_update_is_fault = true}};
const int scenario_count = 1;
