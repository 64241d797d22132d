#!/bin/sh
# Text of the world: what is a word, in which form, in which case, and what is no text at all.
# shellcheck disable=SC2059 # texts are formats, for their bytes
. "$ROOT/tests/cli/harness.sh"

model=$TMPDIR/words.sgns
# repeat N TEXT: lines of a text in printf's notation.
repeat() { awk -v n="$1" -v text="$(printf "$2")" 'BEGIN { while (n-- > 0) print text }'; }
train() { run 0 "$SGNS" train "$TMPDIR/text" --dim 4 --epochs 1 --threads 1 --quiet -o "$model" "$@"; }
# vocabulary TEXT WORDS...: training on TEXT, repeated, gives these words, in printf's notation.
vocabulary() {
    repeat 20 "$1" >"$TMPDIR/text"
    shift
    for word; do printf "$word\n"; done | LC_ALL=C sort >"$TMPDIR/expected"
    train --min-count 5 && run 0 "$SGNS" export "$model" -f glove -o "$TMPDIR/export.txt" &&
        cut -d ' ' -f 1 "$TMPDIR/export.txt" | LC_ALL=C sort | cmp - "$TMPDIR/expected"
}
zwnj='\342\200\214' zwj='\342\200\215' soft='\302\255' hyphen='\342\200\220' selector='\357\270\217'
acute='\314\201'
check "joiners stay inside a word" vocabulary "a${zwnj}b c${zwj}d e${zwnj} ${zwj}f" "a${zwnj}b" "c${zwj}d" e f
check "soft hyphens vanish" vocabulary "Haupt${soft}stadt der${soft} ${soft}Bundes" hauptstadt der bundes
check "typographic hyphens are hyphens" vocabulary "well${hyphen}known no\342\200\221break" well-known no-break
check "a mark alone is no word" vocabulary "sun \342\230\200${selector} 1${selector}\342\203\243 ${acute} a" \
    sun "1${selector}\342\203\243" a
check "both forms of a letter are one word" vocabulary "caf\303\251 cafe${acute} CAFE${acute}" 'caf\303\251'
check "Hangul, too" vocabulary '\355\225\234 \341\204\222\341\205\241\341\206\253' '\355\225\234'
near() { run 0 "$SGNS" near "$model" "$(printf "$1")" -k 1; }
check "words to ask for" vocabulary 'caf\303\251 \320\274\320\276\321\201\320\272\320\262\320\260 tea' 'caf\303\251' \
    '\320\274\320\276\321\201\320\272\320\262\320\260' tea
check "asked in the other form" near "cafe$acute"
check "asked in capitals" near '\320\234\320\236\320\241\320\232\320\222\320\220'

# Another program's vectors, which may have words in any form.
vectors=$TMPDIR/vectors.vec
printf '5 2\n\320\274\320\276\321\201\320\272\320\262\320\260 1 0\nparis 0 1\nnai\314\210ve 1 1\n' >"$vectors"
printf '\303\251cole 1 2\n\317\203\316\257\317\203\317\205\317\206\316\277\317\202 2 1\n' >>"$vectors"
model=$vectors
check "another program's words in capitals" near '\320\234\320\276\321\201\320\272\320\262\320\260'
check "and in another form" near 'na\303\257ve'
check "and in both" near "E${acute}COLE"
check "a final sigma" near '\316\243\316\212\316\243\316\245\316\246\316\237\316\243'
embedded() {
    printf 'Paris \320\234\320\236\320\241\320\232\320\222\320\220\n' >"$TMPDIR/line"
    run 0 "$SGNS" embed "$vectors" "$TMPDIR/line" && [ "$(cat "$out")" = "0.5 0.5" ]
}
check "embed finds them, too" embedded

# A byte-order mark is no part of a text.
marked() {
    printf '\357\273\277'
    cat
}
repeat 20 'one two three' | marked >"$TMPDIR/text"
model=$TMPDIR/marked.sgns
check "a marked corpus" train --tokenizer whitespace
check "has its first word without the mark" near one
asked_marked() { echo one | marked | "$SGNS" near "$model" -k 1 >"$out" 2>"$err"; }
check "marked questions" asked_marked
printf 'one two 9\none three 2\ntwo three 1\n' | marked >"$TMPDIR/pairs"
similarity() { run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/pairs" --format tsv && grep -q 'spearman.*3	3$' "$out"; }
check "marked pairs" similarity
fails "a read error of a test file is one" 3 "^sgns eval: /proc/self/mem: can't read: " \
    "$SGNS" eval "$model" --similarity /proc/self/mem

# What is no text.
wide() {
    printf '\377\376'
    for _ in 1 2 3 4 5 6 7 8 9; do printf 's\0o\0m\0e\0 \0w\0o\0r\0d\0s\0\n\0'; done
}
wide >"$TMPDIR/wide"
repeat 50 'gr\374\337e aus K\366ln' >"$TMPDIR/latin"
refused() { fails "$1" 2 "$2" "$SGNS" train "$TMPDIR/$3" -o "$TMPDIR/no.sgns"; }
refused "UTF-16" "^sgns train: .*wide: looks like UTF-16, and only UTF-8 is read; convert it: iconv -f UTF-16 -t UTF-8\$" wide
refused "Latin-1" "^sgns train: .*latin: not UTF-8: .* iconv -f LATIN1 -t UTF-8\$" latin
check "a binary file" run 2 "$SGNS" train "$SGNS" -o "$TMPDIR/no.sgns"
piped() {
    "$SGNS" train - -o "$TMPDIR/no.sgns" <"$TMPDIR/wide" >"$out" 2>"$err"
    [ $? -eq 2 ] && grep -q UTF-16 "$err"
}
check "from a pipe, too" piped
fails "questions in UTF-16" 2 'looks like UTF-16' "$SGNS" embed "$vectors" "$TMPDIR/wide"
repeat 50 'a few words \377' >"$TMPDIR/text"
awk 'BEGIN { for (i = 0; i < 3000; i++) print "enough words to be text" }' >>"$TMPDIR/text"
few_bad_bytes() { train --min-count 5 && grep -q 'ill-formed UTF-8 at byte 12 (the first of 50)' "$err"; }
check "a few bad bytes are skipped and counted" few_bad_bytes
repeat 3 '\346\210\221\344\273\254\344\273\212\345\244\251\345\216\273\345\214\227\344\272\254' >"$TMPDIR/chinese"
refused "Chinese without spaces" 'seems to have no spaces between its words: segment it into words first$' chinese
finish
