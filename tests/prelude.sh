# SPDX-License-Identifier: MIT
# What the test scripts share. A script sources it from the top folder:
#
#   . tests/prelude.sh
#
# It then has a folder of its own, $work, that is removed when it ends, and ends
# with `exit $failed`. A script that makes more than files says in clean() what
# else to remove. Runs in: sh or bash, also under `set -eu`.

# Some scripts run elsewhere, without colours.
green='' red='' plain=''
[ ! -f exercises/colour.sh ] || . exercises/colour.sh
work=$(mktemp -d)
failed=0
clean() { rm -rf "$work"; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Something is not as it should be: says what, and goes on.
fail() {
    echo "${red}FAILED:$plain $*"
    failed=1
}

# As fail, where nothing else can be tried any more.
die() {
    fail "$@"
    exit 1
}

# says STATUS WORDS COMMAND…: the command ends with that status and says those
# words, wherever its lines are broken. All it says is in $work/said.
says() {
    wanted=$1 words=$2
    shift 2
    status=0
    "$@" >"$work/said" 2>&1 </dev/null || status=$?
    [ "$status" = "$wanted" ] || fail "$*: status $status, not $wanted"
    [ -z "$words" ] || tr -s ' \n' ' ' <"$work/said" | grep -qF -e "$words" || {
        fail "$*: does not say \"$words\":"
        cat "$work/said"
    }
}

# await SECONDS COMMAND…: until the command succeeds; fails after that time.
await() {
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt $end ] || return 1
        sleep 0.05
    done
}

# test_of NAME COMMAND…: counted as a test of that name by run.sh; what the
# command prints is shown if it fails.
test_of() {
    test_name=$1
    shift
    if "$@" >"$work/log" 2>&1 </dev/null; then
        echo "$green[       OK ]$plain $test_name"
    else
        echo "$red[  FAILED  ]$plain $test_name"
        cat "$work/log"
        failed=1
    fi
}

# need PROGRAM PACKAGE: ends the script where a tool is missing.
need() {
    command -v "$1" >/dev/null || die "$1 is missing: apt install $2"
}
