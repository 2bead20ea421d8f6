#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures, unless FROM names a run, and draws. See ../plots.mk.
set -eu
out=${OUT:-build/plots}
mkdir -p "$out"
draw() {
    # shellcheck disable=SC2086
    "$DRAW" --out "$out" ${CHARTS:+--charts "$CHARTS"} \
        $([ "${TERM:-}" = dumb ] && echo --dumb) "$1"
}
if [ -n "${FROM:-}" ]; then
    draw "$FROM"
    exit
fi
command -v gnuplot >/dev/null ||
    echo "gnuplot is not installed: this measures, and draws nothing." >&2
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
run=$out/run-$(date -u +%Y%m%d-%H%M%S).csv
status=0
"$MEASURE" --out "$run" --commit "$commit" ${QUICK:+--quick} \
    ${CHARTS:+--charts "$CHARTS"} ${SEED:+--seed "$SEED"} \
    ${WORKERS:+--workers "$WORKERS"} ${REPEAT:+--repeat "$REPEAT"} || status=$?
[ $status -eq 0 ] || exit $status
draw "$run"
echo "rows: $run"
