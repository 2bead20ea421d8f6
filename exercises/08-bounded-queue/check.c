// SPDX-License-Identifier: MIT
// Exercise 8's checks. Runs in: judge.
#include <signal.h>
#include <string.h>

#include "check.h"

enum { CREATE, SERVER, RACE, PUT, GET, CLOSE, DESTROY, CALLS };

#define RACES 400
#define MANY 600 // items, more than a page of memory holds

static void create(struct run *run, int capacity) {
    about(run, "queue_create(%d)", capacity);
    expect(run, CALL(run, CREATE, capacity)[0], "a queue", "NULL", "");
}

// So many more processes that share the queue. The number of the first.
static int fork_servers(struct run *run, int count) {
    int first = fork_server(run, SERVER);
    for (int i = 1; i < count; i++)
        fork_server(run, SERVER);
    return first;
}

static const int64_t *put(struct run *run, int server, int count,
                          int64_t first) {
    about(run, "queue_put(queue, %ld) and on, %d items", (long)first, count);
    START(run, server, PUT, count, first);
    return finish(run, server);
}

static const int64_t *get(struct run *run, int server, int count) {
    about(run, "queue_get(queue, &item), %d times", count);
    START(run, server, GET, count);
    return finish(run, server);
}

// Items that nobody can know who did not get them: this one and those after it.
static int64_t first_item(struct run *run) { return pick(run, 1000, 1 << 30); }

static bool is_one_of(int64_t item, int64_t first, int count) {
    return item >= first && item < first + count;
}

static void one_process(struct run *run) {
    int capacity = (int)pick(run, 3, 9);
    create(run, capacity);
    int64_t item = first_item(run);
    int64_t put_in = put(run, 0, 1, item)[0];
    expect(run, put_in == 1, "0", "-1", "");
    const int64_t *got = get(run, 0, 1);
    expect(run, got[0] == 1 && got[1] == item, text("item %ld", (long)item),
           text("%ld items, %ld", (long)got[0], (long)got[1]), "");
}

// Ticks off what was got, of the items from `first` on: each may come once.
static void tick_off(struct run *run, const int64_t *got, int64_t first,
                     int count, bool *seen) {
    for (int i = 1; i <= got[0]; i++) {
        int64_t item = got[i];
        expect(run, is_one_of(item, first, count) && !seen[item - first],
               "each item once",
               text("item %ld came, again or from nowhere", (long)item),
               "Is all of it locked, and is there memory for all items?");
        seen[item - first] = true;
    }
}

static void across(struct run *run) {
    create(run, MANY);
    fork_servers(run, 2);
    int64_t first = first_item(run);
    put(run, 1, MANY, first);
    const int64_t *got = get(run, 2, MANY);
    expect(run, got[0] == MANY, text("%d items, put by another process", MANY),
           text("%ld", (long)got[0]),
           "Memory is shared if it was mapped MAP_SHARED before the fork.");
    bool seen[MANY] = {false};
    tick_off(run, got, first, MANY, seen);
    // Numbers over all of long; the driver knows which is which.
    about(run,
          "queue_put and queue_get of 0, -1, LONG_MIN, LONG_MAX and others");
    START(run, 1, PUT, 40, 0, 2);
    finish(run, 1);
    START(run, 2, GET, 40, 2);
    got = finish(run, 2);
    for (int i = 0; i < 40; i++)
        expect(run, got[1 + i] == i, text("item %ld", (long)item_for(i)),
               text("%ld", (long)item_for(got[1 + i])),
               "An item is a long, from end to end.");
}

// Two producers and two consumers in turn, never more than fits: what comes out
// is known exactly.
static void fifo(struct run *run) {
    int capacity = (int)pick(run, 3, 6);
    create(run, capacity);
    fork_servers(run, 4);
    int64_t in = first_item(run), out = in;
    for (int i = 0; i < 150; i++) {
        int64_t inside = in - out;
        bool puts = inside == 0 || (inside < capacity && pick(run, 0, 1));
        if (puts) {
            int64_t did = put(run, (int)pick(run, 1, 2), 1, in)[0];
            expect(run, did == 1, "0", "-1", "");
            in++;
            continue;
        }
        int64_t item = get(run, (int)pick(run, 3, 4), 1)[1];
        expect(run, item == out, text("item %ld, the oldest", (long)out),
               text("item %ld", (long)item), "First in, first out.");
        out++;
    }
}

// Producers and consumers, servers number `from` on, begin together: `pairs` of
// them put or get `n` items each. None is lost, none comes twice.
static void all_at_once(struct run *run, int from, int pairs, int n) {
    int64_t first = first_item(run);
    bool seen[WIRE_VALUES] = {false};
    CALL(run, RACE, 2 * pairs);
    about(run,
          "queue_put by one half of %d processes, queue_get by the other, "
          "%d times each, all at once",
          2 * pairs, n);
    // One kind after the other: those who collide come to different processors.
    for (int i = 0; i < pairs; i++)
        START(run, from + pairs + i, GET, n, true);
    for (int i = 0; i < pairs; i++)
        START(run, from + i, PUT, n, first + i * n, true);
    for (int i = 0; i < pairs; i++) {
        const int64_t *got = finish(run, from + pairs + i);
        expect(run, got[0] == n, text("%d items", n), text("%ld", (long)got[0]),
               "Who is woken looks again before it takes: another may have "
               "been faster. Wait in a while, not in an if.");
        tick_off(run, got, first, pairs * n, seen);
    }
    for (int i = 0; i < pairs; i++)
        expect(run, finish(run, from + i)[0] == n, text("%d are put", n),
               "put returned -1", "");
}

// What goes wrong between two instructions goes wrong seldom: so many, many
// times. With much room nobody sleeps long, and all use the ring at the same
// moment; with room for one, each put needs a get and each get a put, and the
// first wake-up that is lost is missed.
static void races(struct run *run) {
    create(run, 64);
    int from = fork_servers(run, 4);
    int64_t began = now_ms();
    for (int i = 0; once_more(run, i, RACES, began); i++)
        all_at_once(run, from, 2, (int)pick(run, 100, 120));
    // With two of each a signal may go to the wrong one: a producer that wakes
    // a producer.
    for (int pairs = 1; pairs <= 2; pairs++) {
        create(run, 1);
        from = fork_servers(run, 2 * pairs);
        began = now_ms();
        for (int i = 0; once_more(run, i, RACES / 2, began); i++)
            all_at_once(run, from, pairs, (int)pick(run, 40, 60));
    }
}

static void bounded(struct run *run) {
    int capacity = (int)pick(run, 2, 6);
    create(run, capacity);
    fork_servers(run, 1);
    put(run, 0, capacity, 0);
    about(run, "queue_put into a full queue of %d", capacity);
    START(run, 1, PUT, 1, 99);
    settle(run);
    expect(run, !is_back(run, 1), "it waits", "it returned",
           "Put waits while count == capacity.");
    get(run, 0, 1);
    about(run, "queue_get, while queue_put waits for room");
    expect(run, finish(run, 1)[0] == 1, "the waiting put goes on", "it failed",
           "Who takes an item wakes one who waits for room.");
}

static void wakes(struct run *run) {
    create(run, 4);
    fork_servers(run, 3);
    about(run, "3 processes wait in queue_get, 3 items are put");
    for (int i = 1; i <= 3; i++)
        START(run, i, GET, 1);
    settle(run);
    for (int i = 1; i <= 3; i++)
        expect(run, !is_back(run, i), "get waits while the queue is empty",
               "it returned", "");
    int64_t first = first_item(run);
    START(run, 0, PUT, 3, first);
    finish(run, 0);
    for (int i = 1; i <= 3; i++)
        expect(run,
               finish(run, i)[0] == 1 &&
                   is_one_of(reply_of(run, i)[1], first, 3),
               "each waiter gets one", "it got none",
               "One wake-up for every item.");
    races(run);
}

// Nothing runs any more. Who wakes up every few milliseconds to look is asleep
// in between: so nothing may run through many looks in a row, of 2 ms at least.
static void expect_quiet(struct run *run, const char *until) {
    int quiet = 0;
    for (int looks = 0; looks < 300 && quiet < 40; looks++) {
        int64_t before = activity(run);
        settle(run);
        quiet = before >= 0 && activity(run) == before ? quiet + 1 : 0;
    }
    expect(run, quiet == 40, until, "it is never at rest",
           "Wait with a condition variable, a semaphore or a futex, not in a "
           "loop, and not with usleep.");
}

// A handler runs, and that is all: who waits waits on.
static void expect_waits_on(struct run *run, int server) {
    if (is_back(run, server)) // it has not waited at all: see bounded
        return;
    for (int i = 0; i < 3; i++) {
        kill_one(run, pid_of(run, server), SIGUSR1);
        settle(run);
        expect(run, !is_back(run, server), "it waits on, for it was a signal",
               "it returned",
               "sem_wait returns -1 with errno EINTR: again. So does a futex.");
    }
}

static void asleep(struct run *run) {
    lend(run); // for its handler
    is_unharmed(run);
    create(run, 4);
    put(run, fork_servers(run, 1), 0, 0); // so that its pid is known
    about(run, "queue_get from an empty queue");
    START(run, 1, GET, 1);
    expect_quiet(run, "the process sleeps until there is an item");
    expect(run, !is_back(run, 1), "get waits", "it returned", "");
    expect_waits_on(run, 1);
    int64_t item = first_item(run);
    put(run, 0, 1, item);
    about(run, "queue_get, when an item is put");
    expect(run, finish(run, 1)[1] == item, text("item %ld", (long)item),
           "another", "");
    create(run, 1);
    int server = fork_servers(run, 1);
    get(run, server, 0);
    put(run, 0, 1, item);
    about(run, "queue_put into a full queue");
    START(run, server, PUT, 1, item + 1);
    expect_quiet(run, "the process sleeps until there is room");
    expect_waits_on(run, server);
    expect(run, get(run, 0, 1)[1] == item, text("item %ld", (long)item),
           "another", "");
    finish(run, server);
}

// A call of `server`'s was refused, once the queue was closed.
static void expect_refused(struct run *run, int server, const char *help) {
    const int64_t *reply = finish(run, server);
    expect(run, reply[0] == 0 && reply[1] == -1, "-1",
           text("%ld", (long)(reply[0] == 0 ? reply[1] : 0)), help);
}

// Those who wait for an item, then, in another queue, those who wait for room.
static void closed(struct run *run) {
    create(run, 2);
    fork_servers(run, 3);
    about(run, "3 processes wait in queue_get when the queue is closed");
    for (int i = 1; i <= 3; i++)
        START(run, i, GET, 1);
    settle(run);
    call(run, CLOSE, 0, NULL);
    call(run, CLOSE, 0, NULL); // once more does no harm
    for (int i = 1; i <= 3; i++)
        expect_refused(run, i, "close wakes everybody (broadcast).");
    about(run, "queue_put after queue_close");
    START(run, 0, PUT, 1, 1);
    expect_refused(run, 0, "");

    create(run, 2);
    fork_servers(run, 3);
    put(run, 0, 2, 1);
    fork_server(run, SERVER); // 7, which closes
    about(run, "3 processes wait in queue_put when another closes the queue");
    for (int i = 4; i <= 6; i++)
        START(run, i, PUT, 1, i);
    settle(run);
    bool waits[7] = {false}; // who got in has not waited: see bounded
    for (int i = 4; i <= 6; i++)
        waits[i] = !is_back(run, i);
    expect(run, waits[4] || waits[5] || waits[6], "they wait", "none does", "");
    start(run, 7, CLOSE, 0, NULL);
    finish(run, 7);
    for (int i = 4; i <= 6; i++)
        if (waits[i])
            expect_refused(run, i, "close wakes those who wait for room, too.");
        else
            finish(run, i);
    about(run, "queue_put after queue_close, and the queue is full");
    START(run, 7, PUT, 1, 1);
    expect_refused(run, 7, "");
}

// An item comes and the queue is closed before one that waits looks again.
static void expect_waiter_drains(struct run *run) {
    create(run, 3);
    int server = fork_servers(run, 2);
    int64_t item = first_item(run);
    put(run, server, 1, item);
    get(run, server, 1);
    about(run, "queue_get waits; then an item is put, and the queue is closed");
    START(run, server, GET, 1);
    settle(run);
    kill_one(run, pid_of(run, server), SIGSTOP);
    settle(run);
    START(run, server + 1, PUT, 1, item + 1);
    settle(run);
    start(run, 0, CLOSE, 0, NULL);
    settle(run);
    kill_one(run, pid_of(run, server), SIGCONT);
    bool was_put = finish(run, server + 1)[0] == 1;
    finish(run, 0);
    const int64_t *got = finish(run, server);
    expect(run, !was_put || (got[0] == 1 && got[1] == item + 1),
           text("item %ld", (long)item + 1), got[0] ? "another" : "-1",
           "Closed and empty it must be, for -1.");
}

static void drained(struct run *run) {
    create(run, 5);
    fork_servers(run, 1);
    int64_t first = first_item(run);
    put(run, 0, 3, first);
    about(run, "queue_close(queue) with 3 items in it");
    call(run, CLOSE, 0, NULL);
    const int64_t *got = get(run, 1, 4);
    for (int i = 1; i <= 3 && i <= got[0]; i++)
        expect(run, is_one_of(got[i], first, 3), "the 3 items",
               text("item %ld", (long)got[i]), "");
    expect(run, got[0] == 3 && got[4] == -1, "3 items, then -1",
           text("%ld items, then %ld", (long)got[0], (long)got[1 + got[0]]),
           "close refuses new items; those in it are still "
           "taken.");
    expect_waiter_drains(run);
}

static void cleaned(struct run *run) {
    int mappings = shared_mappings(run);
    int before = open_descriptors(run);
    int files = shm_files(run);
    static const char *const what[] = {"mmap", "malloc"};
    static const enum fault fault[] = {FAIL_MMAP, FAIL_MALLOC};
    for (int i = 0; i < 4; i++) {
        set_fault(run, fault[i / 2], i % 2);
        about(run, "queue_create(5), where %s",
              fails_after(what[i / 2], i % 2));
        int64_t made = CALL(run, CREATE, 5)[0];
        set_fault(run, fault[i / 2], -1);
        if (!made)
            continue;
        // It did without.
        int64_t item = first_item(run);
        put(run, 0, 1, item);
        expect(run, get(run, 0, 1)[1] == item, text("item %ld", (long)item),
               "another, or none", "");
        call(run, DESTROY, 0, NULL);
    }
    for (int capacity = -1; capacity <= 0; capacity++) {
        about(run, "queue_create(%d)", capacity);
        expect(run, !CALL(run, CREATE, capacity)[0], "NULL", "a queue",
               "No item would ever fit.");
    }
    lend(run);
    int lent = open_descriptors(run);
    create(run, MANY);
    fork_servers(run, 1);
    int64_t item = first_item(run);
    put(run, 0, 1, item);
    // What was never shared leaves nothing behind, and earns nothing.
    expect(run, get(run, 1, 1)[1] == item,
           text("item %ld, put by another process", (long)item),
           "another, or none", "");
    about(run, "queue_create, queue_put, queue_destroy");
    call(run, DESTROY, 0, NULL);
    int after = shared_mappings(run);
    expect(run, after == mappings,
           text("%d shared mappings, as before", mappings), text("%d", after),
           "munmap with the size that mmap got.");
    after = open_descriptors(run);
    expect(run, after == lent, text("%d open descriptors, as before", before),
           text("%d", after - lent + before), "");
    after = shm_files(run);
    expect(run, after == files, text("%d files in /dev/shm, as before", files),
           text("%d", after),
           "shm_unlink removes the name. An anonymous mapping needs none.");
    expect_unharmed(run);
}

static const struct check checks[] = {
    {"one-process", 1, "put and get in one process", one_process},
    {"across", 1, "put in one process, get in another", across},
    {"fifo", 1, "first in, first out", fifo},
    {"bounded", 1, "put waits while it is full", bounded},
    {"wakes", 2, "no wake-up is lost, nor an item", wakes},
    {"asleep", 1, "who waits uses no processor time", asleep},
    {"closed", 1, "close wakes all, put is refused", closed},
    {"drained", 1, "after close the rest is still taken", drained},
    {"cleaned", 1, "no memory, descriptor or name is left", cleaned},
};

EXERCISE(checks, CALLS, .schedules = "wakes closed");
