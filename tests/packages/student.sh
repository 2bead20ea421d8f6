#!/bin/sh
# SPDX-License-Identifier: MIT
# What students get: packed from a copy in which the exercises are done and
# things lie about, unpacked in an empty folder, used as they would, and
# searched for what they must not have.
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
. tests/prelude.sh

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
if make exercise1 STRICT=1 >/dev/null 2>&1; then fail "STRICT=1 is no error"; fi
mine=exercises/01-process-per-task/ex1_process_per_task.c
cp "$mine" "$work/begun.c"
sh "$top/tests/wrong.sh" 01-process-per-task/forgets_the_last >"$mine"
make exercise1 >"$work/said" 2>&1
for _ in 2 3; do make hint1 >/dev/null; done
says 0 "$(sed -n 's/^Wrong: *//p' "$top"/tests/wrong/01-*/forgets_the_last.patch |
    cut -c -40)" make hint1
cp "$top/solutions/01-process-per-task/ex1_process_per_task.c" "$mine"
says 0 "[ ] 01-process-per-task " make progress
says 0 "edited since" make progress
make exercise1 STRICT=1 >"$work/said" 2>&1 || fail "$(cat "$work/said")"
make clean
says 0 "[x] 01-process-per-task 10/10" make progress
make exercise1 FILE=exercises/01-process-per-task/starter.c >/dev/null
says 0 "[x] 01-process-per-task 10/10" make progress
other=exercises/12-break-even/ex12_break_even.c
cp "$top/solutions/12-break-even/ex12_break_even.c" "$other"
says 0 "A process per task: your exercise 1." make try12
says 0 "Your exercise 1 stands at its end" make hint2
grep -q '^#if 0 // Your exercise 1' exercises/02-*/ex2_*.c || fail "ex2 is alone"
rm "$other" exercises/02-*/ex2_*.c
printf 'int system(const char *);\nint unlucky(void) { return system("x"); }\n' |
    cat "$mine" - >"$work/calls.c"
says 0 "refused: a grader gives 0 of 10: It uses system" make exercise1 FILE="$work/calls.c"
sed 's/run_all/run_them_all/' "$mine" >"$work/named.c"
says 0 "run_all is missing; there is a run_them_all" make exercise1 FILE="$work/named.c"
iconv -t UTF-16 <"$mine" >"$work/wide.c"
says 0 "is in UTF-16" make exercise1 FILE="$work/wide.c"
printf '\032' | cat "$mine" - >"$work/ctrl.c"
says 0 "Ctrl-Z" make exercise1 FILE="$work/ctrl.c"
says 2 "There is no compiler" make exercise1 CC=no-such-compiler
says 2 "There is no file" make exercise1 FILE="$work/none.c"
cp "$work/begun.c" "$mine"
make -n setup >"$work/said"
grep -q libjansson-dev "$work/said" || fail "make setup does not know libjansson"

# Links lead somewhere, and the commands of make help are there.
python3 "$top/tests/site/links.py" >"$work/said" || fail "$(cat "$work/said")"
make help | sed -n 's/^  make \([^ ]*\) .*/\1/p' | sed 's/N\($\|-\)/1\1/' >"$work/named"
make -qp 2>/dev/null | sed -n 's/^\([a-zA-Z0-9-]*\):.*/\1/p' >"$work/known"
if grep -vxFf "$work/known" "$work/named"; then fail "make help names these"; fi
if grep -rnE 'make (grade|wrong|student-dist|test-exercises)' --include=README.md .; then
    fail "these commands are not in the package"
fi

# Nothing of what they must not have, in what was built there neither.
cmp exercises/01-*/ex1_*.c exercises/01-*/starter.c || fail "not the starter"
[ "$(find exercises -name 'ex[0-9]*_*.c' | wc -l)" = 1 ] || fail "more is begun"
find . -path ./build -prune -o -type f -print | grep -E \
    'solution|tests/wrong|attack|/checks/|extra\.c|\.mine|\.(o|a|so)$|/\.git/' &&
    fail "the archive has these files"
if grep -rlE 'a private check|^Loses:|^// Tries:' .; then fail "these tell"; fi
python3 "$top/tests/packages/search.py" "$top/solutions" "$top/exercises" . ||
    fail "solutions can be found"
[ $failed = 0 ] && echo "student-dist: works in an empty folder, no solution is in it"
