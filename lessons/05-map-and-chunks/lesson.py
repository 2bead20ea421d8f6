# SPDX-License-Identifier: MIT
"""Lesson 5 in Python: map keeps the order; chunks; imap is not what you think."""
import itertools
import multiprocessing
import os
import threading
import time

import twin

FILES, ENDED, NEED = [], None, None  # made before the pool
TINY = 10000


def checksum(number):
    if number is None:
        raise ValueError("no such file")
    while True:
        crc = twin.checksum(FILES[number])
        if number != 0 or ENDED.value >= NEED.value:
            break
    with ENDED.get_lock():
        before = ENDED.value
        ENDED.value += 1
    return crc, before


def vowels(word):
    return sum(letter in "aeiou" for letter in word)


def timed(pool, task, items, chunksize):
    start = time.monotonic()
    pool.map(task, items, chunksize)
    return time.monotonic() - start


def main():
    global ENDED, NEED
    twin.begin(5, "map and chunks")
    workers, tasks = twin.workers(), twin.knob("TASKS", 200, 1, 10000)
    files = twin.files()
    FILES[:] = sorted((files[i % len(files)] for i in range(tasks)),
                      key=os.path.getsize, reverse=True)
    words = list(itertools.islice(itertools.cycle(twin.words()), TINY))
    fork = multiprocessing.get_context("fork")
    ENDED, NEED = fork.Value("q", 0), fork.Value("q", 0)
    items = list(range(tasks))

    twin.part("One map, and the order of its results")
    # 1 create the pool
    pool = fork.Pool(workers)
    NEED.value = int(workers > 1 and tasks > 1)
    # 2 submit, wait, and use the results
    sums = pool.map(checksum, items, 1)
    right = sum(crc == twin.checksum(file) for (crc, _), file in zip(sums, FILES))
    twin.claim(right == tasks, f"result i is the checksum of file i, {right} times")
    if NEED.value:
        twin.claim(sums[0][1] > 0, "the first file was not done first, and its "
                                   "result still comes first")

    twin.part("How many at a time?")
    NEED.value = 0
    # Python chooses ceil(n / (4 * workers))
    sizes = 1, None, TINY // workers + 1
    times = [timed(pool, vowels, words, size) for size in sizes]
    twin.say("This time 10,000 words in chunks of 1, of Python's choice and of n / "
             "workers took " + ", ".join(f"{t / min(times):.1f}" for t in times)
             + " times the best.")

    twin.part("Asked too early, and a file that is not there")
    bad = (tasks + 1) // 2
    NEED.value = 1 << 60
    asked = pool.map_async(checksum, items[:bad] + [None] + items[bad:], 1)
    try:
        early = asked.successful()
    except ValueError as error:
        early = str(error)
    NEED.value = 0
    try:
        asked.get()
        late = ""
    except ValueError as error:
        late = str(error)
    twin.claim(late != "", f'pool_result_get() waits, and says: "{late}"'
               if late else "get() raises the error")
    twin.say(f'successful() before it is ready raises ValueError("... {early[-9:]}"). '
             "get() waits; it raises the error and hands out no result at all.")
    pool.close()  # 3 close
    pool.join()   # 4 join

    twin.part("Input without an end: Python's imap() reads on, asked or not")
    many, made, all_read = 20000, [0], threading.Event()

    def source():
        for word in itertools.islice(itertools.cycle(words), many):
            made[0] += 1
            yield word
        all_read.set()

    with fork.Pool(workers) as pool:
        iterator = pool.imap(vowels, source())
        read = all_read.wait(60)
        twin.say(f"{made[0]} of {many} words were read before anybody asked for a "
                 "result: there is no window, so never give it an endless source.")
        if not read:
            twin.claim(False, "imap() has read all of its input")
        next(iterator)
    twin.end()


if __name__ == "__main__":
    main()
