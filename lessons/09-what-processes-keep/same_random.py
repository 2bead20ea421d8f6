# SPDX-License-Identifier: MIT
"""Every worker draws one "random" number. Are they different?"""
import multiprocessing
import os
import random
import sys

WORKERS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
context = multiprocessing.get_context("fork")
all_begun = context.Barrier(WORKERS)  # before the fork: every worker has it


def draw(_):
    all_begun.wait()  # so that each task is in another worker
    return os.getpid(), random.getrandbits(31)


with context.Pool(WORKERS) as pool:
    for pid, drawn in pool.map(draw, range(WORKERS), chunksize=1):
        print(f"worker process {pid} draws {drawn}")
