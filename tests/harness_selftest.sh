#!/bin/sh
# Shows that the harness notices what it is there to notice: every test of
# harness_selftest.c but the good ones must be reported as failed, by name.
#   harness_selftest.sh PROGRAM
set -eu
program=$1 failures=0

check() { # name, words the report must hold
    if output=$("$program" "$1" 2>&1 </dev/null); then verdict=passed
    else verdict=failed; fi
    case $1 in good | is_skipped) wanted=passed ;; *) wanted=failed ;; esac
    # A child must not run on as a second runner: one report only.
    reports=$(printf '%s\n' "$output" | grep -c '1 test(s) run' || true)
    if [ $verdict = $wanted ] && [ "$reports" = 1 ] &&
        printf '%s\n' "$output" | grep -qF -e "$2"; then
        echo "[       OK ] harness: $1"
    else
        echo "[  FAILED  ] harness: $1 ($verdict)"
        printf '%s\n' "$output"
        failures=$((failures + 1))
    fi
}

for name in $(LIST=1 "$program"); do
    case $name in
    good) check $name 'OK ] good' ;;
    is_skipped) check $name 'SKIPPED ] is_skipped' ;;
    hangs*) check $name 'hung, killed' ;;
    crashes) check $name 'crashes: ' ;;
    asserts*) check $name '0x1 != 0x2' ;;
    exits*) check $name 'exited with 3' ;;
    *descriptor) check $name 'left behind: descriptor' ;;
    leaves_a_zombie) check $name 'left behind: zombie' ;;
    leaves_a_child) check $name 'left behind: a child' ;;
    leaves_an_orphan) check $name 'left behind: process' ;;
    leaves_a_shared_mapping) check $name 'left behind: 1 shared' ;;
    leaves_a_file*) check $name 'left a file' ; rm -f /dev/shm/pool-selftest-* ;;
    leaks_memory) check $name 'LeakSanitizer' ;;
    *) echo "what should $name say?"; exit 1 ;;
    esac
done
[ $failures = 0 ]
