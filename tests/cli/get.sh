#!/bin/sh
# The download scripts, with a fake curl that copies from a folder.
# shellcheck disable=SC2016 # variables in the commands of sh -c
. "$ROOT/tests/cli/harness.sh"
mkdir -p "$TMPDIR/bin" "$TMPDIR/net"
cat >"$TMPDIR/bin/curl" <<'END'
#!/bin/sh
# curl -fsSL -o FILE URL
cp "$NET/${4##*/}" "$3"
END
chmod +x "$TMPDIR/bin/curl"
NET=$TMPDIR/net
PATH=$TMPDIR/bin:$PATH
export NET PATH
cd "$TMPDIR" || exit 3

fails "get: a file with a wrong checksum is rejected" 3 'checksum is [0-9a-f]{64}, not 8c29' \
    sh -c 'echo wrong >net/questions-words.txt; sh "$ROOT/scripts/get-evaluation.sh" sets >/dev/null'
check "get: and is removed" test -z "$(ls sets)"
rm -f net/questions-words.txt
check "get: a failed download fails" run 3 sh "$ROOT/scripts/get-evaluation.sh" sets
check "get: and names the URL" grep -q 'questions-words.txt: download failed' "$err"
check "get: text8 with a wrong checksum is rejected" run 3 sh -c 'echo wrong >net/text8.zip; sh "$ROOT/scripts/get-text8.sh" sets'
check "get: and names the expected one" grep -q 'not 3bea1919949baf155f99411df5fada7e' "$err"

# The right checksum: calls the function itself, with a file whose checksum is known ("hello" and a newline).
echo hello >net/hello
get_hello() {
    sh -c '. "$ROOT/scripts/get.sh"; get http://here/hello sets/hello "$1"' get "$1"
}
check "get: the right SHA-256 is kept" run 0 get_hello \
    5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
check "get: completely" cmp -s net/hello sets/hello
check "get: a file that is there is not downloaded again" says_so 'already there' get_hello 0
rm sets/hello
check "get: the right MD5 is kept" run 0 get_hello b1946ac92492d2347c6235b4d2611184
finish
