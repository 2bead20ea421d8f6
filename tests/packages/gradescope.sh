#!/bin/sh
# SPDX-License-Identifier: MIT
# The autograder: packed, unpacked into an empty tree as Gradescope lays it out,
# and run on a good, a bad and an empty submission; with and without a sandbox.
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
. tests/prelude.sh
chmod 755 "$work"
A=$work/autograder

mkdir -p "$work/private/05-chunked-map" "$A/source" "$A/results"
cat >"$work/private/05-chunked-map/extra.c" <<'C'
#include "check.h"
static void runs(struct run *run) {
    about(run, "pool_map(2, task, items, 6, results, 2)");
    CALL(run, 0, 2, 6, 2);
    expect(run, run->executions == 6, "6 tasks run", "others", "");
}
const struct check extra_checks[] = {{"private", 3, "six tasks run", runs}};
const int extra_check_count = 1;
C
make -s gradescope EXERCISES="1 5" CHECKS="$work/private" >"$work/said"
grep -q '^build/gradescope.zip (' "$work/said" || fail "$(cat "$work/said")"
cp build/gradescope.zip "$work/it.zip"
make -s gradescope EXERCISES="1 5" CHECKS="$work/private" >/dev/null
cmp build/gradescope.zip "$work/it.zip" || fail "other bytes the second time"
rm build/gradescope.zip
unzip -q "$work/it.zip" -d "$A/source"
for name in setup.sh run_autograder; do
    [ -x "$A/source/$name" ] || fail "$name is not at the root, or cannot be run"
done
[ ! -e "$A/source/solutions" ] || fail "solutions are packed"
python3 tests/packages/search.py solutions exercises "$A/source" ||
    fail "solutions can be found"

# Gradescope builds its image, then runs the copy of run_autograder.
(cd "$A/source" && ./setup.sh) >"$work/said" 2>&1 || fail "$(cat "$work/said")"
cp "$A/source/run_autograder" "$A/"

# Grades $A/submission; the score must be $1, the output must have the words $2.
grades() {
    rm -f "$A/results/results.json"
    (cd "$A" && AUTOGRADER=$A ./run_autograder) >"$work/said" 2>&1 ||
        fail "run_autograder: $(cat "$work/said")"
    results=$A/results/results.json
    python3 tests/reports/validate.py gradescope "$results" || fail "invalid"
    grep -q "^  \"score\": $1,\$" "$results" || fail "not $1: $(head -3 "$results")"
    grep -qF "$2" "$results" || fail "no \"$2\": $(head -3 "$results")"
}

submission() { # files of exercise 1 and 5
    rm -rf "$A/submission"
    mkdir "$A/submission"
    [ $# = 0 ] || cp "$1" "$A/submission/ex1_process_per_task.c"
    [ $# = 0 ] || cp "$2" "$A/submission/ex5_chunked_map.c"
}
good="solutions/01-process-per-task/ex1_process_per_task.c
    solutions/05-chunked-map/ex5_chunked_map.c"

# shellcheck disable=SC2086 # two words
submission $good
grades 23 "23 of 23 points"
wrong=tests/wrong/01-process-per-task/forgets_the_last.patch
sh tests/wrong.sh "$wrong" >"$work/wrong.c"
submission "$work/wrong.c" LICENSE
bad=$(sed -n 's,^Points: *,,p' "$wrong")
grades "$bad" "05-chunked-map: does not compile"
submission
grades 0 "01-process-per-task: not handed in"

# No sandbox to be had: the same mark, and it says so.
mkdir "$work/bin"
for program in /usr/bin/* /bin/*; do
    [ "${program##*/}" = bwrap ] || ln -sf "$program" "$work/bin/"
done
# shellcheck disable=SC2086
submission $good
PATH=$work/bin
grades 23 "UNSAFE"
cd "$top"
[ $failed = 0 ] && echo "gradescope: unpacked, built, and three submissions graded"
