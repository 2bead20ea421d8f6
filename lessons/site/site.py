#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes doxygen's input from the repository's own texts.

    site.py TEXTS HTML TIMELINES

Begins with README.md and follows its links: a text becomes a page, a source
file a listing, an image is copied. Into TEXTS go the pages as doxygen 1.9
understands them, and site.json, the tree of pages for frame.py; into HTML the
images. TIMELINES holds the lessons' pictures, lessonN.svg, and their runs,
lessonN.json, as make docs had them recorded: the pictures are what a reader
without scripts sees, the runs are for the viewer. No lesson or exercise is
named here: folders are.
"""

import html
import json
import re
import shutil
import sys
from pathlib import Path

import texts

# The tabs, in order, and what is listed under each: the first that matches. The
# first text that matches the first pattern is the tab's own.
TABS = [("Teach", [r"exercises/grade[^/]*/", r"tests/attacks/", r".*/(AUTHORS|teach\w*|instruct\w*)\.md"]),
        ("Lessons", [r"lessons/"]), ("Exercises", [r"exercises/", r"solutions/"]),
        ("Charts", [r"plots/"]), ("Internals", [r"lib/", r"tests/"])]
ORDER = ["Lessons", "Exercises", "Teach", "Charts", "Reference", "Internals"]
# Of which folders all sources are pages, whether a text leads to them or not.
LISTED = ("lib/*.c", "lib/*.h", "lessons/[0-9]*/*.c", "lessons/[0-9]*/*.h",
          "lessons/[0-9]*/*.py")
HEADER = "lib/pool.h"  # the reference: doxygen's own page for it
FOLD = re.compile(r"</?details[^>]*>|<summary>.*?</summary>", re.S)
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
    if path.endswith(".html"):  # a page that is one already
        return path
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
        if self.id == "index":  # the main page knows no names of sections
            return (f"# {words} {{#mainpage}}\n" if level == 1 else
                    f"\\anchor index-{anchor}\n{'#' * (level - 1)} {words}")
        if level == 1:  # the page's title
            return f"# {words} {{#{self.id}}}\n"
        return f"{'#' * (level - 1)} {words} {{#{self.id}-{anchor}}}"

    def quote(self, words):
        """A program, or what lies between its marks; its twin in Python beside it."""
        file = Path(words[0])
        marked = len(words) > 1 and file.is_file() and \
            f"//! [{words[1]}]" in file.read_text()
        command = ("\\snippet " + " ".join(words[:2]) if marked
                   else "\\include " + words[0])
        twin = Path(words[0]).with_suffix(".py")
        if file in self.twins:
            return raw(f'<p><a href="{url(words[0])}">{file.name}</a> stands beside '
                       'the program in C.</p>')
        if not words[0].endswith(".c") or not twin.is_file() or twin in self.twins:
            return command
        self.twins.add(twin)
        return (raw('<div class="twins"><div><p class="twin">In C: '
                    f'<a href="{url(words[0])}">{Path(words[0]).name}</a></p>')
                + command + raw('</div><div><p class="twin">In Python: '
                                f'<a href="{url(str(twin))}">{twin.name}</a></p>')
                + f"\\include {twin}" + raw("</div></div>"))

    def quotes_twin(self, program):
        twin = program.removesuffix(".c") + ".py"
        return program.endswith(".c") and f"<!-- code: {twin} " in self.text

    def add_guide(self, said):
        """What the guide of this lesson said, as a transcript, before the programs."""
        said = "\n".join(line for line in said.rstrip().split("\n")
                         if not line.startswith(("  As a picture:", "  Trace for")))
        self.text = self.text.replace(
            "\n## The programs\n", "\n<!-- transcript: -->\n```text\n$ make "
            f"{self.id}\n{said}\n```\n<!-- end -->\n\n## The programs\n", 1)

    def timeline(self, pictures, folded):
        """The still pictures of a run, in whose place the viewer comes."""
        begin = f'<div class="viewer" data-trace="{self.id}-trace.js">'
        end = "</div>"
        if not folded:
            begin = '<details class="transcript"><summary>Who ran what when, event by ' \
                f"event</summary>{begin}"
            end += "</details>"
        return [raw(begin)] + [picture(file) for file in pictures] + [raw(end)]

    def convert(self, timelines):
        """The page in doxygen's markdown."""
        done, quote, folded, self.twins = [], "", 0, set()
        self.anchors = texts.headings(self.text)
        for piece in texts.pieces(self.text):
            words = piece.text.strip("<!-> \n").split()
            if piece.kind == "prose":
                prose = texts.HEADING.sub(self.heading, self.prose(piece.text))
                # What the text folds itself: doxygen would break it up.
                done.append(FOLD.sub(lambda m: raw(m[0]), prose))
                folded += prose.count("<details") - prose.count("</details")
            elif piece.kind == "fence" and quote == "transcript:" and self.id != "index" \
                    and not folded:
                command = html.escape(piece.text.split("\n")[1].removeprefix("$ "))
                command = command.replace("*", "&#42;")  # "*/" ends C's comments
                done.append(raw('<details class="transcript"><summary>What <code>'
                                f"{command}</code> printed</summary>")
                            + piece.text + raw("</details>"))
            elif piece.kind == "fence" and quote != "code:":
                done.append(re.sub(r"^(`+)(c|python|sh)\n", r"\1{.\2}\n", piece.text))
            elif piece.kind == "comment" and words[0] == "end":
                if quote == "transcript:" and timelines:
                    done += self.timeline(timelines, folded)
                    timelines = []
                quote = ""
            elif piece.kind == "comment":
                quote = words[0]
                if quote == "code:" and self.quotes_twin(words[1]):
                    quote = ""  # the text has both itself, and as much as it wants
                elif quote == "code:":  # compiled code: its calls become links
                    done.append(self.quote(words[1:]))
        return "".join(done)


def raw(markup):
    return f"\n\n\\htmlonly[block]\n{markup}\n\\endhtmlonly\n\n"


def picture(file):
    return (f'<img class="timeline" src="{file.name}" alt="The timeline of such '
            'a run: time runs to the right, a row for each process"/>\n\n')


# What the viewer needs of an event: arrows and counters are for others.
SHOWN = ("X", "i", "M")


def write_run(trace, out):
    """A recorded run as a script: a page from disk may load nothing else."""
    events = [event for event in json.loads(trace.read_text())["traceEvents"]
              if event["ph"] in SHOWN]
    words = json.dumps({"traceEvents": events}, separators=(",", ":"))
    out.write_text(f"viewerTrace({words});\n")


def listing(path):
    """A source file; of a folder that has no text, the names in it."""
    begin = f"# {path} {{#{page_id(path)}}}\n\n"
    if Path(path).is_dir():
        inside = sorted(str(f.relative_to(path)) for f in Path(path).rglob("*.*"))
        return begin + "```\n" + "\n".join(inside) + "\n```\n"
    return begin + f"\\include{{lineno}} {path}\n"


def collect():
    """All that README.md leads to: pages, sources, and what is copied as it is:
    images and pages that are HTML already."""
    pages, files, todo = {}, set(), ["README.md"]
    while todo:
        path = todo.pop()
        if not path.endswith(".md"):
            files.add(path)
        elif path not in pages:
            pages[path] = Page(path)
            todo += pages[path].links()
    files.update(str(file) for pattern in LISTED for file in Path().glob(pattern))
    images = {file for file in files if file.endswith((".png", ".svg", ".html"))}
    return pages, files - images - {HEADER}, images


def order(path):
    """A folder's text first, then others in it, numbered folders, the rest."""
    return (path.split("/")[0], path.count("/"), not path.endswith("README.md"),
            not NUMBERED.fullmatch(path), path)


def short(path, folder):
    """A text's name in that folder's menu: "5 close, join, terminate"."""
    title = texts.title(path)
    own = path.startswith(folder + "/")
    return re.sub(r"^\w+ (\d+):", r"\1", title) if own else title


def tab_of(path):
    for name, patterns in TABS:
        if any(re.match(pattern, path) for pattern in patterns):
            return name
    return None


def tree(pages, sources):
    """The tabs, the texts under each, and below a text the sources of its
    folder; of no folder with a text, below the tab's own."""
    patterns = dict(TABS)
    tabs = []
    for name in ORDER:
        if name == "Reference":
            tabs.append({"name": name, "url": url(HEADER), "pages": [
                {"title": "pool.h", "url": url(HEADER), "sources": []}]})
            continue
        own = sorted((p for p in pages if tab_of(p) == name), key=order)
        first = [p for p in own if re.match(patterns[name][0], p)]
        if not first:
            sys.exit(f"no text leads to {patterns[name][0]}, so it cannot have a tab")
        own.remove(first[0])
        own.insert(0, first[0])
        below = {p: [] for p in own}
        for source in sorted(s for s in sources if tab_of(s) == name):
            folder = Path(source)
            while (text := f"{folder.parent}/README.md") not in below and folder.parent.name:
                folder = folder.parent
            below[text if text in below else own[0]].append(source)
        root = first[0].split("/")[0]
        tabs.append({"name": name, "url": url(own[0]), "pages": [
            {"title": short(p, root), "url": url(p), "sources": [
                {"title": name_in(s, p), "url": url(s)} for s in below[p]]}
            for p in own]})
    return tabs


def name_in(source, text):
    """A source's name as its neighbours see it."""
    folder = str(Path(text).parent) + "/"
    return source.removeprefix(folder)


def main(out, site, timelines):
    pages, sources, images = collect()
    for path, page in pages.items():
        drawn = sorted(Path(timelines).glob(f"{page.id}.svg")) + \
            sorted(Path(timelines).glob(f"{page.id}-[0-9]*.svg"))
        if (said := Path(timelines, page.id + ".txt")).is_file():
            page.add_guide(said.read_text())
        Path(out, page.id + ".md").write_text(page.convert(drawn))
        for image in drawn:
            shutil.copy(image, site)
        run = Path(timelines, page.id + ".json")
        if drawn and run.is_file() and run.stat().st_size:
            write_run(run, Path(site, page.id + "-trace.js"))
    for path in sources:
        Path(out, page_id(path) + ".md").write_text(listing(path))
    for image in images:
        Path(site, image).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(image, Path(site, image))
    Path(out, "site.json").write_text(json.dumps(tree(pages, sources)))


main(*sys.argv[1:])
