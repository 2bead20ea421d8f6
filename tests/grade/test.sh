#!/bin/sh
# SPDX-License-Identifier: MIT
# A class is graded: whatever it hands in, however often it is interrupted, by
# whomever, in one piece or several.
#
#   test.sh [NAME …]      all of it, or these tests only
#
# From make: B, CC. What needs root is passed over elsewhere, and says so.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build/gcc} CC=${CC:-gcc}
GRADER=$B/exercises/grader
. tests/prelude.sh
top=$work
chmod 755 "$top" # for ordinary users' tests
clean() {
    umount "$top/disk_full/small" 2>/dev/null || :
    chmod -R u+rwX "$top" 2>/dev/null || :
    rm -rf "$top"
}

grade() { # as make grade does
    "$GRADER/grade/grade" --build "$B" --compiler "$CC" "$@"
}

# A class of $2 students with the solutions of the exercises $3.
class() {
    for i in $(seq "$2"); do
        mkdir -p "$1/student$i"
        for n in $3; do
            cp solutions/*/ex"$n"_*.c "$1/student$i"
        done
    done
}

# Whether no process has to do with a folder: by its command, or because it
# sees something of it in its sandbox.
nobody_at() {
    echo "$1" >"$top/pattern" # not on a command line of ours
    ! grep -lsaF -f "$top/pattern" /proc/[0-9]*/cmdline \
        /proc/[0-9]*/mountinfo >"$top/somebody"
}

who() { # they are
    while read -r file; do
        tr '\0' ' ' <"${file%/*}/cmdline" | cut -c -150
        grep -E '^(Name|State|PPid)' "${file%/*}/status"
    done <"$top/somebody" 2>/dev/null
}

parts_are() { # $1 or more are finished in $2
    [ "$(find "$2/parts" -name '*.json' 2>/dev/null | wc -l)" -ge "$1" ]
}

# ------------------------------------------------------------------------------

# Folders, archives, Moodle, Canvas, names, and what is not to be read.
test_layouts() {
    python3 -B tests/grade/layouts.py "$work/class" >"$work/expected"
    if [ "$(id -u)" != 0 ]; then # root may read everything
        mkdir "$work/class/locked"
        chmod 0 "$work/class/locked"
        echo 'locked,0,0,0,20,unreadable' >>"$work/expected"
    fi
    umask 027
    says 0 "grades are in" grade --submissions "$work/class" \
        --out "$work/out" --exercises "1 12"
    umask 022
    python3 -B tests/grade/compare.py "$work/out" "$work/expected" ||
        fail "not every student has the marks of what was handed in"
    while IFS="$(printf '\t')" read -r name words; do
        grep -qF "$words" "$work/out/students/$name/result.json" ||
            fail "$name is not told \"$words\""
    done <"$work/notes"
    [ ! -e "$work/out/work" ] || fail "OUT/work is left"
    [ "$(stat -c %a "$work/out/grades.csv")" = 640 ] || fail "not by the umask"
    nobody_at "$work/out" || fail "somebody is left: $(who)"
}

# A whole class, twice, each time with another seed: everybody gets the marks of
# what he handed in. It stays in build/…/test-class for who wants to look at it.
test_class() {
    keep=$B/test-class
    rm -rf "$keep"
    mkdir -p "$keep/class"
    python3 -B tests/grade/class.py "$keep/class" "${STUDENTS:-3}" \
        "${SEED:-1}" >"$keep/expected.csv"
    before=$(cd "$keep/class" && find . -type f -exec cksum {} + | sort | cksum)
    for out in first second; do
        grade --submissions "$keep/class" --out "$keep/$out" >"$keep/$out.log" ||
            fail "not all is graded: $(tail -n 3 "$keep/$out.log")"
        "$GRADER/reports/reports" "$keep/$out" >>"$keep/$out.log" || fail "no reports"
        python3 -B tests/grade/compare.py "$keep/$out" "$keep/expected.csv" ||
            fail "not every student has the marks of what was handed in"
    done
    cmp "$keep/first/grades.csv" "$keep/second/grades.csv" || fail "other grades"
    python3 tests/reports/validate.py "$keep/first" >"$work/said" ||
        fail "$(cat "$work/said")"
    nobody_at "$PWD/$keep/" || fail "somebody is left: $(who)"
    [ "$before" = "$(cd "$keep/class" && find . -type f -exec cksum {} + |
        sort | cksum)" ] || fail "the submissions were changed"
    echo "${STUDENTS:-3} students, graded twice: $keep/first/index.html"
}

# The same class twice, with the same seed: the same bytes. (What a judge saw of
# a wrong program's race may be told otherwise; not so its marks.)
test_twice() {
    class "$work/two" 3 "1 12"
    cp exercises/12-break-even/starter.c "$work/two/student2/ex12_break_even.c"
    echo "int run_all(" >"$work/two/student3/ex1_process_per_task.c"
    for out in a b; do
        grade --submissions "$work/two" --out "$work/$out" --exercises "1 12" \
            --seed 77 >/dev/null
        mv "$work/$out/run.json" "$work/$out.json"
    done
    diff -r "$work/a/students" "$work/b/students" || fail "other results"
    cmp "$work/a/grades.csv" "$work/b/grades.csv" || fail "other grades"
    grade --submissions "$work/two" --out "$work/c" --exercises "1 12" >/dev/null
    cmp "$work/a/grades.csv" "$work/c/grades.csv" ||
        fail "other grades with another seed"
    ! cmp -s "$work/a/seed" "$work/c/seed" || fail "the seed can be known"
}

# Killed or interrupted in the middle, it goes on where it was.
test_resume() {
    class "$work/many" 12 "12"
    for signal in KILL INT; do
        out=$work/resume-$signal
        # A shell's background jobs ignore SIGINT; env does not.
        env --default-signal=INT "$GRADER/grade/grade" --build "$B" --compiler "$CC" \
            --submissions "$work/many" --out "$out" --exercises 12 --jobs 2 \
            >"$work/said" 2>&1 &
        pid=$!
        await 60 parts_are 3 "$out" || fail "nothing is graded"
        kill -$signal $pid
        wait $pid 2>/dev/null && fail "$signal is success" || status=$?
        await 5 nobody_at "$out" || fail "after $signal somebody is left: $(who)"
        [ $signal = KILL ] || {
            [ $status = 130 ] || fail "INT: status $status"
            grep -q "the same command goes on" "$work/said" ||
                fail "INT: does not say how to go on"
            [ ! -e "$out/work" ] || fail "INT: OUT/work is left"
        }
        kept=$(find "$out/parts" -name '*.json' | wc -l)
        [ "$kept" -lt 12 ] || fail "$signal came too late to show anything"
        says 0 "$((12 - kept)) of 12" grade --submissions "$work/many" \
            --out "$out" --exercises 12
        [ "$(grep -c ',10,10,10,graded' "$out/grades.csv")" = 12 ] ||
            fail "after $signal grades are missing"
    done
    # What has changed is graded again, and nothing else.
    cp exercises/12-break-even/starter.c "$work/many/student5/ex12_break_even.c"
    says 0 "1 of 12" grade --submissions "$work/many" --out "$out" \
        --exercises 12
    grep -q '^student5,0,' "$out/grades.csv" || fail "the change is not seen"
    # Who has left the class is not in its results.
    rm -r "$work/many/student7"
    says 0 "0 of 11" grade --submissions "$work/many" --out "$out" \
        --exercises 12
    [ ! -e "$out/students/student7" ] || fail "student7 is still there"
}

# Killed at any moment, again and again: no finished part is lost, nobody left.
test_killed() {
    class "$work/class" 20 "1 12"
    out=$work/out kept=0
    for i in 1 2 3 4 5 6 7 8 9 10; do
        grade --submissions "$work/class" --out "$out" --exercises "1 12" \
            --jobs 3 >/dev/null 2>&1 &
        pid=$!
        sleep "$(awk -v n="$i" 'BEGIN { srand(); print (rand() + n % 3) / 2 }')"
        kill -KILL $pid 2>/dev/null || :
        wait $pid 2>/dev/null || :
        await 5 nobody_at "$out" || fail "somebody is left: $(who)"
        [ ! -d "$out/parts" ] || find "$out/parts" -name '*.json' -exec python3 -c \
            'import json, sys; [json.load(open(f)) for f in sys.argv[1:]]' \
            {} + 2>/dev/null || fail "a part is half written"
        now=$(find "$out/parts" -name '*.json' 2>/dev/null | wc -l)
        [ "$now" -ge "$kept" ] || fail "there were $kept parts, now $now"
        kept=$now
    done
}

# In several parts, by GNU parallel and as a Slurm array: as in one.
test_shards() {
    class "$work/cut" 7 "12"
    mkdir "$work/cut/empty"
    grade --submissions "$work/cut" --out "$work/whole" --exercises 12 \
        --seed 5 >/dev/null
    parallel -j2 "$GRADER/grade/grade" --build "$B" --compiler "$CC" --submissions \
        "$work/cut" --out "$work/p{}" --exercises 12 --seed 5 --shard {}/3 \
        ::: 1 2 3 >/dev/null
    merged="$work/p1 $work/p2 $work/p3"
    says 0 "8 students of 3 parts" grade --out "$work/merged" \
        --merge "$merged"
    cmp "$work/whole/grades.csv" "$work/merged/grades.csv" ||
        fail "merged grades differ"
    diff -r "$work/whole/students" "$work/merged/students" ||
        fail "merged results differ"
    says 2 "Shard 2 of 3 is missing" grade --out "$work/m2" \
        --merge "$work/p1 $work/p3"
    before=$(find "$work/p1" -type f -exec cksum {} + | sort | cksum)
    says 2 "is one of the PARTS" grade --out "$work/p1" --merge "$merged"
    says 2 "no finished run" grade --out "$work/merged" \
        --merge "$merged $work/cut"
    [ "$before" = "$(find "$work/p1" -type f -exec cksum {} + | sort | cksum)" ] ||
        fail "a part was changed"
    diff -r "$work/whole/students" "$work/merged/students" ||
        fail "a merge that failed has cost students"
    says 2 "was there already" grade --out "$work/m3" \
        --merge "$work/p1 $work/p1"
    says 2 "no finished run" grade --out "$work/m4" --merge "$work/cut"
    for task in 1 2; do
        SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_COUNT=2 B=$B CC=$CC \
            SUBMISSIONS=$work/cut OUT=$work/slurm EXERCISES=12 SEED=5 \
            sh exercises/grader/slurm.sh >"$work/said" 2>&1 ||
            fail "slurm.sh: $(cat "$work/said")"
    done
    grade --out "$work/m5" --merge "$work/slurm/1 $work/slurm/2" >/dev/null
    cmp "$work/whole/grades.csv" "$work/m5/grades.csv" ||
        fail "grades of a Slurm array differ"
}

# No sandbox, no grades, unless that is asked for; then every report says so.
test_no_sandbox() {
    class "$work/un" 1 "12"
    for bwrap in "$work/nowhere" /bin/false; do
        says 2 "UNSAFE=1" grade --submissions "$work/un" --out "$work/unsafe" \
            --exercises 12 --bwrap $bwrap
        [ ! -e "$work/unsafe/grades.csv" ] || fail "graded without a sandbox"
    done
    says 0 "UNSAFE: no sandbox" grade --submissions "$work/un" \
        --out "$work/unsafe" --exercises 12 --bwrap /bin/false --unsafe 1
    grep -q '^student1,10,' "$work/unsafe/grades.csv" || fail "UNSAFE=1 fails"
    for file in run.json students/student1/result.json; do
        grep -q '"isolation": "UNSAFE' "$work/unsafe/$file" ||
            fail "$file hides that there was no sandbox"
    done
    says 0 "1/1 student1" grade --submissions "$work/un" \
        --out "$work/unsafe" --exercises 12 # what was unsafe does not count
}

# A sentence and a status for every setting that cannot be.
test_settings() {
    class "$work/set" 1 "12"
    mkdir "$work/nothing" "$work/other"
    touch "$work/other/file"
    s=$work/set o=$work/set-out
    says 2 "make grade SUBMISSIONS" grade
    says 2 "make grade SUBMISSIONS" grade --submissions "$s" --out ""
    says 2 "No such file" grade --submissions "$work/no" --out "$o"
    says 2 "is not a folder" grade --submissions README.md --out "$o"
    says 2 "holds no submission" grade --submissions "$work/nothing" --out "$o"
    says 2 "lie in each other" grade --submissions "$s" --out "$s/out"
    says 2 "lie in each other" grade --submissions "$s" --out "$work"
    says 2 "other things than grades" grade --submissions "$s" \
        --out "$work/other"
    says 2 "cannot be made" grade --submissions "$s" --out "$work/a/b"
    for bad in 0 -1 x 1x 99999; do
        says 2 "JOBS=$bad" grade --submissions "$s" --out "$o" --jobs $bad
    done
    for bad in yes no 2 -1; do
        says 2 "UNSAFE=$bad" grade --submissions "$s" --out "$o" --unsafe $bad
    done
    for bad in 0/2 3/2 1 a/b 1/2x; do
        says 2 "SHARD=$bad" grade --submissions "$s" --out "$o" --shard $bad
    done
    says 2 "SEED=y" grade --submissions "$s" --out "$o" --seed y
    says 2 "EXERCISES=two" grade --submissions "$s" --out "$o" \
        --exercises "1 two"
    says 2 "no exercise 29" grade --submissions "$s" --out "$o" \
        --exercises "1 29"
    says 2 "CHECKS=$work" grade --submissions "$s" --out "$o" --checks "$work"
    says 2 "no-such-compiler" grade --submissions "$s" --out "$o" \
        --compiler no-such-compiler
    [ ! -e "$s/out" ] || fail "OUT was made in SUBMISSIONS"
    # Two graders in one OUT.
    mkdir "$o-busy"
    (flock 9; says 2 "Another grader" grade --submissions "$s" \
        --out "$o-busy"; exit $failed) 9>"$o-busy/.lock" || failed=1
}

# Objects: what is refused and why, and what is fair.
test_inspect() {
    required=$B/exercises/01-process-per-task/required.txt
    object() { # $1 C code
        printf '%s\n' "$1" | $CC -w -std=gnu11 -O1 -c -x c -o "$work/o.o" -
    }
    looks() { "$B/exercises/judge/inspect" "$required" exercises/judge/imports.txt <"$work/o.o"; }
    refused() { # $1 words, $2 code
        object "$2"
        says 3 "$1" looks
    }
    r='int puts(const char *);
        int run_all(void *t, int n, int *r) { return 0; }'
    allowed() { # $1 code; it is made local before it is linked
        object "$1"
        says 0 "" looks
    }
    allowed "$r void *malloc(unsigned long n) { return 0; }"
    allowed "$r int helper(void) { return 0; } int counter = 1;"
    allowed "$r __attribute__((visibility(\"hidden\"))) int hidden = 1;"
    allowed "$r __attribute__((weak)) void weak(void) {}"
    allowed "$r
        int other(void *, int, int *) __attribute__((alias(\"run_all\")));"
    refused "remove main()" "$r int main(void) { return 0; }"
    refused "no common variables" "$r
        __attribute__((common)) int shared_by_name;"
    refused "run_all is missing; there is a run_them_all" \
        "int run_them_all(void *t, int n, int *r) { return 0; }"
    refused "run_all is missing: the header requires it" "int x = 1;"
    refused "run_all is static" "__attribute__((used))
        static int run_all(void *t, int n, int *r) { return 0; }"
    refused "before or after main()" "$r
        __attribute__((constructor)) static void f(void) { puts(\"x\"); }"
    refused "before or after main()" "$r
        __attribute__((destructor)) static void f(void) { puts(\"x\"); }"
    refused "before or after main()" "$r
        __attribute__((section(\".init\"), used)) static void f(void) {}"
    refused "before or after main()" "$r
        __attribute__((section(\".preinit_array\"), used)) static void *q;"
    refused "section of its own" "$r
        __attribute__((section(\"mine\"), used)) static int x = 1;"
    refused "starts another program" "int execve(); int run_all() { return execve(); }"
    refused "ifunc" "static int g(void *t, int n, int *r) { return 0; }
        static void *pick(void) { return g; }
        int run_all(void *, int, int *) __attribute__((ifunc(\"pick\")));"
    refused "not a function" "int run_all = 1;"
    refused "starts another program" "int system(); int run_all() { return system(); }"
    refused "belongs to the judge's driver" "int driver_task();
        int run_all() { return driver_task(); }"
    refused "versions" "int run_all() { return 0; }
        __asm__(\".symver old, puts@GLIBC_2.2.5\\ncall old\");"
    refused "special processor" "$r
        __asm__(\".pushsection .note.gnu.property,\\\"a\\\",@note\\n.p2align 3\\n\"
        \".long 4, 16, 5\\n.asciz \\\"GNU\\\"\\n.long 0xc0008002, 4, 1, 0\\n.popsection\");"
    refused "unusual kind" "$r
        __asm__(\".section x,\\\"\\\",@0x6fff4c04\\n.byte 0\\n.text\");"
    refused "more than 64 MiB" "$r char many[9][1L << 33];
        char *f(void) { return many[1]; }"
    refused "aligned to more" "$r
        static char wide __attribute__((aligned(1 << 20), used));"
    echo "this is no object" >"$work/o.o"
    says 3 "not an object file" looks
    : >"$work/o.o"
    says 3 "not an object file" looks
    object "$r"
    for n in 10 64 100 200 300 500; do # cut anywhere: a sentence, no crash
        head -c $n "$work/o.o" >"$work/cut.o" && mv "$work/cut.o" "$work/c.o"
        "$B/exercises/judge/inspect" "$required" exercises/judge/imports.txt <"$work/c.o" \
            >/dev/null && fail "an object of $n bytes is fine" || status=$?
        [ $status = 3 ] || fail "an object of $n bytes: status $status"
    done
    # Unusual, and fine.
    cp tests/grade/unusual.c "$work/u.c"
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for level in -O0 -O1 -O2 -Os; do
            $compiler -std=gnu11 $level -g -c -o "$work/o.o" "$work/u.c"
            says 0 "" looks
        done
    done
}

# As an ordinary user, who needs user namespaces for it.
test_ordinary() {
    [ "$(id -u)" = 0 ] || {
        echo "ordinary: this is one already"
        return
    }
    user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    $user "$GRADER/sandbox/sandbox" -- true 2>"$work/said" || {
        echo "ordinary: passed over, no sandbox here: $(cat "$work/said")"
        return
    }
    class "$work/user" 2 "1 12"
    install -d -o 65534 "$work/theirs"
    mkdir -p "$work/user/locked" && chmod 0 "$work/user/locked"
    says 0 "a user namespace" $user "$GRADER/grade/grade" --build "$B" --compiler "$CC" \
        --submissions "$work/user" --out "$work/theirs/out" --exercises "1 12"
    [ "$(grep -c ',10,10,20,20,graded' "$work/theirs/out/grades.csv")" = 2 ] ||
        fail "an ordinary user's grades: $(cat "$work/theirs/out/grades.csv")"
    grep -q '^locked,.*unreadable' "$work/theirs/out/grades.csv" ||
        fail "an unreadable folder is not called so"
    says 2 "cannot be made" $user "$GRADER/grade/grade" --build "$B" \
        --submissions "$work/user" --out "$work"/out
}

# A disk that is full, or fills up: a sentence, and what is finished stays.
test_disk_full() {
    mkdir "$work/small"
    mount -t tmpfs -o size=256k small "$work/small" 2>/dev/null || {
        echo "disk_full: passed over, only root can make a small disk"
        return
    }
    class "$work/full" 12 "12"
    says 2 "No space left" grade --submissions "$work/full" \
        --out "$work/small/out" --exercises 12
    mount -o remount,size=20m "$work/small"
    grade --submissions "$work/full" --out "$work/small/out" --exercises 12 \
        >"$work/said" 2>&1 &
    pid=$!
    await 60 parts_are 3 "$work/small/out" || fail "nothing is graded"
    dd if=/dev/zero of="$work/small/zeros" bs=64k 2>/dev/null || :
    wait $pid && status=0 || status=$?
    [ $status = 1 ] || fail "on a full disk: status $status"
    grep -q "No space left" "$work/said" || fail "does not say it: $work/said"
    rm "$work/small/zeros"
    kept=$(find "$work/small/out/parts" -name '*.json' | wc -l)
    [ "$kept" -ge 3 ] || fail "a full disk has cost a grade"
    says 0 "$((12 - kept)) of 12" grade --submissions "$work/full" \
        --out "$work/small/out" --exercises 12
    umount "$work/small"
}

# An instructor's private checks count, and students do not see them.
test_private_checks() {
    # In a build of its own, for other tests use the judge meanwhile.
    mkdir -p "$work/checks/12-break-even" "$work/build"
    cp -a "$B/exercises" "$B/lib" "$B/flags" "$work/build"
    cat >"$work/checks/12-break-even/extra.c" <<'END'
#include "check.h"
static void always(struct run *run) { (void)run; }
const struct check extra_checks[] = {{"private", 5, "is there", always}};
const int extra_check_count = 1;
END
    class "$work/private" 1 "12"
    says 0 "10 of 10" grade --submissions "$work/private" \
        --out "$work/private-out" --exercises 12
    says 0 "15 of 15" make -s grade B="$work/build" CHECKS="$work/checks" \
        SUBMISSIONS="$work/private" OUT="$work/private-out" EXERCISES=12
    ! grep -q 'CHECK=private' "$work"/private-out/students/*/feedback.html ||
        fail "a student is shown a command that only its author has"
    echo 'int x = ;' >"$work/checks/12-break-even/extra.c"
    says 2 "Your own checks do not compile" make -s grade B="$work/build" \
        CHECKS="$work/checks" SUBMISSIONS="$work/private" \
        OUT="$work/private-out" EXERCISES=12
}

# What the machine does not let the judge do is no verdict.
test_cannot_judge() {
    dir=01-process-per-task
    judge=$(realpath "$B/exercises/$dir/judge")
    FILE=solutions/$dir/ex1_process_per_task.c OUT=$work/one \
        sh exercises/exercise.sh check 1 >"$work/said" 2>&1 ||
        fail "$(cat "$work/said")"
    if unshare -m true 2>/dev/null; then
        says 2 "Cannot judge here" unshare -m sh -c 'mount -t tmpfs none /proc &&
            exec "$0" "$1"' "$judge" "$work/one/driver"
        # Processes that /proc hides are ended, too.
        cp "$judge" "$work/judge"
        says 0 "2 of 2 points" timeout 100 unshare -m sh -c '
            mount -t proc -o hidepid=2 proc /proc && exec setpriv \
            --reuid=65534 --regid=65534 --clear-groups "$0" --plain --report \
            --check reaped "$1"' "$work/judge" "$work/one/driver"
    fi
    if command -v strace >/dev/null; then
        for call in pidfd_open waitid mount,mount_setattr; do
            says 0 "2 of 2 points" strace -f -o /dev/null -e trace=$call \
                -e inject=$call:error=EPERM "$judge" --report --check killed \
                "$work/one/driver"
        done
    fi
    # A command before the driver changes no verdict.
    says 0 "2 of 2 points" "$judge" --report --check reaped \
        "$work/one/driver" -- env
    # A driver that does not fit its checks is its author's mistake.
    sed 's/DRIVER_CALLS(/DRIVER_CALLS(call_run_all, /' \
        "exercises/$dir/driver.c" >"$work/driver.c"
    $CC -std=gnu11 -Iexercises/judge -Iexercises/$dir -o "$work/two" \
        "$work/driver.c" "$B/exercises/judge/driver.o" \
        "$B/exercises/judge/caller.o" "$B/exercises/judge/memory.o" \
        "$B/exercises/judge/wire.o" \
        "$work/one/local.o" @exercises/judge/link.options
    says 2 "the enum in check.c says" "$judge" "$work/two"
}

# Nothing in the sandbox says where things are outside of it.
test_command_line() {
    "$GRADER/sandbox/sandbox" --read "$PWD/README.md" /sandbox/a -- sh -c \
        'cat /proc/[0-9]*/cmdline /sandbox/a | tr "\0" " "' >"$work/said" ||
        fail "$(cat "$work/said")"
    ! grep -qF "$PWD" "$work/said" || fail "$(grep -F "$PWD" "$work/said")"
}

all=$(sed -n 's/^test_\([a-z_]*\)() {.*/\1/p' "$0")
count=0
for test in ${*:-$all}; do
    failed=0
    work=$top/$test
    mkdir "$work"
    "test_$test"
    if [ $failed = 0 ]; then
        echo "[       OK ] grade: $test"
    else
        echo "[  FAILED  ] grade: $test"
        count=$((count + 1))
    fi
done
[ $count = 0 ]
