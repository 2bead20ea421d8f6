// SPDX-License-Identifier: MIT
// Shows who ran what when: lanes of workers, a time cursor, the state at it.
//
// Interface: a page has an element of class "viewer". Traces, Chrome trace JSON
// as the library and the guide write it, are in script elements of class "trace";
// or data-trace names a script that hands one to window.viewerTrace(), which is
// loaded when the reader comes near. Nothing else is loaded. A trace's words get
// into the page as text, never as markup.
//
// A run is a process of the trace, a lane one of its threads. Times are
// microseconds from the run's own beginning. #t=1.25&run=1&below=2 in the
// address is a moment (in milliseconds) and which runs are shown.
//
// Runs in: the reader's browser, from disk too.
"use strict";

(() => {

// The guide's letters: no X, which is a death.
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWYZ";
const COLOURS = 6, LANE = 22, NARROW = 2;
const NEAR = 0.0005; // half a nanosecond: the same moment

// ---- Reading a trace -------------------------------------------------------

const numberOf = value => Number.isFinite(value) ? value : 0;
const textOf = value => typeof value === "string" ? value.slice(0, 200)
    : Number.isFinite(value) ? String(value) : "";

function found(map, key, make) {
    if (!map.has(key))
        map.set(key, make());
    return map.get(key);
}

function readSlice(lane, event, args) {
    const begin = numberOf(event.ts);
    const task = numberOf(args.task), first = numberOf(args.first);
    lane.slices.push({
        begin, end: begin + Math.max(numberOf(event.dur), 0), task, first,
        key: `${numberOf(args.pool)}.${task}`, items: numberOf(args.items),
        pid: textOf(args.pid), outcome: textOf(args.outcome),
        kind: event.name === "submit" ? "submit"
            : event.cat === "process" ? "process" : "run",
        letter: textOf(args.letter).slice(0, 2) ||
            LETTERS[Math.max(task - 1 + first, 0) % LETTERS.length]});
}

function readMark(lane, event, args) {
    const how = textOf(args.how);
    const birth = ["started", "born"].includes(event.name);
    // A pool's process, which has a role, ends in peace or not; another may exit
    // with any status.
    if (birth || ["ended", "killed"].includes(event.name))
        lane.marks.push({
            at: numberOf(event.ts), birth, how, pid: textOf(args.pid),
            killed: !birth && (event.name === "killed" || how.startsWith("killed") ||
                "role" in args && how !== "exited with status 0")});
}

// The runs of a trace; `name` is for those that have none of their own.
function readTrace(json, name) {
    const events = Array.isArray(json) ? json : json && json.traceEvents;
    if (!Array.isArray(events))
        throw new Error("it has no traceEvents");
    const runs = new Map();
    for (const event of events) {
        if (!event || typeof event !== "object")
            continue;
        const args = Object(event.args);
        const run = found(runs, event.pid, () => ({name: "", lanes: new Map()}));
        if (event.name === "process_name") {
            run.name = textOf(args.name);
            continue;
        }
        if (event.name === "dropped") {
            run.dropped = numberOf(args.events);
            continue;
        }
        const lane = found(run.lanes, event.tid, () => (
            {name: "", order: numberOf(event.tid), slices: [], marks: []}));
        if (event.name === "thread_name")
            lane.name = textOf(args.name);
        else if (event.ph === "X")
            readSlice(lane, event, args);
        else if (event.ph === "i" || event.ph === "I")
            readMark(lane, event, args);
    }
    return [...runs.values()].map(run => finished(run, name)).filter(run => run);
}

// Lanes in order, times from the run's beginning, all moments.
function finished(run, name) {
    const lanes = [...run.lanes.values()]
        .filter(lane => lane.slices.length || lane.marks.length)
        .sort((a, b) => a.order - b.order);
    if (!lanes.length)
        return null;
    let begin = Infinity, end = -Infinity;
    for (const lane of lanes) {
        for (const slice of lane.slices) {
            begin = Math.min(begin, slice.begin);
            end = Math.max(end, slice.end);
        }
        for (const mark of lane.marks) {
            begin = Math.min(begin, mark.at);
            end = Math.max(end, mark.at);
        }
    }
    const tasks = new Map(), moments = [];
    for (const lane of lanes) {
        lane.name = lane.name || `lane ${lane.order}`;
        for (const slice of lane.slices) {
            slice.begin -= begin;
            slice.end -= begin;
            count(tasks, slice);
            if (slice.kind !== "process") // its birth and death are told
                moments.push({at: slice.begin, lane, slice});
            if (slice.kind === "run")
                moments.push({at: slice.end, lane, slice, ends: true});
        }
        for (const mark of lane.marks) {
            mark.at -= begin;
            moments.push({at: mark.at, lane, mark});
        }
        lane.slices.sort((a, b) => a.begin - b.begin);
        lane.marks.sort((a, b) => a.at - b.at || b.birth - a.birth);
        lane.works = /worker/.test(lane.name) ||
            lane.slices.some(slice => slice.kind === "run");
    }
    moments.sort((a, b) => a.at - b.at);
    const own = run.name && run.name !== "pool" ? run.name : name;
    return {name: own || "a run", lanes, tasks: [...tasks.values()], moments,
            dropped: run.dropped, span: Math.max(end - begin, 0.001)};
}

// "is killed by signal 9", "exited with status 3".
const endOf = mark => !mark.how ? (mark.killed ? "is killed" : "ends")
    : mark.how.startsWith("killed") ? `is ${mark.how}` : mark.how;

// What happens at a moment: "worker 0 begins c (task 3)".
function happens({lane, mark, slice, ends}) {
    return `${lane.name} ` + (mark ? (mark.birth ? "is born" : endOf(mark))
        : slice.kind === "submit" ? `submits task ${slice.task}` +
            (slice.items > 1 ? `, ${slice.items} items` : "")
        : ends ? `ends ${itemsOf(slice)}` +
            (slice.outcome && slice.outcome !== "done" ? `: ${slice.outcome}` : "")
        : `begins ${itemsOf(slice)}`);
}

// What is to do, and who did it.
function count(tasks, slice) {
    if (slice.kind === "process")
        return;
    const task = found(tasks, slice.key, () => (
        {number: slice.task, items: 0, from: Infinity, runs: []}));
    if (slice.kind === "submit") {
        task.items += slice.items;
        task.from = Math.min(task.from, slice.begin);
    } else {
        task.runs.push(slice);
    }
}

// "c (task 3)" or "c (task 3, items 40 to 59)".
function itemsOf(slice) {
    const last = slice.first + slice.items - 1;
    const items = slice.items > 1 ? `, items ${slice.first} to ${last}`
        : slice.first ? `, item ${slice.first}` : "";
    return `${slice.letter} (task ${slice.task}${items})`;
}

// ---- The state at a moment -------------------------------------------------

// How many elements have a time that is not after `at`.
function countAt(list, time, at) {
    let low = 0, high = list.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (time(list[middle]) <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The last one of them.
const lastAt = (list, time, at) => list[countAt(list, time, at) - 1];

// {kind, words} of a lane.
function stateAt(lane, at) {
    const mark = lastAt(lane.marks, m => m.at, at);
    const slice = lastAt(lane.slices, s => s.begin, at);
    if (mark && !mark.birth)
        return {kind: mark.killed ? "killed" : "gone",
                words: endOf(mark).replace(/^is /, "")};
    if (!mark && lane.marks.some(m => m.birth))
        return {kind: "unborn", words: "not born yet"};
    const pid = mark && mark.pid ? `, process ${mark.pid}` : "";
    if (slice && slice.kind !== "process" && slice.end > at)
        return {kind: "busy", words: (slice.kind === "submit"
            ? `submits task ${slice.task}` : `runs ${itemsOf(slice)}`) + pid};
    return {kind: "idle", words: (lane.works ? "idle" : "lives") + pid};
}

// How many items wait, run, are done or went wrong; the first tasks that wait.
function itemsAt(run, at) {
    const sum = {waiting: 0, running: 0, done: 0, wrong: 0, all: 0, tasks: []};
    for (const task of run.tasks) {
        sum.all += task.items;
        let begun = 0;
        for (const slice of task.runs) {
            if (slice.begin > at)
                continue;
            const again = slice.outcome === "run again";
            if (slice.end > at) {
                sum.running += slice.items;
            } else if (again) {
                continue; // its item waits again
            } else if (slice.outcome && slice.outcome !== "done") {
                // The items before the one that went wrong are done.
                sum.wrong += 1;
                sum.done += slice.items - 1;
            } else {
                sum.done += slice.items;
            }
            begun += slice.items;
        }
        const waiting = task.from <= at ? Math.max(task.items - begun, 0) : 0;
        sum.waiting += waiting;
        if (waiting && sum.tasks.length < 4)
            sum.tasks.push(task.number);
        else if (waiting && sum.tasks.length === 4)
            sum.tasks.push("…");
    }
    return sum;
}

function summary(run, at) {
    if (!run.tasks.length) {
        const kinds = run.lanes.map(lane => stateAt(lane, at).kind);
        const count = kind => kinds.filter(k => k === kind).length;
        return `${count("idle") + count("busy")} live, ${count("unborn")} are not ` +
            `born yet, ${count("gone")} ended, ${count("killed")} were killed.`;
    }
    const items = itemsAt(run, at);
    const what = `${items.done} are done, ${items.running} run`;
    if (!items.all) // nobody recorded how many there are
        return `Of the items, ${what}.`;
    return `Of ${items.all} items, ${what}, ${items.waiting} wait` +
        (items.tasks.length ? ` (of task ${items.tasks.join(", ")})` : "") +
        (items.wrong ? `, ${items.wrong} went wrong.` : ".");
}

// 1234.5 µs is "1.2345 ms".
function timeText(us, step) {
    const [unit, name] = us >= 1e6 || step >= 1e6 ? [1e6, "s"]
        : us >= 1000 || step >= 1000 ? [1000, "ms"] : [1, "µs"];
    const digits = step ? Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9)) : 3;
    return `${(us / unit).toFixed(Math.min(digits, 6))} ${name}`;
}

// ---- The page --------------------------------------------------------------

function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
        element.setAttribute(key, value);
    element.append(...children);
    return element;
}

function draw(name, attributes, words) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes))
        element.setAttribute(key, value);
    if (words !== undefined)
        element.textContent = words;
    return element;
}

function button(words, title, action) {
    const element = make("button", {type: "button", title}, words);
    element.addEventListener("click", action);
    return element;
}

let viewers = 0; // in this page

class Viewer {
    constructor(place, runs) {
        this.place = place;
        this.number = ++viewers;
        this.runs = runs;
        this.at = this.from = 0;
        this.playing = 0;
        this.build();
        this.choose(0, runs.findIndex(run => run.file !== runs[0].file));
        addEventListener("hashchange", () => this.followAddress());
        new ResizeObserver(() => this.paint()).observe(this.axis);
        this.followAddress();
    }

    // ---- Its parts

    build() {
        const id = `viewer-${this.number}`;
        this.axis = make("div", {
            class: "axis", role: "slider", tabindex: "0", "aria-label": "Time",
            "aria-valuemin": "0", id: `${id}-time`});
        this.above = make("select", {id: `${id}-run`});
        this.below = make("select", {id: `${id}-below`});
        this.what = make("p", {class: "what"});
        this.shown = make("div", {class: "runs"});
        this.link = make("a", {href: "#t=0"}, "Link to this moment");
        this.play = button("Play", "Play or stop (space)", () => this.toggle());
        const choose = () => this.choose(Number(this.above.value),
                                         Number(this.below.value));
        this.above.addEventListener("change", choose);
        this.below.addEventListener("change", choose);
        this.choice = make("p", {class: "choice"},
            make("label", {}, "Run ", this.above), " ",
            make("label", {}, "Below it ", this.below));
        this.place.append(
            this.choice,
            make("p", {class: "tools"},
                button("◀ Back", "Event before (left arrow)", () => this.step(-1)),
                button("Next ▶", "Event after (right arrow)", () => this.step(1)),
                this.play,
                button("Zoom in", "Zoom in (+)", () => this.zoom(0.5)),
                button("Zoom out", "Zoom out (-)", () => this.zoom(2)),
                button("All", "Show all (0)", () => this.zoom(Infinity)),
                this.link),
            this.what,
            make("div", {class: "stage"}, this.axis, this.shown),
            make("p", {class: "legend"},
                make("span", {class: "sample one"}, "a"), " a task ",
                make("span", {class: "sample many"}, "#"), " several ",
                make("span", {class: "sample life"}), " alive, idle ",
                make("span", {class: "sample birth"}, "^"), " a birth ",
                make("span", {class: "sample death"}, "|"), " an end ",
                make("span", {class: "sample kill"}, "X"), " killed. ",
                make("span", {class: "keys"}, "Keys: arrows go from event to event, " +
                    "with Shift a little; Home, End, + - 0 zoom, space plays.")));
        this.listen();
        this.list();
    }

    // The runs that can be chosen.
    list() {
        const options = () => this.runs.map((run, i) =>
            make("option", {value: i}, run.name.slice(0, 80)));
        this.above.replaceChildren(...options());
        this.below.replaceChildren(make("option", {value: -1}, "none"), ...options());
        this.choice.hidden = this.runs.length < 2;
    }

    listen() {
        this.place.addEventListener("keydown", event => this.key(event));
        const stage = this.axis.parentElement;
        const drag = event => {
            const box = this.axis.getBoundingClientRect();
            const part = (event.clientX - box.left) / box.width;
            this.go(this.from + Math.min(Math.max(part, 0), 1) * (this.to - this.from));
        };
        const inside = event => event.target.closest(".axis, .bars");
        stage.addEventListener("pointerdown", event => {
            if (event.button || !inside(event))
                return;
            this.stop();
            this.dragging = true;
            drag(event);
        });
        addEventListener("pointermove", event => this.dragging && drag(event));
        addEventListener("pointerup", () => this.dragging = false);
        addEventListener("pointercancel", () => this.dragging = false);
        stage.addEventListener("wheel", event => {
            if (!event.ctrlKey || !inside(event))
                return;
            event.preventDefault();
            this.zoom(event.deltaY < 0 ? 0.8 : 1.25);
        }, {passive: false});
    }

    key(event) {
        if (event.target.closest("select, input") || event.ctrlKey ||
            event.altKey || event.metaKey)
            return;
        if (event.key === " " && event.target.closest("button, a"))
            return;
        const little = (this.to - this.from) / 100;
        const step = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
        const vertical = /Up|Down/.test(event.key);
        if (vertical && event.target !== this.axis)
            return; // they scroll
        const act = step ? () => event.shiftKey ? this.go(this.at + step * little)
                                                : this.step(step)
            : {Home: () => this.go(0), End: () => this.go(this.span),
               PageUp: () => this.go(this.at + 10 * little),
               PageDown: () => this.go(this.at - 10 * little),
               "+": () => this.zoom(0.5), "=": () => this.zoom(0.5),
               "-": () => this.zoom(2), 0: () => this.zoom(Infinity),
               " ": () => this.toggle()}[event.key];
        if (!act)
            return;
        event.preventDefault();
        if (event.key !== " ")
            this.stop();
        act();
    }

    // ---- What is shown

    choose(above, below) {
        const valid = i => Number.isInteger(i) && this.runs[i];
        this.above.value = valid(above) ? above : 0;
        this.below.value = valid(below) ? below : -1;
        this.chosen = [this.runs[this.above.value]];
        if (this.below.value >= 0)
            this.chosen.push(this.runs[this.below.value]);
        this.span = Math.max(...this.chosen.map(run => run.span));
        const several = this.chosen.length > 1;
        this.moments = this.chosen.flatMap((run, row) => several
            ? run.moments.map(m => ({...m, row})) : run.moments);
        if (several)
            this.moments.sort((a, b) => a.at - b.at);
        this.axis.setAttribute("aria-valuemax", this.span.toFixed(3));
        this.buildRuns(several);
        this.from = 0;
        this.to = this.span;
        this.go(Math.min(this.at, this.span));
    }

    buildRuns(several) {
        this.lanes = [];
        this.sums = [];
        this.shown.replaceChildren(...this.chosen.map((run, i) => {
            const sum = make("p", {class: "sum"});
            const list = make("ul", {"aria-label": `Processes of ${run.name}`});
            for (const lane of run.lanes) {
                const state = make("span", {class: "state"});
                const bars = draw("svg", {class: "bars", "aria-hidden": "true",
                                          height: LANE});
                list.append(make("li", {},
                    make("span", {class: "name"}, lane.name), state, bars));
                this.lanes.push({lane, state, bars, run});
            }
            this.sums.push(sum);
            return make("section", {"aria-label": run.name},
                make("p", {class: "title"}, several ? `${"AB"[i]}: ` : "", run.name,
                     `, ${timeText(run.span, run.span / 100)}`, run.dropped
                         ? ` (${run.dropped} events found no room in the trace)` : ""),
                sum, list);
        }));
    }

    x(at) {
        return (at - this.from) / (this.to - this.from) * this.width;
    }

    paint() {
        this.width = this.axis.clientWidth;
        if (!this.width)
            return;
        this.paintAxis();
        for (const row of this.lanes)
            this.paintLane(row);
        this.moveCursor();
    }

    paintAxis() {
        const picture = draw("svg", {width: this.width, height: LANE, "aria-hidden": "true"});
        const rough = (this.to - this.from) / Math.max(this.width / 90, 1);
        const power = 10 ** Math.floor(Math.log10(rough));
        const step = power * [1, 2, 5, 10].find(n => n * power >= rough);
        const first = Math.ceil(this.from / step) * step;
        for (let i = 0; i < 100 && first + i * step <= this.to; i++) {
            const at = first + i * step, x = this.x(at);
            picture.append(draw("line", {x1: x, x2: x, y1: LANE - 5, y2: LANE}));
            picture.append(draw("text", {
                x, y: LANE - 8, "text-anchor": x < 30 ? "start"
                    : x > this.width - 30 ? "end" : "middle"},
                timeText(at, step)));
        }
        picture.append(draw("line", {class: "cursor", y1: 0, y2: LANE}));
        this.axis.replaceChildren(picture);
    }

    // Bars narrower than NARROW that touch each other become one.
    merged(lane) {
        const bars = [];
        for (const slice of lane.slices) {
            if (slice.end < this.from)
                continue;
            if (slice.begin > this.to)
                break;
            const left = Math.max(this.x(slice.begin), -1);
            const right = Math.max(Math.min(this.x(slice.end), this.width + 1), left + 1);
            const last = bars[bars.length - 1];
            const narrow = right - left < NARROW;
            if (last && last.narrow && narrow && left - last.right < 1) {
                last.right = Math.max(right, last.right);
                last.count += 1;
            } else {
                bars.push({left, right, narrow, slice, count: 1});
            }
        }
        return bars;
    }

    paintLane({lane, bars}) {
        const parts = [], middle = LANE / 2;
        let born = lane.marks.some(mark => mark.birth) ? null : this.from;
        const live = (from, to) => {
            if (to >= this.from && from <= this.to)
                parts.push(draw("line", {class: "life", y1: middle, y2: middle,
                    x1: Math.max(this.x(from), 0), x2: Math.min(this.x(to), this.width)}));
        };
        for (const mark of lane.marks) {
            if (mark.birth) {
                born = mark.at;
            } else {
                if (born !== null)
                    live(born, mark.at);
                born = null;
            }
        }
        if (born !== null)
            live(born, this.span);
        for (const bar of this.merged(lane)) {
            const {slice, left, right, count} = bar, wide = right - left;
            const bad = slice.kind === "run" && slice.outcome && slice.outcome !== "done";
            const kind = count > 1 ? "many" : slice.kind === "run"
                ? `c${slice.task % COLOURS}` : slice.kind;
            parts.push(draw("rect", {class: `bar ${kind}${bad ? " bad" : ""}`,
                x: left, width: wide, y: slice.kind === "submit" ? 7 : 2,
                height: LANE - (slice.kind === "submit" ? 14 : 4)}));
            if (wide > 11 && slice.kind !== "submit")
                parts.push(draw("text", {class: `letter ${kind}`, y: middle + 4,
                    x: Math.max(left, 0) / 2 + Math.min(right, this.width) / 2},
                    count > 1 ? "#" : slice.letter));
        }
        for (const mark of lane.marks)
            if (mark.at >= this.from && mark.at <= this.to)
                parts.push(this.mark(mark, middle));
        parts.push(draw("line", {class: "cursor", y1: 0, y2: LANE}));
        bars.setAttribute("width", this.width);
        bars.replaceChildren(...parts);
    }

    mark(mark, middle) {
        const x = this.x(mark.at);
        if (mark.killed)
            return draw("text", {class: "kill", y: middle + 5,
                x: Math.min(Math.max(x, 5), this.width - 5)}, "X");
        return draw("line", {class: mark.birth ? "birth" : "death", x1: x, x2: x,
            y1: mark.birth ? middle : 3, y2: LANE - 3});
    }

    // ---- The cursor

    moveCursor() {
        const x = Math.min(Math.max(this.x(this.at), 1), this.width - 1);
        for (const line of this.place.querySelectorAll(".cursor")) {
            line.setAttribute("x1", x);
            line.setAttribute("x2", x);
        }
    }

    go(at) {
        this.at = Math.min(Math.max(at, 0), this.span);
        const moved = this.keepVisible();
        const several = this.chosen.length > 1;
        const now = this.moments.slice(this.before(-NEAR), this.before(NEAR)).slice(0, 3)
            .map(m => (several ? `${"AB"[m.row]}: ` : "") + happens(m));
        const words = timeText(this.at, (this.to - this.from) / 10000) +
            (now.length ? `: ${now.join("; ")}` : "");
        this.what.textContent = words;
        this.axis.setAttribute("aria-valuenow", this.at.toFixed(3));
        this.axis.setAttribute("aria-valuetext", words);
        for (const {lane, state} of this.lanes) {
            const {kind, words} = stateAt(lane, this.at);
            state.textContent = words;
            state.className = `state ${kind}`;
        }
        this.chosen.forEach((run, i) => this.sums[i].textContent = summary(run, this.at));
        this.link.href = `#t=${+(this.at / 1000).toFixed(6)}` +
            (this.runs.length > 1 ? `&run=${+this.above.value + 1}` +
                (this.below.value >= 0 ? `&below=${+this.below.value + 1}` : "") : "");
        if (moved)
            this.paint();
        else
            this.moveCursor();
    }

    // Where it is zoomed, the window follows the cursor.
    keepVisible() {
        const wide = this.to - this.from;
        if (this.at >= this.from && this.at <= this.to && this.width)
            return false;
        this.from = Math.max(0, Math.min(this.at - wide / 2, this.span - wide));
        this.to = this.from + wide;
        return true;
    }

    // How many moments are before that of the cursor, but for so much.
    before(near) {
        return countAt(this.moments, m => m.at, this.at + near);
    }

    step(by) {
        this.stop();
        const next = this.moments[by > 0 ? this.before(NEAR) : this.before(-NEAR) - 1];
        this.go(next ? next.at : by > 0 ? this.span : 0);
    }

    zoom(factor) {
        const wide = Math.min(Math.max((this.to - this.from) * factor, 0.05), this.span);
        const part = (this.at - this.from) / (this.to - this.from);
        this.from = Math.max(0, Math.min(this.at - part * wide, this.span - wide));
        this.to = this.from + wide;
        this.go(this.at);
        this.paint();
    }

    // In ten seconds from left to right; where motion is not wanted, from event
    // to event.
    toggle() {
        if (this.playing)
            return this.stop();
        if (this.at >= this.span)
            this.go(0);
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        let last = performance.now();
        const tick = now => {
            const passed = now - last;
            if (!still) {
                this.go(this.at + passed * (this.to - this.from) / 10000);
                last = now;
            } else if (passed > 700) {
                const playing = this.playing;
                this.step(1);
                this.playing = playing;
                last = now;
            }
            if (this.at >= this.span)
                this.stop();
            else if (this.playing)
                this.playing = requestAnimationFrame(tick);
        };
        this.play.textContent = "Stop";
        this.playing = requestAnimationFrame(tick);
    }

    stop() {
        cancelAnimationFrame(this.playing);
        this.playing = 0;
        this.play.textContent = "Play";
    }

    // #t=1.25&run=2 is a moment of a run.
    followAddress() {
        const parts = new URLSearchParams(location.hash.slice(1));
        const at = Number.parseFloat(parts.get("t"));
        if (!Number.isFinite(at))
            return;
        if (parts.has("run"))
            this.choose(parts.get("run") - 1, (parts.get("below") || 0) - 1);
        this.go(at * 1000);
        for (let part = this.place; part; part = part.parentElement)
            if (part.tagName === "DETAILS")
                part.open = true;
        this.place.scrollIntoView({block: "nearest"});
    }

    add(runs) {
        const before = this.runs.length;
        this.runs.push(...runs);
        const above = Number(this.above.value);
        this.list();
        this.choose(above, before);
    }
}

// ---- Where traces come from ------------------------------------------------

// A program that was killed may not have written its trace to the end: then all
// whole lines count.
function parsed(words, name) {
    let trace;
    try {
        trace = JSON.parse(words);
    } catch (error) {
        const last = words.lastIndexOf("},\n");
        if (last < 0 || !/^\s*\{[^[]*\[/.test(words))
            throw error;
        trace = JSON.parse(words.slice(0, last) + "}]}");
    }
    const runs = readTrace(trace, name);
    if (!runs.length)
        throw new Error("nothing ran in it");
    runs.forEach(run => run.file = name);
    return runs;
}

// The traces inside a page, and what is wrong with others.
function inside(page, name) {
    const runs = [], wrong = [];
    for (const script of page.querySelectorAll("script.trace")) {
        const own = script.dataset.name || name;
        try {
            runs.push(...parsed(script.textContent, own));
        } catch (error) {
            wrong.push(`${own} cannot be shown: ${error.message}.`);
        }
    }
    return {runs, wrong};
}

const complain = (place, words) =>
    place.append(make("p", {class: "wrong", role: "alert"}, words));

// "Add a trace": a file that the reader chooses, JSON or a page like this one.
function adder(place, viewer) {
    const input = make("input", {type: "file", accept: ".json,.html"});
    input.addEventListener("change", async () => {
        for (const file of input.files) {
            const words = await file.text();
            let read = {runs: [], wrong: []};
            try {
                if (words.trimStart().startsWith("<"))
                    read = inside(new DOMParser().parseFromString(words, "text/html"),
                                  file.name);
                else
                    read.runs = parsed(words, file.name);
            } catch (error) {
                read.wrong = [`${file.name} cannot be shown: ${error.message}.`];
            }
            read.wrong.forEach(what => complain(place, what));
            if (read.runs.length && viewer.now)
                viewer.now.add(read.runs);
            else if (read.runs.length)
                viewer.now = new Viewer(place, read.runs);
        }
    });
    place.append(make("p", {class: "adder"}, make("label", {},
        "Add a run, below this one: ", input)));
}

function alone(place) {
    const {runs, wrong} = inside(document, document.title);
    const viewer = {};
    wrong.forEach(what => complain(place, what));
    if (runs.length)
        viewer.now = new Viewer(place, runs);
    adder(place, viewer);
}

// In a page of the site: the still pictures go when the trace is there.
function later(place) {
    const load = () => {
        window.viewerTrace = trace => {
            const runs = readTrace(trace, "");
            if (!runs.length)
                return;
            place.replaceChildren();
            new Viewer(place, runs);
        };
        document.head.append(make("script", {src: place.dataset.trace}));
    };
    if (/^#t=/.test(location.hash))
        return load();
    const near = new IntersectionObserver(seen => {
        if (seen.some(entry => entry.isIntersecting)) {
            near.disconnect();
            load();
        }
    }, {rootMargin: "600px"});
    near.observe(place);
}

for (const place of document.querySelectorAll(".viewer"))
    if (place.dataset.trace)
        later(place);
    else
        alone(place);

})();
