load lib/common
load lib/ledger

# seal --break: blocks that break one rule of seals, votes, members or state lines, each refused by the rule that the
# answer names.

setup() {
    fresh_folder
    easy_chain 1000000 2>keygen.err
}

# The keys of the members in the vectors.
vector_keys() {
    keys=()
    for name in member0 member1 member2 member3 member4; do
        keygen -s "test key $name" $name >/dev/null 2>&1
        keys+=(-k "$name.key")
    done
}

# KIND LEDGER: of whose last block, or genesis, it is made. `plain` has no members, and a state line and a transaction in its last block.
kinds() {
    sed 's/$/ bft-all-votes/' <<'END'
seal-signature
seal-form
seal-outsider
seal-time
seal-target
seal-height
vote-signature
vote-chain
vote-outsider
vote-order
vote-twice
vote-many
vote-height
vote-round
vote-step
vote-form
vote-block
vote-few
member-order
member-twice
member-weightless
member-heavy
member-many
member-key
member-form
member-none
member-set
END
    sed 's/$/ finality-link-over-two-checkpoints-justifies-only/' <<'END'
attest-signature
attest-chain
attest-outsider
attest-order
attest-twice
attest-many
attest-height
attest-target
attest-source
attest-late
attest-between
attest-unjustified
member-poor
END
    printf '%s\n' 'seal-turn sign-two-members' 'vote-place sign-two-members' 'attest-place sign-two-members'
    sed 's/$/ plain/' <<'END'
state-missing
state-twice
state-late
state-height
state-root
state-count
state-form
member-undue
seal-signature
seal-time
seal-target
seal-height
END
    echo 'state-undue bft-all-votes'
}

# The ledgers, and what of each comes before its last block (.before).
ledgers() {
    for name in $(kinds | cut -d ' ' -f 2 | sort -u); do
        if [ "$name" = plain ]; then
            # shellcheck disable=SC2094 # a name and a file
            ledger-init -n plain -T 1700000000 -e 0 -t 0f -B 1 alice 1000 >plain
            echo 'bob 5' | paid alice plain | mined_with plain 1 miner | ledger-append -q plain
        else
            cp "$VECTORS/seals/good/$name.ledger" "$name"
        fi
        ledger-chain -l "$name" -n "$(ledger-chain -t -l "$name" | cut -d ' ' -f 2)" >"$name.before"
    done
}

# forged KIND LEDGER [SEED]: the ledger with it is in `bad`, and the message that is to come in `rule`.
forged() {
    seal -B "$1" -A answer -e "${3-7}" "${keys[@]}" -l "$2" </dev/null >block
    read -r line id kind rule <answer
    [ "$kind" = "$1" ]
    [ "$id" = "$(head -n 1 block | id)" ]
    case $1 in
    member-*) cp block bad ;;
    *) cat "$2.before" block >bad && line=$((line + $(wc -l <"$2.before"))) ;;
    esac
}

@test "every kind: verify refuses it at its line, by the rule that the answer names, and nothing before it" {
    vector_keys
    ledgers
    seal -B list | grep -vx body | sort >all
    kinds | cut -d ' ' -f 1 | sort -u | diff all -
    while read -r kind ledger; do
        forged "$kind" "$ledger"
        expect 1 verify bad
        head -n 1 "$err" | grep -Fqx "verify: bad:$line: $rule" || head -n 1 "$err" | grep -Fqx "bad:$line: $rule" ||
            { echo "$kind: $line $rule" && head -n 1 "$err" && false; }
        [[ $kind == member-* ]] || cmp "$out" "$ledger.before"
    done < <(kinds)
    # the same seed, the same block; another, another
    forged vote-signature bft-all-votes 5 && cp block first
    forged vote-signature bft-all-votes 5 && cmp block first
    for seed in 6 7 8 9; do forged vote-signature bft-all-votes $seed && cat block; done >others
    [ "$(grep -c ^block others)" -eq 4 ] && [ "$(sort -u others | grep -c '^block')" -gt 1 ]
}

# bats test_tags=thorough
@test "every kind: the script of verify -x refuses it as well" {
    vector_keys
    ledgers
    while read -r kind ledger; do
        [[ $kind != *-many ]] || continue # a thousand signatures, by openssl
        forged "$kind" "$ledger"
        verify -x bad >script 2>told </dev/null
        ! sh script >said 2>&1 || { echo "$kind: the script accepts it" && false; }
    done < <(kinds | awk '!seen[$1]++')
}

@test "verify -x refuses what is forged" {
    vector_keys
    ledgers
    for kind in 'vote-few bft-all-votes' 'seal-turn sign-two-members' 'state-root plain' 'member-set bft-all-votes'; do
        # shellcheck disable=SC2086 # two words
        forged $kind
        verify -x bad >script 2>told </dev/null
        ! sh script >said 2>&1
    done
    verify -x sign-two-members >script
    sh script >said 2>&1
}

@test "body: transactions that break a rule, in a block that is right otherwise" {
    ledgers
    mined plain 1 miner | ledger-append -q plain
    ledger-chain -l plain -n 2 >plain.before
    printf '%s\n' 'bob 5' 'bob 6' | paid alice plain | sed '2s/ pay \(.*\) 6 / pay \1 999999 /' >txs
    txmake -l plain -f alice bob 2000 | txsign -k alice.key >poor
    seal -B body -A answer -l plain <poor >block
    cat plain.before block >bad
    expect 1 verify -q bad
    head -n 1 "$err" | grep -F "$(cut -d ' ' -f 4- answer)"
    grep -q '^3 [0-9a-f]* body tx: [0-9a-f]* has 99[0-9]*' answer
    seal -B body -A answer -l plain <txs >block
    grep -q ' body tx: bad signature$' answer
    # what breaks no rule is no forgery
    expect 1 seal -B body -l plain </dev/null
    says '^seal: nothing forged: body: it would break no rule$'
    printf 'tx of half a line' >half
    expect 2 seal -B body -l plain <half
}

@test "any: among what can be made of this block with these keys; and what cannot be made says why" {
    vector_keys
    ledgers
    for seed in 1 2 3 4 5 6; do
        forged_any=$(seal -B any -A answer -e $seed "${keys[@]}" -l bft-all-votes </dev/null | wc -l)
        [ "$forged_any" -gt 0 ]
        cut -d ' ' -f 3 answer
    done | sort -u >some
    [ "$(wc -l <some)" -gt 2 ]
    expect 1 seal -B vote-height -l bft-all-votes
    says '^seal: nothing forged: vote-height: the key of one who has signed such a line is needed [(]-k[)]$'
    expect 1 seal -B vote-few -l bft-all-votes
    says '^seal: nothing forged: vote-few: the key of .* is needed, who seals it [(]-k[)]$'
    expect 1 seal -B attest-late "${keys[@]}" -l bft-all-votes
    says '^seal: nothing forged: attest-late: the block has no attest lines$'
    expect 1 seal -B seal-signature -l genesis
    says 'the ledger has only a genesis block'
    expect 2 seal -B nothing -l plain
    says "^seal: -B: 'nothing' is no kind of forgery"
    expect 2 seal -A answer -k member0.key -l plain
    expect 2 seal -e 4 -k member0.key -l plain
    expect 2 seal -B any -W -k member0.key -l plain
    expect 2 seal -l sign-two-members </dev/null
    says '^seal: -k KEY is missing'
    expect 2 seal "${keys[@]}" -l sign-two-members </dev/null
    expect 2 seal -B seal-time -A gone/answer -l plain
    [ ! -s "$out" ]
    expect 2 sh -c 'seal -B seal-time -A /dev/full -l plain'
    expect 2 sh -c 'seal -B seal-time -l plain >/dev/full'
    expect 2 sh -c 'seal -B list >/dev/full'
}
