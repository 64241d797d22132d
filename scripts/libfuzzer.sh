#!/bin/sh
# Runs libFuzzer on each reader in turn: scripts/libfuzzer.sh BUILD_FOLDER SECONDS [READER...], by default all of them.
# It starts from the seeds that the target makes, from tests/fuzz/seeds/READER, and from what earlier runs found, in
# BUILD_FOLDER/corpus/READER. Prints the executions of each; a fault is left in BUILD_FOLDER/READER-* and ends it.
set -u
build=$1 seconds=$2
shift 2
[ $# -gt 0 ] || set -- native binary text tests questions options corpus checkpoint vocabulary phrases
seeds=$(dirname "$0")/../tests/fuzz/seeds
# A disk would be the slowest part.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
    TMPDIR=/dev/shm
    export TMPDIR
fi
total=0
for reader; do
    found=$build/corpus/$reader
    mkdir -p "$found" "$build/seeds/$reader"
    folders="$found $build/seeds/$reader"
    [ ! -d "$seeds/$reader" ] || folders="$folders $seeds/$reader"
    # shellcheck disable=SC2086 # several folders
    READER=$reader SEEDS=$build/seeds/$reader "$build/target" -max_total_time="$seconds" -max_len=16384 -timeout=20 \
        -close_fd_mask=2 -print_final_stats=1 -artifact_prefix="$build/$reader-" $folders 2>"$build/$reader.log"
    status=$?
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$reader.log")
    if [ "$status" -ne 0 ] || [ -z "$count" ]; then
        tail -n 60 "$build/$reader.log"
        echo "libfuzzer: $reader: a fault; again: READER=$reader $build/target FILE"
        exit 1
    fi
    echo "libfuzzer: $reader: $count executions, no fault"
    total=$((total + count))
done
echo "libfuzzer: $total executions, no fault"
