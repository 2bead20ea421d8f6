#!/bin/sh
# SPDX-License-Identifier: MIT
# What the make targets of an exercise do. Built parts are under $B/exercises.
#
#   exercise.sh check N | schedule N | hint N | watch N | reset N |
#               progress
#
# From make: B, CC, SANITIZE; from the student: CHECK, SEED. FILE names another
# file than the student's, OUT another place for what comes out.
set -eu

cd "$(dirname "$0")/.."
B=${B:-build/gcc}
CC=${CC:-gcc}
STATE=build/exercises

# Number, name and file come from the folder, exercises/NN-name.

numbers() {
    for check in exercises/[0-9][0-9]-*/check.c; do
        expr "$check" : 'exercises/0*\([0-9]*\)-'
    done
}

folder() { # the folder of exercise N
    set -- "$(printf 'exercises/%02d-' "$1")"*/
    echo "${1%/}"
}

file_name() { # what the student's file is called
    dir=$(folder "$1")
    name=${dir##*/}
    echo "ex$1_$(echo "${name#*-}" | tr - _).c"
}

students() { # the student's file for exercise N
    echo "$(folder "$1")/$(file_name "$1")"
}

# Makes the student's file of the starter, once.
begin() {
    file=$(students "$1")
    [ -e "$file" ] || [ -h "$file" ] || {
        cp "$(folder "$1")/starter.c" "$file" || exit 2
        echo "$file is new: it is the starter. Write in it."
        echo
    }
}

need() { # that file must be there
    [ -f "$1" ] && [ -r "$1" ] && return
    echo "There is no file $1 to read."
    [ "$1" != "$(students "$2")" ] || echo "The starter again: make reset$2"
    exit 2
}

narrow() { # lines for 80 columns; what is absurdly long is cut
    cut -c 1-240 | fold -s -w 79
}

compile() { # $1 folder, $2 file, $3 where to
    mkdir -p "$3"
    if ! LC_ALL=C $CC @exercises/judge/compile.options -Wall -Wextra \
        ${SANITIZE:+-fsanitize=$SANITIZE} -I"$1" -c -o "$3/student.o" "$2" \
        2>"$3/compiler.txt"; then
        echo "Your file does not compile yet. The first thing to mend:"
        echo
        grep -m 1 -A 4 -E 'error' "$3/compiler.txt" | narrow
        echo
        echo "All the compiler said is in $3/compiler.txt."
        return 1
    fi
    if grep -q 'warning:' "$3/compiler.txt"; then
        echo "The compiler warns, and is often right:"
        grep -m 3 'warning:' "$3/compiler.txt" | narrow
        echo
    fi
    if ! LC_ALL=C $CC ${SANITIZE:+-fsanitize=$SANITIZE} \
        -o "$3/driver" "$B/$1/driver.o" "$B/exercises/judge/driver.o" \
        "$B/exercises/judge/caller.o" "$B/exercises/judge/wire.o" "$3/student.o" \
        @exercises/judge/link.options 2>"$3/linker.txt"; then
        echo "Your file compiles, but the linker cannot make a program of it:"
        echo
        sed -n 's/.*: \(undefined reference\|multiple definition\)/  \1/p' \
            "$3/linker.txt" | sed 's/;.*//' | sort -u | head -5 | narrow
        echo
        echo "Each function of $(basename "$1"/*.h) must be there once, no main(), and what you"
        echo "call must exist. All the linker said is in $3/linker.txt."
        return 1
    fi
}

# What a grader would refuse. Not with sanitizers, which add calls of their own.
inspect() { # $1 folder, $2 the folder of student.o
    [ -x "$B/exercises/judge/inspect" ] && [ -z "${SANITIZE:-}" ] || return 0
    "$B/exercises/judge/inspect" "$B/$1/required.txt" \
        exercises/judge/imports.txt <"$2/student.o" >"$2/inspector.txt" || {
        echo "As it is, a grader would not run it, and it would have no points:"
        narrow <"$2/inspector.txt"
        echo
    }
}

# Address and undefined, or both: the others need more memory than a check may
# have, and look for threads, or for code that nobody here has built.
sanitizers() {
    for it in $(echo "${SANITIZE:-}" | tr , ' '); do
        case $it in
        address | undefined) ;;
        *)
            echo "SANITIZE=$it does not go with the exercises. SANITIZE=address does, and"
            echo "SANITIZE=undefined."
            exit 2
            ;;
        esac
    done
}

check() {
    sanitizers
    dir=$(folder "$1")
    [ -n "${FILE:-}" ] || begin "$1"
    file=${FILE:-$(students "$1")}
    need "$file" "$1"
    out=${OUT:-$STATE/$1}
    mkdir -p "$out"
    result=$out/result.json
    [ -z "${CHECK:-}" ] || result=$out/one.json
    if ! compile "$dir" "$file" "$out"; then
        "$B/$dir/judge" --error "It does not compile." --seed "${SEED:-0}" \
            --out "$result"
        return 1
    fi
    inspect "$dir" "$out"
    "$B/$dir/judge" ${CHECK:+--check "$CHECK"} ${SEED:+--seed "$SEED"} \
        --out "$result" "$out/driver"
    "$B/exercises/judge/report" "$result"
}

schedule() { # SCHEDULE: a seed, or nothing: as many as there is time for
    dir=$(folder "$1")
    [ -f "$dir/schedule.c" ] || {
        echo "SCHEDULE= is for exercises whose processes share memory:" \
            "$(for it in exercises/*/schedule.c; do
                expr "$it" : 'exercises/0*\([0-9]*\)-'
            done | tr '\n' ' ')"
        exit 2
    }
    [ -z "${SANITIZE:-}" ] || {
        echo "SCHEDULE= and SANITIZE= do not go together."
        exit 2
    }
    [ -n "${FILE:-}" ] || begin "$1"
    file=${FILE:-$(students "$1")}
    need "$file" "$1"
    OBJECTS=$B/exercises/schedule sh exercises/schedule/run.sh "$file" \
        "$B/$dir/schedule.o" "$dir" "${OUT:-$STATE/$1}" \
        ${SCHEDULE:+--seed "$SCHEDULE"} --again "make exercise$1 SCHEDULE="
}

hint() { # the next of three, then the first again
    begin "$1"
    dir=$(folder "$1")
    mkdir -p "$STATE"
    last=$(cat "$STATE/hint$1" 2>/dev/null || echo 0)
    next=$((last % 3 + 1))
    echo "Hint $next of 3 for exercise $1"
    awk -v n="$next" '/^## /{ i++; next } i == n' "$dir/hints.md" |
        fmt -w 80
    echo "$next" >"$STATE/hint$1"
    [ "$next" = 3 ] || echo "More: make hint$1"
}

watch() {
    command -v inotifywait >/dev/null || {
        echo "Watching needs inotifywait: apt install inotify-tools"
        exit 2
    }
    begin "$1"
    file=$(students "$1")
    echo "Watching $file; Ctrl-C ends it."
    # The folder, not the file: editors save by renaming. The watch begins before
    # the first check, so that no save goes unseen.
    inotifywait -mq -e close_write,moved_to --include "/${file##*/}\$" \
        "${file%/*}" | {
        make --no-print-directory "exercise$1" || :
        while read -r _; do
            make --no-print-directory "exercise$1" || :
        done
    }
}

reset() {
    file=$(students "$1")
    starter=$(folder "$1")/starter.c
    if cmp -s "$starter" "$file"; then
        echo "$file is the starter already."
        return
    fi
    mine=
    if [ -e "$file" ]; then
        mine=$file.mine
        n=1
        while [ -e "$mine" ]; do
            n=$((n + 1))
            mine=$file.mine.$n
        done
        cp "$file" "$mine"
    fi
    cp "$starter" "$file"
    rm -f "$STATE/hint$1" "$STATE/$1/result.json"
    echo "$file is the starter again."
    [ -z "$mine" ] || echo "Yours is kept in $mine."
}

progress() {
    next=
    for n in $(numbers); do
        dir=$(folder "$n")
        score="not tried"
        if [ -f "$STATE/$n/result.json" ]; then
            score=$("$B/exercises/judge/report" --brief \
                "$STATE/$n/result.json") && done=yes || done=no
        else
            done=no
        fi
        [ $done = yes ] || next=${next:-$n}
        printf '  %s %-28s %s\n' "$([ $done = yes ] && echo '[x]' || echo '[ ]')" \
            "$(basename "$dir")" "$score"
    done
    if [ -n "$next" ]; then
        echo "Next: $(folder "$next")/README.md, then make exercise$next"
    else
        echo "All done."
    fi
}

case ${1:-} in
check | schedule | hint | watch | reset) "$1" "${2:?which exercise?}" ;;
numbers | progress) "$1" ;;
*) sed -n '3,10p' "$0"; exit 2 ;;
esac
