#!/bin/sh
# Counts the library's lines of code, without comments and blank lines, and its
# longest file and function. Fails where "small" is no longer true.
set -eu
code() { sed -E 's://.*::' "$@" | grep -cE '[^[:space:]]'; }
all=$(cat lib/*.[ch] | code)
echo "size: $all lines of code in lib, without comments and blank lines"
[ "$all" -le 3600 ] || { echo "that is too much to read in one sitting"; exit 1; }
