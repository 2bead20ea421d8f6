// SPDX-License-Identifier: MIT
// Draws the charts of one run, or of several side by side, from their CSV.
// Runs in: the program, with gnuplot as its child.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "draw.h"

static bool has_gnuplot(void) {
    int status = system("gnuplot --version >/dev/null 2>&1");
    return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Whether a picture is all there: a full disk cuts it off.
static bool is_whole(const char *name) {
    char end[16] = "";
    FILE *file = fopen(name, "re");
    if (!file)
        return false;
    if (fseek(file, -12, SEEK_END) == 0 && fread(end, 1, 12, file) != 12)
        end[0] = '\0';
    fclose(file);
    return memcmp(end + 4, "IEND", 4) == 0 || strstr(end, "</svg>");
}

// A picture that is there is replaced by a whole one, or not at all.
static bool replace(const char *fresh, const char *name) {
    if (is_whole(fresh) && rename(fresh, name) == 0)
        return true;
    unlink(fresh);
    fprintf(stderr, "plots: %s could not be written whole: is the disk full?\n",
            name);
    return false;
}

static bool draw_pictures(const struct table *t, const struct chart *chart,
                          const struct groups *g, const struct caption *caption,
                          const char *out) {
    char svg[400], png[400], fresh_svg[410], fresh_png[410];
    snprintf(svg, sizeof svg, "%s/%s.svg", out, chart->name);
    snprintf(png, sizeof png, "%s/%s.png", out, chart->name);
    snprintf(fresh_svg, sizeof fresh_svg, "%s.new", svg);
    snprintf(fresh_png, sizeof fresh_png, "%s.new", png);
    fflush(NULL);
    FILE *f = popen("LC_ALL=C.UTF-8 gnuplot", "w");
    if (!f)
        return false;
    // White paper, whatever the page is: it reads in the dark as well.
    fprintf(f,
            "set terminal svg noenhanced size 840,560 font 'DejaVu Sans,11' "
            "fontscale 1.33 background '#FFFFFF'\nset output '%s'\n",
            fresh_svg);
    plot(f, t, chart, g, caption, false);
    // Twice the size in pixels, for slides and fine screens.
    fprintf(f,
            "set output\nset terminal pngcairo noenhanced size 1680,1120 font "
            "'DejaVu Sans,11' fontscale 2 linewidth 2 pointscale 2 background "
            "'#FFFFFF'\nset output '%s'\n",
            fresh_png);
    plot(f, t, chart, g, caption, false);
    fprintf(f, "set output\n");
    bool ok = pclose(f) == 0;
    ok &= replace(fresh_svg, svg) && replace(fresh_png, png);
    if (ok)
        printf("     %s\n", png);
    return ok;
}

static void draw_text(const struct table *t, const struct chart *chart,
                      const struct groups *g, const struct caption *caption) {
    fflush(NULL);
    FILE *f = popen("LC_ALL=C.UTF-8 gnuplot", "w");
    if (!f)
        return;
    fprintf(f, "set terminal dumb noenhanced 79 26\n");
    plot(f, t, chart, g, caption, true);
    pclose(f);
}

static void print_caption(const struct caption *caption) {
    char text[2000] = "";
    wrap(text, sizeof text, caption->says.at, 79);
    wrap(text, sizeof text, caption->values.at, 79);
    fputs(text, stdout);
}

static void print_runs(const struct table *t) {
    for (int r = 0; r < t->run_count; r++) {
        char lines[1100] = "";
        struct text text = {""};
        describe_run(&t->runs[r], &text);
        wrap(lines, sizeof lines, text.at, 79);
        fputs(lines, stdout);
        if (t->run_count > 1)
            printf("   %s\n", t->runs[r].file);
        if (t->runs[r].failed)
            printf("%zu measurements failed and are left out.\n",
                   t->runs[r].failed);
    }
}

static bool draw_chart(const struct table *t, const struct chart *chart,
                       const struct groups *g, bool gnuplot,
                       const struct draw_options *o,
                       struct comparing *comparing) {
    struct caption caption;
    printf("\n%d  %s\n", chart->number, chart->title);
    if (g->count == 0 && chart->kind != SPANS) {
        puts("Not drawn: the loop that it compares with was not measured.");
        return true;
    }
    make_caption(&caption, t, chart, g);
    if (gnuplot && o->dumb)
        draw_text(t, chart, g, &caption);
    print_caption(&caption);
    if (o->compare)
        compare_runs(stdout, t, chart, g, comparing);
    return !gnuplot || draw_pictures(t, chart, g, &caption, o->out);
}

static bool is_asked_for(const struct table *t, const struct chart *chart,
                         const char *list) {
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].chart == chart->number)
            return is_chosen(list, chart->number);
    return false;
}

static bool draw_all(const struct table *t, const struct draw_options *o) {
    bool ok = true, gnuplot = has_gnuplot();
    struct comparing comparing = {0};
    print_runs(t);
    // Once to count the places, which the rule for each of them depends on.
    for (int drawing = 0; drawing < 2; drawing++)
        for (const struct chart *chart = charts; chart; chart = chart->next) {
            if (!is_asked_for(t, chart, o->charts))
                continue;
            struct groups groups = make_groups(t, chart);
            if (!drawing)
                count_places(t, &groups, &comparing);
            else if (ok)
                ok = draw_chart(t, chart, &groups, gnuplot, o, &comparing);
            free_groups(&groups);
        }
    if (o->compare && ok) {
        sum_up(stdout, &comparing);
        warn_of_machines(stdout, t);
    }
    if (!gnuplot)
        fprintf(stderr,
                "\nplots: no pictures, for gnuplot is not installed (on "
                "Debian: apt install\ngnuplot-nox). Then: %s%s\n",
                o->compare ? "the same again" : "make plots FROM=",
                o->compare ? "" : t->runs[0].file);
    return ok && gnuplot;
}

int draw_runs(char **files, int count, const struct draw_options *o) {
    static struct table table;
    char command[500];
    snprintf(command, sizeof command, "mkdir -p '%s'", o->out);
    if (system(command) != 0)
        return 1;
    if (access(o->out, W_OK) != 0) {
        fprintf(stderr, "plots: cannot write into %s: %s\n", o->out,
                strerror(errno));
        return 1;
    }
    for (int i = 0; i < count; i++) {
        if (!read_run(&table, files[i]))
            return 1;
        if (count > 1)
            table.runs[i].label[0] = (char)('A' + i);
    }
    bool ok = draw_all(&table, o);
    free(table.rows);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}
