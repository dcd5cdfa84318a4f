load lib/common
load lib/ledger
load lib/gossip

# Light clients on the network: headers and proofs over the wire.

# A chain of 8 blocks with payments in the first three, in `ledger`; its headers in `heads`.
chain_of_eight() {
    easy_chain
    cp ledger genesis
    seq -f 'bob %.0f' 3 | paid alice ledger >txs
    for n in 1 2 3; do
        line $n txs | mined_with ledger 1 miner | ledger-append -q
    done
    mined ledger 5 miner | ledger-append -q
    ledger-chain -H >heads
    CHAIN=$(chain_id ledger)
    none=$(printf '%064d' 0)
    end="pulled 8 $(tip_id ledger)"
}

# Asks, and waits for the end of the answer, which is then in NAME.answer.
asks() { # NAME LINE
    local before
    before=$(wc -l <"$1.heard")
    say "$1" "$2"
    eventually answered "$1" "$before"
}

answered() { # NAME LINES
    tail -n +$(($2 + 1)) "$1.heard" >"$1.answer"
    tail -n 1 "$1.answer" | grep -q '^pulled ' && [ -z "$(tail -c 1 "$1.answer")" ] # the whole line
}

greets() { # NAME
    say "$1" "$(hello "$CHAIN")"
    eventually grep -q ^hello "$1.heard"
}

@test "headers: from genesis, after a block that both know, at most so many, and none" {
    chain_of_eight
    listen a -p -L ledger
    talk t "$at"
    greets t
    asks t "headers 2000 $none"
    { cat heads && echo "$end"; } | cmp - t.answer
    asks t "headers 1 $none"
    { cat genesis && echo "$end"; } | cmp - t.answer
    asks t "headers 3 $none $(blocks ledger 2 | head -n 1 | id) $CHAIN"
    { tail -n 6 heads | head -n 3 && echo "$end"; } | cmp - t.answer
    asks t "headers 500 $(tip_id ledger)"
    echo "$end" | cmp - t.answer
    event a '[^ ]+ headers - 0'
    event a '[^ ]+ headers - 3'
    event a '[^ ]+ headers - 9'
    # on a side branch only, so it is not found
    cp genesis side && mined side 1 bob >block && ledger-append -q <block
    asks t "headers 2 $(id <block) $CHAIN"
    { tail -n 8 heads | head -n 2 && echo "$end"; } | cmp - t.answer
}

@test "headers: more than are sent at once, while the best chain changes" {
    easy_chain
    mined ledger 1500 alice | ledger-append -q
    CHAIN=$(chain_id ledger)
    listen a -p -L ledger
    talk t "$at"
    greets t
    asks t "headers 2000 $CHAIN"
    headers ledger | tail -n +2 | cmp - <(grep ^block t.answer)
    cp ledger other
    mined ledger 1 bob | ledger-append -q
    asks t "headers 2000 $(blocks ledger 1000 | id)"
    headers ledger | tail -n 501 | cmp - <(grep ^block t.answer)
    mined other 3 alice | ledger-append -q 2>told
    asks t "headers 2000 $(blocks ledger 1000 | id)"
    ledger-chain -H -s 1001 | cmp - <(grep ^block t.answer)
}

@test "prove: a transaction, a rule, a block; and what the best chain does not have" {
    chain_of_eight
    listen a -p -L ledger
    talk t "$at"
    greets t
    tx=$(line 2 txs | id)
    asks t "prove $tx"
    { ledger-proof "$tx" && echo "$end"; } | cmp - t.answer
    event a "[^ ]+ prove $tx found"
    rule=$(grep '^rule name' ledger | id)
    asks t "prove $rule"
    { ledger-proof "$rule" && echo "$end"; } | cmp - t.answer
    block=$(blocks ledger 5 | id)
    asks t "prove $block"
    { blocks ledger 5 && echo "$end"; } | cmp - t.answer
    asks t "prove $(id </dev/null)"
    echo "$end" | cmp - t.answer
    event a "[^ ]+ prove $(id </dev/null) none"
    # one that is in a side branch only
    cp genesis side
    echo 'bob 77' | paid alice genesis | mined_with side 1 bob >block
    ledger-append -q <block
    asks t "prove $(tail -n 1 block | id)"
    echo "$end" | cmp - t.answer
}

@test "a listener without a ledger has nothing to give" {
    chain_of_eight
    listen a -p -c "$CHAIN"
    talk t "$at"
    greets t
    asks t "headers 10 $none"
    echo "pulled 0 $CHAIN" | cmp - t.answer
    asks t "prove $none"
    echo "pulled 0 $CHAIN" | cmp - t.answer
    asks t "attests 10 $none"
    echo "pulled 0 $CHAIN" | cmp - t.answer
}

@test "requests that are malformed, too large, or two at a time are misbehaviour" {
    chain_of_eight
    listen a -p -L ledger
    ids=$(for _ in $(seq 65); do printf ' %s' "$none"; done)
    for bad in "headers" "headers 0 $none" "headers 2001 $none" "headers 1" "headers 1 $none " "headers x $none" \
        "headers 1 ${none%?}g" "headers 1$ids" "prove" "prove ${none%?}" "prove $none $none" "prove ${none%?}G" \
        "prove $none
prove $none" "headers 9 $none
prove $none" "headers 9 $none
pull 9 $none" "attests" "attests 0 $none" "attests 1001 $none" "attests 1" "attests 1$ids" "attests 1 $none
attests 1 $none"; do
        talk t "$at"
        greets t
        echo "$bad" >said # in one piece
        say_file t said
        eventually heard t 'bye bad' || { echo "not refused: $bad" && false; }
        eventually gone t
    done
    event a '[^ ]+ bad - headers: not 1 to 2000 blocks, and ids'
    event a '[^ ]+ bad - headers: not 1 to 64 ids'
    event a '[^ ]+ bad - prove: not one id'
    event a '[^ ]+ bad - prove: before the last request was answered'
    event a '[^ ]+ bad - attests: not 1 to 1000 blocks, and ids'
    event a '[^ ]+ bad - attests: before the last request was answered'
}
