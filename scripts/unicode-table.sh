#!/bin/sh
# Generates src/text/unicode_table.h: scripts/unicode-table.sh [UNICODE_DATA] > src/text/unicode_table.h
# UNICODE_DATA is UnicodeData.txt of the Unicode Character Database, which Debian has in the package unicode-data.
# DerivedNormalizationProps.txt is read from the same folder.
set -eu
data=${1:-/usr/share/unicode/UnicodeData.txt}
properties=$(dirname "$data")/DerivedNormalizationProps.txt
for file in "$data" "$properties"; do
    if [ ! -r "$file" ]; then
        echo "unicode-table.sh: $file: can't read; install Debian's unicode-data or name UnicodeData.txt" >&2
        exit 2
    fi
done
# The file does not tell its version, but the first lines of NamesList.txt beside it do.
version=
names=$(dirname "$data")/NamesList.txt
if [ -r "$names" ]; then
    version=$(sed -n '1,5s/^.*[Uu]nicode \([0-9][0-9.]*\).*$/ \1/p' "$names" | head -n 1)
fi
LC_ALL=C exec awk -v version="$version" -f "$(dirname "$0")/unicode-table.awk" "$properties" "$data"
