#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs make targets, JOBS at a time, goes on where one fails, and ends with the
# line "N passed, N failed". Tests are counted where a target reports them as
# cmocka does; otherwise the target itself counts as one. What a target prints
# goes to its log, and to the screen only if it fails. After the seconds it took
# stand those of CPU time that it used.
#   run.sh LOGS JOBS TARGET…        in that order: the longest first
#   run.sh --one LOGS TARGET        one of them
set -eu
. exercises/colour.sh

one() { # LOGS TARGET
    log=$1/$2.log begun=$(date +%s) status=0
    ${TEST_MAKE:-make} --no-print-directory "$2" >"$log" 2>&1 </dev/null || status=$?
    good=$(grep -c '^\[       OK \]' "$log" || :)
    bad=$(sed '/listed below/,$d' "$log" | grep -c '^\[  FAILED  \]' || :)
    if [ $status != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$good$bad" = 00 ]; then good=1; fi
    echo "$good $bad" >"$1/$2.count"
    [ "$bad" = 0 ] || sed "s/^/$2: /" "$log" | tail -n 200
    times >"$1/$2.times"
    cpu=$(tr 'ms' '  ' <"$1/$2.times" |
        awk 'NR == 2 { printf "%d", 60 * ($1 + $3) + $2 + $4 }')
    colour=$green
    [ "$bad" = 0 ] || colour=$red
    printf '%-28s %s%4d passed %3d failed%s %5d s %5d s\n' "$2" "$colour" \
        "$good" "$bad" "$plain" $(($(date +%s) - begun)) "$cpu"
}

if [ "$1" = --one ]; then
    one "$2" "$3"
    exit
fi
logs=$1 jobs=$2
shift 2
rm -rf "$logs"
mkdir -p "$logs/bin"
# Debian's python3, with what its packages bring, and without a script before it
# that looks for another: scripts start hundreds of them.
ln -s /usr/bin/python3 "$logs/bin"
PATH=$(cd "$logs/bin" && pwd):$PATH
printf '%s\n' "$@" | xargs -n 1 -P "$jobs" sh "$0" --one "$logs"
# A target that left no count was killed.
for target; do
    cat "$logs/$target.count" 2>/dev/null || echo 0 1
done | awk '{ passed += $1; failed += $2 }
    END { print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 }'
