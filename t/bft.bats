load lib/common

# Tendermint: its rules T1 to T16 (t/lib/bfttest.c), each with a mutant that breaks it (break=Tn); random runs with liars,
# and netsim.

# bears NODES SEEDS [WORD...]: nothing breaks under all faults, and all is answered after them.
bears() {
    expect 0 timeout 600 netsim -q -m -n "$1" -s "1-$2" -f all -e 'snapshot 30' "${@:3}" tendermint
    [ "$(tail -n 1 "$out")" = "seeds $2 broken 0" ]
}

@test "netsim: all faults, also with members that are run twice, up to a third" {
    bears 1 10
    bears 4 30
    bears 4 30 -W 1
    bears 7 30 -W 2
}

# bats test_tags=thorough
@test "netsim: 1,000 seeds of 4, 7 and 10 members" {
    for nodes in 4 7 10; do
        bears $nodes 1000
        bears $nodes 1000 -W $(((nodes - 1) / 3))
    done
}

@test "netsim: with more than a third run twice, two nodes decide differently" {
    expect 1 timeout 600 netsim -q -m -n 4 -s 1-100 -f all -W 2 -p order tendermint
}
