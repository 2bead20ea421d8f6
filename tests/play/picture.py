# SPDX-License-Identifier: MIT
"""Draws lessons/play/screen.svg: a real game's screen, after a kill.

    picture.py OUT.svg
"""
import sys
from html import escape

from game import Game
from test import busy, started

WIDTH, HEIGHT, MARGIN = 8.4, 18, 12  # of a cell, in pixels
COLOURS = {"default": "#d4d7dd", "black": "#14171c", "red": "#b3261e",
           "green": "#7cc47f", "brown": "#e3b341", "cyan": "#6cc5d9",
           "blue": "#6a9bf4", "magenta": "#c792ea", "white": "#ffffff"}
PAPER = "#14171c"
BOLD = ' font-weight="bold"'


def look(char):
    """Foreground, background, bold of a cell."""
    front, back = COLOURS[char.fg], PAPER
    if char.bg != "default":
        back = COLOURS[char.bg]
    if char.reverse:
        front, back = back, front
    return front, back, char.bold


def runs(line, columns):
    """Cells that look alike, together."""
    begin = 0
    for column in range(1, columns + 1):
        if column == columns or look(line[column]) != look(line[begin]):
            text = "".join(line[i].data for i in range(begin, column))
            yield begin, text, look(line[begin])
            begin = column


def draw(screen):
    width = screen.columns * WIDTH + 2 * MARGIN
    height = screen.lines * HEIGHT + 2 * MARGIN
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" '
           f'height="{height}" viewBox="0 0 {width:.0f} {height}" role="img" '
           'aria-label="A screen of make play" '
           'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
           'font-size="14">')
    yield f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>'
    for row in range(screen.lines):
        for column, text, (front, back, bold) in runs(screen.buffer[row],
                                                      screen.columns):
            x, y = MARGIN + column * WIDTH, MARGIN + row * HEIGHT
            length = len(text) * WIDTH
            if back != PAPER:
                yield (f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" '
                       f'height="{HEIGHT}" fill="{back}"/>')
            if text.strip():  # spread to its width: a viewer's font may be wider
                yield (f'<text x="{x:.1f}" y="{y + 14}" fill="{front}" '
                       f'textLength="{length:.1f}" xml:space="preserve"'
                       f'{BOLD if bold else ""}>{escape(text)}</text>')
    yield "</svg>"


def main():
    with Game() as g:
        started(g)
        g.until(r"[4-9]\d done")
        busy(g, 2)
        g.send("2K")
        g.said("in its place after")
        g.send("1s")
        g.until("S stop")
        g.until(r"1[0-9]\d done")
        with open(sys.argv[1], "w") as file:
            file.write("\n".join(draw(g.screen)) + "\n")


if __name__ == "__main__":
    main()
