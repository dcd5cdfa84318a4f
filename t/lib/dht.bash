# Nodes of a DHT for tests: dht_start NAME [ARGUMENT...] runs one in the folder NAME, with events in NAME.events.

dht_start() { # NAME ARGUMENT...
    local name=$1
    rm -f "$name/where"
    timeout -k 5 1800 dht-node -l 127.0.0.1:0 "$name" "${@:2}" >"$name.events" 2>"$name.err" 3>&- &
    dht_pids["$name"]=$!
    eventually has_begun "$name"
    [ -s "$name/where" ] || { cat "$name.err" && return 1; }
}

# It says where it is, or has ended.
has_begun() { # NAME
    [ -s "$1/where" ] || ! kill -0 "${dht_pids[$1]}" 2>/dev/null
}

# A node in Python, with the quirks that the words name: see t/lib/dhtpeer.py.
peer_start() { # NAME HOST WORD...
    timeout -k 5 1800 python3 "$ROOT/t/lib/dhtpeer.py" "$@" 2>"$1.err" 3>&- &
    dht_pids["$1"]=$!
    eventually has_begun "$1"
    [ -s "$1/where" ] || { cat "$1.err" && return 1; }
}

dht_stop() { # NAME [SIGNAL]
    local pid=${dht_pids[$1]}
    # timeout(1) passes other signals on, but not KILL
    if [ "${2-TERM}" = KILL ]; then pkill -KILL -P "$pid" dht-node; else kill "-${2-TERM}" "$pid"; fi
    wait "$pid" || dht_status=$?
    unset "dht_pids[$1]"
}

dht_stop_all() {
    local name
    for name in "${!dht_pids[@]}"; do
        kill "${dht_pids[$name]}" 2>/dev/null || :
    done
    wait
}

where() { # NAME
    cat "$1/where"
}

# The key of a text.
key_of() { # TEXT
    printf %s "$1" | sha1sum | cut -c 1-40
}

# Asks a node, with messages written in JSON, one a line, and prints the answers so. @ID in them is an id of ours, and
# @TOKEN the last token that came.
ask_dht() { # NAME
    python3 "$ROOT/t/lib/dhtask.py" "$(where "$1")"
}

# --- Addresses of the Internet: a network namespace, in which all are on the loopback device -----------------------------

namespace_start() {
    unshare -n ip link set lo up 2>/dev/null || skip 'no network namespace is to be had'
    unshare -n sleep 600 3>&- &
    holder=$!
    eventually is_apart
    within_namespace ip link set lo up
}

namespace_stop() {
    kill "$holder" 2>/dev/null || :
}

is_apart() {
    [ "$(readlink "/proc/$holder/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

within_namespace() {
    nsenter -t "$holder" -n "$@"
}

peer_at() { # NAME ADDRESS WORD...
    within_namespace ip addr add "$2/32" dev lo
    nsenter -t "$holder" -n timeout -k 5 600 python3 "$ROOT/t/lib/dhtpeer.py" "$@" 2>"$1.err" 3>&- &
    dht_pids["$1"]=$!
    eventually test -s "$1/where"
}

node_at() { # NAME ADDRESS ARGUMENT...
    within_namespace ip addr add "$2/32" dev lo
    nsenter -t "$holder" -n timeout -k 5 600 dht-node -l "$2:6881" "$1" "${@:3}" >"$1.events" 2>"$1.err" 3>&- &
    dht_pids["$1"]=$!
    eventually test -s "$1/where"
}
