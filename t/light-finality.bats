load lib/common
load lib/ledger
load lib/attests

# A light client of a chain with finality over work: attest lines and their proofs beside headers.

# A branch of so many blocks with nothing in them, from genesis, heavier than the chain.
rival() { # COUNT
    local i
    head -n "$(($(head -n 1 ledger | cut -d ' ' -f 8) + 1))" ledger >other
    for ((i = 1; i <= $1; i++)); do mined $i -l other </dev/null | ledger-append -q other; done
    ledger-chain -H -s 1 other >rival
}

# The proof of the state after the block of this height, its line, and its entries.
shown() { # HEIGHT
    local state
    state=$(ledger-chain -s $(($1 + 1)) -n 1 ledger | grep '^state ')
    ledger-proof -l ledger "$(id <<<"$state")" | grep '^proof '
    echo "$state"
    ledger-balance -e -s "$1" ledger 2>/dev/null
}

light() { # STATUS FILE
    expect "$1" verify -H -T 1700000014 "$2"
}

@test "what members have attested is final, and no heavier branch undoes it" {
    with_work
    grow 7 bob carol dave erin
    ledger-chain -HA ledger >heads
    [ "$(grep -c '^attest ' heads)" -eq 12 ]
    light 0 heads
    cmp heads "$out"
    says "^verify: heads: final: the checkpoint at height 4, $(ledger-chain -H -s 4 -n 1 ledger | id)\$"
    [ "$(ledger-chain -tf ledger | cut -d ' ' -f 2)" = 4 ] # as a ledger with all bodies has it
    # without those lines work decides, and the proofs' blocks are off the best chain
    rival 12
    { ledger-chain -H ledger && cat rival; } >stream
    light 0 stream
    says '^verify: stream: no attest lines here make a checkpoint final: work alone counts$'
    # after them, the header that would win is refused, and those upon it with it
    cat heads rival >stream
    light 1 stream
    says 'stream:[0-9]*: block: its branch has more work, but would undo the final checkpoint at height 4, [0-9a-f]{64}$'
    [ "$(grep -c '^block ' "$out")" -eq $((8 + 7)) ]
    # before them, it is left once the checkpoint is final
    { head -n "$(grep -n '^block 1 ' heads | cut -d : -f 1)" heads | head -n -1 && cat rival && ledger-chain -HA -s 1 ledger; } >stream
    light 0 stream
    says '^verify: stream: final: the checkpoint at height 4, '
    ledger-proof -l ledger "$(ledger-chain -s 7 ledger | grep -m 1 '^attest ' | id)" >proof
    cat stream proof >both
    light 0 both
}

@test "the same where members take turns" {
    attested_chain -S sign -p 1
    cp ledger other
    for height in 1 2 3 4 5 6 7; do
        txpool -s pool | seal -o -k bob.key -r record -T $((1700000000 + height)) ledger | ledger-append -q ledger
        for name in bob carol dave erin; do validator -k "$name.key" </dev/null; done 2>/dev/null | txpool pool >passed
    done
    for height in $(seq 13); do
        seal -o -k carol.key -r record.other -T $((1700000000 + height)) other </dev/null | ledger-append -q -T 1700000100 other
    done
    ledger-chain -HA ledger >heads
    [ "$(grep -c '^attest ' heads)" -eq 12 ]
    light 0 heads
    cmp heads "$out"
    says "^verify: heads: final: the checkpoint at height 4, $(ledger-chain -H -s 4 -n 1 ledger | head -n 1 | id)\$"
    ledger-chain -H -s 1 other >rival
    { ledger-chain -H ledger && cat rival; } >stream
    light 0 stream
    says '^verify: stream: no attest lines here make a checkpoint final: weight alone counts$'
    cat heads rival >stream
    light 1 stream
    says 'stream:[0-9]*: block: its branch has more weight, but would undo the final checkpoint at height 4, [0-9a-f]{64}$'
    { ledger-chain -n 1 ledger && cat rival && ledger-chain -HA -s 1 ledger; } >stream
    light 0 stream
    says '^verify: stream: final: the checkpoint at height 4, '
    awk '/^attest / && n[$5]++ > 1 { getline; next } { print }' heads >stream
    light 2 stream
    says 'weight alone counts$'
}

@test "lines that are forged, cut, too few, of others, or not in a body make nothing final" {
    with_work
    grow 7 bob carol dave erin
    ledger-chain -HA ledger >heads
    # one digit of the last signature of a link
    awk '/^attest / && ++n == 8 { d = substr($0, length, 1); $0 = substr($0, 1, length - 1) (d == "0" ? 1 : 0) } { print }' heads >stream
    light 1 stream
    says 'stream:[0-9]*: proof: not of the attest line before it$'
    # two of four members, and three of four
    awk '/^attest / && $3 == 0 && ++n > 2 { getline; next } { print }' heads >stream
    light 2 stream
    says 'stream:[0-9]*: cannot tell: attest: source is not justified by the attest lines before this one$'
    says 'work alone counts$'
    awk '/^attest / && n[$5]++ > 2 { getline; next } { print }' heads >stream
    light 0 stream
    says 'final: the checkpoint at height 4, '
    # without its proof; the proof of another line; a proof that is cut; at the end
    grep -v '^proof ' heads >stream
    light 1 stream
    [ "$(grep -c ': attest: the proof that it is in a block is missing after it$' "$err")" -eq 12 ]
    [ "$(grep -c '^block ' "$out")" -eq 8 ]
    awk '/^proof / { p = $0; if (last) { print last } else print p; last = p; next } { print }' heads >stream
    light 1 stream
    says ': proof: not of the attest line before it$'
    head -c -3 heads >stream
    light 1 stream
    says ': line: '
    # a path that leads elsewhere
    awk '/^proof / && ++n == 8 { d = substr($0, length($0)); $0 = substr($0, 1, length($0) - 1) (d == "0" ? 1 : 0) } { print }' heads >stream
    light 1 stream
    says ': proof: its path does not lead to its block.s root, '
    # a line that no body has, although its member has signed it; another chain's; before the headers
    line=$(grep -m 1 '^attest ' heads)
    proof=$(grep -m 1 '^proof ' heads | cut -d ' ' -f 3-)
    { cat heads && echo "$line" && echo "proof $(ledger-chain -H -s 6 -n 1 ledger | id) $proof"; } >stream
    light 1 stream
    says ': proof: '
    { ledger-chain -n 1 ledger && grep -A 1 '^attest ' heads | head -n 2; } >stream
    light 2 stream
    says ': proof: its block [0-9a-f]{64} is not among the headers before it$'
    # each line again, with everything else, changes nothing
    { cat heads && tail -n "+$(grep -n '^block 1 ' heads | cut -d : -f 1)" heads; } >stream
    light 0 stream
    says 'final: the checkpoint at height 4, '
    expect 2 bash -c 'verify -H -T 1700000014 heads >/dev/full'
}

# The fields of an attest line, signed by this key.
signs() { # KEY FIELD...
    local text
    text="attest $(id <genesis) ${*:2} $(cut -d ' ' -f 2 "$1.pub")"
    printf %s "$text" >signed
    printf '%s %s\n' "$text" "$(openssl pkeyutl -sign -rawin -inkey "$1.key" -in signed | od -An -v -tx1 | tr -d ' \n')"
}

# What is said if the last body of the chain is these lines, besides a state line.
body() {
    python3 -B "$ROOT/t/lib/lightstream.py" ledger /dev/stdin >stream
    light "${want-1}" stream
}

@test "bodies that no ledger could have" {
    need python3
    need openssl
    with_work
    head -n 1 ledger >genesis
    grow 7 bob carol dave erin
    ledger-chain -s 7 ledger | grep '^attest ' >lines
    two="2 $(ledger-chain -H -s 2 -n 1 ledger | id)" four="4 $(ledger-chain -H -s 4 -n 1 ledger | id)"
    five="4 $(ledger-chain -H -s 5 -n 1 ledger | id)" six="6 $(ledger-chain -H -s 6 -n 1 ledger | id)"
    want=0 body <lines
    says 'final: the checkpoint at height 4, '
    line=$(head -n 1 lines)
    body <<<"${line%?}$(tr 0-9a-f 1-9a-f0 <<<"${line: -1}")"
    says ': attest: signature is not valid$'
    body < <(signs alice "$four" "$six")
    says ': attest: its key is no member that counts$'
    body < <(signs bob "$two" "$four")
    says ': attest: target height 4, but 6 is the last checkpoint before the block$'
    body < <(signs bob "$four" "6 ${five#* }")
    says ': attest: target is no ancestor of the block$'
    want=2 body < <(signs bob "$five" "$six")
    says ': attest: source is not justified by the attest lines before this one$'
    body < <(signs bob "6 ${four#* }" "$six")
    says ': attest: source is not before target$'
    body < <(signs bob "3 ${four#* }" "$six")
    says ': attest: source is no checkpoint$'
    body < <(signs bob "$four" "$six" && signs bob "$two" "$six")
    says ': attest: its key has attested height 6 in another body of this chain$'
    # a link over a checkpoint justifies, and makes nothing final
    want=0 body < <(for name in bob carol dave; do signs "$name" "$two" "$six"; done)
    says 'final: the checkpoint at height 2, '
}

@test "a line counts once on a chain, in whatever order bodies are shown" {
    need python3
    with_work
    grow 3 bob carol dave erin
    grow 3 bob carol
    ledger-chain -s 5 -n 1 ledger | grep '^attest ' >lines
    [ "$(wc -l <lines)" -eq 2 ]
    body <lines # in the last block, too, with the same target
    says ': attest: its key has attested height 4 in another body of this chain$'
    says 'work alone counts$'
    grep -A 1 '^attest ' stream | grep -v '^--' | paste -d '\t' - - >pairs
    # those from genesis first, and then the others from the last to the first
    { grep -E '^(block|rule|member|grant) ' stream && { awk '$3 == 0' pairs && awk '$3 > 0' pairs | tac; } | tr '\t' '\n'; } >reverse
    light 1 reverse # what came first, of the last body, gave way to those below; then it comes again
    says ': attest: its key has attested height 4 in another body of this chain$'
    says 'work alone counts$'
}

@test "thousands of copies of a block with lines, beside and above the honest one, take no place from it" {
    need python3
    with_work
    grow 3 bob carol dave
    validator -k erin.key </dev/null 2>/dev/null >lie
    grow 2 bob carol dave
    python3 -B "$ROOT/t/lib/lightflood.py" ledger 3 2800 >stream # three lines in each
    light 0 stream
    says 'final: the checkpoint at height 2, '
    python3 -B "$ROOT/t/lib/lightflood.py" ledger 4 8200 lie >stream
    light 0 stream
    says 'final: the checkpoint at height 2, '
    # one that is shown before what is below it
    grep '^attest ' ledger | head -n 3 >lines
    python3 -B "$ROOT/t/lib/lightflood.py" ledger 4 1 lines >stream
    light 0 stream
    says 'final: the checkpoint at height 2, '
}

@test "bodies shown from the last to the first: a line below completes what stands above it" {
    with_work
    grow 4 bob carol
    grow 3 bob carol dave
    ledger-chain -HA ledger >heads
    light 0 heads
    says 'final: the checkpoint at height 4, '
    grep -A 1 '^attest ' heads | grep -v '^--' | paste -d '\t' - - >pairs
    { grep -v -e '^attest ' -e '^proof ' heads && tac pairs | sort -s -n -t ' ' -k 5,5 | tr '\t' '\n'; } >reverse
    run_apart cmp heads reverse
    [ "$status" -eq 1 ]
    light 0 reverse
    says 'final: the checkpoint at height 4, '
    # with the same bodies again, in their order, nothing changes
    { cat reverse && tr '\t' '\n' <pairs; } >twice
    light 0 twice
    says 'final: the checkpoint at height 4, '
}

@test "lines of two branches are not added up" {
    with_work
    grow 3 bob carol dave erin
    grow 1 bob carol
    cp ledger other
    for name in dave erin; do validator -k "$name.key" </dev/null; done 2>/dev/null | sort | mined 5 -l other | ledger-append -q other
    grow 1
    for file in ledger other; do [ "$(ledger-chain -s 5 -n 1 "$file" | grep -c '^attest ')" -eq 2 ]; done
    { ledger-chain -HA ledger && ledger-chain -HA -s 5 other; } >stream
    light 0 stream
    says 'work alone counts$'
}

@test "finals that exclude each other: the first one stays" {
    need python3
    need openssl
    with_work
    head -n 1 ledger >genesis
    head -n "$(($(cut -d ' ' -f 8 genesis) + 1))" ledger >first
    grow 5 bob carol dave erin
    # the same members on another branch, who have lost what they signed
    cp ledger one
    cp first ledger
    rm -f ledger.index pool* ./*.history
    mine -m bob -T 1700000001 </dev/null | ledger-append -q ledger
    grow 6 bob carol dave erin
    { cat first && for file in one ledger; do ledger-chain -H -s 1 "$file"; done && ledger-chain -HA -s 1 one | grep -A 1 '^attest ' | grep -v '^--' &&
        ledger-chain -HA -s 1 ledger; } >stream
    light 1 stream
    says ': attest: with it, checkpoint [0-9a-f]{64} at height 2 would be final, which excludes [0-9a-f]{64} at height 2: over a third of the members have signed both$'
    says "final: the checkpoint at height 2, $(ledger-chain -H -s 2 -n 1 one | id)\$"
}

@test "where members change, the state upon a final checkpoint shows who counts" {
    with_stakes
    grow 7 bob carol dave erin
    txmake -l ledger -f alice -t 100 | txsign -k alice.key | txpool pool >passed
    grow 6 bob carol dave erin
    ledger-chain -HA ledger >heads
    light 2 heads
    says ': cannot tell: attest: the members after the final checkpoint at height 2 are not known: the state in the block upon it, with all its entries, must stand before$'
    says 'final: the checkpoint at height 2, '
    { ledger-chain -H ledger && for height in 2 4 6 8 10; do shown "$height"; done && ledger-chain -HA -s 1 ledger; } >stream
    light 0 stream
    cmp stream "$out"
    says 'final: the checkpoint at height 10, '
    [ "$(ledger-chain -tf ledger | cut -d ' ' -f 2)" = 10 ]
    # an entry is another one, is missing, stands twice
    for change in '/^stake / && !n++ { $3++ } { print }' '/^stake / && !n++ { next } { print }' '/^stake / && n++ < 2 { s = s ? s : $0; print s; next } { print }' \
        '/^account / && !n++ { $3 = "x" } { print }'; do
        awk "$change" stream >other
        light 1 other
        says 'other:[0-9]*: state: '
        says ': attest: the members after the final checkpoint at height 2 are not known'
    done
    # whoever may have left has nothing to lose any more
    expect 2 verify -Hq -T 1700000030 stream
    says ': cannot tell: attest: outside the trusting period: the last final checkpoint, at height 0, is over 14 s old'
    expect 0 verify -Hq -T 1700000030 -w 1000 stream
}

@test "whoever is accused is shown to be no member any more" {
    need python3
    accused -S 1
    python3 -B "$ROOT/t/lib/lightstream.py" ledger >stream
    run_apart verify -H -T 1700000014 stream
    [ "$status" -eq 0 ]
    says "final: the checkpoint at height $(ledger-chain -tf ledger | cut -d ' ' -f 2), "
}

@test "an accusation with its proof takes a member away; without it nothing is called wrong" {
    accused
    ledger-chain -HA ledger >heads
    light 0 heads
    cmp heads "$out"
    final="final: the checkpoint at height $(ledger-chain -tf ledger | cut -d ' ' -f 2), $(ledger-chain -tf ledger | id)\$"
    says "$final"
    # with its line twice, hidden, later, without its proof, with that of another line
    { cat heads && grep -A 1 '^tx ' heads; } >stream
    light 0 stream
    awk '/^tx / { getline; next } { print }' heads >stream
    light 2 stream
    says 'stream:[0-9]*: cannot tell: attest: source is not justified by the attest lines before this one$'
    { cat stream && grep -A 1 '^tx ' heads && grep -A 1 '^attest ' heads | grep -v '^--'; } >later
    light 2 later
    says "$final"
    awk '/^tx / { print; getline; next } { print }' heads >stream
    light 1 stream
    says ': tx: the proof that it is in a block is missing after it$'
    awk '/^proof / { p = $0 } /^tx / { print; getline; print p; next } { print }' heads >stream
    light 1 stream
    says ': proof: not of the tx line before it$'
    # a payment
    { cat heads payment && ledger-proof "$(id <payment)" | grep '^proof '; } >stream
    light 1 stream
    says ': tx: not an accusation: blocks have no bodies here$'
}

@test "no miner alone says who the members are" {
    with_stakes
    cp ledger other
    grow 9 bob carol dave erin
    # another chain, where alice is one of them; its state in a block upon the final checkpoint of this one
    txmake -l other -f alice -t 100 | txsign -k alice.key | mined 1 -l other | ledger-append -q other
    for height in 2 3; do mined $height -l other </dev/null | ledger-append -q other; done
    state=$(ledger-chain -s 3 -n 1 other | grep '^state ')
    header=$(ledger-chain -H -s 3 -n 1 ledger | awk -v root="$(id <<<"$state")" '{ $4 = root; $8 = 1; print }')
    { ledger-chain -n 1 ledger && ledger-chain -H -s 1 -n 2 ledger && echo "$header" && echo "proof $(id <<<"$header") 1 0 $(id <<<"$state")" &&
        echo "$state" && ledger-balance -e -s 2 other 2>/dev/null && ledger-chain -HA -s 3 ledger; } >stream
    light 1 stream
    [ "$(grep -c '^stake ' "$out")" -eq 5 ]
    says ': attest: the members after the final checkpoint at height 2 are not known'
    says 'final: the checkpoint at height 2, '
}

# From the checkpoint at height 4 on, which an auditor has signed.
from_checkpoint() {
    keygen -s auditor auditor >auditors 2>/dev/null
    ledger-checkpoint -k auditor.key -l ledger -s 4 >>auditors
    { ledger-chain -n 1 ledger && ledger-chain -HA -s 4 ledger; } >later
}

@test "begun at a checkpoint: it is final, and the members of genesis go on from it" {
    with_work
    grow 9 bob carol dave erin
    from_checkpoint
    expect 0 verify -Hq -T 1700000014 -C auditors later
    says 'final: the checkpoint at height 6, '
    grep -v -e '^attest' -e '^proof' later >bare
    expect 0 verify -Hq -T 1700000014 -C auditors bare
    says 'final: the checkpoint at height 4, '
}

@test "begun at a checkpoint where members change: nobody knows them, so nothing above it becomes final" {
    with_stakes
    grow 7 bob carol dave erin
    from_checkpoint
    expect 2 verify -Hq -T 1700000014 -C auditors later
    says ': cannot tell: attest: the members after the final checkpoint at height 4 are not known'
    says 'final: the checkpoint at height 4, '
}

# The stream for a light client of the ledger led; its tip goes to `tip` if only the best chain is in it. Status 1: of this
# one there is none.
stream_of() { # LEDGER-FILE
    tip=()
    case $(grep -E '^rule (seal|finality|state) ' "$1" | cut -d ' ' -f 2,3 | sort | xargs) in
        'finality '*' seal sign'*)
            tip=(-b "$(ledger-chain -t led | id)")
            ledger-chain -HA led
            ;;
        'finality '*' seal pow state 1') python3 -B "$ROOT/t/lib/lightstream.py" led ;;
        *) return 1 ;;
    esac
}

# Random ledgers with these numbers: the same checkpoint is final by headers as by bodies. How many were compared goes to
# `compared`.
compare() { # FIRST COUNT
    local file name
    mkdir -p made
    rm -f made/*
    python3 -B "$ROOT/t/lib/memberledgers.py" "$1" "$2" made
    compared=0
    for file in made/*.ledger; do
        name=${file##*/}
        if grep -q "^${name%.ledger} bad" made/said || ! grep -q '^rule finality' "$file"; then continue; fi
        rm -f led*
        ledger-append -q led <"$file" 2>/dev/null
        stream_of "$file" >stream || continue
        ledger-chain -tf "${tip[@]}" led >final 2>/dev/null
        run_apart verify -Hq -w 9999999999 stream # some lines come before what they rest on, and then again
        if [ "$(cut -d ' ' -f 2 final)" != 0 ]; then
            says "final: the checkpoint at height [0-9]*, $(id <final)\$"
        else
            says ' alone counts$'
        fi
        compared=$((compared + 1))
    done
}

# bats test_tags=thorough
@test "random ledgers whose members come and go: the same is final as by their bodies" {
    need python3
    compare 27 230
    [ "$compared" -ge 50 ]
}

@test "attest lines elsewhere are refused with a word" {
    with_work
    grow 3 bob carol dave erin
    ledger-chain -HA ledger | grep -A 1 '^attest ' >pairs
    light 1 pairs
    says 'pairs:1: attest: only on a chain with `rule finality`, after its genesis block$'
    expect 2 ledger-chain -A ledger
    says '^ledger-chain: -A goes with -H'
}

@test "members who link from elsewhere keep nobody's link from two thirds, on a chain of more checkpoints than links are kept" {
    expect 0 timeout 300 "$BIN/.t/linkstest"
}
