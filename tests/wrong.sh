#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints a wrong solution as a whole file: the solution with its patch.
#
#   wrong.sh NAME      NN-name/what-is-wrong, or what-is-wrong alone, or the
#                      path of a patch
set -eu

cd "$(dirname "$0")/.."

named() { # the patches of that name
    case $1 in
    "") ;;
    *.patch) ls "$1" ;;
    */*) ls "tests/wrong/$1.patch" ;;
    *) ls tests/wrong/*/"$1".patch ;;
    esac 2>/dev/null
}

found=$(named "${1:-}") || :
case $(echo "$found" | grep -c .) in
1) ;;
0)
    echo "make wrong NAME=what-is-wrong. There are:" >&2
    find tests/wrong -name '*.patch' | sed 's,^tests/wrong/,  ,; s,\.patch$,,' |
        sort >&2
    exit 2
    ;;
*)
    echo "NAME=$1: which of them?" >&2
    echo "$found" | sed 's,^tests/wrong/,  ,; s,\.patch$,,' >&2
    exit 2
    ;;
esac
folder=${found%/*}
exec patch -s -r - -o - "solutions/${folder##*/}"/ex*.c "$found"
