# bats file_tags=thorough
load lib/common
load lib/ledger
load lib/gossip
load lib/network

# Honest bursts: many payments of one account through a mesh of whole nodes, which get them from several peers at a
# time, and so in any order. Each of them must be in each pool in the end.

setup() {
    fresh_folder
    need setsid flock
}

# Nodes 1 to COUNT, each of which knows the first; they learn of each other.
mesh() { # COUNT
    local i
    for i in $(seq "$1"); do
        mkdir "n$i"
        cp ledger "n$i/ledger"
    done
    begin n1 --
    first=$at
    for i in $(seq 2 "$1"); do
        begin "n$i" -- "$first"
    done
    eventually know_each_other "$1"
}

know_each_other() { # COUNT
    [ "$(cat n*/peers | grep -c '^peer ')" -ge $((($1 - 1) * $1)) ]
}

all_pools_have() { # NODES COUNT
    local i
    for i in $(seq "$1"); do
        all_have "n$i" "$2" || return 1
    done
}

# burst NODES COUNT SECONDS [LATE]: with LATE, another node joins when all is over.
burst() {
    payments "$2" burst
    mesh "$1"
    run_apart gossip-send -L ledger -t 300 "$first" <txs
    [ "$status" -eq 0 ] || { cat "$err" && return 1; }
    within "$3" all_pools_have "$1" "$2" || { wc -l n*/pool && return 1; }
    if [ "${4-}" ]; then
        mkdir late
        cp genesis late/ledger
        begin late -- "$first"
        within "$3" all_have late "$2" || { wc -l late/pool && return 1; }
        cmp txs late/pool
        end late
    fi
    for i in $(seq "$1"); do
        cmp txs "n$i/pool"
        end "n$i"
    done
}

all_have() { # NAME COUNT
    [ "$(wc -l <"$1/pool")" -eq "$2" ]
}

@test "20,000 payments of one account are in all pools of a mesh of four, and in that of a node that joins later" {
    burst 4 20000 600 late
}

# BURST=200000 has been run: each payment costs ten nodes' time.
@test "60,000 payments, or BURST, of one account are in all pools of ten nodes" {
    burst 10 "${BURST:-60000}" 1800
}
