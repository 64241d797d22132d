#!/bin/sh
# sgns phrases, and what train and the questions make of its list.
. "$ROOT/tests/cli/harness.sh"

cd "$TMPDIR" || exit 3
# Words by chance, and among them new york, often as new york city, and los angeles.
awk 'BEGIN {
    seed = 3
    for (line = 0; line < 1500; line++) {
        for (i = 0; i < 6; i++) {
            seed = (seed * 16807) % 2147483647
            draw = int(seed / 1000) % 100
            printf "%s ", draw < 4 ? "New York city" : draw < 7 ? "new york," : draw < 10 ? "los angeles" : "w" int(draw / 2)
        }
        print "the."
    }
}' >text

find_phrases() { run 0 "$SGNS" phrases text --threshold 5 "$@"; }
check "phrases: a text and a list" find_phrases -o joined --list list --passes 2
check "phrases: says what it did" grep -qx 'wrote joined' "$err"
joined() {
    tr 'NY' 'ny' <text | tr -d ',.' | sed 's/los angeles/los_angeles/g; s/new york city/new_york_city/g; s/new york/new_york/g;
        s/ *$//' | cmp - joined
}
check "phrases: the text has them joined, and nothing else" joined
listed() { cut -f 1,2 list | sort >first && printf 'los angeles\t1\nnew york\t1\nnew_york city\t2\nyork city\t1\n' | cmp - first; }
check "phrases: the list has each pair with its pass" listed
counted() { [ "$(awk -F '\t' '$1 == "los angeles" { print $3 }' list)" -eq "$(grep -o 'los angeles' text | wc -l)" ]; }
check "phrases: counts" counted
top() {
    find_phrases --top 2 --format tsv -q && [ "$(wc -l <"$out")" -eq 2 ] && [ ! -s "$err" ] &&
        awk -F '\t' 'NF != 3 || $1 !~ /^(los_angeles|new_york)$/ || $2 <= last { exit 1 } { last = -1e9 }' "$out"
}
check "phrases: the best" top
npmi() { find_phrases --top 9 --score npmi --threshold 0.9 --format tsv -q && [ "$(grep -c '	1.000000	' "$out")" -eq 2 ]; }
check "phrases: words that only come together have an npmi of 1" npmi
json() { find_phrases --top 1 --format json -q && grep -q '^{"phrase": "[a-z_]*", "score": [0-9.]*, "count": [0-9]*}$' "$out"; }
check "phrases: JSON" json
piped() { "$SGNS" phrases - --threshold 5 --passes 2 -o - -q <text | cmp - joined; }
check "phrases: from a pipe to a pipe" piped
threads() { find_phrases -o first --list second --passes 2 --threads 3 && cmp first joined && cmp second list; }
check "phrases: threads change nothing" threads
cased() { find_phrases -o first --keep-case && grep -q 'New_York' first && grep -q 'new_york' first; }
check "phrases: case kept" cased
white() { find_phrases -o first --tokenizer whitespace && grep -q 'new_york, ' first; }
check "phrases: the other tokenizer" white
rare() { find_phrases -o first --min-count 100000 && ! grep -q _ first; }
check "phrases: --min-count" rare
fails "phrases: nothing to do" 2 '^sgns phrases: say what to do with the phrases: -o TEXT, --list FILE or --top N$' "$SGNS" phrases text
fails "phrases: no corpus" 2 '^sgns phrases: name a text file' "$SGNS" phrases -o x
fails "phrases: two for standard output" 2 "can't all use standard output" "$SGNS" phrases text -o - --top 3
fails "phrases: one file twice" 2 'name the same file, x$' "$SGNS" phrases text -o x --list x
fails "phrases: the corpus itself" 2 '^sgns phrases: text: the corpus itself' "$SGNS" phrases text -o text
fails "phrases: the corpus as the list" 2 '^sgns phrases: text: the corpus itself' "$SGNS" phrases text --list text
fails "phrases: another file in the list's place" 2 '^sgns phrases: joined: exists and is not a list of phrases; ' \
    "$SGNS" phrases text --list joined
fails "phrases: an empty list" 2 'no phrases, so no list of them; lower --threshold or --min-count$' \
    "$SGNS" phrases text -q --threshold 1e9 --list none
check "phrases: no list is left of it" test ! -e none
check "phrases: a full disk" run 3 "$SGNS" phrases text -q -o /dev/full
if command -v gzip >/dev/null 2>&1; then
    packed() { gzip -c <text | "$SGNS" phrases - --threshold 5 --passes 2 -o - -q | cmp - joined; }
    check "phrases: gzip" packed
else
    echo "ok phrases: gzip: skipped, it is not installed"
fi

# --- training ---

train() { run 0 "$SGNS" train -q --dim 4 --epochs 1 --threads 1 --min-count 1 "$@"; }
rows() { "$SGNS" export "$1" -f glove -o -; }
same() { train joined -o plain.sgns && train text --phrases list -o m.sgns && rows plain.sgns >first && rows m.sgns >second && cmp first second; }
check "train --phrases: the same as training on the joined text" same
check "the model is whole" run 0 "$SGNS" info m.sgns --verify
check "and says how many there are" grep -q '^phrases  *4, ' "$out"
near() { run 0 "$SGNS" near m.sgns "$@" -k 3 --format tsv; }
asked() { near new_york_city && cut -f 2- "$out" >first && near New York city && cut -f 2- "$out" | cmp - first; }
check "near: the words of a phrase are the phrase" asked
apart() { ! near los + angeles && grep -q '"los" is not among' "$err"; }
check "near: a sign keeps them apart" apart
excluded() { run 0 "$SGNS" near m.sgns w10 --format tsv -k 90 --exclude "new york" && ! grep -q '	new_york	' "$out" && grep -q '	los_angeles	' "$out"; }
check "near: --exclude" excluded
vector() { run 0 "$SGNS" vector m.sgns "new york" && grep -q '^new_york ' "$out"; }
check "vector: a phrase in one argument" vector
embed() {
    printf 'in new york city\n' | "$SGNS" embed m.sgns - >first && printf 'in new_york_city\n' | "$SGNS" embed m.sgns - | cmp - first
}
check "embed: phrases are joined" embed
check "similarity" run 0 "$SGNS" similarity m.sgns "new york" "los angeles"
kept() { run 0 "$SGNS" export m.sgns -f native -o n.sgns && "$SGNS" info n.sgns | grep -q '^phrases  *4, '; }
check "export keeps the list" kept
going() { train text --init m.sgns -o i.sgns --epochs 1 && "$SGNS" info i.sgns | grep -q '^phrases  *4, ' && rows i.sgns | grep -q '^new_york_city '; }
check "train --init: the model's phrases" going
by_hand() { echo 'new york' >hand && train text --phrases hand -o h.sgns && rows h.sgns | grep -q '^new_york ' && ! rows h.sgns | grep -q _city; }
check "train --phrases: a list by hand" by_hand
both() {
    "$SGNS" vocab joined -q -o v.tsv --min-count 30 && train text --phrases list --vocab v.tsv -o b.sgns &&
        rows b.sgns | cut -d ' ' -f 1 >first && cut -f 1 v.tsv | cmp - first
}
check "train --phrases --vocab: a vocabulary with phrases" both
echo 'New York' >wrong
fails "train --phrases: words of another case" 2 '^sgns train: wrong:1: the tokenizer never makes "New" of a text; ' \
    "$SGNS" train text --phrases wrong -o no.sgns
fails "train --phrases: no list" 2 '^sgns train: text:1: not a line of the form "word word<TAB>pass"$' \
    "$SGNS" train text --phrases text -o no.sgns
damaged() {
    at=$(grep -abo 'new york	1' m.sgns | head -n 1 | cut -d : -f 1)
    cp m.sgns d.sgns && printf 'newXyork' | dd of=d.sgns bs=1 seek="$at" conv=notrunc 2>/dev/null &&
        fails_so 2 "^sgns near: d.sgns: damaged: its phrases:[0-9]*: not a line " "$SGNS" near d.sgns new york
}
check "a damaged list is found" damaged

# --- going on ---

cat text text text text >long
long() { "$SGNS" train long -q --dim 40 --epochs 50 --threads 1 --phrases list --vocab v.tsv -o "$1"; }
check "a whole training" long whole.sgns
stopped() {
    for pauses in 1 2 3 4 6 8 12 16 24 32 48 64 96 128 256; do
        rm -f m.sgns
        "$SGNS" train long -q --dim 40 --epochs 50 --threads 1 --phrases list --vocab v.tsv -o m.sgns 2>"$err" &
        for _ in $(seq "$pauses"); do
            sleep 0.04 2>/dev/null || sleep 1
        done
        kill -TERM $! 2>/dev/null
        wait $!
        [ $? -eq 143 ] && [ -e m.sgns.checkpoint ] && return 0
    done
    return 1
}
check "a training that is stopped" stopped
cp m.sgns.checkpoint copy
fails "resumed with other phrases" 2 '^sgns train: hand: not the phrases that this training began with; leave --phrases out$' \
    "$SGNS" train --resume copy long -q -o m.sgns --phrases hand
head -n 3 v.tsv >w.tsv
fails "resumed with another vocabulary" 2 '^sgns train: w.tsv: not the vocabulary that this training began with; leave --vocab out$' \
    "$SGNS" train --resume copy long -q -o m.sgns --vocab w.tsv
resumed() { run 0 "$SGNS" train --resume m.sgns.checkpoint long -q && cmp m.sgns whole.sgns; }
check "resumed: phrases and vocabulary come from the checkpoint" resumed
again() { run 0 "$SGNS" train --resume copy long -q -o a.sgns --phrases list --vocab v.tsv && cmp a.sgns whole.sgns; }
check "resumed: or are given again" again
finish
