#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows that the harness notices what it is there to notice: every test of
# harness_selftest.c but the good ones must be reported as failed, by name.
#   harness_selftest.sh PROGRAM
set -eu
. tests/prelude.sh
program=$1

# The verdict on one of its tests, and the words that the report must hold.
verdict() { # TEST passed|failed WORDS
    if "$program" "$1" >"$work/report" 2>&1; then now=passed; else now=failed; fi
    cat "$work/report"
    echo "verdict: $now, not $2"
    # A child must not run on as a second runner: one report only.
    [ $now = "$2" ] && grep -qF -e "$3" "$work/report" &&
        [ "$(grep -c '1 test(s) run' "$work/report")" = 1 ]
}

for name in $(LIST=1 "$program"); do
    wanted=failed
    case $name in
    good) words='OK ] good' wanted=passed ;;
    is_skipped) words='SKIPPED ] is_skipped' wanted=passed ;;
    hangs*) words='hung, killed' ;;
    crashes) words='crashes: ' ;;
    asserts*) words='0x1 != 0x2' ;;
    exits*) words='exited with 3' ;;
    *descriptor) words='left behind: descriptor' ;;
    leaves_a_zombie) words='left behind: zombie' ;;
    leaves_a_child) words='left behind: a child' ;;
    leaves_an_orphan) words='left behind: process' ;;
    leaves_a_shared_mapping) words='left behind: 1 shared' ;;
    leaves_a_file*) words='left a file' ;;
    leaks_memory) words='LeakSanitizer' ;;
    *) die "what should $name say?" ;;
    esac
    test_of "harness: $name" verdict "$name" $wanted "$words"
    rm -f /dev/shm/pool-selftest-*
done
exit $failed
