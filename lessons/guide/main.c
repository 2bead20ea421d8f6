// SPDX-License-Identifier: MIT
// The guide: takes a learner through the parts of one lesson.
//
// Interface: knobs come from the environment, where make puts them; the lesson
// is the claims.c that this is linked with (see guide.h).
// Runs in: the guide.
#define _GNU_SOURCE // sched_getaffinity
#include "../../exercises/colour.h"
#include "internal.h"

#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LICENSES "/usr/share/common-licenses"

size_t guide_knob(const char *name, size_t preset, size_t least, size_t most) {
    const char *text = guide_setting(name);
    char *end;

    if (!text)
        return preset;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    // strtoull() takes " 7", "+7" and, by wrapping round, "-7": we do not.
    if (!isdigit((unsigned char)*text) || *end || errno || value < least ||
        value > most)
        guide_refuse("%s must be a whole number from %zu to %zu, not \"%s\".",
                     name, least, most, guide_print(text, 14));
    return (size_t)value;
}

size_t guide_workers(void) {
    cpu_set_t cpus;
    size_t count = 2;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 2)
        count = (size_t)CPU_COUNT(&cpus);
    return guide_knob("WORKERS", count < 256 ? count : 256, 1, 256);
}

size_t guide_tasks(size_t preset, size_t most) {
    return guide_knob("TASKS", preset, 1, most);
}

const char *guide_input(void) {
    const char *input = guide_setting("INPUT");
    if (input)
        return input;
    return access(LICENSES "/GPL-3", R_OK) == 0 ? LICENSES "/GPL-3" : "LICENSE";
}

const char *guide_folder(void) {
    const char *input = guide_setting("INPUT");
    if (input)
        return input;
    return access(LICENSES, R_OK) == 0 ? LICENSES : "lib";
}

bool guide_python(void) { return guide_setting("TWIN") != NULL; }

bool guide_tsan(void) {
    const char *sanitize = guide_setting("GUIDE_SANITIZE");
    return sanitize && strstr(sanitize, "thread");
}

const char *guide_pool(void) { return guide_setting("POOL"); }

// INPUT= names something that a program of this lesson can open, or the lesson
// ends here and not in the middle.
static void check_input(void) {
    const char *input = guide_setting("INPUT");
    struct stat info;
    if (!input)
        return;
    if (!(guide_lesson.knobs & (GUIDE_INPUT | GUIDE_FOLDER))) {
        guide_say("INPUT= changes nothing in this lesson: %s.",
                  guide_lesson.no_input ? guide_lesson.no_input
                                        : "its programs read no file");
        return;
    }
    if (stat(input, &info) != 0 || access(input, R_OK) != 0)
        guide_refuse("INPUT=%s: %s.", guide_print(input, 34), strerror(errno));
    if (S_ISDIR(info.st_mode) && !(guide_lesson.knobs & GUIDE_FOLDER))
        guide_refuse("INPUT=%s is a folder, not a file.",
                     guide_print(input, 34));
    if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode))
        guide_refuse("INPUT=%s is neither a file nor a folder.",
                     guide_print(input, 34));
}

// Bad knobs end the guide before anything runs; idle ones are named.
static void check_knobs(void) {
    bool predict = guide_knob("PREDICT", 1, 0, 1);
    bool step = guide_knob("STEP", 1, 0, 1);
    guide_workers();
    guide_tasks(1, 1000000);
    perfetto_check();
    guide.terminal = predict && isatty(0) && isatty(1);
    guide.step = guide.terminal && step;
    guide.color = colour_wanted(STDOUT_FILENO);
    struct winsize window = {0};
    guide.width = 80;
    if (isatty(1) && ioctl(1, TIOCGWINSZ, &window) == 0 && window.ws_col >= 60)
        guide.width = window.ws_col < 200 ? window.ws_col : 200;
    printf("\n%sLesson %d: %s%s\n\n", guide_color("1"), guide_lesson.number,
           guide_lesson.title, guide_color("0"));
    check_input();
    if (guide_setting("WORKERS") && !(guide_lesson.knobs & GUIDE_WORKERS))
        guide_say("WORKERS= changes nothing in this lesson.");
    if (guide_setting("TASKS") && !(guide_lesson.knobs & GUIDE_TASKS))
        guide_say("TASKS= changes nothing in this lesson.");
    if (guide_tsan())
        guide_say("SANITIZE=thread: ThreadSanitizer watches the threads of one "
                  "process. It does not see what one process writes and "
                  "another reads. %s shows what it is for.",
                  guide_lesson.number == 10 ? "Part 3" : "Lesson 10");
}

static int end(void) {
    guide_paragraph();
    if (guide.unseen)
        guide_say("%s marked [--]: %s.",
                  guide_count((size_t)guide.unseen, "claim"),
                  guide_python() ? "Python's pool writes no trace"
                  : guide_pool() ? "they need the library: your pool "
                                   "has no trace, no supervisor, and "
                                   "no messages of its own"
                                 : "this run could not look");
    if (!guide.broken) {
        printf("  Now read lessons/%02d-*/README.md, and break a program on "
               "purpose.\n",
               guide_lesson.number);
        return EXIT_SUCCESS;
    }
    fflush(stdout);
    fprintf(stderr, "lesson %d: %d claim%s above did not hold.\n",
            guide_lesson.number, guide.broken, guide.broken == 1 ? "" : "s");
    return EXIT_FAILURE;
}

int main(int argc, char **argv) {
    // Line by line, also into a pipe: what came before a crash is not lost.
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2) {
        fprintf(stderr, "usage: guide FOLDER, where the lesson's programs "
                        "were built\n");
        return 2;
    }
    guide.programs = argv[1];
    guide.out = guide_setting("LESSON_OUT");
    guide.trace = guide_setting("TRACE");
    check_knobs();
    if (access("/proc/self/stat", R_OK) != 0)
        guide_refuse("the claims are checked in /proc, which is not mounted.");
    for (const struct guide_part *p = guide_lesson.parts; p->show; p++) {
        if (guide.part)
            guide_pause();
        guide_paragraph();
        guide.absent = false;
        printf("%s%d  %s%s\n\n", guide_color("1"), ++guide.part, p->title,
               guide_color("0"));
        p->show();
    }
    perfetto_write();
    return end();
}
