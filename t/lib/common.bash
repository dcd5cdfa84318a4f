# Every test file begins with `load lib/common`: the programs under test first in PATH, a fresh folder
# for every test, a few helpers.

ROOT=$(cd "$BATS_TEST_DIRNAME" && while [ ! -e Makefile ]; do cd ..; done && pwd)
: "${BIN:=$ROOT/bin}"   # BIN names another build to test, as `make san` does
VECTORS=$ROOT/t/vectors
PATH=$BIN:$PATH
export ROOT BIN VECTORS PATH LC_ALL=C
unset LEDGER NAMES

# What every setup begins with. From here on bats follows the test's own lines alone, and no longer each command of the
# functions that it calls, which takes longer than most of them do. (TRACE=1 has it follow them all, to see where one
# failed.)
fresh_folder() {
    [ -n "${TRACE-}" ] || set +T
    cd "$BATS_TEST_TMPDIR" || return 1
}

setup() {
    fresh_folder
}

# Runs a command with stdout and stderr apart: $status, $out (a file), $err (a file).
run_apart() {
    out=$BATS_TEST_TMPDIR/.out err=$BATS_TEST_TMPDIR/.err status=0
    "$@" >"$out" 2>"$err" || status=$?
}

# expect STATUS COMMAND...: the command must end with that status.
expect() {
    local want=$1
    shift
    run_apart "$@"
    [ "$status" -eq "$want" ] || {
        echo "status $status, expected $want: $*"
        cat "$err"
        return 1
    }
}

# says PATTERN: the last run_apart's stderr has a line that matches (extended).
says() {
    grep -Eq -- "$1" "$err" || {
        echo "stderr lacks: $1"
        cat "$err"
        return 1
    }
}

# What a file says besides that a program waits: they say so after a second, in which a busy machine may not do what an
# idle one does at once.
without_waits() { # FILE
    grep -Ev '^[a-z-]+: waiting for (peers|another program)[ ;]' "$1" || :
}

only_waited() { # FILE
    [ -z "$(without_waits "$1")" ] || { cat "$1" && return 1; }
}

# Waits for a command to succeed. What takes long is asked for less often: to ask costs the others time, too.
within() { # SECONDS COMMAND...
    local end=$((EPOCHSECONDS + $1 + 1)) asked=0
    shift
    while [ "$EPOCHSECONDS" -lt "$end" ]; do
        if "$@"; then return 0; fi
        asked=$((asked < 32 ? asked + 1 : 32))
        sleep "0.0$((asked / 4 + 1))"
    done
    echo "never came true: $*"
    return 1
}

# The same for what an idle machine does at once. The bound is for one ten times too busy: it only ends a test that hangs.
eventually() { # COMMAND...
    within 300 "$@"
}

# Holds the lock on a file, as another program would, until it is let go.
hold() { # FILE
    need flock
    [ -r /proc/locks ] || skip 'no /proc/locks here'
    flock -F "$1" sleep 900 3>&- &
    holder=$!
    eventually is_held "$1"
}

is_held() { # FILE
    ! flock -n "$1" true
}

let_go() {
    kill "$holder"
    wait "$holder" || :
}

waits_for_lock() { # PID
    grep -q -- "-> FLOCK .* $1 " /proc/locks
}

# A chain named demo with alice (1000), bob and miner in the current folder, made the same in every run.
demo_chain() {
    keygen -s "demo alice" alice >names
    keygen -s "demo bob" bob >>names
    keygen -s "demo miner" miner >>names
    ledger-init -n demo -T 1700000000 "$@" alice 1000 >ledger
}

# For a test with a terminal in it: skips where the machine has none to give.
need_terminal() {
    script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip 'no terminal is to be had'
}

# on CPU COMMAND...: on another of x86's processors, by an emulator.
on() {
    local cpu=$1 program
    program=$(type -P "$2")
    shift 2
    timeout 300 qemu-x86_64 -cpu "$cpu" "$program" "$@"
}

# For a test with `on` in it: skips where that does not work.
need_processors() {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer has memory of its own'
    command -v qemu-x86_64 >/dev/null || skip 'qemu-x86_64 (qemu-user) is not here'
    on Nehalem true || skip 'qemu-x86_64 runs no program of this machine'
}

# Whether a job of this shell runs.
is_running() { # PID
    local one
    for one in $(jobs -rp); do
        [ "$one" -ne "$1" ] || return 0
    done
    return 1
}
