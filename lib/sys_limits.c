// SPDX-License-Identifier: MIT
// What the system leaves this process: CPUs, memory, address space. A file that
// is not there sets no limit.
//
// Runs in: client.
#include "internal.h"

#include <sched.h>
#include <sys/resource.h>

// Reads up to two numbers from the first line of a file that has them behind
// `label`; returns how many there are ("max" is none).
static int read_numbers(const char *folder, const char *name, const char *label,
                        long long *a, long long *b) {
    char path[3 * PATH_MAX], line[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    int count = 0;
    while (file && count < 1 && fgets(line, sizeof line, file))
        if (strncmp(line, label, strlen(label)) == 0)
            count = sscanf(line + strlen(label), "%lld %lld", a, b);
    if (file)
        fclose(file);
    return count;
}

// The limits of one cgroup, in the files of version 2 and of version 1.
static void heed_cgroup(const char *folder, struct sys_quota *quota) {
    static const char *const limits[] = {"memory.max", "memory.limit_in_bytes"};
    long long a, b, none;
    for (int i = 0; i < 2; i++)
        if (read_numbers(folder, limits[i], "", &a, &none) >= 1)
            quota->memory = MIN((uint64_t)a, quota->memory);
    bool limited =
        read_numbers(folder, "cpu.max", "", &a, &b) == 2 ||
        (read_numbers(folder, "cpu.cfs_quota_us", "", &a, &none) == 1 &&
         read_numbers(folder, "cpu.cfs_period_us", "", &b, &none) == 1);
    if (limited && a > 0 && b > 0)
        quota->cpus = MIN((unsigned)((a + b - 1) / b), quota->cpus);
}

// CPUs and memory that this process may use: of the machine, and of its cgroup
// and all above it. In a container a cgroup is seen at the root.
struct sys_quota sys_quota(void) {
    struct sys_quota quota = {.cpus = sys_cpu_count()};
    quota.memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    char line[PATH_MAX], folder[3 * PATH_MAX];
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && fgets(line, sizeof line, file)) {
        // number:controllers:path; version 2 has no controllers
        char *rest = line;
        strsep(&rest, ":");
        const char *names = strsep(&rest, ":"), *path = strsep(&rest, "\n");
        if (!path)
            continue;
        int root = snprintf(folder, sizeof folder, "/sys/fs/cgroup/%s", names);
        char *end = stpcpy(folder + root, path);
        for (; end; end = strrchr(folder + root, '/')) {
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
    static const char proc[] = "/proc", vm[] = "/proc/sys/vm";
    uint64_t left = UINT64_MAX;
    struct rlimit limit;
    long long a = 0, most = 0, committed = 0, none;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        read_numbers(proc, "self/statm", "", &a, &none);
        uint64_t used = (uint64_t)a * (uint64_t)sysconf(_SC_PAGESIZE);
        left = limit.rlim_cur - MIN(used, limit.rlim_cur);
    }
    if (read_numbers(vm, "overcommit_memory", "", &a, &none) < 1 || a != 2)
        return left;
    read_numbers(proc, "meminfo", "CommitLimit:", &most, &none);
    read_numbers(proc, "meminfo", "Committed_AS:", &committed, &none);
    return MIN((uint64_t)MAX(most - committed, 0) * 1024, left);
}
