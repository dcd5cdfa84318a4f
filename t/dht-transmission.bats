# bats file_tags=thorough,slow
load lib/common
load lib/dht

# Our DHT nodes and Transmission's (jech/dht), in a network namespace, as that one takes no loopback addresses for nodes.
# (Skipped where it is not: apt install transmission-daemon transmission-cli.)

declare -gA dht_pids=()

setup() {
    fresh_folder
    for name in transmission-daemon transmission-remote; do
        command -v $name >/dev/null || skip "$name is not here"
    done
    namespace_start
    start_transmission
}

teardown() {
    namespace_stop
    dht_stop_all
}

start_transmission() {
    mkdir config seed
    cat >config/settings.json <<END
{"bind-address-ipv4": "30.0.0.1", "peer-port": 51413, "dht-enabled": true, "lpd-enabled": false, "utp-enabled": false,
"port-forwarding-enabled": false, "rpc-bind-address": "127.0.0.1", "rpc-port": 9091, "rpc-whitelist-enabled": false,
"download-dir": "$PWD/seed"}
END
    within_namespace ip addr add 30.0.0.1/32 dev lo
    within_namespace ip addr add 40.0.0.1/32 dev lo
    within_namespace ip route add default dev lo
    nsenter -t "$holder" -n timeout -k 5 600 transmission-daemon -f -g config >transmission.log 2>&1 3>&- &
    dht_pids[transmission]=$!
    eventually remote -si
}

remote() {
    within_namespace transmission-remote 127.0.0.1:9091 "$@" >/dev/null 2>&1
}

lookup() {
    within_namespace timeout 300 dht-lookup -l 40.0.0.1:0 "$@"
}

# Transmission draws the moment at which it announces within 20 seconds of a torrent's start. If it knows too few good nodes
# then, it is started again; each time with twice the time to do so, as on a slow machine it starts late.
announces() {
    grep -qh "^announced $key $theirs$" n*.events && return
    [ $((SECONDS - started)) -ge "$patience" ] || return 1
    started=$SECONDS patience=$((2 * patience))
    remote -t all --stop
    remote -t all --start
    return 1
}

# Nodes first: it takes whoever looks something up for a node, too, and then has no place for others.
@test "Transmission: ping, find_node, get_peers and announce_peer, each way" {
    theirs=30.0.0.1:51413
    for i in {1..10}; do node_at "n$i" "20.$i.0.1" -i "$theirs"; done
    for i in {1..10}; do eventually grep -qs " $theirs$" "n$i/nodes"; done
    # it announces at ours what it seeds
    head -c 100000 /dev/urandom >seed/file
    echo '{"info": {"length": 100000, "name": "file", "piece length": 131072, "pieces": "0x'"$(sha1sum <seed/file | cut -c 1-40)"'"}}' |
        bencode -r >file.torrent
    key=$(bencode -x info file.torrent | sha1sum | cut -c 1-40)
    remote -a file.torrent
    started=$SECONDS patience=25
    eventually announces
    at=$(grep -l "^announced $key $theirs$" n*.events | head -n 1)
    [ "$(echo "$key" | lookup -o peers "$(where "${at%.events}")")" = "peer $key $theirs" ]
    # it tells of ours, and stores what is near its id; ours store what it cannot
    echo ours | lookup -v -a 7001 "$theirs" >found 2>told
    grep -q ': hop 2: 20\.' told
    id=$(sed -n "s/.* $theirs //p" told)
    echo "$id" | lookup -a 7002 "$theirs" 2>told
    grep -q 'stored at 8 nodes' told
    echo item | lookup -P "$theirs" 20.1.0.1:6881 2>told
    grep -q ': stored at' told
    # it alone: its tokens are good for one port, and it knows no items
    for i in {1..10}; do dht_stop "n$i"; done
    [ "$(echo "$id" | lookup -o peers "$theirs")" = "peer $id 40.0.0.1:7002" ]
    ! echo item | lookup -P "$theirs" 2>told || false
    grep -q 'nodes that answered: 0' told
}
