#!/bin/bash
# SPDX-License-Identifier: MIT
# Plays the student who tries everything: runs each lesson with default, odd and
# wrong knobs, in a pipe, on a terminal and interrupted, and runs its Python
# twins (two of them). Prints what failed; silent about the rest. FULL=1 runs all
# twins, turns every knob every way, and compares each lesson with its text,
# command by command. ONLY="3 5" tries only these. TIMES=20 runs only the lessons'
# guides and texts, 20 times, LOAD=2 beside two busy loops: all claims hold, the
# texts fit.
set -uo pipefail

if [ -n "${TIMES:-}" ]; then
    for number in ${ONLY:-1 2 3 4 5 6 7 8 9 10 11 12 13}; do
        set -- "$@" lessons/"$(printf %02d "$number")"-*/README.md
    done
    exec python3 lessons/transcripts.py check "$@"
fi

B=${B:-build/gcc} FULL=${FULL:-}
if [ -z "${ONLY:-}" ]; then
    # All texts in one copy of the tree, which is built once.
    export WHOLE=1
    exec sh tests/each.sh "$B/test-lessons" lessons/test.sh texts \
        $(sed -n 's/^# Lesson \([0-9]*\):.*/\1/p' lessons/[0-9]*/README.md)
fi
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
export LESSON_TEST="lessons-$$" # marks every process started from here
unset WORKERS TASKS INPUT PREDICT TRACE LESSON_OUT
failures=0 runs=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# try NAME=value …: runs $program in a pipe; status in $status, output in files
try() {
    what="$number $*"
    runs=$((runs + 1))
    env "$@" timeout -k 5 180 $program </dev/null 2>"$temp/err" | cat >"$temp/out"
    status=$?
    awk 'length > 80 { exit 1 }' "$temp/out" "$temp/err" ||
        fail "$what: a line is longer than 80 columns"
    ! LC_ALL=C grep -q '[^ -~]' "$temp/out" "$temp/err" ||
        fail "$what: prints other bytes than plain text"
    ! grep -P '(?<![0-9.,])1 (?!([mu]s|is|was|has|process)\b)[a-z]+s\b' "$temp/out" "$temp/err" ||
        fail "$what: one of many"
}
works() {
    try "$@"
    [ $status -eq 0 ] && [ ! -s "$temp/err" ] && grep -q '\[ok\]' "$temp/out" || {
        fail "$what: status $status"
        grep -h 'NOT SO' "$temp/out"; cat "$temp/err"
    }
}
refuses() {
    try "$@"
    [ $status -eq 2 ] && [ "$(wc -l <"$temp/err")" -eq 1 ] && grep -q '\.$' "$temp/err" || {
        fail "$what: not refused with one sentence (status $status)"
        cat "$temp/err"
    }
}
# Lessons differ in what they take from INPUT and how many tasks they allow.
works_or_refuses() {
    try "$@"
    case $status in
        0) [ ! -s "$temp/err" ] || fail "$what: status 0 but complains" ;;
        2) [ "$(wc -l <"$temp/err")" -eq 1 ] || fail "$what: more than one sentence" ;;
        *) fail "$what: status $status"; grep -h 'NOT SO' "$temp/out"; cat "$temp/err" ;;
    esac
}

# Whether a process started from here is left, waiting up to two seconds.
left_over() {
    local deadline=$((SECONDS + 3))
    while grep -lqsa "LESSON_TEST=$LESSON_TEST" $(others); do
        [ $SECONDS -lt $deadline ] || return 0
    done
    return 1
}
others() { # environments of all processes but this shell and its helpers
    for pid in /proc/[0-9]*; do
        read -r comm <"$pid/comm" || continue
        case " guide $names " in *" $comm "*) echo "$pid/environ" ;; esac
        case $comm in pool-* | mpirun) echo "$pid/environ" ;; esac
    done 2>/dev/null
    echo /dev/null
}

programs() { # of this lesson, as ps shows them
    for file in "$folder"*.c; do basename "$file" .c | cut -c 1-15; done | paste -sd' '
}

# Every knob, every way.
knobs() {
    works PREDICT=0
    works WORKERS=1
    refuses PREDICT=maybe
    works WORKERS=64
    works TASKS=1
    works TASKS=2 WORKERS=3
    works_or_refuses TASKS=10000
    for bad in 0 -3 100000000000 99999999999999999999999 1.5 ' 7' 4x; do
        refuses "WORKERS=$bad"
    done
    refuses TASKS=abc
    refuses "TRACE=$temp/missing/t.json"
    refuses PREDICT=0 STEP=often
    works STEP=0
    case $number in # more threads than it draws with; a knob of its own
    lesson10) works WORKERS=65 ;;
    lesson12)
        works REPETITIONS=1 WORKERS=3
        works REPETITIONS=3
        refuses REPETITIONS=0
        refuses REPETITIONS=x
        ;;
    esac
    for input in empty odd "odd/no newline" odd/empty binary binary/bytes missing; do
        works_or_refuses "INPUT=$temp/$input"
    done
    if [ "$(id -u)" -ne 0 ]; then
        works_or_refuses "INPUT=$temp/locked"
    elif setpriv --reuid 65534 --clear-groups test -x "${program%% *}" 2>/dev/null; then
        runs=$((runs + 1))
        INPUT=$temp/locked setpriv --reuid 65534 --clear-groups $program \
            </dev/null >/dev/null 2>"$temp/err"
        status=$?
        [ $status -eq 0 ] || { [ $status -eq 2 ] && [ "$(wc -l <"$temp/err")" -eq 1 ]; } ||
            fail "$number: a folder without permission: status $status"
    fi
}

# The text has its sections in order.
sections() {
    local text=${folder}README.md expected
    expected='The processes|Predict|Run|The programs|What is true|Break it on purpose'
    expected="$expected|Modify one number|What production does|Recap"
    [ "$(grep -xE "## .*" "$text" | sed 's/^## //' | paste -sd'|')" = "$expected" ] ||
        fail "$text: its sections are not: $expected"
}

# Programs that a learner can read: short, and nothing of ours but their input.
plain() {
    local file lines
    for file in "$folder"*.c; do
        case $file in */claims.c) continue ;; esac
        lines=$(wc -l <"$file")
        [ "$lines" -le 60 ] || [ "$(basename "$file")" = mypool.c ] ||
            fail "$file has $lines lines: 60 at most"
        ! grep -n '#include "' "$file" | grep -vE '"(pool\.h|words\.h|files\.h|mypool\.[ch])"' ||
            fail "$file includes more than pool.h and what reads an input"
        ! grep -nE '\b(u?sleep|nanosleep) *\(' "$file" || fail "$file sleeps"
        grep -qE "^(mpi)?cc .*${file#"$folder"}" "${folder}README.md" ||
            fail "${folder}README.md has no cc line for $file"
    done
    for file in "$folder"*.py; do
        [ -f "$file" ] || continue
        # Of its own: what it is and what it imports stand before.
        lines=$(grep -Evc '^$|^#|^"""|^import |^from ' "$file")
        [ "$lines" -le 25 ] || fail "$file has $lines lines: 25 at most"
        [ -f "${file%.py}.c" ] || fail "$file is the twin of nothing"
    done
}

# What the headings below "What is true" say, as links: "### What is `x`?" is
# what-is-x.
misconceptions() {
    sed '/^```/,/^```/d' "$1" | awk '/^## /{ on = /^## What is true/ } on && sub(/^### /, "")' |
        tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-'
}

# What is true of all texts together.
texts() {
    # A program to read is short; mypool.c is for looking things up. (That links
    # lead somewhere is looked at by make test-links.)
    for program in $(grep -ohE '\]\([^)#]*\.[ch]\)' README.md {lessons,exercises}/{,[0-9]*/}README.md |
        sed 's/.*[/(]//; s/)$//' | sort -u | grep -vx mypool.c); do
        for file in {lessons,exercises}/[0-9]*/"$program"; do
            [ ! -f "$file" ] || [ "$(wc -l <"$file")" -le 120 ] || fail "$file is too long to read"
        done
    done
    # Every wrong idea that a lesson refutes is in the table.
    for text in lessons/[0-9]*/README.md; do
        for anchor in $(misconceptions "$text"); do
            grep -qF "(${text#lessons/}#$anchor)" lessons/README.md ||
                fail "lessons/README.md has no row for ${text#lessons/}#$anchor"
        done
    done
    # Manual pages that are named exist, where manual pages are installed.
    if man -w 2 fork >/dev/null 2>&1; then
        for page in $(grep -oh '`man [0-9] [a-z_]*`' lessons/[0-9]*/README.md | tr -d '`' |
            sed 's/man \(.\) /\1:/' | sort -u); do
            man -w "${page%%:*}" "${page#*:}" >/dev/null 2>&1 || fail "there is no man ${page/:/ }"
        done
    fi

    # In Chinese, Chinese punctuation.
    ! sed 's/](\([^)]*\))//g; s/`[^`]*`/C/g' lessons/README.zh.md lessons/glossary.md |
        grep -P '[\x{4e00}-\x{9fff}][,;:!?(]|[,;:!?)][\x{4e00}-\x{9fff}]' || fail "half-width punctuation"

    # What from-python.md names is in pool.h.
    for name in $(grep -ohE '\b(pool_[a-z_]+|POOL_E?[A-Z]+)\b' lessons/from-python.md lessons/README.zh.md | sort -u); do
        grep -qw "$name" lib/pool.h || [ "$name" = POOL_TRACE ] || fail "pool.h has no $name"
    done
    python3 lessons/needs.py >"$temp/needs" || { fail "needs"; cat "$temp/needs"; }
    python3 lessons/transcripts.py check README.md lessons/README.md \
        lessons/README.zh.md lessons/debugging.md lessons/memory-order.md \
        ${FULL:+${WHOLE:+lessons/[0-9]*/README.md}} || fail "transcripts"
}

mkdir -m 1777 "$temp/tmp"
export TMPDIR=$temp/tmp # where nothing may be left
mkdir "$temp/bin" "$temp/empty" "$temp/locked" "$temp/odd" "$temp/binary"
printf 'thing and think' >"$temp/odd/no newline"
: >"$temp/odd/empty"
printf 'words in a file of a strange name' >"$temp/odd/$(printf 'new\nline \033[1m\377')"
LC_ALL=C awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%c", (i * 7919) % 256 }' >"$temp/binary/bytes"
echo secret >"$temp/locked/file"
chmod 0 "$temp/locked"
chmod 755 "$temp"
ln -s "$(command -v timeout)" "$temp/bin/"

for folder in lessons/[0-9][0-9]-*/; do
    name=$(basename "$folder")
    program="$B/lessons/$name/guide $B/lessons/$name"
    number=lesson${name%%-*} short=${name%%-*}
    case " $ONLY " in *" ${short#0} "*) ;; *) continue ;; esac
    names=$(programs)
    plain
    # Whether it measures honestly, the long size tells.
    [ "$number" != lesson12 ] || [ -n "$FULL" ] || export REPETITIONS=3
    if [ "$number" = lesson13 ]; then
        works "PATH=$temp/bin" # no Open MPI: the pool runs all the same
        grep -q 'apt install openmpi' "$temp/out" || fail "$number: does not say what to install"
    fi

    refuses WORKERS=abc
    [ -z "$FULL" ] || knobs
    works "TRACE=$temp/trace.json"
    if [ -s "$temp/trace.json" ] && command -v python3 >/dev/null; then
        python3 tests/trace.py "$temp/trace.json" || fail "$number: its TRACE"
        [ "$number" != lesson04 ] || python3 tests/trace.py --self-test "$temp/trace.json" ||
            fail "tests/trace.py"
    fi
    if [ -n "$FULL" ]; then
        works "TRACE=$temp/trace.html"
        grep -q 'class="trace"' "$temp/trace.html" || fail "$number: TRACE= as a page"
    fi
    rm -f "$temp"/trace*

    # On a terminal it asks once, and says so afterwards.
    if command -v script >/dev/null; then
        printf 'zzz\na\n' | STEP=0 WORKERS=1 timeout 60 script -qec "$program" /dev/null >"$temp/out" 2>&1
        grep -q 'You said: *a)' "$temp/out" || fail "$number: did not ask for a prediction"
        grep -q '\[ok\]' "$temp/out" && ! grep 'NOT SO' "$temp/out" || fail "$number WORKERS=1"
    fi
    # Ctrl-C in the middle, and a reader that goes away: nothing is left.
    for wait in ${FULL:+0.002 0.02 0.4} 0.06; do
        timeout -s INT $wait $program </dev/null >/dev/null 2>&1
    done
    $program </dev/null 2>/dev/null | head -3 >/dev/null
    left_over && fail "$number: left a process behind"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "$number: left files behind: $(ls "$TMPDIR")"

    twins=$(ls "$folder"*.py 2>/dev/null)
    case $FULL$number in lesson0[37] | 1*) ;; *) twins= ;; esac
    if [ -n "$twins" ] && command -v python3 >/dev/null; then
        works "TWIN=lessons/$name" WORKERS=2
        [ -z "$FULL" ] || works "TWIN=lessons/$name" WORKERS=1 TASKS=1
    fi
    case $number in lesson0[3-7]) # on the pool of solution 11, which make built
        program="$B/lessons/$name/guide $B/mine/lessons/$name"
        ! grep -qs ^solutions "$B/mine/file" || works POOL=mine ;;
    esac
    unset REPETITIONS
    sections
done

for number in $ONLY; do
    [ -z "$FULL" ] || [ -n "${WHOLE:-}" ] || [ "$number" = texts ] ||
        python3 lessons/transcripts.py check \
        lessons/"$(printf %02d "$number")"-*/README.md || fail "transcripts"
done
case " $ONLY " in *" texts "*) texts ;; esac
chmod 755 "$temp/locked"
echo "lessons $ONLY: $runs runs, $failures failures"
[ $failures -eq 0 ]
