#!/bin/sh
# sgns subwords, sgns train --subwords, and words that are not in the vocabulary in every command that takes words.
. "$ROOT/tests/cli/harness.sh"

# Two topics; a word is a stem with an ending. Nothing ends with "ings".
corpus=$TMPDIR/corpus.txt
awk 'BEGIN {
    split("swim sail fish wad div", sea); split("grow dig plant weed mow", land)
    split("er,ing,ed,s,,able", ending, ",")
    seed = 1
    for (line = 0; line < 3000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            stem = int(seed / 1000) % 5 + 1
            form = int(seed / 100000) % 6 + 1
            printf "%s ", (line % 2 ? sea[stem] : land[stem]) ending[form]
        }
        print ""
    }
}' >"$corpus"
plain=$TMPDIR/plain.sgns model=$TMPDIR/model.sgns
settings="--threads 1 --dim 20 --epochs 3 --sample 0 --alpha 0.06 --quiet"
# shellcheck disable=SC2086 # several words
train() { "$SGNS" train "$corpus" $settings "$@"; }

check "subwords: a model" train -o "$plain"
tells() {
    run 0 "$SGNS" subwords "$plain" -o "$model" --threads 2 && [ ! -s "$out" ] &&
        grep -Eq '^fitting [0-9]+ n-grams of [0-9]+ words takes [0-9]+ MB of the [0-9]+ MB available$' "$err" &&
        grep -Eq '^fitted [0-9]+ n-grams in [0-9.]+ s, [0-9.]+ MB$' "$err" && grep -Eq "^wrote $model, [0-9.]+ MB\$" "$err"
}
check "subwords: memory is told before, and what was done" tells
says "subwords: info tells how many and how large" '^n-grams +[0-9]+ of 3 to 6 characters, [0-9.]+ MB$' "$SGNS" info "$model"
says "subwords: the file is whole" '^checksums +right$' "$SGNS" info --verify "$model"
same_bits() {
    for threads in 1 2 3; do
        "$SGNS" subwords "$plain" -o "$TMPDIR/other.sgns" -q --threads "$threads" && cmp "$model" "$TMPDIR/other.sgns" >&2 || return 1
    done
}
check "subwords: the same bits with any number of threads" same_bits
at_the_end() { train -o "$TMPDIR/other.sgns" --subwords && cmp "$model" "$TMPDIR/other.sgns" >&2; }
check "train --subwords does the same at the end of a training" at_the_end
in_place() { cp "$plain" "$TMPDIR/other.sgns" && "$SGNS" subwords "$TMPDIR/other.sgns" -o "$TMPDIR/other.sgns" -q && cmp "$model" "$TMPDIR/other.sgns"; }
check "subwords: a model may be replaced by itself" in_place

# --- every command that takes words ---

note='^sgns [a-z]+: "sailings" is not in the vocabulary; its vector is made of [0-9]+ n-grams$'
# noted COMMAND...: it succeeds, and says once that "sailings" is made of n-grams.
noted() {
    run 0 "$SGNS" "$@" && [ "$(grep -Ec "$note" "$err")" -eq 1 ] && [ "$(wc -l <"$err")" -eq 1 ] && return 0
    cat "$err" >&2
    return 1
}
near() {
    noted near "$model" sailings, sailings - growing + growing -k 4 && awk '/^(swim|sail|fish|wad|div)/ { right++ }
        END { exit right < 6 }' "$out"
}
check "near: a word never seen has its neighbors, and is named once" near
near_json() {
    noted near "$model" sailings + grow -k 1 --format json &&
        grep -Eq '^\{"question": "sailings \+ grow", "unseen": \["sailings"\], "answers": \[\{"word": ' "$out" &&
        run 0 "$SGNS" near "$model" sailing -k 1 --format json && ! grep -q unseen "$out" && [ ! -s "$err" ]
}
check "near: json has the words never seen" near_json
dialogue() {
    printf 'sailings\nsailings\nSailings\n' | "$SGNS" near "$model" -k 1 >"$out" 2>"$err" && [ "$(grep -c sailings "$err")" -eq 1 ] &&
        [ "$(sort -u "$out" | wc -l)" -eq 2 ]
}
check "near: once in a session, and normalized as the model's tokenizer does" dialogue
check "near: in a phrase" noted near "$model" '"sailings growing"'
check "analogy" noted analogy "$model" growing sailings grow
similarity() { noted similarity "$model" sailings sailing --format json && grep -q '"score": 0\.[5-9].*, "unseen": \["sailings"\]}$' "$out"; }
check "similarity" similarity
odd() { noted odd "$model" sailing sailings diving grows --format json && grep -q '"odd": "grows", "unseen": \["sailings"\], ' "$out"; }
check "odd" odd
vector() {
    noted vector "$model" sailings --format json && grep -Eq '^\{"word": "sailings", "ngrams": [0-9]+, "vector": \[' "$out" &&
        fails_so 1 'is not among the model' "$SGNS" vector "$model" --context sailings
}
check "vector: but no context vector" vector
embed() {
    printf 'sailings and grow\ngrow\nsailings sailings\n' >"$TMPDIR/lines.txt"
    run 0 "$SGNS" embed "$model" "$TMPDIR/lines.txt" --format json &&
        grep -q '^sgns embed: 3 words are not in the vocabulary; their vectors are made of n-grams$' "$err" &&
        [ "$(grep -c '"unseen_count": ' "$out")" -eq 2 ] && grep -q '"unseen_count": 2}$' "$out" &&
        run 0 "$SGNS" embed "$model" "$TMPDIR/lines.txt" --known && grep -q '1 of 3 lines have no word' "$err"
}
check "embed: words never seen count, but not with --known" embed
search() {
    noted search "$model" "$TMPDIR/list.txt" sailings && head -n 1 "$out" | grep -q 'sailing'
}
printf 'sailing fishing\ngrow\n' >"$TMPDIR/list.txt"
check "search" search
refuses() {
    for question in "near $model" "analogy $model grow grow" "similarity $model grow" "odd $model grow grow" "vector $model" "search $model $TMPDIR/list.txt"; do
        # shellcheck disable=SC2086 # several words
        run 1 "$SGNS" $question --known sailings && [ ! -s "$out" ] || return 1
    done
}
check "--known refuses words that are not in the vocabulary" refuses
fails "near: a word without known n-grams is an error, with a hint" 1 '"divved" is not among the model.s [0-9]+ words; did you mean "dived"\?$' \
    "$SGNS" near "$TMPDIR/model.sgns" --known divved
fails "near: a word without known n-grams is an error" 1 '^sgns near: "xyz" is not among' "$SGNS" near "$model" xyz
known_as_before() {
    for word in sailing grow "diving - sailing + grow"; do
        # shellcheck disable=SC2086 # several words
        "$SGNS" near "$plain" $word >"$TMPDIR/before" && "$SGNS" near "$model" $word | cmp -s - "$TMPDIR/before" || return 1
    done
}
check "near: known words are answered as before" known_as_before

printf 'swim swimer 9\nswim grow 1\nsail sailing 8\nsailings dived 5\nxyz swim 3\n' >"$TMPDIR/pairs.txt"
printf 'swim sailed divs planted\nsailings sailed divs planted\n' >"$TMPDIR/outliers.txt"
eval_both() {
    run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/pairs.txt" --outliers "$TMPDIR/outliers.txt" &&
        grep -Eq '^pairs.txt +-?[0-9.]+  3/5$' "$out" && grep -Eq '^pairs.txt +\(n-grams\) +-?[0-9.]+  4/5$' "$out" &&
        grep -Eq '^outliers.txt .* ./1/2$' "$out" && grep -Eq '^outliers.txt +\(n-grams\) .* ./2/2$' "$out" &&
        run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/pairs.txt" --known && ! grep -q 'n-grams' "$out" &&
        run 0 "$SGNS" eval "$model" --similarity "$TMPDIR/pairs.txt" --format json && grep -q '"words": "with n-grams", "spearman"' "$out"
}
check "eval: coverage with and without n-grams" eval_both

# --- export ---

printf 'swim\nsailings\nxyz\nsailings\n' >"$TMPDIR/words.txt"
exports() {
    run 0 "$SGNS" export "$model" -f glove --words "$TMPDIR/words.txt" && [ "$(wc -l <"$out")" -eq 2 ] &&
        grep -q 'words.txt: 1 word is not in the vocabulary; its vector is made of n-grams$' "$err" &&
        grep -q 'not in the vocabulary: 1; the first is "xyz"$' "$err" && grep -q 'repeat a word: 1$' "$err" &&
        tail -n 1 "$out" >"$TMPDIR/row" && "$SGNS" vector "$model" sailings 2>/dev/null | cmp -s - "$TMPDIR/row" &&
        run 0 "$SGNS" export "$model" -f glove --words "$TMPDIR/words.txt" --known && [ "$(wc -l <"$out")" -eq 1 ]
}
check "export --words writes words never seen, but not with --known" exports
native() {
    run 0 "$SGNS" export "$model" -f native --words "$TMPDIR/words.txt" -o "$TMPDIR/few.sgns" &&
        says_so '^words +2, ' "$SGNS" info --verify "$TMPDIR/few.sgns" && says_so '^n-grams ' "$SGNS" info "$TMPDIR/few.sgns" &&
        run 0 "$SGNS" near "$TMPDIR/few.sgns" sailings && [ ! -s "$err" ] &&
        run 0 "$SGNS" export "$model" -f native --normalize -o "$TMPDIR/few.sgns" && run 0 "$SGNS" info "$TMPDIR/few.sgns" &&
        ! grep -q '^n-grams' "$out"
}
check "export -f native keeps n-grams, and words never seen become words" native

# --- other models, other n-grams ---

imported() {
    "$SGNS" export "$plain" -f word2vec -o "$TMPDIR/other.bin" && run 0 "$SGNS" subwords "$TMPDIR/other.bin" -o "$TMPDIR/other.sgns" -q &&
        noted near "$TMPDIR/other.sgns" sailings -k 1 && run 0 "$SGNS" near "$TMPDIR/other.sgns" SAILINGS -k 1 &&
        "$SGNS" info "$TMPDIR/other.sgns" | grep -q '^source  *word2vec-binary$'
}
check "subwords: a model of another program, whatever the case" imported
fails "subwords: without counts nothing is mixed" 2 'has no counts of its words' "$SGNS" subwords "$TMPDIR/other.bin" -o "$TMPDIR/no.sgns" --mix 100
mixed() {
    run 0 "$SGNS" subwords "$plain" -o "$TMPDIR/mixed.sgns" -q --mix 100 --minn 2 --maxn 4 --ngram-words 3 &&
        says_so '^mixed with n-grams +100$' "$SGNS" info "$TMPDIR/mixed.sgns" && says_so '^n-grams .* of 2 to 4 characters' "$SGNS" info --verify "$TMPDIR/mixed.sgns" &&
        "$SGNS" vector "$plain" grow >"$TMPDIR/before" && ! "$SGNS" vector "$TMPDIR/mixed.sgns" grow | cmp -s - "$TMPDIR/before" &&
        train -o "$TMPDIR/other.sgns" --subwords --mix 100 --minn 2 --maxn 4 --ngram-words 3 && cmp "$TMPDIR/mixed.sgns" "$TMPDIR/other.sgns" >&2
}
check "subwords: --mix mixes, and the record says so" mixed
fails "subwords: vectors are mixed once" 2 'are mixed already' "$SGNS" subwords "$TMPDIR/mixed.sgns" -o "$TMPDIR/no.sgns" --mix 5
fails "subwords: no n-gram of so many words" 2 'no n-gram of 3 to 6 characters is in 1000 words' "$SGNS" subwords "$plain" -o "$TMPDIR/no.sgns" --ngram-words 1000
fails "subwords: --minn above --maxn" 2 '^sgns subwords: --minn 5 is above --maxn 4$' "$SGNS" subwords "$plain" -o "$TMPDIR/no.sgns" --minn 5 --maxn 4
fails "subwords: no output" 2 'name the model to write: -o MODEL$' "$SGNS" subwords "$plain"
fails "subwords: a file that is no model is not replaced" 2 'exists and is not a model' "$SGNS" subwords "$plain" -o "$corpus"
fails "train: --mix needs --subwords" 2 'do nothing without --subwords; leave them out$' "$SGNS" train "$corpus" -o "$TMPDIR/no.sgns" --mix 5
nothing_left() { [ ! -e "$TMPDIR/no.sgns" ] && [ -z "$(find "$TMPDIR" -name '*.tmp-*')" ]; }
check "subwords: failures leave nothing" nothing_left

damaged() {
    bytes=$(wc -c <"$model")
    cp "$model" "$TMPDIR/other.sgns" && printf 'X' | dd of="$TMPDIR/other.sgns" bs=1 seek=$((bytes - 3)) conv=notrunc 2>/dev/null &&
        fails_so 2 'damaged: the checksum of the section "ngrams" is wrong$' "$SGNS" info --verify "$TMPDIR/other.sgns" &&
        run 0 "$SGNS" near "$TMPDIR/other.sgns" sailings
}
check "subwords: damage is found by info --verify" damaged

# The signal comes later each time, until there is something to keep; a training that ends before it leaves a model.
long="--epochs 60 --subwords --maxn 5"
# shellcheck disable=SC2086 # several words
stopped() {
    for pauses in 1 2 3 4 6 8 12 16 32 64; do
        rm -f "$TMPDIR/stopped.sgns"
        "$SGNS" train "$corpus" $settings $long -o "$TMPDIR/stopped.sgns" 2>/dev/null &
        for _ in $(seq "$pauses"); do
            sleep 0.04 2>/dev/null || sleep 1
        done
        kill -TERM $! 2>/dev/null
        wait $!
        [ -e "$TMPDIR/stopped.sgns.checkpoint" ] && return 0
    done
    return 1
}
# shellcheck disable=SC2086 # several words
resumed() {
    stopped && train $long -o "$TMPDIR/other.sgns" && run 0 "$SGNS" train --resume "$TMPDIR/stopped.sgns.checkpoint" "$corpus" -q &&
        cmp "$TMPDIR/stopped.sgns" "$TMPDIR/other.sgns" >&2
}
check "train --resume ends with the n-grams that the training was asked for" resumed

finish
