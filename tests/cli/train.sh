#!/bin/sh
# sgns train: the model, the effect of each option, what is read, and what is printed.
# shellcheck disable=SC2016 # variables in the commands of sh -c
. "$ROOT/tests/cli/harness.sh"

# Two topics of 30 words that never meet.
corpus=$TMPDIR/corpus.txt
awk 'BEGIN {
    seed = 1
    for (line = 0; line < 3000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%02d ", line % 2 ? "sea" : "sky", int(seed / 1000) % 30
        }
        print ""
    }
}' >"$corpus"
# More than one megabyte, which is the size of the pieces that are read.
big=$TMPDIR/big.txt
cat "$corpus" "$corpus" "$corpus" "$corpus" "$corpus" "$corpus" >"$big"

# --- what it makes ---

model=$TMPDIR/words.sgns
# train CORPUS... -o MODEL: quietly, on one thread.
train() { run 0 "$SGNS" train --threads 1 --quiet "$@" && [ ! -s "$out" ] && [ ! -s "$err" ]; }
check "a model, without a word" train "$corpus" -o "$model"
check "which is whole" run 0 "$SGNS" info --verify "$model"
# field MODEL LABEL: the value that info prints.
field() { "$SGNS" info "$1" | sed -n "s/^$2   *//p"; }
# has MODEL LABEL VALUE
has() {
    [ "$(field "$1" "$2")" = "$3" ] && return 0
    echo "\"$2\" is \"$(field "$1" "$2")\", not \"$3\"" >&2
    return 1
}
# The neighbors of a word from its own topic come before all those from the other.
topics_apart() {
    for word in sea00 sky29; do
        run 0 "$SGNS" near "$1" -k 29 "$word" && [ "$(grep -c "^${word%??}" "$out")" -eq 29 ] || return 1
    done
}
check "which knows what belongs together" topics_apart "$model"

other=$TMPDIR/other.sgns
# same CORPUS...: gives the same model, byte for byte. differ CORPUS...: gives other vectors.
same() { train -o "$other" "$@" && cmp "$other" "$model" >&2; }
vectors() { "$SGNS" export "$1" -f word2vec; }
differ() {
    train -o "$other" "$corpus" "$@" && vectors "$model" >"$TMPDIR/vectors" || return 1
    vectors "$other" | cmp -s - "$TMPDIR/vectors" && echo "the same vectors with $*" >&2 && return 1
    return 0
}
check "the same again, byte for byte" same "$corpus"
check "the same over the old model" same "$corpus"
check "the defaults are those of the help" same "$corpus" --dim 100 --window 7 --weights harmonic --loss sgns --score dot --temperature 1 \
    --negative 8 --noise 32 \
    --noise-power 0.75 --epochs 8 --alpha 0.05 --min-alpha 0.000005 --min-count 5 --max-vocab 0 \
    --tokenizer words --max-sentence 1000 --seed 1
while read -r option; do
    # shellcheck disable=SC2086 # several words
    check "other vectors with $option" differ $option
done <<'END'
--seed 2
--seed 0
--dim 99
--window 4
--weights uniform
--weights linear
--weights random
--loss nce
--loss infonce
--loss infonce --log-q
--loss triplet
--loss triplet --hard
--loss triplet --margin 0.5
--loss pair --negative 2
--score cosine
--score l2
--temperature 2
--negative 6
--noise 48
--noise-power 0.5
--epochs 4
--alpha 0.04
--min-alpha 0.01
--sample 0.001
--max-sentence 3
--max-vocab 59
END
seeds_again() {
    train "$corpus" -o "$other" --seed 7 && train "$corpus" -o "$TMPDIR/again.sgns" --seed 7 &&
        cmp "$other" "$TMPDIR/again.sgns" >&2
}
check "another seed is reproducible too" seeds_again
check "the least of every option" train "$corpus" -o "$other" --dim 1 --window 1 --negative 1 --noise 1 \
    --noise-power 0 --epochs 1 --alpha 1e-6 --min-alpha 0 --sample 0 --min-count 1 --max-vocab 1 --max-sentence 2 \
    --seed 0
head -n 2 "$corpus" >"$TMPDIR/short.txt"
most() {
    run 0 "$SGNS" train --threads 1 --quiet "$TMPDIR/short.txt" -o "$other" --dim 4096 --window 100 --negative 100 --noise 4096 \
        --noise-power 2 --alpha 0.02 --min-alpha 0.02 --sample 1 --max-vocab 4000000000 --max-sentence 1000000 --min-count 1 \
        --seed 9000000000000000 && [ ! -s "$out" ] && [ ! -s "$err" ]
}
check "the most of most options" most
most_at_once() {
    run 2 "$SGNS" train --threads 1 --quiet "$TMPDIR/short.txt" -o "$other" --dim 4096 --window 100 --negative 100 --noise 4096 \
        --noise-power 2 --alpha 1 --min-alpha 1 --sample 1 --max-vocab 4000000000 --max-sentence 1000000 --min-count 1 \
        --seed 9000000000000000 && [ ! -s "$out" ] &&
        [ "$(head -n 1 "$err")" = "sgns train: --noise 4096 is unstable with --alpha 1 and --negative 100: using 6400" ] &&
        [ "$(sed 1d "$err" | grep -c '^sgns train: training diverged at learning rate 1: ')" = 1 ]
}
check "the most of all options raises the noise words, and blows up" most_at_once
check "too few noise words for so large a learning rate are raised, and it says so" \
    sh -c '"$SGNS" train "$1" -o "$2" --noise 1 --alpha 0.5 2>&1 >/dev/null |
        grep -q "noise 1 is unstable with --alpha 0.5 and --negative 8: using 256"' sh "$corpus" "$other"
check "the most noise" train "$TMPDIR/short.txt" -o "$other" --dim 1 --noise 4096 --min-count 1
two_threads() {
    train "$big" -o "$other" --threads 2 --epochs 1 --sample 1e-2 &&
        train "$big" -o "$TMPDIR/again.sgns" --epochs 1 --sample 1e-2 &&
        topics_apart "$other" && "$SGNS" info "$other" | grep -Ev '^(model|threads|loss,|alignment|uniformity)' >"$TMPDIR/two" &&
        "$SGNS" info "$TMPDIR/again.sgns" | grep -Ev '^(model|threads|loss,|alignment|uniformity)' | cmp - "$TMPDIR/two" >&2
}
check "two threads learn from the same words" two_threads

# The losses of the epochs of MODEL, one per line. They are measured on some blocks, so the corpus must not be too small.
losses() { "$SGNS" info "$1" | sed -n 's/^loss, epoch [0-9]*  *\(-*[0-9.]*\) a pair,.*/\1/p'; }
falls() {
    train "$big" -o "$other" --dim 32 --epochs 4 --sample 0 "$@" && topics_apart "$other" &&
        losses "$other" | awk 'NR > 1 && $1 >= last { bad = 1 } { last = $1 } END { exit bad || NR != 4 }'
}
# Some of these losses are near their minimum after one epoch, and vary from then on.
ends_low() {
    train "$big" -o "$other" --dim 32 --epochs 4 --sample 0 "$@" && topics_apart "$other" &&
        losses "$other" | awk 'NR == 1 { first = $1 } { last = $1 } END { exit !(NR == 4 && last < first + 0.05 * sqrt(first * first)) }'
}
says_violations() {
    [ "$("$SGNS" info "$1" | grep -Ec '^loss, epoch [1-4]  *[0-9.]+ a pair, accuracy 0\.[0-9]+, violations 0\.[0-9]+$')" = 4 ]
}
check "the loss falls from epoch to epoch" falls
check "the loss of nce falls" falls --loss nce
for loss in infonce triplet pair; do
    for score in dot cosine l2; do
        case $score in
        dot) option="--alpha 0.01" ;;
        cosine) option="--temperature 0.1" ;;
        *) option="--alpha 0.05" ;;
        esac
        # shellcheck disable=SC2086 # an option and its value
        [ "$loss $score" = "pair dot" ] ||
            check "$loss with the score $score" ends_low --loss "$loss" --score "$score" --negative 1 $option
    done
done
check "which say how many noise words violate the margin" says_violations "$other"
check "nce says so" sh -c '"$SGNS" train "$1" -o "$2" --loss nce -q && "$SGNS" info "$2" | grep -q "^loss  *nce$"' sh "$corpus" "$other"
kernels() { "$SGNS" train "$corpus" -o "$other" --kernel none 2>&1 | sed -n 's/.*it can run //p' | tr -d ,; }
check "there are kernels" [ -n "$(kernels)" ]
for kernel in $(kernels); do
    check "kernel $kernel" falls --kernel "$kernel"
done

# --- what it reads ---

# run_piped ARGUMENT...: as train, but with the caller's standard input.
run_piped() { "$SGNS" train --threads 1 --quiet "$@" >"$out" 2>"$err" && [ ! -s "$out" ] && [ ! -s "$err" ]; }
piped() {
    sed '' "$big" | run_piped -o "$other" - --epochs 1 && train "$big" -o "$TMPDIR/again.sgns" --epochs 1 &&
        cmp "$other" "$TMPDIR/again.sgns" >&2
}
check "a pipe gives the model that the file gives" piped

first=$TMPDIR/first.txt
second=$TMPDIR/second.txt
printf 'rain rain\nwind sun' >"$first"
printf 'sun\nsnow' >"$second"
# words MODEL: its words on one line, most frequent first.
words() { "$SGNS" export "$1" -f word2vec-text | tail -n +2 | cut -d' ' -f1 | tr '\n' ' '; }
# knows WORDS: those of the other model.
knows() { [ "$(words "$other")" = "$1 " ]; }
# reads WORDS SENTENCES ARGUMENT...: the vocabulary is WORDS.
reads() {
    reads_words=$1 reads_sentences=$2
    shift 2
    train -o "$other" --min-count 1 "$@" && has "$other" sentences "$reads_sentences" || return 1
    knows "$reads_words" && return 0
    echo "the words are $(words "$other")" >&2
    return 1
}
check "the words of one file" reads "rain wind sun" 2 "$first"
check "the words of two, which don't run together" reads "rain sun wind snow" 4 "$first" "$second"
check "the same file twice" reads "rain wind sun" 4 "$first" "$first"
check "an empty file among others" reads "rain wind sun" 2 /dev/null "$first" /dev/null
middle() {
    run_piped "$first" - "$first" -o "$other" --min-count 1 <"$second" &&
        cp "$other" "$TMPDIR/again.sgns" && reads "rain sun wind snow" 6 "$first" "$second" "$first" &&
        cmp "$other" "$TMPDIR/again.sgns" >&2
}
check "a pipe between files" middle
dashes() {
    cp "$first" "$TMPDIR/-first" && (cd "$TMPDIR" && reads "rain wind sun" 2 -- -first) &&
        (cd "$TMPDIR" && train -ofile.sgns --min-count=1 ./-first -- && cmp "$other" file.sgns >&2)
}
check "a name that begins with -, behind --" dashes
# The writer waits for a reader before the program checks the pipe.
named_pipe() {
    mkfifo "$TMPDIR/pipe" || return 1
    (cat "$second" >"$TMPDIR/pipe"; echo $? >"$TMPDIR/written") &
    sleep 0.1 2>/dev/null || sleep 1
    run 0 timeout 20 "$SGNS" train "$big" "$TMPDIR/pipe" -o "$other" --min-count 1 --quiet \
        --epochs 1 --dim 8
    named_status=$?
    # If the program never opened it, the writer must not wait forever.
    exec 3<>"$TMPDIR/pipe"
    wait $!
    exec 3>&-
    [ "$named_status" -eq 0 ] && [ "$(cat "$TMPDIR/written")" -eq 0 ] && words "$other" | grep -q ' sun snow $'
}
check "a named pipe behind a file" named_pipe

printf "A a's A. 1st\nwell-known: a,b\n" >"$TMPDIR/case.txt"
check "words, folded" reads "a a's 1st well-known b" 2 "$TMPDIR/case.txt"
check "--keep-case" reads "A a's 1st well-known a b" 2 "$TMPDIR/case.txt" --keep-case
check "--tokenizer whitespace" reads "A a's A. 1st well-known: a,b" 2 "$TMPDIR/case.txt" --tokenizer whitespace
check "--max-sentence cuts" reads "rain wind sun" 4 "$first" "$first" --max-sentence 2
printf 'a b c a b c a b c a\nb c\nd' >"$TMPDIR/cut.txt"
check "--max-sentence 4" reads "a b c d" 5 "$TMPDIR/cut.txt" --max-sentence 4
check "--max-vocab" reads "a b" 3 "$TMPDIR/cut.txt" --max-vocab 2
check "--min-count" reads "a b c" 3 "$TMPDIR/cut.txt" --min-count 4

# --- what it says ---

# Without a terminal: complete lines, and no control sequences.
plain() {
    run 0 "$SGNS" train "$corpus" -o "$other" --threads 1 --epochs 30 --dim 50 && [ ! -s "$out" ] &&
        [ "$(tr -d '\040-\176\n' <"$err" | wc -c)" -eq 0 ] && [ "$(tail -c 1 "$err" | wc -l)" -eq 1 ] || return 1
    # A slow machine may print lines of progress.
    grep -Ev '^(reading: |epoch )' "$err" | awk '
        NR == 1 && /^read 30000 words in 3000 sentences; kept 60 of 60 distinct words, 100\.0% of the text$/ { good++ }
        NR == 2 && /^training 60 words of 50 dimensions takes [0-9]+ MB of the [0-9]+ MB available$/ { good++ }
        NR == 3 && /^trained in [0-9]+\.[0-9][0-9] s, [0-9]+\.[0-9][0-9]M words\/s$/ { good++ }
        NR == 4 && /^wrote .*other\.sgns, [0-9]+\.[0-9] MB$/ { good++ }
        END { exit good != 4 || NR != 4 }' && return 0
    cat "$err" >&2
    return 1
}
check "without a terminal, whole plain lines" plain
share() {
    run 0 "$SGNS" train "$TMPDIR/cut.txt" -o "$other" --min-count 4 &&
        grep -q '; kept 3 of 4 distinct words, 92\.3% ' "$err"
}
check "how much of the text stays" share
verbose() {
    run 0 "$SGNS" train "$corpus" -o "$other" --threads 1 --verbose && cmp "$other" "$model" >&2 &&
        grep -Eq '^reading took ' "$err" && grep -Eq '^kernel [a-z0-9]+, 1 threads$' "$err" || return 1
    sed -n 's/^epoch [0-9]*: loss \([0-9.]*\), [0-9.]*% of the pairs beat noise$/\1/p' "$err" >"$TMPDIR/said"
    losses "$other" | awk '{ printf "%.6f\n", $1 }' | cmp - "$TMPDIR/said" >&2 && [ "$(wc -l <"$TMPDIR/said")" -eq 8 ]
}
check "--verbose says more" verbose
# With standard error closed, the model is the first file to be opened.
closed() {
    "$SGNS" train "$corpus" -o "$other" --threads 1 2>&- && cmp "$other" "$model" >&2
}
check "a closed standard error does not get into the model" closed

# warns PATTERN ARGUMENT...: succeeds and prints one line that matches, even with --quiet.
warns() {
    pattern=$1
    shift
    run 0 "$SGNS" train -o "$other" --quiet --min-count 1 --epochs 1 --dim 8 "$@" && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -Eq "$pattern" "$err" && return 0
    cat "$err" >&2
    return 1
}
bad=$TMPDIR/bad.txt
printf 'sun\377rain \303(\n\342\202 wind\n' >"$bad"
place="sgns train: $bad: ill-formed UTF-8 at byte 3"
check "ill-formed UTF-8 is counted, and the first named" warns \
    "^$place \(the first of 3\); it ends a word\$" "$bad"
check "it separates words" knows "sun rain wind"
check "counted over all files, by its place in its own" warns "^$place \(the first of 6\);" "$first" "$bad" "$bad"
check "whatever the tokenizer" warns "^$place \(the first of 3\);" "$bad" --tokenizer whitespace
far() {
    cat "$big" "$bad" "$big" "$bad" "$big" "$bad" "$big" "$bad" >"$TMPDIR/far.txt" &&
        warns "ill-formed UTF-8 at byte $(($(wc -c <"$big") + 3)) \(the first of 12\);" "$TMPDIR/far.txt" "$@"
}
check "a place beyond the first megabyte" far --threads 1
check "a place found by several threads" far --threads 4
bad_input() {
    "$SGNS" train - -o "$other" --quiet --min-count 1 <"$bad" 2>"$err" &&
        grep -q '^sgns train: standard input: ill-formed UTF-8 at byte 3 (the first of 3)' "$err"
}
check "ill-formed standard input" bad_input
awk 'BEGIN {
    for (i = 0; i < 1000; i++) word = word "x"
    print "sun " word " " word "x rain " word "xyz " word
}' >"$TMPDIR/long.txt"
check "tokens too long are counted" warns '^sgns train: skipped 2 tokens longer than 1000 bytes$' "$TMPDIR/long.txt"
check "others stay" has "$other" "distinct words" 3
finish
