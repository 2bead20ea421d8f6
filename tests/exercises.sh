#!/bin/sh
# SPDX-License-Identifier: MIT
# Starters have their stated start score; solutions, and the right ones in
# tests/fair that are unlike them, full marks; and each wrong solution loses
# exactly the checks that its first lines say.
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

# Judges a file $2 of folder $1 $3 times; the failing checks must be $4, and may
# be those of $5.
try() {
    dir=$1 file=$2 times=$3 wanted=$4 may=${5:-}
    out=$OUT/$(basename "$dir")/$(echo "$file" | tr / _)
    files=$((files + 1))
    number=$(basename "$dir" | sed 's/0*\([0-9]*\).*/\1/')
    FILE=$file OUT=$out SEED=1 sh exercises/exercise.sh check "$number" \
        >"$out.txt" 2>&1 || :
    i=1
    while :; do
        judged=$((judged + 1))
        failed=$($report --failed "$out/result.json") || :
        counts=
        for check in $failed; do
            case " $may " in
            *" $check "*) ;;
            *) counts="$counts $check" ;;
            esac
        done
        # shellcheck disable=SC2086 # words are wanted
        if [ "$(echo $counts)" != "$(echo $wanted)" ]; then
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
    for n in $(sh exercises/exercise.sh numbers); do
        ONLY=$n LOAD=no sh tests/exercises.sh >"$OUT/$n.log" 2>&1 &
        tests="$tests $n:$!"
    done
    for it in $tests; do
        wait "${it#*:}" || bad=$((bad + 1))
        cat "$OUT/${it%:*}.log"
    done
    [ $bad = 0 ]
    exit
fi

complain() {
    bad=$((bad + 1))
    echo "$*"
}

# The brief's table says what the judge's says; hints are three, and short.
texts() {
    sed -n 's/^| \([a-z-]*\) | \([0-9]*\) | .*/\1 \2/p' "$1/README.md" \
        >"$OUT/$2/table"
    "$B/$1/judge" --list | awk '{ print $1, $2 }' | cmp -s - "$OUT/$2/table" ||
        complain "$1/README.md: its table is not that of check.c"
    "$B/$1/judge" --list | awk '{ points += $2 }
        length(substr($0, 29)) > 46 { print $1 ": its line is too long"; bad = 1 }
        END { if (points != 10) print points " points, not 10"; exit bad || points != 10 }' ||
        complain "$1/check.c: see above"
    awk '/^## /{ n++; words[n] = 0; next } n { words[n] += NF }
        END { for (i in words) bad += words[i] >= 160; exit n != 3 || bad }' \
        "$1/hints.md" ||
        complain "$1/hints.md: not three hints, each below 160 words"
    [ "$(find tests/wrong/"$2" -name '*.c' | wc -l)" -ge 4 ] ||
        complain "tests/wrong/$2: fewer than four wrong solutions"
}

for dir in "$(printf "exercises/%02d-" "$ONLY")"*; do
    name=$(basename "$dir")
    mkdir -p "$OUT/$name"
    start=$(echo exercises/common/starters/ex"$ONLY"_*.c)
    student=$(basename "$start")
    cmp -s "$dir/$student" "$start" ||
        echo "note: $dir/$student is not the starter any more"
    texts "$dir" "$name"
    stated=$(sed -n 's/^The starter starts at \([0-9]*\) of.*/\1/p' "$dir/README.md")
    passing=$(sed -n 's/^Holds already: //p' "$dir/README.md")
    wanted=$("$B/$dir/judge" --list | awk -v p=" $passing " \
        'index(p, " " $1 " ") == 0 { print $1 }')
    try "$dir" "$start" "$RUNS" "$wanted"
    points=$($report --brief \
        "$OUT/$name/$(echo "$start" | tr / _)/result.json") || :
    [ "${points%/*}" = "$stated" ] ||
        complain "$start has $points points, its README says $stated"
    for right in "solutions/$name/$student" tests/fair/"$name"/*.c; do
        try "$dir" "$right" "$RUNS" ""
        strange=$(nm -u "$OUT/$name/$(echo "$right" | tr / _)/student.o" |
            awk '$2 !~ /^(pthread_|__asan|__ubsan)/ { print $2 }' |
            grep -vxFf exercises/common/imports.txt) || :
        [ -z "$strange" ] || complain "$right imports what" \
            "exercises/common/imports.txt lacks:" $strange
    done
    for wrong in tests/wrong/"$name"/*.c; do
        may=$(header "$wrong" "May lose")
        try "$dir" "$wrong" $(((RUNS + 9) / 10)) "$(header "$wrong" Loses)" "$may"
        points=$($report --brief \
            "$OUT/$name/$(echo "$wrong" | tr / _)/result.json") || :
        stated=$(header "$wrong" Points)
        [ "${points%/*}" = "$stated" ] ||
            { [ -n "$may" ] && [ "${points%/*}" -lt "$stated" ]; } ||
            complain "$wrong has $points points, not $stated"
        says=$(header "$wrong" Says)
        tr -s ' \n' ' ' <"$OUT/$name/$(echo "$wrong" | tr / _).txt" |
            grep -qF "$says" || complain "$wrong is not told \"$says\""
    done
done
echo "exercise $ONLY: $files files judged $judged times, $bad wrong verdicts"
[ $bad = 0 ]
