#!/bin/sh
# SPDX-License-Identifier: MIT
# Seeded schedules.
#
#   - Each wrong solution whose header says "Race: yes" is found, in each of TRIES
#     tries that begin at other seeds, and its schedule runs again by its seed, the
#     same each time, also beside a load.
#   - No solution is blamed, nor a fair one.
#   - FULL=1: what the judge would ask of any other wrong solution costs no check
#     that the race tests do not take, too.
#   - The programs in tests/schedules: one for each way to wait, with two to eight
#     processes. Their faults are found, and without these nothing is.
#   - FULL=1: so do those that clang has built.
#
# From make: B, CC, FULL. TRIES: tries for each; REPLAYS: of each seed found; RUNS:
# schedules of each right one; LOAD: so many processes that keep the processors
# busy meanwhile; ONLY=8: one exercise; ONLY=programs, ONLY=lessons.
set -eu

cd "$(dirname "$0")/.."
CC=${CC:-gcc}
FULL=${FULL:-}
TRIES=${TRIES:-${FULL:+2}} TRIES=${TRIES:-1}
REPLAYS=${REPLAYS:-3}
RUNS=${RUNS:-40}
OUT=$B/test-schedules
bad=0 races=0 rights=0 load=
mkdir -p "$OUT"
trap 'for p in $load; do kill "$p" 2>/dev/null || :; done' EXIT
trap 'exit 130' INT TERM
i=0
while [ $i -lt "${LOAD:-0}" ]; do
    (while :; do :; done) &
    load="$load $!" i=$((i + 1))
done

complain() {
    bad=$((bad + 1))
    echo "$*"
}

# Builds $2 of folder $1 as OUT/NAME/schedule, NAME being the file's.
build() {
    name=$(basename "$2" .c)
    RUNTIME=$B/exercises/schedule sh exercises/schedule/build.sh "$2" \
        "$B/exercises/$1/schedule.o" "exercises/$1" "$OUT/$name" \
        "$B/exercises/$1/required.txt" >"$OUT/$name.log" || {
        complain "$2 cannot be built: $(tail -n 1 "$OUT/$name.log")"
        return 1
    }
}

run() { # what was built as $1, then options
    program=$OUT/$1/schedule
    shift
    "$program" --again again: "$@"
}

found() { # $1: each try finds it, and its seed shows it again
    try=0
    while [ $try -lt "$TRIES" ]; do
        # As many as fit into ten seconds on a quiet machine.
        run "$1" --from $((try * 1000)) --runs 500 >"$OUT/$1.txt" || :
        grep -q '^Again: again:' "$OUT/$1.txt" || {
            complain "$1: not found, beginning at seed $((try * 1000))"
            return
        }
        [ "$(sed '1,2d; $d' "$OUT/$1.txt" | wc -l)" -le 12 ] ||
            complain "$1: the story has more than twelve lines"
        [ "$(wc -L <"$OUT/$1.txt")" -le 80 ] ||
            complain "$1: the story is wider than 80 columns"
        try=$((try + 1))
    done
    seed=$(sed -n 's/^Again: again://p' "$OUT/$1.txt")
    run "$1" --seed "$seed" --steps >"$OUT/$1.steps" || :
    try=1
    while [ $try -lt "$REPLAYS" ]; do
        run "$1" --seed "$seed" --steps | cmp -s - "$OUT/$1.steps" ||
            complain "$1: seed $seed shows other steps than a moment ago"
        try=$((try + 1))
    done
    races=$((races + 1))
}

not_blamed() { # what was built as $1: nothing is found in many schedules
    run "$1" --runs "$RUNS" >"$OUT/$1.txt" || {
        status=$?
        [ $status = 1 ] && complain "$1 is blamed:" ||
            complain "$1 cannot be tried:"
        cat "$OUT/$1.txt"
    }
    rights=$((rights + 1))
}

header() { # the words after "$2:" at the top of patch $1
    sed -n "/^--- /q; s,^$2: *,,p" "$1"
}

# What schedules take from a wrong solution the race tests take, too.
agree() { # $1 scenario.c, $2 patch, $3 what was built
    for check in $(sed -n 's/.*\.check = "\(.*\)",.*/\1/p' "$1" | sort -u); do
        case " $(header "$2" Loses) $(header "$2" "May lose") " in
        *" $check "*) continue ;;
        esac
        run "$3" --check "$check" --runs 40 >"$OUT/$3.txt" || {
            [ $? = 2 ] || {
                complain "$2 loses $check under schedules, and else not:"
                cat "$OUT/$3.txt"
            }
        }
    done
}

exercise() { # $1 scenario.c
    dir=${1#exercises/} dir=${dir%/*} before=$races
    for patch in tests/wrong/"$dir"/*.patch; do
        race=$(header "$patch" Race)
        [ -n "$FULL$race" ] || continue
        name=$(basename "$patch" .patch)
        sh tests/wrong.sh "$patch" >"$OUT/$name.c"
        build "$dir" "$OUT/$name.c" || continue
        [ -z "$race" ] || found "$name"
        [ -z "$FULL" ] || agree "$1" "$patch" "$name"
    done
    # A patch of our solution there that is right, and wrong with -DWRONG.
    for patch in tests/schedules/"$dir"/*.patch; do
        [ -e "$patch" ] || continue
        name=$(basename "$patch" .patch)
        sh tests/wrong.sh "$patch" >"$OUT/$name.c"
        build "$dir" "$OUT/$name.c" && not_blamed "$name"
        { echo '#define WRONG' && cat "$OUT/$name.c"; } >"$OUT/wrong_$name.c"
        build "$dir" "$OUT/wrong_$name.c" && found "$name"
    done
    [ $races -gt "$before" ] || complain "$dir: no wrong solution there is a race"
    for right in solutions/"$dir"/ex*.c tests/fair/"$dir"/*.c; do
        build "$dir" "$right" || continue
        not_blamed "$(basename "$right" .c)"
        # The judge takes every right one to its schedules.
        why=$("$B/exercises/judge/inspect" "$B/exercises/$dir/required.txt" \
            "$B/exercises/schedule/imports.txt" \
            <"$OUT/$(basename "$right" .c)/instrumented.o") ||
            complain "$right is not judged by schedules: $why"
    done
}

# The programs of lessons that name one.
lesson() { # $1 the file "schedule"
    read -r program argument <"$1"
    SCHEDULE_ARGUMENT=$argument
    export SCHEDULE_ARGUMENT
    build_program "${1%/*}/$program.c" "$program" "$CC" && found "$program"
}

# Builds a whole program: $1 its file, $2 the name of what is built, $3 compiler.
build_program() {
    CC=$3 PROGRAM=1 RUNTIME=$B/exercises/schedule \
        sh exercises/schedule/build.sh "$1" \
        "$B/exercises/schedule/program.o" lib "$OUT/$2" >"$OUT/$2.log" || {
        complain "$1 cannot be built: $(tail -n 1 "$OUT/$2.log")"
        return 1
    }
}

# Each way to wait with a number of processes from two to eight, another each.
ways() { # $1 what was built
    processes=2
    for way in $(sed -n 's/^    {"\([^"]*\)".*/\1/p' tests/schedules/ways.c); do
        [ $processes -gt 2 ] || [ "$way" != rwlock-read ] || processes=3
        SCHEDULE_ARGUMENT=$way:$processes
        export SCHEDULE_ARGUMENT
        run "$1" --runs $((RUNS / 10)) >"$OUT/$1.txt" || {
            complain "$way with $processes processes is blamed, or not tried:"
            cat "$OUT/$1.txt"
        }
        SCHEDULE_ARGUMENT=$way:$((processes < 3 ? 3 : processes)):wrong
        run "$1" --runs 500 >"$OUT/$1.txt" || :
        grep -q '^Again: again:' "$OUT/$1.txt" ||
            complain "$SCHEDULE_ARGUMENT: nothing is found"
        seed=$(sed -n 's/^Again: again://p' "$OUT/$1.txt")
        for again in 1 2; do
            run "$1" --seed "${seed:-0}" --steps >"$OUT/$1.$again" || :
        done
        cmp -s "$OUT/$1.1" "$OUT/$1.2" ||
            complain "$SCHEDULE_ARGUMENT: seed $seed shows other steps"
        processes=$((processes < 8 ? processes + 1 : 2))
        races=$((races + 1)) rights=$((rights + 1))
    done
}

# A read just before a write to the same place is a step of its own: clang drops
# it unless it is told not to.
reads_first() { # $1 what was built
    SCHEDULE_ARGUMENT=mutex:2
    export SCHEDULE_ARGUMENT
    run "$1" --seed 0 --steps | grep 'static void add' >"$OUT/$1.txt" || :
    [ "$(grep -c ' reads ' "$OUT/$1.txt")" = "$(grep -c ' writes ' "$OUT/$1.txt")" ] &&
        grep -q ' reads ' "$OUT/$1.txt" ||
        complain "$1: an update is not a read and a write"
}

programs() {
    build_program tests/schedules/ways.c ways.gcc gcc && ways ways.gcc &&
        reads_first ways.gcc
    [ -n "$FULL" ] || return 0
    command -v clang >/dev/null || {
        echo "clang is not here: not tried"
        return 0
    }
    build_program tests/schedules/ways.c ways.clang clang && {
        ways ways.clang
        reads_first ways.clang
    }
}

for scenario in exercises/*/schedule.c; do
    number=$(expr "$scenario" : 'exercises/0*\([0-9]*\)-')
    case ${ONLY:-$number} in "$number") exercise "$scenario" ;; esac
done
for named in lessons/*/schedule; do
    case ${ONLY:-lessons} in lessons) lesson "$named" ;; esac
done
case ${ONLY:-programs} in programs) programs ;; esac
echo "$races races found, $rights right ones not blamed, $bad complaints"
[ $bad = 0 ]
