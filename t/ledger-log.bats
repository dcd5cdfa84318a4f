load lib/common

# ledger-log: the best chain, a line a block.

setup() {
    fresh_folder
    demo_chain -t 0f 2>keygen.err
    printf 'bob 25\nbob 5\n' | txmake -f alice | txsign -k alice.key | mine -m miner -T 1700000010 | ledger-append -q
    mine -m bob -T 1700000020 </dev/null | ledger-append -q
}

@test "height, id, date, miner, transactions and amount, the newest last" {
    id() { ledger-chain -H | grep "^block $1 " | tr -d '\n' | sha256sum | cut -c 1-12; }
    ledger-log | tr -s ' ' | sed 's/^ //' >log
    diff log - <<END
0 $(id 0) 2023-11-14T22:13:20Z - 0 0
1 $(id 1) 2023-11-14T22:13:30Z miner 2 30
2 $(id 2) 2023-11-14T22:13:40Z bob 0 0
END
    ledger-log -n 1 | diff <(ledger-log | tail -n 1) -
    [ -z "$(ledger-log -n 0)" ]
    ledger-log -n 99 | diff <(ledger-log) -
}

@test "the ledger: operand, -l, LEDGER; forged, none" {
    ledger-log >wanted
    mv ledger other
    ledger-log other | diff wanted -
    ledger-log -l other | diff wanted -
    LEDGER=other ledger-log | diff wanted -
    expect 2 ledger-log
    says '^ledger-log: ledger: '
    sed 's/ pay / pax /' other >forged
    expect 1 ledger-log forged
    says '^ledger-log: forged:'
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 ledger-log a b
    says '^usage: ledger-log '
    expect 2 ledger-log -n x
    expect 0 ledger-log --help
    expect 0 ledger-log --version
    expect 2 bash -c 'ledger-log >/dev/full'
    says '^ledger-log: stdout: '
}
