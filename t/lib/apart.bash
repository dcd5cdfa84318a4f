# Network namespaces of a test's own; load it behind lib/common.

# A network namespace of its own, in which all ports are free, if the machine grants one. Its holder: $holder.
HOLDERS=()
own_network() {
    setsid unshare -rn sleep $((3600 + ${SOAK_SECONDS:-0})) 3>&- &
    holder=$!
    HOLDERS+=("$holder")
    # shellcheck disable=SC2317 # called by name
    has_net() { ! is_running "$holder" || nsenter -t "$holder" -U -n --preserve-credentials ip link set lo up; }
    eventually has_net 2>/dev/null
    is_running "$holder"
}

inside() { # HOLDER COMMAND...
    nsenter -t "$1" -U -n --preserve-credentials "${@:2}"
}

leave_networks() {
    local pid
    for pid in "${HOLDERS[@]}"; do
        kill -KILL -- "-$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
}

# One more, beside that of a holder, which may have cables to it. Its holder: $holder.
beside() { # HOLDER
    setsid nsenter -t "$1" -U -n --preserve-credentials unshare -n sleep 3600 >/dev/null 3>&- &
    holder=$!
    HOLDERS+=("$holder")
    eventually is_apart "$holder" "$1"
}

is_apart() { # HOLDER HOLDER
    [ "$(readlink "/proc/$1/ns/net")" != "$(readlink "/proc/$2/ns/net")" ] && inside "$1" true
}

# A cable between one of these and $router; of its two ends the router's has this name.
cable() { # HOLDER ADDRESS ROUTER'S-ADDRESS NAME
    inside "$router" ip link add "$4" type veth peer name eth netns "$1" || skip 'no veth is to be had'
    inside "$router" ip addr add "$3/24" dev "$4"
    inside "$router" ip link set "$4" up
    inside "$1" ip addr add "$2/24" dev eth
    inside "$1" ip link set eth up
    inside "$1" ip link set lo up
}

forwards() { # HOLDER
    inside "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' || skip 'packets cannot be forwarded here'
}

# star COUNT: so many networks, 10.0.NUMBER.2, and a router that joins them: their holders are $router and
# ${networks[NUMBER]}.
star() {
    local i
    command -v ip >/dev/null || skip 'ip is not here'
    own_network || skip 'no network namespace is to be had'
    router=$holder
    forwards "$router"
    for ((i = 1; i <= $1; i++)); do
        beside "$router"
        networks[i]=$holder
        cable "$holder" "10.0.$i.2" "10.0.$i.1" "port$i"
        inside "$holder" ip route add default via "10.0.$i.1"
    done
}

# Cuts networks off from all others, or joins them again.
links() { # up|down NUMBER...
    local i
    for i in "${@:2}"; do inside "$router" ip link set "port$i" "$1"; done
}
