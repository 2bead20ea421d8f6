# SPDX-License-Identifier: MIT
"""What does a task find in a fresh process, and what in a worker?"""
import multiprocessing
import os

WHAT = ("a variable set before the pool", "a variable set after it",
        "an environment variable set after it", "a descriptor opened after it")
before = after = False


def look(_=None):
    try:
        opened = os.fstat(100) is not None
    except OSError:
        opened = False
    return before, after, "AFTER" in os.environ, opened


context, before = multiprocessing.get_context("fork"), True
with context.Pool(1) as pool:
    after, os.environ["AFTER"] = True, "1"
    os.dup2(0, 100)
    with context.Pool(1) as young:  # its worker is a fresh process
        rows = zip(WHAT, young.apply(look), pool.apply(look))
        for what, fresh, worker in rows:
            print(f"{what:40}  {'yes' if fresh else 'no':5}  {'yes' if worker else 'no'}")
