#!/bin/sh
# Trains every loss on a corpus, with the defaults of the loss, and prints one table: scripts/compare-losses.sh CORPUS
# [OPTION...]. Options are given to each training. These variables name more:
#   SGNS        the program (build/sgns)
#   SEEDS       seeds; the table has the means over them (1)
#   LABELS      a file of labels for supcon, which is left out without one
#   SIMILARITY  files of word pairs with people's scores
#   ANALOGIES   a file of analogies
#   FACTORS     a file of factors for sgns probe; the table has the mean accuracy of those that are classes
set -eu
corpus=${1:?usage: compare-losses.sh CORPUS [OPTION...]}
shift
sgns=${SGNS:-build/sgns}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-losses.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM
model=$scratch/model.sgns

# The losses that the program has, from its help.
losses() { "$sgns" train --help | sed -n 's/^ *--loss \([a-z|]*\).*/\1/p' | tr '|' ' '; }
# info LABEL: a value of the model.
info() { sed -n "s/^$1   *//p" "$scratch/info"; }
evaluate() {
    [ -n "${SIMILARITY:-}${ANALOGIES:-}" ] || return 0
    for file in ${SIMILARITY:-}; do
        set -- "$@" --similarity "$file"
    done
    [ -z "${ANALOGIES:-}" ] || set -- "$@" --analogies "$ANALOGIES"
    "$sgns" eval "$model" "$@" --format tsv
}
probe() { [ -z "${FACTORS:-}" ] || "$sgns" probe "$model" "$FACTORS" --format tsv; }

# measure LOSS OPTION...: trains, and prints seconds, accuracy, violations, alignment, uniformity, similarity, analogies and
# factors; - for what is not known.
measure() {
    "$sgns" train "$corpus" -o "$model" "$@" 2>"$scratch/log" || {
        tail -n 1 "$scratch/log" >&2
        return 1
    }
    "$sgns" info "$model" >"$scratch/info"
    sed -n 's/^trained in \([0-9.]*\) s.*/\1/p' "$scratch/log"
    sed -n 's/^loss, epoch .*, accuracy \([0-9.]*\).*/\1/p' "$scratch/info" | tail -n 1
    sed -n 's/^loss, epoch .*, violations \([0-9.]*\).*/\1/p' "$scratch/info" | tail -n 1 | grep . || echo -
    info alignment
    info uniformity
    evaluate >"$scratch/eval"
    awk -F '\t' '$1 == "similarity" { score = $4 } END { print score == "" ? "-" : score }' "$scratch/eval"
    awk -F '\t' '$1 == "analogies" && $2 == "total" { score = $4 } END { print score == "" ? "-" : score }' "$scratch/eval"
    probe | awk -F '\t' '$2 == "accuracy" { sum += $3; count++ } END { print count ? sum / count : "-" }'
}

# row LOSS OPTION...: a line of the table, the means over the seeds.
row() {
    row_loss=$1
    shift
    for seed in ${SEEDS:-1}; do
        measure --loss "$row_loss" --seed "$seed" "$@" | paste -s -d ' ' -
    done | awk -v loss="$row_loss" '
        { for (i = 1; i <= NF; i++) { known[i] = $i != "-"; sum[i] += $i } }
        END {
            printf "%-8s", loss
            for (i = 1; i <= 8; i++) printf known[i] ? (i == 1 ? " %10.1f" : " %10.3f") : " %10s", known[i] ? sum[i] / NR : "-"
            print ""
        }'
}

printf '%-8s %10s %10s %10s %10s %10s %10s %10s %10s\n' loss seconds accuracy violations alignment uniformity similarity \
    analogies factors
for loss in $(losses); do
    if [ "$loss" = supcon ] && [ -z "${LABELS:-}" ]; then
        echo "supcon   left out: LABELS names no file"
        continue
    fi
    [ "$loss" != supcon ] || set -- --labels "$LABELS" "$@"
    row "$loss" "$@"
    [ "$loss" != supcon ] || shift 2
done
