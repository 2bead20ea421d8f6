#!/bin/sh
# SPDX-License-Identifier: MIT
# Which line of lib/ each step of the model is: it quotes that line above the
# step, as "//: FILE FUNCTION: code". Fails where a function has no such line,
# or several.
#   lines.sh MODEL LIB
set -eu
awk -v lib="$2" '
$1 == "//:" {
    file = lib "/" $2
    name = substr($3, 1, length($3) - 1)
    code = $0
    sub(/^ *\/\/: [^ ]* [^ ]* /, "", code)
    at = inside = number = found = 0
    while ((got = (getline line <file)) > 0) {
        number++
        if (line ~ "^[a-z_].*[ *]" name "\\(" && line !~ /;$/)
            inside = 1
        if (inside && index(line, code)) {
            at = number
            found++
        }
        if (line == "}")
            inside = 0
    }
    close(file)
    if (found == 1)
        printf "wake.pml:%d  %s:%d  %s\n", FNR, file, at, code
    else
        printf "wake.pml:%d: %s(): %d lines with \"%s\"\n", FNR, name, found, code
    wrong += found != 1
    steps++
}
END {
    printf "%d steps of the model have their line in lib/\n", steps - wrong
    exit wrong != 0 || steps == 0
}' "$1"
