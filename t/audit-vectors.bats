# bats file_tags=long,slow,thorough
load lib/common
load lib/audit

# audit-by-hand on all ledgers of t/vectors that are not sound, and all of v2. (t/audit-by-hand.bats tests the rest.)

@test "every bad ledger is refused, in the line that breaks a rule, with that rule" {
    while read -r name line rule; do
        refuse "$line" "$rule" "$VECTORS/bad/$name.ledger"
        touch "seen.$name"
    done <<'END'
bad-signature 13 tx: bad signature
blank-line 12 line: is empty
block-twice 16 block: stands twice
child-before-parent 12 block: parent is not in the ledger before it
count-too-small 12 block: root does not match the lines
crlf 1 line: has a byte that is not printable ASCII
double-space 13 line: its fields are not split by single spaces
doubled-last-lines 12 block: root does not match the lines
easy-target 12 block: target should be 00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
empty 1 ledger: is empty
extra-field 13 tx: 11 fields, expected 10
far-future 12 block: time is too far ahead of the clock
fee-under-minimum 13 tx: fee 0, the least is 1
genesis-height 1 block: the first one is no genesis
genesis-prev 1 block: the first one is no genesis
grant-in-block 13 block: holds only tx lines
grant-twice 12 grant: the account has one already
grants-overflow 12 grant: supply over the limit
hard-target 12 block: target should be 00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
leading-zero 13 tx: amount is not a number
line-too-long 12 line: is longer than 65535 bytes
memo-lowercase-escape 13 tx: memo is not a text
memo-not-canonical 13 tx: memo is not a text
memo-too-long 13 tx: memo is not a text
negative 13 tx: amount is not a number
no-final-newline 20 line: has no newline at its end
no-genesis 1 block: the first one is no genesis
no-work 12 block: its hash is over the target
nul-byte 12 line: has a byte that is not printable ASCII
other-chain 13 tx: is for another chain
over-int64 13 tx: amount is not a number
over-maxblock 12 block: is over maxblock
overspend 13 tx: spends 1000, d3212259999f628d9bd6ea801f88cc5858fa55850f0e66a48ed54f41e6e50a8b has 999
overspend-by-wrap 13 tx: spends 9223372036854775807, d3212259999f628d9bd6ea801f88cc5858fa55850f0e66a48ed54f41e6e50a8b has 1000
replayed-seq 14 tx: seq 0, expected 1
root-mismatch 12 block: root does not match the lines
rule-in-block 13 block: holds only tx lines
rule-missing 1 block: genesis: rule minfee is missing
rule-twice 12 rule: minfee is given twice
rule-unknown 12 rule: unknown rule
seq-gap 13 tx: seq 1, expected 0
signature-s-plus-l 13 tx: bad signature: S is not below the order of the group
signed-by-another 13 tx: bad signature
small-order-key 13 tx: bad signature: R is not canonical, or of small order
spend-before-receive 13 tx: spends 1, b23764047e9044bf7f418b70006d3cfd053a3f4c065b54dd7a75bd51fdfb72d3 has 0
stray-tx 12 block: is expected here
tampered-amount 12 block: root does not match the lines
tampered-time 16 block: its hash is over the target
time-not-after-median 12 block: time is not after the median of the last 11
torn-tail 20 line: has no newline at its end
unknown-operation 13 tx: unknown operation
unknown-parent 12 block: parent is not in the ledger before it
uppercase-signature 13 tx: signature is not 128 lowercase hex digits
wrong-height 12 block: height 2, expected 1
zero-amount 13 tx: amount is 0
END
    for file in "$VECTORS"/bad/*.ledger; do
        [ -e "seen.$(basename "$file" .ledger)" ] || { echo "not in the table: $file" && false; }
    done
}

# Operations, policies, sponsors, signatures of hashes alone, states.
@test "every ledger of v2 that breaks a rule is refused in the line that does" {
    sed -n 's/^    //p' "$VECTORS/v2/rules" | while read -r name line _; do
        [ -e "$VECTORS/v2/bad/$name.ledger" ] || continue
        case $name in state-missing | state-after-tx | state-between-transactions) line=19 ;; esac # where it should stand
        refuse "$line" '' "$VECTORS/v2/bad/$name.ledger"
        touch "seen.$name"
    done
    [ "$(find . -name 'seen.*' | wc -l)" -gt 100 ]
}

@test "every good ledger of v2 is accepted, and its tip is the one" {
    while read -r name height id _ _ supply _; do
        accept "tip $height $id blocks $(grep -c '^block ' "$VECTORS/v2/good/$name.ledger") supply $supply" "$VECTORS/v2/good/$name.ledger"
    done <"$VECTORS/v2/tips"
}

# A digit of the randomizer, of a secret and a path of FORS, of WOTS+, and the last one. (Each takes as long as an audit.)
@test "SLH-DSA signatures: no digit of one can change" {
    local at line who signature other
    line=$(grep -m 1 '^tx .* sponsor s' "$VECTORS/v2/good/slh-dsa-sponsor.ledger")
    who=${line#* sponsor } signature=${line##* }
    for at in 31 32 480 6000 15711; do
        other=${signature:0:at}$(((0x${signature:at:1} + 1) % 10))${signature:at + 1}
        echo "find_slh_dsa_root ${who%% *} '${line% *}' $other; [ \$value = \$key_root ] && echo yes || echo no" >question
        [ "$(functions "books=. && . ./question")" = no ]
    done
}
