// SPDX-License-Identifier: MIT
// What the system leaves this process: CPUs, memory, address space. A file that
// is not there sets no limit.
//
// Runs in: client.
#define _GNU_SOURCE
#include "internal.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// Reads up to two numbers; returns how many there are ("max" is none).
static int read_numbers(const char *folder, const char *name, long long *a,
                        long long *b) {
    char path[3 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    int count = file ? fscanf(file, "%lld %lld", a, b) : 0;
    if (file)
        fclose(file);
    return count;
}

// The limits of one cgroup, in the files of version 2 and of version 1.
static void heed_cgroup(const char *folder, struct sys_quota *quota) {
    static const char *const limits[] = {"memory.max", "memory.limit_in_bytes"};
    long long a, b, none;
    for (int i = 0; i < 2; i++)
        if (read_numbers(folder, limits[i], &a, &b) >= 1 &&
            (uint64_t)a < quota->memory)
            quota->memory = (uint64_t)a;
    if (read_numbers(folder, "cpu.max", &a, &b) == 2 ||
        (read_numbers(folder, "cpu.cfs_quota_us", &a, &none) == 1 && a > 0 &&
         read_numbers(folder, "cpu.cfs_period_us", &b, &none) == 1))
        if (b > 0 && (a + b - 1) / b < quota->cpus)
            quota->cpus = (unsigned)((a + b - 1) / b);
}

// CPUs and memory that this process may use: of the machine, and of its cgroup
// and all above it. In a container a cgroup is seen at the root.
struct sys_quota sys_quota(void) {
    struct sys_quota quota = {.cpus = sys_cpu_count()};
    quota.memory =
        (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    char line[PATH_MAX], folder[2 * PATH_MAX];
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && fgets(line, sizeof line, file)) {
        // number:controllers:path; version 2 has no controllers
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        path[strcspn(path, "\n")] = '\0';
        *path = '\0';
        size_t root = (size_t)snprintf(folder, sizeof folder,
                                       "/sys/fs/cgroup/%s", names + 1);
        snprintf(folder + root, sizeof folder - root, "%s", path + 1);
        for (char *end = path; end; end = strrchr(folder + root, '/')) {
            *end = '\0';
            heed_cgroup(folder, &quota);
        }
    }
    if (file)
        fclose(file);
    return quota;
}

// Bytes of address space that limits leave; UINT64_MAX: there is none.
uint64_t sys_address_left(void) {
    uint64_t left = UINT64_MAX, page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct rlimit limit;
    long long a = 0, b = 0, committed = 0, most = 0;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        read_numbers("/proc/self", "statm", &a, &b);
        uint64_t used = (uint64_t)a * page;
        left = limit.rlim_cur > used ? limit.rlim_cur - used : 0;
    }
    if (read_numbers("/proc/sys/vm", "overcommit_memory", &a, &b) < 1 || a != 2)
        return left;
    char line[256];
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "CommitLimit: %lld", &most) != 1)
            sscanf(line, "Committed_AS: %lld", &committed);
    if (file)
        fclose(file);
    uint64_t free = most > committed ? (uint64_t)(most - committed) * 1024 : 0;
    return free < left ? free : left;
}
