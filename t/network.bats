# bats file_tags=long
# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
# shellcheck disable=SC2030,SC2031 # bats runs each test in a shell of its own
load lib/common
load lib/ledger
load lib/gossip
load lib/apart
load lib/network

# Networks of many nodes: what must be true of all of them together. `make soak` runs the last two, and soak.bats, for longer, on more
# nodes: SOAK_SECONDS and SOAK_NODES.

setup() {
    fresh_folder
    RANDOM=${SEED:=$(($(date +%N | sed "s,^0*,,") % 32768))}
    echo "SEED=$SEED"
}

teardown() {
    local pid
    end_nodes
    for pid in "${LEAN[@]}"; do
        kill -KILL -- "-$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    leave_networks
}

LEAN=()
# Only the pipeline, without what node(1) does around it.
lean() { # NAME
    (
        cd "$1" && exec 3>&- && keygen node >/dev/null
        setsid "${net[@]}" bash -c '
            gossip-listen -v -l 127.0.0.1:0 -w where -k node.key -L ledger 2>>log | verify -u -l ledger 2>>errors |
                ledger-append -p ledger 2>>errors | txpool -u -l ledger pool 2>>errors |
                gossip-send -z -k node.key -L ledger -f 4 -t 300 peers 2>>errors' </dev/null &
        echo $! >group
    )
    LEAN+=("$(cat "$1/group")")
}

news() { # NAME TYPE: how many records of this type it has printed, and how many of them for the first time
    awk -v type="$2" '$3 == "new" && $5 == type { n++; if (!seen[$4]++) u++ } END { print n + 0, u + 0 }' "$1/log"
}

has_news() { # NAME TYPE COUNT
    [ "$(news "$1" "$2")" = "$3 $3" ]
}

bytes_on_loopback() {
    "${net[@]}" awk '/lo:/ { sub(/.*:/, ""); print $1 }' /proc/net/dev
}

@test "200 transactions reach every node, once; blocks mined at once end on one tip" {
    count=$(few 30 8) per=$(few 20 5)
    net=(env)
    own_network && net=(nsenter -t "$holder" -U -n --preserve-credentials)
    payers 10 -e 0 -t f
    fleet "$count"
    for n in "${NODES[@]}"; do lean "$n"; done
    eventually every test -s '{}/where'
    random_graph 4 "$SEED"
    # until all have dialed their peers
    connected() { [ "$(grep -c ' in - ' "$1/log")" -ge 1 ]; }
    eventually every connected '{}'
    sent=$(bytes_on_loopback)
    for ((p = 1; p <= 10; p++)); do transactions "$p" 0 $((per - 1)); done | shuf >all
    while read -r line; do echo "$line" >>"tx.$(one_of "${NODES[@]}")"; done <all
    for n in "${NODES[@]}"; do
        [ ! -e "tx.$n" ] || "${net[@]}" gossip-send -k p1.key -L ledger -t 300 "$(cat "$n/where")" <"tx.$n" 3>&- &
    done
    eventually every has_news '{}' tx $((10 * per))
    eventually every holds_all '{}' all
    sent=$(($(bytes_on_loopback) - sent))
    gossip-plot -t n*/log >table
    awk -v nodes="$count" 'NR > 1 && ($4 != nodes || $7 == "-") { print; bad = 1 } END { exit bad }' table
    sed 1d table | sort -k5,5n | awk -F '\t' -v bytes="$sent" -v nodes="$count" '
        { median[NR] = $5; if ($7 > worst) worst = $7 }
        END { printf "# %d nodes, %d transactions: median %.0f ms, worst to reach all %.0f ms, %d bytes a node\n",
            nodes, NR, median[int((NR + 1) / 2)], worst, bytes / nodes }' >&3
    # blocks at several nodes at once: each on what it knows
    for round in 1 2 3; do
        for n in "${NODES[@]:0:4}"; do
            txpool -s -l "$n/ledger" "$n/pool" | mine -l "$n/ledger" -m "$BOB" |
                "${net[@]}" gossip-send -k p1.key -L ledger -t 300 "$(cat "$n/where")" 3>&- &
            mines[round * 4 + ${n#n}]=$!
        done
        wait "${mines[@]:$((round * 4))}"
    done
    eventually same_blocks
    [ "$(grep -c ^block n1/ledger)" -gt 3 ]
    decide n5 "${net[@]}"
    eventually same_blocks
    # every transaction is in that chain once
    ledger-chain n1/ledger | grep '^tx ' | sort | diff - <(sort all)
    verify -q n1/ledger "n$count/ledger"
}

@test "two halves that both mined agree when they meet, and no transaction is lost or made twice" {
    own_network || skip 'no network namespace is to be had'
    east=$holder
    setsid nsenter -t "$east" -U -n --preserve-credentials unshare -n sleep 3600 3>&- &
    west=$!
    HOLDERS+=("$west")
    apart() { [ "$(readlink "/proc/$west/ns/net")" != "$(readlink "/proc/$east/ns/net")" ] && inside "$west" true; }
    eventually apart
    inside "$east" ip link add v0 type veth peer name v1 netns "$west" || skip 'no veth is to be had'
    [ "$(readlink "/proc/$west/ns/net")" != "$(readlink /proc/self/ns/net)" ]
    inside "$east" ip addr add 10.9.0.1/24 dev v0
    inside "$west" ip addr add 10.9.0.2/24 dev v1
    inside "$west" ip link set lo up
    inside "$west" ip link set v1 up
    inside "$east" ip link set v0 up
    payers 2 -s 1 -e 10
    half=$(few 3 1)
    fleet $((2 * half))
    for n in "${NODES[@]}"; do
        [ "${n#n}" -le "$half" ] && home=$east ip=10.9.0.1 || home=$west ip=10.9.0.2
        mine=()
        [ $((${n#n} % half)) -ne 0 ] || mine=(-m node)
        start "$n" inside "$home" "$NODE" -l "$ip:0" ${mine[@]+"${mine[@]}"} "$n" ${first:+"$first"}
        eventually listens_now "$n"
        first=${first:-$(cat n1/where)}
    done
    known() { [ "$(grep -c '^peer ' "$1/peers")" -eq $((2 * half)) ]; }
    eventually every known '{}'
    inside "$east" ip link set v0 down
    # each half has its own payments
    transactions 1 0 4 >east.txs
    transactions 2 0 4 >west.txs
    inside "$east" gossip-send -L ledger -t 300 "$(cat n1/where)" <east.txs
    inside "$west" gossip-send -L ledger -t 300 "$(cat "n$((2 * half))/where")" <west.txs
    mined_in() { [ "$(ledger-chain "$1/ledger" | grep -cxFf "$2")" -eq 5 ]; }
    eventually mined_in n1 east.txs
    eventually mined_in "n$((2 * half))" west.txs
    refute mined_in n1 west.txs
    refute mined_in "n$((2 * half))" east.txs
    reorgs() { cat n*/log | grep -c '^ledger-append: reorg: ' || :; }
    before=$(reorgs)
    inside "$east" ip link set v0 up
    cat east.txs west.txs >both.txs
    mined_both() { [ "$(ledger-chain "$1/ledger" | grep -cxFf both.txs)" -eq 10 ]; }
    eventually every mined_both '{}'
    # a ledger shows its new best chain a moment before the log says that it changed
    more_reorgs() { [ "$(reorgs)" -gt "$before" ]; }
    eventually more_reorgs
    # with no more miners at work all end on the same tip
    for n in "n$half" "n$((2 * half))"; do
        kill -TERM "$(cat "$n/node.pid")"
        eventually no_process_of "$n"
        [ "$n" = "n$half" ] && home=$east || home=$west
        start "$n" inside "$home" "$NODE" "$n"
        eventually listens_now "$n"
    done
    # a side branch whose miner has ended need not reach everyone
    has_tip_of_n1() { grep -qxF "$(ledger-chain -t n1/ledger)" "$1/ledger"; }
    eventually every has_tip_of_n1 '{}'
    decide n1 inside "$east"
    ledger-chain n1/ledger | grep -xFf both.txs | sort | diff - <(sort both.txs)
    every verify -q '{}/ledger'
}

# --- Nodes that come and go -----------------------------------------------------------------------------

# up NAME: starts it, at another port if its own has been taken meanwhile.
up() {
    local options=("${options[@]}")
    [ "$1" != "${miner-}" ] || options+=(-m node)
    start "$1" "$NODE" "${options[@]}" "$1" ${first:+"$first"}
    eventually up_or_over "$1" "$pid"
    listens_now "$1" && return
    grep -q 'Address already in use' "$1.log"
    start "$1" "$NODE" "${options[@]}" -l 127.0.0.1:0 "$1" ${first:+"$first"}
    eventually listens_now "$1"
}

up_or_over() { # NAME PID
    listens_now "$1" || is_over "$2"
}

# Pays continuously, through any node that is up; acknowledged payments go to acknowledged.N. A transaction is sent
# again until some node has taken it, since its successors wait for it.
pay_on() { # PAYER
    local seq=0 n patience
    while [ ! -e enough ]; do
        patience=2
        transactions "$1" "$seq" "$seq" >"next.$1"
        until n=$(one_of "${NODES[@]}") && gossip-send -c "$CHAIN" -t $patience "$(cat "$n/where")" <"next.$1" 2>/dev/null; do
            [ ! -e enough ] || return 0
            patience=$((patience + 1)) # on a busy machine two seconds may never do
        done
        cat "next.$1" >>"acknowledged.$1"
        seq=$((seq + 1))
        sleep 0.05
    done
}

report() { # WORDS
    [ -z "${SOAK_SECONDS-}" ] || { echo "# $1:" && usage_of_all | sed 's/^/#   /'; } >&3
}

# bats test_tags=soak,thorough
@test "half of all nodes killed again and again: nothing that was acknowledged is lost" {
    count=${SOAK_NODES:-$(few 6 3)}
    GRANT=1000000 payers 3 -s 1 -e 10 # enough for hours
    fleet "$count"
    first='' miner=n1
    options=(-f 4)
    for n in "${NODES[@]}"; do
        up "$n"
        first=${first:-$(cat n1/where)}
    done
    first=''
    for p in 1 2 3; do
        pay_on "$p" 3>&- &
        STARTED+=("$!")
        paying[p]=$!
    done
    report 'at the start'
    kills=0
    end=$((EPOCHSECONDS + ${SOAK_SECONDS:-$(few 12 8)}))
    while [ "$EPOCHSECONDS" -lt "$end" ] || [ "$(cat acknowledged.? 2>/dev/null | wc -l)" -le "$(few 20 5)" ]; do
        mapfile -t victims < <(printf '%s\n' "${NODES[@]}" | shuf -n $((count / 2)))
        for n in "${victims[@]}"; do
            kill_all "$n"
            kills=$((kills + 1))
        done
        for n in "${victims[@]}"; do
            [ ! -e "$n/node.pid" ] || no_process_of "$n"
            up "$n"
        done
        # at a time that nobody chose
        sleep "0.$((RANDOM % 10))"
    done
    : >enough
    for p in 1 2 3; do eventually is_over "${paying[p]}"; done
    report 'at the end'
    cat acknowledged.? >acknowledged
    eventually every holds_all '{}' acknowledged
    echo "# $kills nodes killed, $(wc -l <acknowledged) transactions acknowledged, none lost" >&3
}

knows() { # NAME OTHER: the other's address, where it is now
    [ "$1" = "$2" ] ||
        grep -q "^peer $CHAIN $(cut -d ' ' -f 2 "$2/node.pub") $(cat "$2/where") " "$1/peers"
}

knows_all() { # NAME
    local n
    for n in "${NODES[@]}"; do knows "$1" "$n" || return 1; done
}

# Whether half of the others know where it is.
is_known() { # NAME
    local n knowing=0
    for n in "${NODES[@]}"; do ! knows "$n" "$1" || knowing=$((knowing + 1)); done
    [ "$knowing" -gt $((${#NODES[@]} / 2)) ]
}

# bats test_tags=soak,thorough
@test "nodes that join and leave all the time, at new addresses, find each other again" {
    count=${SOAK_NODES:-$(few 6 3)}
    payers 1 -s 1 -e 10
    fleet "$count"
    options=(-l 127.0.0.1:0)
    up n1
    first=$(cat n1/where)
    for n in "${NODES[@]:1}"; do up "$n"; done
    eventually every knows_all '{}'
    first=''
    report 'at the start'
    comings=0
    moves=()
    end=$((EPOCHSECONDS + ${SOAK_SECONDS:-$(few 12 8)}))
    while [ "$EPOCHSECONDS" -lt "$end" ]; do
        n=$(one_of "${NODES[@]}")
        if [ $((RANDOM % 2)) -eq 0 ]; then
            kill_all "$n"
        else
            kill -TERM "$(cat "$n/node.pid")"
            eventually no_process_of "$n"
        fi
        # a key's ninth record within minutes is ignored
        [ $((moves[${n#n}] += 1)) -le 7 ] || options=()
        up "$n"
        options=(-l 127.0.0.1:0)
        # were all to move before any had heard of it, nobody could find anybody
        eventually is_known "$n"
        comings=$((comings + 1))
    done
    report 'at the end'
    eventually every knows_all '{}'
    transactions 1 0 0 >tx
    gossip-send -c "$CHAIN" -t 300 "$(cat "n$count/where")" <tx
    eventually every holds_all '{}' tx
    echo "# $comings comings at new addresses, all found again" >&3
}
