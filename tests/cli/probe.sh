#!/bin/sh
# sgns probe: hidden factors of the bundled corpus, in all formats, and what it refuses.
. "$ROOT/tests/cli/harness.sh"

sh "$ROOT/scripts/make-corpus.sh" -w 300000 >"$TMPDIR/corpus.txt"
sh "$ROOT/scripts/make-factors.sh" >"$TMPDIR/factors.tsv"
model=$TMPDIR/words.sgns
check "a model of the bundled corpus" run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 30 --threads 1 --quiet -o "$model"

factors() {
    run 0 "$SGNS" probe "$model" "$TMPDIR/factors.tsv" --format tsv && [ ! -s "$err" ] && [ "$(wc -l <"$out")" -eq 8 ] &&
        awk -F '\t' 'NF != 8 { bad = 1 }
            $1 == "gender" { found++; bad = bad || $2 != "accuracy" || $3 < 0.9 || $4 > 0.8 || $6 != 2 }
            $1 == "tense" { found++; bad = bad || $3 < 0.9 || $4 > 0.5 || $6 != 3 }
            $1 == "number" { found++; bad = bad || $2 != "r2" || $6 != 0 || $8 != 20 }
            END { exit bad || found != 3 }' "$out"
}
check "gender and tense are in the vectors" factors
again() { "$SGNS" probe "$model" "$TMPDIR/factors.tsv" --format tsv | cmp - "$out" >&2; }
check "the same again" again
says "a table has headings" '^factor +measure +score +control +majority +classes +words +total$' \
    "$SGNS" probe "$model" "$TMPDIR/factors.tsv"
says "and rows" '^gender +accuracy +[01]\.[0-9]{4} +0\.[0-9]{4} +0\.[0-9]{4} +2 +[0-9]+ +48$' \
    "$SGNS" probe "$model" "$TMPDIR/factors.tsv"
says "json" '^\{"factor": "tense", "measure": "accuracy", "score": [01]\.[0-9]+, "control": 0\.[0-9]+, "majority": 0\.[0-9]+, "classes": 3, "words": [0-9]+, "total": 120\}$' \
    "$SGNS" probe "$model" "$TMPDIR/factors.tsv" --format json
printf 'king 1\nqueen 2\n' >"$TMPDIR/short.tsv"
says "too few words" '^short +r2 +n/a +n/a +0\.0000 +0 +2 +2$' "$SGNS" probe "$model" "$TMPDIR/short.tsv"
several() { run 0 "$SGNS" probe "$model" "$TMPDIR/short.tsv" "$TMPDIR/factors.tsv" --format tsv && [ "$(wc -l <"$out")" -eq 9 ]; }
check "several files" several

fails "no file" 2 '^sgns probe: name a model and a file of factors' "$SGNS" probe "$model"
fails "no such file" 2 "none\.tsv: can't open: " "$SGNS" probe "$model" "$TMPDIR/none.tsv"
echo king >"$TMPDIR/bad.tsv"
fails "a malformed line" 2 'bad\.tsv:1: not a line of the form "word factor value"$' "$SGNS" probe "$model" "$TMPDIR/bad.tsv"
finish
