# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/network

# node-status: what the folders of nodes say about them.

# seat NAME: a folder of a stopped node: a chain of three blocks, a pool of two, a log, a peers file.
seat() {
    easy_chain 1000
    mkdir -p "$1"
    printf 'bob 1\nbob 2\n' | paid alice ledger >txs
    mined_with ledger 3 alice </dev/null >blocks
    cp genesis "$1/ledger"
    ledger-append -q "$1/ledger" <blocks
    cp txs "$1/pool"
    printf '# friends\n127.0.0.1:7\n\n127.0.0.1:8\n' >"$1/peers"
    echo 127.0.0.1:4000 >"$1/where"
    (cd "$1" && keygen -s "seat $1" node >/dev/null 2>&1)
    ledger-chain -t "$1/ledger" >tip
    CHAIN=$(chain_id genesis)
}

# values NAME: the rest of the lines with this name.
values() {
    sed -n "s/^$1 //p" "$out"
}

FIRST=11$(printf %062d 0) SECOND=22$(printf %062d 0)

@test "a stopped node: status 1, and what its folder has" {
    seat a
    expect 1 node-status -T "$(($(cut -d ' ' -f 5 tip) + 42))" a/
    [ ! -s "$err" ]
    cut -d ' ' -f 1 "$out" | diff - <(printf '%s\n' node state listen account chain height tip time age unindexed pool peers known disk)
    [ "$(values node)" = a/ ]
    [ "$(values state)" = stopped ]
    [ "$(values listen)" = 127.0.0.1:4000 ]
    [ "$(values account)" = "$(cut -d ' ' -f 2 a/node.pub)" ]
    [ "$(values chain)" = "$CHAIN" ]
    [ "$(values height)" = 3 ]
    [ "$(values tip)" = "$(id <tip)" ]
    [ "$(values time)" = "$(cut -d ' ' -f 5 tip)" ]
    [ "$(values age)" = 42 ]
    [ "$(values unindexed)" = 0 ]
    [ "$(values pool)" = "2 $(wc -c <txs) $(awk '{ fees += $5 } END { print fees }' txs)" ]
    [ "$(values peers)" = '0 0 0' ]
    [ "$(values known)" = 2 ]
    [[ "$(values disk)" =~ ^[0-9]+\ [0-9]+$ ]]
    # nothing was written
    expect 1 node-status a a
    [ "$(values height)" = $'3\n3' ]
    # a tip from the future is of this moment
    expect 1 node-status -T 2000-01-01 a
    [ "$(values age)" = 0 ]
}

@test "without an index, the tip is found at the ledger's end; nothing is audited, nothing is made" {
    seat a
    rm a/ledger.index*
    expect 1 node-status a
    [ "$(values tip)" = "$(id <tip)" ]
    [ "$(values height)" = 3 ]
    [ "$(values unindexed)" = "$(wc -c <a/ledger)" ]
    [ ! -e a/ledger.index ]
    # a torn block at its end
    head -c 300 blocks >>a/ledger
    printf 'block 9 torn' >>a/ledger
    expect 1 node-status a
    [ "$(values height)" = 3 ]
    # a branch that came last, and is shorter
    cp genesis b && mined_with b 1 bob </dev/null >branch
    cat genesis blocks branch >a/ledger
    expect 1 node-status a
    [ "$(values height)" = 3 ]
}

@test "peers, as gossip -S writes them, and refusals from the log" {
    seat a
    cat >a/status <<END
peer $FIRST 127.0.0.1:5 in 1700000000 17 3 2 slb
peer - 127.0.0.1:6 out 1700000001 0 - 1 -
peer $FIRST 127.0.0.1:7 sideways 1700000001 0 - 1 -
peer cut
total 2
END
    {
        echo "1700000000.5 $FIRST refused $SECOND tx:%20bad%20signature"
        seq -f "1700000001.5 $FIRST new $SECOND %.0f" 10
        echo "1700000002.5 $FIRST refused $FIRST"
        echo 'verify: 1 2 refused 3 4'
        echo "1700000003.999999 127.0.0.1:9 refused $FIRST seq is used already"
        printf '1700000004.0 %s refused %s \033[2J\n' - "$FIRST"
        printf '1700000005.0 torn refused x y'
    } >a/log
    echo "1600000000.5 $FIRST refused $SECOND old" >a/log.old
    # of a node that does not run, peers are of the past
    expect 1 node-status a
    [ "$(values peers)" = '0 0 0' ]
    diff <(values refused) <(cat <<END
1600000000 $FIRST $SECOND old
1700000000 $FIRST $SECOND tx:%20bad%20signature
1700000003 127.0.0.1:9 $FIRST seq is used already
1700000004 - $FIRST ?[2J
END
    )
    expect 1 node-status -n 1 a
    [ "$(values refused)" = "1700000004 - $FIRST ?[2J" ]
    expect 1 node-status -n 0 a
    [ -z "$(values refused)" ]
    hold a/node.key
    echo 4711 >a/node.pid
    touch -d '1 second ago' a/node.pid
    touch a/where a/status
    expect 0 node-status a
    [ "$(values state)" = 'running 4711' ]
    [ "$(values peers)" = '2 1 1' ]
    diff <(values peer) <(head -n 2 a/status | cut -d ' ' -f 2-)
    # the file is written every other second
    touch -d '1 hour ago' a/status
    expect 2 node-status a
    says '^node-status: a: status: not updated for 36[0-9][0-9] s$'
    rm a/status
    touch a/node.pid
    touch -d '1 hour ago' a/where
    expect 0 node-status a
    [ "$(values state)" = 'starting 4711' ]
    [ "$(values peers)" = '- - -' ]
    let_go
}

@test "a node that starts, runs, and ends" {
    grow a
    begin a --
    begin b -c "$CHAIN" -- "$at"
    expect 0 node-status a b
    [ "$(values state)" = "running $(cat a/node.pid)"$'\n'"running $(cat b/node.pid)" ]
    [ "$(values listen)" = "$(cat a/where)"$'\n'"$(cat b/where)" ]
    pay b 0 25
    pooled() { node-status a | grep -q "^pool 1 [0-9]* [0-9]*$"; }
    eventually pooled
    # each sees the other
    sees() { node-status "$1" | grep -q "^peer $(cut -d ' ' -f 2 "$2/node.pub") "; }
    eventually sees a b
    eventually sees b a
    end b
    end a
    expect 1 node-status a
    # one that has not fetched its chain
    mkdir c
    start c "$NODE" -c "$CHAIN" c 127.0.0.1:1
    eventually has_line c.out ' no peer has sent it yet, '
    expect 0 node-status c
    grep -q '^state starting ' "$out"
    [ "$(values height)" = - ]
    [ "$(values tip)" = - ]
}

@test "a damaged folder: each file that cannot be read is named, and the rest is printed" {
    seat a
    cp -r a whole
    echo 'no transaction' >>a/pool
    expect 2 node-status a
    says '^node-status: a: pool: line 3 is not a transaction$'
    [ "$(values pool | cut -d ' ' -f 1)" = 2 ]
    [ "$(values height)" = 3 ]
    cp whole/pool a/
    echo 'no ledger' >a/ledger
    expect 2 node-status a
    says '^node-status: a: ledger: not a ledger$'
    [ "$(values height)" = - ]
    [ "$(values pool | cut -d ' ' -f 1)" = 2 ]
    : >a/ledger
    expect 2 node-status a
    says '^node-status: a: ledger: empty$'
    rm a/ledger
    expect 2 node-status a
    says '^node-status: a: ledger: does not exist$'
    rm -r a && cp -r whole a
    # an index full of rubbish
    head -c 8192 /dev/urandom >a/ledger.index
    expect 2 node-status a
    says '^node-status: a: ledger.index: '
    [ "$(values height)" = 3 ]
    rm -r a && cp -r whole a
    echo 'key nobody' >a/node.pub
    printf 'no where\n' >a/where
    mkfifo a/log
    rm a/peers && mkdir a/peers
    expect 2 timeout 300 node-status a
    says '^node-status: a: node.pub: not a key line$'
    says '^node-status: a: where: not HOST:PORT$'
    says '^node-status: a: log: not a regular file$'
    says '^node-status: a: peers: not a regular file$'
    [ "$(values listen)$(values account)" = -- ]
    mkdir empty
    expect 2 node-status empty whole nowhere
    says '^node-status: empty: ledger: does not exist$'
    says '^node-status: nowhere: No such file or directory$'
    [ "$(values node)" = $'empty\nwhole' ]
}

# --- The table ------------------------------------------------------------------------------------------

@test "-w without a terminal: one table, side by side, with what stands out" {
    seat a
    cp -r a b && cp -r a a-node-with-a-long-name
    mined_with b/ledger 1 bob </dev/null | ledger-append -q b/ledger
    echo "1700000003.9 127.0.0.1:9 refused $FIRST seq%20is%20used%20already" >b/log
    expect 1 node-status -w -T "$(($(cut -d ' ' -f 5 tip) + 150))" a a-node-with-a-long-name b
    [ "$(wc -L <"$out")" -le 80 ]
    sed -n 1p "$out" | grep -Eq '^[0-9TZ:-]+  3 nodes, 2 tips; ! is another than most$'
    sed -n '3,5s/  */ /gp' "$out" | diff - <(
        tip=$(id <tip) other=$(ledger-chain -t b/ledger | id) fees=$(awk '{ fees += $5 } END { print fees }' txs)
        echo "a stopped 3 ${tip:0:8} 2m 0 0 2 $fees"
        echo "a-node-with-a- stopped 3 ${tip:0:8} 2m 0 0 2 $fees"
        echo "b stopped 4 ${other:0:8}! $((2))m 0 0 2 $fees"
    )
    [ "$(tail -n 1 "$out")" = 'b 22:13:23 refused 11000000 from 127.0.0.1:9: seq is used already' ]
    echo x >>a/pool
    expect 2 node-status -w a nowhere
    grep -Eq '^a .* \*$' "$out"
    grep -Eq '^nowhere  *missing ' "$out"
    [ "$(tail -n 1 "$out")" = '* a: pool: line 3 is not a transaction' ]
}

# shown: what the terminal shows, as text.
shown() {
    tr -d '\r' <shown.out | sed 's/\x1b\[[0-9]*[A-Z]/\n/g'
}

shows_row() { # PATTERN
    shown | grep -Eq "$1"
}

# at_terminal SETTINGS SIGNAL DIR...: node-status -w at a terminal, until there is a file `enough`. Its process: $watcher.
at_terminal() {
    rm -f enough p
    # shellcheck disable=SC2016 # for the other shell
    start shown "$BIN/.t/ptyrun" -- bash -c 'eval "$1"; signal=$2; shift 2
        node-status -w "$@" & p=$!; echo "$p" >p
        until [ -e enough ]; do sleep 0.05; done
        kill -s "$signal" "$p"; wait "$p"; echo "ended with $?"' bash "$@"
    eventually test -s p
    watcher=$(cat p)
}

@test "-w at a terminal: redrawn in place, at most 80 columns, and a signal ends it cleanly" {
    need_terminal
    seat a
    cp -r a b
    for signal in TERM HUP; do
        at_terminal : $signal a b
        eventually shows_row '^b +stopped +3 '
        mined_with b/ledger 1 bob </dev/null | ledger-append -q b/ledger
        eventually shows_row "^b +stopped +$(ledger-chain -t b/ledger | cut -d ' ' -f 2) "
        touch enough
        status_of "$pid"
        [ "$status" -eq 0 ]
        tail -n 1 shown.out | grep -q 'ended with 0'
        [ "$(shown | wc -L)" -le 80 ]
        # from one table to the next, up by what it has: head, names, two nodes, the last line
        grep -q $'\r\x1b\[5A' shown.out
        ! grep -q $'\x1b\[[1234]A' shown.out || false
        rm -r b && cp -r a b
    done
}

@test "-w at a small terminal: lines are cut, nodes that do not fit are counted" {
    need_terminal
    seat a
    for n in 1 2 3 4 5 6; do cp -r a "a$n"; done
    at_terminal 'stty cols 40 rows 8' TERM a a1 a2 a3 a4 a5 a6
    eventually shows_row '^and 4 more$'
    touch enough
    status_of "$pid"
    [ "$(shown | wc -L)" -eq 40 ]
    shows_row '^a2 +stopped'
    ! shows_row '^a3 +stopped' || false
}

@test "-w ends when its terminal is closed, or its reader has left" {
    need_terminal
    seat a
    # the SIGCONT that follows a closed terminal's SIGHUP may undo the stop that a look for leaks waits for
    [ -z "${SANITIZE-}" ] || export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
    at_terminal : TERM a
    eventually shows_row '^a +stopped +3 '
    kill -KILL "$pid"
    # whoever inherits it may not ask how it ended
    gone() { ! kill -0 "$watcher" 2>/dev/null || [ -z "$(tr -d '\0' 2>/dev/null <"/proc/$watcher/cmdline")" ]; }
    eventually gone
    expect 1 sh -c 'node-status -w a | :; node-status a >out'
}

@test "usage, help, version, and a stdout that cannot be written" {
    seat a
    expect 2 node-status
    says '^usage: node-status '
    expect 2 node-status -n 101 a
    expect 2 node-status -i 0 -w a
    says "^node-status: -i: '0' is not a number from 1 to 86400$"
    expect 2 node-status -T yesterday a
    expect 0 node-status --help
    expect 0 node-status --version
    expect 2 sh -c 'node-status a >/dev/full'
    says '^node-status: stdout: '
    expect 2 sh -c 'node-status -w a >/dev/full'
}
