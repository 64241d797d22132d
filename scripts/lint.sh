#!/bin/sh
# Checks the source: scripts/lint.sh BUILD_FOLDER ["CHECK..."], by default all checks.
# Each check prints its findings and one line: "lint: CHECK: ok", "failed", or "skipped" with the missing tool. The exit
# status is 1 if any check failed. The checks build into BUILD_FOLDER/lint.
set -u
case ${1:-} in
/*) build=$1/lint ;;
*) build=$PWD/${1:-build}/lint ;;
esac
checks=${2:-}
cd "$(dirname "$0")/.." || exit 3
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL

ALL_CHECKS="layers circles guards headers functions races compile globals format tidy scripts top"
# Formatting and warnings depend on the version.
LLVM_VERSION=14
LONGEST_FUNCTION=60

mkdir -p "$build" || exit 3
findings=$build/findings.$$
trap 'rm -f "$findings"' EXIT
trap 'exit 3' HUP INT TERM
failed=0

has() { command -v "$1" >/dev/null 2>&1; }
skip() { echo "lint: $1: skipped, $2"; }

# conclude CHECK: the check failed if $findings is not empty.
conclude() {
    if [ -s "$findings" ]; then
        cat "$findings"
        echo "lint: $1: failed"
        failed=1
    else
        echo "lint: $1: ok"
    fi
}

# An #include names LAYER/FILE.h from the same layer or from one that the table lists for it, so layers run one way.
check_layers() {
    awk '
        function may(layer, below) { allowed[layer] = " " layer " " below " " }
        BEGIN {
            may("base", "")
            may("text", "base")
            may("kernels", "base")
            may("model", "text base")
            may("formats", "model text base")
            may("search", "formats model text base")
            may("query", "search formats model text base")
            may("analyse", "query search formats model text base")
            may("eval", "query analyse search formats model text base")
            may("train", "kernels model text base")
            may("report", "text base")
            may("cli", "report eval analyse query search formats model text base train kernels")
            may("commands", "cli report eval analyse query search formats model text base train kernels")
        }
        FNR == 1 {
            layer = split(FILENAME, part, "/") > 2 ? part[2] : "main"
            if (layer == "main" && FILENAME != "src/main.c" || layer != "main" && !(layer in allowed))
                print FILENAME ": is in no layer"
        }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, quoted, "\"")
            other = quoted[2]
            if (!sub(/\/.*/, "", other) || !(other in allowed))
                print FILENAME ":" FNR ": \"" quoted[2] "\" is not LAYER/FILE.h"
            else if (layer in allowed && index(allowed[layer], " " other " ") == 0)
                print FILENAME ":" FNR ": " layer " may not include \"" quoted[2] "\""
        }' src/*.c src/*/*.[ch] >"$findings"
    conclude layers
}

# A source file and its header are one unit, and includes must not form a circle of units. Units that are included by
# none, or that include none, are removed until there are no more; units that remain form circles.
check_circles() {
    awk '
        FNR == 1 { unit = FILENAME; sub(/^src\//, "", unit); sub(/(\.inc)?\.[ch]$/, "", unit); units[unit] = 1 }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, quoted, "\"")
            other = quoted[2]
            sub(/(\.inc)?\.h$/, "", other)
            if (other != unit && !((unit, other) in arrow)) {
                arrow[unit, other] = 1
                from[++arrows] = unit
                to[arrows] = other
                into[other]++
                out[unit]++
            }
        }
        END {
            do {
                taken = 0
                for (each in units)
                    if (into[each] == 0 || out[each] == 0) {
                        taken++
                        delete units[each]
                        for (i = 1; i <= arrows; i++) {
                            if (from[i] == each)
                                into[to[i]]--
                            if (to[i] == each)
                                out[from[i]]--
                        }
                    }
            } while (taken > 0)
            for (each in units)
                print "src/" each ": is part of a circle of #includes"
        }' src/*.c src/*/*.[ch] | sort >"$findings"
    conclude circles
}

# A header is guarded by SGNS_LAYER_FILE_H. A *.inc.h has no guard: it is included several times, with other macros.
check_guards() {
    for header in src/*/*.h tests/unit/*.h; do
        case $header in *.inc.h) continue ;; esac
        name=$(basename "$header" .h)
        layer=$(basename "$(dirname "$header")")
        [ "$layer" = unit ] && layer=tests
        guard=$(echo "SGNS_${layer}_${name}_H" | tr '[:lower:]' '[:upper:]')
        awk -v guard="$guard" '
            /^[ \t]*#/ && ++directives <= 2 {
                good += $0 == (directives == 1 ? "#ifndef " : "#define ") guard
            }
            NF > 0 { last = $0 }
            END { if (good != 2 || last != "#endif") print FILENAME ": has no guard " guard }' "$header"
    done >"$findings"
    conclude guards
}

# A header compiles on its own.
check_headers() {
    has "$compiler" || { skip headers "$compiler is not installed"; return; }
    for header in src/*/*.h tests/unit/*.h; do
        case $header in *.inc.h) continue ;; esac
        printf '#include "%s"\n' "${header#src/}" |
            "$compiler" -std=c11 -D_GNU_SOURCE -Isrc -Itests/unit -I. -fsyntax-only -x c - 2>&1 ||
            echo "$header: does not compile on its own"
    done >"$findings"
    conclude headers
}

check_functions() {
    awk -f scripts/functions.awk src/*.c src/*/*.[ch] tests/*/*.[ch] |
        awk -v longest="$LONGEST_FUNCTION" '
            { total++ }
            $3 > longest { print $1 ": " $2 " has " $3 " lines, more than " longest }
            END { if (total == 0) print "no functions found" }' >"$findings"
    conclude functions
}

# ThreadSanitizer still checks what is called by functions that it is told to ignore.
check_races() {
    awk -f scripts/functions.awk src/*.c src/*/*.[ch] |
        awk '
            $4 == 1 { total++ }
            $4 == 1 && $5 != "-" { print $1 ": " $2 " is an INTENDED_RACE and calls " $5 }
            END { if (total == 0) print "no INTENDED_RACE functions found" }' >"$findings"
    conclude races
}

# build_with COMPILER: builds all programs and tests, with warnings as errors.
build_with() {
    ${MAKE:-make} -s -k -j 2 CC="$1" BUILD="$build/$1" SANITIZE='' CFLAGS='-O2 -g -Werror' LDFLAGS='' programs \
        >"$findings" 2>&1 && : >"$findings"
}

check_compile() {
    for with in gcc clang; do
        has "$with" || { skip "compile with $with" "$with is not installed"; continue; }
        build_with "$with"
        conclude "compile with $with"
    done
}

# No mutable globals: no object file has a symbol in a writable data section.
check_globals() {
    for needed in nm "$compiler"; do
        has "$needed" || { skip globals "$needed is not installed"; return; }
    done
    build_with "$compiler"
    for source in src/*.c src/*/*.c; do
        object=${source#src/}
        object=$build/$compiler/${object%.c}.o
        if [ ! -f "$object" ]; then
            echo "$source: does not compile"
            continue
        fi
        # .data.rel.ro holds pointers filled in by the loader; it is read-only while the program runs.
        nm -f sysv "$object" | awk -F '|' -v source="$source" '
            { gsub(/ /, "", $1); gsub(/ /, "", $7) }
            $7 ~ /^\.(data|bss|tdata|tbss)/ && $7 !~ /^\.data\.rel\.ro/ || $7 == "*COM*" {
                print source ": " $1 " is a global that can change (" $7 ")"
            }'
    done >"$findings"
    conclude globals
}

# llvm_tool CHECK NAME: sets $tool to NAME of the expected version, or skips the check.
llvm_tool() {
    for tool in "$2-$LLVM_VERSION" "$2"; do
        has "$tool" || continue
        "$tool" --version | grep -q "version $LLVM_VERSION\." && return 0
        skip "$1" "it needs $2 $LLVM_VERSION, and this is $("$tool" --version | grep -o 'version [0-9.]*')"
        return 1
    done
    skip "$1" "$2 is not installed"
    return 1
}

check_format() {
    llvm_tool format clang-format || return
    "$tool" --dry-run -Werror src/*.c src/*/*.[ch] tests/*/*.[ch] >"$findings" 2>&1
    conclude format
}

# tidy_with FLAGS FILE...: findings go to standard output. Standard error counts suppressed warnings, and says if the tool
# cannot start.
tidy_with() {
    flags=$1
    shift
    # shellcheck disable=SC2086 # several flags
    printf '%s\n' "$@" | xargs -P 2 -I '{}' "$tool" --quiet --warnings-as-errors='*' '{}' -- \
        -std=c11 -D_GNU_SOURCE -Isrc -Itests/unit $flags >>"$findings" 2>"$findings.log" ||
        grep -E 'error:|No such' "$findings.log" >>"$findings"
    rm -f "$findings.log"
}

# Each CHECK is a branch: the paths through a test are too many to follow them all, and a small part of them takes
# a tenth of the time.
check_tidy() {
    llvm_tool tidy clang-tidy || return
    : >"$findings"
    tidy_with "" src/*.c src/*/*.c
    tidy_with "-Xclang -analyzer-config -Xclang max-nodes=8000" tests/*/*.c
    conclude tidy
}

check_scripts() {
    for script in scripts/*.sh tests/*.sh tests/cli/*.sh tests/interop/*.sh tests/browser/*.sh tests/faults/*.sh; do
        sh -n "$script" 2>&1
        has dash && dash -n "$script" 2>&1
    done >"$findings"
    if has bash; then
        bash -n .ci/run >>"$findings" 2>&1
    fi
    conclude scripts
    has shellcheck || { skip shellcheck "shellcheck is not installed"; return; }
    # SC2317: functions called through `check` or `trap` look as if they were never called.
    shellcheck -x -e SC2317 scripts/*.sh tests/*.sh tests/cli/*.sh tests/interop/*.sh tests/browser/*.sh tests/faults/*.sh .ci/run >"$findings" 2>&1
    conclude shellcheck
}

# The top level has a fixed set of entries, dotfiles aside. What git ignores is not checked.
check_top() {
    { git ls-files --cached --others --exclude-standard 2>/dev/null || ls -A; } |
        sed 's,/.*,,' | sort -u |
        grep -Evx 'src|data|scripts|tests|build|Makefile|README\.md|LICENSE|\..*' |
        sed 's/$/: does not belong at the top level/' >"$findings"
    conclude top
}

compiler=gcc
has gcc || compiler=clang
for check in ${checks:-$ALL_CHECKS}; do
    case " $ALL_CHECKS " in
    *" $check "*) "check_$check" ;;
    *)
        echo "lint: no check \"$check\"; there are $ALL_CHECKS" >&2
        exit 2
        ;;
    esac
done
exit "$failed"
