# SPDX-License-Identifier: MIT
"""Lesson 8 in Python: which pipes and queues reach the workers."""
import fcntl
import multiprocessing
import os
import queue
import select

import twin

CAPACITY = 8


def write_word(number):
    """A task: writes to a descriptor's number; returns the error, or None."""
    try:
        os.write(number, b"word")
    except OSError as error:
        return error.strerror


def arrive(pool, to, source):
    error = pool.apply(write_word, (to,))
    ready, _, _ = select.select([source], [], [], 0)
    return (os.read(source, 4) if ready else b""), error


def consume(words):
    """A task: takes words until it takes None, which it puts back for others."""
    taken = []
    while (number := words.get()) is not None:
        taken.append(number)
    words.put(None)
    return taken


def get_one(words):
    return words.get()


def pipes(context, workers):
    number = os.open("/dev/null", os.O_WRONLY)
    before = os.pipe()
    pool = context.Pool(workers)
    after = os.pipe()
    # Python's pool has pipes of its own: take a number that none of them has.
    high = fcntl.fcntl(after[1], fcntl.F_DUPFD, 500)
    got, error = arrive(pool, before[1], before[0])
    twin.claim(got == b"word", "made before the pool: the word arrives")
    got, error = arrive(pool, high, after[0])
    twin.claim(got == b"" and error is not None,
               f'made after it: nothing arrives, and write() says "{error}"')
    os.dup2(after[1], number)
    got, error = arrive(pool, number, after[0])
    twin.claim(got == b"" and error is None,
               "made after it, with a number that was /dev/null at the fork: "
               "write() succeeds, and nothing arrives")
    os.close(before[1])
    ended = select.poll()
    ended.register(before[0])
    early = ended.poll(0)
    pool.close()
    pool.join()
    twin.claim(not early and ended.poll(0) == [(before[0], select.POLLHUP)],
               "the client closed its write end, yet the end of file came only when "
               "the pool's processes, which have it too, were gone")


def main():
    twin.begin(8, "queues")
    workers, tasks = twin.workers(), twin.knob("TASKS", 300, 1, 10000)
    room = min(tasks, CAPACITY)
    context = multiprocessing.get_context("fork")
    twin.words()  # a bad INPUT is refused, as in C

    twin.part("A pipe: to the workers it is a number")
    pipes(context, workers)

    twin.part("A queue: made when the workers are there already")
    # 1 create the pool, then the queues
    pool = context.Pool(workers)
    try:
        error = None
        pool.apply(get_one, (context.Queue(),))
    except RuntimeError as refused:
        error = refused
    twin.say(f"multiprocessing.Queue() as an argument: \"{error}\". It is a pipe "
             f"with locks, so it has to be there at the fork.")
    with context.Manager() as manager:
        numbers, first = manager.Queue(room), 0
        try:
            while True:
                numbers.put_nowait(first)
                first += 1
        except queue.Full:
            twin.claim(first == room, f"nobody gets, so {room} put succeed and the "
                                      "next must wait")
        # 2 submit: a consumer for each worker; then we are the producer
        results = [pool.apply_async(consume, (numbers,)) for _ in range(workers)]
        for number in list(range(first, tasks)) + [None]:
            numbers.put(number)
        pool.close()  # 3 close
        pool.join()   # 4 join
        # 5 use the results
        taken = [result.get() for result in results]
    twin.say(f"Manager().Queue() can be passed: the queue lives in one more process, "
             f"and every put and get is a message to it. This time the first consumer "
             f"took {len(taken[0])} words.")
    twin.claim(sorted(sum(taken, [])) == list(range(tasks)),
               f"each of the {tasks} words was taken exactly once")
    twin.claim(all(one == sorted(one) for one in taken),
               "every consumer got its words in the order they were put")
    twin.end()


if __name__ == "__main__":
    main()
