// SPDX-License-Identifier: MIT
// What the parts of the tester share: scenes, and one run of a scene.
//
// Interface: a scene brings its victim to a stop (begin), the tester lets it
// run to some instruction and kills it, the scene looks whether all promises
// were kept (end). Again, for every instruction of the victim's path.
//
// Runs in: the tester.
#ifndef KILL_H
#define KILL_H

#include "pool.h"
#include "trace.h"

#include <stdatomic.h>

// Where the tester is, said when something is wrong or hangs.
extern const char *at_scene;
extern long at_hold, at_step;

_Noreturn void fail(const char *what, const char *file, int line);
#define check(truth, what) ((truth) ? (void)0 : fail(what, __FILE__, __LINE__))

enum { WORKERS = 2, ITEMS = 12, BIG = 4200, CAPACITY = 4 };

// Shared by the tester, the client if that is another process, and the tasks.
struct shared {
    _Atomic unsigned runs[ITEMS]; // by item: how often it was started
    _Atomic unsigned got[ITEMS];  // by item: what it got from the queue
    _Atomic unsigned arrived;
    _Atomic int holder;     // pid of the worker that waits in its item …
    _Atomic int held;       // … once this is set …
    _Atomic int let_go;     // … until this is
    _Atomic int marked, go; // see stage.c
    pid_t supervisor, workers[WORKERS];
};

struct run {
    const struct scene *scene;
    struct pool *pool;
    struct shared *shared;
    struct pool_queue *queue;
    struct pool_result *result;
    struct pool_stats before;
    pid_t victim, other, client;
    bool killed;              // the victim; else it has ended or sleeps
    bool pairs_begun;         // the other worker's path is known, and …
    const struct point *hold; // … where on it that is to stop; NULL: its end
    int lost_item;            // by the last end; -1: none
    long kills, done, lost, unreached;
    double slowest; // seconds from a death until all were gone
};

struct scene {
    const char *name;
    void (*setup)(struct run *);    // once
    void (*begin)(struct run *);    // stops run->victim at the start of a path
    void (*end)(struct run *);      // after its death, or its end
    void (*teardown)(struct run *); // once
    pool_task_fn *fn;
    unsigned items, chunksize, result_size;
    bool alone; // the other worker is stopped meanwhile
    bool hold;  // the other worker stays in its first item meanwhile
    bool pairs; // the other worker stands at each atomic instruction in turn
    const char *ops;         // what each item does with the queue: p, g
    unsigned fill;           // items in the queue before
    bool client, supervisor; // is the victim
    struct pool_options options;
    void (*act)(struct run *);  // what the client does, in a process of its own
    void (*grab)(struct run *); // stops the victim, and lets the client go on
};

extern const struct scene work_scenes[], queue_scenes[], stage_scenes[];

// kill_work.c: a worker is killed, the tester is the client.
void work_setup(struct run *run);
void work_teardown(struct run *run);
void work_await_idle(struct run *run);
void work_submit(struct run *run);
unsigned work_end_items(struct run *run); // how many are lost
void work_check_pool(struct run *run, unsigned lost);
int work_task(const void *arg, size_t size, void *result, size_t room);

// kill_act.c: what a client does in a process of its own.
void act_create(struct run *run);
void act_death(struct run *run);
void act_join(struct run *run);
void act_terminate(struct run *run);
void act_grow(struct run *run);
void act_life(struct run *run);
void act_map(struct run *run);
void act_wait(struct run *run);

// The argument of every task.
struct order {
    struct shared *shared;
    struct pool_queue *queue;
    unsigned item;
    char op; // on the queue: p, g, or 0
};

void kill_pause(void); // between two looks at something
double kill_now(void);

#endif
