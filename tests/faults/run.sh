#!/bin/sh
# Runs every command with its 1st, 2nd, 3rd ... allocation or system call failing, until none is left to fail:
# tests/faults/run.sh BUILD_FOLDER [STEP] [COMMAND...]; STEP 7 tries every 7th, by default all.
# Each run either does the right thing all the same, or ends with exit code 3 and one sentence. It never crashes or leaks
# (under ASan), writes nothing that is half or wrong, damages no older file and leaves no temporary one. What was trained
# may be kept under another name if the sentence tells it. The last line is "N fault points, N findings".
set -u
build=$1 step=${2:-1}
[ $# -ge 2 ] && shift
shift
only=" $* "
[ $# -gt 0 ] || only=
case $build in /*) ;; *) build=$PWD/$build ;; esac
faulty=$build/faults/sgns
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-faults.XXXXXX") || exit 3
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM
cd "$scratch" || exit 3
export LC_ALL=C TMPDIR="$scratch/tmp"
mkdir "$TMPDIR"

# --- what the commands read ---

awk 'BEGIN {
    seed = 1
    for (line = 0; line < 300; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%d ", line % 2 ? "sea" : "sky", int(seed / 1000) % 20
        }
        print ""
    }
}' >corpus.txt
settings="--dim 8 --threads 1 --quiet"
# shellcheck disable=SC2086 # several words
train() { "$build/sgns" train corpus.txt -o "$@" $settings; }
train old.sgns --epochs 1 --seed 2 && train model.sgns --epochs 2 && "$build/sgns" export model.sgns -f glove -o model.txt &&
    "$build/sgns" export model.sgns -f word2vec -o model.bin && "$build/sgns" subwords model.sgns -o ngrams.sgns -q || exit 3
printf 'sky1 sky2 5\nsea1 sea2 4\nsky3 sea3 1\nsea4 sky4 2\n' >pairs.txt
printf ': all\nsky1 sky2 sea1 sea2\nsea3 sea4 sky3 sky4\n' >analogies.txt
for i in 1 2 3 4 5 6; do printf 'sky%d\tsky\nsea%d\tsea\n' $i $i; done >topics.tsv
printf 'sky1 sky2 sky3 sea4\nsea1 sea2 sea3 sky4\n' >outliers.txt
awk 'BEGIN { print "word\tsky"; for (i = 0; i < 20; i++) print "sky" i "\t1\nsea" i "\t0" }' >factors.tsv
printf 'sky1\nsky2 - sea1 + sea2\nnone\n' >questions.txt
printf 'sky1 sky2\nsea1 skysea2\n' >texts.txt
printf 'sky1\nsea2\n' >list.txt
"$build/sgns" vocab corpus.txt -q -o words.tsv || exit 3
printf 'sky1 sky2\nsky1_sky2 sky3\t2\n' >phrases.tsv
gzip -c corpus.txt >corpus.gz || exit 3

# NAME|standard input|arguments. Output goes to the folder out.
cat >commands <<'END'
near||near model.sgns sky1
near-lines|questions.txt|near model.sgns
near-json|questions.txt|near model.sgns --format json
near-all||near model.sgns --all --threads 2
near-glove||near model.txt sky1
near-word2vec||near model.bin sky1
analogy||analogy model.sgns sky1 sky2 sea1
similarity||similarity model.sgns sky1 sea1
odd||odd model.sgns sky1 sky2 sea1
vector|list.txt|vector model.sgns
near-unseen||near ngrams.sgns skysea1 - sky2 --format json
vector-unseen||vector ngrams.sgns skysea1
embed-unseen||embed ngrams.sgns texts.txt
subwords||subwords model.sgns -o out/new --threads 2 --mix 10 --quiet
cluster||cluster model.sgns -k 2 --threads 2
embed||embed model.sgns texts.txt
embed-component||embed model.sgns texts.txt --remove-component
search||search model.sgns texts.txt sky3
search-all||search model.sgns texts.txt --all
similarity-test||eval model.sgns --similarity pairs.txt
analogies-test||eval model.sgns --analogies analogies.txt
categories-test||eval model.sgns --categories topics.tsv
outliers-test||eval model.sgns --outliers outliers.txt
probe||probe model.sgns factors.tsv
map||map model.sgns --threads 2 -o out/new
map-near||map model.sgns --near sky1 --near sea1 --top 5 --threads 1
map-pca||map model.txt sky1 sky2 sea1 --layout pca -o out/new
report||report model.sgns --threads 2 -o out/new
info||info model.sgns
info-verify||info --verify model.sgns
info-json||info model.sgns --format json
help||help train
help-manual||help --generate man
version||--version
train||train corpus.txt -o out/new --dim 8 --epochs 1 --threads 1 --quiet
train-pipe|corpus.txt|train - -o out/new --dim 8 --epochs 1 --threads 1 --quiet
train-spill||train corpus.txt -o out/new --dim 8 --epochs 2 --threads 1 --quiet
train-verbose||train corpus.txt corpus.txt -o out/new --dim 8 --epochs 2 --threads 1 --verbose
train-labels||train corpus.txt -o out/new --loss supcon --labels topics.tsv --dim 8 --epochs 1 --threads 1 --quiet
train-subwords||train corpus.txt -o out/new --dim 8 --epochs 1 --threads 1 --subwords --quiet
train-threads||train corpus.txt -o out/new --dim 8 --epochs 1 --threads 3 --quiet
train-words||train corpus.txt -o out/new --vocab words.tsv --phrases phrases.tsv --dim 8 --epochs 1 --threads 1 --quiet
vocab||vocab corpus.txt -o out/new --threads 2
vocab-packed||vocab corpus.gz -o out/new --threads 1
vocab-add||vocab words.tsv words.tsv -o out/new
phrases||phrases corpus.txt -o out/new --threshold 1 --passes 2 --threads 2
phrases-list||phrases corpus.txt --list out/new --threshold 1 --threads 1
phrases-top|corpus.txt|phrases - --top 5 --threshold 1 --threads 1
export-native||export model.sgns -f native -o out/new
export-context||export model.sgns -f native --context --normalize -o out/new
export-word2vec||export model.sgns -f word2vec -o out/new
export-word2vec-text||export model.sgns -f word2vec-text -o out/new
export-glove||export model.sgns -f glove --words list.txt -o out/new
export-output||export model.sgns -f glove
export-npy||export model.sgns -f npy -o out/new
export-fvecs||export model.sgns -f fvecs -o out/new
export-safetensors||export model.sgns -f safetensors -o out/new
export-tensorboard||export model.sgns -f tensorboard -o out/new
export-jsonl||export model.sgns -f jsonl -o out/new
export-pgvector||export model.sgns -f pgvector -o out/new
END

# --- one run ---

# run PROGRAM: with output in stdout and stderr.
run() {
    # shellcheck disable=SC2086 # several words
    "$1" $arguments <"${input:-/dev/null}" >stdout 2>stderr
}
finding() {
    findings=$((findings + 1))
    echo "$name: $fault, $(cat failed 2>/dev/null): $*; exit $status, standard error: $(head -c 500 stderr)"
}
# same FOLDER: `out` has the same files, apart from kept ones.
same() {
    for file in "$1"/*; do
        [ -e "$file" ] || continue
        cmp -s "$file" "out/${file##*/}" || return 1
    done
    for file in out/*; do
        case $file in *.saved-* | *.checkpoint) continue ;; esac
        [ ! -e "$file" ] || [ -e "$1/${file##*/}" ] || return 1
    done
}
# With several threads, trainings differ. Only the order of additions does, so the model is whole and of the same size.
is_new() {
    same new && return 0
    [ "$name" = train-threads ] && "$build/sgns" info --verify out/new >/dev/null 2>&1 &&
        [ "$(wc -c <out/new)" -eq "$(wc -c <new/new)" ]
}
# If it can't be taken back, the sentence names where the old one is kept.
is_kept() {
    for file in out/*.saved-*; do
        [ -e "$file" ] && cmp -s "$file" old/new"${suffix}" && grep -q "is new already.*${file##*/}" stderr && return 0
    done
    return 1
}
judge_files() {
    same old || is_new || is_kept || finding "an older file is damaged: $(ls -l out)"
    # A kept file is one that the sentence names.
    for file in out/*.saved-* out/*.checkpoint out/*.tmp-* "$TMPDIR"/* ./*.saved-* ./*.checkpoint; do
        [ -e "$file" ] || continue
        grep -q "${file##*/}" stderr || finding "left $file"
        rm -f "$TMPDIR"/* ./*.saved-* ./*.checkpoint
    done
}
judge() {
    if [ "$status" -gt 125 ] || grep -q 'Sanitizer' stderr; then
        finding "died"
    elif [ "$status" -eq "$right_status" ]; then
        is_new || finding "nothing or something wrong was written"
        cmp -s stdout right || finding "other output"
    elif [ "$status" -ne 3 ]; then
        finding "exit code $status"
    else
        [ "$(grep -c '^sgns' stderr)" -ge 1 ] || finding "no sentence"
        head -c "$(wc -c <stdout)" right | cmp -s - stdout || finding "other output before it ended"
        case $fault in interrupt* | short*) finding "did not go on" ;; esac
    fi
    judge_files
}

# fail KIND: each point at which that can happen.
fail() {
    kind=${1%+} plus=${1#"${1%+}"} point=1
    while :; do
        fault=$kind:$point$plus
        rm -rf out failed
        cp -r old out
        SGNS_FAULT=$fault SGNS_FAULT_LOG=failed run "$faulty"
        status=$?
        [ -e failed ] || break
        points=$((points + 1))
        judge
        point=$((point + step))
    done
}

# The folders old and new: what is there before, and what is right afterwards; stdout of the latter is in `right`.
prepare() {
    rm -rf old new out
    mkdir old out
    suffix=
    case $arguments in
    train* | subwords*) cp old.sgns old/new ;;
    map*-o* | report*) "$build/sgns" "${arguments%% *}" old.sgns -o old/new 2>/dev/null ;;
    vocab*) printf 'old\t1\n' >old/new ;;
    phrases*-o*) echo 'an old text' >old/new ;;
    phrases*--list*) printf 'old list\t1\n' >old/new ;;
    export*-o*) "$build/sgns" export old.sgns -f "$(echo "$arguments" | sed 's/.*-f \([a-z0-9-]*\).*/\1/')" -o old/new ;;
    esac
    cp old/* out 2>/dev/null
    [ ! -e old/new.vectors.tsv ] || suffix=.vectors.tsv
    run "$build/sgns"
    right_status=$?
    cp stdout right
    mv out new
}

all_points=0 all_findings=0
while IFS='|' read -r name input arguments; do
    case $only in "" | *" $name "*) ;; *) continue ;; esac
    points=0 findings=0
    prepare
    case $name in *-spill) export SGNS_FAULT_SPILL=1 ;; *) unset SGNS_FAULT_SPILL ;; esac
    for kind in memory error error+ full full+ interrupt short; do
        fail "$kind"
    done
    case $arguments in
    *out/new*)
        export SGNS_FAULT_NAMES=1
        for kind in error error+ full+ interrupt; do
            fail "$kind"
        done
        unset SGNS_FAULT_NAMES
        ;;
    esac
    echo "$name: $points fault points, $findings findings"
    all_points=$((all_points + points)) all_findings=$((all_findings + findings))
done <commands
echo "$all_points fault points, $all_findings findings"
[ "$all_findings" -eq 0 ] && [ "$all_points" -gt 0 ]
