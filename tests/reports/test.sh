#!/bin/sh
# SPDX-License-Identifier: MIT
# The reports of a nasty class: valid in every format, the same each time, and
# a sentence where something is wrong.
#
#   test.sh RENDER SANITIZED JUDGES
#
# SANITIZED is RENDER built with sanitizers, JUDGES the folder with NN-name/judge.
set -eu
cd "$(dirname "$0")/../.."
reports=$(realpath "$1") sanitized=$(realpath "$2") judges=$3
. tests/prelude.sh
out=$work/out

python3 tests/reports/nasty.py "$judges" "$out"
says 0 "14 students" "$reports" "$out"
says 0 " 0 mistakes" python3 tests/reports/validate.py "$out"

# The same input, the same bytes. From here on the one with sanitizers.
cp -r "$out" "$work/first"
says 0 "14 students" "$sanitized" "$out"
diff -r "$work/first" "$out" >/dev/null || fail "other bytes the second time"
reports=$sanitized

# The validator sees what is wrong: each of these spoils one file.
cp -r "$work/first" "$work/spoiled"
while read -r file how; do
    sed -i "$how" "$work/spoiled/$file"
    ! cmp -s "$work/first/$file" "$work/spoiled/$file" || fail "$file: $how does nothing"
    echo "$file" >>"$work/files"
done <<'END'
students/s0/gradescope/results.json s/"max_score"/"maximum"/
students/s1/gradescope/results.json s/"failed"/"fail"/
students/s0/exercism/05-chunked-map/results.json s/"version": 3/"version": 2/
students/s7/classroom50/result.json s/"score": \([0-9]\)/"score": \1.5/
students/s8/classroom50/result.json s/submit.local/main/
students/s0/junit.xml s/ type="check"//
students/s2/junit.xml s/name="03-/n="02-/
students/s0/feedback.html s/<h1>/<h1 onclick="x">/
students/s1/feedback.html s/&lt;/</
index.html s/<svg/<img src="http:x" \/><svg/
END
says 1 "" python3 tests/reports/validate.py "$work/spoiled"
while read -r file; do
    grep -q "$file" "$work/said" || fail "the validator does not see what is wrong in $file"
done <"$work/files"

# What is wrong with the input gets a sentence; the others get their reports.
says 2 "cannot read $work/none/students: No such file" "$reports" "$work/none"
says 2 "usage: reports OUT" "$reports"
echo '{"cut off' >"$out/students/s3/result.json"
says 1 "s3/result.json is passed over: line 1" "$reports" "$out"
grep -q "<b>13</b> students" "$out/index.html" || fail "the others are not there"
echo '[]' >"$out/students/s3/result.json"
says 1 "s3/result.json is passed over: line 1: not an object" "$reports" "$out"
rm -r "$out/students/s3" "$out/run.json"
says 1 "run.json: No such file" "$reports" "$out"

# A full disk: a sentence, and the reports that were there stay as they were.
full() { # a limit on the size of files stands for it
    (
        trap '' XFSZ
        ulimit -f 8
        "$reports" "$1"
    )
}
cp -r "$work/first" "$work/full"
says 2 "/feedback.html: File too large" full "$work/full"
diff -r "$work/first" "$work/full" || fail "a full disk costs reports"

# Without gnuplot there are no pictures, but the rest is there.
mkdir "$work/bin"
bare() { (
    PATH=$work/bin
    "$reports" "$1"
); }
says 0 "Pictures need gnuplot" bare "$work/first"
grep -q "Pictures need gnuplot" "$work/first/index.html" || fail "no word of it"

[ $failed = 0 ] && echo "reports: valid, the same each time, mistakes seen"
