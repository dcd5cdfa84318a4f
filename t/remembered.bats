load lib/common
load lib/ledger
load lib/gossip

# Signatures that were checked are not checked again. The portable kernel checks none where it cannot load libcrypto:
# such a run succeeds only if it needs none.

setup() {
    fresh_folder
    demo_chain -t f -e 0 bob 1000 2>keygen.err
    printf '%s\n' 'alice bob 5' 'bob alice 6' 'alice bob 7 lunch' | txmake >unsigned
    txsign -k alice.key -k bob.key <unsigned >txs
    mkdir none
    echo >none/libcrypto.so.3
}

# unable COMMAND...: it can check no signature.
unable() {
    PEERUTILS_ED25519_KERNEL=portable LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/none "$@"
}

unable_to_load='cannot load libcrypto'

mine_block() { # <TXS
    mine -m miner -T 1700000010
}

@test "what is unable to check says so" {
    expect 2 unable verify -q txs
    says "$unable_to_load"
    expect 2 unable verify -q -l ledger txs
    says "$unable_to_load"
    expect 2 unable txpool pool <txs
    says "$unable_to_load"
    mine_block <txs >block
    expect 2 unable ledger-append -q -T 1800000000 <block
    says "$unable_to_load"
    [ ! -e ledger.checked ]
}

@test "what was pooled is not checked again, alone or in a block" {
    txpool pool <txs >/dev/null
    expect 0 unable txpool other <txs
    diff txs "$out"
    expect 0 unable verify -l ledger txs
    diff txs "$out"
    mine_block <txs >block
    expect 0 unable verify -q -l ledger -T 1800000000 block
    expect 0 unable ledger-append -T 1800000000 <block
    diff block "$out"
    verify -q ledger
}

@test "what verify -l has checked, pools and ledgers do not check again" {
    verify -q -l ledger txs
    expect 0 unable txpool pool <txs
    mine_block <txs >block
    expect 0 unable ledger-append -q -T 1800000000 <block
}

# So many share pages of the table, which are written whole; none of these share a slot.
@test "of hundreds of transactions at once, each is remembered" {
    awk 'BEGIN { for (i = 1; i <= 400; i++) print "alice", "bob", 1, "number " i }' | txmake | txsign -k alice.key >many
    verify -q -l ledger many
    expect 0 unable verify -l ledger many
    diff many "$out"
    [ $(($(stat -c %s ledger.checked) % 32)) -eq 0 ]
}

@test "what a listener beside the ledger has checked is not checked again" {
    listen l -p -L ledger
    timeout 300 gossip-send -p -t 300 -c "$(chain_id ledger)" "$at" <txs
    eventually same_lines txs l.out
    expect 0 unable verify -l ledger txs
    mine_block <txs >block
    expect 0 unable ledger-append -q -T 1800000000 <block
}

@test "what was appended is not checked again" {
    mine_block <txs >block
    ledger-append -q -T 1800000000 <block
    [ ! -e ledger.checked ]
    expect 0 unable verify -l ledger ledger
    diff ledger "$out"
    expect 0 unable verify -l ledger block
    expect 2 unable verify ledger
    says "$unable_to_load"
    # Nobody has checked what a reader was the first to index.
    cp ledger unseen
    ledger-chain -t unseen >/dev/null
    expect 2 unable verify -l unseen block
    says "$unable_to_load"
}

@test "a whole ledger's signatures are asked for without what is remembered" {
    txpool pool <txs >/dev/null
    mine_block <txs | ledger-append -q -T 1800000000
    expect 2 unable verify -q ledger
    says "$unable_to_load"
}

@test "-u remembers nothing" {
    txpool -u pool <txs >/dev/null
    verify -u -l ledger txs >/dev/null
    ledger-append -p <txs >/dev/null
    [ ! -e ledger.checked ]
}

# Another last digit of the signature of line N.
forge() { # N
    awk -v n="$1" 'NR == n { d = substr($0, length); sub(/.$/, d == "0" ? "1" : "0") } { print }'
}

@test "another signature under a known transaction is refused" {
    txpool pool <txs >/dev/null
    forge 2 <txs >forged
    refute diff -q txs forged
    expect 1 verify -l ledger forged
    says 'forged:2: tx: bad signature'
    diff <(sed 2d txs) "$out"
    expect 1 txpool other <forged
    says 'stdin:2: tx: bad signature'
    mine_block <forged >block
    expect 1 verify -q -l ledger -T 1800000000 block
    says 'block:3: tx: bad signature'
    expect 1 ledger-append -q -T 1800000000 <block
    says 'stdin:3: tx: bad signature'
    # What was refused was not remembered.
    expect 1 verify -q -l ledger -T 1800000000 block
    expect 2 unable verify -q -l ledger forged
    says "$unable_to_load"
}

@test "another amount under a known signature is refused" {
    txpool pool <txs >/dev/null
    sed '2s/ 6 / 9 /' <txs >forged
    refute diff -q txs forged
    expect 1 verify -q -l ledger forged
    says 'forged:2: tx: bad signature'
}

@test "a ledger that was changed behind its index's back is checked again" {
    cp ledger genesis
    forge 3 <txs | mine_block >other
    mine_block <txs | ledger-append -q -T 1800000000
    cat genesis other >ledger
    expect 1 verify -q -l ledger other
    says 'other:4: tx: bad signature'
    expect 1 verify -q -l ledger ledger
    says 'ledger:[0-9]+: tx: bad signature'
    refute ledger-append -q </dev/null
    expect 1 verify -q -l ledger other
    # And the other way round, the sound one is known no longer.
    cat genesis >ledger
    mine_block <txs >>ledger
    expect 0 verify -q -l ledger ledger
    expect 2 unable verify -q -l genesis ledger
    says "$unable_to_load"
}

@test "without what is remembered only time is lost" {
    txpool pool <txs >/dev/null
    mine_block <txs >block
    rm ledger.checked ledger.index*
    expect 2 unable verify -q -l ledger txs
    expect 0 verify -q -l ledger txs
    rm ledger.checked
    { head -c 32 /dev/zero && head -c 9000000 /dev/urandom; } >ledger.checked
    expect 2 unable verify -q -l ledger txs
    expect 0 verify -q -l ledger txs
    expect 0 unable verify -q -l ledger txs
    : >ledger.checked
    expect 0 ledger-append -q -T 1800000000 <block
}

@test "where nothing can be remembered, nothing else is amiss" {
    for what in directory fifo dangling; do
        rm -rf ledger.checked
        case $what in
        directory) mkdir ledger.checked ;;
        fifo) mkfifo ledger.checked ;;
        dangling) ln -s nowhere/file ledger.checked ;;
        esac
        rm -f pool
        expect 0 txpool pool <txs
        diff txs "$out"
        expect 0 verify -l ledger txs
        [ ! -s "$err" ]
    done
    mine_block <txs >block
    expect 0 ledger-append -q -T 1800000000 <block
}

@test "a file of somebody else's under its name is not written to, nor what a link leads to" {
    for lines in 1 99; do
        head -n "$lines" ledger | head -c $((lines * 20)) >ledger.checked
        cp ledger.checked before
        expect 0 verify -q -l ledger txs
        expect 0 txpool pool <txs
        cmp before ledger.checked
    done
    : >elsewhere
    ln -sf elsewhere ledger.checked
    expect 0 verify -q -l ledger txs
    [ ! -s elsewhere ]
}

@test "a limit on the size of files ends nobody" {
    run bash -c 'ulimit -f 64; txpool pool <txs | cmp txs - && verify -q -l ledger txs'
    [ "$status" -eq 0 ]
    [ ! -e ledger.checked ]
}

@test "it never takes more than eight megabytes" {
    txpool pool <txs >/dev/null
    [ "$(stat -c %s ledger.checked)" -le 8388608 ]
    [ "$(($(stat -c %s ledger.checked) % 32))" -eq 0 ]
}
