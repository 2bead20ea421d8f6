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

# Neither commands nor words nor links for what is not in the package.
for_students() { # folder
    sed -i '/^# Students have no grader/,/^endif/d' "$1/exercises/exercises.mk"
    sed -i -E 's/^((test|test-all|test-long|test-exercises|test-schedules|test-play|test-tsan|check-lint|transcripts):.*) ## .*/\1/' \
        "$1"/*/*.mk
    sed -i '/^## For instructors/,$d
        s/`make test-exercises RUNS=100` shows it; see/See/' "$1/exercises/README.md"
    sed -i 's/^`make grade` does/A grader does/
        /^`make test-schedules`/,/^$/d' "$1/exercises/schedule/README.md"
    sed -i '/^- \*\*You teach it/,/^- \*\*You compare/{/^- \*\*You compare/!d}
        s/^make setup test  .*/make setup        # installs what all the rest needs (Debian)/' \
        "$1/README.md"
    sed -i 's/^`make setup test` runs all of this, the long ones in part; /`make test-pool` runs a part of this; /' \
        "$1/lib/README.md"
    sed -i '/teach\.md/d' "$1/lessons/README.zh.md"
    sed -i '/^command_line test /d' "$1/lessons/map.sh"
    sed -i 's/ You teach? \[A page for$//; /^instructors\](teach.md)/d' \
        "$1/lessons/README.md"
    sed -i -E '/^\| `make test-(exercises|schedules|grade|class|attacks|adding|tsan|play|make)/d
        /^\| `make check-lint /d
        s/^\| `make setup test` .*/| `make test-pool` | what the pool promises |/
        /^\| `make test-(long|all|debian13)`/d' "$1/tests/README.md"
    find "$1" -name '*.md' | while read -r text; do
        awk -v folder="${text%/*}" '
            function is_there(path) {
                if (path == "" || path ~ /^[a-z]+:/) return 1
                if (!(path in known))
                    known[path] = system("test -e \"" folder "/" path "\"") == 0
                return known[path]
            }
            {
                out = ""
                while (match($0, /\[[^][]*\]\([^) ]*\)/)) {
                    link = substr($0, RSTART, RLENGTH)
                    split(link, part, /\]\(|[)#]/)
                    out = out substr($0, 1, RSTART - 1) \
                        (is_there(part[2]) ? link : substr(part[1], 2))
                    $0 = substr($0, RSTART + RLENGTH)
                }
                print out $0
            }' "$text" >"$stage/text" && cp "$stage/text" "$text"
    done
}

# Of tests/ students get what proves the library, nothing that tells how an
# exercise is done wrong or right.
student() { # FILE.tar.gz
    to=$stage/poolschool
    {
        files Makefile README.md LICENSE .gitignore .clang-format \
            .editorconfig lessons lib exercises plots |
            grep -zvE '^exercises/(grader/|[^/]*/promises.md)|^lessons/teach.md'
        files tests | grep -zE '^tests/([^/]*|(kill|model)/[^/]*)$' |
            grep -zvE '^tests/(exercises|schedules|wrong|grade|attack|package)[^/]*$'
    } | copy "$to"
    for_students "$to"
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
