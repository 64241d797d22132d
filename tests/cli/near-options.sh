#!/bin/sh
# sgns near: several questions, weights, phrases, methods, filters, formats, context vectors and --all.
. "$ROOT/tests/cli/harness.sh"

# Words of four kinds that only meet their own kind; "new" and "york" stand side by side.
awk 'BEGIN {
    split("king queen prince palace crown throne", group0)
    split("cat dog horse sheep goat well-known", group1)
    split("paris london rome berlin vienna 1984", group2)
    split("red green blue yellow white black", group3)
    seed = 1
    for (line = 0; line < 2000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            n = int(seed / 1000) % 6 + 1
            word = line % 4 == 0 ? group0[n] : line % 4 == 1 ? group1[n] : line % 4 == 2 ? group2[n] : group3[n]
            printf "%s ", word
        }
        print line % 10 == 0 ? "new york" : ""
    }
}' >"$TMPDIR/corpus.txt"
model=$TMPDIR/words.sgns
plain=$TMPDIR/plain.sgns
check "a model to ask" run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 16 --threads 1 --quiet --sample 0 -o "$model"
check "a model of whitespace tokens" run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 16 --threads 1 --quiet \
    --sample 0 --tokenizer whitespace -o "$plain"
vocab=26

# near ARGUMENT...: the answer goes to $out.
near() { run 0 "$SGNS" near "$model" "$@" && [ ! -s "$err" ]; }
words() { awk 'NF { print $1 }' "$out" | tr '\n' ' '; }
# keep FILE: the last answer goes there.
keep() { cp "$out" "$TMPDIR/$1"; }
equal() {
    cmp -s "$TMPDIR/$1" "$TMPDIR/$2" && return 0
    diff "$TMPDIR/$1" "$TMPDIR/$2" >&2
    return 1
}

# --- several questions ---

two_questions() {
    near -k 2 king && keep king && near -k 2 paris - rome + red && keep expression || return 1
    { echo "king:" && cat "$TMPDIR/king" && echo && echo "paris - rome + red:" && cat "$TMPDIR/expression" && echo; } \
        >"$TMPDIR/expected"
    for arguments in "king, paris - rome + red" "king , paris - rome + red" "king,paris - rome + red" \
        "king, paris - rome + red,"; do
        # shellcheck disable=SC2086 # words
        near -k 2 $arguments && sed 's/:paris/: paris/' "$out" >"$TMPDIR/got" && equal got expected || return 1
        near -k 2 "$arguments" && keep got && equal got expected || return 1
    done
}
check "commas divide questions, and each answer names its own" two_questions
one_question() {
    near -k 4 king - paris + cat && keep one && near -k 4 "king -paris" +cat && keep other && equal one other
}
check "words without a comma are one question" one_question
lines_with_commas() {
    printf 'king, cat\nred\n' | "$SGNS" near "$model" -k 1 >"$out" 2>"$err" &&
        [ "$(awk '{ printf "%s", NF ? "w" : "-" }' "$out")" = "w-w-w-" ]
}
check "commas in lines" lines_with_commas
commas_apart() { run 0 "$SGNS" near "$plain" -k 1 king , cat && grep -q '^king:$' "$out" && grep -q '^cat:$' "$out"; }
check "whitespace rules: a comma alone" commas_apart
fails "whitespace rules: a comma in a word belongs to it" 1 '"king," is not among' "$SGNS" near "$plain" king, cat
fails "nothing before a comma" 2 'no word in the question' "$SGNS" near "$model" , king
fails "a word unknown in the second question" 1 '"quen" is not among' "$SGNS" near "$model" king, quen

weights() {
    near -k 5 2 king - paris && keep weight && near -k 5 king king - paris && keep twice && equal weight twice &&
        near -k 5 king - paris && keep once && ! cmp -s "$TMPDIR/once" "$TMPDIR/weight"
}
check "a number before a word is its weight" weights
numbers() {
    near -k 3 1984 && keep number && near -k 3 '"1984"' && keep quoted && equal number quoted &&
        near -k 3 '"1984" king' && ! grep -q '^1984' "$out" && near -k 26 1984 king && grep -q '^1984' "$out"
}
check "a number alone or in quotation marks is a word" numbers
fails "a weight of nothing" 2 'a weight is a number from 1e-06' "$SGNS" near "$model" 0 king
phrase() {
    near -k 30 '"new york" - king' && ! grep -Eq '^(new|york|king) ' "$out" && keep phrase &&
        near -k 30 'new york - king' && ! cmp -s "$TMPDIR/phrase" "$out"
}
check "a phrase is one term" phrase

# --- how they are answered ---

mul_same() { near -k 25 king && words >"$TMPDIR/add" && near -k 25 king --method mul && words >"$TMPDIR/mul" && equal add mul; }
check "--method mul ranks the neighbors of one word as add does" mul_same
# (1 + x) / 2 * (1 + y) / 2 / ((1 + z) / 2 + 1e-6) from the cosines that near prints.
mul_score() {
    near -k 30 --format tsv king && keep to-king && near -k 30 --format tsv cat && keep to-cat &&
        near -k 30 --format tsv red && keep to-red && near -k 30 --format tsv --method mul king - cat + red || return 1
    awk -F '\t' '
        FILENAME ~ /to-/ { cosine[$1, $2] = $3; next }
        {
            rows++
            expected = (1 + cosine["king", $2]) / 2 * (1 + cosine["red", $2]) / 2 / ((1 + cosine["cat", $2]) / 2 + 1e-6)
            if (expected - $3 > 2e-5 || $3 - expected > 2e-5) { print $0 " is not " expected; bad = 1 }
            if (rows > 1 && $3 > last) bad = 1
            last = $3
        }
        END { exit bad || rows != '"$((vocab - 3))"' }' "$TMPDIR/to-king" "$TMPDIR/to-cat" "$TMPDIR/to-red" "$out" >&2
}
check "--method mul multiplies and divides" mul_score
fails "--method mul and a half" 2 'weights that are whole numbers' "$SGNS" near "$model" --method mul 0.5 king - cat
fails "no such method" 2 '\-\-method takes one of add, mul' "$SGNS" near "$model" --method max king

restricted() {
    near -k 30 red --restrict 7 --format tsv && [ "$(wc -l <"$out")" -le 7 ] && keep few &&
        "$SGNS" near "$model" -k 1 --all --format tsv | awk -F '\t' 'NR <= 7 { print $1 }' >"$TMPDIR/frequent" &&
        awk -F '\t' 'FILENAME ~ /frequent$/ { frequent[$1]; next } !($2 in frequent) { bad = 1 } END { exit bad }' \
            "$TMPDIR/frequent" "$TMPDIR/few"
}
check "--restrict: only the most frequent words answer" restricted
all_words() { near -k 30 red && keep all-words && near -k 30 red --restrict 0 && keep restrict-0 && equal all-words restrict-0; }
check "--restrict 0: all words answer" all_words
excluded() {
    near king -k 2 && first=$(awk 'NR == 1 { print $1 }' "$out") && second=$(awk 'NR == 2 { print $1 }' "$out") &&
        near king -k 1 --exclude "$first" && [ "$(words)" = "$second " ] &&
        near king -k 30 --exclude "$first" --exclude="$second" && ! grep -Eq "^($first|$second) " "$out"
}
check "--exclude, repeated" excluded
fails "--exclude with an unknown word" 1 '"quen" is not among' "$SGNS" near "$model" king --exclude quen
threshold() {
    near king -k 30 --format tsv && cut=$(awk -F '\t' 'NR == 5 { print $3 - 0.000001 }' "$out") && head -n 5 "$out" >"$TMPDIR/five" &&
        near king -k 30 --format tsv --threshold "$cut" && keep above && equal five above &&
        near king --threshold 2 && [ ! -s "$out" ]
}
check "--threshold" threshold
fails "--threshold with junk" 2 '\-\-threshold takes a number from .*, not "high"' "$SGNS" near "$model" king --threshold high
fails "--threshold with a number too large" 2 '\-\-threshold takes a number' "$SGNS" near "$model" king --threshold 1e300
threads() {
    near -k 20 --threads 1 king - cat && keep one && near -k 20 --threads 4 king - cat && keep four && equal one four
}
check "the number of threads changes nothing" threads
fails "--threads 0" 2 '\-\-threads takes a whole number' "$SGNS" near "$model" king --threads 0

# --- forms ---

tsv_form() { near -k 3 --format tsv "king,  cat - dog" && [ "$(grep -Ec "^(king|cat - dog)	[a-z0-9-]+	-?[01]\.[0-9]{6}$" "$out")" -eq 6 ]; }
check "tsv: question, word and score" tsv_form
json() {
    near -k 2 --format json 'king, "new york"' && [ "$(wc -l <"$out")" -eq 2 ] &&
        grep -Eq '^\{"question": "king", "answers": \[\{"word": "[a-z]+", "score": [01]\.[0-9]{6}\}, \{"word": "[a-z]+", "score": [01]\.[0-9]{6}\}\]\}$' "$out" &&
        grep -Eq '^\{"question": "\\"new york\\"", "answers": ' "$out"
}
check "json: an object a question" json
json_errors() {
    printf 'king\nquen\t"\n' | "$SGNS" near "$model" -k 1 --format json >"$out" 2>"$err"
    [ $? -eq 1 ] && [ "$(wc -l <"$out")" -eq 2 ] && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -Fq '{"question": "quen\u0009\"", "error": "\"quen\" is not among the model' "$out"
}
check "json: why there is no answer" json_errors
tsv_lines() {
    printf 'king\nquen\ncat\n' | "$SGNS" near "$model" -k 2 --format tsv >"$out" 2>"$err"
    [ $? -eq 1 ] && [ "$(cut -f 1 "$out" | tr '\n' ' ')" = "king king cat cat " ] && grep -q 'line 2: "quen"' "$err"
}
check "tsv: no empty lines" tsv_lines
fails "no such format" 2 '\-\-format takes one of table, tsv, json' "$SGNS" near "$model" king --format xml

# --- many at once ---

all_alone() {
    near --all -k 3 --format tsv && keep all && [ "$(wc -l <"$out")" -eq $((3 * vocab)) ] || return 1
    cut -f 1 "$TMPDIR/all" | uniq | sed 's/.*/"&"/' >"$TMPDIR/words"
    "$SGNS" near "$model" -k 3 --format tsv <"$TMPDIR/words" | sed 's/^"\([^"]*\)"/\1/' >"$TMPDIR/lines" && equal all lines
    while read -r word; do
        near -k 3 --format tsv "$word" && cat "$out"
    done <"$TMPDIR/words" | sed 's/^"\([^"]*\)"/\1/' >"$TMPDIR/alone"
    equal all alone
}
check "--all, lines and single questions have the same answers" all_alone
all_table() { near --all -k 1 && [ "$(awk '{ printf "%s", NF == 0 ? "-" : NF == 1 ? "t" : "w" }' "$out" | sed 's/tw-//g')" = "" ]; }
check "--all: a table names each word" all_table
all_some() { near --all -k 30 --restrict 5 --format tsv && [ "$(wc -l <"$out")" -eq 20 ]; }
check "--all --restrict asks and answers with those words" all_some
fails "--all and a word" 2 '\-\-all asks for every word; name none: sgns near MODEL' "$SGNS" near "$model" --all king

# --- context vectors ---

context() {
    near new --context -k 26 && keep context && grep -q '^new ' "$out" && [ "$(wc -l <"$out")" -eq "$vocab" ] &&
        near new --context -k 1 && [ "$(words)" = "york " ]
}
check "--context: what occurs next to a word, itself included" context
run 0 "$SGNS" export "$model" --format word2vec -o "$TMPDIR/words.bin"
fails "--context without context vectors" 2 'words\.bin: the model has no context vectors' \
    "$SGNS" near "$TMPDIR/words.bin" king --context
finish
