#!/bin/sh
# Runs all tests: usage: tests/run.sh BUILD_FOLDER [PATTERN]. Each test is a program that prints "ok NAME" and
# "not ok NAME" lines; one that dies without saying so counts as a failure. Ends with "N passed, N failed".
set -u
build=$1
pattern=${2:-}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
SGNS=$build/sgns
case $SGNS in /*) ;; *) SGNS=$PWD/$SGNS ;; esac
export ROOT SGNS LC_ALL=C
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sgns-test.XXXXXX") || exit 3
trap 'rm -rf "$scratch"' EXIT
trap 'exit 3' HUP INT TERM
passed=0 failed=0
for test in "$build"/tests/test_* "$ROOT"/tests/cli/*.sh; do
    case $test in *harness.sh | *.o | *.d) continue ;; esac
    case $test in *"$pattern"*) ;; *) continue ;; esac
    name=$(basename "$test")
    TMPDIR=$scratch/$name
    export TMPDIR
    mkdir "$TMPDIR" || exit 3
    case $test in
    *.sh) sh "$test" >"$scratch/log" 2>"$scratch/errors" ;;
    *) "$test" >"$scratch/log" 2>"$scratch/errors" ;;
    esac
    status=$?
    good=$(grep -c '^ok ' "$scratch/log")
    bad=$(grep -c '^not ok ' "$scratch/log")
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ $((good + bad)) -eq 0 ]; then
        bad=$((bad + 1))
        echo "$name: ended with status $status after $good tests" >>"$scratch/errors"
    fi
    echo "$name: $good passed, $bad failed"
    if [ "$bad" -ne 0 ]; then
        grep '^not ok ' "$scratch/log"
        cat "$scratch/errors"
    fi
    passed=$((passed + good)) failed=$((failed + bad))
    rm -rf "$TMPDIR"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
