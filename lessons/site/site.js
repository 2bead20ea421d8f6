// SPDX-License-Identifier: MIT
// Search from disk, light or dark, copying of code. Every page is complete
// without it. Runs in: the reader's browser.
"use strict";

const byId = id => document.getElementById(id);

// ---- Light or dark ---------------------------------------------------------

// As the system has it, until the reader chooses.
function setColours(dark) {
    const root = document.documentElement.classList;
    root.toggle("dark-mode", dark);
    root.toggle("light-mode", !dark);
    byId("dark").setAttribute("aria-pressed", dark);
}

// A page from disk may have no storage; then the choice lasts for this page.
function stored(value) {
    try {
        if (value !== undefined)
            localStorage.setItem("dark", value);
        return localStorage.getItem("dark");
    } catch (error) {
        return null;
    }
}

const system = matchMedia("(prefers-color-scheme: dark)");
const colours = () =>
    setColours(stored() === null ? system.matches : stored() === "true");
colours();
system.addEventListener("change", colours);
byId("dark").addEventListener("click", () => {
    const dark = byId("dark").getAttribute("aria-pressed") !== "true";
    stored(dark);
    setColours(dark);
});

// ---- Search ----------------------------------------------------------------

let index; // of lunr, made when the reader first looks for something

// "Amdahl's" is one word, and each character of a Chinese text.
const WORD = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}_]['’]?)+/gu;

function load(file) {
    return new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = file;
        script.onload = done;
        script.onerror = failed;
        document.head.append(script);
    });
}

async function begin() {
    if (index)
        return;
    index = Promise.all([load("lunr.js"), load("search.js")]).then(
        () => lunr(function () {
            this.tokenizer = (text, fields) => [...text.matchAll(WORD)].map(
                ({0: word, index: at}, i) => new lunr.Token(word.toLowerCase(), {
                    ...fields, position: [at, word.length], index: i}));
            this.pipeline.remove(lunr.trimmer); // it takes 死锁 for blanks
            this.ref("id");
            this.field("t", {boost: 8});
            this.field("h", {boost: 5});
            this.field("w");
            this.metadataWhitelist = ["position"];
            poolschoolTexts.forEach((part, id) => this.add({...part, id}));
        }));
}

const wordsOf = text => text.toLowerCase().match(WORD);

// Words such as "to" are in no index: they cannot be asked for beside others.
function wanted(words) {
    const some = words.filter(word => lunr.stopWordFilter(word));
    return some.length ? some : words;
}

// All words must be there; the last one may not be typed to its end.
function query(words) {
    return q => words.forEach((word, i) => {
        const must = {presence: lunr.Query.presence.REQUIRED, boost: 10};
        if (i + 1 < words.length)
            return q.term(word, must);
        q.term(word, {boost: 10, usePipeline: true});
        q.term(word, {wildcard: lunr.Query.wildcard.TRAILING, usePipeline: false});
    });
}

// Some words around the first place where all that was typed stands, else some of it.
function excerpt(part, hit, typed) {
    const places = Object.values(hit.matchData.metadata)
                       .flatMap(fields => fields.w ? fields.w.position : [])
                       .sort((a, b) => a[0] - b[0]);
    const text = document.createElement("span");
    if (!places.length) {
        text.append(part.w.slice(0, 120));
        return text;
    }
    const whole = part.w.toLowerCase().indexOf(typed);
    const [at, length] = whole < 0 ? places[0] : [whole, typed.length];
    const mark = document.createElement("mark");
    mark.textContent = part.w.substr(at, length);
    // Whole words before and behind it.
    const before = part.w.slice(0, at), behind = part.w.slice(at + length);
    text.append(at > 50 ? before.slice(-50).replace(/^\S*\s/, "… ") : before, mark,
                behind.length > 80 ? behind.slice(0, 80).replace(/\s\S*$/, " …") : behind);
    return text;
}

function result(hit, typed) {
    const part = poolschoolTexts[hit.ref];
    const link = document.createElement("a");
    link.href = part.u;
    const name = document.createElement("strong");
    name.textContent = part.h ? `${part.t}: ${part.h}` : part.t;
    link.append(name, excerpt(part, hit, typed));
    const row = document.createElement("li");
    row.append(link);
    return row;
}

async function find() {
    const words = wordsOf(byId("search").value);
    const found = byId("found");
    found.hidden = !words;
    if (!words)
        return;
    await begin();
    const hits = (await index).query(query(wanted(words))).slice(0, 12);
    const list = document.createElement("ol");
    const typed = byId("search").value.trim().toLowerCase();
    list.append(...hits.map(hit => result(hit, typed)));
    const count = document.createElement("p");
    count.textContent = hits.length ? "" : "Nothing has these words.";
    found.replaceChildren(count, list);
}

// Arrow keys go through the results, Escape leaves them.
function move(event) {
    const stops = [byId("search"), ...byId("found").querySelectorAll("a")];
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Escape" && at >= 0) {
        byId("found").hidden = true;
        byId("search").focus();
    } else if (step && at >= 0 && !byId("found").hidden) {
        event.preventDefault();
        stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
    }
}

byId("search").addEventListener("focus", begin);
byId("search").addEventListener("input", find);
byId("search").form.addEventListener("submit", event => {
    event.preventDefault();
    find().then(() => byId("found").querySelector("a")?.click());
});
document.addEventListener("keydown", move);
document.addEventListener("click", event => {
    if (!event.target.closest("header"))
        byId("found").hidden = true;
});

// ---- Code, paper, phone ----------------------------------------------------

// A code block is copied without the numbers of its lines.
for (const block of document.querySelectorAll("main .fragment")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
        const copy = block.cloneNode(true);
        copy.querySelectorAll(".lineno").forEach(number => number.remove());
        const lines = [...copy.querySelectorAll(".line")];
        await navigator.clipboard.writeText(
            lines.map(line => line.textContent + "\n").join(""));
        button.textContent = "Copied";
        setTimeout(() => button.textContent = "Copy", 2000);
    });
    block.before(button);
}

// On a narrow screen the tree and the list of headings begin folded.
if (innerWidth < 1000)
    document.querySelectorAll(".tree details, .toc details")
        .forEach(part => part.open = false);

// On paper everything is open.
addEventListener("beforeprint", () =>
    document.querySelectorAll("main details").forEach(part => part.open = true));
