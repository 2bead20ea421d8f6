// SPDX-License-Identifier: MIT
// The charts there are, and which of them are asked for: CHARTS="1 4".
#include <stdlib.h>
#include <string.h>

#include "chart.h"

struct chart *charts;

// Runs before main(), once for each file of ../charts.
void add_chart(struct chart *chart) {
    const char *slash = strrchr(chart->file, '/');
    const char *name = slash ? slash + 1 : chart->file;
    struct chart **at = &charts;
    char *dash;
    chart->number = (int)strtol(name, &dash, 10);
    snprintf(chart->name, sizeof chart->name, "%d%.*s", chart->number,
             (int)strcspn(dash, "."), dash);
    while (*at && (*at)->number < chart->number)
        at = &(*at)->next;
    if (chart->number < 1 || *dash != '-' ||
        (*at && (*at)->number == chart->number)) {
        fprintf(stderr,
                "plots: %s: a chart's file is NN-name.c, with a number of its "
                "own\n",
                chart->file);
        exit(2);
    }
    chart->next = *at;
    *at = chart;
}

// The list's next number, or -1 at its end, or 0: it is none.
static int next_number(const char **list) {
    *list += strspn(*list, " ,");
    if (!**list)
        return -1;
    size_t digits = strspn(*list, "0123456789");
    int number = digits < 6 ? atoi(*list) : 0;
    *list += digits;
    return **list && !strchr(" ,", **list) ? 0 : number;
}

bool is_chosen(const char *list, int number) {
    int any = 0;
    for (int n; (n = next_number(&list)) > 0; any++)
        if (n == number)
            return true;
    return any == 0;
}

void check_list(const char *list) {
    const char *at = list;
    for (int n; (n = next_number(&at)) != -1;) {
        const struct chart *c = charts;
        while (c && c->number != n)
            c = c->next;
        if (c)
            continue;
        fprintf(stderr, "plots: no chart '%s'; there are", list);
        for (c = charts; c; c = c->next)
            fprintf(stderr, " %d", c->number);
        fputs(" (CHARTS=\"1 4\")\n", stderr);
        exit(2);
    }
}
