load lib/common
load lib/ledger

# Every rule about members and seals has a bad case: a ledger that breaks it, and nothing else.

CASES=$ROOT/t/lib/badmembers.py

# The files that know these rules.
KNOWING="src/seal/sign.c src/seal/bft.c src/seal/by_members.c src/state/accuse.c src/state/accused.c src/state/admit.c
    src/state/stake.c src/state/stakes.c src/state/attests.c src/state/members.c src/state/unbonding.c src/state/wishes.c
    src/chain/tree_votes.c src/chain/tree_attests.c src/record/member.c src/record/evidence.c src/record/vote.c
    src/record/proposal.c src/record/attest.c"

# Those that no ledger can break, as another comes before it: of a header whose parent is not there.
without_a_ledger() {
    echo 'orphan 1 block: miner is no Ed25519 key, and so no member'
}

@test "the bad cases that the vectors have not: refused at their line, for their reason, and by an independent reading" {
    need python3
    mkdir made
    python3 -B "$CASES" made | sort >cases
    "$BIN"/.t/sealtest faults made/*.ledger | sort >found
    diff cases found
    [ "$(wc -l <cases)" -ge 16 ]
}

@test "every rule has a bad case" {
    need python3
    mkdir made
    { python3 -B "$CASES" made && without_a_ledger && cat "$VECTORS/seals/faults"; } >known
    cd "$ROOT"
    # shellcheck disable=SC2086 # words
    python3 -B t/lib/rulecases.py "$OLDPWD/known" $KNOWING
    # genesis's are in one file with those of other chains, which have cases elsewhere
    python3 -B t/lib/rulecases.py <(cat "$OLDPWD/known" && sed -n 's/^    //p' "$VECTORS/v2/rules") src/record/rules.c >"$OLDPWD/missing" || :
    [ "$(grep -vc 'this chain has no such accounts\|: grant: ' "$OLDPWD/missing")" -eq 0 ]
}

@test "a rule without a case is found, and so is a case that is taken away" {
    need python3
    printf 'int f(void) { return fault_rule(f, "vote: a rule of " "%%s", x); }\n' >new.c
    printf 'x 1 vote: a rule of 7\n' >known
    python3 -B "$ROOT/t/lib/rulecases.py" known new.c
    printf 'x 1 vote: another rule of 7\n' >known
    refute python3 -B "$ROOT/t/lib/rulecases.py" known new.c
    grep -v 'keys do not ascend' "$VECTORS/seals/faults" >known
    refute python3 -B "$ROOT/t/lib/rulecases.py" known "$ROOT/src/chain/tree_votes.c" >missing
    grep -q 'no case: vote: keys do not ascend$' missing
}

@test "a header whose parent is not there, by a miner that can be no member" {
    ledger-append -q ledger <"$VECTORS/seals/good/sign-two-members.ledger"
    headers ledger | tail -n 1 | awk '{ $3 = substr($3, 2) "0"; $7 = "p" $7; $8 = 0; $4 = "'"$(id </dev/null)"'" } 1' >orphan
    expect 1 verify -l ledger orphan
    says '^orphan:1: block: miner is no Ed25519 key, and so no member$'
}
