// SPDX-License-Identifier: MIT
// Reads one submission: finds the exercises' files in a folder, an archive or a
// file, and copies them to OUT/work/in/N/. What a person should know about it
// becomes a note. No link is followed, and no archive opened outside of the
// sandbox.
//
// Runs in: workers.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "grade.h"
#include "pool.h"
#include "sandbox.h"

struct gathering {
    int index; // of the submission
    json_t *files, *notes;
    int entries, archives, read; // read: how much could be read
    char failed[600];            // on our side, or ""
};

#define MOST_ARCHIVES 8 // in one submission

// Keeps a copy of a source file.
static void keep(struct gathering *all, int exercise, int version, bool slip,
                 int64_t mtime, const char *label, const void *bytes,
                 size_t length) {
    int count = (int)json_array_size(all->files);
    if (count >= LIMIT_ENTRIES / 10)
        return;
    const char *path =
        file_path("%s/in/%d/%d.c", grader.work, all->index, count);
    if (file_write(path, bytes, length, 0644, FILE_SCRATCH) < 0) {
        snprintf(all->failed, sizeof all->failed, "%s: %s", path,
                 strerror(errno));
        return;
    }
    char shown[3 * NAME_SIZE];
    name_show(label, false, shown, sizeof shown);
    json_array_append_new(all->files,
                          json_pack("{s:i, s:i, s:b, s:I, s:s, s:s}",
                                    "exercise", exercise, "version", version,
                                    "slip", slip, "mtime", (json_int_t)mtime,
                                    "label", shown, "path", path));
}

// What unpack wrote: see unpack.c. False where it does not keep to that.
static bool take_unpacked(struct gathering *all, const char *label,
                          const struct text *out) {
    const char *at = out->bytes, *end = at + out->length;
    while (at < end) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        int which, version, used = 0;
        long long mtime;
        size_t path = 0, content = 0;
        if (!line)
            return false;
        size_t left = (size_t)(end - line) - 1;
        if (sscanf(at, "note %zu%n", &path, &used) == 1 && at + used == line &&
            path <= left) {
            grade_note(all->notes, "%s: %.*s", label, (int)path, line + 1);
        } else if (sscanf(at, "file %d %d %lld %zu %zu%n", &which, &version,
                          &mtime, &path, &content, &used) == 5 &&
                   at + used == line && path <= left &&
                   content <= left - path && content <= LIMIT_SOURCE &&
                   which >= 0 && which < grader.exercises) {
            char *name;
            if (asprintf(&name, "%s: %.*s", label, (int)path, line + 1) < 0)
                return false;
            char *inner = strndup(line + 1, path);
            bool slip = false;
            int own_version;
            if (!inner || name_is_wanted(inner, grader.wanted, &own_version,
                                         &slip) != which) {
                free(inner);
                free(name);
                return false;
            }
            free(inner);
            keep(all, which, version, slip, mtime, name, line + 1 + path,
                 content);
            free(name);
        } else
            return false;
        at = line + 1 + path + content;
    }
    return true;
}

static void open_archive(struct gathering *all, int folder, const char *name,
                         const char *label) {
    struct stat about;
    int fd = openat(folder, name,
                    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) {
        grade_note(all->notes, "%s cannot be read: %s.", label,
                   fd < 0 ? strerror(errno) : "no ordinary file");
    } else if (about.st_size > LIMIT_ARCHIVE) {
        grade_note(all->notes, "%s is larger than %ld MiB and was not opened.",
                   label, LIMIT_ARCHIVE / MIB);
    } else {
        struct command command = {0};
        command_sandbox(&command, pool_worker_index());
        const char *unpack = file_path("%s/staging/unpack", grader.work);
        if (!grader.set.unsafe)
            command_add(&command, "--bring");
        command_add(&command, "--");
        command_add(&command, unpack);
        for (int i = 0; i < grader.exercises; i++)
            command_add(&command, grader.wanted[i]);
        struct spawn run = {.argv = (char *const *)command.word,
                            .input = fd,
                            .most_out = LIMIT_TAKEN,
                            .most_err = LIMIT_MESSAGES,
                            .wall_s = LIMIT_SANDBOX_WALL_S};
        enum spawn_end end = spawn(&run);
        if (run.out.bytes && !take_unpacked(all, label, &run.out))
            grade_note(all->notes, "%s could not be read to its end.", label);
        if (end == SPAWN_FAILED ||
            (end == SPAWN_EXITED && run.status != 0 &&
             run.status != SANDBOX_REFUSED && run.status != SANDBOX_DAMAGED &&
             run.status < 128))
            snprintf(all->failed, sizeof all->failed,
                     "The sandbox failed: %.500s",
                     run.err.bytes ? run.err.bytes : "");
        else if (end != SPAWN_EXITED ||
                 (run.status != 0 && run.status != SANDBOX_DAMAGED))
            grade_note(all->notes,
                       "%s could not be unpacked: it takes too much time or "
                       "memory.",
                       label);
        else
            all->read += run.status == 0;
        text_free(&run.out);
        text_free(&run.err);
    }
    if (fd >= 0)
        close(fd);
}

static void take_file(struct gathering *all, int folder, const char *name,
                      const char *label, const struct stat *about) {
    int version;
    bool slip;
    int which = name_is_wanted(name, grader.wanted, &version, &slip);
    struct text text;
    if (which >= 0 && file_read(folder, name, LIMIT_SOURCE, &text) == 0) {
        keep(all, which, version, slip, about->st_mtime, label, text.bytes,
             text.length);
        text_free(&text);
        all->read++;
    } else if (which >= 0)
        grade_note(all->notes, "%s cannot be read: %s.", label,
                   errno == EFBIG ? "it is larger than 256 KiB"
                                  : strerror(errno));
    else if (name_is_archive(name) && all->archives++ < MOST_ARCHIVES)
        open_archive(all, folder, name, label);
    else if (name_is_source(name))
        grade_note(all->notes, "%s was not read: its name is no exercise's.",
                   label);
    else if (name_is_like(name))
        grade_note(all->notes, "%s was not read: it is no C file.", label);
    else if (name_is_closed(name) || strcmp(name, label) == 0)
        grade_note(all->notes,
                   "%s was not read: it is no exercise's file, and no zip or "
                   "tar archive.",
                   label);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The names in a folder, sorted, so that notes have an order.
static int list_folder(struct gathering *all, DIR *dir, char ***names) {
    int count = 0;
    *names = NULL;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "__MACOSX"))
            continue;
        if (++all->entries > LIMIT_ENTRIES)
            break;
        char **more = realloc(*names, (size_t)(count + 1) * sizeof *more);
        if (!more || !(more[count] = strdup(entry->d_name)))
            abort();
        *names = more;
        count++;
    }
    if (count > 0)
        qsort(*names, (size_t)count, sizeof **names, by_name);
    return count;
}

static void walk(struct gathering *all, int parent, const char *name,
                 const char *label, int depth) {
    int fd =
        openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        grade_note(all->notes, "The folder %s cannot be read: %s.", label,
                   strerror(errno));
        if (fd >= 0)
            close(fd);
        return;
    }
    all->read++;
    char **names;
    int count = list_folder(all, dir, &names);
    for (int i = 0; i < count; i++) {
        char *inner;
        struct stat about;
        if (asprintf(&inner, "%s/%s", label, names[i]) < 0)
            abort();
        if (fstatat(fd, names[i], &about, AT_SYMLINK_NOFOLLOW) < 0)
            grade_note(all->notes, "%s cannot be read: %s.", inner,
                       strerror(errno));
        else if (S_ISDIR(about.st_mode) && depth < LIMIT_DEPTH)
            walk(all, fd, names[i], inner, depth + 1);
        else if (S_ISREG(about.st_mode))
            take_file(all, fd, names[i], inner, &about);
        else
            grade_note(all->notes, "%s is %s and was not read.", inner,
                       S_ISLNK(about.st_mode)   ? "a link"
                       : S_ISDIR(about.st_mode) ? "too deep"
                                                : "no ordinary file");
        free(inner);
        free(names[i]);
    }
    free(names);
    closedir(dir);
}

static void read_submission(struct gathering *all, int folder) {
    const struct submission *it = &grader.submission[all->index];
    struct stat about;
    if (it->folder)
        walk(all, folder, it->name, it->name, 1);
    else if (fstatat(folder, it->name, &about, AT_SYMLINK_NOFOLLOW) < 0)
        grade_note(all->notes, "%s cannot be read: %s.", it->name,
                   strerror(errno));
    else
        take_file(all, folder, it->name, it->name, &about);
    if (all->entries > LIMIT_ENTRIES)
        grade_note(all->notes,
                   "%s holds more than %d files; the rest was "
                   "passed over.",
                   it->name, LIMIT_ENTRIES);
    if (all->archives > MOST_ARCHIVES)
        grade_note(all->notes,
                   "%s holds more than %d archives; the rest was "
                   "passed over.",
                   it->name, MOST_ARCHIVES);
}

int task_collect(const void *arg, size_t arg_size, void *result,
                 size_t result_size) {
    (void)arg_size;
    (void)result;
    (void)result_size;
    spawn_adopt_orphans();
    struct gathering all = {.index = *(const int *)arg,
                            .files = json_array(),
                            .notes = json_array()};
    const char *to = file_path("%s/in/%d", grader.work, all.index);
    int folder =
        open(grader.set.submissions, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file_make_folder(to, FILE_SCRATCH) < 0 || folder < 0)
        snprintf(all.failed, sizeof all.failed, "%s: %s", to, strerror(errno));
    else
        read_submission(&all, folder);
    if (folder >= 0)
        close(folder);
    json_t *index = json_pack("{s:o, s:o, s:b}", "files", all.files, "notes",
                              all.notes, "read", all.read > 0);
    to = file_path("%s/in/%d/index.json", grader.work, all.index);
    if (!all.failed[0] && file_write_json(to, index, FILE_SCRATCH) < 0)
        snprintf(all.failed, sizeof all.failed, "%s: %s", to, strerror(errno));
    json_decref(index);
    return all.failed[0] ? pool_fail("%s", all.failed) : 0;
}
