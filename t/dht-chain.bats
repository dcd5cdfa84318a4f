# bats file_tags=thorough,slow
load lib/common
load lib/dht

# node -D: nodes of a chain that know nobody find each other by a DHT.

declare -gA dht_pids=()

teardown() {
    exec 7>&-
    dht_stop_all
    eventually rm -rf a b c # parts of a node may still be ending
}

start_node() { # FOLDER OPTION...
    timeout -k 40 300 node -q "${@:2}" "$1" >"$1.said" 2>&1 3>&- 7>&- &
    dht_pids[node-$1]=$!
}

same_ledger() { # FOLDER FOLDER
    cmp -s "$1/ledger" "$2/ledger"
}

found_by() { # FOLDER...: all have what the first has
    local folder
    for folder in "${@:2}"; do eventually same_ledger "$1" "$folder"; done
}

chain_of() { # FOLDER
    head -n 1 "$1/ledger" | tr -d '\n' | sha256sum | cut -c 1-64
}

# A second DHT node: libtorrent's, if that is here, and else another of ours.
start_other() { # BOOT
    if /usr/bin/python3 -c 'import libtorrent' 2>/dev/null; then
        mkfifo commands
        timeout -k 5 300 /usr/bin/python3 "$ROOT/t/lib/dhtlibtorrent.py" other "$1" <commands 3>&- &
        dht_pids[other]=$!
        exec 7>commands
        eventually test -s other/where
    else
        dht_start other "$1"
    fi
    eventually grep -q " $(where other)$" dht/nodes
}

# Under the key that anyone can compute.
is_announced() { # FOLDER
    echo "peerutils $chain" | dht-lookup -o peers "$other" 2>/dev/null | grep -q " $(where "$1")$"
}

@test "three nodes that know nobody find each other, and what one mines reaches all" {
    dht_start dht
    start_other "$(where dht)"
    mkdir a
    demo_chain -t f -e 0 >made 2>&1
    mv ledger a/
    start_node a -D "$(where dht)"
    eventually test -s a/where
    start_node b -c "$(chain_of a)" -D "$(where other)"
    start_node c -c "$(chain_of a)" -D "$(where dht)"
    found_by a b c
    # a block that a gets comes to both
    mine -l a/ledger -m "$(cut -d ' ' -f 2 miner.pub)" -n 1 </dev/null |
        gossip-send -k a/node.key -L a/ledger "$(cat a/where)"
    eventually grep -q '^block 1 ' a/ledger
    found_by a b c
    chain=$(chain_of a) other=$(where other)
    for folder in a b c; do eventually is_announced "$folder"; done
}

@test "a node that finds itself, or what is nobody's, looks again until a peer is connected" {
    dht_start dht
    mkdir a
    demo_chain -t f -e 0 >made 2>&1
    mv ledger a/
    timeout -k 40 300 node -D "$(where dht)" -l 0.0.0.0:0 -o 127.0.0.1:7999 a >a.said 2>&1 3>&- 7>&- &
    dht_pids[node-a]=$!
    eventually grep -qx 127.0.0.1:7999 a/found.now
    eventually grep -q 'no other node of this chain was found by the DHT: stored at 1 node' a.said
    [ ! -s a/found ]
    # one where nobody is, and one that does not look itself
    echo "peerutils $(chain_of a)" | dht-lookup -a 9 "$(where dht)"
    eventually grep -qx 127.0.0.1:9 a/found
    mkdir b
    cp a/ledger b/
    start_node b
    eventually test -s b/where
    echo "peerutils $(chain_of a)" | dht-lookup -a "$(sed 's/.*://' b/where)" "$(where dht)"
    eventually grep -q '^peer .* out ' a/status
}

@test "a lookup to which nobody answers prints nothing, and says so (13)" {
    expect 1 dht-lookup 127.0.0.1:9 <<<song
    [ ! -s "$out" ]
    says 'nothing found; nodes that answered: 0: none of the peers answered'
}

@test "a BOOT that is no address, and one where nobody is" {
    expect 2 node -D here -c "$(printf '%064d' 7)" a
    says 'node: -D: here: not HOST:PORT'
    [ ! -e a ]
    start_node b -c "$(printf '%064d' 7)" -D 127.0.0.1:9
    eventually grep -q 'nothing found; nodes that answered: 0' b/found.said
}
