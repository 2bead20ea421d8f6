# SPDX-License-Identifier: MIT
"""What the Python twins of the lessons share: knobs, claims, real input.

A twin does the work of its lesson with Python's own multiprocessing.Pool and
claims, in the same words, what is true there as well: the tests compare. What
is true in Python only begins with "in Python".
"""
import multiprocessing
import os
import re
import sys
import textwrap
import zlib

PRESET = "/usr/share/common-licenses"
MOST_BYTES, MOST_WORDS, MOST_COMPARED = 16 << 20, 100000, 2000
_state = {"number": 0, "broken": 0, "parts": 0, "claims": 0}


def refuse(text):
    """One sentence, status 2."""
    sys.stdout.flush()
    print(f"lesson {_state['number']}: {text}", file=sys.stderr)
    sys.exit(2)


def knob(name, preset, least, most):
    text = os.environ.get(name) or str(preset)
    if not re.fullmatch("[0-9]{1,18}", text) or not least <= int(text) <= most:
        refuse(f"{name} must be a whole number from {least} to {most}, "
               f"not {ascii(text)[:26]}.")
    return int(text)


def workers():
    return knob("WORKERS", min(256, max(2, len(os.sched_getaffinity(0)))), 1, 256)


def begin(number, title):
    _state["number"] = number
    workers()
    print(f"\nLesson {number} in Python: {title}\n")


def _paragraph():
    if _state["claims"]:
        print()
    _state["claims"] = 0


def part(title):
    _paragraph()
    _state["parts"] += 1
    print(f"{_state['parts']}  {title}\n")


def say(text):
    _paragraph()
    print(textwrap.fill(text, 78, initial_indent="  ", subsequent_indent="  ") + "\n")


def claim(holds, text):
    _state["broken"] += not holds
    _state["claims"] += 1
    print(textwrap.fill(text, 78, initial_indent="  [ok] " if holds else "  [NOT SO] ",
                        subsequent_indent="       "))


def isolated(part, *args):
    """Runs a part in a process that does not clean up: terminate() may hang."""
    _paragraph()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _state["broken"] = 0
        try:
            part(*args)
        except BaseException as error:  # os._exit() would hide it
            claim(False, f"no error was raised: {error!r}")
        _paragraph()
        for worker in multiprocessing.active_children():
            worker.kill()
        sys.stdout.flush()
        os._exit(min(_state["broken"], 1))
    _state["broken"] += os.waitpid(child, 0)[1] != 0


def state(pid):
    """What the kernel says of a process; "-": there is none (see lesson.h)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "-"


def end():
    _paragraph()
    sys.exit(1 if _state["broken"] else 0)


def _walk(root):
    def failed(error):
        if error.filename == root:
            refuse(f"INPUT={ascii(root)[1:-1]}: {error.strerror}.")

    if os.path.isfile(root):
        yield root
        return
    for folder, folders, names in os.walk(root, onerror=failed):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(n for n in names if not n.startswith(".")):
            yield os.path.join(folder, name)


def files(preset=PRESET):
    """Every file of INPUT that can be read."""
    root = os.environ.get("INPUT") or (preset if os.path.exists(preset) else "lib")
    if not os.path.exists(root):
        refuse(f"INPUT={ascii(root)[1:-1]}: No such file or directory.")
    found = [path for path in _walk(root)
             if os.path.isfile(path) and (path == root or not os.path.islink(path))
             and os.path.getsize(path) <= MOST_BYTES and os.access(path, os.R_OK)]
    if not found:
        refuse(f"INPUT={ascii(root)[1:-1]} holds no file that can be read.")
    return found[:10000]


def words():
    """Each word of INPUT once, in the order of its first appearance."""
    found = {}
    for path in files(PRESET + "/GPL-3"):
        with open(path, "rb") as file:
            for word in re.findall(rb"[A-Za-z]+", file.read()):
                found[word[:23].lower().decode()] = True
    if not found:
        refuse(f"INPUT={ascii(os.environ.get('INPUT', ''))[1:-1]} holds no word "
               "(letters a to z).")
    return list(found)[:MOST_WORDS]


def checksum(path):
    with open(path, "rb") as file:
        return zlib.crc32(file.read())
