#!/bin/sh
# Writes the bundled corpus to standard output: scripts/make-corpus.sh [-s SEED] [-w WORDS]
# It is generated from the tables in data/, so its hidden structure is known. The same seed gives the same bytes.
set -eu
seed=1 words=2000000
while getopts s:w: option; do
    case $option in
    s) seed=$OPTARG ;;
    w) words=$OPTARG ;;
    *)
        echo "usage: make-corpus.sh [-s SEED] [-w WORDS]" >&2
        exit 2
        ;;
    esac
done
here=$(cd "$(dirname "$0")" && pwd)
LC_ALL=C exec awk -v seed="$seed" -v words="$words" -f "$here/make-corpus.awk" \
    "$here"/../data/*.tsv "$here/../data/shapes.txt"
