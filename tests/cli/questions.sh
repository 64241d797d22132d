#!/bin/sh
# sgns analogy, similarity, odd and vector, on a model whose vectors are known.
. "$ROOT/tests/cli/harness.sh"

model=$TMPDIR/words.txt
cat >"$model" <<'END'
12 3
king 2 0 2
man 3 0 0
woman 0 5 0
queen 0 1 1
prince 1 0 0.5
new 0 2 0
york 0 0 4
Usa -1 0 0.25
south 0 -3 0
north 1e-10 3.4028235e38 -0.1
zero 0 0 0
well-known 0.1 -0.2 0.30000001
END

lines() { [ "$(wc -l <"$out")" -eq "$1" ]; }
prints() { # prints TEXT COMMAND...: the whole output is TEXT, as printf's %b takes it
    text=$1
    shift
    run 0 "$@" && printf '%b' "$text" >"$TMPDIR/expected" && cmp -s "$TMPDIR/expected" "$out" && [ ! -s "$err" ] && return 0
    diff "$TMPDIR/expected" "$out" >&2
    return 1
}
# ask STATUS EXPECTED TEXT COMMAND...: TEXT through a pipe (both as printf's %b takes them).
ask() {
    status=$1 expected=$2 text=$3
    shift 3
    printf '%b' "$text" | "$@" >"$out" 2>"$err"
    [ $? -eq "$status" ] && printf '%b' "$expected" >"$TMPDIR/expected" && cmp -s "$TMPDIR/expected" "$out" && return 0
    cat "$err" >&2
    diff "$TMPDIR/expected" "$out" >&2
    return 1
}

# --- analogy ---

# king - man + woman = (0.7071 - 1, 1, 0.7071); its cosine to (0, 1, 1) is 1.7071 / sqrt(2) / sqrt(1.5858).
check "analogy: b - a + c" prints 'queen  0.9586\n' "$SGNS" analogy "$model" man king woman -k 1
analogy_near() {
    run 0 "$SGNS" analogy "$model" man king woman && cp "$out" "$TMPDIR/analogy" &&
        run 0 "$SGNS" near "$model" king - man + woman && cmp -s "$TMPDIR/analogy" "$out" && lines 8
}
check "analogy: as near's expression" analogy_near
phrase() {
    run 0 "$SGNS" analogy "$model" man "new york" woman --format tsv -k 1 && grep -q '^man "new york" woman	' "$out" &&
        cut -f 2,3 "$out" >"$TMPDIR/analogy" && run 0 "$SGNS" near "$model" '"new york" - man + woman' -k 1 --format tsv &&
        cut -f 2,3 "$out" | cmp -s "$TMPDIR/analogy" -
}
check "analogy: an argument with blanks is a phrase" phrase
check "analogy: lines" ask 0 'queen  0.9586\n\nqueen  0.9586\n\n' 'man king woman\r\n\n"man" King woman\n' "$SGNS" analogy "$model" -k 1
check "analogy: a line without an answer" ask 1 '\nqueen  0.9586\n\n' 'man king\nman king woman\n' "$SGNS" analogy "$model" -k 1
json_errors() {
    ask 1 '{"question": "man kin woman", "error": "\\"kin\\" is not among the model'"'"'s 12 words; did you mean \\"king\\"?"}\n' \
        'man kin woman\n' "$SGNS" analogy "$model" -k 1 --format json && grep -q '^sgns analogy: line 1: "kin" is not' "$err"
}
check "analogy: errors in JSON" json_errors
check "analogy: --method mul" prints 'Usa  8.1298\n' "$SGNS" analogy "$model" man king woman --method mul -k 1
fails "analogy: two words" 2 'an analogy is three words' "$SGNS" analogy "$model" man king
fails "analogy: a sign" 2 'an analogy is three words' "$SGNS" analogy "$model" man - king woman
fails "analogy: an unknown word" 1 '"quen" is not among the model.s 12 words; did you mean "queen"\?$' \
    "$SGNS" analogy "$model" man king quen
fails "analogy: a word without a direction" 1 'the vector of "zero" is zero' "$SGNS" analogy "$model" man king zero
fails "analogy: no model" 2 'name a model: sgns analogy MODEL' "$SGNS" analogy

# --- similarity ---

check "similarity: the cosine" prints '0.7071\n' "$SGNS" similarity "$model" king man
check "similarity: of expressions" prints '1.0000\n' "$SGNS" similarity "$model" "king - man" "2 king - man - man"
check "similarity: of opposites" prints '-1.0000\n' "$SGNS" similarity "$model" woman south
check "similarity: tsv" prints 'king\tqueen\t0.500000\n' "$SGNS" similarity "$model" king queen --format tsv
check "similarity: json" prints '{"words": ["king", "Usa"], "score": -0.514496}\n' \
    "$SGNS" similarity "$model" king Usa --format json
check "similarity: lines" ask 0 '0.7071\n0.5000\n1.0000\n' 'king man\n\nqueen "king"\r\n king - man \tking - man\n' \
    "$SGNS" similarity "$model"
in_step() {
    ask 1 '0.7071\n\n\n0.0000\n' 'king man\nking quen\nking\nnew york\n' "$SGNS" similarity "$model" &&
        [ "$(wc -l <"$err")" -eq 2 ] && grep -q '^sgns similarity: line 2: "quen" is not' "$err" &&
        grep -q '^sgns similarity: line 3: two words are compared' "$err"
}
check "similarity: lines without an answer" in_step
fails "similarity: one word" 2 'name two words, or none: sgns similarity MODEL' "$SGNS" similarity "$model" king
fails "similarity: an unknown word" 1 '"quen" is not among' "$SGNS" similarity "$model" king quen
fails "similarity: a word without a direction" 1 'the vector of "zero" is zero' "$SGNS" similarity "$model" king zero
fails "similarity: a missing model" 2 'missing\.sgns: ' "$SGNS" similarity "$TMPDIR/missing.sgns" king man

# --- odd ---

check "odd: the word that does not match" prints 'woman\n' "$SGNS" odd "$model" king man woman prince
check "odd: lines" ask 0 'woman\nsouth\n' 'king man woman prince\n\nqueen south new york\n' "$SGNS" odd "$model"
# Mean cosines: king to man and new 0.7071 and 0, man to king and new 0.7071 and 0.
check "odd: tsv has all words, the odd one last" \
    prints 'king man new\tking\t0.353553\nking man new\tman\t0.353553\nking man new\tnew\t0.000000\n' \
    "$SGNS" odd "$model" king man new --format tsv
check "odd: json" prints '{"question": "king man new", "odd": "new", "words": [{"word": "king", "score": 0.353553}, {"word": "man", "score": 0.353553}, {"word": "new", "score": 0.000000}]}\n' \
    "$SGNS" odd "$model" king man new --format json
check "odd: a phrase" prints '"new york"\n' "$SGNS" odd "$model" man king prince "new york"
odd_in_step() { ask 1 'woman\n\n\n' 'king man woman\nking man\nking man quen\n' "$SGNS" odd "$model" && [ "$(wc -l <"$err")" -eq 2 ]; }
check "odd: lines without an answer" odd_in_step
fails "odd: two words" 2 'at least 3 words' "$SGNS" odd "$model" king man
fails "odd: an unknown word" 1 '"quen" is not among' "$SGNS" odd "$model" king man quen
fails "odd: no model" 2 'name a model: sgns odd MODEL' "$SGNS" odd

# --- vector ---

check "vector: as the file has them" prints 'king 2 0 2\nnorth 1e-10 3.4028235e38 -0.1\nwell-known 0.1 -0.2 0.3\n' \
    "$SGNS" vector "$model" king north well-known
check "vector: tsv" prints 'Usa\t-1\t0\t0.25\n' "$SGNS" vector "$model" Usa --format tsv
check "vector: json" prints '{"word": "Usa", "vector": [-1, 0, 0.25]}\n' "$SGNS" vector "$model" Usa --format json
check "vector: --normalize" prints 'man 1 0 0\nzero 0 0 0\nking 0.70710677 0 0.70710677\n' \
    "$SGNS" vector "$model" --normalize man zero king
vector_lines() {
    ask 1 'king 2 0 2\nman 3 0 0\n\nnew 0 2 0\n' 'king Man\n\nman quen\nnew' "$SGNS" vector "$model" &&
        grep -q '^sgns vector: line 3: "quen" is not' "$err"
}
check "vector: lines" vector_lines
fails "vector: an unknown word, nothing printed" 1 '"quen" is not among' "$SGNS" vector "$model" king quen
fails "vector: --context without context vectors" 2 'words\.txt: the model has no context vectors' \
    "$SGNS" vector "$model" king --context
fails "vector: no model" 2 'name a model: sgns vector MODEL' "$SGNS" vector
own=$TMPDIR/own.sgns
awk 'BEGIN { for (i = 0; i < 500; i++) print "sun moon star sky cloud" }' >"$TMPDIR/corpus.txt"
contexts() {
    run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 4 --threads 1 --quiet -o "$own" &&
        run 0 "$SGNS" export "$own" --context --format word2vec-text -o - && sed 1d "$out" | sort >"$TMPDIR/exported" &&
        run 0 "$SGNS" vector "$own" --context sun moon star sky cloud && sort "$out" | cmp -s "$TMPDIR/exported" -
}
check "vector: --context, as export has them" contexts
finish
