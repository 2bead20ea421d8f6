// SPDX-License-Identifier: MIT
// What the guide says and asks: wrapped texts, predictions, claims.
// Runs in: the guide.
#define _GNU_SOURCE // vasprintf
#include "internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const *choices; // of the last question
static char said;                  // what the reader answered; 0: nothing

const char *guide_color(const char *code) {
    static char rings[8][12];
    static unsigned next;
    if (!guide.color)
        return "";
    char *out = rings[next++ % 8];
    snprintf(out, sizeof rings[0], "\033[%.6sm", code);
    return out;
}

const char *guide_text(const char *format, ...) {
    va_list args;
    char *text;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        guide_refuse("out of memory.");
    va_end(args);
    return text; // needed until the end, which frees it
}

const char *guide_print(const char *text, int width) {
    char *out = guide_alloc((size_t)width + 1, 1);
    for (int i = 0; text[i]; i++) {
        if (i == width) {
            memcpy(out + i - 2, "..", 2);
            break;
        }
        out[i] = text[i];
        if (!isprint((unsigned char)text[i]) || (unsigned char)text[i] > 126)
            out[i] = '?';
    }
    return out;
}

// 40000 is easier to read as 40,000.
static const char *grouped(const char *digits) {
    size_t whole = strcspn(digits, "."), o = 0;
    char *out = guide_alloc(2 * strlen(digits) + 1, 1);
    for (size_t i = 0; digits[i]; i++) {
        if (i && i < whole && (whole - i) % 3 == 0)
            out[o++] = ',';
        out[o++] = digits[i];
    }
    return out;
}

const char *guide_count(size_t count, const char *what) {
    bool hisses = what[strlen(what) - 1] == 's'; // 2 processes
    return guide_text("%s %s%s", grouped(guide_text("%zu", count)), what,
                      count == 1 ? ""
                      : hisses   ? "es"
                                 : "s");
}

const char *guide_times(double slow, double fast) {
    double ratio = slow / (fast > 0 ? fast : 1), unit = 0.1;
    if (!(ratio >= 0 && ratio < 1e15)) // not a number: there was no time
        return "about ? times";
    while (ratio >= 100 * unit)
        unit *= 10;
    ratio = (double)(long long)(ratio / unit + 0.5) * unit;
    return guide_text("about %s times",
                      grouped(guide_text("%.*f", unit < 1, ratio)));
}

// Columns that a text takes: colours take none.
static size_t columns(const char *text) {
    size_t count = 0;
    for (; *text; text++)
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            count++;
    return count;
}

// Prints words of `text` with `first` before the first line and `rest` before
// all others, no line longer than WIDTH.
static void wrap(const char *first, const char *rest, const char *text) {
    size_t column = columns(first);
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

static char *formatted(const char *format, va_list args) {
    char *text;
    if (vasprintf(&text, format, args) < 0)
        guide_refuse("out of memory.");
    return text;
}

void guide_paragraph(void) {
    if (guide.claims)
        putchar('\n');
    guide.claims = 0;
}

void guide_say(const char *format, ...) {
    va_list args;
    guide_paragraph();
    va_start(args, format);
    char *text = formatted(format, args);
    va_end(args);
    wrap("  ", "  ", text);
    putchar('\n');
    free(text);
}

void guide_row(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

bool guide_claim(int holds, const char *seen, const char *claim, ...) {
    va_list args;
    if (guide.absent)
        return false;
    va_start(args, claim);
    char *text = formatted(claim, args);
    va_end(args);
    const char *whole = seen && holds >= 0
                            ? guide_text("%s (seen: %s)", text, seen)
                            : guide_text("%s", text);
    free(text);
    if (holds > 0)
        wrap(guide_text("  %s[ok]%s ", guide_color("32"), guide_color("0")),
             "       ", whole);
    else if (holds == 0)
        wrap(guide_text("  %s[NOT SO]%s ", guide_color("31"), guide_color("0")),
             "           ", whole);
    else
        wrap(guide_text("  %s[--]%s ", guide_color("2"), guide_color("0")),
             "       ", whole);
    guide.claims++;
    guide.broken += holds == 0;
    guide.unseen += holds < 0;
    return holds > 0;
}

// Reads a line; drops what does not fit. False: there is none.
static bool read_line(char *line, size_t size) {
    if (!fgets(line, (int)size, stdin))
        return false;
    if (!strchr(line, '\n'))
        for (int c; (c = getchar()) != '\n' && c != EOF;)
            ;
    return true;
}

void guide_ask(const char *const answers[], const char *format, ...) {
    char line[80], label[] = "    a) ";
    int last = 'a' - 1;
    va_list args;

    guide_paragraph();
    choices = answers;
    said = 0;
    if (guide_pool()) // asked and answered with the library
        return;
    va_start(args, format);
    char *question = formatted(format, args);
    va_end(args);
    wrap(guide_text("  %sPredict:%s ", guide_color("1"), guide_color("0")),
         "  ", question);
    free(question);
    for (; choices[last + 1 - 'a']; last++, label[4]++)
        wrap(label, "       ", choices[label[4] - 'a']);
    putchar('\n');
    while (guide.terminal && !said) {
        printf("  Your answer, a to %c (Enter: none): ", last);
        fflush(stdout);
        if (!read_line(line, sizeof line) || line[0] == '\n')
            break;
        int letter = tolower((unsigned char)line[0]);
        if (letter >= 'a' && letter <= last && line[1] == '\n')
            said = (char)letter;
    }
    if (guide.terminal)
        putchar('\n');
}

// "You said:   b) one" or "It was:     c) all of them".
static void show_choice(const char *who, char choice) {
    wrap(guide_text("  %-12s%c) ", who, choice), "                 ",
         choices[choice - 'a']);
}

void guide_answer(char letter, const char *why, ...) {
    va_list args;
    if (guide.absent || guide_pool())
        return;
    guide_paragraph();
    va_start(args, why);
    char *text = formatted(why, args);
    va_end(args);
    if (said)
        show_choice("You said:", said);
    if (letter)
        show_choice("It was:", letter);
    else
        wrap("  It was:     ", "              ", "this run cannot tell");
    const char *stop = text[strlen(text) - 1] == '.' ? "" : ".";
    wrap("  Because:    ", "              ", guide_text("%s%s", text, stop));
    free(text);
    if (said && letter)
        printf("  %s\n", said == letter ? "You were right."
                                        : "Now you know better than before.");
    putchar('\n');
}

void guide_pause(void) {
    char line[80];
    if (!guide.step)
        return;
    guide_paragraph();
    printf("  Enter: go on. ");
    fflush(stdout);
    if (!read_line(line, sizeof line))
        putchar('\n');
    putchar('\n');
}
