#!/bin/sh
# sgns export: the exact forms of word2vec's files, and what can't be exported.
. "$ROOT/tests/cli/harness.sh"

# 60 words in two topics, some with letters of two to four bytes.
corpus=$TMPDIR/corpus.txt
awk 'BEGIN {
    seed = 1
    for (line = 0; line < 1000; line++) {
        for (i = 0; i < 8; i++) {
            seed = (seed * 16807) % 2147483647
            n = int(seed / 1000) % 30
            printf "%s%d ", line % 2 ? "skyé" : "sea語𐐨", n * n
        }
        print ""
    }
}' >"$corpus"
model=$TMPDIR/words.sgns
dim=20
check "a model" run 0 "$SGNS" train "$corpus" -o "$model" --threads 1 --dim "$dim" --quiet

file=$TMPDIR/vectors
write() { run 0 "$SGNS" export "$model" --format "$1" -o "$file.$1" && [ ! -s "$out" ] && [ ! -s "$err" ]; }
check "text" write word2vec-text
check "binary" write word2vec

# The header, then a row a word: the word and $dim numbers, one blank between, nothing behind.
text_form() {
    awk -v dim="$dim" '
        NR == 1 { bad = $0 != "60 " dim; next }
        !/^[^ \t]+( -?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?)+$/ || NF != dim + 1 || seen[$1]++ { print "bad row: " $0; bad = 1 }
        END { exit bad || NR != 61 }' "$file.word2vec-text" >&2
}
check "text is a header and a row for each word" text_form

# Reads all bytes of a binary file by its grammar and prints each word with its floats as bytes in hexadecimal.
parse_binary() {
    od -An -v -tx1 "$1" | awk -v dim="$dim" '
        BEGIN {
            for (i = 0; i < 256; i++)
                letter[sprintf("%02x", i)] = sprintf("%c", i)
        }
        function take(byte) {
            if (state == "header") {
                if (byte != "0a") { header = header letter[byte]; return }
                if (header != "60 " dim) { print "the header is " header; bad = 1 }
                state = "word"
            } else if (state == "word") {
                if (byte != "20") { word = word byte; return }
                left = 4 * dim
                state = "floats"
            } else if (state == "floats") {
                floats = floats " " byte
                if (--left == 0) state = "newline"
            } else {
                if (byte != "0a") { print "no newline behind " word; bad = 1 }
                print word floats
                rows++
                word = floats = ""
                state = "word"
            }
        }
        BEGIN { state = "header" }
        { for (i = 1; i <= NF; i++) take($i) }
        END { exit bad || rows != 60 || state != "word" || word != "" }'
}
binary_form() { parse_binary "$file.word2vec" >"$TMPDIR/binary"; }
check "binary is a header and a row for each word, to the last byte" binary_form
binary_size() {
    words=$(cut -d' ' -f1 "$file.word2vec-text" | tail -n +2 | tr -d '\n' | wc -c)
    [ "$(wc -c <"$file.word2vec")" -eq $((6 + words + 60 * (4 * dim + 2))) ]
}
check "binary has the size that follows from the words" binary_size

same_words() {
    cut -d' ' -f1 "$file.word2vec-text" | tail -n +2 >"$TMPDIR/words"
    while read -r word; do
        printf '%s' "$word" | od -An -v -tx1 | tr -d ' \n' && echo
    done <"$TMPDIR/words" >"$TMPDIR/hex"
    cut -d' ' -f1 "$TMPDIR/binary" | cmp - "$TMPDIR/hex" >&2
}
check "both have the same words in the same order" same_words
# The most frequent word first; words as frequent as each other, by their first place in the corpus.
by_count() {
    tr ' ' '\n' <"$corpus" | awk 'NF { if (!count[$1]++) first[$1] = NR } END {
        for (word in count) print count[word], first[word], word }' | sort -k1,1nr -k2,2n | cut -d' ' -f3 |
        cmp - "$TMPDIR/words" >&2
}
check "the words are the corpus's, the most frequent first" by_count

# The word vectors are section 5 of the model file, in rows of 32 floats.
own_bytes() {
    od -An -v -tx1 -j "$(section_offset "$model" 5)" -N $((60 * 32 * 4)) "$model" | awk -v dim="$dim" '
        { for (i = 1; i <= NF; i++) {
            if (at < 4 * dim) row = row " " $i
            if (++at == 128) { print substr(row, 2); row = ""; at = 0 } } }' >"$TMPDIR/rows"
    [ "$(wc -l <"$TMPDIR/rows")" -eq 60 ] && cut -d' ' -f2- "$TMPDIR/binary" | cmp - "$TMPDIR/rows" >&2
}
check "binary has the floats of the model, bit for bit" own_bytes

# Both as text, rounded to 24 significant bits: the same number means the same float.
same_floats() {
    od -An -v -tf4 -j "$(section_offset "$model" 5)" -N $((60 * 32 * 4)) "$model" |
        awk '{ for (i = 1; i <= NF; i++) printf "%s%s", $i, ++n % 32 ? " " : "\n" }' >"$TMPDIR/floats"
    tail -n +2 "$file.word2vec-text" | paste -d' ' - "$TMPDIR/floats" | awk -v dim="$dim" '
        function single(x,   scale) {
            if (x == 0) return 0
            for (scale = 1; x * scale >= 16777216 || x * scale <= -16777216; scale /= 2);
            for (; x * scale < 8388608 && x * scale > -8388608; scale *= 2);
            return int(x * scale + (x > 0 ? 0.5 : -0.5)) / scale
        }
        { for (d = 2; d <= dim + 1; d++)
            if (single($d) != single($(d + dim))) { print $d " is not " $(d + dim); bad = 1 } }
        END { exit bad || NR != 60 }' >&2
}
check "text reads back as the same floats" same_floats

# The same bytes by COMMAND on standard output.
same() { same_form=$1 && shift && run 0 "$@" && [ ! -s "$err" ] && cmp "$out" "$file.$same_form" >&2; }
check "text on standard output" same word2vec-text "$SGNS" export "$model" --format word2vec-text
check "binary on standard output" same word2vec "$SGNS" export --format=word2vec "$model"
check "-o -" same word2vec-text "$SGNS" export -o - "$model" -fword2vec-text
again() { echo old >"$TMPDIR/again" && run 0 "$SGNS" export "$model" -f word2vec -o "$TMPDIR/again" --force &&
    cmp "$TMPDIR/again" "$file.word2vec" >&2; }
check "an older file is replaced" again

# A failure leaves no file, and an older one as it was.
names() { find "$TMPDIR" ! -name names | sort; }
no_more_names() { names | cmp - "$TMPDIR/names" >&2; }
fails_clean() {
    clean_name=$1
    shift
    names >"$TMPDIR/names"
    fails "$clean_name" "$@"
    check "$clean_name: no file is left behind" no_more_names
}
echo kept >"$TMPDIR/old"
formats="native, word2vec, word2vec-text, glove, npy, fvecs, safetensors, tensorboard, jsonl, pgvector"
kept() { [ "$(cat "$TMPDIR/old")" = kept ]; }
fails_clean "no format" 2 "^sgns export: name a format: --format takes one of $formats\$" \
    "$SGNS" export "$model" -o "$TMPDIR/none"
fails_clean "an unknown format" 2 "^sgns export: --format takes one of $formats, not \"word2vec.txt\"\$" \
    "$SGNS" export "$model" -f word2vec.txt -o "$TMPDIR/none"
fails_clean "no model named" 2 '^sgns export: name a model: sgns export MODEL -f FORMAT \[-o FILE\]$' "$SGNS" export -f word2vec
fails_clean "two models" 2 '^sgns export: .* is one argument too many: sgns export MODEL' \
    "$SGNS" export "$model" "$model" -f word2vec -o "$TMPDIR/none"
fails_clean "a missing value" 2 '^sgns export: --output needs a value' "$SGNS" export "$model" -f word2vec -o
fails_clean "a missing model" 2 "^sgns export: $TMPDIR/none: can't open: " \
    "$SGNS" export "$TMPDIR/none" -f word2vec -o "$TMPDIR/old"
fails_clean "a text is no model" 2 "^sgns export: $corpus: not a model but text; train one on it first: " \
    "$SGNS" export "$corpus" -f word2vec -o "$TMPDIR/old"
fails_clean "a missing folder" 2 "^sgns export: $TMPDIR/none/v: can't create the file: No such file" \
    "$SGNS" export "$model" -f word2vec -o "$TMPDIR/none/v"
fails_clean "a folder" 2 "^sgns export: $TMPDIR: not a regular file; name a file to write\$" \
    "$SGNS" export "$model" -f word2vec -o "$TMPDIR"
fails_clean "an empty name" 2 '^sgns export: the name of the file to write is empty$' \
    "$SGNS" export "$model" -f word2vec -o ""
fails_clean "the model's own place" 2 "^sgns export: $model: this is the model itself; name another file with -o\$" \
    "$SGNS" export "$model" -f word2vec -o "$model"
ln "$model" "$TMPDIR/link"
fails_clean "the model's own place by another name" 2 "the model itself" \
    "$SGNS" export "$model" -f word2vec -o "$TMPDIR/link"

# A word that begins behind its end is empty: the second of the word starts is now 0x55 or more.
damaged=$TMPDIR/damaged.sgns
cp "$model" "$damaged"
printf '\377\377' | dd of="$damaged" bs=1 seek=$(($(section_offset "$model" 1) + 9)) conv=notrunc 2>/dev/null
fails_clean "a damaged model whose words are out of place" 2 'word2vec can.t hold word 0, "": it is empty ' \
    "$SGNS" export "$damaged" -f word2vec -o "$TMPDIR/old"

limited() { (ulimit -f 8 && exec "$UNCOUNTED" export "$model" "$@"); }
fails_clean "a limit on file sizes" 3 "^sgns export: $TMPDIR/old: can't write: File too large\$" \
    limited -f word2vec-text -o "$TMPDIR/old" --force
check "an older file outlives all failures" kept
# To a full device.
full() {
    "$SGNS" export "$model" -f "$1" >/dev/full 2>"$err"
    [ $? -eq 3 ] && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -q "^sgns export: standard output: can't write: No space left on device\$" "$err"
}
if [ -c /dev/full ] && ! echo full 2>/dev/null >/dev/full; then
    check "text to a full device" full word2vec-text
    check "binary to a full device" full word2vec
else
    check "skipped without a /dev/full: output to a full device" true
fi

# on_terminal FORMAT: standard output is a terminal (of script, from util-linux).
on_terminal() { SHELL=/bin/sh script -qec "'$SGNS' export '$model' -f $1" /dev/null </dev/null >"$TMPDIR/terminal"; }
binary_refused() {
    on_terminal word2vec
    [ $? -eq 2 ] && grep -q 'is binary, and standard output is a terminal; name a file with -o' "$TMPDIR/terminal"
}
text_shown() {
    on_terminal word2vec-text && tr -d '\r' <"$TMPDIR/terminal" | cmp - "$file.word2vec-text"
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    check "binary on a terminal is refused" binary_refused
    check "text on a terminal is not" text_shown
else
    check "skipped without script(1): output on a terminal" true
fi
finish
