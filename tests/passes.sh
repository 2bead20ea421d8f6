#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all tests of the pool TIMES times, with LOAD busy loops beside them. Each
# pass must come to the same verdicts: all good. Keeps the log of one that does
# not.
#   passes.sh TESTS
set -eu
times=${TIMES:-1} load=${LOAD:-0} logs=${1%/*}/passes bad=0
export TIMES=1
if [ "$times" = 1 ] && [ "$load" = 0 ]; then exec "$1"; fi

mkdir -p "$logs"
for n in $(seq "$load"); do
    while kill -0 $$; do :; done 2>/dev/null & # as long as we live
done
for pass in $(seq "$times"); do
    log=$logs/$pass.log begun=$(date +%s) verdict=good
    "$1" >"$log" 2>&1 || verdict="failed, see $log" bad=$((bad + 1))
    echo "pass $pass: $(grep -c '^\[       OK' "$log") tests good in" \
        "$(($(date +%s) - begun)) s, load $(cut -d' ' -f1 /proc/loadavg): $verdict"
    [ "$verdict" != good ] || rm "$log"
done
echo "$times passes beside $load busy loops, $bad of them failed"
[ $bad = 0 ]
