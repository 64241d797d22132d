#!/bin/sh
# The program needs the libraries that ldd names, and no others: a training in a folder that has just these, as in a small
# container. The program is process 1 there if unshare(1) can make it so.
. "$ROOT/tests/cli/harness.sh"

cell=$TMPDIR/cell
mkdir -p "$cell/tmp" "$cell/proc"
cp "$SGNS" "$cell/sgns"
ldd "$SGNS" 2>/dev/null | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\//) print $i }' >"$TMPDIR/libraries"
while read -r library; do
    mkdir -p "$cell${library%/*}" && cp -L "$library" "$cell$library"
done <"$TMPDIR/libraries"
awk 'BEGIN { for (i = 0; i < 2000; i++) print "sun moon star sky cloud rain" }' >"$cell/corpus.txt"

# inside ARGUMENT...: runs sgns with nothing around it.
inside() { chroot "$cell" /sgns "$@"; }
if inside --version >/dev/null 2>&1; then
    check "a training ends well without other libraries" run 0 inside train /corpus.txt -o /tmp/words.sgns --threads 2 -q
    check "and so does an export" run 0 inside export /tmp/words.sgns -f word2vec -o /tmp/words.bin
else
    check "skipped, chroot(1) is not allowed, or ldd(1) is missing: a training without other libraries" true
fi
# first ARGUMENT...: the same as process 1.
first() { timeout -k 1 20 unshare --pid --fork --kill-child chroot "$cell" /sgns "$@"; }
# descendant PID: the last of its children's children.
descendant() {
    of=$1
    while child=$(ps -o pid= --ppid "$of" | head -n 1 | tr -d ' ') && [ -n "$child" ]; do of=$child; done
    echo "$of"
}
signalled() {
    cp "$cell/tmp/words.sgns" "$TMPDIR/old" || return 1
    # A background job ignores SIGINT, but not SIGTERM. timeout(1) ends what gets no signal after all.
    first train /corpus.txt -o /tmp/words.sgns --threads 1 --dim 300 --sample 0 --epochs 30000 -q >"$out" 2>"$err" &
    sleep 1.5
    kill -TERM "$(descendant "$!")"
    wait $!
    [ $? -eq 143 ] && cmp "$TMPDIR/old" "$cell/tmp/words.sgns" && [ -s "$cell/tmp/words.sgns.checkpoint" ] && return 0
    cat "$err" >&2
    return 1
}
if first --version >/dev/null 2>&1 && ps -o pid= --ppid $$ >/dev/null 2>&1; then
    check "process 1 of a container stops at SIGTERM, with 143" signalled
else
    check "skipped without unshare(1) and ps(1): a signal to process 1 of a container" true
fi
finish
