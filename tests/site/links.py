#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every relative link in every text of the repository leads to a file, and to a
heading where it names one. Runs in the top folder."""

import subprocess
import sys

sys.path.insert(0, "lessons/site")
import texts  # noqa: E402


def repository_texts():
    """Those git knows of; in an unpacked archive, all that are there."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        return listed.stdout.split("\n")[:-1]
    found = subprocess.run(["find", ".", "-name", "*.md", "-not", "-path", "./build/*"],
                           capture_output=True, text=True, check=True)
    return found.stdout.split("\n")[:-1]


checked, wrong = 0, []
for path in repository_texts():
    with open(path) as file:
        for link in texts.links(file.read()):
            if texts.outside(link.target):
                continue
            checked += 1
            fault = texts.fault(path, link.target)
            if fault:
                wrong.append(f"{path}:{link.line}: {link.target} {fault}")
print("\n".join(wrong + [f"links: {checked} links, {len(wrong)} wrong"]))
sys.exit(bool(wrong) or checked == 0)
