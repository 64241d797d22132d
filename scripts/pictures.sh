#!/bin/sh
# Makes the pictures that README.md shows, map.svg and report.svg: scripts/pictures.sh BUILD_FOLDER [FOLDER], by default
# in data/. With --check for the folder it only says whether those in data/ are still what it makes.
# They are of the demo's model, trained on one thread by one kernel, so that the bytes are the same every time.
set -eu
build=${1:?usage: pictures.sh BUILD_FOLDER [FOLDER | --check]}
here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data
to=${2:-$data}
sgns=$build/sgns
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-pictures.XXXXXX") || exit 3
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM

if ! "$sgns" info --cpu | grep -q avx2; then
    echo "skipped: without AVX2 the model has other bytes, and so have its pictures"
    exit 0
fi
model=$scratch/demo.sgns
sh "$here/make-corpus.sh" >"$scratch/corpus.txt"
"$sgns" train "$scratch/corpus.txt" -o "$model" --threads 1 --kernel avx2 --quiet
"$sgns" map "$model" --near france --near king --near teacher --near dog --near walked --near bigger --near seven \
    --top 18 -o "$scratch/map.svg" 2>/dev/null
"$sgns" report "$model" -o "$scratch/report.html"

# The first two charts of the report side by side, each below its heading.
awk '
    BEGIN {
        width = 400; height = 320
        print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<style>\n", \
            2 * width, height, 2 * width, height
    }
    /^<style id="pictures">/ { style = 1; next }
    /^<\/style>/ && style { print "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>"; style = 0 }
    style { print }
    /^<h2>/ { heading = $0; gsub(/<[^>]*>/, "", heading) }
    /^<svg class="chart"/ && charts < 2 {
        chart = 1
        printf "<text class=\"ink big\" x=\"%d\" y=\"26\" font-size=\"15\" font-family=\"system-ui, sans-serif\">%s</text>\n", \
            charts * width + 16, heading
        sub(/<svg/, "<svg x=\"" charts * width "\" y=\"36\" width=\"400\" height=\"280\"")
        charts++
    }
    chart { print }
    /^<\/svg>/ { chart = 0 }
    END { print "</svg>" }' "$scratch/report.html" >"$scratch/report.svg"

for picture in map.svg report.svg; do
    if [ "$to" != --check ]; then
        cp "$scratch/$picture" "$to/$picture"
    elif cmp -s "$scratch/$picture" "$data/$picture"; then
        echo "data/$picture is what scripts/pictures.sh makes"
    else
        echo "data/$picture is not what scripts/pictures.sh makes; say make pictures" >&2
        exit 1
    fi
done
