# shellcheck shell=sh
# The harness of the command-line tests; each tests/cli/*.sh sources it and ends with `finish`.
# run.sh sets SGNS (the program), TMPDIR (a scratch folder for this test alone) and ROOT (the repository).
failed=0
# The program for runs that a limit or kill -9 cuts off, or that belong to another user. make coverage sets one that
# writes no counts: half a file of them would spoil all others.
UNCOUNTED=${UNCOUNTED:-$SGNS}

# check NAME COMMAND...: passes if the command succeeds.
check() {
    name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        echo "$name: not so: $*" >&2
        failed=1
    fi
}

# run EXPECTED_STATUS COMMAND...: runs it with output in the files $out and $err; succeeds on that exit status.
out=$TMPDIR/out
err=$TMPDIR/err
run() {
    expected=$1
    shift
    "$@" >"$out" 2>"$err" </dev/null
    status=$?
    [ "$status" -eq "$expected" ] && return 0
    echo "exit $status, not $expected: $*; standard error: $(head -c 600 "$err")" >&2
    return 1
}

# fails NAME STATUS 'EXTENDED REGEX' COMMAND...: the command exits with STATUS, prints nothing on standard output and
# exactly one line on standard error, which matches.
fails() {
    name=$1 expected_status=$2 pattern=$3
    shift 3
    check "$name" fails_so "$expected_status" "$pattern" "$@"
}
fails_so() {
    so_status=$1 so_pattern=$2
    shift 2
    run "$so_status" "$@" || return 1
    if [ -s "$out" ]; then
        echo "unexpected output: $(head -n 1 "$out")" >&2
        return 1
    fi
    if [ "$(wc -l <"$err")" -ne 1 ]; then
        echo "not one line on standard error: $(cat "$err")" >&2
        return 1
    fi
    grep -Eq -- "$so_pattern" "$err" && return 0
    echo "standard error is: $(cat "$err")" >&2
    return 1
}

# says NAME 'EXTENDED REGEX' COMMAND...: succeeds, and standard output has a line that matches.
says() {
    name=$1 pattern=$2
    shift 2
    check "$name" says_so "$pattern" "$@"
}
says_so() {
    so_pattern=$1
    shift
    run 0 "$@" || return 1
    grep -Eq -- "$so_pattern" "$out" && return 0
    echo "standard output is: $(head -c 600 "$out")" >&2
    return 1
}

# section_offset FILE N: where section N of a model file begins, from 0. The table follows a header of 80 bytes; each of its
# entries has 40 bytes, of which 16 come before the offset.
section_offset() { od -An -tu8 -j $((80 + 40 * $2 + 16)) -N 8 "$1" | tr -d ' '; }

finish() {
    exit "$failed"
}
