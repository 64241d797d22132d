#!/bin/sh
# Maps and reports in a real browser: usage: tests/browser/report.sh BUILD_FOLDER. Types words, reads their neighbors, and
# compares them with those of sgns near; measures labels, text and colors. Prints "ok NAME" and "not ok NAME" lines, or
# "skipped" without a Chromium (CHROMIUM names one).
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$ROOT/build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
export LC_ALL=C ROOT SGNS="$build/sgns"
[ -x "$build/tools/browser" ] || { echo "there is no $build/tools/browser; say make test-browser" >&2; exit 2; }
for chromium in ${CHROMIUM:-chromium chromium-browser google-chrome} none; do
    command -v "$chromium" >/dev/null 2>&1 && break
done
[ "$chromium" != none ] || { echo "skipped: no Chromium (on Debian: apt-get install chromium; CHROMIUM names another)"; exit 0; }
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/sgns-browser.XXXXXX") || exit 3
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 3' HUP INT TERM
. "$ROOT/tests/cli/harness.sh"
cd "$TMPDIR" || exit 3
mkdir profile

# browse FILE: does with the page what standard input says; what it prints is in `seen`.
browse() {
    "$build/tools/browser" "$chromium" "$TMPDIR/profile" "file://$TMPDIR/$1" >seen 2>errors && return 0
    { cat errors; grep -v dbus profile/messages; } >&2
    return 1
}
says="eval document.getElementById('status').textContent"
found="eval [...document.querySelectorAll('#found li')].map(row => [...row.children].map(x => x.textContent).join(' ')).join('; ')"

{
    sh "$ROOT/scripts/make-corpus.sh" | head -n 40000
    yes "the caf$(printf '\303\251') in paris" | head -n 9
} >corpus.txt
check "a model" run 0 "$SGNS" train corpus.txt -o words.sgns --epochs 3 --quiet
check "a report" run 0 "$SGNS" report words.sgns -o report.html
check "a map" run 0 "$SGNS" map words.sgns -o map.svg

# --- typing words ---

# as_near WORD: `seen` ends with ten words and cosines: each is right but for rounding, and no better one is missing.
as_near() {
    tail -n 1 seen | tr ';' '\n' | awk 'NF == 3 { print $1, $3 } NF == 2 { print $1, $2 }' >shown
    "$SGNS" near words.sgns "$1" -k 200 --restrict 5000 --format tsv | cut -f 2,3 >right
    awk 'FNR == NR { right[$1] = $2; order[NR] = $1; next }
         { shown[$1] = 1; least = $2; rows++
           if (!($1 in right) || $2 - right[$1] > 0.008 || right[$1] - $2 > 0.008) { print "wrong:", $0, right[$1]; bad = 1 } }
         END { for (i = 1; order[i] != "" && right[order[i]] > least + 0.008; i++)
                   if (!(order[i] in shown)) { print "missing:", order[i]; bad = 1 }
               exit bad || rows != 10 }' right shown >&2
}
# type_word TYPED WORD: with the keyboard alone.
type_word() {
    printf 'key Tab\ntype %s\n%s\n%s\n' "$1" "$says" "$found" | browse report.html &&
        grep -q "^Nearest to .$(printf '\342\200\234' | cut -b 2-)$2.* among [0-9,]* words:\$" seen && as_near "$2"
}
check "typing king shows what near shows" type_word king king
check "typing Teacher finds teacher" type_word Teacher teacher
check "typing an e and an accent finds the word with one letter" type_word "CAFE$(printf '\314\201')" "caf$(printf '\303\251')"
unknown() {
    printf 'key Tab\ntype xyzzy\n%s\n' "$says" | browse report.html && grep -q 'xyzzy.* is not among the [0-9,]* words on this page\.$' seen
}
check "an unknown word" unknown
# Tab goes from the box over its button to the first proposed word.
completed() {
    printf 'key Tab\ntype quee\n%s\nkey Tab\nkey Tab\nkey Enter\n%s\n%s\n' "$says" "$says" "$found" | browse report.html &&
        sed -n 1p seen | grep -q 'is not among .* These begin with it:$' && sed -n 2p seen | grep -q 'Nearest to .*queen' && as_near queen
}
check "words that begin so, by keyboard" completed
followed() {
    printf 'key Tab\ntype king\nkey Enter\nkey Tab\nkey Tab\neval document.activeElement.textContent\nkey Enter\n%s\n' "$says" | browse report.html &&
        sed -n 2p seen | grep -q "^Nearest to .*$(sed -n 1p seen)"
}
check "from a neighbor to its neighbors, by keyboard" followed
clicked() {
    printf "screen 1600 1000 light\nclick .wide g[data-w='3'] circle\n%s\neval document.getElementById('word').value\n" "$says" | browse report.html &&
        sed -n 1p seen | grep -q "^Nearest to .*$(sed -n 2p seen)" &&
        [ "$(sed -n 2p seen)" = "$("$SGNS" export words.sgns -f word2vec-text --top 4 | tail -n 1 | cut -d ' ' -f 1)" ]
}
check "a word of the map, clicked" clicked

# --- how it looks ---

# Labels of the visible pictures that overlap, by the boxes that the browser drew.
overlaps="eval [...document.querySelectorAll('svg')].filter(svg => svg.getClientRects().length).map(svg => { const boxes = [...svg.querySelectorAll('.halo')].map(x => x.getBoundingClientRect()); return boxes.filter((a, i) => boxes.some((b, j) => j < i && a.left < b.right && b.left < a.right && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2)).length; }).join(' ')"
scroll="eval document.documentElement.scrollWidth <= innerWidth"
small="eval Math.min(...[...document.querySelectorAll('svg')].filter(svg => svg.getClientRects().length).map(svg => parseFloat(getComputedStyle(svg).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)) >= 10"
loaded="eval performance.getEntriesByType('resource').length"
# The least contrast of a color of the map, or of text, to what is behind it (WCAG 2).
contrast="eval (() => { const light = text => { const [r, g, b] = text.match(/[0-9.]+/g).map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; }; const card = document.querySelector('section, .paper'); const behind = light(card.matches('section') ? getComputedStyle(card).backgroundColor : getComputedStyle(card).fill); return Math.min(...[...document.querySelectorAll('svg text, p, dt, dd, h2')].map(x => { const style = getComputedStyle(x), front = light(x.closest('svg') ? style.fill : style.color); return (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05); })) >= 4.5; })()"
looks() { # FILE WIDTH HEIGHT SCHEME
    printf 'screen %d %d %s\n%s\n%s\n%s\n%s\n%s\n' "$2" "$3" "$4" "$overlaps" "$scroll" "$small" "$loaded" "$contrast" | browse "$1" || return 1
    sed -n 1p seen | grep -Eq '^0( 0)*$' && [ "$(sed -n '2,$p' seen | tr '\n' ' ')" = "true true 0 true " ] && return 0
    echo "overlapping labels, fits, large enough, loaded, contrast: $(tr '\n' ' ' <seen)" >&2
    return 1
}
for scheme in light dark; do
    check "report, 360 pixels, $scheme" looks report.html 360 800 "$scheme"
    check "report, 760 pixels, $scheme" looks report.html 760 1000 "$scheme"
    check "report, 770 pixels, $scheme" looks report.html 770 1000 "$scheme"
    check "report, 1130 pixels, $scheme" looks report.html 1130 1000 "$scheme"
    check "report, 1600 pixels, $scheme" looks report.html 1600 1000 "$scheme"
    check "map, $scheme" looks map.svg 1600 1000 "$scheme"
done

# --- words that would be markup ---

printf '4 2\n</script><b>bold</b> 1 0\n&lt;i&gt; 0.5 1\n\342\200\256abc -1 0.2\nplain 1 0.1\n' >hostile.txt
run 0 "$SGNS" report hostile.txt -o hostile.html
hostile() {
    printf "key Tab\ntype &lt;i&gt;\n%s\neval document.querySelectorAll('b, i').length\neval document.scripts.length\n" "$says" | browse hostile.html &&
        sed -n 1p seen | grep -q '^Nearest to .*&lt;i&gt;.* among 4 words:$' && [ "$(sed -n '2,$p' seen | tr '\n' ' ')" = "0 2 " ]
}
check "words that would be markup are words" hostile
finish
