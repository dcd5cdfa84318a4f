# shellcheck shell=bash
# The theme `dht', sourced by t/bench/run: a DHT node beside those of libtorrent and Transmission, in turn; and what lookups,
# a million stored peers and bencode cost. What is not installed has no figures.

dht_python=/usr/bin/python3
dht_lib=$(dirname "$operations")/../lib

# Nanoseconds of a processor that a process has used.
dht_cpu() { # PID
    cat /proc/"$1"/task/*/schedstat | awk '{ ns += $1 } END { printf "%.0f", ns }'
}

# Queries that it answers in a second of a processor.
dht_rate() { # PID HOST:PORT METHOD [COMMAND...]
    local before answers
    before=$(dht_cpu "$1")
    answers=$("${@:4}" dhtload "$2" "$3" 2 | cut -d ' ' -f 2)
    sum "$answers * 2 * 1e9 / ($(dht_cpu "$1") - $before)"
}

# Each is started in a folder: its address is in FOLDER/where, its process in $dht_pid.
dht_ours() { # FOLDER [PEER...]
    dht-node -r 0 -l 127.0.0.1:0 "$@" >"$1.events" &
    dht_pid=$!
    started+=" $dht_pid"
    once "$1/where" >where
}

dht_libtorrent() { # FOLDER
    mkfifo "$1.commands"
    "$dht_python" "$dht_lib/dhtlibtorrent.py" "$1" <"$1.commands" >/dev/null 2>beside.said &
    dht_pid=$!
    started+=" $dht_pid"
    exec 7>"$1.commands"
    once "$1/where" >where
}

# In a network namespace, as it takes no nodes of loopback addresses.
dht_transmission() {
    mkdir -p config
    echo '{"bind-address-ipv4": "30.0.0.1", "peer-port": 51413, "lpd-enabled": false, "port-forwarding-enabled": false,
        "rpc-bind-address": "127.0.0.1"}' >config/settings.json
    unshare -n sh -c 'ip link set lo up && ip addr add 30.0.0.1/32 dev lo && ip addr add 40.0.0.1/32 dev lo &&
        ip route add default dev lo src 40.0.0.1 && exec transmission-daemon -f -g config' >beside.said 2>&1 &
    dht_pid=$!
    started+=" $dht_pid"
}

dht_has_libtorrent() { "$dht_python" -c 'import libtorrent' 2>/dev/null; }
dht_has_transmission() { command -v transmission-daemon >/dev/null && unshare -n true 2>/dev/null; }

dht_answers() { # waits until it does
    local try
    for ((try = 0; try < 200; try++)); do
        [ "$("$@" 2>/dev/null | cut -d ' ' -f 2)" -le 0 ] 2>/dev/null || return 0
    done
}

# A file of so many peers, of 16 keys each.
dht_peers_file() { # COUNT FILE
    awk -v n="$1" -v now="$(date +%s)" 'BEGIN {
        srand(7)
        for (i = 0; i < n; i++) {
            if (i % 16 == 0) key = sprintf("%08x%08x%08x%08x%08x", rand() * 4e9, rand() * 4e9, i, rand() * 4e9, 7)
            printf "peer %s %d.%d.%d.%d:%d %d\n", key, 11 + rand() * 180, rand() * 256, rand() * 256, 1 + rand() * 254, 1024 + rand() * 60000, now
        }
    }' >"$2"
}

dht_queries() {
    local method ours lt=- tr=- ours_pid lt_pid=0 tr_pid=0 ours_at lt_at round
    dht_ours ours
    ours_pid=$dht_pid ours_at=$(cat where)
    if dht_has_libtorrent; then
        dht_libtorrent lt
        lt_pid=$dht_pid lt_at=$(cat where)
    fi
    if dht_has_transmission; then
        dht_transmission
        tr_pid=$dht_pid
        dht_answers nsenter -t "$tr_pid" -n dhtload 30.0.0.1:51413 ping 0.2
    fi
    head_of 'Queries answered in a second of one core' it libtorrent
    for method in ping find_node get_peers; do
        : >ours.rates && : >lt.rates && : >tr.rates
        for ((round = 0; round < 3; round++)); do
            dht_rate "$ours_pid" "$ours_at" $method >>ours.rates && echo >>ours.rates
            [ $lt_pid = 0 ] || { dht_rate "$lt_pid" "$lt_at" $method >>lt.rates && echo >>lt.rates; }
            [ $tr_pid = 0 ] || { dht_rate "$tr_pid" 30.0.0.1:51413 $method nsenter -t "$tr_pid" -n >>tr.rates && echo >>tr.rates; }
        done
        ours=$(median_of <ours.rates)
        [ $lt_pid = 0 ] || lt=$(median_of <lt.rates)
        [ $tr_pid = 0 ] || tr=$(median_of <tr.rates)
        row "$method" "$ours" "$lt" '>= 1'
        [ $tr_pid = 0 ] || row "$method, beside Transmission (limit: 100 a second)" "$ours" "$tr" '>= 1'
    done
    [ $lt_pid = 0 ] || exec 7>&-
    end_started
}

dht_lookups() {
    local i first begun
    dht_ours n0
    first=$(cat where)
    for i in {1..19}; do dht_ours "n$i" "$first"; done
    until grep -q ready n19.events && grep -q ready n10.events; do sleep 0.05; done
    echo song | dht-lookup -a 7000 "$first" 2>/dev/null
    for ((i = 0; i < 21; i++)); do
        begun=$(date +%s%N)
        echo song | dht-lookup -o peers "$(cat "n$((i % 19 + 1))/where")" >/dev/null
        sum "($(date +%s%N) - $begun) / 1e6" >>lookups && echo >>lookups
    done
    head_of 'A lookup among 20 nodes on loopback' ms -
    row 'from the start of the program to its end' "$(median_of <lookups)" -
    end_started
}

dht_memory() {
    local empty
    dht_ours empty
    empty=$(awk '/VmRSS/ { print $2 }' /proc/$dht_pid/status)
    mkdir full
    dht_peers_file 1000000 full/peers
    dht_ours full
    head_of 'A million stored peers' it -
    row 'memory: MB more than an empty node' "$(sum "($(awk '/VmRSS/ { print $2 }' /proc/$dht_pid/status) - $empty) / 1000")" -
    row 'seconds of a processor until it listens' "$(sum "$(dht_cpu $dht_pid) / 1e9")" 1 '<= 1'
    end_started
}

dht_bencode() {
    awk 'BEGIN {
        printf "l"
        for (i = 0; i < 200000; i++) printf "d2:idi%de4:name12:a file %05d6:piecesl20:aaaaaaaaaaaaaaaaaaaa20:bbbbbbbbbbbbbbbbbbbbee", i, i % 100000
        printf "e"
    }' >large.bencode
    bencode large.bencode >large.json
    begin
    command copy large.bencode copied cat
    command there large.bencode json bencode
    command back large.json back bencode -r
    in_turn "$rounds"
    cmp back large.bencode
    head_of "bencode, $(($(wc -c <large.bencode) / 1000000)) MB: milliseconds of a processor" it 'a copy'
    spent() { sum "$(answer "$1" cpu) / 1000"; }
    row 'to JSON' "$(spent there)" "$(spent copy)"
    row 'and back' "$(spent back)" "$(spent copy)"
}

dht_theme() {
    dht_queries
    dht_lookups
    dht_memory
    dht_bencode
}
