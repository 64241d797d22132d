#!/bin/sh
# Measures how fast queries are answered: scripts/bench-query.sh BUILD_FOLDER [WORDS DIM]
# The vectors are random; by default a million words of 300 dimensions, which need 4 GB in TMPDIR and 5 GB of memory.
# Programs take turns, and medians are shown. If a Python with faiss and numpy is found (PYTHON can name one), its
# IndexFlatIP answers the same 1,000 queries. Its speed is that of the BLAS below it, so install a fast one
# (libopenblas0-pthread).
set -eu
build=${1:?usage: bench-query.sh BUILD_FOLDER [WORDS DIM]}
words=${2:-1000000}
dim=${3:-300}
sgns=$build/sgns
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM
model=$scratch/model.sgns

echo "$words words, $dim dimensions"
"$build/tools/bench_query" make "$words" "$dim" >"$scratch/vectors.bin"
"$sgns" export "$scratch/vectors.bin" -f native -o "$model"
rm "$scratch/vectors.bin"
"$sgns" info --cpu | sed -n 1,2p
"$build/tools/bench_query" measure "$model" "$sgns"

for python in "${PYTHON:-python3}" /usr/bin/python3 none; do
    "$python" -c 'import faiss, numpy' 2>/dev/null && break
done
[ "$python" != none ] || { echo "found no Python with faiss and numpy to compare with; set PYTHON to one"; exit 0; }
"$sgns" export "$model" --normalize -f npy -o "$scratch/vectors.npy"
"$python" - "$build/tools/bench_query" "$model" "$scratch/vectors.npy" <<'END'
import statistics, subprocess, sys, time
import faiss, numpy

bench, model, path = sys.argv[1:]
vectors = numpy.load(path)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
queries = vectors[:1000].copy()
del vectors
index.search(queries, 10)
ours, theirs, same = [], [], 0
for _ in range(5):
    start = time.perf_counter()
    _, there = index.search(queries, 10)
    theirs.append(time.perf_counter() - start)
    lines = subprocess.run([bench, "batch", model], check=True, capture_output=True, text=True).stdout.splitlines()
    ours.append(float(lines[0]))
    same = sum(set(map(int, line.split())) == set(row) for line, row in zip(lines[1:], there.tolist()))
ratio = statistics.median(a / b for a, b in zip(ours, theirs))
print("faiss IndexFlatIP, %d threads: 1000 queries in %.3f s; sgns %.3f s; ratio %.3f; same ten words for %d of 1000"
      % (faiss.omp_get_max_threads(), statistics.median(theirs), statistics.median(ours), ratio, same))
END
