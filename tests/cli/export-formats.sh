#!/bin/sh
# sgns export: every format, which words, which vectors, and what is refused. tests/cli/export.sh has a trained model in
# word2vec's formats.
. "$ROOT/tests/cli/harness.sh"

# Foreign vectors are a model, too, and one whose numbers are known.
text=$TMPDIR/vectors.txt
cat >"$text" <<'END'
the 1 -0.5
naïve 0.1 -1e-10
x 123456790 0
q"\ 3 4
zero 0 0
END
model=$TMPDIR/words.sgns
quiet() { run 0 "$@" && [ ! -s "$out" ] && [ ! -s "$err" ]; }
check "another program's file becomes a native one" quiet "$SGNS" export "$text" -f native -o "$model"
says "that is whole" '^checksums +right$' "$SGNS" info "$model" --verify
says "and says where it is from" '^source +glove' "$SGNS" info "$model"
same_answers() {
    run 0 "$SGNS" near "$text" the && cp "$out" "$TMPDIR/answers" && run 0 "$SGNS" near "$model" the &&
        cmp "$out" "$TMPDIR/answers" >&2
}
check "and answers as before" same_answers

# --- formats ---

# gives TEXT ARGUMENT...: export prints TEXT, and nothing else.
gives() {
    gives_text=$1
    shift
    run 0 "$SGNS" export "$@" && [ ! -s "$err" ] && [ "$(cat "$out")" = "$gives_text" ] && return 0
    echo "standard output is: $(cat "$out"); standard error: $(cat "$err")" >&2
    return 1
}
check "glove" gives "$(cat "$text")" "$model" -f glove
check "word2vec-text" gives "5 2
$(cat "$text")" "$model" -f word2vec-text
check "jsonl" gives '{"word":"the","vector":[1,-0.5]}
{"word":"naïve","vector":[0.1,-1e-10]}
{"word":"x","vector":[123456790,0]}
{"word":"q\"\\","vector":[3,4]}
{"word":"zero","vector":[0,0]}' "$model" -f jsonl
check "pgvector" gives 'BEGIN;
CREATE TABLE IF NOT EXISTS word_vectors (word text PRIMARY KEY, embedding vector(2));
COPY word_vectors (word, embedding) FROM stdin;
the	[1,-0.5]
naïve	[0.1,-1e-10]
x	[123456790,0]
q"\\	[3,4]
zero	[0,0]
\.
COMMIT;' "$model" -f pgvector

hex() { od -An -v -tx1 | tr -d ' \n'; }
# has FILE HEXADECIMAL: the file has these bytes.
has() {
    [ "$(hex <"$1")" = "$2" ] && return 0
    echo "$1: $(hex <"$1"), not $2" >&2
    return 1
}
is() { [ "$(cat "$1")" = "$2" ]; }
words=$(cut -d' ' -f1 "$text")
the=0000803f000000bf naive=cdcccc3dffe6dbae x=a379eb4c00000000 q=0000404000008040 zero=0000000000000000
word2vec() {
    bytes=3520320a74686520${the}0a6e61c3af766520${naive}0a7820${x}0a71225c20${q}0a7a65726f20${zero}0a
    quiet "$SGNS" export "$model" -f word2vec -o "$TMPDIR/v.bin" && has "$TMPDIR/v.bin" "$bytes"
}
check "word2vec" word2vec
# array FORMAT HEXADECIMAL: two files, of these bytes and of the words.
array() {
    quiet "$SGNS" export "$model" -f "$1" -o "$TMPDIR/v.$1" && has "$TMPDIR/v.$1" "$2" &&
        is "$TMPDIR/v.$1.vocab" "$words"
}
head=$(printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 2), }" | hex)
check "npy" array npy "934e554d505901007600$head$the$naive$x$q$zero"
check "fvecs" array fvecs "02000000${the}02000000${naive}02000000${x}02000000${q}02000000$zero"
head=$(printf '{"vectors":{"dtype":"F32","shape":[5,2],"data_offsets":[0,40]}} ' | hex)
check "safetensors" array safetensors "4000000000000000$head$the$naive$x$q$zero"
tensorboard() {
    quiet "$SGNS" export "$model" -f tensorboard -o "$TMPDIR/board" && is "$TMPDIR/board.metadata.tsv" "$words" &&
        is "$TMPDIR/board.vectors.tsv" "$(cut -d' ' -f2- "$text" | tr ' ' '\t')" && [ ! -e "$TMPDIR/board" ]
}
check "tensorboard" tensorboard
same_by_name() {
    quiet "$SGNS" export "$model" -f "$1" -o "$TMPDIR/named" --force && run 0 "$SGNS" export "$model" -f "$1" -o - &&
        cmp "$out" "$TMPDIR/named" >&2
}
for format in native word2vec word2vec-text glove jsonl pgvector; do
    check "$format, the same on standard output" same_by_name "$format"
done
for format in npy fvecs safetensors; do
    fails "$format is two files" 2 "^sgns export: $format writes two files, FILE and FILE.vocab; name FILE with -o\$" \
        "$SGNS" export "$model" -f "$format"
done
fails "tensorboard is two files" 2 'two files, FILE\.vectors\.tsv and FILE\.metadata\.tsv; name FILE with -o$' \
    "$SGNS" export "$model" -f tensorboard -o -
# What the error lists is the table; its formats are those that help tells of.
helped() {
    "$SGNS" export "$model" -f none 2>&1 | sed 's/.* one of //; s/, not .*//; s/, /\n/g' >"$TMPDIR/names"
    run 0 "$SGNS" help export && awk '/^  [a-z]/ { print $1 }' "$out" | cmp - "$TMPDIR/names" >&2 &&
        [ "$(wc -l <"$TMPDIR/names")" -eq 10 ]
}
check "help tells of every format" helped

# --- which words ---

check "--top" gives "$(head -n 2 "$text")" "$model" -f glove --top 2
check "--top beyond the vocabulary" gives "$(cat "$text")" "$model" -f glove --top 4294967295
list=$TMPDIR/list
printf 'x\r\n\nthe\r\n' >"$list"
check "--words, in their order" gives 'x 123456790 0
the 1 -0.5' "$model" -f glove --words "$list"
check "--words has a header of its own count" gives '2 2
x 123456790 0
the 1 -0.5' "$model" -f word2vec-text --words "$list"
printf 'The\nzebra\nnai\tve\nq"\\\nthe\nthe' >"$list"
# says_on_error LINES COMMAND...: succeeds with these lines on standard error.
says_on_error() {
    error_text=$1
    shift
    run 0 "$@" && [ "$(cat "$err")" = "$error_text" ] && return 0
    echo "standard error is: $(cat "$err")" >&2
    return 1
}
check "words that are not there, and that come twice, are counted" says_on_error \
    "sgns export: words of $list not in the vocabulary: 2; the first is \"zebra\"
sgns export: lines of $list that repeat a word: 2" "$SGNS" export "$model" -f glove --words "$list"
left() { is "$out" 'the 1 -0.5
q"\ 3 4'; }
check "and the others are exported" left
zero_byte() {
    printf 'The\0n\nx\n' >"$list" && run 0 "$SGNS" export "$model" -f glove --words "$list" && is "$out" 'x 123456790 0' &&
        grep -q 'not in the vocabulary: 1; the first is "The n"$' "$err"
}
check "a zero byte ends no line" zero_byte
from_standard_input() {
    printf 'zebra\nx\n' | "$SGNS" export "$model" -f glove --words - >"$out" 2>"$err"
    is "$out" 'x 123456790 0' && grep -q 'words of standard input not in the vocabulary: 1;' "$err"
}
check "--words -" from_standard_input
native_order() {
    printf 'zero\nnaïve\n' >"$list" && quiet "$SGNS" export "$model" -f native --words "$list" -o "$TMPDIR/two.sgns" &&
        gives 'naïve 0.1 -1e-10
zero 0 0' "$TMPDIR/two.sgns" -f glove
}
check "native keeps the model's order" native_order
says "a part is whole" '^checksums +right$' "$SGNS" info "$TMPDIR/two.sgns" --verify
says "and says of what" '^exported +2 of 5 words$' "$SGNS" info "$TMPDIR/two.sgns"

# --- which vectors ---

check "--normalize" gives 'the 0.8944272 -0.4472136
naïve 1 -1e-9
x 1 0
q"\ 0.6 0.8
zero 0 0' "$model" -f glove --normalize
check "--precision" gives 'the 0.9 -0.4
naïve 1 -1e-9
x 1 0' "$model" -f glove --normalize --precision 1 --top 3
check "--precision 9" gives '{"word":"the","vector":[1,-0.5]}
{"word":"naïve","vector":[0.100000001,-1.00000001e-10]}
{"word":"x","vector":[123456792,0]}' "$model" -f jsonl --precision=9 --top 3
fails "no context vectors" 2 "^sgns export: $model: the model has no context vectors\$" "$SGNS" export "$model" -f glove --context

# A trained model has context vectors: section 6 of the file, where the word vectors are 5.
trained=$TMPDIR/trained.sgns
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "%s ", substr("abcdefgh", i * i % 7 + 1, 1); print "" }' >"$TMPDIR/corpus"
check "a trained model" run 0 "$SGNS" train "$TMPDIR/corpus" -o "$trained" --threads 1 --dim 16 --sample 0 --quiet
vocabulary=$(run 0 "$SGNS" export "$trained" -f glove && wc -l <"$out")
# section NUMBER FILE: the section's rows, which are as long as the dims, are what the npy file has behind its header.
section() {
    offset=$(section_offset "$trained" "$1")
    tail -c +$((offset + 1)) "$trained" | dd bs=64 count="$vocabulary" 2>/dev/null >"$TMPDIR/section"
    tail -c +129 "$2" | cmp - "$TMPDIR/section" >&2
}
matrix() {
    matrix_section=$1
    shift
    quiet "$SGNS" export "$trained" -f npy -o "$TMPDIR/m.npy" "$@" && section "$matrix_section" "$TMPDIR/m.npy"
}
check "word vectors" matrix 5
check "--context" matrix 6 --context
kept() { run 0 "$SGNS" export "$trained" -f native && cmp "$out" "$trained" >&2; }
check "native is the same file" kept
contexts_of() {
    context_line=$1
    shift
    quiet "$SGNS" export "$trained" -f native -o "$TMPDIR/part.sgns" "$@" && run 0 "$SGNS" info "$TMPDIR/part.sgns" &&
        grep -Eq "^context vectors +$context_line\$" "$out"
}
check "a part keeps its context vectors" contexts_of kept --top 3
check "one matrix has none" contexts_of 'left out' --context
check "nor have unit vectors" contexts_of 'left out' --normalize
contexts() {
    "$SGNS" export "$trained" -f native --context --normalize -o "$TMPDIR/part.sgns" && "$SGNS" info "$TMPDIR/part.sgns"
}
says "native says what it has" "^exported +$vocabulary of $vocabulary words, context vectors, length 1\$" contexts

# --- what a format can't hold ---

odd=$TMPDIR/odd.txt
cat >"$odd" <<'END'
good 1 2
two words 3 4
bad 5 nan
ill 6 -inf
better 7 8
END
native_odd=$TMPDIR/odd.sgns
# refuses FORMAT WORD WHY: of the vectors in $odd, by an error, and none with --skip-unfit.
refuses() { run 2 "$SGNS" export "$odd" -f "$1" && grep -q "^sgns export: $1 can't hold word $2: $3 (--skip-unfit " "$err"; }
for format in word2vec word2vec-text glove; do
    check "$format holds no blank" refuses "$format" '1, "two words"' 'it has a blank'
done
for format in native jsonl pgvector; do
    check "$format holds a blank, but no nan" refuses "$format" '2, "bad"' 'its vector has a number that is not finite'
done
skips() {
    run 0 "$SGNS" export "$odd" -f glove --skip-unfit && is "$out" 'good 1 2
better 7 8' && grep -q "^sgns export: words skipped that the format can't hold: 3; the first is word 1, \"two words\":" "$err"
}
check "--skip-unfit" skips
skips_numbers() {
    run 0 "$SGNS" export "$odd" -f native --skip-unfit -o "$native_odd" && grep -q "the format can't hold: 2; the first is word 2" "$err"
}
check "--skip-unfit, with a format that holds a blank" skips_numbers
fails "a model of our own with a blank" 2 '^sgns export: glove can.t hold word 1, "two words": it has a blank' \
    "$SGNS" export "$native_odd" -f glove
ill_formed() {
    printf 'a\377 1\nb 2\n' >"$TMPDIR/ill.txt" && run 2 "$SGNS" export "$TMPDIR/ill.txt" -f jsonl &&
        grep -q 'jsonl can.t hold word 0, .*: it is not UTF-8' "$err"
}
check "jsonl holds only UTF-8" ill_formed
# The words are section 2; a damaged file may have a zero byte in one.
cp "$model" "$TMPDIR/damaged.sgns"
printf '\0' | dd of="$TMPDIR/damaged.sgns" bs=1 conv=notrunc 2>/dev/null \
    seek=$(($(section_offset "$model" 2) + 1))
for format in native glove npy jsonl pgvector; do
    fails "$format holds no zero byte" 2 'can.t hold word 0, "t\\x00e": it has a control character' \
        "$SGNS" export "$TMPDIR/damaged.sgns" -f "$format" -o "$TMPDIR/old"
done
printf 'two words\n' >"$list"
fails "nothing left" 2 '^sgns export: no words are left to export$' \
    "$SGNS" export "$native_odd" -f glove --words "$list" --skip-unfit

# --- what is refused: nothing is left behind, and an older file stays ---

names() { find "$TMPDIR" ! -name names ! -name out ! -name err | sort; }
no_more_names() { names | cmp - "$TMPDIR/names" >&2 && is "$TMPDIR/old" kept; }
fails_clean() {
    clean_name=$1
    shift
    names >"$TMPDIR/names"
    fails "$clean_name" "$@"
    check "$clean_name: no file is left behind" no_more_names
}
echo kept >"$TMPDIR/old"
mkdir "$TMPDIR/old.vocab" "$TMPDIR/new.metadata.tsv"
for format in native word2vec npy fvecs safetensors; do
    fails_clean "--precision of $format" 2 "^sgns export: $format is binary and has no --precision\$" \
        "$SGNS" export "$model" -f "$format" --precision 5 -o "$TMPDIR/old"
done
for number in 0 10 -1 x; do
    fails_clean "--precision $number" 2 '^sgns export: --precision takes a whole number from 1 to 9, not "' \
        "$SGNS" export "$model" -f glove --precision "$number" -o "$TMPDIR/old"
done
fails_clean "an empty name" 2 '^sgns export: the name of the file to write is empty$' \
    "$SGNS" export "$model" -f tensorboard -o ""
fails_clean "--top 0" 2 '^sgns export: --top takes a whole number from 1 to ' \
    "$SGNS" export "$model" -f glove --top 0 -o "$TMPDIR/old"
fails_clean "--top and --words" 2 '^sgns export: use either --top or --words, not both$' \
    "$SGNS" export "$model" -f glove --top 3 --words "$list" -o "$TMPDIR/old"
fails_clean "a missing list" 2 "^sgns export: $TMPDIR/none: can't open: No such file" \
    "$SGNS" export "$model" -f glove --words "$TMPDIR/none" -o "$TMPDIR/old"
fails_clean "a folder as a list" 2 "^sgns export: $TMPDIR: a folder, not a file\$" \
    "$SGNS" export "$model" -f glove --words "$TMPDIR" -o "$TMPDIR/old"
fails_clean "an empty list" 2 '^sgns export: standard input: no words$' \
    "$SGNS" export "$model" -f glove --words - -o "$TMPDIR/old"
fails_clean "a list of other words" 2 \
    "^sgns export: $list: none of its words is in the vocabulary; the first is \"two words\"\$" \
    "$SGNS" export "$model" -f glove --words "$list" -o "$TMPDIR/old"
echo the >"$list"
fails_clean "the list's own place" 2 "^sgns export: $list: this is the list of words itself; name another file with -o\$" \
    "$SGNS" export "$model" -f glove --words "$list" -o "$list"
check "the list's own place: it is as it was" is "$list" the
fails_clean "a second file that is a folder" 2 "^sgns export: $TMPDIR/old.vocab: not a regular file; " \
    "$SGNS" export "$model" -f npy -o "$TMPDIR/old"
cp "$model" "$TMPDIR/m.vocab"
fails_clean "a second file in the model's place" 2 "^sgns export: $TMPDIR/m.vocab: this is the model itself; " \
    "$SGNS" export "$TMPDIR/m.vocab" -f fvecs -o "$TMPDIR/m"
fails_clean "a file of two in a missing folder" 2 "^sgns export: $TMPDIR/none/v.vectors.tsv: can't create the file: " \
    "$SGNS" export "$model" -f tensorboard -o "$TMPDIR/none/v"
# The words need more than the vectors: the second file is the one that does not fit.
awk 'BEGIN { word = "x"; while (length(word) < 900) word = word word; for (i = 0; i < 64; i++) print word i, i }' \
    >"$TMPDIR/long.txt"
limited() { (ulimit -f 16 && exec "$UNCOUNTED" export "$TMPDIR/long.txt" "$@"); }
fails_clean "a second file that is too large" 3 "^sgns export: $TMPDIR/new.vocab: can't write: File too large\$" \
    limited -f npy -o "$TMPDIR/new"
# --- interrupted ---

# Large enough that the signal finds it at work: the file without a name is open for some hundredths of a second. If the
# signal was too late, all is there, as without it, and it is tried once more.
large=$TMPDIR/large
awk 'BEGIN { seed = 1; for (i = 0; i < 2000; i++) {
    printf "w%d", i
    for (d = 0; d < 300; d++) { seed = (seed * 16807) % 2147483647; printf " %.7f", seed / 2147483647 }
    print ""
} }' >"$large"
# shellcheck disable=SC2010 # the links of /proc have no other reader in a bare Debian
working() { ls -l "/proc/$1/fd" 2>/dev/null | grep -q "$TMPDIR.*\\(deleted\\|[.]tmp-\\)"; }
mkdir "$TMPDIR/whole" "$TMPDIR/cut"
same_files() { [ "$(cd "$1" && cksum -- *)" = "$(cd "$2" && cksum -- *)" ]; }
# interrupted FORMAT: true if a signal ended the export, and nothing is left of it.
interrupted() {
    rm -f "$TMPDIR"/whole/*
    "$SGNS" export "$large" -f "$1" -o "$TMPDIR/whole/new" || return
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        rm -f "$TMPDIR"/cut/*
        "$SGNS" export "$large" -f "$1" -o "$TMPDIR/cut/new" 2>"$err" &
        until working $! || ! kill -0 $! 2>/dev/null; do :; done
        kill -TERM $! 2>/dev/null
        wait $!
        ended=$?
        [ "$ended" -ne 143 ] || [ -n "$(ls "$TMPDIR/cut")" ] || break
        same_files "$TMPDIR/whole" "$TMPDIR/cut" || break
    done
    [ "$ended" -eq 143 ] && [ ! -s "$err" ] && [ -z "$(ls -A "$TMPDIR/cut")" ] && return 0
    echo "ended with $ended: $(cat "$err") $(ls -A "$TMPDIR/cut")" >&2
    return 1
}
check "an export that is interrupted leaves no file" interrupted word2vec-text
check "an export that is interrupted leaves none of two" interrupted tensorboard
finish
