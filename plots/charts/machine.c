// SPDX-License-Identifier: MIT
// The machine and the build, as the first lines of a run's CSV.
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

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
