# SPDX-License-Identifier: MIT
"""The repository's texts, as the site and its checks read them: where prose,
code and comments begin and end, and what is linked to what.

Anchors are those of code hosts: "A misconception" is #a-misconception.
"""

import os
import re
from collections import namedtuple
from pathlib import Path

# A text in pieces. kind is "prose", "fence" (with its ``` lines) or "comment".
Piece = namedtuple("Piece", "kind text line")
Link = namedtuple("Link", "target line")

# What may stand in prose. Whatever matches first wins, as in markdown.
INLINE = re.compile(
    r"""(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)
      | !\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]+)\)
      | \[(?P<label>(?:[^\]\[`]|`[^`]*`)+)\]\((?P<to>[^)\s]+)\)
      | <(?P<url>https?://[^>\s]+)>""",
    re.X | re.S,
)
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.M)
PIECE = re.compile(
    r"^(?P<fence> *(?P<mark>`{3,}).*?^ *(?P=mark)`* *$)|(?P<comment><!--.*?-->)",
    re.M | re.S,
)


def pieces(text):
    """Cuts a text into prose, fenced code and comments."""
    at, found = 0, []
    for match in PIECE.finditer(text):
        found.append(("prose", at, match.start()))
        kind = "fence" if match["fence"] else "comment"
        found.append((kind, match.start(), match.end()))
        at = match.end()
    found.append(("prose", at, len(text)))
    for kind, begin, end in found:
        if begin < end:
            yield Piece(kind, text[begin:end], text.count("\n", 0, begin) + 1)


def plain(words):
    """A heading or label without its markup."""
    words = INLINE.sub(
        lambda m: m["code"] or m["label"] or m["alt"] or m["url"] or "", words
    )
    return re.sub(r"[*`]", "", words)


def slug(words):
    return re.sub(r"[^\w\- ]", "", plain(words).lower()).replace(" ", "-")


def headings(text):
    """(level, words, anchor) of each heading; a second one is anchor-1."""
    seen = {}
    for piece in pieces(text):
        if piece.kind != "prose":
            continue
        for match in HEADING.finditer(piece.text):
            anchor = slug(match[2])
            count = seen[anchor] = seen.get(anchor, -1) + 1
            yield len(match[1]), match[2], anchor + (f"-{count}" if count else "")


def title(path):
    for _, words, _ in headings(Path(path).read_text()):
        return plain(words)
    return str(path)


def links(text):
    """Every link and image, relative ones and others."""
    for piece in pieces(text):
        if piece.kind != "prose":
            continue
        for match in INLINE.finditer(piece.text):
            target = match["to"] or match["src"] or match["url"]
            if target:
                line = piece.line + piece.text.count("\n", 0, match.start())
                yield Link(target, line)


def outside(target):
    return re.match(r"[a-z]+:", target) is not None


def resolve(path, target):
    """(file, anchor) that a relative link in the text at path leads to; a
    folder's text is its README.md."""
    file, _, anchor = target.partition("#")
    found = os.path.normpath(os.path.join(os.path.dirname(path), file))
    if not file:
        found = str(path)
    elif os.path.isfile(os.path.join(found, "README.md")):
        found = os.path.join(found, "README.md")
    return found, anchor


def fault(path, target):
    """What is wrong with a relative link, or None."""
    file, anchor = resolve(path, target)
    if file.startswith(".."):
        return "leads out of the repository"
    if not os.path.exists(file):
        return "leads nowhere"
    if anchor and not file.endswith(".md"):
        return "has an anchor, but leads to no text"
    if anchor and anchor not in [h[2] for h in headings(Path(file).read_text())]:
        return f"has no such heading in {file}"
    return None
