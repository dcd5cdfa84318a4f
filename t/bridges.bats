load lib/common
load lib/ledger
load lib/bridges

# What peerutils(7) shows of carrying records by what people already run, and needs more than these programs for:
# its blocks marked `norun' are run here, with an ssh server, a Redis server or nc as far as they are installed.

setup() {
    bridges_setup
    (cd work && keygen -s alice alice && keygen -s bob bob && ledger-init -t 0f -e 0 alice 1000 >genesis &&
        cp genesis ledger && txmake -f alice bob 25 lunch | txsign -k alice.key >payment &&
        mine -m bob <payment >block) >/dev/null 2>&1
    # a block's lines must stay together, and it has several
    [ "$(wc -l <work/block)" -eq 2 ]
    cat work/payment work/block >sent
}

teardown() {
    bridges_teardown
}

# Node two of the other side is a listener here, which only hears: so nothing comes to it but by the bridge.
LISTENER="\$ gossip-listen -l 127.0.0.1:0 -L genesis -w two.at >heard & two=\$!
\$ until test -s two.at; do sleep 0.1; done"

# What was sent to node one has come to it, to the byte.
ARRIVED="\$ until test -s one/where; do sleep 0.1; done
\$ gossip-send -L genesis \$(cat one/where) <payment
\$ until grep -qf payment heard; do sleep 0.1; done
\$ gossip-send -L genesis \$(cat one/where) <block
\$ until grep -q '^block 1 ' heard && grep -v '^peer ' heard | tail -n 1 | cmp -s - payment; do sleep 0.1; done
\$ grep -v '^peer ' heard | cmp - \"\$HERE\"/sent
\$ kill \$node \$two; wait \$node \$two"

@test "over ssh: two ledgers take from each other, two networks become one" {
    ssh_server
    ssh far pwd | grep -qx "$PWD/far"
    # each side has a block that the other lacks
    cp work/genesis work/payment far
    cp work/genesis far/ledger
    mine -l far/ledger -m "$(account work/bob)" -n 2 </dev/null | ledger-append -q far/ledger
    ledger-append -q work/ledger <work/block
    mkdir far/two
    run_section peerutils.7 'Over ssh' "$LISTENER
\$ mkdir one; cp genesis one/ledger; cp two.at \$HERE/far/two/where" "\$ node=\$!
\$ ledger-chain ledger | cmp - \"\$HERE/far/ledger\"
\$ test \$(grep -c '^block ' ledger) -eq 4
$ARRIVED"
}

@test "over Redis Streams: what one node has comes to another, blocks in one piece" {
    redis_server
    run_section peerutils.7 'Over Redis Streams' "$LISTENER
\$ mkdir one two; cp genesis one/ledger; cp two.at two/where" "\$ node=\$!
$ARRIVED"
    # one entry a record: a block is one
    redis-cli --raw XRANGE records - + >entries
    [ "$(grep -cx record entries)" -eq "$(grep -c '^\(peer\|tx\|block\) ' entries | awk '{ print $1 - 1 }')" ]
    grep -A 1 '^block ' entries | cmp - work/block
}

@test "by hand: a plain listener is spoken to with nc" {
    need nc
    nc -h 2>&1 | grep -q OpenBSD || skip 'nc is not that of OpenBSD'
    section peerutils.7 'By hand' | grep -q ' nc '
    run_section peerutils.7 'By hand' '$ ls' '$ ls'
}

@test "an example that does not do what the page says is found" {
    mkdir man
    printf '.Ss Over x\n.\\" norun: why\n.Bd -literal\n$ echo ssh x\nssh y\n.Ed\n.Ss Next\n' >man/peerutils.7
    mkdir -p t && ln -s "$ROOT/t/lib" t/lib
    ROOT=$PWD
    refute run_section peerutils.7 'Over x' '$ true' '$ true'
    sed -i 's/ssh y/ssh x/' man/peerutils.7
    run_section peerutils.7 'Over x' '$ true' '$ true'
}
