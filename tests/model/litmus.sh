#!/bin/sh
# SPDX-License-Identifier: MIT
# Weak memory: each pair of a sleeper and its waker as a litmus test, for herd7.
# The outcome that a test asks for must never happen; and it must be possible
# where one of the lines marked "needed" is taken away: a fence goes, another
# order becomes relaxed. Each quoted line must be a line of lib/.
#
# herd7 is in no Debian package, so what it has said is kept in results.txt;
# where it is installed (HERD=, default herd7), it is asked again; RECORD=1 keeps that.
set -eu
here=$(cd "$(dirname "$0")" && pwd)/litmus
herd=${HERD:-herd7}

if ! lines=$(sh "$here/../lines.sh" lib "$here"/*.litmus); then
    echo "$lines" | grep -v '  lib/'
    exit 1
fi
echo "litmus: $(echo "$lines" | tail -n 1)"

# says FILE: what herd7 observes of the outcome
says() { "$herd" -model rc11.cat "$1" | awk '$1 == "Observation" { print $3 }'; }

# results: of every test, whole and without each line that it needs
results() {
    for test in "$here"/*.litmus; do
        name=$(basename "$test" .litmus)
        echo "$name: $(says "$test")"
        for at in $(grep -n '// needed' "$test" | cut -d: -f1); do
            sed "$at { /atomic_thread_fence/d
                s/memory_order_[a-z_]*/memory_order_relaxed/ }" \
                "$test" >"$work/$name.litmus"
            thread=$(head -n "$at" "$test" | grep -c '^P[0-9]')
            echo "$name, weaker in P$((thread - 1)): $(says "$work/$name.litmus")"
        done
    done
}

if command -v "$herd" >/dev/null; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    results >"$work/results"
    [ -z "${RECORD:-}" ] || cp "$work/results" "$here/results.txt"
    diff "$here/results.txt" "$work/results"
    echo "litmus: $herd says what results.txt says"
else
    echo "litmus: $herd is not installed; results.txt has what it said"
fi
if grep -v "weaker" "$here/results.txt" | grep -v ": Never$" ||
    grep "weaker" "$here/results.txt" | grep -v ": Sometimes$"; then
    exit 1
fi
for test in "$here"/*.litmus; do
    grep -q "^$(basename "$test" .litmus): Never$" "$here/results.txt" || {
        echo "no result: $test"
        exit 1
    }
done
