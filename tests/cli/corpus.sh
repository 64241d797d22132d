#!/bin/sh
# The bundled corpus and its questions: the same on every machine, and made of the entries of the tables.
# shellcheck disable=SC2016 # variables in the commands of sh -c
. "$ROOT/tests/cli/harness.sh"
cd "$TMPDIR" || exit 3
make_corpus() { sh "$ROOT/scripts/make-corpus.sh" "$@"; }
make_corpus -w 20000 >a.txt
make_corpus -w 20000 >b.txt
make_corpus -w 20000 -s 2 >c.txt
check "corpus: the same seed gives the same bytes" cmp -s a.txt b.txt
check "corpus: another seed gives others" sh -c '! cmp -s a.txt c.txt'
check "corpus: the sum of the first 20,000 words" test "$(cksum <a.txt)" = "2491101445 109646"
words=$(wc -w <a.txt)
check "corpus: as many words as asked for, up to a sentence" test "$words" -ge 20000 -a "$words" -lt 20040
check "corpus: no column left unfilled" sh -c '! grep -q "[{}]" a.txt'
check "corpus: sentences begin with a capital or a digit" sh -c '! grep -qv "^[A-Z0-9]" a.txt'
fails "corpus: a wrong option" 2 'usage: make-corpus' sh -c 'sh "$ROOT/scripts/make-corpus.sh" -x 2>&1 >/dev/null |
    tail -n 1 >&2; exit 2'

mkdir -p broken/scripts broken/data
cp "$ROOT"/scripts/make-corpus.* broken/scripts
cp "$ROOT"/data/*.tsv broken/data
printf 'mixed\tA {nothing} here.\n' >broken/data/shapes.txt
fails "corpus: a column that no table has" 2 'no table has a column nothing' sh broken/scripts/make-corpus.sh -w 10

tables() {
    for table in "$ROOT"/data/*.tsv; do
        awk -F '\t' -v name="$table" 'NR == 1 { columns = NF }
            NF != columns { print name ":" NR ": " NF " columns, not " columns; bad = 1 }
            { for (i = 1; i <= NF; i++) if ($i == "") { print name ":" NR ": an empty cell"; bad = 1 } }
            END { exit bad }' "$table" >&2 || return 1
    done
}
check "corpus: every table is whole" tables
keys() { awk -F '\t' 'FNR > 1 && seen[FILENAME, $1]++ { print FILENAME ": twice: " $1; bad = 1 } END { exit bad }' \
    "$ROOT"/data/*.tsv >&2; }
check "corpus: no key twice in a table" keys

sh "$ROOT/scripts/make-questions.sh" >questions.txt
check "corpus: questions have four words or are section heads" \
    awk '!/^: [a-z-]+$/ && NF != 4 { exit 1 }' questions.txt
check "corpus: a capital question" grep -qx 'paris france berlin germany' questions.txt
check "corpus: a gender question" grep -qx 'man woman king queen' questions.txt
sh "$ROOT/scripts/make-corpus.sh" -w 300000 | tr -cs 'A-Za-z-' '\n' | tr '[:upper:]' '[:lower:]' | sort -u >known.txt
grep -v '^:' questions.txt | tr ' ' '\n' | sort -u | comm -23 - known.txt >unknown.txt
check "corpus: every word of the questions occurs" test ! -s unknown.txt
finish
