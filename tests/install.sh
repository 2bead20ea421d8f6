#!/bin/sh
# Installs the library into a folder of its own and uses it from there, as a
# program outside the repository would: shared, static, and from C++.
#   install.sh MAKE CC
set -eu
make=$1 cc=$2 here=$(cd "$(dirname "$0")" && pwd) folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check() { # name, command…
    name=$1
    shift
    if (cd "$folder" && "$@") >"$folder/log" 2>&1; then
        echo "[       OK ] install: $name"
    else
        echo "[  FAILED  ] install: $name"
        cat "$folder/log"
        failed=1
    fi
}

failed=0
$make -s install PREFIX="$folder/usr" CC="$cc" >/dev/null
export PKG_CONFIG_PATH="$folder/usr/lib/pkgconfig" LD_LIBRARY_PATH="$folder/usr/lib"
cp "$here/install.c" "$folder"
flags=$(pkg-config --cflags --libs pool)

check "program with pkg-config compiles" \
    "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -o shared install.c $flags
check "every function works, shared library" ./shared
check "it is the shared library" sh -c 'ldd ./shared | grep -q libpool.so.1'
check "program with the static library compiles" \
    "$cc" -o static install.c -I"$folder/usr/include" "$folder/usr/lib/libpool.a"
check "every function works, static library" ./static
# Whatever pool.h declares, install.c uses, and the library exports no more.
check "install.c uses every function" sh -c '
    grep -oE "\bpool_[a-z_]+\(" usr/include/pool.h | sort -u | tr -d "(" | grep -v _fn |
    while read -r name; do
        grep -q "[^_a-z]$name(" install.c || { echo "not used: $name"; exit 1; }
    done'
check "nothing else is exported" sh -c '
    ! nm -D --defined-only usr/lib/libpool.so.1 | grep -v " pool_"'
if command -v "${CXX:-g++}" >/dev/null; then
    printf '#include <pool.h>\nint main() { return pool_strerror(0) == 0; }\n' \
        >"$folder/cpp.cc"
    check "header in C++" sh -c "${CXX:-g++} -Wall -Werror -o cpp cpp.cc $flags && ./cpp"
fi
$make -s uninstall PREFIX="$folder/usr" CC="$cc"
check "uninstall leaves no file" sh -c '[ -z "$(find usr -type f -o -type l)" ]'
[ $failed = 0 ]
