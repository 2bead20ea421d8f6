#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py OUT EXPECTED: grades.csv against what layouts.py has printed."""
import csv
import sys

with open(sys.argv[1] + "/grades.csv", newline="") as file:
    rows = list(csv.reader(file))
got = {row[0]: (row[1], row[2], row[5]) for row in rows[1:]}
bad = len(rows) - 1 - len(got)
if rows[0] != ["student", "exercise1", "exercise8", "total", "max", "status"]:
    sys.exit(f"columns: {rows[0]}")
with open(sys.argv[2]) as file:
    for line in file:
        name, *wanted = line.rstrip("\n").split("\t")
        if got.pop(name, None) != tuple(wanted):
            print(f"{name!r} should have {wanted}")
            bad += 1
for name, marks in got.items():
    print(f"{name!r} should not be there: {marks}")
    bad += 1
sys.exit(bad != 0)
