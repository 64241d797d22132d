#!/bin/sh
# Downloads English evaluation sets: scripts/get-evaluation.sh [FOLDER], by default ./corpora
#   questions-words.txt  19,544 analogies, made for word2vec (Mikolov et al. 2013, arXiv:1301.3781)
#   wordsim353.txt       353 pairs with human ratings of relatedness (Finkelstein et al. 2002)
#   simlex999.txt        999 pairs with human ratings of similarity (Hill et al. 2015, arXiv:1408.3456)
#   men3000.txt          3,000 pairs with human ratings of relatedness (Bruni et al. 2014)
# The first comes from the word2vec repository, the others from Manaal Faruqui's eval-word-vectors; revisions are fixed.
set -eu
folder=${1:-corpora}
# shellcheck source=scripts/get.sh
. "$(dirname "$0")/get.sh"
word2vec=https://raw.githubusercontent.com/tmikolov/word2vec/20c129af10659f7c50e86e3be406df663beff438
pairs=https://raw.githubusercontent.com/mfaruqui/eval-word-vectors/94b3dd9fdbac7ed08dbee7179cd5ee464acf0594/data/word-sim
get $word2vec/questions-words.txt "$folder/questions-words.txt" \
    8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36
get $pairs/EN-WS-353-ALL.txt "$folder/wordsim353.txt" \
    ce12919b240af45bdf46d243601eaca2b6212b159b5e7e9b435ee7ee40c5619c
get $pairs/EN-SIMLEX-999.txt "$folder/simlex999.txt" \
    405394ffb7d25f6d0e3c041f87c9f27d29dc6b047506769953e85c4523b11685
get $pairs/EN-MEN-TR-3k.txt "$folder/men3000.txt" \
    888b13580faa362c7b11da0a670258cf1b1eb4bf0ecbcd418918729a3bd3f43a
echo "Now try: sgns eval MODEL --similarity $folder/wordsim353.txt --similarity $folder/simlex999.txt \\"
echo "    --analogies $folder/questions-words.txt"
