#!/bin/sh
# SPDX-License-Identifier: MIT
# What SANITIZE= shows of an exercise. Solutions, and the right ones in tests/fair,
# keep full marks; with threads this cannot be asked of gcc 14, for in a
# child that is forked while a thread starts its malloc may wait for ever, without
# any judge, too. A solution in which the last call of free or munmap is missing,
# or crashes, or overflows, is told so, with file and line, in 80 columns.
#   exercises_sanitized.sh SANITIZE
# From make: B, of that sanitizer, and CC. ONLY=3 tests one exercise.
set -eu
cd "$(dirname "$0")/.."
. tests/prelude.sh
SANITIZE=$1
export B CC SANITIZE OUT="$work/out"

judged() { # STATUS NUMBER FILE
    says "$1" "" env FILE="$3" sh exercises/exercise.sh check "$2"
    ! grep -E '.{81}' "$work/said" || fail "$3: wider than 80 columns"
}

# The solution $1, with another statement for its last call of free or munmap.
instead() { # FILE STATEMENT
    awk -v statement="$2" '{ line[NR] = $0 }
        /^ *(free|munmap)\(.*\);/ { last = NR }
        END { for (i = 1; i <= NR; i++) print i == last ? statement : line[i] }' \
        "$1"
}

told() { # NUMBER WORDS, wherever the lines are broken
    grep -q ' FAIL ' "$work/said" && tr -s ' \n' ' ' <"$work/said" | grep -q "$2" ||
        fail "exercise $1, SANITIZE=$SANITIZE: not \"$2\": $(cat "$work/said")"
}

for solution in solutions/[0-9]*/ex*.c; do
    number=$(expr "$solution" : 'solutions/0*\([0-9]*\)-')
    [ "${ONLY:-$number}" = "$number" ] || continue
    name=$(basename "$solution")
    folder=$(basename "$(dirname "$solution")")
    for right in "$solution" tests/fair/"$folder"/*.c; do
        if [ "$SANITIZE" = address ] && grep -qE '(pthread|thrd)_create' "$right"; then
            continue
        fi
        judged 0 "$number" "$right"
        [ -z "$(sed -n '/FAIL/,$p' "$work/said")" ] || cat "$work/said"
    done
    mkdir -p "$work/wrong"
    wrong=$work/wrong/$name
    instead "$solution" ';' >"$wrong"
    judged 1 "$number" "$wrong"
    told "$number" "actual .*$name:[0-9]*: .* took [0-9]* bytes"
    instead "$solution" \
        '{ volatile int most = 2147483647; most = most + 1; }' >"$wrong"
    if [ "$SANITIZE" = undefined ]; then
        judged 1 "$number" "$wrong"
        told "$number" "$name:[0-9]*:.*runtime error"
    else
        instead "$solution" '*(volatile char *)8 = 0;' >"$wrong"
        judged 1 "$number" "$wrong"
        told "$number" "$name:[0-9]*"
    fi
done
[ $failed = 0 ] && echo "SANITIZE=$SANITIZE: right ones hold, wrong ones are told where"
exit $failed
