#!/bin/sh
# Every command reads other programs' vectors as it reads a model; and what it says of damaged ones.
. "$ROOT/tests/cli/harness.sh"

# 40 words in four topics, one of them with a letter of two bytes and one with an apostrophe.
corpus=$TMPDIR/corpus.txt
awk 'BEGIN {
    split("king queen prince palace crown throne naïve don'"'"'t w1 w2", word)
    seed = 1
    for (line = 0; line < 1500; line++) {
        for (i = 0; i < 8; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%s ", word[int(seed / 1000) % 10 + 1], line % 4 ? line % 4 : ""
        }
        print ""
    }
}' >"$corpus"
model=$TMPDIR/words.sgns
check "a model" run 0 "$SGNS" train "$corpus" -o "$model" --tokenizer whitespace --threads 1 --dim 20 --quiet

# The names say nothing of what is in the files.
binary=$TMPDIR/binary.txt bare=$TMPDIR/bare text=$TMPDIR/text.bin glove=$TMPDIR/glove.sgns vec=$TMPDIR/fast.vec
windows=$TMPDIR/windows
check "binary" run 0 "$SGNS" export "$model" -f word2vec -o "$binary"
check "text" run 0 "$SGNS" export "$model" -f word2vec-text -o "$text"
tail -n +2 "$text" >"$glove"
awk 'NR > 1 { $0 = $0 " " } { print }' "$text" >"$vec"
awk '{ printf "%s\r\n", $0 }' "$text" >"$windows"
# Without the newline behind each row, as gensim writes it. Rows have 80 bytes of floats.
awk 'NR > 1 { print $1 }' "$text" >"$TMPDIR/list"
{
    head -n 1 "$text"
    at=$(head -n 1 "$text" | wc -c)
    while read -r word; do
        bytes=$(($(printf '%s' "$word" | wc -c) + 81))
        tail -c +$((at + 1)) "$binary" | head -c "$bytes"
        at=$((at + bytes + 1))
    done <"$TMPDIR/list"
} >"$bare"
bare_size() { [ $(($(wc -c <"$binary") - $(wc -c <"$bare"))) -eq 40 ]; }
check "binary without newlines" bare_size

printf 'king queen 9\nking king1 2\nqueen crown 7\nPrince palace 6\nw1 w23 3\n' >"$TMPDIR/pairs"
printf ': one\nking queen king1 queen1\nPrince prince2 palace palace2\n: gram\nw1 w11 w2 w21\n' >"$TMPDIR/questions"
native() { run 0 "$SGNS" "$@" && cp "$out" "$TMPDIR/native"; }
# same FILE COMMAND [OPTION...]: as the native model answers, without a warning.
same() {
    same_file=$1 same_command=$2
    shift 2
    native "$same_command" "$model" "$@" && run 0 "$SGNS" "$same_command" "$same_file" "$@" && [ ! -s "$err" ] &&
        cmp "$out" "$TMPDIR/native" >&2
}
field() { sed -n "s/^$1   *//p" "$out"; }
has() {
    [ "$(field "$1")" = "$2" ] && return 0
    echo "\"$1\" is \"$(field "$1")\", not \"$2\"" >&2
    return 1
}
first=$(sed -n '2s/ .*//p' "$text") last=$(sed -n '$s/ .*//p' "$text")
# told FILE SOURCE: what info says.
told() {
    run 0 "$SGNS" info "$1" && [ ! -s "$err" ] && has model "$1" && has source "$2" && has dim 20 &&
        has words "40, from \"$first\" to \"$last\", occurrences unknown" && has case kept &&
        has size "$(awk -v bytes="$(wc -c <"$1")" 'BEGIN { printf "%.1f MB", bytes * 1e-6 }')"
}
verified() { run 0 "$SGNS" info --verify "$1" && has checksums 'none in this format; every row was read'; }
small_letters() {
    native near "$model" king - w1 + don\'t3 && run 0 "$SGNS" near "$1" King - W1 + Don\'t3 &&
        cmp "$out" "$TMPDIR/native" >&2
}
back() {
    run 0 "$SGNS" export "$1" -f word2vec -o "$TMPDIR/back" --force && cmp "$TMPDIR/back" "$binary" >&2 &&
        run 0 "$SGNS" export "$1" -f word2vec-text -o "$TMPDIR/back" --force && cmp "$TMPDIR/back" "$text" >&2
}
made_native() {
    run 0 "$SGNS" export "$1" -f native -o "$TMPDIR/made.sgns" && run 0 "$SGNS" info --verify "$TMPDIR/made.sgns" &&
        has source "$2" && has checksums right &&
        has words "40, from \"$first\" to \"$last\", occurrences unknown" &&
        same "$TMPDIR/made.sgns" near king queen1 && small_letters "$TMPDIR/made.sgns"
}
for form in "binary word2vec-binary" "bare word2vec-binary" "text word2vec-text" "glove glove-text" "vec word2vec-text" \
    "windows word2vec-text"; do
    kind=${form% *} source=${form#* }
    eval "file=\$$kind"
    # shellcheck disable=SC2154 # by eval
    check "$kind: near" same "$file" near king - queen + naïve2 -k 40
    check "$kind: eval" same "$file" eval --similarity "$TMPDIR/pairs" --analogies "$TMPDIR/questions"
    check "$kind: info" told "$file" "$source"
    check "$kind: info --verify" verified "$file"
    check "$kind: a word in capitals" small_letters "$file"
    check "$kind: export" back "$file"
    check "$kind: made native" made_native "$file" "$source"
done
lines() {
    printf 'king\nW1\n' | "$SGNS" near "$model" >"$TMPDIR/native" 2>"$err"
    printf 'king\nw1\n' | "$SGNS" near "$glove" >"$out" 2>"$err" && [ "$(wc -l <"$out")" -eq 22 ]
}
check "questions line by line" lines
fails "an unknown word has a hint" 1 'did you mean "king1"\?$' "$SGNS" near "$glove" kinng1

# warns NAME 'EXTENDED REGEX' FILE COMMAND [OPTION...]: an answer, and one line on standard error.
warns() {
    name=$1
    shift
    check "$name" warns_so "$@"
}
warns_so() {
    warns_pattern=$1 warns_file=$2 warns_command=$3
    shift 3
    run 0 "$SGNS" "$warns_command" "$warns_file" "$@" && [ -s "$out" ] && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -Eq "^sgns $warns_command: $warns_file: warning: $warns_pattern\$" "$err" && return 0
    echo "standard error is: $(cat "$err")" >&2
    return 1
}
odd=$TMPDIR/odd
printf '4 2\na 1 2\nb 3 4\na 5 6\na 7 8\n' >"$odd"
warns "words that come again" '2 rows skipped: earlier rows have the same words \(first in line 4\)' "$odd" near a
printf '3 2\na 1 2\nb 3 4\na 5 6\n' >"$odd"
warns "a word that comes again" '1 row skipped: an earlier row has the same word \(line 4\)' "$odd" eval \
    "--similarity=$TMPDIR/pairs"
warns "export warns" '1 row skipped: .*' "$odd" export -fglove
warns "info warns" '1 row skipped: .*' "$odd" info
printf 'a 1 2\nb\377 3 4\n' >"$odd"
warns "ill-formed UTF-8" '1 word is not valid UTF-8; kept as it is \(line 2\)' "$odd" near a
printf 'a 1 2\nb 3 4\n. . 5 6\n' >"$odd"
warns "a blank in a word" '1 word contains a blank; a query names it in quotation marks \(line 3\)' "$odd" near a
printf 'a 1 2\nb 3 4\nc nan 1\nd 2 inf\n' >"$odd"
warns "not a number" '2 words have vectors that are not finite, or too long; no search uses them \(first in line 3\)' \
    "$odd" near a
alone() { run 0 "$SGNS" near "$odd" a && [ "$(wc -l <"$out")" -eq 1 ]; }
check "such words are no answers" alone
fails_again() { run 1 "$SGNS" near "$odd" c && grep -q '"c" is zero or not finite' "$err"; }
check "such words are no questions" fails_again
printf 'a 1 2\nb 3 4' >"$odd"
warns "no newline at the end" '1 line, the last one, has no newline; its last number may be cut off \(line 2\)' "$odd" near a
{ head -c $(($(wc -c <"$bare") - 81 - $(printf %s "$last" | wc -c))) "$bare"; printf '%s ' "$first"; tail -c 80 "$bare"; } >"$odd"
warns "rows of a binary file" '1 row skipped: an earlier row has the same word \(row 40\)' "$odd" near king

for command in near info "export -fglove" "eval --similarity=$TMPDIR/pairs"; do
    kind=${command%% *}
    head -c 1000 "$binary" >"$odd"
    # shellcheck disable=SC2086 # the options of the command
    fails "$kind: truncated binary" 2 "^sgns $kind: $odd: truncated or damaged: " "$SGNS" $command "$odd"
    head -n 20 "$text" >"$odd"
    # shellcheck disable=SC2086
    fails "$kind: truncated text" 2 "^sgns $kind: $odd: truncated: the first line says 40 words, but 19 rows follow" \
        "$SGNS" $command "$odd"
    # shellcheck disable=SC2086
    fails "$kind: a corpus" 2 \
        "^sgns $kind: $corpus: not a model but text; train one on it first: sgns train $corpus -o MODEL\$" \
        "$SGNS" $command "$corpus"
done
head -c 1500 "$glove" >"$odd"
fails "truncated GloVe" 2 "line [0-9]*: [0-9]* numbers? after the word instead of 20; the file ends there and seems truncated" \
    "$SGNS" near "$odd" king
awk 'NR == 7 { $5 = "x" } { print }' "$glove" >"$odd"
fails "a number that is none" 2 ": line 7: \"x\" is not a number; the line should end with 20 numbers\$" "$SGNS" near "$odd" king
printf '3000000000 300\nking 1 2 3\n' >"$odd"
fails "more words than fit" 2 'the first line, "3000000000 300", .* too few$' "$SGNS" near "$odd" king
: >"$odd"
fails "an empty file" 2 "^sgns near: $odd: not a model: the file is empty\$" "$SGNS" near "$odd" king
fails "a folder" 2 "^sgns near: $TMPDIR: not a regular file\$" "$SGNS" near "$TMPDIR" king
mkfifo "$TMPDIR/pipe"
fails "a pipe" 2 "^sgns near: $TMPDIR/pipe: is a pipe; save its output to a file first\$" "$SGNS" near "$TMPDIR/pipe" king
gzip -c "$glove" >"$odd" 2>/dev/null || printf '\037\213\010' >"$odd"
fails "compressed" 2 'not a model: compressed with gzip; decompress it first$' "$SGNS" near "$odd" king

# Rows of one number take 64 bytes each in memory.
little_memory() {
    awk 'BEGIN { for (i = 0; i < 600000; i++) print i "w", 1 }' >"$odd"
    # shellcheck disable=SC3045 # where there is no -v, there is no test
    (ulimit -v 40000 && "$SGNS" info "$odd") >"$out" 2>"$err"
    [ $? -eq 3 ] && grep -Eq '600000 words of 1 dims need more memory than the [0-9]+ MB available' "$err"
}
# shellcheck disable=SC3045
if (ulimit -v 40000 && "$SGNS" --version) >/dev/null 2>&1; then # a sanitizer needs more
    check "too little memory" little_memory
fi
finish
