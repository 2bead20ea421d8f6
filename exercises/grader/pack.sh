#!/bin/sh
# SPDX-License-Identifier: MIT
# Packs the toolkit for others.
#
#   pack.sh student FILE.tar.gz    for students: no solutions, no grader, nothing
#                                  that was done here
#   pack.sh gradescope FILE.zip    an autograder: setup.sh, run_autograder, and
#                                  the grader
#
# From make, for gradescope: EXERCISES, CHECKS.
set -eu

cd "$(dirname "$0")/../.."
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM

# The toolkit's own files below these paths, NUL-terminated: what git knows, or,
# in a copy without git, what is there and was not built or kept aside.
files() {
    if [ -e .git ]; then
        git ls-files -z -- "$@"
    else
        find "$@" -type f ! -name '*.mine*' \
            ! -path 'exercises/[0-9]*/ex[0-9]*_*.c' \
            ! -path 'exercises/.progress/*' -print0
    fi
}

# Copies the files named on stdin, as they are now.
copy() { # to
    mkdir -p "$1"
    tar --null --no-recursion -T - -cf - | tar -C "$1" -xf -
}

# Of tests/ students get what proves the library, nothing that tells how an
# exercise is done wrong or right.
student() { # FILE.tar.gz
    to=$stage/poolschool
    {
        files Makefile README.md LICENSE .gitignore .clang-format \
            .editorconfig lessons lib exercises plots |
            grep -zv '^exercises/grader/'
        files tests | grep -zE '^tests/([^/]*|(kill|model)/[^/]*)$' |
            grep -zvE '^tests/(exercises|schedules|wrong|grade|attack|package)[^/]*$'
    } | copy "$to"
    # What hints say of known mistakes, in words only.
    for dir in exercises/[0-9]*; do
        sh exercises/exercise.sh mistakes "$(basename "$dir" | cut -d - -f 1 |
            sed 's/^0*//')" >"$to/$dir/mistakes.txt"
    done
    # The same files give the same archive: no user, no time, sorted.
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner \
        --mtime=@0 -cf - poolschool | gzip -n9 >"$stage/it"
    mv "$stage/it" "$1"
}

gradescope() { # FILE.zip
    to=$stage/zip
    files LICENSE Makefile lib exercises tests/setup.sh | copy "$to"
    mv "$to"/exercises/grader/gradescope/* "$to"
    if [ -n "${CHECKS:-}" ]; then
        cp -r "$CHECKS" "$to/checks"
    fi
    printf '%s\n' "# What to grade; see run_autograder." \
        "EXERCISES='$(echo "${EXERCISES:-}" | tr -cd '0-9, ')'" \
        "CHECKS=${CHECKS:+checks}" >"$to/settings.sh"
    find "$to" -exec touch -d @315532800 {} + # the first day of zip
    (cd "$to" && find . -type f | LC_ALL=C sort | TZ=UTC zip -qX "$stage/it.zip" -@)
    mv "$stage/it.zip" "$1"
}

case ${1:-}${2:+ file} in
"student file" | "gradescope file")
    mkdir -p "$(dirname "$2")"
    "$1" "$2"
    echo "$2 ($(($(wc -c <"$2") / 1024)) KiB)"
    ;;
*) sed -n '5,10p' "$0"; exit 2 ;;
esac
