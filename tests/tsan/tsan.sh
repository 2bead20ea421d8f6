#!/bin/sh
# SPDX-License-Identifier: MIT
# ThreadSanitizer has nothing to say about the pool's roles as threads, and does
# notice two tasks that race.
#   tsan.sh PROGRAM
set -eu
# Some kernels choose addresses that older ThreadSanitizers cannot have.
run() { setarch "$(uname -m)" -R "$@"; }

run "$1"
if racy=$(run "$1" racy 2>&1) || ! echo "$racy" | grep -q 'data race'; then
    echo "not noticed: a race of two tasks"
    exit 1
fi
echo "noticed: a race of two tasks"
