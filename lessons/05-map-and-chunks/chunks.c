// SPDX-License-Identifier: MIT
// A map over files, the largest first: how many should a worker take at a time?
//
//     ./chunks FOLDER [WORKERS] [CHUNK]     CHUNK 0: the library chooses
#include "files.h"
#include "pool.h"

// The task: add up the bytes of a file. Runs in a worker.
static int sum(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    const struct file *item = arg;
    unsigned total = 0;
    (void)arg_size, (void)result_size;
    FILE *file = fopen(item->path, "r");
    if (!file)
        return pool_fail("%s cannot be opened", item->path);
    for (int c; (c = getc(file)) != EOF;)
        total = 31 * total + (unsigned)c;
    int failed = ferror(file);
    fclose(file);
    *(unsigned *)result = total;
    return failed ? pool_fail("%s cannot be read", item->path) : 0;
}

int main(int argc, char **argv) {
    struct files files = find_files(argc > 1 ? argv[1] : "lib");
    size_t workers = argc > 2 ? strtoul(argv[2], NULL, 10) : 2;
    size_t chunk = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    unsigned *sums = calloc(files.count, sizeof *sums);
    struct pool *pool = pool_create(&(struct pool_options){.workers = workers});
    if (!pool || !sums)
        return perror("chunks"), 1;
    int error = pool_map(pool, sum, files.file, files.count, sizeof *files.file,
                         sums, sizeof *sums, chunk);
    if (error < 0)
        fprintf(stderr, "pool_map: %s\n", pool_strerror(error));
    for (size_t i = 0; i < files.count; i++)
        printf("bytes: %8zu, sum: %08x, %s\n", files.file[i].size, sums[i],
               strrchr(files.file[i].path, '/')
                   ? strrchr(files.file[i].path, '/') + 1
                   : files.file[i].path);
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    free(files.file), free(sums);
    return error < 0;
}
