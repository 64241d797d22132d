#!/bin/sh
# kill -9 at random moments of a training that replaces a model: tests/faults/kill.sh BUILD_FOLDER [COUNT], by default
# 100. Each time the old model or the new one must be there as a whole, and nothing else. Only in the microseconds before
# the rename can the new one have a temporary name too; the next training must remove that. The last line is
# "N killed: N old, N new, N damaged, N renaming".
set -u
build=$1 count=${2:-100}
case $build in /*) ;; *) build=$PWD/$build ;; esac
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-kill.XXXXXX") || exit 3
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM
export LC_ALL=C
mkdir "$scratch/place"
corpus=$scratch/corpus.txt
awk 'BEGIN { for (i = 0; i < 2000; i++) print "sun" i % 300, "moon" i % 200, "star sky cloud rain" }' >"$corpus"
settings="--epochs 2 --dim 100 --threads 1 --quiet"
# shellcheck disable=SC2086 # several words
train() { "$build/sgns" train "$corpus" -o "$@" $settings; }
milliseconds() { awk '{ print int($1 * 1000) }' /proc/uptime; }
train "$scratch/old" --seed 7 || exit 3
before=$(milliseconds)
train "$scratch/new" || exit 3
# How long a training takes, and some more: some of them should end before they are killed.
span=$(($(milliseconds) - before + 5))

old=0 new=0 damaged=0 renaming=0
model=$scratch/place/model
awk -v count="$count" -v span="$span" -v seed="$$" 'BEGIN {
    srand(seed); for (i = 0; i < count; i++) printf "%.4f\n", rand() * span / 1000 }' >"$scratch/moments"
while read -r moment; do
    cp "$scratch/old" "$model"
    # shellcheck disable=SC2086 # several words
    "$build/sgns" train "$corpus" -o "$model" $settings 2>/dev/null &
    job=$!
    sleep "$moment"
    kill -9 "$job" 2>/dev/null
    wait "$job" 2>/dev/null
    if cmp -s "$scratch/old" "$model"; then
        old=$((old + 1))
    elif cmp -s "$scratch/new" "$model"; then
        new=$((new + 1))
    else
        damaged=$((damaged + 1))
    fi
    for file in "$scratch/place"/model?* "$scratch/place"/.[!.]*; do
        [ -e "$file" ] || continue
        case $file in *.tmp-*) cmp -s "$scratch/new" "$file" && renaming=$((renaming + 1)) && continue ;; esac
        damaged=$((damaged + 1))
        echo "left behind: ${file##*/}"
        rm -f "$file"
    done
done <"$scratch/moments"
train "$model" || exit 3
[ "$(ls -A "$scratch/place")" = model ] || damaged=$((damaged + 1))
echo "$count killed: $old old, $new new, $damaged damaged, $renaming renaming"
[ "$damaged" -eq 0 ]
