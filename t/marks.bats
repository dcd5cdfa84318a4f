# shellcheck disable=SC2094 # the input of a command is also named to be hashed
load lib/common
load lib/ledger

# The marks in the pipeline of a node: what each filter says on stdout of a record that it does not pass on.

setup() {
    fresh_folder
    easy_chain 100
}

# The filters of a node.
pipeline() {
    verify -u -l ledger 2>verify.err | ledger-append -p ledger 2>append.err | txpool -u -l ledger pool 2>txpool.err |
        peerbook -l ledger peers 2>peerbook.err
}

# One signed transaction: one SEQ FEE AMOUNT [FROM].
one() {
    txmake -l ledger -s "$1" -F "$2" -f "${4-alice}" bob "$3" | txsign -k "${4-alice}.key"
}

# What mark a filter gives to the one line of FILE, as plain words without the id.
mark() { # FILE COMMAND...
    expect_line "$1" "${@:2}" <"$1"
}

expect_line() {
    local word got rest
    run_apart "${@:2}"
    IFS=' ' read -r word got rest <"$out"
    [ "$(wc -l <"$out")" -eq 1 ] || { cat "$out" && return 1; }
    [ "$got" = "$(head -n 1 "$1" | id)" ] || return
    printf '%b\n' "$word${rest:+ ${rest//%/\\x}}"
}

@test "what breaks a rule is refused at the end of the pipeline, with the reason" {
    one 0 1 5 >good
    [ "$(pipeline <good)" = "$(cat good)" ]
    one 0 1 6 >second
    [ "$(mark second pipeline)" = "refused tx: seq 0 is spent twice: the pool holds $(id <good) of $ALICE; to replace it takes a fee of 2, not 1" ]
    one 1 1 5000 >rich
    [ "$(mark rich pipeline)" = "refused tx: $ALICE has 94, needs 5001" ]
    one 1 0 5 >cheap
    [ "$(mark cheap pipeline)" = "refused tx: fee 0 is under the minimum of 1" ]
    one 0 1 5 bob >poor
    [ "$(mark poor pipeline)" = "refused tx: $BOB has 5, needs 6" ]
    sed 's/ pay / give /' good >operation
    [ "$(mark operation pipeline)" = "refused tx: unknown operation 'give'" ]
    echo 'no  record' >form
    [ "$(mark form pipeline)" = 'refused line: fields are split by exactly one space (column 4)' ]
    cmp good pool
}

@test "each filter refuses what is its to judge, in its place, and says it on stderr too" {
    one 0 0 5 >cheap
    cat names cheap names >all
    expect 1 verify -u -l ledger <all
    { cat names && echo "refused $(id <cheap) tx%3A%20fee%200%20is%20under%20the%20minimum%20of%201" && cat names; } | cmp - "$out"
    says '^stdin:4: tx: fee 0 is under the minimum of 1$'
    expect 1 txpool -u -l ledger pool <all
    { cat names && echo "refused $(id <cheap) tx%3A%20fee%200%20is%20under%20the%20minimum%20of%201" && cat names; } | cmp - "$out"
    says '^stdin:4: tx: fee 0 is under the minimum of 1$'
    mined ledger 1 miner | sed '1s/ 1700000010 / 1600000000 /' >block
    [ "$(mark block verify -u -l ledger)" = 'refused block: time 1600000000 is not after 1700000000, the median of the last 11' ]
    [ "$(mark block ledger-append -p)" = 'refused block: time 1600000000 is not after 1700000000, the median of the last 11' ]
}

@test "what is known is accepted, whoever has it" {
    one 0 1 5 >tx
    pipeline <tx >passed
    [ "$(mark tx pipeline)" = accepted ]
    cat tx tx >twice
    rm pool
    { cat tx && echo "accepted $(id <tx)"; } | cmp - <(pipeline <twice)
    # in the ledger, by itself
    mined_with ledger 1 miner <tx >block
    cmp block <(pipeline <block)
    [ ! -s pool ]
    [ "$(mark tx pipeline)" = accepted ]
    [ "$(mark tx txpool -u -l ledger pool)" = accepted ]
    [ "$(mark block ledger-append -p)" = accepted ]
    one 0 1 6 >other
    [[ "$(mark other pipeline)" = "refused tx: seq 0, expected 1; $(id <other) spends what $(id <tx) "* ]]
}

@test "what cannot be taken for now may be offered later" {
    # a gap, at the end of the input
    one 1 1 5 >gap
    [ "$(mark gap pipeline)" = later ]
    # while the input goes on it waits, and then passes
    one 0 1 5 >first
    cat gap first >both
    cat first gap | cmp - <(pipeline <both)
    # a full pool
    rm pool
    one 0 9 5 >rate
    txpool -b "$(wc -c <rate)" pool <rate >passed
    one 1 1 5 >low
    [ "$(mark low txpool -u -l ledger -b "$(wc -c <rate)" pool)" = later ]
    # a block ahead of the clock, and blocks without a parent or on one that was refused
    mined ledger 3 miner >three
    blocks three 0 0 >early
    [ "$(mark early verify -u -l ledger -T 1600000000)" = later ]
    [ "$(mark early ledger-append -p -T 1600000000)" = later ]
    blocks three 2 2 >orphan
    [ "$(mark orphan ledger-append -p)" = later ]
    [ "$(mark early ledger-append -p nowhere)" = later ]
}

@test "what cannot be paid waits for money for a while, and is then refused" {
    one 0 1 50 >income
    one 0 1 5 bob >spends
    one 1 1 5 bob >next
    cat next spends income >all
    cat income spends next | cmp - <(pipeline <all)
    rm pool
    mkfifo in
    txpool -u -l ledger pool <in >passed 2>said &
    pid=$!
    exec 7>in
    cat spends next names >&7
    eventually grep -q '^refused ' passed # while the input goes on
    eventually has_marks 2 passed
    {
        echo "refused $(id <spends) tx%3A%20${BOB}%20has%200%2C%20needs%206"
        echo "refused $(id <next) tx%3A%20seq%201%2C%20expected%200%3A%20that%20one%20cannot%20be%20paid"
    } | diff - <(tail -n 2 passed)
    cat income spends next >&7 # once more, now that there is money
    exec 7>&-
    wait "$pid" || status=$?
    [ "$status" -eq 1 ]
    tail -n 3 passed | diff <(cat income spends next) -
}

has_marks() { # COUNT FILE
    [ "$(grep -c '^refused ' "$2")" -eq "$1" ]
}

@test "each of many payments by empty accounts is refused, and the log stays short" {
    count=$(few 2000 200)
    # no key signed these: nobody looks at signatures here
    one 0 1 5 >tx
    awk -v count="$count" '{ for (i = 1; i <= count; i++) { $3 = sprintf("%064x", i); print } }' tx >empty
    expect 1 txpool -u -l ledger pool <empty
    [ ! -s pool ]
    [ "$(grep -c '^refused [0-9a-f]* tx%3A%20[0-9a-f]*%20has%200%2C%20needs%206$' "$out")" -eq "$count" ]
    [ "$(sort -u "$out" | wc -l)" -eq "$count" ]
    [ "$(wc -l <"$err")" -lt 200 ]
}

@test "what waited is answered when its number is used by another, or by itself" {
    one 0 1 5 >a0
    one 1 1 5 >a1
    one 1 1 6 >other
    mkfifo in
    txpool -u -l ledger pool <in >passed 2>said &
    pid=$!
    exec 7>in
    cat a1 names >&7
    eventually test -s passed
    cat a0 a1 | mined_with ledger 1 miner | ledger-append -q -T 1800000000 ledger
    eventually grep -q "^accepted $(id <a1)\$" passed
    only_waited said
    exec 7>&-
    wait "$pid"
    rm passed
    cp genesis ledger
    rm ledger.*
    txpool -u -l ledger pool <in >passed 2>said &
    pid=$!
    exec 7>in
    cat a1 names >&7
    eventually test -s passed
    cat a0 other | mined_with ledger 1 miner | ledger-append -q -T 1800000000 ledger
    eventually grep -q "^refused $(id <a1) tx%3A%20seq%201%2C%20expected%202%3B%20$(id <a1)%20spends%20what%20$(id <other)%20" passed
    only_waited said
    exec 7>&-
    wait "$pid"
}

@test "a block on a refused one is refused" {
    mined ledger 1 miner >one
    sed '1s/ 1700000010 / 1600000000 /' one >bad
    parent=$(head -n 1 bad | id)
    mined ledger 2 miner | blocks - 1 1 | sed "1s/^block 2 [0-9a-f]*/block 2 $parent/" >child
    cat bad child >all
    expect 1 ledger-append -p <all
    [ "$(grep -c '^refused ' "$out")" -eq 2 ]
    grep -q "^refused $(head -n 1 child | id) block%3A%20its%20parent%20${parent}%20was%20refused\$" "$out"
}

@test "peer records: what is known is accepted, what is wrong is refused, what is early may come later" {
    peerbook -a 127.0.0.1:7001 -k alice.key -l ledger -T 1700000100 >old
    peerbook -a 127.0.0.1:7001 -k alice.key -l ledger -T 1700000200 >new
    sed 's/:7001/:7002/' new >forged
    book='peerbook -o 127.0.0.1:1 -T 1700000300 -l ledger peers'
    cmp new <($book <new)
    # shellcheck disable=SC2086 # several words
    {
        [ "$(mark new $book)" = accepted ]
        [ "$(mark old $book)" = accepted ]
        [ "$(mark forged $book)" = 'refused peer: bad signature' ]
        peerbook -a 127.0.0.1:7001 -k alice.key -l ledger -T 1800000000 >early
        [ "$(mark early $book)" = later ]
    }
    # by hand, without -l
    expect 1 peerbook -o 127.0.0.1:1 -T 1700000300 peers <forged
    [ ! -s "$out" ]
}

@test "marks pass every filter as they are, and are not counted as records" {
    id=$(id <genesis)
    printf '%s\n' "fluff $id" "refused $id no%20reason" "later $id" "accepted $id" >marks
    cmp marks <(pipeline <marks)
    cat verify.err append.err txpool.err peerbook.err >said
    only_waited said
    # nobody is sent them
    expect 1 gossip-send -p -t 0 -c "$id" 127.0.0.1:9 <<<'refused x'
    says '^stdin:1: refused: '
    expect 0 gossip-send -p -t 0 -c "$id" 127.0.0.1:9 <marks
}

@test "used by hand, the filters print records only" {
    one 0 0 5 >cheap
    for command in 'verify -l ledger' 'verify -u' 'verify -u -l ledger cheap' 'verify -q -u -l ledger' 'ledger-append' \
        'ledger-append -q -p' 'txpool pool' 'txpool -u pool'; do
        sed 's/^tx/x  tx/' cheap >broken
        case $command in
        ledger-append* | 'verify -u') in=broken ;;
        *) in=cheap ;;
        esac
        # shellcheck disable=SC2086 # several words
        expect 1 $command <$in
        [ ! -s "$out" ]
    done
}

@test "of a flood of refusals a hundred are named on stderr, and the others counted" {
    one 0 0 5 >cheap
    for i in {1..500}; do
        cat cheap
    done >flood
    for command in 'verify -u -l ledger' 'txpool -u -l ledger pool'; do
        # shellcheck disable=SC2086 # several words
        expect 1 $command <flood
        [ "$(grep -c '^refused ' "$out")" -eq 500 ]
        [ "$(wc -l <"$err")" -lt 200 ]
        named=$(grep -c '^stdin:[0-9]*: tx: fee 0 ' "$err")
        [ "$named" -ge 99 ]
        counted=$(sed -n 's/^.*: stdin: \([0-9]*\) more records* refused, and not named here (-v names each)$/\1/p' "$err" | awk '{ n += $1 } END { print n }')
        [ $((named + counted)) -eq 500 ]
        # shellcheck disable=SC2086 # several words
        expect 1 $command -v <flood
        [ "$(wc -l <"$err")" -eq 500 ]
    done
    sed 's/^tx/x  tx/' flood >broken
    expect 1 ledger-append -p <broken
    [ "$(wc -l <"$err")" -lt 200 ]
    says '^ledger-append: stdin: [0-9]* more records refused, and not named here \(-v names each\)$'
}

@test "a reason is a text of at most 256 bytes; a cut line has no id" {
    long=$(printf 'x%.0s' {1..400})
    printf 'tx %s\n' "$long $long" >bad
    expect 1 verify -u -l ledger <bad
    read -r _ _ reason <"$out"
    [ "$(printf %b "${reason//%/\\x}" | wc -c)" -le 256 ]
    one 0 1 5 | tr -d '\n' >torn
    expect 1 verify -u -l ledger <torn
    [ ! -s "$out" ]
    head -c 70000 /dev/zero | tr '\0' x | sed 's/$/\n/' >toolong
    expect 1 verify -u -l ledger <toolong
    [ ! -s "$out" ]
    # nothing is said of a secret key
    expect 1 verify -u -l ledger <alice.key
    [ ! -s "$out" ]
    one 0 0 5 >cheap
    for command in 'verify -u -l ledger' 'txpool -u -l ledger pool' 'ledger-append -p'; do
        expect 2 sh -c "sed 's/^tx/x  tx/' cheap | $command >/dev/full"
    done
}
