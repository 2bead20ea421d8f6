#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes slides of each lesson's page, for a projector.

    slides.py SITE TEXTS

SITE has the pages in their frame, TEXTS/lessonN.txt what the guide said when
the site was made. lessonN-slides.html shows one thing at a time: the question,
the picture, each prediction with its choices, the programs in pieces, what
they printed, the timeline, what is true. The text around them, the guide's
answers and what lessons/teach.md says of that lesson are the instructor's
notes. Without a script, and on paper, the slides stand below each other.
"""

import copy
import re
import sys
from pathlib import Path

import lxml.html
from lxml.builder import ElementMaker

E = ElementMaker(makeelement=lxml.html.html_parser.makeelement)
LINES, COLUMNS = 18, 80  # of code on one slide
MOST_WORDS = 420  # characters of a paragraph on a slide; all of it is a note
MOST_HEADING = 52


def words_of(element):
    return re.sub(r"\s+", " ", element.text_content()).strip().rstrip("#").strip()


class Section:
    """A heading and what stands below it, up to the next of its kind."""

    def __init__(self, title):
        self.title, self.parts, self.below = title, [], []


def sections(content):
    """The page as a tree: what is before, then h2 with their h3."""
    top = Section("")
    now = top
    for part in content.xpath(".//div[@class='textblock']/node()"):
        if not isinstance(part.tag if hasattr(part, "tag") else None, str):
            continue
        if part.tag == "h2":
            now = Section(words_of(part))
            top.below.append(now)
        elif part.tag == "h3" and top.below:
            now = Section(words_of(part))
            top.below[-1].below.append(now)
        else:
            now.parts.append(part)
    return top


# ---- What the guide said ----------------------------------------------------

def asked(said):
    """(question, choices, answer, why) of each prediction in the guide's text."""
    found = []
    for part in re.split(r"^\d+  ", said, flags=re.M):
        ask = re.search(r"  Predict: (.*?)\n((?:    [a-f]\) .*?\n(?: {7}\S.*\n)*)+)", part, re.S)
        if not ask:
            continue
        choices = [re.sub(r"\s+", " ", c) for c in
                   re.findall(r"    [a-f]\) (.*?)(?=\n    [a-f]\) |\Z)", ask[2].rstrip(), re.S)]
        it_was = re.search(r"  It was: +(.*?)\n  Because: +(.*?)\n\n", part + "\n\n", re.S)
        found.append((re.sub(r"\s+", " ", ask[1]), choices,
                      *(re.sub(r"\s+", " ", it_was[i]) if it_was else "" for i in (1, 2))))
    return found


# ---- What the page for instructors says of a lesson --------------------------

def of_lesson(words, number):
    """Is it about that lesson? "lesson 1", "lessons 3, 7 and 11", "lessons 8, 9"."""
    for some in re.findall(r"lessons? ((?:\d+(?:, | and | to )?)+)", words):
        for begin, end in re.findall(r"(\d+)(?: to (\d+))?", some):
            if int(begin) <= number <= int(end or begin):
                return True
    return False


def teaching(text, number):
    """(rows of tables, questions for discussion) that name the lesson."""
    rows, questions = [], []
    for line in text.split("\n"):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)|[*`]", r"\1", line)
        if line.startswith("| ") and of_lesson(plain, number):
            rows.append(": ".join(cell.strip() for cell in plain.strip("|").split("|")
                                  if cell.strip()))
        elif line.startswith("- ") and of_lesson(plain, number):
            questions.append(re.sub(r" \(lessons? [^)]*\)", "", plain[2:]))
    return rows, questions


# ---- Slides -----------------------------------------------------------------

def clean(part):
    """A copy without links within code, anchors and buttons."""
    part = copy.deepcopy(part)
    part.tail = None
    for link in part.xpath(".//a[@class and contains(@class,'here')]"):
        link.drop_tree()
    for link in part.xpath(".//a[contains(@class,'code')] | self::div[@class='line']//a"):
        link.drop_tag()
    for element in part.iter():
        for name in ("id", "tabindex", "role", "aria-label", "loading"):
            element.attrib.pop(name, None)
    return part


def lines_of(block):
    lines = block.xpath(".//div[contains(@class,'line')]")
    for line in lines:
        line = clean(line)
        for number in line.xpath(".//span[contains(@class,'lineno')]"):
            number.drop_tree()
        if "SPDX-License" not in line.text_content():
            yield line


def height(line):
    return max(1, -(-len(line.text_content().rstrip("\n")) // COLUMNS))


def pieces(lines):
    """Lines in pieces that fit on a slide, cut where a function ends, at an empty
    line, or where a loop ends."""
    lines = list(lines)
    while lines and not lines[-1].text_content().strip():
        lines.pop()
    while lines:
        fits = total = 0
        while fits < len(lines) and total + height(lines[fits]) <= LINES:
            total += height(lines[fits])
            fits += 1
        fits = max(fits, 1)
        if fits < len(lines):
            def good(at, wanted):
                return wanted(lines[at - 1].text_content().rstrip()) and at >= 8
            for wanted in (lambda l: l.startswith("}"), lambda l: not l,
                           lambda l: l == "    }"):
                cuts = [at for at in range(fits, 0, -1) if good(at, wanted)]
                if cuts:
                    fits = cuts[0]
                    break
        yield lines[:fits]
        lines = lines[fits:]
        while lines and not lines[0].text_content().strip():
            lines.pop(0)


def is_code(part):
    return part.tag == "div" and "fragment" in part.get("class", "") or part.tag == "pre"


class Slides:
    def __init__(self, number, title):
        self.number, self.title, self.all = number, title, []
        self.shown = set()  # a program and its twin are shown once

    def add(self, heading, *parts, notes=(), kind=""):
        name = f"s{len(self.all) + 1}"
        level = E.h2 if self.all else E.h1
        slide = E.section({"class": f"slide {kind}".strip(), "id": name,
                           "aria-label": f"Slide {name[1:]}: {heading}"},
                          level(heading), *parts)
        notes = [note for note in notes if note is not None and words_of(note)]
        group = E.div(slide, {"class": "page"})
        if notes:
            group.append(E.aside({"class": "notes", "aria-label": f"Notes to slide {name[1:]}",
                                  "tabindex": "0"}, *notes))
        self.all.append(group)

    def code(self, heading, block, notes=(), kind=""):
        cut = list(pieces(lines_of(block)))
        words = words_of(block)
        if words in self.shown:
            return
        self.shown.add(words)
        if len(heading) > MOST_HEADING - 8:
            heading = heading.split(": ")[0]
        for i, lines in enumerate(cut):
            many = f", {i + 1} of {len(cut)}" if len(cut) > 1 else ""
            for line in lines:
                first = line.text_content()[:1]
                if kind == "change" and first in "+-":
                    line.set("class", "line " + ("added" if first == "+" else "removed"))
            self.add(heading + many, E.div({"class": "code"}, *lines), kind=kind,
                     notes=notes if not i else ())

    def paragraphs(self, heading, parts, notes):
        """The first paragraph or list on a slide, cut at a sentence."""
        for part in parts:
            if part.tag in ("ul", "ol"):
                return self.add(heading, clean(part), notes=notes, kind="words")
            words = words_of(part) if part.tag == "p" else ""
            if words:
                return self.add(heading, E.p(shortened(words)), notes=notes, kind="words")
        return None


def shortened(words):
    if len(words) <= MOST_WORDS:
        return words
    cut = words[:MOST_WORDS]
    end = max(cut.rfind(mark) for mark in (". ", "? ", ": "))
    return cut[:end + 1] if end > 100 else cut.rsplit(" ", 1)[0] + " …"


def notes_of(parts):
    """The text among these parts, as notes."""
    return [clean(p) for p in parts
            if p.tag in ("p", "ul", "ol") and words_of(p) and not p.xpath(".//img")
            and not (len(words_of(p)) < 40 and words_of(p).endswith(":"))]


def of_blocks(slides, title, parts, notes, kind=""):
    """Code, its Python twin, and what was printed, in the text's order."""
    notes = list(notes)
    if notes and all(part.tag == "details" or not is_code(part) and
                     "twins" not in part.get("class", "") for part in parts):
        slides.paragraphs(title, parts, notes)
        notes = []
    for part in parts:
        if "twins" in part.get("class", ""):
            for column in part.xpath("./div"):
                name = words_of(column.xpath("./p")[0]).split(": ")[-1]
                for block in column.xpath(".//div[contains(@class,'fragment')] | .//pre"):
                    slides.code(name, block, notes)
                    notes = []
        elif part.tag == "details":
            for block in part.xpath("./div[contains(@class,'fragment')] | ./pre"):
                of_printed(slides, block)
        elif is_code(part) and words_of(part).startswith("$ "):
            of_printed(slides, part, notes)
            notes = []
        elif is_code(part):
            slides.code(title, part, notes, kind)
            notes = []
    if notes:
        slides.paragraphs(title, parts, notes)


def of_printed(slides, block, notes=()):
    """What a program printed, as far as a slide goes: it is not a scroll."""
    cut = list(pieces(lines_of(block)))
    if cut:
        rest = sum(map(len, cut[1:]))
        slides.add("It printed", E.div({"class": "code"}, *cut[0]), kind="printed",
                   notes=[*notes, *([E.p(f"{rest} more lines are in the text.")] if rest else [])])


def of_timeline(slides, content):
    for viewer in content.find_class("viewer"):
        images = [clean(image) for image in viewer.iter("img")]
        if images:
            slides.add("Who ran what when", E.div(
                {"class": "viewer", "data-trace": viewer.get("data-trace")}, *images),
                kind="time", notes=[E.p("Arrow keys within the timeline go from event to event; "
                                        "Page Up and Page Down change the slide.")])


def of_lesson_page(page, said, teach, number):
    content = page.get_element_by_id("main")
    title = words_of(content.xpath(".//h1")[0])
    slides = Slides(number, title)
    tree = sections(content)
    rows, questions = teaching(teach, number)
    question = next((p for p in tree.parts if p.tag == "p" and words_of(p)), None)
    intro = notes_of(tree.parts)
    slides.add(title, E.p(words_of(question) if question is not None else ""), kind="title",
               notes=intro[1:] + [E.p(row) for row in rows])
    for part in tree.below:
        notes = notes_of(part.parts)
        if part.title == "The processes":
            images = [image for p in part.parts for image in p.iter("img")]
            for image in images:
                slides.add(part.title, clean(image), notes=notes, kind="picture")
            of_blocks(slides, part.title, [p for p in part.parts if is_code(p)], [])
        elif part.title == "Predict":
            predictions(slides, part, said)
        elif part.title == "Run":
            of_blocks(slides, part.title, [p for p in part.parts if is_code(p)][:1],
                      [E.p("With STEP=1, which is usual, the guide goes on with Enter.")] + notes)
            of_timeline(slides, content)
        elif part.title == "The programs":
            for program in [part] + part.below:
                of_blocks(slides, program.title, program.parts, notes_of(program.parts))
        elif part.title == "What is true":
            for truth in part.below:
                slides.add("What is true", E.p(truth.title), notes=notes_of(truth.parts),
                           kind="statement")
        elif part.title == "Modify one number":
            slides.paragraphs(part.title, part.parts, notes + [
                clean(p) for p in part.parts if p.tag == "details" or "details" in p.tag])
        elif part.title == "Recap":
            slides.paragraphs(part.title, part.parts, notes[1:])
        else:
            for some in [part] + part.below:
                of_blocks(slides, some.title, some.parts, notes_of(some.parts),
                          "change" if part.title.startswith("Break") else "")
    if questions:
        slides.add("Discuss", E.ul(*[E.li(q) for q in questions]), kind="words")
    return slides


def predictions(slides, part, said):
    asks = asked(said)
    if not asks:
        for item in [li for p in part.parts for li in p.iter("li")]:
            slides.add("Predict", E.p(words_of(item)), kind="question")
    for question, choices, it_was, why in asks:
        slides.add("Predict", E.p(question), E.ol({"type": "a"}, *[E.li(c) for c in choices]),
                   kind="question", notes=[
                       E.p("All write down a letter before the program runs."),
                       E.p(E.b("It was: "), it_was), E.p(E.b("Because: "), why)])


def page_of(slides):
    name = f"lesson{slides.number}.html"
    main = E.main(*slides.all)
    for i, group in enumerate(slides.all, 1):
        group[0].append(E.p(f"{slides.title} · {i} / {len(slides.all)}", {"class": "foot"}))
    tools = E.nav({"class": "deck", "aria-label": "Slides"},
                  E.button("◀", {"type": "button", "id": "back", "aria-label": "Slide before"}),
                  E.button("▶", {"type": "button", "id": "next", "aria-label": "Next slide"}),
                  E.button("Notes", {"type": "button", "id": "notes", "aria-pressed": "false"}),
                  E.button("Notes in a window", {"type": "button", "id": "window"}),
                  E.a("The text", href=name))
    head = E.head(E.meta(charset="UTF-8"), E.title(f"Slides: {slides.title} – poolschool"),
                  E.meta(name="viewport", content="width=device-width, initial-scale=1"),
                  E.meta(name="description",
                         content=f"Slides for class, with notes: {slides.title}"),
                  E.link(rel="icon", type="image/svg+xml", href="favicon.svg"),
                  E.link(rel="stylesheet", href="slides.css"),
                  E.link(rel="stylesheet", href="viewer.css"),
                  E.script("", src="slides.js", defer="defer"),
                  E.script("", src="viewer.js", defer="defer"))
    return E.html(head, E.body(main, tools), lang="en")


def link_to_slides(page, number):
    """The lesson's page leads to its slides."""
    nav = E.p(E.a("Slides, for class", href=f"lesson{number}-slides.html"), {"class": "slides"})
    page.get_element_by_id("main").xpath(".//h1")[0].addnext(nav)


def main(site, texts):
    teach = Path("lessons/teach.md").read_text()
    made = 0
    for file in sorted(Path(site).glob("lesson[0-9]*.html")):
        match = re.fullmatch(r"lesson(\d+)\.html", file.name)
        if not match:
            continue
        number = int(match[1])
        page = lxml.html.parse(str(file), lxml.html.HTMLParser(encoding="utf-8")).getroot()
        said = Path(texts, f"lesson{number}.txt")
        slides = of_lesson_page(page, said.read_text() if said.is_file() else "", teach, number)
        Path(site, f"lesson{number}-slides.html").write_text(
            "<!DOCTYPE html>\n" + lxml.html.tostring(page_of(slides), encoding="unicode"))
        link_to_slides(page, number)
        file.write_text("<!DOCTYPE html>\n" + lxml.html.tostring(page, encoding="unicode"))
        made += 1
    if not made:
        sys.exit("slides.py found no lesson")


main(*sys.argv[1:])
