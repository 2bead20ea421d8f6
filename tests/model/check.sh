#!/bin/sh
# SPDX-License-Identifier: MIT
# Has spin search the model: as it is, it must hold; broken, it must not. And
# each of its steps must be a line of the library.
#   check.sh FOLDER      everything built goes there
set -eu
here=$(cd "$(dirname "$0")" && pwd) model=$here/wake.pml lines=$1/lines.txt
command -v spin >/dev/null || { echo "spin is missing: make setup"; exit 1; }
mkdir -p "$1"

if ! sh "$here/lines.sh" lib "$model" >"$lines"; then
    grep -v '  lib/' "$lines"
    exit 1
fi
if sed 's/bitmap_clear(arena->asleep/bitmap_set(arena->asleep/' "$model" |
    sh "$here/lines.sh" lib - >/dev/null; then
    echo "not noticed: a step that is no line of lib/"
    exit 1
fi
echo "$(tail -n 1 "$lines"): $lines"
cd "$1"

search() { # with these switches; leaves pan.log
    spin -a "$@" "$model" >spin.log || { cat spin.log; exit 1; }
    gcc -O2 -w -DSAFETY -DCOLLAPSE -DNOREDUCE -DMEMLIM=1500 -o pan pan.c
    (ulimit -t 900 && exec ./pan -m400000) >pan.log 2>&1 || true # of CPU time
    if grep -q 'too small\|out of memory' pan.log ||
        ! grep -q 'elapsed time' pan.log; then
        cat pan.log
        echo "$*: the search is not complete"
        exit 1
    fi
    states=$(awk '/states, stored/ { print $1 }' pan.log)
}

for switches in "-DKILLS=0 -DCHUNKS=2 -DAWAIT_ALL" \
    "-DKILLS=0 -DCHUNKS=3 -DAHEAD=1" "-DKILLS=1 -DCHUNKS=1" \
    "-DKILLS=1 -DCHUNKS=2"; do
    search $switches
    grep -q 'errors: 0' pan.log || { cat pan.log; echo "fails: $switches"; exit 1; }
    echo "holds:   $switches: all $states states"
done
for broken in NO_LOOK NO_SAME NO_RELOOK NO_CAS NO_TELL DEATH_MUTE DEATH_MARKED; do
    search -D$broken -DKILLS=1 -DCHUNKS=2
    grep -q 'errors: 1' pan.log || { echo "not noticed: -D$broken"; exit 1; }
    echo "noticed: -D$broken, after $states states"
done
