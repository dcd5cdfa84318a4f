# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# demo: the story, in a folder that stays.

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir tmp
    export TMPDIR=$PWD/tmp
}

@test "it tells all of it, in under a minute, and leaves the folder" {
    begun=$(date +%s)
    expect 0 demo
    [ $(($(date +%s) - begun)) -lt 60 ]
    [ ! -s "$err" ]
    folder=$(echo tmp/demo.*)
    [ "$(head -n 1 "$out")" = "A ledger from nothing, in $PWD/$folder" ]
    tail -n 2 "$out" | grep -qxF "All of it is in $PWD/$folder"
    for word in keygen ledger-init txmake txsign mine ledger-append ledger-balance verify ledger-chain audit-by-hand; do
        grep -q "^\\\$ .*\<$word\>" "$out" || { echo "no $word" && false; }
    done
    # what it shows is what happened
    grep -qx '    forged:11: block: root does not match the lines: it should be [0-9a-f]\{8\}\.\.' "$out"
    grep -qx '    ledger-append: reorg: 1 block undone, 2 done' "$out"
    grep -qx '    account alice 73 2' "$out"
    grep -q '^    tip 3 ' "$out"
    [ "$(grep -c '^[0-9]*\. ' "$out")" -eq 10 ]
    [ -z "$(ls -d "$folder"/.demo 2>/dev/null)" ]
    # and what it leaves holds
    cd "$folder"
    verify -q ledger east west
    ledger-chain east | cmp - <(ledger-chain west)
    [ "$(ledger-balance -l east carol | cut -d ' ' -f 3)" -eq 900 ]
    expect 1 verify -q forged
}

@test "it fits a terminal of 100 columns, and has no colour where there is none" {
    need_terminal
    expect 0 demo
    awk 'length > 100 { print; bad = 1 } END { exit bad }' "$out"
    ! grep -q '[^ -~]' "$out" || false
    command -v script || skip 'script (bsdutils) is not here'
    TERM=xterm script -qec demo /dev/null </dev/null >screen
    grep -q "$(printf '\033\[1m')" screen
    NO_COLOR=1 TERM=xterm script -qec demo /dev/null </dev/null >screen
    grep -q 'All of it is in' screen
    ! grep -q "$(printf '\033')" screen || false
    TERM=dumb script -qec demo /dev/null </dev/null >screen
    ! grep -q "$(printf '\033')" screen || false
}

@test "it minds neither LEDGER nor NAMES, nor where it is called from" {
    export LEDGER=/nowhere NAMES=/nowhere CDPATH=/
    ln -s "$BIN/demo" "$PWD/linked"
    (cd "$BIN/.." && "./$(basename "$BIN")/demo") >story
    grep -q '^All of it is in' story
    PATH=$BIN:/usr/bin:/bin sh -c 'demo' >story
    grep -q '^All of it is in' story
}

@test "-p waits for Enter after each step" {
    yes '' | head -n 9 | demo --pause >story 2>waits
    [ "$(grep -c Enter waits)" -eq 9 ]
    grep -q '^All of it is in' story
    demo -p <&- >story 2>waits
    [ "$(grep -c Enter waits)" -eq 1 ]
    grep -q '^All of it is in' story
}

@test "a program that does otherwise is told, with status 1 or 2" {
    mkdir bin
    cp "$BIN"/* bin 2>/dev/null || :
    pretend() { # PROGRAM COMMANDS
        cp "$BIN"/* bin 2>/dev/null || :
        rm -f "bin/$1"
        printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
        chmod +x "bin/$1"
    }
    pretend verify 'exit 0' # even a forged copy holds
    expect 1 bin/demo
    says "^demo: status 0, and 1 was expected; the files are in $PWD/tmp/demo\."
    pretend verify 'exit 1'
    expect 1 bin/demo
    says '^demo: status 1, and 0 was expected'
    pretend ledger-init 'exit 2'
    expect 2 bin/demo
    says '^demo: status 2, and 0 was expected'
    cp "$BIN"/* bin 2>/dev/null || :
    rm bin/names
    PATH=/usr/bin:/bin expect 2 bin/demo
    says '^demo: names: not found$'
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 demo -x
    says '^usage: demo '
    expect 2 demo operand
    expect 0 demo --help
    grep -q '^usage: demo ' "$out"
    expect 0 demo -V
    grep -Eq '^demo \(peerutils\) [0-9.]+$' "$out"
    [ -z "$(ls tmp)" ]
    expect 2 sh -c 'demo >/dev/full'
    says '^demo: stdout: cannot be written$'
    expect 2 sh -c 'demo >&-'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'demo >&6'
    [ ! -s "$err" ]
    exec 6>&-
    TMPDIR=/nowhere/at/all expect 2 demo
    says '^demo: no folder can be made in /nowhere/at/all$'
}
