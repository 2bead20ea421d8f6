#!/bin/sh
# SPDX-License-Identifier: MIT
# Starters have their stated start score; solutions, and the right ones in
# tests/fair that are unlike them, full marks; and each wrong solution, a patch
# on ours in tests/wrong, loses exactly the checks that its first lines say. Each
# check is lost by at least one wrong solution that keeps points.
#
# From make: B, CC, RUNS, FULL. FULL=1 judges all of them, else our solutions, and
# so many wrong ones that each check is lost by one: one that loses a single check
# is judged by this check only. With RUNS above 1 all is judged that often
# (wrong ones a tenth, for some must run into a limit) while both cores are kept
# busy. ONLY=3 tests one exercise; else one per CPU goes side by side.
set -eu

cd "$(dirname "$0")/.."
RUNS=${RUNS:-1} FULL=${FULL:-}
[ "$RUNS" = 1 ] || FULL=1
OUT=$B/test-exercises
bad=0 judged=0 files=0
load=
trap 'for p in $load; do kill "$p" 2>/dev/null || :; done' EXIT
trap 'exit 130' INT TERM

# Judges a file $1 $2 times; the failing checks must be $3, and may be those of
# $4. What comes of it is in $out, what is said in $out.txt.
try() {
    file=$1 times=$2 wanted=$3 may=${4:-}
    out=$OUT/$name/$(echo "$file" | tr / _)
    files=$((files + 1))
    FILE=$file OUT=$out SEED=1 sh exercises/exercise.sh check "$ONLY" \
        >"$out.txt" 2>&1 || :
    i=1
    while :; do
        judged=$((judged + 1))
        failed=$(awk '$1 == "check" && $3 < $4 { printf "%s ", $2 }' "$out/lines") || :
        counts=
        for check in $failed; do
            case " $may " in
            *" $check "*) ;;
            *) counts="$counts$check " ;;
            esac
        done
        if [ "${counts% }" != "$wanted" ]; then
            bad=$((bad + 1))
            echo "WRONG VERDICT for $file, run $i:"
            echo "  should fail: ${wanted:-nothing}"
            echo "  failed:      ${failed:-nothing}"
            sed 's/^/    /' "$out.txt" | head -40
        fi
        [ $i -lt "$times" ] || break
        i=$((i + 1))
        "$B/$dir/judge" --seed "$i" --lines "$out/lines" --report \
            "$out/driver" >"$out.txt" 2>&1 || :
    done
}

points() { # of the file that was tried last
    sed -n 's/^score \([0-9]*\) .*/\1/p' "$out/lines"
}

header() { # the words after "$2:" at the top of patch $1
    sed -n "/^--- /q; s,^$2: *,,p" "$1"
}

if [ "$RUNS" -gt 1 ] && [ -z "${LOAD:-}" ]; then
    for _ in 1 2; do
        (while :; do :; done) &
        load="$load $!"
    done
fi
mkdir -p "$OUT"
if [ -z "${ONLY:-}" ]; then
    export LOAD=no
    # shellcheck disable=SC2046 # numbers are wanted
    sh tests/each.sh "$OUT" "sh tests/exercises.sh" \
        $(sh exercises/exercise.sh numbers) || bad=1
    exit $bad
fi

complain() {
    bad=$((bad + 1))
    echo "$*"
}

# The brief's table says what the judge's says; hints are three, and short.
texts() {
    echo "$list" | awk '{ print $1, $2 }' >"$OUT/$name/list"
    sed -n 's/^| \([a-z-]*\) | \([0-9]*\) | .*/\1 \2/p' "$dir/README.md" |
        cmp -s - "$OUT/$name/list" ||
        complain "$dir/README.md: its table is not that of check.c"
    echo "$list" | awk '{ points += $2 }
        length(substr($0, 29)) > 46 { print $1 ": its line is too long"; bad = 1 }
        END { if (points != 10) print points " points, not 10"; exit bad || points != 10 }' ||
        complain "$dir/check.c: see above"
    awk '/^## /{ n++; words[n] = 0; next } n { words[n] += NF }
        END { for (i in words) bad += words[i] >= 160; exit n != 3 || bad }' \
        "$dir/hints.md" ||
        complain "$dir/hints.md: not three hints, each below 160 words"
}

# Each sentence of the header, and of what the brief calls done, has a row in
# promises.md: the checks that fail where it is broken, and mistakes that lose one
# of them. Sentences of one or two words need none.
promises() {
    header=$(sed -n '/driver\.h/!s,^#include "\(.*\)",\1,p' "$dir/driver.c")
    awk -v checks=" $checks " -v wrong="tests/wrong/$name/" '
        function lost_by(patch,    file, line, lost) {
            file = wrong patch ".patch"
            while ((getline line < file) > 0 && line !~ /^--- /)
                if (line ~ /^(Loses|May lose): /) lost = lost line " "
            close(file)
            return lost
        }
        function say(what) { print FILENAME ": " what; bad = 1 }
        FILENAME != last { last = FILENAME; part++ }
        part == 1 && !/SPDX/ {
            text = text (sub(/^\/\/ ?/, "") && $0 != "" ? $0 " " : "\n")
        }
        part == 2 {
            if (sub(/^\*\*What "done" means.\*\* /, "")) done = 1
            if ($0 == "") done = 0
            text = text (done ? $0 " " : "\n")
        }
        part == 3 && /^\| / && split($0, cell, / *\| */) && cell[3] ~ /^[a-z-]/ {
            if (cell[2] == "the sentence" || cell[2] == "---") next
            quote[++rows] = cell[2]
            n = split(cell[3], check, ", ")
            if (check[1] == "-") next
            m = split(cell[4], patch, ", ")
            if (m == 0) say("no mistake breaks \"" cell[2] "\"")
            for (i = 1; i <= n; i++)
                if (index(checks, " " check[i] " ") == 0)
                    say("there is no check " check[i])
            for (k = 1; k <= m; k++) {
                loses = lost_by(patch[k])
                for (i = 1; i <= n && index(loses, " " check[i] " ") == 0; i++);
                if (i > n) say(patch[k] " loses none of " cell[3])
            }
        }
        END {
            gsub(/\. /, ".\n", text)
            n = split(text, sentence, "\n")
            for (i = 1; i <= n; i++) {
                found = split(sentence[i], words, " ") < 3 ||
                    sentence[i] ~ /^Exercise /
                for (k = 1; k <= rows; k++)
                    if (index(sentence[i], quote[k]) == 1 ||
                        index(sentence[i], " " quote[k])) used[k] = found = 1
                if (!found) say("no row for \"" sentence[i] "\"")
            }
            for (k = 1; k <= rows; k++)
                if (!used[k]) say("no sentence has \"" quote[k] "\"")
            exit bad
        }' "$dir/$header" "$dir/README.md" "$dir/promises.md" ||
        complain "$dir/promises.md: see above"
}

# Enough wrong and right ones, of each kind, and right ones that are not ours.
corpus() {
    set -- tests/wrong/"$name"/*.patch
    [ $# -ge 4 ] || complain "tests/wrong/$name: fewer than four wrong solutions"
    set -- tests/fair/"$name"/*.c
    [ $# -ge 2 ] ||
        complain "tests/fair/$name: fewer than two right solutions unlike ours"
    for right; do
        copied "$right" "$solution" && complain "$right is a copy of our solution"
    done
    for check in $(echo "$chosen" | sed -n 's/^nothing //p'); do
        complain "exercise $ONLY: no wrong solution loses $check"
    done
}

# So many patches that each check is lost by one, and after each the checks that
# it loses; those that lose most of what is left come first. Then "nothing" and
# each check that is lost by none that keeps points.
chosen() {
    awk -v checks="$checks" '
        /^--- / { nextfile }
        /^Points: *0$/ { none[FILENAME] }
        /^Loses:/ { loses[FILENAME] = $0; name[++names] = FILENAME }
        function new(patch,    n, check, count) {
            n = patch in none ? 0 : split(loses[patch], check)
            while (n > 1) count += check[n--] in left
            return count
        }
        END {
            n = split(checks, check)
            while (n) left[check[n--]]
            do {
                most = 0
                for (i = 1; i <= names; i++)
                    if (new(name[i]) > most) most = new(best = name[i])
                n = most ? split(loses[best], check) : 0
                if (most) print best substr(loses[best], 7)
                while (n > 1) delete left[check[n--]]
            } while (most)
            for (it in left) print "nothing", it
        }' tests/wrong/"$name"/*.patch
}

# No starter gives away what an earlier exercise asks for: of the lines that
# tell its solution from its own starter, it has hardly one.
starter_tells() {
    for other in exercises/[0-9]*/starter.c; do
        exercise=${other%/*} exercise=${exercise#*/}
        [ "$exercise" != "$name" ] || continue
        awk '{ gsub(/^[ \t]+/, "") }
            length($0) < 20 || /^(\/\/|#)/ { next }
            FILENAME == ARGV[1] { given[$0]; next }
            FILENAME == ARGV[2] { if (!($0 in given)) tells[$0]; next }
            $0 in tells { told++ }
            END { exit !(told * 5 > length(tells)) }' "$other" \
            solutions/"$exercise"/*.c "$start" &&
            complain "$start has much of the solution of $exercise"
    done
    return 0
}

# Whether six of ten lines of code in $1 are in $2, too.
copied() {
    awk 'NR == FNR { gsub(/^[ \t]+/, ""); ours[$0]; next }
        { gsub(/^[ \t]+/, "") }
        length($0) < 12 || /^(\/\/|#)/ { next }
        { lines++; same += $0 in ours }
        END { exit !(same * 10 >= lines * 6) }' "$2" "$1"
}

for dir in "$(printf "exercises/%02d-" "$ONLY")"*; do
    [ -d "$dir" ] || complain "There is no exercise $ONLY."
    name=${dir#*/}
    mkdir -p "$OUT/$name"
    start=$dir/starter.c
    solution=$(echo solutions/"$name"/ex*.c)
    list=$("$B/$dir/judge" --list)
    checks=$(echo "$list" | awk '{ printf "%s%s", space, $1; space = " " }')
    chosen=$(chosen)
    texts
    promises
    corpus
    starter_tells
    stated=$(sed -n 's/^The starter starts at \([0-9]*\) of.*/\1/p' "$dir/README.md")
    passing=$(sed -n 's/^Holds already: //p' "$dir/README.md")
    wanted=$(for check in $checks; do
        case " $passing " in *" $check "*) ;; *) printf '%s ' "$check" ;; esac
    done)
    try "$start" "$RUNS" "${wanted% }"
    [ "$(points)" = "$stated" ] ||
        complain "$start has $(points) points, its README says $stated"
    for right in "$solution" ${FULL:+tests/fair/"$name"/*.c}; do
        try "$right" "$RUNS" ""
        [ ! -s "$out/inspector.txt" ] ||
            complain "$right: $(cat "$out/inspector.txt")"
    done
    for patch in tests/wrong/"$name"/*.patch; do
        wrong=$OUT/$name/$(basename "$patch" .patch).c
        sh tests/wrong.sh "$patch" >"$wrong" || {
            complain "$patch does not apply to $solution"
            continue
        }
        loses=$(echo "$chosen" | sed -n "s,^$patch *,,p")
        CHECK=
        if [ -n "$FULL" ]; then
            loses=$(header "$patch" Loses)
        elif [ -z "$loses" ]; then
            continue
        elif [ "${loses%% *}" = "$loses" ]; then
            CHECK=$loses
        fi
        export CHECK
        may=$(header "$patch" "May lose")
        try "$wrong" $(((RUNS + 9) / 10)) "$loses" "$may"
        points=$(points)
        stated=$(header "$patch" Points)
        [ -n "$CHECK" ] || [ "$points" = "$stated" ] ||
            { [ -n "$may" ] && [ "$points" -lt "$stated" ]; } ||
            complain "$patch has $points points, not $stated"
        says=$(header "$patch" Says)
        tr -s ' \n' ' ' <"$out.txt" | grep -qF "$says" ||
            complain "$patch is not told \"$says\""
    done
done
echo "exercise $ONLY: $files files judged $judged times, $bad wrong verdicts"
[ $bad = 0 ]
