load lib/common
load lib/ledger
load lib/gossip

# ledger-pull -A: what an account has, proved over the network to those who hold no ledger.

# A chain with a state line in every second block: alice has a million, bob 5. Five blocks, one payment in each; the
# newest state line is in block 4, after block 3.
state_chain() {
    for name in alice bob miner carol; do
        [ -e $name.key ] || keygen -s "demo $name" $name >>names 2>/dev/null
    done
    ledger-init -n easy -T 1700000000 -e 0 -t f -S 2 alice 1000000 bob 5 >ledger
    cp ledger genesis
    seq -f 'bob %.0f' 5 | paid alice ledger >txs
    for n in 1 2 3 4 5; do
        line $n txs | mined_with ledger 1 miner | ledger-append -q
    done
    CHAIN=$(chain_id ledger)
    chain=$CHAIN
    end="pulled 5 $(tip_id ledger)"
    alice=$(cut -d ' ' -f 2 alice.pub)
    carol=$(cut -d ' ' -f 2 carol.pub)
}

pull() { # OPTION... PEER...
    run_apart timeout 300 ledger-pull -p -l heads -c "$chain" "$@"
}

@test "what an account has, and that one has nothing, by the newest state line" {
    state_chain
    listen a -p -L ledger
    pull -A alice "$at"
    [ "$status" -eq 0 ]
    ledger-proof -a alice | cmp - "$out"
    cat heads "$out" | verify -H -q
    says '^ledger-pull: alice: 999991 after block 3, and 3 transactions; the block that says so is buried by 1$'
    pull -A "$carol" -A bob "$at"
    [ "$status" -eq 0 ]
    { ledger-proof -a carol && ledger-proof -a bob; } | cmp - "$out"
    says "^ledger-pull: carol [(]${carol:0:8}[)]: nothing after block 3; the block that says so is buried by 1\$"
    says '^ledger-pull: bob: 11 after block 3, and 0 transactions'
    # with a record, and beside a node of one block less
    head -n "$(grep -n '^block 5' ledger | cut -d : -f 1)" ledger | sed '$d' >less
    listen less -p -L less
    less=$at
    listen a -p -L ledger
    rm heads
    pull -n 2 -A alice -P "$(line 4 txs | id)" "$less" "$at"
    [ "$status" -eq 0 ]
    { ledger-proof "$(line 4 txs | id)" && ledger-proof -a alice; } | cmp - "$out"
    # a later state line, and the ledger grows meanwhile
    mined ledger 1 bob | ledger-append -q
    pull -A alice "$at"
    says '^ledger-pull: alice: 999980 after block 5, and 5 transactions; the block that says so is buried by 0$'
    ledger-proof -a alice | cmp - "$out"
    expect 2 sh -c "ledger-pull -p -l heads -A alice $at >/dev/full"
    says 'No space left on device'
}

@test "forged, cut and stale answers, and those about another account, prove nothing; an honest peer beside is enough" {
    state_chain
    ledger-chain >chain
    ledger-proof -a alice >good
    ledger-proof -a carol >absent
    expect_none() { # RULE WHAT...: of what stands on stdin; or of a file
        cat >chain.balance
        rm -f heads
        pull -A "${2-alice}" "$(<chain.at)"
        echo "status $status" && cat "$err"
        [ "$status" -eq 1 ]
        [ ! -s "$out" ]
        says "$1"
    }
    pull_host chain chain
    expect_none 'present: of another entry than this account.s' < <(ledger-proof -a bob)
    expect_none 'absent: of another place' <absent
    expect_none 'present: of another entry' carol <good
    # more than it has, in the entry; another path; another root in the state line
    sed '$s/999991 3$/999992 3/' good | expect_none 'present: its path does not lead to its root'
    awk '/^present/ { $4 = $3 == 0 ? $4 : substr($4, 2) "0" } 1' good | expect_none 'present: its path does not lead'
    awk '/^state/ { $4 = $4 + 1 } 1' good | expect_none 'balance: its proof is of another line'
    awk '/^proof/ { $NF = substr($NF, 2) (substr($NF, 1, 1) == 0 ? 1 : 0) } 1' good |
        expect_none 'proof: its path does not lead to its block.s root'
    # of an older state
    ledger-proof -a alice -s 1 | expect_none 'state: of another height than was asked for'
    # a block that is on no chain that the headers know
    { echo "block 4$(head -n 1 good | cut -c 8- | sed 's/.$/x/; s/0x$/1/; s/x$/0/')" && tail -n +2 good; } |
        expect_none 'proof: of another block or record'
    # cut after each line, and too long
    for n in 1 2 3; do
        head -n $n good | expect_none 'pulled: the proof of a balance is cut short|pulled: a proof is missing'
    done
    cat good <(tail -n 1 good) | expect_none 'balance: over two lines after the proof'
    sed '3d' good | expect_none 'an answer to `balance` is a header, a proof'
    sed '4s/present/absent/' good | expect_none 'absent: '
    : | expect_none 'alice: no peer that was asked proved what it had after block 3$'
    sed '$s/999991 3$/999992 3/' good >chain.balance
    listen node -p -L ledger
    pull -A alice "$(<chain.at)" "$at"
    [ "$status" -eq 0 ]
    cmp good "$out"
}

@test "a chain without state lines, or without one yet; where members vote, the newest is below the tip" {
    state_chain
    cp ledger whole
    head -n "$(($(grep -n '^block 2' whole | cut -d : -f 1) - 1))" whole >ledger
    listen a -p -L ledger
    pull -A alice "$at"
    [ "$status" -eq 1 ] && [ ! -s "$out" ]
    says '^ledger-pull: alice: no block holds a state line yet$'
    rm -f ledger* genesis
    rm -f names ./*.key ./*.pub
    easy_chain 1000
    mined ledger 3 alice | ledger-append -q
    listen b -p -L ledger
    rm heads
    chain=$(chain_id ledger)
    pull -A alice "$at"
    [ "$status" -eq 1 ] && [ ! -s "$out" ]
    says '^ledger-pull: alice: this chain has no `rule state`, and so no proofs of what accounts have$'
    expect 2 ledger-pull -p -l heads -A nobody "$at"
    says "^ledger-pull: 'nobody' is neither an account nor a name"
    expect 2 ledger-pull -p -f -A alice "$at"
    rm -f ledger* heads
    ledger-append -q ledger <"$VECTORS/seals/good/accuse-two-precommits.ledger" 2>told
    tip=$(ledger-chain -t ledger | cut -d ' ' -f 2)
    listen c -p -L ledger
    chain=$(chain_id ledger)
    who=$(ledger-balance | head -n 1 | cut -d ' ' -f 2)
    pull -w 9999999999 -A "$who" "$at"
    [ "$status" -eq 0 ]
    state=$(grep '^state' "$out" | cut -d ' ' -f 2)
    ledger-proof -a "$who" -s "$state" | cmp - "$out"
    every=$(sed -n 's/^rule state //p' ledger)
    [ "$state" -eq $(((tip - 1) / every * every - 1)) ]
    cat heads "$out" | verify -H -q -w 9999999999
}

@test "balance: the wire's answer, what is too far below the tip or of no state line, and what is misbehaviour" {
    state_chain
    listen a -p -L ledger
    talk t "$at"
    say t "$(hello "$CHAIN")"
    eventually grep -q ^hello t.heard
    asks() { # LINE
        before=$(wc -l <t.heard)
        say t "$1"
        eventually answered
    }
    answered() {
        tail -n +$((before + 1)) t.heard >t.answer
        tail -n 1 t.answer | grep -q '^pulled ' && [ -z "$(tail -c 1 t.answer)" ]
    }
    asks "balance $alice 3"
    { ledger-proof -a alice && echo "$end"; } | cmp - t.answer
    event a '[^ ]+ prove - balance found'
    asks "balance $alice 1"
    { ledger-proof -a alice -s 1 && echo "$end"; } | cmp - t.answer
    asks "balance $carol 3"
    { ledger-proof -a carol && echo "$end"; } | cmp - t.answer
    for height in 0 2 4 5 9223372036854775807; do
        asks "balance $alice $height"
        echo "$end" | cmp - t.answer
    done
    event a '[^ ]+ prove - balance none'
    # others are still answered after that
    asks "prove $(line 2 txs | id)"
    { ledger-proof "$(line 2 txs | id)" && echo "$end"; } | cmp - t.answer
    for bad in "balance" "balance $alice" "balance $alice x" "balance $alice 3 4" "balance ${alice%?} 3" \
        "balance  3" "balance x$alice 3" "balance $alice 3
balance $alice 3"; do
        talk t "$at"
        say t "$(hello "$CHAIN")"
        eventually grep -q ^hello t.heard
        echo "$bad" >said
        say_file t said
        eventually heard t 'bye bad' || { echo "not refused: $bad" && false; }
        eventually gone t
    done
    event a '[^ ]+ bad - balance: before the last request was answered'
    # a listener without a ledger
    listen b -p -c "$CHAIN"
    talk t "$at"
    say t "$(hello "$CHAIN")"
    eventually grep -q ^hello t.heard
    asks "balance $alice 3"
    echo "pulled 0 $CHAIN" | cmp - t.answer
}

@test "headers grow after an answer, and nobody answers for the newer state line: the older answer, and status 1" {
    state_chain
    head -n "$(grep -n '^block 5' ledger | cut -d : -f 1)" ledger | sed '$d' >less # the newest line in it is in block 4, too
    mined ledger 1 bob | ledger-append -q
    listen a -p -L less
    ledger-chain -H >longer
    pull_host slow longer slow
    { eventually event a '[^ ]+ prove - balance found' && touch longer.go; } 3>&- &
    STARTED+=($!)
    pull -n 2 -A alice "$at" "$(<slow.at)" # if this one is asked first, the genesis block comes from both
    cat "$err"
    [ "$status" -eq 1 ]
    says '^ledger-pull: alice: 999991 after block 3, and 3 transactions; '
    says '^ledger-pull: alice: that is older than the newest state line: no peer that was asked proved what it had after block 5$'
    ledger-proof -a alice less | cmp - "$out"
}
