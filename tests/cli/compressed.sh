#!/bin/sh
# Corpora that are compressed, and folders of files.
. "$ROOT/tests/cli/harness.sh"

cd "$TMPDIR" || exit 3
awk 'BEGIN { for (i = 0; i < 60; i++) print "one two three four five six seven eight nine ten" }' >text
train() { run 0 "$SGNS" train "$@" --dim 4 --epochs 1 --threads 1 -o m.sgns; }
check "plain" train text -q
cp m.sgns plain.sgns
same() { train "$@" && cmp -s m.sgns plain.sgns; }
told() { grep -qx "1 file was unpacked by $1 -dc" "$err"; }
piped() {
    cat - <"$1" | "$SGNS" train - --dim 4 --epochs 1 --threads 1 -o m.sgns -q >"$out" 2>"$err" && cmp -s m.sgns plain.sgns
}
redirected() {
    "$SGNS" train - --dim 4 --epochs 1 --threads 1 -o m.sgns -q <"$1" >"$out" 2>"$err" && cmp -s m.sgns plain.sgns
}
fails_piped() {
    cat - <"$1" | "$SGNS" train - -o no.sgns >"$out" 2>"$err"
    [ $? -eq 2 ] && grep -q "^sgns train: standard input: $2 -dc could not unpack it" "$err"
}
for program in gzip xz zstd bzip2; do
    if ! command -v "$program" >/dev/null 2>&1; then
        echo "ok $program: skipped, it is not installed"
        continue
    fi
    "$program" -c <text >"text.$program"
    cp "text.$program" text.packed
    check "$program: a file, whatever its name" same text.packed
    check "$program: said so" told "$program"
    check "$program: a pipe" piped text.packed
    check "$program: standard input from a file" redirected text.packed
    head -c $(($(wc -c <text.packed) - 9)) text.packed >short
    fails "$program: a file that is cut off" 2 "^sgns train: short: $program -dc could not unpack it: .*[a-z]" \
        "$SGNS" train short -o no.sgns
    check "$program: a pipe that is cut off" fails_piped short "$program"
    fails "$program: not in the path" 2 "^sgns train: text.packed: compressed by $program, and the program $program " \
        env PATH=/nowhere "$SGNS" train text.packed -o no.sgns
done
check "no model of what can't be unpacked" test ! -e no.sgns

# From here on, a program that the test brings along stands for bzip2.
mkdir bin
# shellcheck disable=SC2016 # the variable is for the program
printf '#!/bin/sh\n[ "$1" = -dc ] && tail -c +11\n%s\n' 'exit ${STATUS:-0}' >bin/bzip2
chmod +x bin/bzip2
PATH=$PWD/bin:$PATH
export PATH
packed() {
    printf 'BZh91AY&SY'
    cat "$@"
}
packed text >text.packed
check "the program of the path is run" same text.packed
fails "its exit status counts" 2 '^sgns train: text.packed: bzip2 -dc could not unpack it$' \
    env STATUS=1 "$SGNS" train text.packed -o no.sgns
printf '\357\273\277' | packed - text >marked
check "a byte-order mark inside" train marked -q --tokenizer whitespace
check "is no part of the first word" run 0 "$SGNS" near m.sgns one
packed text.packed >twice
fails "compressed twice" 2 '^sgns train: twice: a file compressed by bzip2 inside of another; unpack the outer one first$' \
    "$SGNS" train twice -o no.sgns
packed "$SGNS" >binary
fails "a binary file inside" 2 '^sgns train: binary: looks like a binary file; a corpus is UTF-8 text$' \
    "$SGNS" train binary -o no.sgns
printf '#!/bin/sh\nkill -9 $$\n' >bin/bzip2
fails "a program that is killed" 3 '^sgns train: text.packed: bzip2 -dc was ended by signal 9$' \
    "$SGNS" train text.packed -o no.sgns
start=$(date +%s)
printf '#!/bin/sh\nhead -c 20 >/dev/null\necho so it is >&2\nexit 4\n' >bin/bzip2
mkfifo slow
{ packed text; exec sleep 20; } >slow &
sleeper=$!
"$SGNS" train - -o no.sgns <slow >"$out" 2>"$err"
status=$?
kill "$sleeper" 2>/dev/null
check "a pipe that goes on is not waited for" test "$status" -eq 2 -a $(($(date +%s) - start)) -lt 15
check "and the error is the program's" grep -q 'bzip2 -dc could not unpack it: so it is$' "$err"

# Folders.
mkdir -p folder/b folder/.git
head -n 20 text >folder/a.txt
head -n 20 text >folder/b/1
head -n 20 text | packed - >folder/b/2
echo hidden >folder/.git/x
printf '#!/bin/sh\ntail -c +11\n' >bin/bzip2
ln -s .. folder/b/loop
check "files one by one" train folder/a.txt folder/b/1 folder/b/2 -q
cp m.sgns plain.sgns
check "a folder: the files in the order of their paths" same folder
check "a folder, with a slash" same folder/
inside() {
    "$SGNS" train folder --dim 4 --epochs 1 --threads 1 -q -o folder/m.sgns &&
        "$SGNS" train folder --dim 4 --epochs 1 --threads 1 -q -o folder/m.sgns && cmp -s folder/m.sgns plain.sgns
}
check "the model in the folder is no text" inside
cp "$SGNS" folder/b/3
fails "a binary file in a folder" 2 '^sgns train: folder/b/3: looks like a binary file; ' "$SGNS" train folder -o no.sgns
finish
