# bats file_tags=long
# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/apart
load lib/network

# A network that is attacked at rates that a home connection has, while honest payments go on. Windows with and without
# attacks alternate, so that whatever else the machine does slows both. `make soak` runs it for SOAK_SECONDS, and compares
# the medians of the payments' times; the memory of every program is noted all the while.

MEMORY=100000 # kB that each part of a node may take at most
LOGS=33554432 # bytes of a node's log and log.old
PEERS=1000    # lines of a peers file

setup() {
    PATH=$BIN/.t:$PATH
    fresh_folder
}

teardown() {
    : >enough
    end_nodes
    leave_networks
}

# A chain of forty blocks, and branches from its beginning that weigh less; payments of alice, and worthless ones.
prepare() { # PAYMENTS
    local n
    for n in alice bob mallory; do keygen -s "demo $n" "$n"; done >names 2>/dev/null
    ledger-init -n soak -T 1700000000 -e 0 -t f alice 100000000 mallory 1000000 >ledger
    cp ledger branch
    mined ledger 40 alice | ledger-append -q ledger
    CHAIN=$(chain_id ledger) BOB=$(account bob)
    seq "$1" | sed 's/.*/bob 1 n&/' | paid alice ledger >honest
    ids_of honest >honest.ids
    for n in 1 2 3 4 5; do
        cp branch fork
        seq 200 | sed "s/.*/mallory 1 fork$n&/" | paid mallory fork | mined_with fork 30 "$(account "$(one_of bob mallory)")" >"fork.$n"
        ledger-append -q fork <"fork.$n"
    done
    for n in $(seq 20); do keygen "poor$n"; done >>names
    for n in $(seq 20); do
        seq 0 24 | sed 's/.*/bob 1 nothing&/' | txmake -c "$CHAIN" -s 0 -f "poor$n" -a names | txsign -k "poor$n.key"
    done >unpaid
    # the same keys again and again, at later times; names, of which each was to count as a network of its own
    for ((n = 0; n < 60; n++)); do
        peerbook -a "127.0.0.1:$((1000 + n))" -k "poor$((n % 20 + 1)).key" -c "$CHAIN" -T "$((EPOCHSECONDS - 60 + n))"
    done >again
    for n in $(seq 20); do
        peerbook -a "host$n.example:7000" -k "poor$n.key" -c "$CHAIN" -T "$EPOCHSECONDS"
    done >named
    # addresses that nobody should dial for a stranger
    n=0
    for address in 127.0.0.1:22 169.254.169.254:80 224.0.0.1:7000 255.255.255.255:7000 0.0.0.0:7000 10.0.0.1:7000; do
        peerbook -a "$address" -k "poor$((n += 1)).key" -c "$CHAIN" -T "$EPOCHSECONDS"
    done >places
}

# attack NAME PAUSE OPTION... <SCRIPT: says it to one node after another until the end, but not while there is a file
# `calm`; how often is in NAME.rounds.
attack() {
    local name=$1 pause=$2 n rounds=0
    shift 2
    cat >"$name.script"
    while [ ! -e enough ]; do
        for n in "${NODES[@]}"; do
            until may_attack "$name"; do sleep 0.2; done
            [ ! -e enough ] || { rm -f "$name.pid" && break; }
            inside "$holder" timeout 60 liar -q -c "$CHAIN" -t 50 "$@" "$(cat "$n/where")" <"$name.script" >"$name.out" 2>&1 &
            echo "$!" >"$name.pid"
            wait "$!" || :
            echo $((rounds += 1)) >"$name.rounds"
            rm -f "$name.pid"
            sleep "$pause"
        done
    done
}

# The file NAME.pid is there before `calm` is looked for: no_attack, which looks the other way round, misses none.
may_attack() { # NAME
    : >"$1.pid"
    [ -e calm ] || return 0
    rm -f "$1.pid"
    [ -e enough ]
}

# No attack goes on, or begins, until `calm` is removed.
calm_down() {
    : >calm
    eventually no_attack
}

no_attack() {
    local name
    for name in "${ATTACKS[@]}"; do
        [ ! -s "$name.pid" ] || kill "$(cat "$name.pid")" || :
    done 2>/dev/null
    [ -z "$(find . -maxdepth 1 -name '*.pid')" ]
}

all_began() {
    local name
    for name in "${ATTACKS[@]}"; do
        [ -e "$name.rounds" ] || { echo "$name: never began" && return 1; }
    done >never_began
}

attack_on() { # NAME PAUSE OPTION... <SCRIPT
    attack "$@" 3>&- &
    STARTED+=("$!")
    ATTACKS+=("$1")
}

# All that the network was once brought down by, side by side.
begin_attacks() {
    local n
    ATTACKS=()
    echo '!give again' | attack_on again 1
    { cat <<<'!give named' && echo '!give places'; } | attack_on names 2
    # they announce payments before anybody has them, bring none of them, and now and then something worthless
    for n in 1 2 3 4 5 6 7 8; do
        {
            echo "have $(shuf -n 200 honest.ids | paste -sd ' ')"
            seq "$n" 8 60 | while read -r line; do
                sed -n "${line}p" again >"worthless.$n.$line"
                printf '!give worthless.%s.%s\n!sleep 2000\n' "$n" "$line"
            done
        } | attack_on "delay$n" 0.5
    done
    for n in 1 2 3 4 5; do echo "!give fork.$n"; done | attack_on forks 2
    for n in $(seq 20); do printf '!times 50 have %%r\n!sleep 100\n'; done | attack_on flood 1
    split -l 100 unpaid unpaid.
    for n in unpaid.*; do printf '!give %s\n!sleep 500\n' "$n"; done | attack_on unpaid 1
    attack_on bare 1 -n 100 <<<'!sleep 1000'
    attack_on half 1 -r 20 -e 1 </dev/null
    attack_on rubbish 1 -z -r 3 <<<'!random 100000'
    attack_on pings 1 < <(echo '!times 2000 ping 1' && echo '!sleep 1000')
}

has_paid() { # NAME LINE: whether it is among the last of its pool
    tail -n 40 "$1/pool" | grep -qxF -e "$2"
}

# pay_for SECONDS LEAST NAME: sends honest payments to the first node, at least so many; the milliseconds until each is in
# the last node's pool are added to NAME.
pay_for() {
    local end=$((EPOCHSECONDS + $1)) tx began count=0
    while [ "$count" -lt "$2" ] || [ "$EPOCHSECONDS" -lt "$end" ]; do
        paid=$((paid + 1))
        tx=$(sed -n "${paid}p" honest)
        [ -n "$tx" ] || break
        began=${EPOCHREALTIME/./}
        inside "$holder" gossip-send -c "$CHAIN" -t 120 "$(cat n1/where)" <<<"$tx"
        within 300 has_paid "${NODES[-1]}" "$tx" || return 1
        echo $(((${EPOCHREALTIME/./} - began) / 1000)) >>"$3"
        count=$((count + 1))
        [ "$EPOCHSECONDS" -lt "$look" ] || stays_small || return 1
        sleep 0.3
    done
}

# take_turns SECONDS WINDOW LEAST: payments without attacks and with them, in turn.
take_turns() {
    local end=$((EPOCHSECONDS + $1))
    while [ "$EPOCHSECONDS" -lt "$end" ]; do
        pay_for "$2" "$3" quiet || return 1
        rm -f calm
        pay_for "$2" "$3" attacked || return 1
        calm_down
        echo "$((EPOCHSECONDS - began_at)) $(wc -l <quiet) $(median quiet) $(wc -l <attacked) $(median attacked)" >>windows
    done
}

# What every part of a node takes now: PROGRAM KB. In few processes: a shell that starts very many meets a process id again.
sizes_of() { # NAME
    pgrep -g "$(cat "$1/node.pid")" | sed 's/.*/\/proc\/&\/status/' | xargs cat 2>/dev/null |
        awk '/^Name:/ { name = $2 } /^VmRSS:/ { print name, $2 }'
}

# Whether every part of every node is within its bounds. What each takes now is in `memory`: SECONDS PROGRAM KB.
stays_small() {
    local n
    look=$((EPOCHSECONDS + 10))
    for n in "${NODES[@]}"; do
        sizes_of "$n" >sizes
        sed "s/^/$((EPOCHSECONDS - began_at)) /" sizes >>memory
        [ -n "${SANITIZE-}" ] || awk -v most="$MEMORY" '$2 > most { print; bad = 1 } END { exit bad }' sizes || return 1
        [ "$(cat "$n/log" "$n/log.old" 2>/dev/null | wc -c)" -le "$LOGS" ] || { echo "$n: its log" && return 1; }
        [ "$(wc -l <"$n/peers")" -le "$PEERS" ] || { echo "$n: its peers" && return 1; }
    done
}

# The most that each program took in each quarter of the run, kB: PROGRAM FIRST SECOND THIRD LAST.
memory_by_quarter() {
    awk -v seconds="$((EPOCHSECONDS - began_at + 1))" '
        { q = int($1 * 4 / seconds); if ($3 > most[$2, q]) most[$2, q] = $3; seen[$2] = 1 }
        END { for (p in seen) print p, most[p, 0] + 0, most[p, 1] + 0, most[p, 2] + 0, most[p, 3] + 0 }' memory | sort -k5,5nr
}

# In a run of ten minutes or more: whether no program takes a quarter and 4 MB more in the last quarter than in the second.
has_stopped_growing() {
    [ "${SOAK_SECONDS:-0}" -lt 600 ] || memory_by_quarter | awk '$3 && $5 > 1.25 * $3 + 4096 { print; bad = 1 } END { exit bad }'
}

median() { # FILE
    sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# bats test_tags=soak,thorough
@test "honest payments go on while the network is attacked, and every part of a node stays small" {
    own_network || skip 'no network namespace is to be had'
    seconds=${SOAK_SECONDS:-$(few 16 10)} least=$(few 6 3) paid=0 look=0 began_at=$EPOCHSECONDS
    window=$((seconds >= 600 ? 60 : seconds / 4))
    prepare $((seconds * 3 + 200))
    fleet 3
    for n in "${NODES[@]}"; do
        start "$n" inside "$holder" "$NODE" -l 127.0.0.1:0 "$n" ${first:+"$first"}
        eventually listens_now "$n"
        first=${first:-$(cat n1/where)}
    done
    linked() { [ "$(grep -c ' in - ' "$1/log")" -ge 1 ]; }
    eventually every linked '{}'
    : >calm
    begin_attacks
    began_at=$EPOCHSECONDS
    take_turns "$seconds" "$window" "$least"
    rm -f calm # for those that a busy machine has kept from it
    eventually all_began
    calm_down
    : >enough
    for n in "${NODES[@]}"; do
        kill -0 "$(cat "$n/node.pid")"
        [ "$(ledger-chain -t "$n/ledger" | cut -d ' ' -f 2)" -eq 40 ]
        head -n "$paid" honest >sent
        eventually holds_all "$n" sent
    done
    quiet=$(median quiet) attacked=$(median attacked)
    echo "# median time of a payment to the last pool: $quiet ms quiet, $attacked ms attacked ($(wc -l <quiet) and $(wc -l <attacked) payments)" >&3
    memory_by_quarter | awk '{ print "# most memory in each quarter of the run, kB:", $0 }' >&3
    has_stopped_growing
    [ -z "${SOAK_SECONDS-}" ] || [ "$attacked" -lt $((2 * quiet)) ] || { sort -n attacked | tail -n 5 && return 1; }
}
