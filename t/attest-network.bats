# bats file_tags=slow
# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/network
load lib/consortium

# Finality over work in a network: members' nodes attest, whoever mines takes in their lines, and an attacker with more work
# than all others undoes nothing that is final.

# Mines a block on the chain of n1 out of its pool, and waits until every node has it.
mined() {
    local name
    txpool -s -l n1/ledger n1/pool | mine -l n1/ledger -m "$BOB" >block
    gossip-send -c "$CHAIN" -t 300 "$(cat n1/where)" <block
    for name in "${MEMBERS[@]}"; do eventually has_block "$name" block || return 1; done
}

has_block() { # NAME FILE: the last block in the file
    grep -qxF "$(grep '^block ' "$2" | tail -n 1)" "$1/ledger"
}

# The lines of all members for the newest checkpoint have come to n1.
all_attested() {
    local height
    height=$(($(height n1) / 2 * 2))
    [ "$(grep -c "^attest [^ ]* [^ ]* [^ ]* $height " n1/pool.attests)" -eq 3 ]
}

# rounds COUNT: so many checkpoints, each with the lines for the one before.
rounds() {
    local i
    for ((i = 0; i < $1; i++)); do
        mined
        mined
        eventually all_attested || return 1
    done
}

is_final() { # NAME HEIGHT
    [ "$(ledger-chain -f "$1/ledger" | grep '^block ' | tail -n 1 | cut -d ' ' -f 2)" -eq "$2" ]
}

@test "three members attest, a checkpoint is final everywhere, and a heavier branch below it wins nobody" {
    SEAL=pow consortium 3 -i 2 -t 00ff -e 0 -A stake
    BOB=$(account bob)
    sit n1 n2 n3
    rounds 3
    mined
    for name in "${MEMBERS[@]}"; do is_final "$name" 4; done
    # one is killed, and goes on with the history that it has
    kill_all n3
    sit n3
    rounds 1
    mined
    for name in "${MEMBERS[@]}"; do is_final "$name" 6; done
    # 51 percent: twenty blocks upon block 1, and one that is too light to count
    ledger-chain -n 2 n1/ledger >attack
    mine -l attack -m "$(account alice)" -n 20 </dev/null >branch
    gossip-send -c "$CHAIN" -t 300 "$(cat n2/where)" <branch || :
    tip=$(ledger-chain -t n1/ledger)
    eventually has_block n2 branch
    [ "$(ledger-chain -t n2/ledger)" = "$tip" ]
    rounds 1
    for name in "${MEMBERS[@]}"; do same_chain n1 "$name"; done
    [ "$(ledger-chain n1/ledger | grep -cF "$tip")" = 1 ]
    never_twice
    for name in "${MEMBERS[@]}"; do end "$name"; done
}
