# SPDX-License-Identifier: MIT
"""Lesson 3 in Python: the pool is built once, and then serves many tasks."""
import multiprocessing
import os
import time

import twin

FORK = multiprocessing.get_context("fork")
DONE, OTHERS = FORK.Value("q", 0), FORK.Value("q", 0)  # made before the pool


def power(base, exponent):
    while base == 0 and DONE.value < OTHERS.value:
        time.sleep(0.001)
    with DONE.get_lock():
        before = DONE.value
        DONE.value += 1
    return base ** exponent, os.getpid(), before


def checksum(path):
    return twin.checksum(path), os.getpid()


def main():
    twin.begin(3, "a pool of workers")
    workers, tasks = twin.workers(), twin.knob("TASKS", 100, 1, 10000)
    files = twin.files()
    paths = [files[i % len(files)] for i in range(tasks)]

    twin.part("All at once: the pool is there before the first task")
    # 1 create the pool
    OTHERS.value = tasks - 1 if workers > 1 else 0
    pool = FORK.Pool(workers)
    before = len(multiprocessing.active_children())
    # 2 submit
    results = [pool.apply_async(power, (i, 2)) for i in range(tasks)]
    sums = [pool.apply_async(checksum, (path,)) for path in paths]
    pool.close()  # 3 close
    pool.join()   # 4 join
    # 5 use the results
    answers = [result.get() for result in results]
    served = len({pid for _, pid, _ in answers})
    twin.say(f"{tasks} times pow(i, 2) by apply_async(); this time {served} of "
             f"{workers} workers took part.")
    twin.claim(before == workers,
               f"all {workers} workers were there before the first task")
    total = sum(value for value, _, _ in answers)
    twin.claim(total == sum(i * i for i in range(tasks)),
               f"the sum of the {tasks} squares is {total}")
    twin.claim(served <= workers,
               f"{tasks} tasks were served by at most {workers} processes")
    if OTHERS.value:
        twin.claim(answers[0][2] == OTHERS.value,
                   f"the other {OTHERS.value} did not wait for the process with task "
                   "0: nobody deals out equal shares")

    twin.part("On demand: Python has no such pool")
    twin.say("multiprocessing.Pool always starts all of its workers in its "
             "constructor. (ProcessPoolExecutor starts them on demand.)")
    twin.claim(all(result.get()[0] == twin.checksum(path)
                   for result, path in zip(sums, paths)),
               "the workers' checksums are those that the client finds itself")
    twin.end()


if __name__ == "__main__":
    main()
