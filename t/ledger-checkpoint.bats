# shellcheck disable=SC2094 # the same word is a name in a command and a file
load lib/common
load lib/ledger

# ledger-checkpoint, and what a file of checkpoints may hold (verify -C and ledger-append -C read it).

setup() {
    fresh_folder
    easy_chain
    mined ledger 4 alice | ledger-append -q
    for name in ann ben cleo; do keygen -s "$name" $name >/dev/null 2>&1; done
    CHAIN=$(head -n 1 genesis | id)
}

# signed WHO HEIGHT [LEDGER [TIME]]
signed() {
    ledger-checkpoint -k "$1.key" -s "$2" -l "${3-ledger}" -T "${4-1700000100}"
}

# A ledger of its own from height 2 on, with two blocks more than the other.
rival() {
    blocks ledger 0 2 >rival
    mined rival 4 bob | ledger-append -q rival
}

# The line on stdin with its last digit changed.
forged() {
    sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/'
}

# refuse WORDS OPTIONS...: the file cps is trouble.
refuse() {
    local words=$1
    shift
    expect 2 verify -q -C cps "$@" ledger
    says "$words"
    expect 2 ledger-append -C cps "$@" ledger </dev/null
    says "$words"
}

@test "a checkpoint of the tip, or of the block at a height" {
    tip=$(tip_id ledger) key=$(account ann)
    expect 0 ledger-checkpoint -k ann.key -T 77
    grep -Eq "^checkpoint $CHAIN 4 $tip $key 77 [0-9a-f]{128}\$" "$out"
    [ "$(wc -l <"$out")" -eq 1 ]
    cp "$out" one
    verify one | cmp one
    verify -l ledger one | cmp one
    for height in 0 1 4; do
        expect 0 ledger-checkpoint -k ann.key -T 77 -s $height -l ledger
        block=$(blocks ledger $height | head -n 1 | id)
        grep -q "^checkpoint $CHAIN $height $block $key 77 " "$out"
    done
    cmp one "$out"
    # anyone can check it
    sed 's/ [^ ]*$//' one | tr -d '\n' >message
    sed 's/.* //' one | tr a-f A-F | basenc --base16 -d >signature
    openssl pkey -in ann.key -pubout -out ann.pem
    openssl pkeyutl -verify -pubin -inkey ann.pem -rawin -in message -sigfile signature
    # the clock, and $LEDGER
    mv ledger elsewhere
    LEDGER=elsewhere ledger-checkpoint -k ann.key >now
    [ "$(cut -d ' ' -f 6 now)" -ge 1700000000 ]
    verify -q now
}

@test "what a height or a ledger cannot give; wrong usage; a full disk" {
    expect 1 ledger-checkpoint -k ann.key -s 5
    echo 'ledger-checkpoint: ledger: its height is 4' | diff - "$err"
    [ ! -s "$out" ]
    expect 2 ledger-checkpoint -k ann.key -s -1
    expect 2 ledger-checkpoint -k ann.key -l nowhere
    says 'nowhere: No such file'
    expect 2 ledger-checkpoint
    says '^ledger-checkpoint: -k KEY is missing'
    expect 2 ledger-checkpoint -k nobody.key
    expect 2 ledger-checkpoint -k ann.pub
    expect 2 ledger-checkpoint -k ann.key -T x
    ledger-checkpoint -k ann.key -T 7 ledger | diff - <(ledger-checkpoint -k ann.key -T 7 -l ledger)
    expect 2 ledger-checkpoint -k ann.key ledger ledger
    says '^usage: ledger-checkpoint'
    status=0
    ledger-checkpoint -k ann.key >/dev/full 2>/dev/null || status=$?
    [ "$status" -eq 2 ]
    sed -i '2s/rule/RULE/' ledger
    expect 1 ledger-checkpoint -k ann.key
}

@test "an encrypted key: -P" {
    keygen -p -P 3 secret >/dev/null 3<<<"open sesame" || skip 'keygen takes no passphrase here'
    ledger-checkpoint -k secret.key -P 3 -T 7 3<<<"open sesame" >one
    verify -q one
    expect 2 ledger-checkpoint -k secret.key -P 3 3<<<"close sesame"
}

@test "a forged one, and one of another chain" {
    signed ann 3 >one
    forged <one >forged
    expect 1 verify forged
    echo 'forged:1: checkpoint: bad signature' | diff - "$err"
    { cat ann.pub && forged <one; } >cps
    refuse '^(verify|ledger-append): cps:2: checkpoint: bad signature$'
    # of another height, block, chain: each digit is signed
    sed 's/ 3 / 2 /' one >forged
    expect 1 verify forged
    ledger-init -n other -T 1 >other
    signed ann 0 other >elsewhere
    expect 1 verify -l ledger elsewhere
    says "^elsewhere:1: checkpoint: another chain: $(head -n 1 other | id)\$"
    cat ann.pub elsewhere >cps
    expect 1 verify -C cps ledger
    [ ! -s "$out" ]
    says "^ledger:1: checkpoint: another chain: its genesis is $CHAIN, the checkpoints' $(head -n 1 other | id)\$"
    expect 2 ledger-append -C cps ledger </dev/null
    says 'checkpoint: another chain: .*: nothing is added to it'
    cat ann.pub one elsewhere >cps
    refuse "cps:3: checkpoint: another chain than line 2's: $(head -n 1 other | id)\$"
}

@test "lines that such a file may hold, and those that it may not" {
    signed ann 3 >one
    { cat one && printf '# for people\n\n' && cat ben.pub ann.pub ann.pub one; } >cps # in any order
    expect 0 verify -q -C cps ledger
    [ ! -s "$err" ]
    cp one cps
    refuse ': cps: no key line: add those of the auditors whom you trust \(cat auditor.pub >> FILE\)$'
    : >cps
    refuse 'no key line'
    cat ann.pub names >cps
    expect 0 verify -q -C cps ledger # nobody has said anything yet
    while IFS=, read -r line why; do
        { cat ann.pub one && printf '%b\n' "$line"; } >cps
        refuse "cps:3: $why"
    done <<END
tx of a kind,neither a key line nor a checkpoint
two  spaces,line: 
checkpoint 1 2 3,checkpoint: 4 fields
key 12 ann,key: 
tab\there,line: 
END
    { cat ann.pub && head -c -1 one; } >cps
    refuse 'cps:2: line: torn: the last line has no newline$'
    { cat ann.pub && head -c 70000 /dev/zero | tr '\0' a && echo; } >cps
    refuse 'cps:2: line: over 65535 bytes$'
    truncate -s 17M cps
    refuse 'cps: over 16777216 bytes$'
    rm cps
    refuse 'cps: cannot open: No such file'
    mkdir cps
    refuse 'cps: cannot read: Is a directory'
}

# bats test_tags=slow
@test "more keys, and more checkpoints, than a file may hold" {
    awk 'BEGIN { for (i = 0; i < 1025; i++) printf "key %064x k%d\n", i + 1, i }' >cps
    refuse 'cps:1025: key: more than 1024 of them$'
    sed -i '$d' cps
    expect 0 verify -q -C cps ledger
    # the same one again and again is one, but is counted; the word of strangers is not
    signed ben 3 >one
    { cat ann.pub && head -n 9000 <(yes "$(cat one)"); } >cps
    expect 0 verify -q -C cps ledger
    cat ben.pub >>cps
    expect 2 verify -q -C cps ledger
    says 'cps:8194: checkpoint: more than 8192 of them$'
}

@test "keys that nobody trusts count for nothing, forged or not" {
    rival
    signed ben 3 rival >theirs
    { cat ann.pub theirs && forged <theirs; } >cps
    expect 0 verify -q -C cps ledger
    expect 0 verify -q -C cps rival
    cat ben.pub >>cps
    refuse 'cps:3: checkpoint: bad signature$'
    cat ann.pub ben.pub theirs >cps
    expect 1 verify -q -C cps ledger
    expect 0 verify -q -C cps rival
}

@test "one key that says two blocks at one height counts for nothing there, and that is told" {
    rival
    { cat ann.pub && signed ann 3 && signed ann 3 rival && signed ann 2; } >cps
    for l in ledger rival; do
        expect 0 verify -q -C cps $l
        says "^verify: cps: lines 2 and 3: key $(account ann) names two blocks at height 3: ignored at that height\$"
    done
    # it counts where it does not contradict itself
    { sed 1,3d cps && cat ann.pub && signed ann 4 && signed ann 4 rival; } >other
    blocks rival 0 1 >third
    mined third 2 miner | ledger-append -q third
    expect 1 verify -q -C other third
    says "checkpoint: the block at height 2 is $(ids third | sed -n 3p), but 1 key says $(ids ledger | sed -n 3p)\$"
}

@test "-n keys must agree" {
    rival
    { cat ann.pub ben.pub cleo.pub && signed ann 3; } >cps
    expect 1 verify -q -C cps rival
    expect 0 verify -q -C cps -n 2 rival
    signed ann 3 ledger 5 >>cps # the same key again is one key
    expect 0 verify -q -C cps -n 2 rival
    signed ben 3 >>cps
    expect 1 verify -q -C cps -n 2 rival
    says 'but 2 keys say '
    expect 0 verify -q -C cps -n 3 rival
    signed cleo 3 rival >>cps # 2 of 3
    expect 1 verify -q -C cps -n 2 rival
    expect 0 verify -q -C cps -n 2 ledger
    refuse 'cps:7: checkpoint: at height 3 line 4 names another block, with enough keys for both: ask for more keys \(-n\), or trust fewer$'
    refuse '4 keys are needed, but it has key lines for 3$' -n 4
    refuse "^[a-z-]*: -n: '0' is not a number" -n 0
    expect 2 verify -n 2 ledger
    says '^verify: -n goes with -C$'
}
