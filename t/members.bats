load lib/common
load lib/ledger

# Chains whose members come and go: random ledgers as an independent reading tells them, and attacks by changing sets.

MEMBERS=$ROOT/t/lib/memberledgers.py

# What is told of ledgers, and what was said of them: agree if a broken one is refused within its last block, and all others have
# the same tip, state, supply, final block and rivals.
agree() { # SAID FOUND
    sed 's/^\([0-9a-z-]*\) line \([0-9]*\): .*/\1 bad \2/' "$2" >found
    awk 'NR == FNR { found[$1] = $0; next }
        { split(found[$1], is, " "); same = $2 == "bad" ? is[2] == "bad" && is[3] >= $3 && is[3] <= $4 : found[$1] == $0 }
        !same { print $0 "\nbut: " found[$1]; bad = 1 }
        END { exit bad || FNR == 0 }' found "$1"
}

random_ledgers() { # FIRST COUNT
    mkdir made
    python3 -B "$MEMBERS" "$1" "$2" made
    "$BIN"/.t/sealtest tips made/*.ledger >told
    agree made/said told
    [ "$(grep -c ' bad ' made/said)" -gt "$(($2 / 20))" ] # there are of both
}

@test "random ledgers of chains with members: every block, state, final block and fork as an independent reading has them" {
    need python3
    random_ledgers 1000 40
}

# bats test_tags=thorough
@test "the same of a thousand" {
    need python3
    random_ledgers 10001 1000
}

@test "two readings that differ are told apart" {
    printf '1 3 tip root 2 10 0 0\n2 bad 5 8\n' >said
    agree said <(printf '1 3 tip root 2 10 0 0\n2 line 7: words\n') # a line of its last block
    refute agree said <(printf '1 3 tip root 2 10 1 0\n2 line 7: words\n')
    refute agree said <(printf '1 3 tip root 2 10 0 0\n2 line 9: words\n')
    refute agree said <(printf '1 3 tip root 2 10 0 0\n2 3 tip root 2 10 0 0\n')
    refute agree said <(printf '1 3 tip root 2 10 0 0\n')
}

@test "each block in a process of its own: sets, stakes and wishes come back from the index" {
    need python3
    mkdir made
    python3 -B "$MEMBERS" 1010 9 made
    for n in 1010 1018; do
        rm -f led* block.*
        awk '/^block /{ n++ } { print > sprintf("block.%03d", n) }' "made/$n.ledger"
        for block in block.*; do
            expect 0 ledger-append led <"$block"
        done
        cmp led "made/$n.ledger"
    done
}

@test "the sets after earlier blocks are what they were, whatever is kept, undone and done again" {
    for seed in 1 2 3 4 5 6 7 8; do
        expect 0 "$BIN/.t/memberstest" history "$seed"
    done
}

@test "of those who have staked enough, the thousand with the most are members, of equals the lower accounts" {
    expect 0 "$BIN/.t/memberstest" stakes
    [ "$(cat "$out")" = stakes ]
    for able in 900 1500 5000; do expect 0 "$BIN/.t/memberstest" crowd "$able" 20; done
}

@test "a flood of tiny stakes makes no member, and no election looks at them" {
    expect 0 "$BIN/.t/memberstest" flood 20000
    [ "$(cat "$out")" = '2 of 20002' ]
}

@test "the history of whoever staked ends with the balance, also where stakes return in a block that has no transactions" {
    for name in unbonding-entry-until-it-returns unbonding-returns-before-the-transactions slash-one-block-before-it-returns; do
        cp "$VECTORS/seals/good/$name.ledger" ledger
        who=$(sed -n 's/^tx [0-9a-f]* \([0-9a-f]*\) [0-9]* [0-9]* \(un\)\{0,1\}stake .*/\1/p; s/^member \([0-9a-f]*\) .*/\1/p' ledger | tail -n 1)
        ledger-history -l ledger "$who" >events
        [ "$(tail -n 1 events | awk '{ print $(NF - 1) }')" = "$(ledger-balance -l ledger "$who" | cut -d ' ' -f 3)" ]
        rm -f ledger ledger.index*
    done
}
