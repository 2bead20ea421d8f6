#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a class as classes are: class.py FOLDER STUDENTS SEED

Half of what is handed in is right. The rest is what the tests have: right ones
unlike ours, starters, wrong ones and hostile ones, and besides that what does
not compile, what is too large, and nothing. It comes in every way that files
come in. Prints grades.csv as it must be, and behind each row where its files
are from. The same numbers give the same class.
"""
import os
import random
import sys

from hand_in import all_exercises, put, tarred, write_expected, zipped

OLD, NEW, MOODLE = 1_600_000_000, 1_700_000_000, "_assignsubmission_file_"
GIVEN = """Ada Alan Grace Edsger Barbara Dennis Frances Ken Radia Tony Zoë
Καλλιόπη 小龍 Łukasz محمد Đặng Дарья ज्योति さくら 유나 Μαρία O'Neill ทรงชัย""".split()
FAMILY = """Lovelace Turing Hopper Dijkstra Liskov Ritchie Allen Thompson
Perlman Hoare Παπαδοπούλου 李 Żółć موسى Thị-Hà Жукова शर्मा 田中 김""".split()
# Names that a shell, a browser, a spreadsheet or a terminal would obey, and how
# they are shown.
NASTY = [("-o", "'-o"), ("--help", "'--help"), ("@file", "'@file"),
         ("=1+1", "'=1+1"), ("$(reboot)", None), ("; kill 1 &", None),
         ("a\nb", "a\ufffdb"), ("\x1b[31mred", "\ufffd[31mred"),
         ("<script>x</script>".replace("/", "\\"), None), (b"caf\xe9", "caf\ufffd"),
         ("%n%s", None), ("'; DROP TABLE", None), ("\u202etxt", "\ufffdtxt"),
         ("NaN", None), ("con.txt", None), ("*", None)]


def others(exercise):
    """Whatever else may be handed in: content, points (None: as good as nothing)
    and where from."""
    good = exercise.right
    return [
        (exercise.starter, exercise.starter_points, "the starter"),
        (good.replace(b";\n", b"\n"), 0, "no semicolons"),
        (good[:len(good) // 2], 0, "half of it"), (b"", 0, "an empty file"),
        (bytes(range(256)) * 16, 0, "no text"),
        (good + b"// " + b"x" * (300 << 10), None, "too large"),
        *((text, points, path) for tests in (exercise.fair, exercise.wrong,
                                             exercise.attacks)
          for points, path, text in tests())]


class Chooser:
    """Half of the time the right one, else the next of the others: all of them
    come before one comes again."""

    def __init__(self, exercise, rng):
        self.exercise, self.rng, self.deck = exercise, rng, []

    def __call__(self):
        kind = self.rng.random()
        if kind < 0.06:
            return None, None, "-"
        if kind < 0.5:
            return self.exercise.right, 10, "our solution"
        if not self.deck:
            self.deck = others(self.exercise)
            self.rng.shuffle(self.deck)
        return self.deck.pop()


# How they hand in: folder, name, and of each file the exercise, its content and
# perhaps an older one. -------------------------------------------------------


def in_a_folder(to, name, files):
    for exercise, content, older in files:
        put(to, name + b"/" + exercise.file.encode(), content)
        if older:
            put(to, name + b"/old/" + exercise.file.encode(), older, OLD)
    put(to, name + b"/notes.txt", b"I did my best.")


def in_numbered_folders(to, name, files):
    for exercise, content, older in files:
        stem = name + f"/{exercise.folder}/{exercise.file[:-2]}".encode()
        put(to, stem + (b" (2).c" if older else b".c"), content, OLD)
        if older:
            put(to, stem + b".c", older, NEW)
    put(to, name + b"/Makefile", b"all:\n\trm -rf /\n")


def as_entries(files, form):
    for exercise, content, older in files:
        name = form.format(exercise)
        yield name.replace(".c", "-1.c") if older else name, content
        if older:
            yield name, older


def as_zip(to, name, files):
    macs = as_entries(files, "__MACOSX/{0.folder}/._{0.file}")
    put(to, name + b".zip",
        zipped([*as_entries(files, "{0.folder}/{0.file}"), *macs]))


def as_tar(to, name, files):
    put(to, name + b".tar.gz", tarred(list(as_entries(files, "./work/{0.file}"))))


def as_zip_in_a_folder(to, name, files):
    for exercise, content, older in files:
        if older:
            put(to, name + b"/" + exercise.file.encode(), older, OLD)
    put(to, name + b"/my work.zip",
        zipped([(exercise.file, content) for exercise, content, _ in files]))


def as_folder_and_later_tar(to, name, files):
    for exercise, content, older in files:
        put(to, name + b"/" + exercise.file.encode(), older or content, OLD)
    put(to, name + b".tar.xz",
        tarred([(e.file, content) for e, content, _ in files], "w:xz"))


def as_moodle(to, name, files):
    for exercise, content, older in files:
        stem = name + f"{MOODLE}{exercise.file[:-2]}".encode()
        put(to, stem + (b"-1.c" if older else b".c"), content)
        if older:
            put(to, stem + b".c", older)


def as_moodles_folder(to, name, files):
    in_a_folder(to, name + MOODLE.encode(), files)


def as_moodles_zip(to, name, files):
    as_zip(to, name + f"{MOODLE}lab".encode(), files)


def as_canvas(to, name, files):
    for exercise, content, older in files:
        stem = name + f"_900{exercise.number}_{exercise.file[:-2]}".encode()
        put(to, stem + (b"-2.c" if older else b".c"), content)
        if older:
            put(to, stem + b"-1.c", older)


def as_plain_files(to, name, files):
    for exercise, content, older in files:
        stem = name + f"_{exercise.file[:-2]}".encode()
        put(to, stem + (b"-1.c" if older else b".c"), content)
        if older:
            put(to, stem + b".c", older)


# Each with what stands behind the name, for the course's system.
WAYS = [(in_a_folder, ""), (in_numbered_folders, ""), (as_zip, ""),
        (as_tar, ""), (as_zip_in_a_folder, ""), (as_folder_and_later_tar, ""),
        (as_moodle, "_{}"), (as_moodles_folder, "_{}"), (as_moodles_zip, "_{}"),
        (as_canvas, "_{}"), (as_canvas, "_LATE_{}"), (as_plain_files, "")]
TWINS = (30, 31)  # they come the first two of Moodle's ways


# Students. -------------------------------------------------------------------


def names(rng, students):
    """Bytes, how they are shown, and a number. Each eighth is nasty, while there
    are such, and two share a name, but not a number."""
    plain = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    rng.shuffle(plain)
    nasty = list(NASTY)
    for i in range(students):
        name, shown = nasty.pop(0) if nasty and i % 8 == 3 else (plain.pop(), None)
        if i in TWINS:
            name, shown = "Wang Wei", f"Wang Wei ({5000 + i})"
        shown = shown or name
        yield name if isinstance(name, bytes) else name.encode(), shown, 5000 + i


def hand_in(to, way, name, number, choosers, rng):
    """Hands in, and returns points, status and where from."""
    write, behind = way
    chosen = [choose() for choose in choosers]
    files = []
    for choose, (content, points, _) in zip(choosers, chosen):
        # Who has nothing to be read has no earlier one either, or that counts.
        twice = points is not None and rng.random() < 0.1
        older = choose.exercise.starter if twice else b""
        if content is not None:
            files.append((choose.exercise, content, older))
    write(to, name + behind.format(number).encode(), files)
    there = sum(points is not None for _, points, _ in chosen)
    status = ("graded" if there == len(chosen) else
              "incomplete" if there else "empty")
    return [points or 0 for _, points, _ in chosen], status, [c[2] for c in chosen]


def make(to, students, seed):
    rng = random.Random(seed)
    exercises = list(all_exercises().values())
    choosers = [Chooser(exercise, rng) for exercise in exercises]
    rows = []
    if students > 20:
        os.makedirs(f"{to}/Nobody Atall")
        put(to, "Broken Zip.zip", b"PK\x03\x04 this is no archive")
        for name, status in ("Nobody Atall", "empty"), ("Broken Zip", "unreadable"):
            rows.append((name, [0] * len(exercises), status))
        students -= 2
    for i, (name, shown, number) in enumerate(names(rng, students)):
        points, status, origin = hand_in(to, WAYS[i % len(WAYS)], name, number,
                                         choosers, rng)
        rows.append((shown, points, status, *origin))
    write_expected(sys.stdout, [e.number for e in exercises], rows)


make(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
