// SPDX-License-Identifier: MIT
// Finds the files below a folder: the input on which lessons work.
// Runs in: the program that includes it.
#ifndef FILES_H
#define FILES_H

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    char path[256];
    size_t size;
};
struct files {
    struct file *file; // the largest first
    size_t count;
};

static inline int files_by_size(const void *a, const void *b) {
    const struct file *x = a, *y = b;
    return x->size != y->size ? (x->size < y->size ? 1 : -1)
                              : strcmp(x->path, y->path);
}

// All files below a folder, links and hidden ones left out; or the one file.
// Says how many cannot be read. Ends the program with a sentence if none can.
static inline struct files find_files(const char *folder) {
    struct files files = {NULL, 0};
    size_t left_out = 0;
    char *roots[] = {(char *)folder, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, 0);
    for (FTSENT *entry; tree && (entry = fts_read(tree));) {
        if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
            fts_set(tree, entry, FTS_SKIP);
        } else if (entry->fts_info == FTS_F &&
                   (entry->fts_pathlen >= 256 ||
                    access(entry->fts_path, R_OK) != 0)) {
            left_out++;
        } else if (entry->fts_info == FTS_F) {
            if ((files.count & (files.count - 1)) == 0) // double it
                files.file = realloc(files.file, (2 * files.count + 1) *
                                                     sizeof *files.file);
            if (!files.file) {
                perror("realloc");
                exit(1);
            }
            struct file *file = &files.file[files.count++];
            strcpy(file->path, entry->fts_path);
            file->size = (size_t)entry->fts_statp->st_size;
        }
    }
    if (left_out > 0)
        fprintf(stderr, "Files that cannot be read, or have long paths: %zu.\n",
                left_out);
    if (files.count == 0) {
        fprintf(stderr, "%s holds no file that can be read.\n", folder);
        exit(2);
    }
    fts_close(tree);
    qsort(files.file, files.count, sizeof *files.file, files_by_size);
    return files;
}

#endif
