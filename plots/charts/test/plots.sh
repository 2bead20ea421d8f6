#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests the charts' programs with a tiny run: fields, pictures, sentences.
# MEASURE, DRAW and RULE name the programs. It judges no times.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() {
    echo "FAIL: $*"
    exit 1
}
# says STATUS TEXT COMMAND…: the command ends so, and says so on stderr.
says() {
    expected=$1 text=$2 status=0
    shift 2
    "$@" >"$folder/out" 2>"$folder/err" || status=$?
    [ $status -eq "$expected" ] || fail "$* exits with $status"
    grep -q -- "$text" "$folder/err" || fail "$* does not say '$text'"
}

"$RULE" >"$folder/out" || fail "$(cat "$folder/out")"

for run in a b; do
    timeout 120 "$MEASURE" --quick --repeat 1 --seed 7 \
        --out "$folder/$run.csv" 2>"$folder/err" || fail "measuring"
done
! grep -q failed "$folder/err" || fail "$(cat "$folder/err")"
grep -v '^#' "$folder/a.csv" | awk -F, 'NF != 15 { exit 1 }' ||
    fail "a row has not 15 fields"
for fact in run date cpu cpus_allowed kernel compiler flags load commit seed; do
    grep -q "^# $fact: ." "$folder/a.csv" || fail "the CSV tells no $fact"
done
[ "$(grep -v '^#' "$folder/a.csv" | cut -d, -f3 | sort -u | grep -c '[1-9]')" \
    -eq 9 ] || fail "not all nine charts were measured"

says 2 "1 to 9" "$MEASURE" --out "$folder/c" --charts "1 12"
says 2 "WORKERS takes" "$MEASURE" --out "$folder/c" --workers x
says 1 "cannot write" "$MEASURE" --out /dev/full --charts 8
says 1 "cannot write" "$MEASURE" --out "$folder/none/c" --charts 8
: >"$folder/empty.csv"
says 1 "is empty" "$DRAW" "$folder/empty.csv"
echo "a,b,c" >"$folder/foreign.csv"
says 1 "not a run of these charts" "$DRAW" "$folder/foreign.csv"
sed 's/^run_id,/run_id,more,/' "$folder/a.csv" >"$folder/other.csv"
says 1 "another version" "$DRAW" "$folder/other.csv"
says 2 "1 to 9" "$DRAW" --charts "1 12" "$folder/a.csv"
says 1 "No such file" "$DRAW" "$folder/missing.csv"
says 2 "name two runs" "$DRAW" --compare "$folder/a.csv"
mkdir "$folder/bin"
for tool in sh mkdir; do
    ln -s "$(command -v $tool)" "$folder/bin/$tool"
done
says 1 "gnuplot is not installed" env PATH="$folder/bin" "$DRAW" \
    --out "$folder/p" "$folder/a.csv"

: >"$folder/stop.csv"
"$MEASURE" --out "$folder/stop.csv" 2>"$folder/err" & # Ctrl-C keeps the rows
pid=$!
until [ "$(grep -c '^[0-9]' "$folder/stop.csv" )" -gt 2 ]; do
    kill -0 $pid || fail "it ended before it was stopped"
done
kill -TERM $pid
status=0
wait $pid || status=$?
[ $status -eq 130 ] && grep -q "are kept" "$folder/err" || fail "stopping it"

if command -v gnuplot >/dev/null; then
    "$DRAW" --out "$folder/p" "$folder/a.csv" >"$folder/out" 2>"$folder/err" ||
        fail "drawing: $(cat "$folder/err")"
    [ "$(find "$folder/p" -size +1k -name '*.*g' | wc -l)" -eq 18 ] ||
        fail "not 9 SVG and 9 PNG"
    [ ! -s "$folder/err" ] || fail "$(cat "$folder/err")"
    "$DRAW" --compare --out "$folder/p" "$folder/a.csv" "$folder/b.csv" \
        >"$folder/out" 2>&1 || fail "comparing: $(cat "$folder/out")"
    grep -q "^Of [0-9]* comparisons, 0 show" "$folder/out" ||
        fail "clear differences of runs with one value each"
    grep -q "REPEAT=8 is" "$folder/out" || fail "it does not say how many"

    # A run that was stopped early: no loop yet to compare with.
    grep '^#\|^run_id\|,3,"pool_map"' "$folder/a.csv" >"$folder/part.csv"
    "$DRAW" --out "$folder/q" "$folder/part.csv" >"$folder/out" ||
        fail "drawing a part"
    grep -q "^Not drawn" "$folder/out" || fail "a part does not say so"

    # Made-up runs of two variants; one of them takes $1 per cent of its time.
    made_run() {
        grep '^#\|^run_id' "$folder/a.csv"
        for repetition in 1 2 3 4 5 6 7 8; do
            time=$((100000 + repetition * 37 % 10 * 500))
            echo "made,1,1,\"vfork\",0,2,-1,0,9,$repetition,$time,0,0,0,0"
            time=$((time * $1 / 100))
            echo "made,1,1,\"pool_map\",0,2,-1,0,9,$repetition,$time,0,0,0,0"
        done
    }
    made_run 100 >"$folder/a.csv2"
    for percent in 100 130 70; do
        made_run $percent >"$folder/b.csv2"
        "$DRAW" --compare --out "$folder/p" "$folder/a.csv2" "$folder/b.csv2" \
            >"$folder/out" || fail "comparing made-up runs"
        says=$(grep "^Of 2 comparisons" "$folder/out")
        case "$percent $says" in
        "100 "*", 0 show "* | "130 "*"(0 faster, 1 slower"*) ;;
        "70 "*"(1 faster, 0 slower"*) ;;
        *) fail "made-up runs, $percent per cent: $says" ;;
        esac
    done

    # Ten made-up repetitions cross at 4 tasks, but in $1 of them the pool is
    # cheaper from the first task on: a number is told only while that is rare.
    made() {
        grep '^#\|^run_id' "$folder/a.csv"
        for repetition in 1 2 3 4 5 6 7 8 9 10; do
            for n in 1 4 16; do
                pool=$((repetition <= $1 ? 50000 : 400000))
                echo "made,1,2,\"fork per task\",$n,2,-1,0,$n,$repetition,${n}00000,0,0,0,0"
                echo "made,1,2,\"pool_map\",$n,2,-1,0,$n,$repetition,$pool,0,0,0,0"
            done
        done
    }
    for early in 0 1 4; do
        made $early >"$folder/made.csv"
        "$DRAW" --out "$folder/p" --charts 2 "$folder/made.csv" >"$folder/out" ||
            fail "drawing made-up rows"
        grep -q "cross at 4.00 tasks (4.00" "$folder/out" &&
            told=yes || told=no
        case $early-$told in 0-yes | 1-yes | 4-no) ;; *)
            fail "a crossing, $early of 10 early, told: $told" ;;
        esac
    done
fi
echo "charts: measured, drawn, compared"
