#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws a screen of the game, as the program printed it, as SVG.

    make -s scheduler LEVEL=3 … | picture.py >screen.svg

Of what comes in, the screen is the part after the last empty line before the
level's title. What has changed (a star) is marked.
"""
import html
import re
import sys

WIDTH, HEIGHT, COLUMNS = 7.8, 17, 82


def screen(text):
    lines = text.rstrip("\n").split("\n")
    begins = [i for i, line in enumerate(lines) if line.startswith(" Level ")]
    return lines[begins[-1]:] if begins else lines


def main():
    lines = screen(sys.stdin.read())
    width, height = round(COLUMNS * WIDTH), (len(lines) + 1) * HEIGHT
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
          f'viewBox="0 0 {width} {height}" font-family="monospace" font-size="13">')
    print(f'<rect width="{width}" height="{height}" rx="6" fill="#1e1e1e"/>')
    for row, line in enumerate(lines):
        words = html.escape(line)
        words = re.sub(r"(\S+\*)", r'<tspan fill="#ffd75f" font-weight="bold">\1</tspan>', words)
        if not words.strip():
            continue
        colour = "#ffffff" if row == 0 else "#d0d0d0"
        print(f'<text x="8" y="{(row + 1) * HEIGHT + 2}" fill="{colour}" '
              f'xml:space="preserve">{words}</text>')
    print("</svg>")


main()
