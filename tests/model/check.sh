#!/bin/sh
# SPDX-License-Identifier: MIT
# Has spin search the model: as it is, it must hold; broken, it must not.
#   check.sh FOLDER      everything built goes there
set -eu
model=$(cd "$(dirname "$0")" && pwd)/wake.pml
mkdir -p "$1"
cd "$1"

search() { # options of the model; prints spin's counts
    spin -a "$@" "$model" >spin.log
    gcc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c
    timeout 300 ./pan -m200000 >pan.log 2>&1
    if ! grep -q 'State-vector' pan.log; then cat pan.log; exit 1; fi
    states=$(awk '/states, stored/ { print $1; exit }' pan.log)
    ! grep -q 'max search depth too small\|out of memory' pan.log || {
        echo "$*: the search is not complete"; exit 1; }
}

for options in "-DKILLS=0 -DCHUNKS=3" "-DKILLS=1" "-DKILLS=2" ; do
    search $options
    grep -q 'errors: 0' pan.log || { echo "FAILS: $options"; cat pan.log; exit 1; }
    echo "holds:  $options: $states states"
done
for broken in NO_RELOOK NO_CAS BURY_MUTE BURY_MARKED NO_TELL; do
    search -D$broken -DKILLS=1
    grep -q 'errors: 1' pan.log || { echo "not noticed: $broken"; exit 1; }
    echo "broken: $broken: noticed after $states states"
done
