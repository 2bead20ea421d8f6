// SPDX-License-Identifier: MIT
// Draws the charts of one run, or of several side by side, from their CSV.
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "draw.h"
#include "list.h"

static struct {
    const char *out;
    const char *charts;
    bool dumb, compare;
} options = {"build/plots", "123456789", false, false};

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

static bool draw_pictures(const struct table *t, int chart,
                          const struct groups *g,
                          const struct caption *caption) {
    char svg[400], png[400], fresh_svg[410], fresh_png[410];
    snprintf(svg, sizeof svg, "%s/%s.svg", options.out, charts[chart].slug);
    snprintf(png, sizeof png, "%s/%s.png", options.out, charts[chart].slug);
    snprintf(fresh_svg, sizeof fresh_svg, "%s.new", svg);
    snprintf(fresh_png, sizeof fresh_png, "%s.new", png);
    fflush(NULL);
    FILE *f = popen("gnuplot", "w");
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

static void draw_text(const struct table *t, int chart, const struct groups *g,
                      const struct caption *caption) {
    fflush(NULL);
    FILE *f = popen("gnuplot", "w");
    if (!f)
        return;
    fprintf(f, "set terminal dumb noenhanced 79 26\n");
    plot(f, t, chart, g, caption, true);
    pclose(f);
}

static void print_caption(const struct caption *caption) {
    char text[2000] = "";
    wrap(text, sizeof text, caption->says, 79);
    wrap(text, sizeof text, caption->values, 79);
    fputs(text, stdout);
}

static void print_runs(const struct table *t) {
    for (int r = 0; r < t->run_count; r++) {
        char text[400], lines[500] = "";
        describe_run(&t->runs[r], text, sizeof text);
        wrap(lines, sizeof lines, text, 79);
        fputs(lines, stdout);
        if (t->run_count > 1)
            printf("   %s\n", t->runs[r].file);
        if (t->runs[r].failed)
            printf("%zu measurements failed and are left out.\n",
                   t->runs[r].failed);
    }
}

static bool draw_chart(const struct table *t, int chart, const struct groups *g,
                       bool gnuplot, struct comparison *comparison) {
    struct caption caption;
    printf("\n%d  %s\n", chart, charts[chart].title);
    if (g->count == 0 && charts[chart].kind != SPANS) {
        puts("Not drawn: the loop that it compares with was not measured.");
        return true;
    }
    make_caption(&caption, t, chart, g);
    if (gnuplot && options.dumb)
        draw_text(t, chart, g, &caption);
    print_caption(&caption);
    if (options.compare)
        compare_runs(stdout, t, chart, g, comparison);
    return !gnuplot || draw_pictures(t, chart, g, &caption);
}

static bool is_asked_for(const struct table *t, int chart) {
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].chart == chart)
            return strchr(options.charts, '0' + chart);
    return false;
}

static bool draw_all(const struct table *t) {
    bool ok = true, gnuplot = has_gnuplot();
    struct groups groups[CHARTS + 1];
    struct comparison comparison = {0};
    print_runs(t);
    for (int chart = 1; chart <= CHARTS; chart++) {
        groups[chart] = make_groups(t, chart);
        if (is_asked_for(t, chart))
            count_places(t, &groups[chart], &comparison);
    }
    for (int chart = 1; chart <= CHARTS; chart++) {
        if (ok && is_asked_for(t, chart))
            ok = draw_chart(t, chart, &groups[chart], gnuplot, &comparison);
        free_groups(&groups[chart]);
    }
    if (options.compare && ok) {
        sum_up(stdout, &comparison);
        warn_of_machines(stdout, t);
    }
    if (!gnuplot)
        fprintf(stderr,
                "\nplots: no pictures, for gnuplot is not installed (on "
                "Debian: apt install\ngnuplot-nox). Then: %s%s\n",
                options.compare ? "the same again" : "make plots FROM=",
                options.compare ? "" : t->runs[0].file);
    return ok && gnuplot;
}

int main(int argc, char **argv) {
    static const struct option names[] = {
        {"out", required_argument, NULL, 'o'},
        {"charts", required_argument, NULL, 'c'},
        {"dumb", no_argument, NULL, 'd'},
        {"compare", no_argument, NULL, 'r'},
        {0},
    };
    static struct table table;
    int option;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
        if (option == 'o')
            options.out = optarg;
        else if (option == 'c')
            options.charts = chart_list(optarg);
        else if (option == 'd')
            options.dumb = true;
        else if (option == 'r')
            options.compare = true;
        else
            return 2;
    if (argc - optind < 1 + options.compare) {
        fputs(options.compare
                  ? "plots: name two runs: make compare RUNS=\"a.csv b.csv\"\n"
                  : "usage: draw [--out FOLDER] [--charts \"1 4\"] [--dumb] "
                    "[--compare] RUN.csv…\n",
              stderr);
        return 2;
    }
    char command[500];
    snprintf(command, sizeof command, "mkdir -p '%s'", options.out);
    if (system(command) != 0)
        return 1;
    if (access(options.out, W_OK) != 0) {
        fprintf(stderr, "plots: cannot write into %s: %s\n", options.out,
                strerror(errno));
        return 1;
    }
    for (int i = optind; i < argc; i++) {
        if (!read_run(&table, argv[i]))
            return 1;
        if (argc - optind > 1)
            table.runs[i - optind].label[0] = (char)('A' + i - optind);
    }
    bool ok = draw_all(&table);
    free(table.rows);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}
