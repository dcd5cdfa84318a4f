load lib/common
load lib/ledger

# The state: entries of many kinds, whose values have up to 255 bytes, over an index.

@test "changed, undone, redone and read at random, it is what a model says" {
    for seed in $(seq "$(few 12 3)"); do
        rm -f x.index*
        long=$("$BIN/.t/statetest" model x.index "$seed" 2000)
        [ "$long" -gt 500 ]
    done
}

entries() {
    sqlite3 ledger.index "SELECT lower(hex(id)) FROM entry WHERE char(kind) = 'm'"
}

# The tip's block has made entries of another kind, under the ids of all accounts.
@test "what takes accounts takes no other entry for one; and those come and go with their block" {
    need sqlite3
    easy_chain
    seq 20 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 3 miner | ledger-append -q
    questions=(ledger-balance 'ledger-balance -s 1' 'ledger-balance -s 3' 'ledger-balance alice' 'ledger-history bob')
    for n in "${!questions[@]}"; do
        ${questions[n]} >"truth.$n"
    done
    cp ledger first && head -n -1 first >other # without the last block, which is empty
    "$BIN/.t/statetest" plant ledger
    entries >planted
    cut -d ' ' -f 2 truth.0 | cmp - planted
    for n in "${!questions[@]}"; do
        ${questions[n]} | cmp - "truth.$n"
    done
    entries | cmp - planted # it is the same index
    mined other 2 bob >branch
    expect 0 ledger-append <branch
    says 'reorg: 1 block undone, 2 done$'
    [ -z "$(entries)" ]
    mined first 2 bob | ledger-append -q
    ledger-chain | cmp - <(cat first <(mined first 2 bob))
    entries | cmp - planted
}
