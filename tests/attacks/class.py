#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A class with hostile submissions in the middle of honest ones.

    class.py build FOLDER [full]   hands them in, and prints what each must get
    class.py check OUT EXPECTED    looks what each has got
    class.py same OUT OUT          whether the first one's have the same there

One line per student: name, exercise, points, status of that exercise. Honest
ones hand in solutions and a starter. Attacks are the .c files beside this one,
and archives that are made here, for nobody wants them in a repository.
"""
import csv
import glob
import json
import os
import struct
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(f"{HERE}/../grade")
from hand_in import all_exercises, header, put, tarred, zipped  # noqa: E402

exercises = all_exercises()
E1 = exercises[1].file


def honest(folder, full):
    for name in ("aaron", "zoe"):
        for number, exercise in exercises.items():
            if full or number in (1, 7, 12):
                put(folder, f"{name}/{exercise.file}", exercise.right)
                yield name, number, 10, "graded"
    put(folder, f"molly/{E1}", exercises[1].starter)
    yield "molly", 1, exercises[1].starter_points, "graded"


def sources(folder, full):
    for number, exercise in exercises.items():
        for points, path, content in exercise.attacks():
            text = content.decode()
            if header(text, "Slow") and not full:
                continue
            name = f"m{number} {os.path.basename(path)[:-2]}"
            put(folder, f"{name}/{exercise.file}", content)
            yield name, number, points, header(text, "Says") or ""
            if header(text, "Beside"):  # graded at the same time
                for i in range(3):
                    put(folder, f"{name}, beside {i}/{exercise.file}",
                        exercise.right)
                    yield f"{name}, beside {i}", number, 10, "graded"


def archives(folder):
    """Each holds a good solution, too: what is honest in it counts, where the
    archive can be read up to there."""
    good = exercises[1].right
    link, hard = tarfile.SYMTYPE, tarfile.LNKTYPE
    away = [(f"../aaron/{E1}", b"int x;"), (f"/tmp/poolschool-attack/{E1}", b""),
            ("a/../../../poolschool-attack.c", b""), (E1, good)]
    put(folder, "climbs.zip", zipped(away))
    put(folder, "climbs.tar.gz", tarred(away))
    through = [("out", (link, "/tmp", 0)), (f"out/poolschool-attack/{E1}", b""),
               ("aaron", (link, "../aaron", 0)), (E1, good)]
    put(folder, "links.tar.gz", tarred(through))
    put(folder, "others.tar.gz",
        tarred([(E1, (hard, f"../aaron/{E1}", 0)), (f"b/{E1}", (link, "/etc/shadow", 0))]))
    put(folder, "devices.tar.gz",
        tarred([("zero", (tarfile.CHRTYPE, "", 0)), ("disk", (tarfile.BLKTYPE, "", 0)),
             ("pipe", (tarfile.FIFOTYPE, "", 0)), (E1, good)]))
    put(folder, "claims.tar.gz", tarred([(E1, (tarfile.REGTYPE, "", 8 << 60))]))
    deep = "d/" * 2000 + E1
    put(folder, "deep.tar.gz", tarred([(deep, good)]))
    put(folder, "both.zip", zipped([(f"{E1}/x.c", b""), (E1, good)]))
    put(folder, "names.zip",
        zipped([("a\nb.c", b""), ("=1+1.c", b""), ("-rf.c", b""), ("n" * 60000, b""),
                ("$(touch poolschool-attack).c", b""), (E1, good)]))
    # The directory says that the file has four gigabytes.
    lies = zipped([(E1, good)])
    at = lies.rindex(b"PK\x01\x02")
    put(folder, "lies.zip",
        lies[:at + 20] + struct.pack("<LL", 0xfffffffe, 0xfffffffe) + lies[at + 28:])
    put(folder, "cut.tar.gz", tarred([(E1, good), ("rest", os.urandom(9000))])[:-4000])
    put(folder, "names inside.zip", zipped([(f"../../names inside/{E1}", good)]))
    for name in ("climbs", "links", "devices", "deep", "names"):
        yield name, 1, 10, "graded"
    for name in ("others", "claims", "names inside"):
        yield name, 1, 0, ""
    for name in ("both", "lies", "cut"):
        yield name, 1, "0 or 10", ""


def build(folder, full=""):
    rows = [*honest(folder, full), *sources(folder, full), *archives(folder)]
    for row in rows:
        print(*row, sep="\t")


def students(out):
    for path in glob.glob(f"{out}/students/*/result.json"):
        with open(path) as file:
            student = json.load(file)
        yield student["student"], {e["exercise"]: e for e in student["exercises"]}


def check(out, expected):
    bad = []
    marks = dict(students(out))
    with open(f"{out}/grades.csv", newline="") as file:
        totals = {row["student"]: int(row["total"]) for row in csv.DictReader(file)}
    due = {}
    with open(expected) as file:
        for line in file:
            name, exercise, points, status = line.rstrip("\n").split("\t")
            its = marks.get(name, {}).get(int(exercise))
            if not its:
                bad.append(f"{name}: not there")
                continue
            got = its["result"]["score"]
            due[name] = due.get(name, 0) + got
            if str(got) not in points.split(" or "):
                bad.append(f"{name}: exercise {exercise} got {got}, not {points}")
            if status and its["status"] != status:
                bad.append(f"{name}: {its['status']}, not {status}: {its['message']}")
    for name, total in totals.items():
        if due.get(name, 0) != total:
            bad.append(f"{name}: {total} points in all, not {due.get(name, 0)}")
    print("\n".join(bad), end="\n" if bad else "")
    sys.exit(bool(bad))


def same(alone, beside):
    """Check by check. What was seen of a wrong one may differ in its numbers."""
    def points(exercises):
        return {number: [(c["name"], c["points"]) for c in e["result"]["checks"]]
                for number, e in exercises.items()}

    there = dict(students(beside))
    bad = [name for name, its in students(alone)
           if points(its) != points(there[name])]
    sys.exit(f"others beside attacks: {', '.join(bad)}" if bad else 0)


{"build": build, "check": check, "same": same}[sys.argv[1]](*sys.argv[2:])
