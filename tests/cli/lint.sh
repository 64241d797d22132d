#!/bin/sh
# scripts/lint.sh finds faults planted in a small source tree, and none in the tree without them.
. "$ROOT/tests/cli/harness.sh"

tree=$TMPDIR/tree
mkdir -p "$tree/scripts" "$tree/src/base" "$tree/src/text" "$tree/src/train" "$tree/src/query" "$tree/tests/unit"
cp "$ROOT/Makefile" "$tree" && cp "$ROOT/scripts/lint.sh" "$ROOT/scripts/functions.awk" "$tree/scripts"

# header LAYER NAME DECLARATION...
header() {
    guard=$(echo "SGNS_$1_$2_H" | tr '[:lower:]' '[:upper:]')
    printf '#ifndef %s\n#define %s\n%s\n#endif\n' "$guard" "$guard" "$3" >"$tree/src/$1/$2.h"
}
header base race '#define INTENDED_RACE __attribute__((no_sanitize("thread")))'
header base size '#include <stddef.h>
size_t size_twice(size_t size);'
header text word 'int word_known(const char *word);'
header train step 'void step(float *row);'
header query ask 'int ask(void);'
cat >"$tree/src/base/size.c" <<'END'
#include "base/size.h"

size_t size_twice(size_t size) {
    return 2 * size;
}
END
cat >"$tree/src/text/word.c" <<'END'
#include "text/word.h"

#include <string.h>

static const char *const words[] = {
    "king", /* a table of any length is no function { */
    "qu{en",
};

int word_known(const char *word) {
    static const int yes = 1;
    return strcmp(word, words[0]) == 0 ? yes : 0;
}
END
cat >"$tree/src/train/step.c" <<'END'
#include "train/step.h"

#include "base/race.h"

#define INLINE INTENDED_RACE static inline

INLINE void race_within(float *row) {
    *row += 1;
}

INTENDED_RACE void step(float *row) {
    race_within(row); /* no memcpy(here, there, 4) */
}
END
printf '#include "query/ask.h"\n\n#include "text/word.h"\n\nint ask(void) {\n    return word_known("");\n}\n' \
    >"$tree/src/query/ask.c"
printf 'int main(void) {\n    return 0;\n}\n' >"$tree/src/main.c"
printf 'int main(void) {\n    return 0;\n}\n' >"$tree/tests/unit/test_nothing.c"
printf '#include "harness.h"\n\nint harness = 1;\n' >"$tree/tests/unit/harness.c"
printf '#ifndef SGNS_TESTS_HARNESS_H\n#define SGNS_TESTS_HARNESS_H\nextern int harness;\n#endif\n' \
    >"$tree/tests/unit/harness.h"

# lint CHECK: runs one check, with its output in $out. Without a suitable compiler the check is skipped.
lint() { sh "$tree/scripts/lint.sh" "$TMPDIR/build" "$1" >"$out" 2>"$err"; }
clean() { lint "$1" && grep -q "^lint: $1.*: ok\$" "$out"; }
# finds CHECK 'EXTENDED REGEX': the check fails with that finding.
finds() { ! lint "$1" && grep -Eq -- "$2" "$out" && grep -q "^lint: $1.*: failed\$" "$out"; }
# planted NAME CHECK REGEX FILE TEXT: like finds, with TEXT added to FILE during the check.
planted() {
    cp "$tree/$4" "$TMPDIR/saved"
    printf '%s\n' "$5" >>"$tree/$4"
    check "$1" finds "$2" "$3"
    cp "$TMPDIR/saved" "$tree/$4"
}

for each in layers circles guards functions races top; do
    check "nothing to find: $each" clean "$each"
done
planted "a lower layer looks up" layers 'text/word\.c:14: text may not include "train/step\.h"' src/text/word.c \
    '#include "train/step.h"'
planted "query and train don't meet" layers 'query may not include "train/step\.h"' src/query/ask.h \
    '#include "train/step.h"'
planted "an include without its layer" layers '"ask\.h" is not LAYER/FILE\.h' src/query/ask.c '#include "ask.h"'
planted "a header that leads back to itself" circles 'src/base/race: is part of a circle' src/base/race.h \
    '#include "train/step.h"'
planted "code behind the guard" guards 'word\.h: has no guard SGNS_TEXT_WORD_H' src/text/word.h 'int more;'
header text reader ''
sed 's/TEXT/BASE/' "$tree/src/text/reader.h" >"$tree/src/text/line.h"
check "the guard of another header" finds guards 'text/line\.h: has no guard SGNS_TEXT_LINE_H'
rm "$tree/src/text/line.h"
# A function of N lines.
long() { echo "int long_$1(void) {"; yes '    ;' | head -n "$(($1 - 2))"; echo '}'; }
planted "a function of 61 lines" functions '^src/text/word\.c:74: long_61 has 61 lines' src/text/word.c \
    "$(long 60; long 61)"
spared() { ! grep -q long_60 "$out"; }
check "a function of 60 lines may be" spared
planted "memcpy in a race" races 'step\.c:14: copy is an INTENDED_RACE and calls memcpy' src/train/step.c \
    'INTENDED_RACE static void copy(float *to, const float *from) {
    memcpy(to, from, 4);
}'
planted "memset in a race that a macro marks" races 'clear is an INTENDED_RACE and calls memset' src/train/step.c \
    'INLINE void clear(float *row) {
    memset(row, 0, 4);
}'
touch "$tree/notes.txt"
check "a file at the top level" finds top '^notes\.txt: does not belong at the top level'
rm "$tree/notes.txt"

if command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1; then
    for each in headers compile globals; do
        check "nothing to find: $each" clean "$each"
    done
    header base need 'size_t need(void);'
    check "a header that leans on others" finds headers 'base/need\.h: does not compile on its own'
    rm "$tree/src/base/need.h"
    planted "a warning" compile 'unused_one' src/text/word.c 'static int unused_one(void) {
    return 1;
}'
    planted "a global variable" globals 'word\.c: counter is a global' src/text/word.c 'int counter;'
    planted "a static that changes" globals 'word\.c: calls.* is a global' src/text/word.c 'int next(void);
int next(void) {
    static int calls = 3;
    return calls++;
}'
fi
check "a check that there is not" fails_so 2 'no check "spelling"' sh "$tree/scripts/lint.sh" "$TMPDIR/build" spelling
finish
