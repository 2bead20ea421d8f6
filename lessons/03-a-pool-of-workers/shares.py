"""Many tasks, few workers: which process runs how many, whose child is it?"""
import collections
import multiprocessing
import os
import sys

FORK = multiprocessing.get_context("fork")
OTHERS = FORK.Semaphore(0)  # every task but the first releases it


def who(wait):
    for _ in range(wait):
        OTHERS.acquire()
    if wait == 0:
        OTHERS.release()
    return os.getpid(), os.getppid()


if __name__ == "__main__":
    workers, tasks = int(sys.argv[1]), int(sys.argv[2])
    print(f"your program is process {os.getpid()}", flush=True)
    with FORK.Pool(workers) as pool:
        first = [tasks - 1 if i == 0 and workers > 1 else 0 for i in range(tasks)]
        results = [pool.apply_async(who, (wait,)) for wait in first]
        seen = collections.Counter(result.get() for result in results)
    for (pid, parent), count in seen.items():
        print(f"process {pid}, child of process {parent}, ran {count}")
