# bats file_tags=long,thorough
load lib/common

# Every auditor says the same of ledgers that somebody broke (t/lib/mutate.c): verify, ledger-append, an
# independent reading of the format, and, for a sample, audit-by-hand.
#
# MUTANTS says how many, FIRST_MUTANT from which on: other numbers are other mutants.

NOW=1700100000

setup_file() {
    : "${MUTANTS:=$([ -n "${SANITIZE-}" ] && echo 150 || echo 2600)}" "${FIRST_MUTANT:=1}"
    last=$((FIRST_MUTANT + MUTANTS - 1))
    W=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "$BATS_FILE_TMPDIR")")
    export W MUTANTS FIRST_MUTANT
    mkdir "$W/mutants" "$W/out"
    "$BIN/.t/mutate" -a -k "$VECTORS/keys" -T $NOW -s "$FIRST_MUTANT" -n "$MUTANTS" -o "$W/mutants" \
        "$VECTORS"/good/* "$VECTORS"/v2/good/*
    for worker in 0 1; do
        "$ROOT/t/lib/agree.sh" "$W/mutants" "$W/out" $NOW $((FIRST_MUTANT + worker)) 2 $last \
            >"$W/statuses.$worker" 2>"$W/wrong.$worker" &
    done
    wait
    sort -n "$W"/statuses.* >"$W/statuses"
}

teardown_file() {
    rm -rf "$W"
}

# Nothing was written to this file about any mutant.
agreed() {
    [ ! -s "$1" ] || {
        cat "$1"
        echo "to see one: mutate -av -k t/vectors/keys -T $NOW -s NUMBER t/vectors/good/* t/vectors/v2/good/*"
        return 1
    }
}

@test "verify and ledger-append take the same blocks, and fault the same lines" {
    [ "$(wc -l <"$W/statuses")" -eq "$MUTANTS" ]
    cat "$W"/wrong.* >wrong
    agreed wrong
    awk -v mutants="$W/mutants" -v out="$W/out" -f "$ROOT/t/lib/agree.awk" "$W/statuses" >wrong || [ -s wrong ]
    agreed wrong
    # A mutator that breaks everything, or nothing, proves nothing.
    awk '{ n[$2]++ } END { exit !(n[0] > NR / 10 && n[1] > NR / 2) }' "$W/statuses"
}

@test "an independent reading says the same, of verdicts, items, best chains and balances" {
    command -v python3 >/dev/null || skip 'python3 is not here'
    reading=$ROOT/../shared/reference/refledger.py
    [ -e "$reading" ] || skip 'no ../shared/reference'
    "$ROOT/t/lib/agree.py" "$reading" "$W/mutants" "$W/out" $NOW <"$W/statuses" >wrong || [ -s wrong ]
    agreed wrong
}

# "tip HEIGHT ID blocks COUNT supply AMOUNT" of a sound ledger, by the other programs.
tip_of() {
    local supply=0 height header
    header=$(ledger-chain -t "$1")
    height=${header#block }
    while read -r _ _ balance _; do
        supply=$((supply + balance))
    done < <(ledger-balance -l "$1")
    echo "tip ${height%% *} $(printf %s "$header" | sha256sum | cut -d' ' -f1)" \
        "blocks $(grep -c '^block ' "$1") supply $supply"
}

by_hand() {
    local n=$1 v=$2 hand=0
    audit-by-hand -q -T $NOW "$W/mutants/$n" >"hand.$n" 2>&1 || hand=$?
    if [ "$hand" -ne "$v" ]; then
        echo "mutant $n: status $v of verify, $hand of audit-by-hand: $(tail -n 1 "hand.$n")"
    elif [ "$v" -eq 0 ] && [ "$(cat "hand.$n")" != "$(tip_of "$W/mutants/$n")" ]; then
        echo "mutant $n: audit-by-hand: $(cat "hand.$n"), the programs: $(tip_of "$W/mutants/$n")"
    fi
}

@test "audit-by-hand says the same of a sample" {
    [ -z "${SANITIZE-}" ] || skip 'the plain build did that'
    # Some of the sound ones, and of the others.
    awk '{ want = $2 ? 30 : 12 } n[$2]++ % 11 == 0 && n[$2] <= 11 * want { print $1, $2 }' "$W/statuses" >sample
    [ "$(wc -l <sample)" -ge 40 ] || [ "$MUTANTS" -lt 1000 ]
    while read -r n v; do
        by_hand "$n" "$v"
    done <sample >wrong
    agreed wrong
}

# As lib/rules.sed tells them.
every_rule() {
    cat <<'END'
block: N bytes, over maxblock N
block: N fields, expected N
block: a genesis block must come first, for its ledger to be judged
block: a genesis holds only rule, member and grant lines
block: a state line stands before the transactions, and once
block: count: X is not a number from N to MAX without sign or leading zero
block: cut short: N of its N lines are there
block: genesis: a rule is missing
block: height N, expected N
block: height: X is not a number from N to MAX without sign or leading zero
block: its body holds only tx lines
block: its parent ID is not before it
block: its parent ID is not before it: it fell
block: miner: X is not N lowercase hex digits, nor p or s and N digits
block: miner: pID: this chain has no such accounts (rule allow policy)
block: miner: sID: this chain has no such accounts (rule allow slh-dsa)
block: no genesis block before it that holds
block: no genesis block came first, and there is no body: -H checks headers and proofs
block: no genesis: the first block must have height N, no parent, no miner and seal N
block: no proof of work: its hash is over the target
block: no state line before its transactions: one is due (rule state)
block: prev: X is not N lowercase hex digits
block: root does not match the lines: it should be ID
block: root: X is not N lowercase hex digits
block: seal is not N to N lowercase hex digits
block: stands twice: first at line N
block: supply is over MAX
block: target is zero
block: target should be ID
block: target: X is not N lowercase hex digits
block: time N is not after N, the median of the last N
block: time N is over N s ahead of the clock, N
block: time: X is not a number from N to MAX without sign or leading zero
expected a block, not X
grant: N fields, expected N
grant: account: X is not N lowercase hex digits, nor p or s and N digits
grant: account: pID: this chain has no such accounts (rule allow policy)
grant: account: sID: this chain has no such accounts (rule allow slh-dsa)
grant: amount is N
grant: amount: X is not a number from N to MAX without sign or leading zero
grant: granted twice: ID
grant: granted twice: pID
grant: granted twice: sID
grant: stands outside of a genesis block
line: byte N at column N is not printable ASCII
line: empty
line: fields are split by exactly one space (column N)
line: over N bytes
line: space at the end
line: torn: the last line has no newline
policy: N signers of N keys
policy: a branch has no keys
policy: after: X is not a number from N to MAX without sign or leading zero
policy: expected the word policy
policy: hash: X is not N lowercase hex digits
policy: key: X is not N lowercase hex digits, nor p or s and N digits
policy: keys of a branch are not ascending: ID
policy: number of signers: X is not a number from N to MAX without sign or leading zero
policy: over N branches
rule: N fields, expected N
rule: X is not a number from N to MAX without sign or leading zero
rule: bytefee is less than N
rule: given twice
rule: name: text is not in its one form: %N stands for itself
rule: name: text is over N bytes
rule: slh-dsa is given twice
rule: spacing is less than N
rule: stands outside of a genesis block
rule: state is less than N
rule: unknown rule X
rule: unknown seal
state: N fields, expected N
state: count N, expected N
state: count: X is not a number from N to MAX without sign or leading zero
state: height: X is not a number from N to MAX without sign or leading zero
state: root: X is not N lowercase hex digits
state: stands only in blocks whose height is a multiple of N (rule state)
state: this chain has no rule state, and so no state lines
tx: ID has N, needs N
tx: N fields, expected N
tx: N fields, expected N or more
tx: N fields, expected N: it is not signed (txsign signs it)
tx: amount is N
tx: amount: X is not a number from N to MAX without sign or leading zero
tx: another chain: ID
tx: bad signature
tx: branch N needs a preimage: show PREIMAGE
tx: branch N opens at height N, this is N
tx: branch: X is not a number from N to MAX without sign or leading zero
tx: chain: X is not N lowercase hex digits
tx: expected by BRANCH after the policy
tx: fee N is under the minimum of N
tx: fee N is under the minimum of N for N bytes
tx: fee: X is not a number from N to MAX without sign or leading zero
tx: from: X is not N lowercase hex digits, nor p or s and N digits
tx: its minimum fee is over MAX
tx: memo: text has X, which must be %XX in capital hex digits
tx: memo: text is over N bytes
tx: more after its end
tx: pID has N, needs N
tx: preimage: X is not N lowercase hex digits
tx: seq N, expected N
tx: seq N, expected N; ID is already at line N
tx: seq N, expected N; ID spends what ID spent
tx: seq: X is not a number from N to MAX without sign or leading zero
tx: signature: not N lowercase hex digits
tx: signed by N of the N keys that branch N asks for (txsign)
tx: signer ID is not in branch N
tx: signer: X is not N lowercase hex digits, nor p or s and N digits
tx: signers are not ascending: ID
tx: sponsor's signature: not N lowercase hex digits
tx: sponsor: FROM cannot be its own sponsor
tx: there is no branch N: the policy has N, from N on
tx: this chain has no batch (rule allow batch)
tx: this chain has no sponsor (rule allow sponsor)
tx: this is not FROM's policy, but that of pID
tx: to: X is not N lowercase hex digits, nor p or s and N digits
tx: to: pID: this chain has no such accounts (rule allow policy)
tx: to: sID: this chain has no such accounts (rule allow slh-dsa)
tx: unknown operation X
END
}

# What verify alone says of others, as rare rules need more of them.
ask_more() { # FIRST COUNT
    local i
    mkdir more
    "$BIN/.t/mutate" -a -k "$VECTORS/keys" -T $NOW -s "$1" -n "$2" -o more "$VECTORS"/good/* "$VECTORS"/v2/good/*
    for ((i = $1; i < $1 + $2; i++)); do
        verify -v -j1 -T $NOW "more/$i" 2>>more.ve >passed || [ $? -eq 1 ]
    done
    rm -r more
}

@test "every rule refused some of them" {
    : >more.ve
    [ "$MUTANTS" -ne 2600 ] || ask_more $((FIRST_MUTANT + MUTANTS)) 2600
    cat "$W"/out/*.ve more.ve | sed -f "$ROOT/t/lib/rules.sed" | sort | uniq -c | sort -rn >hits
    sed 's/^/# /' hits >&3
    [ "$MUTANTS" -ge 2600 ] && [ "$FIRST_MUTANT" -eq 1 ] || skip 'a rare rule may be missed by other mutants'
    sed 's/^ *[0-9]* //' hits >hit
    every_rule | grep -vxFf hit >missed || true
    agreed missed
}
