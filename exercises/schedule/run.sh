#!/bin/sh
# Builds a file so that a schedule can decide at each access to shared memory
# which process goes on, and runs it under one schedule or many.
#   run.sh FILE SCENARIO.o FOLDER-OF-HEADERS OUT [OPTION…]
# FILE may be a whole program; SCENARIO.o is then program.o, and PROGRAM=1.
# Exit status: 0 nothing found, 1 a fault, 2 it could not be tried.
set -u
file=$1 scenario=$2 headers=$3 out=$4
shift 4
here=$(dirname "$0")
CC=${CC:-gcc}

cannot() {
    echo "Schedules cannot be tried here: $1. All other checks work without."
    exit 2
}

[ -r "$file" ] || cannot "there is no file $file"
command -v "${CC%% *}" >/dev/null || cannot "there is no compiler \"$CC\""
mkdir -p "$out" 2>/dev/null && [ -w "$out" ] || cannot "$out cannot be written"

# clang drops a read that comes just before a write to the same place.
case $($CC --version 2>/dev/null) in
*clang*) own="-mllvm -tsan-instrument-read-before-write=1" ;;
*) own="--param tsan-distinguish-volatile=1" ;;
esac
$CC -std=gnu11 -O0 -g -fsanitize=thread $own \
    -I"$headers" ${INCLUDES:-} -c -o "$out/student.o" "$file" \
    2>"$out/schedule.log" || {
    grep -q 'error: .*\(unsupported\|unrecognized\|unknown\)' \
        "$out/schedule.log" && cannot "$CC has no -fsanitize=thread"
    cat "$out/schedule.log"
    exit 2
}
[ -z "${PROGRAM:-}" ] ||
    objcopy --redefine-sym main=program_main "$out/student.o" ||
    cannot "objcopy is missing (package binutils)"
# The sanitizer's own library is not linked: exercises/schedule/ is instead.
$CC -no-pie @"$here/wrap.options" -o "$out/schedule" "$out/student.o" \
    "$scenario" $(ls "${OBJECTS:?}"/*.o | grep -v /program.o) -pthread ${LIBRARIES:-} \
    2>"$out/schedule.log" || {
    cat "$out/schedule.log"
    cannot "the file does not link"
}
exec "$out/schedule" "$@"
