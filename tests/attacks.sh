#!/bin/sh
# SPDX-License-Identifier: MIT
# Hostile submissions, graded in the middle of honest ones: each gets what its
# first lines say, the honest ones what they get without them, and nothing is
# left running or lying about.
#
#   attacks.sh           those that end soon
#   FULL=1 attacks.sh    all; as an ordinary user, too; and by the judge alone
#
# From make: B, CC.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build/gcc} CC=${CC:-gcc} FULL=${FULL:-}
GRADER=$B/exercises/grader
. tests/prelude.sh
top=$work
chmod 755 "$top"
clean() { chmod -R u+rwX "$top" && rm -rf "$top"; }
SEED=$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')

# Runs the grader as user $1 (or "") on $2, to $3.
grade() {
    ${1:+setpriv --reuid=$1 --regid=$1 --clear-groups} "$GRADER/grade/grade" \
        --build "$B" --compiler "$CC" --seed "$SEED" --submissions "$2" \
        --out "$3" >"$3.log" 2>&1 || [ $? = 1 ] || {
        fail "the grader failed"
        tail -20 "$3.log"
    }
    "$GRADER/reports/reports" "$3" >>"$3.log" 2>&1 || fail "no reports: $(tail -1 "$3.log")"
}

# What attacks leave where they can, with names that only they use.
left_over() {
    find /tmp /var/tmp /dev/shm /run /dev/mqueue -xdev -maxdepth 3 \
        \( -name 'poolschool-attack*' -o -name meeting \
        -o -path /tmp/grades.csv \) 2>/dev/null || :
    find "$top" -name core -o -name 'core.[0-9]*'
    ipcs 2>/dev/null | grep -i '^0x0000126[789a-f]' || :
    for process in /proc/[0-9]*; do
        [ "$process" != /proc/$$ ] || continue
        if tr '\0' ' ' <"$process/cmdline" | grep -qF "$top/" ||
            grep -qF "$top/" "$process/mountinfo"; then
            echo "$process: $(tr '\0' ' ' <"$process/cmdline")"
        fi
    done 2>/dev/null
}

in_a_class() { # as user $1, or as who this is
    work=$top/class$1
    mkdir -p "$work/class" "$work/honest"
    python3 -B tests/attacks/class.py build "$work/class" $FULL >"$work/expected"
    for name in aaron molly zoe; do
        cp -r "$work/class/$name" "$work/honest"
    done
    [ -z "$1" ] || chown -R "$1" "$work"
    before=$(find "$work/class" -type f -exec cksum {} + | sort | cksum)
    grade "$1" "$work/honest" "$work/alone"
    grade "$1" "$work/class" "$work/all"
    python3 -B tests/attacks/class.py check "$work/all" "$work/expected" ||
        fail "marks ${1:+of user $1}"
    python3 -B tests/attacks/class.py same "$work/alone" "$work/all" ||
        fail "honest marks ${1:+of user $1}"
    [ "$before" = "$(find "$work/class" -type f -exec cksum {} + | sort |
        cksum)" ] || fail "the submissions were changed"
    # What an attack prints when it has found what it must not.
    ! grep -rE 'DOOR [0-9]+ IS OPEN|MET somebody|SEED FOUND|raised [0-9]|root:' \
        "$work/all/students" || fail "something was found that should not be"
    ! grep -rlE "$(printf '\033')|<script>document|<img src=x" \
        "$work/all" --include='*.html' || fail "a page obeys a submission"
    left=$(left_over)
    [ -z "$left" ] || fail "left over: $left"
    [ ! -e "$work/all/work" ] || fail "work/ is still there"
    echo "attacks: $(wc -l <"$work/expected") marks ${1:+as user $1} checked"
}

# Without the grader's sandbox and inspection, as on a student's machine.
by_the_judge() {
    for file in tests/attacks/*/*.c; do
        points=$(sed -n '1,9s,^// Judge: *,,p' "$file")
        points=${points:-$(sed -n '1,9s,^// Score: *,,p' "$file")}
        [ "$points" != - ] || continue
        folder=$(basename "$(dirname "$file")")
        number=$(expr "${folder%%-*}" + 0)
        out=$top/judge/$number-$(basename "$file" .c)
        mkdir -p "$out"
        FILE=$file OUT=$out B=$B CC=$CC SEED=$SEED \
            sh exercises/exercise.sh check "$number" >"$out.txt" 2>&1 || :
        got=$(sed -n 's/^score \([0-9]*\) .*/\1/p' "$out/lines") || :
        [ "$got" = "$points" ] || {
            fail "$file: the judge alone gives $got, not $points"
            sed 's/^/    /' "$out.txt"
        }
    done
    left=$(left_over)
    [ -z "$left" ] || fail "left over: $left"
    echo "attacks: $(find "$top/judge" -name result.json | wc -l) judged alone"
}

in_a_class ""
if [ -n "$FULL" ] && [ "$(id -u)" = 0 ]; then
    in_a_class 65534
fi
[ -z "$FULL" ] || by_the_judge
exit $failed
