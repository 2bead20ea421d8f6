#!/bin/sh
# Builds a file with build.sh and runs it under one schedule or many.
#   run.sh FILE SCENARIO.o FOLDER-OF-HEADERS OUT KEEP [OPTION…]
# KEEP may be "". FILE may be a whole program; SCENARIO.o is then program.o, and
# PROGRAM=1. Exit status: 0 nothing found, 1 a fault, 2 it could not be tried.
set -u
sh "$(dirname "$0")/build.sh" "$1" "$2" "$3" "$4" "$5" || exit 2
out=$4
shift 5
exec "$out/schedule" "$@"
