// SPDX-License-Identifier: MIT
// Scenes with the client in a process of its own: there it may block, and be
// killed itself. The supervisor is killed in each of its duties, the client in
// each of its calls, a worker in a queue that the client waits for.
//
// Runs in: the tester; what the client does is in kill_act.c.
#define _GNU_SOURCE
#include "kill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- In the tester ---------------------------------------------------------

static void await_sleep(pid_t pid) {
    while (!trace_sleeps(pid))
        kill_pause();
}

static void let_go(struct run *run) { atomic_store(&run->shared->go, 1); }

static void grab_newborn(struct run *run) {
    trace_attach(run->client, true);
    let_go(run);
    run->victim = trace_child(run->client);
}

static void grab_supervisor(struct run *run) {
    run->victim = run->shared->supervisor;
    await_sleep(run->victim);
    trace_attach(run->victim, false);
    let_go(run);
}

static void grab_client(struct run *run) {
    run->victim = run->client;
    trace_attach(run->victim, false);
    let_go(run);
}

static void grab_worker(struct run *run) {
    run->victim = run->shared->workers[0];
    run->other = run->shared->workers[1];
    await_sleep(run->victim);
    await_sleep(run->other);
    trace_attach(run->victim, false);
    trace_attach(run->other, false);
    let_go(run);
    await_sleep(run->client); // in its call
}

static void begin_stage(struct run *run) {
    run->pool = NULL;
    run->result = NULL;
    memset(run->shared, 0, sizeof *run->shared);
    fflush(NULL);
    run->client = fork();
    check(run->client >= 0, "fork");
    if (run->client == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run->scene->act(run);
        _exit(EXIT_SUCCESS);
    }
    while (!atomic_load(&run->shared->marked)) {
        check(waitpid(run->client, NULL, WNOHANG) == 0, "the client failed");
        kill_pause();
    }
    run->scene->grab(run);
}

static void setup_stage(struct run *run) {
    run->shared = mmap(NULL, sizeof *run->shared, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(run->shared != MAP_FAILED, "mmap");
}

// The client ends well, and after it nothing runs any more.
static void end_stage(struct run *run) {
    int status;
    double start = kill_now();
    if (run->scene->grab == grab_worker)
        trace_release(run->other);
    atomic_store(&run->shared->let_go, 1);
    if (run->client != run->victim)
        check(waitpid(run->client, &status, 0) == run->client && status == 0,
              "the client failed");
    while (waitpid(-1, NULL, __WALL) > 0)
        continue;
    double took = kill_now() - start;
    if (run->client == run->victim && run->killed && took > run->slowest)
        run->slowest = took;
}

#define STAGE .setup = setup_stage, .begin = begin_stage, .end = end_stage
#define SUPERVISOR STAGE, .grab = grab_supervisor, .items = 4
#define CLIENT STAGE, .grab = grab_client, .client = true, .act = act_life
#define WAITING STAGE, .grab = grab_worker

const struct scene stage_scenes[] = {
    {.name = "client waits for a task", WAITING, .act = act_map, .items = 1},
    {.name = "client waits for a map", WAITING, .act = act_map, .items = 4},
    {.name = "client waits to get",
     WAITING,
     .act = act_wait,
     .options.max_retries = 1,
     .ops = "p"},
    {.name = "client waits to put",
     WAITING,
     .act = act_wait,
     .options.max_retries = 1,
     .ops = "g"},
    {.name = "supervisor: create",
     STAGE,
     .grab = grab_newborn,
     .items = 4,
     .act = act_create},
    {.name = "supervisor: a death", SUPERVISOR, .act = act_death},
    {.name = "supervisor: join", SUPERVISOR, .act = act_join},
    {.name = "supervisor: terminate", SUPERVISOR, .act = act_terminate},
    {.name = "supervisor: on demand",
     SUPERVISOR,
     .act = act_grow,
     .options.on_demand = true},
    {.name = "client: its life", CLIENT, .items = 4},
    {.name = "client: on demand",
     CLIENT,
     .items = 4,
     .options.on_demand = true},
    {0},
};
