#!/bin/sh
# SPDX-License-Identifier: MIT
# What the Makefile promises to whoever builds or packs: flags, other compilers,
# another build folder, and checks that do not pass by default.
#   make.sh MAKE
set -eu
make="$1 --no-print-directory"
. tests/prelude.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CFLAGS CPPFLAGS LDFLAGS WERROR
object=$work/b/$(find lib -name '*.c' | sort | sed 's/c$/o/;q')

narrow() { # COMMAND…: no line is wider than a terminal
    "$@" >"$work/wide" 2>&1 && [ -s "$work/wide" ] &&
        ! grep -E '.{81}' "$work/wide"
}
# Each command that make help lists is there; N stands for a number.
help_is_true() {
    $make help | sed -n 's/^  make \([^ ]*\) .*/\1/p' >"$work/targets"
    [ "$(wc -l <"$work/targets")" -gt 30 ] || return 1
    $make -qp 2>/dev/null | sed -n 's/^\([a-zA-Z0-9-]*\):.*/\1/p' >"$work/known"
    ! sed 's/N\($\|-\)/1\1/' "$work/targets" | grep -vxFf "$work/known"
}
sorted_help() {
    $make help | awk '/^[A-Z]/ { last = "" } /^  make/ { if ($2 < last) exit 1; last = $2 }'
}
# Colours on a terminal; none in a pipe, none where NO_COLOR is set.
coloured() { # COMMAND
    command -v script >/dev/null || return 0
    script -qec "env -u NO_COLOR TERM=xterm $1" "$work/typed" </dev/null >/dev/null || :
    grep -q '\[[0-9]*m' "$work/typed" || return 1
    script -qec "env NO_COLOR=1 TERM=xterm $1" "$work/typed" </dev/null >/dev/null || :
    ! grep -q '\[[0-9]*m' "$work/typed" || return 1
    $1 >"$work/typed" 2>&1 </dev/null || :
    [ -s "$work/typed" ] && ! grep -q '\[[0-9]*m' "$work/typed"
}
compiles() { # how many files are compiled with these settings
    $make B="$work/b" "$@" "$object" | grep -c '^  cc' || :
}
stamped() {
    [ "$(compiles)" = 1 ] && [ "$(compiles)" = 0 ] &&
        [ "$(compiles CFLAGS=-O0)" = 1 ] && [ "$(compiles CFLAGS=-O0)" = 0 ] &&
        [ "$(compiles CPPFLAGS=-DX=1)" = 1 ] && [ "$(compiles CC=clang)" = 1 ]
}
compiler_of_two_words() {
    $make -n CC="ccache gcc" lib | grep -q '^ccache gcc .* -o build/ccache-gcc/lib/'
}
errors_where_asked() {
    ! $make -n B="$work/w" lib | grep -q -e -Werror &&
        $make -n B="$work/w" WERROR=1 lib | grep -q -e -Werror
}
# The checkout belongs to somebody else and cannot be written; compiler and
# archiver are those that make was told, with its flags.
read_only_checkout() {
    mkdir "$work/copy" "$work/elsewhere"
    git ls-files -z | tar --null -T - -cf - | tar -C "$work/copy" -xf -
    chmod -R a-w "$work/copy"
    chmod 755 "$work"
    user=
    if [ "$(id -u)" = 0 ]; then
        user="setpriv --reuid 65534 --regid 65534 --clear-groups"
        chown 65534 "$work/elsewhere"
    fi
    printf '#!/bin/sh\necho "$0 $*" >>"%s/called"\nexec "$@"\n' "$work" >"$work/first"
    chmod +x "$work/first"
    : >"$work/called"
    chmod 666 "$work/called"
    (cd "$work/copy" && HOME=/nonexistent \
        $user $make B="$work/elsewhere" CC="$work/first gcc" AR="$work/first ar" \
            CPPFLAGS=-DHONOURED=1 CFLAGS=-O0 LDFLAGS=-Wl,-z,relro \
            lib first lesson4 PREDICT=0) &&
        [ ! -e "$work/copy/build" ]
}
honoured() {
    grep -q 'gcc .*-DHONOURED=1 .*-c ' "$work/called" &&
        grep -q 'gcc .*-O0 .*-c ' "$work/called" &&
        grep -q 'gcc .*-Wl,-z,relro .*-shared' "$work/called" &&
        grep -q 'ar rcs' "$work/called"
}
# Folders with spaces, from the installed file's words to a program that runs.
spaces() {
    $make -s install DESTDIR="$work/my stage" PREFIX="/opt/my pool" \
        LIBDIR="/opt/my pool/lib64" &&
        [ -f "$work/my stage/opt/my pool/lib64/libpool.a" ] &&
        [ -f "$work/my stage/opt/my pool/include/pool.h" ] &&
        PKG_CONFIG_PATH="$work/my stage/opt/my pool/lib64/pkgconfig" \
            pkg-config --libs pool | grep -qF '/opt/my\ pool/lib64 -lpool' &&
        $make -s uninstall DESTDIR="$work/my stage" PREFIX="/opt/my pool" \
            LIBDIR="/opt/my pool/lib64" &&
        [ -z "$(find "$work/my stage" ! -type d)" ]
}
format_without_git() {
    ! GIT_DIR=$work/none $make check-format >"$work/said" 2>&1 &&
        grep -q 'asks git' "$work/said"
}
# A formatter or a lint of another version finds nothing: it is not asked.
other_versions() {
    mkdir "$work/bin"
    for tool in clang-format clang-tidy cppcheck; do
        printf '#!/bin/sh\n[ "$1" = --version ] && echo version 99.1.0\n' \
            >"$work/bin/$tool"
    done
    chmod +x "$work"/bin/*
    PATH=$work/bin:$PATH $make B="$work/o" check-format check-lint \
        >"$work/said" 2>&1 && grep -q 'skipped: this clang-format' "$work/said" &&
        grep -q 'skipped: this cppcheck' "$work/said" &&
        grep -q 'skipped: this clang-tidy' "$work/said"
}

test_of "make help fits 80 columns" narrow $make help
test_of "make help names what is there" help_is_true
test_of "the course map fits 80 columns" narrow $make
test_of "the lists of make help are in order" sorted_help
for command in "$make" "$make lessons" "$make progress" "$make lesson4 PREDICT=0 BUILD=$work"; do
    test_of "colours on a terminal only: ${command#"$make"}" coloured "$command"
done
test_of "other flags compile again, the same do not" stamped
test_of "CC may be two words" compiler_of_two_words
test_of "warnings are errors only with WERROR=1" errors_where_asked
test_of "B=elsewhere builds from a read-only checkout" read_only_checkout
test_of "CC, AR, CPPFLAGS, CFLAGS and LDFLAGS are honoured" honoured
test_of "installs into folders with spaces" spaces
if command -v clang-format >/dev/null && $make check-format 2>&1 | grep -q skipped; then
    echo "no clang-format of our version: not tried without git"
else
    test_of "check-format fails without git" format_without_git
fi
test_of "tools of another version are skipped with a sentence" other_versions
exit $failed
