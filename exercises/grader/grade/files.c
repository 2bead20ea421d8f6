// SPDX-License-Identifier: MIT
// Reading and writing whole files, so that they are whole or not there.
//
// Runs in: client and workers.
#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *file_path(const char *format, ...) {
    static char buffer[16][PATH_MAX];
    static int turn;
    char *it = buffer[turn++ % 16];
    va_list args;
    va_start(args, format);
    vsnprintf(it, sizeof buffer[0], format, args);
    va_end(args);
    return it;
}

static int write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t wrote = write(fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return 0;
}

static bool is_so(const char *path, const void *bytes, size_t length) {
    struct text text;
    bool same = file_read(AT_FDCWD, path, length, &text) == 0 &&
                text.length == length && !memcmp(text.bytes, bytes, length);
    text_free(&text);
    return same;
}

// What a user keeps to himself. Scratch files are for the sandbox's user, too.
static mode_t users_mask(void) {
    mode_t mask = umask(077);
    umask(mask);
    return mask;
}

int file_write(const char *path, const void *bytes, size_t length, mode_t mode,
               enum file_care care) {
    char beside[PATH_MAX];
    if (care == FILE_KEPT && is_so(path, bytes, length))
        return 0;
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return -1;
    if (care == FILE_KEPT)
        mode &= ~users_mask();
    int bad = write_all(fd, bytes, length) < 0 || fchmod(fd, mode) < 0 ||
              (care == FILE_KEPT && fsync(fd) < 0);
    int why = errno;
    if (close(fd) < 0 && !bad) { // some file systems tell only now
        bad = 1;
        why = errno;
    }
    if (!bad && rename(beside, path) == 0)
        return 0;
    if (!bad)
        why = errno;
    unlink(beside);
    errno = why;
    return -1;
}

int file_write_json(const char *path, const json_t *json, enum file_care care) {
    char *text = json_dumps(json, JSON_INDENT(2));
    if (!text) {
        errno = ENOMEM;
        return -1;
    }
    size_t length = strlen(text);
    text[length] = '\n'; // in place of the NUL, which nobody needs
    int bad = file_write(path, text, length + 1, 0644, care);
    free(text);
    return bad;
}

static int read_open(int fd, size_t most, struct text *text) {
    text->bytes = malloc(most + 2);
    if (!text->bytes)
        return -1;
    ssize_t got;
    while (text->length <= most && (got = read(fd, text->bytes + text->length,
                                               most + 1 - text->length)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            text->length += (size_t)got;
    }
    text->bytes[text->length] = 0;
    errno = EFBIG;
    return text->length > most ? -1 : 0;
}

int file_read(int folder, const char *path, size_t most, struct text *text) {
    *text = (struct text){0};
    // No link is followed, and no fifo waited for.
    int fd = openat(folder, path,
                    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    struct stat about;
    int bad = fstat(fd, &about);
    if (!bad && !S_ISREG(about.st_mode)) {
        errno = EINVAL;
        bad = -1;
    } else if (!bad && about.st_size > (off_t)most) {
        errno = EFBIG;
        bad = -1;
    }
    bad = bad || read_open(fd, most, text);
    int why = errno;
    close(fd);
    if (bad)
        text_free(text);
    errno = why;
    return bad ? -1 : 0;
}

json_t *file_read_json(const char *path) {
    json_error_t error;
    return json_load_file(path, 0, &error);
}

int file_make_folder(const char *path, enum file_care care) {
    struct stat about;
    if (mkdir(path, 0777) == 0)
        return care == FILE_KEPT ? 0 : chmod(path, 0755);
    if (errno != EEXIST || stat(path, &about) < 0)
        return -1;
    errno = ENOTDIR;
    return S_ISDIR(about.st_mode) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *about, int kind,
                      struct FTW *where) {
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

int file_remove_all(const char *path) {
    int bad = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return bad && errno == ENOENT ? 0 : bad;
}
