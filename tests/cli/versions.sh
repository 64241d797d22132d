#!/bin/sh
# Every command reads model files of every format version, with the same answers. In tests/golden, version1.sgns was
# written by the last program that wrote version 1: train --dim 12 --max-vocab 90 --epochs 2 on the demo corpus.
# version2.sgns and version3.sgns are exports of it, by programs that wrote these versions.
. "$ROOT/tests/cli/harness.sh"

golden=$ROOT/tests/golden
versions="1 2 3"
newest=3
for version in $versions; do
    file=$golden/version$version.sgns
    made=$TMPDIR/from$version.sgns
    says "info says version $version" "^format  *native, version $version\$" "$SGNS" info "$file"
    says "info --verify, version $version" '^checksums  *right$' "$SGNS" info --verify "$file"
    check "export of version $version" run 0 "$SGNS" export "$file" -f native -o "$made"
    check "export makes the newest version of version $version" cmp "$made" "$golden/version$newest.sgns"
done

# same COMMAND OPTION...: all files give the same answer, and it is not empty. @ stands for the model.
answer() {
    for word; do
        shift
        [ "$word" = @ ] && word=$file
        set -- "$@" "$word"
    done
    run 0 "$SGNS" "$@" && [ -s "$out" ]
}
same() {
    rm -f "$TMPDIR/expected"
    for version in $versions; do
        file=$golden/version$version.sgns
        answer "$@" || return 1
        if [ -e "$TMPDIR/expected" ]; then
            cmp "$TMPDIR/expected" "$out" >&2 || return 1
        else
            mv "$out" "$TMPDIR/expected"
        fi
    done
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

# Damage is noticed in every version.
truncated() {
    head -c "$1" "$file" >"$TMPDIR/damaged" &&
        fails_so 2 "damaged: truncated: $2\$" "$SGNS" near "$TMPDIR/damaged" gown
}
longer() {
    { cat "$file" && printf x; } >"$TMPDIR/damaged" && fails_so 2 'damaged: ' "$SGNS" near "$TMPDIR/damaged" gown
}
last_byte() {
    { head -c $((bytes - 1)) "$file" && printf '\377'; } >"$TMPDIR/damaged" &&
        fails_so 2 "the checksum of the $1 is wrong\$" "$SGNS" info --verify "$TMPDIR/damaged"
}
for version in $versions; do
    file=$golden/version$version.sgns
    bytes=$(wc -c <"$file" | tr -d ' ')
    last='quantization scales'
    [ "$version" -gt 1 ] || last=norms
    check "version $version, one byte is missing" truncated $((bytes - 1)) \
        "it should have $bytes bytes, and has $((bytes - 1))"
    check "version $version, all but 512 bytes are missing" truncated 512 "it should have $bytes bytes, and has 512"
    check "version $version, all but 60 bytes are missing" truncated 60 '60 bytes are less than a header'
    check "version $version, one byte too many" longer
    check "version $version, the last byte is damaged" last_byte "$last"
done
finish
