# bats file_tags=slow
# shellcheck disable=SC2154 # $leader comes from the helpers
load lib/common
load lib/mesh
load lib/members
load lib/apart

# A ledger ordered by Raft: the leader seals, all append what is committed (rule apart 1).

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    MESH_OPTIONS=()
}

teardown() {
    end_members
    leave_networks
    # shellcheck disable=SC2046 # words
    kill $(jobs -p) 2>/dev/null || :
}

# Member NUMBER with its ledger: what is committed goes to ledger-append, which passes on what is no block.
node() { # NUMBER
    local i=$1
    [ -p "out$i" ] || mkfifo "out$i"
    ledger-append -opq "ledger$i" <"out$i" >>"passed$i" 2>>"refused$i" 3>&- &
    begin "$i"
}

height_of() { # NUMBER
    ledger-chain -t "ledger$1" | cut -d ' ' -f 2
}

all_have() { # HEIGHT NUMBER...
    local i
    for i in "${@:2}"; do [ "$(height_of "$i")" -ge "$1" ] || return 1; done
}

# Waits until the ledger of a new leader has all that was committed before: a record of its own comes after that.
barrier() { # NUMBER
    give "$1" "note $EPOCHREALTIME"
    eventually has_note "$1"
}

has_note() { # NUMBER
    [ "$(grep -c ^note "passed$1" || :)" -ge 1 ]
}

# A block of the pool's transactions by the leader, which all others of these have after it.
block_by() { # NUMBER OTHER...
    local next=$(($(height_of "$1") + 1))
    txpool -s -l "ledger$1" pool | seal -o -k "n$1.key" "ledger$1" >"in$1"
    eventually all_have "$next" "$@"
}

pay() { # NUMBER: so many payments go into the pool
    seq "$1" | sed 's/^/bob /' | txmake -l "ledger$leader" -f alice | txsign -k alice.key | txpool -l "ledger$leader" pool >/dev/null
}

@test "five members order a ledger by Raft; the leader is killed; no fork, and nothing that anyone had is lost" {
    keygen -s 'demo bob' bob >names
    members 5
    sign_chain 1 'n1 n2 n3 n4 n5' -p 1 >genesis
    for i in 1 2 3 4 5; do
        cp genesis "ledger$i"
        node $i
    done
    eventually find_leader
    all=(1 2 3 4 5)
    for round in 1 2; do
        others=()
        for i in "${all[@]}"; do [ "$i" = "$leader" ] || others+=("$i"); done
        pay 3
        block_by "$leader" "${others[@]}"
    done
    # a block on its way when the leader dies: all of the others come to have it, or none
    pay 2
    first=$leader
    txpool -s -l "ledger$first" pool | seal -o -k "n$first.key" "ledger$first" >"in$first"
    kill_member "$first"
    eventually other_leads "$first"
    barrier "$leader"
    others=()
    for i in "${all[@]}"; do [ "$i" = "$leader" ] || [ "$i" = "$first" ] || others+=("$i"); done
    cat "ledger${others[0]}" >had
    pay 4
    block_by "$leader" "${others[@]}"
    # the one that was killed comes back, and has all
    node "$first"
    eventually all_have "$(height_of "$leader")" "$first"
    others+=("$first")
    pay 1
    block_by "$leader" "${others[@]}"
    for i in "${all[@]}"; do cmp "ledger$leader" "ledger$i"; done
    head -c "$(wc -c <had)" ledger1 | cmp - had
    # no fork: as many blocks as heights
    [ "$(grep -c '^block ' ledger1)" -eq $(($(height_of 1) + 1)) ]
    verify -q ledger1
    # payments 1, 2, 3 twice, 1 to 4, and 1; and 1, 2 if the block on its way came through
    ledger-balance -l ledger1 bob | grep -Eq ' (23|26) 0$'
}

@test "a leader that is cut off seals, and nobody has its block; after the heal all have the block of those who could agree" {
    for i in 1 2 3 4 5; do keygen -s "demo n$i" "n$i" >>names 2>/dev/null; done
    keygen -s 'demo alice' alice >>names 2>/dev/null
    keygen -s 'demo bob' bob >>names 2>/dev/null
    star 5
    for i in 1 2 3 4 5; do echo "10.0.$i.2:7000 $(cut -d ' ' -f 2 "n$i.pub") n$i"; done >members
    sign_chain 1 'n1 n2 n3 n4 n5' -p 1 >genesis
    for i in 1 2 3 4 5; do
        cp genesis "ledger$i"
        MESH_INSIDE=(inside "${networks[i]}")
        node $i
    done
    eventually find_leader
    others=()
    for i in 1 2 3 4 5; do [ "$i" = "$leader" ] || others+=("$i"); done
    pay 3
    block_by "$leader" "${others[@]}"
    # the leader and one more on one side, three on the other
    first=$leader few=("$leader" "${others[0]}") most=("${others[@]:1}")
    links down "${few[@]}"
    pay 2
    txpool -s -l "ledger$first" pool | seal -o -k "n$first.key" "ledger$first" >"in$first"
    led_by_most() { other_leads "$first" && [[ " ${most[*]} " == *" $leader "* ]]; }
    eventually led_by_most
    barrier "$leader"
    rest=()
    for i in "${most[@]}"; do [ "$i" = "$leader" ] || rest+=("$i"); done
    pay 4
    block_by "$leader" "${rest[@]}"
    # on the lesser side nothing has been agreed on
    for i in "${few[@]}"; do [ "$(height_of "$i")" -eq 1 ]; done
    links up "${few[@]}"
    eventually all_have 2 "${few[@]}"
    pay 1
    block_by "$leader" "${rest[@]}" "${few[@]}"
    for i in 1 2 3 4 5; do cmp "ledger$leader" "ledger$i"; done
    # no fork: as many blocks as heights
    [ "$(grep -c '^block ' ledger1)" -eq $(($(height_of 1) + 1)) ]
    verify -q ledger1
}
