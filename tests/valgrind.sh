#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests under Valgrind, all but those in tests/valgrind.txt. A memory
# error in any process fails, but for those that a test's own task makes.
#   valgrind.sh TESTS
set -eu
log=${1%/*}/valgrind.log failed=0
NOT=$(sed -n 's/^\([a-z][^ ]*\).*/\1/p' tests/valgrind.txt | xargs)
export NOT SLOWER=10
# An arena takes a quarter of this. Valgrind goes over it byte by byte: half of 24
# GB took two minutes a test.
ulimit -S -v 1000000
# And at each process's end it would have glibc move read input back, as exit() does.
valgrind -q --error-exitcode=9 --leak-check=no --run-libc-freeres=no \
    --log-file="$log" "$1" || failed=1

# An error is a line "==PID== what", then "==PID==    at …: function (file:line)".
# Valgrind also complains, with "--PID--", of pidfd_open(), which it does not know.
awk '/^==[0-9]+== [A-Z]/ { what = $0 }
    /^==[0-9]+==    at / && !/\(test_[a-z]*\.c:[0-9]+\)$/ { print what; print; bad++ }
    END { exit bad > 0 }' "$log" || failed=1
[ $failed = 0 ] || { echo "see $log"; exit 1; }
