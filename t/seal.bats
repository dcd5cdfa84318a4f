load lib/common
load lib/members

# seal: a block of a chain whose members take turns, signed by one of them.

# A chain of these members, with a spacing of 10 s, as `ledger`.
chain() { # "NAME..." [OPTION...]
    sign_chain 10 "$@" | ledger-append -q ledger
}

payment() { # AMOUNT
    txmake -f alice bob "$1" - | txsign -k alice.key
}

at() { # HEIGHT: when its block is due
    echo $((1700000000 + 10 * $1))
}

# seal_at HEIGHT NAME [ARGUMENT...]: a block of stdin's transactions, made when it is due.
seal_at() {
    seal -k "$2.key" -T "$(at "$1")" "${@:3}"
}

@test "members in turn: each seals, and every reader takes the blocks" {
    chain 'bob carol dave'
    for height in 1 2 3 4; do
        who=$(turn_of $height)
        payment $height >txs
        seal_at $height "$who" <txs >block
        [ "$(head -n 1 block | cut -d ' ' -f 2,5,8)" = "$height $(at $height) 1" ]
        head -n 1 block | cut -d ' ' -f 7 | names | grep -Eqx "$who|alice"
        tail -n 1 block | diff txs -
        expect 0 ledger-append -q ledger <block
    done
    [ "$(ledger-balance alice | cut -d ' ' -f 3)" = $((1000 - 10 - 4)) ]
    # its own record has them, whole, and nothing else
    cat ./*.sealed | sort | diff - <(tail -n 8 ledger | sort)
    # the parent's time and a spacing, though the clock is behind
    seal_at 4 "$(turn_of 5)" </dev/null | cut -d ' ' -f 5 | grep -qx "$(at 5)"
}

@test "whose turn it is; and out of turn, if others have sealed in between" {
    chain 'bob carol dave'
    first=$(turn_of 1) second=$(turn_of 2) third=$(turn_of 3)
    expect 1 seal_at 1 "$second" </dev/null
    [ ! -s "$out" ]
    says "^seal: nothing sealed: it is the turn of $first \([0-9a-f]{8}\) to seal block 1 \(-o: "
    [ ! -e "$second.key.sealed" ]
    seal_at 1 "$second" -o </dev/null | ledger-append -q ledger
    expect 1 seal_at 2 "$second" </dev/null
    says "^seal: nothing sealed: 1 block of others must come before another one by $second "
    expect 1 seal_at 2 "$second" -o </dev/null
    seal_at 2 "$third" -o </dev/null | ledger-append -q ledger
    expect 1 seal_at 3 "$third" -o </dev/null
    [ ! -s "$out" ]
    expect 1 seal_at 3 alice -o </dev/null
    says "^seal: nothing sealed: alice \([0-9a-f]{8}\) is no member of the set that seals block 3\$"
}

@test "rule apart 1: one member may seal every block" {
    chain 'bob carol dave' -p 1
    for height in 1 2 3 4; do
        seal_at $height bob -o </dev/null | ledger-append -q ledger
    done
    [ "$(ledger-chain -t ledger | cut -d ' ' -f 2)" = 4 ]
}

@test "state lines where they are due, and fees by length, which the miner gets" {
    chain 'bob carol dave' -B 2 -F 1
    for height in 1 2 3 4; do
        who=$(turn_of $height)
        if [ $height -le 2 ]; then payment 1; fi >txs
        seal_at $height "$who" <txs >block
        expect 0 ledger-append -q ledger <block
    done
    [ "$(grep -c '^state ' ledger)" -eq 2 ]
    verify -q ledger
    [ "$(ledger-balance | awk '{ sum += $3 } END { print sum }')" -eq 1200 ]
}

@test "upon the same parent it offers the same block, for ever" {
    chain 'bob carol dave'
    who=$(turn_of 1)
    cp ledger other.ledger
    payment 5 | seal_at 1 "$who" >first
    payment 6 >other
    expect 0 seal_at 2 "$who" <other
    cmp first "$out"
    says '^seal: block 1 was sealed before: the same again, without what is on stdin$'
    # another file knows nothing of it: that is what the file is for
    expect 0 seal_at 2 "$who" -r elsewhere <other
    ! cmp -s "$out" first || false
    ledger-append -q ledger <first
    seal_at 2 "$(turn_of 2)" </dev/null | ledger-append -q ledger
    # the record outlives the ledger
    LEDGER=other.ledger payment 7 | seal_at 3 "$who" other.ledger >again
    cmp first again
    # a crash in the middle of a block that has not left: it is cut off
    cp "$who.key.sealed" whole
    rm "$who.key.sealed"
    head -n 1 whole >"$who.key.sealed"
    LEDGER=other.ledger payment 8 | seal_at 1 "$who" other.ledger >new
    ! cmp -s new first || false
    cmp new "$who.key.sealed"
    cp whole "$who.key.sealed" && printf 'block 9' >>"$who.key.sealed"
    seal_at 1 "$who" other.ledger </dev/null >again
    cmp first again
    echo garbage >"$who.key.sealed"
    expect 2 seal_at 1 "$who" other.ledger </dev/null
    says "^seal: $who.key.sealed:1: not a file of sealed blocks: "
    # a COUNT that is too high does not hide the blocks after it
    { cat whole && sed 's/^block 1 /block 2 /' whole; } | awk 'NR == 1 { $8 += 2 } 1' >"$who.key.sealed"
    cp "$who.key.sealed" damaged
    expect 2 seal_at 1 "$who" other.ledger </dev/null
    says "^seal: $who.key.sealed:3: not a file of sealed blocks: block: within another one"
    [ ! -s "$out" ]
    cmp damaged "$who.key.sealed"
}

@test "it is on disk before it leaves: no block without the file, no file without a block" {
    chain 'bob carol dave'
    who=$(turn_of 1)
    ln -s /dev/full full.sealed
    expect 2 seal_at 1 "$who" -r full.sealed </dev/null
    [ ! -s "$out" ]
    expect 2 sh -c "seal -k $who.key -T $(at 1) </dev/null >/dev/full"
    expect 0 seal_at 2 "$who" </dev/null
    [ -s "$out" ]
    cmp "$out" "$who.key.sealed"
}

@test "transactions that cannot be in the block" {
    chain 'bob carol dave'
    who=$(turn_of 1)
    expect 1 seal_at 1 "$who" < <(payment 5000)
    says '^seal: nothing sealed: a block may only hold valid transactions'
    seq 30 | sed 's/^/bob /' | txmake -f alice | txsign -k alice.key >many
    expect 1 seal_at 1 "$who" <many
    says 'the block would be over maxblock$'
    [ ! -s "$out" ]
    [ ! -s "$who.key.sealed" ]
}

@test "it waits for the block's time, or says when that is" {
    chain 'bob carol dave'
    who=$(turn_of 2)
    first=$(turn_of 1)
    cp ledger late.ledger
    now=$EPOCHSECONDS
    seal -k "$first.key" -r late.sealed -T $((now + 600)) late.ledger </dev/null | ledger-append -qT $((now + 600)) late.ledger
    expect 1 seal -k "$who.key" -N late.ledger </dev/null
    says "^seal: nothing sealed: block 2 is due at $((now + 610)), in [0-9]+ s\$"
    expect 1 seal -k "$who.key" -t 0 late.ledger </dev/null
    says '^seal: time is up$'
    [ ! -s "$out" ]
    now=$EPOCHSECONDS
    seal -k "$first.key" -T $((now - 7)) </dev/null | ledger-append -q ledger
    seal -k "$who.key" </dev/null >block
    [ "$(date +%s)" -ge $((now + 3)) ] # by the same clock as the program
    ledger-append -q ledger <block
}

@test "-w: it gives up once another block is there" {
    chain 'bob carol dave'
    now=$EPOCHSECONDS
    seal -k "$(turn_of 1).key" -T $((now + 600)) </dev/null | ledger-append -qT $((now + 600)) ledger
    second=$(turn_of 2)
    seal -w -k "$second.key" </dev/null >block 2>said 3>&- &
    eventually test -e "$second.key.sealed"
    seal -k "$(turn_of 3).key" -o -T $((now + 610)) </dev/null | ledger-append -qT $((now + 610)) ledger
    status=0
    wait $! || status=$?
    [ "$status" -eq 3 ]
    grep -qx 'seal: the tip moved' said
    [ ! -s block ]
}

@test "-W ends once it is the member's turn" {
    chain 'bob carol dave'
    second=$(turn_of 2)
    expect 0 seal -W -k "$(turn_of 1).key"
    expect 1 seal -W -t 0 -k "$second.key"
    says '^seal: time is up$'
    seal -W -k "$second.key" 3>&- &
    seal_at 1 "$(turn_of 1)" </dev/null | ledger-append -q ledger
    wait $!
    expect 2 seal -W -w -k "$second.key"
    says '^seal: -W only waits: not with -w or -N$'
}

@test "chains of another seal are refused with a word, by seal, mine and minepool" {
    mkdir mined && cd mined
    demo_chain
    expect 2 seal -k alice.key </dev/null
    says "^seal: ledger: 'rule seal pow': blocks of this chain are mined \(see mine\(1\)\)\$"
    cd ..
    chain bob
    expect 2 mine -m alice </dev/null
    says "^mine: ledger: 'rule seal sign': blocks of this chain are not mined: "
    expect 2 mine -o -m alice </dev/null # so minework never sees a ticket of such a chain
    says "^mine: ledger: 'rule seal sign': blocks of this chain are not mined: "
    : >shares
    expect 2 minepool -b 12345678 -n 1 -l ledger shares
    says "^minepool: ledger: 'rule seal sign': blocks of this chain are not mined, so no shares earn them"
    expect 2 seal -k bob.key -l ledger ledger </dev/null
    expect 2 seal -k none.key </dev/null
    expect 2 seal -k bob.key none </dev/null
}

@test "an encrypted key" {
    chain bob
    openssl pkcs8 -topk8 -in bob.key -passout pass:word -out locked.key
    chmod 600 locked.key
    seal_at 1 locked -P 4 4< <(echo word) </dev/null | ledger-append -q ledger
    expect 2 seal_at 2 locked -P 4 4< <(echo wrong) </dev/null
}
