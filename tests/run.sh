#!/bin/sh
# Runs the tests: tests/run.sh BUILD_FOLDER [PART-OF-NAME...], by default all of them, one per processor at a time, up to
# four.
# Each test is a program that prints "ok NAME" and "not ok NAME" lines. One that exits with an error but reports none,
# or prints no such line, counts as a failure. The last line is "N passed, N failed".
set -u
build=$1
shift
[ $# -gt 0 ] || set -- ""
ROOT=$(cd "$(dirname "$0")/.." && pwd)
SGNS=$build/sgns
case $SGNS in /*) ;; *) SGNS=$PWD/$SGNS ;; esac
export ROOT SGNS LC_ALL=C
unset NO_COLOR CLICOLOR_FORCE
# More than four would only wait for the longest test, and a container may have fewer processors than it sees.
workers=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || workers=1
[ "$workers" -le 4 ] || workers=4
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-test.XXXXXX") || exit 3
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM

# The longest tests go first, so that none runs alone at the end.
tests() {
    for test in "$build/tests/test_trainer" "$ROOT/tests/cli/train.sh" "$build"/tests/test_* "$ROOT"/tests/cli/*.sh; do
        case $test in *harness.sh | *.o | *.d | *.gcno | *.gcda) continue ;; esac
        for part; do
            case $test in *"$part"*) echo "$test" ;; esac
        done
    done | awk '!seen[$0]++'
}

# run_test TEST FOLDER: writes the counts to FOLDER/counts and the report to FOLDER/report.
run_test() {
    TMPDIR=$2/files
    export TMPDIR
    mkdir "$TMPDIR" || return
    case $1 in
    *.sh) sh "$1" >"$2/log" 2>"$2/errors" </dev/null ;;
    *) "$1" >"$2/log" 2>"$2/errors" </dev/null ;;
    esac
    status=$?
    good=$(grep -c '^ok ' "$2/log")
    bad=$(grep -c '^not ok ' "$2/log")
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ $((good + bad)) -eq 0 ]; then
        bad=$((bad + 1))
        echo "${1##*/}: ended with status $status after $good tests" >>"$2/errors"
    fi
    {
        echo "${1##*/}: $good passed, $bad failed"
        [ "$bad" -eq 0 ] || grep '^not ok ' "$2/log"
        [ "$bad" -eq 0 ] || cat "$2/errors"
    } >"$2/report"
    rm -rf "$TMPDIR"
    echo "$good $bad" >"$2/counts"
    cat "$2/report"
}

# Runs every test that no other worker has taken; only one of them succeeds in making its folder.
work() {
    while read -r test; do
        mkdir "$scratch/${test##*/}" 2>/dev/null || continue
        run_test "$test" "$scratch/${test##*/}"
    done <"$scratch/tests"
}

# start N: starts N workers as a pipeline that carries no data. Background jobs would ignore Ctrl-C, and so would the
# programs they test.
start() {
    if [ "$1" -gt 1 ]; then
        work >&3 | { start $(($1 - 1)); cat; }
    else
        work >&3
    fi
}

tests "$@" >"$scratch/tests"
start "$workers" 3>&1
passed=0 failed=0
while read -r test; do
    good=0 bad=1
    read -r good bad 2>/dev/null <"$scratch/${test##*/}/counts" || echo "${test##*/}: not run"
    passed=$((passed + good)) failed=$((failed + bad))
done <"$scratch/tests"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
