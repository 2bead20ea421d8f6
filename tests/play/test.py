# SPDX-License-Identifier: MIT
"""Plays `make play` on a pseudo-terminal, as a newcomer would.

    test.py          all of it, some at a time
    test.py NAME     one test

Each test is a function whose first line says what is true. Whatever it does,
nothing may be left of its game: no process, no terminal mode.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import termios
import time
import traceback

from game import PATIENCE, PROGRAM, Failed, Game

TEXTS = "lessons/07-when-tasks-fail/README.md", "lessons/play/README.md"
AT_ONCE = 16
MAKE = os.environ.get("PLAY_MAKE", "make")
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SIGNALLED = r"worker %d \(pid %d\) killed by signal %d"


TESTS = []


def test(function):
    TESTS.append(function)
    return function


def check(condition, what, game=None):
    if not condition:
        raise Failed(what + ("\n" + game.text if game else ""))


def clean(game, status):
    """It ends with that status, and leaves nothing."""
    got = game.end()
    check(got == status, f"status {got}, not {status}", game)
    game.until(lambda: not game.left() or game.read())
    game.until(lambda: termios.tcgetattr(game.slave) == game.modes)
    check(max(game.raw, default=0) < 128, "prints other bytes than ASCII")


def started(game):
    """Four workers are there, and at work."""
    game.until(lambda: all(game.row(i) and game.row(i)["state"] in
                           ("B busy", "I idle") for i in range(4)) and
               "B busy" in game.text)
    return game


def slow(game):
    """Items of a second: time enough to press a key before one ends."""
    game.send(">>")
    game.until(r"item 1000 ms")


def long(game):
    """Chunks of sixteen, where items must be short."""
    game.send("xx")
    game.until(r"chunk 16")


def busy(game, slot):
    """A worker is in an item, and its chunk has two more: seconds, if slow."""
    def look():
        row = game.row(slot)
        numbers = re.match(r"(\d+) +(\d+) ", row["rest"]) if row else None
        return numbers and int(numbers[2]) - int(numbers[1]) >= 2 and row
    return game.until(look)


def things_to_try():
    """What the texts tell the reader to press, and what the log then says."""
    for name in TEXTS:
        with open(os.path.join(TOP, name)) as file:
            text = file.read()
        for keys, wanted in re.findall(
                r"^Keys: (.*)\n\n(?:<details>.*\n\n)?"
                r"```text\n((?:.*\n)+?)```", text, re.M):
            yield (name, re.findall(r"`(.+?)`", keys),
                   wanted.split("\n")[:-1])


def add_things_to_try():
    """A test for each of them."""
    for number, (name, keys, wanted) in enumerate(things_to_try(), 1):
        def function(keys=keys, wanted=wanted):
            try_keys(keys, wanted)
        function.__name__ = (f"text_{number}_{name.split(chr(47))[1]}_"
                             f"{'_'.join(keys)}")
        test(function)


def pattern_of(line):
    """A line of a text as a pattern: any numbers, and anything for "..."."""
    patterns = {"number": r"\d+", "time": r"[\d.]+ [mu]?s", "any": " (?:.* )?"}
    def one(found):
        return patterns.get(found.lastgroup) or re.escape(found[0])
    return re.sub(r"(?P<time>[\d.]+ [mu]?s\b)|(?P<any> \.\.\. )|"
                  r"(?P<number>\d+)|.", one, line)


def try_keys(keys, wanted):
    """Presses keys one by one; then the log says that, with other numbers."""
    with Game() as g:
        (long if "t" in keys else slow)(started(g))
        for key in keys:
            if key in "Ks" and selected(g) is not None and "p" not in keys:
                busy(g, selected(g))
            g.send(key)
            if key == "N":
                g.said("every process of the pool has ended")
                started(g)
            elif key in "v0123":
                g.until(lambda: selected(g) == (None if key == "v"
                                                else int(key)))
            elif key == "s" and "t" not in keys:  # else it is soon killed
                g.until("S stop")
            elif key == "p":
                g.until(lambda: all(g.row(i) and "idle" in g.row(i)["state"]
                                    for i in range(4)))
            g.read()
        for line in wanted:
            g.said(pattern_of(line))
        g.send("q")
        clean(g, 0)


def selected(game):
    """The worker that is selected; None: the supervisor is."""
    row = game.until(lambda: next(
        (l for l in game.lines if re.match(r"> *(\d+|sup) ", l)), None))
    return None if "sup" in row else int(row[1:].split()[0])


# ---- What a death costs ------------------------------------------------------


add_things_to_try()


@test
def texts_have_things_to_try():
    """Three in lesson 7, and more in the README of play."""
    names = [name for name, _, _ in things_to_try()]
    check([names.count(name) for name in TEXTS] == [3, 5], str(names))


@test
def killed_worker_costs_one_item():
    """K: one item is lost, the rest of its chunk goes to others."""
    with Game() as g:
        slow(started(g))
        pid = busy(g, 2)["pid"]
        g.send("2K")
        said = g.said(SIGNALLED % (2, pid, 9) + r" while it ran item (\d+): "
                      r"lost;(?: (\d+)(?: to (\d+))? go(?:es)? to (?:the new )?"
                      r"worker \d;)? pid (\d+) in its place after "
                      r"[\d.]+ [mu]?s")
        item, rest = int(said[1]), said[2] and int(said[2])
        check(rest is None or rest == item + 1, "another rest", g)
        g.until(r"items lost 1, again 0")
        heir = int(said[4])
        row = g.until(lambda: g.row(2)["pid"] == heir and g.row(2))
        check(row["generation"] == 2, "not the second generation", g)
        check("sig 9" in row["rest"] and "X" in row["rest"], "no trace", g)
        check(f"you: SIGKILL to worker 2 (pid {pid})" in g.log, "silent", g)
        g.until(r"1 lost")
        g.send("q")
        clean(g, 0)
        check("1 lost; dead workers: 1." in g.text, "no last line", g)


@test
def retries_run_the_item_again():
    """r N K: with max_retries 1 nothing is lost."""
    with Game() as g:
        slow(started(g))
        g.send("r")
        g.until(r"retries 0, N: 1 \(r\)")
        g.send("N")
        g.said(r"pool_create: supervisor pid \d+, 4 workers; max_retries 1")
        started(g)
        pid = busy(g, 1)["pid"]
        g.send("1K")
        g.said(SIGNALLED % (1, pid, 9) + r" while it ran item \d+: "
               r"(?:the new )?worker \d runs it again")
        g.until(r"items lost 0, again 1")
        g.send("q")
        clean(g, 0)


@test
def time_limit_kills_a_stopped_worker():
    """t N s: a stopped worker's item runs too long."""
    with Game() as g:
        long(started(g))
        g.send("tN")
        g.said(r"max_retries 0, time limit 500 ms")
        started(g)
        pid = busy(g, 0)["pid"]
        g.send("0s")
        g.said(rf"worker 0 \(pid {pid}\) killed by the supervisor, its item "
               r"ran too long: item \d+ has failed")
        g.until(r"too long [1-9]")
        g.send("q")
        clean(g, 0)


@test
def idle_worker_costs_nothing():
    """K of a worker that has nothing to do: nothing is lost."""
    with Game() as g:
        started(g)
        g.send("p")
        g.until(r"items: 0 pending.*paused")
        g.until(lambda: "idle" in g.row(3)["state"])
        g.send("3K")
        g.said(r"worker 3 .*between two items: nothing is lost")
        g.until(r"items lost 0, again 0")
        g.send("q")
        clean(g, 0)


# ---- Stopping, and the supervisor --------------------------------------------


@test
def stopped_worker_keeps_its_chunk():
    """s: nobody takes its items over; c: it finishes them."""
    with Game() as g:
        slow(started(g))
        pid = busy(g, 3)["pid"]
        g.send("3s")
        g.said(r"SIGSTOP to worker 3 .*keeps what is left of its chunk, up to "
               r"item (\d+)")
        row = g.until(lambda: "stop" in g.row(3)["state"] and g.row(3))
        item = re.match(r"\d+", row["rest"])[0]
        g.until(lambda: "s" in g.row(3)["rest"][-10:])
        done = int(g.until(r"(\d+) done")[1])
        g.until(lambda: int(g.until(r"(\d+) done")[1]) > done + 5)
        row = g.row(3)
        check(row["pid"] == pid and row["rest"].startswith(item), "went on", g)
        g.send("c")
        g.until(lambda: "busy" in g.row(3)["state"] and
                not g.row(3)["rest"].startswith(item + " "))
        busy(g, 3)
        g.send("s")
        g.until(lambda: "stop" in g.row(3)["state"])
        g.send("K")
        g.said(SIGNALLED % (3, pid, 9) + r" while it ran item \d+: lost; \d+ "
               r".*go(es)? to (the new )?worker \d; pid \d+ in its place")
        g.send("q")
        clean(g, 0)


@test
def stopped_supervisor_replaces_nobody():
    """v s: a dead worker stays a zombie until the supervisor goes on."""
    with Game() as g:
        slow(started(g))
        pid = busy(g, 1)["pid"]
        g.send("vs")
        g.until(r"sup .*S stop")
        g.send("1K")
        g.until(lambda: "zombie" in g.row(1)["state"])
        g.until("the supervisor, has not noticed")
        g.send("K")
        g.said(r"is dead already, but nobody has reaped it: nothing was sent")
        check("in its place" not in g.log, "somebody replaced it", g)
        g.send("vc")
        g.said(SIGNALLED % (1, pid, 9) + r".* in its place after")
        g.send("q")
        clean(g, 0)


@test
def dead_supervisor_breaks_the_pool():
    """v K: all workers die with it; N makes a new pool."""
    with Game() as g:
        started(g)
        g.send("vK")
        g.said(r"is dead, and all workers died with it; \d+ unfinished items "
               r"end with POOL_EBROKEN")
        g.until("pool: broken")
        g.until(lambda: all("gone" in g.row(i)["state"] for i in range(4)))
        g.send("mN")
        started(g)
        g.until("pool: running")
        g.send("q")
        clean(g, 0)


# ---- Menus -------------------------------------------------------------------


@test
def menu_names_what_the_pool_will_do():
    """k: signals by their effects; Esc sends none; a number sends."""
    with Game() as g:
        slow(started(g))
        pid = busy(g, 1)["pid"]
        g.send("1k")
        g.until(rf"A signal for worker 1, pid {pid}:")
        g.until("its item is lost, the rest of its chunk is not")
        g.until("keeps its chunk: nobody takes that over")
        g.send("\x1b[B")
        g.until(r">2 SIGSEGV")
        g.send("\x1b")
        g.until(lambda: "A signal for" not in g.text)
        check("you: SIG" not in g.log, "Esc has sent something", g)
        busy(g, 1)
        g.send("k2")
        g.said(SIGNALLED % (1, pid, 11))
        g.send("vk")
        g.until("all workers die with it, and the pool")
        g.send("4")
        g.said("SIGTERM to supervisor .*it takes no notice")
        g.until("pool: running")
        g.send("q")
        clean(g, 0)


@test
def signal_never_reaches_another_process():
    """A process that is gone when the menu is answered: nothing is sent."""
    with Game() as g:
        started(g)
        g.send("2k")
        pid = int(g.until(r"A signal for worker 2, pid (\d+)")[1])
        before = g.row(2)
        os.kill(pid, signal.SIGKILL)
        g.until(r"dead workers: 1")
        g.until(r"respawned 1 in")
        check(g.row(2) == before, "the list has moved", g)
        g.send("\r")
        said = g.said(rf"worker 2 \(pid {pid}\) is gone already: nothing was "
                      r"sent; pid (\d+) has its place")
        g.until(lambda: g.row(2)["pid"] == int(said[1]))
        os.kill(int(said[1]), 0)
        g.until(r"dead workers: 1,")
        g.send("q")
        clean(g, 0)


# ---- The pool's life, and its settings ---------------------------------------


@test
def close_join_terminate_in_every_order():
    """J before C is refused; C, J ends; T cancels; N begins again."""
    with Game() as g:
        started(g)
        g.send("J")
        g.said(r"pool_join: pool is still running")
        g.send("C")
        g.said(r"pool_close: 0; no new items")
        g.send("m")
        g.said(r"pool_map_async\(40 items\): pool not running")
        g.send("J")
        g.said(r"pool_join: 0; every process of the pool has ended")
        g.until("pool: ended")
        g.send("J")
        g.said(r"pool_join: 0, it had ended before")
        g.send("N")
        started(g)
        g.send("T")
        g.said(r"pool_terminate: 0; all workers killed, \d+ unfinished items "
               r"cancelled")
        g.send("J")
        g.until("pool: ended")
        g.send("q")
        clean(g, 0)


@test
def settings_change_what_happens():
    """m x < > + - p: more, chunks, item time, rate, pause."""
    with Game() as g:
        started(g)
        g.send("m")
        g.said("40 more items at once")
        g.until(r"items: [3-9]\d pending")
        g.send("x")
        g.until(r"chunk 8 \(x\)")
        g.send("<<")
        g.until(r"item 100 ms")
        g.send(">")
        g.until(r"item 200 ms")
        g.send("+")
        g.until(r"20 offered")
        g.send("--")
        g.until(r"5 offered")
        g.send("p")
        g.until(r"0 offered \(paused\)")
        g.until(r"items: 0 pending")
        g.send("p")
        g.until(r"5 offered$|5 offered\n")
        g.send("?")
        g.until("Any key closes this page")
        g.send(" ")
        g.until("slot +pid")
        g.send("9")
        g.said("there is no worker 9")
        g.send("q")
        clean(g, 0)


@test
def failing_items_are_told():
    """A file that disappears: its item fails, its worker lives on."""
    with tempfile.TemporaryDirectory() as folder:
        for name in "abcdefgh":
            with open(f"{folder}/{name}", "w") as file:
                file.write("three short words\n")
        with Game(INPUT=folder) as g:
            started(g)
            os.remove(f"{folder}/c")
            g.said(r"item \d+ failed on worker \d, its task says: No such file")
            g.until(r"[1-9]\d* failed")
            g.until(r"dead workers: 0")
            g.said(r"pass \d+ is done: 21 words in 7 of 8 files")
            g.send("q")
            clean(g, 0)


# ---- The terminal ------------------------------------------------------------


@test
def follows_its_size():
    """Larger: longer strips; too small: a sentence; then all of it again."""
    with Game() as g:
        started(g)
        g.resize(40, 130)
        g.until(lambda: re.search(r"\.\.|##", g.row(0)["rest"]) and
                len(g.lines[0]) > 120)
        g.resize(10, 40)
        g.until("This needs 80 columns and 24 rows")
        g.resize(24, 80)
        started(g)
        g.until("q quit")
        g.send("q")
        clean(g, 0)


@test
def many_workers_scroll():
    """More workers than rows: the list follows the selection only."""
    with Game(WORKERS="40") as g:
        g.until(r"0-\d+ of 40")
        g.send("\x1b[B" * 39)
        g.until(lambda: g.row(39))
        g.until(r"(?m)^> 39 ")
        g.send("v")
        g.until(lambda: g.row(0) is None or True)
        g.send("0")
        g.until(lambda: g.row(0))
        g.send("q")
        clean(g, 0)


@test
def has_no_colours_where_none_are_wanted():
    """NO_COLOR: letters only; C locale: ASCII; the screen is given back."""
    with Game(NO_COLOR="1", LC_ALL="C", term="xterm-256color") as g:
        g.until("B busy")
        g.send("q")
        clean(g, 0)
        check(not re.search(rb"\x1b\[[0-9;]*[34][0-7][;m]", g.raw), "colours")
        check(b"\x1b[?1049h" in g.raw and b"\x1b[?1049l" in g.raw, "rmcup")
    with Game() as g:
        g.until("B busy")
        g.send("q")
        clean(g, 0)
        check(re.search(rb"\x1b\[[0-9;]*4[0-7][;m]", g.raw), "no colours")


@test
def ends_by_signals():
    """Ctrl-C, Ctrl-\\, SIGTERM, SIGHUP: all is given back, nothing is left."""
    with Game() as g:
        started(g)
        g.send("3svs")
        g.until(lambda: "stop" in g.row(3)["state"])
        g.until(r"sup .*S stop")
        g.send("\x03")
        clean(g, 130)
    with Game() as g:
        started(g)
        g.send("k\x1c")  # Ctrl-\
        clean(g, 128 + signal.SIGQUIT)
    for number, status in (signal.SIGTERM, 143), (signal.SIGHUP, 143):
        with Game() as g:
            g.until("B busy")
            g.child.send_signal(number)
            clean(g, status)


@test
def survives_a_crash_of_the_client():
    """SIGSEGV, SIGKILL of the client: the guardian gives the terminal back."""
    for number in signal.SIGSEGV, signal.SIGKILL:
        with Game(term="xterm-256color") as g:
            started(g)
            os.kill(g.pid(), number)
            clean(g, 128 + number)
            check("The terminal is as it was" in g.text.replace("\n", " "),
                  "says nothing", g)
            check(b"\x1b[?1049l" in g.raw, "rmcup")


@test
def survives_the_guardian():
    """SIGKILL of the guardian: the client gives the terminal back."""
    with Game(command=["sh", "-c", f"{PROGRAM}; read line"]) as g:
        started(g)
        with open(f"/proc/{g.pid()}/stat") as file:
            guardian = int(file.read().rsplit(")", 1)[1].split()[1])
        os.kill(guardian, signal.SIGKILL)
        g.until(lambda: len(g.left()) == 1)
        g.until(lambda: termios.tcgetattr(g.slave) == g.modes)
        g.send("\n")
        g.end()


@test
def survives_the_loss_of_its_terminal():
    """The window is closed: nothing is left."""
    with Game() as g:
        started(g)
        os.close(g.slave)
        os.close(g.master)
        g.master, g.slave = os.openpty()  # for what follows
        g.child.wait(PATIENCE)
        end = time.monotonic() + PATIENCE
        while g.left():
            check(time.monotonic() < end, f"left: {g.left()}")


@test
def stops_and_goes_on():
    """Ctrl-Z gives the terminal to the shell; fg goes on, by make too."""
    with Game(command=["bash", "--norc", "-i"], PS1="shell> ") as g:
        g.until("shell>")
        g.send(f"{MAKE} play\n")
        started(g)
        g.send("\x1a")
        g.until("Stopped")
        g.send("echo at the $((40 + 2)) prompt\n")
        g.until("at the 42 prompt")
        g.send("fg\n")
        g.until("pool: running")
        g.send("m")
        g.said("40 more items at once")
        g.send("q")
        g.until("items done, ")
        g.send("echo status $?\n")
        g.until("status 0")
        g.send("exit\n")
        g.end()
        g.until(lambda: not g.left() or g.read())


# ---- Without a terminal, and from outside ------------------------------------


def run(command, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    return subprocess.run(command, env={**clean, **env}, text=True, shell=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=100, check=False)


@test
def one_picture_without_a_terminal():
    """No terminal, or a dumb one: one plain picture, status 0."""
    done = run(PROGRAM)
    check(done.returncode == 0 and "pool: running" in done.stdout and
          re.search("B busy|I idle", done.stdout) and
          "no terminal" in done.stdout, done.stdout)
    check(not re.search(r"[^ -~\n]|.{81}", done.stdout), "wide, or not plain")
    with Game(term="dumb") as g:
        clean(g, 0)
        check("pool: running" in g.text, "no picture", g)


@test
def refuses_nonsense_in_a_sentence():
    """Wrong settings: one sentence, status 2."""
    for setting in ({"WORKERS": "0"}, {"WORKERS": "x"}, {"WORKERS": "65"},
                    {"INPUT": "/nowhere"}, {"RECORD": "/nowhere/file"}):
        done = run(PROGRAM, **setting)
        check(done.returncode == 2 and done.stdout.count("\n") == 1 and
              done.stdout.endswith(".\n"), f"{setting}: {done}")


@test
def record_keeps_the_run():
    """RECORD=file: a Chrome trace with the death in it; one for each pool."""
    with tempfile.TemporaryDirectory() as folder:
        with Game(RECORD=f"{folder}/run.json") as g:
            slow(started(g))
            busy(g, 2)
            g.send("2K")
            g.said("in its place")
            g.send("N")
            g.until(r"dead workers: 0")
            g.send("q")
            clean(g, 0)
        with open(f"{folder}/run.json") as file:
            events = json.load(file)["traceEvents"]
        outcomes = [e.get("args", {}).get("outcome") for e in events]
        check("lost" in outcomes and "done" in outcomes, str(set(outcomes)))
        check(sum(e["name"] == "started" for e in events) == 6, "births")
        with open(f"{folder}/run-2.json") as file:
            json.load(file)


@test
def says_what_is_missing():
    """Without ncurses' header make play says what to install."""
    done = run(f"{MAKE} -s play CPPFLAGS=-nostdinc")
    check(done.returncode != 0 and "libncurses-dev" in done.stdout, done.stdout)


def start(function, folder):
    """Runs a test in a child, which writes into a file; returns its pid."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        file = os.open(f"{folder}/{function.__name__}",
                       os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        function()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def report(function, status, folder):
    name = "play: " + function.__name__.replace("_", " ")
    if status == 0:
        print(f"[       OK ] {name}", flush=True)
        return 0
    with open(f"{folder}/{function.__name__}") as file:
        print(f"{file.read()}[  FAILED  ] {name}", flush=True)
    return 1


def main():
    waiting = [f for f in TESTS if sys.argv[1:] in ([], [f.__name__])]
    running, failed = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                function = waiting.pop(0)
                running[start(function, folder)] = function
            pid, status = os.wait()
            failed += report(running.pop(pid), status, folder)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
