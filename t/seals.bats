load lib/common
load lib/ledger
load lib/members
load lib/gossip

# Chains that members seal or make final: what their blocks must keep, and which tip is the best (t/vectors/seals).

SEALS=$VECTORS/seals

@test "every good ledger is judged good, and its tip, state, supply, final block and rivals are those of the vectors" {
    "$BIN"/.t/sealtest tips "$SEALS"/good/*.ledger | sort >found
    diff <(sort "$SEALS/tips") found
    [ "$(wc -l <found)" -gt 80 ]
}

@test "every bad ledger is refused, at its line and by its rule" {
    "$BIN"/.t/sealtest faults "$SEALS"/bad/*.ledger >found
    diff "$SEALS/faults" found
    [ "$(wc -l <found)" -gt 150 ]
}

@test "what was chosen is kept in the index: a ledger that is opened anew for every block comes to the same" {
    mkdir ledgers
    "$BIN"/.t/sealtest index ledgers "$SEALS"/good/*.ledger | sort >found
    diff <(sort "$SEALS/tips") found
    for file in "$SEALS"/good/*.ledger; do
        cmp "$file" "ledgers/${file##*/}"
    done
}

@test "of two final blocks that exclude each other the first counts, and the programs name both" {
    file=$SEALS/good/finality-two-conflicting-finals-first-counts.ledger
    tip=$(awk '/^finality-two-conflicting-finals-first-counts / { print $3 }' "$SEALS/tips")
    said=': two final blocks exclude each other: 2 00ecb50f[0-9a-f]{56} and 2 0055b0d8[0-9a-f]{56}: the first counts$'
    expect 0 verify -q "$file"
    says "^verify: $file$said"
    expect 0 ledger-append -q ledger <"$file"
    says "^ledger-append: ledger$said"
    expect 0 ledger-chain ledger
    says "^ledger-chain: ledger$said"
    [ "$(grep '^block ' "$out" | tail -n 1 | id)" = "$tip" ]
    # the best chain alone holds the first of them, and nothing that excludes it
    cp "$out" chain
    expect 0 verify -q chain
    [ ! -s "$err" ]
}

@test "headers alone do not tell who may seal: without genesis, a light client believes no signature" {
    for seal in sign-one-member bft-all-votes; do
        grep '^block 2 ' "$SEALS/good/$seal.ledger" >loose
        expect 1 verify -H loose
        says '^loose:1: block: a member.s signature tells nothing without the set of members$'
    done
}

@test "against a ledger, a header is judged by who may seal after its parent" {
    file=$SEALS/good/sign-three-members-grandparent.ledger
    expect 0 ledger-append -q ledger <"$file"
    tail -n 1 "$file" >block
    expect 0 verify -l ledger block
    # another miner's, of the same parent
    for name in sign-miner-not-a-member sign-signed-by-another-member; do
        head -n -1 "$SEALS/bad/$name.ledger" >chain
        expect 0 ledger-append -q "$name" <chain
        sed -n '/^block /h; ${x;p}' "$SEALS/bad/$name.ledger" >block
        expect 1 verify -l "$name" block
        says '^block:1: block: (miner is no member|seal is not its miner)'
    done
}

@test "nodes take the blocks of such chains from each other, whole and one by one" {
    for name in bft-all-votes sign-two-members finality-final; do
        file=$SEALS/good/$name.ledger
        chain=$(chain_id "$file")
        last=$(grep -n '^block ' "$file" | tail -n 1 | cut -d : -f 1)
        ledger-append -q "full.$name" <"$file"
        head -n $((last - 1)) "$file" | ledger-append -q "part.$name"
        tail -n +"$last" "$file" >block
        # all, from one that has the ledger
        listen "$name" -p -L "full.$name"
        expect 0 timeout 300 ledger-pull -p -c "$chain" -l "pulled.$name" "$at"
        cmp "$file" "$out"
        end_started
        # the last one, announced; and what only looks like it is refused
        listen "$name" -p -L "part.$name"
        awk '{ $NF = ($NF ~ /^0/ ? 1 : 0) substr($NF, 2) } 1' <(head -n 1 block) >forged
        tail -n +2 block >>forged
        expect 1 timeout 300 gossip-send -p -t 1 -c "$chain" "$at" <forged
        expect 0 timeout 300 gossip-send -p -c "$chain" "$at" <block
        eventually same_lines block "$name.out"
        end_started
    done
}

@test "votes and attest lines are no transactions: proofs, graphs and forgeries count the others" {
    for name in bft-leaver-votes-on-h-plus-1 finality-attest-before-state; do
        expect 0 ledger-append -q "$name" <"$SEALS/good/$name.ledger"
        expect 0 ledger-graph -l "$name"
        # of all blocks but genesis
        [ "$(grep -o '[0-9]* tx ' "$out" | awk '{ n += $1 } END { print n }')" -eq "$(grep -c '^tx ' "$SEALS/good/$name.ledger")" ]
    done
    file=$SEALS/good/bft-leaver-votes-on-h-plus-1.ledger
    awk '/^block / { at = NR } /^tx / { print NR - at - 1, $0 }' "$file" >places
    while read -r place tx; do
        expect 0 ledger-proof -l bft-leaver-votes-on-h-plus-1 "$(id <<<"$tx")"
        [ "$(awk '$1 == "proof" { print $4, $5 }' "$out")" = "$place $(id <<<"$tx")" ]
    done <places
    [ -s places ]
}

# sign KEY: stdin's line with its signature.
sign() {
    tr -d '\n' >unsigned
    openssl pkeyutl -sign -rawin -inkey "$1.key" -in unsigned -out signature
    echo "$(<unsigned) $(od -An -v -tx1 signature | tr -d ' \n')"
}

@test "of votes, proposals and attest lines, a node takes those of members, for a height near its tip, on chains that have them" {
    for name in member0 member2 stranger; do
        keygen -s "test key $name" "$name" 2>/dev/null
    done
    ledger-append -q bft <"$SEALS/good/bft-all-votes.ledger"
    ledger-append -q final <"$SEALS/good/finality-final.ledger"
    some=$(printf %064d 7)
    # LEDGER KEY STATUS LINE: before the key, without the chain; SAYS: of what is refused
    while IFS=: read -r ledger key want line says; do
        echo "$line by $key"
        type=${line%% *}
        echo "$type $(chain_id "$ledger") ${line#* } $(account "$key")" | sign "$key" >record
        expect "$want" verify -l "$ledger" record
        [ "$want" -eq 0 ] || says "^record:1: $type: $says"
        [ "$want" -ne 0 ] || cmp record "$out"
    done <<LINES
bft:member0:0:vote 5 0 prevote $some:
bft:member0:0:vote 5 3 precommit $(printf %064d 0):
bft:member0:0:vote 68 0 prevote $some:
bft:member0:1:vote 69 0 prevote $some:height 69 is not near that of the best tip, 4\$
bft:member2:1:vote 5 0 prevote $some:its key is no member's\$
bft:member0:0:proposal 5 1 0 $some:
bft:member0:0:proposal 5 1 - $some:
bft:stranger:1:proposal 5 1 - $some:its key is no member's\$
bft:member0:1:attest 0 $some 2 $some:this chain has none \(rule finality\)\$
final:member0:0:attest 2 $some 4 $some:
final:member0:1:attest 2 $some 5 $some:height 5 is no checkpoint\$
final:member0:0:attest 2 $some 6 $some:
final:member0:1:attest 2 $some 8 $some:height 8 is not near
final:stranger:1:attest 2 $some 4 $some:its key is no member's\$
final:member0:1:vote 5 0 prevote $some:this chain has none \(rule seal bft\)\$
LINES
    chain=$some
    echo "vote $chain 5 0 prevote $some $(account member0)" | sign member0 >record
    expect 1 verify -l bft record
    says "^record:1: vote: another chain: $chain\$"
    expect 0 verify record
}

@test "from a network, a node takes several blocks that one member seals upon one parent, and passes two on" {
    file=$SEALS/good/sign-one-member.ledger
    last=$(tail -n 1 "$file")
    miner=$(cut -d ' ' -f 7 <<<"$last")
    for i in 0 1 2 3 4; do
        keygen -s "test key member$i" "member$i" 2>/dev/null
        [ "$(account "member$i")" != "$miner" ] || key=member$i
    done
    for more in 1 2 3; do
        awk -v more=$more '{ $5 += more; NF-- } 1' <<<"$last" | sign "$key"
    done >others
    cat "$file" others >all
    expect 0 ledger-append -p ledger <all
    cmp ledger all
    cat "$file" <(head -n 1 others) <(tail -n +2 others | while read -r line; do echo "accepted $(id <<<"$line")"; done) | cmp - "$out"
    expect 0 ledger-append whole <all
    cmp "$out" all
}

# upon NAME SECONDS: an empty block by this member upon the one on stdin, so much later.
upon() {
    local block
    read -r block
    awk -v prev="$(id <<<"$block")" -v more="$2" -v who="$(account "$1")" '{ $2++; $3 = prev; $5 += more; $7 = who; NF-- } 1' <<<"$block" |
        sign "$1"
}

@test "from a network, a branch from far below the tip is refused for now, unlike one nearby; and for a header that is not signed no state is moved" {
    need sqlite3
    sign_chain 1 bob >chain
    ledger-append -q ledger <chain
    seal -k bob.key -T 1700000001 ledger </dev/null >first
    block=$(<first)
    for _ in $(seq 2 102); do
        echo "$block"
        block=$(upon bob 1 <<<"$block")
    done >blocks # up to 101
    echo "$block" >last
    upon bob 7 <first >deep
    upon bob 1 <deep >child
    upon bob 9 <first >near
    ledger-append -q ledger <blocks
    expect 0 ledger-append -p ledger <near
    cmp near "$out"
    expect 0 ledger-append -q ledger <last
    cp ledger before
    expect 1 ledger-append -p ledger < <(cat deep child)
    says '^stdin:1: block: a side branch more than 100 blocks below the best tip, 102, or one too many by its miner: not taken from a network \(without -p, it is appended\)$'
    [ "$(grep -c '^stdin:' "$err")" -eq 1 ]
    { echo "later $(id <deep)" && echo "later $(id <child)"; } | cmp - "$out"
    cmp before ledger
    expect 0 ledger-append -p ledger <near # it is known
    # with these journals damaged, a move down there removes the index
    cp ledger broken
    ledger-append -q broken </dev/null
    sqlite3 broken.index 'UPDATE journal SET sum = 7'
    damaged() { sqlite3 broken.index 'SELECT count(*) FROM journal WHERE sum = 7'; }
    keygen -s 'test key stranger' stranger 2>/dev/null
    awk '{ NF-- } 1' deep | sign stranger >forged
    expect 1 ledger-append broken <forged
    says '^stdin:1: block: seal is not its miner.s signature$'
    awk -v who="$(account stranger)" '{ $7 = who; NF-- } 1' deep | sign stranger >strange
    expect 1 ledger-append -p broken <strange
    says '^stdin:1: block: a side branch more than 100 blocks below'
    [ "$(damaged)" -eq 104 ]
    expect 2 ledger-append broken <deep
    says '^ledger-append: index: .*; removed, and rebuilt at the next use'
    # a program's input may have such a branch
    cat before deep child >whole
    expect 0 ledger-append -q ledger < <(cat deep child)
    cmp whole ledger
}

# bats test_tags=thorough
@test "from a network, two hundred blocks off the best chain are taken near its tip, and no more, unless they make it longer" {
    sign_chain 1 bob >chain
    ledger-append -q ledger <chain
    seal -k bob.key -T 1700000001 ledger </dev/null >first
    upon bob 1 <first >second
    for more in $(seq 2 202); do upon bob "$more" <first; done >others
    cat first second | ledger-append -q ledger
    expect 1 ledger-append -p ledger <others
    says '^stdin:201: block: a side branch'
    [ "$(grep -c '^stdin:' "$err")" -eq 1 ]
    [ "$(wc -l <ledger)" -eq $(($(wc -l <chain) + 202)) ]
    # upon another one of them, the second is heavier than the best chain
    head -n 1 others | upon bob 1 >longer
    expect 0 ledger-append -p ledger <longer
    says '^ledger-append: reorg: 1 block undone, 2 done$'
}

@test "from a network, one member's blocks off the best chain keep out none of another" {
    sign_chain 1 'a b c d e f g h i' >ledger
    for height in 1 2 3; do
        seal -k "$(turn_of $height).key" -T 170000000$height ledger </dev/null >block
        [ $height -ne 1 ] || cp block first
        ledger-append -q ledger <block
    done
    other=$(turn_of 5)
    for more in $(seq 2 53); do upon "$other" "$more" <first; done >others
    expect 1 ledger-append -p ledger <others
    says '^stdin:51: block: a side branch .*, or one too many by its miner: '
    [ "$(grep -c '^later' "$out")" -eq 2 ]
    upon "$(turn_of 7)" 2 <first >another
    expect 0 ledger-append -p ledger <another
    cmp another "$out"
}

@test "from a network, the heavier branch of a chain that was parted is taken, whatever it asks between two blocks of a member" {
    sign_chain 1 "$(echo m{1..40})" -p 1 >left
    cp left right
    for more in {1..14}; do seal -o -k "$(turn_of 1).key" -T $((1700000000 + more)) left </dev/null | ledger-append -q left; done
    for more in {1..20}; do seal -o -k "$(turn_of 2).key" -T $((1700000000 + more)) right </dev/null | ledger-append -q right; done
    expect 0 ledger-append -q -p left <right
    [ "$(ledger-chain -t left)" = "$(ledger-chain -t right)" ]
}

@test "evidence whose headers stand upon a block off the chain is refused with an index, too" {
    while read -r name; do
        expect 1 ledger-append -q "$name" <"$SEALS/bad/$name.ledger"
        says "tx: accuse: the headers' parent is no ancestor of this block$"
        took=1
    done < <(awk '/is no ancestor of this block/ { sub(/:.*/, "", $1); print $1 }' "$SEALS/faults")
    [ "$took" ]
}
