load lib/common
load lib/ledger

# The state line of chains with `rule state`, its tree, and what it proves (state(5)).

# shellcheck disable=SC2153 # lib/common sets it
SHARED=$ROOT/../shared/reference/refledger.py

# A chain with a state line in every Nth block: alice has a million, bob 5.
state_chain() { # N [OPTION]...
    local n=$1
    shift
    for name in alice bob miner carol; do
        [ -e $name.key ] || keygen -s "demo $name" $name >>names 2>/dev/null
    done
    ledger-init -n easy -T 1700000000 -e 0 -t f -S "$n" "$@" alice 1000000 bob 5 >ledger
    cp ledger genesis
}

bad_ledgers() {
    cat <<'END'
genesis-holds-state 13 block: a genesis holds only rule, member and grant lines
rule-state-negative 10 rule: '-1' is not a number from 0 to 2^63-1 without sign or leading zero
rule-state-zero 10 rule: state is less than 1
state-after-tx 20 block: a state line stands before the transactions, and once
state-count-leading-zero 19 state: count: '04' is not a number from 0 to 2^63-1 without sign or leading zero
state-line-without-rule 13 state: this chain has no rule state, and so no state lines
state-missing 18 block: no state line before its transactions: one is due (rule state)
state-of-the-grandparent 19 state: count 3, expected 4
state-root-uppercase 19 state: root: 'C0E779B69EAD2D0DF2AEE21F78ED3ED789AC49E2C3992A4FB8A91A0B22BB038B' is not 64 lowercase hex digits
state-without-empty-accounts 19 state: count 3, expected 4
state-wrong-count 19 state: count 5, expected 4
state-wrong-height 19 state: height 1, expected 2
state-wrong-root 19 state: root is not that of the state after block 2
END
}

@test "the vectors: what is accepted, and what is refused where and why, by verify and ledger-append" {
    for file in "$VECTORS"/state/ledgers/good/*; do
        expect 0 verify -q "$file"
        rm -f ledger*
        expect 0 ledger-append -q <"$file"
        cmp ledger "$file"
        rm ledger.index
        expect 0 ledger-balance
    done
    bad_ledgers >cases
    [ "$(wc -l <cases)" -eq "$(find "$VECTORS"/state/ledgers/bad -type f | wc -l)" ]
    while read -r name line rule; do
        expect 1 verify -q "$VECTORS/state/ledgers/bad/$name.ledger"
        head -n 1 "$err" | grep -qF "$name.ledger:$line: $rule"
        rm -f ledger*
        expect 1 ledger-append -q <"$VECTORS/state/ledgers/bad/$name.ledger"
        grep -qF "stdin:$line: $rule" "$err"
    done <cases
}

@test "the vectors of proofs" {
    for file in "$VECTORS"/state/good/*; do
        expect 0 verify "$file"
        cmp "$file" "$out"
    done
    for file in "$VECTORS"/state/bad/*; do
        expect 1 verify "$file"
        [ ! -s "$out" ]
    done
    expect 0 "$BIN/.t/smttest" root <"$VECTORS/state/entries"
    head -n 1 "$out" | cmp - "$VECTORS/state/root"
    tail -n +2 "$out" >lines
    [ "$(wc -l <lines)" -eq $((3 * $(wc -l <"$VECTORS/state/entries"))) ]
    expect 0 verify -q lines
}

# What the reference reading says of each line of a file: present or absent, and 0 or 1.
reference_says() { # FILE
    python3 -B - "$SHARED" "$1" <<'END'
import importlib.util, sys
spec = importlib.util.spec_from_file_location("refledger", sys.argv[1])
refledger = importlib.util.module_from_spec(spec)
spec.loader.exec_module(refledger)
for line in open(sys.argv[2]):
    try:
        refledger.check_state_proof(line.rstrip("\n"))
        print(0)
    except refledger.Bad:
        print(1)
END
}

@test "the same lines, whole and with a digit changed, read by the reference" {
    [ -e "$SHARED" ] || skip 'no ../shared/reference'
    "$BIN/.t/smttest" root <"$VECTORS/state/entries" | tail -n +2 >lines
    awk 'BEGIN { srand(1) } {
        print
        n = length($1) + 2 + int(rand() * (length($0) - length($1) - 1)); c = substr($0, n, 1)
        if (c != " ") print substr($0, 1, n - 1) (c == "1" ? "2" : "1") substr($0, n + 1) }' lines >mixed
    reference_says mixed >want
    run_apart verify -v mixed
    awk 'NR == FNR { good[$0]; next } { print ($0 in good ? 0 : 1) }' "$out" mixed | cmp - want
    [ "$(grep -c 0 want)" -ge 675 ]
    [ "$(grep -c 1 want)" -gt 400 ]
}

@test "the tree, changed at random and read from its pages, is what a plain recursion over all entries gives" {
    for seed in $(seq "$(few 8 2)"); do
        pages=$("$BIN/.t/smttest" model "$seed" 60)
        [ "$pages" -gt 16 ]
    done
}

# Blocks on all sides of a chain, so that due blocks are undone and done again: 1 to 4 blocks on one of the last
# tips, with a payment or two.
grow() { # SEED
    local tip ways=() i
    RANDOM=$1
    cp ledger "way.0" && ways=(0)
    for i in $(seq 8); do
        tip=${ways[RANDOM % ${#ways[@]}]}
        cp "way.$tip" "way.$i"
        printf '%s %d\n' carol $((1 + RANDOM % 9)) "$(printf '%064x' "$RANDOM")" $((1 + RANDOM % 9)) |
            paid alice "way.$i" | mined_with "way.$i" $((1 + RANDOM % 4)) "$([ $((i % 2)) = 0 ] && echo bob || echo miner)" >block
        ledger-append -q -l "way.$i" <block
        ledger-append -q <block || [ $? = 1 ]
        ways+=("$i")
        [ ${#ways[@]} -le 3 ] || ways=("${ways[@]:1}")
    done
    rm way.*
}

@test "branches undo and redo due blocks: an index kept, one built anew, none at all and the reference agree" {
    for n in 1 3; do
        rm -f ledger*
        state_chain $n
        grow $n
        answers ledger >kept
        ledger-proof -a alice >proof
        rm ledger.index*
        answers ledger | cmp - kept
        ledger-proof -a alice | cmp - proof
        expect 0 verify -q ledger
        if [ -e "$SHARED" ]; then
            python3 -B "$SHARED" audit ledger | cut -d ' ' -f 3 | cmp - <(ledger-chain -t ledger | id)
            height=$(ledger-chain -t ledger | cut -d ' ' -f 2)
            for at in $((n - 1)) $((height - height % n - 1)); do
                python3 -B "$SHARED" state ledger "$at" >entries
                ledger-proof -a bob -s "$at" >proof
                tail -n 1 entries | cmp - <(sed -n 3p proof)
                sed -n '4s/^.* account/account/p' proof | grep -qxFf - entries
            done
        fi
    done
}

@test "forged state lines are refused by all that read blocks" {
    state_chain 2
    mined ledger 1 miner | ledger-append -q
    mined ledger 1 miner >block
    line=$(sed -n 2p block)
    # shellcheck disable=SC2086 # fields
    set -- $line
    for forged in "state 2 $3 $4" "state 1 $(echo "$3" | tr 0-9a-f 1-9a-f0) $4" "state 1 $3 $(($4 + 1))" "$line x" "state 1 $3"; do
        # its root is right, so that only the line itself is wrong
        root=$(printf %s "$forged" | sha256sum | cut -c 1-64)
        awk -v root="$root" 'NR == 1 { $4 = root } 1' block | sed "2s/.*/$forged/" >forgery
        expect 1 ledger-append -q <forgery
        says '^stdin:2: state: '
        cat ledger forgery >whole
        expect 1 verify -q whole
    done
    ledger-append -q <block
}

@test "mine: further blocks have their state lines; a ticket's body is written for whoever completes the block" {
    state_chain 3
    echo 'bob 25 lunch' | paid alice ledger >txs
    mine -m miner -n 10 -T 1700000010 <txs >blocks
    [ "$(grep -c '^state ' blocks)" -eq 3 ]
    head -n 3 blocks | ledger-append -q
    expect 0 verify -q -l ledger blocks
    ledger-append -q <blocks
    expect 0 verify -q ledger
    mined ledger 1 miner | ledger-append -q
    echo 'bob 26' | paid alice ledger >txs
    expect 0 mine -o -n 1 -m miner -T 1700000200 -B body <txs
    [ "$(head -n 1 body | cut -d ' ' -f 1,2)" = "state 11" ]
    tail -n +2 body | cmp - txs
    minework <"$out" | grep -m 1 '^block' >header
    cat header body | ledger-append -q
    [ "$(ledger-balance bob | cut -d ' ' -f 3)" = 56 ]
    expect 2 mine -o -n 1 -m miner -B no/body -T 1700000300 </dev/null
    says '^mine: no/body: '
    echo 'bob 27' | paid alice ledger >txs
    expect 2 mine -o -n 1 -m miner -B /dev/full -T 1700000300 <txs
    says '^mine: /dev/full: No space left'
    expect 2 mine -m miner -B body <txs
    says '^mine: -r, -s, -W and -B go with -o'
}

@test "maxblock does not bound the state line" {
    state_chain 1 -b 900
    echo 'bob 25' | paid alice ledger >txs
    mine -m miner -T 1700000010 <txs >block
    size=$(grep -v '^state ' block | wc -c)
    for bytes in "$size" $((size - 1)); do
        rm ledger*
        state_chain 1 -b "$bytes"
        echo 'bob 25' | paid alice ledger >txs
        if [ "$bytes" = "$size" ]; then
            mine -m miner -T 1700000010 <txs >block
            expect 0 ledger-append -q <block
            expect 0 verify -q ledger
            ledger-chain -H | verify -q -H
        else
            expect 1 mine -m miner -T 1700000010 <txs
            says 'over maxblock'
        fi
    done
}

@test "ledger-proof -a: all that a light client needs; nothing else will do" {
    state_chain 2
    echo 'bob 25' | paid alice ledger | mined_with ledger 5 miner | ledger-append -q
    ledger-chain -H >headers
    stranger=$(printf '%064d' 7)
    for name in alice bob miner "$stranger"; do
        expect 0 ledger-proof -a "$name"
        cp "$out" proof
        [ "$(cut -d ' ' -f 1 proof | tr '\n' ' ')" = "block proof state $([ "$name" = "$stranger" ] && echo absent || echo present) " ]
        [ "$(sed -n 3p proof | cut -d ' ' -f 2)" = 3 ]
        cat headers proof | verify -H | cmp - <(cat headers proof)
        [ "$name" = "$stranger" ] || grep -q " account $(account "$name") $(ledger-balance -s 3 "$name" | cut -d ' ' -f 3-)\$" proof
    done
    # from an earlier line; heights between those of state lines take the one before
    for height in 1 2; do
        ledger-proof -a bob -s $height | sed -n 3p | grep -q '^state 1 '
    done
    ledger-proof -a bob -s 99 | cmp - <(ledger-proof -a bob)
    expect 1 ledger-proof -a bob -s 0
    says 'no block holds a state line about so early a height'
    expect 1 ledger-proof -b "$(head -n 1 genesis | id)" -a bob
    # lines of two proofs, mixed, or in another order
    ledger-proof -a bob >late && ledger-proof -a bob -s 1 >early
    { cat headers && head -n 3 late && tail -n 1 early; } >mixed
    expect 1 verify -q -H mixed
    says ': present: the last valid state line before it has not its root$'
    { cat headers && head -n 2 late && tail -n 2 early; } >mixed
    expect 1 verify -q -H mixed
    says ': state: the last valid proof before it is not of this line$'
    { cat headers && tail -n 1 late; } >mixed
    expect 1 verify -q -H mixed
    { cat headers && sed -n '2p;4p' late; } >mixed
    expect 1 verify -q -H mixed
    { cat headers && sed '4s/ [0-9]* \([0-9]*\)$/ 31 \1/' late; } >mixed
    expect 1 verify -q -H mixed
    says ': present: its path does not lead to its root, '
    # without headers, by the block's own claim
    expect 0 verify -q -H late
    # with an account too many
    expect 2 ledger-proof -a nobody
    expect 2 ledger-proof -s 3 "$(tail -n 1 ledger | id)"
    says '^ledger-proof: -s goes with -a'
    expect 2 ledger-proof
    expect 2 sh -c 'ledger-proof -a bob >/dev/full'
}

@test "a chain without rule state has no such proofs" {
    easy_chain
    mined ledger 2 miner | ledger-append -q
    expect 1 ledger-proof -a bob
    says 'this chain has no `rule state`'
}

@test "a damaged page of the tree is found, and the index built again" {
    need sqlite3
    state_chain 1
    seq 40 | awk '{ printf "%064x %d\n", $1, $1 }' | paid alice ledger | mined_with ledger 3 miner | ledger-append -q
    ledger-proof -a bob >proof
    [ "$(sqlite3 ledger.index 'SELECT count(*) FROM smt')" -gt 4 ]
    for change in "page = substr(page, 1, length(page) - 1)" "page = x'6c'" "id = x'ff' || id" "sum = sum + 1"; do
        sqlite3 ledger.index "UPDATE smt SET $change"
        ledger-proof -a bob >now 2>/dev/null || ledger-proof -a bob >now
        cmp now proof
        mined ledger 1 miner >block
        ledger-append -q <block
        expect 0 verify -q ledger
        ledger-proof -a bob >proof
    done
}

@test "audit-by-hand recomputes state lines with sort, awk and sha256sum" {
    expect 0 audit-by-hand -q "$VECTORS/state/ledgers/good/state-every-third.ledger"
    for name in state-line-without-rule state-missing state-wrong-root rule-state-zero; do
        expect 1 audit-by-hand -q "$VECTORS/state/ledgers/bad/$name.ledger"
        says "$name.ledger:$(bad_ledgers | awk -v name=$name '$1 == name { print ($2 == 18 || $2 == 20 ? 19 : $2) }'): "
    done
    state_chain 2
    mined ledger 1 miner | ledger-append -q
    seq 5 | awk '{ printf "%064x %d\n", $1, $1 }' | paid alice ledger | mined_with ledger 3 miner | ledger-append -q
    expect 0 audit-by-hand -T 1900000000 ledger
    [ "$(grep -c '^  state [0-9]* [0-9a-f]* [0-9]* computed$' "$out")" -eq 2 ]
    tail -n 1 "$out" | cut -d ' ' -f 3 | cmp - <(tip_id ledger)
}
