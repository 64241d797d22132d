#!/bin/sh
# sgns train --resume and --init: what goes on, what is refused, and what is said. tests/cli/train-signals.sh stops trainings
# by signals, and tests/unit/test_checkpoint.c compares them bit for bit.
. "$ROOT/tests/cli/harness.sh"

corpus=$TMPDIR/corpus.txt
awk 'BEGIN {
    seed = 1
    for (line = 0; line < 2000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%02d ", line % 2 ? "sea" : "sky", int(seed / 1000) % 30
        }
        print ""
    }
}' >"$corpus"
whole=$TMPDIR/whole.sgns
check "a model" run 0 "$SGNS" train "$corpus" -o "$whole" --threads 1 --dim 12 --epochs 40 --sample 0.02 --alpha 0.06 --quiet

# --- a failed save ---

# The model's folder goes away while the corpus is read from a pipe. The finished model goes to the current folder.
kept() { find "$TMPDIR" -maxdepth 1 -name 'words.sgns.saved-*'; }
lost_folder() {
    mkdir "$TMPDIR/folder" && mkfifo "$TMPDIR/pipe" || return 1
    (cd "$TMPDIR" && exec "$SGNS" train pipe -o folder/words.sgns --threads 1 --dim 12 --epochs 40 --sample 0.02 --alpha 0.06 \
        --quiet) >"$out" 2>"$err" &
    exec 3>"$TMPDIR/pipe"
    cat "$corpus" >&3
    rm -r "$TMPDIR/folder"
    exec 3>&-
    wait $!
    status=$?
    { [ "$status" -eq 2 ] || [ "$status" -eq 3 ]; } && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -q "; the new file is kept as $(kept)\$" "$err" && cmp "$(kept)" "$whole" >&2
}
check "a finished model that can't be saved is kept in another folder" lost_folder

# --- going on ---

# The signal comes later each time, until there is something to keep; a training that ends before it leaves a model.
checkpoint=$TMPDIR/words.sgns.checkpoint
stopped() {
    for pauses in 1 2 3 4 6 8 12 16 32 64; do
        rm -f "$TMPDIR/words.sgns"
        "$SGNS" train "$corpus" -o "$TMPDIR/words.sgns" --threads 1 --dim 12 --epochs 40 --sample 0.02 --alpha 0.06 -q 2>"$err" &
        for _ in $(seq "$pauses"); do
            sleep 0.04 2>/dev/null || sleep 1
        done
        kill -TERM $! 2>/dev/null
        wait $!
        [ $? -eq 143 ] && [ -e "$checkpoint" ] && [ ! -e "$TMPDIR/words.sgns" ] &&
            grep -q "; what was learned is in $checkpoint; to go on: sgns train --resume $checkpoint $corpus\$" "$err" && return 0
    done
    return 1
}
check "a training that is stopped leaves a checkpoint" stopped
cp "$checkpoint" "$TMPDIR/copy"
resumed() {
    run 0 "$SGNS" train --resume "$checkpoint" "$corpus" -q && cmp "$TMPDIR/words.sgns" "$whole" >&2 && [ ! -e "$checkpoint" ]
}
check "which goes on to the same model, byte for byte" resumed
elsewhere() {
    cp "$TMPDIR/copy" "$TMPDIR/any name" && run 0 "$SGNS" train --resume "$TMPDIR/any name" "$corpus" -q -o "$TMPDIR/other.sgns" &&
        cmp "$TMPDIR/other.sgns" "$whole" >&2 && [ ! -e "$TMPDIR/any name" ]
}
check "whatever its name, with -o" elsewhere
same_options() {
    cp "$TMPDIR/copy" "$checkpoint" &&
        run 0 "$SGNS" train "$corpus" -o "$TMPDIR/words.sgns" --threads 2 --dim 12 --epochs 40 --alpha 0.06 -q --resume "$checkpoint" \
            --checkpoint-every 0
}
check "and with the options it began with, or other --threads" same_options

# Thirty milliseconds: the checkpoint is written many times, each in the place of the one before it.
timed() {
    rm -f "$TMPDIR/words.sgns"
    run 0 "$SGNS" train "$corpus" -o "$TMPDIR/words.sgns" --threads 1 --dim 12 --epochs 40 --sample 0.02 --alpha 0.06 -v \
        --checkpoint-every 0.0005 && [ "$(grep -c "^wrote $checkpoint\$" "$err")" -gt 1 ] &&
        cmp "$TMPDIR/words.sgns" "$whole" >&2 && [ ! -e "$checkpoint" ]
}
check "checkpoints in between change nothing, and the last goes with the end" timed

# --- what is refused ---

cp "$TMPDIR/copy" "$checkpoint"
refused() {
    fails "$1" 2 "^sgns train: $2" "$SGNS" train --resume "$checkpoint" -q "$corpus" --sample 0.02 "$3" "$4"
}
refused "another --dim" "$checkpoint was made with --dim 12; leave --dim out\$" --dim 13
refused "another --sample" "$checkpoint was made with --sample 0\\.02; leave --sample out\$" --sample 0.03
refused "another --loss" "$checkpoint was made with --loss sgns; leave --loss out\$" --loss nce
refused "another --seed" "$checkpoint was made with --seed 1; leave --seed out\$" --seed 2
refused "--init" '--resume goes on with a training and --init starts another; leave one of them out$' --init "$whole"
refused "the same corpus twice" "$checkpoint: the corpus is not the one that this training began with; name the same files" "$corpus" -q
fails "a flag that was not given" 2 "$checkpoint was made without --keep-case; leave it out\$" \
    "$SGNS" train --resume "$checkpoint" "$corpus" --keep-case
sed '1000s/ / again /3' "$corpus" >"$TMPDIR/changed.txt"
fails "a corpus with one word more" 2 "the corpus is not the one that this training began with" \
    "$SGNS" train --resume "$checkpoint" "$TMPDIR/changed.txt" -q
fails "a checkpoint that names no model" 2 '^sgns train: name the model to write: -o MODEL$' "$SGNS" train --resume "$TMPDIR/copy" "$corpus"
fails "a model in place of a checkpoint" 2 "^sgns train: $whole: not a checkpoint; --resume takes the file" \
    "$SGNS" train --resume "$whole" "$corpus" -o "$TMPDIR/x.sgns"
fails "a missing checkpoint" 2 "^sgns train: $TMPDIR/none.checkpoint: can't open: No such file" \
    "$SGNS" train --resume "$TMPDIR/none.checkpoint" "$corpus"
fails "a checkpoint in place of a model" 2 \
    "^sgns near: $checkpoint: is a checkpoint of a training; go on with it first: sgns train --resume $checkpoint CORPUS" \
    "$SGNS" near "$checkpoint" sea00
head -c 5000 "$TMPDIR/copy" >"$TMPDIR/cut.checkpoint"
fails "a checkpoint that was cut" 2 "^sgns train: $TMPDIR/cut.checkpoint: truncated: " \
    "$SGNS" train --resume "$TMPDIR/cut.checkpoint" "$corpus"
fails "no corpus" 2 '^sgns train: name a text file to train on' "$SGNS" train --resume "$checkpoint"
check "none of which changes it" cmp "$checkpoint" "$TMPDIR/copy"
echo text >"$TMPDIR/taken.sgns.checkpoint"
fails "another file in the checkpoint's place" 2 "^sgns train: $TMPDIR/taken.sgns.checkpoint: not a checkpoint, but in the place of one" \
    "$SGNS" train "$corpus" -o "$TMPDIR/taken.sgns"
earlier() {
    rm -f "$TMPDIR/words.sgns" && run 0 "$SGNS" train "$corpus" -o "$TMPDIR/words.sgns" -q --dim 4 --epochs 1 &&
        grep -q "^sgns train: $checkpoint is from an earlier training, which --resume would go on with; " "$err" &&
        cmp "$checkpoint" "$TMPDIR/copy" >&2
}
check "a new training says that there is a checkpoint, and leaves it" earlier
fails "--checkpoint-every" 2 '--checkpoint-every takes a number from 0 to 100000, not "-1"$' \
    "$SGNS" train "$corpus" -o "$TMPDIR/x.sgns" --checkpoint-every -1

# --- starting from a model ---

# The words of the new text are "sea" words, often, and "new" ones.
new=$TMPDIR/new.txt
awk 'BEGIN {
    seed = 5
    for (line = 0; line < 1000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%02d ", i % 2 ? "sea" : "new", int(seed / 1000) % 20
        }
        print ""
    }
}' >"$new"
started=$TMPDIR/started.sgns
# starts PATTERN WORDS OPTION...: what is said, and how many words there are.
starts() {
    pattern=$1 words=$2
    shift 2
    run 0 "$SGNS" train "$new" -o "$started" --threads 1 --epochs 1 "$@" || return 1
    grep -Eq "$pattern" "$err" || { cat "$err" >&2; return 1; }
    run 0 "$SGNS" info --verify "$started" && grep -q "^words  *$words, from" "$out" && grep -q '^dim  *12$' "$out" &&
        grep -q '^started from  *[^ ]' "$out" && grep -q '^vocabulary from  *[bon]' "$out"
}
check "both vocabularies, by default" starts "^60 words start from $whole, 20 of them in the text; 20 others start at random\$" 80 --init "$whole"
counts() {
    run 0 "$SGNS" info "$whole" && before=$(sed -n 's/^words .*"\(.*\)" (\([0-9]*\) times.*/\1 \2/p' "$out") || return 1
    run 0 "$SGNS" export "$started" -f word2vec-text && [ "$(grep -c . "$out")" -eq 81 ] && [ -n "$before" ]
    word=${before% *} count=${before#* }
    times=$(tr ' ' '\n' <"$new" | grep -cx "$word")
    run 0 "$SGNS" info "$started" && [ "$times" -gt 0 ] || return 0
    [ "$(sed -n 's/^words .* (\([0-9]*\) times).*/\1/p' "$out")" -ge $((count + times)) ]
}
check "counts are added" counts
check "the model's words only" starts "; 0 others start at random\$" 60 --init "$whole" --vocab-from old
check "the text's words only" starts "^20 words start from $whole, 20 of them in the text; 20 others start at random\$" 40 --init "$whole" \
    --vocab-from new
# At the lowest learning rate, rows stay where they start.
stays() {
    starts "" 80 --init "$whole" --alpha 1e-6 --min-alpha 0 &&
        run 0 "$SGNS" similarity "$started" sky00 sky01 && after=$(cat "$out") &&
        run 0 "$SGNS" similarity "$whole" sky00 sky01 && [ "$(cat "$out")" = "$after" ]
}
check "vectors start where the model left them" stays
check "a foreign file" run 0 "$SGNS" export "$whole" -f word2vec-text -o "$TMPDIR/whole.vec"
check "has no context vectors" starts "^$TMPDIR/whole.vec has no context vectors; they start at zero\$" 80 --init "$TMPDIR/whole.vec"
fails "another dimension" 2 "^sgns train: $whole has vectors of 12 dimensions, so --dim 100 can't start from it; leave --dim out\$" \
    "$SGNS" train "$new" --init "$whole" -o "$started" --dim 100
fails "another tokenizer" 2 "^sgns train: $whole was trained on text that was split into words in another way; leave --tokenizer" \
    "$SGNS" train "$new" --init "$whole" -o "$started" --tokenizer whitespace
fails "--vocab-from without --init" 2 '^sgns train: --vocab-from does nothing without --init; leave it out$' \
    "$SGNS" train "$new" -o "$started" --vocab-from old
echo "no such words here" >"$TMPDIR/foreign.txt"
fails "a text without a word of the model" 2 'none of the words of the text is in the vocabulary$' \
    "$SGNS" train "$TMPDIR/foreign.txt" --init "$whole" --vocab-from old -o "$started" -q
in_place() { cp "$whole" "$started" && starts "" 80 --init "$started"; }
check "over the model itself" in_place
finish
