// SPDX-License-Identifier: MIT
// Reads from /proc which processes a sandbox holds and in what state they are.
//
// From outside: what is read here does not pass through the student's process.
//
// Runs in: judge.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "judge.h"

bool proc_read_file(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, text, room - 1);
    close(fd);
    if (got < 0)
        return false;
    text[got] = 0;
    return true;
}

static bool read_stat(const char *path, struct process *process) {
    char line[1024];
    if (!proc_read_file(path, line, sizeof line))
        return false;
    // The name may hold anything, brackets too: go by the last one.
    char *open = strchr(line, '('), *close = strrchr(line, ')');
    unsigned long user, system, child_user, child_system; // in clock ticks
    unsigned long addresses, pages;
    if (!open || !close ||
        sscanf(close + 1,
               " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu "
               "%*d %*d %d %*d %*u %lu %lu",
               &process->state, &process->parent, &user, &system, &child_user,
               &child_system, &process->threads, &addresses, &pages) != 9)
        return false;
    if (process->state == 'X') // its parent is reaping it at this moment
        return false;
    uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);
    process->cpu_ms = (user + system) * 1000 / per_second;
    process->reaped_ms = (child_user + child_system) * 1000 / per_second;
    process->memory = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
    process->addresses = addresses;
    process->switches = process->waited_ns = 0;
    process->ran = 0;
    process->used_ms = 0;
    process->below = false;
    *close = 0;
    snprintf(process->name, sizeof process->name, "%s", open + 1);
    return true;
}

bool proc_read(struct process *process, pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    process->pid = pid;
    return read_stat(path, process);
}

static uint64_t read_switches(const char *path) {
    char line[4096];
    if (!proc_read_file(path, line, sizeof line))
        return 0;
    uint64_t sum = 0;
    for (char *at = line; (at = strstr(at, "ctxt_switches:"));) {
        at += strlen("ctxt_switches:");
        sum += strtoull(at, NULL, 10);
    }
    return sum;
}

bool proc_shows_enough(void) {
    struct process self;
    char text[4096];
    return proc_read(&self, getpid()) &&
           proc_read_file("/proc/self/status", text, sizeof text) &&
           strstr(text, "ctxt_switches:");
}

uint64_t proc_waited(pid_t pid) {
    char path[64], line[128];
    unsigned long ran, waited;
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    return proc_read_file(path, line, sizeof line) &&
                   sscanf(line, "%lu %lu", &ran, &waited) == 2
               ? waited
               : 0;
}

// Of all its threads: their context switches, and whether one of them runs.
static void read_threads(struct process *process) {
    char path[64 + 256];
    int pid = (int)process->pid;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    process->switches = read_switches(path);
    process->waited_ns = proc_waited(process->pid);
    if (process->threads < 2)
        return;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct process thread;
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/stat", pid,
                 entry->d_name);
        if (read_stat(path, &thread) && strchr("RD", thread.state))
            process->state = thread.state;
        snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid,
                 entry->d_name);
        process->switches += read_switches(path);
    }
    if (dir)
        closedir(dir);
}

struct process *proc_find(const struct processes *list, pid_t pid) {
    for (int i = 0; i < list->count; i++)
        if (list->at[i].pid == pid)
            return &list->at[i];
    return NULL;
}

bool proc_is_below(const struct processes *list, pid_t pid, pid_t ancestor) {
    // Bounded: pids may have been used again while the list was read.
    for (int steps = 0; steps < 1000 && pid > 1; steps++) {
        if (pid == ancestor)
            return true;
        struct process *process = proc_find(list, pid);
        if (!process)
            return false;
        pid = process->parent;
    }
    return false;
}

int proc_climb(pid_t pid, pid_t ancestor) {
    for (int tries = 0; tries < 3; tries++) {
        struct process process = {.parent = pid};
        pid_t at = pid;
        for (int steps = 0; steps < 1000 && at > 1; steps++) {
            if (at == ancestor)
                return 1;
            if (!proc_read(&process, at))
                break;
            at = process.parent;
        }
        if (at <= 1)
            return 0;
        // A parent ended while we climbed: its child has another one now.
    }
    return -1;
}

// An incomplete copy finds fewer, which only makes the judge wait longer.
void proc_copy(struct processes *to, const struct processes *from) {
    to->count = 0;
    if (to->room < from->count) {
        void *more = realloc(to->at, (size_t)from->count * sizeof *to->at);
        if (!more)
            return;
        to->at = more;
        to->room = from->count;
    }
    if (from->count > 0)
        memcpy(to->at, from->at, (size_t)from->count * sizeof *to->at);
    to->count = from->count;
}

bool proc_ignores(pid_t pid, int sig) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (!proc_read_file(path, text, sizeof text))
        return false;
    char *at = strstr(text, "\nSigIgn:");
    return at && strtoull(at + strlen("\nSigIgn:"), NULL, 16) >> (sig - 1) & 1;
}

bool proc_has_ended(pid_t pid) {
    struct process process;
    return !proc_read(&process, pid) || process.state == 'Z';
}

int proc_count_program(pid_t pid, pid_t top, const struct stat *program) {
    int count = 0;
    struct process process;
    for (int steps = 0; steps < 1000 && pid > 1 && pid != top; steps++) {
        char path[64];
        struct stat it;
        snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
        if (stat(path, &it) < 0 || !proc_read(&process, pid))
            return -1;
        count += it.st_dev == program->st_dev && it.st_ino == program->st_ino;
        pid = process.parent;
    }
    return count;
}

// What /proc lists holds few processes of a sandbox among many of the machine's.
// A process that is elsewhere never comes below init: so it is read once. One
// that has its number later has another inode. In the order of pids, as /proc is.
struct listing {
    struct listed {
        pid_t pid;
        ino_t inode;
        bool elsewhere;
    } * at;
    int count, room;
};

static struct listing now, before; // of this look, and of the last

// A table that has room for one more, or NULL.
static void *with_room(void *at, int *room, int count, size_t size) {
    if (count < *room)
        return at;
    int more = *room ? 2 * *room : 256;
    void *longer = realloc(at, (size_t)more * size);
    if (longer)
        *room = more;
    return longer;
}

static bool add_listed(struct listed listed) {
    void *at = with_room(now.at, &now.room, now.count, sizeof *now.at);
    if (!at)
        return false;
    now.at = at;
    now.at[now.count++] = listed;
    return true;
}

static bool add_process(struct processes *list, pid_t pid) {
    void *at = with_room(list->at, &list->room, list->count, sizeof *list->at);
    if (!at)
        return false;
    list->at = at;
    if (proc_read(&list->at[list->count], pid))
        list->count++;
    return true;
}

// Not below init, nor below the judge, to which init's processes fall when init is
// killed. Where a parent has ended meanwhile, it is not known.
static bool is_elsewhere(const struct processes *list, pid_t pid, pid_t init) {
    const pid_t us = getpid();
    for (int steps = 0; steps < 1000 && pid > 1; steps++) {
        for (int i = 0; i < now.count && now.at[i].pid <= pid; i++)
            if (now.at[i].pid == pid && now.at[i].elsewhere)
                return true;
        const struct process *process = proc_find(list, pid);
        if (pid == init || pid == us || !process)
            return false;
        pid = process->parent;
    }
    return pid <= 1;
}

static bool list_all(struct processes *list) {
    struct listing spare = before;
    before = now;
    now = spare;
    now.count = list->count = 0;
    DIR *dir = opendir("/proc");
    if (!dir)
        return false;
    bool complete = true;
    int last = 0; // in `before`
    for (struct dirent *entry; complete && (entry = readdir(dir));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        struct listed it = {.pid = atoi(entry->d_name), .inode = entry->d_ino};
        while (last < before.count && before.at[last].pid < it.pid)
            last++;
        it.elsewhere = last < before.count && before.at[last].pid == it.pid &&
                       before.at[last].inode == it.inode &&
                       before.at[last].elsewhere;
        complete =
            add_listed(it) && (it.elsewhere || add_process(list, it.pid));
    }
    closedir(dir);
    return complete;
}

bool proc_list(struct processes *list, pid_t init, bool with_switches) {
    bool complete = list_all(list);
    for (int i = 0; i < list->count; i++) {
        struct process *process = &list->at[i];
        if (process->pid == init)
            list->init_reaped_ms = process->reaped_ms;
        process->below =
            process->pid != init && proc_is_below(list, process->pid, init);
    }
    for (int i = 0, at = 0; i < list->count; i++) {
        while (now.at[at].pid != list->at[i].pid)
            at++;
        now.at[at].elsewhere = is_elsewhere(list, now.at[at].pid, init);
    }
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (list->at[i].below)
            list->at[kept++] = list->at[i];
    list->count = kept;
    for (int i = 0; with_switches && i < kept; i++)
        read_threads(&list->at[i]);
    return complete;
}
