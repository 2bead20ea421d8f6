# SPDX-License-Identifier: MIT
"""Runs commands side by side, as a shell does with &. How often comes SIGCHLD?"""
import os
import sys
from signal import SIG_BLOCK, SIG_UNBLOCK, SIGCHLD, pthread_sigmask, signal

signals, pids = [], []
signal(SIGCHLD, lambda number, frame: signals.append(number))
pthread_sigmask(SIG_BLOCK, {SIGCHLD})  # the kernel keeps it for later
for command in sys.argv[1:]:
    pids.append(os.fork())
    if pids[-1] == 0:
        pthread_sigmask(SIG_UNBLOCK, {SIGCHLD})  # a mask survives exec
        os.execlp("sh", "sh", "-c", command)
for pid in pids:  # until all have ended; none is reaped yet
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
pthread_sigmask(SIG_UNBLOCK, {SIGCHLD})
print(f"children ended: {len(pids)}, calls of the handler: {len(signals)}")
for _ in pids:
    pid, status = os.waitpid(-1, os.WNOHANG)
    code = os.waitstatus_to_exitcode(status)
    print(f"process {pid}: {'exit status' if code >= 0 else 'killed by signal'} {abs(code)}")
