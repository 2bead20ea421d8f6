# SPDX-License-Identifier: MIT
"""Lesson 7 in Python: what Pool and ProcessPoolExecutor make of failing tasks.

What waits for ever gets a time limit here.
"""
import ctypes
import multiprocessing
import os
import signal
import struct
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import twin

NEWS, GATE = os.pipe(), os.pipe()
LIMIT = 0.5  # seconds, then we no longer believe that a result will come
FORK = multiprocessing.get_context("fork")


def refuse():
    raise ValueError("this word is not for me")


def crash():
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    ctypes.string_at(0)


def vowels(word):
    if word is None:  # this one waits to be killed
        os.write(NEWS[1], struct.pack("i", os.getpid()))
        signal.pause()
    return sum(letter in "aeiou" for letter in word)


def until_told(_):
    os.write(NEWS[1], struct.pack("i", os.getpid()))
    os.read(GATE[0], 1)
    return os.getpid()


def news():
    return struct.unpack("i", os.read(NEWS[0], 4))[0]


def outcome(result, limit=LIMIT):
    """What get() says; None where nothing comes."""
    try:
        return str(result.get(limit))
    except multiprocessing.TimeoutError:
        return None
    except ValueError as error:
        return str(error)


def complete(workers, dead=()):
    """Waits until there are so many workers (again) that have not been killed."""
    while True:
        pids = {child.pid for child in multiprocessing.active_children()}
        if len(pids - set(dead)) == workers:
            return pids
        time.sleep(0.001)


def ways_to_fail(workers):
    pool = FORK.Pool(workers)
    before = complete(workers)
    refused = outcome(pool.apply_async(refuse), 60)
    lives = complete(workers) == before
    lost = [outcome(pool.apply_async(task, args))
            for task, args in ((crash, ()), (sys.exit, (3,)))]
    twin.say(f'A task that refuses: "{refused}". One that crashes, and one that '
             f"calls exit: {'nothing' if lost == [None, None] else lost}, for as long "
             "as one waits. There is no time limit for one that hangs.")
    twin.claim(refused == "this word is not for me" and lives,
               "a task that refuses says why, and its worker lives on")
    twin.claim(lost == [None, None], "in Python, get() waits for ever for a task "
                                     "whose worker died")
    complete(workers)
    twin.claim(True, f"all {workers} workers are there again")


def killed_in_map(workers, words):
    pool = FORK.Pool(workers)
    result = pool.map_async(vowels, words)
    victim = news()
    os.kill(victim, signal.SIGKILL)
    complete(workers, [victim])
    text = outcome(result)
    twin.claim(text is None, "the worker was replaced, and yet its item is lost: the "
                             "process is back, the task is not")
    twin.claim(text is None, f"in Python, none of the {len(words)} results comes: "
                             "map's get() waits for ever for the one")


def killed_idle(workers, words):
    pool = FORK.Pool(workers)
    pool.map(len, ["a"])
    idle = complete(workers)
    while any(twin.state(pid) != "S" for pid in idle):
        time.sleep(0.001)  # until all of them wait for a task
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    complete(workers, idle)
    text = outcome(pool.map_async(len, ["a"] * len(words)))
    twin.claim(text is None,
               f"in Python, when all {workers} idle workers are killed, the next map "
               "waits for ever: one of them held the lock of the queue")


def broken(futures):
    return sum(isinstance(future.exception(60), BrokenProcessPool)
               for future in futures)


def executor_breaks(workers, words):
    executor = ProcessPoolExecutor(workers, mp_context=FORK)
    futures = [executor.submit(vowels, None) for _ in range(workers)]
    futures += [executor.submit(vowels, "word") for _ in words]
    os.kill(news(), signal.SIGKILL)
    failed = broken(futures)
    twin.claim(failed == len(futures),
               f"in Python, a busy worker of a ProcessPoolExecutor is killed: all "
               f"{failed} pending tasks fail, and nothing hangs")


def executor_idle(_):
    executor = ProcessPoolExecutor(2, mp_context=FORK)
    futures = [executor.submit(until_told, i) for i in range(2)]
    for _ in futures:
        news()  # both workers have one; now one of them becomes idle
    os.write(GATE[1], b".")
    while not any(future.done() for future in futures):
        time.sleep(0.001)
    idle = next(future for future in futures if future.done())
    os.kill(idle.result(), signal.SIGKILL)
    failed = broken([future for future in futures if future is not idle])
    twin.claim(failed == 1, "in Python, an idle one is killed: what is pending fails "
                            "too")


def main():
    twin.begin(7, "when tasks fail")
    workers, tasks = twin.workers(), twin.knob("TASKS", 200, 1, 10000)
    all_words = twin.words()
    words = [all_words[i % len(all_words)] for i in range(tasks)]
    words[tasks // 2] = None

    twin.part("Ways to fail")
    twin.isolated(ways_to_fail, workers)
    twin.part("kill -9 in the middle of a map")
    twin.isolated(killed_in_map, workers, words)
    twin.part("kill -9 of workers that do nothing")
    twin.isolated(killed_idle, workers, words)
    twin.part("ProcessPoolExecutor, which waits for no one that is dead")
    twin.isolated(executor_breaks, workers, words)
    twin.isolated(executor_idle, workers)
    twin.end()


if __name__ == "__main__":
    main()
