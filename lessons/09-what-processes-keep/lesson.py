# SPDX-License-Identifier: MIT
"""Lesson 9 in Python: what pooled processes keep, and how long they live."""
import multiprocessing
import os

import twin

LIFE, CHUNK = 10, 25
calls = prepared = 0  # each process has its own copy


def count(_):
    """A task: counts the calls in its process."""
    global calls
    calls += 1
    return os.getpid(), calls, prepared


def count_fresh(pipe):
    pipe.send(count(0))


def prepare():
    """The initialiser: runs once in each worker, before its first task."""
    global prepared
    prepared += 1


def inner_pool(_):
    """A task that wants a pool of its own."""
    try:
        with multiprocessing.Pool(2):
            return ""
    except AssertionError as error:
        return str(error)


def by_process(answers):
    """For each process, what it counted."""
    counted = {}
    for pid, number, _ in answers:
        counted.setdefault(pid, []).append(number)
    return [sorted(numbers) for numbers in counted.values()]


def whole(counted):
    return all(numbers == list(range(1, len(numbers) + 1)) for numbers in counted)


def main():
    twin.begin(9, "what pooled processes keep")
    workers, tasks = twin.workers(), twin.knob("TASKS", 100, 1, 10000)
    twin.words()  # a bad INPUT is refused, as in C
    context = multiprocessing.get_context("fork")
    alone, answers = min(tasks, 100), []

    twin.part("A variable, from task to task")
    for _ in range(alone):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=count_fresh, args=(there,))
        process.start()
        answers.append(here.recv())
        process.join()
    twin.claim(by_process(answers) == alone * [[1]],
               f"{alone} fresh processes: each of them counted 1")
    with context.Pool(workers) as pool:
        counted = by_process(pool.map(count, range(tasks), chunksize=1))
    twin.claim(whole(counted) and len(counted) <= workers,
               "each worker counted its own tasks, 1, 2, 3 ... without a gap")
    twin.claim(calls == 0, "the client's variable is still 0")

    twin.part("An initialiser, and a limited life")
    with context.Pool(workers, prepare, maxtasksperchild=LIFE) as pool:
        answers = pool.map(count, range(tasks), chunksize=CHUNK)
    counted = by_process(answers)
    twin.claim(whole(counted) and all(ready == 1 for _, _, ready in answers),
               "every process was prepared once, before its first task; "
               "replacements too")
    twin.say(f"maxtasksperchild={LIFE}: this time {len(counted)} processes served "
             f"{tasks} tasks, and one of them {max(map(len, counted))}.")
    if tasks >= CHUNK:
        twin.claim(max(map(len, counted)) >= CHUNK,
                   f"in Python, one served at least {CHUNK}: a chunk counts as one "
                   "task")

    twin.part("A pool in a pool")
    with context.Pool(1) as pool:
        refused = pool.apply(inner_pool, (0,))
    twin.claim(refused != "", f'in Python, a task made none: "{refused}"')
    twin.end()


if __name__ == "__main__":
    main()
