"""Tasks count together in shared memory: does every count arrive?"""
import multiprocessing
import sys

FORK = multiprocessing.get_context("fork")
WORKERS, TIMES = int(sys.argv[1]), int(sys.argv[2])
STEPS, ONCE = FORK.Value("q", 0), FORK.Value("q", 0)  # made before the pool
HERE = FORK.Barrier(WORKERS)


def count(_):
    seen = STEPS.value  # read
    HERE.wait()  # all have read
    STEPS.value = seen + 1  # add, write
    for _ in range(TIMES - 1):
        STEPS.value += 1  # reads, adds, writes
    for _ in range(TIMES):
        with ONCE.get_lock():
            ONCE.value += 1


if __name__ == "__main__":
    with FORK.Pool(WORKERS) as pool:
        pool.map(count, range(WORKERS), 1)
    print(f"tasks: {WORKERS}, counts of each: {TIMES}")
    print(f"read, add, write: {STEPS.value}")
    print(f"one atomic operation: {ONCE.value}")
