#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The site as a reader meets it, in a headless Chromium.

    site.py SITE [PICTURES]

SITE is a built site, PICTURES a folder for screenshots. What must hold: every
page is reached by links from the first, every link, anchor and image leads
somewhere, the console is silent, nothing is wider than a phone, text can be
told from its ground by day and by night, the search finds, and the keyboard
is enough.
"""

import functools
import http.server
import sys
import threading
import time
import urllib.parse
from pathlib import Path

from browser import Browser

PHONE, DESK = (360, 740), (1280, 900)
wrong = []


def one_of_each_kind(base):
    """A page of each kind."""
    names = ("index", "lessons", "lesson3", "exercise1", "plots", "pool_8h", "lib")
    return [f"{base}{name}.html" for name in names]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/favicon.ico":  # browsers ask for it by themselves
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


def serve(site):
    """Serves the site on loopback: pages from files may not look into frames,
    and doxygen's search results are one."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def file_of(url, base, site):
    """The file that a link of the site's own leads to; None for others."""
    if not url.startswith(base):
        return None
    return Path(site, urllib.parse.unquote(url.removeprefix(base).split("#")[0]))


def hold(so, what):
    print(("  ok    " if so else "  WRONG ") + what)
    if not so:
        wrong.append(what)


# What a page shows of itself. Ratio of luminances as in WCAG 2: text needs 4.5,
# large or bold text 3; comments in code may be as pale as large text.
LOOK = """
const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const parse = s => (s.match(/[\\d.]+/g) || []).map(Number);
const ground = e => {
    for (; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor);
        if (c.length === 3 || c[3] > 0.5) return c;
    }
    return [255, 255, 255];
};
const pale = [];
for (const e of document.querySelectorAll('div.contents *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.getClientRects().length) continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const code = e.closest('.fragment');
    if (ratio < (code ? 2.5 : 4)) pale.push(ratio.toFixed(1) + ' ' + e.textContent.slice(0, 30));
}
return {
    title: document.title,
    links: [...document.querySelectorAll('div.contents a[href], #main-nav a[href]')].map(a => a.href),
    ids: [...document.querySelectorAll('[id], a[name]')].map(e => e.id || e.name),
    broken: [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src),
    unnamed: [...document.querySelectorAll('div.contents img')].filter(i => !i.alt).map(i => i.src),
    wide: document.scrollingElement.scrollWidth - innerWidth,
    cut: [...document.querySelectorAll('div.contents .fragment')].filter(
        e => e.scrollWidth > e.clientWidth).map(e => e.textContent.slice(0, 30)),
    pale: pale,
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


def look(browser, urls):
    """What each page shows of itself, at the size the browser has now."""
    for url in urls:
        browser.open(url)
        yield url, browser.run(LOOK)


def check_looks(browser, looks, size, dark, pictures):
    """Pages at one size, by day or by night."""
    browser.size(*size)
    wide, pale, cut = [], [], []
    for url, page in looks:
        name = Path(url).stem
        if page["wide"] > 0:
            wide.append(f"{name} by {page['wide']}")
        pale += [f"{name}: {text}" for text in page["pale"][:1]]
        cut += [f"{name}: {text}" for text in page["cut"]]
        if pictures and url == browser.url() and url in one_of_each_kind(url.rsplit("/", 1)[0] + "/"):
            browser.picture(f"{pictures}/{name}-{size[0]}{'-dark' if dark else ''}.png")
    where = f"at {size[0]} pixels, {'dark' if dark else 'light'}"
    hold(not wide, f"{where}: no page is wider than the screen {wide[:5]}")
    if size == DESK:
        hold(not cut, f"{where}: no line of code is cut off {cut[:5]}")
    hold(not pale, f"{where}: text stands out from its ground {pale[:5]}")


def check_tree(browser, page):
    """The tree at the side: the tabs and their pages, none above another."""
    browser.size(*DESK)
    browser.open(page)
    rows = browser.wait("""
        const rows = [...document.querySelectorAll('#nav-tree .label')].map(
            e => ({text: e.textContent, box: e.getBoundingClientRect()}));
        return document.querySelector('#nav-tree .selected') &&
            rows.map(r => [r.text, r.box.top, r.box.bottom]);""")
    tabs = browser.run("""return [...document.querySelectorAll(
        '#main-menu > li > a')].map(e => e.textContent.trim())""")
    missing = set(tabs[1:]) - {text for text, _, _ in rows}
    above = [a[0] for a, b in zip(rows, rows[1:]) if a[2] > b[1]]
    hold(tabs and not missing and not above,
         f"the tree beside {Path(page).stem} has {len(rows)} rows {missing or above or ''}")
    return len(rows) - len(tabs)


def check_search(browser, start):
    browser.size(*DESK)
    browser.open(start)
    browser.run("document.getElementById('MSearchField').focus()")
    browser.keys("pool_map")
    found = browser.wait("""
        const frame = document.getElementById('MSearchResults');
        const doc = frame && (frame.contentDocument || frame.contentWindow.document);
        const hits = doc ? [...doc.querySelectorAll('.SRResult')].filter(
            e => e.style.display !== 'none' && e.getClientRects().length) : [];
        return hits.length ? hits.map(e => e.textContent).join(' ') : '';""")
    hold("pool_map" in found, "the search finds pool_map")


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


def main(site, pictures=None):
    base = serve(site)
    start = base + "index.html"
    with Browser() as browser:
        browser.size(*PHONE)
        pages = walk(browser, base, site)
        check_looks(browser, pages.items(), PHONE, False, None)
        check_reached(pages)
        check_links(pages, base, site)
        hold(check_tree(browser, start) == 0,
             "beside the start page it has the tabs and nothing else")
        check_tree(browser, base + "exercise1.html")
        check_search(browser, start)
        check_keyboard(browser, start)
        check_looks(browser, look(browser, one_of_each_kind(base)), DESK, False, pictures)
        noise = browser.console()
        hold(not noise, f"the console is silent {noise[:3]}")
    with Browser(dark=True) as browser:
        check_looks(browser, look(browser, pages), PHONE, True, pictures)
        noise = browser.console()
        hold(not noise, f"the console is silent in the dark {noise[:3]}")
    return bool(wrong)


sys.exit(main(*sys.argv[1:]))
