// SPDX-License-Identifier: MIT
// Shows one slide at a time. Arrows, Page Up and Down, Space, Home and End go
// through them, n shows the notes, w opens a window with notes that goes along.
// #s3 in the address is a slide. Runs in: the reader's browser.
"use strict";

const pages = [...document.querySelectorAll(".page")];
const body = document.body;
let now = 0, other = window.opener; // the window that goes along

function show(i, told) {
    pages[now].classList.remove("now");
    now = Math.min(Math.max(i, 0), pages.length - 1);
    pages[now].classList.add("now");
    const name = "#" + pages[now].firstElementChild.id;
    const moment = location.hash.startsWith("#t=") && pages[now].querySelector(".viewer");
    if (location.hash !== name && !moment)
        history.replaceState(null, "", name);
    document.getElementById("back").disabled = now === 0;
    document.getElementById("next").disabled = now === pages.length - 1;
    if (other && !told)
        other.postMessage({slide: now}, "*");
}

function notes(on) {
    body.classList.toggle("noted", on);
    document.getElementById("notes").setAttribute("aria-pressed",
                                                  body.classList.contains("noted"));
}

// The slide that the address names; #t=… is a moment of the timeline.
function follow() {
    const at = pages.findIndex(page => "#" + page.firstElementChild.id === location.hash);
    const time = pages.findIndex(page => page.querySelector(".viewer"));
    show(at >= 0 ? at : location.hash.startsWith("#t=") && time >= 0 ? time : now);
}

function along() {
    other = window.open(location.href, "", "width=900,height=700");
}

// Pages from disk may not look into each other: they only send words.
addEventListener("message", event => {
    if (event.source !== other || !other)
        return; // only the window that we opened, or that opened us
    if (event.data.ready)
        other.postMessage({notes: true, slide: now}, "*");
    if (event.data.notes)
        notes(true);
    if (Number.isInteger(event.data.slide))
        show(event.data.slide, true);
});

const KEYS = {
    ArrowRight: () => show(now + 1), ArrowDown: () => show(now + 1),
    PageDown: () => show(now + 1), " ": () => show(now + 1),
    ArrowLeft: () => show(now - 1), ArrowUp: () => show(now - 1),
    PageUp: () => show(now - 1), Backspace: () => show(now - 1),
    Home: () => show(0), End: () => show(pages.length - 1),
    n: () => notes(), w: along,
};
document.addEventListener("keydown", event => {
    const at = event.target;
    const page = event.key.startsWith("Page");
    // The timeline has keys of its own, notes scroll, a button is pressed.
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey ||
        !page && at.closest(".viewer, select, input, .notes") ||
        event.key === " " && at.closest("button, a") || !KEYS[event.key])
        return;
    event.preventDefault();
    KEYS[event.key]();
});
// Before the timeline takes these keys for its cursor.
document.addEventListener("keydown", event => {
    if (event.key.startsWith("Page") && event.target.closest(".viewer")) {
        event.stopPropagation();
        event.preventDefault();
        KEYS[event.key]();
    }
}, true);
document.getElementById("back").addEventListener("click", () => show(now - 1));
document.getElementById("next").addEventListener("click", () => show(now + 1));
document.getElementById("notes").addEventListener("click", () => notes());
document.getElementById("window").addEventListener("click", along);
addEventListener("hashchange", follow);
body.classList.add("one");
follow();
if (other)
    other.postMessage({ready: true}, "*");
