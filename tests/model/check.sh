#!/bin/sh
# SPDX-License-Identifier: MIT
# Has spin search the model: as it is, it must hold; broken, it must not.
#   check.sh FOLDER      everything built goes there
set -eu
model=$(cd "$(dirname "$0")" && pwd)/wake.pml
command -v spin >/dev/null || { echo "spin is missing: make setup"; exit 1; }
mkdir -p "$1"
cd "$1"

search() { # with these switches; leaves pan.log
    spin -a "$@" "$model" >spin.log || { cat spin.log; exit 1; }
    gcc -O2 -w -DSAFETY -DCOLLAPSE -DNOREDUCE -DMEMLIM=1500 -o pan pan.c
    timeout 600 ./pan -m400000 >pan.log 2>&1 || true
    if grep -q 'too small\|out of memory' pan.log ||
        ! grep -q 'elapsed time' pan.log; then
        cat pan.log
        echo "$*: the search is not complete"
        exit 1
    fi
    states=$(awk '/states, stored/ { print $1 }' pan.log)
}

for switches in "-DKILLS=0 -DCHUNKS=2" "-DKILLS=1 -DCHUNKS=1" \
    "-DKILLS=1 -DCHUNKS=2"; do
    search $switches
    grep -q 'errors: 0' pan.log || { cat pan.log; echo "fails: $switches"; exit 1; }
    echo "holds:   $switches: all $states states"
done
for broken in NO_RELOOK NO_CAS NO_TELL BURY_MUTE BURY_MARKED; do
    search -D$broken -DKILLS=1 -DCHUNKS=2
    grep -q 'errors: 1' pan.log || { echo "not noticed: -D$broken"; exit 1; }
    echo "noticed: -D$broken, after $states states"
done
