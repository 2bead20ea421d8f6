#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes doxygen's input from the repository's own texts.

    site.py TEXTS HTML TIMELINES

Begins with README.md and follows its links: a text becomes a page, a source
file a listing, an image is copied. Into TEXTS go the pages as doxygen 1.9.4
understands them, and layout.xml with the tabs and their menus; into HTML the
images. TIMELINES holds the lessons' pictures, lessonN.svg, as make docs had
them drawn. No lesson or exercise is named here: folders are.
"""

import html
import re
import shutil
import sys
from pathlib import Path
from xml.sax import saxutils

import texts

# The tabs, in order, and the folders whose texts are listed under each.
TABS = [("Lessons", ["lessons"]), ("Exercises", ["exercises", "solutions"]),
        ("Charts", ["plots"]), ("Reference", []), ("Internals", ["lib", "tests"])]
HEADER = "lib/pool.h"  # the reference: doxygen's own page for it
NUMBERED = re.compile(r"(\w+)s/0*(\d+)-[^/]*/README\.md")


def page_id(path):
    """lessons/03-…/README.md is lesson3, lib/README.md lib, others their path."""
    numbered = NUMBERED.fullmatch(path)
    if numbered:
        return numbered[1] + numbered[2]
    if path == "README.md":
        return "index"
    name = path.removesuffix("/README.md").removesuffix(".md")
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def url(path, anchor=""):
    if path == HEADER:
        return "pool_8h.html"
    page = page_id(path)
    return f"{page}.html" + (f"#{page}-{anchor}" if anchor else "")


def escape(prose):
    """What doxygen would take for a command, a symbol or a dash."""
    prose = re.sub(r"\\(?=\w)|@", lambda m: "\\" + m[0], prose)
    prose = re.sub(r"--(?=\w)", r"\--", prose)
    return re.sub(r"(?<=\s)#(?=\w)", r"\#", prose)


class Page:
    """One text on its way to doxygen."""

    def __init__(self, path):
        self.path, self.id = path, page_id(path)
        self.text = Path(path).read_text()
        self.anchors = iter(())

    def links(self):
        """The files that it leads to."""
        for link in texts.links(self.text):
            if not texts.outside(link.target):
                wrong = texts.fault(self.path, link.target)
                if wrong:
                    sys.exit(f"{self.path}:{link.line}: {link.target} {wrong}")
                yield texts.resolve(self.path, link.target)[0]

    def inline(self, match):
        if match["code"]:
            return "`" + match["code"].replace("\n", " ") + "`"
        if match["src"]:
            file, _ = texts.resolve(self.path, match["src"])
            alt = html.escape(match["alt"].replace("\n", " "))
            return f'<img src="{file}" alt="{alt}"/>'
        if match["url"]:
            return match[0]
        label = self.prose(match["label"])
        if texts.outside(match["to"]):
            return f'<a href="{match["to"]}">{label}</a>'
        link = url(*texts.resolve(self.path, match["to"]))
        return f'<a href="{link}">{label}</a>'

    def prose(self, prose):
        done, at = [], 0
        for match in texts.INLINE.finditer(prose):
            done += [escape(prose[at:match.start()]), self.inline(match)]
            at = match.end()
        return "".join(done) + escape(prose[at:])

    def heading(self, match):
        level, words, anchor = next(self.anchors)
        words = escape(texts.plain(words))
        if self.id == "index":  # a section would be listed in the side tree
            return (f"# {words} {{#mainpage}}\n" if level == 1 else
                    f"\\anchor index-{anchor}\n{'#' * (level - 1)} {words}")
        if level == 1:  # the page's title
            return f"# {words} {{#{self.id}}}\n\n\\tableofcontents\n"
        return f"{'#' * (level - 1)} {words} {{#{self.id}-{anchor}}}"

    def convert(self, timelines):
        """The page in doxygen's markdown."""
        done, quote = [], ""
        self.anchors = texts.headings(self.text)
        for piece in texts.pieces(self.text):
            words = piece.text.strip("<!-> \n").split()
            if piece.kind == "prose":
                done.append(texts.HEADING.sub(self.heading, self.prose(piece.text)))
            elif piece.kind == "fence" and quote != "code:":
                done.append(piece.text.replace("```c\n", "```{.c}\n"))
            elif piece.kind == "comment" and words[0] == "end":
                if quote == "transcript:":
                    done += [picture(file) for file in timelines]
                quote = ""
            elif piece.kind == "comment":
                quote = words[0]
                if quote == "code:":  # compiled code: its calls become links
                    done.append("\\include " + words[1] if len(words) == 2
                                else "\\snippet " + " ".join(words[1:3]))
        return "".join(done)


def picture(file):
    return (f'<img class="timeline" src="{file.name}" alt="The timeline of such '
            'a run: time runs to the right, a row for each process"/>\n\n')


def listing(path):
    """A source file; of a folder that has no text, the names in it."""
    begin = f"# {path} {{#{page_id(path)}}}\n\n"
    if Path(path).is_dir():
        inside = sorted(str(f.relative_to(path)) for f in Path(path).rglob("*.*"))
        return begin + "```\n" + "\n".join(inside) + "\n```\n"
    return begin + f"\\include{{lineno}} {path}\n"


def collect():
    """All that README.md leads to: pages, sources, images."""
    pages, files, todo = {}, set(), ["README.md"]
    while todo:
        path = todo.pop()
        if not path.endswith(".md"):
            files.add(path)
        elif path not in pages:
            pages[path] = Page(path)
            todo += pages[path].links()
    images = {file for file in files if file.endswith((".png", ".svg"))}
    return pages, files - images - {HEADER}, images


def order(path):
    """A folder's text first, then numbered folders by number, then the rest."""
    return (path.count("/"), not NUMBERED.fullmatch(path), path)


def short(path, folder):
    """A text's name in that folder's menu: "5 close, join, terminate"."""
    title = texts.title(path)
    own = path.startswith(folder + "/")
    return re.sub(r"^\w+ (\d+):", r"\1", title) if own else title


def layout(pages):
    """The tabs, each with a menu of the texts in its folders."""
    def tab(kind, name, link, inner=""):
        return (f'<tab type="{kind}" visible="yes" url="{link}" '
                f'title="{saxutils.escape(name)}" intro="">{inner}</tab>\n')

    tabs = '<tab type="mainpage" visible="yes" title="Introduction"/>\n'
    for name, folders in TABS:
        own = [p for p in sorted(pages, key=order) if p.split("/")[0] in folders]
        main = HEADER if name == "Reference" else f"{folders[0]}/README.md"
        if main != HEADER and main not in pages:
            sys.exit(f"no text leads to {main}, so it cannot have a tab")
        inner = "".join(tab("user", short(p, folders[0]), url(p)) for p in own if p != main)
        tabs += tab("usergroup" if inner else "user", name, url(main), inner)
    return tabs


def main(out, site, timelines):
    pages, sources, images = collect()
    for path, page in pages.items():
        drawn = sorted(Path(timelines).glob(f"{page.id}.svg")) + \
            sorted(Path(timelines).glob(f"{page.id}-[0-9]*.svg"))
        Path(out, page.id + ".md").write_text(page.convert(drawn))
        for image in drawn:
            shutil.copy(image, site)
    for path in sources:
        Path(out, page_id(path) + ".md").write_text(listing(path))
    for image in images:
        Path(site, image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(image, Path(site, image))
    frame = (Path(__file__).parent / "layout.xml").read_text()
    Path(out, "layout.xml").write_text(
        frame.replace("<!-- tabs -->", layout(pages)))


main(*sys.argv[1:])
