#!/bin/sh
# Runs all tests in a build with gcov's counters and prints which share of the lines of src/ they reach, and the lines
# that they don't: scripts/coverage.sh BUILD_FOLDER. A line of a header counts as reached if any file reaches it. Files
# of instruction sets that do not run here are left out and named.
set -u
case $1 in /*) build=$1 ;; *) build=$PWD/$1 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
command -v gcov >/dev/null 2>&1 || { echo "coverage.sh: gcov is not installed; it comes with gcc" >&2; exit 2; }
find "$build" -name '*.gcda' -exec rm -f {} +
sh "$root/tests/run.sh" "$build" | grep -aE '^not ok|^[0-9]+ passed'
"$build/fuzz/fuzz" 20000 || exit 1
cd "$root" || exit 3
find "$build" -name '*.gcno' ! -path "$build/tests/*" ! -path "$build/fuzz/*" ! -path "$build/tools/*" | sort |
    while read -r notes; do
        gcov -t "${notes%.gcno}.o" 2>/dev/null
    done |
    awk -F ':' '
        { gsub(/ /, "", $1); gsub(/ /, "", $2) }
        $2 == 0 && $3 == "Source" { source = $4; sub(/^.*\/src\//, "src/", source); next }
        $2 == 0 || $1 == "-" || source !~ /^src\// { next }
        {
            line = source ":" $2
            if (!(line in reached)) {
                reached[line] = 0
                lines[source]++
                text[line] = $0
                order[++count] = line
                file[count] = source
            }
            if ($1 !~ /^[#=]/ && !reached[line]) {
                reached[line] = 1
                hits[source]++
            }
        }
        END {
            for (source in lines)
                if (hits[source] == 0 && source ~ /^src\/(kernels|search)\//) {
                    print "not run here: " source " (" lines[source] " lines)"
                    left_out[source] = 1
                }
            for (i = 1; i <= count; i++) {
                if (file[i] in left_out)
                    continue
                all++
                if (reached[order[i]])
                    run++
                else {
                    line = text[order[i]]
                    sub(/^[^:]*:[^:]*:/, "", line)
                    print order[i] ": " line
                }
            }
            printf "%d of %d lines of src/ are reached: %.1f%%\n", run, all, (all > 0 ? 100 * run / all : 0)
        }'
