#!/bin/sh
# sgns cluster: classes in every form, and what it refuses.
. "$ROOT/tests/cli/harness.sh"

# Three axes, words close to each; one word without a direction.
awk 'BEGIN {
    print "31 3"
    for (i = 0; i < 30; i++) {
        for (d = 0; d < 3; d++) x[d] = (d == i % 3 ? 5 : 0) + (i * (d + 3)) % 7 / 10
        print "w" i, x[0], x[1], x[2]
    }
    print "zero 0 0 0"
}' >"$TMPDIR/words.txt"
model=$TMPDIR/words.txt
cluster() { run 0 "$SGNS" cluster "$model" "$@" && grep -Eq '^mean cosine to the centroids 0\.[0-9]{4}, settled after [0-9]+ rounds$' "$err"; }

table() {
    cluster -k 3 --words 4 && printf '%s\n' "    0      10  w0 w3 w6 w9" "    1      10  w1 w4 w7 w10" \
        "    2      10  w2 w5 w8 w11" | cmp -s - "$out"
}
check "table: a line a class, its most frequent words" table
tsv() {
    cluster --classes 3 --format tsv &&
        awk -F '\t' '$1 != "w" (NR - 1) || $2 != (NR - 1) % 3 || $3 !~ /^[01]\.[0-9]+$/ || NF != 3 { bad = 1 }
                     END { exit bad || NR != 30 }' "$out"
}
check "tsv: a line a word" tsv
json() {
    cluster -k 3 --format json && [ "$(wc -l <"$out")" -eq 3 ] &&
        grep -Eq '^\{"class": 1, "words": \[\{"word": "w[0-9]+", "score": 0\.9[0-9]{5}\}, .*\]\}$' "$out" &&
        [ "$(sed -n 2p "$out" | grep -o '"w[0-9]*"' | tr -d 'w"' | awk '$1 % 3 == 1' | wc -l)" -eq 10 ] &&
        sed -n 1p "$out" | grep -o 'score": [0-9.]*' | awk 'NR > 1 && $2 > last { bad = 1 } { last = $2 } END { exit bad }'
}
check "json: a class with its words, the nearest first" json
restricted() { cluster -k 2 --restrict 8 --format tsv && [ "$(wc -l <"$out")" -eq 8 ]; }
check "--restrict" restricted
seeded() {
    cluster -k 7 --format tsv --seed 5 --threads 1 && cp "$out" "$TMPDIR/one" &&
        cluster -k 7 --format tsv --seed=5 --threads 3 && cmp -s "$TMPDIR/one" "$out" &&
        cluster -k 7 --format tsv --seed 6 && ! cmp -s "$TMPDIR/one" "$out"
}
check "--seed decides, --threads does not" seeded
stopped() { run 0 "$SGNS" cluster "$model" -k 3 --rounds 1 && grep -q 'not settled in 1 rounds' "$err"; }
check "--rounds" stopped
fails "more classes than words" 1 "can't make 31 classes: only 30 words have a usable vector" "$SGNS" cluster "$model" -k 31
fails "no classes" 2 '\-\-classes takes a whole number' "$SGNS" cluster "$model" -k 0
fails "no model" 2 'name a model: sgns cluster MODEL' "$SGNS" cluster -k 3
fails "a missing model" 2 'missing\.sgns: ' "$SGNS" cluster "$TMPDIR/missing.sgns"
finish
