#!/bin/sh
# train --progress: objects of JSON for programs, and what else a training says on standard error.
. "$ROOT/tests/cli/harness.sh"

corpus=$TMPDIR/corpus.txt
awk 'BEGIN { for (i = 0; i < 300; i++) print "sun moon star sky cloud rain" }' >"$corpus"
train() { run 0 "$SGNS" train "$corpus" -o "$TMPDIR/a \"b\".sgns" --dim 8 --epochs 3 --threads 1 "$@"; }

check "--progress json" train --progress json
check "nothing on standard output" [ ! -s "$out" ]
# Other lines than objects would be sentences, for people.
objects() { ! grep -Ev '^\{"event": "[a-z]+", ("[a-z_]+": ([0-9.e+-]+|null|"([^"\\]|\\.)*")(, |\}$))+' "$err"; }
check "an object a line, and nothing else" objects
events() { [ "$(sed 's/^{"event": "\([a-z]*\)".*/\1/' "$err" | grep -Ev '^(reading|training)$' | paste -sd' ' -)" = "read epoch epoch epoch trained wrote" ]; }
check "what happened, in order" events
read_all() { grep -q '^{"event": "read", .*"bytes": '"$(wc -c <"$corpus" | tr -d ' ')"', "words": 1800, "sentences": 300, "distinct": 6, "vocabulary": 6, "words_in_vocabulary": 1800}$' "$err"; }
check "what was read" read_all
wrote() { grep -q '^{"event": "wrote", "model": ".*/a \\"b\\".sgns", "bytes": '"$(wc -c <"$TMPDIR/a \"b\".sgns" | tr -d ' ')"'}$' "$err"; }
check "what was written" wrote
losses() {
    sed -n 's/^{"event": "epoch", "epoch": [0-9], "loss": \([0-9.]*\), .*/\1/p' "$err" >"$TMPDIR/told"
    run 0 "$SGNS" info "$TMPDIR/a \"b\".sgns" --format tsv && sed -n 's/^loss\.[0-9]	//p' "$out" | awk '{ printf "%.6f\n", $1 }' | cmp - "$TMPDIR/told"
}
check "the losses of the epochs are those of the model" losses

# Sentences, but no objects.
check "--progress plain" train --progress plain
sentences() { grep -q '^read 1800 words' "$err" && grep -q '^wrote ' "$err" && ! grep -q '[{]' "$err"; }
check "sentences for people" sentences
check "--progress auto" train --progress auto
check "the same in a pipe" sentences
check "--quiet" train --quiet
check "says nothing" [ ! -s "$err" ]
model=$TMPDIR/words.sgns
fails "--quiet has no progress" 2 '^sgns train: --quiet prints no progress; leave --progress out$' \
    "$SGNS" train "$corpus" -o "$model" --quiet --progress json
fails "--progress json has its own details" 2 'leave --verbose out$' "$SGNS" train "$corpus" -o "$model" --verbose --progress json
fails "--progress takes three words" 2 'takes one of auto, plain, json, not "none"$' "$SGNS" train "$corpus" -o "$model" --progress none
# A warning stays a sentence, with a line of its own.
warned() {
    printf 'caf\351\n' >>"$corpus"
    train --progress json && grep -q '^sgns train: .*: ill-formed UTF-8' "$err" && grep -q '^{"event": "wrote"' "$err"
}
check "a warning is a sentence" warned
finish
