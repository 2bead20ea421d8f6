# SPDX-License-Identifier: MIT
"""Lesson 6 in Python: what Pool and ProcessPoolExecutor make of failing tasks.

What waits for ever gets a time limit here.
"""
import ctypes
import multiprocessing
import os
import signal
import struct
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import twin

NEWS = os.pipe()
LIMIT = 0.5
FORK = multiprocessing.get_context("fork")


def refuse():
    raise ValueError("this word is not for me")


def crash():
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    ctypes.string_at(0)


def vowels(word):
    if word is None:  # this one waits to be killed
        os.write(NEWS[1], struct.pack("i", os.getpid()))
        while True:
            signal.pause()
    return sum(letter in "aeiou" for letter in word)


def victim():
    return struct.unpack("i", os.read(NEWS[0], 4))[0]


def outcome(result, limit=LIMIT):
    try:
        return str(result.get(limit))
    except multiprocessing.TimeoutError:
        return "nothing: get() waits for ever (here it had a time limit)"
    except ValueError as error:
        return str(error)


def isolated(part, *args):
    """Runs a part in a process that does not clean up: terminate() may hang."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        holds = part(*args)
        for worker in multiprocessing.active_children():
            worker.kill()
        sys.stdout.flush()
        os._exit(0 if holds else 1)
    if os.waitpid(child, 0)[1] != 0:
        twin.claim(False, "it went as it did when this was written")


def ways_to_fail(workers, _):
    pool = FORK.Pool(workers)
    for what, task, args in (("refuses", refuse, ()), ("crashes", crash, ()),
                             ("exits", sys.exit, (3,))):
        limit = 30 if task is refuse else LIMIT
        twin.say(f"{what}: {outcome(pool.apply_async(task, args), limit)}")
    return True


def killed_in_map(workers, words):
    pool = FORK.Pool(workers)
    result = pool.map_async(vowels, words)
    os.kill(victim(), signal.SIGKILL)
    text = outcome(result)
    twin.say(f"Of {len(words)} results: {text}. The process is replaced, the task "
             "is not, and so the map has no results at all.")
    return text.startswith("nothing")


def killed_idle(workers, words):
    pool = FORK.Pool(workers)
    pool.map(len, ["a"])
    idle = multiprocessing.active_children()
    for worker in idle:
        os.kill(worker.pid, signal.SIGKILL)
    for worker in idle:
        worker.join()
    text = outcome(pool.map_async(len, ["a"] * len(words)))
    twin.say("One of the idle workers held the lock of the queue when all were "
             f"killed. The next map: {text}.")
    return text.startswith("nothing")


def executor_breaks(workers, words):
    executor = ProcessPoolExecutor(workers, mp_context=FORK)
    futures = [executor.submit(vowels, None) for _ in range(workers)]
    futures += [executor.submit(vowels, "word") for _ in words]
    os.kill(victim(), signal.SIGKILL)
    failed = sum(isinstance(future.exception(60), BrokenProcessPool)
                 for future in futures)
    twin.say(f"{failed} of {len(futures)} tasks failed with BrokenProcessPool: "
             "nothing hangs, but one death ends them all.")
    return failed == len(futures)


def main():
    twin.begin(6, "when tasks fail")
    workers, tasks = twin.workers(), twin.knob("TASKS", 200, 1, 10000)
    all_words = twin.words()
    words = [all_words[i % len(all_words)] for i in range(tasks)]
    words[tasks // 2] = None

    twin.part("Ways to fail")
    isolated(ways_to_fail, workers, words)
    twin.part("kill -9 in the middle of a map")
    isolated(killed_in_map, workers, words)
    twin.part("kill -9 of workers that do nothing")
    isolated(killed_idle, workers, words)
    twin.part("ProcessPoolExecutor, which waits for no one that is dead")
    isolated(executor_breaks, workers, words)
    twin.end()


if __name__ == "__main__":
    main()
