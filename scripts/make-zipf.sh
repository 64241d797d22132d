#!/bin/sh
# Writes a corpus for measuring speed to standard output: random words whose counts follow Zipf's law.
# scripts/make-zipf.sh [-v DISTINCT_WORDS] [-w WORDS] [-s SEED]
set -eu
distinct=100000 words=10000000 seed=1
while getopts v:w:s: option; do
    case $option in
    v) distinct=$OPTARG ;;
    w) words=$OPTARG ;;
    s) seed=$OPTARG ;;
    *)
        echo "usage: make-zipf.sh [-v DISTINCT_WORDS] [-w WORDS] [-s SEED]" >&2
        exit 2
        ;;
    esac
done
# Draws a rank by inverting the cumulative distribution, log(rank) / log(distinct). Its digits in base 24 spell a word.
LC_ALL=C exec awk -v distinct="$distinct" -v words="$words" -v seed="$seed" '
    function name(rank,   text) {
        text = ""
        do {
            text = text substr("etaoinshrdlucmfwypvbgkjq", rank % 24 + 1, 1)
            rank = int(rank / 24)
        } while (rank > 0)
        return text
    }
    BEGIN {
        srand(seed)
        scale = log(distinct)
        for (i = 1; i <= words; i++) {
            rank = int(exp(rand() * scale))
            if (!(rank in names))
                names[rank] = name(rank)
            printf "%s%s", names[rank], i % 20 == 0 ? "\n" : " "
        }
        print ""
    }'
