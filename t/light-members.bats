load lib/common
load lib/ledger
load lib/gossip

# Light clients of chains that members seal: headers, their sets and votes.

GOOD=$VECTORS/seals/good

@test "adjacent and skipping verification, trust, periods, forged votes, forks, puppets: each stream is judged as it must be" {
    "$BIN"/.t/lighttest >found || {
        grep -A 2 WRONG found
        false
    }
    [ "$(grep -c ' ok$' found)" -gt 55 ]
}

@test "the traces of Tendermint's light client: the same verdicts in our own format" {
    need python3
    published=$ROOT/../shared/vectors/light
    [ -d "$published" ] || skip 'no ../shared/vectors/light here, whose traces these are'
    python3 -B "$ROOT/t/lib/lighttraces.py" "$published"/*.json >traces
    "$BIN"/.t/lighttrace <traces >found || {
        grep WRONG found
        false
    }
    [ "$(grep -c '^block ' traces)" -eq "$(grep -Ec ' ok(:|$)' found)" ]
    for verdict in SUCCESS NOT_ENOUGH_TRUST INVALID; do
        grep -q " $verdict ok" found
    done
    # a verdict that is another one is seen
    sed '0,/NOT_ENOUGH_TRUST$/s//SUCCESS/' traces >other
    expect 1 "$BIN"/.t/lighttrace <other
}

# The headers of the best chain of a ledger, in heads.
heads_of() { # FILE
    rm -f led*
    ledger-append -q led <"$1" 2>/dev/null
    ledger-chain -H led >heads 2>/dev/null
}

@test "ledgers of all kinds: their headers hold, come out as they are, and end with the highest final block" {
    for name in bft-all-votes bft-later-round bft-joiner-seals-at-h-plus-2 bft-leaver-votes-on-h-plus-1 sign-one-member \
        admit-joins-and-seals-at-h-plus-2 accused-seals-at-h-plus-1; do
        heads_of "$GOOD/$name.ledger"
        expect 0 verify -H -w 9999999999 heads
        cmp heads "$out"
        last=$(ledger-chain -t led | cut -d ' ' -f 2)
        grep -q '^rule seal bft' heads && last=$((last - 1))
        [ "$(grep '^block ' heads | tail -n 1 | cut -d ' ' -f 2)" -eq "$last" ]
        if grep -q '^rule seal bft' heads; then tail -n 1 heads | grep -q '^vote '; fi
    done
    grep -c '^member ' heads
}

@test "random ledgers whose members come and go: their headers hold" {
    need python3
    mkdir made
    python3 -B "$ROOT/t/lib/memberledgers.py" 1 24 made
    count=0
    for file in made/*.ledger; do
        grep -qE '^rule seal (sign|bft)$' "$file" || continue
        name=${file##*/}
        grep -q "^${name%.ledger} bad" made/said && continue
        heads_of "$file"
        expect 0 verify -H -w 9999999999 heads
        cmp heads "$out"
        count=$((count + 1))
    done
    [ "$count" -gt 8 ]
}

@test "proofs: only of what is final" {
    heads_of "$GOOD/bft-joiner-seals-at-h-plus-2.ledger"
    id=$(grep -m 1 '^tx ' led | id)
    ledger-proof -l led "$id" >proof
    cat heads proof | verify -Hq
    # headers without votes are taken for now, and nothing in them can be believed
    first=$(grep -n '^block 1 ' heads | cut -d : -f 1)
    { head -n "$first" heads && cat proof; } >stream
    expect 1 verify -Hq stream
    says 'block: no votes for the last header, or the 0 before it: not final'
    says 'proof: its block [0-9a-f]{64} is not final by the headers before it'
}

@test "who votes twice is named, and the evidence is an accusation" {
    "$BIN"/.t/lighttest fork_names_the_culprits >fork
    expect 1 verify -Hq -T 1700001000 -E evidence fork
    says 'block: contradicts the final block at height 1: 3 members, with 3 of 4 by weight, voted for both$'
    says '^verify: evidence: evidence against those who voted twice, for `txmake -x evidence`$'
    [ "$(wc -l <evidence)" -eq 6 ]
    keygen -s alice alice >names 2>/dev/null
    expect 0 txmake -c "$(chain_id fork)" -f alice -s 0 -a names -x evidence
    [ "$(grep -c ' accuse vote ' "$out")" -eq 3 ]
    expect 1 verify -Hq -T 1700001000 fork
    says '^verify: -E FILE would keep the evidence'
    expect 2 verify -Hq -T 1700001000 -E /dev/full fork
    says '/dev/full: cannot be written'
}

@test "a header is trusted for so long, and options go with -H" {
    "$BIN"/.t/lighttest jump_on_half >jump
    expect 0 verify -H -T 1700001000 -w 1000 jump
    cmp jump "$out"
    expect 1 verify -H -T 1700001000 -w 999 jump
    says '^jump:14: block: outside the trusting period'
    [ "$(grep -c '^block' "$out")" -eq 1 ]
    "$BIN"/.t/lighttest not_enough_trust >jump
    expect 1 verify -H -T 1700001000 jump
    says '^jump:14: not enough trust: members of the trusted set, of height 0, with a weight of 1 have signed, of 4'
    for option in '-w 9' '-E file'; do
        # shellcheck disable=SC2086 # two words
        expect 2 verify $option jump
        says "^verify: ${option%% *} goes with -H"
    done
    expect 2 bash -c 'verify -H -T 1700001000 jump >/dev/full'
}

@test "lines with a header that are too long for any are not kept" {
    "$BIN"/.t/lighttest contradiction_without_votes | head -n 14 >stream
    awk 'BEGIN { s = sprintf("%60000s", ""); gsub(/ /, "1", s); for (i = 0; i < 1500; i++) print "vote " s }' >>stream
    grep -c '^block' stream
    run_apart bash -c "${SANITIZE:+:} ulimit -v 60000; exec timeout 300 verify -H -T 1700001000 stream"
    [ "$status" -eq 1 ]
    says '^stream:15: vote: '
}

@test "a member's own set is not believed, and what too few have confirmed is said" {
    "$BIN"/.t/lighttest puppets >stream
    expect 0 verify -Hq -T 1700001000 stream
    [ ! -s "$err" ]
    "$BIN"/.t/lighttest turns_change >stream
    expect 1 verify -Hq -T 1700001000 stream
    says '^stream: block: the members have changed, and above height 1 too few of those before have sealed'
}

@test "begun at a checkpoint: the set that it names is trusted, and must be there" {
    heads_of "$GOOD/admit-joins-and-seals-at-h-plus-2.ledger"
    keygen -s auditor auditor >auditors 2>/dev/null
    at=$(grep -n '^member ' heads | tail -n 1 | cut -d : -f 1)
    first=$(head -n "$at" heads | grep -n '^block ' | tail -n 1 | cut -d : -f 1)
    height=$(sed -n "${first}p" heads | cut -d ' ' -f 2)
    ledger-checkpoint -k auditor.key -l led -s "$height" >>auditors
    genesis=$(grep -n '^block 1 ' heads | cut -d : -f 1)
    { head -n $((genesis - 1)) heads && tail -n "+$first" heads; } >later
    expect 0 verify -Hq -C auditors later
    says "begins at a checkpoint, at height $height"
    { head -n $((genesis - 1)) heads && tail -n "+$first" heads | grep -v '^member '; } >bare
    expect 1 verify -Hq -C auditors bare
    says 'block: at the checkpoint, the lines of its set of members are missing'
}

# Serves a ledger of the vectors; its headers are in heads.
serve() { # NAME
    heads_of "$GOOD/$1.ledger"
    CHAIN=$(chain_id led)
    listen s -p -L led
}

pull() { # OPTION...
    run_apart timeout 300 ledger-pull -p -t 250 -l h -c "$CHAIN" "$@" "$at"
}

@test "over the wire: headers with their lines, from nothing and again; proofs by them" {
    for name in bft-joiner-seals-at-h-plus-2 admit-joins-and-seals-at-h-plus-2; do
        rm -f h proof
        serve "$name"
        pull -H
        [ "$status" -eq 0 ]
        cmp h heads
        id=$(grep -m 1 '^tx ' led | id)
        pull -P "$id"
        [ "$status" -eq 0 ]
        cmp h heads
        cat h "$out" | verify -Hq
        # a part of the file is gone: it goes on from there, also where a crash has cut the lines of a header
        for cut in 1 2 3; do
            head -n -$cut heads >h
            pull -H
            [ "$status" -eq 0 ]
            cmp h heads
        done
        end_started
    done
}

@test "over the wire: beyond the trusting period only a checkpoint helps" {
    serve accused-seals-at-h-plus-1
    pull -H
    [ "$status" -eq 2 ]
    says 'older than its members are bound to it: begin a new file at a checkpoint'
    pull -H -w 9999999999
    [ "$status" -eq 0 ]
    cmp h heads
    rm h
    keygen -s auditor auditor >auditors 2>/dev/null
    ledger-checkpoint -k auditor.key -l led -s 2 >>auditors
    pull -H -C auditors
    [ "$status" -eq 2 ] # the checkpoint is as old
    rm h
    pull -H -v -C auditors -w 9999999999
    [ "$status" -eq 0 ]
    verify -Hq -C auditors -w 9999999999 h
    [ "$(grep '^block ' h | cut -d ' ' -f 2 | tr '\n' ' ')" = '0 2 ' ]
}

@test "over the wire: headers are jumped over as far as the trusted members allow, also back to a proof" {
    "$BIN"/.t/lighttest ledger 3000 700 >made # every 700 blocks one member hands over to another
    heads_of made
    CHAIN=$(chain_id led)
    listen s -p -L led
    head -n 20 heads >h
    pull -H
    [ "$status" -eq 0 ]
    verify -Hq h
    [ "$(grep '^block ' h | tail -n 1 | cut -d ' ' -f 2)" -eq 2999 ]
    [ "$(grep -c '^block ' h)" -lt 1000 ]
    for height in 700 701 1400 2100 2800; do # nobody can jump over the headers between two members
        grep -q "^block $height " h
    done
    cp h before
    # the block of this record was jumped over, and the member of that time is trusted now
    id=$(sed -n '/^block 2951 /,$p' led | grep -m 1 '^tx ' | id)
    refute grep -q '^block 2951 ' h
    pull -P "$id"
    [ "$status" -eq 0 ]
    says 'in block 2951, buried by 48 blocks'
    cat h "$out" | verify -Hq
    cmp h before
    # the member of that time is not
    id=$(sed -n '/^block 1051 /,$p' led | grep -m 1 '^tx ' | id)
    refute grep -q '^block 1051 ' h
    pull -P "$id"
    [ "$status" -eq 1 ]
    says 'no peer that was asked proved that it is on the best chain'
    # the next run goes on from there
    pull -H
    [ "$status" -eq 0 ]
    cmp h before
}

@test "over the wire: a slow peer whose answer a jump has overtaken is not to blame" {
    "$BIN"/.t/lighttest ledger 2300 700 >made
    heads_of made
    CHAIN=$(chain_id led)
    sed '/^block 701 /,$d' heads >slow # few enough for headers to be asked for
    pull_host slow slow slow
    listen s -p -L led
    kill -STOP "$pid"
    head -n 20 heads >h
    ledger-pull -v -p -t 250 -l h -c "$CHAIN" -H "$(<slow.at)" "$at" 2>told 3>&- &
    puller=$!
    STARTED+=("$puller")
    eventually grep -q '^headers ' slow.log
    kill -CONT "$pid"
    eventually grep -q '^block 2299 ' h # the other one was asked then, and a jump passed
    touch slow.go
    wait "$puller" || { cat told && false; }
    refute grep -Eq 'jumped over|bad|dropped' told
    verify -Hq h
    refute grep -q '^block 350 ' h
}

@test "over the wire: what a jump is asked for, and what is no request" {
    "$BIN"/.t/lighttest ledger 4 3 >made
    heads_of made
    listen s -p -L led
    talk t "$at"
    say t "$(hello "$(chain_id led)")"
    eventually grep -q ^hello t.heard
    answers=0
    answered() { [ "$(grep -c '^pulled 3 ' t.heard)" -gt "$answers" ]; }
    for height in 3 4 1 0 9223372036854775807; do
        say t "jump $height"
        eventually answered
        answers=$((answers + 1))
    done
    sed -n '/^block/,/^pulled/p' t.heard | cut -d ' ' -f 1-2 | tr '\n' ' ' |
        grep -q "^block 2 member [0-9a-f]* block 3 vote [0-9a-f]* pulled 3 \$"
    [ "$(grep -c '^block' t.heard)" -eq 2 ]
    say t 'jump -1'
    eventually grep -q '^bye bad' t.heard
}
