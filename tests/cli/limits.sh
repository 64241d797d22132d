#!/bin/sh
# Limits of the system, and models that another program writes over while they are in use: one sentence, exit code 3, and
# nothing lost.
. "$ROOT/tests/cli/harness.sh"

corpus=$TMPDIR/corpus.txt
awk 'BEGIN { for (i = 0; i < 2000; i++) print "w" i % 1000, "sun moon star", "v" (i * 7) % 900 }' >"$corpus"
mkdir "$TMPDIR/place"
model=$TMPDIR/place/words.sgns
train() { "$SGNS" train "$corpus" -o "$@" --min-count 1 --dim 64 --epochs 1 --threads 1 --quiet; }
check "a model" run 0 train "$model"
cp "$model" "$TMPDIR/copy"
untouched() {
    cmp "$model" "$TMPDIR/copy" >&2 && [ "$(find "$TMPDIR/place" -type f | wc -l)" -eq 1 ] && return 0
    find "$TMPDIR/place" >&2
    return 1
}
# ends_well COMMAND...: it succeeds, or fails by the system with one sentence.
ends_well() {
    "$@" >"$out" 2>"$err" </dev/null
    status=$?
    [ "$status" -eq 0 ] || { [ "$status" -eq 3 ] && [ "$(wc -l <"$err")" -eq 1 ] && grep -q '^sgns' "$err"; } || {
        echo "exit $status: $*: $(cat "$err")" >&2
        return 1
    }
}

# --- file size ---

small() { (ulimit -f "$1" && shift && exec "$UNCOUNTED" "$@"); }
too_large() {
    small 1 near "$model" --all >"$TMPDIR/answers" 2>"$err"
    [ $? -eq 3 ] && [ "$(cat "$err")" = "sgns near: can't write standard output: File too large" ] && return 0
    cat "$err" >&2
    return 1
}
check "answers to a file that may not grow so far" too_large
check "SIGXFSZ does not kill an export" fails_so 3 ": can't write: File too large\$" \
    small 100 export "$model" -f glove -o "$TMPDIR/place/vectors"
check "and nothing is left" untouched
check "the space of a model is reserved" fails_so 3 ": can't reserve [0-9]* bytes on disk: File too large\$" \
    small 100 train "$corpus" -o "$model" --min-count 1 --quiet
check "and the old one stays" untouched

# --- open files ---

# shellcheck disable=SC3045 # in every Linux shell
few() { (ulimit -n "$1" && shift && exec "$UNCOUNTED" "$@"); }
# The loader needs one, and whoever runs the tests may have left some open.
lowest=4
until few $lowest --version >/dev/null 2>&1 || [ $lowest -eq 30 ]; do lowest=$((lowest + 1)); done
few_counts="$lowest $((lowest + 1)) $((lowest + 2)) $((lowest + 3)) $((lowest + 4))"
if [ $lowest -lt 30 ]; then
    few_files() {
        for files in $few_counts; do
            ends_well few "$files" "$@" && untouched || return 1
        done
        [ "$status" -eq 0 ]
    }
    check "near with few open files" few_files near "$model" sun
check "export with few open files" few_files export "$model" -f glove
    train_few() {
        for files in $few_counts; do
            ends_well few "$files" train "$corpus" -o "$TMPDIR/place/other" --dim 8 --epochs 1 --threads 1 --quiet ||
                return 1
            [ "$status" -eq 3 ] || rm "$TMPDIR/place/other"
            untouched || return 1
        done
        [ "$status" -eq 0 ]
    }
    check "train with few open files" train_few
    fails "too many open files" 3 ": can't [a-z ]*: (Too many open files|No file descriptors available)\$" few $lowest train "$corpus" -o "$TMPDIR/other"
else
    check "skipped without ulimit -n: few open files" true
fi

# --- memory ---

# shellcheck disable=SC3045 # in every Linux shell
memory() { (ulimit -v "$1" && shift && exec "$UNCOUNTED" "$@"); }
if memory 100000 --version >/dev/null 2>&1; then
    little_memory() {
        for megabytes in 3 4 5 6 7 8 9 10 12 14 16 20 24 28 32 40 48 64; do
            # Below this the loader can't load it, and says so in its own words.
            memory $((megabytes * 1024)) --version >/dev/null 2>&1 || continue
            ends_well memory $((megabytes * 1024)) "$@" && untouched || return 1
        done
        [ "$status" -eq 0 ] || { cat "$err" >&2 && return 1; }
    }
    check "near with little memory" little_memory near "$model" sun
    check "cluster with little memory" little_memory cluster "$model" -k 3 --format tsv --threads 1
    check "export with little memory" little_memory export "$model" -f npy -o "$TMPDIR/npy"
    little_training() {
        for megabytes in 8 16 24 32 40 48 56 64 80 96 128; do
            memory $((megabytes * 1024)) --version >/dev/null 2>&1 || continue
            ends_well memory $((megabytes * 1024)) train "$corpus" -o "$TMPDIR/place/other" --min-count 1 --dim 64 \
                --epochs 1 --threads 1 --quiet && rm -f "$TMPDIR/place/other" && untouched || return 1
        done
    }
    check "train with little memory" little_training
else
    check "skipped, the program needs more than 100 MB here: little memory" true
fi

# --- models written over while they are in use ---

# overwritten COMMAND...: near answers a line, then the command is run, then it gets another line.
mkfifo "$TMPDIR/questions"
overwritten() {
    cp "$TMPDIR/copy" "$TMPDIR/used" && : >"$out" || return 1
    "$SGNS" near "$TMPDIR/used" <"$TMPDIR/questions" >"$out" 2>"$err" &
    near=$!
    exec 3>"$TMPDIR/questions"
    echo sun >&3
    waited=0
    until [ -s "$out" ]; do
        waited=$((waited + 1))
        [ "$waited" -lt 3000 ] || break
        sleep 0.02 2>/dev/null || sleep 1
    done
    "$@"
    echo moon >&3
    exec 3>&-
    wait "$near"
    status=$?
}
changed() {
    overwritten "$@"
    [ "$status" -eq 3 ] && [ "$(wc -l <"$err")" -eq 1 ] && [ "$(grep -c . "$out")" -eq 10 ] &&
        grep -Eq "^sgns.*: $TMPDIR/used: was (over|cut short or over)written while it was in use; run the command again\$" \
            "$err" && return 0
    echo "exit $status: $(cat "$err")" >&2
    return 1
}
emptied() { : >"$TMPDIR/used"; }
copied() { cp "$corpus" "$TMPDIR/used"; }
copied_same() { cp "$TMPDIR/copy" "$TMPDIR/used"; }
grown() { echo more >>"$TMPDIR/used"; }
replaced() { cp "$TMPDIR/copy" "$TMPDIR/another" && mv "$TMPDIR/another" "$TMPDIR/used"; }
removed() { rm "$TMPDIR/used"; }
check "a model is emptied" changed emptied
check "another file is copied over a model" changed copied
check "a model is copied over a model" changed copied_same
check "a model grows" changed grown
in_peace() {
    overwritten "$@"
    [ "$status" -eq 0 ] && [ ! -s "$err" ] && [ "$(grep -c . "$out")" -eq 20 ] && return 0
    echo "exit $status: $(cat "$err")" >&2
    return 1
}
check "a model is replaced by a rename" in_peace replaced
check "a model is removed" in_peace removed
finish
