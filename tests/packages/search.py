# SPDX-License-Identifier: MIT
"""Looks for solutions in a tree: no file may have a third or more of the lines
that tell a solution from its starter. Built files are searched, too.

    search.py SOLUTIONS EXERCISES TREE
"""

import pathlib
import sys


def lines(path):
    """Its lines that say something, comments and code."""
    text = path.read_bytes().splitlines()
    return {line.strip() for line in text if len(line.strip()) > 20}


solutions, exercises, tree = map(pathlib.Path, sys.argv[1:])
telling = {}
for path in sorted(solutions.glob("*/*.c")):
    telling[path.name] = lines(path) - lines(
        exercises / path.parent.name / "starter.c")
    assert len(telling[path.name]) >= 3, f"{path}: too little to look for"
found = searched = 0
for path in sorted(tree.rglob("*")):
    if not path.is_file():
        continue
    searched += 1
    data = path.read_bytes()
    for name, wanted in telling.items():
        if sum(line in data for line in wanted) * 3 >= len(wanted):
            print(f"{path} has much of the solution {name}")
            found += 1
assert searched > 100, "the tree is not there"
sys.exit(found > 0)
