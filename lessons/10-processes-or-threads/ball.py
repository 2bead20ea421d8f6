# SPDX-License-Identifier: MIT
"""Do two threads run at the same moment? Do two processes? They play ball."""
import mmap
import os
import sys
import threading

LOOKS, MOST = 1000, 5000
throws, direct = range(2)
game = memoryview(mmap.mmap(-1, 16)).cast("Q")  # shared with processes, too
CPUS = sorted(os.sched_getaffinity(0))


def play(me):
    os.sched_setaffinity(0, {CPUS[me % len(CPUS)]})
    for i in range(me, MOST, 2):
        looks = 0
        while game[throws] < i:
            looks += 1
            if looks >= LOOKS:
                os.sched_yield()
        game[direct] += i > 1 and looks < LOOKS  # only one has the ball
        game[throws] = i + 1


if sys.argv[1] == "threads":
    other = threading.Thread(target=play, args=(1,))
    other.start(), play(0), other.join()
elif (pid := os.fork()) == 0:
    play(1), os._exit(0)
else:
    play(0), os.waitpid(pid, 0)
print(f"{game[direct]} of {MOST} throws came while both ran")
