# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger

# txpool: the transactions that wait for a block, and the choice of a body among them.

setup() {
    fresh_folder
    demo_chain -t f -e 0 bob 1000 2>keygen.err
    keygen -s 'demo carol' carol >>names 2>keygen.err
}

# Signed transactions for the lines FROM TO AMOUNT [MEMO] on stdin.
pay() {
    txmake | txsign -k alice.key -k bob.key -k carol.key
}

# One signed transaction: one FROM SEQ FEE TO AMOUNT [MEMO].
one() {
    txmake -s "$2" -F "$3" -f "$1" "$4" "$5" "${6-}" | txsign -k "$1.key"
}

id() {
    printf %s "$1" | sha256sum | cut -c 1-64
}

# Mines the transactions on stdin as block N.
block() { # N
    mine -m miner -T $((1700000000 + 10 * $1)) | ledger-append -q -T 1800000000 ledger
}

# shows WORDS...: the transactions on stdin are these, each FROM:SEQ:FEE:AMOUNT.
shows() {
    local got
    got=$(names | awk '{ printf "%s%s:%s:%s:%s", (NR > 1 ? " " : ""), $3, $4, $5, $8 }')
    [ "$got" = "$*" ] || { echo "got $got" && return 1; }
}

# refuse WORDS COMMAND...: status 1, and these words on stderr.
refuse() {
    local words=$1
    shift
    expect 1 "$@"
    says "$words"
}

@test "what is new is kept and passed on, what is known is neither" {
    printf '%s\n' 'alice bob 5' 'bob alice 6' 'alice carol 7 x' | pay >txs
    expect 0 txpool pool <txs
    diff txs "$out"
    diff txs pool
    [ ! -s "$err" ]
    expect 0 txpool pool <txs
    [ ! -s "$out" ]
    [ ! -s "$err" ]
    diff txs pool
    cat txs txs >twice
    txpool other <twice | diff txs -
    diff txs other
}

@test "two that spend the same sequence number: the first stays unless the second pays enough more" {
    one alice 0 5 bob 5 >first
    one alice 0 5 bob 6 >second
    txpool pool <first >passed
    refuse "^stdin:1: tx: seq 0 is spent twice: the pool holds $(id "$(cat first)") of $(account alice); to replace it takes a fee of 6, not 5\$" \
        txpool pool <second
    [ ! -s "$out" ]
    diff first pool
    # within one stream, too, and the rest goes on
    one bob 0 1 carol 5 >third
    cat first second third >all
    refuse "^stdin:2: tx: seq 0 is spent twice: the pool holds $(id "$(cat first)")" txpool other <all
    cat first third | diff - "$out"
}

# replaces OLD NEW [DROPPED]: the pool takes NEW in the place of OLD, and says so; status 0.
replaces() {
    expect 0 txpool pool <"$2"
    diff "$2" "$out"
    echo "txpool: pool: $(id "$(cat "$2")") replaces $(id "$(cat "$1")"), seq $(cut -d ' ' -f 4 "$1") of $(
        cut -d ' ' -f 3 "$1")${3:+; $3 that depended on it left out}" | diff - "$err"
}

@test "a higher fee replaces: by minfee and a tenth, and no less" {
    one alice 0 100 bob 5 >first
    one alice 0 109 bob 5 >little
    one alice 0 110 bob 5 >enough
    one bob 0 1 carol 5 >other
    cat first other | txpool pool >passed
    refuse 'to replace it takes a fee of 110, not 109$' txpool pool <little
    replaces first enough
    cat enough other | diff - pool # in its place
    # the one that was replaced has no way back
    refuse 'to replace it takes a fee of 121, not 100$' txpool pool <first
    # what a tenth of the fee is rounds up
    one alice 0 121 carol 7 >again
    replaces enough again
    one alice 0 133 bob 5 >low
    refuse 'to replace it takes a fee of 134, not 133$' txpool pool <low
    cat again other | diff - pool
    # a block with the replacement holds, and the pool is empty after it
    txpool -s pool | block 1
    expect 0 txpool pool </dev/null
    [ ! -s pool ]
    ledger-balance alice | grep -q ' 1$'
}

@test "a replacement takes along what depended on it, and nothing else" {
    # alice has 1000; carol lives on what she gets
    one alice 0 1 carol 300 >a0
    one alice 1 1 bob 10 >a1
    one alice 2 1 bob 600 >a2
    one carol 0 1 bob 200 >c0
    one carol 1 1 bob 50 >c1
    one bob 0 1 carol 5 >b0
    cat a0 a1 a2 c0 c1 b0 | txpool pool >passed
    diff pool passed
    one alice 0 9 bob 450 >new # then a2 and carol's cannot be paid, but a1 can
    replaces a0 new 3
    cat new a1 b0 | diff - pool
    # what was dropped may come again when it can be paid, and what the pool passes on holds
    txpool -s pool | block 1
    expect 1 txpool pool <a2
    says ' has [0-9]*, needs 601$'
}

@test "a replacement that cannot be paid leaves all as it was" {
    one alice 0 1 carol 300 >a0
    one alice 1 1 bob 600 >a1
    one carol 0 1 alice 299 >c0
    cat a0 a1 c0 | txpool pool >passed
    cp pool before
    one alice 0 2 bob 5000 >rich
    refuse ' has [0-9]*, needs 5002$' txpool pool <rich
    # only the income that depends on the old one would pay for it
    one alice 0 2 bob 1200 >loop
    expect 1 txpool pool <loop
    [ ! -s "$out" ]
    diff before pool
    txpool -s pool | block 1
    expect 0 txpool pool </dev/null
    [ ! -s pool ]
}

@test "replaced within one stream, only the last goes out; twenty times over the file is whole" {
    for ((fee = 100, i = 0; i < 20; fee = fee * 11 / 10 + 1, i++)); do
        one alice 0 $fee bob 5
    done >all
    one bob 0 1 carol 5 >other
    cat all other >both
    expect 0 txpool pool <both
    { tail -n 1 all && cat other; } | diff - "$out"
    diff "$out" pool
    [ "$(grep -c ' replaces ' "$err")" -eq 19 ]
    # two programs with the pool open at once agree on the highest fee rates
    shuf --random-source=all all >mixed
    txpool one <mixed >/dev/null 2>&1 || :
    txpool one <all >/dev/null 2>&1 || :
    tail -n 1 all | diff - one
}

@test "one broken transaction of a long chain is named, and what waits for it is counted" {
    run_of alice 0 500 >txs
    sed '250s/ pay \([0-9a-f]*\) 1 / pay \1 2 /' txs >broken
    expect 1 txpool pool <broken
    head -n 249 txs | diff - "$out"
    {
        echo 'stdin:250: tx: bad signature'
        echo 'txpool: stdin: 250 more records refused because of those named above (-v names each)'
    } | diff - "$err"
    expect 1 txpool -v other <broken
    [ "$(wc -l <"$err")" -eq 251 ]
    # one whose sender cannot be read
    sed '250s/ pay / give /' txs >broken
    expect 1 txpool third <broken
    says "^stdin:250: tx: unknown operation 'give'\$"
    says '^stdin:[0-9]*: tx: seq [0-9]*, expected 249: neither ledger nor pool fills the gap$'
    says '^txpool: stdin: 249 more records refused because of those named above '
    [ "$(wc -l <"$err")" -eq 3 ]
}

@test "a gap that neither ledger nor pool fills" {
    one alice 1 1 bob 5 >later
    one alice 0 1 bob 5 >now
    refuse '^stdin:1: tx: seq 1, expected 0: neither ledger nor pool fills the gap$' txpool pool <later
    [ ! -s pool ]
    txpool pool <now >passed
    txpool pool <later | diff later -
    one alice 3 1 bob 5 >later
    refuse '^stdin:1: tx: seq 3, expected 2: neither' txpool pool <later
}

@test "what was spent in the ledger is refused, and its spender is named" {
    one alice 0 1 bob 5 >spent
    block 1 <spent
    refuse '^stdin:1: tx: seq 0, expected 1' txpool pool <spent
    one alice 0 2 bob 5 >again
    refuse "^stdin:1: tx: seq 0, expected 1; $(id "$(cat again)") spends what $(id "$(cat spent)")" txpool pool <again
}

@test "what cannot be paid with what is pending" {
    one alice 0 1 carol 990 >most
    one alice 1 1 carol 9 >over
    one alice 1 1 carol 8 >rest
    txpool pool <most >passed
    refuse '^stdin:1: tx: [0-9a-f]{64} has 9, needs 10$' txpool pool <over
    txpool pool <rest | diff rest -
    cat most rest | diff - pool
}

@test "income that is pending can be spent" {
    one carol 0 1 bob 40 >spend
    one alice 0 1 carol 50 >income
    refuse '^stdin:1: tx: [0-9a-f]{64} has 0, needs 41$' txpool pool <spend
    cat income spend | txpool pool >passed
    cat income spend | diff - passed
    one carol 1 1 bob 9 >next-one
    refuse ' has 9, needs 10$' txpool pool <next-one
}

@test "forged, cut, unsigned, of another chain, under the least fee" {
    one alice 0 1 bob 5 lunch >good
    line=$(cat good)
    for at in 4 70 133 135 137 140 144 206 208 209 215 300 342; do
        { head -c "$at" good && printf 0 && tail -c +$((at + 2)) good; } >forged
        cmp -s good forged && continue
        refuse '^stdin:1: ' txpool pool <forged
        [ ! -s "$out" ]
    done
    sed 's/ lunch / Lunch /' good >forged
    refuse '^stdin:1: tx: bad signature$' txpool pool <forged
    for n in 10 100 $((${#line} - 1)) ${#line}; do
        head -c "$n" good >part
        refuse '^stdin:1: ' txpool pool <part
    done
    echo "${line% *}" >unsigned
    refuse '^stdin:1: tx: 9 fields, expected 10: it is not signed \(txsign signs it\)$' txpool pool <unsigned
    txmake -c "$(printf %064d 7)" -f alice bob 5 | txsign -k alice.key >other
    refuse '^stdin:1: tx: another chain: 0*7$' txpool pool <other
    one alice 0 0 bob 5 >cheap
    refuse '^stdin:1: tx: fee 0 is under the minimum of 1$' txpool pool <cheap
    [ ! -s pool ]
    # among good ones, they alone fall
    one bob 0 1 carol 5 >bob
    cat forged bob part >mixed
    expect 1 txpool pool <mixed
    diff bob "$out"
    grep -c '^stdin:' "$err" | grep -qx 2
}

@test "other records pass, in their places" {
    one alice 0 1 bob 5 >a
    one bob 0 1 alice 5 >b
    { cat names a && echo 'note of nothing' && cat ledger b; } >mixed
    expect 0 txpool pool <mixed
    echo 'txpool: stdin: 1 record of unknown type passed on unchecked' | diff - "$err"
    diff mixed "$out"
    cat a b | diff - pool
    echo 'two  spaces' >broken
    cat a broken names >mixed
    refuse '^stdin:2: line: fields are split by exactly one space' txpool pool <mixed
    diff names "$out"
}

@test "a full pool lets the lowest fee rate go, with its sender's later ones" {
    one alice 0 5 carol 1 >a0
    one alice 1 50 carol 1 >a1
    one bob 0 10 carol 1 >b0
    one bob 1 20 carol 1 >b1
    size=$(cat a0 b0 b1 | wc -c)
    cat a0 a1 b0 | txpool -b "$size" pool >passed
    cat a0 a1 b0 | diff - pool
    expect 0 txpool -b "$size" pool <b1
    diff b1 "$out"
    says '^txpool: pool: 2 transactions with the lowest fee rates left out$'
    cat b0 b1 | diff - pool
    # and what the pool evicted can come back when there is room
    cat a0 a1 | txpool pool | cmp - <(cat a0 a1)
}

@test "a full pool refuses what pays the least, and what pays no more than the rest" {
    one alice 0 5 carol 1 >a0
    one alice 1 5 carol 1 >a1
    one bob 0 4 carol 1 >less
    one bob 0 5 carol 1 >same
    one bob 0 6 carol 1 >next-one
    size=$(cat a0 a1 | wc -c)
    cat a0 a1 | txpool -b $((size + size / 32)) pool >passed
    for newcomer in less same; do
        refuse '^stdin:1: tx: left out: the pool is full, and this one, or one of its sender.s before it, pays the least for its size$' \
            txpool -b $((size + size / 32)) pool <$newcomer
        [ ! -s "$out" ]
        cat a0 a1 | diff - pool
    done
    expect 0 txpool -b $((size + size / 32)) pool <next-one
    diff next-one "$out"
    cat a0 next-one | diff - pool
}

@test "what is mined meanwhile leaves" {
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one bob 0 1 alice 5 >b0
    cat a0 a1 b0 | txpool pool >passed
    cat a0 b0 | block 1
    one alice 2 1 bob 5 >a2
    txpool pool <a2 | diff a2 -
    cat a1 a2 | diff - pool
    # another's spending of the same sequence number takes a place as well
    one alice 1 3 carol 5 | block 2
    one bob 1 1 alice 5 >b1
    txpool pool <b1 | diff b1 -
    cat a2 b1 | diff - pool
}

@test "lines of the pool that are no transactions, and a torn last one, are told and left out" {
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one bob 0 1 alice 5 >b0
    { cat a0 && echo nonsense && cat a0 a1 && head -c 100 b0; } >pool
    one bob 0 2 carol 9 >new
    expect 0 txpool pool <new
    diff new "$out"
    says '^pool:2: not a transaction: left out$'
    cat a0 a1 new | diff - pool
    { cat a0 && head -c 100 a1; } >pool
    expect 0 txpool -s pool
    diff a0 "$out"
    says '^pool:2: not a transaction: left out$'
    head -c 100 /dev/zero >pool
    txpool pool <a0 >passed 2>said
    diff a0 pool
}

@test "a ledger, an address book or a secret key that is named as the pool stays as it is" {
    one alice 0 1 bob 5 >a0
    for file in ledger names alice.key; do
        cp -p "$file" before
        for option in -i1 -s; do
            expect 2 txpool -l ledger "$option" "$file" <a0
            says "^txpool: $file: not a pool: "
            cmp before "$file"
        done
    done
}

@test "two at once on one pool lose nothing" {
    for who in alice bob; do
        yes "carol 1" | head -n 120 | txmake -f $who | txsign -k $who.key >$who.txs
    done
    trickle() { # FILE: in small pieces, so that the two take turns
        while IFS= read -r line; do
            echo "$line"
        done <"$1"
    }
    trickle alice.txs | timeout 300 txpool pool >alice.passed &
    one=$!
    trickle bob.txs | timeout 300 txpool pool >bob.passed &
    two=$!
    wait "$one"
    wait "$two"
    diff alice.txs alice.passed
    diff bob.txs bob.passed
    sort alice.txs bob.txs >wanted
    sort pool | diff wanted -
}

@test "it waits while another holds the pool, and then counts what that one has done" {
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one bob 0 1 alice 5 >b0
    { head -c 50 b0 && echo; } >pool # so that the whole file is written anew
    hold pool
    txpool pool <a1 >passed 2>said &
    pid=$!
    eventually waits_for_lock "$pid"
    eventually grep -qx 'txpool: waiting for another program that has pool locked' said
    cat a0 >>pool
    let_go
    wait $pid
    diff a1 passed
    cat a0 a1 | diff - pool
}

@test "an open pipe gets its answer at once" {
    coproc txpool pool
    pid=$COPROC_PID
    for seq in 0 1 2; do
        one alice $seq 1 bob 5 >tx
        cat tx >&"${COPROC[1]}"
        read -r -t 300 line <&"${COPROC[0]}"
        [ "$line" = "$(cat tx)" ]
        grep -qxF "$line" pool # it is in the file before it is passed on
    done
    block 1 <pool # what is mined while it runs has left when the next one comes
    one alice 3 1 bob 5 >tx
    cat tx >&"${COPROC[1]}"
    read -r -t 300 line <&"${COPROC[0]}"
    diff tx pool
    eval "exec ${COPROC[1]}>&-"
    wait "$pid"
}

@test "-s: the highest fee rate first, each sender's in sequence" {
    one alice 0 2 carol 1 >a0
    one alice 1 9 carol 2 >a1
    one bob 0 5 carol 3 >b0
    one bob 1 1 carol 4 >b1
    cat a0 a1 b0 b1 | txpool pool >passed
    txpool -s pool | shows bob:0:5:3 alice:0:2:1 alice:1:9:2 bob:1:1:4
    txpool --select pool >again
    txpool -s pool | diff again -
    cat a0 a1 b0 b1 | diff - pool
    # equal fees: the shorter one pays more a byte
    one alice 0 5 carol 10 >longer
    cat longer b0 | txpool other >passed
    txpool -s other | shows bob:0:5:3 alice:0:5:10
    # equal rates: the first to come
    one alice 0 5 carol 7 >equal
    cat equal b0 | txpool third >passed
    txpool -s third | shows alice:0:5:7 bob:0:5:3
}

@test "-s: income comes before its spending, whatever it pays" {
    one carol 0 30 bob 10 >spend
    one alice 0 1 carol 50 >income
    one bob 0 2 alice 1 >between
    cat income spend between | txpool pool >passed
    txpool -s pool | shows bob:0:2:1 alice:0:1:50 carol:0:30:10
    txpool -s pool | mine -m miner -T 1700000010 | ledger-append ledger >block
    [ "$(ledger-balance carol | cut -d ' ' -f 3,4)" = '10 1' ]
}

@test "-s: under maxblock, and the block is as large as it can be" {
    ledger-init -T 1700000000 -t f -e 0 -b 1500 alice 1000 bob 1000 >ledger
    for seq in 0 1 2 3; do one alice $seq $((9 - seq)) carol 1; done | txpool pool >passed
    one bob 0 1 carol 1 "$(printf 'x%.0s' {1..200})" | txpool pool >>passed
    txpool -s pool >body
    shows alice:0:9:1 alice:1:8:1 <body
    mine -m miner -T 1700000010 <body >block
    [ "$(wc -c <block)" -le 1500 ]
    ledger-append -q ledger <block
    txpool -s pool >body # what was mined is not chosen again
    shows alice:2:7:1 alice:3:6:1 <body
    block 2 <body
    txpool -s pool >body
    shows bob:0:1:1 <body
}

@test "-s: a transaction that fits in no block keeps nobody but its sender out" {
    ledger-init -T 1700000000 -t f -e 0 -b 1000 alice 1000 bob 1000 >ledger
    one alice 0 99 carol 1 "$(printf '?%.0s' {1..256})" >large
    one bob 0 1 carol 1 >small
    cat large small | txpool pool >passed
    txpool -s pool | diff small -
    ledger-init -T 1700000000 -t f -e 0 -b 100 alice 1000 bob 1000 >ledger
    one bob 0 1 carol 1 | txpool other >passed
    expect 0 txpool -s other
    [ ! -s "$out" ]
}

@test "-s: what is chosen out of many is a block that holds" {
    ledger-init -T 1700000000 -t f -e 0 alice 10000 bob 10000 >ledger
    awk 'BEGIN { srand(7); for (i = 0; i < 300; i++) print (rand() < .5 ? "alice" : "bob"), "carol", 1 + int(rand() * 3) }' |
        txmake | awk '{ $5 = 1 + ($4 * 7919) % 13 } 1' | txsign -k alice.key -k bob.key | txpool pool >passed
    [ "$(wc -l <pool)" -eq 300 ]
    txpool -s pool >body
    sort pool >all
    sort body | diff all -
    block 1 <body
    verify -q ledger
    [ "$(ledger-balance miner | cut -d ' ' -f 3)" -eq $((50 + $(awk '{ sum += $5 } END { print sum }' body))) ]
    txpool -s pool >body
    [ ! -s body ]
}

@test "-s: an empty pool, or none, gives no body" {
    expect 0 txpool -s gone
    [ ! -s "$out" ]
    [ ! -e gone ]
    : >empty
    expect 0 txpool -s empty
    [ ! -s "$out" ]
}

@test "-j: any number of threads gives the same" {
    yes 'alice bob 1' | head -n 100 | pay >txs
    sed '50s/ pay / Pay /' txs >mixed
    for j in 1 2 7; do
        expect 1 txpool -j $j pool.$j <mixed
        mv "$out" "out.$j"
        mv "$err" "err.$j"
    done
    cmp out.1 out.2
    cmp out.1 out.7
    cmp err.1 err.2
    cmp err.1 err.7
    [ "$(wc -l <out.1)" -eq 49 ]
    cmp pool.1 pool.7
}

@test "the ledger: -l, LEDGER, none, a forged one" {
    one alice 0 1 bob 5 >tx
    mv ledger elsewhere
    expect 2 txpool pool <tx
    says '^txpool: ledger: No such file or directory .ledger-init makes a ledger.$'
    [ ! -e pool ]
    txpool -l elsewhere pool <tx | diff tx -
    LEDGER=elsewhere txpool -s pool | diff tx -
    sed 's/^rule minfee 1$/rule minfee 2/' elsewhere >ledger
    expect 1 txpool pool <tx
    says '^txpool: ledger:1: block: root does not match'
}

@test "trouble: no such folder, a folder, usage, a stdout that cannot be written" {
    one alice 0 1 bob 5 >tx
    expect 2 txpool no/pool <tx
    says '^txpool: no/pool: No such file or directory$'
    mkdir folder
    expect 2 txpool folder <tx
    says '^txpool: folder: Is a directory$'
    expect 2 txpool
    says '^usage: txpool '
    expect 2 txpool a b
    says '^usage: txpool '
    expect 2 txpool -x pool
    for bad in 0 -1 many 99999999999; do
        expect 2 txpool -b "$bad" pool
        says "^txpool: -b: '$bad' is not a number from 1 to 1073741824\$"
        expect 2 txpool -j "$bad" pool
        says "^txpool: -j: '$bad' is not a number"
    done
    expect 2 sh -c 'txpool pool <tx >/dev/full'
    says '^txpool: stdout: No space left on device$'
    expect 2 sh -c 'txpool other <tx >&-'
    says '^txpool: stdout: Bad file descriptor$'
    diff tx other # and nothing of what was to be printed went into a file
    expect 2 sh -c 'txpool -s pool >/dev/full'
    expect 2 sh -c 'txpool pool <&-'
    expect 0 txpool -h
    grep -q '^usage: txpool ' "$out"
    expect 0 txpool -V
    grep -q '^txpool (peerutils) ' "$out"
}

@test "a pool that is no file, or cannot be written, is trouble, and what was in it stays" {
    one alice 0 1 bob 5 >tx
    one alice 1 1 bob 5 >next
    mkfifo fifo
    expect 2 timeout 300 txpool fifo <tx
    says '^txpool: fifo: not a regular file$'
    expect 2 timeout 300 txpool -s fifo
    [ ! -s "$out" ]
    txpool pool <tx >passed
    run bash -c 'trap "" XFSZ; ulimit -f 0; txpool pool <next'
    [ "$status" -eq 2 ]
    [ "$output" = 'txpool: pool: File too large' ]
    diff tx pool
    txpool pool <next | diff next -
}

# --- Out of order ---------------------------------------------------------------------------------

# So many of one sender's, from this seq on: run_of FROM SEQ COUNT [FEE [MEMO]].
run_of() {
    yes "carol 1 ${5-}" | head -n "$3" | txmake -f "$1" -s "$2" -F "${4-1}" | txsign -k "$1.key"
}

@test "what comes before its turn waits for it, and goes out in order" {
    run_of alice 0 50 >txs
    tac txs >backwards
    expect 0 txpool pool <backwards
    diff txs "$out"
    diff txs pool
    [ ! -s "$err" ]
    # two senders, all mixed up, some twice
    run_of bob 0 50 >bob.txs
    cat txs bob.txs backwards | shuf --random-source=<(yes) >mixed
    expect 0 txpool other <mixed
    diff other "$out"
    [ ! -s "$err" ]
    grep -F " $(cut -d ' ' -f 2 alice.pub) " "$out" | grep -v " $(cut -d ' ' -f 2 bob.pub) [0-9]* [0-9]* pay" | diff txs -
    grep -F " $(cut -d ' ' -f 2 bob.pub) " "$out" | diff bob.txs -
}

@test "others pass what waits; a block fills a gap as well" {
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one alice 2 1 bob 5 >a2
    coproc txpool -i 1 pool
    pid=$COPROC_PID
    cat a2 a1 alice.pub >&"${COPROC[1]}"
    read -r -t 300 line <&"${COPROC[0]}"
    [ "$line" = "$(cat alice.pub)" ]
    block 1 <a0
    read -r -t 300 line <&"${COPROC[0]}" # though nothing more comes in
    [ "$line" = "$(cat a1)" ]
    read -r -t 300 line <&"${COPROC[0]}"
    [ "$line" = "$(cat a2)" ]
    cat a1 a2 | diff - pool
    eval "exec ${COPROC[1]}>&-"
    wait "$pid"
}

@test "-i 0: the ledger is looked at only when something comes" {
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    mkfifo in
    txpool -i 0 pool <in >passed &
    pid=$!
    exec 7>in
    cat a1 alice.pub >&7
    eventually test -s passed
    block 1 <a0
    refute read -r -t 1.5 <>in
    diff alice.pub passed
    cat bob.pub >&7
    exec 7>&-
    wait "$pid"
    cat alice.pub a1 bob.pub | diff - passed
}

@test "what waited in vain is told in the end, and what could not be paid when its turn came, with its line" {
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 9999 >a1
    one alice 2 1 bob 5 >a2
    one alice 2 1 bob 6 >twice
    one bob 7 1 carol 5 >b7
    cat a2 b7 a1 a2 twice names a0 >all
    expect 1 txpool pool <all
    cat names a0 | diff - "$out"
    diff a0 pool
    printf 'stdin:%s\n' "5: tx: seq 2 is spent twice: $(id "$(cat twice)") spends what $(id "$(cat a2)"), which waits, spends; to replace it takes a fee of 2, not 1" \
        "3: tx: $(cut -d ' ' -f 2 alice.pub) has 994, needs 10000" \
        '1: tx: seq 2, expected 1: neither ledger nor pool fills the gap' \
        '2: tx: seq 7, expected 0: neither ledger nor pool fills the gap' | diff - "$err"
    # what a block has meanwhile leaves without a word
    mkfifo in
    txpool -i 0 other <in >passed 2>said &
    pid=$!
    exec 7>in
    one alice 4 1 bob 5 >a4
    cat a4 a2 names >&7
    eventually test -s passed
    one alice 1 1 carol 5 >instead
    cat a0 instead a2 | block 1
    exec 7>&-
    wait "$pid" || :
    diff names passed
    echo 'stdin:1: tx: seq 4, expected 3: neither ledger nor pool fills the gap' | diff - said
    [ ! -s other ]
}

@test "hundreds of one sender in any order are all in the pool" {
    run_of alice 0 400 >txs
    for order in shuf tac cat; do
        rm -f pool
        "$order" txs >all
        expect 0 txpool -u pool <all
        diff txs pool
        diff txs "$out"
    done
    # the ledger grows meanwhile, by what has waited, too
    rm pool
    mkfifo in
    txpool -i 1 -u pool <in >passed &
    pid=$!
    exec 7>in
    { tail -n 300 txs | shuf && cat names; } >&7
    eventually test -s passed
    head -n 150 txs | block 1
    eventually shows_all passed 250
    exec 7>&-
    wait "$pid"
    { cat names && tail -n 250 txs; } | diff - passed
    tail -n 250 txs | diff - pool
}

shows_all() { # FILE COUNT
    [ "$(grep -c '^tx ' "$1")" -eq "$2" ]
}

# How many of FILE's transactions of NAME are in the pool: held NAME.
held() {
    awk -v from="$(account "$1")" '$3 == from' pool | wc -l
}

@test "-g: what is furthest from its turn leaves first, of the sender that has most" {
    run_of alice 0 101 >alice.txs
    run_of bob 0 4 >bob.txs
    { tail -n 100 alice.txs | shuf && tail -n 3 bob.txs && head -n 1 alice.txs && head -n 1 bob.txs; } >all
    expect 0 txpool pool <all
    rm pool
    expect 1 txpool -v -g 20000 pool <all
    [ "$(held bob)" -eq 4 ]
    count=$(held alice)
    [ "$count" -gt 10 ] && [ "$count" -lt 80 ]
    head -n "$count" alice.txs | diff - <(grep -Fxf alice.txs pool)
    seq "$count" 100 | sed 's/.*/seq &, expected 0: neither ledger nor pool fills the gap/' | diff - <(sed 's/.*tx: //' "$err" | sort -k 2n)
    # many senders: each keeps what is next
    rm pool
    for i in {1..8}; do
        keygen -s "demo $i" "k$i" >>names 2>/dev/null
        run_of "k$i" 1 10
    done >many
    { cat many && tail -n 1 bob.txs && head -n 3 bob.txs; } >all
    expect 1 txpool -u -v -g 24000 pool <all
    diff bob.txs pool
    head -n 30 "$err" >first # these had to leave, the others stayed to the end
    refute grep -q 'tx: seq [12], ' first
    expect 2 txpool -g 0 pool
    says "^txpool: -g: '0' is not a number from 1 to 1073741824\$"
}

@test "what waits is replaced by a higher fee, as in the pool" {
    one alice 1 10 bob 5 >old
    one alice 1 10 bob 6 >low
    one alice 1 11 bob 7 >new
    one alice 0 1 bob 5 >first
    cat old low new old first >all
    expect 1 txpool pool <all
    cat first new | diff - pool
    cat first new | diff - "$out"
    printf 'stdin:%s\n' \
        "2: tx: seq 1 is spent twice: $(id "$(cat low)") spends what $(id "$(cat old)"), which waits, spends; to replace it takes a fee of 11, not 10" \
        "1: tx: seq 1 is spent twice: $(id "$(cat old)"), which waited, was replaced by $(id "$(cat new)")" \
        "4: tx: seq 1 is spent twice: $(id "$(cat old)") spends what $(id "$(cat new)"), which waits, spends; to replace it takes a fee of 13, not 10" |
        diff - "$err"
}

# --- Reorganisations --------------------------------------------------------------------------------

# So many blocks, the first with the transactions on stdin, on a branch of their own: branch COUNT.
branch() {
    mine -l fork -m bob -n "$1" -T $((1700000011 + branches)) | tee branch | ledger-append -q -T 1800000000 fork
    branches=$((branches + 100))
    ledger-append -q -T 1800000000 ledger <branch 2>reorg
}

@test "what a reorganisation undoes comes back, once, and what waits on it holds again" {
    branches=0
    cp ledger fork
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one alice 2 1 bob 5 >a2
    one bob 0 1 carol 5 >b0
    cat a0 b0 | block 1
    coproc txpool -i 1 pool 2>said
    pid=$COPROC_PID
    cat a1 >&"${COPROC[1]}"
    read -r -t 300 line <&"${COPROC[0]}"
    [ "$line" = "$(cat a1)" ]
    branch 2 </dev/null
    grep -q '^ledger-append: reorg: 1 block undone, 2 done$' reorg
    for tx in a0 b0; do
        read -r -t 300 line <&"${COPROC[0]}"
        [ "$line" = "$(cat $tx)" ]
    done
    cat a1 a0 b0 | diff - pool
    cat a0 b0 a2 >&"${COPROC[1]}" # what is back is known
    read -r -t 300 line <&"${COPROC[0]}"
    [ "$line" = "$(cat a2)" ]
    txpool -s pool >body
    sort body | diff - <(sort pool)
    # mined again
    block 5 <body
    eventually test ! -s pool
    # it does not come back once more, nor at another start
    exec 8<&"${COPROC[0]}"
    eval "exec ${COPROC[1]}>&-"
    cat <&8 >rest
    wait "$pid"
    [ ! -s rest ]
    only_waited said
    expect 0 txpool pool </dev/null
    [ ! -s "$out" ]
    verify -q ledger
}

@test "a long reorganisation: what both branches have stays where it is, what is spent otherwise stays away" {
    branches=0
    cp ledger fork
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one bob 0 1 carol 5 >b0
    one bob 0 2 carol 6 >other
    one bob 1 1 carol 4 >b1
    one carol 0 1 alice 4 >c0
    block 1 <a0
    block 2 <b0
    cat c0 b1 | block 3
    block 4 <a1
    txpool -i 1 pool </dev/null
    mkfifo in
    txpool -i 1 pool <in >passed &
    pid=$!
    exec 7>in
    cat other a0 | sort -k 4,4n | branch 6
    eventually test -s passed
    exec 7>&-
    wait "$pid"
    cat c0 b1 a1 | diff - passed
    diff passed pool
}

@test "what was undone while nobody kept the pool comes back at the start, and only then" {
    branches=0
    cp ledger fork
    one alice 0 1 bob 5 >a0
    one bob 0 1 carol 5 >b0
    coproc txpool pool
    pid=$COPROC_PID
    cat a0 >&"${COPROC[1]}"
    read -r -t 300 line <&"${COPROC[0]}"
    cat a0 b0 | block 1
    eventually test ! -s pool
    kill -KILL "$pid"
    wait "$pid" || :
    branch 2 </dev/null
    expect 0 txpool -s pool
    [ ! -s "$out" ]
    [ ! -s pool ]
    # no more blocks than the pool has room for
    expect 0 txpool -b $(($(cat a0 b0 | wc -c) + 10)) little </dev/null
    [ ! -s "$out" ]
    expect 0 txpool pool </dev/null
    cat a0 b0 | diff - "$out"
    cat a0 b0 | diff - pool
    expect 0 txpool pool </dev/null
    [ ! -s "$out" ]
    # 1000 blocks deep
    branch 998 </dev/null
    [ "$(ledger-chain -t | cut -d ' ' -f 2)" -eq 1000 ]
    txpool deep </dev/null | diff pool -
    branch 1 </dev/null
    expect 0 txpool deeper </dev/null
    [ ! -s "$out" ]
}

# --- Crashes, and what is not checked ----------------------------------------------------------------

@test "killed at any time, it has what it passed on, and its file is whole again at the next start" {
    run_of alice 0 200 >txs
    trickle() {
        while IFS= read -r line; do echo "$line"; done <txs 2>/dev/null
    }
    : >passed
    for tenths in 1 2 3 5 8 13 21 34; do
        trickle | timeout -s KILL "0.0$tenths" txpool -uv pool >>passed 2>/dev/null || :
        sort -u passed | comm -23 - <(sort pool) | diff /dev/null -
    done
    expect 0 txpool pool <txs
    cat "$out" >>passed
    sort passed | comm -13 - <(sort txs) >lost # in the pool, but killed before they were passed on
    diff txs pool
    head -c -20 pool >torn
    expect 0 txpool torn </dev/null
    says '^torn:200: not a transaction: left out$'
    head -n -1 txs | diff - torn
    expect 0 txpool torn <txs
    tail -n 1 txs | diff - "$out"
}

@test "-u: signatures are not looked at, all else is" {
    one alice 0 1 bob 5 >good
    sed 's/ 5 - / 6 - /' good >forged
    refuse '^stdin:1: tx: bad signature$' txpool pool <forged
    expect 0 txpool -uv pool <forged
    diff forged "$out"
    one alice 1 0 bob 5 >cheap
    refuse '^stdin:1: tx: fee 0 is under the minimum of 1$' txpool --unchecked pool <cheap
    expect 2 txpool -i x pool
    says "^txpool: -i: 'x' is not a number from 0 to 86400\$"
}

has_passed() { # COUNT
    [ "$(wc -l <passed)" -eq "$1" ]
}

@test "it keeps what it has loaded, until another changes the file" {
    need strace
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer has calls of its own'
    strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
    run_of alice 0 20 >txs
    mkfifo in
    strace -o calls txpool pool <in >passed &
    pid=$!
    exec 7>in
    for i in {1..10}; do
        sed -n "${i}p" txs >&7
        eventually has_passed "$i"
    done
    # another adds one, and replaces the file
    sed -n 11p txs | txpool pool | diff <(sed -n 11p txs) -
    sed -n 12p txs >&7
    eventually grep -qxF "$(sed -n 12p txs)" passed
    cp pool copy && mv copy pool
    sed -n 13p txs >&7
    exec 7>&-
    wait "$pid"
    head -n 13 txs | diff - pool
    sed -n '1,10p;12,13p' txs | diff - passed
    # the file was read at the start, and after each of those two
    [ "$(grep -c '^pread64(.*"tx ' calls)" -le 4 ]
}
