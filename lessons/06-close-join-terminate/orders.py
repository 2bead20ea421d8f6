# `with Pool()` ends in terminate(), not in close() and join().
import multiprocessing
import time


def slow(i):
    time.sleep(60)  # a task that is not done when the block ends
    return i


done = []
with multiprocessing.get_context("fork").Pool(2) as pool:
    for i in range(7):
        pool.apply_async(slow, (i,), callback=done.append)
print(len(done), "of 7 tasks were done")
