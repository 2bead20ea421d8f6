#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The slides as an instructor meets them: from disk, in a headless Chromium.

    slides.py SITE AXE [PICTURES]

What must hold: each lesson has slides, with its question, its picture, all its
programs, a timeline and notes; nothing is cut off on a projector of either
size; the keyboard is enough; paper has one slide a page; axe-core finds no
barrier, by day or by night.
"""

import base64
import os
import re
import sys
from pathlib import Path

from browser import Browser
from site_checks import BARRIERS, report

hold, wrong = report("slides")
SIZES = (1280, 720), (1920, 1080)
RIGHT, LEFT, HOME, END = "\ue014", "\ue012", "\ue011", "\ue010"
PAGE_DOWN, PAGE_UP = "\ue00f", "\ue00e"

# All slides below each other, and what each holds and where that ends.
STACKED = "document.body.classList.remove('one');"
LOOK = STACKED + """
return [...document.querySelectorAll('.slide')].map(slide => {
    const box = slide.getBoundingClientRect();
    let low = 0, right = 0;
    for (const part of slide.querySelectorAll('*')) {
        const inside = part.closest('.viewer');
        if (inside && inside !== part || part.matches('.foot'))
            continue; // the timeline's own window scrolls
        const edge = part.getBoundingClientRect();
        low = Math.max(low, edge.bottom - box.top);
        right = Math.max(right, edge.right - box.left);
    }
    return {
        id: slide.id, title: slide.firstElementChild.textContent, kind: slide.className,
        text: slide.textContent, wide: box.width, high: box.height, low, right,
        scrolls: slide.scrollHeight > slide.clientHeight || slide.scrollWidth > slide.clientWidth,
        foot: slide.querySelector('.foot').getBoundingClientRect().top - box.top,
        notes: slide.parentElement.querySelector('.notes')?.textContent || '',
        broken: [...slide.querySelectorAll('img')].filter(i => i.complete && !i.naturalWidth).length,
    };
});
"""
NOW = """const now = [...document.querySelectorAll('.page')].filter(p => p.checkVisibility());
    return {shown: now.map(p => p.firstElementChild.id), hash: location.hash,
            notes: [...document.querySelectorAll('.notes')].filter(n => n.checkVisibility()).length}"""


def decks(base, site):
    """{lesson's folder: address}; a folder without one is a fault."""
    found = {}
    for folder in sorted(Path("lessons").glob("[0-9][0-9]-*")):
        file = Path(site, f"lesson{int(folder.name[:2])}-slides.html")
        if file.is_file():
            found[folder] = base + file.name
        else:
            hold(False, f"{folder.name} has slides")
    return found


def check_content(folder, slides):
    text = (folder / "README.md").read_text()
    question = re.sub(r"[*`\n]+", " ", re.search(r"\*\*(.*?)\*\*", text, re.S)[1]).strip()
    kinds = " ".join(slide["kind"] for slide in slides).split()
    every = "\n".join(slide["text"] for slide in slides)
    # A program is there if the line that defines its main() is.
    missing = [file.name for file in folder.glob("*.c") if file.name not in (
        "claims.c", "mypool.c") and "int main(" in file.read_text()
        and "code: " + str(file) in text and file.name not in every]
    faults = [what for what, so in {
        "its question": re.sub(r"\s+", " ", question)[:60] in slides[0]["text"],
        "its picture": "picture" in kinds,
        "a prediction": "question" in kinds,
        "a timeline": "time" in kinds or not re.search(r"guide_timeline", (
            folder / "claims.c").read_text()),
        "what is true": "statement" in kinds,
        "notes": sum(bool(slide["notes"]) for slide in slides) * 4 >= len(slides),
        "the guide's answers": any("Because:" in slide["notes"] for slide in slides),
        "all images": not sum(slide["broken"] for slide in slides),
        "all programs " + " ".join(missing): not missing}.items() if not so]
    hold(not faults, f"{folder.name}: {len(slides)} slides have all of it "
         + ", ".join("not " + fault for fault in faults))


def check_fits(name, slides, size):
    bad = [f"{s['id']} {s['title']}" for s in slides
           if s["scrolls"] or s["low"] > s["foot"] + 1 or s["right"] > s["wide"] + 1
           or abs(s["wide"] - size[0]) > 1 or abs(s["high"] - size[1]) > 1]
    hold(not bad, f"{name}: nothing is cut off at {size[0]} by {size[1]} " + "; ".join(bad[:4]))


def check_keys(browser, url, count):
    browser.open(url)
    seen = []
    for key in ("", RIGHT, PAGE_DOWN, " ", LEFT, PAGE_UP, END, RIGHT, HOME, LEFT):
        if key:
            browser.keys(key)
        now = browser.run(NOW)
        seen.append(now["shown"])
        if [now["hash"]] != ["#" + name for name in now["shown"]]:
            hold(False, f"the address names the slide that is shown {now}")
    wanted = [1, 2, 3, 4, 3, 2, count, count, 1, 1]
    hold(seen == [[f"s{i}"] for i in wanted], f"keys go through the slides, one at a time {seen}")
    browser.keys("n")
    noted = browser.run(NOW)["notes"]
    browser.keys("n")
    hold((noted, browser.run(NOW)["notes"]) == (1, 0), "n shows the notes, and hides them")
    browser.open("about:blank")
    browser.open(url + "#s5")
    hold(browser.run(NOW)["shown"] == ["s5"], "an address is a slide")


def check_timeline(browser, url, name):
    """The timeline on its slide is the viewer; its arrows leave the slide alone."""
    browser.open("about:blank")
    browser.open(f"{url}#{name}")
    browser.wait("return document.querySelector('.axis')")
    browser.run("document.querySelector('.axis').focus()")
    browser.keys(RIGHT)
    at = browser.run("return Number(document.querySelector('.axis').getAttribute('aria-valuenow'))")
    here = browser.run(NOW)["shown"]
    browser.keys(PAGE_DOWN)
    there = browser.run(NOW)["shown"]
    hold(at > 0 and here == [name] != there, "arrows move the timeline's cursor, Page Down the slide")


def check_window(browser, url):
    """w opens a window with notes; whichever of the two moves, the other follows."""
    browser.open("about:blank")
    browser.open(url + "#s3")
    browser.keys("w")
    first, second = browser.windows()
    shown = "return document.querySelector('.page.now').firstElementChild.id === args[0]"
    browser.window(second)
    browser.wait("return document.body.classList.contains('noted')")
    opened = browser.run(NOW)
    browser.keys(RIGHT)
    browser.window(first)
    browser.wait(shown, "s4")
    browser.keys(END + LEFT)
    browser.window(second)
    browser.wait(shown, browser.run("return 's' + (document.querySelectorAll('.page').length - 1)"))
    browser.close()
    browser.window(first)
    hold(opened["shown"] == ["s3"] and browser.run(NOW)["notes"] == 0,
         f"w opens a window with notes, and both go along {opened}")


def pages_on_paper(browser):
    data = browser.devtools("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]
    return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(data)))


def check_paper(browser, url, count):
    browser.open(url)
    plain = pages_on_paper(browser)
    browser.keys("n")
    noted = pages_on_paper(browser)
    hold(plain == count < noted, f"paper has {count} slides on {plain} pages, {noted} with notes")


def check_barriers(browser, urls, axe, how):
    for url in urls:
        browser.open(url)
        browser.run(STACKED + axe)
        found = browser.asynchronous(BARRIERS)
        hold(not found, f"axe-core finds no barrier in {Path(url).stem}, {how} {found}")


def main(site, axe, pictures=None):
    base = Path(site).resolve().as_uri() + "/"
    axe, every = Path(axe).read_text(), decks(base, site)
    with Browser() as browser:
        for size in SIZES:
            browser.size(*size)
            for folder, url in every.items():
                browser.open(url)
                slides = browser.run(LOOK)
                if size == SIZES[0]:
                    check_content(folder, slides)
                check_fits(folder.name, slides, size)
                if folder.name.startswith("04"):
                    count = len(slides)
                    time = [s["id"] for s in slides if "time" in s["kind"].split()]
        browser.size(*SIZES[0])
        check_keys(browser, base + "lesson4-slides.html", count)
        check_window(browser, base + "lesson4-slides.html")
        check_timeline(browser, base + "lesson4-slides.html", time[0])
        check_paper(browser, base + "lesson4-slides.html", count)
        some = [base + f"lesson{i}-slides.html" for i in (1, 4)]
        check_barriers(browser, every.values() if os.environ.get("ALL") else some, axe, "by day")
        if pictures:
            for i in range(1, count + 1):
                browser.open("about:blank")
                browser.open(base + f"lesson4-slides.html#s{i}")
                browser.picture(f"{pictures}/slide-{i}.png")
        noise = browser.console()
        hold(not noise, f"the console is silent {noise[:3]}")
    with Browser(dark=True) as browser:
        browser.size(*SIZES[0])
        check_barriers(browser, some, axe, "by night")
    return bool(wrong)


sys.exit(main(*sys.argv[1:]))
