// SPDX-License-Identifier: MIT
// The machine and the build, as the first lines of a run's CSV, and what else
// the machine did meanwhile, as its last.
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "passes.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif
#ifndef FLAGS
#define FLAGS "unknown"
#endif

// The value after ": " of the first line that begins with the key; or the
// file's first line, for an empty key.
static void read_line(const char *path, const char *key, char *text,
                      size_t size) {
    FILE *file = fopen(path, "re");
    char line[400];
    snprintf(text, size, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        char *value = *key ? strchr(line, ':') : line;
        if (!value || strncmp(line, key, strlen(key)) != 0)
            continue;
        value += *key ? 1 : 0;
        value += strspn(value, " \t");
        value[strcspn(value, "\n")] = '\0';
        snprintf(text, size, "%s", value);
        break;
    }
    if (file)
        fclose(file);
}

void describe_machine(FILE *file) {
    char text[200];
    struct utsname system;
    double load[3] = {0};
    cpu_set_t set;
    uname(&system);
    getloadavg(load, 3);
    read_line("/proc/cpuinfo", "model name", text, sizeof text);
    fprintf(file, "# cpu: %s\n", text);
    fprintf(file, "# cpus: %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
    fprintf(file, "# cpus_allowed: %d\n",
            sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1);
    read_line("/proc/meminfo", "MemTotal", text, sizeof text);
    fprintf(file, "# memory: %s\n", text);
    fprintf(file, "# kernel: %s %s %s\n", system.sysname, system.release,
            system.machine);
    read_line("/sys/kernel/mm/transparent_hugepage/enabled", "", text,
              sizeof text);
    fprintf(file, "# huge_pages: %s\n", text);
    fprintf(file, "# compiler: %s\n# flags: %s\n", COMPILER, FLAGS);
    fprintf(file, "# load: %.2f %.2f %.2f\n", load[0], load[1], load[2]);
}

// --- what else the machine did

struct use {
    double wall, busy, stolen, own; // seconds; those of all CPUs added up
};

static double seconds_of(int who) {
    struct rusage used;
    if (getrusage(who, &used) < 0)
        return 0;
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static struct use use_now(void) {
    char line[200];
    double user = 0, nice = 0, system = 0, irq = 0, soft = 0, stolen = 0;
    double tick = (double)sysconf(_SC_CLK_TCK);
    read_line("/proc/stat", "", line, sizeof line);
    sscanf(line, "cpu %lf %lf %lf %*f %*f %lf %lf %lf", &user, &nice, &system,
           &irq, &soft, &stolen);
    return (struct use){now() / 1e9, (user + nice + system + irq + soft) / tick,
                        stolen / tick,
                        seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN)};
}

static struct use before;

void watch_machine(void) { before = use_now(); }

void describe_others(FILE *file) {
    struct use after = use_now();
    double all = (after.wall - before.wall) *
                 (double)sysconf(_SC_NPROCESSORS_ONLN) / 100;
    double others = after.busy - before.busy - (after.own - before.own);
    if (all <= 0)
        return;
    fprintf(file, "# others: %.0f %%\n# stolen: %.0f %%\n",
            others > 0 ? others / all : 0,
            (after.stolen - before.stolen) / all);
}
