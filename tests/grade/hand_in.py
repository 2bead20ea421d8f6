# SPDX-License-Identifier: MIT
"""What the classes of the tests are made with: files, archives, and the table
of what each student must get, in the form of grades.csv."""
import csv
import glob
import io
import os
import re
import subprocess
import tarfile
import zipfile


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Exercise:
    """Its folder's name, its number, its file, and what the tests have for it:
    (points, where from, content)."""

    def __init__(self, folder):
        self.folder = os.path.basename(folder)
        self.number = int(self.folder[:2])
        (solution,) = glob.glob(f"solutions/{self.folder}/ex*.c")
        self.file = os.path.basename(solution)
        self.right = read(solution)
        self.starter = read(f"{folder}/starter.c")
        brief = read(f"{folder}/README.md").decode()
        self.starter_points = int(brief.split("starts at ")[1].split()[0])

    def fair(self):
        for path in sorted(glob.glob(f"tests/fair/{self.folder}/*.c")):
            yield 10, path, read(path)

    def wrong(self):
        """But for those that a race, or the seed, costs more now and then."""
        for path in sorted(glob.glob(f"tests/wrong/{self.folder}/*.patch")):
            text = read(path).decode()
            points = re.search(r"^Points: *(\d+)", text, re.M)
            if re.search(r"^May lose:", text, re.M):
                continue
            yield int(points[1]), path, whole(path)

    def attacks(self):
        for path in sorted(glob.glob(f"tests/attacks/{self.folder}/*.c")):
            text = read(path)
            yield int(header(text.decode(), "Score")), path, text


def all_exercises():
    """By number."""
    folders = sorted(glob.glob("exercises/[0-9][0-9]-*/check.c"))
    return {e.number: e for e in map(Exercise, map(os.path.dirname, folders))}


def whole(patch):
    """The wrong solution that a patch makes of ours."""
    return subprocess.run(["sh", "tests/wrong.sh", patch], check=True,
                          stdout=subprocess.PIPE).stdout


def put(folder, name, content, mtime=1_700_000_000):
    """Names may be bytes: a student's need not be text."""
    path = os.path.join(os.fsencode(folder), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (mtime, mtime))


def zipped(files):
    """Of name and content, or name, content and year."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, *year in files:
            info = zipfile.ZipInfo(name, (*(year or [2023]), 5, 5, 5, 5, 4))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def tarred(files, mode="w:gz"):
    """Content may be (type, link, claimed size) instead."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.mtime = 1_690_000_000
            if isinstance(content, tuple):
                info.type, info.linkname, info.size = content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def header(text, word):
    """What a test's source says of itself: "// Score: 3"."""
    found = re.search(rf"^// {word}: *(.*)$", text, re.M)
    return found and found[1]


def write_expected(file, exercises, rows):
    """Rows of name, points of each exercise, status, and where from."""
    table = csv.writer(file)
    table.writerow(["student", *(f"exercise{n}" for n in exercises), "total",
                    "max", "status"])
    for name, points, status, *more in rows:
        table.writerow([name, *points, sum(points), 10 * len(points), status,
                        *more])
