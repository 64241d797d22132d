#!/bin/sh
# Words with control characters: none reaches a terminal as it is, and none forges a line or a field.
. "$ROOT/tests/cli/harness.sh"

# Rows of word2vec's binary format; their numbers are 1.
row() { printf '%b \000\000\200\077\000\000\200\077\n' "$1"; }
model=$TMPDIR/odd.bin
{
    echo '7 2'
    row 'king'
    row '\033]0;owned\007\033[31m'
    row 'two\012lines\0119.9999'
    row 'del\177c1\302\233'
    row 'bidi\342\200\256x\342\201\246'
    row 'na\303\257ve'
    row 'back\\\\slash'
} >"$model"

clean() { ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177\233]')" "$1" && ! LC_ALL=C grep -q "$(printf '\342\200\256')" "$1"; }
# plain LINES COMMAND...: succeeds with that many lines, and all of them harmless.
plain() {
    lines=$1
    shift
    run 0 "$@" && [ "$(wc -l <"$out")" -eq "$lines" ] && clean "$out" && clean "$err" && return 0
    cat -v "$out" "$err" >&2
    return 1
}
check "near" plain 6 "$SGNS" near "$model" king
says "a word as it is shown" '^two\\nlines\\t9\.9999 ' "$SGNS" near "$model" king
check "near --format tsv" plain 6 "$SGNS" near "$model" king --format tsv
fields() { run 0 "$SGNS" near "$model" king --format tsv && awk -F '\t' 'NF != 3 { exit 1 }' "$out"; }
check "tsv has three fields" fields
says "tsv escapes as a table does" "^king$(printf '\t')two\\\\nlines\\\\t9\.9999$(printf '\t')" "$SGNS" near "$model" king --format tsv
says "json has escapes of its own" '"word": "two\\u000alines\\u00099\.9999"' "$SGNS" near "$model" king --format json
check "near --format json" plain 1 "$SGNS" near "$model" king --format json
says "letters and a backslash stay" '^na.*ve |^back\\slash ' "$SGNS" near "$model" king
check "near --all" plain 56 "$SGNS" near "$model" --all
check "cluster" plain 1 "$SGNS" cluster "$model" -k 1
check "cluster --format tsv" plain 7 "$SGNS" cluster "$model" -k 1 --format tsv
check "info" plain 8 "$SGNS" info "$model"
check "vector" plain 1 "$SGNS" vector "$model" 'two
lines	9.9999'
fails "a hint" 1 'did you mean "bidi\\u202ex\\u2066"\?$' "$SGNS" near "$model" bidix
fails "what was asked, in an error" 1 '"a\\x1b\[2Jb" is not among' "$SGNS" near "$model" "$(printf 'a\033[2Jb')"
fails "a word in an export's error" 2 'word 2, "two\\nlines\\t9\.9999": it has a newline' \
    "$SGNS" export "$model" -f glove -o "$TMPDIR/out.glove"
fails "a path in an error" 2 'no\\nfile: ' "$SGNS" info "$TMPDIR/no
file"
printf ': s\033[31m\nking king king king\n' >"$TMPDIR/questions"
check "the name of a section" plain 5 "$SGNS" eval "$model" --analogies "$TMPDIR/questions"

{ echo '2 2' && row 'king' && row 'a\233b'; } >"$TMPDIR/bytes.bin"
check "a byte that some terminals take for a control character" plain 1 "$SGNS" near "$TMPDIR/bytes.bin" king
finish
