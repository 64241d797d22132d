#!/bin/sh
# Generates src/cli/width_table.h: scripts/width-table.sh [FOLDER] > src/cli/width_table.h
# FOLDER has UnicodeData.txt and EastAsianWidth.txt of the Unicode Character Database, which Debian has in the package
# unicode-data.
set -eu
folder=${1:-/usr/share/unicode}
for file in UnicodeData.txt EastAsianWidth.txt; do
    if [ ! -r "$folder/$file" ]; then
        echo "width-table.sh: $folder/$file: can't read; install Debian's unicode-data or name its folder" >&2
        exit 2
    fi
done
LC_ALL=C exec awk -f "$(dirname "$0")/width-table.awk" "$folder/EastAsianWidth.txt" "$folder/UnicodeData.txt"
