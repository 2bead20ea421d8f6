// SPDX-License-Identifier: MIT
// Narration, knobs, the prediction and the claims of a lesson (see lesson.h).
// Runs in: client.
#define _GNU_SOURCE // sched_getaffinity, vasprintf
#include "lesson.h"
#include "common.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WIDTH 78

// One lesson per process, so its state may live here.
static struct {
    int number, parts, claims, broken;
    const char *const *choices;
    char said; // what the reader predicted; 0: nothing
} lesson;

// The value of a knob; NULL where it is not set, or set to nothing.
const char *lesson_setting(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

int lesson_number(void) { return lesson.number; }

void lesson_refuse(const char *format, ...) {
    va_list args;
    fflush(NULL);
    fprintf(stderr, "lesson %d: ", lesson.number);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(2);
}

void *lesson_calloc(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        lesson_refuse("out of memory.");
    return memory;
}

size_t lesson_knob(const char *name, size_t preset, size_t least, size_t most) {
    const char *text = lesson_setting(name);
    char *end;

    if (!text)
        return preset;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    // strtoull() takes " 7", "+7" and, by wrapping round, "-7": we do not.
    if (!isdigit((unsigned char)*text) || *end || errno || value < least ||
        value > most)
        lesson_refuse("%s must be a whole number from %zu to %zu, not \"%s\".",
                      name, least, most, lesson_print(text, 14));
    return (size_t)value;
}

size_t lesson_workers(void) {
    cpu_set_t cpus;
    size_t count = 2;
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 2)
        count = (size_t)CPU_COUNT(&cpus);
    return lesson_knob("WORKERS", count < 256 ? count : 256, 1, 256);
}

size_t lesson_tasks(size_t preset, size_t most) {
    return lesson_knob("TASKS", preset, 1, most);
}

// Prints words of `text` with `first` before the first line and `rest` before
// all others, no line longer than WIDTH.
static void wrap(const char *first, const char *rest, const char *text) {
    size_t column = strlen(first);
    fputs(first, stdout);
    for (bool started = false; *text; started = true) {
        size_t length = strcspn(text, " \n");
        if (started && column + 1 + length > WIDTH) {
            printf("\n%s", rest);
            column = strlen(rest);
        } else if (started) {
            column += (size_t)printf(" ");
        }
        column += (size_t)printf("%.*s", (int)length, text);
        text += length;
        text += strspn(text, " \n");
    }
    putchar('\n');
}

static void vwrap(const char *first, const char *rest, const char *format,
                  va_list args) {
    char *text;
    if (vasprintf(&text, format, args) < 0)
        lesson_refuse("out of memory.");
    wrap(first, rest, text);
    free(text);
}

void lesson_begin(int number, const char *title) {
    // Line by line, also into a pipe: what came before a crash is not lost.
    setvbuf(stdout, NULL, _IOLBF, 0);
    lesson.number = number;
    lesson_knob("PREDICT", 1, 0, 1);
    lesson_workers(); // a bad one is told even by a lesson that needs none
    lesson_check_trace();
    printf("\nLesson %d: %s\n\n", number, title);
}

void lesson_paragraph(void) {
    if (lesson.claims)
        putchar('\n');
    lesson.claims = 0;
}

void lesson_part(const char *title) {
    lesson_paragraph();
    printf("%d  %s\n\n", ++lesson.parts, title);
}

void lesson_say(const char *format, ...) {
    va_list args;
    lesson_paragraph();
    va_start(args, format);
    vwrap("  ", "  ", format, args);
    va_end(args);
    putchar('\n');
}

bool lesson_claim(bool holds, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vwrap(holds ? "  [ok] " : "  [NOT SO] ", "       ", format, args);
    va_end(args);
    lesson.claims++;
    lesson.broken += !holds;
    return holds;
}

void lesson_predict(const char *question, const char *const choices[]) {
    char line[80], label[] = "    a) ";
    int last = 'a' - 1;

    lesson.choices = choices;
    wrap("  Predict: ", "  ", question);
    for (; choices[last + 1 - 'a']; last++, label[4]++)
        wrap(label, "       ", choices[label[4] - 'a']);
    putchar('\n');
    if (!lesson_knob("PREDICT", 1, 0, 1) || !isatty(0) || !isatty(1))
        return;
    while (!lesson.said) {
        printf("  Your answer, a to %c (Enter: none): ", last);
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin) || line[0] == '\n')
            break;
        int letter = tolower((unsigned char)line[0]);
        if (letter >= 'a' && letter <= last && line[1] == '\n')
            lesson.said = (char)letter;
        else if (!strchr(line, '\n')) // a long line: drop the rest of it
            for (int c; (c = getchar()) != '\n' && c != EOF;)
                ;
    }
    putchar('\n');
}

// "You said:   b) one" or "It was:     c) all of them".
static void show_choice(const char *who, char choice) {
    char first[32];
    snprintf(first, sizeof first, "  %-12s%c) ", who, choice);
    wrap(first, "                 ", lesson.choices[choice - 'a']);
}

void lesson_answer(char right, const char *why, ...) {
    va_list args;
    lesson_paragraph();
    if (lesson.said)
        show_choice("You said:", lesson.said);
    show_choice("It was:", right);
    va_start(args, why);
    vwrap("  Because:    ", "              ", why, args);
    va_end(args);
    if (lesson.said)
        printf("  %s\n", lesson.said == right
                             ? "You were right."
                             : "Now you know better than before.");
    putchar('\n');
}

int lesson_failed(const char *what, int error) {
    int saved = errno;
    fflush(stdout);
    fprintf(stderr, "lesson %d: %s: %s\n", lesson.number, what,
            error ? pool_strerror(error) : strerror(saved));
    return EXIT_FAILURE;
}

int lesson_must_not_fail(const char *call, int error) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(call, "("), call);
    if (error < 0)
        exit(lesson_failed(name, error));
    return error;
}

void *lesson_must_have(const char *call, void *made) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(call, "("), call);
    if (!made)
        exit(lesson_failed(name, 0));
    return made;
}

int lesson_end(void) {
    lesson_paragraph();
    if (!lesson.broken) {
        printf("  Now read lessons/%02d-*/README.md and break it on purpose.\n",
               lesson.number);
        return EXIT_SUCCESS;
    }
    fflush(stdout);
    fprintf(stderr, "lesson %d: %d claim%s above did not hold.\n",
            lesson.number, lesson.broken, lesson.broken == 1 ? "" : "s");
    return EXIT_FAILURE;
}

uint64_t lesson_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

const char *lesson_times(double slow, double fast) {
    static char rings[8][40];
    static unsigned next;
    char *out = rings[next++ % 8], digits[32];
    double ratio = slow / (fast > 0 ? fast : 1);
    double unit = 0.1;

    while (ratio >= 100 * unit)
        unit *= 10;
    ratio = (double)(long long)(ratio / unit + 0.5) * unit;
    snprintf(digits, sizeof digits, "%.*f", unit < 1, ratio);
    // 40000 is easier to read as 40,000.
    strcpy(out, "about ");
    size_t whole = strcspn(digits, "."), o = strlen(out);
    for (size_t i = 0; digits[i]; i++) {
        if (i && i < whole && (whole - i) % 3 == 0)
            out[o++] = ',';
        out[o++] = digits[i];
    }
    strcpy(out + o, " times");
    return out;
}
