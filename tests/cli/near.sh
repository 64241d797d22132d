#!/bin/sh
# sgns near: words, expressions, lines of standard input, and what it refuses.
. "$ROOT/tests/cli/harness.sh"

# Four groups of words that only meet their own kind, and a hyphenated word.
awk 'BEGIN {
    split("king queen prince palace crown throne", group0)
    split("cat dog horse sheep goat well-known", group1)
    split("paris london rome berlin vienna madrid", group2)
    split("red green blue yellow white black", group3)
    seed = 1
    for (line = 0; line < 2000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            n = int(seed / 1000) % 6 + 1
            word = line % 4 == 0 ? group0[n] : line % 4 == 1 ? group1[n] : line % 4 == 2 ? group2[n] : group3[n]
            printf "%s ", word
        }
        print ""
    }
}' >"$TMPDIR/corpus.txt"
model=$TMPDIR/words.sgns
plain=$TMPDIR/plain.sgns
train() { run 0 "$SGNS" train "$TMPDIR/corpus.txt" --dim 16 --threads 1 --quiet --sample 0 "$@"; }
check "a model to ask" train -o "$model"
check "a model of whitespace tokens" train --tokenizer whitespace -o "$plain"

lines() { [ "$(wc -l <"$out")" -eq "$1" ]; }
words() { awk '{ print $1 }' "$out"; }

# The answers of COMMAND...: so many lines of a word and a cosine, the best first.
answers() {
    answers_count=$1
    shift
    run 0 "$@" && lines "$answers_count" && [ ! -s "$err" ] &&
        awk 'NF != 2 || $2 !~ /^-?[01]\.[0-9][0-9][0-9][0-9]$/ || NR > 1 && $2 > last { bad = 1 }
             { last = $2 } END { exit bad }' "$out"
}
check "ten neighbors by default" answers 10 "$SGNS" near "$model" king
check "-k" answers 3 "$SGNS" near -k 3 "$model" king
check "--neighbors" answers 3 "$SGNS" near "$model" king --neighbors=3
check "more than there are words" answers 23 "$SGNS" near "$model" king -k 4000000000
check "a hyphen inside a word" answers 10 "$SGNS" near "$model" well-known

kind_first() {
    run 0 "$SGNS" near "$model" king -k 5 && [ "$(words | sort | tr '\n' ' ')" = "crown palace prince queen throne " ]
}
check "words of its kind come first" kind_first
columns() {
    run 0 "$SGNS" near "$model" king -k 23 && [ "$(awk '{ print length($0) }' "$out" | sort -u | wc -l)" -eq 1 ]
}
check "cosines stand in a column" columns
without_asked() {
    run 0 "$SGNS" near "$model" king - paris + cat -k 100 && lines 21 && ! grep -Eq '^(king|paris|cat) ' "$out"
}
check "the question's words are left out" without_asked

# same A -- B: both questions get the same answer. Each is one argument of blank-separated words.
same() {
    run 0 "$SGNS" near "$model" "$1" && cp "$out" "$TMPDIR/first" || return 1
    shift
    run 0 "$SGNS" near "$model" "$@" && cmp -s "$TMPDIR/first" "$out"
}
differ() { ! same "$@"; }
check "King finds king" same king King
check "words apart or in one argument" same "king - paris + cat" king - paris + cat
check "words side by side are added" same "king + cat" king cat
check "the order of words does not matter" same "king - paris + cat" "cat + king - paris"
check "a sign at its word" same "king - paris" "king -paris"
check "minus is not plus" differ "king - paris" king paris

fails "an unknown word gets a hint" 1 \
    "^sgns near: \"Quen\" is not among the model's 24 words; did you mean \"queen\"\?\$" "$SGNS" near "$model" Quen
fails "an unknown word without a close one" 1 "^sgns near: \"xylophone\" is not among the model's 24 words\$" \
    "$SGNS" near "$model" king + xylophone
fails "whitespace rules take words as they are" 1 'did you mean "king"\?$' "$SGNS" near "$plain" King
fails "not one word" 1 '"king\+queen" is not a single word' "$SGNS" near "$model" king+queen
fails "ill-formed UTF-8" 1 'is not a single word' "$SGNS" near "$model" "$(printf 'k\377ing')"
fails "nothing left of the sum" 1 'cancel each other out' "$SGNS" near "$model" king - king
fails "a sign without a word" 2 'no word after the last "-"' "$SGNS" near "$model" king -
fails "two signs" 2 '"-" and "\+" without a word between' "$SGNS" near "$model" king - + queen
fails "an empty question" 2 'no word in the question' "$SGNS" near "$model" ""
fails "no model named" 2 'name a model: sgns near MODEL \[WORD\.\.\.\]$' "$SGNS" near
fails "a missing model" 2 'missing\.sgns: ' "$SGNS" near "$TMPDIR/missing.sgns" king
fails "a text is no model" 2 'corpus\.txt: ' "$SGNS" near "$TMPDIR/corpus.txt" king
fails "-k 0" 2 '\-\-neighbors takes a whole number' "$SGNS" near "$model" -k 0 king
fails "-k with junk" 2 '\-\-neighbors takes a whole number' "$SGNS" near "$model" -k 3x king
fails "an unknown option" 2 'unknown option' "$SGNS" near "$model" --nieghbours 3 king
says "help says how lines are answered" 'followed by an empty line' "$SGNS" near --help

# ask STATUS TEXT [OPTION...]: the lines of TEXT (as printf's %b takes it) through a pipe.
ask() {
    ask_status=$1 ask_text=$2
    shift 2
    printf '%b' "$ask_text" | "$SGNS" near "$model" "$@" >"$out" 2>"$err"
    [ $? -eq "$ask_status" ]
}
# shape LETTERS: the output's lines, w for a word with its cosine and - for an empty line.
shape() {
    [ "$(awk '{ printf "%s", NF == 2 ? "w" : NF == 0 ? "-" : "?" }' "$out")" = "$1" ] && return 0
    echo "the output's shape is not $1: $(head -c 600 "$out")" >&2
    return 1
}
all_answered() {
    ask 0 'king\n\n  \t\nKing - paris\r\ncat' -k 2 && shape ww-ww-ww- && [ ! -s "$err" ]
}
check "a pipe's lines are answered in turn" all_answered
as_alone() {
    ask 0 'cat\nking - paris + cat\n' -k 4 && sed -n '6,9p' "$out" >"$TMPDIR/piped" &&
        run 0 "$SGNS" near "$model" -k 4 king - paris + cat && cmp -s "$TMPDIR/piped" "$out"
}
check "a line is answered as the same words alone" as_alone
some_unknown() {
    ask 1 'king\nquen\n\nking -\ncat\n' -k 1 && shape w---w- && [ "$(wc -l <"$err")" -eq 2 ] &&
        grep -q '^sgns near: line 2: "quen" is not among .* did you mean "queen"?$' "$err" &&
        grep -q '^sgns near: line 4: no word after' "$err"
}
check "an unknown word does not end the questions" some_unknown
nothing_asked() { ask 0 '' && shape ''; }
check "no line, no answer" nothing_asked
nul_separates() { ask 0 'king\000cat\n' -k 1 && shape w-; }
check "a NUL byte separates words" nul_separates
long_line() {
    awk 'BEGIN { for (i = 0; i < 200000; i++) printf "king cat "; print ""; print "red" }' |
        "$SGNS" near "$model" -k 1 >"$out" 2>"$err" && shape w-w-
}
check "a line of any length" long_line

# The answer must be there before the next question is sent.
at_once() {
    : >"$out"
    mkfifo "$TMPDIR/questions" || return 1
    "$SGNS" near "$model" -k 2 <"$TMPDIR/questions" >"$out" 2>"$err" &
    exec 3>"$TMPDIR/questions"
    echo king >&3
    tries=0
    until [ -s "$out" ] || [ "$tries" -eq 50 ]; do
        sleep 0.1 2>/dev/null || sleep 1
        tries=$((tries + 1))
    done
    shape ww-
    at_once_status=$?
    exec 3>&-
    wait $!
    return "$at_once_status"
}
check "an answer is written at once" at_once

# With a terminal (of script, from util-linux): a prompt, and a clean end at the end of input.
on_terminal() {
    printf 'king\nquen\n' | script -qec "'$SGNS' near '$model' -k 1" /dev/null >"$out" 2>&1 || return 1
    grep -q 'near> ' "$out" && grep -q '"quen" is not among' "$out" && grep -Eq '[a-z]+ +[01]\.[0-9]{4}' "$out"
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    check "a terminal is asked" on_terminal
fi
finish
