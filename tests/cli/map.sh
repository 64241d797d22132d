#!/bin/sh
# sgns map: which words it shows, the picture, what it refuses and replaces.
. "$ROOT/tests/cli/harness.sh"
cd "$TMPDIR" || exit 3

# Three axes, words close to each; one word without a direction, and words that would be markup.
awk 'BEGIN {
    print "42 3"
    for (i = 0; i < 39; i++) {
        for (d = 0; d < 3; d++) x[d] = (d == i % 3 ? 5 : 0) + (i * (d + 3)) % 7 / 10
        print "w" i, x[0], x[1], x[2]
    }
    print "zero 0 0 0"
    print "</text><script>alert(1)</script> 1 2 3"
    print "&\"'\''\342\200\256\033[31m 3 2 1"
}' >words.txt
map() { run 0 "$SGNS" map words.txt "$@"; }
dots() { grep -c '<circle' "$1"; }
# labels FILE: the texts of the words.
labels() { grep -o '<circle.*</text>' "$1" | sed 's/.*">//; s,</text>,,' | sort; }

frequent() {
    map -o map.svg && [ "$(dots map.svg)" -eq 41 ] && [ ! -s "$out" ] &&
        grep -Eq '^41 words; the first two components have [0-9.]+% and [0-9.]+% of the variance; t-SNE leaves a divergence of [0-9.]+$' "$err"
}
check "all words that have a direction, if there are few" frequent
top() { map --top 7 -o map.svg && [ "$(labels map.svg | tr '\n' ' ')" = "w0 w1 w2 w3 w4 w5 w6 " ]; }
check "--top" top
named() {
    map w3 W5 w9 -o map.svg && [ "$(labels map.svg | tr '\n' ' ')" = "w3 w5 w9 " ] && [ "$(grep -c 'halo big' map.svg)" -eq 3 ]
}
check "named words, normalized, in bold" named
named_and_top() { map w20 --top 3 -o map.svg && [ "$(labels map.svg | tr '\n' ' ')" = "w0 w1 w2 w20 " ]; }
check "named words and --top" named_and_top
# The same words as near gives.
near() {
    { echo w4; "$SGNS" near words.txt w4 -k 6 | awk '{ print $1 }'; } | sort >expected
    map --near w4 --top 6 -o map.svg && labels map.svg | cmp -s - expected && [ "$(grep -c 'halo big' map.svg)" -eq 1 ]
}
check "--near" near
expression() {
    { printf 'w1\nw4\nw5\nw8\n'; "$SGNS" near words.txt 'w4 - w5 + w8' -k 3 | awk '{ print $1 }'
        "$SGNS" near words.txt w1 -k 3 | awk '{ print $1 }'; } | sort -u >expected
    map --near 'w4 - w5 + w8' --near=w1 --top 3 -o map.svg && labels map.svg | cmp -s - expected
}
check "--near takes expressions, and may be repeated" expression

picture() {
    map -o map.svg && head -n 1 map.svg | grep -q '^<?xml version="1.0" encoding="UTF-8"?>$' &&
        grep -q 'prefers-color-scheme:dark' map.svg && grep -q '>41 words of words\.txt<' map.svg && tail -n 1 map.svg | grep -q '^</svg>$' &&
        [ "$(grep -o ' class="c[0-9]' map.svg | sort -u | wc -l)" -eq 5 ]
}
check "an SVG, light and dark, with classes" picture
hostile() {
    map -o map.svg && ! grep -q '<script' map.svg && grep -q '&lt;/text&gt;&lt;script&gt;alert(1)' map.svg &&
        grep -q '&amp;&quot;&#39;\\u202e\\x1b\[31m' map.svg && ! LC_ALL=C grep -q "$(printf '\033')" map.svg
}
check "words are text, whatever they hold" hostile
layouts() {
    map --layout pca -o pca.svg && ! grep -q 't-SNE' "$err" pca.svg && grep -Eq 'Principal components, with [0-9]+% and [0-9]+%' pca.svg &&
        map --layout tsne -o tsne.svg && grep -q 't-SNE' tsne.svg && ! cmp -s pca.svg tsne.svg
}
check "--layout" layouts
same_bytes() {
    map --threads 1 -o one.svg && map --threads 3 -o three.svg && cmp one.svg three.svg &&
        map --seed 2 -o two.svg && ! cmp -s one.svg two.svg
}
check "--threads changes nothing, --seed does" same_bytes
standard() { map --threads 1 -o one.svg && run 0 "$SGNS" map words.txt && cmp "$out" one.svg && run 0 "$SGNS" map words.txt -o - && cmp "$out" one.svg; }
check "standard output" standard

printf 'a letter\n' >letter
printf '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><title>drawn by hand</title></svg>\n' >drawing.svg
for old in letter drawing.svg words.txt.copy; do
    [ -e "$old" ] || cp words.txt "$old"
    cp "$old" before
    fails "does not replace $old" 2 "^sgns map: $old: exists and is not a map by sgns; name another file, or replace it with --force\$" \
        "$SGNS" map words.txt -o "$old"
    check "$old stays" cmp -s "$old" before
done
replaces() {
    map --top 5 -o again.svg && chmod 640 again.svg && map --top 6 -o again.svg && [ "$(dots again.svg)" -eq 6 ] &&
        [ "$(stat -c %a again.svg)" = 640 ] && cp letter forced.svg && map -o forced.svg --force && [ "$(dots forced.svg)" -eq 41 ] &&
        : >empty.svg && map -o empty.svg && [ -z "$(find . -name '*.tmp-*')" ]
}
check "replaces a map, an empty file, and anything by force; keeps permissions" replaces
fails "the model itself" 2 '^sgns map: words\.txt: this is the model itself; name another file with -o$' "$SGNS" map words.txt -o words.txt --force
fails "a folder that does not exist" 2 '^sgns map: none/map\.svg: ' "$SGNS" map words.txt -o none/map.svg
fails "no name" 2 'the name of the file to write is empty' "$SGNS" map words.txt -o ''
full() { [ ! -w /dev/full ] || fails_so 3 '/dev/full: .*No space left' "$SGNS" map words.txt -o /dev/full; }
check "a full disk" full
fails "an unknown word" 1 '"nobody" is not among' "$SGNS" map words.txt w1 nobody -o new.svg
fails "an unknown word in --near" 1 '"nobody" is not among' "$SGNS" map words.txt --near nobody -o new.svg
fails "a word without a direction" 1 '"zero"' "$SGNS" map words.txt zero w1 -o new.svg
fails "one word" 2 'a map needs at least two words; for those around one, say --near "w1"' "$SGNS" map words.txt w1 -o new.svg
fails "too many words" 2 '\-\-top takes a whole number from 1 to 5000' "$SGNS" map words.txt --top 5001
fails "no such layout" 2 '\-\-layout takes one of tsne, pca' "$SGNS" map words.txt --layout umap
fails "no model" 2 'name a model: sgns map MODEL' "$SGNS" map
fails "a missing model" 2 'missing\.sgns: ' "$SGNS" map missing.sgns -o new.svg
check "nothing is left of what failed" test ! -e new.svg
finish
