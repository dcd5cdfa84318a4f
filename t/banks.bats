# bats file_tags=slow
# shellcheck disable=SC2154 # $leader, $holder and $router come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/apart
load lib/network
load lib/mesh

# mesh(1), "five banks and one order": each has a member, whose order of payments goes into its pool.

teardown() {
    end_members
    leave_networks
}

# Five banks, each with a key, 1000 in the ledger's first block, and a pool.
banks() {
    local i grants=()
    : >names
    for i in 1 2 3 4 5; do
        keygen "n$i" >>names
        grants+=("n$i" 1000)
    done
    ledger-init -n banks -T 1700000000 -e 0 -t f -a names "${grants[@]}" >ledger
    CHAIN=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    MESH_OPTIONS=()
}

# bank NUMBER [COMMAND...]: its member and its pool, the member by way of that command.
bank() {
    local i=$1
    shift
    [ -p "in$i" ] || mkfifo "in$i" "order$i"
    rm -f "pool$i"
    txpool -l ledger "pool$i" <"order$i" >/dev/null 2>"pooltold$i" 3>&- &
    "$@" mesh -v -k "n$i.key" members -- raft -d "log$i" "${MESH_SETTINGS[@]}" <>"in$i" >"order$i" 2>>"told$i" 3>&- &
    MESH_PID[i]=$!
    eventually grep -q '^mesh: listening on ' "told$i"
}

pay() { # PAYER SEQUENCE PAYEE AMOUNT
    txmake -c "$CHAIN" -s "$2" -f "$1" -a names "$3" "$4" | txsign -k "$1.key"
}

pools_have() { # COUNT NUMBER...
    local i
    for i in "${@:2}"; do
        [ -e "pool$i" ] && [ "$(wc -l <"pool$i")" -eq "$1" ] || return 1
    done
}

# These pools hold the same, in the same order.
pools_agree() { # NUMBER...
    local i
    for i; do cmp "pool$1" "pool$i" || return; done
}

@test "five banks: one order, though two payments exclude each other and the leader is killed" {
    banks
    members 5
    for i in 1 2 3 4 5; do bank $i; done
    eventually find_leader
    for i in 1 2 3 4 5; do pay n$i 0 n$((i % 5 + 1)) $i >in$i; done
    eventually pools_have 5 1 2 3 4 5
    pools_agree 1 2 3 4 5
    # one sequence number, spent twice: whichever comes first in the one order
    pay n1 1 n2 700 >in2
    pay n1 1 n3 800 >in3
    eventually pools_have 6 1 2 3 4 5
    killed=$leader
    kill_member "$killed"
    next=$((killed % 5 + 1)) stays=()
    for i in 1 2 3 4 5; do [ $i -eq "$killed" ] || stays+=("$i"); done
    for i in "${stays[@]}"; do pay "n$i" $((i == 1 ? 2 : 1)) "n$killed" 1 >"in$i"; done
    eventually pools_have 10 "${stays[@]}"
    pools_agree "${stays[@]}"
    for i in "${stays[@]}"; do grep -q 'tx: ' "pooltold$i"; done
    bank "$killed"
    eventually pools_have 10 "$killed"
    pools_agree "$next" "$killed"
}

# Five networks, n1's 10.9.1.2 to n5's 10.9.5.2, with a router between them: MESH_HOLDER.
apart() {
    local i
    PATH=$PATH:/usr/sbin:/sbin
    own_network || skip 'no network namespace is to be had'
    router=$holder
    for i in 1 2 3 4 5; do
        setsid nsenter -t "$router" -U -n --preserve-credentials unshare -n sleep 3600 >/dev/null 3>&- &
        MESH_HOLDER[i]=$!
        HOLDERS+=($!)
        eventually is_apart "$i"
        inside "$router" ip link add "bank$i" type veth peer name eth netns "${MESH_HOLDER[i]}" || skip 'no veth is to be had'
        inside "$router" ip addr add "10.9.$i.1/24" dev "bank$i"
        inside "$router" ip link set "bank$i" up
        inside "${MESH_HOLDER[i]}" ip addr add "10.9.$i.2/24" dev eth
        inside "${MESH_HOLDER[i]}" ip link set eth up
        inside "${MESH_HOLDER[i]}" ip route add default via "10.9.$i.1"
    done
    inside "$router" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' || skip 'packets cannot be forwarded here'
    for i in 1 2 3 4 5; do echo "10.9.$i.2:7000 $(cut -d ' ' -f 2 n$i.pub) n$i"; done >members
}

is_apart() { # NUMBER
    [ "$(readlink "/proc/${MESH_HOLDER[$1]}/ns/net")" != "$(readlink "/proc/$router/ns/net")" ] && inside "${MESH_HOLDER[$1]}" true
}

@test "five banks in networks of their own: the three that the leader is cut off from go on; then all have one pool" {
    banks
    apart
    for i in 1 2 3 4 5; do bank $i nsenter -t "${MESH_HOLDER[i]}" -U -n --preserve-credentials; done
    eventually find_leader
    cut=("$leader" $((leader % 5 + 1))) goes=()
    for i in 1 2 3 4 5; do [[ " ${cut[*]} " = *" $i "* ]] || goes+=("$i"); done
    for i in "${cut[@]}"; do inside "$router" ip link set "bank$i" down; done
    for i in "${goes[@]}"; do pay "n$i" 0 n1 "$i" >"in$i"; done
    pay "n${cut[0]}" 0 "n${goes[0]}" 9 >"in${cut[0]}"
    eventually pools_have 3 "${goes[@]}"
    pools_agree "${goes[@]}"
    for i in "${cut[@]}"; do inside "$router" ip link set "bank$i" up; done
    eventually pools_have 4 1 2 3 4 5
    pools_agree 1 2 3 4 5
}
