#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Puts doxygen's pages into this site's frame.

    frame.py SITE TEXTS

SITE has the pages as doxygen wrote them, TEXTS/site.json the tree of pages
that site.py found. Each page gets tabs, a tree at the side, what is on this
page, previous and next; headings in order below one h1; a region of its own
for whatever scrolls. Beside them goes search.js, the words of all texts, for
search from disk. Nothing of it needs a script but the search, the copying and
the change of colours.
"""

import json
import re
import sys
from pathlib import Path

import lxml.html
from lxml.builder import ElementMaker

E = ElementMaker(makeelement=lxml.html.html_parser.makeelement)
NAME, IDEA = "poolschool", "Process pools in C, taught by running them"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Place:
    """Where a page stands: its tab, its text in that tab, its neighbours."""

    def __init__(self, tab, url, title, text=None):
        self.tab, self.url, self.title, self.text = tab, url, title, text
        self.before = self.after = None


def places(tabs):
    """url -> Place, in reading order; sources are neighbours of each other."""
    found = {}
    for tab in tabs:
        for text in tab["pages"]:
            found[text["url"]] = Place(tab, text["url"], text["title"], text)
        chain(found, tab["pages"])
        for text in tab["pages"]:
            for source in text["sources"]:
                found.setdefault(source["url"], Place(tab, source["url"], source["title"], text))
            chain(found, text["sources"])
    return found


def chain(found, pages):
    for one, two in zip(pages, pages[1:]):
        found[one["url"]].after, found[two["url"]].before = two, one


def link(url, words, here):
    it = E.a(words, href=url)
    if url == here:
        it.set("aria-current", "page")
    return it


def tabs_of(tabs, place):
    row = E.ul()
    for tab in tabs:
        it = E.li(link(tab["url"], tab["name"], place and place.url))
        if place and place.tab is tab:
            it.set("class", "open")
        row.append(it)
    return row


def tree_of(tabs, place):
    """The texts of this tab; below the text where we are, its sources."""
    tree = E.ul()
    for text in place.tab["pages"]:
        it = E.li(link(text["url"], text["title"], place.url))
        if text is place.text and text["sources"]:
            it.append(E.ul(*[E.li(link(s["url"], s["title"], place.url))
                             for s in text["sources"]]))
        tree.append(it)
    return tree


def words_of(element):
    return re.sub(r"\s+", " ", element.text_content()).strip()


def put_in_order(content):
    """Headings below the page's one h1, no level left out."""
    depth, last = [], 1
    for heading in content.iter(*HEADINGS):
        level = int(heading.tag[1])
        while depth and depth[-1] >= level:
            depth.pop()
        depth.append(level)
        last = min(len(depth) + 1, 6)
        heading.tag = f"h{last}"


def anchors(content):
    """A heading carries its own id, not an empty element inside or before it.
    Returns [(level, words, id)]."""
    found = []
    for heading in content.iter(*HEADINGS):
        inside = [a for a in heading.iter("a") if a.get("id") and not words_of(a)]
        before = heading.getprevious()
        if not inside and before is not None and not words_of(before):
            inside = [a for a in before.iter("a") if a.get("id")]
        for empty in heading.xpath(".//span[@class='permalink']"):
            empty.drop_tree()
        if inside:
            name = inside[0].get("id")
            for attribute in ("id", "name"):
                inside[0].attrib.pop(attribute, None)
            heading.set("id", name)
            if inside[0].tag == "a" and not inside[0].get("href"):
                inside[0].drop_tag()
        if heading.get("id"):
            words = words_of(heading)
            found.append((int(heading.tag[1]), words, heading.get("id")))
            heading.append(E.a("#", {"class": "here", "href": "#" + heading.get("id"),
                                     "aria-label": "Link to " + words}))
    return found


def on_this_page(found):
    rows = [(words, name) for level, words, name in found if level == 2]
    if len(rows) < 3:
        return None
    return E.nav(E.details(
        E.summary("On this page"),
        E.ul(*[E.li(E.a(words, href="#" + name)) for words, name in rows]),
        open="open"), {"class": "toc", "aria-label": "On this page"})


def scrolling(element, name):
    """A frame that scrolls and can be reached by keys."""
    frame = E.div({"class": "scrolls", "tabindex": "0", "role": "region", "aria-label": name})
    element.addprevious(frame)
    tail, element.tail = element.tail, None
    frame.append(element)
    frame.tail = tail
    return frame


def stackable(table):
    """On a phone the cells of a row stand below each other, each with its column's
    name, where there are many columns and long texts."""
    rows = [row.xpath("./th | ./td") for row in table.iter("tr")]
    if len(rows[0]) < 3 or max(len(words_of(cell)) for row in rows[1:] for cell in row) < 24:
        return
    table.classes.add("stacks")
    for row in rows[1:]:
        full = [cell for cell in row if words_of(cell)]
        for name, cell in zip(rows[0][1:], row[1:]):
            if cell in full[1:] and words_of(name):
                cell.set("data-column", words_of(name))


def make_readable(content):
    """What scrolls can be reached and moved by keys; tables have a frame that
    scrolls; doxygen's leftovers go."""
    for old in content.xpath(".//*[@class='toc' or @class='toc interactive']"):
        if old.tag == "div":
            old.drop_tree()
    for empty in content.xpath(".//p"):
        if not words_of(empty) and not len(empty):
            empty.drop_tree()
    count = 0
    for block in content.xpath(".//div[@class='fragment'] | .//pre"):
        count += 1
        block.set("tabindex", "0")
        block.set("role", "region")
        block.set("aria-label", f"Code {count}")
    for count, table in enumerate(content.xpath(
            ".//table[contains(@class,'markdownTable') or contains(@class,'doxtable')]"), 1):
        scrolling(table, f"Table {count}")
        stackable(table)
        for cell in table.iter("th"):
            if not words_of(cell):
                cell.tag = "td"
    for table in content.xpath(".//table[not(.//th)]"):
        table.set("role", "presentation")
    for count, image in enumerate(list(content.iter("img")), 1):
        image.set("loading", "lazy")
        alone = image.getparent().tag == "p" and len(image.getparent()) == 1 \
            and not words_of(image.getparent())
        if alone:
            image.getparent().drop_tag()
        scrolling(image, f"Picture {count}").classes.add("picture")


def description(content):
    for paragraph in content.iter("p"):
        words = words_of(paragraph)
        if len(words) > 40:
            return words if len(words) < 156 else words[:152].rsplit(" ", 1)[0] + " …"
    return IDEA


def head(title, about, parts):
    name = NAME if title == NAME else f"{title} – {NAME}"
    return E.head(
        E.meta(charset="UTF-8"), E.title(name if title != NAME else f"{NAME}: {IDEA}"),
        E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        E.meta(name="description", content=about),
        E.link(rel="icon", type="image/svg+xml", href="favicon.svg"),
        *[E.link(rel="stylesheet", href=file) for file in
          ("doxygen.css", "doxygen-awesome.css", "site.css", *[p + ".css" for p in parts])],
        *[E.script("", src=file, defer="defer") for file in
          ("site.js", *[p + ".js" for p in parts])])


def around(place):
    """Previous and next."""
    if not place or not (place.before or place.after):
        return None
    row = E.nav({"class": "around", "aria-label": "Previous and next"})
    for kind, page in (("prev", place.before), ("next", place.after)):
        words = {"prev": "Previous", "next": "Next"}[kind]
        row.append(E.a(E.span(words), page["title"], rel=kind, href=page["url"])
                   if page else E.span())
    return row


def crumbs(place):
    if not place or place.text is None or place.url == place.text["url"]:
        return None
    return E.nav({"class": "crumbs", "aria-label": "Where this is"},
                 E.a(place.tab["name"], href=place.tab["url"]), " › ",
                 E.a(place.text["title"], href=place.text["url"]))


def frame(file, tabs, place):
    """The page in its frame; what the search knows of it."""
    old = lxml.html.parse(str(file), lxml.html.HTMLParser(encoding="utf-8")).getroot()
    content = old.find_class("contents")[0]
    title = words_of(old.find_class("title")[0]) or NAME
    title = title.replace(" File Reference", ": the reference")
    content.set("class", "contents")
    put_in_order(content)
    found = anchors(content)
    make_readable(content)
    about = description(content)
    texts = list(sections(content, title, file.name, place))
    main = E.main({"id": "main", "tabindex": "-1"})
    for part in (crumbs(place), E.h1(title), on_this_page(found), content, around(place)):
        if part is not None:
            main.append(part)
    top = E.header(
        E.a("Skip to the text", {"class": "skip", "href": "#main"}),
        E.a(NAME, {"class": "name", "href": "index.html"}),
        E.nav(tabs_of(tabs, place), {"class": "parts", "aria-label": "Parts"}),
        E.form(E.input({"type": "search", "id": "search", "placeholder": "Search",
                        "aria-label": "Search all texts", "autocomplete": "off"}),
               {"role": "search", "class": "search"}),
        E.button("Dark", {"type": "button", "id": "dark", "aria-pressed": "false"}),
        E.div({"id": "found", "role": "region", "aria-label": "Search results",
               "aria-live": "polite", "hidden": "hidden"}))
    body = E.body(top)
    if place and len(place.tab["pages"]) + len(place.text["sources"]) > 1:
        body.set("class", "with-tree")
        body.append(E.nav(E.details(E.summary(place.tab["name"]), tree_of(tabs, place),
                                    open="open"),
                          {"class": "tree", "aria-label": place.tab["name"]}))
    body.append(main)
    parts = ["viewer"] if content.find_class("viewer") else []
    page = E.html(head(title, about, parts), body,
                  lang="zh-Hans" if file.stem.endswith("-zh") else "en")
    file.write_text("<!DOCTYPE html>\n" + lxml.html.tostring(page, encoding="unicode"))
    return texts


def sections(content, title, url, place):
    """(url, title, heading, words) for each part between two headings; of a
    source file only how it begins."""
    if place and place.text and place.url != place.text["url"]:
        comments = [words_of(c) for c in content.find_class("comment")[:12]]
        yield url, title, "", " ".join(comments)
        return
    at, heading, words = url, "", []
    for element in content.iter():
        if element.tag in HEADINGS and element.get("id"):
            yield at, title, heading, " ".join(words)
            at, words = f"{url}#{element.get('id')}", []
            heading = words_of(element).rstrip("# ")
        own = "" if element.get("class") == "here" else element.text
        for text in (own, element.tail):
            if text and text.strip() and isinstance(element.tag, str):
                words.append(re.sub(r"\s+", " ", text.strip()))
    yield at, title, heading, " ".join(words)


def main(site, texts):
    site = Path(site)
    tabs = json.loads(Path(texts, "site.json").read_text())
    found, index = places(tabs), []
    for file in sorted(site.glob("*.html")):
        if file.name not in found and file.name != "index.html" \
                and not file.name.startswith("pool_8h"):
            file.unlink()  # a list that doxygen makes and nobody reaches
            continue
        index += frame(file, tabs, found.get(file.name))
    rows = [{"u": u, "t": t, "h": h, "w": w} for u, t, h, w in index if w or h]
    Path(site, "search.js").write_text(
        "window.poolschoolTexts = " + json.dumps(rows, ensure_ascii=False) + ";\n")


main(*sys.argv[1:])
