#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests the charts' programs with a tiny run: fields, pictures, sentences.
# PLOTS names the program, TESTS the folder of the C tests. It judges no times.
set -eu
. tests/prelude.sh

for test in functions rule; do
    "$TESTS/$test" >"$work/out" || fail "$(cat "$work/out")"
done

timeout 600 "$PLOTS" measure --quick --repeat 1 --seed 7 \
    --out "$work/a.csv" 2>"$work/err" || fail "measuring"
sed 's/^# run: .*/# run: another/' "$work/a.csv" >"$work/b.csv"
! grep -q failed "$work/err" || fail "$(cat "$work/err")"
grep -v '^#' "$work/a.csv" | awk -F, 'NF != 15 { exit 1 }' ||
    fail "a row has not 15 fields"
for fact in run date cpu cpus_allowed kernel compiler flags load commit seed; do
    grep -q "^# $fact: ." "$work/a.csv" || fail "the CSV tells no $fact"
done
# What the README shows as a whole chart is one.
sed -n '/^```c$/,/^```$/p' plots/README.md | sed '1d;$d' >"$work/10-x.c"
${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -iquote plots/charts \
    "$work/10-x.c" || fail "the chart in plots/README.md"
charts=$("$PLOTS" list | grep -c '^[0-9]')
[ "$(grep -v '^#' "$work/a.csv" | cut -d, -f3 | sort -u | grep -c '[1-9]')" \
    -eq "$charts" ] || fail "not all charts were measured"

says 2 "no chart" "$PLOTS" measure --out "$work/c" --charts "1 12"
says 2 "no chart" "$PLOTS" measure --out "$work/c" --charts 1x
says 2 "WORKERS takes" "$PLOTS" measure --out "$work/c" --workers x
says 1 "cannot write" "$PLOTS" measure --out /dev/full --charts 8
says 1 "cannot write" "$PLOTS" measure --out "$work/none/c" --charts 8
: >"$work/empty.csv"
says 1 "is empty" "$PLOTS" draw "$work/empty.csv"
echo "a,b,c" >"$work/foreign.csv"
says 1 "not a run of these charts" "$PLOTS" draw "$work/foreign.csv"
sed 's/^run_id,/run_id,more,/' "$work/a.csv" >"$work/other.csv"
says 1 "another version" "$PLOTS" draw "$work/other.csv"
says 2 "no chart" "$PLOTS" draw --charts "1 12" "$work/a.csv"
says 1 "No such file" "$PLOTS" draw "$work/missing.csv"
says 2 "name two runs" "$PLOTS" compare "$work/a.csv"
mkdir "$work/bin"
for tool in sh mkdir; do
    ln -s "$(command -v $tool)" "$work/bin/$tool"
done
says 1 "gnuplot is not installed" env PATH="$work/bin" "$PLOTS" draw \
    --out "$work/p" "$work/a.csv"

: >"$work/stop.csv"
"$PLOTS" measure --out "$work/stop.csv" 2>"$work/err" & # Ctrl-C keeps the rows
pid=$!
until [ "$(grep -c '^[0-9]' "$work/stop.csv" )" -gt 2 ]; do
    kill -0 $pid || fail "it ended before it was stopped"
done
kill -TERM $pid
status=0
wait $pid || status=$?
[ $status -eq 130 ] && grep -q "are kept" "$work/err" || fail "stopping it"

if command -v gnuplot >/dev/null; then
    "$PLOTS" draw --out "$work/p" "$work/a.csv" >"$work/out" 2>"$work/err" ||
        fail "drawing: $(cat "$work/err")"
    [ "$(find "$work/p" -size +1k -name '*.*g' | wc -l)" -eq $((2 * charts)) ] ||
        fail "not an SVG and a PNG of each chart"
    [ ! -s "$work/err" ] || fail "$(cat "$work/err")"
    "$PLOTS" compare --out "$work/p" "$work/a.csv" "$work/b.csv" \
        >"$work/out" 2>&1 || fail "comparing: $(cat "$work/out")"
    grep -q "^Of [0-9]* comparisons, 0 show" "$work/out" ||
        fail "clear differences of runs with one value each"
    grep -q "REPEAT=8 is" "$work/out" || fail "it does not say how many"

    # A run beside itself: what gnuplot is told. Each line of B has the places
    # of A's, and all that is drawn lies between the axes' ends.
    mkdir "$work/fake"
    printf '#!/bin/sh\n[ "$1" ] || cat >>"%s"\n' "$work/script" \
        >"$work/fake/gnuplot"
    chmod +x "$work/fake/gnuplot"
    for chart in 2 4 7; do
        rm -f "$work/script"
        PATH="$work/fake:$PATH" "$PLOTS" compare --charts $chart \
            --out "$work/f" "$work/a.csv" "$work/a.csv" >/dev/null 2>&1 ||
            true # no picture comes of it
        awk '
            /^set xrange/ { split(substr($3, 2, length($3) - 2), range, ":") }
            /^\$[mp][0-9]+ <</ { name = $1; next }
            /^EOD/ { name = "" }
            name ~ /^\$/ && ($1 <= range[1] || $1 >= range[2]) {
                print "outside: " $0; bad = 1 }
            name ~ /^\$m/ { data[name] = data[name] $0 "\n"; seen[name] = 1 }
            /^reset/ && ++pictures > 1 { exit }
            END {
                for (name in seen) n++
                for (i = 0; i < n / 2; i++)
                    if (data["$m" i] != data["$m" (i + n / 2)]) {
                        print "line " i " differs"; bad = 1 }
                exit bad || n < 6
            }' "$work/script" >"$work/out" ||
            fail "a run beside itself, chart $chart: $(cat "$work/out")"
    done

    # A run that was stopped early: no loop yet to compare with.
    grep '^#\|^run_id\|,3,"pool_map"' "$work/a.csv" >"$work/part.csv"
    "$PLOTS" draw --out "$work/q" "$work/part.csv" >"$work/out" ||
        fail "drawing a part"
    grep -q "^Not drawn" "$work/out" || fail "a part does not say so"

    # Made-up runs of two variants; one of them takes $1 per cent of its time.
    made_run() {
        grep '^#\|^run_id' "$work/a.csv" | grep -v '^# others'
        for repetition in 1 2 3 4 5 6 7 8; do
            time=$((100000 + repetition * 37 % 10 * 500))
            echo "made,1,1,\"vfork\",0,2,-1,0,9,$repetition,$time,0,0,0,0"
            time=$((time * $1 / 100))
            echo "made,1,1,\"pool_map\",0,2,-1,0,9,$repetition,$time,0,0,0,0"
        done
    }
    made_run 100 >"$work/a.csv2"
    for percent in 100 130 70; do
        made_run $percent >"$work/b.csv2"
        "$PLOTS" compare --out "$work/p" "$work/a.csv2" "$work/b.csv2" \
            >"$work/out" || fail "comparing made-up runs"
        says=$(grep "^Of 2 comparisons" "$work/out")
        case "$percent $says" in
        "100 "*", 0 show "* | "130 "*"(0 faster, 1 slower"*) ;;
        "70 "*"(1 faster, 0 slower"*) ;;
        *) fail "made-up runs, $percent per cent: $says" ;;
        esac
    done

    # Ten made-up repetitions cross at 4 tasks, but in $1 of them the pool is
    # cheaper from the first task on, and in $2 not even with the last. A number
    # is told only while that is rare; else a bound, or that it is undecided.
    made() {
        grep '^#\|^run_id' "$work/a.csv" | grep -v '^# others'
        for repetition in 1 2 3 4 5 6 7 8 9 10; do
            for n in 1 4 16; do
                pool=400000
                [ $repetition -gt "$1" ] || pool=50000
                [ $repetition -le $((10 - $2)) ] || pool=9000000
                echo "made,1,2,\"fork per task\",$n,2,-1,0,$n,$repetition,${n}00000,0,0,0,0"
                echo "made,1,2,\"pool_map\",$n,2,-1,0,$n,$repetition,$pool,0,0,0,0"
            done
        done
    }
    expect_crossing() { # EARLY NEVER TEXT
        made "$1" "$2" >"$work/made.csv"
        "$PLOTS" draw --out "$work/p" --charts 2 "$work/made.csv" |
            tr '\n' ' ' >"$work/out" || fail "drawing made-up rows"
        grep -q "$3" "$work/out" ||
            fail "$1 of 10 early, $2 never: $(cat "$work/out")"
    }
    expect_crossing 0 0 "cross at 4 tasks (4 … 4)"
    expect_crossing 1 1 "cross at 4 tasks (4 … 4)"
    expect_crossing 10 0 "cheaper already with 1 task, the fewest tried"
    expect_crossing 0 10 "cheaper even with 16 tasks, the most tried"
    expect_crossing 4 0 "From 4 tasks on the pool is cheaper; whether .* 1, is undecided"
    expect_crossing 0 4 "Below 4 tasks fork per task is cheaper; whether .* 16, is undecided"
    expect_crossing 4 4 "Undecided: from 1 to 16 tasks"

    # What a disturbed machine measured is not interpreted.
    { made 0 0; echo "# others: 35 %"; } >"$work/made.csv"
    "$PLOTS" draw --out "$work/p" --charts 2 "$work/made.csv" \
        >"$work/out" || fail "drawing a disturbed run"
    grep -q "other programs had 35 %" "$work/out" &&
        ! grep -q "cross" "$work/out" || fail "a disturbed run"
fi
[ $failed = 0 ] && echo "charts: measured, drawn, compared"
