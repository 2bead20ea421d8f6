#!/bin/sh
# SPDX-License-Identifier: MIT
# Starters have their stated start score; solutions, and the right ones in
# tests/fair that are unlike them, full marks; and each wrong solution, a patch
# on ours in tests/wrong, loses exactly the checks that its first lines say. Each
# check is lost by at least one wrong solution that keeps points.
#
# From make: B, CC, RUNS, FULL. FULL=1 judges all of them, else our solutions, and
# so many wrong ones that each check is lost by one. With RUNS above 1 all is judged that often
# (wrong ones a tenth, for some must run into a limit) while both cores are kept
# busy. ONLY=3 tests one exercise; else one per CPU goes side by side.
set -eu

cd "$(dirname "$0")/.."
RUNS=${RUNS:-1}
[ "$RUNS" = 1 ] || FULL=1
OUT=$B/test-exercises
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
        failed=$(awk '$1 == "check" && $3 < $4 { printf "%s ", $2 }' "$out/lines") || :
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
            sed 's/^/    /' "$out.txt" | head -40
        fi
        [ $i -lt "$times" ] || break
        i=$((i + 1))
        "$B/$dir/judge" --seed "$i" --lines "$out/lines" --report \
            "$out/driver" >"$out.txt" 2>&1 || :
    done
}

points_in() { # folder $1
    sed -n 's/^score \([0-9]*\) .*/\1/p' "$1/lines"
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
}

# Each sentence of the header, and of what the brief calls done, has a row in
# promises.md: the checks that fail where it is broken, and mistakes that lose one
# of them. Sentences of one or two words need none.
promises() { # $1 folder, $2 its last part
    awk -v checks=" $("$B/$1/judge" --list | awk '{ printf "%s ", $1 }')" \
        -v wrong="tests/wrong/$2/" '
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
        }' "$(header_of "$1")" "$1/README.md" "$1/promises.md" ||
        complain "$1/promises.md: see above"
}

header_of() { # the header that the driver includes, of folder $1
    sed -n 's,^#include "\(.*\)",\1,p' "$1/driver.c" | grep -v '^driver\.h' |
        sed "s,^,$1/,"
}

# Enough wrong and right ones, of each kind, and right ones that are not ours.
corpus() { # $1 folder, $2 its last part, $3 the student's file
    [ "$(find tests/wrong/"$2" -name '*.patch' 2>/dev/null | wc -l)" -ge 4 ] ||
        complain "tests/wrong/$2: fewer than four wrong solutions"
    [ "$(find tests/fair/"$2" -name '*.c' 2>/dev/null | wc -l)" -ge 2 ] ||
        complain "tests/fair/$2: fewer than two right solutions unlike ours"
    for wrong in tests/wrong/"$2"/*.patch; do
        [ "$(header "$wrong" Points)" = 0 ] || header "$wrong" Loses
    done | tr ' ' '\n' | sort -u >"$OUT/$2/lost"
    for check in $("$B/$1/judge" --list | awk '{ print $1 }'); do
        grep -qx "$check" "$OUT/$2/lost" ||
            complain "exercise $ONLY: no wrong solution loses $check"
    done
    for right in tests/fair/"$2"/*.c; do
        copied "$right" "solutions/$2/$3" &&
            complain "$right is a copy of our solution"
    done
    return 0
}

# Of the patches in tests/wrong/$1: with FULL=1 all, else so many that each of the
# checks $2 is lost by one; those that lose most of what is left come first.
chosen() {
    [ -z "${FULL:-}" ] || { printf '%s\n' tests/wrong/"$1"/*.patch && return; }
    awk -v checks="$2" '
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
                if (most) print best
                n = split(loses[best], check)
                while (n > 1) delete left[check[n--]]
            } while (most)
        }' tests/wrong/"$1"/*.patch
}

# No starter gives away what an earlier exercise asks for: of the lines that
# tell its solution from its own starter, it has hardly one.
starter_tells() { # $1 folder
    for other in exercises/[0-9]*/starter.c; do
        exercise=$(basename "$(dirname "$other")")
        [ "$exercise" != "$(basename "$1")" ] || continue
        awk '{ gsub(/^[ \t]+/, "") }
            length($0) < 20 || /^(\/\/|#)/ { next }
            FILENAME == ARGV[1] { given[$0]; next }
            FILENAME == ARGV[2] { if (!($0 in given)) tells[$0]; next }
            $0 in tells { told++ }
            END { exit !(told * 5 > length(tells)) }' "$other" \
            solutions/"$exercise"/*.c "$1/starter.c" &&
            complain "$1/starter.c has much of the solution of $exercise"
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
    name=$(basename "$dir")
    mkdir -p "$OUT/$name"
    start=$dir/starter.c
    student=$(basename "solutions/$name"/ex*.c)
    texts "$dir" "$name"
    promises "$dir" "$name"
    corpus "$dir" "$name" "$student"
    starter_tells "$dir"
    stated=$(sed -n 's/^The starter starts at \([0-9]*\) of.*/\1/p' "$dir/README.md")
    passing=$(sed -n 's/^Holds already: //p' "$dir/README.md")
    wanted=$("$B/$dir/judge" --list | awk -v p=" $passing " \
        'index(p, " " $1 " ") == 0 { print $1 }')
    try "$dir" "$start" "$RUNS" "$wanted"
    points=$(points_in "$OUT/$name/$(echo "$start" | tr / _)")
    [ "$points" = "$stated" ] ||
        complain "$start has $points points, its README says $stated"
    for right in "solutions/$name/$student" ${FULL:+tests/fair/"$name"/*.c}; do
        try "$dir" "$right" "$RUNS" ""
        [ ! -s "$OUT/$name/$(echo "$right" | tr / _)/inspector.txt" ] ||
            complain "$right: $(cat \
                "$OUT/$name/$(echo "$right" | tr / _)/inspector.txt")"
    done
    checks=$("$B/$dir/judge" --list | awk '{ printf "%s ", $1 }')
    judge=$(chosen "$name" "$checks")
    for patch in tests/wrong/"$name"/*.patch; do
        wrong=$OUT/$name/$(basename "$patch" .patch).c
        sh tests/wrong.sh "$patch" >"$wrong" || {
            complain "$patch does not apply to solutions/$name/$student"
            continue
        }
        case "$judge" in *"$patch"*) ;; *) continue ;; esac
        may=$(header "$patch" "May lose")
        try "$dir" "$wrong" $(((RUNS + 9) / 10)) "$(header "$patch" Loses)" "$may"
        points=$(points_in "$OUT/$name/$(echo "$wrong" | tr / _)")
        stated=$(header "$patch" Points)
        [ "$points" = "$stated" ] ||
            { [ -n "$may" ] && [ "$points" -lt "$stated" ]; } ||
            complain "$patch has $points points, not $stated"
        says=$(header "$patch" Says)
        tr -s ' \n' ' ' <"$OUT/$name/$(echo "$wrong" | tr / _).txt" |
            grep -qF "$says" || complain "$patch is not told \"$says\""
    done
done
echo "exercise $ONLY: $files files judged $judged times, $bad wrong verdicts"
[ $bad = 0 ]
