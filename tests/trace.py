#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A recorded run is as Perfetto wants it.

    trace.py TRACE.json…
    trace.py --self-test TRACE.json     can it fail?

Chrome trace JSON opens in many ways that look right and are not: an arrow whose
ends have different numbers, or lie in no slice, is left out without a word;
slices that overlap on one track hide each other. So: every event has what its
kind needs, every track has a name, slices of a track nest, both ends of an
arrow lie in a slice of their track, and a run has a birth before it.
"""
import json
import math
import re
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from itertools import accumulate

NEEDS = {"X": ("name", "ts", "dur", "pid", "tid"), "i": ("name", "ts", "pid", "tid", "s"),
         "s": ("name", "ts", "pid", "tid", "id", "cat"),
         "f": ("name", "ts", "pid", "tid", "id", "cat", "bp"),
         "C": ("name", "ts", "pid", "args"), "M": ("name", "pid", "args")}
LETTERS = re.compile(r"[a-zA-WYZ=]")
OUTCOMES = {"", "done", "failed", "lost", "timed out", "cancelled", "run again",
            "unfinished"}


def nanoseconds(us):
    return round(us * 1000)


def faults(trace):
    """What is wrong, in words."""
    events = trace["traceEvents"]
    slices, marks, arrows = defaultdict(list), defaultdict(list), defaultdict(list)
    names, tracks = set(), set()
    for event in events:
        lacking = [key for key in NEEDS.get(event["ph"], ("kind",)) if key not in event]
        if lacking:
            yield f"{event} has no {' '.join(lacking)}"
            continue
        track = event["pid"], event.get("tid")
        if event["ph"] == "M":
            names.add((event["name"], event["pid"],
                       event.get("tid") if event["name"] == "thread_name" else None))
            continue
        if not all(math.isfinite(event.get(key, 0)) and event.get(key, 0) >= 0
                   for key in ("ts", "dur")):
            yield f"{event} is at no time"
        tracks.add(track)
        if event["ph"] == "X":
            begin = nanoseconds(event["ts"])
            slices[track].append((begin, begin + nanoseconds(event["dur"]), event))
        elif event["ph"] == "i":
            marks[track].append((nanoseconds(event["ts"]), event))
        elif event["ph"] in "sf":
            arrows[event["cat"], str(event["id"])].append((track, event))
    for pid, tid in sorted(tracks, key=str):
        if ("thread_name", pid, tid) not in names and tid is not None:
            yield f"track {pid}.{tid} has no name"
        if ("process_name", pid, None) not in names:
            yield f"process {pid} has no name"
    yield from of_slices(slices, marks)
    yield from of_arrows(arrows, slices)


def of_slices(slices, marks):
    for track, rows in slices.items():
        rows.sort(key=lambda row: (row[0], -row[1]))
        open_ends = []
        births = [at for at, mark in marks[track] if mark["name"] in ("born", "started")]
        for begin, end, event in rows:
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            # A worker's next item may begin in the nanosecond the last one ends.
            if open_ends and end > open_ends[-1] + 1:
                yield f"{event} overlaps another slice of its track"
            open_ends.append(end)
            if end <= begin:
                yield f"{event} is empty: no arrow binds to it"
            args = event.get("args", {})
            if event["name"] != "submit":
                if marks[track] and not any(birth <= begin for birth in births):
                    yield f"{event} runs before a birth"
                if args.get("outcome", "") not in OUTCOMES:
                    yield f"{event} has an outcome of its own"
                if "task" not in args or "items" not in args:
                    yield f"{event} says neither task nor items"
            if "letter" in args and not LETTERS.fullmatch(args["letter"]):
                yield f"{event} has no letter of the screen"
            if "letter" in args and event["name"][0] != args["letter"]:
                yield f"{event} is not called by its letter"


def of_arrows(arrows, slices):
    begins, ends_so_far = {}, {}
    for track, rows in slices.items():
        rows.sort(key=lambda row: row[0])
        begins[track] = [begin for begin, _, _ in rows]
        ends_so_far[track] = list(accumulate((end for _, end, _ in rows), max))
    for name, ends in arrows.items():
        kinds = Counter(event["ph"] for _, event in ends)
        if kinds["s"] != 1 or kinds["f"] > 1:
            yield f"arrow {name} has {kinds['s']} begins and {kinds['f']} ends"
        for track, event in ends:
            at = nanoseconds(event["ts"])
            begun = bisect_right(begins.get(track, []), at)
            if not begun or ends_so_far[track][begun - 1] < at:
                yield f"arrow {name}: {event['ph']} lies in no slice of its track"


def break_it(trace):
    """The trace, broken in one way after another."""
    def changed(change, kind, name=None):
        copy = json.loads(json.dumps(trace))
        event = [e for e in copy["traceEvents"]
                 if e["ph"] == kind and name in (None, e["name"])][-1]
        change(event, copy["traceEvents"])
        return copy
    yield "id", changed(lambda e, all: e.update(id="another"), "f")
    yield "begin", changed(lambda e, all: e.update(ts=e["ts"] + 1e9), "s")
    yield "end", changed(lambda e, all: e.update(ts=e["ts"] + 1e9), "f")
    yield "empty", changed(lambda e, all: e.update(dur=0), "X")
    yield "overlap", changed(lambda e, all: all.append(
        {**e, "ts": e["ts"] + e["dur"] / 2}), "X")
    yield "name", changed(lambda e, all: all.remove(e), "M", "thread_name")
    yield "birth", changed(lambda e, all: [
        other.update(name="ended") for other in all if other["name"] == "born"], "i", "born")
    yield "task", changed(lambda e, all: e["args"].pop("task"), "X")
    yield "negative", changed(lambda e, all: e.update(ts=-5), "X")


def self_test(path):
    """Each of these is a fault of a trace that has submissions."""
    with open(path) as file:
        trace = json.load(file)
    missed = [what for what, broken in break_it(trace) if not list(faults(broken))]
    if missed:
        print(f"trace.py does not see: {' '.join(missed)}")
    return bool(missed)


def main(*paths):
    if paths[:1] == ("--self-test",):
        return self_test(*paths[1:])
    wrong = 0
    for path in paths:
        with open(path) as file:
            trace = json.load(file)
        found = list(faults(trace))
        kinds = Counter(event["ph"] for event in trace["traceEvents"])
        if not kinds["X"]:
            found.append("nothing ran in it")
        for what in found[:5]:
            print(f"{path}: {what}")
        wrong += len(found)
    return bool(wrong) or not paths


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
