# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# txpool: the transactions that wait for a block, and the choice of a body among them.

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
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

@test "two that spend the same sequence number: the first stays, and both are named" {
    one alice 0 1 bob 5 >first
    one alice 0 9 bob 6 >second
    txpool pool <first >passed
    refuse "^stdin:1: tx: seq 0 is spent twice: $(id "$(cat second)") spends what $(id "$(cat first)") in the pool spends\$" \
        txpool pool <second
    [ ! -s "$out" ]
    diff first pool
    # within one stream, too, and the rest goes on
    one bob 0 1 carol 5 >third
    cat first second third >all
    refuse "^stdin:2: tx: seq 0 is spent twice: .* spends what $(id "$(cat first)")" txpool other <all
    cat first third | diff - "$out"
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
    refuse '^stdin:1: tx: 9 fields, expected 10$' txpool pool <unsigned
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
    { cat names a && echo 'checkpoint of nothing' && cat ledger b; } >mixed
    expect 0 txpool pool <mixed
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
    says '^pool:2: no transaction: left out$'
    cat a0 a1 new | diff - pool
    { cat a0 && head -c 100 a1; } >pool
    expect 0 txpool -s pool
    diff a0 "$out"
    says '^pool:2: no transaction: left out$'
    head -c 100 /dev/urandom >pool
    txpool pool <a0 >passed 2>said
    diff a0 pool
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
    trickle alice.txs | timeout 60 txpool pool >alice.passed &
    one=$!
    trickle bob.txs | timeout 60 txpool pool >bob.passed &
    two=$!
    wait "$one"
    wait "$two"
    diff alice.txs alice.passed
    diff bob.txs bob.passed
    sort alice.txs bob.txs >wanted
    sort pool | diff wanted -
}

@test "it waits while another holds the pool, and then counts what that one has done" {
    command -v flock || skip 'flock (util-linux) is not here'
    one alice 0 1 bob 5 >a0
    one alice 1 1 bob 5 >a1
    one bob 0 1 alice 5 >b0
    { head -c 50 b0 && echo; } >pool # so that the whole file is written anew
    mkfifo never
    exec 8<pool
    flock 8
    txpool pool <a1 >passed 2>said 8<&- &
    pid=$!
    read -r -t 0.5 <>never || :
    kill -0 $pid
    cat a0 >>pool
    exec 8<&-
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
        read -r -t 10 line <&"${COPROC[0]}"
        [ "$line" = "$(cat tx)" ]
        grep -qxF "$line" pool # it is in the file before it is passed on
    done
    block 1 <pool # what is mined while it runs has left when the next one comes
    one alice 3 1 bob 5 >tx
    cat tx >&"${COPROC[1]}"
    read -r -t 10 line <&"${COPROC[0]}"
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
    expect 2 timeout 10 txpool fifo <tx
    says '^txpool: fifo: not a regular file$'
    expect 2 timeout 10 txpool -s fifo
    [ ! -s "$out" ]
    txpool pool <tx >passed
    run bash -c 'trap "" XFSZ; ulimit -f 0; txpool pool <next'
    [ "$status" -eq 2 ]
    [ "$output" = 'txpool: pool: File too large' ]
    diff tx pool
    txpool pool <next | diff next -
}
