# SPDX-License-Identifier: MIT
"""A child counts the words of a file, and its answer comes through a pipe."""
import os
import struct
import sys

PATH = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/common-licenses/GPL-3"
read_end, write_end = os.pipe()  # 1 before the fork: both processes have both
pid = os.fork()
if pid == 0:
    os.close(read_end)
    words = open(PATH, "rb").read().split()  # 2 work, and write the answer
    os.write(write_end, struct.pack("2l", len(words), max(map(len, words), default=0)))
    os._exit(0)
os.close(write_end)  # 3 only the child holds the write end now
with open(read_end, "rb") as file:
    answer = file.read()  # 4 until end of file
os.waitpid(pid, 0)  # 5 reap
if len(answer) != struct.calcsize("2l"):
    sys.exit(f"child {pid} brought no answer")
print("words: %d, longest: %d" % struct.unpack("2l", answer))
