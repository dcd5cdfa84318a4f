# shellcheck shell=bash
# The theme `bft', sourced by t/bench/run: members on this machine who agree on blocks over gossip (validator(1)), beside
# etcd's commits by one client. The blocks are of the past, so nobody waits for the clock: what counts is the agreement.

bft_group=()

# The pipeline of a member's node, without what node(1) does around it.
bft_member() { # NUMBER
    # shellcheck disable=SC2016 # for the other shell
    setsid bash -c '
        cd "n$1" && mkfifo loop || exit
        gossip -T vote -T proposal -l 127.0.0.1:0 -w where -k "../m$1.key" -L ledger peers <loop 2>>errors |
            verify -u -l ledger 2>>errors | validator -e -v -w 3000 -k "../m$1.key" -l ledger -p pool 2> >(
                while read -r line; do echo "$EPOCHREALTIME $line"; done >>told
            ) | ledger-append -p ledger 2>>errors | txpool -u -l ledger pool >loop 2>>errors' bash "$1" &
    bft_group[$1]=$!
    started="$started -$!"
    until [ -s "n$1/where" ]; do sleep 0.05; done
}

# Members in folders n1 n2 ..., with so many payments in their pools, of blocks with at most so many bytes.
bft_begin() { # COUNT PAYMENTS MAXBLOCK
    local i j chain
    for ((i = 1; i <= $1; i++)); do keygen "m$i" >/dev/null 2>&1; done
    keygen -s 'bench alice' alice >/dev/null 2>&1
    for ((i = 1; i <= $1; i++)); do cat "m$i.pub"; done >member-keys
    ledger-init -S bft -M member-keys -s 1 -b "$3" -T 1700000000 alice 1000000000 >genesis
    chain=$(head -n 1 genesis | tr -d '\n' | sha256sum | cut -d ' ' -f 1)
    seq "$2" | sed 's/.*/alice 1/' | txmake -c "$chain" -f alice -s 0 | txsign -k alice.key >pool
    for ((i = 1; i <= $1; i++)); do
        mkdir "n$i" && cp genesis "n$i/ledger" && cp pool "n$i/pool"
        for ((j = 1; j < i; j++)); do cat "n$j/where"; done >"n$i/peers"
        bft_member "$i"
    done
}

bft_end() {
    local group
    for group in "${bft_group[@]}"; do
        kill -KILL -- "-$group" || :
        wait "$group" || :
    done 2>/dev/null
    bft_group=()
}

bft_height() { sed -n 's/.* validator: decided \([0-9]*\) .*/\1/p' n1/told 2>/dev/null | tail -n 1 | grep . || echo 0; }

# So many blocks are decided, after the first few. Prints: blocks a second, milliseconds from a block's round to its decision and
# from its decision to the next (when its ledger has it as final), medians; payments a block.
bft_measure() { # BLOCKS
    local try
    for ((try = 0; try < 3000; try++)); do
        [ "$(bft_height)" -lt $((3 + $1)) ] || break
        sleep 0.1
    done
    awk -v last=$((3 + $1)) '
        $3 == "round" && !($4 in began) { began[$4] = $1 }
        $3 == "decided" && !($4 in done) { done[$4] = $1 }
        END {
            for (h = 4; h <= last; h++) {
                print "agreed", (done[h] - began[h]) * 1000
                print "final", (done[h] - began[h - 1]) * 1000
            }
            print "rate", (last - 3) / (done[last] - done[3])
        }' n1/told >measured
    echo "$(sed -n 's/^rate //p' measured) $(sed -n 's/^agreed //p' measured | median_of) $(sed -n 's/^final //p' measured | median_of)" \
        "$(awk -v last=$((3 + $1)) '$1 == "block" { h = $2 } $1 == "tx" && h > 3 && h <= last { n++ } END { print n / (last - 3) }' n1/ledger)"
}

bft_run() { # MEMBERS PAYMENTS BLOCKS MAXBLOCK
    local folder
    folder=$(mktemp -d "$work/bft.XXXXXX")
    cd "$folder" || exit
    bft_begin "$1" "$2" "$4"
    bft_measure "$3" >"$work/bft.$1.$2"
    bft_end
    cd "$work" || exit
    rm -rf "$folder"
}

bft_theme() {
    local n round
    etcd_start etcd
    put_request >put.bin
    etcd_run 1 100 >/dev/null
    for n in 4 7 10; do
        for ((round = 1; round <= rounds; round++)); do
            etcd_run 1 300 >>etcd.1
            bft_run "$n" 0 40 1000000
            cat "bft.$n.0" >>"idle.$n"
            bft_run "$n" 16000 10 343000
            cat "bft.$n.16000" >>"full.$n"
        done
    done
    head_of 'Members who agree on blocks' 'it' etcd
    of() { cut -d ' ' -f "$2" "$1" | median_of; }
    for n in 4 7 10; do
        row "$n members, empty blocks: a second" "$(of "idle.$n" 1)" "$(of etcd.1 1)"
        row '... from the round to the decision, ms' "$(of "idle.$n" 2)" "$(sum "$(of etcd.1 2) / 1000")"
        row '... until the next block has the votes, ms' "$(of "idle.$n" 3)" -
        row "$n members, $(of "full.$n" 4) payments a block: a second" "$(of "full.$n" 1)" "$(of etcd.1 1)"
        row '... payments a second' "$(sum "$(of "full.$n" 1) * $(of "full.$n" 4)")" "$(of etcd.1 1)"
        row '... from the round to the decision, ms' "$(of "full.$n" 2)" "$(sum "$(of etcd.1 2) / 1000")"
        row '... until the next block has the votes, ms' "$(of "full.$n" 3)" -
    done
}
