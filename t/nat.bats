# bats file_tags=slow
# shellcheck disable=SC2154 # $at and $holder come from the helpers
# shellcheck disable=SC2030,SC2031 # bats runs each test in a shell of its own
load lib/common
load lib/ledger
load lib/gossip
load lib/apart
load lib/network

# A node at home: a network of its own behind a router that translates addresses, as node(1) describes it.
#
#     home 10.0.0.2 --- 10.0.0.1 router 11.0.0.1 --- 11.0.0.2 outside

setup() {
    fresh_folder
    grow . && rm -f alice.pub bob.pub
}

teardown() {
    end_nodes
    leave_networks
}

# router RULE...: makes the three networks, with address translation by these rules of nft(8) beside the usual one.
router() {
    local rule
    PATH=$PATH:/usr/sbin:/sbin
    command -v nft >/dev/null || skip 'no address translation: nft (package nftables) is not here'
    own_network || skip 'no network namespace is to be had'
    router=$holder
    beside "$router" && home=$holder
    beside "$router" && outside=$holder
    cable "$home" 10.0.0.2 10.0.0.1 inner
    cable "$outside" 11.0.0.2 11.0.0.1 outer
    inside "$home" ip route add default via 10.0.0.1
    forwards "$router"
    for rule in 'add table ip nat' \
        'add chain ip nat out { type nat hook postrouting priority 100 ; }' \
        'add chain ip nat in { type nat hook prerouting priority -100 ; }' \
        'add rule ip nat out oifname outer masquerade' "$@"; do
        inside "$router" nft "$rule" || skip 'no address translation is to be had'
    done
}

node_in() { # HOLDER NAME [OPTION...] [-- PEER...]
    local holder=$1 name=$2 options=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift || :
    mkdir "$name" && cp ledger names "$name"
    start "$name" inside "$holder" "$NODE" "${options[@]}" "$name" "$@"
    eventually listens_now "$name" || { cat "$name.out" "$name.log" && return 1; }
    at=$(cat "$name/where")
}

is_connected() { # NAME OTHER: whoever dialed
    grep -q " $(cut -d ' ' -f 2 "$2/node.pub") in - " "$1/log"
}

has_got() { # NAME OTHER ID TYPE: over a connection with the other, by gossip
    grep -q " $(cut -d ' ' -f 2 "$2/node.pub") new $3 $4\$" "$1/log"
}

pay() { # SEQ
    txmake -l ledger -a names -f alice -s "$1" bob 25 "coffee $1" | txsign -k alice.key
}

id_of() { # FILE
    head -n 1 "$1" | tr -d '\n' | sha256sum | cut -c 1-64
}

@test "a node that nobody can dial gets payments and blocks over the connection that it dialed, and sends its own" {
    router
    node_in "$outside" there -l 11.0.0.2:0
    node_in "$home" here -l 10.0.0.2:0 -- "$at"
    eventually is_connected there here
    # from outside there is no way in
    inside "$outside" timeout 2 gossip-send -c "$CHAIN" -t 1 "$(cat here/where)" <<<"$(pay 0)" && false
    pay 0 >first
    inside "$outside" gossip-send -c "$CHAIN" -t 300 "$(cat there/where)" <first
    eventually grep -qxFf first here/pool
    eventually has_got here there "$(id_of first)" tx
    pay 1 >second
    inside "$home" gossip-send -c "$CHAIN" -t 300 "$(cat here/where)" <second
    eventually grep -qxFf second there/pool
    eventually has_got there here "$(id_of second)" tx
    txpool -s -l there/ledger there/pool | mine -l there/ledger -m "$BOB" >block
    inside "$outside" gossip-send -c "$CHAIN" -t 300 "$(cat there/where)" <block
    eventually grep -qxFf first here/ledger
    eventually grep -q ' new block ' here.out
    # records pass over one connection, dialed from inside; the other side sees the router's address, also when it is
    # ledger-pull that dials
    with_records() { grep '^peer .* [a-z]*s[a-z]* [^ ]* [^ ]*$' "$1/status"; }
    one_dialed() {
        [ "$(with_records here | wc -l)" -eq 1 ] && [ "$(with_records there | wc -l)" -eq 1 ] &&
            with_records here | grep -q "^peer $(cut -d ' ' -f 2 there/node.pub) $(cat there/where) out " &&
            with_records there | grep -q "^peer $(cut -d ' ' -f 2 here/node.pub) 11\.0\.0\.1:[0-9]* in "
    }
    eventually one_dialed
    refute grep -v ' in - 11\.0\.0\.1:' <(grep " $(cut -d ' ' -f 2 here/node.pub) in - " there/log)
    end here
    end there
}

@test "with a forwarded port and -o, others reach a node at home at the address that its record names" {
    router 'add rule ip nat in iifname outer tcp dport 7001 dnat to 10.0.0.2:7001'
    node_in "$outside" there -l 11.0.0.2:0
    node_in "$home" here -l 10.0.0.2:7001 -o 11.0.0.1:7001 -- "$at"
    announced() { grep -q "^peer $CHAIN $(cut -d ' ' -f 2 here/node.pub) 11\.0\.0\.1:7001 " there/peers; }
    eventually announced
    pay 0 >first
    inside "$outside" gossip-send -c "$CHAIN" -t 300 "$(cut -d ' ' -f 2 here/node.pub)@11.0.0.1:7001" <first
    eventually grep -qxFf first here/pool
    end here
    end there
}
