# bats file_tags=slow
# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/network
load lib/consortium

# validator: members of a chain with `rule seal bft` agree on blocks, as nodes on loopback.

@test "four members: payments become final; one is killed, another stopped, and both come back" {
    consortium 4
    sit n1 n2 n3 n4
    pay n1 0 10
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 0; done
    # killed without a warning: the others go on
    kill_all n4
    pay n2 1 20
    for name in n1 n2 n3; do eventually final_in "$name" 1; done
    # a second one is stopped, and the first one is back
    freeze n3
    sit n4
    grows n1 n2 n4
    pay n4 2 30
    for name in n1 n2 n4; do eventually final_in "$name" 2; done
    thaw n3
    grows n1 n2 n3 n4
    eventually final_in n3 2
    never_two
    never_twice
    for name in "${MEMBERS[@]}"; do end "$name"; done
    never_two
}
