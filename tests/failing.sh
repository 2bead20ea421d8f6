#!/bin/sh
# SPDX-License-Identifier: MIT
# Every function that the library calls must fail in tests/test_syscalls.c, or
# be in tests/unfailing.txt with the reason why not. glibc's names for a standard's
# version of one, such as __isoc99_sscanf, count as the function.
#   failing.sh FOLDER NAME…      the library's objects; what is made to fail
set -eu
objects=$1 list=tests/unfailing.txt
shift
own=$(nm --defined-only "$objects"/*.o | awk 'NF == 3 { print $3 }')
excused=$(grep -v '^#' $list | sed 's/  .*//')
missing=$(nm -u "$objects"/*.o | awk '
    $1 == "U" { sub(/^__isoc[0-9]+_/, "", $2); print $2 }' | sort -u |
    grep -vxE '_GLOBAL_OFFSET_TABLE_|stdout|__[a-z]*san_.*' |
    while read -r name; do
        case " $(echo $own $excused "$@") " in
        *" $name "*) ;;
        *) echo "$name" ;;
        esac
    done)
[ -z "$missing" ] || {
    echo "called, not made to fail, not in $list:" $missing
    exit 1
}
echo "$# functions made to fail, $(echo $excused | wc -w) excused in $list"
