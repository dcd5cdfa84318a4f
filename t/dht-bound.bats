# bats file_tags=thorough,slow
load lib/common
load lib/dht

# Ids that follow from addresses (BEP 42), between addresses of the Internet: in a network namespace, where all are on
# the loopback device.

declare -gA dht_pids=()

setup() {
    fresh_folder
    namespace_start
}

teardown() {
    namespace_stop
    dht_stop_all
}

with_id() { # NAME ID
    mkdir "$1"
    echo "$2" >"$1/id"
}

@test "-b: contacts whose ids do not follow from their addresses are refused" {
    node_at strict 192.0.2.1 -b -i
    # the row of 198.51.100.1 and chance 5 in t/vectors/dht/bep42.tsv, and one that begins so elsewhere
    with_id good 5bc170aabbccddeeff0011223344556677889905
    with_id bad 5bc170ffbbccddeeff0011223344556677889905
    node_at bad 203.0.113.9 -i 192.0.2.1:6881
    node_at good 198.51.100.1 -i 192.0.2.1:6881
    eventually grep -q ' 198.51.100.1:6881$' strict/nodes
    eventually grep -q '^ready ' bad.events
    [ "$(wc -l <strict/nodes)" -eq 1 ]
    # one that does not ask for it has both
    node_at lax 192.0.2.77 -i 198.51.100.1:6881 203.0.113.9:6881
    eventually grep -q ' 203.0.113.9:6881$' lax/nodes
}

@test "four nodes of different networks tell a node its address, and its id follows" {
    with_id self 0000000000000000000000000000000000000001
    for net in 20 30 40; do node_at n$net $net.0.0.1 -i; done
    node_at self 124.31.75.21 20.0.0.1:6881 30.0.0.1:6881 40.0.0.1:6881
    eventually grep -q '^ready ' self.events
    ! grep -q '^renamed' self.events || false
    node_at n50 50.0.0.1 -i 124.31.75.21:6881
    eventually grep -q '^renamed ' self.events
    eventually grep -vq '^00000000000' self/id
    id=$(head -n 1 self/id)
    [ "$(sed -n 's/^renamed //p' self.events)" = "$id" ]
    # a strict node takes it
    node_at strict 192.0.2.1 -b -i 124.31.75.21:6881
    eventually grep -q " $id 124.31.75.21:6881$" strict/nodes
}

@test "one liar, or one network of them, does not change the id of a node (12)" {
    with_id self 0000000000000000000000000000000000000001
    node_at self 124.31.75.21
    for net in 1 2 3 4 5 6; do # all of 20/8 say that it is 198.51.100.99
        peer_at liar$net 20.0.$net.1 told=c63364631ae1 meet=124.31.75.21:6881
    done
    for net in 30 40 50; do node_at n$net $net.0.0.1 -i 124.31.75.21:6881; done
    for i in liar1 liar6 n30 n40 n50; do eventually grep -q " $(cat $i/where)$" self/nodes; done
    ! grep -q '^renamed' self.events || false
    # a fourth network that tells the truth does
    node_at n60 60.0.0.1 -i 124.31.75.21:6881
    eventually grep -q '^renamed ' self.events
    eventually grep -vq '^00000000000' self/id
    node_at strict 192.0.2.1 -b -i 124.31.75.21:6881
    eventually grep -q " $(head -n 1 self/id) 124.31.75.21:6881$" strict/nodes
}
