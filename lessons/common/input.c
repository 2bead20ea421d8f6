// SPDX-License-Identifier: MIT
// Real input for lessons: files, words, checksums (see lesson.h).
// Runs in: client, lesson_checksum() and lesson_nearest() in workers too.
#include "common.h"
#include "lesson.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRESET "/usr/share/common-licenses"
#define PRESET_TEXT PRESET "/GPL-3"
#define MOST_FILES 10000u
#define MOST_BYTES (16u << 20) // of one file; larger ones are left out
#define MOST_WORDS 100000u
#define MOST_COMPARED 2000u // words that lesson_nearest() looks at

static void *must(void *memory) {
    if (!memory)
        lesson_refuse("out of memory.");
    return memory;
}

const char *lesson_print(const char *text, int width) {
    static char rings[8][80];
    static unsigned next;
    char *out = rings[next++ % 8];
    int i = 0;

    for (; text[i]; i++) {
        if (i == width || i == 79) {
            memcpy(out + i - 2, "..", 2);
            break;
        }
        out[i] = isprint((unsigned char)text[i]) ? text[i] : '?';
    }
    out[i] = '\0';
    return out;
}

const char *lesson_name(const char *path, int width) {
    const char *slash = strrchr(path, '/');
    return lesson_print(slash && slash[1] ? slash + 1 : path, width);
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool usable(const FTSENT *entry) {
    return entry->fts_info == FTS_F && S_ISREG(entry->fts_statp->st_mode) &&
           entry->fts_statp->st_size <= MOST_BYTES &&
           entry->fts_pathlen < LESSON_PATH &&
           faccessat(AT_FDCWD, entry->fts_path, R_OK, AT_EACCESS) == 0;
}

// All usable files below `root`, hidden ones left out.
static struct lesson_files walk(const char *root) {
    struct lesson_files all = {0};
    char *roots[] = {(char *)root, NULL};
    FTS *tree = fts_open(
        roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | FTS_XDEV, by_name);
    FTSENT *entry;

    all.file = lesson_calloc(MOST_FILES, sizeof *all.file);
    while (tree && all.count < MOST_FILES && (entry = fts_read(tree))) {
        if (entry->fts_level == 0 && entry->fts_errno)
            lesson_refuse("INPUT=%s: %s.", lesson_print(root, 34),
                          strerror(entry->fts_errno));
        if (entry->fts_level > 0 && entry->fts_name[0] == '.')
            fts_set(tree, entry, FTS_SKIP);
        else if (usable(entry)) {
            struct lesson_file *file = &all.file[all.count++];
            strcpy(file->path, entry->fts_path);
            file->size = (uint64_t)entry->fts_statp->st_size;
        }
    }
    if (tree)
        fts_close(tree);
    if (!all.count)
        lesson_refuse("INPUT=%s holds no file that can be read.",
                      lesson_print(root, 34));
    all.distinct = all.count;
    return all;
}

struct lesson_files lesson_files(size_t count) {
    const char *root = lesson_setting("INPUT");
    if (!root) // not a Debian? Then the repository's own files will do.
        root = access(PRESET, R_OK) == 0 ? PRESET : "lib";

    struct lesson_files all = walk(root);
    all.count = count ? count : all.distinct;
    if (all.count > all.distinct)
        all.file = must(realloc(all.file, all.count * sizeof *all.file));
    for (size_t i = all.distinct; i < all.count; i++)
        all.file[i] = all.file[i - all.distinct];
    return all;
}

// Opens without waiting, should the path be a pipe or a device by now.
static int open_file(const char *path) {
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

uint32_t lesson_crc(uint32_t crc, const void *bytes, size_t size) {
    crc = ~crc;
    for (const unsigned char *at = bytes; size > 0; at++, size--) {
        crc ^= *at;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

int lesson_checksum(const char *path, uint32_t *crc) {
    unsigned char bytes[16384];
    ssize_t got;
    int fd = open_file(path);

    if (fd < 0)
        return -1;
    *crc = 0;
    while ((got = read(fd, bytes, sizeof bytes)) > 0)
        *crc = lesson_crc(*crc, bytes, (size_t)got);
    int saved = errno;
    close(fd);
    errno = saved;
    return got < 0 ? -1 : 0;
}

// The words seen so far, and a hash table of their numbers + 1.
struct vocabulary {
    struct lesson_words *words;
    uint32_t *table;
    bool different;
};

#define SLOTS (1u << 18) // more than twice MOST_WORDS

static void add_word(struct vocabulary *v, const char *text) {
    uint32_t hash = 2166136261u, slot;
    struct lesson_words *words = v->words;

    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (slot = hash % SLOTS; v->different && v->table[slot];
         slot = (slot + 1) % SLOTS)
        if (strcmp(words->word[v->table[slot] - 1].text, text) == 0)
            return;
    if (words->distinct == MOST_WORDS)
        return;
    strcpy(words->word[words->distinct++].text, text);
    v->table[slot] = (uint32_t)words->distinct;
}

static void read_words(struct vocabulary *v, const char *path) {
    char bytes[16384], word[LESSON_WORD] = "";
    size_t length = 0;
    ssize_t got;
    int fd = open_file(path);

    if (fd < 0)
        return;
    do {
        got = read(fd, bytes, sizeof bytes);
        // At the end of the file one more separator ends the last word.
        for (ssize_t i = 0; i < (got > 0 ? got : 1); i++) {
            unsigned char c = got > 0 ? (unsigned char)bytes[i] : ' ';
            if (c < 128 && isalpha(c)) {
                if (length < LESSON_WORD - 1)
                    word[length++] = (char)tolower(c);
            } else if (length) {
                word[length] = '\0';
                add_word(v, word);
                length = 0;
            }
        }
    } while (got > 0);
    close(fd);
}

struct lesson_words lesson_words(size_t count, bool different) {
    struct lesson_words words = {0};
    struct vocabulary v = {&words, NULL, different};
    const char *root = lesson_setting("INPUT");

    if (!root)
        root = access(PRESET_TEXT, R_OK) == 0 ? PRESET_TEXT : "LICENSE";
    words.source = strdup(lesson_name(root, 40));
    words.word = lesson_calloc(MOST_WORDS, sizeof *words.word);
    v.table = lesson_calloc(SLOTS, sizeof *v.table);

    struct lesson_files files = walk(root);
    for (size_t i = 0; i < files.count; i++)
        read_words(&v, files.file[i].path);
    lesson_files_free(&files);
    free(v.table);
    if (!words.distinct)
        lesson_refuse("INPUT=%s holds no word (letters a to z).",
                      lesson_print(root, 34));

    words.count = count ? count : words.distinct;
    size_t room = count > words.distinct ? count : words.distinct;
    words.word = must(realloc(words.word, room * sizeof *words.word));
    for (size_t i = words.distinct; i < room; i++)
        words.word[i] = words.word[i - words.distinct];
    return words;
}

void lesson_files_free(struct lesson_files *files) {
    free(files->file);
    *files = (struct lesson_files){0};
}

void lesson_words_free(struct lesson_words *words) {
    free(words->word);
    free((char *)words->source);
    *words = (struct lesson_words){0};
}

// Edit distance: how many letters to change, add or drop (Levenshtein).
static unsigned distance(const char *a, const char *b) {
    unsigned row[LESSON_WORD];
    unsigned j;

    for (j = 0; j < LESSON_WORD; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0]++;
        for (j = 1; b[j - 1]; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (diagonal + 1 < best)
                best = diagonal + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[strlen(b)];
}

size_t lesson_nearest(const struct lesson_words *words, const char *word,
                      unsigned *least) {
    size_t best = 0, most = words->distinct;

    *least = 0;
    if (most > MOST_COMPARED)
        most = MOST_COMPARED;
    for (size_t i = 0; i < most; i++) {
        unsigned d = distance(word, words->word[i].text);
        if (d > 0 && (*least == 0 || d < *least)) {
            *least = d;
            best = i;
        }
    }
    return best;
}
