# SPDX-License-Identifier: MIT
"""Results through memory: one array is shared by parent and children, one not."""
import mmap
import os
import sys

TASKS = int(sys.argv[1]) if len(sys.argv) > 1 else 4
copied = [0] * TASKS
# Before the fork: what is mapped later, the other side does not see.
shared = memoryview(mmap.mmap(-1, 8 * TASKS)).cast("l")
for i in range(TASKS):
    if os.fork() == 0:
        copied[i] = shared[i] = i * i  # each child its own element
        os._exit(0)
for _ in range(TASKS):
    os.wait()  # only now is a child's result surely there
for i in range(TASKS):
    print(f"task {i}: {shared[i]} in shared memory, {copied[i]} in the parent's own")
