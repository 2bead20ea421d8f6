#!/bin/sh
# Builds a file so that a schedule can decide, at each access to shared memory,
# which process goes on.
#   build.sh FILE SCENARIO.o FOLDER-OF-HEADERS OUT [KEEP]
# KEEP: a file with the names that the scenario calls; all others become the
# file's own. From the environment: CC, RUNTIME (the folder with runtime.o), and,
# for whole programs, PROGRAM=1, INCLUDES, LIBRARIES.
# Exit status: 0, or 2 and a sentence, the last line.
set -u
file=$1 scenario=$2 headers=$3 out=$4 keep=${5:-}
here=${0%/*}
CC=${CC:-gcc}

cannot() {
    echo "Schedules cannot be tried here: $1. All other checks work without."
    exit 2
}

[ -r "$file" ] || cannot "there is no file $file"
command -v "${CC%% *}" >/dev/null || cannot "there is no compiler \"$CC\""
command -v objcopy >/dev/null || cannot "objcopy is missing (package binutils)"
{ [ -d "$out" ] || mkdir -p "$out" 2>/dev/null; } && [ -w "$out" ] || cannot "$out cannot be written"
[ -r /proc/self/stat ] || cannot "/proc is not there"

case $($CC --version 2>/dev/null) in
*clang*) own=$here/compile.clang.options ;;
*) own=$here/compile.gcc.options ;;
esac
# shellcheck disable=SC2086 # INCLUDES are several words
LC_ALL=C $CC @"$own" -w -I"$headers" ${INCLUDES:-} -c -o "$out/instrumented.o" \
    "$file" 2>"$out/schedule.log" || {
    echo 'int x;' | $CC @"$own" -x c -c -o "$out/instrumented.o" - 2>/dev/null ||
        cannot "$CC has no -fsanitize=thread"
    cat "$out/schedule.log"
    cannot "the file does not compile"
}
# Its start-up code would call the sanitizer's library, which is not there.
if [ -n "${PROGRAM:-}" ]; then
    echo program_main >"$out/keep.txt"
    keep=$out/keep.txt
    objcopy --redefine-sym main=program_main "$out/instrumented.o"
fi && objcopy -w -R '.init_array*' -R '.rela.init_array*' -R '.group' \
    ${keep:+--keep-global-symbols="$keep"} "$out/instrumented.o" ||
    cannot "objcopy fails"
# The sanitizer's own library is not linked: exercises/schedule/ is instead.
# shellcheck disable=SC2086 # LIBRARIES are several words
LC_ALL=C $CC -no-pie @"$here/wrap.options" -o "$out/schedule" \
    "$out/instrumented.o" "$scenario" "${RUNTIME:?}/runtime.o" \
    ${LIBRARIES:-} -lm -lpthread 2>"$out/schedule.log" || {
    cat "$out/schedule.log"
    cannot "the file does not link"
}
chmod a+rx "$out/schedule"
