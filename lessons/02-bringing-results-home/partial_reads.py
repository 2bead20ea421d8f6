# SPDX-License-Identifier: MIT
"""One write of many bytes: how many reads does it take to get them?"""
import os
import sys

SIZE = int(sys.argv[1]) if len(sys.argv) > 1 else 200000
sent, received, reads = os.urandom(SIZE), b"", 0
read_end, write_end = os.pipe()
if (pid := os.fork()) == 0:
    os.close(read_end)
    os._exit(os.write(write_end, sent) != SIZE)  # one call
os.close(write_end)
while True:
    got = os.read(read_end, SIZE + 1)
    reads += 1
    print(f"read() number {reads}, bytes: {len(got)}")
    if not got:
        break  # end of file: nobody holds the write end any more
    received += got
os.waitpid(pid, 0)
order = "all in order" if sent == received else "NOT IN ORDER"
print(f"bytes that came: {len(received)} of {SIZE}, {order}")
