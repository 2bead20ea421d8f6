#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the library into a folder of its own and uses it from there, as a
# program outside the repository would: shared, static, and from C++. The
# folder's name has spaces. Then the recipe of README.md, word for word, on a
# machine where nothing was installed before: in a sandbox with an empty
# /usr/local and an /etc of its own.
#   install.sh MAKE CC
set -eu
make=$1 cc=$2 here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
. "$here/prelude.sh"

in_folder() { (cd "$work" && "$@"); }
check() { # name, command…
    name=$1
    shift
    test_of "install: $name" in_folder "$@"
}

usr="$work/us r"
$make -s install PREFIX="$usr" CC="$cc" >"$work/said"
cp "$here/install.c" "$work"
flags=$(PKG_CONFIG_PATH="$usr/lib/pkgconfig" pkg-config --cflags --libs pool)
# No LD_LIBRARY_PATH: what `make install` says to do must be enough.
rpath=$(sed -n "s/.*add \(-Wl,-rpath,'.*'\) where.*/\1/p" "$work/said")

check "says how programs find the library there" [ -n "$rpath" ]
check "program with pkg-config compiles" sh -c \
    "$cc -std=c11 -Wall -Wextra -Wpedantic -Werror -o shared install.c $flags $rpath"
check "every function works, shared library" ./shared
check "it is the shared library" sh -c 'ldd ./shared | grep -q libpool.so.2'
check "the file has the whole version, the others are links" sh -c '
    cd "us r/lib" && [ -f libpool.so.2.0.0 ] && [ ! -L libpool.so.2.0.0 ] &&
    [ "$(readlink libpool.so.2)" = libpool.so.2.0.0 ] &&
    [ "$(readlink libpool.so)" = libpool.so.2 ]'
check "program with the static library compiles" \
    "$cc" -o static install.c -I"$usr/include" "$usr/lib/libpool.a"
check "every function works, static library" ./static
# Whatever pool.h declares, install.c uses, and the library exports no more.
functions='grep -oE "\bpool_[a-z_]+\(" "us r/include/pool.h" | sort -u |
    tr -d "(" | grep -v _fn'
check "install.c uses every function" sh -c "
    $functions | while read -r name; do
        grep -q \"[^_a-z]\$name(\" install.c || { echo \"not used: \$name\"; exit 1; }
    done"
check "nothing else is exported, and all of it has a version" sh -c '
    ! nm -D --defined-only "us r/lib/libpool.so.2" | grep -v " A POOL_2" |
        grep -vE " pool_[a-z_]+@@POOL_2"'
if command -v man >/dev/null; then
    # man starts ten programs for each page: one page, and all of them together.
    check "every function has its page, without a warning" sh -c "
        export MANPATH='$usr/share/man' MANWIDTH=80
        man --warnings -E UTF-8 pool_map 2>warnings | grep -q pool.h || exit 1
        names=\$($functions) && cd 'us r/share/man' || exit 1
        for name in pool \$names; do
            grep -q pool.h man3/\$name.3 || { echo \"no page: \$name\"; exit 1; }
        done
        groff -K utf8 -t -mandoc -T utf8 -w mac -z man3/*.3 2>>'$work/warnings'
        ! grep . '$work/warnings'"
fi
if command -v "${CXX:-g++}" >/dev/null; then
    printf '#include <pool.h>\nint main() { return pool_strerror(0) == 0; }\n' \
        >"$work/cpp.cc"
    check "header in C++, without a warning" sh -c "
        ${CXX:-g++} -Wall -Wextra -Wpedantic -Wshadow -Wold-style-cast -Werror \
            -o cpp cpp.cc $flags $rpath && ./cpp"
fi
$make -s uninstall PREFIX="$usr" CC="$cc"
check "uninstall leaves no file" sh -c '[ -z "$(find "us r" -type f -o -type l)" ]'
$make -s install PREFIX=/opt/pool DESTDIR="$work/de st" CC="$cc" >/dev/null
check "install under DESTDIR" sh -c '
    [ -f "de st/opt/pool/lib/libpool.so.2.0.0" ] &&
    [ -f "de st/opt/pool/share/man/man3/pool_map.3" ] &&
    grep -qx "libdir=/opt/pool/lib" "de st/opt/pool/lib/pkgconfig/pool.pc"'

# The sentence of README.md: after `make install`, `cc program.c …`.
recipe=$(grep -oE '`cc program.c [^`]*`' "$root/README.md" | tr -d '\`')
sandbox() {
    bwrap --dev-bind / / --tmpfs /usr/local --bind "$work/etc" /etc \
        --tmpfs "$work/home" --chdir "$work/home" \
        --unshare-user --uid 0 --gid 0 "$@"
}
mkdir "$work/home"
cp -a /etc "$work/etc" 2>/dev/null || true
cp "$here/install.c" "$work/program.c"
if [ -n "$recipe" ] && sandbox true 2>/dev/null; then
    check "README.md's recipe on a fresh machine" sandbox sh -euc "
        cd '$root' && $make -s install CC='$cc' && cd '$work/home'
        cp ../program.c . && $recipe && ./a.out && man -w pool_map"
else
    echo "[  SKIPPED ] install: README.md's recipe: no sandbox (bwrap) here"
fi
exit $failed
