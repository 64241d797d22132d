#!/bin/sh
# Files of version 1 of the format, which have no codes: read by every command, with the same answers. version1.sgns was
# written by the last program whose own version it was: train --dim 12 --max-vocab 90 --epochs 2 on the demo's corpus.
. "$ROOT/tests/cli/harness.sh"

old=$ROOT/tests/golden/version1.sgns
new=$TMPDIR/version2.sgns

says "info says version 1" '^format  *native, version 1$' "$SGNS" info "$old"
says "info --verify, version 1" '^checksums  *right$' "$SGNS" info --verify "$old"
check "export makes version 2 of it" run 0 "$SGNS" export "$old" -f native -o "$new"
says "info says version 2" '^format  *native, version 2$' "$SGNS" info "$new"
says "info --verify, version 2" '^checksums  *right$' "$SGNS" info --verify "$new"

# same COMMAND OPTION...: both files give the same answer, which is not empty. @ stands for the model.
answer() {
    for word; do
        shift
        [ "$word" = @ ] && word=$file
        set -- "$@" "$word"
    done
    run 0 "$SGNS" "$@" && [ -s "$out" ]
}
same() {
    file=$old
    answer "$@" || return 1
    mv "$out" "$TMPDIR/expected"
    file=$new
    answer "$@" && cmp "$TMPDIR/expected" "$out" >&2
}
check "near" same near @ gown
check "near, every word an answer" same near @ -k 1000 --format tsv gown - coat + palace
check "near --threshold" same near @ -k 90 --threshold 0.3 --format json gown
check "near --threshold -1" same near @ -k 90 --threshold -1 gown
check "near --restrict" same near @ -k 20 --restrict 40 gown
check "near --exclude" same near @ -k 20 --exclude he --exclude she gown, coat
check "near --method mul" same near @ -k 20 --method mul gown - coat + palace
check "near --context" same near @ -k 20 --context gown
check "near --all" same near @ -k 3 --all
check "near, one of several questions at a time" same near @ -k 90 the, of, coat, gown, in
for word in the gown in; do
    check "near -k 1 $word, threads" same near @ -k 1 --threads 3 "$word"
done
check "analogy" same analogy @ coat gown palace
check "similarity" same similarity @ coat gown
check "odd" same odd @ coat gown the palace
check "vector" same vector @ coat gown
check "vector --context" same vector @ --context coat
check "cluster" same cluster @ -k 5
printf 'the coat in the house\na gown\nnothing of it\n' >"$TMPDIR/lines"
check "embed" same embed @ --remove-component "$TMPDIR/lines"
check "search" same search @ "$TMPDIR/lines" the gown
printf 'coat gown 9\nthe gown 2\nin of 5\nman palace 6\n' >"$TMPDIR/pairs"
check "eval" same eval @ --similarity "$TMPDIR/pairs"
for format in word2vec word2vec-text glove jsonl; do
    check "export -f $format" same export @ -f "$format"
    check "export -f $format --context" same export @ -f "$format" --context
done

# A damaged file of version 1 is found out as one of version 2 is.
bytes=$(wc -c <"$old" | tr -d ' ')
truncated() {
    head -c "$1" "$old" >"$TMPDIR/damaged" &&
        fails_so 2 "damaged: truncated: $bytes bytes should be there, $1 are\$" "$SGNS" near "$TMPDIR/damaged" gown
}
check "version 1, one byte is missing" truncated $((bytes - 1))
check "version 1, all but the header is missing" truncated 512
longer() {
    { cat "$old" && printf x; } >"$TMPDIR/damaged" && fails_so 2 'damaged: ' "$SGNS" near "$TMPDIR/damaged" gown
}
check "version 1, one byte too many" longer
last_byte() {
    { head -c $((bytes - 1)) "$old" && printf '\377'; } >"$TMPDIR/damaged" &&
        fails_so 2 'the checksum of the norms is wrong$' "$SGNS" info --verify "$TMPDIR/damaged"
}
check "version 1, the last byte is damaged" last_byte
finish
