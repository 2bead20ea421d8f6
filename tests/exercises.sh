#!/bin/sh
# SPDX-License-Identifier: MIT
# Starters have their stated start score, solutions full marks, and each wrong
# solution loses exactly the checks that its first lines say.
#
# From make: B, CC, RUNS. With RUNS above 1 everything is judged that often
# (wrong ones a tenth, for some must run into a limit) while both cores are kept
# busy. ONLY=3 tests one exercise; else all go side by side, for mostly they wait.
set -eu

cd "$(dirname "$0")/.."
RUNS=${RUNS:-1}
OUT=$B/test-exercises
report=$B/exercises/common/report
bad=0 judged=0 files=0
load=
trap 'for p in $load; do kill "$p" 2>/dev/null || :; done' EXIT
trap 'exit 130' INT TERM

# Judges a file $2 of folder $1 $3 times; the failing checks must be $4.
try() {
    dir=$1 file=$2 times=$3 wanted=$4
    out=$OUT/$(basename "$dir")/$(echo "$file" | tr / _)
    files=$((files + 1))
    number=$(basename "$dir" | sed 's/0*\([0-9]*\).*/\1/')
    FILE=$file OUT=$out SEED=1 sh exercises/exercise.sh check "$number" \
        >"$out.txt" 2>&1 || :
    i=1
    while :; do
        judged=$((judged + 1))
        failed=$($report --failed "$out/result.json") || :
        # shellcheck disable=SC2086 # words are wanted
        if [ "$(echo $failed)" != "$(echo $wanted)" ]; then
            bad=$((bad + 1))
            echo "WRONG VERDICT for $file, run $i:"
            echo "  should fail: ${wanted:-nothing}"
            echo "  failed:      ${failed:-nothing}"
            $report "$out/result.json" | sed 's/^/    /' | head -40
        fi
        [ $i -lt "$times" ] || break
        i=$((i + 1))
        "$B/$dir/judge" --seed "$i" --out "$out/result.json" "$out/driver"
    done
}

header() { # the words after "$2:" in the first lines of $1
    sed -n "1,8s,^// $2: *,,p" "$1"
}

if [ "$RUNS" -gt 1 ] && [ -z "${LOAD:-}" ]; then
    for _ in 1 2; do
        (while :; do :; done) &
        load="$load $!"
    done
fi
mkdir -p "$OUT"
if [ -z "${ONLY:-}" ]; then
    tests=
    for n in 1 2 3 4 5 6 7 8; do
        ONLY=$n LOAD=no sh tests/exercises.sh >"$OUT/$n.log" 2>&1 &
        tests="$tests $!"
    done
    n=0
    for pid in $tests; do
        n=$((n + 1))
        wait "$pid" || bad=$((bad + 1))
        cat "$OUT/$n.log"
    done
    [ $bad = 0 ]
    exit
fi
for dir in exercises/0"$ONLY"-*; do
    name=$(basename "$dir")
    mkdir -p "$OUT/$name"
    student=$(basename "$dir"/ex[0-9]_*.c)
    start=exercises/common/starters/$student
    cmp -s "$dir/$student" "$start" ||
        echo "note: $dir/$student is not the starter any more"
    stated=$(sed -n 's/.*starts at \([0-9]*\) of.*/\1/p' "$dir/README.md")
    passing=$(sed -n 's/^Holds already: //p' "$dir/README.md")
    wanted=$("$B/$dir/judge" --list | awk -v p=" $passing " \
        'index(p, " " $1 " ") == 0 { print $1 }')
    try "$dir" "$start" "$RUNS" "$wanted"
    points=$($report --brief \
        "$OUT/$name/$(echo "$start" | tr / _)/result.json") || :
    [ "${points%/*}" = "$stated" ] || {
        bad=$((bad + 1))
        echo "$start has $points points, its README says $stated"
    }
    try "$dir" "solutions/$name/$student" "$RUNS" ""
    strange=$(nm -u "$OUT/$name/$(echo "solutions/$name/$student" | tr / _)/student.o" |
        awk '$2 !~ /^(pthread_|__asan|__ubsan)/ { print $2 }' |
        grep -vxFf exercises/common/imports.txt) || :
    [ -z "$strange" ] || {
        bad=$((bad + 1))
        echo "solutions/$name imports what exercises/common/imports.txt lacks:" \
            $strange
    }
    for wrong in tests/wrong/"$name"/*.c; do
        try "$dir" "$wrong" $(((RUNS + 9) / 10)) "$(header "$wrong" Loses)"
        points=$($report --brief \
            "$OUT/$name/$(echo "$wrong" | tr / _)/result.json") || :
        [ "${points%/*}" = "$(header "$wrong" Points)" ] || {
            bad=$((bad + 1))
            echo "$wrong has $points points, not $(header "$wrong" Points)"
        }
        says=$(header "$wrong" Says)
        tr -s ' \n' ' ' <"$OUT/$name/$(echo "$wrong" | tr / _).txt" |
            grep -qF "$says" || {
            bad=$((bad + 1))
            echo "$wrong is not told \"$says\""
        }
    done
done
echo "exercise $ONLY: $files files judged $judged times, $bad wrong verdicts"
[ $bad = 0 ]
