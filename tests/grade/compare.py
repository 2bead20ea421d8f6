#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py OUT EXPECTED: grades.csv against what layouts.py or class.py has
printed, which may say behind the marks where they come from."""
import csv
import sys


def table(path):
    with open(path, newline="") as file:
        head, *rows = csv.reader(file)
    marks = {row[0]: row[1:] for row in rows}
    if len(marks) < len(rows):
        sys.exit(f"{path}: a student stands there twice")
    return head, marks


head, got = table(sys.argv[1] + "/grades.csv")
wanted_head, wanted = table(sys.argv[2])
bad = [] if head == wanted_head else [f"columns: {head}"]
width = len(head) - 1
for name, row in wanted.items():
    its = got.pop(name, ["not there"])
    if its != row[:width]:
        bad.append(f"{name!r} has     {its}\n    must have {row}")
bad += [f"{name!r} should not be there: {row}" for name, row in got.items()]
print("\n".join(bad), end="\n" if bad else "")
sys.exit(bool(bad))
