#!/bin/sh
# sgns info: what it says of a model, what --verify finds, and what is no model.
. "$ROOT/tests/cli/harness.sh"

# 200 sentences: "sun" 600 times, "Moon" and "moon" 200 each, "star" 400, and a word too rare to stay.
corpus=$TMPDIR/corpus.txt
awk 'BEGIN { for (i = 0; i < 200; i++) print "sun star Moon sun moon star sun"; print "comet" }' >"$corpus"
model=$TMPDIR/words.sgns
train() { run 0 "$SGNS" train "$corpus" --threads 1 --dim 20 --epochs 3 --quiet "$@"; }
check "a model" train -o "$model" --sample 0

# field LABEL: the value behind it in $out.
field() { sed -n "s/^$1   *//p" "$out"; }
# has LABEL VALUE
has() {
    [ "$(field "$1")" = "$2" ] && return 0
    echo "\"$1\" is \"$(field "$1")\", not \"$2\"" >&2
    return 1
}
check "info" run 0 "$SGNS" info "$model"
check "nothing on standard error" [ ! -s "$err" ]
check "the file" has model "$model"
check "words, the most and the least frequent" has words '3, from "sun" (600 times) to "moon" (400)'
check "dim" has dim 20
check "context vectors" has "context vectors" kept
version=$(sed -n 's/^#define SGNS_VERSION "\([0-9.]*\)"$/\1/p' "$ROOT/src/cli/version.h")
check "the program" has "made by" "sgns $version"
check "tokenizer" has tokenizer words
check "case" has case folded
check "bytes read" has "corpus bytes" "$(wc -c <"$corpus" | tr -d ' ')"
check "words read" has "corpus words" 1401
check "words that stay" has "in the vocabulary" 1400
check "distinct words" has "distinct words" 4
check "sentences" has sentences 201
check "the defaults" eval 'has loss sgns && has window 7 && has negative 8 && has noise 32 && has noise-power 0.75 &&
    has alpha 0.05 && has min-alpha 5e-06 && has min-count 5 && has max-vocab 0 &&
    has max-sentence 1000 && has seed 1 && has weights harmonic'
check "options given" eval 'has epochs 3 && has threads 1 && has sample 0'
losses() {
    [ "$(grep -c '^loss, epoch ' "$out")" -eq 3 ] || return 1
    for epoch in 1 2 3; do
        field "loss, epoch $epoch" | grep -Eq '^[0-9]+\.[0-9]+ a pair, accuracy 0\.[0-9]+$' || return 1
    done
}
kernel() { "$SGNS" train "$corpus" -o "$TMPDIR/scalar.sgns" --dim 4 --kernel scalar --noise 4 --threads 2 -q 2>"$err" &&
    run 0 "$SGNS" info "$TMPDIR/scalar.sgns" && has kernel scalar && has noise 26 && has threads 2; }
check "what was used is recorded, not what was asked for" kernel
run 0 "$SGNS" info "$model"
check "a loss for each epoch" losses
check "no word of an interruption" [ -z "$(field interrupted)" ]
check "no word of checksums unless asked" [ -z "$(field checksums)" ]

all_options() {
    train -o "$TMPDIR/other.sgns" --loss nce --window 3 --weights uniform --negative 7 --noise 16 --noise-power 0.5 \
        --alpha 0.03 --min-alpha 0.001 --sample 0.01 --min-count 2 --max-vocab 3 --max-sentence 4 --seed 9 \
        --keep-case &&
        run 0 "$SGNS" info "$TMPDIR/other.sgns" && has loss nce && has window 3 && has weights uniform &&
        has negative 7 && has noise 16 && has noise-power 0.5 && has alpha 0.03 && has min-alpha 0.001 &&
        has sample 0.01 && has min-count 2 && has max-vocab 3 && has max-sentence 4 && has seed 9 && has case kept
}
check "every option is told" all_options
whitespace() {
    train -o "$TMPDIR/other.sgns" --tokenizer whitespace && run 0 "$SGNS" info "$TMPDIR/other.sgns" &&
        has tokenizer whitespace && has case kept && has sample 0.25
}
check "the whitespace tokenizer keeps case" whitespace

bytes=$(wc -c <"$model" | tr -d ' ')
verified() { run 0 "$SGNS" info --verify "$1" && has checksums right; }
check "--verify, all right" verified "$model"

# damage OFFSET: a copy of the model in $damaged with one byte other than it was.
damaged=$TMPDIR/damaged.sgns
damage() {
    cp "$model" "$damaged"
    old=$(od -An -tu1 -j "$1" -N 1 "$model" | tr -d ' ')
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf '%03o' $(((old + 85) % 256)))" |
        dd of="$damaged" bs=1 seek="$1" conv=notrunc 2>"$TMPDIR/dd" && ! cmp -s "$model" "$damaged"
}
# found OFFSET PATTERN: --verify says what is damaged there; opening alone need not see it.
found() {
    damage "$1" && fails_so 2 "^sgns info: $damaged: damaged: $2" "$SGNS" info --verify "$damaged"
}
unseen() { damage "$1" && run 0 "$SGNS" info "$damaged" && [ ! -s "$err" ]; }
section=0
for name in "training record" "word starts" words counts "word index" "word vectors" "context vectors" norms \
    "quantized vectors" "quantization scales"; do
    check "damage to the $name is found" found "$(section_offset "$model" "$section")" "the checksum of the $name is wrong"
    section=$((section + 1))
done
check "damage to the last byte is found" found $((bytes - 1)) 'the checksum of the quantization scales is wrong'
# The three words take 14 bytes; the next section begins at a multiple of 64.
check "damage between sections is found" found $(($(section_offset "$model" 2) + 20)) 'byte [0-9]+ is padding and should be zero$'
check "without --verify, vectors are not read" unseen "$(section_offset "$model" 5)"
header() { damage "$1" && fails_so 2 "$2" "$SGNS" info "$damaged"; }
for offset in 16 24 32 60 79 80 200 479; do
    check "damage to byte $offset of header or table is found at once" header "$offset" 'damaged'
done
check "damage to the magic makes it no model" header 3 'not a model: neither '
check "a model of a later version" header 12 'version [0-9]* of the format'
check "a model of another byte order" header 8 'byte order'

# truncated BYTES PATTERN: what is said of a copy that long.
truncated() {
    head -c "$1" "$model" >"$damaged" && fails_so 2 "^sgns info: $damaged: $2" "$SGNS" info "$damaged"
}
check "one byte is missing" truncated $((bytes - 1)) \
    "truncated: it should have $bytes bytes, and has $((bytes - 1))\$"
check "all but header and table is missing" truncated 480 'truncated'
check "the end of the table is missing" truncated 479 'truncated'
check "the end of the header is missing" truncated 79 'truncated: 79 bytes are less than a header$'
check "all but the magic is missing" truncated 8 'truncated'
check "part of the magic is missing" truncated 7 'truncated: 7 bytes are less than a header$'
check "an empty file" truncated 0 'not a model: the file is empty$'
longer() {
    cp "$model" "$damaged" && printf x >>"$damaged" && fails_so 2 'damaged: ' "$SGNS" info "$damaged"
}
check "one byte too many" longer

fails "a text is no model" 2 "^sgns info: $corpus: not a model but text; train one on it first: sgns train $corpus" \
    "$SGNS" info "$corpus"
fails "a missing file" 2 "^sgns info: $TMPDIR/none: can't open: No such file" "$SGNS" info "$TMPDIR/none"
fails "a file in the folder's place" 2 "can't open: Not a directory" "$SGNS" info "$corpus/none"
fails "a folder" 2 "^sgns info: $TMPDIR: not a regular file\$" "$SGNS" info "$TMPDIR"
mkfifo "$TMPDIR/pipe"
fails "a named pipe that nobody writes to" 2 "^sgns info: $TMPDIR/pipe: is a pipe; save its output to a file first\$" \
    timeout 10 "$SGNS" info "$TMPDIR/pipe"
fails "no model" 2 '^sgns info: name one model, not 0$' "$SGNS" info
fails "two models" 2 '^sgns info: name one model, not 2$' "$SGNS" info "$model" "$model"
fails "an unknown option" 2 'unknown option --verfy; did you mean --verify\?$' "$SGNS" info --verfy "$model"
fails "a value for a flag" 2 '^sgns info: --verify takes no value$' "$SGNS" info --verify=yes "$model"
finish
