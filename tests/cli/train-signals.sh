#!/bin/sh
# sgns train, interrupted: before there is anything to save, in the middle, and twice. Progress on a terminal (made by
# script, from util-linux) shows when it is in the middle.
. "$ROOT/tests/cli/harness.sh"

corpus=$TMPDIR/corpus.txt
awk 'BEGIN {
    seed = 1
    for (line = 0; line < 10000; line++) {
        for (i = 0; i < 10; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%02d ", line % 2 ? "sea" : "sky", int(seed / 1000) % 30
        }
        print ""
    }
}' >"$corpus"
old=$TMPDIR/old.sgns
model=$TMPDIR/words.sgns
check "an old model" run 0 "$SGNS" train "$corpus" -o "$old" --epochs 1 --dim 8 --threads 1 --quiet
pid=$TMPDIR/pid
ended=$TMPDIR/status
log=$TMPDIR/log

short_sleep() { sleep 0.02 2>/dev/null || sleep 1; }
# wait_for COMMAND...: waits until it succeeds, at most a minute.
wait_for() {
    waited=0
    until "$@"; do
        waited=$((waited + 1))
        [ "$waited" -lt 3000 ] || return 1
        short_sleep
    done
}
no_traces() { [ -z "$(find "$TMPDIR" -name '*.tmp-*')" ]; }
# fresh: puts the old model in place and removes what an earlier job left.
fresh() { rm -f "$pid" "$ended" "$log" "$model.checkpoint" && cp "$old" "$model"; }
untouched() { cmp "$old" "$model" >&2 && no_traces; }
ended_with() {
    [ "$(cat "$ended")" = "$1" ] && return 0
    echo "ended with $(cat "$ended"), not $1: $(tail -c 1000 "$log")" >&2
    return 1
}

# If whoever started the tests ignores a signal, the program ignores it too.
ignored() { sh -c "kill -$1 \$\$; exit 0" 2>/dev/null; }

# The job: its process id in $pid at the start, its exit code in $ended at the end.
job=$TMPDIR/job.sh
cat >"$job" <<'END'
trap : INT
[ "$1" = nohup ] && trap '' HUP
shift
sh -c 'echo $$ >"$0" && exec "$@"' "$PID" "$SGNS" train "$@"
echo $? >"$ENDED"
END

# --- before there is anything to save ---

# It reads from a pipe that stays open. By the time of the signal, much more was written than a pipe holds.
while_reading() {
    fresh && mkfifo "$TMPDIR/pipe.$1" || return 1
    PID=$pid ENDED=$ended sh "$job" "" - -o "$model" <"$TMPDIR/pipe.$1" 2>"$log" &
    exec 3>"$TMPDIR/pipe.$1"
    cat "$corpus" >&3
    kill "-$1" "$(cat "$pid")"
    wait_for [ -s "$ended" ]
    exec 3>&-
    wait $!
    ended_with "$2" && untouched && ! grep -q 'sgns' "$log"
}
check "SIGTERM while it reads ends it, and leaves the old model" while_reading TERM 143
if ignored HUP; then
    check "skipped, SIGHUP is ignored here: SIGHUP while it reads" true
else
    check "SIGHUP while it reads ends it, and leaves the old model" while_reading HUP 129
fi

# --- in the middle ---

# Waits for the second epoch, however slow the machine: before it, the topics may not be separated.
shows_progress() { grep -Eq 'epoch ([2-9]|[0-9]{2})' "$log" 2>/dev/null; }
# in_the_middle WORD COMMAND...: runs the command once the training shows progress; its output is typed on the terminal.
# WORD is nohup or empty.
in_the_middle() {
    word=$1
    shift
    fresh && : >"$log" || return 1
    {
        wait_for shows_progress && "$@"
        wait_for [ -s "$ended" ]
    } | PID=$pid ENDED=$ended SHELL=/bin/sh TERM=xterm NO_COLOR=1 script -qefc \
        "exec sh '$job' '$word' '$corpus' -o '$model' --threads 2 --dim 300 --sample 0 --epochs 3000" /dev/null >"$log"
}
send() { kill "-$1" "$(cat "$pid")"; }
# kept STATUS: the old model is as it was, and a checkpoint goes on with what was learned.
kept() {
    ended_with "$1" && untouched || return 1
    grep -q "sgns train: stopped after [0-9.]*% of the training; what was learned is in $model.checkpoint; to go on: sgns train --resume $model.checkpoint $corpus" "$log" &&
        run 2 "$SGNS" near "$model.checkpoint" sea00 && grep -q 'is a checkpoint of a training' "$err" || return 1
    rm "$model.checkpoint"
}
terminated() { in_the_middle "" send TERM && kept 143; }
typed() { in_the_middle "" printf '\003' && kept 130; }
# The training continues after SIGHUP, with two more lines of progress.
lines_shown() { tr '\r' '\n' <"$log" | grep -c 'epoch [0-9]'; }
ended_or_shown() { [ -s "$ended" ] || [ "$(lines_shown)" -ge "$1" ]; }
hangup_ignored() {
    shown=$(lines_shown)
    send HUP && wait_for ended_or_shown $((shown + 2)) && [ ! -s "$ended" ] && send TERM && echo >"$TMPDIR/went_on"
}
without_hangup() { in_the_middle nohup hangup_ignored && kept 143 && [ -f "$TMPDIR/went_on" ]; }
# Both signals reach the program while it is stopped.
twice() {
    send STOP && send INT && send TERM && send CONT
}
saves_nothing() { in_the_middle "" twice && ended_with 143 && untouched && [ ! -e "$model.checkpoint" ]; }
live() {
    tr '\r' '\n' <"$log" | grep -Eq \
        '^(\[[#.]+\] )?epoch [0-9]+/3000, [0-9]+%, [0-9.]+M words/s, loss [0-9.]+, accuracy [0-9.]+%, [0-9]+[msh].* left'
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    check "SIGTERM stops the training and keeps what it has learned" terminated
    check "a terminal shows progress on one live line" live
    check "under nohup, SIGHUP does nothing" without_hangup
    if ignored INT; then
        check "skipped, SIGINT is ignored here: Ctrl-C" true
    else
        check "Ctrl-C on the terminal does the same" typed
        check "two signals keep nothing, and leave the old model" saves_nothing
    fi
else
    check "skipped without script(1): signals in the middle of the training" true
fi

# --- without anybody who listens ---

# The reader of standard error goes away after the first line.
unheard() {
    fresh && "$SGNS" train "$corpus" -o "$model" --dim 8 --epochs 2 --threads 2 -v 2>&1 | head -n 1 >"$log"
    run 0 "$SGNS" info --verify "$model" && ! cmp -s "$old" "$model"
}
check "a closed standard error ends no training" unheard
unheard_signal() {
    fresh || return 1
    {
        PID=$pid ENDED=$ended sh "$job" "" "$corpus" -o "$model" --threads 1 --dim 300 --sample 0 --epochs 3000 \
            --checkpoint-every 0 2>&1
    } | head -n 1 >"$log" &
    wait_for [ -s "$pid" ] && wait_for [ -s "$log" ] && sleep 2 && kill -TERM "$(cat "$pid")" && wait_for [ -s "$ended" ]
    wait $!
    ended_with 143 && cmp "$old" "$model" && [ -s "$model.checkpoint" ] && rm "$model.checkpoint"
}
check "nor loses what it has learned" unheard_signal

# --- and on ---

# Stops a training again and again, by kill -TERM, and goes on each time. Where the machine is so slow that there is
# nothing to keep yet, the signal waits longer.
small=$TMPDIR/small.txt
head -n 6000 "$corpus" >"$small"
options="--threads 1 --dim 50 --epochs 60 --sample 0.01 --quiet"
whole=$TMPDIR/whole.sgns
# shellcheck disable=SC2086 # several options
check "a training that is not stopped" run 0 "$SGNS" train "$small" -o "$whole" $options
stopped_and_resumed() {
    fresh && stops=0 tries=0 pauses=3 arguments="$options"
    while [ "$stops" -lt 5 ] && [ "$tries" -lt 20 ]; do
        tries=$((tries + 1))
        rm -f "$pid" "$ended"
        # shellcheck disable=SC2086 # several options
        PID=$pid ENDED=$ended sh "$job" "" "$small" -o "$model" $arguments 2>>"$log" &
        wait_for [ -s "$pid" ]
        for _ in $(seq "$pauses"); do
            sleep 0.1 2>/dev/null || sleep 1
        done
        kill -TERM "$(cat "$pid")"
        wait_for [ -s "$ended" ]
        wait $!
        [ "$(cat "$ended")" -eq 0 ] && break
        [ "$(cat "$ended")" -eq 143 ] && untouched || return 1
        if [ -e "$model.checkpoint" ]; then
            stops=$((stops + 1))
            arguments="--resume $model.checkpoint -q"
        else
            pauses=$((2 * pauses))
        fi
    done
    # shellcheck disable=SC2086 # likewise
    [ "$(cat "$ended")" -eq 0 ] || run 0 "$SGNS" train "$small" -o "$model" $arguments || return 1
    cmp "$whole" "$model" >&2 && [ ! -e "$model.checkpoint" ]
}
check "stopped and resumed, it gives the same model, byte for byte" stopped_and_resumed
finish
