# SPDX-License-Identifier: MIT
"""What a child has is a copy: its variables, and what print() has not written."""
import os
import sys

served = 0  # tasks done so far
out = open(1, "w")  # as sys.stdout, which the environment may leave unbuffered
print(f"printed before the fork by process {os.getpid()}", file=out)
if sys.argv[1:] == ["flush"]:
    out.flush()  # now nothing waits in the buffer
pid = os.fork()
if pid == 0:
    served += 1
    print(f"child: served is {served}", file=out)
    sys.exit(0)  # writes the child's buffer; os._exit() would not
os.waitpid(pid, 0)
print(f"parent: served is {served}", file=out)
