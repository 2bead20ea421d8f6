# SPDX-License-Identifier: MIT
"""A zombie has ended, an orphan lives on: here is one of each, side by side."""
import os


def show(name, pid):
    try:
        state, parent = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[:2]
        print(f"{name}, process {pid}: state {state}, parent is process {parent}")
    except FileNotFoundError:
        print(f"{name}, process {pid}: not there")


go, tell = os.pipe(), os.pipe()
if (child := os.fork()) == 0:
    if os.fork() == 0:
        os.close(go[1])
        os.write(tell[1], b"%d" % os.getpid())
        os._exit(len(os.read(go[0], 1)))  # lives until "go" ends
    os._exit(0)  # does not wait
os.close(tell[1])
grandchild = int(os.read(tell[0], 20))
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # ended, not reaped
show("child", child), show("grandchild", grandchild)
os.waitpid(child, 0)
print("now the child is reaped; the grandchild's new parent will reap it")
show("child", child), show("grandchild", grandchild)
