// SPDX-License-Identifier: MIT
// What the names of files say: which exercise, whose, which attempt.
//
// Runs in: client, workers, and unpack in the sandbox.
#define _GNU_SOURCE
#include "names.h"
#include "shown.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *last_part(const char *path) {
    const char *part = path;
    for (const char *at = path; *at; at++)
        if (*at == '/' || *at == '\\')
            part = at + 1;
    return part;
}

// How long the ending of a name is that is in the list, or 0.
static size_t ending_of(const char *name, const char *const *list) {
    size_t length = strlen(name);
    for (; *list; list++) {
        size_t its = strlen(*list);
        if (length > its && strcasecmp(name + length - its, *list) == 0)
            return its;
    }
    return 0;
}

static const char *const sources[] = {".c.txt", ".c.c", ".cpp", ".cxx",
                                      ".cc",    ".c",   NULL};
static const char *const texts[] = {".txt", NULL};

// What people and systems put behind a name.
static size_t without_word(const char *name, size_t length) {
    static const char *const word[] = {"copy", "kopie",      "final",   "fixed",
                                       "new",  "submission", "solution"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        size_t its = strlen(word[i]);
        if (length <= its ||
            strncasecmp(name + length - its, word[i], its) != 0)
            continue;
        size_t end = length - its;
        while (end > 0 && strchr("_- ", name[end - 1]))
            end--;
        return end;
    }
    return length;
}

// How long `name` is without a version at its end: "-2", " (2)", "(2)", and, as
// slips, "_2", "_v2", and "final2", which keeps its word.
static size_t without_version(const char *name, size_t length, int *version,
                              bool *slip) {
    size_t end = length;
    bool round = end > 0 && name[end - 1] == ')';
    end -= round;
    size_t digits = end;
    while (digits > 0 && isdigit((unsigned char)name[digits - 1]))
        digits--;
    if (digits == end || end - digits > 6 || digits == 0)
        return length;
    size_t before = digits - 1;
    bool word = without_word(name, digits) < digits;
    if (!round && before > 0 && tolower((unsigned char)name[before]) == 'v')
        before--;
    if (!word && !strchr(round ? "(" : "-_ ", name[before]))
        return length;
    *slip |= !round && (word || before + 1 < digits || name[before] != '-');
    *version = *version ? *version : atoi(name + digits);
    if (word)
        return digits;
    return before > 0 && round && name[before - 1] == ' ' ? before - 1 : before;
}

// Small and large letters are alike, and so are "_", "-" and " ".
static bool alike(const char *a, const char *b, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]) &&
            !(a[i] && b[i] && strchr("_- ", a[i]) && strchr("_- ", b[i])))
            return false;
    return true;
}

// Where in the stem the words begin that stand at its end, behind a boundary or
// nothing; or NULL.
static const char *at_end(const char *name, size_t stem, const char *words) {
    size_t own = strlen(words);
    if (stem < own || !alike(name + stem - own, words, own) ||
        (stem > own && !strchr("_- ", name[stem - own - 1])))
        return NULL;
    return name + stem - own;
}

// "ex1", "exercise 01", "ex01_process_per_task" or "01-process-per-task" where
// "ex1_process_per_task" was wanted.
static const char *by_number(const char *name, size_t stem,
                             const char *wanted) {
    static const char *const form[] = {
        "exercise%d",  "exercise%02d",  "ex%d",  "ex%02d", "%02d",
        "exercise %d", "exercise %02d", "ex %d", "ex %02d"};
    int number, digits;
    if (sscanf(wanted, "ex%d%n_", &number, &digits) != 1)
        return NULL;
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        char words[NAME_SIZE];
        int short_one = snprintf(words, sizeof words, form[i], number);
        snprintf(words + short_one, sizeof words - (size_t)short_one, "%s",
                 wanted + digits);
        const char *at = at_end(name, stem, words);
        words[short_one] = 0;
        if (!at && !isdigit((unsigned char)*words))
            at = at_end(name, stem, words);
        if (at)
            return at;
    }
    return NULL;
}

// Where in the stem a wanted file's name begins, as it is or by its number.
static const char *find_stem(const char *name, size_t stem, char *const *wanted,
                             int *which, bool *slip) {
    for (int i = 0; wanted[i]; i++) {
        char own[NAME_SIZE];
        snprintf(own, sizeof own, "%.*s", (int)(strlen(wanted[i]) - 2),
                 wanted[i]);
        const char *at = at_end(name, stem, own);
        const char *numbered = at ? NULL : by_number(name, stem, own);
        if (!at && !numbered)
            continue;
        *which = i;
        *slip |= numbered || strncasecmp(at, own, strlen(own)) != 0;
        return at ? at : numbered;
    }
    return NULL;
}

// Where in `name` the wanted file's name begins, as it is or with a slip; which,
// and which version.
static const char *find_wanted(const char *name, char *const *wanted,
                               int *which, int *version, bool *slip) {
    size_t length = strlen(name), ending = ending_of(name, sources);
    if (ending == 0)
        ending = ending_of(name, texts);
    if (*name == '.' || ending == 0)
        return NULL;
    bool behind = strcasecmp(name + length - ending, ".c") != 0;
    *version = 0;
    for (size_t stem = length - ending, shorter;; stem = shorter) {
        *slip = behind;
        const char *at = find_stem(name, stem, wanted, which, slip);
        if (at)
            return at;
        shorter = without_version(name, stem, version, &behind);
        if (shorter == stem) {
            shorter = without_word(name, stem);
            behind = true;
        }
        if (shorter == stem)
            return NULL;
    }
}

int name_is_wanted(const char *path, char *const *wanted, int *version,
                   bool *slip) {
    int which = -1;
    return find_wanted(last_part(path), wanted, &which, version, slip) ? which
                                                                       : -1;
}

bool name_is_like(const char *path) {
    const char *name = last_part(path);
    return strncasecmp(name, "ex", 2) == 0 && isdigit((unsigned char)name[2]);
}

bool name_is_source(const char *path) {
    return ending_of(last_part(path), sources) > 0;
}

static const char *const opened[] = {
    ".zip", ".tar",    ".tar.gz", ".tgz",     ".tar.bz2", ".tbz2",
    ".tbz", ".tar.xz", ".txz",    ".tar.zst", NULL};
static const char *const closed[] = {".rar", ".7z", ".gz", ".bz2", ".xz", NULL};

bool name_is_archive(const char *path) {
    return ending_of(last_part(path), opened) > 0;
}

bool name_is_closed(const char *path) {
    return ending_of(last_part(path), closed) > 0;
}

static void copy(char *to, size_t room, const char *from, size_t length) {
    length = strnlen(from, length < room ? length : room - 1);
    memcpy(to, from, length);
    to[length] = 0;
}

#define MOODLE "_assignsubmission_"

// Where the digits before a mark of Moodle's begin, after a "_"; or NULL.
static const char *number_before(const char *name, const char *mark) {
    const char *number = mark;
    while (number > name && isdigit((unsigned char)number[-1]))
        number--;
    return number == mark || number < name + 2 || number[-1] != '_' ? NULL
                                                                    : number;
}

// "Jane Doe_12345_assignsubmission_file_lab.zip". A student chooses what he
// calls his file, and often himself: where there are several marks, all must
// have the same number, or he could hand in for another.
static bool parse_moodle(const char *name, struct name_of *of) {
    const char *mark = strstr(name, MOODLE);
    const char *number = mark ? number_before(name, mark) : NULL;
    if (!number)
        return false;
    size_t digits = (size_t)(mark - number);
    for (const char *next = mark; (next = strstr(next + 1, MOODLE));) {
        const char *other = number_before(name, next);
        if (!other || (size_t)(next - other) != digits ||
            memcmp(number, other, digits) != 0)
            return false;
    }
    copy(of->student, sizeof of->student, name, (size_t)(number - 1 - name));
    copy(of->number, sizeof of->number, number, digits);
    const char *file = strchr(mark + strlen(MOODLE), '_');
    copy(of->file, sizeof of->file, file ? file + 1 : "", NAME_SIZE);
    return true;
}

static size_t digits_and_line(const char *text) {
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && text[digits] == '_' ? digits + 1 : 0;
}

// "doejane_LATE_12345_67890_lab-1.zip"; LATE need not be there.
static bool parse_canvas(const char *name, struct name_of *of) {
    const char *line = strchr(name, '_');
    if (!line || line == name)
        return false;
    const char *student_number = line + 1;
    if (strncmp(student_number, "LATE_", 5) == 0)
        student_number += 5;
    size_t first = digits_and_line(student_number);
    size_t second = first ? digits_and_line(student_number + first) : 0;
    const char *file = student_number + first + second;
    if (!first || !second || !*file)
        return false;
    copy(of->student, sizeof of->student, name, (size_t)(line - name));
    copy(of->number, sizeof of->number, student_number, first - 1);
    copy(of->file, sizeof of->file, file, NAME_SIZE);
    const char *dot = strchr(file, '.');
    bool slip = false;
    without_version(file, dot ? (size_t)(dot - file) : strlen(file),
                    &of->version, &slip);
    return true;
}

bool name_parse(const char *name, bool folder, char *const *wanted,
                struct name_of *of) {
    memset(of, 0, sizeof *of);
    if (parse_moodle(name, of) || parse_canvas(name, of))
        return true;
    if (strstr(name, MOODLE))
        return false;
    size_t length = strlen(name);
    int which;
    bool slip;
    if (!folder) {
        const char *file =
            find_wanted(name, wanted, &which, &of->version, &slip);
        copy(of->file, sizeof of->file, file ? file : name, NAME_SIZE);
        size_t ending = ending_of(name, opened);
        if (!ending)
            ending = ending_of(name, closed);
        if (file)
            length = file > name ? (size_t)(file - name) - 1 : 0;
        else if (ending)
            length -= ending;
        else
            return false;
    }
    copy(of->student, sizeof of->student, name, length);
    return of->student[0] != 0;
}

void name_show(const char *bytes, bool lines, char *text, size_t room) {
    size_t have = 0, left = strlen(bytes);
    while (left > 0) {
        uint32_t it = 0;
        size_t length = shown_decode(bytes, left, &it);
        bool keeps = lines && (it == '\n' || it == '\t');
        bool shown = length > 0 && (keeps || shown_is(it));
        size_t takes = shown ? length : 3;
        if (have + takes >= room)
            break;
        memcpy(text + have, shown ? bytes : "\xef\xbf\xbd", takes);
        have += takes;
        bytes += length ? length : 1;
        left -= length ? length : 1;
    }
    text[have] = 0;
}

uint64_t name_hash(uint64_t before, const void *bytes, size_t length) {
    uint64_t hash = before ? before : 14695981039346656037u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
    return hash;
}

void name_safe(const char *bytes, char *id, size_t room) {
    size_t have = 0;
    bool same = *bytes != '.' && *bytes != '-' && *bytes;
    for (const char *at = bytes; *at; at++) {
        bool safe = isalnum((unsigned char)*at) || strchr("._-", *at);
        same = same && safe;
        bool first = at == bytes && !isalnum((unsigned char)*at);
        same = same && have < 40;
        if (have < 40)
            id[have++] = safe && !first ? *at : '_';
    }
    id[have] = 0;
    if (!same)
        snprintf(id + have, room - have, "-%08x",
                 (unsigned)(name_hash(0, bytes, strlen(bytes)) >> 32));
}
