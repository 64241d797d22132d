#!/bin/sh
# What `make demo` promises: trained with the defaults, the model recovers the hidden structure of the bundled corpus.
. "$ROOT/tests/cli/harness.sh"
cd "$TMPDIR" || exit 3
sh "$ROOT/scripts/demo.sh" "${SGNS%/*}" >demo.txt 2>errors.txt
check "demo: runs" test $? -eq 0
accuracy() { # SECTION PERCENT: at least so many right
    awk -v section="$1" -v least="$2" '$1 == section { found = 1; right = $2 * 100 >= least }
        END { exit !(found && right) }' demo.txt && return 0
    echo "$1: $(grep "^$1 " demo.txt), not $2%" >&2
    return 1
}
check "demo: capital-country analogies at least 90% right" accuracy capital-country 90
check "demo: gender analogies at least 90% right" accuracy gender 90
check "demo: comparatives at least 90% right" accuracy gram-comparative 90
check "demo: past tenses at least 70% right" accuracy gram-past-tense 70
answer() { awk -v asked="$1" 'index($0, asked) { getline; print $1 }' demo.txt; }
check "demo: king - man + woman is queen" test "$(answer "'king - man + woman'")" = queen
check "demo: paris - france + italy is rome" test "$(answer "'paris - france + italy'")" = rome
finish
