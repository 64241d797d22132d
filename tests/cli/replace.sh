#!/bin/sh
# What sgns train and sgns export do to a file that is there already: what they refuse to replace, links, permissions,
# pipes, and what a process that was killed has left.
. "$ROOT/tests/cli/harness.sh"

corpus=$TMPDIR/corpus.txt
awk 'BEGIN { for (i = 0; i < 100; i++) print "sun moon star sky cloud rain" }' >"$corpus"
model=$TMPDIR/words.sgns
target=$TMPDIR/target
train() { "$SGNS" train "$corpus" -o "$@" --dim 4 --epochs 1 --threads 1 --quiet; }
check "a model" run 0 train "$model"
export_as() {
    export_format=$1
    shift
    "$SGNS" export "$model" -f "$export_format" -o "$@"
}
is_model() { "$SGNS" info --verify "$1" >"$out" 2>"$err"; }

# --- files of other kinds ---

printf 'a letter\nto a friend\n' >"$TMPDIR/letter"
printf '\177ELF\2\1\1\0\0\0' >"$TMPDIR/program"
"$SGNS" export "$model" -f native -o "$TMPDIR/like.native"
for format in word2vec word2vec-text glove npy fvecs safetensors tensorboard jsonl pgvector; do
    "$SGNS" export "$model" -f "$format" -o "$TMPDIR/like.$format"
done
mv "$TMPDIR/like.tensorboard.vectors.tsv" "$TMPDIR/like.tensorboard"
# first FORMAT: the name of its first file.
first() { case $1 in tensorboard) echo "$target.vectors.tsv" ;; *) echo "$target" ;; esac; }
clear_targets() { rm -rf "$target" "$target".*; }
# refused NAME FILE FORMAT: the file stays as it is.
refused() {
    clear_targets && cp "$2" "$(first "$3")" || return 1
    fails_so 2 "^sgns export: $(first "$3"): exists and is not [a-z0-9 -]*; name another file, or replace it with --force\$" \
        export_as "$3" "$target" && cmp "$2" "$(first "$3")" && [ "$(find "$TMPDIR" -name 'target*' | wc -l)" -eq 1 ]
}
forced() {
    clear_targets && cp "$1" "$(first "$2")" && run 0 export_as "$2" "$target" --force &&
        cmp "$TMPDIR/like.$2" "$(first "$2")"
}
replaced() {
    clear_targets && cp "$1" "$(first "$2")" && run 0 export_as "$2" "$target" && cmp "$TMPDIR/like.$2" "$(first "$2")"
}
: >"$TMPDIR/empty"
for format in native word2vec word2vec-text glove npy fvecs safetensors tensorboard jsonl pgvector; do
    for old in letter program like.native like.word2vec like.word2vec-text like.glove like.npy like.fvecs like.safetensors \
        like.tensorboard like.jsonl like.pgvector; do
        if [ "$old" = "like.$format" ]; then
            check "$format replaces its own kind" replaced "$TMPDIR/$old" "$format"
        else
            check "$format does not replace $old" refused "$old" "$TMPDIR/$old" "$format"
        fi
    done
    check "$format replaces an empty file" replaced "$TMPDIR/empty" "$format"
    check "$format replaces a letter by force" forced "$TMPDIR/letter" "$format"
done
# A list of words looks like any text: it belongs to the file beside it.
list_alone() {
    clear_targets && cp "$TMPDIR/letter" "$target.vocab" &&
        fails_so 2 "^sgns export: $target\\.vocab: exists and is not npy's list of words; " export_as npy "$target" &&
        cmp "$TMPDIR/letter" "$target.vocab" && [ ! -e "$target" ]
}
check "a text in the place of a list of words" list_alone
list_again() { clear_targets && run 0 export_as npy "$target" && run 0 export_as npy "$target"; }
check "a list of words beside its vectors" list_again

train_refused() {
    clear_targets && cp "$1" "$target" &&
        fails_so 2 "^sgns train: $target: exists and is not a model; name another file, or replace it with --force\$" \
            train "$target" && cmp "$1" "$target"
}
for old in letter program like.word2vec like.npy; do
    check "train does not replace $old" train_refused "$TMPDIR/$old"
done
train_replaces() { clear_targets && cp "$1" "$target" && shift && run 0 train "$target" "$@" && is_model "$target"; }
check "train replaces a model" train_replaces "$model"
check "train replaces a model of the first version" train_replaces "$ROOT/tests/golden/version1.sgns"
check "train replaces an empty file" train_replaces "$TMPDIR/empty"
check "train replaces a letter by force" train_replaces "$TMPDIR/letter" --force

# --- permissions ---

mode_of() { find "$1" -prune -printf '%m\n'; }
keeps_mode() {
    clear_targets && cp "$model" "$target" && chmod "$1" "$target" && run 0 train "$target" && is_model "$target" &&
        [ "$(mode_of "$target")" = "$1" ]
}
check "a model with mode 600 keeps it" keeps_mode 600
check "a model with mode 640 keeps it" keeps_mode 640
follows_umask() { clear_targets && (umask 027 && train "$target") && [ "$(mode_of "$target")" = 640 ]; }
check "a new model follows the umask" follows_umask
exported_mode() {
    clear_targets && : >"$target" && chmod 600 "$target" && run 0 export_as glove "$target" &&
        [ "$(mode_of "$target")" = 600 ]
}
check "an exported file keeps its mode" exported_mode

# --- links ---

mkdir "$TMPDIR/deep"
is_link() { [ "$(readlink "$1")" = "$2" ] || { ls -l "$1" >&2 && return 1; }; }
through_link() {
    clear_targets && rm -f "$TMPDIR/deep/real" && ln -s deep/real "$target" || return 1
    [ "$1" = dangling ] || cp "$model" "$TMPDIR/deep/real"
    shift
    run 0 "$@" "$target" && is_link "$target" deep/real && [ -s "$TMPDIR/deep/real" ] && [ ! -L "$TMPDIR/deep/real" ] &&
        [ "$(find "$TMPDIR/deep" | wc -l)" -eq 2 ]
}
check "train follows a link" through_link there train
check "train follows a link to a file that isn't there yet" through_link dangling train
check "export follows a link" through_link there export_as native
check "export follows a link to a file that isn't there yet" through_link dangling export_as glove
link_refused() {
    clear_targets && cp "$TMPDIR/letter" "$TMPDIR/deep/real" && ln -s deep/real "$target" &&
        fails_so 2 "^sgns train: $target: exists and is not a model" train "$target" && is_link "$target" deep/real &&
        cmp "$TMPDIR/letter" "$TMPDIR/deep/real"
}
check "a link to a file that is no model" link_refused
circle() {
    clear_targets && ln -s target "$target" &&
        fails_so 3 "can't create the file: (Too many levels of symbolic links|Symbolic link loop)\$" train "$target" && is_link "$target" target
}
check "a link to itself" circle

# --- what is no file ---

# to_stream LINK: standard output, a pipe, by the names that lead to it.
to_stream() {
    clear_targets && ln -s "$1" "$target" &&
        { export_as glove "$target" | cat >"$TMPDIR/streamed"; } 2>"$err" && cmp "$TMPDIR/streamed" "$TMPDIR/like.glove" &&
        is_link "$target" "$1"
}
if [ -e /proc/self/fd/1 ]; then
    check "a link to an open pipe is written to" to_stream /proc/self/fd/1
    # As `-o /dev/stdout >>file` would, without going near the device.
    appended() {
        clear_targets && ln -s /proc/self/fd/1 "$target" && echo before >"$TMPDIR/streamed" &&
            export_as glove "$target" >>"$TMPDIR/streamed" && { echo before && cat "$TMPDIR/like.glove"; } |
            cmp - "$TMPDIR/streamed" && is_link "$target" /proc/self/fd/1
    }
    check "a link to an open file appends to it" appended
    train_to_stream() {
        clear_targets && ln -s /proc/self/fd/1 "$target" && fails_so 2 "$target: not a regular file; name a file to write\$" \
            train "$target" && is_link "$target" /proc/self/fd/1
    }
    check "train needs a file" train_to_stream
else
    check "skipped without /proc: links to what is open" true
fi
to_pipe() {
    clear_targets && mkfifo "$target" && { cat "$target" >"$TMPDIR/streamed" & } && run 0 export_as glove "$target" &&
        wait && cmp "$TMPDIR/streamed" "$TMPDIR/like.glove" && [ -p "$target" ]
}
check "a named pipe is written to" to_pipe
pipe_refused() {
    clear_targets && mkfifo "$target" && fails_so 2 "$target: not a regular file; name a file to write\$" train "$target" &&
        [ -p "$target" ]
}
check "train refuses a named pipe" pipe_refused
to_null() { run 0 export_as glove /dev/null && [ -c /dev/null ]; }
# As root, a fault here would replace the device of the whole machine.
if [ -c /dev/null ] && [ ! -w /dev ]; then
    check "/dev/null takes everything" to_null
else
    check "skipped where /dev can be written: export to /dev/null" true
fi

# --- what was left behind ---

dead=$(sh -c 'echo $$')
leftovers() {
    clear_targets && echo left >"$target.tmp-$dead" && echo left >"$target.tmp-$dead-0123456789abcdef" &&
        echo live >"$target.tmp-$$" && echo other >"$target.tmp-notes" || return 1
    run 0 train "$target" && is_model "$target" && [ "$(find "$TMPDIR" -name 'target*' | sort | tr '\n' ' ')" = \
        "$target $target.tmp-$$ $target.tmp-notes " ]
}
check "what killed processes left is removed, and nothing else" leftovers
# Two at once: each file is whole, and the last one stays.
two_trainings() {
    clear_targets
    "$SGNS" train "$corpus" -o "$target" --dim 300 --epochs 50 --threads 1 --quiet &
    other=$!
    for _ in 1 2 3 4 5; do
        train "$target" && is_model "$target" || return 1
    done
    wait "$other" && is_model "$target" && [ "$(find "$TMPDIR" -name 'target*')" = "$target" ]
}
check "two trainings with one output" two_trainings
finish
