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
const FEW = 4;

// ---- Reading a trace -------------------------------------------------------

const numberOf = value => Number.isFinite(value) ? value : 0;
const textOf = value => typeof value === "string" ? value.slice(0, 200)
    : Number.isFinite(value) ? String(value) : "";

function found(map, key, make) {
    let value = map.get(key);
    if (value === undefined)
        map.set(key, value = make());
    return value;
}

// A lane's slices lie in columns of numbers, in the order of their begins: there
// may be a million. `task` is an index in its run's tasks, `outcome` and `letter`
// are words of it; the first word, "", is no letter.
const COLUMNS = {begin: Float64Array, end: Float64Array, kind: Uint8Array,
                 task: Int32Array, first: Float64Array, items: Float64Array,
                 outcome: Uint32Array, letter: Uint32Array};
// Of each task: its number, how many items it has, how many were begun, from when
// until when some of them wait.
const TASK_COLUMNS = {number: Float64Array, items: Float64Array, begun: Float64Array,
                      from: Float64Array, until: Float64Array};
const SUBMIT = 0, RUN = 1, PROCESS = 2;

// Rows of numbers, with room for more.
class Table {
    constructor(columns) {
        this.count = this.room = 0;
        for (const [name, Kind] of Object.entries(columns))
            this[name] = new Kind(0);
        this.names = Object.keys(columns);
    }

    // The index of the first of `more` new rows.
    add(more) {
        this.count += more;
        if (this.count > this.room) {
            this.room = Math.max(this.count, 4 * this.room);
            for (const name of this.names) {
                const old = this[name];
                this[name] = new old.constructor(this.room);
                this[name].set(old);
            }
        }
        return this.count - more;
    }

    // No more rows will come.
    close() {
        for (const name of this.names)
            this[name] = this[name].subarray(0, this.count);
    }
}

const newLane = order => ({name: "", order, marks: [], slices: new Table(COLUMNS)});
const newRun = () => ({
    name: "", lanes: new Map(), taskIndex: new Map(), words: [""],
    wordIndex: new Map([["", 0]]), tasks: new Table(TASK_COLUMNS),
    again: new Set()}); // which tasks were begun again

function wordIn(run, word) {
    return found(run.wordIndex, word, () => run.words.push(word) - 1);
}

function newTask(tasks, number) {
    const i = tasks.add(1);
    tasks.number[i] = number;
    tasks.from[i] = Infinity;
    tasks.until[i] = -Infinity;
    return i;
}

// A pool's tasks by their numbers, of which few are large: their indices, plus 1.
const LARGE = 1 << 20;
const numbersOf = (run, pool) => found(run.taskIndex, pool, () => ({
    small: new Table({task: Uint32Array}), large: new Map()}));

function taskIn({tasks}, {small, large}, number) {
    if (!(number >= 0 && number < LARGE && Number.isInteger(number)))
        return found(large, number, () => newTask(tasks, number));
    if (number >= small.count)
        small.add(number + 1 - small.count);
    return (small.task[number] ||= newTask(tasks, number) + 1) - 1;
}

// The items of a task wait from their submission until they begin.
function countItems({tasks, again}, task, kind, begin, items, isAgain) {
    if (kind === SUBMIT) {
        tasks.items[task] += items;
        if (begin < tasks.from[task])
            tasks.from[task] = begin;
        return;
    }
    if (begin > tasks.until[task])
        tasks.until[task] = begin;
    if (isAgain)
        again.add(task);
    else
        tasks.begun[task] += items;
}

// There may be very many: no object is made for one.
function addSlice(run, slices, kind, begin, lasts, numbers, number, items, first,
                  outcome, letter) {
    const i = slices.add(1), task = numbers ? taskIn(run, numbers, number) : -1;
    if (numbers)
        countItems(run, task, kind, begin, items, run.words[outcome] === AGAIN);
    slices.begin[i] = begin;
    slices.end[i] = begin + Math.max(lasts, 0);
    slices.kind[i] = kind;
    slices.task[i] = task;
    slices.first[i] = first;
    slices.items[i] = items;
    slices.outcome[i] = outcome;
    slices.letter[i] = letter;
}

function readSlice(run, lane, event, args) {
    const kind = event.name === "submit" ? SUBMIT : event.cat === "process" ? PROCESS : RUN;
    addSlice(run, lane.slices, kind, numberOf(event.ts), numberOf(event.dur),
             kind === PROCESS ? null : numbersOf(run, numberOf(args.pool)),
             numberOf(args.task), numberOf(args.items), numberOf(args.first),
             wordIn(run, textOf(args.outcome)), wordIn(run, textOf(args.letter).slice(0, 2)));
}

// Slices as viewer/html.c writes them: a list for each property, or one number
// for all of them.
const MOST = 1 << 16;
function readSlices(run, lane, block) {
    const [gap, lasts, task, items, first] =
        ["gap", "dur", "task", "items", "first"].map(name =>
            Array.isArray(block[name]) ? block[name] : numberOf(block[name]));
    const valueOf = (values, i) =>
        typeof values === "number" ? values : numberOf(values[i]);
    const kind = block.of === "submit" ? SUBMIT : RUN, from = numberOf(block.ts);
    const numbers = numbersOf(run, 0), outcome = wordIn(run, textOf(block.outcome));
    for (let i = 0, late = 0, number = 0; i < block.count && i < MOST; i++) {
        late += valueOf(gap, i);
        number += valueOf(task, i);
        addSlice(run, lane.slices, kind, from + late / 1000, valueOf(lasts, i) / 1000,
                 numbers, number, valueOf(items, i), valueOf(first, i), outcome, 0);
    }
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

const laneIn = ({lanes}, thread) => found(lanes, thread, () => newLane(numberOf(thread)));

function readEvent(runs, event) {
    if (!event || typeof event !== "object")
        return;
    const args = Object(event.args);
    const run = found(runs, event.pid, newRun);
    if (event.name === "process_name") {
        run.name = textOf(args.name);
        return;
    }
    if (event.name === "dropped") {
        run.dropped = numberOf(args.events);
        return;
    }
    const lane = laneIn(run, event.tid);
    if (event.name === "thread_name")
        lane.name = textOf(args.name);
    else if (event.name === "slices")
        readSlices(run, lane, event);
    else if (event.ph === "X")
        readSlice(run, lane, event, args);
    else if (event.ph === "i" || event.ph === "I")
        readMark(lane, event, args);
}

// Lists of events, of a trace that was read whole.
function* listsOf(json) {
    const events = Array.isArray(json) ? json : json && json.traceEvents;
    if (!Array.isArray(events))
        throw new Error("it has no traceEvents");
    yield events;
}

// Lists of events, of a trace's words. Where each event is a line, as the library
// writes them, they are read so many at a time: all at once take much memory.
const PIECE = 1 << 18;
function* eventsOf(words) {
    const begin = /^\s*\{[^[{}]*\[\s*(?=\{)/.exec(words);
    const line = /[}\]],\n/g;
    let at = begin ? begin[0].length : 0;
    for (; begin; at = line.lastIndex) {
        line.lastIndex = at + PIECE;
        if (!line.test(words))
            break;
        yield JSON.parse(`[${words.slice(at, line.lastIndex - 2)}]`);
    }
    const rest = at ? `${begin[0]}${words.slice(at)}` : words;
    try {
        yield* listsOf(JSON.parse(rest));
    } catch (error) {
        // A program that was killed may not have written its trace to the end:
        // then all whole lines count.
        const last = Math.max(rest.lastIndexOf("},\n"), rest.lastIndexOf("],\n"));
        if (last < 0 || !begin)
            throw error;
        yield* listsOf(JSON.parse(`${rest.slice(0, last + 1)}]}`));
    }
}

// The runs of a trace; `name` is for those that have none of their own.
function readTrace(lists, name) {
    const runs = new Map();
    for (const events of lists)
        for (const event of events)
            readEvent(runs, event);
    return [...runs.values()].map(run => finished(run, name)).filter(run => run);
}

// Lanes in order, times from the run's beginning, and what go() asks for at each
// of its steps: all of that is found by halving, however long the run is.
function finished({lanes: all, tasks, again, words, name, dropped}, otherwise) {
    const lanes = [...all.values()]
        .filter(lane => lane.slices.count || lane.marks.length)
        .sort((a, b) => a.order - b.order);
    if (!lanes.length)
        return null;
    const times = lanes.flatMap(lane => lane.marks.map(mark => mark.at));
    let begin = Math.min(Infinity, ...times), end = Math.max(-Infinity, ...times);
    for (const {slices} of lanes)
        for (let i = 0; i < slices.count; i++) {
            begin = Math.min(begin, slices.begin[i]);
            end = Math.max(end, slices.end[i]);
        }
    tasks.close();
    for (let i = 0; i < tasks.count; i++) {
        tasks.from[i] -= begin;
        tasks.until[i] = tasks.begun[i] < tasks.items[i] ? Infinity : tasks.until[i] - begin;
    }
    lanes.forEach(lane => inOrder(lane, begin, tasks, words));
    return {name: (name !== "pool" && name) || otherwise || "a run", lanes, tasks, again,
            words, dropped, items: tasks.items.reduce((sum, items) => sum + items, 0),
            span: Math.max(end - begin, 0.001)};
}

// The indices of values in their order; null: they are in order.
function orderOf(values) {
    let i = 1;
    while (i < values.length && values[i - 1] <= values[i])
        i++;
    return i >= values.length ? null
        : filled(values.length, i => i, Uint32Array).sort((a, b) => values[a] - values[b] || a - b);
}

// `count` values, by a loop: Array.from() with a function is slower.
function filled(count, value, Kind = Float64Array) {
    const all = new Kind(count);
    for (let i = 0; i < count; i++)
        all[i] = value(i);
    return all;
}

function indicesOf(values, wanted) {
    const some = new Uint32Array(values.length);
    let count = 0;
    for (let i = 0; i < values.length; i++)
        if (wanted(values[i]))
            some[count++] = i;
    return some.subarray(0, count);
}

// Sums of values before each of `count` places.
function sumsOf(count, value) {
    const sums = new Float64Array(count + 1);
    for (let i = 0; i < count; i++)
        sums[i + 1] = sums[i] + value(i);
    return sums;
}

function inOrder(lane, from, tasks, words) {
    const {slices} = lane;
    slices.close();
    const order = orderOf(slices.begin);
    for (const column of slices.names) {
        const values = slices[column];
        lane[column] = order ? filled(values.length, i => values[order[i]], values.constructor)
            : values;
    }
    for (const times of [lane.begin, lane.end])
        for (let i = 0; i < times.length; i++)
            times[i] -= from;
    for (const mark of lane.marks)
        mark.at -= from;
    lane.marks.sort((a, b) => a.at - b.at || b.birth - a.birth);
    lane.times = lane.marks.map(mark => mark.at);
    lane.born = lane.marks.some(mark => mark.birth);
    lane.works = /worker/.test(lane.name) || lane.kind.includes(RUN);
    addSums(lane, tasks, words);
}

// How far the slices up to one reach. The moments: begins, but for a process's,
// which marks tell, and ends of runs, as indices and times. What was counted
// before each of them.
function addSums(lane, tasks, words) {
    const {begin, end, kind, task, items, outcome} = lane;
    let reach = -Infinity;
    lane.reach = filled(end.length, i => reach = Math.max(reach, end[i]));
    lane.begun = moments(indicesOf(kind, some => some !== PROCESS), begin);
    lane.ended = moments(indicesOf(kind, some => some === RUN), end);
    const bad = words.map(word => isBad(word) && word !== AGAIN);
    const again = words.map(word => word === AGAIN);
    const run = i => kind[i] === RUN ? items[i] : 0;
    // Of a task whose submission was not recorded nobody knows what waits.
    const known = i => tasks.items[task[i]] ? items[i] : 0;
    const sums = ({index}, value) => sumsOf(index.length, i => value(index[i]));
    lane.begun.sums = {
        begun: sums(lane.begun, run),
        waiting: sums(lane.begun, i => kind[i] === SUBMIT ? items[i] : -known(i))};
    lane.ended.sums = {
        ended: sums(lane.ended, run),
        wrong: sums(lane.ended, i => bad[outcome[i]] ? 1 : 0),
        again: sums(lane.ended, i => again[outcome[i]] ? items[i] : 0),
        waiting: sums(lane.ended, i => again[outcome[i]] ? known(i) : 0)};
}

function moments(index, time) {
    const times = filled(index.length, i => time[index[i]]), order = orderOf(times);
    return {index: order ? order.map(i => index[i]) : index,
            times: order ? times.sort() : times};
}

const AGAIN = "run again"; // its items wait again
const isBad = outcome => Boolean(outcome) && outcome !== "done";

// "is killed by signal 9", "exited with status 3".
const endOf = mark => !mark.how ? (mark.killed ? "is killed" : "ends")
    : mark.how.startsWith("killed") ? `is ${mark.how}` : mark.how;

// What a mark tells: "worker 0 is born".
const markText = mark => mark.birth ? "is born" : endOf(mark);

// "c (task 3)" or "c (task 3, items 40 to 59)".
function itemsOf(run, lane, i) {
    const first = lane.first[i], count = lane.items[i];
    const items = count > 1 ? `, items ${first} to ${first + count - 1}`
        : first ? `, item ${first}` : "";
    return `${letterOf(run, lane, i)} (task ${numberIn(run, lane, i)}${items})`;
}

const numberIn = (run, lane, i) => lane.task[i] < 0 ? 0 : run.tasks.number[lane.task[i]];

const letterOf = (run, lane, i) => run.words[lane.letter[i]] || LETTERS[
    Math.max(numberIn(run, lane, i) - 1 + lane.first[i], 0) % LETTERS.length] || "?";

function beginText(run, lane, i) {
    if (lane.kind[i] === RUN)
        return `begins ${itemsOf(run, lane, i)}`;
    const items = lane.items[i] > 1 ? `, ${lane.items[i]} items` : "";
    return `submits task ${numberIn(run, lane, i)}${items}`;
}

function endText(run, lane, i) {
    const outcome = run.words[lane.outcome[i]];
    return `ends ${itemsOf(run, lane, i)}` + (isBad(outcome) ? `: ${outcome}` : "");
}

// ---- The state at a moment -------------------------------------------------

// How many of these times, which are in order, are not after `at`.
function countAt(times, at) {
    let low = 0, high = times.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The first few things that happen in a lane after `from`, up to `to`: their
// times, and words such as "worker 0 begins c (task 3)".
function momentsOf(run, lane, from, to) {
    const some = [];
    const add = (times, text) => {
        const first = countAt(times, from);
        for (let i = first; i < times.length && times[i] <= to && i < first + FEW; i++)
            some.push({at: times[i], text: `${lane.name} ${text(i)}`});
    };
    add(lane.times, i => markText(lane.marks[i]));
    add(lane.begun.times, i => beginText(run, lane, lane.begun.index[i]));
    add(lane.ended.times, i => endText(run, lane, lane.ended.index[i]));
    return some;
}

// The times of what happens in a lane next after `at`, or last before it.
const nextOf = (lane, at, by) => [lane.times, lane.begun.times, lane.ended.times]
    .map(times => times[by > 0 ? countAt(times, at + NEAR) : countAt(times, at - NEAR) - 1])
    .filter(time => time !== undefined);

// {kind, words} of a lane.
function stateAt(run, lane, at) {
    const mark = lane.marks[countAt(lane.times, at) - 1];
    const i = countAt(lane.begin, at) - 1;
    if (mark && !mark.birth)
        return {kind: mark.killed ? "killed" : "gone",
                words: endOf(mark).replace(/^is /, "")};
    if (!mark && lane.born)
        return {kind: "unborn", words: "not born yet"};
    const pid = mark && mark.pid ? `, process ${mark.pid}` : "";
    if (i >= 0 && lane.kind[i] !== PROCESS && lane.end[i] > at)
        return {kind: "busy", words: (lane.kind[i] === SUBMIT
            ? `submits task ${numberIn(run, lane, i)}`
            : `runs ${itemsOf(run, lane, i)}`) + pid};
    return {kind: "idle", words: (lane.works ? "idle" : "lives") + pid};
}

// Does a task that was begun again wait? All its runs tell.
function waitsAgain(run, task, at) {
    let begun = 0;
    for (const lane of run.lanes)
        for (let i = 0; i < lane.begin.length && lane.begin[i] <= at; i++)
            if (lane.task[i] === task && lane.kind[i] === RUN &&
                !(run.words[lane.outcome[i]] === AGAIN && lane.end[i] <= at))
                begun += lane.items[i];
    return begun < run.tasks.items[task];
}

// The first few tasks of which items wait.
function waitingTasks({tasks, again}, run, at) {
    const some = [];
    for (let i = 0; i < tasks.number.length && some.length <= FEW; i++)
        if (at >= tasks.from[i] && at < tasks.until[i] &&
            (!again.has(i) || waitsAgain(run, i, at)))
            some.push(tasks.number[i]);
    return some.length > FEW ? [...some.slice(0, FEW), "…"] : some;
}

// How many items wait, run, are done or went wrong; the first tasks that wait.
function itemsAt(run, at) {
    const sum = {waiting: 0};
    for (const lane of run.lanes)
        for (const {times, sums} of [lane.begun, lane.ended])
            for (const [name, values] of Object.entries(sums))
                sum[name] = (sum[name] || 0) + values[countAt(times, at)];
    // The items before the one that went wrong are done.
    return {running: sum.begun - sum.ended, wrong: sum.wrong,
            done: sum.ended - sum.again - sum.wrong, waiting: Math.max(sum.waiting, 0),
            tasks: sum.waiting > 0 ? waitingTasks(run, run, at) : []};
}

function summary(run, at) {
    if (!run.tasks.number.length) {
        const kinds = run.lanes.map(lane => stateAt(run, lane, at).kind);
        const count = kind => kinds.filter(k => k === kind).length;
        return `${count("idle") + count("busy")} live, ${count("unborn")} are not ` +
            `born yet, ${count("gone")} ended, ${count("killed")} were killed.`;
    }
    const items = itemsAt(run, at);
    const what = `${items.done} are done, ${items.running} run`;
    if (!run.items) // nobody recorded how many there are
        return `Of the items, ${what}.`;
    return `Of ${run.items} items, ${what}, ${items.waiting} wait` +
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
        this.axis.setAttribute("aria-valuemax", this.span.toFixed(3));
        this.buildRuns();
        this.from = 0;
        this.to = this.span;
        this.go(Math.min(this.at, this.span));
    }

    buildRuns() {
        const several = this.chosen.length > 1;
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
                this.lanes.push({lane, state, bars, run, mark: several ? `${"AB"[i]}: ` : ""});
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

    // Bars narrower than NARROW that touch each other become one. Those that
    // begin within a pixel are skipped at once.
    merged({begin, end, reach}) {
        const bars = [], pixel = (this.to - this.from) / this.width;
        for (let i = countAt(reach, this.from), next;
             i < begin.length && begin[i] <= this.to; i = next) {
            const left = Math.max(this.x(begin[i]), -1);
            const far = time => Math.max(Math.min(this.x(time), this.width + 1), left + 1);
            let right = far(end[i]);
            next = i + 1;
            if (right - left < NARROW) {
                next = Math.max(countAt(begin, begin[i] + pixel), next);
                if (next - i > 1 && far(end[next - 1]) - left >= NARROW)
                    next--; // the last of them is long
                right = far(reach[next - 1]);
            }
            const last = bars[bars.length - 1], narrow = right - left < NARROW;
            if (last && last.narrow && narrow && left - last.right < 1) {
                last.right = Math.max(right, last.right);
                last.count += next - i;
            } else {
                bars.push({left, right, narrow, i, count: next - i});
            }
        }
        return bars;
    }

    paintLane({lane, bars, run}) {
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
            const {i, left, right, count} = bar, wide = right - left;
            const submit = lane.kind[i] === SUBMIT, runs = lane.kind[i] === RUN;
            const bad = runs && isBad(run.words[lane.outcome[i]]);
            const kind = count > 1 ? "many" : submit ? "submit"
                : runs ? `c${numberIn(run, lane, i) % COLOURS}` : "process";
            parts.push(draw("rect", {class: `bar ${kind}${bad ? " bad" : ""}`,
                x: left, width: wide, y: submit ? 7 : 2, height: LANE - (submit ? 14 : 4)}));
            if (wide > 11 && !submit)
                parts.push(draw("text", {class: `letter ${kind}`, y: middle + 4,
                    x: Math.max(left, 0) / 2 + Math.min(right, this.width) / 2},
                    count > 1 ? "#" : letterOf(run, lane, i)));
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
        const now = this.lanes.flatMap(({lane, run, mark}) =>
                momentsOf(run, lane, this.at - NEAR, this.at + NEAR)
                    .map(({at, text}) => ({at, text: mark + text})))
            .sort((a, b) => a.at - b.at).slice(0, FEW).map(moment => moment.text);
        const words = timeText(this.at, (this.to - this.from) / 10000) +
            (now.length ? `: ${now.join("; ")}` : "");
        this.what.textContent = words;
        this.axis.setAttribute("aria-valuenow", this.at.toFixed(3));
        this.axis.setAttribute("aria-valuetext", words);
        for (const {lane, state, run} of this.lanes) {
            const {kind, words} = stateAt(run, lane, this.at);
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

    step(by) {
        this.stop();
        const next = this.lanes.flatMap(({lane}) => nextOf(lane, this.at, by));
        this.go(by > 0 ? Math.min(this.span, ...next) : Math.max(0, ...next));
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

function parsed(words, name) {
    const runs = readTrace(eventsOf(words), name);
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
            const runs = readTrace(listsOf(trace), "");
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
