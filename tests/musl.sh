#!/bin/sh
# SPDX-License-Identifier: MIT
# The library with musl instead of glibc: every function, and all that the roles
# do beside each other, in static programs.
#   musl.sh FOLDER-OF-THE-BUILD
set -eu
for program in tests/install.c tests/tsan/main.c; do
    musl-gcc -std=gnu11 -Wall -Wextra -Werror -O2 -static -Ilib \
        -o "$1/musl" "$program" "$1/lib/libpool.a"
    "$1/musl" >"$1/musl.log" || { cat "$1/musl.log"; exit 1; }
    echo "musl: $program works"
done
