# SPDX-License-Identifier: MIT
"""Two add 1 to the same variable. Is it 2 then?"""
import mmap
import os
import sys
import threading

HOW, ATOMIC = sys.argv[1], len(sys.argv) > 2
total = memoryview(mmap.mmap(-1, 8)).cast("q")  # shared with processes, too
have_read, lock = (os.pipe(), os.pipe()), threading.Lock()


def add(me, total):
    value = total[0]
    os.write(have_read[me][1], b"x"), os.read(have_read[1 - me][0], 1)  # both have
    with lock:
        total[0] = (total[0] if ATOMIC else value) + 1


if HOW == "threads":
    other = threading.Thread(target=add, args=(1, total))
    other.start(), add(0, total), other.join()
else:
    mine = total if HOW == "processes" else [0]
    if (pid := os.fork()) == 0:
        add(1, mine), os._exit(0)
    add(0, mine), os.waitpid(pid, 0)
print(f"{HOW}: " + (f"each has {mine[0]}" if HOW == "copies" else f"1 + 1 = {total[0]}"))
