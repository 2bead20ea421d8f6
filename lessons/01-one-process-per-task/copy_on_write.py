# SPDX-License-Identifier: MIT
"""Does fork() copy the memory? Counts the pages that a child really gets."""
import mmap
import os
import sys
from resource import RUSAGE_SELF, getrusage
from time import perf_counter as now

memory = mmap.mmap(-1, int(sys.argv[1]) << 20, flags=mmap.MAP_PRIVATE)
memory.madvise(mmap.MADV_NOHUGEPAGE)  # pages of one size
pages = range(0, len(memory), mmap.PAGESIZE)
for i in pages:
    memory[i] = 1  # now the parent has every page
begin = now()
if (pid := os.fork()) == 0:
    faults = [getrusage(RUSAGE_SELF).ru_minflt]
    for work in (memory.__getitem__, lambda i: memory.__setitem__(i, 2)):
        for i in pages:
            work(i)
        faults.append(getrusage(RUSAGE_SELF).ru_minflt)
    os.write(1, b"%d pages: this time reading copied %d, writing %d\n" % (
        len(pages), faults[1] - faults[0], faults[2] - faults[1]))
    os._exit(0)
forked = now() - begin
os.waitpid(pid, 0)
print(f"fork() took about {forked * 1e6:.0f} us; the parent still reads {memory[0]}")
