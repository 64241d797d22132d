#!/bin/sh
# Trains on the bundled corpus and asks the model some questions: scripts/demo.sh BUILD_FOLDER
# The corpus, the analogies and the model stay in BUILD_FOLDER/demo to play with.
set -eu
build=${1:?usage: demo.sh BUILD_FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
folder=$build/demo
sgns=$build/sgns
mkdir -p "$folder"

# show COMMAND...: prints an sgns command as one would type it, then runs it.
show() {
    printf '\n$ sgns'
    for word; do
        case $word in
        *' '*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$sgns" "$@"
}

sh "$here/make-corpus.sh" >"$folder/corpus.txt"
sh "$here/make-questions.sh" >"$folder/questions.txt"
echo "A corpus of $(wc -w <"$folder/corpus.txt" | tr -d ' ') words, generated from the tables in data/. It begins:"
head -n 3 "$folder/corpus.txt" | sed 's/^/    /'
show train "$folder/corpus.txt" -o "$folder/demo.sgns"
show near "$folder/demo.sgns" -k 5 paris
show near "$folder/demo.sgns" -k 5 teacher
show near "$folder/demo.sgns" -k 3 'king - man + woman'
show near "$folder/demo.sgns" -k 3 'paris - france + italy'
show eval "$folder/demo.sgns" --analogies "$folder/questions.txt"
printf '\nNow try your own words: %s near %s\n' "$sgns" "$folder/demo.sgns"
