#!/bin/sh
# Columns: the table of widths is what scripts/width-table.sh makes, and tables of answers stand in columns.
. "$ROOT/tests/cli/harness.sh"

table=$ROOT/src/cli/width_table.h
data=/usr/share/unicode
version=$(sed -n '1,5s/.*Unicode Character Database \([0-9.]*\);.*/\1/p' "$table")
version_of_data() { sed -n '1s/^# EastAsianWidth-\([0-9.]*\)\.txt.*/\1/p' "$data/EastAsianWidth.txt"; }
remade() { run 0 sh "$ROOT/scripts/width-table.sh" && [ ! -s "$err" ] && cmp "$out" "$table" >&2; }
check "the table names its version" [ -n "$version" ]
if [ ! -r "$data/UnicodeData.txt" ] || [ ! -r "$data/EastAsianWidth.txt" ]; then
    check "skipped without Debian's unicode-data: the table is made anew, byte for byte" true
elif [ "$(version_of_data)" != "$version" ]; then
    check "skipped, Unicode $(version_of_data) here and $version in the table: the table is made anew" true
else
    check "the table is made anew, byte for byte" remade
fi
fails "without the database, the script says what to install" 2 \
    "^width-table\.sh: $TMPDIR/none/UnicodeData\.txt: can't read; install Debian's unicode-data" \
    sh "$ROOT/scripts/width-table.sh" "$TMPDIR/none"

# Words of 4, 4, 4 and 5 columns, the last with a combining mark: 8 bytes, 12, 4 and 7.
printf '%b' 'king 1 2\n\346\227\245\346\234\254 1 2\n\357\275\261\357\275\262\357\275\263\357\275\264 1 2\nking2 1 2\nnai\314\210ve 1 2\n' \
    >"$TMPDIR/words.vec"
columns() {
    run 0 "$SGNS" near "$TMPDIR/words.vec" king2 || return 1
    printf '%b' 'king   1.0000\n\346\227\245\346\234\254   1.0000\n\357\275\261\357\275\262\357\275\263\357\275\264   1.0000\nnai\314\210ve  1.0000\n' |
        cmp - "$out" >&2
}
check "wide characters take two columns in a table, marks none" columns
finish
