#!/bin/sh
# A sample of tests/faults/kill.sh: a training that is killed.
. "$ROOT/tests/cli/harness.sh"

if sleep 0.001 2>/dev/null && [ -e /proc/uptime ]; then
    killed() { run 0 sh "$ROOT/tests/faults/kill.sh" "${UNCOUNTED%/sgns}" 10 || { cat "$out" >&2 && return 1; }; }
    check "the old model or the new one, after kill -9" killed
    moments() { grep -Eq '^10 killed: ' "$out"; }
    check "ten were killed" moments
else
    check "skipped, sleep takes whole seconds here: kill -9" true
fi
finish
