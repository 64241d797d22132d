#!/bin/sh
# Writes the hidden factors of the bundled corpus to standard output, for sgns probe: lines of word, factor and value,
# from the tables in data/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LC_ALL=C exec awk '
    function say(word, factor, value) { if (word != "" && word !~ / / && value !~ / /) print word "\t" factor "\t" value }
    BEGIN { FS = "\t" }
    FNR == 1 {
        name = FILENAME
        sub(/.*\//, "", name)
        next
    }
    name == "countries.tsv" {
        say($1, "continent", $5); say($2, "continent", $5)
        say($1, "language", $3); say($2, "language", $3)
        say($1, "kind", "country"); say($2, "kind", "capital")
    }
    name == "gender.tsv" {
        say($1, "gender", "male"); say($2, "gender", "female")
        say($1, "kind", "person"); say($2, "kind", "person")
    }
    name == "animals.tsv" { say($1, "animal", $2); say($1, "kind", "animal"); say($6, "kind", "animal") }
    name == "professions.tsv" { say($1, "kind", "profession") }
    name == "adjectives.tsv" {
        say($1, "degree", "positive"); say($2, "degree", "comparative"); say($3, "degree", "superlative")
        say($1, "kind", "adjective")
    }
    name == "verbs.tsv" {
        say($1, "tense", "present"); say($2, "tense", "past"); say($3, "tense", "participle")
        say($1, "kind", "verb")
    }
    name == "numbers.tsv" { say($1, "number", $3); say($1, "kind", "number") }
' "$here"/../data/*.tsv
