#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests that every row of the benchmark runs and finds its results right, with
# few items and without timing anything; and its table, with one run of two rows.
# PLOTS names the program, MINE the one with a second pool, which is the library
# once more.
set -eu
bench="$PLOTS bench"
. tests/prelude.sh
out=$work/out

for row in $("$PLOTS" list-bench | sed -n 's/^\([a-z][^ ]*\) .*/\1/p'); do
    timeout 300 $bench "$row" --ours-only --n 7 || fail "$row, ours"
    case $row in python-* | perl-*) continue ;; esac
    timeout 300 $bench "$row" --ref-only --n 7 2>/dev/null ||
        [ $? -eq 2 ] || fail "$row, reference" # 2: there is none
done
for wrong in no-such-row --no-such-option "--workers 0" "--n x" my-apply; do
    status=0
    # shellcheck disable=SC2086
    $bench $wrong >/dev/null 2>&1 || status=$?
    [ $status -eq 2 ] || fail "'bench $wrong' exits with $status, not 2"
done
$bench --repeat 1 --seed 7 apply create >"$out" 2>/dev/null || fail "the table"
grep -q '^apply .*ping-pong' "$out" || fail "no reference is named"
grep -q 'seed 7' "$out" || fail "the seed is not told"
! LC_ALL=C.UTF-8 grep -E '^.{81}' "$out" || fail "wider than 80 columns"
"$MINE" bench --repeat 1 apply >"$out" 2>/dev/null || fail "apply, with a second pool"
grep -q '^my-apply .*library' "$out" || fail "no row of the second pool beside apply"
for row in my-apply my-async my-map; do
    timeout 300 "$MINE" bench $row --ours-only --n 7 || fail "$row"
done
[ $failed = 0 ] && echo "benchmark: every row runs and gives right results"
