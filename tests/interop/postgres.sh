#!/bin/sh
# PostgreSQL takes what sgns export -f pgvector writes: usage: tests/interop/postgres.sh BUILD_FOLDER. A server of its own
# runs in a scratch folder, on a socket there; root hands it to the user postgres, as the server does not run as root.
# Prints "ok NAME" and "not ok NAME" lines, or "skipped" and what is missing. Where there is no pgvector, the column is
# of type json, which takes the same text: all but the type itself is tested then.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$ROOT/build}
sgns=$(cd "$build" && pwd)/sgns
export LC_ALL=C
[ -x "$sgns" ] || { echo "there is no $sgns; build it first" >&2; exit 2; }
for folder in $(command -v initdb | sed 's,/[^/]*$,,') /usr/lib/postgresql/*/bin none; do
    [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/psql" ] && break
done
[ "$folder" != none ] || { echo "skipped: no PostgreSQL server"; exit 0; }
as=
if [ "$(id -u)" -eq 0 ]; then
    runuser -u postgres true 2>/dev/null || { echo "skipped: root, and no runuser or no user postgres"; exit 0; }
    as="runuser -u postgres --"
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-interop.XXXXXX") || exit 3
# server: its tools, as the user that it runs as.
server() {
    tool=$folder/$1
    shift
    # shellcheck disable=SC2086 # a command and its arguments, or nothing
    $as "$tool" "$@"
}
stop() {
    server pg_ctl -D "$scratch/data" -m immediate stop >/dev/null 2>&1
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 3' HUP INT TERM
chmod 755 "$scratch"
mkdir "$scratch/data" "$scratch/socket"
[ -z "$as" ] || chown postgres "$scratch/data" "$scratch/socket"
cd "$scratch" || exit 3
{ server initdb -D data -A trust --no-sync -E UTF8 --locale C &&
    server pg_ctl -D data -o "-c listen_addresses='' -k $scratch/socket" -w start; } >log 2>&1 </dev/null ||
    { echo "skipped: the server does not start: $(tail -n 1 log)"; exit 0; }

failed=0
check() {
    name=$1
    shift
    if "$@" >log 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        tail -n 20 log
        failed=1
    fi
}
psql() { server psql -X -q -v ON_ERROR_STOP=1 -h "$scratch/socket" -d postgres "$@"; }

# Words with all that a row of COPY must escape.
awk 'BEGIN { for (i = 0; i < 40; i++) print "a\\b \\. \\N quo\"te don'"'"'t na\303\257ve \350\252\236 {x} [1,2] $1" }' >corpus.txt
"$sgns" train corpus.txt -o model.sgns --tokenizer whitespace --dim 20 --epochs 1 --min-count 1 --threads 1 --quiet || exit 3
"$sgns" export model.sgns -f pgvector -o vectors.sql || exit 3
if psql -c 'CREATE EXTENSION vector' >log 2>&1 </dev/null; then
    type=pgvector
    cp vectors.sql load.sql
else
    echo "no pgvector here: the column is of type json"
    type=json
    sed '2s/ vector([0-9]*)/ json/' vectors.sql >load.sql
fi
same_rows() {
    psql -c 'COPY word_vectors TO STDOUT' </dev/null >back && sed '1,3d;/^\\\.$/,$d' vectors.sql >rows &&
        [ "$(wc -l <rows)" -eq 10 ] &&
        awk -F '\t' '
            NR == FNR { vector[$1] = $2; next }
            !($1 in vector) { print "no word " $1; bad = 1 }
            {
                count = split(substr($2, 2), there, ",")
                if (split(substr(vector[$1], 2), here, ",") != 20 || count != 20) bad = 1
                for (i = 1; i <= count; i++)
                    if ((there[i] - here[i]) ^ 2 > (1e-7 * here[i]) ^ 2) { print $1, i, here[i], there[i]; bad = 1 }
            }
            END { exit bad || FNR != 10 }' rows back
}
word() { [ "$(psql -At -c "SELECT count(*) FROM word_vectors WHERE word = '$1'" </dev/null)" = 1 ]; }
load() { psql <load.sql; }
again() { ! psql <load.sql && same_rows; }
nearest() {
    psql -At -c "SELECT word FROM word_vectors WHERE word <> 'don''t'
        ORDER BY embedding <=> (SELECT embedding FROM word_vectors WHERE word = 'don''t')" </dev/null >there &&
        "$sgns" near model.sgns "don't" -k 20 --format tsv | cut -f 2 >here && cmp here there
}
check "PostgreSQL loads pgvector's SQL ($type)" load
check "PostgreSQL has the same words and numbers" same_rows
check "PostgreSQL has a word with a backslash" word 'a\b'
check "PostgreSQL has the word that would end a COPY" word '\.'
check "PostgreSQL refuses the same words again, as a whole" again
[ "$type" = json ] || check "PostgreSQL has the same neighbors" nearest
# A word that no B-tree holds: one that can't be compressed below a third of a page.
awk 'BEGIN { srand(1); for (i = 0; i < 4000; i++) word = word sprintf("%c", 65 + int(rand() * 26) + 32 * int(rand() * 2))
    print "2 2\nking 1 2\n" word " 3 4" }' >long.vec
"$sgns" export long.vec -f pgvector -o long.sql || exit 3
if [ "$type" = json ]; then sed -i '2s/ vector([0-9]*)/ json/' long.sql; fi
long_word() {
    psql -c 'DROP TABLE word_vectors' </dev/null && psql <long.sql &&
        [ "$(psql -At -c 'SELECT max(length(word)), count(*) FROM word_vectors' </dev/null)" = '4000|2' ] && ! psql <long.sql
}
check "PostgreSQL loads a word of 4,000 bytes, once" long_word
exit "$failed"
