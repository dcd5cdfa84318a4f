# bats file_tags=slow
# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/apart
load lib/network
load lib/bftchain
load lib/consortium

# validator: members of a chain with `rule seal bft` agree on blocks, as nodes on loopback.

# Whether these members have prevoted in one round, and said nothing since.
waits_for_others() { # MEMBER...
    local name
    [ "$(for name; do tail -n 1 "$name.key.history"; done | cut -d ' ' -f 2-4 | sort -u | grep -c prevote)" -eq 1 ]
}

@test "four members: payments become final; one is killed, another stopped, and both come back" {
    consortium 4
    sit n1 n2 n3 n4
    pay n1 0 10
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 0; done
    # killed without a warning: the others go on
    kill_all n4
    pay n2 1 20
    for name in n1 n2 n3; do eventually final_in "$name" 1; done
    # a second one is stopped: two of four are no quorum, and the chain stands still
    freeze n3
    pay n1 2 30
    eventually waits_for_others m1 m2
    ! final_in n1 2 || false
    sit n4
    for name in n1 n2 n4; do eventually final_in "$name" 2; done
    thaw n3
    grows n1 n2 n3 n4
    eventually final_in n3 2
    never_two
    never_twice
    for name in "${MEMBERS[@]}"; do end "$name"; done
    never_two
}

teardown() {
    end_nodes
    leave_networks
}

# give SEQ AMOUNT: alice pays bob, by way of the first node, in its network.
give() {
    txmake -c "$CHAIN" -s "$1" -f alice -a names bob "$2" | txsign -k alice.key >"tx.$1"
    inside "${networks[1]}" gossip-send -c "$CHAIN" -t 300 "$(cat n1/where)" <"tx.$1"
}

# bats test_tags=thorough
@test "four members in networks of their own: one is cut off, a second one, and both are joined again" {
    local i peer=''
    consortium 4
    star 4
    for i in 1 2 3 4; do
        # shellcheck disable=SC2086 # nothing, or a peer
        start "n$i" inside "${networks[i]}" "$NODE" -v "m$i.key" -l "10.0.$i.2:0" "n$i" $peer
        eventually listens_now "n$i"
        peer=${peer:-$(cat n1/where)}
    done
    give 0 10
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 0; done
    links down 4
    give 1 20
    for name in n1 n2 n3; do eventually final_in "$name" 1; done
    ! final_in n4 1 || false
    # two of four, and one, and one: nothing is decided
    links down 3
    give 2 30
    eventually waits_for_others m1 m2
    for name in "${MEMBERS[@]}"; do ! final_in "$name" 2 || false; done
    links up 3 4
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 2; done
    grows "${MEMBERS[@]}"
    never_two
    never_twice
}

# wish NAME MEMBER WEIGHT: the member in that folder wants another to have this weight.
wish() {
    txmake -l "$1/ledger" -p "$1/pool" -a names -f "m${1#n}" -m "$2" "$3" | txsign -k "m${1#n}.key" |
        gossip-send -c "$CHAIN" -t 300 "$(cat "$1/where")"
}

# seals NAME MEMBER: whether this member has sealed a final block.
seals() {
    ledger-chain -f "$1/ledger" | grep '^block' | cut -d ' ' -f 7 | grep -qx "$(account "$2")"
}

has_money() { # NAME MEMBER
    ledger-balance -l "$1/ledger" -a names "$2" | awk '$3 > 2 { found = 1 } END { exit !found }'
}

# bats test_tags=thorough
@test "a running network admits a member, who from then on proposes and votes; and another one leaves" {
    consortium 3 -A admit
    keygen -s 'member 4' m4 >>names 2>/dev/null
    cp names n1
    mkdir n4 && cp ledger names n4
    sit n1 n2 n3 n4
    for name in n1 n2 n3; do eventually has_money "$name" "m${name#n}"; done
    for name in n1 n2 n3; do wish "$name" m4 1; done
    eventually seals n1 m4
    eventually grep -q "^vote [^ ]* [^ ]* [^ ]* precommit [^ ]* $(account m4) " n3/ledger
    # four of four agree that the first one leaves: it follows, and signs no more
    for name in n1 n2 n3 n4; do eventually has_money "$name" "m${name#n}"; done
    set=$(ledger-chain -t n2/ledger | cut -d ' ' -f 6)
    for name in n2 n3 n4; do wish "$name" m1 0; done
    # shellcheck disable=SC2317 # called by name
    has_left() { [ "$(ledger-chain -t n2/ledger | cut -d ' ' -f 6)" != "$set" ]; }
    eventually has_left
    left=$(height n2)
    eventually is_high n2 $((left + 4))
    ledger-chain -s $((left + 3)) n2/ledger >after
    grep -q '^vote' after
    ! grep -q "^vote .* $(account m1) " after || false
    grows n1 n2 n3 n4
    never_two
    never_twice
}

# crowd COUNT F: of so many members, F are killed and come back, and then F others are stopped, and go on.
crowd() {
    local name rest
    consortium "$1"
    sit "${MEMBERS[@]}"
    pay n1 0 10
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 0; done
    rest=("${MEMBERS[@]:0:$1-$2}")
    for name in "${MEMBERS[@]:$1-$2}"; do kill_all "$name"; done
    pay n2 1 20
    for name in "${rest[@]}"; do eventually final_in "$name" 1; done
    sit "${MEMBERS[@]:$1-$2}"
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 1; done
    grows "${MEMBERS[@]}"
    for name in "${MEMBERS[@]:0:$2}"; do freeze "$name"; done
    pay "n$1" 2 30
    for name in "${MEMBERS[@]:$2}"; do eventually final_in "$name" 2; done
    for name in "${MEMBERS[@]:0:$2}"; do thaw "$name"; done
    for name in "${MEMBERS[@]}"; do eventually final_in "$name" 2; done
    grows "${MEMBERS[@]}"
    for name in "${MEMBERS[@]}"; do end "$name"; done
    never_two
    never_twice
}

# bats test_tags=thorough
@test "seven members, two of whom are killed or stopped" {
    crowd 7 2
}

# bats test_tags=thorough
@test "ten members, three of whom are killed or stopped" {
    crowd 10 3
}

# Two of seven are away all the time, one way or another, and come back; one more is admitted meanwhile.
# bats test_tags=soak,thorough
@test "seven members of whom two are always away, and an eighth who joins them" {
    RANDOM=${SEED:=$(($(date +%N | sed 's,^0*,,') % 32768))}
    echo "SEED=$SEED"
    consortium 7 -A admit
    keygen -s 'member 8' m8 >>names 2>/dev/null
    mkdir n8 && cp ledger names n8
    for name in "${MEMBERS[@]}"; do cp names "$name"; done
    sit "${MEMBERS[@]}" n8
    seq=0 absences=0
    end=$((EPOCHSECONDS + ${SOAK_SECONDS:-12}))
    while [ "$EPOCHSECONDS" -lt "$end" ] || [ "$absences" -lt 4 ]; do
        mapfile -t away < <(printf '%s\n' "${MEMBERS[@]}" | shuf -n 2 --random-source=<(yes "$RANDOM"))
        mapfile -t here < <(printf '%s\n' "${MEMBERS[@]}" | grep -vxFf <(printf '%s\n' "${away[@]}"))
        kill_all "${away[0]}"
        freeze "${away[1]}"
        pay "${here[0]}" "$seq" 1
        for name in "${here[@]}"; do eventually final_in "$name" "$seq"; done
        if [ "$seq" -eq 1 ]; then
            for name in "${here[@]}"; do eventually has_money "$name" "m${name#n}" && wish "$name" m8 1; done
        fi
        thaw "${away[1]}"
        sit "${away[0]}"
        seq=$((seq + 1)) absences=$((absences + 2))
        # at a time that nobody chose
        sleep "0.$((RANDOM % 10))"
    done
    grows "${MEMBERS[@]}" n8
    for name in "${MEMBERS[@]}" n8; do eventually final_in "$name" $((seq - 1)); done
    eventually seals n1 m8
    never_two
    never_twice
    [ -n "${SOAK_SECONDS-}" ] || return 0
    echo "# $absences absences, $(height n1) blocks, no two at one height" >&3
}
