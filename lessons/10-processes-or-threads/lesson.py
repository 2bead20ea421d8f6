# SPDX-License-Identifier: MIT
"""Lesson 10 in Python: do threads run at the same moment? Do processes?"""
import mmap
import multiprocessing
import os
import sys
import threading

import twin

LOOKS, WANTED, OVER = 1000, 100, 1 << 40
TURN = memoryview(mmap.mmap(-1, 8)).cast("Q")  # shared with processes too


def play(me, direct, most):
    """Waits for the ball and hands it back; counts those that came at once."""
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[me]})
    count = 0
    for i in range(me, most, 2):
        looks = 0
        while (now := TURN[0]) < i:
            looks += 1
            if looks >= LOOKS:
                os.sched_yield()
        if now == OVER:
            break
        count += i > 1 and looks < LOOKS
        TURN[0] = OVER if count == WANTED else i + 1
        if count == WANTED:
            break
    direct[me] = count


def game(kind, direct, most):
    TURN[0] = 0
    players = [kind(target=play, args=(me, direct, most)) for me in range(2)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    return list(direct)


def main():
    twin.begin(10, "processes or threads")
    twin.knob("TASKS", 200, 1, 10000)
    if len(os.sched_getaffinity(0)) < 2:
        twin.say("There is only one CPU for this program: no ball game.")
        twin.end()
    context = multiprocessing.get_context("fork")
    twin.part("At the same moment")
    processes = game(context.Process, context.Array("Q", 2, lock=False), 50000)
    threads = game(threading.Thread, [0, 0], 2000)
    lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    twin.say(f"This Python {'has' if lock else 'does not have'} a global interpreter "
             f"lock. This time its two threads managed {max(threads)} handovers while "
             f"both ran.")
    twin.claim(max(processes) == WANTED,
               f"{WANTED} handovers by two processes, both running")
    twin.end()


if __name__ == "__main__":
    main()
