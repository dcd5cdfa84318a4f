load lib/common

# Paxos, its rules P1 to P13, and mutants that break each of them. t/lib/paxostest.c says what is tried.

PAXOS=$BIN/.t/paxostest

@test "one value a slot, each proposal once, no stale read, and an end after the faults: random runs" {
    for nodes in 1 2 3 4 5; do
        expect 0 "$PAXOS" random 1 20 $nodes
        grep -Eq '^20 seeds, [1-9][0-9]* slots, 0 broken$' "$out"
    done
}

# bats test_tags=thorough
@test "one value a slot in 1,000 seeds" {
    expect 0 "$PAXOS" random 1001 2000 3
    expect 0 "$PAXOS" random 1001 2000 5
}
