# SPDX-License-Identifier: MIT
"""A box for one item, a producer, two consumers. Is one condition enough?"""
import signal
import sys
from threading import Condition, Lock, Thread

lock = Lock()
not_empty = Condition(lock)
not_full = not_empty if sys.argv[1] == "one" else Condition(lock)
signal.alarm(2 if not_full is not_empty else 0)  # SIGALRM ends what would hang
full, waiting = False, 0


def consume():
    global full, waiting
    with lock:
        waiting += 1
        not_empty.wait_for(lambda: full)
        full = False
        not_full.notify()


consumers = [Thread(target=consume) for _ in range(2)]
for consumer in consumers:
    consumer.start()
while waiting < 2:
    pass
for _ in range(2):
    with lock:
        not_full.wait_for(lambda: not full)
        full = True
        not_empty.notify()
for consumer in consumers:
    consumer.join()
print("both items were taken")
