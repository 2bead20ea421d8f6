// SPDX-License-Identifier: MIT
// What several exercises check alike. Runs in: judge.
#include <signal.h>

#include "common.h"

#include "judge.h"

// The item behind an id that was never given; see item_for().
static long strange_item(int64_t id) {
    bool is_small = id > -1000000 && id < 1000000;
    return (long)(is_small ? id : item_for(id));
}

const char *fails_after(const char *what, int calls) {
    return calls == 0   ? text("the first %s fails", what)
           : calls == 1 ? text("%s fails after one call", what)
                        : text("%s fails after %d calls", what, calls);
}

void expect_each_once(struct run *run, int64_t count) {
    for (int i = 0; i < run->executions; i++) {
        int64_t id = run->execution[i].id;
        expect(run, id >= 0 && id < count,
               "tasks get the items that were handed in",
               text("one got %ld", strange_item(id)),
               id >= count && id < 2 * count + 8
                   ? "That one would come behind the last: mind where the "
                     "items end."
                   : "Does the item arrive whole? And does each place get its "
                     "own?");
    }
    for (int64_t id = 0; id < count; id++)
        expect(run, times_run(run, id) == 1, "each task runs exactly once",
               text("task %ld of %ld ran %d times", (long)id, (long)count,
                    times_run(run, id)),
               "Every task must be handed to one process, and to one only.");
}

void expect_no_children(struct run *run, const char *when) {
    int zombies;
    int left = children(run, &zombies);
    expect(run, left == 0, text("no child is left %s", when),
           text("%d left, %d of them zombies", left, zombies),
           "A process that has ended stays a zombie until its parent has "
           "waited for it: one successful waitpid for each fork, again if a "
           "signal interrupts it.");
    int away = orphans(run);
    expect(run, away == 0, text("no process is left %s", when),
           text("%d orphan%s", away, away == 1 ? "" : "s"),
           "A child's child was left behind and runs on without you.");
}

void expect_workers(struct run *run, int n) {
    int there = workers_alive(run);
    expect(run, there >= n, text("%d worker processes while tasks run", n),
           text("%d", there),
           "Without the processes there is nothing to see about them.");
}

void interrupt(struct run *run) {
    for (int i = 0; i < 3; i++) {
        kill_one(run, run->driver, SIGUSR1);
        settle(run);
    }
}

int64_t join_interrupted(struct run *run, int join, pid_t stopped) {
    about(run, "pool_join(pool), a worker is stopped, a signal interrupts");
    start(run, 0, join, 0, NULL);
    settle(run);
    interrupt(run);
    kill_one(run, stopped, SIGCONT);
    return finish(run, 0)[0];
}

bool back_or_running(struct run *run, int64_t n) {
    return is_back(run, 0) || run->running >= n;
}

bool back_or_stopped(struct run *run, int64_t n) {
    (void)n;
    for (int i = 0; i < run->executions; i++)
        if (state_of(run, run->execution[i].pid) == 'T')
            return true;
    return is_back(run, 0);
}

bool none_alive(struct run *run, int64_t n) { return workers_alive(run) <= n; }

static int64_t make(struct run *run, int create, int workers,
                    const char *where) {
    about(run, "pool_create(%d, task)%s", workers, where);
    return CALL(run, create, workers)[0];
}

static void expect_fails(struct run *run, int create, int destroy,
                         void (*works)(struct run *run, int workers),
                         const struct usual *usual) {
    static const char *const what[] = {"fork", "pipe", "malloc"};
    static const enum fault fault[] = {FAIL_FORK, FAIL_PIPE, FAIL_MALLOC};
    for (int i = 0; i < 9; i++) {
        const int after[] = {0, (int)pick(run, 1, 2), i / 3 == 1 ? 7 : 3};
        lend(run);
        int before = open_descriptors(run);
        set_fault(run, fault[i / 3], after[i % 3]);
        int64_t made =
            make(run, create, 4,
                 text(", where %s", fails_after(what[i / 3], after[i % 3])));
        set_fault(run, fault[i / 3], -1);
        if (made && i / 3 > 0) { // it needs fewer
            works(run, 4);
            call(run, destroy, 0, NULL);
            expect_careful(run, usual);
            continue;
        }
        expect(run, !made, "NULL", "a pool",
               "fork gives -1, and so does pipe, when they fail.");
        await(run, none_alive, 0, "no worker is left after that");
        int now = open_descriptors(run);
        expect(run, now <= before + usual->left.descriptors,
               text("%d open descriptors, as before", before), text("%d", now),
               "Close what was opened until then: both ends of each pipe.");
        expect_careful(run, usual);
    }
}

struct left left_now(struct run *run) {
    return (struct left){children(run, NULL), open_descriptors(run)};
}

struct usual as_usual(struct run *run, int create, int destroy,
                      void (*works)(struct run *run, int workers)) {
    struct left before = left_now(run);
    lend(run);
    expect(run, make(run, create, 4, ""), "a pool", "NULL",
           "pipe, fork, or malloc failed?");
    works(run, 4);
    about(run, "pool_destroy(pool)");
    call(run, destroy, 0, NULL);
    forget_executions(run);
    bool careful = is_unharmed(run);
    struct left now = left_now(run);
    return (struct usual){
        careful,
        {now.children - before.children, now.descriptors - before.descriptors}};
}

void expect_left(struct run *run, const struct usual *usual,
                 struct left *before) {
    struct left now = left_now(run);
    int children = now.children - before->children;
    int descriptors = now.descriptors - before->descriptors;
    expect(run, children <= 0 || usual->left.children > 0,
           "no process is left after pool_destroy", text("%d left", children),
           "Also a worker that has died must be waited for, once.");
    expect(run, descriptors <= 0 || usual->left.descriptors > 0,
           "no descriptor is left open", text("%d left", descriptors),
           "The dead leave their pipes to you.");
    *before = now;
}

void expect_careful(struct run *run, const struct usual *usual) {
    if (usual->careful)
        expect_unharmed(run);
    else
        is_unharmed(run);
}

void expect_create_fails(struct run *run, int create, int destroy,
                         void (*works)(struct run *run, int workers)) {
    struct usual usual = as_usual(run, create, destroy, works);
    expect_fails(run, create, destroy, works, &usual);
    for (int workers = 0; workers > -3; workers--)
        expect(run, !make(run, create, workers, ""), "NULL", "a pool",
               "A pool without workers would never be done.");
}
