#!/bin/sh
# sgns near on a terminal (of script, from util-linux): the line editor, its commands, and how it ends.
. "$ROOT/tests/cli/harness.sh"

if ! script -qfec true /dev/null </dev/null >/dev/null 2>&1; then
    check "skipped without util-linux's script" true
    finish
fi
awk 'BEGIN { for (i = 0; i < 500; i++) print "sun moon star sky cloud help rain wind snow" }' >"$TMPDIR/corpus.txt"
model=$TMPDIR/words.sgns
check "a model to ask" run 0 "$SGNS" train "$TMPDIR/corpus.txt" -o "$model" --threads 1 --dim 8 --quiet

wait_for() {
    tries=0
    until grep -Fq -- "$1" "$out"; do
        [ "$tries" -lt 100 ] || { echo "no '$1' in: $(cat "$out")" >&2 && return 1; }
        sleep 0.05 2>/dev/null || sleep 1
        tries=$((tries + 1))
    done
}
# typed KEYS [TERM]: the program on a terminal, KEYS (as printf's %b takes them) typed once it asks. What it prints is
# in $out, its exit status and the terminal's mode afterwards in $TMPDIR/after.
typed() {
    rm -f "$TMPDIR/keys"
    mkfifo "$TMPDIR/keys" || return 1
    : >"$out"
    TERM=${2:-xterm} NO_COLOR=1 script -qfec "'$SGNS' near '$model' -k 1; echo status \$?; stty -a" /dev/null <"$TMPDIR/keys" >"$out" 2>&1 &
    exec 3>"$TMPDIR/keys"
    wait_for "near> " && printf '%b' "$1" >&3 && wait_for "status "
    typed_status=$?
    exec 3>&-
    wait $!
    return "$typed_status"
}
prints() { grep -Fq -- "$1" "$out" || { echo "no '$1' in: $(cat -v "$out")" >&2 && return 1; }; }
asked() { [ "$(grep -Ec '^[a-z]+ +-?[01]\.[0-9]{4}' "$out")" -eq "$1" ]; }

ends_with_d() { typed 'sun\n\004' && prints "status 0" && asked 1 && grep -q ' icanon' "$out" && grep -q ' echo ' "$out"; }
check "Ctrl-D ends it, and the terminal is as before" ends_with_d
dropped() { typed 'zun\003moon\n\003\003\004' && prints "status 0" && prints "^C" && asked 1 && ! grep -q 'not among' "$out"; }
check "Ctrl-C drops the line and asks for another" dropped
ends_with_word() { typed "sun\n$1\n" && prints "status 0" && asked 1 && grep -q ' icanon' "$out"; }
check "exit ends it" ends_with_word exit
check "quit ends it, with a blank behind it" ends_with_word 'quit '
word_asked() { typed '"exit"\n\004' && prints '"exit" is not among' && prints "status 0"; }
check "exit in quotation marks is a word" word_asked
# The cursor stands behind the columns of what is typed: 6 for the prompt, 2 for a wide character, none for a mark.
wide() { typed '\346\227\245\346\234\254e\314\201\n\004' && prints "$(printf '\033[11C')" && prints "status 0"; }
check "wide characters take two columns, marks none" wide
wide_removed() { typed '\346\227\245\177e\314\201\177sun\n\004' && asked 1 && prints "status 0"; }
check "a character goes with its marks" wide_removed
pasted() { typed 's\302\233un\n\004' && prints '\u009b' && ! grep -q "$(printf '\302\233')" "$out" && prints "status 0"; }
check "a control character that is pasted is shown, not obeyed" pasted
# Left, Backspace, Delete, Home, End, Ctrl-A, Ctrl-E, Ctrl-K, Ctrl-U, Ctrl-W.
edited() {
    typed 'sXn\033[D\177u\nmoonX\033[D\033[3~\n\033[Hxx\001ar\005\025stxxar\033[D\033[D\033[D\027\013star\n\004' &&
        prints "status 0" && asked 3
}
check "keys that edit" edited
# Home and End as other terminals send them, Ctrl-B and Ctrl-F.
other_keys() { typed 'un\033[1~s\033[4~\n\033[7~mon\002o\006\033[8~\n\004' && prints "status 0" && asked 2; }
check "keys that edit, of other terminals" other_keys
unicode() { typed 's\303\244\177un\nsku\303\274\033[D\033[D\033[Cy\033[C\177\033[D\177\004\n\004' && prints "status 0" && asked 1; }
check "whole characters are removed" unicode
history() {
    typed 'sun\nmoon\n\033[A\033[A\n\033OA\020\016\n\004' && prints "status 0" && asked 4 &&
        [ "$(awk '/^[a-z]+ +-?[01]\.[0-9]/ { print $1 }' "$out" | sed -n '1p;3p' | uniq | wc -l)" -eq 1 ]
}
check "the arrow up fetches what was asked" history
draft() { typed 'sun\nmo\033[A\033[Bon\n\004' && prints "status 0" && asked 2; }
check "the arrow down leads back to the new line" draft
commands() {
    typed 'sun\nhistory\nhelp\n"help"\n\004' && prints "   1  sun" && prints "Type a word" && asked 2
}
check "history and help are commands, \"help\" is a word" commands
unanswered() { typed 'zun\n\004' && prints '"zun" is not among' && prints "status 0"; }
check "an unknown word is no failure" unanswered
escape() { typed 'sun\033\nmoon\033[\nstar\033\025\033\004' && prints "status 0" && asked 2; }
check "Escape alone swallows no Enter and no Ctrl-D" escape
dumb() { typed 'sun\nhelp\n\004' dumb && prints "status 0" && asked 1 && prints "Type a word"; }
check "a terminal that can't move its cursor" dumb
long_line() {
    keys=$(awk 'BEGIN { for (i = 0; i < 100; i++) printf "sun "; print "\\n\\004" }')
    typed "$keys" && prints "status 0" && asked 1
}
check "a line longer than the screen" long_line
finish
