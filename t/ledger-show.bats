load lib/common

# ledger-show: a block or a record in plain words.

id_of() { # LINE
    printf %s "$1" | sha256sum | cut -c 1-64
}

setup() {
    fresh_folder
    demo_chain -t 0f 2>keygen.err
    txmake -f alice bob 25 "$(printf 'lunch \033[31m \342\200\256 caf\303\251 \377')" | txsign -k alice.key >payment
    mine -m miner -T 1700000010 <payment | ledger-append -q
    tx=$(id_of "$(cat payment)")
    block=$(id_of "$(ledger-chain -t)")
}

@test "a payment: who paid whom, when, in which block; its memo cannot touch the terminal" {
    ledger-show "$tx" >shown
    alice=$(cut -c 5-12 alice.pub) bob=$(cut -c 5-12 bob.pub)
    diff shown - <<END
payment  $tx
from     alice ($alice)
to       bob ($bob)
amount   25
fee      1
seq      0
memo     lunch %1B[31m %E2%80%AE $(printf 'caf\303\251') %FF
block    1 of 2023-11-14T22:13:30Z, $block: on the best chain, 1 confirmation
END
    ledger-show "${tx:0:8}" | diff shown -
    mine -m bob -T 1700000020 </dev/null | ledger-append -q
    ledger-show "$tx" | grep ': on the best chain, 2 confirmations$'
}

@test "a block, by its id, by the beginning of it, by its height; grants and rules" {
    ledger-show "$block" >shown
    ledger-show "${block:0:9}" | diff shown -
    ledger-show 1 | diff shown -
    grep -x 'height   1' shown
    grep -x 'time     2023-11-14T22:13:30Z' shown
    grep -Ex 'miner    miner \([0-9a-f]{8}\)' shown
    grep -x 'earned   51' shown
    grep -x 'stands   on the best chain, 1 confirmation' shown
    grep -Ex "  ${tx:0:12} alice \\([0-9a-f]{8}\\) pays bob \\([0-9a-f]{8}\\) 25" shown
    ledger-show 0 | grep -E '^  [0-9a-f]{12} grants alice \([0-9a-f]{8}\) 1000$'
    ledger-show "$(id_of "$(grep '^grant' ledger)")" | grep -Ex 'to       alice \([0-9a-f]{8}\)'
    ledger-show "$(id_of 'rule seal pow')" | grep -x 'text     rule seal pow'
}

@test "what is off the best chain says so" {
    ledger-chain -n 1 >fork
    mine -m bob -n 2 -l fork -T 1700000010 </dev/null | ledger-append -q
    ledger-show "$block" | grep -x 'stands   not on the best chain, which its branch leaves after height 0'
    ledger-show "$tx" | grep ': not on the best chain, which its branch leaves after height 0$'
}

@test "what waits in a pool: -p" {
    txmake -f alice bob 7 | txsign -k alice.key >waiting
    txpool pool <waiting
    id=$(id_of "$(cat waiting)")
    expect 1 ledger-show "$id"
    says "^ledger-show: ledger: no block or record $id$"
    ledger-show -p pool "${id:0:10}" >shown
    grep -x 'amount   7' shown
    grep -x 'waits    in pool' shown
    ledger-show -p pool "$tx" | grep '^block    1 '
    expect 1 ledger-show -p pool 0123456789
    expect 2 ledger-show -p nothere "$id"
    says '^ledger-show: nothere: '
}

@test "ids and heights that are not there, forged ledgers, usage, a full disk" {
    expect 1 ledger-show 2
    says '^ledger-show: ledger: its height is 1$'
    expect 1 ledger-show 12345678
    expect 2 ledger-show abcdef
    says "shorter than 8 digits"
    expect 2 ledger-show ''
    expect 2 ledger-show
    says '^usage: ledger-show '
    expect 2 ledger-show -l nothere "$tx"
    sed 's/ pay / pax /' ledger >forged
    expect 1 ledger-show -l forged "$tx"
    expect 0 ledger-show --help
    expect 0 ledger-show --version
    expect 2 bash -c 'ledger-show 1 >/dev/full'
    says '^ledger-show: stdout: '
}
