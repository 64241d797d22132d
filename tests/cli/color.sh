#!/bin/sh
# Colors: on a terminal, as --color, NO_COLOR and TERM say; never in a pipe unless they are asked for.
. "$ROOT/tests/cli/harness.sh"

unset NO_COLOR CLICOLOR_FORCE
escape=$(printf '\033')
printf '3 2\nsun 1 0.5\nmoon 1 0.6\nstar 0.2 1\n' >"$TMPDIR/words.vec"
printf 'sun moon 5\nsun star 1\nmoon star 2\n' >"$TMPDIR/pairs.txt"
printf 'sun\tlight\t1\nmoon\tlight\t2\nstar\tlight\t3\n' >"$TMPDIR/factors.tsv"
printf 'sun moon\nstar\n' >"$TMPDIR/lines.txt"
printf '3 2\nsun 1 0.5\nsun 1 0.6\nstar nan 1\n' >"$TMPDIR/odd.vec"
model=$TMPDIR/words.vec

colored() { grep -q "$escape" "$out" "$err"; }
plain() { ! colored; }
# bare COMMAND...: what it prints, without any colors, is the same as with --color never.
bare() {
    run 0 "$@" --color always && colored && sed "s/$escape\[[0-9;]*m//g" "$out" >"$TMPDIR/bare" &&
        run 0 "$@" --color never && plain && cmp "$TMPDIR/bare" "$out"
}
check "near: scores" bare "$SGNS" near "$model" sun
check "near: questions above their answers" bare "$SGNS" near "$model" "sun , star"
check "similarity" bare "$SGNS" similarity "$model" sun star
check "eval: headings" bare "$SGNS" eval "$model" --similarity "$TMPDIR/pairs.txt"
check "probe: headings" bare "$SGNS" probe "$model" "$TMPDIR/factors.tsv"
check "search" bare "$SGNS" search "$model" "$TMPDIR/lines.txt" sun
check "search --all" bare "$SGNS" search "$model" "$TMPDIR/lines.txt" --all
help_heading() { run 0 "$SGNS" help near --color "$1" && grep -Eq "^($escape\[1m)?usage:($escape\[0m)? sgns near" "$out"; }
check "the headings of help" eval 'help_heading always && colored && help_heading never && plain'
score() { run 0 "$SGNS" similarity "$model" sun star --color=always && grep -Eq "^$escape\[36m0\.[0-9]{4}$escape\[0m\$" "$out"; }
check "a score has its color" score
warning() {
    run 0 "$SGNS" info "$TMPDIR/odd.vec" --color always && grep -q "^$escape\[1;33msgns info:$escape\[0m .*: warning: 1 row skipped" "$err"
}
check "a warning has its color" warning
mistake() { run 1 "$SGNS" near "$model" zun --color always && grep -q "^$escape\[1;31msgns near:$escape\[0m \"zun\" is" "$err"; }
check "an error has its color" mistake
for format in tsv json; do
    for command in "near $model sun" "similarity $model sun star" "eval $model --similarity $TMPDIR/pairs.txt" \
        "probe $model $TMPDIR/factors.tsv" "search $model $TMPDIR/lines.txt sun" "info $model"; do
        # shellcheck disable=SC2086 # several words
        uncolored() { run 0 "$SGNS" $command --format "$format" --color always && plain; }
        check "$format has no colors: ${command%% *}" uncolored
    done
done

# --- pipes and variables ---

piped() { run 0 "$@" && plain; }
check "nothing is colored in a pipe" piped "$SGNS" near "$model" sun
check "not with --color auto either" piped "$SGNS" near "$model" sun --color auto
forced() { CLICOLOR_FORCE=1 run 0 "$@" && colored; }
check "CLICOLOR_FORCE colors it" forced "$SGNS" near "$model" sun
not_forced() { CLICOLOR_FORCE=0 run 0 "$@" && plain; }
check "CLICOLOR_FORCE=0 does not" not_forced "$SGNS" near "$model" sun
both() { NO_COLOR=1 CLICOLOR_FORCE=1 run 0 "$@" && plain; }
check "NO_COLOR is stronger" both "$SGNS" near "$model" sun
asked() { NO_COLOR=1 run 0 "$@" && colored; }
check "--color always is stronger than NO_COLOR" asked "$SGNS" near "$model" sun --color always
never() { CLICOLOR_FORCE=1 run 0 "$@" && plain; }
check "--color never is stronger than CLICOLOR_FORCE" never "$SGNS" near "$model" sun --color never
fails "--color takes three words" 2 '^sgns near: --color takes one of auto, always, never, not "red"$' \
    "$SGNS" near "$model" sun --color red
fails "--colour is nearly right" 2 'unknown option --colour; did you mean --color\?$' "$SGNS" near "$model" sun --colour red

# --- a terminal ---

if ! script -qfec true /dev/null </dev/null >/dev/null 2>&1; then
    check "skipped without util-linux's script: colors on a terminal" true
    finish
fi
# typed TERM ARGUMENT...: what sgns prints on a terminal is in $out.
typed() {
    terminal=$1
    shift
    TERM=$terminal script -qec "'$SGNS' $*" /dev/null </dev/null >"$out" 2>&1
    : >"$err"
    [ -s "$out" ]
}
on_terminal() { typed xterm similarity "$model" sun star && colored; }
check "a terminal has colors" on_terminal
on_dumb() { typed dumb similarity "$model" sun star && plain; }
check "a dumb one has none" on_dumb
on_none() { typed '' similarity "$model" sun star && plain; }
check "nor has one without a name" on_none
no_color() { NO_COLOR=1 && export NO_COLOR && typed xterm similarity "$model" sun star && plain; }
check "nor with NO_COLOR" eval '(no_color)'
empty() { NO_COLOR='' && export NO_COLOR && typed xterm similarity "$model" sun star && colored; }
check "an empty NO_COLOR counts for nothing" eval '(empty)'
turned_off() { typed xterm similarity "$model" sun star --color never && plain; }
check "nor with --color never" turned_off
# Standard output is a pipe, and standard error the terminal.
only_errors() { typed xterm near "$model" 'zun | cat' && grep -q "$escape\[1;31msgns near:" "$out"; }
check "messages are colored where they go to the terminal" only_errors
finish
