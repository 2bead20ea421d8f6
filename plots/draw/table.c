// SPDX-License-Identifier: MIT
// Reads the CSV of a run. Whatever is not one gets a sentence.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

static const char header[] =
    "run_id,seq,chart,variant,x,workers,lane,task_ns,tasks,repetition,"
    "wall_ns,user_us,system_us,max_rss_kb,exit";

// What is printed into gnuplot's script holds no quotes and formats.
static void make_harmless(char *to) {
    for (char *c = to; *c; c++)
        if (*c == '"' || *c == '\'' || *c == '\\' || *c == '`' || *c == '%' ||
            (unsigned char)*c < ' ')
            *c = ' ';
}

static void keep(char *to, size_t size, const char *value) {
    snprintf(to, size, "%.*s", (int)strcspn(value, "\r\n"), value);
    make_harmless(to);
}

// "# key: value"
static void read_fact(struct run *run, const char *line) {
    const char *value = strstr(line, ": ");
    if (!value)
        return;
    size_t length = (size_t)(value - line) - 2;
    const char *key = line + 2;
    value += 2;
#define IS(name) (length == strlen(name) && strncmp(key, name, length) == 0)
    if (IS("run"))
        keep(run->id, sizeof run->id, value);
    else if (IS("date"))
        keep(run->date, sizeof run->date, value);
    else if (IS("cpu"))
        keep(run->cpu, sizeof run->cpu, value);
    else if (IS("kernel"))
        keep(run->kernel, sizeof run->kernel, value);
    else if (IS("commit"))
        keep(run->commit, sizeof run->commit, value);
    else if (IS("load"))
        keep(run->load, sizeof run->load, value);
    else if (IS("cpus_allowed"))
        run->cpus = atoi(value);
    else if (IS("workers"))
        run->workers = atoi(value);
    else if (IS("others"))
        run->others = atoi(value);
    else if (IS("stolen")) // by other guests of the host
        run->others += run->others < 0 ? 0 : atoi(value);
#undef IS
}

static bool read_row(const char *line, struct reading *row) {
    int end = 0;
    int n = sscanf(line,
                   "%*47[^,],%*u,%d,\"%47[^\"]\",%lf,%*u,%ld,%lf,%lf,%d,%lf,"
                   "%lf,%lf,%*d,%d%n",
                   &row->chart, row->variant, &row->x, &row->lane,
                   &row->task_ns, &row->tasks, &row->repetition, &row->wall_ns,
                   &row->user_us, &row->system_us, &row->exit, &end);
    make_harmless(row->variant);
    return n == 11 && (line[end] == '\n' || line[end] == '\r') &&
           row->chart >= 0 && row->tasks >= 1 && isfinite(row->x) &&
           isfinite(row->wall_ns);
}

static bool add_row(struct table *table, const struct reading *row) {
    if ((table->count & (table->count - 1)) == 0) {
        size_t room = table->count ? 2 * table->count : 1;
        struct reading *rows = realloc(table->rows, room * sizeof *rows);
        if (!rows)
            return false;
        table->rows = rows;
    }
    table->rows[table->count++] = *row;
    return true;
}

static bool refuse(FILE *file, const char *name, const char *why) {
    fprintf(stderr, "plots: %s: %s\n", name, why);
    if (file)
        fclose(file);
    return false;
}

bool read_run(struct table *table, const char *name) {
    if (table->run_count == MOST_RUNS)
        return refuse(NULL, name, "too many runs, four at most");
    FILE *file = fopen(name, "re");
    if (!file)
        return refuse(NULL, name, strerror(errno));
    struct run *run = &table->runs[table->run_count];
    memset(run, 0, sizeof *run);
    run->file = name;
    run->others = -1;
    char line[600];
    bool headed = false, any = false;
    for (size_t at = 1; fgets(line, sizeof line, file); at++, any = true) {
        struct reading row = {.run = table->run_count};
        if (line[0] == '#')
            read_fact(run, line);
        else if (!headed && strncmp(line, header, strlen(header)) == 0)
            headed = true;
        else if (!headed)
            return refuse(file, name,
                          strncmp(line, "run_id,", 7) == 0
                              ? "of another version of these charts: its "
                                "columns are not those of this one"
                              : "not a run of these charts: no line with "
                                "'run_id,seq,chart,…' comes first");
        else if (!read_row(line, &row)) {
            // A run that was cut short may end in the middle of a line.
            fprintf(stderr, "plots: %s: line %zu is left out, it is no row\n",
                    name, at);
        } else if (row.exit)
            run->failed++;
        else if (row.repetition > 0 && !add_row(table, &row))
            return refuse(file, name, "no memory");
    }
    if (ferror(file))
        return refuse(file, name, strerror(errno));
    if (!any)
        return refuse(file, name, "the file is empty");
    if (!headed)
        return refuse(file, name, "no rows");
    if (table->count == 0 ||
        table->rows[table->count - 1].run != table->run_count)
        return refuse(file, name, "no measurement is in it");
    fclose(file);
    if (run->cpus < 1)
        run->cpus = 1;
    if (run->workers < 1)
        run->workers = run->cpus;
    table->run_count++;
    return true;
}
