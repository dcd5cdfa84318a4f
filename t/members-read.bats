load lib/common
load lib/ledger

# What members do and make final, in the programs that read a ledger.

GOOD=$VECTORS/seals/good
KEYS=$VECTORS/v2/keys/names

setup() {
    fresh_folder
}

# use VECTOR: it is ./ledger.
use() {
    cp "$GOOD/$1.ledger" ledger
    rm -f ledger.index*
}

# The height, by the vectors, of the highest final block.
final() { # VECTOR
    awk -v name="$1" '$1 == name { print $7 }' "$VECTORS/seals/tips"
}

@test "ledger-chain -f: up to the highest final block, of the ledger or of a chain" {
    for name in bft-all-votes finality-final finality-final-after-a-skipped-checkpoint finality-reorg-below-justified; do
        use "$name"
        expect 0 ledger-chain -f
        [ ! -s "$err" ]
        height=$(final "$name")
        ledger-chain -n $((height + 1)) | cmp - "$out"
        [ "$(ledger-chain --final -t)" = "$(ledger-chain -H -s "$height" -n 1 | head -n 1)" ]
        ledger-chain -f -H | cmp - <(ledger-chain -H -n $((height + 1)))
        expect 1 ledger-chain -f -s $((height + 1))
        says "^ledger-chain: ledger: the height of its highest final block is $height\$"
    done
    # what block 3 of the next one has made final is 2, whatever came later
    use bft-all-votes
    ledger-chain -f -b "$(ledger-chain -H -s 3 -n 1 | head -n 1 | id)" | cmp - <(ledger-chain -n 3)
}

@test "ledger-chain -f: of two final blocks that exclude each other, the first; without finality, genesis and a word" {
    use finality-two-conflicting-finals-first-counts
    expect 0 ledger-chain -f
    says 'two final blocks exclude each other'
    ledger-chain -n 3 2>/dev/null | cmp - "$out"
    expect 0 ledger-chain -f -t -b "$(ids ledger | tail -n 1)"
    [ "$(id <"$out")" != "$(ledger-chain -f -t 2>/dev/null | id)" ]
    easy_chain
    mined ledger 2 miner | ledger-append -q
    expect 0 ledger-chain -f
    says '^ledger-chain: ledger: no block after genesis becomes final on this chain$'
    cmp genesis "$out"
    expect 2 sh -c 'ledger-chain -f >/dev/full'
}

# marked VECTOR: "NUMBER WORD" of each block that ledger-graph marks, in a line.
marked() {
    use "$1"
    ledger-graph -F 2>/dev/null >./dot
    ! command -v dot >/dev/null || dot -Tsvg dot >svg
    sed -n 's/^  b\([0-9]*\) \[label="[^"]*\\n\(final\|justified\)[\\"].* class="[a-z]* \2".*/\1 \2/p' dot | tr '\n' ,
}

@test "ledger-graph: which blocks are final and which are justified, in labels, classes and the legend" {
    [ "$(marked bft-all-votes)" = '0 final,1 final,2 final,3 final,' ]
    grep -q '>final</td>' dot
    refute grep -q '>justified</td>' dot
    grep -q '>sealed by ' dot
    [ "$(marked finality-final)" = '0 final,1 final,2 final,4 justified,' ]
    grep -q '>justified</td>' dot
    # off the best chain, too
    [ "$(marked finality-two-conflicting-finals-first-counts)" = '0 final,1 final,2 final,4 justified,6 final,' ]
}

@test "ledger-log: a column says what is final, only where something can be" {
    use finality-final
    [ "$(ledger-log | awk '{ print $NF }' | tr '\n' ' ')" = 'final final final - justified - ' ]
    [ "$(ledger-log -n 2 | awk '{ print $NF }' | tr '\n' ' ')" = 'justified - ' ]
    use accuse-two-headers
    [ "$(ledger-log | awk 'NF != 6' | wc -l)" -eq 0 ]
}

@test "ledger-show: a block with votes, its set, whether it is final" {
    use accuse-two-precommits
    expect 0 ledger-show -a "$KEYS" 5
    grep -qx 'final    yes' "$out"
    grep -qx "set      $(ledger-chain -H -s 5 -n 1 | head -n 1 | cut -d ' ' -f 6)" "$out"
    grep -qx "votes    $(ledger-chain -s 5 -n 1 | grep -c '^vote')" "$out"
    block=$(ledger-chain -H -s 4 -n 1 | head -n 1 | id)
    grep -Eqx "  [0-9a-f]{12} member0 \(a07959ed\) votes for 4 ${block:0:12} in round 0" "$out"
    ledger-show 6 | grep -qx 'final    no'
    ledger-show -a "$KEYS" 0 | grep -Eqx '  [0-9a-f]{12} member member3 \(82a62f40\) has weight 1000'
    ledger-show -a "$KEYS" "$(grep -m 1 '^member' ledger | id)" >shown
    grep -qx 'weight   1000' shown
    grep -Eqx 'account  member[0-9] \([0-9a-f]{8}\)' shown
}

@test "ledger-show: a vote, an attest and a state line by its id, or by the first digits" {
    for name in bft-all-votes finality-attest-before-state; do
        use "$name"
        grep -E '^(vote|attest|state) ' ledger | while IFS= read -r line; do
            id=$(id <<<"$line")
            expect 0 ledger-show -a "$KEYS" "${id:0:16}"
            [ "$(head -n 1 "$out" | tr -s ' ')" = "${line%% *} $id" ]
            height=$(sed -n 's/^block *\([0-9]*\) of .*/\1/p' "$out")
            ledger-chain -s "$height" -n 1 | grep -Fqx "$line"
        done
    done
    use bft-all-votes
    line=$(grep -m 1 '^vote' ledger)
    ledger-show -a "$KEYS" "$(id <<<"$line")" | grep -qx "for      1 $(cut -d ' ' -f 6 <<<"$line")"
    ledger-show -a "$KEYS" "$(id <<<"$line")" | grep -Eqx 'by       member4 [(][0-9a-f]{8}[)]'
    expect 1 ledger-show "$(printf %064d 7)"
    says 'no block or record'
    # one that two sibling blocks have is one record, in both
    use bft-reorg-of-a-tip-not-final
    twice=$(grep '^vote ' ledger | sort | uniq -d | head -n 1)
    [ -z "$twice" ] || [ "$(ledger-show "$(id <<<"$twice")" | grep -c '^block ')" -eq 2 ]
}

@test "ledger-history -m: what a member has signed, in order, backwards, some, on another branch" {
    for name in bft-all-votes finality-final bft-reorg-of-a-tip-not-final; do
        use "$name"
        awk '/^(vote|attest) / { print $(NF - 1) }' ledger | sort -u >keys
        while read -r key; do
            expect 0 ledger-history -m -v "$key"
            ledger-chain | grep -E "^(vote|attest) .* $key [0-9a-f]*\$" >want
            cut -d ' ' -f 6 "$out" | diff <(while IFS= read -r line; do id <<<"$line"; done <want) -
            while read -r _ _ height _ block id kind _ _ _ n; do
                line=$(sed -n "${n}p" ledger)
                [ "$(id <<<"$line")" = "$id" ] && [ "${line%% *}" = "$kind" ]
                [ "$(ledger-chain -s "$height" -n 1 | head -n 1 | id)" = "$block" ]
            done <"$out"
            ledger-history -m -v -r "$key" | tac | cmp - "$out"
            ledger-history -m -v -n 1 "$key" | cmp - <(head -n 1 "$out")
        done <keys
    done
    use finality-final
    line=$(grep -m 1 '^attest' ledger)
    key=$(cut -d ' ' -f 7 <<<"$line")
    [ "$(ledger-history -m "$key" | head -n 1 | cut -d ' ' -f 7-)" = "attest $(cut -d ' ' -f 5,6,3 <<<"$line" |
        awk '{ print $2, $3, $1 }')" ]
    expect 1 ledger-history -m -s 999 "$key"
    expect 1 ledger-history --member alice -a "$KEYS"
    expect 2 sh -c "ledger-history -m $key >/dev/full"
}

@test "ledger-show: a block with attest lines; one that is final off the best chain" {
    use finality-two-conflicting-finals-first-counts
    expect 0 ledger-show -a "$KEYS" 5
    grep -qx 'attests  3' "$out"
    refute grep -q '^set ' "$out"
    grep -Eqx '  [0-9a-f]{12} member3 \(82a62f40\) attests 4 [0-9a-f]{12} from 2 [0-9a-f]{12}' "$out"
    [ "$(ledger-show 4 2>/dev/null | grep '^final ')" = 'final    no, but justified' ]
    [ "$(ledger-show "$(ids ledger | sed -n 7p)" 2>/dev/null | grep '^final ')" = \
        'final    yes, but it excludes another final block, which counts' ]
    [ "$(ledger-show "$(ids ledger | sed -n 8p)" 2>/dev/null | grep '^final ')" = 'final    no' ]
}

@test "ledger-show: what members do, in a block and by itself" {
    use accuse-two-precommits
    tx=$(grep '^tx .* accuse ' ledger | id)
    ledger-show -a "$KEYS" "$tx" >shown
    grep -Eqx 'accused  member[0-9] \([0-9a-f]{8}\)' shown
    grep -qx 'signed   two vote lines that exclude each other' shown
    ledger-show -a "$KEYS" 1 | grep -Eq "^  ${tx:0:12} [a-z0-9]+ \([0-9a-f]{8}\) accuses member[0-9] \([0-9a-f]{8}\) of two vote lines\$"
    use unbonding-entry-until-it-returns
    tx=$(grep -m 1 '^tx .* unstake ' ledger)
    ledger-show "$(id <<<"$tx")" | grep -qx "amount   $(cut -d ' ' -f 7 <<<"$tx")"
    use admit-two-wishes-of-four
    tx=$(grep -m 1 '^tx .* admit ' ledger)
    weight=$(cut -d ' ' -f 8 <<<"$tx")
    ledger-show -a "$KEYS" "$(id <<<"$tx")" | grep -qx "weight   $weight"
    ledger-show -a "$KEYS" 1 | grep -Eq " wants [a-z0-9]+ \([0-9a-f]{8}\) to have weight $weight\$"
}

# The third field of accounts, and the last of stakes and unbonding sums.
sums() {
    awk '$1 == "account" || $1 == "stake" { n += $3 } $1 == "unbonding" { n += $4 } END { printf "%d %.0f\n", NR, n }'
}

@test "ledger-balance -e: as many entries as the state has, and all that they say is the supply" {
    checked=0
    while read -r name _ _ _ count supply _; do
        [ "$supply" -lt 4503599627370496 ] || continue
        use "$name"
        [ "$(ledger-balance -e 2>/dev/null | sums)" = "$count $supply" ] ||
            { echo "$name" && false; }
        checked=$((checked + 1))
    done < <(head -n "$(few 100 12)" "$VECTORS/seals/tips")
    [ "$checked" -gt 8 ]
}

@test "ledger-balance -e NAME: what names it, after any block" {
    use slash-one-block-before-it-returns
    who=$(sed -n 's/^accused //p' <(ledger-balance -e))
    ledger-balance -e "$who" | names -a "$KEYS" | sed 's/ member4 / /' | diff - <(printf '%s\n' 'account 149 1' 'accused member4' \
        'unbonding 10 672' 'unbonding 6 223')
    ledger-balance -e -s 0 "$who" | diff - <(printf '%s\n' "account $who 100 0" "stake $who 1339")
    use admit-two-wishes-of-four
    ledger-balance -e | grep '^wish' >wishes
    read -r _ who about weight <wishes
    ledger-balance --entries "$about" | grep -qx "wish $who $about $weight"
    ledger-balance -e "$who" | grep -qx "wish $who $about $weight"
    expect 2 sh -c 'ledger-balance -e >/dev/full'
}

# The Merkle root of the ids of the lines on stdin, three of them.
root_of_three() {
    local ids
    mapfile -t ids < <(while IFS= read -r line; do id <<<"$line"; done)
    [ "${#ids[@]}" -eq 3 ] || return 1
    printf %s "$(printf %s "${ids[0]} ${ids[1]}" | id) ${ids[2]}" | id
}

@test "ledger-balance -M: the members after a block are those whose root the next header has" {
    use accuse-two-precommits
    for height in 1 2 3 4 5; do
        expect 0 ledger-balance -M -s "$height"
        [ "$(root_of_three <"$out")" = "$(ledger-chain -s $((height + 1)) -n 1 | head -n 1 | cut -d ' ' -f 6)" ]
    done
    [ "$(ledger-balance -M -s 0 | wc -l)" -eq 4 ]
    ledger-balance --members -a "$KEYS" member3 alice member1 | names -a "$KEYS" |
        diff - <(printf '%s\n' 'member member3 1000' 'member alice 0' "member member1 0")
    expect 2 ledger-balance -M "p$(printf %064d 0)"
    says 'can be no member: it is no Ed25519 key'
    expect 2 ledger-balance -M -e
    says '^ledger-balance: only one of -e and -M can be given'
    easy_chain
    rm -f ledger.index*
    expect 1 ledger-balance -M
    says '^ledger-balance: ledger: this chain has no members$'
}

# staked KEY: whether its history tells, forwards and backwards, all that it has staked and unbonding; of whom the chain's own
# effects are known none is left over.
staked() { # KEY
    ledger-history "$1" >events || [ $? -eq 1 ]
    ledger-history -r "$1" | tac | cmp - events
    ! grep -q " other " events
    ledger-balance -e "$1" >entries
    [ ! -s events ] || [ "$(tail -n 1 events | cut -d ' ' -f 11)" = "$(cut -d ' ' -f 3 entries | head -n 1)" ]
    awk -v first="$(sed -n "s/^member $1 //p" ledger)" '
        FILENAME == "events" { n += ($7 == "stake") * $9 - ($7 == "return" || $7 == "slash") * $9 }
        $1 == "stake" { n -= $3 } $1 == "unbonding" { n -= $4 }
        END { exit n + first != 0 }' events entries
}

@test "ledger-history: stakes, what returns, accusations and what they take, add up to what is staked and unbonding" {
    seen=0
    for file in $(grep -l '^rule allow stake' "$GOOD"/*.ledger | head -n "$(few 14 4)"); do
        use "$(basename "$file" .ledger)"
        [ "$(grep -c ^member ledger)" -lt 50 ] || continue
        for key in $(ledger-chain 2>/dev/null | awk '$1 == "tx" { print $3 } $1 == "member" { print $2 }' | sort -u | grep '^[0-9a-f]'); do
            staked "$key" 2>err || { echo "$file $key" && cat err && false; }
            seen=$((seen + 1))
        done
    done
    [ "$seen" -gt "$(few 20 3)" ]
}

@test "ledger-history: each kind of event, with the other one and the amount" {
    use slash-rounds-each-sum-down
    ledger-history -a "$KEYS" member4 | names -a "$KEYS" | cut -d ' ' -f 3,7- | diff - <(
        printf '%s\n' '0 grant - 100 0 100 -' '1 unstake - 333 1 99 -' '2 unstake - 7 1 98 -' '3 slash alice 444 0 98 -' \
            '4 reward - 50 0 148 -' '6 return - 223 0 371 -' '7 return - 5 0 376 -'
    )
    ledger-history -a "$KEYS" -s 3 alice | names -a "$KEYS" | cut -d ' ' -f 3,6- |
        diff - <(echo "3 $(grep '^tx .* accuse ' ledger | id) accuse member4 44 1 543 -")
    [ "$(ledger-history -a "$KEYS" -s 6 -n 1 -v member4 | awk '{ print $NF }')" = "$(grep -n '^block 6 ' ledger | cut -d : -f 1)" ]
}

# bats test_tags=thorough
@test "ledger-history and ledger-balance -e: the same of random ledgers" {
    need python3
    mkdir made
    python3 -B "$ROOT/t/lib/memberledgers.py" 2001 60 made
    awk '$2 != "bad" { print $1 }' made/said >good
    while read -r n; do
        cp "made/$n.ledger" ledger
        rm -f ledger.index*
        read -r count supply < <(awk -v n="$n" '$1 == n { print $5, $6 }' made/said)
        stake=$(grep '^rule allow stake' ledger || :)
        [ "$(ledger-balance -e 2>/dev/null | awk -v s="$stake" '!(s && $1 == "member")' | sums)" = "$count $supply" ]
        [ "$stake" ] || continue
        awk '$1 == "grant" { print $2 }' ledger >granted
        while read -r key; do
            staked "$key" 2>err || { echo "$n $key" && cat err && false; }
        done <granted
    done <good
}

# ledger-balance's lines of the accounts, stakes and unbonding sums, as a journal has them.
journal_of() {
    ledger-balance -e | awk '$1 == "account" && $3 { n["accounts:" $2] += $3 } $1 == "stake" { n["stakes:" $2] += $3 }
        $1 == "unbonding" { n["unbonding:" $2] += $4 } END { for (place in n) print place, n[place] }' | sort
}

@test "ledger-export -f hledger: stakes, unbonding and slashes balance, and hledger has what the state has" {
    need hledger
    for name in slash-rounds-each-sum-down slash-everything accuse-oneself accuse-by-a-policy-with-sponsor admit-two-wishes-of-four; do
        use "$name"
        expect 0 ledger-export -f hledger -a /dev/null
        cp "$out" journal
        hledger -f journal check --strict
        hledger -f journal balance --flat --no-total -O csv type:A | tail -n +2 |
            sed 's/^"\([a-z]*:[0-9a-z]*\)","\([0-9]*\).*/\1 \2/' | sort | diff <(journal_of) -
    done
    use slash-rounds-each-sum-down
    ledger-export -f hledger -a "$KEYS" >journal
    grep -A 2 ' member4 | returned ' journal | grep -qx '    unbonding:member4  -223 "vectors2"'
    grep -q '^    equity:slashed  400 "vectors2"$' journal # 444, of which a tenth is alice's
    # an assertion is one: another number is refused
    sed '0,/\(stakes:.* = \)[0-9]*/s//\17/' journal >forged
    refute hledger -f forged check 2>said
    grep -q 'balance assertion' said
}

@test "ledger-export -f hledger: what is no chain ends the journal, at its line" {
    use slash-everything
    sed 's/^\(rule minstake \).*/\199999999/' ledger >forged
    expect 1 ledger-export -f hledger forged
    says '^forged:1: block: root does not match the lines'
    expect 2 sh -c 'ledger-export -f hledger ledger >/dev/full'
}

@test "ledger-checkpoint -f: only for what is final" {
    keygen -s ann ann 2>/dev/null
    use finality-final
    expect 0 ledger-checkpoint -k ann.key -f -T 1800000000
    [ "$(cut -d ' ' -f 3,4 "$out")" = "2 $(ledger-chain -f -t | id)" ]
    ledger-checkpoint -k ann.key --final -s 1 -T 1800000000 | cmp - <(ledger-checkpoint -k ann.key -s 1 -T 1800000000)
    expect 1 ledger-checkpoint -k ann.key -f -s 3
    says '^ledger-checkpoint: ledger: the height of its highest final block is 2$'
    [ ! -s "$out" ]
}
