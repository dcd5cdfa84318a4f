load lib/common

# Lines that people type, in files that come from other systems: refused in every program, in the same words.

CRLF="ends in CR LF, as on Windows: remove the CRs with tr -d '.r'"
BOM='the file begins with a byte order mark: save it without one'
UTF16='the file is UTF-16: save it as UTF-8'

setup() {
    fresh_folder
    demo_chain
}

# As other systems write what is on stdin.
crlf() {
    sed 's/$/\r/'
}

bom() {
    printf '\357\273\277'
    cat
}

utf16() {
    printf '\377\376'
    sed 's/./&\x00/g'
}

@test "payments: nothing is made of such a line" {
    expect 1 txmake -f alice <"$VECTORS/cases/payments-crlf.txt"
    says "^stdin:1: line: $CRLF"
    [ ! -s "$out" ]
    echo bob 5 rent | bom >payments
    expect 1 txmake -f alice <payments
    says "^stdin:1: line: $BOM"
    echo bob 5 rent | utf16 >payments
    expect 1 txmake -f alice <payments
    says "^stdin:1: line: $UTF16"
    [ ! -s "$out" ]
    expect 1 txmake -f alice < <(printf 'bob 5 one\nbob 6 two\r\nbob 7 three\n')
    says "^stdin:2: line: $CRLF"
    [ "$(wc -l <"$out")" -eq 2 ]
    expect 2 txmake -f alice bob 5 $'rent\r'
    says 'memo: ends in a carriage return'
    # within a memo it is text
    txmake -f alice bob 5 $'a\rb' | grep -q ' a%0Db$'
}

@test "peers files: the same words from all who dial" {
    local file
    peerbook -a 127.0.0.1:7001 -k alice.key -l ledger >record
    for file in crlf:"$CRLF" bom:"$BOM"; do
        cp "$VECTORS/cases/peers-${file%%:*}.peers" peers
        run_apart gossip-send -p -t 0 -f 1 peers </dev/null
        says "^gossip-send: peers:1: line: ${file#*:}"
        run_apart ledger-pull -p -t 1 peers
        says "^ledger-pull: peers:1: line: ${file#*:}"
        expect 0 peerbook -o 127.0.0.1:1 peers <record
        says "^peers:1: line: ${file#*:}"
        cat "$VECTORS/cases/peers-${file%%:*}.peers" record | cmp - peers # what people wrote stays
    done
    printf '%s\n' '# ours' 'not an address at all' 127.0.0.1:1 127.0.0.1:99999 >peers
    run_apart gossip-send -p -t 0 -f 1 peers </dev/null
    says '^gossip-send: peers:2: peers: 5 fields, expected HOST:PORT or HOST:PORT KEY .the first of 2 lines skipped.$'
    run_apart ledger-pull -p -t 1 peers
    says '^ledger-pull: peers:2: peers: 5 fields, expected HOST:PORT or HOST:PORT KEY .the first of 2 lines skipped.$'
    expect 0 peerbook -o 127.0.0.1:1 peers <record
    says '^peers:2: peers: 5 fields, expected HOST:PORT or HOST:PORT KEY$'
}

@test "lists of keys, and address books" {
    local how words
    for how in crlf:"$CRLF" bom:"$BOM" utf16:"$UTF16"; do
        words=${how#*:}
        "${how%%:*}" <names >members
        run_apart gossip-send -a members 127.0.0.1:1 </dev/null
        [ "$status" -ne 0 ]
        says "members:1: line: $words"
        run_apart ledger-pull -a members 127.0.0.1:1
        [ "$status" -ne 0 ]
        says "members:1: line: $words"
        run_apart gossip-listen -L ledger -a members -l 127.0.0.1:0 </dev/null
        [ "$status" -ne 0 ]
        says "members:1: line: $words"
        run_apart txmake -a members -f alice bob 5
        [ "$status" -ne 0 ]
        says "members:1: line: $words"
        run_apart names -a members </dev/null
        [ "$status" -ne 0 ]
        says "members:1: line: $words"
    done
}

@test "a passphrase" {
    printf 'secret\r\n' >passphrase
    expect 2 keygen -P 8 eve 8<passphrase
    says 'the passphrase ends in a carriage return'
    [ ! -e eve.key ]
    [ ! -e eve.pub ]
}

@test "records keep their rule: one byte that is not printable" {
    crlf <ledger >other
    expect 1 verify -q other
    says '^other:1: .*byte 0x0d at column'
    crlf <alice.pub | { ! verify -q; }
}
