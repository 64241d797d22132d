#!/bin/sh
# sgns eval, odd, similarity and near --method mul agree with gensim's evaluate_word_pairs, evaluate_word_analogies,
# doesnt_match, similarity and most_similar_cosmul: usage: tests/interop/eval.sh BUILD_FOLDER. Prints "ok NAME" and
# "not ok NAME" lines, or "skipped" without a Python that has gensim (PYTHON names one).
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

"$python" -W ignore - <<'END'
import json, os, random, subprocess, sys
import numpy
from gensim.models import KeyedVectors

folder, sgns = os.environ["TMPDIR"], os.environ["SGNS"]
random.seed(1)
numpy.random.seed(1)
failed = False

def check(name, good):
    global failed
    print("ok" if good else "not ok", name)
    failed |= not good

def run(*arguments):
    done = subprocess.run([sgns, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0 or done.stderr:
        print(done.stderr, file=sys.stderr)
    return done.stdout

def evaluate(*arguments):
    return [json.loads(line) for line in run("eval", *arguments, "--format", "json").splitlines()]

def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path

RELATIONS, PAIRS, DIM = 5, 60, 40

def make_vectors(cased, copies):
    """Pairs of words, `l3x7` and `r3x7` the seventh of relation 3, whose differences are alike. With `cased`, a part
    of the words has a second or a third form that differs in case, nearby or not, more frequent or less. With
    `copies`, some words have the same vectors: cosines tie, and it is chance which one gensim answers with."""
    words = {}
    for relation in range(RELATIONS):
        offset = 2 * numpy.random.randn(DIM)
        for pair in range(PAIRS):
            left = numpy.random.randn(DIM)
            words["l%dx%d" % (relation, pair)] = left
            words["r%dx%d" % (relation, pair)] = left + offset + 1.1 * numpy.random.randn(DIM)
    for word in random.sample(sorted(words), 40 if copies else 0):
        words["copy" + word] = words[word]
    if cased:
        for word in random.sample(sorted(words), 200):
            near = random.random() < 0.5
            words[word.upper()] = words[word] + numpy.random.randn(DIM) * 0.2 if near else numpy.random.randn(DIM)
        for word in random.sample(sorted(w for w in words if w == w.lower()), 100):
            words[word.capitalize()] = words[word] + numpy.random.randn(DIM) * 0.3
    order = sorted(words)
    random.shuffle(order)
    vectors = KeyedVectors(DIM)
    vectors.add_vectors(order, numpy.array([words[word] for word in order], dtype=numpy.float32))
    return vectors

def spell(word):
    """One of the ways in which a list of test words may have it."""
    return random.choice([word, word, word.upper(), word.capitalize()])

def some_word(vectors):
    return spell(random.choice(vectors.index_to_key)) if random.random() < 0.95 else "nowhere"

def write_pairs(vectors, name, few):
    lines = ["# a comment\n"]
    for _ in range(few):
        a, b = some_word(vectors), some_word(vectors)
        if a.lower().replace("copy", "") == b.lower().replace("copy", ""):
            continue  # a cosine of 1, which is not quite 1 in gensim's 32 bits
        lines.append("%s\t%s\t%s\n" % (a, b, random.choice([3, 4.5, 7, round(random.uniform(0, 10), 2)])))
        if random.random() < 0.1:  # the other way round, and copies: cosines tie
            lines.append("%s\t%s\t%s\n" % (b, a, random.randint(0, 10)))
        if random.random() < 0.3:
            lines.append("%s\tcopy%s\t%s\n" % (a, b.lower(), random.randint(0, 10)))
    return write(name, "".join(lines))

def write_questions(name):
    lines = []
    for relation in range(RELATIONS):
        lines.append(": %srelation%d\n" % ("gram" if relation % 2 else "", relation))
        for _ in range(60):
            a, b = random.randrange(PAIRS), random.randrange(PAIRS)
            words = [form % (relation, pair) for form, pair in (("l%dx%d", a), ("r%dx%d", a), ("l%dx%d", b), ("r%dx%d", b))]
            if random.random() < 0.1:
                words[random.randrange(4)] = "nowhere"
            if random.random() < 0.05:
                words[random.randrange(4)] = words[random.randrange(4)]
            lines.append(" ".join(spell(word) for word in words) + "\n")
    lines.append(": none\nnowhere l0x0 l0x1 r0x1\n")
    return write(name, "".join(lines))

def check_pairs(name, path, vectors, restrict):
    good = True
    for number, few in enumerate([400, 100, 50]):
        pairs = write_pairs(vectors, "pairs%d.txt" % number, few)
        (pearson, spearman, missing) = vectors.evaluate_word_pairs(pairs, restrict_vocab=restrict or len(vectors))
        ours = evaluate(path, "--similarity", pairs, "--restrict-similarity", restrict)
        table = run("eval", path, "--similarity", pairs, "--restrict-similarity", restrict).splitlines()[1].split()
        total = sum(1 for line in open(pairs) if not line.startswith("#"))
        good &= ours[0]["total"] == total and abs(100 * (1 - ours[0]["covered"] / total) - missing) < 1e-9
        good &= table[1] == "%.4f" % spearman[0] and table[2] == "%d/%d" % (ours[0]["covered"], total)
        good &= abs(ours[0]["spearman"] - spearman[0]) < 2e-6 and abs(ours[1]["pearson"] - pearson[0]) < 2e-6
    check("similarity: %s, %s words known" % (name, restrict or "all"), good)

def by_product(vectors, questions):
    """gensim's evaluate_word_analogies takes a similarity_function but asks most_similar whatever it is: by its other
    rules, with most_similar_cosmul."""
    first = {word.upper(): word for word in reversed(vectors.index_to_key)}
    sections = []
    for line in open(questions):
        if line.startswith(": "):
            sections.append({"section": line[2:].strip(), "correct": [], "incorrect": []})
            continue
        words = line.upper().split()
        if all(word in first for word in words):
            a, b, c = (first[word] for word in words[:3])
            for predicted, _ in vectors.most_similar_cosmul([b, c], [a], topn=5):
                if predicted.upper() not in words[:3]:
                    break
            sections[-1]["correct" if predicted.upper() == words[3] else "incorrect"].append(words)
    return sections

def check_analogies(name, path, vectors, restrict, method):
    questions = write_questions("questions.txt")
    if method == "add":
        sections = vectors.evaluate_word_analogies(questions, restrict_vocab=restrict or len(vectors))[1][:-1]
    else:
        sections = by_product(vectors, questions)
    right = sum(len(section["correct"]) for section in sections)
    asked = right + sum(len(section["incorrect"]) for section in sections)
    ours = {row["name"]: row for row in evaluate(path, "--analogies", questions, "--restrict", restrict, "--method", method)}
    good = "%.6f" % ours["total"]["accuracy"] == "%.6f" % (right / asked) and 0.1 < right / asked < 1
    for section in sections:
        row = ours[section["section"]]
        good &= row["right"] == len(section["correct"])
        good &= row["covered"] == len(section["correct"]) + len(section["incorrect"])
    check("analogies: %s, %s words known, %s" % (name, restrict or "all", method), good)

def check_questions(name, path, vectors):
    words = vectors.index_to_key
    good = odd = product = True
    for _ in range(40):
        some = random.sample(words, 6)
        good &= abs(float(run("similarity", path, some[0], some[1], "--format", "tsv").split("\t")[2]) -
                    vectors.similarity(some[0], some[1])) < 2e-6
        odd &= run("odd", path, *some).strip() == vectors.doesnt_match(some)
        ours = [line.split("\t") for line in
                run("near", path, "--method", "mul", "--format", "tsv", "-k", 10, *("%s + %s - %s" % tuple(some[:3])).split()).splitlines()]
        theirs = vectors.most_similar_cosmul(some[:2], [some[2]], topn=10)
        product &= all(abs(float(a[2]) - b[1]) < 2e-5 * max(1, b[1]) for a, b in zip(ours, theirs)) and len(ours) == 10
    check("similarity of two words: " + name, good)
    check("odd: " + name, odd)
    check("near --method mul: " + name, product)

for name, cased in (("small letters", False), ("words in several cases", True)):
    path = os.path.join(folder, "vectors.bin")
    vectors = make_vectors(cased, True)
    vectors.save_word2vec_format(path, binary=True)
    for restrict in (0, 500, 350):
        check_pairs(name, path, vectors, restrict)
    vectors = make_vectors(cased, False)
    vectors.save_word2vec_format(path, binary=True)
    for restrict in (0, 500, 350):
        check_analogies(name, path, vectors, restrict, "add")
    check_analogies(name, path, vectors, 0, "mul")
    check_questions(name, path, vectors)
sys.exit(failed)
END
