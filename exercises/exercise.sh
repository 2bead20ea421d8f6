#!/bin/sh
# SPDX-License-Identifier: MIT
# What the make targets of an exercise do. Needs gcc and make, nothing more.
#
#   exercise.sh check N | schedule N | try N | hint N | watch N | reset N |
#               progress
#
# From make: B, CC, SANITIZE, STRICT, DEBUG; from the student: CHECK, SEED. FILE
# names another file than the student's, OUT another place for what comes out.
#
# Exit status: 0 full marks, 1 not yet, 2 it could not be done.
set -eu

# Processes cost more than words: no dirname, no basename, no tr, where a shell
# can do without.
cd "${0%/*}/.."
B=${B:-build/gcc}
CC=${CC:-gcc}
# What is known of the student's files: a file per exercise. make clean, and a
# new version of the toolkit, leave it.
PROGRESS=${PROGRESS:-exercises/.progress}

# Number, name and file come from the folder, exercises/NN-name. --------------

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
    set -- "$1" "$(folder "$1")"
    set -- "$1" "${2##*/}"
    (
        before=ex$1
        IFS=-
        # shellcheck disable=SC2086 # the parts between hyphens
        set -- ${2#*-}
        IFS=_
        echo "${before}_$*.c"
    )
}

students() { # the student's file for exercise N
    echo "$(folder "$1")/$(file_name "$1")"
}

# Makes the student's file of the starter, once. A starter says whether it begins
# where the student's own file for an earlier exercise ended: that comes along
# then, switched off. No starter has the solution of another exercise.
begin() {
    file=$(students "$1")
    [ -e "$file" ] || [ -h "$file" ] || {
        starter=$(folder "$1")/starter.c
        cp "$starter" "$file" || exit 2
        echo "$file is new: it is the starter. Write in it."
        before=$(sed -n 's,^// It begins where your exercise \([0-9]*\) .*,\1,p' \
            "$starter")
        [ -z "$before" ] || bring "$before" "$file"
        echo
    }
}

bring() { # what the student has for exercise $1, to the end of $2
    old=$(students "$1")
    [ -f "$old" ] && ! cmp -s "$old" "$(folder "$1")/starter.c" || {
        echo "It begins where exercise $1 ended, which you have not begun: make exercise$1"
        return
    }
    {
        echo
        echo "#if 0 // $OLD_BEGINS $1: move up what is still right."
        awk -v from="#if 0 // $OLD_BEGINS" -v to="#endif // $OLD_ENDS" '
            index($0, from) == 1 { off = 1 }
            !off
            index($0, to) == 1 { off = 0 }' "$old"
        echo "#endif // $OLD_ENDS $1"
    } >>"$2"
    echo "Your exercise $1 stands at its end, switched off: move up what is still right."
}
OLD_BEGINS="Your exercise"
OLD_ENDS="your exercise"

# Building the student's file. --------------------------------------------------

narrow() { # lines for 80 columns; what is absurdly long is cut
    cut -c 1-240 | fold -s -w 79
}

# A folder to build in, or a sentence.
make_folder() {
    [ -d "$1" ] || mkdir -p "$1" 2>/dev/null || :
    if [ -d "$1" ] && [ -w "$1" ]; then return; fi
    echo "Nothing can be written in $1. Build elsewhere: make B=/some/folder …"
    exit 2
}

# What editors and systems do to a file, which a compiler says in riddles.
readable() { # $1 file
    [ -f "$1" ] && [ -r "$1" ] || {
        echo "There is no file $1 to read."
        exit 2
    }
    odd=$(LC_ALL=C grep -aom 1 "$(printf '^\377\376\|^\376\377\|\032')" "$1") ||
        return 0
    case $odd in
    ??*)
        echo "$1 is in UTF-16: save it as UTF-8 (or plain ASCII) in your editor."
        ;;
    *)
        echo "$1 has the character Ctrl-Z in it (1A), as old editors put at the end"
        echo "of a file: delete it."
        ;;
    esac
    return 1
}

compile() { # $1 folder, $2 file, $3 where to
    readable "$2" || return 1
    if ! LC_ALL=C $CC @exercises/judge/compile.options -Wall -Wextra \
        ${SANITIZE:+-fsanitize=$SANITIZE -fno-sanitize-recover=all} -I"$1" \
        -c -o "$3/student.o" "$2" 2>"$3/compiler.txt"; then
        echo "Your file does not compile yet. The first thing to mend:"
        echo
        grep -m 1 -A 4 -E 'error|not found' "$3/compiler.txt" | narrow
        echo
        echo "All the compiler said is in $3/compiler.txt."
        return 1
    fi
    if [ -s "$3/compiler.txt" ] && grep -q 'warning:' "$3/compiler.txt"; then
        echo "The compiler warns, and is often right:"
        grep -m 3 'warning:' "$3/compiler.txt" | narrow
        echo
    fi
}

# What a grader would refuse: "" or the first reason, in $refused. Sanitizers
# add calls of their own: then the file is compiled once more, without them.
inspect() { # $1 folder, $2 file, $3 where student.o is
    refused=
    object=$3/student.o
    if [ -n "${SANITIZE:-}" ]; then
        object=$3/inspected.o
        $CC @exercises/judge/compile.options -w -I"$1" -c -o "$object" "$2"
    fi
    "$B/exercises/judge/inspect" "$B/$1/required.txt" \
        exercises/judge/imports.txt <"$object" >"$3/inspector.txt" ||
        refused=$(head -n 1 "$3/inspector.txt")
}

# Everything but what the header requires becomes the file's own.
link_with() { # $1 folder, $2 where student.o is, $3 program, $4 … objects
    where=$2 program=$3 names=$B/$1/required.txt
    shift 3
    objcopy --keep-global-symbols="$names" "$where/student.o" \
        "$where/local.o" 2>"$where/linker.txt" &&
        LC_ALL=C $CC ${SANITIZE:+-fsanitize=$SANITIZE} -o "$program" \
            "$@" "$where/local.o" @exercises/judge/link.options \
            2>>"$where/linker.txt"
}

cannot_link() { # $1 folder, $2 where
    echo "Your file compiles, but no program can be made of it:"
    echo
    if [ -s "$2/inspector.txt" ]; then
        narrow <"$2/inspector.txt"
    else
        sed -n 's/.*: \(undefined reference\|multiple definition\)/  \1/p' \
            "$2/linker.txt" | sed 's/;.*//' | sort -u | head -5 | narrow
    fi
    echo
    echo "All the linker said is in $2/linker.txt."
}

# Address and undefined, or both: the others need more memory than a check may
# have, and look for threads, or for code that nobody here has built.
sanitizers() {
    [ -n "${SANITIZE:-}" ] || return 0
    for it in $(echo "$SANITIZE" | tr , ' '); do
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

# Checking. ---------------------------------------------------------------------

# The version of what judges exercise N: it changes when a check does.
version() {
    dir=$(folder "$1")
    first_of "$(cat "$dir"/*.h "$dir/check.c" "$dir/driver.c" \
        exercises/judge/imports.txt | cksum)"
}

sum() { first_of "$(cksum <"$1")"; }

first_of() { echo "${1%% *}"; }

# What is known after all checks of the student's own file.
remember() { # $1 number, $2 file, $3 lines
    [ -d "$PROGRESS" ] || mkdir -p "$PROGRESS" 2>/dev/null || return 0
    [ -w "$PROGRESS" ] || return 0
    {
        echo "version $(version "$1")"
        echo "file $(sum "$2")"
        [ -z "$refused" ] || echo "refused $refused"
        cat "$3"
    } >"$PROGRESS/$1.new" && mv "$PROGRESS/$1.new" "$PROGRESS/$1"
}

full_marks() { # in the lines $1
    while read -r word points most; do
        [ "$word" != score ] || break
    done <"$1"
    [ "$points" = "$most" ]
}

# A debugger stops where the judge calls the student's functions.
debugger() { # $1 folder
    case $DEBUG in
    gdb)
        command -v gdb >/dev/null || {
            echo "There is no gdb here: apt install gdb" >&2
            exit 2
        }
        printf '%s ' gdb -q
        sed 's/.*/-ex break\\ &/' "$B/$1/required.txt" | tr '\n' ' '
        echo "-ex run --args"
        ;;
    *)
        echo "DEBUG=gdb is the one that is known." >&2
        exit 2
        ;;
    esac
}

check() {
    sanitizers
    dir=$(folder "$1")
    [ -n "${FILE:-}" ] || begin "$1"
    file=${FILE:-$(students "$1")}
    out=${OUT:-$B/students/$1}
    make_folder "$out"
    rm -f "$out/result.json" "$out/lines" "$out/inspector.txt" \
        "$out/schedule" "$out/no_schedules"
    build_schedules "$dir" "$file" "$out" &
    built=yes
    compile "$dir" "$file" "$out" || built=
    [ -z "$built" ] || {
        inspect "$dir" "$file" "$out"
        link_with "$dir" "$out" "$out/driver" "$B/$dir/driver.o" \
            "$B/exercises/judge/driver.o" "$B/exercises/judge/caller.o" \
            "$B/exercises/judge/memory.o" "$B/exercises/judge/wire.o" || {
            built=
            cannot_link "$dir" "$out"
        }
    }
    if [ -z "$built" ]; then
        "$B/$dir/judge" --error "It does not compile." --seed "${SEED:-0}" \
            --out "$out/result.json" --lines "$out/lines"
        refused="it does not compile"
        [ -n "${FILE:-}" ] || remember "$1" "$file" "$out/lines"
        return 1
    fi
    if [ -n "${DEBUG:-}" ]; then
        [ -n "${CHECK:-}" ] || {
            echo "One check at a time: make exercise$1 CHECK=name DEBUG=gdb"
            exit 2
        }
        command=$(debugger "$dir") || exit 2
        eval "exec '$B/$dir/judge' --debug --check '$CHECK'" \
            "${SEED:+--seed '$SEED'} --out /dev/null '$out/driver' -- $command"
    fi
    wait
    no_schedules=
    [ ! -s "$out/no_schedules" ] || no_schedules=$(cat "$out/no_schedules")
    "$B/$dir/judge" ${CHECK:+--check "$CHECK"} ${SEED:+--seed "$SEED"} \
        ${refused:+--refused "$refused"} --report --beside --source "$file" \
        ${no_schedules:+--no-schedules "$no_schedules"} $(
            [ ! -x "$out/schedule" ] || echo "--schedules $out/schedule"
        ) \
        --out "$out/result.json" --lines "$out/lines" "$out/driver" || exit 2
    [ -n "${FILE:-}" ] || [ -n "${CHECK:-}" ] ||
        remember "$1" "$file" "$out/lines"
    [ -z "$refused" ] && full_marks "$out/lines"
}

# Builds what runs the file under seeded schedules, for the judge: OUT/schedule,
# or, in OUT/no_schedules, why not.
build_schedules() { # $1 folder, $2 file, $3 where to
    [ -f "$1/schedule.c" ] && [ -z "${SANITIZE:-}${DEBUG:-}" ] || return 0
    [ -z "${CHECK:-}" ] || grep -q "\.check = \"$CHECK\"" "$1/schedule.c" ||
        return 0
    RUNTIME=$B/exercises/schedule sh exercises/schedule/build.sh "$2" \
        "$B/$1/schedule.o" "$1" "$3" "$B/$1/required.txt" \
        >"$3/schedule.txt" 2>&1 || {
        tail -n 1 "$3/schedule.txt" >"$3/no_schedules"
        return 0
    }
    why=$("$B/exercises/judge/inspect" "$B/$1/required.txt" \
        "$B/exercises/schedule/imports.txt" <"$3/instrumented.o") || {
        echo "Schedules were not tried: $why" | head -n 1 >"$3/no_schedules"
        rm -f "$3/schedule"
    }
}

# Runs the file under seeded schedules. See schedule/README.md.
schedules() { # $1 number, $2 folder, $3 file, $4 where to, then options
    number=$1 scenario=$B/$2/schedule.o headers=$2 file=$3 out=$4
    shift 4
    RUNTIME=$B/exercises/schedule sh exercises/schedule/run.sh "$file" \
        "$scenario" "$headers" "$out" "$B/$headers/required.txt" "$@" \
        --again "make exercise$number SCHEDULE="
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
    out=${OUT:-$B/students/$1}
    readable "$file" || exit 2
    make_folder "$out"
    schedules "$1" "$dir" "$file" "$out" ${SCHEDULE:+--seed "$SCHEDULE"}
}

# Of other exercises the student's own objects, for a program that uses them:
# their names are the header's, with exN_ before them, but for those of 11. Sets
# $others and $have, the compiler's options.
bring_others() { # $1 the program, $2 where to
    others='' have=''
    for n in $(sed -n 's,^// Uses: ,,p' "$1"); do
        theirs=$(folder "$n") its_file=$(students "$n")
        mkdir -p "$2/$n"
        if [ -f "$its_file" ] && ! cmp -s "$its_file" "$theirs/starter.c" &&
            compile "$theirs" "$its_file" "$2/$n" >/dev/null &&
            sed -n "/./{s/.*/& $([ "$n" = 11 ] || echo "ex${n}_")&/p;}" \
                "$B/$theirs/required.txt" >"$2/$n/names" &&
            objcopy --keep-global-symbols="$B/$theirs/required.txt" \
                "$2/$n/student.o" "$2/$n/local.o" 2>"$2/$n/linker.txt" &&
            objcopy --redefine-syms="$2/$n/names" "$2/$n/local.o" \
                2>>"$2/$n/linker.txt"; then
            others="$others $2/$n/local.o" have="$have -DHAVE_$n=1"
        else
            have="$have -DHAVE_$n=0"
        fi
    done
}

# The student's functions in a small program of our own.
try() {
    dir=$(folder "$1")
    [ -f "$dir/try.c" ] || {
        echo "Exercise $1 has no program to try: make exercise$1 checks it."
        exit 2
    }
    [ -n "${FILE:-}" ] || begin "$1"
    file=${FILE:-$(students "$1")}
    out=${OUT:-$B/students/$1}
    make_folder "$out"
    compile "$dir" "$file" "$out" || exit 1
    inspect "$dir" "$file" "$out"
    bring_others "$dir/try.c" "$out"
    # shellcheck disable=SC2086 # words are wanted
    LC_ALL=C $CC @exercises/judge/compile.options -Wall $have \
        ${SANITIZE:+-fsanitize=$SANITIZE} -I"$dir" -c -o "$out/try.o" \
        "$dir/try.c"
    objcopy --keep-global-symbols="$B/$dir/required.txt" "$out/student.o" \
        "$out/local.o" 2>"$out/linker.txt" &&
        LC_ALL=C $CC ${SANITIZE:+-fsanitize=$SANITIZE} -o "$out/try" \
            "$out/try.o" "$out/local.o" $others -lm -lpthread 2>>"$out/linker.txt" || {
        cannot_link "$dir" "$out"
        exit 1
    }
    echo "$out/try"
    echo
    exec "$out/try"
}

# Hints. ------------------------------------------------------------------------

# The known mistakes of an exercise, one a line, with tabs between: the checks
# that each loses, those that it may lose as well, and what is wrong. They are
# those of tests/wrong; students have a list of them.
mistakes() { # $1 folder
    if [ -f "$1/mistakes.txt" ]; then
        cat "$1/mistakes.txt"
        return
    fi
    for patch in tests/wrong/"${1##*/}"/*.patch; do
        [ -f "$patch" ] && sed -n '/^--- /q; s/^Loses: */L/p
            s/^May lose: */M/p; s/^Wrong: */W/p' "$patch" |
            awk '{ is[substr($0, 1, 1)] = substr($0, 2) }
                END { print is["L"] "\t" is["M"] "\t" is["W"] }'
    done
}

# What loses the checks that the student's file lost last, and no others: the
# order does not matter.
known_mistake() { # $1 number
    [ -f "$PROGRESS/$1" ] || return 1
    lost=$(awk '$1 == "check" && $3 < $4 { print $2 }' "$PROGRESS/$1")
    [ -n "$lost" ] || return 1
    mistakes "$(folder "$1")" | awk -F '\t' -v lost="$(echo "$lost" | tr '\n' ' ')" '
        function fits(loses, may,    i, n, a, due) {
            split("", due)
            n = split(loses, a, " ")
            for (i = 1; i <= n; i++) {
                if (index(" " lost, " " a[i] " ") == 0) return 0
                due[a[i]]
            }
            n = split(may, a, " ")
            for (i = 1; i <= n; i++) due[a[i]]
            n = split(lost, a, " ")
            for (i = 1; i <= n; i++) if (!(a[i] in due)) return 0
            return 1
        }
        fits($1, $2) { print "  " $3; found = 1 } END { exit !found }'
}

hint() { # the next of three; then what is known; then the first again
    begin "$1"
    dir=$(folder "$1")
    mkdir -p "$PROGRESS" 2>/dev/null || :
    next=$(($(cat "$PROGRESS/hint$1" 2>/dev/null || echo 0) + 1))
    if [ $next -gt 3 ]; then
        echo "You have had the three hints for exercise $1."
        if known=$(known_mistake "$1"); then
            echo "A mistake that loses just the checks that your file lost last:"
            echo
            echo "$known" | fold -s -w 79
            echo
        else
            echo "No known mistake loses just the checks that your file lost last."
        fi
        echo "The first hint again: make hint$1"
        next=0
    else
        title=$(grep '^## ' "$dir/hints.md" | sed -n "${next}s/^## *//p")
        echo "Hint $next of 3 for exercise $1: $title"
        text=$(awk -v n="$next" '/^## /{ i++; next } i == n' "$dir/hints.md" |
            fmt -w 80) # begins with an empty line
        printf '%s\n\n' "$text"
        echo "More: make hint$1"
    fi
    echo "$next" 2>/dev/null >"$PROGRESS/hint$1" || :
}

# Watching. ---------------------------------------------------------------------

saved() { cksum "$1" 2>/dev/null || echo "gone"; }

# Looks at the file several times a second: editors save in many ways. When it
# has changed, waits until it is the same twice: the last of quick saves counts.
watch() {
    begin "$1"
    file=$(students "$1")
    echo "Watching $file; Ctrl-C ends it."
    was=
    while :; do
        now=$(saved "$file")
        if [ "$now" != "$was" ]; then
            sleep 0.1
            [ "$(saved "$file")" = "$now" ] || continue
            was=$now
            [ "$now" = gone ] ||
                "${MAKE:-make}" --no-print-directory "exercise$1" || :
            continue
        fi
        sleep 0.2
    done
}

reset() {
    file=$(students "$1")
    starter=$(folder "$1")/starter.c
    rm -f "$PROGRESS/hint$1" "$PROGRESS/$1"
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
    echo "$file is the starter again."
    [ -z "$mine" ] || echo "Yours is kept in $mine."
}

# Progress. ---------------------------------------------------------------------

# A line about exercise N, after "x" if it is done.
state_of() {
    file=$(students "$1") known=$PROGRESS/$1
    if [ ! -f "$file" ] || [ ! -f "$known" ]; then
        echo "  not tried"
        return
    fi
    score=$(awk '$1 == "score" { print $2 "/" $3 }' "$known")
    tick=' '
    full_marks "$known" && tick=x
    note=$(sed -n 's/^refused /refused: /p' "$known")
    [ -z "$note" ] || tick=' '
    [ "$(sed -n 's/^file //p' "$known")" = "$(sum "$file")" ] || {
        tick=' '
        note="edited since: make exercise$1"
    }
    [ "$(sed -n 's/^version //p' "$known")" = "$(version "$1")" ] || {
        tick=' '
        note="judged by another version: make exercise$1"
    }
    echo "$tick $score $note"
}

progress() {
    . exercises/colour.sh
    next=
    for n in $(numbers); do
        dir=$(folder "$n")
        state=$(state_of "$n")
        done=${state%"${state#?}"}
        [ "$done" = x ] || next=${next:-$n}
        line=$(printf '  [%s] %-24s %s' "$done" "$(basename "$dir")" \
            "${state#? }" | cut -c 1-79)
        colour=
        if [ "$done" = x ]; then colour=$green; elif [ "$next" = "$n" ]; then colour=$bold; fi
        printf '%s%s%s\n' "$colour" "$line" "${colour:+$plain}"
    done
    if [ -n "$next" ]; then
        echo "Next: $(folder "$next")/README.md, then make exercise$next"
    else
        echo "All done."
    fi
    [ -z "$next" ]
}

case ${1:-} in
check | schedule | try | hint | watch | reset) "$1" "${2:?which exercise?}" ;;
mistakes) mistakes "$(folder "${2:?which exercise?}")" ;; # for student-dist
numbers | progress) "$1" ;;
*)
    sed -n '3,10p' "$0"
    exit 2
    ;;
esac
