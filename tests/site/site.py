#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The site as a reader meets it: from disk, in a headless Chromium.

    site.py SITE AXE [PICTURES]

SITE is a built site, AXE the file axe.js of axe-core, PICTURES a folder for
screenshots. What must hold: every page is reached by links from the first,
every link, anchor and image leads somewhere, the console is silent, nothing is
wider than a phone, axe-core finds no barrier by day or by night, the search
finds what the texts are about, what is folded opens, paper has no menus, and
the keyboard is enough. ALL=1 has axe-core look at every text.
"""

import os
import re
import sys
import time
import urllib.parse
from pathlib import Path

from browser import Browser
from site_checks import BARRIERS, DESK, PHONE, TABLET, report

# What the search must find, and a page that must be among what it finds.
WORDS = {"zombie": "lesson1", "chunk": "lesson5", "fork": "lesson1",
         "terminate": "lesson6", "deadlock": "lessons-glossary",
         "pool_map": "pool_8h", "chunked maps": "exercise5", "zomb": "lesson1"}
hold, wrong = report("site")


def one_of_each_kind(base):
    """A page of each kind."""
    names = ["index", "lessons", "lesson3", "lesson4", "exercise1", "plots",
             "pool_8h", "lib", "exercises-grader", "lib-client-life-c"]
    return [f"{base}{name}.html" for name in names]


def file_of(url, base, site):
    """The file that a link of the site's own leads to; None for others."""
    if not url.startswith(base):
        return None
    return Path(site, urllib.parse.unquote(url.removeprefix(base).split("#")[0]))


# What a page shows of itself.
LOOK = """
return {
    links: [...document.querySelectorAll('a[href]')].map(a => a.href),
    ids: [...document.querySelectorAll('[id], a[name]')].map(e => e.id || e.name),
    broken: [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src),
    unnamed: [...document.querySelectorAll('main img')].filter(i => !i.alt).map(i => i.src),
    wide: document.scrollingElement.scrollWidth - innerWidth,
    unseen: [...document.querySelectorAll('a, button, summary, label')].filter(e => {
        const style = getComputedStyle(e);
        return e.textContent.trim() && style.color === style.backgroundColor;
    }).map(e => e.textContent.trim()),
    h1: document.querySelectorAll('h1').length,
    title: document.title,
    about: document.querySelector('meta[name=description]')?.content || '',
    icon: document.querySelector('link[rel=icon]')?.href || '',
    current: document.querySelectorAll('.tree [aria-current]').length,
    tree: document.querySelectorAll('.tree').length,
    fixed: [...document.querySelectorAll('.fragment')].filter(
        e => e.scrollWidth > e.clientWidth && e.tabIndex < 0).length,
};
"""


def walk(browser, base, site):
    """Opens all that the start page leads to, and looks at it."""
    seen, todo = {}, [base + "index.html"]
    while todo:
        url = todo.pop()
        if url in seen:
            continue
        browser.open(url)
        seen[url] = page = browser.run(LOOK)
        for link in page["links"]:
            file = file_of(link, base, site)
            if file and file.suffix == ".html" and file.exists():
                todo.append(link.split("#")[0])
    return seen


def check_links(pages, base, site):
    ids = {url: set(page["ids"]) for url, page in pages.items()}
    bad = []
    for url, page in pages.items():
        name = Path(url).name
        for link in page["links"]:
            target, _, anchor = link.partition("#")
            if anchor.startswith("t="):
                continue  # a moment of a timeline
            anchor = urllib.parse.unquote(anchor)
            file = file_of(link, base, site)
            if file and (not file.exists() or (
                    anchor and target in ids and anchor not in ids[target])):
                bad.append(f"{name} -> {link.removeprefix(base)}")
        bad += [f"{name}: no image {src}" for src in page["broken"]]
        bad += [f"{name}: image without words {src}" for src in page["unnamed"]]
    hold(not bad, f"links, anchors and images of {len(pages)} pages lead somewhere "
         + " ".join(bad[:5]))


def check_reached(pages):
    names = {Path(url).stem for url in pages}
    for kind in ("lesson", "exercise"):
        folders = sorted(Path(kind + "s").glob("[0-9][0-9]-*/README.md"))
        missing = [str(f) for f in folders
                   if kind + str(int(f.parent.name[:2])) not in names]
        hold(folders and not missing, f"{len(folders)} {kind}s are reached by clicks "
             + " ".join(missing))
    hold("pool_8h" in names, "the reference is reached by clicks")


def names(urls):
    return " ".join(Path(url).stem for url in list(urls)[:5])


def check_heads(pages, base, site):
    """Title, description and picture of a page; one h1; its place in the tree."""
    titles = [page["title"] for page in pages.values()]
    hold(len(set(titles)) == len(titles), "no two pages have the same title")
    lacking = [url for url, page in pages.items()
               if page["h1"] != 1 or len(page["about"]) < 20
               or not file_of(page["icon"], base, site).exists()]
    hold(not lacking, "every page has one h1, a description and an icon " + names(lacking))
    lost = [url for url, page in pages.items() if page["tree"] and page["current"] != 1]
    hold(not lost, "every page with a tree stands in it once " + names(lost))
    # axe-core takes words in the colour of their ground for words that are hidden.
    unseen = [f"{Path(url).stem}: {page['unseen'][0]}" for url, page in pages.items()
              if page["unseen"]]
    hold(not unseen, "no words have the colour of their ground " + " ".join(unseen[:5]))
    stuck = [url for url, page in pages.items() if page["fixed"]]
    hold(not stuck, "whatever code scrolls can have the focus " + names(stuck))


def check_widths(browser, urls, pictures):
    for size in (PHONE, TABLET, DESK):
        browser.size(*size)
        wide = []
        for url in urls:
            browser.open(url)
            if browser.run(LOOK)["wide"] > 0:
                wide.append(url)
            if pictures:
                browser.picture(f"{pictures}/{Path(url).stem}-{size[0]}.png")
        hold(not wide, f"at {size[0]} pixels no page is wider than the screen " + names(wide))


def check_barriers(browser, urls, axe, how, pictures=None):
    found = []
    for url in urls:
        browser.open(url)
        if pictures:
            browser.picture(f"{pictures}/{Path(url).stem}-{how}.png")
        browser.run(axe)
        found += [f"{Path(url).stem}: {what}" for what in browser.asynchronous(BARRIERS)]
    hold(not found, f"axe-core finds no barrier in {len(urls)} pages, {how} "
         + " | ".join(found[:5]))


def check_search(browser, start):
    browser.size(*DESK)
    for words, page in WORDS.items():
        browser.open(start)
        browser.run("document.getElementById('search').focus()")
        browser.keys(words)
        found = browser.wait("""
            const hits = [...document.querySelectorAll('#found:not([hidden]) li a')];
            return hits.length ? hits.map(a => a.href) : '';""")
        hold(any(f"/{page}.html" in url for url in found), f"the search finds {words}")
    browser.keys("\ue015\ue007")  # down to the first, Enter
    until = time.monotonic() + 20
    while browser.url() == start and time.monotonic() < until:
        pass
    hold(browser.url() != start, "arrow and Enter lead to what was found")


def glossary():
    """The terms that lessons/glossary.md explains, each of their words, and the
    same in Chinese."""
    rows = [line.split("|") for line in Path("lessons/glossary.md").read_text().split("\n")
            if line.startswith("| **")]
    terms = [row[1].strip(" *") for row in rows]
    words = [word for term in terms for word in re.findall(r"\w[\w'-]*", term)]
    chinese = [term for row in rows for term in re.split(r"[，（） ]", row[2])
               if re.search("[\u4e00-\u9fff]", term)]
    return list(dict.fromkeys(terms + words)), chinese


def check_glossary(browser, start):
    """The search finds each of them; in Chinese the glossary is among what it finds."""
    browser.open(start)
    browser.run("document.getElementById('search').focus()")
    terms, chinese = glossary()
    missing = []
    for word in terms + chinese:
        found = browser.asynchronous_with("""
            const done = arguments[1];
            document.getElementById('search').value = arguments[0];
            find().then(() => done([...document.querySelectorAll('#found li a')].map(
                a => a.href)));""", word)
        if not found or word in chinese and not any("lessons-glossary" in url for url in found):
            missing.append(word)
    hold(len(terms) > 60 and len(chinese) > 60 and not missing,
         f"the search finds all {len(terms)} terms and words of the glossary, and "
         f"{len(chinese)} in Chinese {missing[:5]}")


def check_folds(browser, page):
    """A transcript opens when it is asked for, and on paper."""
    shown = """const part = document.querySelector('details.transcript .fragment');
        return Boolean(part && part.checkVisibility())"""
    browser.open(page)
    folded = browser.run(shown)
    browser.run("document.querySelector('details.transcript summary').focus()")
    browser.keys("\ue007")
    hold(folded is False and browser.wait(shown), "a transcript opens when it is asked for")
    browser.open(page)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    opened = browser.run(shown)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    menus = browser.run("""return [...document.querySelectorAll(
        'header, .tree, .toc, .around')].filter(e => e.getClientRects().length).length""")
    browser.devtools("Emulation.setEmulatedMedia", media="screen")
    hold(opened and menus == 0, "paper has what was folded, and no menus")
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    gaps = browser.run("""const lines = [...document.querySelectorAll('.fragment .line')]
            .slice(0, 40).map(l => l.getBoundingClientRect());
        return lines.slice(1).filter((l, i) => l.top - lines[i].bottom > 1 &&
            l.top - lines[i].bottom < l.height * 1.5).length""")
    browser.devtools("Emulation.setEmulatedMedia", media="screen")
    hold(gaps == 0, "on paper no empty lines come between lines of code")


def check_viewer(browser, base):
    """The timeline of a lesson's page: still without scripts, else the viewer;
    an address opens it at its moment."""
    page = base + "lesson4.html"
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    browser.open("about:blank")
    browser.open(page)
    browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
    still = browser.run("""return [...document.querySelectorAll('.viewer img')].map(i => i.alt)""")
    hold(still and all(still), "without scripts a lesson's timeline is a picture")
    browser.open(page + "?again")
    folded = browser.run("return document.querySelector('.viewer').checkVisibility()")
    browser.run("""document.querySelector('.viewer').closest('details').open = true;
        document.querySelector('.viewer').scrollIntoView()""")
    lanes = browser.wait("return document.querySelectorAll('.viewer .bars').length")
    browser.run("document.querySelector('.axis').focus()")
    browser.keys("\ue014\ue014")
    link = browser.run("return document.querySelector('.viewer .tools a').getAttribute('href')")
    left = browser.run("return document.querySelectorAll('.viewer img').length")
    hold(not folded and lanes and not left, "with scripts it is the viewer, folded until asked for")
    browser.open("about:blank")
    browser.open(page + link)
    at = browser.wait("""const axis = document.querySelector('.axis');
        return axis && axis.checkVisibility() && axis.getAttribute('aria-valuenow')""")
    hold(f"#t={float(at) / 1000:.6f}".rstrip("0").rstrip(".") == link.split("&")[0],
         f"the address of a moment opens it {at} {link}")


def check_neighbours(browser, base):
    """Next leads through all lessons; a source has its neighbours beside it."""
    browser.open(base + "lesson3.html")
    there = browser.run("""return [document.querySelector('.around [rel=next]').href,
        document.querySelector('.around [rel=prev]').href]""")
    hold(there[0] == base + "lesson4.html" and there[1].startswith(base + "lesson"),
         "next leads from lesson 3 to lesson 4")
    browser.open(base + "lib-client-life-c.html")
    beside = browser.run("""return [...document.querySelectorAll('.tree li li a')].map(
        a => a.textContent)""")
    hold({"client_life.c", "super_main.c", "internal.h"} <= set(beside),
         "a source stands in the tree with its neighbours")


def check_twins(browser, pages):
    """C and Python stand side by side on a wide screen, one above the other on
    a phone."""
    for url in pages:
        browser.size(*DESK)
        browser.open(url)
        edges = "return [...document.querySelectorAll('.twins')].map(t => " \
            "[...t.children].map(c => c.getBoundingClientRect().left))"
        wide = browser.run(edges)
        if wide:
            browser.size(*PHONE)
            narrow = browser.run(edges)
            hold(all(a < b for a, b in wide) and all(a == b for a, b in narrow),
                 f"C and Python are side by side in {Path(url).stem}")
            return


def check_phone(browser, base):
    """Words in pictures stay large enough, and a table of many columns stands in rows."""
    browser.size(*PHONE)
    browser.open(base + "lesson3.html")
    widths = browser.run("return [...document.querySelectorAll('.picture img')].map("
                         "i => Number.parseFloat(getComputedStyle(i).width))")
    browser.open(base + "lessons-glossary.html")
    across = browser.run("""return [...document.querySelectorAll('main td')].filter(
        e => e.getBoundingClientRect().right > innerWidth).length""")
    hold(widths and min(widths) >= 600 and across == 0,
         f"on a phone pictures scroll, and the glossary does not {widths} {across}")


def follow(browser, page):
    """Tab until a link of the text to a page has the focus, then Enter."""
    for _ in range(500):
        browser.keys("\ue004")
        at = browser.run("""const e = document.activeElement;
            return e.closest('div.contents') && e.href || ''""")
        if at.endswith("/" + page):
            browser.keys("\ue007")
            until = time.monotonic() + 20
            while not browser.url().endswith("/" + page):
                if time.monotonic() > until:
                    return False
            return True
    return False


def check_keyboard(browser, start):
    browser.open(start)
    hold(follow(browser, "lessons.html") and follow(browser, "lesson1.html"),
         "from the start to lesson 1 with Tab and Enter")


def main(site, axe, pictures=None):
    base = Path(site).resolve().as_uri() + "/"
    start, kinds = base + "index.html", one_of_each_kind(base)
    axe = Path(axe).read_text()
    with Browser() as browser:
        browser.size(*PHONE)
        pages = walk(browser, base, site)
        kinds = [url for url in kinds if url in pages]
        wide = [url for url, page in pages.items() if page["wide"] > 0]
        hold(not wide, f"no page is wider than a phone {names(wide)}")
        check_reached(pages)
        check_links(pages, base, site)
        check_heads(pages, base, site)
        check_widths(browser, kinds, pictures)
        check_search(browser, start)
        check_glossary(browser, start)
        check_keyboard(browser, start)
        check_folds(browser, base + "lesson4.html")
        check_viewer(browser, base)
        check_neighbours(browser, base)
        check_twins(browser, [url for url in pages if "/lesson" in url])
        check_phone(browser, base)
        if os.environ.get("ALL"):
            kinds = list(pages)
        browser.size(*DESK)
        check_barriers(browser, kinds, axe, "light", pictures)
        browser.size(*PHONE)
        check_barriers(browser, kinds[:4] + [base + "pool_8h.html"], axe, "on a phone")
        noise = browser.console()
        hold(not noise, f"the console is silent {noise[:3]}")
    with Browser(dark=True) as browser:
        browser.size(*DESK)
        check_barriers(browser, kinds, axe, "dark", pictures)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
