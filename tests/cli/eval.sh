#!/bin/sh
# sgns eval: the table of scores, and what it refuses. The questions are made from the model's own answers, so that
# the figures are known.
. "$ROOT/tests/cli/harness.sh"

awk 'BEGIN {
    seed = 1
    for (line = 0; line < 1500; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "w%d ", (line * 5 + int(seed / 1000) % 8) % 40
        }
        print ""
    }
}' >"$TMPDIR/corpus.txt"
model=$TMPDIR/words.sgns
check "a model to score" run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 16 --noise 64 --epochs 5 --threads 1 --quiet --sample 0 -o "$model"

"$SGNS" near "$model" w3 -k 20 | awk '{ print "w3\t" $1 "\t" 100 - NR }' >"$TMPDIR/same.txt"
"$SGNS" near "$model" W3 -k 20 | awk 'BEGIN { print "# reversed\n" } { print "W3 " $1, NR "\r" } END { print "no w3 7" }' \
    >"$TMPDIR/reverse.txt"
printf 'w1 w2 1\nw1 w3 2\n' >"$TMPDIR/two.txt"

# row NAME FIGURE COUNTS...: the table has this row.
row() {
    awk -v row="$*" '{ $1 = $1 } $0 == row { found = 1 } END { exit !found }' "$out" && return 0
    echo "no row '$*' in: $(cat "$out")" >&2
    return 1
}
similarity() {
    run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/same.txt" --similarity="$TMPDIR/reverse.txt" \
        --similarity "$TMPDIR/two.txt" && row same.txt 1.0000 20/20 && row reverse.txt -1.0000 20/21 &&
        row two.txt n/a 2/2 && row mean 0.0000 42/43 && [ "$(wc -l <"$out")" -eq 5 ] && [ ! -s "$err" ]
}
check "similarity: figures and coverage by file, and the mean" similarity
no_figure() { run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/two.txt" && row mean n/a 2/2; }
check "similarity: no mean without a figure" no_figure

# question A B C OFFSET: a line whose fourth word is the answer, or the one so many places behind it.
question() {
    fourth=$("$SGNS" near "$model" -k 30 "$2 - $1 + $3" | awk -v place="$4" 'NR == 1 + place { print $1 }')
    echo "$1 $2 $3 $fourth"
}
{
    echo ": places"
    question w1 w2 w3 0
    question w4 w9 w12 0
    question w5 w7 w31 1
    echo "w1 w2 w3 nowhere"
    echo
    echo ": gram1-forms"
    question W20 W21 W22 0
    question w23 w22 w21 2
    echo ": gram2-none"
    echo "w1 w2 w3 nowhere"
} >"$TMPDIR/questions.txt"
analogies() {
    run 0 "$SGNS" eval "$model" --analogies "$TMPDIR/questions.txt" && row places 0.6667 2/3/4 &&
        row gram1-forms 0.5000 1/2/2 && row gram2-none n/a 0/0/1 && row semantic 0.6667 2/3/4 &&
        row syntactic 0.5000 1/2/3 && row total 0.6000 3/5/7 && [ "$(wc -l <"$out")" -eq 7 ]
}
check "analogies: figures by section, kind and in total" analogies
both() {
    run 0 "$SGNS" eval --analogies "$TMPDIR/questions.txt" "$model" --similarity "$TMPDIR/same.txt" &&
        row mean 1.0000 20/20 && row total 0.6000 3/5/7
}
check "both at once" both
all_words() {
    run 0 "$SGNS" eval "$model" --analogies "$TMPDIR/questions.txt" --restrict 0 && row total 0.6000 3/5/7
}
check "--restrict 0 knows all words" all_words
three_words() {
    run 0 "$SGNS" eval "$model" --analogies "$TMPDIR/questions.txt" --restrict 3 && row total n/a 0/0/7
}
check "--restrict 3 knows none of the questions" three_words

by_product() {
    question() {
        fourth=$("$SGNS" near "$model" -k 1 --method mul "$2 - $1 + $3" | awk '{ print $1 }')
        echo "$1 $2 $3 $fourth"
    }
    { question w1 w2 w3 && question w9 w4 w30 && question w12 w13 w31; } >"$TMPDIR/products.txt"
    run 0 "$SGNS" eval "$model" --analogies "$TMPDIR/products.txt" --method mul && row total 1.0000 3/3/3
}
check "--method mul answers as near does" by_product

# --- forms ---

tsv() {
    run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/same.txt" --similarity "$TMPDIR/two.txt" \
        --analogies "$TMPDIR/questions.txt" --format tsv && [ "$(awk -F '\t' 'NF != 6' "$out" | wc -l)" -eq 0 ] &&
        grep -q "^similarity	same.txt	spearman	1.000000	20	20$" "$out" && grep -q "^similarity	same.txt	pearson	0.9" "$out" &&
        grep -q "^similarity	two.txt	pearson	n/a	2	2$" "$out" && grep -q "^analogies	places	accuracy	0.666667	3	4$" "$out" &&
        [ "$(wc -l <"$out")" -eq 11 ]
}
check "tsv: test, name, measure, figure, covered and total" tsv
json() {
    run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/same.txt" --similarity "$TMPDIR/two.txt" \
        --analogies "$TMPDIR/questions.txt" --format json &&
        grep -Fxq '{"test": "similarity", "name": "same.txt", "spearman": 1.000000, "covered": 20, "total": 20}' "$out" &&
        grep -Fxq '{"test": "similarity", "name": "two.txt", "spearman": null, "covered": 2, "total": 2}' "$out" &&
        grep -Fxq '{"test": "analogies", "name": "places", "accuracy": 0.666667, "right": 2, "covered": 3, "total": 4}' "$out"
}
check "json: an object a figure" json

# --- categories and outliers, on vectors that are known ---

plain=$TMPDIR/words.txt
awk 'BEGIN {
    print "30 3"
    for (i = 0; i < 30; i++) {
        for (d = 0; d < 3; d++) x[d] = (d == i % 3 ? 5 : 0) + (i * (d + 3)) % 7 / 10
        print "w" i, x[0], x[1], x[2]
    }
}' >"$plain"
awk 'BEGIN {
    print "# words by axis, but for w27 and w28"
    for (i = 0; i < 29; i++) print "W" i "\taxis" (i == 27 || i == 28 ? 2 : i % 3)
    print "\nunknown axis1"
}' >"$TMPDIR/axes.txt"
printf 'w1 a\nw2 a\n' >"$TMPDIR/one.txt"
categories() {
    run 0 "$SGNS" eval "$plain" --categories "$TMPDIR/axes.txt" --categories="$TMPDIR/one.txt" &&
        row axes.txt 0.9310 29/30 && row one.txt n/a 2/2 && row mean 0.9310 31/32 && [ ! -s "$err" ]
}
check "categories: purity and coverage" categories
# In the third list, w3 and w1 rank before w2; in the fourth, w0 is further from the others than the last word.
printf '# odd\nw0 w3 w6 w1\nw1 W4 w7 w10 w2\nw2 w5 w1 w4 w7 w8\nw1 w0 w4 w7\nw0 w3 nowhere\n' >"$TMPDIR/odd.txt"
outliers() {
    run 0 "$SGNS" eval "$plain" --outliers "$TMPDIR/odd.txt" && row odd.txt 0.5000 2/4/5 && grep -q '^outliers  *position' "$out" &&
        "$SGNS" odd "$plain" w1 w0 w4 w7 | grep -q '^w0$' && awk '/^odd\.txt/ && NR > 4 { exit !($2 > 0.7 && $2 < 0.9 && $3 == "4/5") }' "$out"
}
check "outliers: accuracy, position and coverage" outliers
all_four() {
    run 0 "$SGNS" eval "$plain" --outliers "$TMPDIR/odd.txt" --categories "$TMPDIR/axes.txt" --similarity "$TMPDIR/same.txt" \
        --analogies "$TMPDIR/questions.txt" --format json && [ "$(cut -d '"' -f 4 "$out" | uniq | tr '\n' ' ')" = \
        "similarity analogies categories outliers " ]
}
check "all four at once" all_four
restricted_pairs() {
    run 0 "$SGNS" eval "$plain" --similarity "$TMPDIR/pairs.txt" && row pairs.txt 0.8000 4/4 &&
        run 0 "$SGNS" eval "$plain" --similarity "$TMPDIR/pairs.txt" --restrict-similarity 7 && row pairs.txt 1.0000 3/4
}
printf 'w0 w3 9\nw0 w1 1\nw0 w0 10\nw0 w9 8\n' >"$TMPDIR/pairs.txt"
check "--restrict-similarity" restricted_pairs

printf 'w1 a b\n' >"$TMPDIR/bad-categories.txt"
printf 'w1 w2 w3\n\nw1 w2\n' >"$TMPDIR/bad-outliers.txt"
fails "a malformed category" 2 'bad-categories\.txt:1: not a line of the form "word category"' \
    "$SGNS" eval "$plain" --categories "$TMPDIR/bad-categories.txt"
fails "a list of two" 2 'bad-outliers\.txt:3: not a line of the form "word word\.\.\. outlier"' \
    "$SGNS" eval "$plain" --outliers "$TMPDIR/bad-outliers.txt"
printf 'w1 w2 1\n\nw1 w2\n' >"$TMPDIR/bad-pairs.txt"
printf ': a\nw1 w2 w3 w4\nw1 w2 w3\n' >"$TMPDIR/bad-questions.txt"
printf 'w1 w2 1\nw1 \000 1\n' >"$TMPDIR/nul.txt"
fails "nothing to score" 2 'name a test by --similarity, --analogies, --categories or --outliers: sgns eval MODEL' "$SGNS" eval "$model"
fails "no model named" 2 'name a model: sgns eval MODEL' "$SGNS" eval --similarity "$TMPDIR/same.txt"
fails "two models" 2 'is one argument too many: sgns eval MODEL' "$SGNS" eval "$model" "$model" --similarity "$TMPDIR/same.txt"
fails "a missing model" 2 'missing\.sgns: ' "$SGNS" eval "$TMPDIR/missing.sgns" --similarity "$TMPDIR/same.txt"
fails "a malformed pair, after a good file" 2 'bad-pairs\.txt:3: not a line of the form "word word score"' \
    "$SGNS" eval "$model" --similarity "$TMPDIR/same.txt" --similarity "$TMPDIR/bad-pairs.txt"
fails "a malformed question, after a good file" 2 \
    'bad-questions\.txt:3: not a line of the form "word word word word"' \
    "$SGNS" eval "$model" --similarity "$TMPDIR/same.txt" --analogies "$TMPDIR/bad-questions.txt"
fails "a NUL byte" 2 'nul\.txt:2: a NUL byte' "$SGNS" eval "$model" --similarity "$TMPDIR/nul.txt"
fails "a missing file" 2 'missing\.txt: can.t open' "$SGNS" eval "$model" --similarity "$TMPDIR/missing.txt"
fails "a folder" 2 ': a folder, not a file' "$SGNS" eval "$model" --analogies "$TMPDIR"
fails "--restrict with junk" 2 '\-\-restrict takes a whole number' \
    "$SGNS" eval "$model" --analogies "$TMPDIR/questions.txt" --restrict 3e4
fails "a negative --restrict" 2 '\-\-restrict takes a whole number' \
    "$SGNS" eval "$model" --analogies "$TMPDIR/questions.txt" --restrict=-1
says "help" '^usage: sgns eval MODEL' "$SGNS" eval --help
finish
