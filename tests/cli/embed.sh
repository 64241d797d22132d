#!/bin/sh
# sgns embed and search, on a model whose vectors are known.
. "$ROOT/tests/cli/harness.sh"

model=$TMPDIR/words.txt
cat >"$model" <<'END'
6 3
the 1 0 0
cat 0 2 0
dog 0 0 4
Rome -3 0 1
kitten 0.5 2 0
zero 0 0 0
END
printf 'The cat.\n\nnothing here\ndog cat dog\r\nrome (kitten)\nlast line: dog' >"$TMPDIR/lines.txt"

prints() { # prints TEXT COMMAND...: standard output is TEXT, as printf's %b takes it
    text=$1
    shift
    run 0 "$@" && printf '%b' "$text" >"$TMPDIR/expected" && cmp -s "$TMPDIR/expected" "$out" && return 0
    diff "$TMPDIR/expected" "$out" >&2
    return 1
}
empty_counted() { grep -q '^sgns embed: 2 of 6 lines have no word of the model; their vectors are zero$' "$err"; }

# --- embed ---

vectors='0.5 1 0\n0 0 0\n0 0 0\n0 0.6666667 2.6666667\n0.5 2 0\n0 0 4\n'
means() { prints "$vectors" "$SGNS" embed "$model" "$TMPDIR/lines.txt" && empty_counted; }
check "embed: the mean of the words of each line" means
piped() {
    "$SGNS" embed "$model" <"$TMPDIR/lines.txt" >"$out" 2>"$err" && printf '%b' "$vectors" | cmp -s - "$out" && empty_counted &&
        "$SGNS" embed "$model" - --threads 3 <"$TMPDIR/lines.txt" >"$out" 2>"$err" && printf '%b' "$vectors" | cmp -s - "$out"
}
check "embed: from standard input, on any threads" piped
check "embed: --normalize" prints '0.4472136 0.8944272 0\n0 0 0\n0 0 0\n0 0.24253562 0.9701425\n0.24253562 0.9701425 0\n0 0 1\n' \
    "$SGNS" embed "$model" "$TMPDIR/lines.txt" --normalize
json() { prints '{"line": 1, "vector": [0.5, 1, 0]}\n' "$SGNS" embed "$model" "$TMPDIR/one.txt" --format json; }
echo "the cat" >"$TMPDIR/one.txt"
check "embed: json" json
check "embed: tsv" prints '0.5\t1\t0\n' "$SGNS" embed "$model" "$TMPDIR/one.txt" --format tsv
check "embed: nothing" prints '' "$SGNS" embed "$model" /dev/null
component() {
    # What all lines have in common is along the first axis.
    printf 'the\nthe the\nthe cat\n' | "$SGNS" embed "$model" --remove-component >"$out" 2>"$err" || return 1
    awk '{ for (i = 1; i <= 3; i++) x[NR, i] = $i }
         END {
             for (i = 1; i <= 3; i++) { if (x[1, i] != x[2, i]) bad = 1; length1 += x[1, i]^2 }
             exit bad || NR != 3 || length1 >= 0.5
         }' "$out"
}
check "embed: --remove-component" component
# Of one line, and of lines along one direction, nothing is left; and not a direction made of rounding.
only_component() {
    printf 'rome kitten\n' >"$TMPDIR/alone.txt" && printf 'rome kitten\n\nkitten rome rome kitten\n' >"$TMPDIR/along.txt" &&
        prints '0 0 0\n' "$SGNS" embed "$model" --remove-component --normalize "$TMPDIR/alone.txt" &&
        prints '0 0 0\n0 0 0\n0 0 0\n' "$SGNS" embed "$model" --remove-component --normalize "$TMPDIR/along.txt" &&
        fails_so 1 'or nothing is left of it without the component$' \
            "$SGNS" search "$model" --remove-component "$TMPDIR/along.txt" rome kitten
}
check "embed: nothing is left of the component alone" only_component
at_once() {
    : >"$out"
    mkfifo "$TMPDIR/texts" || return 1
    "$SGNS" embed "$model" <"$TMPDIR/texts" >"$out" 2>"$err" &
    exec 3>"$TMPDIR/texts"
    echo "the cat" >&3
    tries=0
    until [ -s "$out" ] || [ "$tries" -eq 50 ]; do
        sleep 0.1 2>/dev/null || sleep 1
        tries=$((tries + 1))
    done
    exec 3>&-
    wait $!
    [ "$(cat "$out")" = "0.5 1 0" ]
}
check "embed: a line is answered at once" at_once
many_lines() {
    awk 'BEGIN { for (i = 0; i < 5000; i++) print i % 3 ? "cat" : "the dog" }' >"$TMPDIR/many.txt"
    "$SGNS" embed "$model" "$TMPDIR/many.txt" >"$out" && [ "$(sort "$out" | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" = "3333 1667 " ] &&
        [ "$(wc -l <"$out")" -eq 5000 ]
}
check "embed: many lines" many_lines
own=$TMPDIR/own.sgns
awk 'BEGIN { for (i = 0; i < 500; i++) print "the sun the moon the star" }' >"$TMPDIR/corpus.txt"
check "a model with counts" run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 4 --threads 1 --quiet -o "$own"
weights() {
    echo "the sun" >"$TMPDIR/one.txt"
    run 0 "$SGNS" embed "$own" "$TMPDIR/one.txt" && cp "$out" "$TMPDIR/auto" &&
        run 0 "$SGNS" embed "$own" "$TMPDIR/one.txt" --weights sif --smoothing=1e-3 && cmp -s "$TMPDIR/auto" "$out" &&
        run 0 "$SGNS" embed "$own" "$TMPDIR/one.txt" --smoothing 1 && ! cmp -s "$TMPDIR/auto" "$out" &&
        run 0 "$SGNS" embed "$own" "$TMPDIR/one.txt" --weights plain && cp "$out" "$TMPDIR/plain" || return 1
    # By hand: the is half of the corpus, sun a sixth.
    run 0 "$SGNS" vector "$own" the sun && awk '
        FILENAME ~ /out$/ { word = $1 == "the" ? 1 : 2; for (i = 2; i <= 5; i++) x[word, i - 1] = $i; next }
        {
            auto = FILENAME ~ /auto$/
            a = auto ? 0.001 / 0.501 : 1; b = auto ? 0.001 / (0.001 + 1 / 6) : 1
            for (i = 1; i <= 4; i++) { e = $i - (a * x[1, i] + b * x[2, i]) / 2; if (e * e > 1e-14) bad = 1 }
        }
        END { exit bad }' "$out" "$TMPDIR/auto" "$TMPDIR/plain"
}
check "embed: weights" weights
fails "embed: SIF weights without counts" 2 'the model has no counts' "$SGNS" embed "$model" "$TMPDIR/lines.txt" --weights sif
fails "embed: a missing file" 2 'missing\.txt: can.t open' "$SGNS" embed "$model" "$TMPDIR/missing.txt"
fails "embed: a folder" 2 ': a folder, not a file' "$SGNS" embed "$model" "$TMPDIR"
fails "embed: two files" 2 '"b" is one argument too many: sgns embed MODEL \[FILE\]$' "$SGNS" embed "$model" a b
fails "embed: no smoothing" 2 '\-\-smoothing takes a number' "$SGNS" embed "$model" --smoothing 0

# --- search ---

check "search: the nearest lines" prints ' 1.0000       5  rome (kitten)\n 0.9762       1  The cat.\n' \
    "$SGNS" search "$model" "$TMPDIR/lines.txt" -k 2 kitten "?"
check "search: one line" prints ' 1.0000       6  last line: dog\n' "$SGNS" search "$model" "$TMPDIR/lines.txt" -k 1 dog
check "search: only lines with a vector" prints '6\n4\n1\n5\n' sh -c \
    "'$SGNS' search '$model' '$TMPDIR/lines.txt' -k 100 --format tsv dog | cut -f 2"
check "search: tsv" prints 'dog\t6\t1.000000\tlast line: dog\n' "$SGNS" search "$model" "$TMPDIR/lines.txt" -k 1 --format tsv dog
check "search: json" prints '{"question": "dog", "answers": [{"line": 6, "score": 1.000000, "text": "last line: dog"}]}\n' \
    "$SGNS" search "$model" "$TMPDIR/lines.txt" -k 1 --format json dog
check "search: --threshold" prints '6\n4\n' sh -c \
    "'$SGNS' search '$model' '$TMPDIR/lines.txt' --threshold 0.9 --format tsv dog | cut -f 2"
lines() {
    printf 'dog\nnothing\n\ncat\n' | "$SGNS" search "$model" "$TMPDIR/lines.txt" -k 1 >"$out" 2>"$err"
    [ $? -eq 1 ] && printf ' 1.0000       6  last line: dog\n\n\n 0.9701       5  rome (kitten)\n\n' | cmp -s - "$out" &&
        grep -q '^sgns search: line 2: no word of the query is among the model.s 6 words$' "$err"
}
check "search: queries from standard input" lines
all_lines() {
    prints '1\t5\n4\t6\n5\t1\n6\t4\n' sh -c \
        "'$SGNS' search '$model' '$TMPDIR/lines.txt' --all --threshold 0.9 --format tsv | awk -F '\t' '
         { for (i = 1; i <= 6; i++) if (line[i] == \$1) print i \"\t\" \$2 }
         BEGIN { line[1] = \"The cat.\"; line[4] = \"dog cat dog\"; line[5] = \"rome (kitten)\"; line[6] = \"last line: dog\" }'"
}
check "search: --all finds what is alike" all_lines
all_table() {
    run 0 "$SGNS" search "$model" "$TMPDIR/lines.txt" --all -k 1 && [ "$(wc -l <"$out")" -eq 12 ] &&
        grep -q '^              4: dog cat dog$' "$out" && grep -q '^ 0\.9701       6  last line: dog$' "$out"
}
check "search: --all in a table" all_table
fails "search: no word is known" 1 'no word of the query is among the model.s 6 words' "$SGNS" search "$model" "$TMPDIR/lines.txt" x
fails "search: --all and a query" 2 '\-\-all searches for every line' "$SGNS" search "$model" "$TMPDIR/lines.txt" --all dog
fails "search: standard input for the lines" 2 '^sgns search: -: .*save it in a file$' "$SGNS" search "$model" - dog
fails "search: no file" 2 'name a model and a file: sgns search MODEL FILE' "$SGNS" search "$model"
fails "search: a missing file" 2 'missing\.txt: can.t open' "$SGNS" search "$model" "$TMPDIR/missing.txt" dog
fails "search: --threshold with junk" 2 '\-\-threshold takes a number from .*, not "x"' "$SGNS" search "$model" "$TMPDIR/lines.txt" --threshold x dog
empty_file() { : >"$TMPDIR/empty.txt" && prints '' "$SGNS" search "$model" "$TMPDIR/empty.txt" dog; }
check "search: an empty file" empty_file
finish
