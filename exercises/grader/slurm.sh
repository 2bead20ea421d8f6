#!/bin/sh
# SPDX-License-Identifier: MIT
# One shard of a class, as a task of a Slurm array. Each writes to OUT/i.
#
#   make grade-build
#   sbatch --array=1-8 --export=ALL,SUBMISSIONS=/shared/class,OUT=/shared/out \
#       exercises/grader/slurm.sh
#   make grade-merge OUT=grades PARTS="$(echo /shared/out/*)"
#
#SBATCH --job-name=grade
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
set -eu
: "${SUBMISSIONS:?}" "${OUT:?}" "${SLURM_ARRAY_TASK_ID:?Start it with sbatch}"
B=${B:-build/gcc}
mkdir -p "$OUT"
exec "$B/exercises/grader/grade/grade" --build "$B" --compiler "${CC:-gcc}" \
    --submissions "$SUBMISSIONS" --out "$OUT/$SLURM_ARRAY_TASK_ID" \
    --shard "$SLURM_ARRAY_TASK_ID/${SLURM_ARRAY_TASK_COUNT:?}" \
    --exercises "${EXERCISES:-}" --jobs "${SLURM_CPUS_PER_TASK:-}" \
    --seed "${SEED:-}"
