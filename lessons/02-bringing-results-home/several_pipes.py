# SPDX-License-Identifier: MIT
"""A pipe from each child: which one has an answer, and which one is gone?"""
import os
import select
import struct
import sys

TASKS = int(sys.argv[1]) if len(sys.argv) > 1 else 4
poll, task_of = select.poll(), {}
for i in range(TASKS):
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        if i:  # task 0 ends without an answer
            os.write(write_end, struct.pack("l", i * i))
        os._exit(0)
    os.close(write_end)
    task_of[read_end] = i
    poll.register(read_end, select.POLLIN)
while task_of:
    for descriptor, _ in poll.poll():  # waits
        answer = os.read(descriptor, 8)
        print(f"task {task_of.pop(descriptor)}:",
              struct.unpack("l", answer)[0] if answer else "no answer")
        poll.unregister(descriptor)
        os.close(descriptor)
ends = os.pipe()
os.close(ends[0])  # nobody can read from this pipe any more
try:
    os.write(ends[1], b"x")
except BrokenPipeError as error:  # Python ignores SIGPIPE from its start
    print("write() where nobody reads:", error.strerror)
