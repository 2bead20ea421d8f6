// SPDX-License-Identifier: MIT
// Queues that are used under seeded schedules: by two producers and two
// consumers, and by two that wait while a third closes it.
//
// Lost by a race: wakes
//
// Runs in: the process that a schedule begins with, and those it forks.
#include "queue.h"
#include "scenario.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define EACH 3 // items of each producer, and for each consumer

static int *came_out; // shared: how often item i did

static void produce(struct queue *queue, int first) {
    for (int item = first; item < first + EACH; item++) {
        scenario_say("puts item %d", item);
        if (queue_put(queue, item) != 0)
            scenario_fault("put did not return 0, and nobody has closed it");
    }
}

static void consume(struct queue *queue) {
    for (int i = 0; i < EACH; i++) {
        long item = -1;
        if (queue_get(queue, &item) != 0)
            scenario_fault("get did not return 0, and nobody has closed it");
        scenario_say("has got item %ld", item);
        if (item < 0 || item >= 2 * EACH)
            scenario_fault("item %ld came out and was never put", item);
        if (came_out[item]++)
            scenario_fault("item %ld came out twice", item);
    }
}

static struct queue *create(int capacity) {
    struct queue *queue = queue_create(capacity);
    if (!queue)
        scenario_fault("queue_create(%d) gave NULL", capacity);
    came_out = scenario_share(sizeof *came_out * 2 * EACH);
    return queue;
}

static void reap_all(void) {
    while (wait(NULL) > 0) {
    }
}

static void two_and_two(int capacity) {
    struct queue *queue = create(capacity);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            if (i < 2)
                produce(queue, i * EACH);
            else
                consume(queue);
            _exit(0);
        }
    reap_all();
    for (int i = 0; i < 2 * EACH; i++)
        if (!came_out[i])
            scenario_fault("item %d was put and never came out", i);
}

static void room_for_one(void) { two_and_two(1); }
static void room_for_two(void) { two_and_two(2); }

static void close_wakes_consumers(void) {
    struct queue *queue = create(1);
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            long item;
            if (queue_get(queue, &item) == 0)
                scenario_fault("get returned 0, and nothing was ever put");
            _exit(0);
        }
    queue_close(queue);
    reap_all();
}

static void close_wakes_producers(void) {
    struct queue *queue = create(1);
    if (queue_put(queue, 0) != 0)
        scenario_fault("put did not return 0 in an empty queue");
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            queue_put(queue, 1); // that it waits, and for what: see bounded
            _exit(0);
        }
    queue_close(queue);
    reap_all();
}

const struct scenario scenarios[] = {
    {.check = "wakes",
     .about =
         "B and C put 3 items each, D and E take 3 each; there is room for one",
     .run = room_for_one},
    {.check = "wakes",
     .about =
         "B and C put 3 items each, D and E take 3 each; there is room for two",
     .run = room_for_two},
    {.check = "closed",
     .about = "B and C take from an empty queue, A closes it",
     .run = close_wakes_consumers},
    {.check = "closed",
     .about = "B and C put into a full queue, A closes it",
     .run = close_wakes_producers},
};
const int scenario_count = sizeof scenarios / sizeof *scenarios;
