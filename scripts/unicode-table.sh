#!/bin/sh
# Generates src/text/unicode_table.h: scripts/unicode-table.sh [UNICODE_DATA] > src/text/unicode_table.h
# UNICODE_DATA is UnicodeData.txt of the Unicode Character Database, which Debian has in the package unicode-data.
set -eu
data=${1:-/usr/share/unicode/UnicodeData.txt}
if [ ! -r "$data" ]; then
    echo "unicode-table.sh: $data: can't read; install Debian's unicode-data or name the file" >&2
    exit 2
fi
# The file does not tell its version, but the first lines of NamesList.txt beside it do.
version=
names=$(dirname "$data")/NamesList.txt
if [ -r "$names" ]; then
    version=$(sed -n '1,5s/^.*[Uu]nicode \([0-9][0-9.]*\).*$/ \1/p' "$names" | head -n 1)
fi
LC_ALL=C exec awk -v version="$version" -f "$(dirname "$0")/unicode-table.awk" "$data"
