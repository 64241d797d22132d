#!/bin/sh
# Writes a corpus of random words, whose counts follow Zipf's law, to standard output, for measuring speed:
# scripts/make-zipf.sh [-v DIFFERENT_WORDS] [-w WORDS] [-s SEED]
set -eu
different=100000 words=10000000 seed=1
while getopts v:w:s: option; do
    case $option in
    v) different=$OPTARG ;;
    w) words=$OPTARG ;;
    s) seed=$OPTARG ;;
    *)
        echo "usage: make-zipf.sh [-v DIFFERENT_WORDS] [-w WORDS] [-s SEED]" >&2
        exit 2
        ;;
    esac
done
# The rank by the inverse of the distribution's integral, log(rank) / log(different); a name of letters from its digits.
LC_ALL=C exec awk -v different="$different" -v words="$words" -v seed="$seed" '
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
        scale = log(different)
        for (i = 1; i <= words; i++) {
            rank = int(exp(rand() * scale))
            if (!(rank in names))
                names[rank] = name(rank)
            printf "%s%s", names[rank], i % 20 == 0 ? "\n" : " "
        }
        print ""
    }'
