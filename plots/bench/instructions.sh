#!/bin/sh
# SPDX-License-Identifier: MIT
# Instructions per item, of each kind of process: callgrind counts them for N
# items and for 2 N, and the difference is what N items cost, without creation
# and end. BENCH names the program, the arguments are rows.
set -eu

command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 0; }
workers=${WORKERS:-2}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# counts ROW N: "client supervisor workers", instructions each
counts() {
    mkdir "$folder/$2"
    # The benchmark's own making and checking of items is not counted.
    # shellcheck disable=SC2086  # program and command
    timeout 300 valgrind -q --tool=callgrind --toggle-collect=memory \
        --toggle-collect=fill_items --toggle-collect=check_items \
        --collect-atstart=yes \
        --callgrind-out-file="$folder/$2/%p" $BENCH "$1" --ours-only \
        --n "$2" --workers "$workers" >"$folder/log" 2>&1 || {
        cat "$folder/log" >&2
        exit 1
    }
    # The first process is the client, its only child the supervisor: process
    # ids grow, and the client is the oldest.
    grep -H '^totals:' "$folder/$2"/* |
        sed 's|.*/\([0-9]*\):totals: *\([0-9]*\)|\1 \2|' | sort -n |
        awk 'NR == 1 { c = $2 } NR == 2 { s = $2 } NR > 2 { w += $2 }
             END { print c + 0, s + 0, w + 0 }'
    rm -r "${folder:?}/$2"
}

[ $# -gt 0 ] || set -- map-chunk1 map-auto stream apply
printf '%-15s %12s %12s %12s   instructions per item\n' '' client supervisor \
    workers
for row; do
    n=20000
    [ "$row" = apply ] && n=2000
    few=$(counts "$row" $n)
    many=$(counts "$row" $((2 * n)))
    echo "$few $many" | awk -v row="$row" -v n=$n '{
        printf "%-15s %12.1f %12.1f %12.1f\n", row, ($4 - $1) / n,
            ($5 - $2) / n, ($6 - $3) / n }'
done
