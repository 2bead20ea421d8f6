#!/bin/sh
# Runs make targets one after the other, goes on where one fails, and ends with
# the line "N passed, N failed". Tests are counted where a target reports them
# as cmocka does; otherwise the target itself counts as one.
#   run.sh LOG-FOLDER TARGET…
set -eu
logs=$1 passed=0 failed=0
shift
mkdir -p "$logs"

for target; do
    log=$logs/$target.log status=$logs/$target.status
    echo "---- make $target"
    { ${MAKE:-make} --no-print-directory "$target" 2>&1 && echo 0 >"$status" ||
        echo 1 >"$status"; } | tee "$log"
    good=$(grep -c '^\[       OK \]' "$log" || true)
    bad=$(sed '/listed below/,$d' "$log" | grep -c '^\[  FAILED  \]' || true)
    if [ "$(cat "$status")" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$good$bad" = 00 ]; then good=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
    if [ "$bad" != 0 ]; then echo "$target: $bad failed, see $log"; fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
