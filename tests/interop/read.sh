#!/bin/sh
# gensim and fastText write, sgns reads: usage: tests/interop/read.sh BUILD_FOLDER. Prints "ok NAME" and "not ok NAME"
# lines, or "skipped" without a Python that has gensim (PYTHON names one). Neighbors must be gensim's.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$ROOT/build}
SGNS=$build/sgns
case $SGNS in /*) ;; *) SGNS=$PWD/$SGNS ;; esac
export LC_ALL=C
[ -x "$SGNS" ] || { echo "there is no $SGNS; build it first" >&2; exit 2; }
for python in "${PYTHON:-python3}" /usr/bin/python3 none; do
    "$python" -c 'import gensim' 2>/dev/null && break
done
[ "$python" != none ] || { echo "skipped: no Python with gensim; name one by PYTHON"; exit 0; }
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/sgns-interop.XXXXXX") || exit 3
export TMPDIR SGNS
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 3' HUP INT TERM

awk 'BEGIN {
    split("king queen prince naïve don'"'"'t 語 w1 w2 w3 w4", word)
    seed = 1
    for (line = 0; line < 3000; line++) {
        for (i = 0; i < 9; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%s ", word[int(seed / 1000) % 10 + 1], line % 9 ? line % 9 : ""
        }
        print ""
    }
}' >"$TMPDIR/corpus.txt"
if command -v fasttext >/dev/null 2>&1; then
    fasttext skipgram -input "$TMPDIR/corpus.txt" -output "$TMPDIR/fasttext" -dim 20 -epoch 1 -thread 1 >"$TMPDIR/log" 2>&1 ||
        { cat "$TMPDIR/log" >&2; exit 3; }
else
    echo "skipped: fastText is not installed"
fi

"$python" -W ignore - <<'END'
import glob, os, subprocess, sys
from gensim.models import KeyedVectors, Word2Vec

folder, sgns = os.environ["TMPDIR"], os.environ["SGNS"]
failed = 0

def near(path, question, k):
    run = subprocess.run([sgns, "near", path, "-k", str(k), "--"] + question, capture_output=True, text=True, encoding="utf-8")
    if run.returncode != 0 or run.stderr:
        print(run.stderr, file=sys.stderr)
        return []
    return [(line.split()[0], float(line.split()[1])) for line in run.stdout.splitlines()]

def agree(ours, theirs):
    """The same cosines, to the four digits printed, and the same words but where cosines tie."""
    if len(ours) != len(theirs):
        return False
    cosine_of = dict(theirs)
    return all(abs(a[1] - b[1]) < 1e-4 and abs(cosine_of.get(a[0], b[1]) - a[1]) < 1e-4 for a, b in zip(ours, theirs))

def check(name, path, vectors):
    global failed
    words = vectors.index_to_key
    good = len(words) > 50
    for i in range(0, len(words), 7):
        good &= agree(near(path, [words[i]], 10), vectors.most_similar(words[i], topn=10))
        a, b, c = words[i], words[i * 3 % len(words)], words[(i * 5 + 1) % len(words)]
        if len({a, b, c}) == 3:
            good &= agree(near(path, [a, "-", b, "+", c], 10), vectors.most_similar([a, c], [b], topn=10))
    print("ok" if good else "not ok", name)
    failed |= not good

model = Word2Vec(corpus_file=folder + "/corpus.txt", vector_size=30, epochs=2, workers=1, seed=1, min_count=1)
forms = {"binary": {"binary": True}, "text": {"binary": False}, "text without header": {"binary": False, "write_header": False}}
for name, form in forms.items():
    path = folder + "/vectors"
    model.wv.save_word2vec_format(path, **form)
    check("gensim's " + name, path, model.wv)
for path in glob.glob(folder + "/fasttext.vec"):
    check("fastText's .vec", path, KeyedVectors.load_word2vec_format(path))
sys.exit(failed)
END
