load lib/common
load lib/ledger
load lib/gossip

# Every kind of transaction, and every form of account, in the readers that have no test of it elsewhere: ledger-show,
# -log, -graph, -plot, -watch, -balance, proofs by headers, and pulls.

GOOD=$VECTORS/v2/good
KEYS=$VECTORS/v2/keys/names

setup() {
    fresh_folder
}

# use VECTOR: it is ./ledger.
use() {
    cp "$GOOD/$1.ledger" ledger
    rm -f ledger.index*
}

# The ids of its transactions.
txs() {
    grep '^tx ' ledger | while read -r line; do id <<<"$line"; done
}

@test "ledger-show: a batch, its payments one by one" {
    use batch-three-same-payee
    expect 0 ledger-show -a "$KEYS" "$(txs)"
    sed '1s/ [0-9a-f]*$//; /^block /d; s/ (.*//' "$out" | diff - <(printf '%s\n' 'batch   ' 'from     alice' 'to       bob' \
        'amount   5' 'to       carol' 'amount   6' 'to       bob' 'amount   7' 'fee      1' 'seq      0' 'memo     pay-day')
    [ "$(ledger-show -a "$KEYS" 1 | grep -c ' pays ')" -eq 3 ]
}

@test "ledger-show: who pays the fee, and by whom a policy is spent" {
    use slh-dsa-sponsor
    ledger-show -a "$KEYS" "$(txs)" | grep -qx 'sponsor  slow1 (sa06ab3b)'
    ledger-show -a "$KEYS" 1 | grep -q ', sponsor slow1 (sa06ab3b)$'
    use policy-after-and-hash
    expect 0 ledger-show -a "$KEYS" "$(txs | tail -n 1)"
    grep -q '^from     p[0-9a-f]*$' "$out"
    grep -q '^branch   3: bob (524764ce), from height 2 on, with the preimage of 0fbc16' "$out"
    grep -q '^preimage 10766113' "$out"
    grep -qx 'signer   bob (524764ce)' "$out"
    use policy-2-of-3-ac
    [ "$(ledger-show -a "$KEYS" "$(txs | tail -n 1)" | grep -c '^signer ')" -eq 2 ]
}

@test "ledger-balance, names, ledger-log: accounts with a letter" {
    use policy-as-miner
    account=$(sed -n 's/^block 1 .* \(p[0-9a-f]*\) [0-9]* [0-9a-f]*$/\1/p' ledger)
    expect 0 ledger-balance "$account"
    read -r _ _ balance _ <"$out"
    [ "$(cat "$out")" = "account $account $balance 0" ]
    ledger-log | grep -q " ${account:0:8} "
    echo "key $account club" >names
    [ "$(ledger-balance club)" = "account $account $balance 0" ]
    [ "$(names <"$out")" = "account club $balance 0" ]
    [ "$(echo "account club $balance 0" | names -r)" = "account $account $balance 0" ]
    ledger-log | grep -q ' club '
    ledger-history club | grep -q " reward - 50 0 $balance -$"
}

@test "mine: for an account with a letter, where the chain allows it" {
    for name in alice bob; do keygen -s "of kinds $name" $name >>names 2>/dev/null; done
    policy -n club 1 alice bob >>names
    ledger-init -A policy -t f -e 0 -T 1700000000 alice 100 >ledger
    mine -m club -T 1700000010 </dev/null | ledger-append -q
    ledger-balance club | names | grep -qx 'account club 50 0'
    ledger-init -t f -e 0 -T 1700000000 alice 100 >plain
    expect 2 mine -l plain -m club -T 1700000010 </dev/null
    says '^mine: -m: club .*: this chain has no such accounts [(]rule allow policy[)]$'
}

@test "ledger-plot, ledger-graph: miners with a letter, long lines, and state lines that are no transactions" {
    for vector in policy-as-miner slh-dsa-sponsor slh-dsa-in-policy batch-256 state-every-third; do
        use $vector
        ledger-plot -t ledger | tail -n +2 | cut -f 5 >plotted
        awk '/^block / && NR > 1 { print n } { n = /^block / ? 0 : n + /^tx / } END { print n }' ledger | diff - plotted
        ledger-graph ledger | grep -o '[0-9]* tx ' | cut -d ' ' -f 1 | sort >drawn
        tail -n +2 plotted | sort | diff - drawn
        ledger-log | awk '{ print $5 }' | diff - plotted
    done
}

# A branch that spends the same numbers otherwise.
@test "ledger-watch: a batch that was undone, and a payment of a policy, are double spends" {
    for name in alice bob; do keygen -s "of kinds $name" $name >>names 2>/dev/null; done
    policy -n club 2 alice bob >>names
    ledger-init -A batch,policy,sponsor,slh-dsa -S 2 -t f -e 0 -T 1700000000 alice 1000 bob 1000 club 500 >ledger
    sign() { txsign -k alice.key -k bob.key; }
    block() { mine -l "$1" -m bob -T "$2"; }
    txmake -S bob -b -f alice <<<$'bob 5\nclub 6' | sign >batch.tx
    txmake -f club bob 7 | sign >club.tx
    cat batch.tx club.tx | block ledger 1700000010 >one
    cp ledger fork
    { txmake -l fork -f alice bob 1 | sign && txmake -l fork -f club alice 1 | sign; } | block fork 1700000010 | ledger-append -q fork
    { block fork 1700000020 </dev/null && :; } | ledger-append -q fork
    ledger-append -q <one
    ledger-chain -s 1 fork | ledger-append -q 2>told
    grep -q '1 block undone, 2 done' told
    ledger-watch -1 >events || [ $? -eq 1 ]
    [ "$(grep -c '^doublespend ' events)" -eq 2 ]
    grep -q "^doublespend ledger 1 $(account alice) 0 $(id <batch.tx) " events
    grep -q "^doublespend ledger 1 $(sed -n 's/^key \(p[0-9a-f]*\) club$/\1/p' names) 0 $(id <club.tx) " events
    grep -qxFf batch.tx events
    # a state line is none of those undone
    grep -q '^undone ledger [0-9a-f]* 2 0 2 0$' events
}

@test "proofs: of every kind of transaction, by headers alone" {
    for vector in batch-256 policy-2-of-3-ac slh-dsa-sponsor sponsor-may-be-payee-and-miner bytefee-sponsor-exact; do
        use $vector
        { sed -n '1,/^block 1 /p' ledger | sed '$d' && grep '^block ' ledger | tail -n +2; } >heads
        expect 0 verify -H heads
        # shellcheck disable=SC2046 # ids
        ledger-proof $(txs) | cat heads - >proved
        expect 0 verify -H proved
        # shellcheck disable=SC2046 # ids
        ledger-proof $(txs) | awk '$1 == "proof" { $5 = ($5 ~ /^0/ ? "1" : "0") substr($5, 2) } { print }' | cat heads - >forged
        expect 1 verify -H forged
    done
}

# A line of four signatures by SLH-DSA is as long as one can be, about; it and its blocks travel as any other.
@test "gossip, pull: transactions of 60 kB, alone, in blocks, and proved to a light client" {
    for name in s1 s2 s3 s4; do keygen -t slh-dsa -s "of kinds $name" $name >>names 2>/dev/null; done
    keygen -s miner miner >>names 2>/dev/null
    policy -n club 4 s1 s2 s3 s4 >>names
    ledger-init -A batch,policy,sponsor,slh-dsa -t f -e 0 -T 1700000000 club 5000 miner 500 >ledger
    CHAIN=$(head -n 1 ledger | id)
    for i in 1 2; do echo "club miner $i"; done | txmake | txsign -k s1.key -k s2.key -k s3.key -k s4.key >txs
    awk '{ print (length($0) >= 62000) }' txs | sort -u | grep -qx 1
    verify -q -l ledger txs
    listen l -c "$CHAIN"
    timeout 300 gossip-send -c "$CHAIN" "$at" <txs
    eventually same_lines txs l.out
    txpool pool <txs >taken
    txpool -s pool | mine -m miner -T 1700000010 >block
    [ "$(grep -c '^tx ' block)" -eq 2 ]
    timeout 300 gossip-send -c "$CHAIN" "$at" <block
    cat txs block >all
    eventually same_lines all l.out
    # a node with a ledger serves what a light client asks for: headers, and a proof of one of them
    ledger-append -q <block
    listen node -L ledger
    timeout 300 ledger-pull -c "$CHAIN" -P "$(head -n 1 txs | id)" "$at" >proved
    grep -q "^proof .* $(head -n 1 txs | id)" proved
    expect 0 verify -H proved
}

@test "json, and back: votes, attest lines, and what members do" {
    for name in accuse-two-precommits finality-one-target-from-two-sources-accused accuse-two-headers slash-everything \
        unbonding-entry-until-it-returns admit-two-wishes-of-four accuse-by-a-policy-with-sponsor; do
        file=$VECTORS/seals/good/$name.ledger
        ledger-export "$file" >objects
        ledger-export -r objects | cmp - "$file"
    done
    [[ $(grep '"accuse"' objects) = *'"one":"vote '*' '*'","two":"vote '*'"'* ]]
}
