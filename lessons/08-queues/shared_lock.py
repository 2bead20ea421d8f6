# SPDX-License-Identifier: MIT
"""A lock and a condition that processes share: they wait for each other."""
import multiprocessing
import sys

PROCESSES = int(sys.argv[1]) if len(sys.argv) > 1 else 4
context = multiprocessing.get_context("fork")
all_here = context.Condition()  # with a lock; made before the fork
here = context.Value("i", 0, lock=False)
total = context.Value("i", 0, lock=False)


def child_main():
    with all_here:
        here.value += 1
        all_here.notify_all()
        all_here.wait_for(lambda: here.value == PROCESSES)
    for _ in range(1000):
        with all_here:
            total.value += 1  # read, add, write: nobody comes between


children = [context.Process(target=child_main) for _ in range(PROCESSES)]
for child in children:
    child.start()
for child in children:
    child.join()
print(f"processes that added 1000: {PROCESSES}, together: {total.value}")
