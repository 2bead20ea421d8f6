// SPDX-License-Identifier: MIT
// Takes the wanted source files out of an archive. Nothing is written to disk.
//
//   unpack NAME.c … <archive
//
// For each file that is wanted, by its name, wherever it lies in the archive:
//   file <which NAME> <version> <mtime> <bytes of path> <bytes of content>\n
//   <path><content>
// and for whatever a person should know:
//   note <bytes>\n<sentence>
// A zip or a tar, compressed or not. Links, devices and paths that lead outside
// are passed over and named. The grader takes this output as a student's word.
//
// Runs in: the sandbox, for archives are written by students.
#define _GNU_SOURCE
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grader_limits.h"
#include "names.h"
#include "sandbox.h"

static int notes;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...) {
    if (++notes > LIMIT_NOTES)
        return;
    char *text;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        exit(SANDBOX_REFUSED);
    printf("note %d\n%s", length, text);
    free(text);
}

// A path that stays in the archive: not absolute, no "..".
static bool stays_inside(const char *path) {
    if (*path == '/' || *path == '\\' || (path[0] && path[1] == ':'))
        return false;
    for (const char *at = path; (at = strstr(at, "..")); at += 2) {
        bool first = at == path || at[-1] == '/' || at[-1] == '\\';
        if (first && (at[2] == 0 || at[2] == '/' || at[2] == '\\'))
            return false;
    }
    return true;
}

static void take(struct archive *archive, struct archive_entry *entry,
                 const char *path, int which, int version) {
    char *bytes = malloc(LIMIT_SOURCE + 1);
    if (!bytes)
        exit(SANDBOX_REFUSED);
    size_t have = 0;
    la_ssize_t got = 0;
    while (have <= LIMIT_SOURCE &&
           (got = archive_read_data(archive, bytes + have,
                                    LIMIT_SOURCE + 1 - have)) > 0)
        have += (size_t)got;
    if (got < 0)
        note("%s in it cannot be read: %s.", path,
             archive_error_string(archive));
    else if (have > LIMIT_SOURCE)
        note("%s in it is larger than %ld KiB and was not read.", path,
             LIMIT_SOURCE / KIB);
    else {
        printf("file %d %d %lld %zu %zu\n%s", which, version,
               (long long)archive_entry_mtime(entry), strlen(path), have, path);
        fwrite(bytes, 1, have, stdout);
    }
    free(bytes);
}

static void look_at(struct archive *archive, struct archive_entry *entry,
                    char **wanted) {
    const char *path = archive_entry_pathname(entry);
    if (!path)
        path = archive_entry_pathname_utf8(entry);
    if (!path || strlen(path) > 4096) {
        note("A file in it has no readable name.");
        return;
    }
    int version;
    bool slip;
    int which = name_is_wanted(path, wanted, &version, &slip);
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return;
    if (!stays_inside(path))
        note("%s in it leads outside of the archive and was not read.", path);
    else if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) ||
             archive_entry_filetype(entry) != AE_IFREG)
        note("%s in it is a link or no ordinary file and was not read.", path);
    else if (archive_entry_is_encrypted(entry))
        note("%s in it is encrypted and was not read.", path);
    else if (which >= 0)
        take(archive, entry, path, which, version);
    else if (name_is_archive(path))
        note("%s in it is an archive in an archive and was not opened.", path);
    else if (name_is_source(path))
        note("%s in it was not read: its name is no exercise's.", path);
    else if (name_is_like(path))
        note("%s in it was not read: it is no C file.", path);
}

static struct archive *open_archive(void) {
    struct archive *archive = archive_read_new();
    if (!archive)
        exit(SANDBOX_REFUSED);
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    if (archive_read_open_fd(archive, 0, 64 * KIB) != ARCHIVE_OK) {
        note("It is no zip or tar archive: %s.", archive_error_string(archive));
        exit(fflush(stdout) == 0 ? SANDBOX_DAMAGED : SANDBOX_REFUSED);
    }
    return archive;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: unpack NAME.c ... <archive\n");
        return 2;
    }
    // Names in an archive may say that they are UTF-8.
    if (!setlocale(LC_ALL, "C.UTF-8"))
        setlocale(LC_ALL, "");
    struct archive *archive = open_archive();
    struct archive_entry *entry;
    int status, entries = 0;
    while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN) {
        if (++entries > LIMIT_ENTRIES) {
            note("It has more than %d entries; the rest was not read.",
                 LIMIT_ENTRIES);
            break;
        }
        if (archive_filter_bytes(archive, 0) > LIMIT_UNPACKED) {
            note("It unpacks to more than %ld MiB; the rest was not read.",
                 LIMIT_UNPACKED / MIB);
            break;
        }
        look_at(archive, entry, argv + 1);
    }
    bool damaged =
        status != ARCHIVE_OK && status != ARCHIVE_WARN && status != ARCHIVE_EOF;
    if (damaged)
        note("It is damaged: %s.", archive_error_string(archive));
    else if (entries == 0)
        note("It is empty.");
    archive_read_free(archive);
    if (fflush(stdout) != 0)
        return SANDBOX_REFUSED;
    return damaged && entries == 0 ? SANDBOX_DAMAGED : 0;
}
