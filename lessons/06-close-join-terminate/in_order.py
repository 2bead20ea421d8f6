# Close, then join, on Python's Pool: the wrong orders are errors there, too.
#
#     python3 in_order.py [FILE] [WORKERS] [TASKS]
import multiprocessing
import re
import sys

FILE, WORKERS, TASKS = sys.argv[1:] or ("LICENSE", "2", "50")
WORDS = re.findall("[A-Za-z]+", open(FILE).read())  # before the fork


def occurrences(i):
    return sum(word == WORDS[i % len(WORDS)] for word in WORDS)


pool = multiprocessing.get_context("fork").Pool(int(WORKERS))
results = [pool.apply_async(occurrences, (i,)) for i in range(int(TASKS))]
for call in (pool.join, pool.close, lambda: pool.apply(occurrences, (0,)), pool.join):
    try:
        call()
        print("ok")
    except ValueError as error:  # "Pool is still running", "Pool not running"
        print(error)
print("times the last word stands there:", results[-1].get())
