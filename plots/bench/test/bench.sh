#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests that every row of the benchmark runs and finds its results right, with
# few items and without timing anything. Arguments: the two test programs.
set -eu
bench=$1
stats=$2

fail() {
    echo "FAIL: $*"
    exit 1
}

"$stats" || fail "intervals"
for row in $("$bench" --list | sed -n 's/^\([a-z][^ ]*\) .*/\1/p'); do
    timeout 60 "$bench" "$row" --ours-only --n 7 || fail "$row, ours"
    case $row in python-* | perl-*) continue ;; esac
    timeout 60 "$bench" "$row" --ref-only --n 7 2>/dev/null ||
        [ $? -eq 2 ] || fail "$row, reference" # 2: there is none
done
for wrong in no-such-row --no-such-option "--workers 0" "--n x"; do
    status=0
    # shellcheck disable=SC2086
    "$bench" $wrong 2>/dev/null || status=$?
    [ $status -eq 2 ] || fail "'bench $wrong' exits with $status, not 2"
done
echo "benchmark: every row runs and gives right results"
