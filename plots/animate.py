#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws chart 8's two traces as a moving picture: a process for each task
above, a pool below, on one time scale, a thousand times slowed down.

    animate.py RUN.csv >PICTURE.svg

It stands still, finished, where motion is not wanted (prefers-reduced-motion).
Runs in: make plots-pictures.
"""
import csv
import sys

VARIANTS = ("a process for each task", "a pool")
CHART = "8"
LEFT, RIGHT, TOP, ROW, GAP, WIDTH = 96, 24, 62, 22, 56, 760
LIFE, TASK, INK, PAPER, CURSOR = "#b8c7d9", "#1b5e9b", "#222", "#fff", "#b3261e"
SLOWER, REST = 1000, 3  # times as slow; seconds of rest before it begins again


def spans(path):
    """{variant: [(lane, begin, end)]} in nanoseconds, and how many workers."""
    found, workers = {}, 0
    with open(path, newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        for row in rows:
            if row["chart"] != CHART:
                continue
            begin, workers = float(row["x"]), int(row["workers"])
            found.setdefault(row["variant"], []).append(
                (int(row["lane"]), begin, begin + float(row["wall_ns"])))
    missing = [name for name in VARIANTS if name not in found]
    if missing:
        sys.exit(f"{path} holds no run of chart {CHART}: {', '.join(missing)}")
    return found, workers


def draw(found, workers):
    last = max(end for some in found.values() for _, _, end in some)
    seconds = last / 1e9 * SLOWER + REST
    scale = (WIDTH - LEFT - RIGHT) / last
    share = 100 * (seconds - REST) / seconds  # of the period in which it moves
    # It begins with the rest: a reader, and a printed page, see all of it first.
    height = TOP + 2 * workers * ROW + GAP + 60
    bars = []
    for v, variant in enumerate(VARIANTS):
        top = TOP + v * (workers * ROW + GAP)
        end = max(end for _, _, end in found[variant])
        bars.append(f'<text x="{LEFT}" y="{top - 10}" class="title">{variant}: '
                    f'{end / 1e6:.1f} ms</text>')
        for lane in range(workers):
            bars.append(f'<text x="{LEFT - 8}" y="{top + lane * ROW + 14}" '
                        f'text-anchor="end">'
                        f'{"worker" if v else "process"} {lane}</text>')
        # Lives first, tasks on them.
        for lane, begin, end in sorted(found[variant], reverse=True):
            task = lane < workers
            y = top + lane % workers * ROW
            bars.append(
                f'<rect class="{"task" if task else "life"}" '
                f'x="{LEFT + begin * scale:.1f}" y="{y + (4 if task else 1)}" '
                f'width="{max((end - begin) * scale - 1, 1):.1f}" '
                f'height="{ROW - (10 if task else 4)}"/>')
    bottom = height - 42
    step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if last / 1e6 <= 12 * n)
    ticks = "".join(
        f'<text x="{LEFT + ms * 1e6 * scale:.1f}" y="{bottom + 16}" '
        f'text-anchor="middle">{ms}</text>' for ms in range(0, int(last / 1e6) + 1, step))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" \
viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="13">
<title>{len([1 for lane, _, _ in found[VARIANTS[0]] if lane < workers])} tasks, \
by a process for each, and by a pool of {workers}: what was measured</title>
<style>
text {{ fill: {INK} }} .title {{ font-weight: bold }}
.life {{ fill: {LIFE} }} .task {{ fill: {TASK} }}
.cursor {{ animation: move {seconds:.2f}s {REST - seconds:.2f}s linear infinite }}
@keyframes move {{ from {{ transform: translateX(0) }}
  {share:.2f}%, to {{ transform: translateX({last * scale:.1f}px) }} }}
.cover {{ animation: uncover {seconds:.2f}s {REST - seconds:.2f}s linear infinite; fill: {PAPER} }}
@keyframes uncover {{ from {{ transform: translateX(0) }}
  {share:.2f}%, to {{ transform: translateX({last * scale + RIGHT:.1f}px) }} }}
@media print, (prefers-reduced-motion: reduce) {{ * {{ animation: none !important }}
  .cursor, .cover {{ display: none }} }}
</style>
<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>
<text x="12" y="22" class="title">The same tasks, {workers} at a time, on \
the same time scale</text>
{chr(10).join(bars)}
<rect class="cover" x="{LEFT}" y="{TOP - 2}" width="{WIDTH - LEFT}" \
height="{workers * ROW + 2}"/>
<rect class="cover" x="{LEFT}" y="{TOP + workers * ROW + GAP - 2}" \
width="{WIDTH - LEFT}" height="{workers * ROW + 2}"/>
<line class="cursor" x1="{LEFT}" x2="{LEFT}" y1="{TOP - 4}" y2="{bottom}" \
stroke="{CURSOR}" stroke-width="2"/>
<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}" stroke="{INK}"/>
{ticks}
<text x="{LEFT}" y="{height - 4}">time, ms (shown {SLOWER} times slower) \
</text>
<rect x="{WIDTH - 300}" y="{height - 14}" width="12" height="10" fill="{LIFE}"/>
<text x="{WIDTH - 284}" y="{height - 5}">the process lives</text>
<rect x="{WIDTH - 150}" y="{height - 14}" width="12" height="10" fill="{TASK}"/>
<text x="{WIDTH - 134}" y="{height - 5}">a task runs in it</text>
</svg>"""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(draw(*spans(sys.argv[1])))
