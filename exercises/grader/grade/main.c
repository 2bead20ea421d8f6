// SPDX-License-Identifier: MIT
// The grader's main(): one thing after the other. OUT is taken here, with its
// lock and its seed.
//
// Runs in: client.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "../../colour.h"
#include "files.h"
#include "grade.h"

// The lock is shared with the workers. Those of a grader that was killed have
// it until they, too, are gone, which takes a moment.
static bool lock_soon(int fd) {
    for (int i = 0; i < 40; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        poll(NULL, 0, 50);
    }
    return false;
}

// One grader at a time works in OUT, and only where a grader's OUT is.
static void take_out(void) {
    const char *lock = file_path("%s/.lock", grader.set.out);
    if (access(lock, F_OK) < 0 && rmdir(grader.set.out) < 0 &&
        errno == ENOTEMPTY)
        grade_die("OUT=%s holds other things than grades.", grader.set.out);
    int fd = -1;
    if (file_make_folder(grader.set.out, FILE_KEPT) == 0)
        fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        grade_die("OUT=%s cannot be written: %s", grader.set.out,
                  strerror(errno));
    if (!lock_soon(fd))
        grade_die("Another grader works in OUT=%s.", grader.set.out);
    static char work[PATH_MAX + 8];
    snprintf(work, sizeof work, "%s/work", grader.set.out);
    grader.work = work;
}

// The seed of this OUT: nobody who writes a submission can know it.
static void take_seed(void) {
    char text[32];
    const char *path = file_path("%s/seed", grader.set.out);
    struct text kept;
    if (!grader.set.seed_given && file_read(AT_FDCWD, path, 30, &kept) == 0) {
        grader.set.seed = strtoull(kept.bytes, NULL, 10);
        text_free(&kept);
        return;
    }
    if (!grader.set.seed_given &&
        getrandom(&grader.set.seed, sizeof grader.set.seed, 0) !=
            sizeof grader.set.seed)
        grade_die("No random seed can be had: %s", strerror(errno));
    if (!grader.set.seed_given)
        grader.set.seed >>= 12; // still a number for every JSON reader
    int length = snprintf(text, sizeof text, "%llu\n",
                          (unsigned long long)grader.set.seed);
    if (file_write(path, text, (size_t)length, 0644, FILE_KEPT) < 0)
        grade_die("OUT=%s cannot be written: %s", grader.set.out,
                  strerror(errno));
}

static void make_folders(void) {
    static const char *const name[] = {"parts", "students"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        if (file_make_folder(file_path("%s/%s", grader.set.out, name[i]),
                             FILE_KEPT) < 0)
            grade_die("%s/%s cannot be made: %s", grader.set.out, name[i],
                      strerror(errno));
}

int main(int argc, char **argv) {
    grader.notes = json_array();
    grade_take_settings(argc, argv);
    if (grader.set.parts) {
        grade_find_out();
        take_out();
        return grade_merge();
    }
    grade_find_folders();
    grade_find_bwrap();
    take_out();
    take_seed();
    make_folders();
    grade_catch_signals();
    grade_stage();
    grade_scan();
    printf("%d student%s, %d exercise%s, %d at once\n%s\n", grader.students,
           grader.students == 1 ? "" : "s", grader.exercises,
           grader.exercises == 1 ? "" : "s", grader.set.jobs, grader.isolation);
    grade_collect();
    int status = grade_all();
    file_remove_all(grader.work);
    if (status == 0)
        printf("%sThe grades are in %s/grades.csv%s\n", colour(COLOUR_BOLD),
               grader.set.out, colour(COLOUR_PLAIN));
    return status;
}
