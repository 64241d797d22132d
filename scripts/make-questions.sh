#!/bin/sh
# Writes analogy questions about the bundled corpus to standard output, in the format of questions-words.txt. Every
# table becomes a section, in which each row is paired with up to eight rows that follow it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LC_ALL=C exec awk '
    function section(name) { print ": " name; count = 0 }
    function ask(   i, j) {
        for (i = 1; i <= count; i++)
            for (j = i + 1; j <= count && j <= i + 8; j++) {
                print left[i], right[i], left[j], right[j]
                print left[j], right[j], left[i], right[i]
            }
    }
    BEGIN { FS = "\t" }
    FNR == 1 {
        ask()
        name = FILENAME
        sub(/.*\//, "", name)
        count = 0
        if (name == "countries.tsv") section("capital-country")
        if (name == "gender.tsv") section("gender")
        if (name == "adjectives.tsv") section("gram-comparative")
        if (name == "verbs.tsv") section("gram-past-tense")
        next
    }
    name == "countries.tsv" { left[++count] = $2; right[count] = $1 }
    name == "gender.tsv" { left[++count] = $1; right[count] = $2 }
    name == "adjectives.tsv" || name == "verbs.tsv" { left[++count] = $1; right[count] = $2 }
    END { ask() }
' "$here/../data/countries.tsv" "$here/../data/gender.tsv" "$here/../data/adjectives.tsv" "$here/../data/verbs.tsv"
