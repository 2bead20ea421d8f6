#!/bin/sh
# SPDX-License-Identifier: MIT
# Which line of lib/ each step of the model is: it quotes that line above the
# step, as "//: FILE FUNCTION: code". Fails where a function has no such line,
# or several.
#   lines.sh LIB MODEL…
set -eu
lib=$1
shift
awk -v lib="$lib" '
$1 == "//:" {
    file = lib "/" $2
    model = FILENAME
    sub(/.*\//, "", model)
    name = substr($3, 1, length($3) - 1)
    code = $0
    sub(/^ *\/\/: [^ ]* [^ ]* /, "", code)
    at = inside = number = found = 0
    while ((got = (getline line <file)) > 0) {
        number++
        if (line ~ "^[A-Za-z_].*[ *]" name "\\(" && line !~ /;$/)
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
        printf "%s:%d  %s:%d  %s\n", model, FNR, file, at, code
    else
        printf "%s:%d: %s(): %d lines with \"%s\"\n", model, FNR, name, found, code
    wrong += found != 1
    steps++
}
END {
    printf "%d steps have their line in lib/\n", steps - wrong
    exit wrong != 0 || steps == 0
}' "$@"
