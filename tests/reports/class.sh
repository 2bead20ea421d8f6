#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a class out of solutions, starters and tests/wrong: a folder per student
# with some of the exercises. The same numbers give the same class.
#
#   class.sh FOLDER STUDENTS [SEED]
set -eu
cd "$(dirname "$0")/../.."
folder=$1 students=$2 seed=${3:-1}

names="Ada_Lovelace Alan_Turing Grace_Hopper Edsger_Dijkstra Barbara_Liskov
Dennis_Ritchie Frances_Allen Ken_Thompson Radia_Perlman Tony_Hoare
Καλλιόπη_Παπαδοπούλου 李小龍 Łukasz_Żółć Zoë_O'Neill محمد_موسى Đặng_Thị_Hà"
count=$(echo "$names" | wc -w)

random() { # 0 to $1 - 1
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    value=$((seed / 65536 % $1))
}

# Most students have worked: half of the files are right, a third is wrong as
# students are wrong, the rest is the starter, does not compile or is missing.
hand_in() { # exercise's folder, where to
    name=$(basename "$1")
    starter=$(basename "$1"/ex[0-9]_*.c)
    random 100
    if [ "$value" -lt 48 ]; then
        cp "solutions/$name/$starter" "$2/"
    elif [ "$value" -lt 82 ]; then
        set -- "$1" "$2" tests/wrong/"$name"/*.c
        random $(($# - 2))
        shift $((2 + value))
        cp "$1" "$to/$starter"
    elif [ "$value" -lt 90 ]; then
        cp "exercises/common/starters/$starter" "$2/"
    elif [ "$value" -lt 93 ]; then
        sed 's/;$//' "solutions/$name/$starter" >"$2/$starter"
    fi
}

i=0
while [ $i -lt "$students" ]; do
    # shellcheck disable=SC2086 # words
    set -- $names
    shift $((i % count))
    student=$(echo "$1" | tr _ ' ')
    [ $i -lt "$count" ] || student="$student $((i / count + 1))"
    to=$folder/$student
    mkdir -p "$to"
    for exercise in exercises/0*; do
        hand_in "$exercise" "$to"
    done
    i=$((i + 1))
done
echo "$students students in $folder"
