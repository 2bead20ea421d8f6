# SPDX-License-Identifier: MIT
"""The game on a pseudo-terminal, key by key, as a player meets it.

    keys.py PROGRAM
"""
import os
import re
import signal
import sys
import termios

from game import Failed, Game

PROGRAM = sys.argv[1]
LEVELS = "lessons/scheduler/levels"
wrong = []


def hold(so, what):
    print(("[       OK ] scheduler: " if so else "[  FAILED  ] scheduler: ") + what)
    if not so:
        wrong.append(what)


def level(number, **env):
    return Game(command=[PROGRAM, LEVELS, str(number)], **env)


def check_play():
    """A level is won with keys, undone, won again, and mended."""
    with level(1) as game:
        game.until("Can it be broken\\?")
        game.send("Y23g1")
        game.until("moves 3, par 5")
        game.send("2")
        game.until("has a choice: a or b")
        game.send("b3b")
        game.until("BROKEN in 5 moves \\(par 5\\): nobody can move, and chunk 0 is undone")
        hold("it can be broken, sure" in game.text, "keys win level 1, and what was said is told")
        game.send("uu")
        game.until("moves 3, par 5")
        game.send("rr")
        game.until("BROKEN in 5 moves")
        game.send("b")
        game.until("b does not hold")
        game.until("moves 0, par 5")
        game.send("r")
        game.until("moves 1, par 5")
        game.send("a")
        game.until("a holds: all [0-9]+ states")
        hold(True, "undo, redo; a wrong repair shows its break, the right one holds")
        game.send("\n")
        game.until("Level 2")


def check_hints():
    with level(1) as game:
        game.until("Can it be broken")
        game.send("yh")
        game.until("Still possible")
        game.send("h")
        game.until("Worker 2 moves next on a shortest way")
        game.send("h")
        game.until("Next on a shortest way: 2 \\(5 moves")
        game.send("g1g2g3ah")
        game.until("No longer possible from here: undo [0-9]+")
        hold(True, "hints: still possible, who, which move; no longer: undo so far")


def check_reasons():
    with level(4) as game:
        game.until("Can it be broken")
        game.send("y2g133k3")
        game.until("reaps the dead worker")
        game.until("is dead; the supervisor's turn")
        game.send("k2")
        game.until("one death is used up")
        game.send("1")
        game.until("cannot move: it sleeps in poll until event is 1")
        hold(True, "a death, its account, and why somebody cannot go on")
        hold(any("event 0" in line for line in game.lines[:24]),
             "the whole screen fits in 24 lines")


def check_size():
    """80 by 24 are enough, whatever is on it: here the terminal is larger."""
    widest = lowest = 0
    for number in range(1, 11):
        with Game(command=[PROGRAM, LEVELS, str(number)], rows=40, columns=120) as game:
            game.until("Can it be broken")
            for keys, there in (("", "Can it"), ("y", "hint"), ("2", "moves 1,"), ("g1", "moves 2,"), ("?", "back")):
                game.send(keys)
                game.until(there)
                widest = max(widest, *map(len, game.lines))
                lowest = max(lowest, *(i for i, line in enumerate(game.lines) if line))
    hold(widest <= 80 and lowest < 24, f"all levels fit: {widest} columns, {lowest + 1} lines")


def check_ends():
    """However it ends, the terminal is as it was."""
    for how in ("q", "\x04", "\x03", signal.SIGTERM):
        with level(2) as game:
            game.until("Can it be broken")
            if isinstance(how, str):
                game.send(how)
            else:
                os.kill(game.child.pid, how)
            game.end()
            same = termios.tcgetattr(game.slave) == game.modes
            shown = game.raw.rstrip().endswith(b"\x1b[?1049l")
            hold(same and shown, f"the terminal is restored after {how!r}")


def check_plain():
    with level(3, NO_COLOR="1") as game:
        game.until("Can it be broken")
        game.send("y1")
        game.until("moves 1, par 8")
        hold(not re.search(rb"\x1b\[[0-9;]*m", game.raw), "NO_COLOR: no colours")
        hold("READY*" in game.text, "what has changed is marked without colour too")


def main():
    for check in (check_play, check_hints, check_reasons, check_size, check_ends, check_plain):
        try:
            check()
        except Failed as failed:
            hold(False, f"{check.__name__}: {failed}")
    return bool(wrong)


sys.exit(main())
