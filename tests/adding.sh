#!/bin/sh
# SPDX-License-Identifier: MIT
# Adds an exercise 99 and a chart 10 to a copy, as exercises/README.md and
# plots/README.md say, and uses them: nothing but the named files is touched.
#   adding.sh MAKE
set -eu
make="$1 --no-print-directory"
. tests/prelude.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
copy=$work/copy pattern=12-break-even new=99-break-again

mkdir "$copy"
git ls-files -z | tar --null -T - -cf - | tar -C "$copy" -xf -
cd "$copy"

# The exercise: that of another, under its own name.
named() { # FILE…: what they say of the pattern, said of the new one
    sed -i "s/$pattern/$new/g; s/ex12_break_even/ex99_break_again/g; s/exercise12/exercise99/g
        s/hint12/hint99/g; s/try12/try99/g; s/Exercise 12/Exercise 99/g" "$@"
}
for folder in exercises solutions tests/wrong tests/fair; do
    cp -r "$folder/$pattern" "$folder/$new"
done
mv solutions/$new/ex12_break_even.c solutions/$new/ex99_break_again.c
find exercises/$new solutions/$new tests/wrong/$new tests/fair/$new \
    -type f >"$work/files"
# shellcheck disable=SC2046 # words are wanted
named $(cat "$work/files")

in_the_map() { $make | grep -q 99; }
starts() { $make exercise99 2>&1 | tee "$work/said" | grep -q 'exercise 99\|Exercise 99'; }
its_file_is_made() { [ -f exercises/$new/ex99_break_again.c ]; }
solution_has_all() {
    $make exercise99 STRICT=1 FILE=solutions/$new/ex99_break_again.c
}
one_is_graded() {
    mkdir -p "$work/class/one"
    cp solutions/$new/ex99_break_again.c "$work/class/one"
    $make grade SUBMISSIONS="$work/class" OUT="$work/out" EXERCISES=99 &&
        grep -q '^one,10,' "$work/out/grades.csv"
}

test_of "adding: the course map shows exercise 99" in_the_map
test_of "adding: make exercise99 judges" starts
test_of "adding: the student's file is made" its_file_is_made
test_of "adding: make hint99 hints" $make hint99
test_of "adding: make try99 tries" $make try99 FILE=solutions/$new/ex99_break_again.c
test_of "adding: the solution has ten points" solution_has_all
test_of "adding: its corpus is tested" $make test-exercises ONLY=99
test_of "adding: make progress knows it" sh -c "$make progress | grep -q $new"
test_of "adding: it is graded" one_is_graded

# The chart that plots/README.md shows whole.
sed -n '/^```c$/,/^```$/p' plots/README.md | sed '1d;$d' >plots/charts/10-async-length.c
test_of "adding: make plots-list names chart 10" sh -c "$make plots-list | grep -q '^10 '"
test_of "adding: make plots measures and draws it" $make plots QUICK=1 REPEAT=1 CHARTS=10
exit $failed
