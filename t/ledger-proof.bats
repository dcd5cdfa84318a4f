load lib/common
load lib/ledger

# ledger-proof: that a record stands in a block; and verify of such proofs, with a ledger and with headers.

# genesis - one (5 payments) - two - three (1 payment), and from one a side branch: side (2 payments).
setup() {
    fresh_folder
    easy_chain
    printf 'bob %d\n' 1 2 3 4 5 | paid alice ledger | mined_with ledger 1 miner >one
    ledger-append -q <one
    cp ledger other
    mined ledger 1 miner | tee two | ledger-append -q
    printf 'bob %d\n' 6 | paid alice ledger | mined_with ledger 1 miner | tee three | ledger-append -q
    printf 'bob %d\n' 7 8 | paid alice other | mined_with other 1 bob | tee side | ledger-append -q
    headers ledger >heads
}

line_id() { # FILE N: of its Nth line
    sed -n "$2p" "$1" | id
}

# The header of a block in a file and a proof of it, made by sha256sum alone: one of five lines.
by_hand() { # INDEX
    local a b c d e
    read -r a b c d e <<<"$(tail -n +2 one | while read -r line; do printf %s "$line" | sha256sum | cut -c 1-64; done |
        tr '\n' ' ')"
    node() { printf '%s %s' "$1" "$2" | sha256sum | cut -c 1-64; }
    head -n 1 one
    printf 'proof %s 5 %s ' "$(head -n 1 one | id)" "$1"
    case $1 in
    0) echo "$a $b $(node "$c" "$d") $e" ;;
    3) echo "$d $c $(node "$a" "$b") $e" ;;
    4) echo "$e $(node "$(node "$a" "$b")" "$(node "$c" "$d")")" ;;
    esac
}

@test "the header and the proof of a transaction, as made by hand" {
    for index in 0 3 4; do
        by_hand $index >want
        expect 0 ledger-proof "$(line_id one $((index + 2)))"
        diff want "$out"
        [ ! -s "$err" ]
    done
    expect 0 ledger-proof -l ledger "$(line_id three 2)" "$(line_id one 6)"
    { head -n 1 three && echo "proof $(head -n 1 three | id) 1 0 $(line_id three 2)" && by_hand 4; } | diff - "$out"
    LEDGER=gone expect 0 ledger-proof --ledger ledger "$(line_id three 2)"
    LEDGER=ledger expect 0 ledger-proof "$(line_id three 2)"
    expect 2 env LEDGER=gone ledger-proof "$(line_id three 2)"
}

@test "votes, attest lines and members have proofs too" {
    for name in bft-all-votes finality-final; do
        cp "$VECTORS/seals/good/$name.ledger" "$name"
        grep -E '^(vote|attest|member) ' "$name" | while read -r line; do id <<<"$line"; done >list
        # shellcheck disable=SC2046 # words
        expect 0 ledger-proof -l "$name" $(cat list)
        grep '^proof ' "$out" | cut -d ' ' -f 5 | cmp - list
        grep '^proof ' "$out" >proofs
        expect 0 verify -l "$name" proofs
        # on a chain that ends before it, there is none
        expect 1 ledger-proof -l "$name" -b "$(head -n 1 "$name" | id)" "$(grep -E '^(vote|attest) ' "$name" | head -n 1 | id)"
        says ': no record '
    done
}

@test "rules and grants of the genesis block have proofs too" {
    n=$(wc -l <genesis)
    for i in $(seq 2 "$n"); do line_id genesis "$i"; done >list
    # shellcheck disable=SC2046 # words
    expect 0 ledger-proof $(cat list)
    [ "$(grep -c '^proof ' "$out")" -eq $((n - 1)) ]
    cut -d ' ' -f 5 <(grep '^proof ' "$out") | cmp - list
    cat genesis "$out" >stream
    expect 0 verify -H stream
    cmp stream "$out"
    ledger-proof "$(tail -n 1 list)" | grep ^proof | verify -q -l ledger
}

@test "what is not there, and what stands on a side branch alone, is a no" {
    expect 1 ledger-proof "$(printf %064d 7)"
    says "^ledger-proof: ledger: no record 0*7\$"
    [ ! -s "$out" ]
    # a block is no record of a body
    expect 1 ledger-proof "$(id <two)"
    tx=$(line_id side 3)
    expect 1 ledger-proof "$tx"
    says "^ledger-proof: ledger: $tx is only in blocks off the best chain\$"
    [ ! -s "$out" ]
    # the others are printed all the same
    expect 1 ledger-proof "$tx" "$(line_id one 2)"
    by_hand 0 | diff - "$out"
    # the branch is asked for
    expect 0 ledger-proof -b "$(head -n 1 side | id)" "$tx" "$(line_id one 2)"
    { head -n 1 side && echo "proof $(head -n 1 side | id) 2 1 $tx $(line_id side 2)" && by_hand 0; } | diff - "$out"
    expect 1 ledger-proof --block "$(id <two)" "$(line_id three 2)"
    says 'is only in blocks off the given chain$'
    expect 1 ledger-proof -b "$(printf %064d 7)" "$tx"
    says "^ledger-proof: ledger: no block 0*7\$"
}

@test "one transaction in blocks of both branches: each with its own header" {
    cat genesis one >fork
    tail -n +2 side | mined_with fork 1 alice >again
    cat again >>fork
    mined fork 3 alice >later
    cat again later | ledger-append -q 2>told
    grep -q 'reorg: ' told
    tx=$(line_id side 2)
    ledger-proof "$tx" | head -n 1 | cmp - <(head -n 1 again)
    ledger-proof -b "$(head -n 1 side | id)" "$tx" | head -n 1 | cmp - <(head -n 1 side)
}

@test "verify -l checks a proof by the ledger, and no digit of it can be another" {
    ledger-proof "$(line_id one 4)" | grep '^proof ' >proof
    expect 0 verify -l ledger proof
    cmp proof "$out"
    tool=$BIN/.t/prooftest
    { printf '%s ' "$(head -n 1 one | cut -d ' ' -f 4)" && cat proof; } | "$tool" changed |
        awk -v few="$(few 1 7)" 'NR % few == 0' >others
    [ "$(wc -l <others)" -gt "$(few 4800 500)" ]
    expect 1 verify -l ledger others
    [ ! -s "$out" ]
    [ "$(wc -l <"$err")" -eq "$(wc -l <others)" ]
    ! grep -Ev '^others:[0-9]+: proof: (the ledger has no block|count |[0-9]+ hashes, |its path does not lead)' "$err" || false
    # and by headers
    cat genesis <(tail -n +2 heads) others >stream
    expect 1 verify -H stream
    [ "$(grep -c '^proof ' "$out")" -eq 0 ]
    [ "$(wc -l <"$err")" -eq "$(wc -l <others)" ]
}

@test "a proof off the best chain of the ledger, of another ledger, and one with nothing to check it by" {
    tx=$(line_id side 2)
    ledger-proof -b "$(head -n 1 side | id)" "$tx" | tail -n 1 >aside
    expect 1 verify -l ledger aside
    says "^aside:1: proof: its block $(head -n 1 side | id) is off the best chain\$"
    [ ! -s "$out" ]
    # where that branch is the best, it holds
    ledger-append -q other <side
    expect 0 verify -l other aside
    ledger-proof "$(line_id one 4)" | tail -n 1 >proof
    mkdir elsewhere
    (cd elsewhere && easy_chain 7)
    expect 1 verify -l elsewhere/ledger proof
    says '^proof:1: proof: the ledger has no block '
    expect 1 verify proof
    says '^proof:1: proof: nothing is here to check it by: give its chain.s headers .-H., or a ledger .-l.$'
    [ ! -s "$out" ]
    { cat ledger && cat proof; } | expect 1 verify
    says "^stdin:[0-9]+: expected a block, not 'proof'"
    expect 1 verify -H proof
    says '^proof:1: proof: its block [0-9a-f]* is not among the headers before it$'
    [ ! -s "$out" ]
}

@test "a proof that is no record" {
    ledger-proof "$(line_id one 4)" | tail -n 1 >good
    refused() { # SED WHY
        sed -E "$1" good >bad
        expect 1 verify -l ledger bad
        says "^bad:1: proof: $2"
        cat heads bad >stream
        expect 1 verify -H stream
        says "^stream:$(wc -l <stream): proof: $2"
    }
    refused 's/^(([^ ]* ){3}[^ ]*).*/\1/' '4 fields, expected 5 or more'
    refused 's/ .{64}/&a/' "block: '[0-9a-f]{65}' is not 64 lowercase hex digits"
    refused 's/ 5 2 / 5 02 /' "index: '02' is not a number"
    refused 's/ 5 2 / 5 5 /' 'index 5 is not below its count, 5'
    refused 's/ 5 2 / 9 2 /' 'count 9, but its block has 5 lines'
    refused 's/ 5 2 / 5 4 /' '3 hashes, but line 4 of 5 has a path of 1'
    refused 's/ [^ ]*$//' '2 hashes, but line 2 of 5 has a path of 3'
    refused 's/ [^ ]*$/&&/' '4 hashes, but line 2 of 5 has a path of 3'
    refused 's/.$/G/' 'hash: '
    # a path that goes on for ever
    { tr -d '\n' <good && for i in $(seq 64); do printf ' %064d' "$i"; done && echo; } >long
    expect 1 verify -l ledger long
    says '^long:1: proof: over 63 hashes$'
}

@test "a torn proof, a ledger with a torn tail, a forged one, one that is changed" {
    ledger-proof "$(line_id one 4)" >both
    head -c -1 both >torn
    expect 1 verify -H torn
    says '^torn:2: line: torn: the last line has no newline$'
    head -n 1 both | cmp - "$out"
    { cat ledger && head -c 100 two; } >torn.ledger
    expect 0 ledger-proof -l torn.ledger "$(line_id one 4)"
    cmp both "$out"
    says '^torn.ledger:[0-9]+: ignored from here on: no complete valid block follows$'
    sed '12s/ 1 / 2 /' ledger >forged
    expect 1 ledger-proof -l forged "$(line_id one 4)"
    says '^ledger-proof: forged:[0-9]+: '
    [ ! -s "$out" ]
    expect 2 ledger-proof -l gone "$(line_id one 4)"
    expect 2 ledger-proof -l . "$(line_id one 4)"
}

@test "usage, help, version, and a stdout that cannot be written" {
    tx=$(line_id one 4)
    expect 2 ledger-proof
    says '^usage: ledger-proof '
    expect 2 ledger-proof -x "$tx"
    for bad in '' 12 "${tx^^}" "${tx}0" "${tx%?}g"; do
        expect 2 ledger-proof "$tx" "$bad"
        says "^ledger-proof: '$bad' is (not 8 to 64 lowercase hex|shorter than 8) digits\$"
        [ ! -s "$out" ]
        expect 2 ledger-proof -b "$bad" "$tx"
        says "'$bad' is (not 8 to 64 lowercase hex|shorter than 8) digits\$"
    done
    expect 0 ledger-proof -h
    grep -q '^usage: ledger-proof ' "$out"
    expect 0 ledger-proof -V
    grep -q '^ledger-proof (peerutils) ' "$out"
    expect 2 sh -c 'ledger-proof "$1" >/dev/full' sh "$tx"
    says '^ledger-proof: stdout: No space left on device$'
    expect 2 sh -c 'ledger-proof "$1" >&-' sh "$tx"
    says '^ledger-proof: stdout: Bad file descriptor$'
}
