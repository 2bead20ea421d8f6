# SPDX-License-Identifier: MIT
"""What all checks in a browser share: sizes, barriers, a line for each."""

import os
import sys

PHONE, TABLET, DESK = (390, 800), (768, 1000), (1280, 900)

# All rules that axe-core has, at their own limits.
BARRIERS = """
const done = arguments[0];
document.querySelectorAll('details').forEach(part => part.open = true);
axe.run(document, {preload: false}).then(found => done(found.violations.map(
    v => v.id + ' ' + v.nodes.length + ': ' + v.nodes[0].html.slice(0, 120))));
"""


def paint(words, code):
    """The words in a colour: none in a pipe or a file, none where NO_COLOR is."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") \
        and os.environ.get("TERM") != "dumb"
    return f"\033[{code}m{words}\033[0m" if wanted else words


def report(part):
    """(hold, wrong): hold(so, what) prints a line; wrong has what did not hold."""
    wrong = []

    def hold(so, what):
        print(paint("[       OK ]", 32) if so else paint("[  FAILED  ]", 31),
              f"{part}: {what}", flush=True)
        if not so:
            wrong.append(what)
    return hold, wrong
