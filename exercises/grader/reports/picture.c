// SPDX-License-Identifier: MIT
// The pictures of a class, drawn by gnuplot as SVG and put straight into the
// page, so that they follow its colours. Where there is no gnuplot the page
// says so.
//
// Runs in: reports; gnuplot is a child that ends before it goes on.
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports.h"

extern char **environ;

// Runs gnuplot on a script; its picture, or NULL with a sentence in `why`.
static FILE *draw(FILE *script, const char **why) {
    FILE *picture = must(tmpfile());
    posix_spawn_file_actions_t files;
    char *argv[] = {"gnuplot", NULL};
    int status = 0;
    pid_t pid;
    setenv("LC_ALL", "C.UTF-8", 1); // or gnuplot warns of what is not ASCII
    fflush(script);
    lseek(fileno(script), 0, SEEK_SET);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fileno(script), 0);
    posix_spawn_file_actions_adddup2(&files, fileno(picture), 1);
    int error = posix_spawnp(&pid, "gnuplot", &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    while (!error && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            error = errno;
    *why = error == ENOENT ? "Pictures need gnuplot: apt install gnuplot-nox."
           : error         ? strerror(error)
           : status        ? "gnuplot could not draw this picture."
                           : NULL;
    if (*why) {
        fclose(picture);
        return NULL;
    }
    rewind(picture);
    return picture;
}

// Takes what begins and ends so out of a line.
static void take_out(char *line, const char *begin, const char *end) {
    char *from = strstr(line, begin);
    char *to = from ? strstr(from + strlen(begin), end) : NULL;
    if (to)
        memmove(from, to + strlen(end), strlen(to + strlen(end)) + 1);
}

// Copies an SVG into the page, without what only a file of its own needs and
// without ids, which a second picture would have, too.
static void copy_svg(FILE *page, FILE *picture) {
    char *line = NULL;
    size_t room = 0;
    bool in_svg = false, in_defs = false;
    while (getline(&line, &room, picture) > 0) {
        in_svg = in_svg || strncmp(line, "<svg", 4) == 0;
        in_defs = in_defs || strncmp(line, "<defs>", 6) == 0;
        take_out(line, " id=\"", "\"");
        take_out(line, "<title>", "</title>");
        take_out(line, "<desc>", "</desc>");
        if (in_svg && !in_defs)
            fputs(line, page);
        in_defs = in_defs && strncmp(line, "</defs>", 7) != 0;
    }
    free(line);
}

// Ends a script, draws it, and puts the picture with its text into the page.
static void put_picture(FILE *page, FILE *script, const char *says) {
    const char *why;
    FILE *picture = draw(script, &why);
    fclose(script);
    html(page, "<figure class=\"picture\" role=\"img\" aria-label=\"%s\">\n",
         says);
    if (picture) {
        copy_svg(page, picture);
        fclose(picture);
    } else {
        html(page, "<p class=\"quiet\">%s</p>\n", why);
        fprintf(stderr, "reports: %s\n", why);
    }
    html(page, "<figcaption>%s</figcaption>\n</figure>\n", says);
}

// 440 wide: at that width letters can still be read on a phone.
static FILE *begin_script(const char *x, const char *y) {
    FILE *f = must(tmpfile());
    fprintf(f,
            "set encoding utf8\n"
            "set terminal svg size 440,280 dynamic font 'sans-serif,14'\n"
            "set border 3\nset tics nomirror out\nset xlabel '%s'\n"
            "set ylabel '%s'\nset style fill solid 1.0 noborder\n",
            x, y);
    return f;
}

// Whole students only, a handful of marks.
static void count_axis(FILE *f, int most) {
    int step = 1;
    while (most / step > 6)
        step = step == 1 ? 2 : step == 2 ? 5 : 2 * step;
    fprintf(f, "set yrange [0:%g]\nset ytics %d\n", 1.15 * most + 0.1, step);
}

void picture_marks(FILE *page, const struct class *class) {
    int bins[10] = {0}, most = 1;
    for (int i = 0; i < class->row_count; i++) {
        const struct row *row = &class->rows[i];
        int bin = row->max > 0 ? 10 * row->score / row->max : 0;
        bins[bin > 9 ? 9 : bin]++;
    }
    FILE *f = begin_script("points, in % of all", "students");
    fprintf(f, "set xrange [0:100]\nset xtics 20\nset boxwidth 9\n$d << E\n");
    for (int i = 0; i < 10; i++) {
        most = bins[i] > most ? bins[i] : most;
        fprintf(f, "%d %d\n", 10 * i + 5, bins[i]);
    }
    fprintf(f, "E\n");
    count_axis(f, most);
    fprintf(f, "plot $d using 1:2 with boxes lc rgb '#2f7bc8' notitle, "
               "$d using 1:2:($2 > 0 ? sprintf('%%d', $2) : '') "
               "with labels offset 0,0.6 notitle\n");
    char *says = text_printf("Marks: students in each tenth of the points, "
                             "n = %d",
                             class->row_count);
    put_picture(page, f, says);
    free(says);
}

void picture_exercises(FILE *page, const struct class *class) {
    FILE *f = begin_script("exercise", "students");
    fprintf(f, "set style data histograms\nset style histogram rowstacked\n"
               "set boxwidth 0.75\nset key outside top center horizontal "
               "samplen 1 width 1\n$d << E\n");
    for (int e = 0; e < class->exercise_count; e++) {
        int full = 0, part = 0, nothing = 0, not_judged = 0;
        for (int i = 0; i < class->row_count; i++) {
            const struct cell *cell =
                class_cell(&class->rows[i], class->exercises[e].number);
            if (!cell || !cell->judged)
                not_judged++;
            else if (cell->score == 0)
                nothing++;
            else if (cell->score < cell->max)
                part++;
            else
                full++;
        }
        fprintf(f, "%d %d %d %d %d\n", class->exercises[e].number, full, part,
                nothing, not_judged);
    }
    fprintf(f, "E\n");
    count_axis(f, class->row_count);
    fprintf(f, "plot $d using 2:xtic(1) lc rgb '#1b9e77' title 'full', "
               "'' using 3 lc rgb '#7fb2e5' title 'part', "
               "'' using 4 lc rgb '#e6862d' title 'none', "
               "'' using 5 lc rgb '#8a8f94' title 'not judged'\n");
    char *says = text_printf("Points by exercise: students with full marks, "
                             "part, none, and whose file was not judged, "
                             "n = %d",
                             class->row_count);
    put_picture(page, f, says);
    free(says);
}

void picture_times(FILE *page, const struct class *class) {
    const json_t *tasks = json_object_get(class->run, "tasks");
    size_t i, n = 0;
    json_t *task;
    double most = 0.1;
    FILE *f = begin_script("exercise", "seconds to judge");
    fprintf(f, "$d << E\n");
    json_array_foreach(tasks, i, task) {
        double seconds = json_number_value(json_object_get(task, "seconds"));
        if (strcmp(field(task, "status"), "missing") == 0)
            continue;
        most = seconds > most ? seconds : most;
        // Side by side by their place in the list, so that they can be told
        // apart and the picture is the same each time.
        fprintf(f, "%g %g\n",
                number(task, "exercise") + (double)(n++ * 7 % 19) / 32 - 0.28,
                seconds);
    }
    fprintf(f, "E\nset xrange [%g:%g]\nset xtics 1\nset yrange [0:%g]\n",
            class->exercise_count ? class->exercises[0].number - 0.5 : 0.5,
            class->exercise_count
                ? class->exercises[class->exercise_count - 1].number + 0.5
                : 1.5,
            1.1 * most);
    fprintf(f, "set style fill transparent solid 0.5 noborder\n"
               "plot $d using 1:2:(0.06) with circles lc rgb '#2f7bc8' "
               "notitle\n");
    char *says = text_printf("Time: seconds for each file that was judged, "
                             "n = %d",
                             (int)n);
    if (n)
        put_picture(page, f, says);
    else
        fclose(f);
    free(says);
}
