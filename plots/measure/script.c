// SPDX-License-Identifier: MIT
// References in other languages: a script does the work, checks its results,
// times itself and prints one number, which is read here.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "passes.h"

// Where the scripts are, from the top folder; overridden when compiling.
#ifndef SCRIPTS
#define SCRIPTS "plots/measure"
#endif

static bool works(const char *command) {
    int status = system(command);
    return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

const char *python_missing(void) {
    return works("python3 -c '' 2>/dev/null") ? NULL : "no python3";
}

const char *perl_missing(void) {
    return works("perl -MMCE::Map -e1 2>/dev/null")
               ? NULL
               : "no Perl MCE: apt-get install libmce-perl";
}

static double script(const char *program, const char *what,
                     const struct job *job) {
    char command[300];
    snprintf(command, sizeof command, "%s %s %zu %zu", program, what, job->n,
             job->workers);
    FILE *output = popen(command, "r");
    double value;
    if (!output || fscanf(output, "%lf", &value) != 1)
        die("'%s' printed no number", command);
    if (pclose(output) != 0)
        die("'%s' failed", command);
    return value;
}

#define PYTHON "python3 " SCRIPTS "/script.py"
#define PERL "perl " SCRIPTS "/script.pl"
#define PASS(name, program, what)                                              \
    double name(const struct job *job) { return script(program, what, job); }

PASS(python_map, PYTHON, "map")
PASS(python_executor, PYTHON, "executor")
PASS(python_apply, PYTHON, "apply")
PASS(python_process, PYTHON, "process")
PASS(python_memory, PYTHON, "memory")
PASS(perl_mce, PERL, "map")
