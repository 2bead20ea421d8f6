// SPDX-License-Identifier: MIT
// Exercise 8: a bounded queue in shared memory. You write it in
// ex8_bounded_queue.c.
#ifndef QUEUE_H
#define QUEUE_H

struct queue; // yours

// Makes an empty queue for at most `capacity` items, which the processes forked
// from now on share with this one. NULL if that fails, or if `capacity` is
// below 1.
struct queue *queue_create(int capacity);

// Puts an item, any long, at the end; waits, asleep, while the queue is full.
// 0, or -1 once the queue is closed, also if it was waiting. A signal's handler
// may interrupt the waiting here and in queue_get(): it goes on.
int queue_put(struct queue *queue, long item);

// Takes the oldest item; waits, asleep, while the queue is empty. 0, or -1 once
// it is closed and empty, also if it was waiting.
int queue_get(struct queue *queue, long *item);

// No more items. What is in it can still be taken. Any process may close it.
void queue_close(struct queue *queue);

// Frees it, in the process that made it, when nobody uses it any more. Nothing
// is left, in /dev/shm neither.
void queue_destroy(struct queue *queue);

#endif
