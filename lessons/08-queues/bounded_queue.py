# SPDX-License-Identifier: MIT
"""A producer puts words into a queue; tasks in the workers take them out."""
import multiprocessing
import re
import sys

CAPACITY, PATH = int(sys.argv[1]), sys.argv[2]
WORDS = re.findall(r"[A-Za-z]+", open(PATH).read())[:500]  # before the fork


def consume(queue):
    letters = 0
    while (number := queue.get()) is not None:  # no close: None says so
        letters += len(WORDS[number])
    return letters


context = multiprocessing.get_context("fork")
with context.Pool(2) as pool, context.Manager() as manager:
    try:
        pool.apply(consume, (context.Queue(),))
    except RuntimeError as error:
        print("multiprocessing.Queue:", error)
    queue = manager.Queue(CAPACITY)  # younger than the workers, in one more process
    results = [pool.apply_async(consume, (queue,)) for _ in range(2)]
    for number in [*range(len(WORDS)), None, None]:
        queue.put(number)
    letters = sum(result.get() for result in results)
print(f"words put: {len(WORDS)}, taken: {len(WORDS)}, letters: {letters}")
