# bats file_tags=long
# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger

# demo: it shows every step, keeps its folder, and leaves nothing running.

setup() {
    fresh_folder
    mkdir tmp
    export TMPDIR=$PWD/tmp
}

# Every part of a node holds a lock on its key file.
runs() { # NODE
    [ -e "$1/node.key" ] && ! flock -n "$1/node.key" true
}

nothing_runs() {
    for node in north east west; do
        [ -e "$node/node.key" ] || continue # it had not been made yet
        flock -w 300 "$node/node.key" true || { echo "$node still runs" && false; } # a process takes a while to die
    done
}

@test "it shows every step, and keeps the folder" {
    expect 0 demo
    [ ! -s "$err" ]
    folder=$(echo tmp/demo.*)
    [ "$(head -n 1 "$out")" = "A network from nothing, in $PWD/$folder" ]
    tail -n 2 "$out" | grep -qxF "All of it is in $PWD/$folder"
    for word in keygen ledger-init node gossip-send txmake txsign txpool mine ledger-append ledger-balance verify \
        ledger-chain audit-by-hand gossip-plot; do
        grep -q "^\\\$ .*\<$word\>" "$out" || grep -q "^ .*| *$word\>" "$out" || { echo "no $word" && false; }
    done
    # the output shows what happened
    [ "$(grep -c '^    peer [0-9a-f]*\.\. \(north\|east\|west\) 127\.0\.0\.1:' "$out")" -eq 3 ]
    grep -q '^    west/log:[0-9.]* [a-z]* new [0-9a-f]*\.\. tx$' "$out"
    grep -q '^    [0-9.]* [0-9a-f]*\.\. bad [0-9a-f]*\.\. tx: bad signature$' "$out"
    grep -qx '    ledger-append: reorg: 1 block undone, 2 done' "$out"
    grep -qx '    account carol 5 0' "$out"
    grep -qx '    6' "$out"
    grep -qx '    forged:11: block: root does not match the lines: it should be [0-9a-f]\{8\}\.\.' "$out"
    grep -q '^    tip 4 .* blocks 6 ' "$out"
    [ "$(grep -c '^[0-9]*\. ' "$out")" -eq 11 ]
    [ -z "$(ls -d "$folder"/.demo 2>/dev/null)" ]
    # the files that remain are valid
    cd "$folder"
    nothing_runs
    verify -q ./*/ledger
    ledger-chain east/ledger | cmp - <(ledger-chain west/ledger)
    ledger-chain east/ledger | cmp - <(ledger-chain north/ledger)
    [ "$(ledger-balance -l east/ledger carol | cut -d ' ' -f 3)" -eq 5 ]
    expect 1 verify -q forged
    grep -q '</svg>' spread.svg
    refute grep -E 'Sanitizer|runtime error' ./*/log ./*.said
}

# bats test_tags=thorough
@test "it fits a terminal of 100 columns, and prints bold only where that is wanted" {
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

# bats test_tags=thorough
@test "LEDGER, NAMES and the current folder do not matter" {
    export LEDGER=/nowhere NAMES=/nowhere CDPATH=/
    ln -s "$BIN/demo" "$PWD/linked"
    (cd "$BIN/.." && "./$(basename "$BIN")/demo") >story
    grep -q '^All of it is in' story
    PATH=$BIN:/usr/bin:/bin sh -c 'demo' >story
    grep -q '^All of it is in' story
}

# bats test_tags=slow, thorough
@test "-p waits for Enter after each step" {
    yes '' | head -n 10 | demo --pause >story 2>waits
    [ "$(grep -c Enter waits)" -eq 10 ]
    grep -q '^All of it is in' story
    demo -p <&- >story 2>waits
    [ "$(grep -c Enter waits)" -eq 1 ]
    grep -q '^All of it is in' story
}

# Replaces one of the programs that a copy of demo in bin runs.
pretend() { # PROGRAM COMMANDS
    mkdir -p bin
    cp "$BIN"/* bin 2>/dev/null || :
    rm -f "bin/$1"
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

# bats test_tags=slow
@test "an unexpected status of a program is reported, with status 1 or 2" {
    pretend verify "[ \"\$1\" = -q ] || exec '$BIN/verify' \"\$@\"" # even a forged copy is valid
    expect 1 bin/demo
    says "^demo: status 0, expected 1; the files are in $PWD/tmp/demo\."
    (cd tmp/demo.* && nothing_runs)
    pretend ledger-init 'exit 1'
    expect 1 bin/demo
    says '^demo: status 1, expected 0;'
    pretend ledger-init 'exit 2'
    expect 2 bin/demo
    says '^demo: status 2, expected 0;'
    cp "$BIN"/* bin 2>/dev/null || :
    rm bin/names
    PATH=/usr/bin:/bin expect 2 bin/demo
    says '^demo: names: not found$'
}

# bats test_tags=slow
@test "a node that ends, and a wait in vain, are reported" {
    pretend gossip 'exit 2'
    expect 2 bin/demo
    says '^demo: a node has ended with status 2: \*\.said and \*/log say why; the files are in '
    (cd tmp/demo.* && nothing_runs)
    pretend peerbook 'exec cat' # no address is kept
    # of the minute in which that is waited for, the end
    sed 's/^    tries=0$/    case $1 in *peers*) tries=580 ;; *) tries=0 ;; esac/' "$BIN/demo" >bin/demo
    grep -q tries=580 bin/demo
    rm -rf tmp/*
    expect 1 bin/demo
    says '^demo: after a minute this is still false: .*peers.*; the files are in '
    [ "$(tail -n 1 "$out")" = "\$ until [ \$(cat */peers | grep -c \"^peer \") -ge 9 ]; do sleep 0.1; done" ]
    (cd tmp/demo.* && nothing_runs)
}

# bats test_tags=slow
@test "what it started ends with it, if it is interrupted or its reader leaves" {
    for signal in TERM HUP QUIT; do
        rm -rf tmp/* story
        TMPDIR=tmp env --default-signal=QUIT "$(command -v demo)" >story 2>"$BATS_TEST_TMPDIR/err" &
        eventually grep -q '^5\.' story
        cd tmp/demo.*
        runs north && runs east && runs west
        kill -s "$signal" $!
        status=0
        wait $! || status=$?
        [ "$status" -eq $((128 + $(kill -l "$signal"))) ]
        nothing_runs
        [ ! -e .demo ]
        cd ../..
    done
    rm -rf tmp/*
    run_apart bash -c 'set -o pipefail; demo | sed /^4/q'
    [ "$status" -eq 141 ]
    [ ! -s "$err" ]
    cd tmp/demo.*
    nothing_runs
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
    says '^demo: cannot make a folder in /nowhere/at/all$'
}
