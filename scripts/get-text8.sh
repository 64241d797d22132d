#!/bin/sh
# Downloads text8: scripts/get-text8.sh [FOLDER], by default ./corpora
# It is the first 100 million characters of the English Wikipedia of 2006, reduced to lower-case letters and spaces: 17
# million words on one line. Matt Mahoney made it and describes it at http://mattmahoney.net/dc/textdata.html.
set -eu
folder=${1:-corpora}
# shellcheck source=scripts/get.sh
. "$(dirname "$0")/get.sh"
get http://mattmahoney.net/dc/text8.zip "$folder/text8.zip" 3bea1919949baf155f99411df5fada7e
part=$folder/text8.part
command -v unzip >/dev/null 2>&1 || give_up "unzip is not installed"
unzip -p "$folder/text8.zip" text8 >"$part" || give_up "$folder/text8.zip: cannot be unpacked"
size=$(wc -c <"$part" | tr -d ' ')
[ "$size" -eq 100000000 ] || give_up "$folder/text8.zip: text8 has $size bytes, not 100000000"
mv "$part" "$folder/text8"
rm -f "$folder/text8.zip"
echo "Now try: sgns train $folder/text8 -o text8.sgns"
