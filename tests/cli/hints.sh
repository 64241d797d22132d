#!/bin/sh
# What sgns says to options that other programs have, and to signs without blanks.
. "$ROOT/tests/cli/harness.sh"

# called WORD NAME: sgns train says that WORD is --NAME here.
called() { fails "train $1 is --$2" 2 "^sgns train: unknown option $1: here it is --$2\$" "$SGNS" train corpus.txt "$1" 5; }
# absent WORD REGEX: sgns train says what to do instead.
absent() { fails "train $1 has no counterpart" 2 "^sgns train: unknown option $1: $2" "$SGNS" train corpus.txt "$1" 5; }

# word2vec.c
for pair in output:output size:dim window:window sample:sample negative:negative threads:threads iter:epochs \
    min-count:min-count alpha:alpha debug:verbose; do
    called "-${pair%:*}" "${pair#*:}"
done
absent -train 'the corpus needs no option: sgns train CORPUS -o MODEL$'
absent -hs 'there is no hierarchical softmax'
absent -classes 'sgns cluster MODEL makes classes'
absent -binary 'sgns export MODEL -f word2vec '
absent -save-vocab 'the vocabulary is part of the model; sgns vocab CORPUS writes it as a file$'
called -read-vocab vocab
absent -cbow 'skip-gram is the only model here$'

# fastText
for pair in lr:alpha dim:dim ws:window epoch:epochs minCount:min-count neg:negative loss:loss thread:threads t:sample \
    seed:seed verbose:verbose; do
    called "-${pair%:*}" "${pair#*:}"
done
absent -input 'the corpus needs no option'
absent -lrUpdateRate 'the learning rate falls all the time'
absent -bucket 'sgns train --subwords and sgns subwords fit n-grams'
for pair in minn:minn maxn:maxn; do
    called "-${pair%:*}" "${pair#*:}"
done
absent -wordNgrams 'words are taken one by one'
absent -minCountLabel 'there is no text classification'
absent -label 'there is no text classification'
absent -saveOutput 'the context vectors are always saved'
fails "train -pretrainedVectors" 2 "^sgns train: unknown option -pretrainedVectors: (here it is --init|training can't start from)" \
    "$SGNS" train corpus.txt -pretrainedVectors words.vec

# gensim, and what people type
for pair in vector_size:dim vector-size:dim size:dim ws:window lr:alpha min_count:min-count workers:threads \
    ns_exponent:noise-power min_alpha:min-alpha max_final_vocab:max-vocab iter:epochs Window:window; do
    called "--${pair%:*}" "${pair#*:}"
done
absent --sg 'skip-gram is the only model here$'
absent --hs 'there is no hierarchical softmax'
absent --cbow_mean 'skip-gram is the only model here$'
absent --corpus_file 'the corpus needs no option'
fails "near --topn is --neighbors" 2 '^sgns near: unknown option --topn: here it is --neighbors$' "$SGNS" near m --topn 5
fails "near --size is nothing like --dim" 2 '^sgns near: unknown option --size; --help lists' "$SGNS" near m --size 5
fails "-output is not -o utput" 2 '^sgns train: unknown option -output: here it is --output$' \
    "$SGNS" train "$TMPDIR/none" -output=x
fails "a misspelt option" 2 '^sgns train: unknown option --treads; did you mean --threads\?$' "$SGNS" train c --treads 5
fails "the beginning of one option" 2 '^sgns train: unknown option --noise-po; did you mean --noise-power\?$' \
    "$SGNS" train c --noise-po 5
fails "a misspelt option with one dash" 2 '^sgns train: unknown option -widnow; did you mean --window\?$' \
    "$SGNS" train c -widnow 5

printf 'king 1 2 3\nman 1 3 4\nwoman 2 3 4\nid 1 1 1\n' >"$TMPDIR/words.vec"
model=$TMPDIR/words.vec
signs() {
    fails "$1" 2 "^sgns $2: unknown option $3; if it is a sign and a word, put a blank between: - ${3#-}\$" \
        "$SGNS" "$2" "$model" king "$3" "$4"
}
signs "near king -man" near -man ''
signs "near king -man +woman" near -man +woman
signs "near king -kid, though -k is an option" near -kid ''
signs "similarity king -man" similarity -man ''
check "near -k1 king" run 0 "$SGNS" near "$model" -k1 king
fails "near king +woman, where words may have signs" 1 '^sgns near: "\+woman" is not among .*; put a blank behind a sign: \+ woman$' \
    "$SGNS" near "$model" king +woman
line() { echo 'king -man' | "$SGNS" near "$model" 2>"$err"; [ $? -eq 1 ] && grep -q 'put a blank behind a sign: - man$' "$err"; }
check "a line with -man" line
finish
