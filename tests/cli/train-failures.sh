#!/bin/sh
# Failures of sgns train: one sentence, the exit code, the old model unchanged, and no temporary file.
. "$ROOT/tests/cli/harness.sh"

corpus=$TMPDIR/corpus.txt
awk 'BEGIN { for (i = 0; i < 100; i++) print "sun moon star sky cloud rain" }' >"$corpus"
model=$TMPDIR/words.sgns
check "a model" run 0 "$SGNS" train "$corpus" -o "$model" --threads 1 --quiet
mkdir "$TMPDIR/folder" "$TMPDIR/nothing"
cp "$model" "$TMPDIR/folder/copy"

traces() { find "$TMPDIR" -name '*.tmp-*' -o -name '.sgns-ids-*' -o -name '.tmp-*'; }
# untouched: the old model is unchanged, and there is nothing else in its folder.
untouched() {
    cmp "$model" "$TMPDIR/folder/copy" >&2 && [ -z "$(traces)" ] && return 0
    echo "left behind: $(traces)" >&2
    return 1
}
# refuses NAME STATUS PATTERN COMMAND...: like fails in the harness, and also leaves nothing behind.
refuses() {
    name=$1
    shift
    check "$name" refuses_so "$@"
}
refuses_so() { fails_so "$@" && untouched; }
# wrong NAME PATTERN ARGUMENT...: sgns train rejects its arguments or its input.
wrong() {
    wrong_name=$1 wrong_pattern=$2
    shift 2
    refuses "$wrong_name" 2 "^sgns train: $wrong_pattern" "$SGNS" train "$@"
}

# --- options ---

while read -r option value range; do
    pattern=$(echo "$value" | sed 's/[+.]/\\&/g')
    wrong "--$option $value" "--$option takes $range, not \"$pattern\"\$" "$corpus" -o "$model" "--$option" "$value"
done <<'END'
dim 0 a whole number from 1 to 4096
dim 4097 a whole number from 1 to 4096
dim -1 a whole number from 1 to 4096
dim +5 a whole number from 1 to 4096
dim 1e2 a whole number from 1 to 4096
dim 0x10 a whole number from 1 to 4096
dim 5.0 a whole number from 1 to 4096
dim 10x a whole number from 1 to 4096
dim x10 a whole number from 1 to 4096
dim 18446744073709551617 a whole number from 1 to 4096
dim 100000000000000000000000000000000000000001 a whole number from 1 to 4096
window 0 a whole number from 1 to 100
window 101 a whole number from 1 to 100
negative 0 a whole number from 1 to 100
negative 101 a whole number from 1 to 100
noise 0 a whole number from 1 to 4096
noise 4097 a whole number from 1 to 4096
epochs 0 a whole number from 1 to 100000
epochs 100001 a whole number from 1 to 100000
min-count 0 a whole number from 1 to 1000000000000000
min-count 1000000000000001 a whole number from 1 to 1000000000000000
max-vocab 4000000001 a whole number from 0 to 4000000000
max-sentence 1 a whole number from 2 to 1000000
max-sentence 1000001 a whole number from 2 to 1000000
threads 0 a whole number from 1 to 1024
threads 1025 a whole number from 1 to 1024
seed -1 a whole number from 0 to 9000000000000000
seed 9000000000000001 a whole number from 0 to 9000000000000000
noise-power -0.1 a number from 0 to 2
noise-power 2.1 a number from 0 to 2
noise-power nan a number from 0 to 2
noise-power inf a number from 0 to 2
noise-power 1e999 a number from 0 to 2
noise-power 0.5x a number from 0 to 2
noise-power 0x1p-1 a number from 0 to 2
noise-power 0,5 a number from 0 to 2
noise-power - a number from 0 to 2
alpha 0 a number from 1e-06 to 1
alpha 1.1 a number from 1e-06 to 1
temperature 0 a number from 0.01 to 100
margin nan a number from -1000 to 1000
min-alpha -1e-9 a number from 0 to 1
min-alpha 1.1 a number from 0 to 1
sample -1 a number from 0 to 1
sample 1.1 a number from 0 to 1
loss softmax one of sgns, nce.*
loss SGNS one of sgns, nce.*
loss sgns,nce one of sgns, nce.*
tokenizer word one of words, whitespace
END
wrong "an empty number" '--dim takes a whole number from 1 to 4096, not ""$' "$corpus" -o "$model" --dim ""
wrong "an empty number, attached" '--alpha takes a number from 1e-06 to 1, not ""$' "$corpus" -o "$model" --alpha=
wrong "a number with a blank" '--dim takes a whole number .*, not " 5"$' "$corpus" -o "$model" --dim " 5"
wrong "the last of two values counts" '--dim takes .*, not "0"$' "$corpus" -o "$model" --dim 10 --dim 0
wrong "an unknown kernel" '--kernel: no "mmx" on this machine; it can run .*scalar$' "$corpus" -o "$model" --kernel mmx
wrong "a margin where the loss has none" '--margin does nothing with --loss sgns; leave it out$' "$corpus" -o "$model" --margin 1
wrong "--hard without triplets" '--hard does nothing with --loss infonce; leave it out$' "$corpus" -o "$model" --loss infonce --hard
wrong "--log-q with a loss that has no such option" '--log-q does nothing with --loss pair; leave it out$' \
    "$corpus" -o "$model" --loss pair --log-q
wrong "a loss and a score that pull for ever" \
    '--score dot has no maximum, and --loss pair needs one; take another score$' "$corpus" -o "$model" --loss pair --score dot
wrong "a triplet margin of 0" '--margin 0: the margin of --loss triplet must be above 0$' \
    "$corpus" -o "$model" --loss triplet --margin 0
wrong "a margin that no noise word violates" \
    '--margin -1 is out of reach: with --score l2 and --temperature 1, scores lie between -inf and 0, and noise must ' \
    "$corpus" -o "$model" --loss pair --temperature 1 --margin -1
wrong "a margin that all noise words violate" \
    '--margin 11 is out of reach: with --score cosine and --temperature 0\.1, scores lie between -10 and 10, and ' \
    "$corpus" -o "$model" --loss pair --score cosine --temperature 0.1 --margin 11
# Vectors that grow without an infinite loss: once no margin is violated any more, the loss is zero.
wrong "vectors of 1e18" 'training diverged at learning rate [0-9.e-]+: (the loss is far above that of random vectors|a vector has blown up); lower --alpha' \
    "$corpus" -o "$model" --loss triplet --alpha 1 --noise 320 --sample 0 --epochs 3 --threads 1 -q
wrong "labels where the loss has none" '--labels does nothing with --loss sgns; leave it out$' \
    "$corpus" -o "$model" --labels "$TMPDIR/labels.tsv"
wrong "supcon without labels" '--loss supcon needs labels: --labels FILE$' "$corpus" -o "$model" --loss supcon
printf 'nowhere\tplace\n' >"$TMPDIR/labels.tsv"
wrong "labels of no word in the text" '.*labels\.tsv: none of its words is in the vocabulary$' \
    "$corpus" -o "$model" --loss supcon --labels "$TMPDIR/labels.tsv" -q
awk 'BEGIN { for (i = 0; i < 2000; i++) print "w" i % 50 }' >"$TMPDIR/lines.txt"
wrong "one word a line" 'nothing to learn: no two words stand together in a line; a line should be a sentence or a ' \
    "$TMPDIR/lines.txt" -o "$model" -q
wrong "subsampling that leaves nothing" 'nothing to learn: --sample 1e-12 skips all but [0-9.e-]+% of the words; raise it' \
    "$corpus" -o "$model" -q --sample 1e-12
awk 'BEGIN { for (i = 0; i < 600; i++) print (i % 20 ? "rare" i : "often"), "more" i, "words" i }' >"$TMPDIR/rare.txt"
wrong "a minimum count that leaves single words" 'nothing to learn: only 1\.7% of the text is in the vocabulary, and no two ' \
    "$TMPDIR/rare.txt" -o "$model" -q
# Words that come at random, and words of two topics, often enough.
awk 'BEGIN {
    seed = 1
    for (line = 0; line < 2000; line++)
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%d%s", line % 2 ? "sea" : "sky", int(seed / 1000) % 30, i < 9 ? " " : "\n"
        }
}' >"$TMPDIR/topics.txt"
tr -d 'seaky' <"$TMPDIR/topics.txt" >"$TMPDIR/random.txt"
wrong "a temperature at which nothing is learned" \
    'next to nothing was learned: the loss at the end is [0-9.]+ \(vectors that tell nothing apart have [0-9.]+\), and [0-9]+% of the pairs beat noise; choose a lower --temperature$' \
    "$TMPDIR/topics.txt" -o "$model" -q --temperature 100
wrong "a learning rate at which nothing is learned" 'next to nothing was learned: .*; choose a higher --alpha$' \
    "$TMPDIR/topics.txt" -o "$model" -q --alpha 1e-6 --min-alpha 0
by_chance() {
    run 0 "$SGNS" train "$TMPDIR/random.txt" -o "$TMPDIR/random.sgns" -q --dim 10 --epochs 1 --sample 0 --threads 1 &&
        grep -q '^sgns train: warning: next to nothing was learned: .*; try more --epochs, or another --alpha$' "$err"
}
check "a text that has nothing to learn is a warning" by_chance
wrong "--min-alpha above --alpha" '--min-alpha 0\.1 is above --alpha 0\.05$' "$corpus" -o "$model" --min-alpha 0.1
wrong "--quiet and --verbose" '--quiet and --verbose cannot be combined$' "$corpus" -o "$model" -q -v
wrong "an unknown option" 'unknown option --dims; did you mean --dim\?$' "$corpus" -o "$model" --dims 10
wrong "an unknown option like no other" 'unknown option --frobnicate; --help lists the options$' \
    "$corpus" -o "$model" --frobnicate
wrong "an unknown letter" 'unknown option -z; --help lists the options$' "$corpus" -o "$model" -z
wrong "part of an option" 'unknown option --keep-cas; did you mean --keep-case\?$' "$corpus" -o "$model" --keep-cas
wrong "a missing value" '--dim needs a value: --dim N$' "$corpus" -o "$model" --dim
wrong "a missing value of -o" '--output needs a value: --output MODEL$' "$corpus" -o
wrong "training that blows up" 'training diverged at learning rate 0[.0-9]*: the loss is no longer finite; ' \
    "$corpus" -o "$model" --alpha 1 --negative 60 --noise 4096 --sample 0 --epochs 100 --threads 1 --quiet
awk 'BEGIN { for (i = 0; i < 250; i++) print "w" i * i * 7 % 41 }' | tr '\n' ' ' >"$TMPDIR/short.txt"
wrong "training that blows up in blocks whose loss isn't measured" \
    'training diverged at learning rate 1: a vector has blown up; lower --alpha or --negative \(now 60\), or raise --temperature \(now 1\)$' \
    "$TMPDIR/short.txt" -o "$model" --alpha 1 --min-alpha 1 --negative 60 --noise 4096 --sample 0 --window 1 --epochs 1 \
    --min-count 1 --kernel scalar --threads 1 --quiet
wrong "a value for a flag" '--keep-case takes no value$' "$corpus" -o "$model" --keep-case=1

# --- the corpus ---

wrong "no corpus" 'name a text file to train on, or - for standard input$' -o "$model"
wrong "a missing corpus" "$TMPDIR/none\\.txt: can't open: No such file or directory\$" "$TMPDIR/none.txt" -o "$model"
wrong "a missing one among others" "$TMPDIR/none\\.txt: can't open: " "$corpus" "$TMPDIR/none.txt" -o "$model"
wrong "an empty name" ": can't open: No such file" "" -o "$model"
wrong "a folder of models" "$TMPDIR/folder/copy: looks like a binary file; " "$TMPDIR/folder" -o "$model"
wrong "an empty folder" "$TMPDIR/nothing: no file to read in this folder\$" "$TMPDIR/nothing" -o "$model"
: >"$TMPDIR/empty.txt"
wrong "an empty corpus" "$TMPDIR/empty\\.txt: no words found in 0 bytes\$" "$TMPDIR/empty.txt" -o "$model" -q
wrong "empty standard input" 'standard input: no words found in 0 bytes$' - -o "$model"
printf '...\n\n - \n' >"$TMPDIR/dots.txt"
wrong "no words" "$TMPDIR/dots\\.txt: no words found in 9 bytes\$" "$TMPDIR/dots.txt" -o "$model"
wrong "no words in several files" "$TMPDIR/dots\\.txt and the other files: no words found in 18 bytes\$" \
    "$TMPDIR/dots.txt" "$TMPDIR/empty.txt" "$TMPDIR/dots.txt" -o "$model"
wrong "no word often enough" "$corpus: none of the 6 distinct words occurs 101 times; lower --min-count\$" \
    "$corpus" -o "$model" --min-count 101
wrong "standard input named twice" 'standard input \(-\) is named more than once$' - "$corpus" - -o "$model"
# stdin NAME STATUS PATTERN FILE: with FILE as standard input, or with standard input closed if FILE is -.
stdin() {
    name=$1
    shift
    check "$name" stdin_so "$@"
}
stdin_so() {
    if [ "$3" = - ]; then
        "$SGNS" train - -o "$4" <&- >"$out" 2>"$err"
    else
        "$SGNS" train - -o "$4" <"$3" >"$out" 2>"$err"
    fi
    [ $? -eq "$1" ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" -eq 1 ] && grep -Eq "$2" "$err" &&
        untouched && return 0
    cat "$err" >&2
    return 1
}
stdin "standard input is a folder" 2 '^sgns train: standard input: is a folder; name' "$TMPDIR/folder" "$model"
stdin "standard input is closed" 3 "^sgns train: standard input: can't read: Bad file descriptor\$" - "$model"
printf 'PK\003\004word' >"$TMPDIR/packed"
wrong "a zip archive" "$TMPDIR/packed: a zip archive; unpack it into a pipe: " "$TMPDIR/packed" -o "$model"

# --- the model ---

wrong "no model named" 'name the model to write: -o MODEL$' "$corpus"
wrong "standard output" "-o takes a file; a model cannot be written to a pipe\$" "$corpus" -o -
wrong "an empty model name" 'the name of the file to write is empty$' "$corpus" -o ""
wrong "a missing folder" "$TMPDIR/none/m: can't create the file: No such file or directory\$" \
    "$corpus" -o "$TMPDIR/none/m"
wrong "a file in the folder's place" "$corpus/m: can't create the file: Not a directory\$" "$corpus" -o "$corpus/m"
wrong "a folder in the model's place" "$TMPDIR/folder: not a regular file; name a file to write\$" \
    "$corpus" -o "$TMPDIR/folder"
wrong "a device in the model's place" '/dev/null: not a regular file; name a file to write$' "$corpus" -o /dev/null
cp "$corpus" "$TMPDIR/text"
ln "$TMPDIR/text" "$TMPDIR/link"
wrong "the corpus in the model's place" "$TMPDIR/text: the corpus itself; -o names the model to write\$" \
    "$corpus" "$TMPDIR/text" -o "$TMPDIR/text"
wrong "the corpus by another name" "$TMPDIR/link: the corpus itself;" "$TMPDIR/text" -o "$TMPDIR/link"
stdin "the corpus through standard input" 2 'the corpus itself;' "$TMPDIR/text" "$TMPDIR/text"
check "the corpus is still there" cmp "$corpus" "$TMPDIR/text"
long=$(awk 'BEGIN { for (i = 0; i < 300; i++) printf "x" }')
refuses "a name too long" 3 "can't create the file: File ?name too long\$" "$SGNS" train "$corpus" -o "$TMPDIR/$long"

# --- the system ---

limited() { (ulimit -f 8 && exec "$UNCOUNTED" train "$@"); }
refuses "a limit on file sizes" 3 "^sgns train: $model: can't reserve [0-9]* bytes on disk: File too large\$" \
    limited "$corpus" -o "$model" --dim 1000 --quiet
# Large enough for the first estimate, but not for the model.
exact() { (ulimit -f 2000 && exec "$UNCOUNTED" train "$@"); }
awk 'BEGIN { for (i = 0; i < 3000; i++) print "w" i }' >"$TMPDIR/many.txt"
refuses "a limit that shows once the words are known" 3 \
    "^sgns train: $model: can't reserve [0-9]* bytes on disk: File too large\$" \
    exact "$TMPDIR/many.txt" -o "$model" --dim 400 --min-count 1 --quiet
# Not in POSIX, but in every Linux shell. Sanitizers need more memory than any useful limit.
# shellcheck disable=SC3045
memory() { (ulimit -v 80000 && exec "$UNCOUNTED" "$@"); }
if memory --version >/dev/null 2>&1; then
    refuses "a limit on memory" 3 \
        '^sgns train: 3000 words of 4096 dimensions need more memory than the [0-9]+ MB available; lower --dim' \
        memory train "$TMPDIR/many.txt" -o "$model" --min-count 1 --dim 4096 --threads 1 --quiet
    awk 'BEGIN { for (i = 0; i < 700000; i++) printf "w%d%s", i, i % 10 == 9 ? "\n" : " " }' >"$TMPDIR/words.txt"
    refuses "a limit on the memory that words take" 3 \
        '^sgns train: the words of the corpus need more memory than the [0-9]+ MB available: one thread has' \
        memory train "$TMPDIR/words.txt" -o "$model" --min-count 2 --threads 1 --quiet
    rm "$TMPDIR/words.txt"
else
    check "skipped, the program needs more than 80 MB here: a limit on memory" true
fi
# As a user who may not look into $TMPDIR: whoever runs the tests, or nobody if that is root.
chmod 000 "$TMPDIR/empty.txt"
if [ ! -r "$TMPDIR/empty.txt" ]; then
    powerless() { "$@"; }
    chmod 555 "$TMPDIR/folder"
else
    powerless() { setpriv --reuid 65534 --clear-groups "$@"; }
    chmod 755 "$TMPDIR/folder"
fi
as_nobody() { powerless "$UNCOUNTED" train - -o "$TMPDIR/folder/m" <"$corpus"; }
if powerless "$UNCOUNTED" --version >/dev/null 2>&1; then
    refuses "a corpus that may not be read" 3 "^sgns train: $TMPDIR/empty\\.txt: can't open: Permission denied\$" \
        powerless "$UNCOUNTED" train "$TMPDIR/empty.txt" -o "$model"
    refuses "a folder that may not be written" 3 \
        "^sgns train: $TMPDIR/folder/m: can't create the file: Permission denied\$" as_nobody
else
    check "skipped as root without setpriv(1): files that may not be read or written" true
fi
chmod 755 "$TMPDIR/folder"
chmod 644 "$TMPDIR/empty.txt"
finish
