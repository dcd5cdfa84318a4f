# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# ledger-balance: what accounts have, at the best tip or at any block.

# Genesis - 1 - 2 - 3, and from 1 a side branch 2b. (alice has 1000 and bob 20 at first.)
setup() {
    fresh_folder
    demo_chain -t f -e 0 bob 20 2>keygen.err
    keygen -s 'demo carol' carol >>names 2>keygen.err
    echo 'alice carol 5' | block 1 miner
    printf '%s\n' 'bob alice 10' 'carol bob 3' | block 2 carol keep >2b
    printf '%s\n' 'bob alice 19' 'alice bob 100' | block 2 miner
    echo 'alice carol 1' | block 3 bob
    append <2b
}

append() {
    ledger-append -q -T 1800000000 ledger
}

# block N MINER [keep]: mines a block of these payments and appends it, or prints it.
block() {
    txmake | txsign -k alice.key -k bob.key -k carol.key | mine -m "$2" -T $((1700000000 + 10 * $1)) |
        if [ "${3-}" ]; then cat; else append; fi
}

id_of() { # HEIGHT
    ledger-chain -s "$1" -n 1 | head -n 1 | tr -d '\n' | sha256sum | cut -c 1-64
}

# has WORDS ARGUMENT...: by name and without ids, "NAME BALANCE SEQ," sorted by name.
has() {
    local words=$1 got
    shift
    expect 0 ledger-balance "$@"
    [ ! -s "$err" ]
    got=$(names "$out" | cut -d ' ' -f 2- | sort | tr '\n' ,)
    [ "$got" = "$words" ] || { echo "got $got" && return 1; }
}

@test "all accounts, in the order of their ids" {
    has 'alice 910 3,bob 151 1,carol 6 0,miner 103 0,'
    [ "$(awk '{ sum += $3 } END { print sum }' "$out")" -eq $((1020 + 150)) ]
    sort -c "$out"
    ! grep -Evq '^account [0-9a-f]{64} (0|[1-9][0-9]*) (0|[1-9][0-9]*)$' "$out" || false
    [ "$(wc -l <"$out")" -eq 4 ]
    reference=$ROOT/t/lib/refledger.py
    command -v python3 || skip 'python3 is not here'
    python3 "$reference" balances ledger | diff "$out" -
}

@test "some: by name, by account, in the order asked, twice if asked twice" {
    expect 0 ledger-balance miner alice "$(cut -d ' ' -f 2 bob.pub)" miner
    names "$out" >named
    printf 'account %s\n' 'miner 103 0' 'alice 910 3' 'bob 151 1' 'miner 103 0' | diff - named
}

@test "an account that nothing has touched prints zeros" {
    zero=$(printf %064d 0)
    expect 0 ledger-balance "$zero"
    [ "$(cat "$out")" = "account $zero 0 0" ]
    has 'carol 0 0,' -s 0 carol
}

@test "an account that has spent all stays in the list" {
    echo "carol bob 5" | block 4 alice
    has 'alice 961 3,bob 156 1,carol 0 1,miner 103 0,'
}

@test "an unknown name is trouble" {
    expect 2 ledger-balance nobody
    says "^ledger-balance: 'nobody' is neither an account nor a name in the address book\$"
    expect 2 ledger-balance alice nobody
    printf 'key %s twin\n' "$(printf %064d 1)" "$(printf %064d 2)" >>names
    expect 2 ledger-balance twin
    says "^ledger-balance: 'twin' is the name of more than one account\$"
}

@test "at a height of the best chain: -s" {
    has 'alice 1000 0,bob 20 0,' -s 0
    has 'alice 994 1,bob 20 0,carol 5 0,miner 51 0,' -s 1
    has 'alice 912 2,bob 100 1,carol 5 0,miner 103 0,' -s 2
    has 'alice 910 3,bob 151 1,carol 6 0,miner 103 0,' --height 3
    has 'bob 20 0,carol 5 0,' -s 1 carol bob
    expect 1 ledger-balance -s 4
    says '^ledger-balance: ledger: no block 4$'
    [ ! -s "$out" ]
    expect 1 ledger-balance -s 9223372036854775807 alice
    for bad in -1 x '' 9223372036854775808; do
        expect 2 ledger-balance -s "$bad"
        says "^ledger-balance: -s: '$bad' is not a number from 0 to "
    done
}

@test "at any block, side branches too: -b" {
    for height in 0 1 2 3; do
        ledger-balance -s $height >wanted
        ledger-balance -b "$(id_of $height)" | diff wanted -
        ledger-balance --block "$(id_of $height)" alice carol >some
        ledger-balance -s $height alice carol | diff some -
    done
    side=$(head -n 1 2b | tr -d '\n' | sha256sum | cut -c 1-64)
    has 'alice 1004 1,bob 12 1,carol 53 1,miner 51 0,' -b "$side"
    ledger-chain -b "$side" >chain
    ledger-balance -b "$side" >wanted
    ledger-balance -l chain | diff wanted -
    expect 1 ledger-balance -b "$(printf %064d 7)"
    says '^ledger-balance: ledger: no block 0*7$'
    for bad in '' 12 "$(echo "$side" | tr a-f A-F)" "${side}0"; do
        expect 2 ledger-balance -b "$bad"
        says "^ledger-balance: '$bad' is (not 8 to 64 lowercase hex|shorter than 8) digits\$"
    done
    expect 2 ledger-balance -b "$side" -s 1
    says '^usage: ledger-balance '
}

@test "every block of a longer tree: as the reference says of the chain under it" {
    reference=$ROOT/t/lib/refledger.py
    command -v python3 || skip 'python3 is not here'
    for file in fork reorg tie-first-wins; do
        cp "$VECTORS/good/$file.ledger" x
        for id in $(grep '^block ' x | while read -r line; do printf %s "$line" | sha256sum | cut -c 1-64; done | tail -n 3); do
            ledger-chain -b "$id" x >chain
            python3 "$reference" balances chain >wanted
            ledger-balance -l x -b "$id" | diff wanted -
        done
        rm -f x.index
    done
}

@test "the ledger and the address book: -l, LEDGER, -a, NAMES" {
    ledger-balance alice >wanted
    mkdir away
    mv ledger names ./*.pub away
    expect 2 ledger-balance
    says '^ledger-balance: ledger: No such file or directory .ledger-init makes a ledger.$'
    ledger-balance -l away/ledger -a away/names alice | diff wanted -
    LEDGER=away/ledger NAMES=away/alice.pub ledger-balance alice | diff wanted -
    expect 2 ledger-balance -l away/ledger -a away/gone alice
    says '^ledger-balance: away/gone: cannot open'
    ledger-balance -l away/ledger >all # where nobody is asked for by name, no book is read
    NAMES=gone ledger-balance -l away/ledger | diff all -
}

@test "a ledger that breaks a rule is a no; a torn tail is left out" {
    ledger-balance >wanted
    size=$(wc -c <ledger)
    for at in 90 500 1000 $((size - 400)); do
        { head -c "$at" ledger && printf Z && tail -c +$((at + 2)) ledger; } >forged
        expect 1 ledger-balance -l forged
        says '^ledger-balance: forged:[0-9]+: '
        [ ! -s "$out" ]
    done
    { cat ledger && head -c 99 2b; } >torn
    ledger-balance -l torn | diff wanted -
    : >empty
    expect 1 ledger-balance -l empty
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 ledger-balance -x
    says '^usage: ledger-balance '
    expect 0 ledger-balance -h
    grep -q '^usage: ledger-balance ' "$out"
    expect 0 ledger-balance -V
    grep -q '^ledger-balance (peerutils) ' "$out"
    expect 2 sh -c 'ledger-balance >/dev/full'
    says '^ledger-balance: stdout: No space left on device$'
    sum=$(sha256sum <ledger)
    expect 2 sh -c 'ledger-balance alice >&-'
    says '^ledger-balance: stdout: Bad file descriptor$'
    [ "$(sha256sum <ledger)" = "$sum" ]
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'ledger-balance >&6'
    [ ! -s "$err" ]
    exec 6>&-
}

# The rule of -U, from the headers alone: the last block whose own time is not later.
height_at() { # TIME
    ledger-chain -H | awk -v time="$1" '$1 == "block" && $5 <= time { height = $2 } END { print height }'
}

@test "at a time: -U, of chains whose times go back, too" {
    mkdir anew && cd anew
    demo_chain -t ff -f 0 2>keygen.err
    now=1700000000
    for step in 10 10 50 -20 -5 10 30 1 1 -10 60 5 -3; do
        now=$((now + step))
        mine -m miner -T "$now" </dev/null >block
        ledger-append -q <block
    done
    ledger-chain -H | awk '$1 == "block" && $5 < last { back = 1 } { last = $5 } END { exit !back }'
    for time in $(ledger-chain -H | awk '$1 == "block" { print $5 - 1, $5, $5 + 1 }' | tr ' ' '\n' | sort -u); do
        height=$(height_at "$time")
        if [ -z "$height" ]; then
            expect 1 ledger-balance -U "$time" miner
            says "^ledger-balance: ledger: it begins after $time$"
        else
            ledger-balance -U "$time" miner | diff <(ledger-balance -s "$height" miner) - || { echo "$time" && false; }
        fi
    done
    ledger-balance -U 9999-12-31 | diff <(ledger-balance) -
    ledger-balance -U 2023-11-14T22:13:20Z | diff <(ledger-balance -s 0) -
    expect 1 ledger-balance -U 2023-11-14
    expect 2 ledger-balance -U soon
    says "^ledger-balance: -U: 'soon': "
    expect 2 ledger-balance -U 1 -s 1
    says '^ledger-balance: only one of -b, -s and -U can be given$'
}
