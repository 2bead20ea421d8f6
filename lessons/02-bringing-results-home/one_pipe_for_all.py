# SPDX-License-Identifier: MIT
"""Many children, one pipe: whose answer comes first, and do answers mix?"""
import os
import struct
import sys

TASKS = int(sys.argv[1]) if len(sys.argv) > 1 else 4
ANSWER = struct.Struct("iil")  # fewer bytes than PIPE_BUF: written in one piece
go, ends, came = os.pipe(), os.pipe(), 0
for i in range(TASKS):
    if os.fork() == 0:
        os.close(go[0] if i else go[1])  # task 0 reads, the others hold it
        if i == 0:
            os.read(go[0], 1)  # waits here until all the others have ended
        os.write(ends[1], ANSWER.pack(i, os.getpid(), i * i))
        os._exit(0)
os.close(go[1]), os.close(ends[1])  # the parent's copies
while record := os.read(ends[0], ANSWER.size):
    came += 1
    print("answer %d: task %d, process %d, square %d" % (came, *ANSWER.unpack(record)))
for _ in range(TASKS):
    os.wait()
print(f"answers that came: {came} of {TASKS}")
