#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The viewer of recorded runs as a reader meets it: one file, from disk, in a
headless Chromium.

    viewer.py TOOL AXE FOLDER PROGRAM…

TOOL is the program that makes pages, AXE axe-core, FOLDER where pages go,
PROGRAM… a program with a pool, and its arguments. What must hold: nothing is
loaded from elsewhere; arrow keys go from event to event, in order, and the
state at each is what the trace says; an address is a moment; two runs stand
below each other on one scale; names that are markup stay words; and axe-core
finds no barrier, by day, by night and on a phone.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from browser import Browser
from site_checks import BARRIERS, DESK, PHONE, TABLET, report

hold, wrong = report("viewer")
EVIL = "</script><script>window.hacked=1</script><img src=x onerror=hacked=1>\"'<!--"
LEFT, RIGHT, HOME, END = "\ue012", "\ue014", "\ue011", "\ue010"


def event(ph, name, tid, ts, **more):
    return {"ph": ph, "name": name, "pid": 7, "tid": tid, "ts": ts, **more}


def run(tid, ts, dur, task, outcome="done", first=0, items=1):
    return event("X", "run", tid, ts, dur=dur, args={
        "task": task, "first": first, "items": items, "worker": tid - 2,
        "pid": 100 + tid, "outcome": outcome})


def mark(tid, ts, name, how, pid):
    return event("i", name, tid, ts, s="t", args={
        "pid": pid, "role": f"pool-worker-{tid - 2}", "how": how})


def known_trace(late=0, name="pool-worker-"):
    """Two workers, four items of three tasks; one worker is killed over c, which
    the other one runs again."""
    return {"traceEvents": [
        {"ph": "M", "name": "process_name", "pid": 7, "args": {"name": "pool"}},
        *[event("M", "thread_name", 2 + i, 0, args={"name": f"{name}{i}"}) for i in (0, 1)],
        event("M", "thread_name", 0, 0, args={"name": "client 7"}),
        mark(2, 1000, "started", "forked by 6", 102),
        mark(3, 2000, "started", "forked by 6", 103),
        event("X", "submit", 0, 3000, dur=10, args={"task": 1, "items": 2}),
        event("X", "submit", 0, 3020, dur=10, args={"task": 2, "items": 1}),
        event("X", "submit", 0, 3040, dur=10, args={"task": 3, "items": 1}),
        run(2, 4000, 1000 + late, 1, items=2),
        run(3, 4500, 3000, 2, "run again"),
        mark(3, 7500, "ended", "killed by signal 9", 103),
        run(2, 8000, 500, 2), run(2, 9000, 500, 3, "failed"),
        mark(2, 10000, "ended", "exited with status 0", 102)]}


# The moments of that trace in milliseconds from its begin, and what is then.
STORY = [
    (0, "born", ["lives", "idle, process 102", "not born yet"]),
    (1, "born", ["lives", "idle, process 102", "idle, process 103"]),
    (2, "submits task 1, 2 items", ["submits task 1", "idle", "idle"]),
    (2.02, "submits task 2", ["submits task 2", "idle", "idle"]),
    (2.04, "submits task 3", ["submits task 3", "idle", "idle"]),
    (3, "begins a (task 1, items 0 to 1)", ["lives", "runs a", "idle"]),
    (3.5, "begins b (task 2)", ["lives", "runs a", "runs b"]),
    (4, "ends a", ["lives", "idle", "runs b"]),
    (6.5, "is killed by signal 9", ["lives", "idle", "killed by signal 9"]),
    (7, "begins b", ["lives", "runs b", "killed"]),
    (7.5, "ends b", ["lives", "idle", "killed"]),
    (8, "begins c", ["lives", "runs c", "killed"]),
    (8.5, "ends c (task 3): failed", ["lives", "idle", "killed"]),
    (9, "exited with status 0", ["lives", "exited with status 0", "killed"]),
]
COUNTS = {2.04: (4, 0, 0, 4), 3.5: (4, 0, 3, 1), 4: (4, 2, 1, 1), 6.5: (4, 2, 0, 2),
          7: (4, 2, 1, 1), 9: (4, 3, 0, 0)}
LOOK = """return {
    at: Number(document.querySelector('.axis').getAttribute('aria-valuenow')),
    said: document.querySelector('.axis').getAttribute('aria-valuetext'),
    what: document.querySelector('.what').textContent,
    link: document.querySelector('.tools a').getAttribute('href'),
    states: [...document.querySelectorAll('.state')].map(e => e.textContent),
    sums: [...document.querySelectorAll('.sum')].map(e => e.textContent),
    names: [...document.querySelectorAll('.name')].map(e => e.textContent),
    cursors: [...document.querySelectorAll('line.cursor')].map(
        e => e.getBoundingClientRect().left),
    ticks: [...document.querySelectorAll('.axis text')].map(e => e.textContent),
    wide: document.scrollingElement.scrollWidth - innerWidth,
    loaded: performance.getEntriesByType('resource').length,
    hacked: window.hacked,
}"""


class Pages:
    """Makes pages with the tool."""

    def __init__(self, tool, folder):
        self.tool, self.folder = Path(tool).resolve(), Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            old.unlink()

    def write(self, name, trace):
        path = self.folder / name
        path.write_text(trace if isinstance(trace, str) else json.dumps(trace, ensure_ascii=False))
        return path

    def make(self, page, *traces):
        done = subprocess.run([self.tool, "-o", page, *traces], cwd=self.folder,
                              capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return (self.folder / page).as_uri()

    def refused(self, *traces):
        done = subprocess.run([self.tool, *traces], cwd=self.folder, capture_output=True, text=True)
        return done.returncode == 2 and done.stderr.count("\n") == 1


def check_story(browser, url):
    """The right arrow goes through all moments, the left one back."""
    browser.open(url)
    browser.run("document.querySelector('.axis').focus()")
    bad, counts, places = [], [], []
    for i, (at, what, states) in enumerate(STORY):
        if i:
            browser.keys(RIGHT)
        page = browser.run(LOOK)
        if abs(page["at"] - at * 1000) > 0.01 or what not in page["what"] \
                or page["what"] != page["said"] or not all(
                    seen.startswith(wanted) for seen, wanted in zip(page["states"], states)):
            bad.append(f"{at}: {page['what']} {page['states']}")
        if at in COUNTS:
            items, done, running, waiting = COUNTS[at]
            if not page["sums"][0].startswith(
                    f"Of {items} items, {done} are done, {running} run, {waiting} wait"):
                counts.append(f"{at}: {page['sums']}")
        places.append(page["cursors"])
    hold(not bad, "arrows go from event to event, with the state at each " + " ".join(bad[:3]))
    hold(not counts, "what waits, runs and is done is counted " + " ".join(counts))
    hold(all(len(set(map(round, row))) == 1 for row in places) and
         [row[0] for row in places] == sorted(row[0] for row in places),
         "all lanes have the cursor at one place, which moves to the right")
    browser.keys(LEFT)
    back = browser.run(LOOK)["at"]
    browser.keys(HOME)
    start = browser.run(LOOK)["at"]
    browser.keys(END)
    hold(abs(back - 8500) < 0.01 and start == 0 and browser.run(LOOK)["at"] == 9000,
         "left, Home and End move the cursor")


def check_address(browser, url):
    browser.open(url)
    browser.run("document.querySelector('.axis').focus()")
    browser.keys(RIGHT * 6)
    before = browser.run(LOOK)
    browser.open("about:blank")
    browser.open(url + before["link"])
    after = browser.run(LOOK)
    hold(before["at"] == 3500 and after["at"] == before["at"]
         and after["states"] == before["states"], "an address is a moment")
    browser.run("location.hash = '#t=0.5'")
    hold(browser.wait("return document.querySelector('.axis')"
                      ".getAttribute('aria-valuenow') === '500.000'"),
         "a link to a moment works in the open page")
    for hash in ("#t=", "#t=abc", "#t=1e99&run=77&below=-4", "#t=-5&run=x"):
        browser.open("about:blank")
        browser.open(url + hash)
        page = browser.run(LOOK)
        if not 0 <= page["at"] <= 9000:
            hold(False, f"an odd address, {hash}: {page['at']}")


def check_zoom(browser, url):
    browser.open(url + "#t=4")
    whole = browser.run(LOOK)
    browser.run("document.querySelector('.axis').focus()")
    browser.keys("++")
    near = browser.run(LOOK)
    browser.keys("0")
    again = browser.run(LOOK)
    hold(near["ticks"] != whole["ticks"] and near["at"] == whole["at"] and
         abs(near["cursors"][0] - whole["cursors"][0]) < 2 and again["ticks"] == whole["ticks"],
         "it zooms round the cursor, and back")
    browser.keys("+++++" + RIGHT * 3)
    page = browser.run(LOOK)
    box = browser.run("return [document.querySelector('.axis').getBoundingClientRect()].map("
                      "b => [b.left, b.right])[0]")
    hold(box[0] - 2 <= page["cursors"][0] <= box[1] + 2, "the window follows the cursor")


def check_two(browser, pages, url):
    """Two runs below each other: one scale, one cursor, two states."""
    two = pages.make("two.html", "known.json", "late.json")
    browser.open(two + "#t=4.2")
    page = browser.run(LOOK)
    hold(len(page["sums"]) == 2 and len(page["states"]) == 6 and page["states"][1].startswith("idle")
         and page["states"][4].startswith("runs a") and len(set(map(round, page["cursors"]))) == 1,
         f"two runs stand below each other, on one scale {page['states']}")
    browser.run("const below = document.querySelectorAll('select')[1]; below.value = -1;"
                "below.dispatchEvent(new Event('change'))")
    hold(len(browser.run(LOOK)["sums"]) == 1, "the second one can be taken away")
    both = pages.make("both.html", "known.html", "late.json")
    browser.open(both)
    hold(len(browser.run(LOOK)["sums"]) == 2, "a page is a trace, too")
    browser.open(url)
    words = (pages.folder / "late.json").read_text()
    browser.run("""const files = new DataTransfer();
        files.items.add(new File([arguments[0]], 'late.json'));
        const input = document.querySelector('input[type=file]');
        input.files = files.files;
        input.dispatchEvent(new Event('change'));""", words)
    hold(browser.wait("return document.querySelectorAll('.sum').length === 2"),
         "a second run can be added in the page")


def check_hostile(browser, pages):
    """What a trace says is words, whatever it says."""
    trace = known_trace(name=EVIL)
    trace["traceEvents"][0]["args"]["name"] = EVIL + "\u2028"
    for one in trace["traceEvents"]:
        if "args" in one and "outcome" in one["args"]:
            one["args"]["outcome"] = EVIL
        if "args" in one and "how" in one["args"]:
            one["args"]["how"] = EVIL
    pages.write(EVIL.replace("/", "_") + ".json", trace)
    url = pages.make("hostile.html", EVIL.replace("/", "_") + ".json")
    browser.open(url)
    browser.run("document.querySelector('.axis').focus()")
    browser.keys(RIGHT * 8)
    page = browser.run(LOOK)
    hold(not page["hacked"] and any(EVIL in name for name in page["names"])
         and not browser.run("return document.querySelectorAll('main img, main script').length"),
         "names that are markup stay words")
    pages.write("odd.json", {"traceEvents": [
        None, 5, "x", [], {}, {"ph": "X"}, {"ph": "X", "ts": "1", "dur": {}, "args": 3},
        {"ph": "X", "ts": 1e308, "dur": 1e308, "pid": {}, "tid": []},
        {"name": "slices", "count": 1e15, "ts": {}, "gap": None, "task": {}},
        {"name": "slices", "count": 3, "gap": ["1", {}], "task": [-1e300], "items": [[]]},
        {"ph": "i", "name": "ended", "args": {"how": {"__proto__": 1}}},
        {"ph": "M", "name": "thread_name", "args": None}]})
    browser.open(pages.make("odd.html", "odd.json"))
    hold(browser.run("return document.querySelector('.axis, .wrong') !== null"),
         "events of odd types harm nothing")
    whole = json.dumps(known_trace(), indent=None).replace("}, {", "},\n{")
    pages.write("cut.json", whole[:whole.index('"how": "killed') + 5])
    browser.open(pages.make("cut.html", "cut.json"))
    hold(browser.run("return document.querySelectorAll('.name').length") == 3,
         "of a trace that was cut short, whole lines are shown")
    for name, words in (("none.json", "[]"), ("broken.json", "{ <b>no</b> json"),
                        ("bytes.json", "{\x00\x01")):
        pages.write(name, words)
        browser.open(pages.make(name + ".html", name))
        if not browser.run("return document.querySelector('.wrong')?.textContent.includes("
                           "'cannot be shown')"):
            hold(False, f"{name}: says that it cannot be shown")
    pages.write("empty.json", "")
    pages.write("text.json", "hello")
    pages.write("other.html", "<!DOCTYPE html><title>Another page</title>")
    hold(pages.refused("other.html") and pages.refused("empty.json") and pages.refused("text.json")
         and pages.refused("missing.json") and pages.refused(), "what is no trace is refused, in a line")


def check_real(browser, pages, program):
    """POOL_TRACE=run.html leaves a trace there, which the tool makes a page."""
    path = pages.folder / "run.html"
    subprocess.run(program, env={**os.environ, "POOL_TRACE": str(path)}, check=True,
                   stdout=subprocess.DEVNULL)
    slices = sum(e["ph"] == "X" and e["name"] == "run"
                 for e in json.loads(path.read_text())["traceEvents"])
    made = subprocess.run([pages.tool, path], capture_output=True, text=True)
    size = path.stat().st_size
    again = subprocess.run([pages.tool, path], capture_output=True, text=True)
    browser.open(path.as_uri())
    browser.run("document.querySelector('.axis').focus()")
    browser.keys(END)
    page = browser.run(LOOK)
    hold(made.returncode == again.returncode == 0 and path.stat().st_size == size,
         "POOL_TRACE=run.html becomes a page, and stays one")
    hold(page["sums"] and page["sums"][0].startswith(
        f"Of {slices} items, {slices} are done, 0 run, 0 wait"),
         f"a program's {slices} items are all done at the end {page['sums']}")
    return path.as_uri()


def check_motion(browser, url):
    """Playing moves; where motion is not wanted, from event to event."""
    for value in ("no-preference", "reduce"):
        browser.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-reduced-motion", "value": value}])
        browser.open(url)
        browser.run("document.querySelector('.axis').focus()")
        browser.keys(" ")
        places = browser.wait("""
            const at = Number(document.querySelector('.axis').getAttribute('aria-valuenow'));
            const seen = window.seen = window.seen || new Set();
            seen.add(at);
            return seen.size > 3 ? [...seen] : ''""")
        browser.keys(" ")
        moments = {round(at * 1000, 3) for at, _, _ in STORY}
        still = {round(at, 3) for at in places} <= moments
        hold(still == (value == "reduce"), f"it plays, motion: {value}")
        stopped = browser.run(LOOK)["at"]
        hold(browser.asynchronous("const done = arguments[0]; requestAnimationFrame(() =>"
                                  "requestAnimationFrame(() => done(document.querySelector("
                                  "'.axis').getAttribute('aria-valuenow'))))") ==
             f"{stopped:.3f}", "and it stops")
    browser.devtools("Emulation.setEmulatedMedia", features=[])


def check_looks(browser, urls, axe, how):
    for url in urls:
        browser.open(url)
        page = browser.run(LOOK)
        if page["wide"] > 0:
            hold(False, f"{Path(url).stem} is wider than the screen, {how}")
        if page["loaded"]:
            hold(False, f"{Path(url).stem} loads something")
        browser.run(axe)
        found = browser.asynchronous(BARRIERS)
        hold(not found, f"axe-core finds no barrier in {Path(url).stem}, {how} {found}")


# The contrast of what is drawn, which axe-core does not look at: bars, lines and
# letters against what is behind them.
CONTRAST = """
const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => {
        v /= 255;
        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
};
const paper = getComputedStyle(document.documentElement).backgroundColor;
const low = [];
for (const e of document.querySelectorAll('.bars rect, .bars line, .axis line')) {
    const style = getComputedStyle(e);
    const colour = e.tagName === 'rect' ? style.fill : style.stroke;
    if (ratio(colour, paper) < 3)
        low.push(e.getAttribute('class') + ' ' + ratio(colour, paper).toFixed(2));
}
for (const e of document.querySelectorAll('.bars text, .axis text')) {
    const bar = e.previousElementSibling;
    const ground = e.classList.contains('letter') ? getComputedStyle(bar).fill : paper;
    if (ratio(getComputedStyle(e).fill, ground) < 4.5)
        low.push('text ' + e.getAttribute('class'));
}
return low;
"""


def check_contrast(browser, url, how):
    browser.open(url)
    low = browser.run(CONTRAST)
    hold(not low, f"what is drawn stands out from its ground, {how} {low[:4]}")


def check_paper(browser, url):
    browser.open(url)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    page = browser.run("""return {
        tools: [...document.querySelectorAll('.tools, .choice, .adder')].filter(
            e => e.getClientRects().length).length,
        bars: document.querySelectorAll('.bars rect').length,
        paper: getComputedStyle(document.documentElement).backgroundColor}""")
    browser.devtools("Emulation.setEmulatedMedia", media="screen")
    hold(page["tools"] == 0 and page["bars"] > 0 and page["paper"] == "rgb(255, 255, 255)",
         f"paper is white and has the picture without its tools {page}")


def main(tool, axe, folder, *program):
    axe = Path(axe).read_text()
    pages = Pages(tool, folder)
    pages.write("known.json", known_trace())
    pages.write("late.json", known_trace(late=800))
    url = pages.make("known.html", "known.json")
    with Browser() as browser:
        browser.size(*DESK)
        check_story(browser, url)
        check_address(browser, url)
        check_zoom(browser, url)
        check_two(browser, pages, url)
        check_hostile(browser, pages)
        real = check_real(browser, pages, program)
        check_motion(browser, url)
        urls = [url, real, (pages.folder / "two.html").as_uri()]
        check_contrast(browser, url, "by day")
        check_looks(browser, urls, axe, "by day")
        for size in (TABLET, PHONE):
            browser.size(*size)
            check_looks(browser, urls, axe, f"at {size[0]} pixels")
        noise = browser.console()
        hold(not noise, f"the console is silent {noise[:3]}")
    with Browser(dark=True) as browser:
        browser.size(*DESK)
        check_contrast(browser, url, "by night")
        check_looks(browser, urls, axe, "by night")
        check_paper(browser, url)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
