# SPDX-License-Identifier: MIT
"""One of many tasks aborts: how many results are left?"""
import concurrent.futures
import os
import sys

TASKS, BAD = 20, 7


def square(number):
    if number == BAD:
        os.abort()
    return number * number


if sys.argv[1] == "threads":
    Executor = concurrent.futures.ThreadPoolExecutor
else:
    Executor = concurrent.futures.ProcessPoolExecutor  # Pool would hang here
with Executor(2) as pool:
    futures = [pool.submit(square, i + 1) for i in range(TASKS)]
right = sum(f.exception() is None for f in futures)
print(f"results that are right: {right} of {TASKS}")
