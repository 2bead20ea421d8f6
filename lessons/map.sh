#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the course map, with what is done and what is next; with the argument
# "lessons" only the list of lessons. Titles come from the README.md of each
# folder, so nothing is listed that is not there. Runs from the top folder.
#
# A lesson is done when it has run on a terminal ($BUILD/seen), an exercise when
# it has full marks. Next is the first that is not done, lesson N before
# exercise N.
set -eu
BUILD=${BUILD:-build}

. exercises/colour.sh
progress=$(sh exercises/exercise.sh progress 2>/dev/null) || :
next=

is_done() { # KIND NUMBER FOLDER
    case $1 in
    lesson) [ -e "$BUILD/seen/lesson$2" ] ;;
    *) case $progress in *"[x] $3 "*) ;; *) return 1 ;; esac ;;
    esac
}

number_of() { # FOLDER
    number=${1%%-*}
    echo "${number#0}"
}

# Finds what is next: NN-lesson before NN-exercise.
find_next() {
    for folder in $(for kind in lesson exercise; do
        for readme in "$kind"s/[0-9][0-9]-*/README.md; do
            name=${readme%/README.md}
            name=${name#*/}
            echo "${name%%-*} $kind $name"
        done
    done | sort -k 1,1 -k 2,2r | tr ' ' :); do
        name=${folder##*:} kind=${folder#*:}
        kind=${kind%%:*}
        is_done "$kind" "$(number_of "$name")" "$name" || {
            next=$kind$(number_of "$name")
            return
        }
    done
}

# list lesson: a line for each of lessons/NN-name/
list() {
    for readme in "$1"s/[0-9][0-9]-*/README.md; do
        [ -f "$readme" ] || continue
        name=${readme%/README.md}
        name=${name#*/}
        number=$(number_of "$name")
        title=$(sed -n '/^# /{s/^# *//;s/^[A-Za-z]* *[0-9]*[:.] *//;p;q;}' "$readme")
        mark='   ' colour=
        if is_done "$1" "$number" "$name"; then mark='[x]' colour=$green; fi
        if [ "$1$number" = "$next" ]; then mark='-> ' colour=$bold; fi
        printf ' %s%s %-16s %.56s%s\n' "$colour" "$mark" "make $1$number" \
            "$title" "$plain"
    done
}

if [ "${1-}" = lessons ]; then
    find_next
    list lesson
    printf '\nKnobs: make lesson3 WORKERS=8 TASKS=200 INPUT=folder PREDICT=0 TRACE=t.html\n'
    printf 'In Python: make lesson3-python. The texts: lessons/README.md\n'
    exit
fi

find_next
printf 'poolschool: process pools in C, taught by running them\n'
printf '\nLessons (a C compiler and make are enough; 13: Open MPI)\n'
list lesson
if [ -f exercises/exercise.sh ]; then
    printf '\nExercises (you write the pool)\n'
    list exercise
fi

printf '\nCommands\n'
targets=$(sed -n 's/^\([a-zA-Z]*\):.*/ \1 /p' Makefile ./*/*.mk)
# command_line target "make x" "what it does": only where there is one
command_line() {
    case $targets in *" $1 "*) printf '     %-16s %s\n' "$2" "$3" ;; esac
}
command_line lessons  "make lessons"  "the lessons and their knobs"
command_line play     "make play"     "hurt a pool, and watch what it costs (after lesson 7)"
command_line scheduler "make scheduler" "a game: break the pool's protocol, if you can"
command_line hintN    "make hint1"    "a hint for exercise 1; watch1: check at every save"
command_line progress "make progress" "the marks of your exercises"
command_line bench    "make bench"    "measure the pool beside others"
command_line plots    "make plots"    "measure and draw the charts (QUICK=1: fast)"
command_line grade    "make grade"    "grade a class (SUBMISSIONS=folder OUT=folder)"
command_line docs     "make docs"     "all texts and the reference as one site"
command_line slides   "make slides"   "each lesson for a projector, with notes"
command_line setup    "make setup"    "install what tests, charts and site need (Debian)"
command_line test     "make test"     "test everything once"
command_line install  "make install"  "install the library (PREFIX=/usr/local)"
command_line help     "make help"     "every command"
if [ -n "$next" ]; then
    printf '\n%sNext: make %s%s\n' "$bold" "$next" "$plain"
else
    printf '\nAll is done.\n'
fi
