# SPDX-License-Identifier: MIT
"""A game of `make play` on a pseudo-terminal: sends keys, reads the screen.

Nothing here sleeps to let something happen: `until` reads what comes until the
screen is as it should be, or gives up.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

PROGRAM = os.environ.get("PLAY", "build/gcc/lessons/play/play")
PATIENCE = 60  # seconds: a loaded machine


class Failed(Exception):
    """The screen never was as it should be."""


class Row(dict):
    """A worker's row; false, and without words, if it is not on the screen."""

    def __missing__(self, key):
        return ""


def as_a_terminal_would():
    """The keys' signals are not ignored, as they are in a shell's background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Game:
    """One run of the program, and its screen."""

    def __init__(self, rows=24, columns=80, term="linux", command=None, **env):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.drawn = None  # lines, as long as nothing new has come
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns, tell=False)
        self.modes = termios.tcgetattr(self.slave)
        clean = {k: v for k, v in os.environ.items()
                 if k not in ("NO_COLOR", "WORKERS", "INPUT", "RECORD",
                              "POOL_TRACE", "MAKEFLAGS", "MAKELEVEL")}
        clean.update(TERM=term, **env)
        self.child = subprocess.Popen(
            command or [PROGRAM], stdin=self.slave, stdout=self.slave,
            stderr=self.slave, env=clean, start_new_session=True,
            preexec_fn=as_a_terminal_would)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.send("q")
            try:
                self.end()
            except Failed:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()
        os.close(self.master)
        os.close(self.slave)

    # ---- the screen

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            self.screen.resize(rows, columns)
            self.drawn = None

    def read(self, seconds=0.2):
        """Takes in what the program has written. False: it has closed."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return False
            self.raw += data
            self.stream.feed(data)
            self.drawn = None
            seconds = 0
        return True

    @property
    def lines(self):
        """The screen's rows, made again only where something has come."""
        if self.drawn is None:
            columns = range(self.screen.columns)
            rows = (self.screen.buffer[y] for y in range(self.screen.lines))
            self.drawn = ["".join(row[x].data for x in columns).rstrip()
                          for row in rows]
        return self.drawn

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def log(self):
        """The log's sentences, each on one line."""
        sentences = []
        rows = self.lines[:-3]
        start = next((i for i, line in enumerate(rows)
                      if line.startswith("slot ")), 0)
        for line in rows[start:]:
            if re.match(r" *\d+:\d\d ", line):
                sentences.append(line.strip())
            elif sentences and line.startswith(" " * 9):
                sentences[-1] += " " + line.strip()
        return "\n".join(sentences)

    def until(self, what, where=None):
        """Reads until `what` is true, or, as a pattern, is found."""
        if isinstance(what, str):
            pattern = re.compile(what)
            look = where or (lambda: self.text + "\n" + self.log)
            what = lambda: pattern.search(look())
        else:
            pattern = what
        end = time.monotonic() + PATIENCE
        while True:
            found = what()
            if found:
                return found
            if time.monotonic() > end:
                raise Failed(f"never came: {pattern}\n{self.text}")
            if not self.read():
                raise Failed(f"ended before: {pattern}\n{self.text}")

    def send(self, keys):
        os.write(self.master, keys.encode())

    def said(self, pattern):
        return self.until(pattern, lambda: self.log)

    # ---- processes

    def row(self, slot):
        """The cells of a worker's row."""
        for line in self.lines:
            found = re.match(
                r"[ >] *(\d+)  *(\d+)([NX ]) +(\d+) (..\w+) *(.*)", line)
            if found and int(found[1]) == slot:
                return Row(pid=int(found[2]), mark=found[3],
                           generation=int(found[4]), state=found[5],
                           rest=found[6])
        return Row()

    def pid(self, slot=None):
        """Of a worker, or of the client, as the screen has it."""
        if slot is None:
            return int(self.until(r"client: pid (\d+)")[1])
        return self.until(lambda: self.row(slot))["pid"]

    def supervisor(self):
        return int(self.until(r"(?m)^[ >]sup +(\d+)")[1])

    def end(self):
        """Waits for the end; returns the status."""
        end = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            if time.monotonic() > end:
                raise Failed(f"does not end\n{self.text}")
            self.read(0.05)
        self.read()
        return self.child.returncode

    def left(self):
        """Processes of this game's session that are still there."""
        found = []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                if os.getsid(pid) != self.child.pid:
                    continue
                with open(f"/proc/{pid}/stat") as file:
                    # A zombie is what init, if it is one, has not reaped yet.
                    if file.read().rsplit(")", 1)[1].split()[0] != "Z":
                        found.append(pid)
            except OSError:
                continue  # it has just ended
        return found
