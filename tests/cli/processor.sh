#!/bin/sh
# sgns info --cpu: what the processor can do.
. "$ROOT/tests/cli/harness.sh"

check "info --cpu" run 0 "$SGNS" info --cpu
line() { grep -Eq "$1" "$out"; }
check "the cores" line '^usable cores [1-9][0-9]*$'
check "the peak of the plainest kernel" line '^kernel scalar +[0-9.]+ GFLOP/s'
check "which kernel training uses" line '^training uses [a-z0-9]+ '
check "the speed of memory" line '^memory [0-9.]+ GB/s'
fails "--cpu takes no model" 2 'takes no model and no --verify$' "$SGNS" info model.sgns --cpu
finish
