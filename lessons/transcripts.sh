#!/bin/bash
# SPDX-License-Identifier: MIT
# Keeps texts and programs together. In README.md and lessons/**/README.md,
#
#     <!-- transcript: make lesson1 PREDICT=0 -->      what the command prints
#     <!-- code: lessons/…/first.c first -->           a file's part between two
#     <!-- end -->                                     //! [first], or all of it
#
# "write" fills in what is between the two lines, "check" fails if a text no
# longer matches. Not compared: timelines and tables like them, "about N times",
# process ids, all numbers of a paragraph that says "this time", and paragraphs
# that begin with "In this run" (see lesson.h).
set -euo pipefail

mode=${1:-check}
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
# What the reader types is what runs: no knobs and no flags from outside.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES WORKERS TASKS INPUT PREDICT TRACE
make lessons-build >"$temp/build" 2>&1 || { cat "$temp/build"; exit 1; }

# Copies a text from stdin to stdout with all its quotes renewed.
renew() {
    local line quote=
    while IFS= read -r line; do
        case $line in
        '<!-- transcript: '*) quote=${line#*: } quote=${quote% -->}
            printf '%s\n```text\n$ %s\n' "$line" "$quote"
            timeout 120 sh -c "$quote" </dev/null 2>&1 | sed '/As a picture:/,+1d; s/[ \t]*$//'
            printf '```\n' ;;
        '<!-- code: '*) quote=${line#*: } quote=${quote% -->}
            printf '%s\n```c\n' "$line"
            code $quote
            printf '```\n' ;;
        '<!-- end -->') quote=; echo "$line" ;;
        *) [ -n "$quote" ] || printf '%s\n' "$line" ;;
        esac
    done
}

# code file [marker]
code() {
    if [ $# -eq 1 ]; then
        cat "$1"
    else
        awk -v mark="//! [$2]" '
            { bare = $0; sub(/^ +/, "", bare) }
            bare == mark { on = !on; found = 1; next }
            on
            END { if (!found) { print "no marker " mark >"/dev/stderr"; exit 1 } }' "$1"
    fi
}

# Paragraph by paragraph, with what may differ taken out; in a text that is
# about measuring, the answer too.
normal() { # text
    sed -E '/^ +[a-z]+ +[0-9]+\|.*\|/d; /more rows$/d' "$1" |
        awk -v measuring="$(grep -c '^# Lesson 12:' "$1")" 'BEGIN { RS = "" }
            { gsub(/[ \n]+/, " ")
              gsub(/about [0-9.,]+ (times|us|ms)/, "about N")
              gsub(/pid [0-9]+/, "pid N")
              if (/^ ?In this run/) $0 = "In this run"
              if (measuring) gsub(/It was: .* Because:/, "It was: N Because:")
              if (/[Tt]his time/) gsub(/[0-9]+(\.[0-9]+)?/, "N")
              print }'
}

status=0
for text in README.md lessons/README.md lessons/[0-9]*/README.md; do
    [ -f "$text" ] || continue
    case $text in */13-*) command -v mpicc >/dev/null && command -v mpirun >/dev/null || continue ;; esac
    renew <"$text" >"$temp/new"
    if diff <(normal "$text") <(normal "$temp/new") >"$temp/diff"; then
        continue # a text that still holds stays as it is
    elif [ "$mode" = write ]; then
        cp "$temp/new" "$text"
        echo "renewed $text"
    else
        echo "$text no longer matches its programs: make transcripts"
        head -20 "$temp/diff"
        status=1
    fi
done
exit $status
