#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the course map; with the argument "lessons" only the list of lessons.
# Titles come from the README.md of each folder, so nothing is listed that is
# not there. Runs from the top folder.
set -eu

# list lessons "make lesson": a line per folder lessons/NN-name/
list() {
    for readme in "$1"/[0-9][0-9]-*/README.md; do
        [ -f "$readme" ] || continue
        number=${readme#"$1"/}
        number=${number%%-*}
        title=$(sed -n '/^# /{s/^# *//;s/^[A-Za-z]* *[0-9]*[:.] *//;p;q;}' "$readme")
        printf '  %-16s %.60s\n' "$2${number#0}" "$title"
    done
}

if [ "${1-}" = lessons ]; then
    list lessons "make lesson"
    printf '\nKnobs: make lesson3 WORKERS=8 TASKS=200 INPUT=folder PREDICT=0 TRACE=t.json\n'
    printf 'In Python: make lesson3-python. The texts: lessons/README.md\n'
    exit
fi

printf 'poolschool: process pools in C, taught by running them\n\nLessons (a C compiler and make are enough; 12: Open MPI)\n'
list lessons "make lesson"

if ls exercises/[0-9][0-9]-*/README.md >/dev/null 2>&1; then
    printf '\nExercises (you write the pool)\n'
    list exercises "make exercise"
fi

printf '\nCommands\n'
# command_line target-or-file "make x" "what it does": only where there is one
command_line() {
    if [ -f "$1" ] || grep -qs "^$1:" Makefile ./*/*.mk; then
        printf '  %-16s %s\n' "$2" "$3"
    fi
}
command_line lessons  "make lessons"  "the lessons and their knobs"
command_line exercises/exercises.mk "make hint1"    "a hint for exercise 1; watch1: check it at every save"
command_line exercises/exercises.mk "make progress" "which exercises are done, what is next"
command_line bench    "make bench"    "measure the pool beside others"
command_line plots    "make plots"    "measure and draw the charts (QUICK=1: half a minute)"
command_line grade    "make grade"    "grade a class (SUBMISSIONS=folder OUT=folder)"
command_line docs     "make docs"     "all texts and the reference as one site"
command_line setup    "make setup"    "install what tests, charts and site need (Debian)"
command_line test     "make test"     "test everything"
command_line install  "make install"  "install the library (PREFIX=/usr/local)"
command_line help     "make help"     "every command"
printf '\nStart with: make lesson1\n'
