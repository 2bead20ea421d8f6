// SPDX-License-Identifier: MIT
// What the two halves of the sandbox program share: see main.c.
//
// Runs in: the sandbox's process until exec.
#ifndef GRADE_BOX_H
#define GRADE_BOX_H

#include <stdbool.h>
#include <sys/types.h>

#define SANDBOX_READS 16
#define SANDBOX_HIDES 4

// What our programs in the sandbox exit with where the student's bytes are to
// blame: 1, 125 and 127 are bubblewrap's, the sandbox's and the shell's own.
#define SANDBOX_REFUSED 3
#define SANDBOX_DAMAGED 4 // an archive that says nothing

struct sandbox {
    uid_t uid; // as root: who runs the command
    int processes;
    bool confine, unsafe, bring, orphans;
    const char *bwrap, *hide[SANDBOX_HIDES];
    int hides;
    struct {
        const char *file, *name;
    } read[SANDBOX_READS];
    int reads;
    char **command;
};

// Limits this process and becomes the command.
_Noreturn void sandbox_become(const struct sandbox *sandbox);

// Says why the command was not started; exit status 125.
_Noreturn void sandbox_die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
