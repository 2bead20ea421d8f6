// SPDX-License-Identifier: MIT
// The words around a chart.
#include <string.h>

#include "draw.h"

// Bytes of a character beyond its first take no room.
static int width_of(const char *word, size_t bytes) {
    int width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += (word[i] & 0xc0) != 0x80;
    return width;
}

int wrap(char *out, size_t size, const char *text, int width) {
    char *end = out + size - 2;
    int column = 0, lines = 0;
    out += strlen(out);
    while (*text) {
        size_t bytes = strcspn(text, " ");
        int wide = width_of(text, bytes);
        if (out + bytes + 1 >= end)
            break;
        if (column && column + 1 + wide > width) {
            *out++ = '\n';
            lines++;
            column = 0;
        } else if (column) {
            *out++ = ' ';
            column++;
        }
        memcpy(out, text, bytes);
        out += bytes;
        column += wide;
        text += bytes + strspn(text + bytes, " ");
    }
    if (column) {
        *out++ = '\n';
        lines++;
    }
    *out = '\0';
    return lines;
}

static size_t fewest_values(const struct groups *g) {
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < g->count; i++)
        fewest = g->at[i].n < fewest ? g->at[i].n : fewest;
    return fewest;
}

static void note_values(struct caption *caption, int chart,
                        const struct groups *g) {
    size_t low = fewest_values(g), high = 0;
    for (size_t i = 0; i < g->count; i++)
        high = g->at[i].n > high ? g->at[i].n : high;
    char range[40] = "";
    if (low != high)
        snprintf(range, sizeof range, "%zu to ", low);
    snprintf(caption->values, sizeof caption->values,
             "n = %s%zu each, every one a point; big marks: medians, bars: "
             "their 95 %% intervals%s.%s",
             range, high,
             low < FEWEST ? " (fewer than 6 values: the whole range)" : "",
             chart == 5 ? " Dotted: the library's own choice." : "");
}

void describe_run(const struct run *run, char *text, size_t size) {
    char others[60] = "";
    if (run->others >= 0)
        snprintf(others, sizeof others, ", others %d %% CPU", run->others);
    snprintf(text, size,
             "%s%s%s, %d CPUs, %d workers, %s; %s, commit %s, load %.4s%s",
             run->label, *run->label ? ": " : "", run->cpu, run->cpus,
             run->workers, run->kernel, run->date, run->commit, run->load,
             others);
}

void make_caption(struct caption *caption, const struct table *t, int chart,
                  const struct groups *g) {
    memset(caption, 0, sizeof *caption);
    if (t->run_count == 1 && fewest_values(g) >= FEWEST)
        chart_says(t, chart, g, caption->says, sizeof caption->says);
    if (g->count)
        note_values(caption, chart, g);
}
