# SPDX-License-Identifier: MIT
"""Lesson 4 in Python: apply() waits, apply_async() does not."""
import multiprocessing
import os
import threading
import time

import twin

# Made before the pool, so every worker has them too.
WORDS = []
HEARD = multiprocessing.get_context("fork").Event()


def one_letter(a, b):
    """Whether one letter changed, added or dropped makes a into b."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    return (a[start + 1:] == b[start + 1:] or a[start + 1:] == b[start:]
            or a[start:] == b[start + 1:])


def compare(number, first, count, lasts=False):
    begin = time.monotonic_ns()
    if count == 0:
        raise ValueError("no words to look at")
    while True:
        close = sum(any(one_letter(WORDS[i % len(WORDS)], other)
                        for other in WORDS[:twin.MOST_COMPARED])
                    for i in range(first, first + count))
        if not lasts or HEARD.is_set():
            break
    return number, close, os.getpid(), begin, time.monotonic_ns()


def job(i, lasts=False):
    return i, i * 16, 16, lasts and i == 0


def at_once(found):
    edges = sorted([(f[3], 1) for f in found] + [(f[4], -1) for f in found])
    now = most = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most


def main():
    twin.begin(4, "blocking and async")
    workers, tasks = twin.workers(), twin.knob("TASKS", 24, 1, 10000)
    WORDS[:] = twin.words()

    # 1 create the pool
    pool = multiprocessing.get_context("fork").Pool(workers)
    twin.part("apply() in a loop")
    found = [pool.apply(compare, job(i)) for i in range(tasks)]
    close = sum(f[1] for f in found)
    twin.claim(at_once(found) == 1,
               f"the pool has {workers} workers, and never more than one of them worked")

    twin.part("apply_async() in a loop")
    news, here = [], []

    def told(one):
        news.append(one)
        HEARD.set()
        here.append((os.getpid(), threading.current_thread().name))

    # 2 submit; the first job lasts until the client has heard of another one
    lasts = workers > 1 and tasks > 1
    results = [pool.apply_async(compare, job(i, lasts), callback=told)
               for i in range(tasks)]
    # 5 use the results
    found = [result.get() for result in results]
    twin.say(f"This time up to {at_once(found)} tasks ran at once. The callbacks "
             f"ran in a thread of the client: not in the one that submitted.")
    twin.claim(sum(f[1] for f in found) == close,
               f"both ways find the same {close} words")
    twin.claim(all(pid == os.getpid() for pid, _ in here) and len(news) == tasks
               and all(f[2] != os.getpid() for f in found),
               f"{tasks} tasks ran in workers, their {tasks} callbacks in the client")
    if lasts:
        twin.claim([f[0] for f in news] != list(range(tasks)),
                   "results came in another order than the tasks were submitted in")

    twin.part("An error nobody asks for")
    pool.apply_async(compare, (0, 0, 0))
    asked = pool.apply_async(compare, (0, 0, 0))
    pool.close()  # 3 close
    pool.join()   # 4 join
    twin.say("Two tasks without words to look at were submitted, closed and "
             "joined. Nothing was printed.")
    try:
        asked.get()
        message = ""
    except ValueError as error:
        message = str(error)
    twin.claim(message != "",
               f'the one whose result was kept says why: "{message}"')
    twin.end()


if __name__ == "__main__":
    main()
