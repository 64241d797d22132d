#!/bin/sh
# Other programs read what sgns writes, and sgns reads what they write: usage: tests/interop/write.sh BUILD_FOLDER. Needs
# python3-numpy, python3-faiss, python3-gensim and fasttext; what is missing is skipped. Not a part of `make test`, which needs nothing.
# Files stay in BUILD_FOLDER/interop.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:?usage: write.sh BUILD_FOLDER}
mkdir -p "$build/interop" || exit 3
sgns=$(cd "$build" && pwd)/sgns
export LC_ALL=C PYTHONIOENCODING=utf-8 PYTHONWARNINGS=ignore
passed=0 failed=0 skipped=0

skip() {
    echo "skipped $1: $2"
    skipped=$((skipped + 1))
}
# check NAME COMMAND...: passes if the command succeeds; it may read a script.
check() {
    name=$1
    shift
    if "$@" >log 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "not ok $name"
        tail -n 20 log
        failed=$((failed + 1))
    fi
}
# find_python MODULE: $python is one that has it.
find_python() {
    for python in python3 /usr/bin/python3; do
        "$python" -c "import $1" >/dev/null 2>&1 && return 0
    done
    return 1
}

cd "$build/interop" || exit 3
rm -f -- *
formats="native word2vec word2vec-text glove npy fvecs safetensors tensorboard jsonl"
{
    sh "$ROOT/scripts/make-corpus.sh" || exit 3
    awk 'BEGIN { for (i = 0; i < 20; i++) print "naïve θάλασσα 語 𐐨𐐩 don\342\200\231t" }'
} >corpus.txt
"$sgns" train corpus.txt -o model.sgns --threads 1 --dim 50 --epochs 2 --quiet || exit 3
for format in $formats; do
    "$sgns" export model.sgns -f "$format" -o "v.$format" || exit 3
done

# What all scripts begin with: `words` and `vectors` as the .npy file and its .vocab have them.
cat >golden.py <<'END'
import json, subprocess, sys
import numpy as np

vectors = np.load("v.npy")
words = open("v.npy.vocab", encoding="utf-8").read().split("\n")[:-1]
assert vectors.dtype == np.dtype("<f4") and vectors.flags["C_CONTIGUOUS"] and not np.isfortran(vectors)
assert vectors.shape == (len(words), 50) and len(set(words)) == len(words) > 100 and "語" in words

def same(other, digits=None):
    other = np.asarray(other)
    assert other.shape == vectors.shape, other.shape
    if digits is None:
        assert np.array_equal(other.astype(np.float32), vectors)
    else:
        assert np.allclose(other, vectors, rtol=10.0 ** -digits, atol=0.6 * 10.0 ** -digits)

def sgns(*arguments):
    return subprocess.run((sys.argv[1],) + arguments, check=True, capture_output=True).stdout.decode("utf-8")
END
script() {
    cat golden.py - >script.py && "$python" script.py "$sgns"
}

if find_python numpy; then
    check "numpy reads npy" script </dev/null
    check "the words of all arrays" script <<'END'
for name in ("v.fvecs.vocab", "v.safetensors.vocab", "v.tensorboard.metadata.tsv"):
    assert open(name, encoding="utf-8").read().split("\n")[:-1] == words, name
END
    check "numpy reads fvecs" script <<'END'
rows = np.fromfile("v.fvecs", dtype="<i4").reshape(len(words), 51)
assert (rows[:, 0] == 50).all()
same(rows[:, 1:].copy().view("<f4"))
END
    check "safetensors as its definition has it" script <<'END'
data = open("v.safetensors", "rb").read()
size = int.from_bytes(data[:8], "little")
header = json.loads(data[8 : 8 + size])
assert size % 8 == 0 and list(header) == ["vectors"] and header["vectors"]["dtype"] == "F32"
begin, end = header["vectors"]["data_offsets"]
assert begin == 0 and 8 + size + end == len(data)
same(np.frombuffer(data, "<f4", offset=8 + size).reshape(header["vectors"]["shape"]))
END
    check "JSON lines" script <<'END'
rows = [json.loads(line) for line in open("v.jsonl", encoding="utf-8")]
assert [row["word"] for row in rows] == words
same([row["vector"] for row in rows])
END
    check "numpy reads tensorboard's numbers" script <<'END'
same(np.loadtxt("v.tensorboard.vectors.tsv", delimiter="\t", dtype=np.float64))
END
    check "numpy reads glove's numbers" script <<'END'
same(np.loadtxt("v.glove", delimiter=" ", encoding="utf-8", comments=None, usecols=range(1, 51)))
END
    check "unit length" script <<'END'
sgns("export", "model.sgns", "-f", "npy", "--normalize", "-o", "unit.npy")
unit = np.load("unit.npy").astype(np.float64)
assert np.allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
assert np.allclose(unit, vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True), atol=1e-6)
END
    if find_python faiss; then
        check "faiss finds the same neighbors in fvecs" script <<'END'
import faiss
rows = np.fromfile("v.fvecs", dtype="<f4").reshape(len(words), 51)[:, 1:].copy()
faiss.normalize_L2(rows)
index = faiss.IndexFlatIP(50)
index.add(rows)
cosines, ids = index.search(rows[:100], 11)
for word, there, scores in zip(words, ids, cosines):
    near = [line.split("\t") for line in sgns("near", "model.sgns", "-k", "10", "--format", "tsv", "--", '"%s"' % word).splitlines()]
    assert words[there[0]] == word and [row[1] for row in near] == [words[i] for i in there[1:]], (word, near)
    assert np.allclose([float(row[2]) for row in near], scores[1:], atol=2e-6)
END
    else
        skip "faiss finds the same neighbors in fvecs" "no python3-faiss"
    fi
    find_python numpy
    if find_python safetensors.numpy; then
        check "safetensors reads it" script <<'END'
from safetensors.numpy import load_file
same(load_file("v.safetensors")["vectors"])
END
    else
        skip "safetensors reads it" "no module safetensors"
    fi
else
    skip "all of numpy" "no python3-numpy"
fi

if find_python gensim; then
    cat >>golden.py <<'END'
from gensim.models import KeyedVectors

def loaded(*arguments, **options):
    model = KeyedVectors.load_word2vec_format(*arguments, **options)
    assert model.index_to_key == words
    same(model.vectors)
    return model
END
    check "gensim reads word2vec" script <<'END'
loaded("v.word2vec", binary=True)
END
    check "gensim reads word2vec-text" script <<'END'
loaded("v.word2vec-text", binary=False)
END
    check "gensim reads glove" script <<'END'
loaded("v.glove", binary=False, no_header=True)
END
    check "gensim has the same neighbors" script <<'END'
model = loaded("v.word2vec", binary=True)
for word in ("paris", "teacher", "queen"):
    near = [line.split() for line in sgns("near", "model.sgns", "-k", "10", word).splitlines()]
    there = model.most_similar(word, topn=10)
    assert len(near) == 10 and all(abs(float(a[1]) - b[1]) < 1e-4 for a, b in zip(near, there)), (near, there)
    assert [a[0] for a in near] == [b[0] for b in there]
END
    check "sgns reads what gensim writes" script <<'END'
model = loaded("v.word2vec", binary=True)
model.save_word2vec_format("gensim.bin", binary=True)
model.save_word2vec_format("gensim.txt", binary=False)
for name in ("gensim.bin", "gensim.txt"):
    assert sgns("export", name, "-f", "glove") == open("v.glove", encoding="utf-8").read(), name
END
else
    skip "all of gensim" "no python3-gensim"
fi

# Without training (a rate of 0) and without n-grams, fastText writes the vectors that it was given.
fasttext_keeps() {
    fasttext skipgram -input corpus.txt -output fasttext -pretrainedVectors v.word2vec-text -dim 50 -lr 0 -epoch 1 \
        -minn 0 -maxn 0 -minCount 1 -thread 1 && [ -s fasttext.vec ] || return 1
    # Its own numbers have five digits. It also has </s>, which is not ours.
    awk 'NR == FNR { if (FNR > 1) line[$1] = $0; next }
        $1 in line {
            split(line[$1], field, " ")
            for (i = 2; i <= 51; i++)
                if (($i - field[i]) ^ 2 > 1e-8 + ($i * 1e-4) ^ 2) { print $1, i, $i, field[i]; bad = 1 }
            found++
        }
        END { exit bad || found < 100 }' v.word2vec-text fasttext.vec
}
sgns_reads_fasttext() {
    "$sgns" export fasttext.vec -f word2vec-text -o read.txt && head -n 1 fasttext.vec >heads && head -n 1 read.txt >>heads &&
        [ "$(uniq heads | wc -l)" -eq 1 ]
}
if command -v fasttext >/dev/null 2>&1; then
    check "fasttext takes word2vec-text as pretrained vectors" fasttext_keeps
    check "sgns reads what fasttext writes" sgns_reads_fasttext
else
    skip "all of fasttext" "no fasttext"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
