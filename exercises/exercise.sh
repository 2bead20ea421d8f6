#!/bin/sh
# SPDX-License-Identifier: MIT
# What the make targets of an exercise do. Built parts are under $B/exercises.
#
#   exercise.sh check N | hint N | watch N | reset N | progress
#
# From make: B, CC, CFLAGS; from the student: CHECK, SEED. FILE names another
# file than the student's, OUT another place for what comes out (tests).
set -eu

cd "$(dirname "$0")/.."
B=${B:-build/gcc}
STATE=build/exercises

folder() { # the folder of exercise N
    set -- exercises/0"$1"-*/
    [ -d "$1" ] || { echo "There is no such exercise: they are 1 to 8."; exit 2; }
    echo "${1%/}"
}

starter() { # the student's file in a folder
    ls "$1"/ex[0-9]_*.c
}

compile() { # $1 folder, $2 file, $3 where to
    mkdir -p "$3"
    if ! $CC -std=gnu11 -Wall -Wextra -g -O1 ${SANITIZE:+-fsanitize=$SANITIZE} \
        -I"$1" -c -o "$3/student.o" "$2" 2>"$3/compiler.txt"; then
        echo "Your file does not compile yet. The first thing to mend:"
        echo
        grep -m 1 -A 4 -E 'error' "$3/compiler.txt" | cut -c 1-79
        echo
        echo "All the compiler said is in $3/compiler.txt."
        return 1
    fi
    if ! $CC ${SANITIZE:+-fsanitize=$SANITIZE} -Wl,--wrap=fork \
        -o "$3/driver" "$B/$1/driver.o" "$B/exercises/common/driver.o" \
        "$B/exercises/common/wire.o" "$3/student.o" -lm -lpthread \
        2>"$3/linker.txt"; then
        echo "Your file compiles, but does not fit the exercise's header:"
        echo
        grep -m 5 -E 'undefined|multiple' "$3/linker.txt" |
            sed 's/.*: \(undefined\|multiple\)/  \1/' | sort -u | cut -c 1-79
        echo
        echo "Each function of the header must be there once, and no main()."
        return 1
    fi
    if grep -q 'warning:' "$3/compiler.txt"; then
        echo "The compiler warns, and is often right:"
        grep -m 3 'warning:' "$3/compiler.txt" | cut -c 1-79
        echo
    fi
}

check() {
    dir=$(folder "$1")
    file=${FILE:-$(starter "$dir")}
    out=${OUT:-$STATE/$1}
    mkdir -p "$out"
    result=$out/result.json
    [ -z "${CHECK:-}" ] || result=$out/one.json
    if ! compile "$dir" "$file" "$out"; then
        "$B/$dir/judge" --error "It does not compile." --seed "${SEED:-0}" \
            --out "$result"
        return 1
    fi
    "$B/$dir/judge" ${CHECK:+--check "$CHECK"} ${SEED:+--seed "$SEED"} \
        --out "$result" "$out/driver"
    "$B/exercises/common/report" "$result"
}

hint() { # the next of three, then the first again
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
    dir=$(folder "$1")
    echo "Watching $(starter "$dir"); Ctrl-C ends it."
    # The folder, not the file: editors save by renaming. The watch begins before
    # the first check, so that no save goes unseen.
    inotifywait -mq -e close_write,moved_to --include '\.c$' "$dir" | {
        make --no-print-directory "exercise$1" || :
        while read -r _; do
            make --no-print-directory "exercise$1" || :
        done
    }
}

reset() {
    dir=$(folder "$1")
    file=$(starter "$dir")
    mine=$file.mine
    n=1
    while [ -e "$mine" ]; do
        n=$((n + 1))
        mine=$file.mine.$n
    done
    cp "$file" "$mine"
    cp "exercises/common/starters/$(basename "$file")" "$file"
    rm -f "$STATE/hint$1"
    echo "$file is the starter again. Yours is kept in $mine."
}

progress() {
    next=
    for n in 1 2 3 4 5 6 7 8; do
        dir=$(folder $n)
        score="not tried"
        if [ -f "$STATE/$n/result.json" ]; then
            score=$("$B/exercises/common/report" --brief \
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
        echo "All eight done."
    fi
}

case ${1:-} in
check | hint | watch | reset) "$1" "${2:?which exercise?}" ;;
progress) progress ;;
*) sed -n '3,9p' "$0"; exit 2 ;;
esac
