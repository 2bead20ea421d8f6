#!/bin/sh
# SPDX-License-Identifier: MIT
# Which lines of lib/ no test reaches. Each must be in tests/coverage.txt, with
# the reason; what is listed there and reached is said, too.
#   coverage.sh FOLDER      where gcov's counts are
set -eu
list=tests/coverage.txt missing=$1/missing.txt
report() {
    gcovr --root . --filter lib/ --object-directory "$1" \
        --gcov-ignore-parse-errors --exclude-unreachable-branches "$@"
}

report "$1" | tee "$1/lines.txt"
echo branches:
report "$1" --branches | tail -n 3
# "lib/a.c 29 27 93% 3,7-8" becomes "lib/a.c: text of the line", three times.
awk '/^lib/ && NF == 5 { n = split($5, part, ",")
    for (i = 1; i <= n; i++) { split(part[i], at, "-")
        for (l = at[1]; l <= (at[2] ? at[2] : at[1]); l++) print $1, l } }' \
    "$1/lines.txt" | while read -r file line; do
    sed -n "${line}s|^ *|$file: |p" "$file"
done | grep -v ': [^[:alnum:]]*$' >"$missing" || true

unlisted=0
while IFS= read -r text; do
    grep -qF -e "$text" "$list" || { echo "not reached, not listed: $text"; unlisted=1; }
done <"$missing"
grep '^lib/' "$list" | while IFS= read -r entry; do
    grep -qxF -e "${entry%%  *}" "$missing" || echo "reached this time: $entry"
done
echo "$(wc -l <"$missing") lines not reached, $(grep -c '^lib/' "$list") listed"
exit $unlisted
