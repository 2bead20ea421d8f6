#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs `ONLY=NAME COMMAND` for each name, as many at a time as there are CPUs: a
# judge or a pool is not to wait for others. Prints then what each of them said;
# fails where one has.
#   each.sh LOGS COMMAND NAME…
set -eu
logs=$1 command=$2 bad=0
shift 2
export logs command
mkdir -p "$logs"
# shellcheck disable=SC2016 # a command is several words
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 \
    sh -c 'ONLY=$1 exec $command >"$logs/$1.log" 2>&1' each || bad=1
for name; do
    cat "$logs/$name.log"
done
exit $bad
