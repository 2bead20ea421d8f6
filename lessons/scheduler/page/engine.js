// SPDX-License-Identifier: MIT
// Takes steps in a model's graph, as run.c and search.c do, in the browser. The
// graph comes from them (page.c); tests/scheduler compares what both reach.
"use strict";

const TEST = 0, ASSIGN = 1, ASSERT = 2, SEND = 3, RECEIVE = 4, ELSE = 5;
const NUMBER = 256, VALUE = 257, EQUAL = 258, UNEQUAL = 259, AT_MOST = 260,
    AT_LEAST = 261, AND = 262, OR = 263, CHOICE = 264, TIMEOUT = 265;
const NONE = -1;

class Engine {
    constructor(level) {
        Object.assign(this, level);
        const kind = e => this.edges[e][0];
        this.ways = this.nodes.map(node => node.slice(4).filter(e => kind(e) !== ELSE));
        this.elses = this.nodes.map(node => node.slice(4).filter(e => kind(e) === ELSE));
    }

    nodeOf(state, proc) {
        const at = this.procs[proc][1];
        return state[at] | state[at + 1] << 8;
    }

    setNode(state, proc, node) {
        const at = this.procs[proc][1];
        state[at] = node & 255;
        state[at + 1] = node >> 8;
    }

    place(state, proc, v, index) {
        const one = this.vars[v];
        let k = index === NONE ? 0 : this.value(state, proc, index, false);
        k = Math.min(k, one.count - 1);
        return one.at + k + (one.type === NONE ? 0 : this.procs[proc][1] + 2);
    }

    value(state, proc, expr, timeout) {
        const [op, a, b, c] = this.exprs[expr];
        if (op === NUMBER)
            return a;
        if (op === VALUE)
            return state[this.place(state, proc, a, b)];
        if (op === TIMEOUT)
            return timeout ? 1 : 0;
        const left = this.value(state, proc, a, timeout);
        if (op === 33)
            return left ? 0 : 1;
        if (op === CHOICE)
            return this.value(state, proc, left ? b : c, timeout);
        if ((op === AND && !left) || (op === OR && left))
            return left ? 1 : 0;
        const right = this.value(state, proc, b, timeout);
        switch (op) {
        case AND: case OR: return right ? 1 : 0;
        case EQUAL: return left === right ? 1 : 0;
        case UNEQUAL: return left !== right ? 1 : 0;
        case 60: return left < right ? 1 : 0;
        case 62: return left > right ? 1 : 0;
        case AT_MOST: return left <= right ? 1 : 0;
        case AT_LEAST: return left >= right ? 1 : 0;
        case 43: return left + right;
        case 45: return left - right;
        default: return right ? left % right : 0;
        }
    }

    // [process, node] that a SEND of this process meets, or null.
    receiver(state, proc, send) {
        const index = this.value(state, proc, send[3], false);
        for (let i = 0; i < this.procs.length; i++) {
            const node = this.nodeOf(state, i);
            for (const at of [this.nodes[node][0], node])
                for (const e of i === proc || at === NONE ? [] : this.ways[at]) {
                    const edge = this.edges[e];
                    if (edge[0] === RECEIVE && edge[2] === send[2] &&
                        this.value(state, i, edge[3], false) === index)
                        return [i, edge[4]];
                }
        }
        return null;
    }

    enabled(state, proc, edge, timeout) {
        switch (edge[0]) {
        case TEST: return this.value(state, proc, edge[1], timeout) !== 0;
        case ASSIGN: case ASSERT: return true;
        case SEND: return this.receiver(state, proc, edge) !== null;
        default: return false;
        }
    }

    take(proc, edge, step, timeout) {
        const state = step.state;
        if (edge[0] === ASSIGN) {
            const value = this.value(state, proc, edge[1], timeout);
            state[this.place(state, proc, edge[2], edge[3])] =
                this.vars[edge[2]].bit ? value & 1 : value & 255;
        } else if (edge[0] === SEND) {
            const [victim, node] = this.receiver(state, proc, edge);
            step.victim = victim;
            this.setNode(state, victim, node);
        } else if (edge[0] === ASSERT && step.failed === NONE &&
            !this.value(state, proc, edge[1], timeout)) {
            step.failed = this.edges.indexOf(edge);
        }
        this.setNode(state, proc, edge[4]);
    }

    go(proc, before, timeout, out) {
        const at = this.nodeOf(before.state, proc), node = this.nodes[at];
        let open = this.ways[at].filter(e =>
            this.enabled(before.state, proc, this.edges[e], timeout));
        if (!open.length)
            open = this.elses[at].slice(-1);
        for (const e of open) {
            const edge = this.edges[e];
            const step = {...before, state: before.state.slice()};
            step.edge = step.edge === NONE ? e : step.edge;
            step.quote = step.quote === NONE ? edge[5] : step.quote;
            step.shared = step.shared || node[3] === 1;
            this.take(proc, edge, step, timeout);
            if (this.nodes[edge[4]][1] && this.nodes[edge[4]].length > 4)
                this.go(proc, step, timeout, out);
            else
                out.push(step);
        }
    }

    raw(state, proc, timeout) {
        const out = [];
        this.go(proc, {state, edge: NONE, quote: NONE, failed: NONE,
            victim: NONE, shared: false, inSuper: this.inSuper(state, proc)},
            timeout, out);
        return out;
    }

    inSuper(state, proc) { return this.nodes[this.nodeOf(state, proc)][2] === 1; }

    goesOn(how, otherRole, now, next) {
        if (!next.shared)
            return true;
        if (how === "private" || otherRole)
            return false;
        return how === "g" || next.quote === NONE || (now.quote !== NONE &&
            this.quotes[now.quote][0] === this.quotes[next.quote][0]);
    }

    goOn(proc, how, step) {
        for (let n = 0; n < 1000 && step.failed === NONE; n++) {
            const next = this.raw(step.state, proc, false);
            const other = this.inSuper(step.state, proc) !== step.inSuper;
            if (next.length !== 1 || !this.goesOn(how, other, step, next[0]))
                break;
            step.state = next[0].state;
            step.failed = next[0].failed;
            step.quote = step.quote === NONE ? next[0].quote : step.quote;
        }
    }

    // size: "x" one step, "" through one file, "g" on to a stop
    moves(state, proc, size) {
        const steps = this.raw(state, proc, false);
        for (const step of steps) {
            this.goOn(proc, "private", step);
            if (step.victim !== NONE)
                this.goOn(step.victim, "private", step);
            if (size !== "x")
                this.goOn(proc, size, step);
        }
        return steps;
    }

    stuck(state) {
        return this.procs.every((_, i) => !this.raw(state, i, false).length);
    }

    // Nobody can move: the assertion that does not hold then, or NONE.
    verdict(state) {
        let now = {state, failed: NONE};
        for (let i = 0; i < this.procs.length; i++)
            for (let n = 0; n < 100 && now.failed === NONE; n++) {
                const steps = this.raw(now.state, i, n === 0);
                if (!steps.length)
                    break;
                now = {...steps[0], failed: steps[0].failed};
            }
        return now.failed;
    }

    // All moves from here: {proc, choice, size, victim, step}.
    all(state) {
        const found = [];
        for (let proc = 0; proc < this.procs.length; proc++)
            this.moves(state, proc, "x").forEach((step, choice) => {
                const file = {...step};
                this.goOn(proc, "", file);
                const far = {...file}; // a larger move goes on from a smaller one
                this.goOn(proc, "g", far);
                for (const [size, to] of [["", file], ["x", step], ["g", far]])
                    found.push({proc, choice, size, victim: step.victim, step: to});
            });
        return found;
    }

    // A shortest break from here, or null: breadth first, so many states at
    // most; `pause` is awaited now and then. {run, states, complete}
    async search(from, limit, pause, sizes = ["", "x", "g"]) {
        const key = state => String.fromCharCode(...state);
        const seen = new Set([key(from)]), queue = [{state: from, by: null, up: null}];
        const back = (at, last) => {
            const run = last ? [last] : [];
            for (; at.up; at = at.up)
                run.unshift(at.by);
            return run;
        };
        for (let i = 0; i < queue.length; i++) {
            const at = queue[i];
            if (i % 500 === 499)
                await pause(i);
            const moves = this.all(at.state).filter(m => sizes.includes(m.size));
            if (!moves.length && this.verdict(at.state) !== NONE)
                return {run: back(at), states: queue.length, complete: true};
            for (const move of moves) {
                if (move.step.failed !== NONE)
                    return {run: back(at, move), states: queue.length, complete: true};
                const name = key(move.step.state);
                if (seen.has(name))
                    continue;
                if (queue.length >= limit)
                    return {run: null, states: queue.length, complete: false};
                seen.add(name);
                queue.push({state: move.step.state, by: move, up: at});
            }
        }
        return {run: null, states: queue.length, complete: true};
    }

    // ---- Words, as in words.c -------------------------------------------------

    // Which process moves at this actor's key; NONE: none.
    procOf(state, actor) {
        const proc = this.actors[actor][1];
        if (proc !== NONE)
            return this.inSuper(state, proc) ? NONE : proc;
        const dead = this.procs.map((_, i) => i).filter(i => this.inSuper(state, i));
        return dead.find(i => this.raw(state, i, false).length) ?? dead[0] ?? NONE;
    }

    actorOf(state, proc) {
        if (this.inSuper(state, proc))
            return this.supervisor;
        return this.actors.findIndex(a => a[1] === proc);
    }

    word(state, move) {
        if (move.victim !== NONE)
            return "k" + (this.actorOf(state, move.victim) + 1);
        const choice = this.raw(state, move.proc, false).length > 1
            ? "abc"[move.choice] : "";
        return move.size + (this.actorOf(state, move.proc) + 1) + choice;
    }

    // [{where, line}] of what this actor can do; or {wait}.
    next(state, actor) {
        const proc = this.procOf(state, actor);
        if (proc === NONE)
            return {wait: actor === this.supervisor ? "sleeps until a worker dies"
                : "is dead; the supervisor's turn"};
        const steps = this.moves(state, proc, "x");
        if (!steps.length)
            return {wait: this.waits[this.nodeOf(state, proc)]};
        return steps.map(step => step.quote === NONE
            ? {where: "", line: this.unquoted[step.edge]}
            : {where: this.quotes[step.quote].slice(0, 2).join(" "),
                line: this.quotes[step.quote][2]});
    }

    variable(name) { return this.vars.find(v => v.name === name && v.type === NONE); }

    ownerOf(index) {
        return this.actors.findIndex(a => a[1] !== NONE && this.procs[a[1]][2] === index) + 1;
    }

    text(state, v, k) {
        const value = state[v.at + k];
        if (v.mtype)
            return this.mtypes[value];
        if (v.name === "owner" || v.name === "awaited") {
            if (value === 9)
                return "-";
            return v.name === "owner" ? "worker " + this.ownerOf(value)
                : value === 8 ? "any" : "chunk " + value;
        }
        return String(value);
    }

    reads(expr, name) {
        if (expr === NONE || this.exprs[expr][0] === NUMBER)
            return false;
        const [op, a, b, c] = this.exprs[expr];
        if (op === VALUE)
            return this.vars[a].name === name || this.reads(b, name);
        return [a, b, c].some(part => part !== undefined && this.reads(part, name));
    }

    fault(state, failed) {
        const test = this.edges[failed][1];
        const of = (name, k = 0) => state[this.variable(name).at + k];
        const chunks = this.variable("state");
        if (this.reads(test, "claims")) {
            let k = 0;
            while (k + 1 < chunks.count && of("claims", k) < 2)
                k++;
            return `chunk ${k} was claimed twice`;
        }
        if (this.reads(test, "in_futex")) {
            const k = of("in_futex", 0) && !of("asleep", 0) ? 0 : 1;
            return `worker ${this.ownerOf(k)} sleeps unmarked: nobody can ever wake it`;
        }
        if (!chunks)
            return "nobody can move: the worker sleeps, the chunk lies there";
        for (let k = 0; k < chunks.count; k++)
            if (this.text(state, chunks, k) !== "DONE")
                return `nobody can move, and chunk ${k} is undone`;
        return "nobody can move: all is done, and the client sleeps for good";
    }
}
