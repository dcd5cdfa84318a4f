load lib/common
load lib/dht

# dht-node and dht-lookup: every method as a raw socket sees it, the files, and what ends them.

declare -gA dht_pids=()

teardown() {
    dht_stop_all
}

K=0xaaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d # of "hello"

field() { # NAME: of each answer
    python3 -c 'import json, sys
for line in sys.stdin:
    x = json.loads(line)
    for name in sys.argv[1].split("."):
        x = x.get(name) if isinstance(x, dict) else x[int(name)] if x else None
    print(json.dumps(x, separators=(",", ":")))' "$1"
}

@test "every method, its errors, and who it is that asks" {
    dht_start a
    id=0x$(cat a/id)
    ask_dht a >answers <<END
{"q": "ping"}
{"q": "find_node", "a": {"target": "$K"}}
{"q": "get_peers", "a": {"info_hash": "$K"}}
{"q": "announce_peer", "a": {"info_hash": "$K", "port": 7000, "token": "@TOKEN"}}
{"q": "announce_peer", "a": {"info_hash": "$K", "port": 0, "token": "@TOKEN"}}
{"q": "announce_peer", "a": {"info_hash": "$K", "port": 7000, "token": "wrong"}}
{"q": "announce_peer", "a": {"info_hash": "0x${K:4}aa", "port": 7000, "token": "@TOKEN"}}
{"q": "get_peers", "a": {"info_hash": "$K"}}
{"q": "get_peers"}
{"q": "find_node", "a": {"target": "short"}}
{"q": "dance", "a": {"target": "$K"}}
{"q": "ping", "a": {"id": "abc"}}
{"q": "sample_infohashes", "a": {"target": "$K"}}
END
    field e.0 <answers | xargs | diff - <(echo null null null null 203 203 203 null 203 203 204 203 null)
    [ "$(field r.id <answers | head -n 1)" = "\"$id\"" ]
    [ "$(field r.values <answers | sed -n 8p)" = '["0x7f0000011b58"]' ]
    [ "$(field r.num <answers | tail -n 1)" = 1 ]
    [ "$(field r.samples <answers | tail -n 1)" = "\"$K\"" ]
    field ip <answers | grep -c '^"0x7f000001' | grep -qx 13
    eventually grep -q "^announced ${K#0x} 127.0.0.1:7000$" a.events
}

@test "items: what is put is found; too long, badly signed, of an older seq, or not what was there: refused" {
    dht_start a
    T=0x$(key_of 5:hello)
    ask_dht a >answers <<END
{"q": "get", "a": {"target": "$T"}}
{"q": "put", "a": {"v": "hello", "token": "@TOKEN"}}
{"q": "put", "a": {"v": "other", "token": "@TOKEN"}}
{"q": "get", "a": {"target": "$T"}}
{"q": "put", "a": {"v": "@V998", "token": "@TOKEN"}}
{"q": "get", "a": {"target": "0x$(printf 'w%.0s' {1..32} | sha1sum | cut -c-40)"}}
{"q": "put", "a": {"v": "x", "k": "0x$(printf '77%.0s' {1..32})", "sig": "0x$(printf '11%.0s' {1..64})", "seq": 1, "token": "@TOKEN"}}
{"q": "put", "a": {"v": "x", "k": "0x$(printf '77%.0s' {1..32})", "sig": "0x$(printf '11%.0s' {1..64})", "seq": 1, "salt": "@V65", "token": "@TOKEN"}}
END
    field e.0 <answers | xargs | diff - <(echo null null 203 null 205 null 206 207)
    [ "$(field r.v <answers | sed -n 4p)" = '"hello"' ]
    hello=0x48656c6c6f20576f726c6421
    # the vectors of BEP 44, and ours: key, signature, seq, salt
    tail -n +2 "$VECTORS/dht/bep44.tsv" | grep -v immutable | while IFS=$'\t' read -r _ signed key sig target; do
        salt=$(sed -n 's/^4:salt[0-9]*:\(.*\)3:seq.*/\1/p' <<<"$signed")
        seq=${signed##*seqi} && seq=${seq%%e*}
        echo "{\"q\": \"get\", \"a\": {\"target\": \"0x$target\"}}"
        echo "{\"q\": \"put\", \"a\": {\"k\": \"0x$key\", \"sig\": \"0x$sig\", \"seq\": $seq, ${salt:+\"salt\": \"$salt\", }\"v\": \"${signed##*:}\", \"token\": \"@TOKEN\"}}"
        echo "{\"q\": \"get\", \"a\": {\"target\": \"0x$target\"}}"
        echo "{\"q\": \"get\", \"a\": {\"target\": \"0x$target\", \"seq\": $seq}}"
    done | ask_dht a >answers
    [ "$(field e.0 <answers | sort -u)" = null ]
    [ "$(field r.v <answers | xargs)" = "null null $hello null null null $hello null null null $hello null null null two null" ]
    eventually grep -q ' 2$' a.events
}

@test "a mutable item goes on from what is there, and no older one takes its place" {
    dht_start a
    keygen -s 'test dht' alice >account 2>/dev/null
    [ "$(echo one | dht-lookup -P -k alice.key "$(where a)" 2>/dev/null | cut -d ' ' -f 3-)" = '1 "one"' ]
    [ "$(echo two | dht-lookup -P -k alice.key "$(where a)" 2>/dev/null | cut -d ' ' -f 3-)" = '2 "two"' ]
    for seq in 1 2; do
        expect 1 dht-lookup -P -k alice.key -s $seq "$(where a)" <<<three
        says "not stored; nodes that refused it: 1, with error 302"
    done
    [ "$(echo salted | dht-lookup -P -k alice.key -S pepper -s 7 "$(where a)" 2>/dev/null | cut -d ' ' -f 3-)" = '7 "salted"' ]
    account=$(cut -d ' ' -f 2 account)
    printf '%s\n' "$account" "$account pepper" | dht-lookup -o items "$(where a)" | cut -d ' ' -f 3- | sort | diff - <(printf '%s\n' '2 "two"' '7 "salted"')
    echo '{"b":["0xff"],"a":-1}' | dht-lookup -P -j "$(where a)" 2>/dev/null | grep -q ' - {"a":-1,"b":\["0xff"\]}$'
}

@test "-s below what another node has: that one is told of, and not stored as ours" {
    dht_start a
    keygen -s 'test dht' alice >account 2>/dev/null
    echo high | dht-lookup -P -k alice.key -s 5 "$(where a)" >out 2>said
    dht_start b "$(where a)"
    eventually grep -q " $(where b)$" a/nodes
    [ "$(echo low | dht-lookup -P -k alice.key -s 2 "$(where a)" 2>said | cut -d ' ' -f 3-)" = '2 "low"' ]
    grep -q 'stored at 1 node$' said
    grep -q 'a newer item is there, with seq 5$' said
    eventually test -s b/items
    ! grep -q "$(printf '4:high' | od -An -tx1 | tr -d ' ')" b/items || false
}

@test "a network of six: found through any of them; none of its nodes knows the lookup" {
    dht_start n0
    for i in 1 2 3 4 5; do dht_start n$i "$(where n0)"; done
    for i in 1 2 3 4 5; do eventually grep -q '^ready ' n$i.events; done
    echo song | dht-lookup -a 7001 "$(where n1)" 2>told
    grep -q ': stored at 6 nodes' told
    for i in 0 2 5; do
        [ "$(echo song | dht-lookup "$(where n$i)")" = "peer $(key_of song) 127.0.0.1:7001" ]
    done
    run_apart dht-lookup -v "$(where n3)" <<<song
    says ': hop 1: '
    says ': hop 2: '
    says ': asked 6 nodes, answered 6'
    expect 1 dht-lookup "$(where n4)" <<<'no such song'
    [ ! -s "$out" ]
    says "$(key_of 'no such song'): nothing found; nodes that answered: 6"
    for i in 0 1 2 3 4 5; do dht_stop n$i; done
    # only the six are contacts
    [ "$(cat n?/nodes | cut -d ' ' -f 3 | sort -u | diff - <(sort n?/where) | wc -l)" -eq 0 ]
}

@test "killed at any moment, it comes back with its id, contacts, peers and items" {
    dht_start a
    dht_start b "$(where a)"
    eventually grep -q '^ready ' b.events
    echo song | dht-lookup -a 7002 "$(where b)" 2>/dev/null
    echo item | dht-lookup -P "$(where b)" >put 2>/dev/null
    eventually grep -q "$(key_of song)" b/peers
    eventually grep -q "$(cut -d ' ' -f 2 put)" b/items
    eventually test -s b/nodes
    id=$(cat b/id)
    dht_stop b KILL
    # it knows nobody but from its file, nor the port that it had
    dht_start b
    [ "$(cat b/id)" = "$id" ]
    eventually grep -q '^ready 1$' b.events
    [ "$(echo song | dht-lookup -o peers "$(where b)")" = "peer $(key_of song) 127.0.0.1:7002" ]
    cut -d ' ' -f 2 put | dht-lookup -o items "$(where b)" | cmp - put
    # a file that is cut or altered: the good lines stay
    dht_stop b
    sed -i '1s/peer/pear/' b/peers
    printf 'item %040d 1 2' 1 >>b/items
    dht_start b
    says_of b 'b/peers:1: it does not begin with peer'
    says_of b 'b/items:2: not a whole line'
    cut -d ' ' -f 2 put | dht-lookup -o items "$(where b)" | cmp - put
    dht_stop b
    # an item that was altered is none
    sed -i 's/ 34/ 35/' b/items
    dht_start b
    says_of b 'b/items:1: item: '
}

says_of() { # NAME PATTERN
    grep -q "$2" "$1.err" || { cat "$1.err" && return 1; }
}

@test "on IPv6" {
    timeout -k 5 1800 dht-node -l '[::1]:0' -l 127.0.0.1:0 a >a.events 3>&- &
    dht_pids[a]=$!
    eventually has_begun a
    [ -s a/where ] || skip 'no IPv6 here'
    six=$(grep '^\[' a/where)
    timeout -k 5 1800 dht-node -l '[::1]:0' b "$six" >b.events 3>&- &
    dht_pids[b]=$!
    eventually grep -q '^ready 1$' b.events
    echo song | dht-lookup -a 7003 "$six" 2>told
    grep -q 'stored at 2 nodes' told
    [ "$(echo song | dht-lookup "$(where b)")" = "peer $(key_of song) [::1]:7003" ]
    # the same node by IPv4 has no peer of that family, and gives contacts as they are wanted
    four=$(grep -v '^\[' a/where)
    expect 1 dht-lookup "$four" <<<song
    echo "$four" >a/where
    echo '{"q": "find_node", "a": {"target": "'$K'", "want": ["n4", "n6"]}}' | ask_dht a | field r.nodes6 |
        grep -Eq '^"0x.{40}00000000000000000000000000000001.{4}"$'
}

# bats test_tags=slow
@test "a token is good for one key and one host, and for ten minutes at most (6)" {
    echo 0 >ahead
    AHEAD=$PWD/ahead LD_PRELOAD=$BIN/.t/ahead.so dht_start a
    announce='{"q": "announce_peer", "a": {"info_hash": "'$K'", "port": 7000, "token": "@TOKEN"}}'
    other=${announce/$K/0x$(key_of other)}
    ask_dht a >answers <<END
{"q": "get_peers", "a": {"info_hash": "$K"}}
$announce
again
$announce
$other
from 127.0.0.2
$announce
from 127.0.0.1
write ahead 300
$announce
write ahead 600
$announce
END
    field e.0 <answers | xargs | diff - <(echo null null null 203 203 null 203)
}

@test "who asks with ro is no contact, and who does not is one; dht-lookup asks so, and answers nothing (10)" {
    dht_start a
    ask_dht a >answers <<END
{"q": "ping", "ro": 1}
{"q": "find_node", "a": {"target": "$K"}, "ro": 1}
again
{"q": "find_node", "a": {"target": "0x$(printf '61%.0s' {1..20})", "id": "$K"}, "ro": 1}
{"q": "ping", "a": {"id": "$K"}}
{"q": "ping", "a": {"id": "$K"}}
again
{"q": "find_node", "a": {"target": "$K"}, "ro": 1}
END
    [ "$(field r.nodes <answers | sed -n 3p)" = '""' ]
    field r.nodes <answers | tail -n 1 | grep -q "^\"${K}7f000001....\"\$"
    peer_start p 127.0.0.1 value=7f0000011b58
    [ "$(echo song | dht-lookup -o peers "$(where p)")" = "peer $(key_of song) 127.0.0.1:7000" ]
    # it was pinged after each query, and an answer would be there before ours is
    ask_dht p >answers <<<'{"q": "ping", "ro": 1}'
    [ "$(sort -u p/log | xargs)" = 'find_node ro get_peers ro ping ro' ]
}

@test "tokens by port, replies without nodes, and values of one with another id (7, 11)" {
    peer_start p 127.0.0.1 bare by-port value=7f0000011b58
    peer_start liar 127.0.0.1 other-id value=7f0000011b59
    # what it says first is its id; then it answers with another
    dht_start a "$(where p)"
    eventually grep -q " $(where p)$" a/nodes
    echo song | dht-lookup -a 7003 -o peers "$(where a)" >found 2>told
    grep -q 'stored at 2 nodes' told
    grep -qx "peer $(key_of song) 127.0.0.1:7000" found
    ask_liar
    ! grep -q " $(where liar)$" a/nodes || false
    [ "$(echo song | dht-lookup -o peers "$(where a)" | sort | cut -d : -f 2 | xargs)" = '7000 7003' ]
}

# It asks our node, which pings it, and again once it has seen that ping; so the first is judged by then.
ask_liar() {
    dht_stop liar
    peer_start liar 127.0.0.1 other-id value=7f0000011b59 meet="$(where a)"
    eventually grep -q '^ping' liar/log
    ask_dht a >answers <<<'{"q": "ping"}'
}

@test "what cannot be asked" {
    expect 2 dht-node -l 127.0.0.1 a
    says '127.0.0.1: address: '
    expect 2 dht-node -l 127.0.0.1:0 -l 127.0.0.1:0 a
    says 'a second address of the same family'
    : >file
    expect 2 dht-node -l 127.0.0.1:0 file
    mkdir b
    echo nonsense >b/id
    expect 2 dht-node -l 127.0.0.1:0 b
    says 'b/id: line 1: not an id of 40 digits'
    expect 2 dht-lookup -l 127.0.0.1:0 '[::1]:7' <<<x
    says 'no socket of ours reaches it'
    expect 2 dht-lookup -P -a 1 127.0.0.1:7
    expect 2 dht-lookup -k x 127.0.0.1:7
    expect 2 dht-lookup -S x 127.0.0.1:7
    expect 2 dht-lookup -P -k x -S "$(printf '%065d' 1)" 127.0.0.1:7
    expect 2 dht-lookup -P -k nokey 127.0.0.1:7 <<<x
    dht_start a
    expect 1 dht-lookup -P "$(where a)" <<<"$(printf '%0998d' 1)"
    says 'stdin:1: item: message \(v field\) too big'
    expect 1 dht-lookup -P -j "$(where a)" <<<'{"a":1.5}'
    echo song | dht-lookup -a 7 "$(where a)" 2>/dev/null
    [ ! -e /dev/full ] || { expect 2 sh -c 'echo song | dht-lookup "$(cat a/where)" >/dev/full' && says 'No space'; }
    expect 0 dht-lookup "$(where a)" </dev/null
}

@test "tokens, contacts, impostors, Sybils, votes, amplification, floods, garbage, searches, stores: in virtual time" {
    [ "$(timeout 600 "$BIN/.t/dhttest" | wc -l)" -eq 31 ]
}
