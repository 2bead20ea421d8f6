# SPDX-License-Identifier: MIT
"""The writer has ended, yet its pipe has no end of file: who holds it open?"""
import os
import select
import sys


def look(descriptor):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    ended = any(event & select.POLLHUP for _, event in poll.poll(0))
    print("end of file?", "yes" if ended else "no")


results, ready, go = os.pipe(), os.pipe(), os.pipe()
if (writer := os.fork()) == 0:
    os._exit(0)  # the exit closes this process's copy of results[1]
if (sibling := os.fork()) == 0:  # it never uses the pipe, but it has it
    if sys.argv[1:] == ["close"]:
        os.close(results[1])
    os.close(go[1])
    os.write(ready[1], b"x")
    os._exit(len(os.read(go[0], 1)))
os.close(results[1])
os.read(ready[0], 1), os.waitpid(writer, 0)
print(f"the writer, process {writer}, has ended and is reaped")
look(results[0])
os.close(go[1])  # lets the sibling end
os.waitpid(sibling, 0)
print(f"the sibling, process {sibling}, has ended and is reaped")
look(results[0])
