// SPDX-License-Identifier: MIT
// Killed at every instruction: lets a worker, the supervisor or the client run
// to each instruction of its path in turn, kills it there, and looks whether
// the pool has kept its promises.
//
//   kill [STRIDE [scene…]]     STRIDE n: each n-th point, from a random one on
//
// Scenes run side by side, as many as there are CPUs, each in its own process.
//
// Runs in: the tester, which is the client of most pools.
#define _GNU_SOURCE
#include "kill.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    HUNG_S = 300,      // much, for steps on a machine that is busy
    ROUNDS_EVERY = 61, // of a rep instruction: bytes of a copy
    RECORDINGS = 5,    // of a path
    TRIES = 4,         // to come to a point
};

const char *at_scene = "";
long at_hold, at_step;
static const struct run *at_run;

static struct totals {
    _Atomic long points, kills;
} * totals; // of all scenes, shared by their processes

_Noreturn void fail(const char *what, const char *file, int line) {
    fprintf(stderr, "%s: killed at point %ld of path %ld: %s (%s:%d)\n",
            at_scene, at_step, at_hold, what, file, line);
    _exit(EXIT_FAILURE); // supervisor and workers follow
}

// What a process was doing when the tester waited in vain.
static void say_where(const char *who, pid_t pid) {
    static const char *const files[] = {"stat", "syscall"};
    for (size_t i = 0; pid && i < sizeof files / sizeof *files; i++) {
        char path[64], text[64] = "gone";
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, files[i]);
        FILE *file = fopen(path, "re");
        if (file && !fgets(text, sizeof text, file))
            snprintf(text, sizeof text, "unreadable");
        if (file)
            fclose(file);
        fprintf(stderr, "%s: %s: %.*s\n", who, files[i],
                (int)strcspn(text, "\n"), text);
    }
}

static void hung(int number) {
    (void)number;
    say_where("the victim", at_run->victim);
    say_where("the other", at_run->other);
    say_where("the supervisor", at_run->before.supervisor);
    say_where("the client", at_run->client);
    fail("hangs", __FILE__, __LINE__);
}

void kill_pause(void) {
    struct timespec moment = {0, 50000};
    nanosleep(&moment, NULL);
}

double kill_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct path record_once(struct run *run) {
    struct path path;
    alarm(HUNG_S);
    run->killed = false;
    run->scene->begin(run);
    if (trace_record(run->victim, &path) == TRACE_ASLEEP)
        trace_release(run->victim);
    run->scene->end(run);
    return path;
}

// Records the path of the victim, undisturbed: that of median length, since one
// recording spins long where another process is late, and one falls asleep.
static struct path record(struct run *run) {
    struct path paths[RECORDINGS];
    for (int i = 0; i < RECORDINGS; i++) {
        struct path path = record_once(run);
        int place = i;
        for (; place > 0 && paths[place - 1].count > path.count; place--)
            paths[place] = paths[place - 1];
        paths[place] = path;
    }
    for (int i = 0; i < RECORDINGS; i++)
        if (i != RECORDINGS / 2)
            free(paths[i].points);
    return paths[RECORDINGS / 2];
}

// One run, with a death at this point of it, to which it runs from `start` in
// single steps. False: the victim did not come there. Its path can differ from
// the recorded one where it spins, or meets another process at another moment.
static bool run_and_kill(struct run *run, const struct point *point,
                         const struct point *start) {
    alarm(HUNG_S);
    run->scene->begin(run);
    enum trace_end end = trace_run_to(run->victim, point, start);
    run->killed = end != TRACE_ENDED && trace_kill(run->victim);
    run->kills += run->killed;
    run->scene->end(run);
    return end == TRACE_STOPPED;
}

// Points of a path between `first` and its end, each killed at once.
static long kill_along(struct run *run, const struct path *path, size_t first,
                       long stride, long offset) {
    long points = 0;
    for (size_t i = first; i < path->count; i++) {
        const struct point *point = &path->points[i];
        if (point->again % ROUNDS_EVERY || points++ % stride != offset)
            continue;
        const struct point *const starts[TRIES] = {point->nearest, point->fresh,
                                                   point->nearest, NULL};
        int tries = 0;
        at_step = (long)i;
        while (tries < TRIES && !run_and_kill(run, point, starts[tries]))
            tries++;
        run->unreached += tries == TRIES;
    }
    return points;
}

// Where the task begins, from `i` on; the end, if it does not.
static size_t task_in(const struct path *path, const struct scene *scene,
                      size_t i) {
    while (i < path->count && path->points[i].at != (unsigned long)scene->fn)
        i++;
    return i;
}

// With the other worker standing before each atomic instruction of its item in
// turn, and asleep in it, if it has to wait.
static long play_pairs(struct run *run, long stride, long offset) {
    const struct scene *scene = run->scene;
    struct path holds = record(run);
    size_t first = task_in(&holds, scene, 0);
    size_t next = task_in(&holds, scene, first + 1);
    long points = 0;
    run->pairs_begun = true;
    for (size_t i = first; i < next + (next == holds.count); i++) {
        run->hold = i < holds.count ? &holds.points[i] : NULL;
        if (run->hold && !run->hold->atomic)
            continue;
        at_hold = (long)i;
        struct path path = record(run);
        points +=
            kill_along(run, &path, task_in(&path, scene, 0), stride, offset);
        free(path.points);
    }
    free(holds.points);
    return points;
}

static void play(const struct scene *scene, long stride) {
    struct run run = {.scene = scene};
    double start = kill_now();
    long offset = stride > 1 ? (long)(start * 1e6) % stride : 0, points;
    at_scene = scene->name;
    at_run = &run;
    trace_sleep_ends = !scene->client;
    alarm(HUNG_S);
    if (scene->setup)
        scene->setup(&run);
    if (scene->pairs) {
        points = play_pairs(&run, stride, offset);
    } else {
        struct path path = record(&run);
        points = kill_along(&run, &path, 0, stride, offset);
        free(path.points);
    }
    check(points > 0, "nothing was killed");
    alarm(HUNG_S);
    if (scene->teardown)
        scene->teardown(&run);
    alarm(0);
    atomic_fetch_add(&totals->points, points);
    atomic_fetch_add(&totals->kills, run.kills);
    printf("%-27s %6ld points, %6ld kills", at_scene, points, run.kills);
    if (run.done)
        printf(", %ld items done, %ld lost", run.done, run.lost);
    if (run.unreached)
        printf(", %ld not reached", run.unreached);
    if (run.slowest > 0)
        printf(", all gone %.0f ms later at most", run.slowest * 1e3);
    printf(", %.0f s\n", kill_now() - start);
    fflush(stdout);
}

// ---- All scenes ------------------------------------------------------------

static void be_tester(const struct scene *scene, long stride) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1); // whoever is left comes to us
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    signal(SIGALRM, hung);
    play(scene, stride);
    exit(EXIT_SUCCESS);
}

static bool wanted(const struct scene *scene, char **names) {
    for (char **name = names; *name; name++)
        if (strcmp(*name, scene->name) == 0)
            return true;
    return !*names;
}

static bool await_one(void) {
    int status = 0;
    return wait(&status) > 0 && status == 0;
}

int main(int argc, char **argv) {
    static const struct scene *const all[] = {work_scenes, queue_scenes,
                                              stage_scenes};
    long stride = argc > 1 ? atol(argv[1]) : 1, running = 0;
    long most = sysconf(_SC_NPROCESSORS_ONLN);
    bool good = true, found = false;
    if (stride < 1)
        return fprintf(stderr, "usage: kill [STRIDE [scene…]]\n"), 2;
    totals = mmap(NULL, sizeof *totals, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (totals == MAP_FAILED)
        return perror("mmap"), 1;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct scene *scene = all[i]; scene->name; scene++) {
            if (!wanted(scene, argv + (argc > 1 ? 2 : 1)))
                continue;
            found = true;
            if (running == most)
                good &= await_one(), running--;
            if (fork() == 0)
                be_tester(scene, stride);
            running++;
        }
    while (running-- > 0)
        good &= await_one();
    if (!found) {
        fprintf(stderr, "kill: no scene is called so. There are:\n");
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            for (const struct scene *scene = all[i]; scene->name; scene++)
                fprintf(stderr, "  %s\n", scene->name);
        return 2;
    }
    printf("%ld instructions, one in %ld tried: %ld kills, %s\n",
           atomic_load(&totals->points), stride, atomic_load(&totals->kills),
           good ? "no promise broken" : "FAILED");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
