# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# ledger-chain: the best chain, byte for byte the same on every peer that agrees.

# A tree of blocks, each mined by whom its name begins with: genesis - m1 - m2 - m3, and from m1 a side branch
# b2. Each is in a file of its own.
setup() {
    fresh_folder
    demo_chain -t f -e 0 2>keygen.err
    cp ledger genesis
    printf '%s\n' 'alice bob 5' 'alice bob 6 x' | txmake | txsign -k alice.key |
        mine -m miner -T 1700000010 >m1
    append <m1
    mine -m bob -T 1700000020 </dev/null >b2
    txmake -f alice miner 7 | txsign -k alice.key | mine -m miner -T 1700000020 >m2
    append <m2
    mine -m miner -T 1700000030 </dev/null >m3
    append <m3
    cat genesis m1 m2 m3 >best
    cat genesis m1 b2 >side
}

append() {
    ledger-append -q -T 1800000000 "${1-ledger}"
}

id_of() { # FILE: of its block
    head -n 1 "$1" | tr -d '\n' | sha256sum | cut -c 1-64
}

# prints FILE... -- ARGUMENT...: exactly these files one after the other.
prints() {
    local files=()
    while [ "$1" != -- ]; do
        files+=("$1")
        shift
    done
    shift
    expect 0 ledger-chain "$@"
    [ ! -s "$err" ]
    cat /dev/null "${files[@]}" | cmp - "$out"
}

@test "the whole best chain, genesis first" {
    prints best --
    prints best -- ledger
    prints best -- -l ledger
    append <b2
    prints best --
    verify -q "$out"
}

@test "a part of it: -s, -n, -t" {
    append <b2
    prints genesis -- -n 1
    prints m1 -- -s 1 -n 1
    prints m2 m3 -- -s 2
    prints m2 m3 -- --start 2 --count 2
    prints m3 -- -s 3 -n 9223372036854775807
    prints best -- -s 0 -n 4
    prints -- -n 0
    head -n 1 m3 >header
    prints header -- -t
    prints header -- --tip
    head -n 1 m1 >header
    prints header -- -t -b "$(id_of m1)"
}

@test "the chain under any block: -b" {
    append <b2
    prints side -- -b "$(id_of b2)"
    prints best -- -b "$(id_of m3)"
    prints genesis m1 m2 -- --block "$(id_of m2)"
    prints genesis -- -b "$(id_of genesis)"
    prints b2 -- -b "$(id_of b2)" -s 2
    prints m1 -- -b "$(id_of b2)" -s 1 -n 1
    prints -- -b "$(id_of b2)" -n 0
    head -n 1 b2 >header
    prints header -- -t -b "$(id_of b2)"
}

@test "headers alone, genesis with its body: -H" {
    append <b2
    for i in 1 2 3; do head -n 1 m$i >h$i; done
    head -n 1 b2 >hb
    prints genesis h1 h2 h3 -- -H
    verify -q -H "$out"
    prints genesis h1 h2 h3 -- --headers -s 0 -n 4
    prints genesis h1 -- -H -n 2
    prints genesis -- -H -n 1
    prints -- -H -n 0
    prints h2 h3 -- -H -s 2
    prints h3 -- -H -s 3 -n 5
    prints genesis h1 hb -- -H -b "$(id_of b2)"
    prints h1 hb -- -H -b "$(id_of b2)" -s 1
    prints h3 -- -H -t
    expect 1 ledger-chain -H -s 4
    says '^ledger-chain: ledger: its height is 3$'
    expect 2 sh -c 'ledger-chain -H >/dev/full'
}

@test "the headers of blocks of every size" {
    memo=$(printf '?%.0s' {1..256})
    ledger-init -T 1700000000 -t f -e 0 alice 100000 >sizes
    i=0
    for n in 0 1 20 0 0 30 2; do
        i=$((i + 1))
        yes "alice bob 1 $memo" | head -n $n | txmake -l sizes | txsign -k alice.key |
            mine -l sizes -m miner -T $((1700000000 + 10 * i)) | append sizes
    done
    { ledger-chain -n 1 sizes && grep '^block [1-9]' sizes; } >want
    prints want -- -H sizes
    # a ledger that was changed under the index shows
    sed 's/%3F/%3E/' sizes >changed
    expect 1 ledger-chain -H changed
}

@test "what is not there is a no" {
    expect 1 ledger-chain -b "$(printf %064d 7)"
    says "^ledger-chain: ledger: no block 0*7\$"
    expect 1 ledger-chain -t -b "$(printf %064d 7)"
    expect 1 ledger-chain -s 4
    says '^ledger-chain: ledger: its height is 3$'
    expect 1 ledger-chain -b "$(id_of m1)" -s 2
    says '^ledger-chain: ledger: its height is 1$'
    [ ! -s "$out" ]
}

@test "the same bytes on peers that met the blocks in another order, with other side branches" {
    cp side other
    mine -l other -m bob -T 1700000030 </dev/null >b3
    for order in 'm1 m2 m3' 'm1 b2 m2 m3' 'm1 m2 b2 m3' 'm1 m2 m3 b2' 'm1 m2 b2 m3 b3'; do
        rm -f peer*
        cp genesis peer
        # shellcheck disable=SC2086 # a list
        cat $order | append peer 2>said
        prints best -- peer
        ledger-chain -t peer | cmp - <(head -n 1 m3)
    done
    # a heavier side branch becomes the best chain
    cat genesis m1 b2 b3 >longer
    mine -l longer -m bob -T 1700000040 </dev/null >b4
    append peer <b4 2>said
    grep -q '^ledger-append: reorg: 2 blocks undone, 3 done$' said
    prints genesis m1 b2 b3 b4 -- peer
    prints best -- -b "$(id_of m3)" peer
    # of equals, the one that stands first
    cat genesis m1 m2 >one
    append one <b2
    prints genesis m1 m2 -- one
    cat genesis m1 b2 >two
    append two <m2
    prints genesis m1 b2 -- two
}

@test "what it prints can be appended anew, and printed again" {
    append <b2
    ledger-chain | ledger-append -q -T 1800000000 new
    cmp new best
    prints best -- new
    [ "$(ledger-balance)" = "$(ledger-balance -l new)" ]
    reference=$ROOT/t/lib/refledger.py
    command -v python3 || skip 'python3 is not here'
    python3 "$reference" chain ledger | cmp - best
}

@test "a torn tail is left out, and told; a forged ledger is a no" {
    { cat best && head -c 50 b2; } >torn
    expect 0 ledger-chain torn
    cmp best "$out"
    says "^torn:$(($(wc -l <best) + 1)): ignored from here on: no complete valid block follows\$"
    for at in 100 500 1300 2000; do
        { head -c "$at" best && printf Z && tail -c +$((at + 2)) best; } >forged
        expect 1 ledger-chain forged
        says '^ledger-chain: forged:[0-9]+: '
        [ ! -s "$out" ]
    done
    : >empty
    expect 1 ledger-chain empty
    expect 2 ledger-chain gone
    says '^ledger-chain: gone: No such file or directory .ledger-init makes a ledger.$'
    expect 2 ledger-chain .
    gzip -k best
    expect 2 ledger-chain best.gz
    says 'compressed; `zcat best.gz > FILE` and use FILE$'
}

@test "LEDGER, -l and the operand, the nearest one counts" {
    prints genesis -- genesis
    LEDGER=side prints side --
    LEDGER=gone prints side -- -l side
    LEDGER=gone prints side -- -l gone side
}

# A chain whose text is too much for any pipe: it is printed as far as the reader has come. One with other
# memos takes as many bytes, block by block.
long_chain() { # FILE BYTE-OF-MEMOS
    memo=$(printf "$2%.0s" {1..256})
    yes "alice bob 1 $memo" | head -n 250 >lines
    ledger-init -T 1700000000 -t f -e 0 alice 100000 >"$1"
    for i in 1 2 3 4; do
        txmake -l "$1" <lines | txsign -k alice.key | mine -l "$1" -m miner -T $((1700000000 + 10 * i)) | append "$1"
    done
    [ "$(wc -c <"$1")" -gt 1000000 ]
}

# Starts to read what ledger-chain prints, and holds still after the first line: $pid, and fd 5 to go on.
begin_to_read() {
    mkfifo pipe
    cp long copy
    ledger-chain long >pipe 2>said &
    pid=$!
    exec 5<pipe
    read -r first <&5
}

go_on() { # sets status
    { echo "$first" && cat <&5; } >got
    exec 5<&-
    status=0
    wait $pid || status=$?
}

@test "a ledger replaced by another meanwhile: the old one whole, or a word of it" {
    long_chain long '?'
    begin_to_read
    cp side new
    mv new long # another file by this name
    ledger-balance -l long >balances # and its index is made anew
    go_on
    if [ "$status" -eq 0 ]; then
        cmp got copy
    else
        cmp -n "$(wc -c <got)" got copy
        grep -q '^ledger-chain: long: ' said
    fi
    ledger-balance -l side | diff balances -
    prints side -- long
}

@test "a ledger overwritten meanwhile: never bytes of two ledgers" {
    long_chain long '?'
    begin_to_read
    cp side long # the same file, with another text
    go_on
    [ "$status" -ne 0 ]
    cmp -n "$(wc -c <got)" got copy
    grep -q '^ledger-chain: ' said
    prints side -- long
}

@test "a ledger overwritten meanwhile by one whose blocks stand at the same places" {
    long_chain long '?'
    long_chain twin '!'
    [ "$(wc -c <long)" -eq "$(wc -c <twin)" ]
    begin_to_read
    cp twin long
    go_on
    [ "$status" -ne 0 ]
    cmp -n "$(wc -c <got)" got copy
    grep -q '^ledger-chain: .*the ledger was changed' said
    prints twin -- long
}

@test "a ledger that grows and changes its best chain meanwhile" {
    long_chain long '?'
    ledger-chain -n 1 long >fork
    for i in 1 2 3 4 5; do
        mine -l fork -m bob -T $((1700000000 + 20 * i)) </dev/null >block
        append fork <block
    done
    begin_to_read
    append long <fork 2>reorg
    grep -q 'reorg: 4 blocks undone, 5 done' reorg
    go_on
    if [ "$status" -eq 0 ]; then
        cmp got copy
    else
        cmp -n "$(wc -c <got)" got copy
    fi
    prints fork -- long
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 ledger-chain a b
    says '^usage: ledger-chain '
    expect 2 ledger-chain -x
    for bad in -1 x 9223372036854775808; do
        expect 2 ledger-chain -s "$bad"
        says "^ledger-chain: -s: '$bad' is not a number from 0 to "
        expect 2 ledger-chain -n "$bad"
    done
    for bad in '' 12 "$(id_of m1 | tr a-f A-F)" "$(id_of m1)0"; do
        expect 2 ledger-chain -b "$bad"
        says "^ledger-chain: '$bad' is (not 8 to 64 lowercase hex|shorter than 8) digits\$"
    done
    expect 0 ledger-chain -h
    grep -q '^usage: ledger-chain ' "$out"
    expect 0 ledger-chain -V
    grep -q '^ledger-chain (peerutils) ' "$out"
    expect 2 sh -c 'ledger-chain >/dev/full'
    says '^ledger-chain: stdout: No space left on device$'
    expect 2 sh -c 'ledger-chain >&-'
    says '^ledger-chain: stdout: Bad file descriptor$'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'ledger-chain >&6'
    [ ! -s "$err" ]
    exec 6>&-
    cmp ledger best
}

@test "-M: what is final and who is a member, before each block" {
    expect 0 ledger-chain -M # no members: nothing is added
    ledger-chain | cmp "$out" -
    cp "$VECTORS/seals/good/stake-joins.ledger" sealed
    expect 0 ledger-chain -M sealed
    grep '^final\|^members\|^block' "$out" | cut -d ' ' -f 1-2 | head -n 8 | tr '\n' ' ' |
        diff <(printf 'final 0 members 4 block 0 final 0 members 5 block 1 final 1 block 2 ') -
    ledger-chain -M sealed | awk '/^members/ { n = $2; next } n > 0 { n--; next } !/^final/' | cmp - <(ledger-chain sealed)
    expect 0 ledger-chain -M -s 3 -n 1 sealed
    sed 1,2d "$out" | head -n 5 | cmp - <(ledger-balance -M -s 3 -l sealed)
    tip=$(ledger-chain -t sealed | tr -d '\n' | sha256sum | cut -c 1-64)
    ledger-chain -M -b "$tip" sealed | cmp - <(ledger-chain -M sealed)
    for argument in -t -H; do
        expect 2 ledger-chain -M $argument sealed
        says '^ledger-chain: -M: not with -H or -t$'
    done
    expect 2 sh -c 'ledger-chain -M sealed >/dev/full'
}
