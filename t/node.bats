# bats file_tags=long
# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/network

# node: one peer run from a folder. network.bats tests many of them together.

# --- The life of a node --------------------------------------------------------------------------------

@test "a new node fetches the chain, is found by others, and relays records" {
    grow a
    begin a --
    echo "# $at" >hosts
    mine -l a/ledger -m "$BOB" -n 3 </dev/null | ledger-append -q a/ledger
    begin b -c "$CHAIN" -- "$at"
    grep -q ' fetching the chain$' b.out
    same_chain a b
    # c knows a alone, and a's peers file had only b's own word
    begin c -c "$CHAIN" -- "$at"
    key_b=$(cut -d ' ' -f 2 b/node.pub) key_c=$(cut -d ' ' -f 2 c/node.pub)
    eventually has_line c/peers "^peer $CHAIN $key_b $(cat b/where) "
    eventually has_line b/peers "^peer $CHAIN $key_c $(cat c/where) "
    eventually has_line c/log " $key_b in - $(cat b/where)"
    end a
    pay c 0 25
    eventually has_tx b 0
    eventually has_line b.out " new tx $(id <tx.0 | cut -c 1-8) from $(echo "$key_c" | cut -c 1-8)$"
    end b
    end c
    grep -q "^key $key_b node$" b/names
}

@test "a restarted node has its address and its peers again" {
    grow a
    begin a --
    begin b -c "$CHAIN" -l "$(own_host):0" -- "$at" # where nobody else takes the port meanwhile
    was=$(cat b/where)
    eventually has_line b/peers '^peer '
    end b
    begin b --
    [ "$at" = "$was" ]
    eventually has_line b.out ' connected: '
    pay b 0 1
    eventually has_tx a 0
}

# Six connections filled 991 of the file's 1,000 lines once.
@test "strangers neither fill the file of peers with names, nor choose whom the node dials" {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer comes before what is loaded first'
    PATH=$BIN/.t:$PATH
    grow a
    LD_PRELOAD=$BIN/.t/dials.so DIALS=$PWD/dials begin a --
    eventually has_line a/peers "$(cut -d ' ' -f 2 a/node.pub)"
    for round in 1 2 3 4 5 6; do
        liar peers 195 "$CHAIN" "n$round-#.example:7001" >names.$round
        liar -q -c "$CHAIN" "$at" <<<"!give names.$round"
    done
    # of those with the same second in their times, the first ones stay
    eventually has_line a/peers ' n[1-6]-[0-9]*.example:7001 '
    for address in 169.254.169.254:80 0.0.0.0:80 224.0.0.1:80 255.255.255.255:80 '[fe80::1]:80' '[ff02::1]:80' \
        192.168.1.1:80 10.1.2.3:80 '[fd00::1]:80' '[::ffff:169.254.169.254]:80' localtest.example:80 9.9.9.9:80; do
        liar peers 1 "$CHAIN" "$address"
    done >addresses
    liar peers 1 "$CHAIN" 127.0.0.1:1 >newcomer
    cat newcomer >>addresses
    liar -q -c "$CHAIN" "$at" <<<'!give addresses'
    # who may be dialed is: here, the last ones that were said
    eventually has_line dials '^127.0.0.1:1$'
    eventually has_line dials '^9.9.9.9:80$'
    grep -qxF -f newcomer a/peers
    grep -q "^peer $CHAIN $(cut -d ' ' -f 2 a/node.pub) " a/peers
    [ "$(grep -c 'example:' a/peers)" -le 80 ]
    refute grep -Evx '127\.0\.0\.1:[0-9]+|9\.9\.9\.9:80' dials
    end a
}

@test "TERM, INT, QUIT and HUP end the whole node, with status 0" {
    grow a
    for signal in TERM INT QUIT HUP; do
        # a shell's background jobs mind neither INT nor QUIT
        start a env --default-signal="$signal" TMPDIR=. "$NODE" a
        eventually listens_now a
        kill -s "$signal" "$pid"
        status_of "$pid"
        [ "$status" -eq 0 ] || { echo "$signal: $status" && cat a.out a.log && tail a/log && return 1; }
        ended a
    done
    # and while it fetches
    mkdir b
    start b "$NODE" -c "$CHAIN" b 127.0.0.1:1
    eventually has_line b.out ' no peer has sent it yet, trying again: ledger-pull: '
    kill "$pid"
    status_of "$pid"
    [ "$status" -eq 0 ]
    eventually no_process_of b
    [ ! -e b/ledger ]
}

@test "records that are in the pool, or only in the spool, are offered again after a SIGKILL" {
    grow a
    begin a --
    begin b -c "$CHAIN" -- "$at"
    eventually has_line b/peers '^peer '
    end a
    pay b 0 1 # nobody is there to be told
    eventually has_tx b 0
    kill_all b
    # 1 was acknowledged, and then the power went
    txmake -c "$CHAIN" -s 1 -f alice -a names bob 2 | txsign -k alice.key | tee tx.1 >>b/spool
    begin a --
    refute has_tx a 0
    begin b --
    eventually has_tx b 1
    eventually has_tx a 0
    eventually has_tx a 1
    end a
    end b
}

@test "a block that was appended but not passed on is offered after a SIGKILL" {
    grow a
    begin a --
    begin b -c "$CHAIN" -- "$at"
    eventually has_line b/peers '^peer '
    kill_all b
    mine -l b/ledger -m "$BOB" -n 2 </dev/null | ledger-append -q b/ledger
    printf 'block 3 torn' >>b/ledger
    # a must not come for it
    eventually test -s a/puller.pid
    kill -STOP "$(cat a/puller.pid)"
    begin b --
    eventually same_chain a b
    kill -CONT "$(cat a/puller.pid)"
    end b
    end a
}

@test "killed at any point, it restarts without losing anything that it acknowledged" {
    grow a
    begin a -m node --
    begin b -c "$CHAIN" -m node -- "$at"
    for ((i = 0; i < $(few 4 2); i++)); do
        pay b "$i" 1
        kill_all b
        # and once more before it listens
        rm -f b/node.pid
        start b "$NODE" b
        eventually test -s b/node.pid
        kill_all b
        begin b -m node --
    done
    paid_all() { [ "$(ledger-balance -l a/ledger "$BOB" | cut -d ' ' -f 3)" -eq "$i" ]; }
    eventually paid_all
    end a
    end b
    verify -q a/ledger b/ledger
}

@test "it ends if the shell that watches it is killed" {
    grow a
    begin a --
    kill -KILL "$pid"
    ended a
}

# Sets $victim, a process of this program in the node a.
has_part() { # PROGRAM
    victim=$(pgrep -g "$(cat a/node.pid)" -x "$1" | head -n 1)
    [ -n "$victim" ]
}

@test "if one of its programs ends, so does the node, with a message and status 2" {
    grow a
    for part in verify txpool gossip ledger-pull; do
        start a "$NODE" a
        eventually listens_now a
        eventually has_part "$part"
        kill -KILL "$victim"
        status_of "$pid"
        [ "$status" -eq 2 ]
        has_line a.log "^node: a part of the node has ended: $part was killed by signal 9 \(KILL\)$"
        has_line a/log "^node: a part of the node has ended: $part "
        eventually no_process_of a
    done
    start a "$NODE" a
    eventually listens_now a
    eventually has_part node-log
    kill -KILL "$victim"
    status_of "$pid"
    [ "$status" -eq 2 ]
    has_line a.log '^node: node-log was killed by signal 9 \(KILL\)$'
    eventually no_process_of a
    # the shell that started them all
    start a "$NODE" a
    eventually listens_now a
    kill -KILL "$(cat a/node.pid)"
    status_of "$pid"
    [ "$status" -eq 2 ]
    has_line a.log '^node: was killed by signal 9 \(KILL\)$'
    eventually no_process_of a
}

@test "a full disk, a limit on files: it says which part ended and why, though the log cannot be written" {
    grow a
    mkdir small
    # it mines until the disk is full
    # shellcheck disable=SC2016 # for the other shell
    start full unshare -rm bash -euc 'mount -t tmpfs -o size=400k none small && cp -r a small/ && : >mounted
        "$0" -m node small/a & node=$!
        until [ -s small/a/where ]; do sleep 0.05; done
        dd if=/dev/zero of=small/fill bs=1k 2>/dev/null || :
        wait "$node"' "$NODE"
    status_of "$pid"
    if [ -e mounted ]; then
        [ "$status" -eq 2 ]
        has_line full.log '^node: a part of the node has ended: [a-z-]+: .*([Nn]o space|full)' || { cat full.log && false; }
    fi
    start a bash -c 'ulimit -f 16; exec "$0" "$@"' "$NODE" -m node a
    status_of "$pid"
    [ "$status" -eq 2 ]
    has_line a.log '^node: a part of the node has ended: [a-z-]+: .*(File too large|disk I/O error)'
    eventually no_process_of a
}

@test "a node that ended on a full disk goes on once there is room, and loses nothing that it accepted" {
    unshare -rm true 2>/dev/null || skip 'no file system can be mounted here'
    grow a
    mkdir small
    seq 60 | sed 's/.*/alice bob 1 n&/' | txmake -c "$CHAIN" -s 0 -a names | txsign -k alice.key >txs
    : >accepted
    # payments, one at a time, while the disk fills; then it is emptied
    # shellcheck disable=SC2016 # for the other shell
    timeout 600 unshare -rm bash -euc '
        mount -t tmpfs -o size=400k none small
        cp -r a small/
        begin() {
            rm -f small/a/where
            "$0" -m node small/a >node.out 2>node.log & node=$!
            until [ -s small/a/where ]; do sleep 0.05; done
        }
        begin
        while kill -0 "$node" 2>/dev/null && read -r tx; do
            gossip-send -c "$1" -t 20 "$(cat small/a/where)" <<<"$tx" && echo "$tx" >>accepted
            dd if=/dev/zero bs=1k count=8 2>/dev/null >>small/fill || :
        done <txs
        dd if=/dev/zero bs=1k 2>/dev/null >>small/fill || :
        status=0
        wait "$node" || status=$?
        [ "$status" -eq 2 ]
        cp small/a/ledger full
        rm small/fill
        begin
        until [ "$(wc -c <small/a/ledger)" -gt "$(($(wc -c <full) + 2000))" ]; do sleep 0.1; done
        kill "$node"
        wait "$node"
        cat small/a/ledger >ledger
        cat small/a/pool >pool' "$NODE" "$CHAIN"
    verify -q ledger
    [ -s accepted ]
    refute grep -vxF -f <(cat ledger pool) accepted
}

# --- Mining ---------------------------------------------------------------------------------------------

height() { # NAME
    ledger-chain -t "$1/ledger" | cut -d ' ' -f 2
}

is_above() { # NAME HEIGHT
    [ "$(height "$1")" -gt "$2" ]
}

@test "-m: two nodes mine on each other's tips, and one mines what the other accepted" {
    grow a
    begin a -m "$ALICE" --
    begin b -c "$CHAIN" -m node -- "$at"
    key_b=$(cut -d ' ' -f 2 b/node.pub)
    pay a 0 25
    both_mined() {
        ledger-chain a/ledger | cut -d ' ' -f 1,7 | grep -q "^block $ALICE" &&
            ledger-chain a/ledger | cut -d ' ' -f 1,7 | grep -q "^block $key_b"
    }
    eventually both_mined
    paid() { [ "$(ledger-balance -l "$1/ledger" "$BOB" | cut -d ' ' -f 3)" -eq 25 ]; }
    eventually paid a
    eventually paid b
    end b
    above=$(height a)
    eventually is_above a "$above" # alone again
    end a
}

@test "-m: a program that fails at once is not restarted in a busy loop" {
    grow a
    mkdir bin
    ln -s "$BIN"/* bin/
    rm bin/mine bin/node
    cp "$BIN/node" bin/node
    printf '#!/bin/sh\necho run >>%s\nexit 2\n' "$PWD/runs" >bin/mine
    chmod +x bin/mine
    NODE=$PWD/bin/node
    begun=$EPOCHSECONDS
    begin a -m node --
    eventually has_lines runs 3
    [ $((EPOCHSECONDS - begun)) -ge 3 ] # one in about two seconds
    end a
}

has_lines() { # FILE COUNT
    [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]
}

# --- Options --------------------------------------------------------------------------------------------

@test "-p: no keys; -a: only some keys; -d: stems" {
    grow a
    begin a -p --
    mkdir b
    printf '127.0.0.1:1\r\n' >b/peers
    begin b -p -c "$CHAIN" -- "$at"
    eventually has_line b.out '^[0-9:]+ peers:1: line: ends in CR LF'
    eventually has_line a/log ' in - '
    pay_plain() {
        txmake -c "$CHAIN" -s "$1" -f alice -a names bob 5 | txsign -k alice.key >"tx.$1"
        gossip-send -p -c "$CHAIN" -t 300 "$(cat b/where)" <"tx.$1"
    }
    pay_plain 0
    eventually has_tx a 0
    refute has_line b.out connected
    eventually has_line b.out " new tx $(id <tx.0 | cut -c 1-8) from 127\\.0\\.0\\.1:[0-9]+$"
    end b
    end a
    # b's key is on the list, this test's and c's are not
    cut -d ' ' -f 2 b/node.pub >'the keys'
    begin a -a 'the keys' -d --
    place=$at
    begin b -d -- "$at"
    eventually has_line a.out " connected: .* is $(cut -d ' ' -f 2 b/node.pub | cut -c 1-8)$"
    refute pay a 1 5 5
    pay b 1 5
    eventually has_tx a 1 # b's embargo may have to run out
    mkdir c
    start c "$NODE" -c "$CHAIN" c "$place"
    eventually has_line c.out ' no peer has sent it yet, '
    [ ! -s c/ledger ]
    kill "$pid"
    status_of "$pid"
    [ "$status" -eq 0 ]
}

@test "-o announces another address, -q reports nothing, -f dials that many peers" {
    grow a
    begin a -l 127.0.0.1:0 -o alice.example:7001 -f 1 --
    eventually has_line a/peers "^peer $CHAIN [0-9a-f]{64} alice.example:7001 "
    end a
    start a "$NODE" -q -o alice.example:7002 a
    eventually has_line a/peers ' alice.example:7002 '
    kill "$(cat a/node.pid)"
    status_of "$pid"
    [ "$status" -eq 0 ]
    [ ! -s a.out ]
    # an address that stands for all is told to nobody
    begin a --listen=0.0.0.0:0 --
    eventually has_line a.out ' not announced: use -o '
    refute has_line a/peers ' 0.0.0.0:'
    end a
}

@test "-f 56: those who dial it are sent what it has, and hear of each other" {
    grow a
    begin a -f 56 --
    hub=$at
    begin b -c "$CHAIN" -- "$hub"
    begin c -c "$CHAIN" -- "$hub"
    eventually has_line b/peers "^peer $CHAIN $(cut -d ' ' -f 2 c/node.pub) "
    eventually has_line c/peers "^peer $CHAIN $(cut -d ' ' -f 2 b/node.pub) "
    pay a 0 25
    eventually has_tx b 0
    eventually has_tx c 0
    for name in a b c; do end $name; done
}

@test "PEER is HOST:PORT or KEY@HOST:PORT, and is remembered" {
    grow a
    begin a --
    key=$(cut -d ' ' -f 2 a/node.pub)
    place=$at
    begin b -c "$CHAIN" -- "$key@$place"
    [ "$(grep -cxF "$place $key" b/peers)" -eq 1 ]
    end b
    begin b -- "$key@$place"
    [ "$(grep -cxF "$place $key" b/peers)" -eq 1 ]
    # where another key answers, nothing is fetched
    mkdir c
    start c "$NODE" -c "$CHAIN" c "$ALICE@$place"
    eventually has_line c.out ' no peer has sent it yet, '
    kill "$pid"
    expect 2 "$NODE" c localhost
    says '^node: localhost: neither HOST:PORT nor KEY@HOST:PORT$'
}

# --- What it refuses ------------------------------------------------------------------------------------

@test "a second node in the same folder is refused, and so is a port that is taken" {
    grow a
    cp -r a b
    begin a --
    expect 2 "$NODE" a
    says "^node: a node is already running in $PWD/a$"
    expect 2 "$NODE" -l "$at" b
    says "^node: cannot listen: gossip: $at: .*Address already in use$"
    eventually no_process_of b
    # one that nobody asked for by name gives way
    local taken=$at
    echo "$taken" >b/where
    begin b --
    [ "$at" != "$taken" ]
    [ "$at" = "$(cat b/where)" ]
    end b
    end a
}

@test "a ledger that is damaged, that belongs to another chain, or that cannot be fetched" {
    grow a
    cp -r a b
    sed -i 's/^grant/grent/' b/ledger
    expect 1 "$NODE" b
    says '^ledger-append: ledger:[0-9]+: .*damaged'
    expect 2 "$NODE" -c "$(printf %064d 1)" a
    says "/a/ledger: belongs to the chain $CHAIN, not to that of -c$"
    expect 2 "$NODE" c
    says '^node: c/ledger: does not exist; name its chain with -c$'
    expect 2 "$NODE" -c "$CHAIN" c
    says '^node: c/ledger: does not exist; give a PEER to fetch it from$'
    expect 2 "$NODE" -c "$CHAIN" c nowhere
    says '^node: nowhere: neither HOST:PORT nor KEY@HOST:PORT$'
    expect 2 "$NODE" -c "$CHAIN" -m nobody c 127.0.0.1:1
    says "^node: -m: 'nobody' is not an account, and c/names does not exist$"
    [ ! -e c ]
}

@test "with too few processes, it says why it cannot start or continue" {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer comes before what is loaded first'
    grow a
    local most
    for most in 1 2 3 5 8 12 16 20; do
        run_apart timeout -k 5 900 env LD_PRELOAD="$BIN/.t/failfork.so" FAILFORK_AT="$most" "$NODE" a
        [ "$status" -eq 2 ]
        grep -q '[^: ] *$' <(tail -n 1 "$err") || { echo "$most: no reason" && cat "$out" "$err" && return 1; }
    done
}

@test "with too few descriptors, it says why it cannot start or continue" {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer has descriptors of its own'
    grow a
    local most
    for most in {8..24}; do
        run_apart timeout -k 300 5 bash -c 'ulimit -n "$1"; exec "$0" a' "$NODE" "$most"
        [ "$status" -ne 124 ] || break # enough of them: it ran until it was told to stop
        [ "$status" -eq 2 ]
        says 'Too many open files|Invalid argument'
    done
}

@test "checkpoints in the folder: the ledger must agree with them" {
    grow a
    cp a/ledger rival
    mine -l a/ledger -m "$BOB" -n 1 </dev/null | ledger-append -q a/ledger
    mine -l rival -m "$ALICE" -n 3 </dev/null >theirs
    ledger-append -q rival <theirs
    { cat alice.pub && ledger-checkpoint -k alice.key -s 1 -l rival; } >a/checkpoints
    expect 2 "$NODE" a
    says '^ledger-append: ledger: checkpoint: the block at height 1 is .*: nothing is added to it'
    { cat alice.pub && ledger-checkpoint -k alice.key -s 1 -l a/ledger; } >a/checkpoints
    cp a/ledger before
    begin a --
    gossip-send -L rival "$at" <theirs || : # whether it is taken before it falls is the listener's
    eventually has_line a/log '^ledger-append: REFUSED: '
    end a
    cmp before a/ledger
}

@test "a folder that cannot be created, entered or written" {
    grow a
    : >file
    expect 2 "$NODE" file
    says '^node: file: cannot be made$'
    expect 2 "$NODE" -c "$CHAIN" file/inside 127.0.0.1:1
    says '^node: file/inside: cannot be made$'
    can_be_nobody
    chmod o+x "$BATS_RUN_TMPDIR" "${PWD%/*}" . && chmod 555 a
    expect 2 as_nobody "$NODE" a
    says "^node: $PWD/a: cannot be written$"
}

@test "usage, help, version, and a stdout that cannot be written" {
    grow a
    for arguments in '' -x '-x a' '-l' '--nothing=1 a' '--chain a'; do
        # shellcheck disable=SC2086 # a list
        expect 2 "$NODE" $arguments
        says '^usage: node '
    done
    expect 2 "$NODE" --nothing=1 a
    says '^node: --nothing: no such option$'
    expect 2 "$NODE" --chain a
    says '^node: --chain: its argument is missing'
    expect 2 "$NODE" -f 0 a
    says '^node: -f: not a number from 1 to 56$'
    expect 2 "$NODE" -f 57 a
    expect 2 "$NODE" -p -a names a
    says '^node: -p: plain connections have no keys: leave out -a$'
    expect 2 "$NODE" -a nowhere a
    says '/nowhere: cannot be read$'
    expect 2 "$NODE" -m nobody a
    says "^node: -m: 'nobody' is neither an account nor a name in $PWD/a/names$"
    expect 0 "$NODE" --help
    grep -q '^usage: node ' "$out"
    expect 0 "$NODE" -V
    grep -Eq '^node \(peerutils\) [0-9.]+$' "$out"
    expect 2 sh -c "$NODE --help >/dev/full"
    expect 2 sh -c "$NODE a >/dev/full"
    says '^node: stdout: cannot be written$'
    eventually no_process_of a
    mkdir empty
    cp "$NODE" empty/node
    PATH=/usr/bin:/bin expect 2 empty/node a
    says '^node: [a-z-]*: not found$'
}
