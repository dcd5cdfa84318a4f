load lib/common

# Finality over work: members attest checkpoints (validator), miners put their lines into blocks (txpool, mine, seal), and what
# is final is never undone; who signs two histories loses its stake.

# A chain whose blocks are mined, with a checkpoint every two, and members bob, carol, dave and erin, who stake 100 each.
setup() {
    fresh_folder
    for name in alice bob carol dave erin; do keygen -s "demo $name" "$name"; done >names 2>/dev/null
    grep -v alice names >members
    ledger-init -n demo -T 1700000000 -s 1 -e 0 -t ff -b 5000 -A stake -M members -i 2 -u 20 -x 1000 -m 100 -B 3 "$@" alice 1000 >ledger
}

# mined HEIGHT [ARGUMENT...]: a block on the best tip of stdin's records; the height is its time.
mined() {
    mine -m alice -T $((1700000000 + $1)) "${@:2}"
}

# What the members sign now, by their validators.
attested() { # NAME...
    for name in "$@"; do validator -k "$name.key" </dev/null; done
}

# Mines this many blocks, each with what is in the pool, while these members attest.
grow() { # COUNT NAME...
    local i height
    for ((i = 0; i < $1; i++)); do
        height=$(($(ledger-chain -t ledger | cut -d ' ' -f 2) + 1))
        txpool -s pool | mined $height | ledger-append -q ledger
        attested "${@:2}" | txpool pool >passed
    done
}

final() { # [LEDGER]
    "$BIN/.t/sealtest" tips "${1-ledger}" | cut -d ' ' -f 7
}

@test "members attest, blocks hold their lines, and checkpoints become final" {
    grow 3 bob carol dave erin
    # the lines for checkpoint 2 stand in block 3, before its state line
    ledger-chain -s 3 ledger | cut -d ' ' -f 1 | xargs | grep -qx 'block attest attest attest attest state'
    [ "$(final)" = 0 ]
    grow 2 bob carol dave erin
    # those for 4, from 2, in block 5
    [ "$(final)" = 2 ]
    grow 2 bob carol dave erin
    [ "$(final)" = 4 ]
    verify -q ledger
    # as often as they are asked, they sign once
    [ "$(grep -c '^attest ' bob.key.history)" = 3 ]
    diff <(ledger-chain ledger | grep -c "^attest .* $(cut -d ' ' -f 2 bob.pub) ") <(echo 3)
}

@test "with three of four; not with two" {
    grow 5 bob carol
    [ "$(final)" = 0 ]
    grow 4 bob carol dave
    [ "$(final)" = 6 ]
}

@test "a reorganisation below the final checkpoint is refused, however heavy" {
    grow 5 bob carol dave
    [ "$(final)" = 2 ]
    tip=$(ledger-chain -t ledger)
    # 51 percent: a longer branch upon block 1
    ledger-chain -n 2 ledger >attack
    mine -m bob -l attack -n 9 -T 1700000002 </dev/null >branch
    head -n 1 branch | grep -q '^block 2 '
    ledger-append -q ledger <branch
    [ "$(ledger-chain -t ledger)" = "$tip" ]
    verify -q ledger
    # where nothing is final, the same attack works
    ledger-chain -n 2 ledger >free
    { grep '^block 2 ' ledger && cat branch; } | ledger-append free 2>said >kept
    grep -q 'reorg: 1 block undone, ' said
    [ "$(ledger-chain -t free | cut -d ' ' -f 2)" = 10 ]
    # upon the final checkpoint it is an ordinary reorganisation
    ledger-chain -n 3 ledger >attack
    mined 3 -l attack -n 9 </dev/null | ledger-append ledger 2>said >kept
    grep -q 'reorg: 3 blocks undone, ' said
}

@test "a lighter branch that becomes final wins, but not below a checkpoint that somebody signed" {
    cp ledger heavy
    grow 5 bob carol dave
    [ "$(final)" = 2 ]
    for height in 1 2 3 4 5 6 7 8; do mined $((50 + height)) -l heavy </dev/null | ledger-append -q heavy; done
    ledger-chain -s 1 ledger >branch
    keygen -s ann ann >/dev/null 2>&1
    ledger-checkpoint -k ann.key -s 7 heavy | cat ann.pub - >checkpoints
    cp heavy free
    ledger-append free <branch 2>said >kept
    grep -q 'reorg: 8 blocks undone, 5 done' said
    tip=$(ledger-chain -t heavy)
    expect 1 ledger-append -C checkpoints heavy <branch
    says REFUSED
    # only the block that would do it
    ledger-chain -s 1 -n 4 ledger | cmp - "$out"
    [ "$(ledger-chain -t heavy)" = "$tip" ]
    # a whole ledger is judged so, too
    expect 1 verify -q -C checkpoints free
    says ': checkpoint: its branch would be the best chain, but has not [0-9a-f]* at height 7, which 1 key names$'
    verify -q -C checkpoints heavy
}

@test "a validator in a pipeline: blocks pass whole, and its lines come between them" {
    mined 1 -n 5 </dev/null >blocks
    ledger-append -p ledger <blocks | validator -k bob.key >out
    grep -v '^attest ' out | diff blocks -
    grep '^attest ' out | cut -d ' ' -f 3,5 | tail -n 1 | grep -qx '0 4'
    verify -q -l ledger out
    # a line that gossip brings waits beside the pool, once
    grep '^attest ' out | tail -n 1 >line
    { cat line && echo hello; } | txpool pool 2>/dev/null | diff <(cat line && echo hello) -
    txpool pool <line >/dev/null
    diff line pool.attests
    # what nobody counts passes, and does not wait
    validator -k alice.key </dev/null >none
    [ ! -s none ]
    sed 's/ [0-9a-f]* [0-9a-f]*$//' line >text
    printf '%s %s' "$(cat text)" "$(cut -d ' ' -f 2 alice.pub)" >message
    openssl pkeyutl -sign -rawin -inkey alice.key -in message | od -An -v -tx1 | tr -d ' \n' >signature
    echo "$(cat message) $(cat signature)" | txpool pool >passed
    [ -s passed ]
    diff line pool.attests
    # in the file, a line that was cut short is left out
    { cat line && printf 'attest 12'; } >pool.attests
    txpool -s pool | diff line -
    attested carol | txpool pool >passed
    cat line passed | diff - pool.attests
}

@test "a validator says its line again for each new block, until one holds it" {
    mkfifo in
    validator -k bob.key <in >out 3>&- &
    exec 8>in
    targets() { [ "$(cut -d ' ' -f 5 out | xargs)" = "$1" ]; }
    mined 1 -n 2 </dev/null | ledger-append -q ledger
    eventually targets 2
    mined 3 </dev/null | ledger-append -q ledger
    eventually targets '2 2'
    [ "$(sort -u out | wc -l)" = 1 ]
    # block 4 holds it; block 5 the next one, which is not said again
    for height in 4 5 6; do
        txpool pool <out >passed
        txpool -s pool | mined $height | ledger-append -q ledger
        [ "$height" = 5 ] || eventually targets "$(seq -s ' ' 2 2 "$height" | sed 's/^2/2 2/')"
    done
    exec 8>&-
    wait
    targets '2 2 4 6'
}

@test "mine takes attest lines before transactions, in order, and nothing else" {
    grow 2 bob carol dave
    txpool -s pool >body
    [ "$(wc -l <body)" = 3 ]
    tac body >wrong
    expect 1 mined 3 <wrong
    says '^stdin:2: attest: lines are not in ascending order$'
    txmake -f alice bob 5 | txsign -k alice.key >tx
    cat tx body >wrong
    expect 1 mined 3 <wrong
    says '^stdin:2: attest: after a transaction$'
    echo hello >wrong
    expect 1 mined 3 <wrong
    says '^stdin:1: not a transaction$'
    cat body tx | mined 3 | ledger-append ledger
    # a second time, and too late
    expect 1 mined 4 <body
    says '^stdin:1: attest: its key has attested height 2 before$'
    [ ! -s <(txpool -s pool) ]
}

@test "what is too old is dropped from the pool" {
    grow 3 bob
    [ "$(wc -l <pool.attests)" = 1 ]
    for height in 4 5 6 7 8; do mined $height </dev/null | ledger-append -q ledger; done
    attested bob | txpool pool >passed
    diff passed pool.attests
}

# 10,000 lines, by so many members in turns, for each of these targets.
many_lines() { # MEMBERS TARGET...
    awk -v chain="$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)" -v members="$1" -v targets="${*:2}" 'BEGIN {
        count = split(targets, target)
        for (i = 0; i < 10000; i++)
            printf "attest %s 0 %s %s %064d %064d %0128d\n", chain, chain, target[int(i / members) % count + 1], 7, i % members + 1, 0
    }'
}

@test "a full pool: what is too old goes first, and then a line of whoever has most" {
    mined 1 -n 4 </dev/null | ledger-append -q ledger
    attested bob >line
    [ -s line ]
    # each of 5000 members has two lines: of one, the older goes
    many_lines 5000 2 4 >pool.attests
    txpool pool <line >passed
    [ "$(wc -l <pool.attests)" = 10000 ]
    [ "$(grep -cxf line pool.attests)" = 1 ]
    [ "$(grep -c ' 2 [0-9]* [0-9]* 0*$' pool.attests)" = 4999 ]
    # where nobody has more than one, who comes last has no claim
    many_lines 10000 4 >pool.attests
    txpool pool <line >passed
    [ "$(wc -l <pool.attests)" = 10000 ]
    [ "$(grep -cxf line pool.attests)" = 0 ]
    # but nothing that is too old keeps it out
    mined 5 -n 4 </dev/null | ledger-append -q ledger
    many_lines 10000 2 >pool.attests
    attested bob | tee line | txpool pool >passed
    diff line pool.attests
}

@test "validator --history: out, in again, and what was signed elsewhere is not contradicted" {
    grow 5 bob carol dave
    expect 0 validator -k bob.key --history
    python3 -c 'import json, sys
it = json.load(open(sys.argv[1]))
assert it["metadata"]["interchange_format_version"] == "5"
assert it["metadata"]["genesis_validators_root"] == "0x" + sys.argv[2]
one, = it["data"]
assert one["pubkey"] == "0x" + sys.argv[3] and one["signed_blocks"] == []
assert [(a["source_epoch"], a["target_epoch"]) for a in one["signed_attestations"]] == [("0", "2"), ("2", "4")]' \
        "$out" "$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)" "$(cut -d ' ' -f 2 bob.pub)"
    cp "$out" bob.json
    expect 0 validator -k bob.key -r moved -I bob.json
    cmp moved bob.key.history
    # a second time nothing is added; on stdin, and at once out again
    expect 0 validator -k bob.key -r moved -I - -H <bob.json
    cmp "$out" bob.json
    cmp moved bob.key.history
    # another machine has signed for another branch: one that goes around it is not signed
    sed 's/"source_epoch":"2","target_epoch":"4"/"source_epoch":"2","target_epoch":"8"/' bob.json >other.json
    expect 0 validator -k bob.key -r moved -I other.json
    mined 6 </dev/null | ledger-append -q ledger
    expect 0 validator -k bob.key -r moved </dev/null
    [ ! -s "$out" ]
    says '^validator: not signed: an attest from 4 to 6: this key has signed one around it, or within$'
    expect 0 validator -k bob.key </dev/null
    [ -s "$out" ]
}

@test "validator --import: what is no interchange of this chain adds nothing" {
    grow 3 bob
    cp bob.key.history before
    validator -k bob.key -H >bob.json
    refuse() { # WORDS JSON
        expect 1 validator -k bob.key -I - < <(printf %s "$2")
        says "^validator: stdin: nothing taken: interchange: $1"
        [ ! -s "$out" ]
        cmp before bob.key.history
    }
    refuse 'line 1: ' ''
    refuse 'line 1: ' "$(head -c 100 bob.json)"
    refuse 'its version is not 5' "$(sed 's/"5"/"4"/' bob.json)"
    refuse 'it is of another chain' "$(sed 's/root":"0x[0-9a-f]/root":"0xz/' bob.json)"
    refuse 'there is no data' "$(sed 's/"data"/"date"/' bob.json)"
    refuse 'a key lacks' "$(sed 's/signed_blocks/signed_block/' bob.json)"
    refuse 'a signed attestation' "$(sed 's/"target_epoch":"2"/"target_epoch":"02"/' bob.json)"
    refuse 'a signed attestation' "$(sed 's/"target_epoch":"2"/"target_epoch":2/' bob.json)"
    refuse 'a signed attestation' "$(sed 's/signing_root":"0x/signing_root":"/' bob.json)"
    refuse 'a signed block' "$(sed 's/"signed_blocks":\[/&{}/' bob.json)"
    # other keys' data is not ours
    key=$(cut -d ' ' -f 2 carol.pub)
    sed "s/$(cut -d ' ' -f 2 bob.pub)/$key/" bob.json >carol.json
    refuse "it says nothing of this key, $(cut -d ' ' -f 2 bob.pub | cut -c 1-8)[.]" "$(<carol.json)"
    refuse 'it says nothing of this key' "$(sed 's/"data":\[.*/"data":[]}/' bob.json)"
    expect 2 validator -k bob.key -I none.json
    says '^validator: none.json: No such file'
    # digits in any case
    sed "s/$key/${key^^}/" carol.json >capitals.json
    expect 0 validator -k carol.key -I capitals.json
    says '^validator: carol.key.history: begins a new history$'
    grep -q '^attest 0 2 ' carol.key.history
    cp carol.key.history carols
    expect 0 validator -k carol.key -I - <carol.json
    [ ! -s "$err" ]
    cmp carols carol.key.history
    # a mistyped path
    expect 2 validator -k bob.key -r typo -H
    says '^validator: typo: No such file'
    [ ! -e typo ]
    expect 2 validator -k bob.key -r carol.key.history -H
    says '^validator: carol.key.history:1: it is of another key'
    expect 2 sh -c 'validator -k bob.key -H >/dev/full'
    expect 2 validator -k bob.key -H -l none
    # a chain whose members sign nothing of the kind
    ledger-init -S sign -M members -T 1700000000 >turns
    expect 2 validator -k bob.key turns </dev/null
    says "^validator: turns: 'rule seal sign' without 'rule finality': members of this chain do not vote\$"
}

# A second chain upon block 1, in `other`, of this many blocks, whose miner is another; members who lie keep a second history for it.
other_chain() { # COUNT NAME...
    local i height
    [ -e other ] || ledger-chain -n 2 ledger >other
    for ((i = 0; i < $1; i++)); do
        height=$(($(ledger-chain -t other | cut -d ' ' -f 2) + 1))
        txpool -s -l other other.pool | mine -l other -m bob -T $((1700000000 + height)) | ledger-append -q other
        for name in "${@:2}"; do validator -k "$name.key" -r "$name.lies" -l other </dev/null; done | txpool -l other other.pool >passed
    done
}

# The lines of a member in a ledger.
said_by() { # NAME LEDGER [SOURCE TARGET]
    grep "^attest .* $(cut -d ' ' -f 2 "$1.pub") " "$2" | awk -v s="${3-}" -v t="${4-}" 's == "" || ($3 == s && $5 == t)'
}

accuse() { # FILE
    txmake -p pool -f alice --accuse "$1" | txsign -k alice.key | txpool pool >passed
}

# bats test_tags=thorough
@test "two final checkpoints that exclude each other: those who lied hold a third, and their stake burns" {
    grow 5 bob carol dave
    other_chain 7 bob carol erin
    [ "$(final)" = 2 ]
    [ "$(final other)" = 4 ]
    tip=$(ledger-chain -t ledger)
    sed '1,/^block 2/{/^block 2/!d}' other | ledger-append -q ledger
    # the chain that was final first counts, though the other is longer, and every reader sees both
    [ "$(ledger-chain -t ledger)" = "$tip" ]
    [ "$("$BIN/.t/sealtest" tips ledger | cut -d ' ' -f 7,8)" = '2 1' ]
    supply() { "$BIN/.t/sealtest" tips ledger | cut -d ' ' -f 6; }
    before=$(supply)
    for name in bob carol; do
        { said_by $name ledger 0 2 && said_by $name other 0 2; } | sort -u >evidence
        [ "$(wc -l <evidence)" = 2 ]
        accuse evidence
    done
    # there is nothing to accuse the others of
    { said_by dave ledger && said_by erin other; } | sort -u | head -n 2 >evidence
    run_apart txmake -f alice --accuse evidence
    [ "$status" -ne 0 ]
    [ ! -s "$out" ]
    txpool -s pool | mined 6 | ledger-append -q ledger
    # half of the members had lied: of their 200, 20 are alice's, 180 are gone; the block's reward is 50
    [ "$(supply)" = $((before + 50 - 180)) ]
    [ "$(ledger-balance -l ledger alice | cut -d ' ' -f 3)" = $((1000 + 6 * 50 + 20)) ]
    verify -q ledger
    audit-by-hand ledger >/dev/null
    # their lines count until two later checkpoints are final, and no longer
    grow 6 dave erin bob carol
    [ "$(final)" = 8 ]
    attested bob carol >lines
    [ ! -s lines ]
    attested dave >lines
    [ -s lines ]
}

@test "one line around another is a crime, too; a validator signs neither" {
    grow 5 bob carol dave
    other_chain 5
    other_chain 1 bob
    # with the history that it has, it signs nothing there
    expect 0 validator -k bob.key -l other </dev/null
    [ ! -s "$out" ]
    says '^validator: not signed: an attest from 0 to 6: this key has signed one around it, or within$'
    # with another one it does: from 0 to 6 goes around from 2 to 4
    other_chain 1
    said_by bob other 0 6 >around
    [ -s around ]
    { cat around && said_by bob ledger 2 4; } | sort >evidence
    [ "$(wc -l <evidence)" = 2 ]
    accuse evidence
    txpool -s pool | mined 6 | ledger-append -q ledger
    [ "$(ledger-chain -s 6 ledger | grep -c ' accuse ')" = 1 ]
    [ "$(ledger-balance -l ledger alice | cut -d ' ' -f 3)" = $((1000 + 6 * 50 + 10)) ]
    # not a second time
    accuse evidence 2>said || :
    [ ! -s passed ]
}

@test "where members seal in turns, seal takes the lines" {
    ledger-init -S sign -M members -n turns -p 1 -s 1 -i 2 -T 1700000000 alice 1000 >ledger
    for height in 1 2 3 4 5; do
        txpool -s pool >body
        seal -o -k carol.key -T $((1700000000 + height)) <body | ledger-append -q ledger
        attested bob carol dave | txpool pool >passed
    done
    [ "$(ledger-chain ledger | grep -c '^attest ')" = 6 ]
    [ "$(final)" = 2 ]
    verify -q ledger
}

@test "a farm's block has them, too" {
    grow 2 bob carol dave erin
    txpool -s pool >lines
    mine -o -m alice -T 1700000003 -n 1 -r 0 -B body <lines >tickets
    { minework <tickets | grep '^block ' && cat body; } | ledger-append -q ledger
    ledger-chain -s 3 ledger | cut -d ' ' -f 1 | xargs | grep -qx 'block attest attest attest attest state'
}
