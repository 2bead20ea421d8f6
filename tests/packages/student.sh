#!/bin/sh
# SPDX-License-Identifier: MIT
# What students get: packed from a copy in which the exercises are done and
# things lie about, unpacked in an empty folder, used as they would, and
# searched for what they must not have.
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

# The instructor's copy: without git, exercises done, a few things more.
mkdir "$work/copy" "$work/empty"
git ls-files -z | tar --null --no-recursion -T - -cf - | tar -C "$work/copy" -xf -
cd "$work/copy"
for solution in solutions/[0-9]*/*.c; do
    cp "$solution" exercises/"$(basename "$(dirname "$solution")")"/
done
cp solutions/05-chunked-map/*.c exercises/05-chunked-map/ex5_chunked_map.c.mine
mkdir -p checks/05-chunked-map build/gcc
echo '// a private check' >checks/05-chunked-map/extra.c
echo 'int built;' >build/gcc/something.c
make -s student-dist >"$work/said"
grep -q '^build/poolschool-student.tar.gz (' "$work/said" || fail "$(cat "$work/said")"
cp build/poolschool-student.tar.gz "$work/first"
make -s student-dist >/dev/null
cmp build/poolschool-student.tar.gz "$work/first" || fail "other bytes the second time"

# A student's day.
tar -C "$work/empty" -xzf "$work/first"
cd "$work/empty/poolschool"
[ "$(ls "$work/empty")" = poolschool ] || fail "more than one folder"
PREDICT=0 make lesson1 >"$work/said" 2>&1 || fail "$(cat "$work/said")"
status=0
make exercise1 >"$work/said" 2>&1 || status=$?
[ $status = 0 ] || fail "make exercise1 ends with $status: $(cat "$work/said")"
grep -q 'Stuck? make hint1' "$work/said" || fail "$(cat "$work/said")"
make hint1 >"$work/said"
grep -q 'Hint 1 of 3' "$work/said" || fail "$(cat "$work/said")"
make progress >"$work/said"
all=$(find exercises -path 'exercises/[0-9]*/check.c' | wc -l)
[ "$(grep -c '^  \[ \] [0-9][0-9]-' "$work/said")" = "$all" ] || fail "$(cat "$work/said")"
make -n setup >"$work/said"
grep -q libjansson-dev "$work/said" || fail "make setup does not know libjansson"

# Nothing of what they must not have, in what was built there neither.
cmp exercises/01-*/ex1_*.c exercises/01-*/starter.c || fail "not the starter"
[ "$(find exercises -name 'ex[0-9]*_*.c' | wc -l)" = 1 ] || fail "more is begun"
find . -path ./build -prune -o -type f -print | grep -E \
    'solution|wrong|attack|/checks/|extra\.c|\.mine|\.(o|a|so)$|/\.git/' &&
    fail "the archive has these files"
if grep -rlE 'a private check|^Loses:|^// Tries:' .; then fail "these tell"; fi
python3 "$top/tests/packages/search.py" "$top/solutions" "$top/exercises" . ||
    fail "solutions can be found"
echo "student-dist: works in an empty folder, no solution is in it"
