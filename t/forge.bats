load lib/common
load lib/ledger

# txmake --break: forgeries, each refused by the rule that the answer key names, and nothing else refused.

setup() {
    fresh_folder
    easy_chain 1000000 2>keygen.err
    cp ledger poor
    printf '%s\n' 'alice bob 5000' 'alice miner 6000' 'alice bob 7' | txmake | txsign -k alice.key | mined_with ledger 2 miner |
        ledger-append -q -T 1800000000
    for i in {1..20}; do
        printf '%s\n' "alice bob $i for the bus" "bob alice $i" "miner bob 1 $i"
    done >payments
}

# Makes the payments with forgeries among them: `unsigned`, `signed` and `answers`.
forged() { # KIND ARGUMENT...
    local kind=$1
    shift
    txmake --break="$kind" --answers=answers --seed=5 "$@" <payments >unsigned
    txsign -k alice.key -k bob.key -k miner.key unsigned >signed 2>txsign.err || [ $? -eq 1 ]
    [ "$(wc -l <unsigned)" -eq "$(wc -l <signed)" ]
}

# The command with `signed` on stdin refuses what the answers say, with these words, and passes on all else.
refuses_exactly() { # COMMAND...
    rm -f pool
    expect 1 "$@" <signed
    sed 's/^stdin:\([0-9]*\): /\1 /' "$err" | sort -n >refused
    cut -d ' ' -f 1,4- answers | sort -n >wanted
    [ "$(wc -l <wanted)" -eq "$(wc -l <refused)" ] || { diff wanted refused && false; }
    paste -d '\n' wanted refused | awk '
        NR % 2 { want = $0; next }
        substr($0, 1, length(want)) != want { print "expected", want; print "but", $0; bad = 1 }
        END { exit bad }'
    awk 'NR == FNR { bad[$1]; next } !(FNR in bad)' answers signed | sort >good
    sort "$out" | diff - good
}

# Who is to refuse a kind: verify against the ledger, verify without one, the pool.
kind_is_refused() { # KIND BY... -- ARGUMENT...
    local kind=$1 by=()
    shift
    while [ "$1" != -- ]; do
        by+=("$1")
        shift
    done
    shift
    forged "$kind" --share=30 "$@"
    [ "$(cut -d ' ' -f 3 answers | sort -u)" = "$kind" ]
    for who in "${by[@]}"; do
        case $who in
        against) refuses_exactly verify -l ledger ;;
        alone) refuses_exactly verify ;;
        pool) refuses_exactly txpool -v pool ;;
        esac
    done
    [ "$(wc -l <answers)" -gt 8 ]
    [ "$(wc -l <answers)" -lt 40 ]
}

@test "a false signature" {
    kind_is_refused signature against alone pool --
    [ "$(cut -d ' ' -f 4- answers | sort -u)" = 'tx: bad signature' ]
    [ ! -s txsign.err ]
}

@test "a sequence number that is spent" {
    grep '^alice' payments >of-alice # who alone has spent some
    mv of-alice payments
    kind_is_refused sequence against pool -- --share=90
    [ "$(cut -d ' ' -f 4- answers | sort -u | head -n 1)" = 'tx: seq 0, expected' ]
}

@test "a sequence number that is far ahead, where none is spent" {
    cp poor ledger
    sed -i 's/^[a-z]*/alice/' payments # nobody else has anything there
    kind_is_refused sequence pool --
    refute grep -q 'tx: seq [0-9]\{1,5\},' answers
}

@test "more than the sender has" {
    kind_is_refused amount pool --
    awk '{ print $8 }' signed | grep -q '^9223372036854775807$'
    verify -q -l ledger signed # it is the pool's to say
}

@test "a double spend: the honest one stands before it" {
    kind_is_refused double-spend alone pool --
    [ "$(wc -l <signed)" -eq $(($(wc -l <payments) + $(wc -l <answers))) ]
    verify -q -l ledger signed
    while read -r n _; do # the same sender and number as the line before
        [ "$(sed -n "$((n - 1)),${n}p" signed | cut -d ' ' -f 2-5 | uniq | wc -l)" -eq 1 ]
    done <answers
    [ "$(cut -d ' ' -f 3,4,7 unsigned | sort | uniq -d | wc -l)" -eq 0 ]
}

@test "another chain" {
    kind_is_refused other-chain against pool --
    [ "$(cut -d ' ' -f 4-6 answers | sort -u)" = 'tx: another chain:' ]
}

@test "a fee under the least" {
    kind_is_refused fee against pool --
    [ "$(cut -d ' ' -f 4- answers | sort -u)" = 'tx: fee 0 is under the minimum of 1' ]
    ledger-init -t f -f 0 alice 5 >free
    expect 2 txmake -B fee -l free -f alice bob 1
    says '^txmake: fee: in this chain, no fee is too small$'
    echo 'alice bob 1' >one
    expect 1 txmake -B fee -l free <one
    says '^stdin:1: fee: in this chain'
    ledger-init -t f -f 100 alice 5 >dear
    txmake -B fee -l dear <payments | cut -d ' ' -f 5 | sort -n | sed -n '1p;$p' >fees
    { read -r low && read -r high; } <fees
    [ "$low" -lt "$high" ]
    [ "$high" -lt 100 ]
}

@test "a fee under the least for its length" {
    ledger-init -A sponsor -F 2 -t f -e 0 -T 1700000000 alice 90000 bob 90000 miner 90000 >ledger
    rm -f ledger.index*
    kind_is_refused fee against pool --
    # and with a sponsor, whose signature counts, too
    sed -i '/^miner/d' payments
    forged fee -S miner
    awk '{ print $5, 2 * (length($0)) }' signed | while read -r fee least; do
        [ "$fee" -lt "$least" ] && [ "$fee" -gt $((least - 50)) ]
    done
    refuses_exactly verify -l ledger
}

@test "an account of a form that the chain has not" {
    kind_is_refused account against pool --
    refute grep -v ': this chain has no such accounts' answers
    ledger-init -A policy,slh-dsa -t f alice 5 >all
    expect 2 txmake -B account -l all -f alice bob 1
    says '^txmake: account: this chain has all forms of accounts$'
    ledger-init -A policy -t f alice 5 >some
    txmake -B account -l some <payments | cut -d ' ' -f 7 | cut -c 1 | sort -u >forms
    [ "$(cat forms)" = s ]
}

@test "batches with too many payments, or one of nothing" {
    kind_is_refused batch against alone pool --
    [ "$(cut -d ' ' -f 4- answers | sort -u)" = "$(printf '%s\n' 'tx: amount is 0' 'tx: batch: over 256 payments')" ]
}

@test "accusations by lines that convict nobody" {
    kind_is_refused accuse against alone --
    [ "$(cut -d ' ' -f 4- answers | sort -u | wc -l)" -ge 3 ]
    refute grep -v ' accuse tx: accuse: ' answers
}

@test "sponsors who cannot be one, or whose signature is cut" {
    ledger-init -A sponsor -t f -e 0 -T 1700000000 alice 90000 bob 90000 miner 90000 >ledger
    rm -f ledger.index*
    sed -i '/^miner/d' payments
    kind_is_refused sponsor against alone pool -- -S miner --share=50
    [ "$(cut -d ' ' -f 4- answers | sort -u | wc -l)" -eq 3 ]
}

@test "a branch of a policy before its height" {
    for name in p q; do keygen -s "of the policy $name" $name 2>/dev/null; done
    policy -n club 2 alice bob p or 1 q after 90 >>names
    ledger-init -A policy,sponsor -F 2 -t f -e 0 -T 1700000000 alice 90000 club 90000 >ledger
    rm -f ledger.index*
    for i in {1..40}; do echo "club bob $i"; done >payments
    txmake -B early -A answers -e 5 -r 30 <payments >unsigned
    txsign -k alice.key -k bob.key -k p.key -k q.key unsigned >signed
    refuses_exactly txpool -v pool
    [ "$(cut -d ' ' -f 3- answers | sort -u)" = 'early tx: branch 1 opens at height 90, this is' ]
    # none is closed, or all that are need something else
    expect 2 txmake -B early -f alice bob 1
    says "^txmake: early: FROM is no policy's account$"
    policy -n open 1 alice or 2 bob p after 90 >>names
    expect 2 txmake -B early -f open bob 1
    says '^txmake: early: no branch of this policy has to wait for its height alone$'
}

@test "proofs of a policy: each of its parts may be wrong" {
    for name in p q; do keygen -s "of the policy $name" $name 2>/dev/null; done
    secret=$(policy -m secret -s sesame 2>/dev/null)
    policy -n club 2 alice bob p or 1 q hash "${secret#hash }" >>names
    ledger-init -A policy,sponsor -t f -e 0 -T 1700000000 alice 90000 club 90000 >ledger
    rm -f ledger.index*
    for i in {1..40}; do echo "club bob $i"; done >payments
    kind_is_refused proof against alone pool -- --share=70
    [ "$(sed 's/[0-9a-f]\{64\}/KEY/g' answers | cut -d ' ' -f 4- | sort -u | wc -l)" -ge 4 ]
    forged proof -y 1 -i secret
    grep -q 'proof tx: wrong preimage$' answers
    refuses_exactly verify
    # the other kinds are made of such transactions, too
    kind_is_refused signature against alone pool -- --share=50
    kind_is_refused amount pool -- --share=50
    expect 2 txmake -B proof -f alice bob 1
    says "^txmake: proof: FROM is no policy's account$"
}

@test "one that stands in the ledger already, word for word" {
    kind_is_refused replay against pool --
    while read -r n _; do
        sed -n "${n}p" unsigned | grep -qxFf - ledger
    done <answers
    expect 2 txmake -B replay -l poor -f alice bob 1
    says '^txmake: replay: the ledger has no transaction yet$'
}

@test "forms: every one of them is refused, and txsign passes it on as it is" {
    cat payments payments payments >thrice
    mv thrice payments
    kind_is_refused form against alone pool -- --share=15
    txmake -B form -e 1 -A answers <payments >unsigned
    expect 1 txsign -k alice.key unsigned
    cmp unsigned "$out"
    [ "$(wc -l <"$err")" -eq "$(wc -l <unsigned)" ]
    for words in 'tx: seq: ' 'tx: fee: ' 'tx: amount: ' 'tx: amount is 0' 'tx: chain: ' 'tx: from: ' 'tx: to: ' 'tx: memo: ' \
        'tx: signature: ' 'tx: unknown operation' 'tx: 11 fields' 'line: byte 0x0d' 'line: byte 0x09' 'line: .*space'; do
        grep -q "form $words" answers || { echo "none: $words" && false; }
    done
    # every form, with a seed of its own
    for seed in $(seq 1 "$(few 40 10)"); do
        txmake -B form -e "$seed" -f alice bob 25 lunch >line
        refute verify -q line 2>>refusals
    done
}

@test "any: kinds by chance; -s with -c leaves those that need no ledger" {
    forged any --share=40
    refuses_exactly txpool -v pool
    [ "$(cut -d ' ' -f 3 answers | sort -u | wc -l)" -ge 6 ]
    chain=$(head -n 1 ledger | id)
    export LEDGER=/nowhere
    txmake -B any -e 1 -s 0 -c "$chain" -A answers <payments >unsigned
    [ "$(cut -d ' ' -f 3 answers | sort -u | tr '\n' ' ')" = 'accuse batch double-spend form other-chain signature sponsor ' ]
    for kind in sequence amount fee replay account; do
        expect 2 txmake -B "$kind" -s 0 -c "$chain" -f alice bob 1
        says "^txmake: -B: $kind needs a ledger: leave out -s or -c\$"
    done
}

@test "the answers: a line each, with the hash of what is signed, good in any order" {
    forged any
    [ "$(wc -l <answers)" -eq "$(wc -l <payments)" ]
    while read -r n hash _; do
        line=$(sed -n "${n}p" signed; echo .)
        line=${line%??}
        [ "$(printf %s "${line% *}" | sha256sum | cut -c 1-64)" = "$hash" ]
    done <answers
}

@test "the same seed gives the same forgeries, another one others; none gives new ones" {
    txmake -B any -e 5 <payments >one
    txmake -B any -e 5 -A answers <payments | cmp - one
    refute cmp -s one <(txmake -B any -e 6 <payments)
    refute cmp -s <(txmake -B signature <payments) <(txmake -B signature <payments)
    txmake -B any -r 0 <payments | cmp - <(txmake <payments)
}

@test "what is honest among forgeries makes a block" {
    forged any --share=50
    awk 'NR == FNR { bad[$1]; next } !(FNR in bad)' answers signed | mined_with ledger 1 miner >block
    verify -q -l ledger -T 1800000000 block
    [ "$(head -n 1 block | cut -d ' ' -f 8)" -gt 10 ]
}

@test "one payment from operands" {
    expect 0 txmake -B signature -A answers -f alice bob 5
    [ "$(wc -w <"$out")" -eq 10 ]
    [ "$(cut -d ' ' -f 1,3- answers)" = '1 signature tx: bad signature' ]
    expect 0 txmake -B double-spend -f alice bob 5
    [ "$(wc -l <"$out")" -eq 2 ]
}

@test "amounts at the ends" {
    max=9223372036854775807
    ledger-init -t f -f 0 -r 0 alice $max >all
    expect 2 txmake -B amount -e 1 -F 0 -l all -f alice bob 1
    says '^txmake: amount: the sender has all that there can be$'
    for seed in {1..12}; do
        txmake -B amount -e "$seed" -F 7 -l all -f alice bob 1 >line
        txsign -k alice.key line >tx
        rm -f pool
        expect 1 txpool -l all pool <tx
        says "^stdin:1: tx: $ALICE has $max, needs [0-9]*\$"
    done
    expect 2 txmake -B sequence -s $max -f alice bob 1
    says '^txmake: sequence: the sequence numbers end'
}

@test "wrong usage, answers that cannot be written" {
    expect 2 txmake -B nonsense -f alice bob 1
    says "^txmake: -B: 'nonsense' is no kind of forgery"
    for option in '-A answers' '-r 5' '-e 5'; do
        # shellcheck disable=SC2086 # two words
        expect 2 txmake $option -f alice bob 1
        says '^txmake: -A, -r and -e go with -B$'
    done
    expect 2 txmake -B any -r 101 -f alice bob 1
    says "^txmake: -r: '101' is not a number from 0 to 100$"
    expect 2 txmake -B any -e -1 -f alice bob 1
    expect 2 txmake -B any -A /nowhere/answers -f alice bob 1
    says '^txmake: /nowhere/answers: No such file or directory$'
    expect 2 txmake -B any -A /dev/full -f alice bob 1
    says '^txmake: /dev/full: '
    expect 2 sh -c 'txmake -B any -f alice bob 1 >/dev/full'
    txmake -h | grep -q 'signature|sequence|amount|double-spend|other-chain|form|fee|replay|account|batch|sponsor|proof|early|accuse|any$'
}
