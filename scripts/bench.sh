#!/bin/sh
# Measures the speed of training: scripts/bench.sh BUILD_FOLDER [CORPUS]
# Without a corpus it makes one of random words. Programs that are compared take turns, and medians are shown. fasttext
# is compared if it is installed, other programs if these variables name them: WORD2VEC (word2vec.c) and PWORD2VEC
# (pWord2Vec or pSGNScc, which take the same options). ROUNDS is the number of runs (3), THREADS that of threads (all).
set -eu
build=${1:?usage: bench.sh BUILD_FOLDER [CORPUS]}
corpus=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
sgns=$build/sgns
rounds=${ROUNDS:-3}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM

now() { date +%s.%N; }
median() { sort -n "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

"$sgns" info --cpu | tee "$scratch/cpu"
threads=${THREADS:-$(awk '/^usable cores/ { print $3 }' "$scratch/cpu")}
# peak KERNEL: the GFLOP/s of multiply-adds that as many cores as threads reach right now, since other programs may slow
# the machine down.
peak() {
    "$sgns" info --cpu |
        awk -v kernel="$1" -v threads="$threads" '$1 == "kernel" && $2 == kernel { print $(NF - 2) * threads }'
}
best=$(awk '$1 == "kernel" { print $2; exit }' "$scratch/cpu")

if [ -z "$corpus" ]; then
    corpus=$scratch/zipf.txt
    sh "$here/make-zipf.sh" >"$corpus"
fi
size=$(wc -c <"$corpus" | tr -d ' ')
echo "corpus: $corpus, $size bytes; $threads threads; medians of $rounds runs"

# train CORPUS OPTION...: trains for one epoch with word2vec's subsampling and the options; its messages go to $scratch/log.
train() {
    train_corpus=$1
    shift
    "$sgns" train "$train_corpus" --tokenizer whitespace --epochs 1 --sample 1e-3 --negative 5 --threads "$threads" \
        -o "$scratch/model.sgns" --verbose "$@" 2>"$scratch/log"
}
field() { sed -n "$1" "$scratch/log"; }

# rate LABEL DIM NOISE KERNEL CORPUS OPTION...: for training alone, prints words/s, GFLOP/s, the share of the peak, and
# the GB/s of rows read from memory and written back. The peak is measured before every run; the share is the median of
# all runs.
rate() {
    label=$1 dim=$2 noise=$3 kernel=$4 rate_corpus=$5
    shift 5
    : >"$scratch/rates"
    : >"$scratch/shares"
    for _ in $(seq "$rounds"); do
        highest=$(peak "$kernel")
        train "$rate_corpus" --dim "$dim" --noise "$noise" --kernel "$kernel" "$@"
        kept=$(field 's/^subsampling kept \([0-9.]*\)%.*/\1/p')
        pairs=$(field 's/^a kept word had \([0-9.]*\) pairs.*/\1/p')
        words=$(field 's/^trained in .* s, \([0-9.]*\)M words.*/\1/p')
        echo "$words" >>"$scratch/rates"
        echo "$words $kept $pairs $highest" | awk -v dim="$dim" -v noise="$noise" \
            '{ print $1 * 1e-3 * $2 / 100 * 6 * dim * ($3 + noise) / $4 * 100 }' >>"$scratch/shares"
    done
    rows=$(field 's/.* and fetched \([0-9.]*\) rows.*/\1/p')
    memory=$(field 's/^at most \([0-9]*\) MB.*/\1/p')
    median "$scratch/rates" | awk -v label="$label" -v dim="$dim" -v noise="$noise" -v kept="$kept" -v pairs="$pairs" \
        -v rows="$rows" -v memory="$memory" -v share="$(median "$scratch/shares")" '{
            words = $1 * 1e-3 * kept / 100
            bytes = int((dim + 31) / 32) * 64
            printf "%-34s %6.2f M words/s %6.1f GFLOP/s %5.1f%% of peak %5.1f GB/s of rows %5d MB used\n", label, $1,
                words * 6 * dim * (pairs + noise), share, words * rows * bytes * 2, memory
        }'
}

echo
echo "reading alone (tokenizer, dictionary, ids)"
for reading in 1 "$threads"; do
    : >"$scratch/rates"
    for _ in $(seq "$rounds"); do
        train "$corpus" --threads "$reading" --dim 1 --noise 1 --window 1 --negative 1
        field 's/^reading took .* s, \([0-9]*\) MB.*/\1/p' >>"$scratch/rates"
    done
    echo "$reading threads: $(median "$scratch/rates") MB/s"
done

echo
echo "training alone; 6 D (pairs + noise) flops per kept word; each row fetched counts twice, read and written"
for noise in 16 32 64; do
    rate "dim 100, noise $noise" 100 $noise "$best" "$corpus"
done
rate "dim 300, noise 64" 300 64 "$best" "$corpus"
threads_all=$threads
threads=1
rate "dim 100, noise 64, 1 thread" 100 64 "$best" "$corpus"
threads=$threads_all
sed -n 's/^kernel \([a-z0-9]*\) .*/\1/p' "$scratch/cpu" | sed 1d | grep -v scalar >"$scratch/kernels"
while read -r kernel; do
    rate "dim 100, noise 64, kernel $kernel" 100 64 "$kernel" "$corpus"
done <"$scratch/kernels"
for distinct in 100000 1000000; do
    sh "$here/make-zipf.sh" -v "$distinct" -w 8000000 >"$scratch/large.txt"
    rate "zipf $distinct words, dim 100" 100 64 "$best" "$scratch/large.txt" --min-count 1
    rate "zipf $distinct words, dim 300" 300 64 "$best" "$scratch/large.txt" --min-count 1
done
rm -f "$scratch/large.txt"

# cost LABEL CORPUS OPTION...: prints the seconds that the whole process takes. The last model is removed beforehand, so
# that replacing it is not measured.
cost() {
    label=$1
    shift
    : >"$scratch/seconds"
    for _ in $(seq "$rounds"); do
        rm -f "$scratch/model.sgns"
        start=$(now)
        train "$@"
        echo "$(now) $start" | awk '{ print $1 - $2 }' >>"$scratch/seconds"
    done
    printf '%s: %.2f s\n' "$label" "$(median "$scratch/seconds")"
}

echo
echo "cost by corpus size and by epochs: seconds for the whole process"
for part in 8 4 2 1; do
    head -c $((size / part)) "$corpus" >"$scratch/part.txt"
    cost "1/$part of the corpus" "$scratch/part.txt"
done
for epochs in 2 4; do
    cost "$epochs epochs" "$corpus" --epochs "$epochs"
done

# --- other programs: the whole process, from text to saved vectors ---

run_sgns16() { train "$corpus" --noise 16; }
run_sgns32() { train "$corpus" --noise 32; }
run_sgns64() { train "$corpus" --noise 64; }
run_fasttext() {
    fasttext skipgram -input "$corpus" -output "$scratch/fasttext" -minn 0 -maxn 0 -dim 100 -ws 5 -neg 5 -t 1e-3 -minCount 5 \
        -epoch 1 -thread "$threads"
}
word2vec_options() {
    "$1" -train "$corpus" -output "$scratch/word2vec" -size 100 -window 5 -negative 5 -hs 0 -sample 1e-3 -iter 1 -cbow 0 \
        -min-count 5 -threads "$threads" -binary 1
}
run_word2vec() { word2vec_options "$WORD2VEC"; }
run_pword2vec() { word2vec_options "$PWORD2VEC"; }

programs="sgns16 sgns32 sgns64"
command -v fasttext >/dev/null 2>&1 && programs="$programs fasttext" || echo "fasttext is not installed; skipped"
[ -n "${WORD2VEC:-}" ] && programs="$programs word2vec" || echo "WORD2VEC is not set; word2vec.c skipped"
[ -n "${PWORD2VEC:-}" ] && programs="$programs pword2vec" || echo "PWORD2VEC is not set; pWord2Vec skipped"
echo
echo "whole process, 1 epoch, dim 100: seconds, and the ratio to sgns --noise 32"
for _ in $(seq "$rounds"); do
    for program in $programs; do
        start=$(now)
        "run_$program" >/dev/null 2>&1
        echo "$(now) $start" | awk '{ print $1 - $2 }' >>"$scratch/time.$program"
    done
done
base=$(median "$scratch/time.sgns32")
for program in $programs; do
    median "$scratch/time.$program" | awk -v program="$program" -v base="$base" \
        '{ printf "%-10s %8.2f s %8.2f\n", program, $1, $1 / base }'
done
