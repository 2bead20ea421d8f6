// SPDX-License-Identifier: MIT
// The page's side of the game: buttons and keys, what is shown, undo and hints.
// The rules are in engine.js.
"use strict";

const LOOK_AHEAD = 40000; // states, for a hint
const by = id => document.getElementById(id);
let engine, states, moves, at, ended, hints, answered, prefix, choosing, busy;

function make(tag, text, more = {}) {
    const it = Object.assign(document.createElement(tag), more);
    it.textContent = text;
    return it;
}

function say(text) { by("message").textContent = text; }

const now = () => states[at];

// "The client", "Worker 2": at the beginning of a sentence.
function subject(actor) {
    const name = engine.actors[actor][0];
    return /\d/.test(name) ? name[0].toUpperCase() + name.slice(1) : "The " + name;
}

// ---- Moves ------------------------------------------------------------------

function judge(failed) {
    if (failed === NONE && engine.stuck(now()))
        failed = engine.verdict(now());
    ended = failed === NONE ? "" : engine.fault(now(), failed);
    if (!ended && engine.stuck(now()))
        say("Nobody can move, and all is as it should be. Undo.");
}

function add(proc, size, choice, step) {
    states.length = at + 1;
    moves.length = at;
    const move = {proc, size, choice, victim: step.victim};
    moves.push({word: engine.word(now(), move), failed: step.failed});
    states.push(step.state);
    at++;
    hints = 0;
    judge(step.failed);
}

function move(actor, size, choice = NONE) {
    const proc = engine.procOf(now(), actor);
    const steps = proc === NONE || ended ? [] : engine.moves(now(), proc, size);
    if (ended) {
        say("This run is over: undo, or take another level.");
    } else if (!steps.length) {
        say(`${subject(actor)} cannot move: it ${engine.next(now(), actor).wait}.`);
    } else if (steps.length > 1 && choice === NONE) {
        choosing = {actor, size};
        say(`${subject(actor)} has a choice: a or b?`);
    } else if (steps[Math.max(choice, 0)]) {
        add(proc, size, Math.max(choice, 0), steps[Math.max(choice, 0)]);
    }
}

function victims() {
    if (engine.killer === NONE || ended)
        return [];
    return engine.moves(now(), engine.killer, "");
}

function kill(actor) {
    const all = victims();
    const choice = all.findIndex(step => step.victim === engine.actors[actor][1]);
    if (choice >= 0)
        add(engine.killer, "", choice, all[choice]);
    else
        say(engine.killer === NONE ? "Nobody dies in this level."
            : all.length ? "Only workers die." : "Your one death is used up.");
}

function travel(step) {
    if (at + step < 0 || at + step > moves.length)
        return say(step < 0 ? "This is the beginning." : "Nothing to do again.");
    at += step;
    hints = 0;
    say("");
    judge(at > 0 ? moves[at - 1].failed : NONE);
}

// Plays words such as "1 x2 g3b k2".
function play(words) {
    for (const word of words.split(" ").filter(Boolean)) {
        const [, size, actor, choice] = word.match(/^([xgk]?)(\d)([abc]?)$/);
        if (size === "k")
            kill(actor - 1);
        else
            move(actor - 1, size, choice ? "abc".indexOf(choice) : NONE);
    }
}

function showBreak() {
    if (!engine.run)
        return say("There is none: it cannot be broken.");
    start(engine.index);
    play(engine.run);
    at = 0;
    judge(NONE);
    say(`A shortest break: ${engine.run}. Go through it with redo and undo.`);
}

// ---- Hints ------------------------------------------------------------------

const pause = () => new Promise(done => setTimeout(done));

async function hint() {
    if (busy || ended)
        return;
    busy = true;
    say("looking ahead …");
    const from = at;
    let found = await engine.search(now(), LOOK_AHEAD, pause), back = 0;
    while (found.complete && !found.run && back < from)
        found = await engine.search(states[from - ++back], LOOK_AHEAD, pause);
    busy = false;
    draw();
    if (!found.complete)
        say(`No break within the next ${found.states} states; further ahead I did not look.`);
    else if (!found.run)
        say("No break can be reached, from here or from before.");
    else if (back)
        say(`No longer possible from here: undo ${back}.`);
    else
        tell(found.run);
}

function tell(run) {
    const next = run[0];
    const proc = next.victim === NONE ? next.proc : next.victim;
    if (hints++ === 0)
        say("Still possible. Once more: who moves next on a shortest way.");
    else if (hints === 2)
        say(`${subject(engine.actorOf(now(), proc))} moves next on a shortest way.`);
    else
        say(`Next on a shortest way: ${engine.word(now(), next)} (${run.length} moves to the end).`);
}

function claim() {
    if (engine.run)
        return say("It can: a search has found a way. Go on, or take a hint.");
    ended = "";
    by("end").hidden = false;
    by("end").textContent =
        `You are right: it holds in all ${engine.holds} states.` + answer();
    say("");
}

const answer = () => answered ? ` You said: ${answered}.` : "";

// ---- What is shown ------------------------------------------------------------

function button(text, does, title) {
    const it = make("button", text, {title});
    it.onclick = () => { say(""); does(); draw(); };
    return it;
}

function drawActor(name, actor) {
    const box = make("div", "", {className: "actor"});
    const next = engine.next(now(), actor), several = next.length > 1;
    box.append(make("h3", `${actor + 1} ${name}`));
    if (next.wait)
        box.append(make("p", next.wait));
    (next.wait ? [] : next).forEach((one, choice) => {
        const way = make("div", "", {className: "way"});
        const letter = several ? "ab"[choice] : "", named = `${actor + 1}${letter}`;
        for (const [size, text] of [["", "move"], ["x", "step"], ["g", "go on"]])
            way.append(button(`${text} ${size}${named}`, () => move(actor, size, choice),
                `${name}: ${text}, key ${size}${named}`));
        box.append(make("p", one.where), make("p", ""), way);
        way.previousSibling.append(make("code", one.line));
    });
    if (victims().some(step => step.victim === engine.actors[actor][1]))
        box.append(button(`kill k${actor + 1}`, () => kill(actor), `kill the ${name}`));
    return box;
}

function cell(v, k) {
    const text = engine.text(now(), v, k);
    const changed = at > 0 && states[at - 1][v.at + k] !== now()[v.at + k];
    return make("td", text + (changed ? "*" : ""), {className: changed ? "changed" : ""});
}

function table(heads, vars) {
    const it = make("table", "");
    if (heads.length) {
        const row = make("tr", "");
        row.append(make("td", ""), ...heads.map(head => make("th", head, {scope: "col"})));
        it.append(row);
    }
    for (const v of vars) {
        const row = make("tr", "");
        row.append(make("th", v.name, {scope: "row"}));
        for (let k = 0; k < v.count; k++)
            row.append(cell(v, k));
        it.append(row);
    }
    return it;
}

function drawMemory() {
    const shown = engine.vars.filter(v => v.type === NONE && !v.hidden);
    const chunks = shown.filter(v => v.chunk), workers = shown.filter(v => v.array && !v.chunk);
    const rest = shown.filter(v => !v.array && !v.chunk);
    const slots = engine.actors.filter(a => a[1] !== NONE && engine.procs[a[1]][2] !== NONE);
    by("memory").replaceChildren(
        ...(chunks.length ? [table([...Array(chunks[0].count).keys()].map(k => `chunk ${k}`), chunks)] : []),
        ...(workers.length ? [table(slots.map(a => a[0]), workers)] : []),
        table([], rest));
}

function drawEnd() {
    const box = by("end");
    box.hidden = !ended;
    if (!ended)
        return;
    box.replaceChildren(make("p", `Broken in ${at} moves (par ${engine.par}): ${ended}.`
        + answer()), make("p", engine.history));
    if (engine.repairs.length)
        box.append(make("p", "Which line mends it?"));
    engine.repairs.forEach(([line, result], i) => {
        const way = make("p", "");
        way.append(button("abc"[i], () => say(`${"abc"[i]} ${result}`), line), " ", make("code", line));
        box.append(way);
    });
}

function draw() {
    const focus = document.activeElement?.title;
    by("ask").hidden = Boolean(answered) || at > 0;
    by("count").textContent = `Moves ${at}` + (engine.run ? `, par ${engine.par}` : "");
    by("actors").replaceChildren(...engine.actors.map(([name], i) => drawActor(name, i)));
    drawMemory();
    drawEnd();
    by("moves").replaceChildren(...moves.slice(0, at).map(m => make("li", m.word)));
    const again = focus && [...document.querySelectorAll("button")].find(b => b.title === focus);
    if (again && document.activeElement !== again)
        again.focus();
}

// ---- Beginning, and keys --------------------------------------------------------

function start(index) {
    const level = LEVELS[index];
    engine = new Engine(level);
    engine.index = index;
    states = [Uint8Array.from(level.start)];
    moves = [];
    at = hints = 0;
    ended = prefix = "";
    choosing = null;
    busy = false;
    by("level").value = index;
    by("story").textContent = level.story.replace(/\n/g, " ");
    by("goal").textContent = level.goal;
    say("");
    draw();
}

function key(event) {
    const k = event.key;
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT")
        return;
    const simple = {u: () => travel(-1), ArrowLeft: () => travel(-1), r: () => travel(1),
        ArrowRight: () => travel(1), h: hint, n: claim, s: showBreak};
    if (choosing && "ab".includes(k)) {
        const {actor, size} = choosing;
        choosing = null;
        move(actor, size, "ab".indexOf(k));
    } else if (ended && "abc".includes(k) && engine.repairs["abc".indexOf(k)]) {
        return say(`${k} ${engine.repairs["abc".indexOf(k)][1]}`);
    } else if ("xgk".includes(k)) {
        prefix = k;
        return;
    } else if (k >= "1" && k <= String(engine.actors.length)) {
        say("");
        choosing = null;
        const size = prefix;
        prefix = "";
        if (size === "k")
            kill(k - 1);
        else
            move(k - 1, size);
    } else if (simple[k]) {
        event.preventDefault();
        simple[k]();
        if (k === "h" || k === "n")
            return;
    } else {
        return;
    }
    draw();
}

LEVELS.forEach((level, i) => by("level").append(make("option", level.title, {value: i})));
by("level").onchange = () => { answered = ""; start(Number(by("level").value)); };
by("undo").onclick = () => { travel(-1); draw(); };
by("redo").onclick = () => { travel(1); draw(); };
by("hint").onclick = hint;
by("claim").onclick = claim;
by("show").onclick = () => { showBreak(); draw(); };
document.querySelectorAll("[data-answer]").forEach(it => {
    it.onclick = () => { answered = it.dataset.answer; draw(); };
});
document.addEventListener("keydown", key);
answered = "";
start(Math.min(Math.max(Number(location.hash.slice(1)) || 1, 1), LEVELS.length) - 1);
