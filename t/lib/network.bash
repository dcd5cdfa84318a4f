# What the tests of whole nodes share; load it behind lib/common, lib/ledger and lib/gossip.

# Where other programs called node are common, ours is the one beside the others.
NODE=$BIN/node

# A folder that holds a chain: alice has 1000, and there is a block about every second.
grow() { # FOLDER
    mkdir -p "$1"
    keygen -s "demo alice" alice >names 2>/dev/null
    keygen -s "demo bob" bob >>names 2>/dev/null
    ledger-init -n demo -t 00000f -s 1 -e 10 alice 1000 >"$1/ledger"
    CHAIN=$(chain_id "$1/ledger")
    ALICE=$(account alice) BOB=$(account bob)
}

# begin NAME [OPTION...] -- [PEER...]: starts a node in the folder NAME, and waits until it listens, at $at.
begin() {
    local name=$1 options=()
    shift
    while [ "${1-}" != -- ] && [ $# -gt 0 ]; do
        options+=("$1")
        shift
    done
    shift || :
    start "$name" "$NODE" "${options[@]}" "$name" "$@"
    eventually listens_now "$name" || { cat "$name.out" "$name.log" "$name/log" && return 1; }
    at=$(sed -n 's/.* listening on //p' "$name.out")
}

listens_now() { # NAME
    [ -e "$1.out" ] && grep -q ' listening on ' "$1.out"
}

# end NAME: stops the node; it must end well and leave nothing behind.
end() {
    kill -TERM "$(cat "$1/node.pid")"
    ended "$1"
}

ended() { # NAME
    eventually no_process_of "$1" || { cat "$1.log" && tail "$1/log" && return 1; }
    tail -n 1 "$1.out" | grep -q ' stopped$'
    verify -q "$1/ledger"
    [ ! -e "$1/node.pid" ]
}

# The folder's lock is held by every part of its node.
no_process_of() { # NAME
    flock -n "$1/node.key" true
}

# kill_all NAME: all of it at once, without a warning.
kill_all() {
    kill -KILL -- "-$(cat "$1/node.pid")"
    eventually no_process_of "$1"
}

# What no shell watches any more is ended, too.
end_nodes() {
    local file
    end_started
    for file in */node.pid; do
        [ ! -e "$file" ] || no_process_of "${file%/*}" || kill -KILL -- "-$(cat "$file")" 2>/dev/null || :
    done
}

teardown() {
    end_nodes
}

has_line() { # FILE PATTERN
    grep -Eq -- "$2" "$1"
}

same_chain() { # NAME NAME
    [ "$(ledger-chain "$1/ledger" | sha256sum)" = "$(ledger-chain "$2/ledger" | sha256sum)" ]
}

# pay NAME SEQ AMOUNT [SECONDS]: alice pays bob, by way of that node; 0 once it was taken, 1 if it is not in that time.
pay() { # NAME SEQ AMOUNT [SECONDS]
    txmake -c "$CHAIN" -s "$2" -f alice -a names bob "$3" | txsign -k alice.key >"tx.$2"
    gossip-send -c "$CHAIN" -t "${4-300}" "$(cat "$1/where")" <"tx.$2"
}

has_tx() { # NAME SEQ
    grep -qxF "$(cat "tx.$2")" "$1/pool" "$1/ledger"
}

# --- Many of them --------------------------------------------------------------------------------------

# fleet COUNT: sets NODES to n1 n2 ..., each a folder with a copy of the ledger, the names and an empty peers file.
fleet() {
    local n
    NODES=()
    for ((n = 1; n <= $1; n++)); do
        NODES+=("n$n")
        mkdir "n$n"
        cp ledger names "n$n/"
        : >"n$n/peers"
    done
}

# payers COUNT: keys p1 p2 ... in a key file each, and a ledger in which each has 1000, or $GRANT. COUNT of them.
payers() {
    local n grants=()
    : >names
    for ((n = 1; n <= $1; n++)); do
        keygen -s "payer $n" "p$n" >>names 2>/dev/null
        grants+=("p$n" "${GRANT-1000}")
    done
    keygen -s "demo bob" bob >>names 2>/dev/null
    ledger-init -n demo -t 00000f "${@:2}" "${grants[@]}" >ledger
    CHAIN=$(chain_id ledger) BOB=$(account bob)
}

# transactions PAYER FROM TO: its transactions with these sequence numbers, one to bob each.
transactions() {
    seq "$2" "$3" | sed "s/.*/p$1 bob 1 n&/" | txmake -c "$CHAIN" -s "$2" -a names | txsign -k "p$1.key"
}

# Its place among the addresses of a node's peers: hands a random graph to all of NODES, each with FAN-OUT others.
# One of these is the next in a ring, so that everyone can be reached.
random_graph() { # FAN-OUT SEED
    local n
    for n in "${NODES[@]}"; do
        echo "$n $(cat "$n/where")"
    done | awk -v fan="$1" -v seed="$2" '
        { name[NR] = $1; at[NR] = $2 }
        END {
            srand(seed)
            for (i = 1; i <= NR; i++) {
                j = i % NR + 1
                print name[i], at[j]
                for (k = 1; k < fan && k < NR - 1; k++) {
                    do r = int(rand() * NR) + 1; while (r == i || (i, r) in has || r == j)
                    has[i, r] = 1
                    print name[i], at[r]
                }
            }
        }' | while read -r n where; do
        echo "$where" >>"$n/peers"
    done
}

every() { # COMMAND... {}: whether it succeeds for each of NODES, {} being its name
    local n
    for n in "${NODES[@]}"; do
        "${@//\{\}/$n}" || return 1
    done
}

one_of() { # WORD...
    local words=("$@")
    echo "${words[RANDOM % $#]}"
}

chain_sum() { # NAME
    ledger-chain "$1/ledger" | sha256sum
}

all_agree() {
    [ "$(for n in "${NODES[@]}"; do chain_sum "$n"; done | sort -u | wc -l)" -eq 1 ]
}

# Whether all ledgers hold as many blocks. Of branches with equal work each node keeps what it had first, so that their
# tips may still differ.
same_blocks() {
    [ "$(for n in "${NODES[@]}"; do grep -c ^block "$n/ledger"; done | sort -u | wc -l)" -eq 1 ]
}

# decide NAME COMMAND...: one more block on this node's tip, brought to it by way of COMMAND, and all have that tip.
decide() {
    mine -l "$1/ledger" -m "$BOB" </dev/null | "${@:2}" gossip-send -k p1.key -L ledger -t 300 "$(cat "$1/where")"
    eventually all_agree
}

# holds_all NAME FILE: whether every line of FILE waits in the node's pool or is in its best chain.
holds_all() {
    [ "$(sort -u "$1/pool" <(ledger-chain "$1/ledger") | grep -cxFf "$2")" -eq "$(wc -l <"$2")" ]
}

# What nodes use at most of memory (KiB), descriptors and processor time (s), a line a program. For a look at growth.
usage_of_all() {
    local n pid
    for n in "${NODES[@]}"; do
        pgrep -g "$(cat "$n/node.pid" 2>/dev/null)" 2>/dev/null
    done | while read -r pid; do
        echo "$(ps -o comm=,rss=,times= -p "$pid") $(find "/proc/$pid/fd" 2>/dev/null | wc -l)"
    done | awk 'NF == 4 { if ($2 > m[$1]) m[$1] = $2; if ($3 > t[$1]) t[$1] = $3; if ($4 > f[$1]) f[$1] = $4 }
        END { for (p in m) printf "%-14s %7d KiB %4d descriptors %4d s\n", p, m[p], f[p], t[p] }' | sort
}
