#!/bin/sh
# SPDX-License-Identifier: MIT
# The game's levels, and whether its reader of Promela agrees with spin.
#   levels.sh PROGRAM FOLDER      everything made goes there; ALL=1: the long
#                                 searches too (a death, and all repairs)
set -eu
program=$1 out=$2 all=${ALL:-} failed=0
levels=lessons/scheduler/levels
mkdir -p "$out"

say() { # OK? WHAT
    if [ "$1" = 0 ]; then
        echo "[       OK ] scheduler: $2"
    else
        echo "[  FAILED  ] scheduler: $2"
        failed=1
    fi
}
key() { sed -n "s/^$2: *//p" "$1"; }
defines() { for word in $1; do printf -- '-D%s ' "$word"; done; }
same() { [ "$1" = "$2" ] && echo 0 || echo 1; }

# ---- Each level: won by its stored run, and by no shorter one -------------------

for level in "$levels"/*.level; do
    name=$(basename "$level" .level) run=$(key "$level" run)
    if [ -n "$run" ]; then
        found=$("$program" --prove "$level")
        length=$(echo "$run" | wc -w)
        won=$(echo "$run" | "$program" "$levels" "$level" |
            grep -c "BROKEN in $length moves (par $length)") || :
        say "$(same "$won" 1)" "level $name is won by its stored run: $run"
        say "$(same "$(echo "$found" | cut -d' ' -f1,2)" "broken $length")" \
            "level $name: no run is shorter than $length ($found)"
    else
        said=$(printf 'N n' | "$program" "$levels" "$level" |
            sed -n 's/^ > You are right: //p')
        say "$(same "$said" "it holds in all $(key "$level" holds) states.")" \
            "level $name is won by saying that it cannot be broken: $said"
        walks=$("$program" --walk "$level" 10000)
        say "$(case $walks in "0 of 10000 "*) echo 0 ;; *) echo 1 ;; esac)" \
            "level $name: $walks"
    fi
done

# ---- Repairs: what the page says of them is what a search finds -----------------

for level in "$levels"/*.level; do
    name=$(basename "$level" .level)
    case $all$(key "$level" define) in *KILLS=1*) [ -n "$all" ] || continue ;; esac
    results=$(key "$level" result) i=0
    [ -n "$results" ] || continue
    right=$(echo "$results" | grep -c '^holds: ') || :
    say "$(same "$right" 1)" "level $name has one right repair"
    while [ $i -lt "$(echo "$results" | wc -l)" ]; do
        found=$("$program" --repair "$level" $i) i=$((i + 1))
        say "$(same "${found#? }" "$(echo "$results" | sed -n ${i}p)")" \
            "level $name, repair $found"
    done
done

# ---- Spin -----------------------------------------------------------------------

if ! command -v spin >/dev/null; then
    echo "skipped: spin is missing (make setup)"
    exit $failed
fi
pan() { # MODEL DEFINES PAN-OPTIONS SPIN-OPTIONS: builds and runs it in $out, leaves pan.log
    (cd "$out" && spin -a $4 $(defines "$2") "$1" >spin.log &&
        gcc -O0 -w -DSAFETY -DCOLLAPSE -DNOREDUCE -DMEMLIM=2000 -o pan pan.c &&
        ./pan -m400000 $3 >pan.log) || { head -5 "$out/spin.log"; }
}
top=$(pwd)

# The memory may only be, statement by statement, what it is in the stored run.
for level in "$levels"/*.level; do
    name=$(basename "$level" .level)
    [ -n "$(key "$level" run)" ] || continue
    { cat "$(key "$level" model)"; "$program" --claim "$level"; } >"$out/run.pml"
    pan run.pml "$(key "$level" define)" "" ""
    fell=$(sed -n 's/^pan:1: //p' "$out/pan.log")
    say "$(same "$(grep -c 'errors: 1$' "$out/pan.log")" 1)" \
        "level $name: spin follows the stored run: $fell"
done

counts() { # MODEL DEFINES: states and transitions of both
    printf 'model: %s\ndefine: %s\n' "$1" "$2" >"$out/count.level"
    ours=$("$program" --count "$out/count.level")
    pan "$top/$1" "$2" "-c0 -e" "-o1 -o2 -o3"
    spins=$(awk '/states, stored/ { s = $1 } /transitions \(/ { print s, $1 }' \
        "$out/pan.log")
    rm -f "$out"/run.pml*.trail "$out"/*.trail
    say "$(same "$ours" "$spins")" \
        "$2: $ours states and transitions, as many as spin has ($spins)"
}
counts tests/model/wake.pml "KILLS=0 CHUNKS=1"
[ -z "$all" ] || counts tests/model/wake.pml "NO_LOOK KILLS=0 CHUNKS=1"
counts lessons/scheduler/fence.pml "X86"
counts lessons/scheduler/fence.pml "WEAK"
counts lessons/scheduler/fence.pml "WEAK FENCE"
[ -z "$all" ] || counts tests/model/wake.pml "KILLS=1 CHUNKS=1"

# ---- The lines that are shown -----------------------------------------------------

if sh tests/model/lines.sh lib tests/model/wake.pml \
    lessons/scheduler/fence.pml >"$out/lines.txt"; then
    say 0 "$(tail -n 1 "$out/lines.txt")"
else
    say 1 "$(grep -v '  lib/' "$out/lines.txt")"
fi
exit $failed
