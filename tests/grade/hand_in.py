# SPDX-License-Identifier: MIT
"""What the classes of the tests are made with: files, archives, and the table
of what each student must get, in the form of grades.csv."""
import csv
import io
import os
import re
import sys
import tarfile
import zipfile


def read(path):
    with open(path, "rb") as file:
        return file.read()


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
