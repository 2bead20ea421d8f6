# SPDX-License-Identifier: MIT
"""The game's page in a browser: with keys, by clicks, as wide as a phone.

    page.py PAGE PROGRAM      PAGE: scheduler.html, beside it levels.js
"""
import subprocess
import sys
from pathlib import Path

from browser import Browser

LEVELS = sorted(Path("lessons/scheduler/levels").glob("*.level"))
PHONE, DESK = (390, 800), (1280, 900)
wrong = []


def hold(so, what):
    print(("[       OK ] page: " if so else "[  FAILED  ] page: ") + what)
    if not so:
        wrong.append(what)


def value(level, key):
    for line in level.read_text().split("\n"):
        if line.startswith(key + ":"):
            return line.partition(":")[2].strip()
    return ""


def end(browser):
    return browser.run("return document.getElementById('end').innerText")


def check_level(browser, url, number, level):
    """The stored run wins by keys; forwards and backwards by arrows."""
    run = value(level, "run")
    browser.run("""document.getElementById('level').value = arguments[0];
        document.getElementById('level').onchange()""", number)
    wide = "return document.scrollingElement.scrollWidth - innerWidth"
    if not run:
        browser.keys("n")
        hold(f"it holds in all {value(level, 'holds')} states" in end(browser),
             f"level {number + 1} is won by n")
        return
    browser.keys(run.replace(" ", ""))
    moves = len(run.split())
    hold(f"Broken in {moves} moves (par {moves})" in end(browser)
         and browser.run(wide) <= 0,
         f"level {number + 1} is won by its run, and fits a phone: {run}")
    browser.keys("s")
    browser.keys("\ue014" * moves)
    there = "Broken in" in end(browser)
    browser.keys("\ue012" * moves)
    count = browser.run("return document.getElementById('count').textContent")
    hold(there and count.startswith("Moves 0"),
         f"level {number + 1}: a shortest break, forwards and backwards")


def check_clicks(browser, url):
    browser.open(url)
    browser.run("document.querySelector('[data-answer]').click()")
    for title in ("move, key 2", "move, key 3", "go on, key g1", "move, key 2b", "move, key 3b"):
        browser.run("""[...document.querySelectorAll('#actors button')].find(
            b => b.title.endsWith(arguments[0])).click()""", title)
    hold("You said: yes, sure" in end(browser), "level 1 is won by clicks")
    browser.run("document.getElementById('undo').click()")
    hold(browser.run("return document.getElementById('end').hidden"), "and undone")
    small = browser.run("""return [...document.querySelectorAll('button')].filter(
        b => b.getClientRects().length && b.getBoundingClientRect().height < 24).length""")
    hold(small == 0, "every button is large enough for a finger")


def check_hint(browser, url):
    browser.open(url)
    browser.keys("h")
    said = "return document.getElementById('message').textContent"
    hold(browser.wait(said + ".startsWith('Still possible')"), "a hint: still possible")
    browser.keys("g1g2g3ah")
    hold(browser.wait(said + ".startsWith('No longer possible')"), "a hint: no longer")


def check_agreement(browser, program):
    """The page's engine and the program look at the same states."""
    for number in (0, 1, 7, 8):
        browser.run("""window.found = null; const e = new Engine(LEVELS[arguments[0]]);
            e.search(Uint8Array.from(e.start), 100000, pause).then(f => window.found =
                [f.run ? f.run.length : 0, f.states].join(' '))""", number)
        ours = browser.wait("return window.found")
        theirs = subprocess.run([program, "--prove", LEVELS[number]], text=True,
                                capture_output=True, check=True).stdout.split()
        hold(ours == " ".join(theirs[1:3]), f"level {number + 1}: length and states {ours}, "
             "as the program has them")


def main(page, program):
    url = Path(page).resolve().as_uri()
    levels = Path(page).with_name("levels.js").stat().st_size
    hold(levels < 2 << 20, f"all levels together have {levels} bytes, less than 2 MB")
    with Browser() as browser:
        browser.size(*PHONE)
        browser.open(url)
        for number, level in enumerate(LEVELS):
            check_level(browser, url, number, level)
        check_clicks(browser, url)
        browser.size(*DESK)
        check_hint(browser, url)
        check_agreement(browser, program)
        noise = browser.console()
        hold(not noise, f"the console is silent {noise[:2]}")
    return bool(wrong)


sys.exit(main(*sys.argv[1:]))
