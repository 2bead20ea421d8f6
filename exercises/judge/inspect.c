// SPDX-License-Identifier: MIT
// Looks into a student's object file before anybody links it.
//
//   inspect REQUIRED IMPORTS <object
//
// REQUIRED: the functions that the exercise's header requires, a name a line.
// IMPORTS: what may be imported, see imports.txt. An object that lacks the one,
// imports anything else, or would run code by itself, is refused: a sentence for
// each reason, exit status 3. What it defines besides is its own business: all
// but the required functions is made local before it is linked.
//
// The same program decides at home and in class.
//
// Runs in: the grader's sandbox, for the object is the student's word; and at
// home.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspect.h"

#define REFUSED 3             // exit status: the student's object is to blame
#define MOST_BYTES (8L << 20) // of an object
#define MOST_BYTES_LIST (1L << 20) // of a list of names

_Noreturn static void die(const char *what) {
    fprintf(stderr, "inspect: %s: %s\n", what, strerror(errno));
    exit(2);
}

// A whole file with a byte before and a NUL behind it.
static char *read_all(int fd, size_t most, size_t *length) {
    char *bytes = malloc(most + 3);
    if (!bytes)
        die("memory");
    bytes[0] = '\n';
    size_t have = 1;
    ssize_t got;
    while (have < most + 2 && (got = read(fd, bytes + have, most + 2 - have)))
        if (got > 0)
            have += (size_t)got;
        else if (errno != EINTR)
            die("read");
    bytes[have] = 0;
    *length = have - 1;
    return bytes;
}

static char *read_list(const char *path) {
    size_t length;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(path);
    char *list = read_all(fd, MOST_BYTES_LIST, &length);
    close(fd);
    return list;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: inspect REQUIRED IMPORTS <object\n");
        return 2;
    }
    required = read_list(argv[1]);
    imports = read_list(argv[2]);
    size_t length;
    char *bytes = read_all(STDIN_FILENO, MOST_BYTES, &length);
    // The reader wants the object aligned, and a NUL behind it.
    char *aligned = aligned_alloc(16, (length + 32) & ~(size_t)15);
    if (!aligned)
        die("memory");
    memcpy(aligned, bytes + 1, length);
    aligned[length] = 0;
    struct object object;
    if (length > MOST_BYTES)
        refuse("Compiled, it has more than %ld MiB.", MOST_BYTES >> 20);
    else if (!object_open(&object, aligned, length))
        refuse("It is not an object file of this machine.");
    else {
        look_at_sections(&object);
        look_at_symbols(&object);
    }
    int reasons = end_reasons();
    free(aligned);
    free(bytes);
    free(required);
    free(imports);
    if (fflush(stdout) != 0)
        die("write");
    return reasons > 0 ? REFUSED : 0;
}
