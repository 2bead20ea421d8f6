# SPDX-License-Identifier: MIT
"""A task that forgets to close a file: what do the tasks after it find?"""
import multiprocessing
import os
import sys

TASKS = int(sys.argv[1]) if len(sys.argv) > 1 else 12
LIFE = int(sys.argv[2]) if len(sys.argv) > 2 else None
calls = 0  # each process has its own
met = os.pipe(), os.pipe()  # all workers have them


def leak(number):
    global calls
    calls += 1
    if TASKS > 5 and number in (0, 5):  # they wait for each other
        os.write(met[number == 0][1], b"x")
        os.read(met[number == 5][0], 1)
    return os.getpid(), calls, os.open("/dev/null", os.O_RDONLY)  # never closed


with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=LIFE) as pool:
    for i, (pid, number, fd) in enumerate(pool.map(leak, range(TASKS), 5)):
        print(f"task {i}: process {pid}, its task number {number}, descriptor {fd}")
print("the client's calls:", calls)
