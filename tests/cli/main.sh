#!/bin/sh
# sgns itself: help, version, unknown commands, and standard output that can't be written.
. "$ROOT/tests/cli/harness.sh"

commands="train near analogy similarity odd vector cluster embed search eval probe export map report info"
silent() { [ ! -s "$err" ]; }
# prints TEXT COMMAND...: succeeds with TEXT alone.
prints() {
    text=$1
    shift
    run 0 "$@" && silent && [ "$(cat "$out")" = "$text" ]
}

help_program() {
    run 0 "$SGNS" "$@" && silent && grep -q '^usage:$' "$out" || return 1
    for command in $commands help; do
        grep -Eq "^  sgns $command +[[A-Z].*  *[a-z]" "$out" || return 1
    done
}
for word in help --help -h; do
    check "$word lists the commands" help_program "$word"
done
check "help help is help" help_program help help
no_command() {
    run 2 "$SGNS" && [ ! -s "$out" ] && cp "$err" "$TMPDIR/bare" && help_program help &&
        cmp -s "$TMPDIR/bare" "$out"
}
check "without a command, help is an error" no_command

help_command() {
    run 0 "$SGNS" help "$1" && silent && grep -Eq "^usage: sgns $1 [A-Z]" "$out" && grep -q '^options:$' "$out" &&
        grep -q '^  -h, --help ' "$out" && cp "$out" "$TMPDIR/help" || return 1
    for words in --help -h "missing.sgns --help" "--nonsense -h"; do
        # shellcheck disable=SC2086 # several words
        run 0 "$SGNS" "$1" $words && silent && cmp -s "$TMPDIR/help" "$out" || return 1
    done
}
# The short usage in the list of commands is the one on the command's own page.
same_usage() {
    run 0 "$SGNS" help "$1" && first=$(sed -n '1s/^usage: //p' "$out") && [ -n "$first" ] &&
        run 0 "$SGNS" help && sed 's/   *//; s/  */ /g' "$out" | grep -Fq -- "$first"
}
columns() {
    run 0 "$SGNS" help "$@" && [ -s "$out" ] &&
        awk 'length($0) > 80 { print "too wide: " $0; bad = 1 } END { exit bad }' "$out" >&2
}
check "help fits 80 columns" columns
for command in $commands; do
    check "help $command, by any name" help_command "$command"
    check "help $command has the usage of the list" same_usage "$command"
    check "help $command fits 80 columns" columns "$command"
done
fails "--help behind -- is no option" 2 'missing\.sgns: ' "$SGNS" near "$TMPDIR/missing.sgns" -- --help

version=$(sed -n 's/^#define SGNS_VERSION "\([0-9.]*\)"$/\1/p' "$ROOT/src/cli/version.h")
check "--version" prints "sgns $version" "$SGNS" --version

the_commands="the commands are $(echo "$commands" | sed 's/ /, /g')\$"
fails "an unknown command" 2 "^sgns: unknown command \"frobnicate\"; $the_commands" "$SGNS" frobnicate corpus.txt
for word in trian:train trin:train traim:train inof:info nea:near similarty:similarity simil:similarity exprot:export; do
    fails "a misspelt command: ${word%:*}" 2 "^sgns: unknown command \"${word%:*}\"; did you mean ${word#*:}\?\$" \
        "$SGNS" "${word%:*}"
done
fails "a command with control characters" 2 '^sgns: unknown command "a\\x1b\[2Jb"; the commands' "$SGNS" "$(printf 'a\033[2Jb')"
fails "an empty command" 2 "^sgns: unknown command \"\"; $the_commands" "$SGNS" ""
fails "an option in the command's place" 2 "^sgns: unknown command \"--quiet\"; $the_commands" "$SGNS" --quiet
fails "help for an unknown command" 2 "^sgns: unknown command \"frobnicate\"; $the_commands" "$SGNS" help frobnicate
fails "help for a misspelt command" 2 '^sgns: unknown command "trian"; did you mean train\?$' "$SGNS" help trian
fails "an unknown long option of one letter" 2 '^sgns train: unknown option --x; --help lists' "$SGNS" train --x
fails "an unknown letter" 2 '^sgns train: unknown option -xyz; --help lists' "$SGNS" train -xyz
fails "an option a letter or two off" 2 '^sgns train: unknown option --epcohs; did you mean --epochs\?$' \
    "$SGNS" train --epcohs=3

model=$TMPDIR/words.sgns
awk 'BEGIN { for (i = 0; i < 500; i++) print "sun moon star sky cloud rain wind snow" }' >"$TMPDIR/corpus.txt"
check "a model" run 0 "$SGNS" train "$TMPDIR/corpus.txt" -o "$model" --threads 1 --quiet
echo "sun moon 5" >"$TMPDIR/pairs.txt"
# unwritten FILE COMMAND...: standard output is FILE, a full device; or closed, if FILE is -.
unwritten() {
    file=$1
    shift
    if [ "$file" = - ]; then
        "$@" >&- 2>"$err" </dev/null
    else
        "$@" >"$file" 2>"$err" </dev/null
    fi
    status=$?
    [ "$status" -eq 3 ] && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -Eq "^sgns( [a-z]+)?: can't write standard output: [A-Z]" "$err" && return 0
    echo "exit $status; standard error: $(cat "$err")" >&2
    return 1
}
# all_unwritten WHAT FILE
all_unwritten() {
    check "help to $1" unwritten "$2" "$SGNS" help
    check "a command's help to $1" unwritten "$2" "$SGNS" help train
    check "train --help to $1" unwritten "$2" "$SGNS" train --help
    check "--version to $1" unwritten "$2" "$SGNS" --version
    check "info to $1" unwritten "$2" "$SGNS" info "$model"
    check "near to $1" unwritten "$2" "$SGNS" near "$model" sun
    check "near --all to $1" unwritten "$2" "$SGNS" near "$model" --all
    check "cluster to $1" unwritten "$2" "$SGNS" cluster "$model" -k 2
    check "embed to $1" unwritten "$2" "$SGNS" embed "$model" "$TMPDIR/pairs.txt"
    check "search --all to $1" unwritten "$2" "$SGNS" search "$model" "$TMPDIR/corpus.txt" --all
    check "eval to $1" unwritten "$2" "$SGNS" eval "$model" --similarity "$TMPDIR/pairs.txt"
}
all_unwritten "a closed output" -
if [ -c /dev/full ] && ! echo full 2>/dev/null >/dev/full; then
    all_unwritten "a full device" /dev/full
else
    check "skipped without a /dev/full: output to a full device" true
fi
finish
