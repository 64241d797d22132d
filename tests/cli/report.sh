#!/bin/sh
# sgns report: the page as a file; tests/browser opens it.
. "$ROOT/tests/cli/harness.sh"
cd "$TMPDIR" || exit 3

awk 'BEGIN { for (i = 0; i < 400; i++) print "Sun moon star sky cloud rain", i % 7 ? "wind </script> snow" : "fog" }' >corpus.txt
check "a model" run 0 "$SGNS" train corpus.txt -o words.sgns --dim 8 --epochs 3 --threads 1 --quiet
report() { run 0 "$SGNS" report words.sgns "$@"; }
page() {
    report -o page.html && [ ! -s "$out" ] && [ ! -s "$err" ] && head -n 1 page.html | grep -q '^<!DOCTYPE html>$' &&
        tail -n 1 page.html | grep -q '^</html>$' && [ "$(grep -c '<section' page.html)" -eq 6 ] &&
        [ "$(grep -c '<svg' page.html)" -eq 6 ] && [ "$(grep -c 'class="how"' page.html)" -eq 5 ]
}
check "a page with a search, facts, a map and three charts, and how to read them" page
quiet() {
    report -o page.html && grep -q "Content-Security-Policy" page.html && grep -q "default-src 'none'" page.html &&
        ! grep -Eq 'https?://|src=|@import|url\(|<link' page.html
}
check "nothing is loaded from anywhere" quiet
facts() {
    report -o page.html && grep -q '<h1>words\.sgns</h1>' page.html && grep -q '<dt>Dimensions</dt><dd>8</dd>' page.html &&
        grep -Eq '<dt>Words of text</dt><dd>[0-9],[0-9]{3}</dd>' page.html && grep -q '<dt>Epochs</dt><dd>3</dd>' page.html &&
        grep -q 'prefers-color-scheme:dark' page.html
}
check "facts" facts
# The losses that info prints are those of the chart.
losses() {
    report -o page.html && "$SGNS" info words.sgns | sed -n 's/^loss, epoch \([0-9]*\) *\([-0-9.]*\) .*/\1 \2/p' >losses &&
        [ "$(wc -l <losses)" -eq 3 ] && while read -r epoch loss; do
            grep -q "<title>$epoch: $(printf '%.6g' "$loss")</title>" page.html || return 1
        done <losses
}
check "loss by epoch" losses
data() { sed -n 's/^.*id="data">{"dim":\([0-9]*\),"fold":\([a-z]*\),"words":\[\(.*\)\],$/\1 \2 \3/p' page.html; }
words() {
    report -o page.html && "$SGNS" export words.sgns -f word2vec-text | awk 'NR > 1 { printf "%s\"%s\"", (NR > 2 ? "," : "8 true "), $1 } END { print "" }' >expected &&
        data | cmp -s - expected
}
check "the words of the search, the most frequent first" words
vectors() {
    count=$("$SGNS" info words.sgns | awk '$1 == "words" { print $2 + 0 }')
    bytes=$(sed -n 's/^"vectors":"\(.*\)",$/\1/p' page.html | tr -d '\n' | base64 -d | wc -c)
    scales=$(sed -n 's/^"scales":"\(.*\)"}<.*$/\1/p' page.html | tr -d '\n' | base64 -d | wc -c)
    [ "$bytes" -eq $((count * 8)) ] && [ "$scales" -eq $((count * 4)) ]
}
check "their vectors, a byte a number" vectors
same_bytes() {
    report --threads 1 -o one.html && report --threads 3 -o three.html && cmp one.html three.html &&
        report --seed 2 -o two.html && ! cmp -s one.html two.html && run 0 "$SGNS" report words.sgns && cmp "$out" one.html
}
check "--threads changes nothing, --seed does; standard output" same_bytes

# Another program's file says neither counts nor losses; its words may be anything.
printf '3 2\n</script><b> 1 0\n\033[31mred 0.5 1\nsnow -1 0.2\n' >other.txt
other() {
    run 0 "$SGNS" report other.txt -o other.html && grep -q 'The file does not say how training went' other.html &&
        grep -q 'The file does not say how often words occur' other.html && [ "$(grep -c '</script>' other.html)" -eq 2 ] &&
        grep -qF '"\u003c/script\u003e\u003cb\u003e","\\x1b[31mred","snow"' other.html && grep -q '&lt;/script&gt;&lt;b&gt;' other.html &&
        ! grep -q "$(printf '\033')" other.html
}
check "another program's file, with hostile words" other
one_word() {
    printf '1 2\nalone 1 0\n' >one.txt && run 0 "$SGNS" report one.txt -o one-word.html && ! grep -q '<h2>Map' one-word.html &&
        printf '2 2\nnone 0 0\nnothing 0 0\n' >none.txt && run 0 "$SGNS" report none.txt -o none.html && grep -q 'No vector has a length' none.html
}
check "one word, and none with a direction" one_word

printf '<!DOCTYPE html>\n<html><title>my page</title></html>\n' >mine.html
cp mine.html before
fails "does not replace a page that it did not make" 2 \
    '^sgns report: mine\.html: exists and is not a report by sgns; name another file, or replace it with --force$' "$SGNS" report words.sgns -o mine.html
check "the page stays" cmp -s mine.html before
replaces() { report -o page.html && report -o page.html && report -o mine.html --force && grep -q 'made by sgns report' mine.html; }
check "replaces a report, and anything by force" replaces
check "a map" run 0 "$SGNS" map words.sgns -o map.svg
fails "a map is no report" 2 'exists and is not a report by sgns' "$SGNS" report words.sgns -o map.svg
fails "the model itself" 2 'words\.sgns: this is the model itself; name another file with -o' "$SGNS" report words.sgns -o words.sgns --force
fails "two models" 2 'sgns report MODEL' "$SGNS" report words.sgns words.sgns
fails "no model" 2 'name a model: sgns report MODEL' "$SGNS" report
fails "a missing model" 2 'missing\.sgns: ' "$SGNS" report missing.sgns
finish
