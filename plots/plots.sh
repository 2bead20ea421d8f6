#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures, unless FROM names a run, and draws: plots.sh [option…]. See plots.mk.
set -eu
mkdir -p "$OUT"
draw() {
    "$PLOTS" draw --out "$OUT" "$@"
}
[ "${TERM:-}" = dumb ] && dumb=--dumb || dumb=
if [ -n "${FROM:-}" ]; then
    draw $dumb "$@" "$FROM"
    exit
fi
command -v gnuplot >/dev/null ||
    echo "gnuplot is not installed: this measures, and draws nothing." >&2
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
run=$OUT/run-$(date -u +%Y%m%d-%H%M%S).csv
status=0
"$PLOTS" measure --out "$run" --commit "$commit" "$@" || status=$?
[ $status -eq 0 ] || exit $status
draw $dumb "$run"
echo "rows: $run"
