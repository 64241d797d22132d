#!/bin/sh
# The Unicode table is what scripts/unicode-table.sh generates from the Unicode Character Database.
. "$ROOT/tests/cli/harness.sh"

table=$ROOT/src/text/unicode_table.h
data=/usr/share/unicode
version_of_table() { sed -n '1,5s/.*Unicode Character Database \([0-9.]*\);.*/\1/p' "$table"; }
version_of_data() {
    sed -n '1,5s/^.*[Uu]nicode \([0-9][0-9.]*\).*$/\1/p' "$data/NamesList.txt" 2>/dev/null | head -n 1
}
remade() { run 0 sh "$ROOT/scripts/unicode-table.sh" && [ ! -s "$err" ] && cmp "$out" "$table" >&2; }
version=$(version_of_table)
check "the table names its version" [ -n "$version" ]
if [ ! -r "$data/UnicodeData.txt" ]; then
    check "skipped without Debian's unicode-data: the table is made anew, byte for byte" true
elif [ "$(version_of_data)" != "$version" ]; then
    check "skipped, Unicode $(version_of_data) here and $version in the table: the table is made anew" true
else
    check "the table is made anew, byte for byte" remade
fi
fails "without the database, the script says what to install" 2 \
    "^unicode-table\.sh: $TMPDIR/none: can't read; install Debian's unicode-data" \
    sh "$ROOT/scripts/unicode-table.sh" "$TMPDIR/none"
finish
