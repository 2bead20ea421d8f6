#!/bin/sh
# SPDX-License-Identifier: MIT
# Seeded schedules. Each wrong solution whose header says "Race: yes" is found,
# in each of TRIES tries that begin at other seeds, and its schedule runs again
# by its seed, the same each time; neither a solution nor a fair one is ever
# blamed; and both compilers show the same steps.
#
# From make: B, CC. TRIES: tries for each, and hundreds of schedules for each
# right one; ONLY=8: one exercise.
set -eu

cd "$(dirname "$0")/.."
TRIES=${TRIES:-3}
OUT=$B/test-schedules
bad=0 races=0 rights=0
mkdir -p "$OUT"

complain() {
    bad=$((bad + 1))
    echo "$*"
}

run() { # $1 folder, $2 file, then options
    dir=$1 file=$2
    shift 2
    OBJECTS=$B/exercises/schedule sh exercises/schedule/run.sh "$file" \
        "$B/exercises/$dir/schedule.o" "exercises/$dir" "$OUT/$dir" \
        --again again: "$@"
}

found() { # $1 folder, $2 name: each try finds it, and its seed shows it again
    try=0
    while [ $try -lt "$TRIES" ]; do
        # As many as fit into ten seconds on a quiet machine.
        run "$1" "$OUT/$2.c" --from $((try * 1000)) --runs 500 \
            >"$OUT/$2.txt" && {
            complain "$2: not found, beginning at seed $((try * 1000))"
            return
        }
        [ "$(wc -l <"$OUT/$2.txt")" -le 15 ] ||
            complain "$2: the story has $(wc -l <"$OUT/$2.txt") lines"
        try=$((try + 1))
    done
    seed=$(sed -n 's/^Again: again://p' "$OUT/$2.txt")
    for _ in 1 2 3; do
        run "$1" "$OUT/$2.c" --seed "$seed" --steps | cmp -s - "$OUT/$2.again" ||
            [ ! -f "$OUT/$2.again" ] ||
            complain "$2: seed $seed shows other steps than a moment ago"
        run "$1" "$OUT/$2.c" --seed "$seed" --steps >"$OUT/$2.again" || :
    done
    rm -f "$OUT/$2.again"
}

for scenario in exercises/*/schedule.c; do
    dir=${scenario#exercises/} dir=${dir%/*}
    [ -z "${ONLY:-}" ] || [ "$(expr "$dir" : '0*\([0-9]*\)-')" = "$ONLY" ] ||
        continue
    some=0
    for patch in tests/wrong/"$dir"/*.patch; do
        grep -q '^Race: yes' "$patch" || continue
        name=$(basename "$patch" .patch)
        sh tests/wrong.sh "$patch" >"$OUT/$name.c"
        found "$dir" "$name"
        races=$((races + 1)) some=1
    done
    [ $some = 1 ] || complain "$dir: no wrong solution there is a race"
    for right in solutions/"$dir"/ex*.c tests/fair/"$dir"/*.c; do
        run "$dir" "$right" --runs $((TRIES * 100)) >"$OUT/right.txt" || {
            status=$?
            [ $status = 1 ] && complain "$right is blamed:" ||
                complain "$right cannot be tried:"
            cat "$OUT/right.txt"
        }
        rights=$((rights + 1))
    done
done
# The programs of lessons that name one.
for named in lessons/*/schedule; do
    [ -z "${ONLY:-}" ] || continue
    read -r program argument <"$named"
    PROGRAM=1 SCHEDULE_ARGUMENT=$argument OBJECTS=$B/exercises/schedule \
        sh exercises/schedule/run.sh "${named%/*}/$program.c" \
        "$B/exercises/schedule/program.o" lib "$OUT/program" --runs 50 \
        >"$OUT/program.txt" && complain "$named: nothing is found"
    grep -q '^Again: ' "$OUT/program.txt" || complain "$named: no story"
    races=$((races + 1))
done
echo "$races races found, $rights right solutions not blamed, $bad complaints"
[ $bad = 0 ]
