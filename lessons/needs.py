#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nothing is asked for in an exercise that no lesson up to it has taught.

Reads the table "needs | taught in | first needed" of lessons/README.md. Each
need must stand in the lesson that is said to teach it, not after the exercise
that needs it first; and each function that an exercise's brief names with its
manual section must be in the table, taught in time.
"""
import re
import sys
from pathlib import Path

text = Path("lessons/README.md").read_text()
section = text.split("## What an exercise needs")[1].split("\n## ")[0]
rows = re.findall(r"^\| (.+?) \| \[lesson \d+\]\((.+?)/README\.md\) \| (\d+) \|$",
                  section, re.M)
looked_up = set(re.findall(r"`(\w+)`", section.split("expected to look up")[1]))
taught, wrong = {}, []
for needs, lesson, exercise in rows:
    number = int(lesson[:2])
    if number > int(exercise):
        wrong.append(f"{needs}: taught in {number}, needed in {exercise}")
    words = "\n".join(f.read_text() for f in Path("lessons", lesson).iterdir()
                      if f.name.endswith((".md", ".c")) and f.name != "claims.c")
    for need in needs.replace("`", "").split(", "):
        taught[need] = number
        if not re.search(rf"\b{need}", words, re.I):
            wrong.append(f"lesson {number} never says {need}")
for brief in sorted(Path("exercises").glob("[0-9]*/README.md")):
    number = int(brief.parent.name[:2])
    for name in sorted(set(re.findall(r"\b(\w+)\([237]\)", brief.read_text()))):
        if name not in looked_up and taught.get(name, 99) > number:
            wrong.append(f"exercise {number} needs {name}, "
                         f"taught in {taught.get(name, 'no lesson')}")
if not rows:
    wrong.append("lessons/README.md has no table of needs")
print("\n".join(f"needs: {line}" for line in wrong) or
      f"needs: {len(taught)} needs, each taught in time")
sys.exit(1 if wrong else 0)
