# bats file_tags=thorough,slow
load lib/common
load lib/dht

# Our DHT nodes among libtorrent's and npm's: each asks the other. (Skipped where these are not: apt install
# python3-libtorrent; npm i bittorrent-dht in the folder that $DHT_NPM names.)

declare -gA dht_pids=()
PYTHON=/usr/bin/python3

teardown() {
    exec 7>&- 8>&-
    dht_stop_all
}

need_libtorrent() {
    "$PYTHON" -c 'import libtorrent' 2>/dev/null || skip 'python3-libtorrent is not here'
}

need_npm() {
    export DHT_NPM=${DHT_NPM-$ROOT/../../npm/dht}
    # not our program of this name
    NODE=$(type -aP node | grep -vxF "$BIN/node" | head -n 1)
    [ -n "$NODE" ] || skip 'node.js is not here'
    [ -e "$DHT_NPM/node_modules/bittorrent-dht" ] || skip "npm's bittorrent-dht is not in \$DHT_NPM"
}

# A node of another program, that takes commands on this descriptor and answers in NAME.answers.
start_peer() { # NAME DESCRIPTOR COMMAND...
    mkfifo "$1.commands"
    timeout -k 5 1800 "${@:3}" <"$1.commands" >"$1.answers" 2>"$1.err" 3>&- 7>&- 8>&- &
    dht_pids["$1"]=$!
    eval "exec $2>$1.commands"
    eventually test -s "$1/where"
}

start_libtorrent() { # ARGUMENT...: on descriptor 7
    start_peer lt 7 "$PYTHON" "$ROOT/t/lib/dhtlibtorrent.py" lt "$@"
}

start_npm() { # ARGUMENT...: on descriptor 8
    start_peer npm 8 "$NODE" "$ROOT/t/lib/dhtnpm.mjs" npm "$@"
}

# The answer to a command, the next line of that file.
answered() { # FILE COUNT PATTERN
    eventually has_lines "$1" "$2"
    sed -n "$2p" "$1" | grep -Eq "$3" || { cat "$1" && return 1; }
}

has_lines() { # FILE COUNT
    [ "$(wc -l <"$1")" -ge "$2" ]
}

finds() { # PATTERN COMMAND...: on stdin, a key
    local key
    key=$(cat)
    eventually finds_now "$key" "$@"
}

finds_now() { # KEY PATTERN COMMAND...
    "${@:3}" <<<"$1" 2>/dev/null | grep -Eq "$2"
}

# Our node a, and one of theirs that began with it: each finds what the other announces and puts.
talk() { # NAME DESCRIPTOR THEIR_PEER [PORT]
    eventually grep -q " $(where "$1")$" a/nodes
    echo "announce $(key_of theirs) ${4-}" >&"$2"
    answered "$1.answers" 1 '^announced'
    echo theirs | finds "^peer .* $3$" dht-lookup "$(where a)"
    echo ours | dht-lookup -a 7010 "$(where "$1")" 2>told
    grep -q 'stored at 2 nodes' told
    echo "peers $(key_of ours)" >&"$2"
    answered "$1.answers" 2 '^peers 127.0.0.1:7010$'
    echo 'put tomato' >&"$2"
    answered "$1.answers" 3 "^put $(key_of 6:tomato)"
    key_of 6:tomato | finds ' - "tomato"$' dht-lookup "$(where a)"
    echo potato | dht-lookup -P "$(where a)" 2>told
    grep -q 'stored at 2 nodes' told
    echo "get $(key_of 6:potato)" >&"$2"
    answered "$1.answers" 4 '^got .*potato'
}

@test "libtorrent: ping, find_node, get_peers, announce_peer, get and put, each way" {
    need_libtorrent
    dht_start a
    start_libtorrent "$(where a)"
    talk lt 7 "$(where lt)"
    keygen -s 'test dht' alice >account 2>/dev/null
    echo carrot | dht-lookup -P -k alice.key -S pepper "$(where lt)" 2>told
    grep -q 'stored at 2 nodes' told
    echo "mutable $(cut -d ' ' -f 2 account) pepper" >&7
    answered lt.answers 5 "seq=1 .*carrot"
    # libtorrent alone: what our client put there
    dht_stop a
    echo "$(cut -d ' ' -f 2 account) pepper" | finds ' 1 "carrot"$' dht-lookup -o items "$(where lt)"
}

@test "libtorrent by IPv6" {
    need_libtorrent
    timeout -k 5 1800 dht-node -l '[::1]:0' a >a.events 3>&- &
    dht_pids[a]=$!
    eventually test -s a/where
    LTHOST=::1 start_libtorrent "$(where a)"
    eventually grep -qF " $(where lt)" a/nodes
    echo ours | dht-lookup -a 7011 "$(where lt)" 2>told
    grep -q 'stored at 2 nodes' told
    echo "announce $(key_of theirs)" >&7
    echo theirs | finds "^peer .* \[::1\]:" dht-lookup "$(where a)"
}

@test "a magnet is found by our nodes alone, and its file comes" {
    need_libtorrent
    dht_start a
    dht_start b "$(where a)"
    mkdir seed got
    head -c 100000 /dev/urandom >seed/file
    echo '{"info": {"length": 100000, "name": "file", "piece length": 131072, "pieces": "0x'"$(sha1sum <seed/file | cut -c 1-40)"'"}}' |
        bencode -r >file.torrent
    key=$(bencode -x info file.torrent | sha1sum | cut -c 1-40)
    start_libtorrent "$(where a)"
    echo "torrent file.torrent seed" >&7
    answered lt.answers 1 "^seeding $key"
    echo "$key" | finds "^peer $key $(where lt)$" dht-lookup "$(where b)"
    echo "magnet $key got" | timeout 600 "$PYTHON" "$ROOT/t/lib/dhtlibtorrent.py" other "$(where b)" | grep -q '^complete$'
    cmp seed/file got/file
}

@test "npm's bittorrent-dht: get_peers, announce_peer, get and put, each way" {
    need_npm
    dht_start a
    start_npm "$(where a)"
    talk npm 8 127.0.0.1:7012 7012
}

@test "a mixed network of ten: announced at any, found at any" {
    need_libtorrent
    need_npm
    dht_start n0
    start_libtorrent "$(where n0)"
    start_npm "$(where n0)"
    for i in 1 2 3 4 5 6 7; do dht_start n$i "$(where n0)"; done
    for i in 1 4 7; do eventually grep -q '^ready ' n$i.events; done
    echo "announce $(key_of theirs) 7014" >&8
    answered npm.answers 1 '^announced'
    for i in n3 n6 lt; do echo theirs | finds '^peer .* 127.0.0.1:7014$' dht-lookup "$(where $i)"; done
    echo ours | dht-lookup -a 7015 "$(where n5)"
    echo "peers $(key_of ours)" >&8
    answered npm.answers 2 '^peers 127.0.0.1:7015$'
    echo "peers $(key_of ours)" >&7
    answered lt.answers 1 '^peers 127.0.0.1:7015$'
}
