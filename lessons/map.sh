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
    printf '\nKnobs: make lesson2 WORKERS=8 TASKS=200 INPUT=folder PREDICT=0 TRACE=t.json\n'
    printf 'In Python: make lesson2-python. The texts: lessons/README.md\n'
    exit
fi

printf 'poolschool: process pools in C, taught by running them\n\nLessons (a C compiler and make are enough)\n'
list lessons "make lesson"

if ls exercises/[0-9][0-9]-*/README.md >/dev/null 2>&1; then
    printf '\nExercises (you write the pool)\n'
    list exercises "make exercise"
fi

printf '\nCommands\n'
# command "make x", what it does: only where the folder that brings it is there
command_line() {
    [ -e "$1" ] && printf '  %-16s %s\n' "$2" "$3" || :
}
command_line lessons   "make lessons"  "list the lessons and their knobs"
command_line exercises "make hint1"    "a hint for exercise 1; watch1: check at every save"
command_line exercises "make progress" "which exercises are done, what is next"
command_line plots     "make plots"    "measure and draw the charts (QUICK=1: 20 seconds)"
command_line docs      "make docs"     "all texts and the reference as one site"
command_line tests     "make setup"    "install what tests, charts and site need (Debian)"
command_line tests     "make test"     "test everything"
command_line lib       "make install"  "install the library (PREFIX=/usr/local)"
command_line Makefile  "make help"     "every command"
printf '\nStart with: make lesson1\n'
