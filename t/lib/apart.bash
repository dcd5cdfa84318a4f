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
