# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip
load lib/bftchain
load lib/consortium
load lib/wrongclock

# validator, without a network: each run takes what others have said from stdin, says what is due, and ends.

NIL=0000000000000000000000000000000000000000000000000000000000000000

# past COUNT [OPTION...]: a chain of the past with so many members; sets CHAIN.
past() {
    consortium "$@" -T 1700000000
}

# turn NUMBER [LINES]: the member of this number, with its own ledger, on everything that was said until now: what it says is in new.
turn() {
    local n=n$1
    validator -e ${POOL:+-p "$n/pool"} -k "m$1.key" -l "$n/ledger" <"${2-mail}" >all 2>>told
    # its own blocks and those of others go to its ledger
    ledger-append -p "$n/ledger" <all >passed 2>>told || :
    tail -n "+$(($(wc -l <"${2-mail}") + 1))" all >new
}

# everyone [COUNT]: all have so many turns, and hear what the others say.
everyone() {
    local round n
    for ((round = 1; round <= ${1-1}; round++)); do
        for n in "${MEMBERS[@]}"; do
            turn "${n#n}"
            cat new >>mail
        done
    done
}

@test "four members, each of whom starts anew whenever it speaks, agree on block after block" {
    past 4
    : >told
    echo nothing >mail
    everyone 10
    for n in "${MEMBERS[@]}"; do [ "$(height "$n")" -ge 3 ]; done
    [ "$(for n in "${MEMBERS[@]}"; do ledger-chain -n 3 "$n/ledger" | sha256sum; done | sort -u | wc -l)" -eq 1 ]
    for n in "${MEMBERS[@]}"; do verify -q "$n/ledger"; done
    never_two
    never_twice
    # what was said again is the same line
    [ -z "$(grep '^vote' mail | sort -u | cut -d ' ' -f 3-5,7 | sort | uniq -d)" ]
}

# elsewhere HEIGHT: an interchange of m1's key, which has voted up to that height.
elsewhere() {
    printf '{"metadata":{"interchange_format_version":"5","genesis_validators_root":"0x%s"},"data":[{"pubkey":"0x%s",%s,%s}]}\n' \
        "$CHAIN" "$(account m1)" "\"signed_blocks\":[{\"slot\":\"$1\"}]" '"signed_attestations":[]'
}

# said NAME HEIGHT ROUND STEP: what that member's record has there; nothing, if it has said nothing.
said() {
    sed -n "s/^vote $2 $3 $4 //p" "$1.key.history"
}

# The first block is proposed, and m1 precommits it: sets $first.
until_locked() {
    : >told
    echo nothing >mail
    for _ in 1 2 3; do
        [ -z "$(said m1 1 0 precommit 2>/dev/null)" ] || break
        everyone
    done
    first=$(said m1 1 0 precommit)
    [ -n "$first" ]
    grep -q "^block 1 .*" mail
}

@test "a member that has precommitted a block stays locked on it, whatever ends it in between" {
    past 4
    until_locked
    # it starts again in another world, in which two others are in round 1 and want none
    { votes m2 1 1 prevote $NIL && votes m3 1 1 precommit $NIL; } >round1
    validator -v -e -k m1.key -l n1/ledger <round1 >all 2>told
    who=$(sed -n 's/^validator: round 1 1 //p' told | tail -n 1)
    # its proposer has another block
    other=$(for name in m1 m2 m3 m4; do [ "$(account $name)" != "$who" ] || echo $name; done)
    cp ledger apart
    bft_block apart "$other" </dev/null
    ledger-append -q n1/ledger <block
    second=$(head -n 1 block | id)
    { cat round1 && proposes "$other" 1 1 - "$second"; } >mail1
    validator -e -k m1.key -l n1/ledger <mail1 >all 2>>told
    [ "$other" = m1 ] || [ "$(said m1 1 1 prevote)" = $NIL ]
    grep -q "^vote $CHAIN 1 0 precommit $first $(account m1) " all
    # three of four let it go
    for name in m2 m3 m4; do votes $name 1 1 prevote "$second"; done >mail2
    cat mail1 mail2 | validator -e -k m1.key -l n1/ledger >all 2>>told
    [ "$(said m1 1 1 precommit)" = "$second" ]
    never_twice
}

@test "whoever is locked shows the others why, after a power loss, too, if who else knew is gone" {
    past 4
    expect 0 "$BIN/.t/agreetest" ledger 4
    grep -h '^vote 1 [0-9]* precommit' [1-4].history | sort -u >said
    [ "$(cut -d ' ' -f 1-4 said)" = 'vote 1 0 precommit' ]
    # it stands before the precommit
    locked=$(grep -l '^vote 1 0 precommit' [1-4].history | head -n 1)
    sed '/precommit/q' "$locked" | cut -d ' ' -f 1-2,6 | sort | uniq -c | awk '{ $1 = $1 } 1' >there
    grep -qx '1 heard proposal -' there
    grep -qx '[23] heard vote prevote' there
    # and is said to others, at each start until that height is over
    validator -k "m${locked%.history}.key" -r "$locked" n1/ledger </dev/null >all
    sed -n 's/^heard vote/vote/p' "$locked" | while read -r line; do grep -qxF "$line" all; done
    validator -k "m${locked%.history}.key" -r "$locked" ledger </dev/null >all
    ! grep prevote all || false
    # none that is forged
    sed -i "0,/^heard vote/s/\(^heard vote .*\) [^ ]*$/\1 $NIL$NIL/" "$locked"
    expect 2 validator -k "m${locked%.history}.key" -r "$locked" n1/ledger </dev/null
    says "^validator: $locked: vote: invalid signature"
}

@test "a member that contradicts itself is reported with both lines, which accuse it" {
    past 4
    until_locked
    { votes m2 1 3 prevote $NIL && votes m2 1 3 prevote "$first"; } >lies
    validator -e -k m1.key -l n1/ledger <lies >all 2>err
    grep -q '^validator: a member has signed two lines that exclude each other; accuse it ' err
    sed -n 's/^validator: \(vote .*\)/\1/p' err >both
    [ "$(sort both)" = "$(sort lies)" ]
    LC_ALL=C sort -c both
    expect 0 txmake -l n1/ledger -a names -f alice -x both
}

# Whose turn it is in round 0 of a height of the ledger: sets $who.
whose_turn() { # HEIGHT
    local name key
    key=$(validator -v -e -k alice.key ledger </dev/null 2>&1 | sed -n "s/^validator: round $1 0 //p")
    for name in "${MEMBERS[@]}"; do [ "$(account "m${name#n}")" != "$key" ] || who=m${name#n}; done
    [ -n "$who" ]
}

@test "a block put beside the one to be proposed keeps no transaction out of that, nor do those in it" {
    past 4
    whose_turn 1
    other=$([ "$who" = m1 ] && echo m2 || echo m1)
    for seq in 0 1; do txmake -c "$CHAIN" -s $seq -f alice -a names bob 5 | txsign -k alice.key; done >txs
    head -n 1 txs >mined
    tail -n 1 txs >pool
    cp ledger rival
    bft_block rival "$other" <mined
    # another one has put its block into the ledger, and the pool has lost what that has
    validator -e -p pool -k "$who.key" rival </dev/null >all 2>told
    grep '^tx' all | diff txs -
    sed -n '/^block/,$p' all | grep -E '^(block|tx)' | ledger-append -q rival
}

@test "a member's turn comes again: it proposes the block that the ledger has from it, not another one" {
    past 4
    whose_turn 1
    other=$([ "$who" = m1 ] && echo m2 || echo m1)
    cp ledger apart
    bft_block apart "$who" </dev/null
    own=$(head -n 1 block | id)
    # the best block is another's
    bft_block ledger "$other" </dev/null
    ledger-append -q ledger <<<"$(ledger-chain -s 1 apart)"
    validator -e -k "$who.key" ledger </dev/null >all 2>told
    grep -q "^proposal $CHAIN 1 0 - $own " all
    ! grep '^block' all || false
}

refused_twice() {
    [ "$(grep -c '^validator: unsigned 1 ' told)" -ge 2 ]
}

@test "a vote that would contradict what the key has signed elsewhere is not signed, and that is said once a height" {
    past 4
    validator -k m1.key -I - ledger < <(elsewhere 1)
    : >told
    for round in 1 2; do for name in m2 m3 m4; do votes $name 1 $round precommit $NIL; done; done >others
    { cat others && within 60 refused_twice; } | validator -v -e -w 1 -g 0 -k m1.key ledger >all 2>told
    [ "$(grep -c '^validator: not signed: ' told)" -eq 1 ]
    grep -q '^validator: not signed: a [a-z]* of height 1, round [0-9]*: this key has signed a later precommit there$' told
    grep -v '^block ' all | cmp - others
}

@test "a new block gets no vote if it is more than a spacing ahead of the clock" {
    past 4
    for ahead in 0 3600; do
        rm -f m?.key.history
        ledger-init -S bft -M member-keys -n demo -s 1 -T $((EPOCHSECONDS + ahead)) alice 1000 >ledger
        CHAIN=$(chain_id ledger)
        whose_turn 1
        other=$([ "$who" = m1 ] && echo m2 || echo m1)
        # whoever appends it has a clock that is as far ahead
        # shellcheck disable=SC2317 # bft_block calls it
        (ledger-append() { at $((EPOCHSECONDS + ahead)) ledger-append "$@"; } && bft_block ledger "$who" </dev/null)
        first=$(head -n 1 block | id)
        proposes "$who" 1 0 - "$first" >mail
        validator -e -w 60000 -k "$other.key" ledger <mail >all 2>told
        [ $ahead -eq 0 ] && want=$first || want=$NIL
        [ "$(said "$other" 1 0 prevote)" = "$want" ]
        # which is said, once a height
        for round in 4 8; do
            proposes "$who" 1 $round - "$first"
            for name in m1 m2 m3 m4; do [ $name = "$other" ] || votes $name 1 $round prevote $NIL; done
        done >later
        cat mail later | validator -e -w 60000 -k "$other.key" -r again ledger >all 2>told
        rm again
        if [ $ahead -eq 0 ]; then ! grep ahead told || false; else
            grep -qE '^validator: no vote for block 1, which is [0-9]* s ahead of the clock here: is that slow\?$' told
            [ "$(grep -c ahead told)" -eq 1 ]
        fi
    done
}

@test "a member that proposes two blocks in its turn is reported with both lines, which accuse it" {
    past 4
    whose_turn 1
    other=$([ "$who" = m1 ] && echo m2 || echo m1)
    cp ledger apart
    bft_block apart "$who" </dev/null
    proposes "$who" 1 0 - "$(head -n 1 block | id)" >lies
    txmake -c "$CHAIN" -s 0 -f alice -a names bob 5 | txsign -k alice.key | bft_block ledger "$who"
    proposes "$who" 1 0 - "$(head -n 1 block | id)" >>lies
    ledger-append -q ledger <<<"$(ledger-chain -s 1 apart)"
    # three times, and reported once
    cat lies lies lies | validator -e -k "$other.key" ledger >all 2>err
    sed -n 's/^validator: \(proposal .*\)/\1/p' err >both
    LC_ALL=C sort lies | diff - both
    expect 0 txmake -l ledger -a names -f alice -x both
}

@test "forged votes, those of others and of another chain, and no block: nothing is said" {
    past 4
    votes m2 1 0 prevote $NIL >good
    sed 's/.$//; s/$/0/' good >forged
    cmp -s good forged && sed -i 's/.$/1/' forged
    keygen -s stranger m9 >>names 2>/dev/null
    votes m9 1 0 prevote $NIL >strange
    sed "s/$CHAIN/$NIL/" good >elsewhere
    proposes m3 1 0 - "$(id </dev/null)" >nothing
    cat forged strange elsewhere nothing | validator -v -k m1.key -l n1/ledger >all 2>err
    grep -q '^stdin:1: vote: invalid signature$' err
    grep -q '^stdin:3: vote: another chain: 0000' err
    # all of it is passed on, for the next program to judge
    head -n 4 all | diff - <(cat forged strange elsewhere nothing)
    [ ! -e m1.key.history ] || [ -z "$(said m1 1 0 prevote)" ]
}

@test "status 2: another seal, another chain's or key's record, a full disk" {
    past 1
    ledger-init -n other -T 1700000000 alice 10 >pow
    expect 2 validator -k m1.key -l pow </dev/null
    says "^validator: pow: 'rule seal pow'"
    validator -e -k m1.key ledger </dev/null | ledger-append -q ledger
    validator -e -k m1.key ledger </dev/null >passed
    ledger-init -S bft -M member-keys -n another -s 1 -T 1700000000 alice 1000 >differ
    expect 2 validator -k m1.key -l differ </dev/null
    says '^validator: m1.key.history:1: it is of another chain'
    expect 2 validator -k alice.key -r m1.key.history ledger </dev/null
    says '^validator: m1.key.history:1: it is of another key'
    expect 2 sh -c 'validator -e -k m1.key ledger </dev/null >/dev/full'
    says '^validator: '
    sed -i 2s/propose/prefer/ m1.key.history
    expect 2 validator -e -k m1.key ledger </dev/null
    says '^validator: m1.key.history:2: neither a vote nor an attest'
    [ ! -s "$out" ]
}

# has_begun HEIGHT FILE: whether a round of it has, there.
has_begun() {
    grep -q "^validator: round $1 0 " "$2"
}

@test "one that is no member says nothing, and follows, from block to block and over many" {
    past 1
    cp ledger far
    for _ in 1 2 3; do validator -e -k m1.key far </dev/null | ledger-append -p far >>seen; done
    expect 0 validator -v -e -k alice.key far </dev/null
    [ ! -s "$out" ]
    grep -q '^validator: round 3 0 ' "$err"
    mkfifo in
    validator -v -e -k alice.key ledger <in >said 2>told &
    follower=$!
    exec 8>in
    eventually has_begun 1 told
    ledger-chain -s 1 far | ledger-append -q ledger
    eventually has_begun 3 told
    for _ in {1..20}; do validator -e -k m1.key far </dev/null | ledger-append -p far >>seen; done
    ledger-chain -s 4 far | ledger-append -q ledger
    eventually has_begun 23 told
    exec 8>&-
    wait "$follower"
    [ ! -s said ]
    [ "$(grep -c 'decided' told)" -eq 2 ]
}

# Whose turn it is in round 0 of each height but the last: lines HEIGHT 0 KEY, as a member says who starts there.
turns_of() { # LEDGER HEIGHT
    local height
    for ((height = 1; height < $2; height++)); do
        ledger-chain "$1" | awk -v height="$height" '$1 == "block" && $2 > height { exit } 1' >"part.$height"
        validator -v -e -k alice.key "part.$height" </dev/null 2>&1 | sed -n "s/^validator: round \\($height 0 .*\\)/\\1/p"
    done
}

@test "whose turn it is takes no journals to know, and only the blocks since whoever goes on has looked" {
    past 1
    # shellcheck disable=SC2317 # eventually calls it
    has_block() { grep -q "^block $1 " ledger; }
    eventually has_block 40 | validator -e -k m1.key ledger | ledger-append -p ledger >seen 2>told
    expect 0 "$BIN/.t/voterstest" ledger
    read -r changes start next half <"$out"
    [ "$changes" -eq 0 ]
    [ "${start#*/} ${next#*/} ${half#*/}" = '0 0 0' ]
    # of what the tree has not just had
    [ "${start%/*}" -ge 20 ]
    [ "${next%/*}" -le 2 ]
    [ "${half%/*}" -lt "${start%/*}" ]
    # members come and go
    for name in joiner-seals-at-h-plus-2 leaver-votes-on-h-plus-1 three-of-the-new-four; do
        ledger-append -q "$name" <"$VECTORS/seals/good/bft-$name.ledger"
        expect 0 "$BIN/.t/voterstest" "$name"
        grep -q '^1 ' "$out"
    done
}

# bats test_tags=thorough
@test "a start reads no headers from before what it has kept, and believes no file that is damaged or another chain's" {
    past 1
    # shellcheck disable=SC2317 # eventually calls it
    has_block() { grep -q "^block $1 " ledger; }
    eventually has_block 130 | validator -e -k m1.key ledger | ledger-append -p ledger >seen 2>told
    turns=m1.key.history.turns
    grep -q "^turns $CHAIN [0-9a-f]* 100 0$" $turns
    expect 0 "$BIN/.t/voterstest" ledger $turns
    read -r _ start _ _ kept <"$out"
    [ "${start%/*}" -ge 90 ]
    [ "${kept%/*}" -le 50 ]
    cp $turns good
    for change in 's/ 100 0$/ 101 0/' '2s/.$/7/' '$d' '2d' 's/^turns/torns/' "s/^turns $CHAIN/turns $NIL/" '1,$d'; do
        sed "$change" good >bad
        # with the right sum
        for text in bad summed; do
            { grep -v '^sum' bad || :; } >summed
            echo "sum $(sha256sum <summed | cut -c 1-64)" >>summed
            expect 0 "$BIN/.t/voterstest" ledger $text
            read -r _ _ _ _ kept <"$out"
            # the first of these is whole again, and a single member's priority says nothing
            [ "$text $change" = 'summed $d' ] || [ "$text $change" = 'summed 2s/.$/7/' ] || [ "${kept%/*}" -ge 80 ]
        done
    done
    head -c 300000 /dev/zero >zero
    for file in zero nothing; do expect 0 "$BIN/.t/voterstest" ledger $file; done
}

# bats test_tags=thorough
@test "a turns file that cannot be written is said once, and ends nothing" {
    past 1
    # shellcheck disable=SC2317 # eventually calls it
    has_block() { grep -q "^block $1 " ledger; }
    mkdir m1.key.history.turns
    eventually has_block 202 | validator -e -k m1.key ledger 2>told | ledger-append -p ledger >seen 2>passed
    [ "$(grep -c 'goes on without the turns file.*: m1.key.history.turns: Is a directory$' told)" -eq 1 ]
    expect 0 validator -e -k m1.key ledger </dev/null
}

@test "whoever starts now knows whose turn it is as one who has followed, also after members have come" {
    past 3 -A admit
    keygen -s 'member 4' m4 >>names 2>/dev/null
    : >told
    echo nothing >mail
    everyone 9
    for n in 1 2 3; do
        txmake -l "n$n/ledger" -a names -f "m$n" -m m4 5 | txsign -k "m$n.key" >>wishes
    done
    for n in "${MEMBERS[@]}"; do cp wishes "$n/pool"; done
    POOL=yes everyone 12
    mkdir n4 && cp n1/ledger n4/ledger && MEMBERS+=(n4)
    everyone 14
    ledger-chain n1/ledger >chain
    [ "$(grep '^block' chain | cut -d ' ' -f 6 | uniq | wc -l)" -ge 2 ]
    last=$(height n1)
    head -n "$(wc -l <ledger)" ledger >follows
    mkfifo in
    validator -v -e -k alice.key follows <in 2>told >said &
    follower=$!
    exec 8>in
    for ((h = 1; h <= last; h++)); do
        ledger-chain -s $h -n 1 chain | ledger-append -q follows
        [ $h -lt 2 ] || eventually has_begun $h told
    done
    exec 8>&-
    wait "$follower"
    turns_of chain "$last" >turns
    [ "$(wc -l <turns)" -eq $((last - 1)) ]
    sed -n 's/^validator: round \([0-9]* 0 .*\)/\1/p' told | awk -v last="$last" '$1 < last && !seen[$1]++' | diff turns -
}

@test "its own vote comes in, which its history does not have, or has another one of: status 2" {
    past 4
    votes m1 1 3 prevote $NIL >own
    expect 2 validator -e -k m1.key -r another ledger <own
    says '^validator: this key has signed a vote of height 1, round 3 that is not in its history: .*-I'
    ! grep -q '^vote 1 3' another || false
    # what was taken from elsewhere covers it
    validator -k m1.key -r taken -I - ledger < <(elsewhere 1)
    expect 0 validator -e -k m1.key -r taken ledger <own
    # its own lines come back; and another one, of a step before the last
    until_locked
    grep " $(account m1) " mail >mine
    expect 0 validator -e -k m1.key n1/ledger <mine
    other=$(printf '%064d' 7)
    votes m1 1 0 prevote "$other" >second
    expect 2 validator -e -k m1.key n1/ledger <second
    says 'height 1, round 0 that is not in its history'
}

@test "node: what travels is what genesis says, wherever it says so, and no later line" {
    kinds=$(sed -n '/^ *kinds() {$/,/^ *}$/p' "$BIN/node")
    [ -n "$kinds" ]
    travels() { # GENESIS-LINE LATER-LINE
        { echo 'block 0' && seq -f 'account %.0f' 2000 && echo "$1" && echo 'block 1' && echo "$2"; } >ledger
        sh -euc "$kinds; kinds" | paste -s -d ' '
    }
    [ "$(travels 'rule seal bft' 'rule finality 2')" = '-T vote -T proposal' ]
    [ "$(travels 'rule finality 2' 'rule seal bft')" = '-T attest' ]
    [ -z "$(travels 'rule spacing 1' 'rule seal bft')" ]
}

@test "node -v: a key that is not there, and the option without one" {
    expect 2 "$BIN/node" -v nothing.key folder 127.0.0.1:1
    says '^node: -v: nothing.key: cannot be read$'
    expect 2 "$BIN/node" -v no/such.key folder 127.0.0.1:1
    says '^node: -v: no/such.key: cannot be read$'
    expect 2 "$BIN/node" -v
    says '^node: -v: its argument is missing$'
    expect 2 "$BIN/node" --validate folder
    says '^node: --validate: its argument is missing: --validate=...$'
    [ ! -e folder ]
}

@test "what one member has sent early is not lost to whatever all others send" {
    expect 0 timeout 300 "$BIN/.t/heldtest" 313 64
}
