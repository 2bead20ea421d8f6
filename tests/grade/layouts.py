#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hands in, in every way a class does: layouts.py FOLDER

Good files are the solutions of exercises 1 and 12, bad ones the starters. Most
hand in 12, which is judged soonest. Prints what the grader must make of each
student: name, points in 1 and in 12, status.
"""
import os
import sys
import tarfile

import hand_in
from hand_in import all_exercises, tarred, zipped

to = sys.argv[1]
exercises = all_exercises()
E1, E12 = exercises[1].file, exercises[12].file
GOOD = {exercises[n].file: exercises[n].right for n in (1, 12)}
BAD = {exercises[n].file: exercises[n].starter for n in (1, 12)}
MANY = b"// " + b"x" * (300 << 10) + b"\n"
expected = []


def put(path, *content):
    hand_in.put(to, path, *content)


def expect(name, ex1, ex12, status="graded"):
    expected.append((name, (ex1, ex12), status))


# Folders.
for name in GOOD:
    put(f"direct/{name}", GOOD[name])
put(f"below/01-process-per-task/{E1}", GOOD[E1])
put(f"below/some/where/{E12}", GOOD[E12])
put("below/notes.txt", b"extra")
os.makedirs(os.path.join(to, "empty"))
expect("direct", 10, 10)
expect("below", 10, 10)
expect("empty", 0, 0, "empty")

# Archives, one of a Mac, one inside a folder, one that is none.
put("zip.zip", zipped(GOOD.items()))
put("tgz.tar.gz", tarred([(f"./work/{n}", c) for n, c in GOOD.items()]))
put("xz.tar.xz", tarred([(E12, GOOD[E12])], "w:xz"))
put("plain.tar", tarred([(E12, GOOD[E12])], "w:"))
put("mac.zip", zipped([(f"__MACOSX/._{E12}", b"junk"), (f"m/{E12}", GOOD[E12])]))
put("inside/hand in.zip", zipped([(E12, GOOD[E12])]))
put("broken.zip", b"PK\x03\x04 this is no archive")
put("closed.7z", b"7z\xbc\xaf\x27\x1c")
put("essay_5_assignsubmission_onlinetext.html", b"<p>here it is</p>")
for name in ("zip", "tgz"):
    expect(name, 10, 10)
for name in ("xz", "plain", "mac", "inside"):
    expect(name, 0, 10, "incomplete")
for name in ("broken", "closed", "essay"):
    expect(name, 0, 0, "unreadable")

# Moodle, Canvas, and plain names, flat.
put(f"Jane Doe_11_assignsubmission_file_{E1}", GOOD[E1])
put(f"Jane Doe_11_assignsubmission_file_{E12}", GOOD[E12])
put(f"Jane Doe_12_assignsubmission_file_/{E1}", BAD[E1])
put("Max_13_assignsubmission_file_lab.zip", zipped([(E12, GOOD[E12])]))
put(f"doejohn_LATE_21_900_{E1}", GOOD[E1])
put(f"doejohn_21_901_{E12}", BAD[E12])
put(f"doejohn_21_902_{E12[:-2]}-1.c", GOOD[E12])
put(f"roe_{E12}", GOOD[E12])
expect("Jane Doe (11)", 10, 10)
expect("Jane Doe (12)", exercises[1].starter_points, 0, "incomplete")
expect("Max", 0, 10, "incomplete")
expect("doejohn", 10, 10)
expect("roe", 0, 10, "incomplete")

# Who calls himself or his file so that it looks like another's.
put(f"Eve_11_assignsubmission_x_14_assignsubmission_file_{E12}", GOOD[E12])
put(f"Eve_11_assignsubmission_x_14_assignsubmission_file__11_"
    f"assignsubmission_file_{E12}", GOOD[E12])
put(f"Bob_15_assignsubmission_file_Bob_15_assignsubmission_file_{E12}", GOOD[E12])
expect("Bob", 0, 10, "incomplete")

# Twice: the later one counts.
put(f"twice/old/{E12}", BAD[E12], 1_600_000_000)
put(f"twice/{E12}", GOOD[E12], 1_700_000_000)
put(f"again/{E12}", BAD[E12], 1_700_000_000)
put("again.zip", zipped(GOOD.items()))
expect("twice", 0, 10, "incomplete")
expect("again", 10, exercises[12].starter_points)

# Slips in a name: what is meant is taken, and said so; what is not clear is not.
put("slip/exercise_01.c", GOOD[E1])
put(f"slip/{E12[:-2]} - Copy.c", GOOD[E12])
put(f"slips/{E1}.txt", GOOD[E1])
put("slips/12-break-even_FINAL_final2.txt", GOOD[E12])
put(f"right name/{E12}", GOOD[E12])
put("right name/exercise 12.c", BAD[E12], 1_700_000_001)
put("which/ex1.c", GOOD[E1])
put("which/ex1_final.c", BAD[E1])
put("nameless/main.c", GOOD[E1])
put(f"office/{E1[:-2]}.docx", b"PK")
for i in range(300):
    put(f"copies/{E12[:-2]} ({i}).c", GOOD[E12])
for name in ("slip", "slips"):
    expect(name, 10, 10)
for name in ("right name", "copies"):
    expect(name, 0, 10, "incomplete")
for name in ("which", "nameless", "office"):
    expect(name, 0, 0, "empty")
NOTES = {"slip": "exercise_01.c was taken", "which": "which file counts?",
         "nameless": "its name is no exercise's", "office": "it is no C file", "copies": "296 more",
         "nothing": "It is empty."}

# Archives whose names say that they are UTF-8, and one that is empty.
put("utf8.zip", zipped([(f"Übung 1/{E1}", BAD[E1]), (f"José_{E12}", GOOD[E12])]))
put("nothing.zip", zipped([]))
expect("utf8", exercises[1].starter_points, 10)
expect("nothing", 0, 0, "empty")

# Names.
for name in ("Дарья Ж", "王小明", "José", "=HYPERLINK(\"x\")", "a,b\"c"):
    put(f"{name}/{E12}", GOOD[E12])
put(f"new\nline/{E12}", GOOD[E12])
put(b"latin\xe9/" + E12.encode(), GOOD[E12])
put(f"turned\u202eround/{E1}", GOOD[E1])
put(f"turned\u202around/{E12}", GOOD[E12])
for name in ("Дарья Ж", "王小明", "José", "'=HYPERLINK(\"x\")", "a,b\"c",
             "new\ufffdline", "latin\ufffd"):
    expect(name, 0, 10, "incomplete")
expect("turned\ufffdround [turned___round-e6470883]", 0, 10, "incomplete")
expect("turned\ufffdround [turned___round-f5ceba0f]", 10, 0, "incomplete")

# Hostile: each its own student's loss.
put("climbs.zip", zipped([(f"../../{E1}", GOOD[E1]), (E12, GOOD[E12])]))
put("rooted.tar.gz", tarred([(f"/tmp/{E1}", GOOD[E1]), (E12, GOOD[E12])]))
put("links.tar", tarred([(E1, (tarfile.SYMTYPE, "/etc/passwd", 0)),
                         (E12, (tarfile.LNKTYPE, E1, 0))], "w:"))
put("nested.zip", zipped([("in.zip", zipped(GOOD.items()))]))
put("bomb.zip", zipped([(E1, b"\0" * (300 << 20)), (E12, GOOD[E12])]))
put("bombed.tar.gz", tarred([("zeros", b"\0" * (300 << 20)), (E12, GOOD[E12])]))
put("many.zip", zipped([(f"{i}.txt", b"") for i in range(11000)]))
put(f"large/{E1}", MANY)
put(f"linked/{E12}", GOOD[E12])
os.symlink("/etc/passwd", os.path.join(to, "linked", E1))
os.symlink("/etc", os.path.join(to, "linked", "etc"))
os.symlink("direct", os.path.join(to, "follow"))
put(f"pipe/{E12}", GOOD[E12])
os.mkfifo(os.path.join(to, "pipe", E1))
os.mkfifo(os.path.join(to, f"fifo_{E1}"))
put("deep/" + "d/" * 40 + E1, GOOD[E1])
expect("climbs", 0, 10, "incomplete")
expect("rooted", 0, 10, "incomplete")
expect("links", 0, 0, "empty")
expect("nested", 0, 0, "empty")
expect("bomb", 0, 10, "incomplete")
expect("bombed", 0, 0, "empty")
expect("many", 0, 0, "empty")
expect("large", 0, 0, "empty")
expect("linked", 0, 10, "incomplete")
expect("pipe", 0, 10, "incomplete")
expect("deep", 0, 0, "empty")

with open(os.path.join(to, "..", "notes"), "w") as file:
    for name, words in NOTES.items():
        print(name, words, sep="\t", file=file)
hand_in.write_expected(sys.stdout, (1, 12), expected)
