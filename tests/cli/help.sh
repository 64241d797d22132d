#!/bin/sh
# What sgns help --generate writes: the manual page and the completions know every option of every command, with its
# choices; and what the shells make of them, where they are installed.
. "$ROOT/tests/cli/harness.sh"

for kind in man bash zsh fish; do
    check "help --generate $kind" run 0 "$SGNS" help --generate "$kind"
    check "nothing but $kind" [ ! -s "$err" ]
    mv "$out" "$TMPDIR/$kind"
done
fails "help --generate of another shell" 2 'takes one of man, bash, zsh, fish, not "csh"$' "$SGNS" help --generate csh
fails "help --generate with a command" 2 'name none: sgns help' "$SGNS" help --generate man train

# The options of a command, as its help page has them: "-o, --output FILE" becomes "output o FILE", and without a letter
# "dim - N".
options_of() {
    "$SGNS" help "$1" | sed -n 's/^  -\(.\), --\([a-z-]*\) *\([^ ]*\).*/\2 \1 \3/p; s/^      --\([a-z-]*\) *\([^ ]*\).*/\1 - \2/p'
}
"$SGNS" help | sed -n '/^for example/q; s/^  sgns \([a-z]*\) .*/\1/p' >"$TMPDIR/commands"
check "the list has all commands" [ "$(wc -l <"$TMPDIR/commands")" -ge 14 ]
while read -r command; do
    options_of "$command" >"$TMPDIR/options.$command"
    check "$command has options" grep -q '^help h' "$TMPDIR/options.$command"
done <"$TMPDIR/commands"

# The part of each file that is about one command.
part_man() {
    sed 's/\\-/-/g' "$TMPDIR/man" | awk -v command="$1" '
        /^\.S[HS]/ { inside = $0 ~ "^\\.SS sgns " command " " || /OPTIONS OF ALL COMMANDS/ }
        inside'
}
part_bash() { sed -n "/^        $1)\$/,/^            ;;\$/p" "$TMPDIR/bash"; }
part_zsh() { sed -n "/^_sgns_$1() {\$/,/^}\$/p" "$TMPDIR/zsh"; }
part_fish() { grep "'__sgns_command $1'" "$TMPDIR/fish"; }

# What each file has of an option, as fixed texts that a line must have: NAME, LETTER and a CHOICE stand for their values.
forms() {
    case $1 in
    man) name='\fB--NAME\fR' letter='\fB-LETTER\fR, \fB--NAME\fR' ;;
    bash) name=' --NAME ' letter=' --NAME -LETTER ' ;;
    zsh) name='--NAME[ --NAME=[' letter='-LETTER[ -LETTER+[' ;;
    fish) name=' -l NAME ' letter=' -l NAME -s LETTER ' ;;
    esac
}

# all_known KIND COMMAND: the part has each option of the command, with its letter, and its choices in the same line.
all_known() {
    part_"$1" "$2" >"$TMPDIR/part"
    forms "$1"
    NAME=$name LETTER=$letter awk -v kind="$1" -v command="$2" '
        # Whether a line of the part has one of the texts, which a blank before a dash may separate.
        function has(text, name, letter,    i, texts, count) {
            gsub(/NAME/, name, text)
            gsub(/LETTER/, letter, text)
            count = kind == "zsh" ? split(text, texts, " ") : 1
            if (count == 1)
                texts[1] = text
            for (found = 1; found <= lines; found++)
                for (i = 1; i <= count; i++)
                    if (index(line[found], texts[i]))
                        return 1
            return 0
        }
        # The line that an option with choices is in.
        function line_of(name,    i) {
            for (i = 1; i <= lines; i++)
                if (kind == "bash" ? line[i] ~ "^ *--" name "[ )].*values=" : index(line[i], kind == "fish" ? " -l " name " " : "--" name (kind == "zsh" ? "=[" : "\\fR")))
                    return line[i]
            return ""
        }
        FNR == NR { line[++lines] = $0; next }
        {
            if (!has(ENVIRON["NAME"], $1, $2)) { print kind " lacks --" $1 " of " command; bad = 1 }
            if ($2 != "-" && !has(ENVIRON["LETTER"], $1, $2)) { print kind " lacks -" $2 " of " command; bad = 1 }
            if ($3 !~ /\|/)
                next
            count = split($3, choice, "|")
            for (i = 1; i <= count; i++)
                if (line_of($1) !~ ("[^a-z0-9-]" choice[i] "([^a-z0-9-]|$)")) { print kind " lacks --" $1 " " choice[i]; bad = 1 }
        }
        END { exit bad || lines == 0 }' "$TMPDIR/part" "$TMPDIR/options.$2" >&2
}
while read -r command; do
    for kind in man bash zsh fish; do
        check "$kind knows all options of $command" all_known "$kind" "$command"
    done
done <"$TMPDIR/commands"
# The test itself would see a gap.
gap() {
    cp "$TMPDIR/$1" "$TMPDIR/whole"
    sed 's/weights/weihgts/g' "$TMPDIR/whole" >"$TMPDIR/$1"
    all_known "$1" train 2>"$err"
    status=$?
    cp "$TMPDIR/whole" "$TMPDIR/$1"
    [ "$status" -ne 0 ] && grep -q weights "$err"
}
for kind in man bash zsh fish; do
    check "an option that $kind lacks would be found" gap "$kind"
done

if command -v mandoc >/dev/null 2>&1; then
    lint() { mandoc -T lint "$TMPDIR/man" >"$out" 2>&1 || { cat "$out" >&2; return 1; }; }
    check "mandoc finds nothing to say of the page" lint
else
    check "skipped without mandoc: the manual page" true
fi
if command -v groff >/dev/null 2>&1; then
    rendered() { groff -man -Tascii -ww "$TMPDIR/man" >"$out" 2>"$err" && [ ! -s "$err" ] && grep -q 'ENVIRONMENT\|E.*N.*V.*I.*R' "$out"; }
    check "groff has no warning" rendered
else
    check "skipped without groff: the manual page" true
fi

# --- bash ---

mkdir "$TMPDIR/folder" && cd "$TMPDIR/folder" && : >corpus.txt && : >words.sgns
if command -v bash >/dev/null 2>&1; then
    # in_bash EXPECTED WORD...: what bash is offered for the last word; @files where readline completes file names.
    in_bash() {
        expected=$1
        shift
        bash --norc --noprofile -c '. "$1"; shift
            compopt() { taken=$2; }
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) taken=
            _sgns
            [[ $taken == default ]] || COMPREPLY=(@files)
            echo "${COMPREPLY[*]}"' bash "$TMPDIR/bash" "$@" >"$out" 2>&1
        [ "$(cat "$out")" = "$expected" ] || { echo "$*: $(cat "$out")" >&2; return 1; }
    }
    check "bash: commands" in_bash train sgns tr
    check "bash: options" in_bash "--loss --log-q" sgns train --lo
    check "bash: choices" in_bash "sgns supcon" sgns train --loss s
    check "bash: choices behind =" in_bash "cosine" sgns train --score = c
    check "bash: choices just behind =" in_bash "dot cosine l2" sgns train --score =
    check "bash: names that are no choices" in_bash "word2vec word2vec-text" sgns export m -f word
    check "bash: a file for an option" in_bash @files sgns train -o ""
    check "bash: a file for an operand" in_bash @files sgns near wo
    check "bash: no file for a word" in_bash "" sgns near words.sgns wo
    check "bash: an option's value is no operand" in_bash @files sgns near -k 3 wo
    check "bash: no file for a number" in_bash "" sgns train --dim ""
    check "bash: the commands for help" in_bash "near" sgns help nea
    check "bash: several files" in_bash @files sgns train a b ""
else
    check "skipped without bash: its completion" true
fi

# --- fish and zsh ---

if command -v fish >/dev/null 2>&1; then
    # in_fish EXPECTED LINE: the first words of what fish is offered.
    in_fish() {
        HOME=$TMPDIR TERM=dumb fish --no-config -c "source '$TMPDIR/fish'; complete -C '$2'" 2>&1 | cut -f 1 | paste -sd' ' - >"$out"
        [ "$(cat "$out")" = "$1" ] || { echo "$2: $(cat "$out")" >&2; return 1; }
    }
    check "fish: commands" in_fish train "sgns tr"
    check "fish: options" in_fish "--log-q --loss" "sgns train --lo"
    check "fish: choices" in_fish "cosine dot l2" "sgns train --score "
    check "fish: a file" in_fish corpus.txt "sgns train -o c"
    check "fish: no file for a number" in_fish "" "sgns train --dim "
    check "fish: not another command's options" in_fish "" "sgns info --los"
else
    check "skipped without fish: its completion" true
fi
if command -v zsh >/dev/null 2>&1; then
    check "zsh reads its completion" zsh -n "$TMPDIR/zsh"
    # The specification of _arguments, as zsh takes it apart: compadd and the terminal are left out.
    in_zsh() {
        zsh -f -c 'compdef() { }; _arguments() { print -rl -- "$@" }; source $1; _sgns_'"$1" zsh "$TMPDIR/zsh" >"$out" 2>&1
        grep -Fxq -- "$2" "$out" || { cat "$out" >&2; return 1; }
    }
    check "zsh: a choice" in_zsh probe '--format=[a table for people; tsv or json for programs]:format:(table tsv json)'
    check "zsh: an operand" in_zsh near '1:MODEL:_files'
    check "zsh: further operands" in_zsh near '*:WORD: '
else
    check "skipped without zsh: its completion" true
fi
finish
