#!/bin/sh
# Holds that a file's prefix tells in which process it runs: no object of one
# role may need a symbol of another, except across a fork.
#
# usage: check-roles.sh FOLDER-OF-OBJECTS
set -eu
cd "$1"
bad=0
for object in *.o; do
    role=${object%%_*}
    for symbol in $(nm -u "$object" | awk '{ print $2 }'); do
        case $role:$symbol in
        client:client_* | super:super_* | worker:worker_*) ;;
        pool:client_* | pool:worker_*) ;; # finds out which of the two it is
        client:super_main | super:worker_main) ;; # the two forks
        *:client_* | *:super_* | *:worker_*)
            echo "$object calls $symbol, which runs in another process"
            bad=1
            ;;
        esac
    done
done
[ $bad = 0 ] && echo "roles: every file calls its own process only"
exit $bad
