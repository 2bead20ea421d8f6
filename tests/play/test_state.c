// SPDX-License-Identifier: MIT
// The model of `make play`, and the words of its log, with events of this
// test's own: what the rows say of a worker that runs, dies, is replaced.
//
// Runs in: the test. No pool is made.
#include "play.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

uint64_t now_ns(void) { return 0; } // work.c's, which needs a pool

static int failures;

#define CHECK(condition)                                                       \
    ((condition) ? (void)0                                                     \
                 : (failures++, (void)printf("%s:%d: %s\n", __FILE__,          \
                                             __LINE__, #condition)))

#define MS MILLISECOND
#define T0 (100 * SECOND)

static struct pool_trace_event run(int worker, pid_t pid, uint64_t begin,
                                   uint64_t end, uint64_t first,
                                   uint32_t count) {
    return (struct pool_trace_event){.kind = POOL_TRACE_RUN,
                                     .begin_ns = T0 + begin * MS,
                                     .end_ns = end ? T0 + end * MS : 0,
                                     .task = 1,
                                     .first = first,
                                     .count = count,
                                     .worker = worker,
                                     .pid = pid};
}

static struct pool_trace_event death(int worker, pid_t pid, uint64_t at,
                                     uint64_t item, int error) {
    return (struct pool_trace_event){.kind = POOL_TRACE_DEATH,
                                     .begin_ns = T0 + at * MS,
                                     .task = 1,
                                     .first = item,
                                     .count = error != 1,
                                     .worker = worker,
                                     .pid = pid,
                                     .status = SIGKILL,
                                     .error = error == 1 ? 0 : error};
}

static struct pool_trace_event birth(int worker, pid_t pid, uint64_t at) {
    return (struct pool_trace_event){.kind = POOL_TRACE_START,
                                     .begin_ns = T0 + at * MS,
                                     .worker = worker,
                                     .pid = pid};
}

// Two workers, 11 and 12, and a submission of items 500 to 507 in chunks of 4.
static struct state begin(void) {
    struct state state;
    state_begin(&state, 2, T0);
    state_first(&state, 0, 11);
    state_first(&state, 1, 12);
    CHECK(state_batch(&state, 8, 4, 500));
    return state;
}

static void read(struct state *state, const struct pool_trace_event *events,
                 size_t count, uint64_t now) {
    state_events(state, events, count, T0 + now * MS);
}

static void busy_worker(void) {
    struct state state = begin();
    const struct pool_trace_event events[] = {run(0, 11, 0, 400, 0, 4),
                                              run(1, 12, 100, 0, 4, 4)};
    read(&state, events, 2, 800);
    const struct slot *idle = &state.slot[0], *busy = &state.slot[1];
    CHECK(idle->life == IDLE && idle->done == 4 && !idle->in_chunk);
    CHECK(idle->since_ns == T0 + 400 * MS && idle->generation == 1);
    CHECK(busy->life == BUSY && busy->item == 504 && busy->chunk_end == 507);
    state_look(&state, &state.slot[1], 'S', 506, T0 + 700 * MS);
    CHECK(busy->item == 506 && busy->done == 2);
    CHECK(busy->since_ns == T0 + 700 * MS);
    state_look(&state, &state.slot[1], 'T', 506, T0 + 700 * MS);
    CHECK(busy->life == STOPPED && busy->strip[STRIP - 1] & WAS_STOPPED);
    state_look(&state, &state.slot[0], 'Z', UINT64_MAX, 0);
    CHECK(idle->life == ZOMBIE);
    state_end(&state);
}

// What the shared page says of another item is not believed.
static void stale_page(void) {
    struct state state = begin();
    const struct pool_trace_event events[] = {run(1, 12, 100, 0, 4, 4)};
    read(&state, events, 1, 200);
    state_look(&state, &state.slot[1], 'S', 503, T0);
    CHECK(state.slot[1].item == 504 && state.slot[1].done == 0);
    state_look(&state, &state.slot[0], 'S', 504, T0);
    CHECK(state.slot[0].done == 0 && !state.slot[0].in_chunk);
    state_end(&state);
}

static void lost_item(void) {
    struct state state = begin();
    // As pool_trace_read() has a run that was cut: up to the item lost.
    const struct pool_trace_event events[] = {
        run(0, 11, 0, 0, 0, 2), run(1, 12, 10, 2000, 4, 4),
        death(0, 11, 450, 1, POOL_ELOST), birth(0, 21, 451),
        run(1, 12, 460, 0, 2, 2)};
    char text[LOG_TEXT];
    state_sent(&state, 11, T0 + 449 * MS);
    read(&state, events, 3, 455);
    CHECK(state.slot[0].life == GONE && state.slot[0].lost == 1);
    CHECK(state.slot[0].done == 1 && state.slot[0].last_pid == 11);
    CHECK(!strcmp(state.slot[0].before, "sig 9"));
    struct death dead = state_death(&state, events, 3, 2);
    describe_death(text, sizeof text, &dead);
    CHECK(!strcmp(text, "worker 0 (pid 11) killed by signal 9 while it ran "
                        "item 501: lost; 502 to 503 wait for a worker; nobody "
                        "in its place yet"));
    read(&state, events, 5, 500);
    CHECK(state.slot[0].pid == 21 && state.slot[0].generation == 2);
    CHECK(state.slot[0].done == 1 && state.slot[0].lost == 1);
    dead = state_death(&state, events, 5, 2);
    describe_death(text, sizeof text, &dead);
    CHECK(!strcmp(text, "worker 0 (pid 11) killed by signal 9 while it ran "
                        "item 501: lost; 502 to 503 go to worker 1; pid 21 in "
                        "its place after 2.0 ms"));
    CHECK(state.cost.deaths == 1 && state.cost.lost == 1);
    CHECK(state.cost.replaced == 1 && state.cost.replaced_ns == 2 * MS);
    state_end(&state);
}

static void item_run_again(void) {
    struct state state = begin();
    const struct pool_trace_event events[] = {
        run(0, 11, 0, 0, 0, 4), death(0, 11, 300, 3, 0), birth(0, 21, 301),
        run(0, 21, 305, 0, 3, 1)};
    char text[LOG_TEXT];
    read(&state, events, 4, 310);
    struct death dead = state_death(&state, events, 4, 1);
    describe_death(text, sizeof text, &dead);
    CHECK(strstr(text, "while it ran item 503: the new worker 0 runs it again; "
                       "pid 21 in its place after 1.0 ms"));
    CHECK(state.cost.again == 1 && state.cost.lost == 0);
    CHECK(state.slot[0].lost == 0 && state.slot[0].item == 503);
    state_end(&state);
}

static void other_deaths(void) {
    struct state state = begin();
    const struct pool_trace_event events[] = {
        run(0, 11, 0, 300, 0, 4), death(0, 11, 400, 0, 1), birth(0, 21, 401),
        run(1, 12, 402, 0, 4, 1), death(1, 12, 900, 4, POOL_ETIMELIMIT)};
    char text[LOG_TEXT];
    read(&state, events, 5, 1000);
    struct death dead = state_death(&state, events, 5, 1);
    describe_death(text, sizeof text, &dead);
    CHECK(strstr(text, "between two items: nothing is lost; pid 21"));
    dead = state_death(&state, events, 5, 4);
    describe_death(text, sizeof text, &dead);
    CHECK(strstr(text, "killed by the supervisor, its item ran too long: item "
                       "504 has failed; 505 to 507 wait"));
    CHECK(!strcmp(state.slot[1].before, "limit") && state.slot[1].failed == 1);
    CHECK(state.cost.idle == 1 && state.cost.limit == 1);
    // A pool's end is no loss.
    state.ending_ns = T0 + 300 * MS;
    read(&state, events, 5, 1000);
    CHECK(state.cost.deaths == 0);
    state_end(&state);
}

static void refused_item(void) {
    struct state state = begin();
    struct pool_trace_event events[] = {run(1, 12, 0, 300, 4, 4)};
    events[0].error = POOL_ETASK;
    read(&state, events, 1, 400);
    CHECK(state_refused(&state, events, 1, 0, 5) == 1);
    CHECK(state_refused(&state, events, 1, 0, 1) == -1);
    read(&state, events, 1, 400);
    CHECK(state.slot[1].done == 3 && state.slot[1].failed == 1);
    state_end(&state);
}

static void strip(void) {
    struct state state = begin();
    const struct pool_trace_event events[] = {run(0, 11, 1000, 2000, 0, 4),
                                              death(0, 11, 5000, 0, 1),
                                              birth(0, 21, 8000)};
    read(&state, events, 3, 9990);
    const unsigned char *part = state.slot[0].strip;
    CHECK(part[STRIP - 1] == WAS_ALIVE);  // 9.75 to 10 s
    CHECK(part[STRIP - 8] & BIRTH);       // 8 s
    CHECK(part[STRIP - 12] == 0);         // 7 s: nobody
    CHECK(part[STRIP - 20] & DEATH);      // 5 s
    CHECK(part[STRIP - 30] == WAS_ALIVE); // 2.5 s
    CHECK(part[STRIP - 34] & WAS_BUSY);   // 1.5 s
    read(&state, events, 3, 60000);
    for (int i = 0; i < STRIP; i++)
        CHECK(part[i] == WAS_ALIVE);
    state_end(&state);
}

static void log_forgets(void) {
    static struct log log;
    for (int i = 0; i < LOG_LINES + 5; i++)
        log_say(&log, PLAIN, "%d", i);
    CHECK(!log_line(&log, 4) && !log_line(&log, LOG_LINES + 5));
    CHECK(!strcmp(log_line(&log, 5)->text, "5"));
}

int main(void) {
    static const struct {
        void (*run)(void);
        const char *name;
    } tests[] = {
        {busy_worker, "a row tells item, chunk and state"},
        {stale_page,
         "what the shared page says of another item is not believed"},
        {lost_item, "a lost item, its rest and its worker's heir"},
        {item_run_again, "an item that is run again"},
        {other_deaths, "deaths that cost nothing, by the limit, at the end"},
        {refused_item, "an item whose task refused counts as failed"},
        {strip, "the strip shows ten seconds"},
        {log_forgets, "the log forgets its oldest lines"},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        failures = 0;
        tests[i].run();
        printf("[%s] play: %s\n", failures ? "  FAILED  " : "       OK ",
               tests[i].name);
        failed += failures > 0;
    }
    return failed > 0;
}
