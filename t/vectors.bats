load lib/common
load lib/ledger

# The vectors: what must be accepted, and what must be refused at its line and for its reason, by
# verify and by ledger-append; and t/lib/refledger.py, the reference reading, says the same.

# NAME LINE RULE (the beginning of what is said), of every file in vectors/bad.
bad_ledgers() {
    cat <<'END'
bad-signature 13 tx: bad signature
blank-line 12 line: empty
block-twice 16 block: stands twice: first at line 12
child-before-parent 12 block: its parent 00012c40646aed3fb16ee671a48b888a0402eda695081996bd2d21f450bbf5df is not in the
count-too-small 12 block: root does not match the lines
crlf 1 line: byte 0x0d at column 284 is not printable ASCII
double-space 13 line: fields are split by exactly one space (column 138)
doubled-last-lines 12 block: root does not match the lines
easy-target 12 block: target should be 00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
empty 1 empty: no record, and no genesis block
extra-field 13 tx: 11 fields, expected 10
far-future 12 block: time 4102444800 is over 7200 s ahead of the clock
fee-under-minimum 13 tx: fee 0 is under the minimum of 1
genesis-height 1 block: no genesis
genesis-prev 1 block: no genesis
grant-in-block 13 block: its body holds only tx lines
grant-twice 12 grant: granted twice
grants-overflow 12 grant: supply is over 2^63-1
hard-target 12 block: target should be 00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
leading-zero 13 tx: amount: '05' is not a number
line-too-long 12 line: over 65535 bytes
memo-lowercase-escape 13 tx: memo: text has '%', which must be %XX in capital hex digits
memo-not-canonical 13 tx: memo: text is not in its one form: %41 stands for itself
memo-too-long 13 tx: memo: text is over 256 bytes
negative 13 tx: amount: '-5' is not a number
no-final-newline 20 line: torn
no-genesis 1 block: no genesis
no-work 12 block: no proof of work
nul-byte 12 line: byte 0x00 at column 1
other-chain 13 tx: another chain: 7c26e9cb1bbc040f82259a32e516be927bc80c165f032657ff86cba5384718eb
over-int64 13 tx: amount: '9223372036854775808' is not a number
over-maxblock 12 block: 1315 bytes, over maxblock 1000
overspend 13 tx: d3212259999f628d9bd6ea801f88cc5858fa55850f0e66a48ed54f41e6e50a8b has 1000, needs 1001
overspend-by-wrap 13 tx: d3212259999f628d9bd6ea801f88cc5858fa55850f0e66a48ed54f41e6e50a8b has 1000, needs 18446744073709551614
replayed-seq 14 tx: seq 0, expected 1
root-mismatch 12 block: root does not match the lines
rule-in-block 13 block: its body holds only tx lines
rule-missing 1 block: genesis: rule minfee is missing
rule-twice 12 rule: minfee is given twice
rule-unknown 12 rule: unknown rule 'luck'
seq-gap 13 tx: seq 1, expected 0
signature-s-plus-l 13 tx: bad signature
signed-by-another 13 tx: bad signature
small-order-key 13 tx: bad signature
spend-before-receive 13 tx: b23764047e9044bf7f418b70006d3cfd053a3f4c065b54dd7a75bd51fdfb72d3 has 0, needs 2
stray-tx 12 expected a block, not 'tx'
tampered-amount 12 block: root does not match the lines
tampered-time 16 block: no proof of work
time-not-after-median 12 block: time 1700000000 is not after 1700000000, the median of the last 11
torn-tail 20 line: torn
unknown-operation 13 tx: unknown operation 'give'
unknown-parent 12 block: its parent 00012c40646aed3fb16ee671a48b888a0402eda695081996bd2d21f450bbf5df
uppercase-signature 13 tx: signature: not 128 lowercase hex digits
wrong-height 12 block: height 2, expected 1
zero-amount 13 tx: amount is 0
END
}

# Where ledger-append judges otherwise than verify, since it is asked another thing: for blocks to take,
# not whether a file is a ledger. STATUS, and what it says where that is not 0.
append_differs() { # NAME
    case $1 in
    block-twice) echo 0 ;;                                      # a block that it has is dropped
    child-before-parent) echo 0 ;;                              # the child waits for its parent
    empty) echo 0 ;;                                            # no block to append
    unknown-parent) echo '1 stdin:12: block: its parent 00012c40646aed3fb16ee671a48b888a0402eda695081996bd2d21f450bbf5df did not come' ;;
    stray-tx) echo '1 stdin:12: not a block: left out' ;;
    *) return 1 ;;
    esac
}

# The first line of stderr must begin so.
first_says() { # WORDS
    local first
    IFS= read -r first <"$err" || :
    case $first in
    "$1"*) ;;
    *) echo "expected: $1" && echo "but: $first" && return 1 ;;
    esac
}

@test "the table of bad ledgers has every file of vectors/bad, and no other" {
    diff <(bad_ledgers | cut -d ' ' -f 1 | sort) <(cd "$VECTORS/bad" && printf '%s\n' *.ledger | sed 's/\.ledger$//' | sort)
}

@test "verify passes every good ledger on unchanged" {
    for file in "$VECTORS"/good/*.ledger; do
        expect 0 verify "$file"
        cmp "$out" "$file"
        [ ! -s "$err" ]
        expect 0 verify -q <"$file"
        [ ! -s "$out" ]
    done
}

@test "verify refuses every bad ledger, at its line and for its reason" {
    while read -r name line rule; do
        file=$VECTORS/bad/$name.ledger
        echo "$name"
        expect 1 verify -v "$file"
        first_says "$file:$line: $rule"
        grep -vE "^($file:[0-9]+|verify: $file: good up to line [0-9]+, block [0-9]+ [0-9a-f]{64}): [ -~]+\$" "$err" && return 1
        expect 1 verify -q -j 3 "$file"
        first_says "$file:$line: $rule"
        [ ! -s "$out" ]
    done < <(bad_ledgers)
}

@test "what verify passes on of a bad ledger is a good one, or nothing" {
    need python3
    mkdir rests
    while read -r name line rule; do
        echo "$name ($line: $rule)"
        verify "$VECTORS/bad/$name.ledger" >"rests/$name" 2>/dev/null && return 1
        [ -s "rests/$name" ] || rm "rests/$name"
    done < <(bad_ledgers)
    [ "$(find rests -type f | wc -l)" -gt 30 ]
    reference_all rests/*
}

@test "ledger-append gives the verdicts that verify gives" {
    while read -r name line rule; do
        file=$VECTORS/bad/$name.ledger
        echo "$name"
        rm -rf led*
        verify "$file" >good 2>/dev/null && return 1
        if read -r want said < <(append_differs "$name"); then
            expect "$want" ledger-append led <"$file"
            first_says "$said"
        else
            expect 1 ledger-append led <"$file"
            first_says "stdin:$line: $rule"
        fi
        # In the ledger is what was passed on, which is what verify passes on; no block: no ledger.
        [ "$name" = child-before-parent ] || cmp "$out" good
        if [ -s "$out" ]; then
            cmp led "$out"
        else
            [ ! -e led ]
            [ ! -e led.index ]
        fi
        [ ! -e led.torn ]
    done < <(bad_ledgers)
}

@test "a child before its parent is in the ledger in the end" {
    need python3
    expect 0 ledger-append led <"$VECTORS/bad/child-before-parent.ledger"
    [ ! -s "$err" ]
    cmp led "$out"
    [ "$(headers led | wc -l)" -eq "$(headers "$VECTORS/bad/child-before-parent.ledger" | wc -l)" ]
    verify -q led
    reference audit led
}

# Into the files piece.*, a block with its body in each.
cut_blocks() { # FILE
    rm -f piece.*
    awk '/^block / || NR == 1 { n++ } { print > sprintf("piece.%02d", n) }' "$1"
}

@test "ledger-append gives the same verdicts block by block" {
    while read -r name line rule; do
        case $name in
        child-before-parent | empty | nul-byte | no-final-newline | torn-tail) continue ;; # other runs, or no text
        esac
        echo "$name ($line: $rule)"
        rm -rf led* all all.*
        ledger-append all <"$VECTORS/bad/$name.ledger" >/dev/null 2>&1 || :
        cut_blocks "$VECTORS/bad/$name.ledger"
        worst=0
        for piece in piece.*; do
            status=0
            ledger-append led <"$piece" >>told 2>&1 || status=$?
            [ "$status" -le "$worst" ] || worst=$status
        done
        [ "$worst" -eq "$(append_differs "$name" | grep -q '^0' && echo 0 || echo 1)" ]
        if [ -e all ]; then cmp all led; else [ ! -e led ]; fi
    done < <(bad_ledgers)
}

@test "ledger-append takes every good ledger, whole and block by block" {
    for file in "$VECTORS"/good/*.ledger; do
        rm -f led*
        expect 0 ledger-append led <"$file"
        cmp "$out" "$file"
        cmp led "$file"
        refute grep -v '^ledger-append: reorg: ' "$err"
        rm -f led*
        cut_blocks "$file"
        for piece in piece.*; do
            ledger-append led <"$piece" >passed 2>/dev/null
            cmp passed "$piece"
        done
        cmp led "$file"
        expect 0 ledger-append led <"$file"
        [ ! -s "$out" ]
        cmp led "$file"
    done
}

sum() { # of the numbers on stdin
    local total=0 n
    while read -r n; do
        total=$((total + n))
    done
    echo "$total"
}

# Held against the reference, which has been asked: tip, number of blocks, supply, balances, best chain.
agrees() { # LEDGER
    diff "$1.balances" <(ledger-balance -l "$1")
    diff "$1.chain" <(ledger-chain "$1")
    read -r _ height tip _ count _ supply <"$1.audit"
    [ "$(ledger-chain -t "$1" | cut -d ' ' -f 2)" = "$height" ]
    [ "$(tip_id "$1")" = "$tip" ]
    [ "$(ledger-balance -l "$1" | cut -d ' ' -f 3 | sum)" = "$supply" ]
    if command -v sqlite3 >/dev/null; then
        [ "$(sqlite3 "$1.index" 'SELECT blocks, supply FROM ledger JOIN block ON n = best')" = "$count|$supply" ]
    fi
}

@test "tip, supply, balances and best chain are the reference's" {
    need python3
    cp "$VECTORS"/good/*.ledger .
    reference_all ./*.ledger
    for file in *.ledger; do
        mv "$file" whole
        ledger-append "$file" <whole >/dev/null 2>&1
        agrees "$file"
        rm "$file.index" # and from an index that a reader makes
        agrees "$file"
    done
}

@test "of a ledger cut behind any of its blocks, too" {
    need python3
    for name in fork reorg retarget tie-first-wins; do
        count=$(headers "$VECTORS/good/$name.ledger" | wc -l)
        for ((n = 0; n < count; n++)); do
            blocks "$VECTORS/good/$name.ledger" 0 "$n" >"$name.$n"
        done
    done
    reference_all ./*
    for file in *.audit; do
        agrees "${file%.audit}"
    done
}
