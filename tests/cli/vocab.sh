#!/bin/sh
# sgns vocab, and sgns train --vocab.
. "$ROOT/tests/cli/harness.sh"

cd "$TMPDIR" || exit 3
awk 'BEGIN {
    seed = 7
    for (line = 0; line < 400; line++) {
        for (i = 0; i < 8; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%d ", i % 3 ? "Word" : "other", int(seed / 1000) % 20
        }
        print ""
    }
}' >text
head -n 150 text >a
tail -n +151 text >b

counted() {
    "$SGNS" vocab text -q >vocab.tsv &&
        tr 'WO' 'wo' <text | tr ' ' '\n' | sort | uniq -c | awk 'NF == 2 { print $2 "\t" $1 }' | sort >expected.tsv &&
        sort vocab.tsv | cmp - expected.tsv && sort -t "$(printf '\t')" -k 2,2nr -s vocab.tsv | cmp - vocab.tsv
}
check "vocab: the counts of all words, the highest first" counted
ties() { printf 'b a\na b c\n' | "$SGNS" vocab - -q >out.tsv && printf 'b\t2\na\t2\nc\t1\n' | cmp - out.tsv; }
check "vocab: ties as the words first appear" ties
several() { "$SGNS" vocab a b -q --threads 3 | cmp - vocab.tsv; }
check "vocab: several files, several threads" several
folder() { mkdir -p d && cp a b d && "$SGNS" vocab d -q | cmp - vocab.tsv; }
check "vocab: a folder" folder
packed() { gzip -c <text | "$SGNS" vocab - -q | cmp - vocab.tsv; }
if command -v gzip >/dev/null 2>&1; then
    check "vocab: gzip" packed
else
    echo "ok vocab: gzip: skipped, it is not installed"
fi
cased() { printf 'A a\n' | "$SGNS" vocab - -q --keep-case >out.tsv && printf 'A\t1\na\t1\n' | cmp - out.tsv; }
check "vocab: case kept" cased
white() { printf 'a.b c-\n' | "$SGNS" vocab - -q --tokenizer whitespace >out.tsv && printf 'a.b\t1\nc-\t1\n' | cmp - out.tsv; }
check "vocab: the other tokenizer" white
min_count() { "$SGNS" vocab text -q --min-count 60 >out.tsv && awk '$2 >= 60' vocab.tsv | cmp - out.tsv; }
check "vocab: --min-count" min_count
check "vocab: a file" run 0 "$SGNS" vocab text -o out.tsv
check "vocab: says what it did" grep -qx 'wrote out.tsv, 40 words' "$err"
fails "vocab: no corpus" 2 '^sgns vocab: name a text file, a folder, or - for standard input: ' "$SGNS" vocab
fails "vocab: nothing is left" 2 'text: none of the 40 distinct words occurs 1000 times; lower --min-count$' \
    "$SGNS" vocab text --min-count 1000
fails "vocab: the corpus itself" 2 '^sgns vocab: text: the corpus itself; -o names the file to write$' "$SGNS" vocab text -o text
fails "vocab: another file in its place" 2 '^sgns vocab: b: exists and is not a vocabulary; name another' \
    "$SGNS" vocab a -o b -q
check "vocab: is replaced with --force" run 0 "$SGNS" vocab a -o d/b --force -q
check "vocab: a full disk" run 3 "$SGNS" vocab text -q -o /dev/full

# --- adding ---

sum() {
    "$SGNS" vocab a -q -o a.tsv && "$SGNS" vocab b -q -o b.tsv && "$SGNS" vocab a.tsv b.tsv -q -o ab.tsv &&
        sort ab.tsv >first && sort vocab.tsv | cmp - first && sort -t "$(printf '\t')" -k 2,2nr -s ab.tsv | cmp - ab.tsv
}
check "vocab: counts add up to those of the whole" sum
fails "vocab: counts and text" 2 '^sgns vocab: a.tsv has counts of words and b is text; count the text first' "$SGNS" vocab a.tsv b
printf 'a\t3\nb\tx\n' >wrong.tsv
awk 'BEGIN { for (i = 0; i < 3000; i++) print "w" i "\t3"; print "b\tx" }' >wrong.tsv
fails "vocab: a wrong line" 2 '^sgns vocab: wrong.tsv:3001: not a line of the form "word<TAB>count"$' "$SGNS" vocab wrong.tsv
fails "vocab: no counts left" 2 '^sgns vocab: no word occurs 9999 times; lower --min-count$' "$SGNS" vocab a.tsv -q --min-count 9999

# --- training ---

train() { run 0 "$SGNS" train text -q --dim 4 --epochs 1 --threads 1 "$@"; }
rows() { "$SGNS" export "$1" -f glove -o - -q 2>/dev/null || "$SGNS" export "$1" -f glove -o -; }
same() { train -o plain.sgns && train --vocab vocab.tsv -o m.sgns && rows plain.sgns >first && rows m.sgns >second && cmp first second; }
check "train --vocab: the text's own words train the same" same
known() { "$SGNS" info m.sgns >"$out" && grep -q '^vocabulary file  *vocab.tsv$' "$out"; }
check "train --vocab: the model knows" known
filtered() {
    grep -v '^word1	' vocab.tsv >some.tsv && echo 'absent	100' >>some.tsv && train --vocab some.tsv -o m.sgns && rows m.sgns >first &&
        [ "$(wc -l <first)" -eq 40 ] && ! grep -q '^word1 ' first && grep -q '^absent ' first &&
        grep -q '^sgns train: words of the vocabulary that the text lacks: 1; ' "$err"
}
check "train --vocab: words left out, and a word that the text lacks" filtered
merged() { run 0 "$SGNS" train a -q --dim 4 --epochs 1 --threads 1 --vocab vocab.tsv -o m.sgns && rows m.sgns | cut -d ' ' -f 1 >first &&
    cut -f 1 vocab.tsv | cmp - first; }
check "train --vocab: the order of the file, whatever the text" merged
limited() { train --vocab vocab.tsv -o m.sgns --max-vocab 7 && [ "$(rows m.sgns | wc -l)" -eq 7 ]; }
check "train --vocab: limits apply" limited
refused() { fails "train --vocab: $1" 2 "$2" "$SGNS" train text -o no.sgns --vocab "$3"; }
printf 'Word1\t9\n' >w.tsv
refused "words of another case" '^sgns train: w.tsv:1: the tokenizer never makes "Word1" of a text, but "word1"; ' w.tsv
printf 'x\t9\n' >w.tsv
refused "no word of the text" 'none of the words of the text is in the vocabulary$' w.tsv
printf 'word1\t4\n' >w.tsv
refused "too rare" '^sgns train: w.tsv: none of its 1 words occurs 5 times; lower --min-count$' w.tsv
refused "no file" '^sgns train: none.tsv: can.t open: ' none.tsv
fails "train --vocab: with --init" 2 'leave --vocab out$' "$SGNS" train text -o no.sgns --vocab vocab.tsv --init plain.sgns
finish
