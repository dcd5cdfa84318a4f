# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# mine: transactions -> a sealed block on the best tip.

setup() {
    fresh_folder
    demo_chain -t f -e 0 bob 1000 2>keygen.err
}

append() {
    ledger-append -q -T 1800000000 ledger
}

# One field of the first header of a block: field N FILE.
field() {
    head -n 1 "$2" | cut -d ' ' -f "$1"
}

now() { # in milliseconds
    echo $((${EPOCHREALTIME/./} / 1000))
}

# A chain on which block 1, right after genesis, makes block 2 impossible: with a half-life of a second and
# blocks due every 1000 s, the target falls to almost nothing.
hard_chain() {
    ledger-init -T 1700000000 -t 0f -s 1000 -e 1 alice 1000 >ledger
    mine -m miner -T 1700000001 </dev/null >hard
    append <hard
}

# Waits until the process searches: with -j 1, that is when its watching thread is there.
searching() { # PID
    eventually has_threads "$1" 2
}

has_threads() { # PID COUNT
    [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -ge "$2" ]
}

# not_mined WORDS: nothing is mined of the lines on stdin, and these words say why.
not_mined() {
    expect 1 mine -m miner -T 1700000010
    [ ! -s "$out" ]
    says "$1"
}

@test "a block of nothing but its header" {
    expect 0 mine -m miner -T 1700000010 </dev/null
    [ ! -s "$err" ]
    [ "$(wc -l <"$out")" -eq 1 ]
    prev=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    root=$(printf '' | sha256sum | cut -c 1-64)
    [ "$(cut -d ' ' -f 1-8 "$out")" = \
        "block 1 $prev $root 1700000010 $(printf 'f%.0s' {1..64}) $(cut -d ' ' -f 2 miner.pub) 0" ]
    id=$(tr -d '\n' <"$out" | sha256sum | cut -c 1-64)
    [[ ! $id > $(field 6 ledger) ]]
    cp "$out" block
    verify -q -l ledger block
    append <block
    [ "$(ledger-chain -t)" = "$(cat block)" ]
    [ "$(ledger-balance miner | cut -d ' ' -f 3)" -eq 50 ]
}

@test "a block of transactions: they stand as they came, the miner gets the fees" {
    printf '%s\n' 'alice bob 5 x' 'bob alice 6' 'alice miner 7' | txmake -F 3 | txsign -k alice.key -k bob.key >txs
    mine -m miner -T 1700000010 <txs >block
    sed 1d block | diff txs -
    [ "$(field 8 block)" -eq 3 ]
    append <block
    verify -q ledger
    audit-by-hand -q ledger
    [ "$(ledger-balance miner | cut -d ' ' -f 3,4)" = '66 0' ]
}

@test "the miner: by name, by account, from -a and NAMES, unknown" {
    mine -m miner -T 1700000010 </dev/null >wanted
    mine --miner "$(cut -d ' ' -f 2 miner.pub)" -T 1700000010 </dev/null | diff wanted -
    mkdir away
    mv names ./*.pub away
    mine -m miner -a away/names -T 1700000010 </dev/null | diff wanted -
    NAMES=away/miner.pub mine -m miner -T 1700000010 </dev/null | diff wanted -
    expect 2 mine -m miner -T 1700000010 </dev/null
    says "^mine: 'miner' is neither an account nor a name in the address book\$"
}

@test "what is no valid transaction: nothing is mined" {
    txmake -f alice bob 5 >unsigned
    txsign -k alice.key <unsigned >tx
    not_mined '^stdin:1: tx: 9 fields, expected 10: it is not signed \(txsign signs it\)$' <unsigned
    says '^mine: nothing mined: a block may only hold valid transactions'
    not_mined '^stdin:1: line: torn' < <(head -c 200 tx)
    not_mined '^stdin:2: tx: seq 0, expected 1' < <(cat tx tx)
    not_mined '^stdin:1: tx: seq 4, expected 0$' < <(txmake -s 4 -f alice bob 1 | txsign -k alice.key)
    not_mined '^stdin:1: tx: .* has 1000, needs 1001$' < <(txmake -f alice bob 1000 | txsign -k alice.key)
    not_mined '^stdin:1: tx: .* has 0, needs 2$' < <(txmake -f miner bob 1 | txsign -k miner.key)
    not_mined '^stdin:1: tx: fee 0 is under the minimum of 1$' < <(txmake -F 0 -f alice bob 1 | txsign -k alice.key)
    not_mined '^stdin:1: tx: another chain' < <(txmake -c "$(printf %064d 7)" -f alice bob 1 | txsign -k alice.key)
    not_mined '^stdin:2: not a transaction$' < <(cat tx names)
    not_mined '^stdin:1: not a transaction$' <ledger
    not_mined '^stdin:1: line: empty$' < <(echo)
    not_mined '^stdin:1: tx: unknown operation' < <(sed 's/ pay / PAY /' tx)
}

@test "a block over maxblock: nothing is mined, and one just under it is" {
    yes 'bob 1' | head -n 3 | txmake -f alice | txsign -k alice.key >txs
    mine -m miner -T 1700000010 <txs >block
    size=$(wc -c <block)
    for n in "$size" $((size - 1)) 300 0; do
        ledger-init -T 1700000000 -t f -e 0 -b "$n" alice 1000 >ledger
        yes 'bob 1' | head -n 3 | txmake -f alice | txsign -k alice.key >txs
        if [ "$n" = "$size" ]; then
            mine -m miner -T 1700000010 <txs | append
            verify -q ledger
        else
            not_mined 'over maxblock$' <txs
        fi
    done
    not_mined '^mine: nothing mined: the block would be over maxblock$' </dev/null
}

@test "the supply never goes over 2^63-1" {
    ledger-init -T 1700000000 -t f -e 0 -r 5 alice 9223372036854775797 >ledger
    mine -m miner -T 1700000010 </dev/null | append
    mine -m miner -T 1700000020 </dev/null | append
    not_mined '^mine: nothing mined: the reward would raise the supply over 2\^63-1$' </dev/null
    verify -q ledger
    # of several blocks, those before are there
    ledger-init -T 1700000000 -t f -e 0 -r 5 alice 9223372036854775797 >ledger
    expect 1 mine -m miner -n 4 -T 1700000010 </dev/null
    [ "$(wc -l <"$out")" -eq 2 ]
}

@test "-T and -n: the clock moves by a spacing a block, the later ones are empty" {
    txmake -f alice bob 5 | txsign -k alice.key >tx
    mine -m miner -T 1700000010 -n 30 <tx >blocks
    mine --miner miner --time 1700000010 --count 30 --ledger ledger <tx | diff blocks -
    [ "$(grep -c '^block ' blocks)" -eq 30 ]
    grep '^block ' blocks | cut -d ' ' -f 2,5,8 >got
    for ((i = 1; i <= 30; i++)); do echo "$i $((1700000000 + 10 * i)) $((i == 1))"; done | diff - got
    append <blocks
    cat ledger >whole
    verify -q whole
    [ "$(ledger-balance miner | cut -d ' ' -f 3)" -eq $((30 * 50 + 1)) ]
    expect 2 mine -m miner -n 0
    expect 2 mine -m miner -n -1
    expect 2 mine -m miner -n 9223372036854775808
}

@test "a time after the median, even where the clock is behind" {
    mine -m miner -T 5 -n 15 </dev/null >blocks
    [ "$(field 5 blocks)" -eq 1700000001 ]
    append <blocks
    verify -q ledger
    # the median of the last 11, the upper one of an even number: times 1..n after genesis
    grep '^block ' blocks | cut -d ' ' -f 5 | awk '
        { t[0] = 1700000000; t[NR] = $1
          n = NR < 11 ? NR : 11
          for (i = 0; i < n; i++) s[i] = t[NR - n + i]
          for (i = 0; i < n; i++) for (j = i + 1; j < n; j++) if (s[j] < s[i]) { x = s[i]; s[i] = s[j]; s[j] = x }
          if ($1 != s[int(n / 2)] + 1) { print "block", NR, $1, "median", s[int(n / 2)]; bad = 1 } }
        END { exit bad || NR != 15 }'
}

@test "the time is the clock's without -T" {
    ledger-init -t f >ledger
    before=$(date +%s)
    mine -m miner </dev/null >block
    after=$(date +%s)
    [ "$(field 5 block)" -ge "$before" ]
    [ "$(field 5 block)" -le $((after + 1)) ]
    ledger-append ledger <block | diff block -
}

@test "where the median is too far ahead of the clock, it waits until it is not" {
    start=$(date +%s)
    ledger-init -t f -T $((start + 121)) >ledger # 120 s ahead is what a spacing of 10 allows
    expect 0 timeout 300 mine -m miner </dev/null
    [ "$(date +%s)" -ge $((start + 2)) ]
    [ "$(field 5 "$out")" -eq $((start + 122)) ]
    ledger-append -q ledger <"$out"
    # and no longer than -t says; it says what it waits for
    ledger-init -t f -T $((start + 1000)) >ledger
    begun=$(now)
    expect 1 timeout 300 mine -t 1 -m miner </dev/null
    says '^mine: time is up$'
    says "^mine: waiting 8[0-9][0-9] s: block 1 would be too far ahead of this machine's clock, which is behind the chain\$"
    [ "$(wc -l <"$err")" -eq 2 ]
    [ $(($(now) - begun)) -ge 1000 ]
}

# bats test_tags=threads
@test "-j: any number of threads gives the same block" {
    ledger-init -T 1700000000 -t 000f -e 0 alice 1000 >ledger
    txmake -f alice bob 5 | txsign -k alice.key >tx
    mine -j 1 -m miner -T 1700000010 -n 3 <tx >one
    for j in 2 3 8; do
        mine -j $j -m miner -T 1700000010 -n 3 <tx | diff one -
    done
    mine --threads 2 -m miner -T 1700000010 -n 3 <tx | diff one -
    for bad in 0 -1 many 1025; do
        expect 2 mine -j $bad -m miner </dev/null
        says "^mine: -j: '$bad' is not a number from 1 to 1024\$"
    done
}

@test "-t: gives up after that time" {
    hard_chain
    for t in 0 1; do
        begun=$(now)
        expect 1 mine -t $t -m miner -T 1700000002 </dev/null
        took=$(($(now) - begun))
        echo "# -t $t took $took ms"
        says '^mine: time is up$'
        [ ! -s "$out" ]
        [ "$took" -ge $((t * 1000)) ]
        [ "$took" -lt $((t * 1000 + 60000)) ]
    done
    expect 2 mine -t -1 -m miner
    expect 2 mine --seconds 1.5 -m miner
}

# bats test_tags=threads
@test "a signal ends it at once" {
    hard_chain
    mkfifo never
    for signal in TERM INT HUP; do
        env --default-signal=INT,TERM,HUP "$BIN/mine" -j 1 -m miner -T 1700000002 </dev/null >block &
        pid=$!
        searching $pid
        begun=$(now)
        kill -$signal $pid
        status=0
        wait $pid || status=$?
        took=$(($(now) - begun))
        echo "# SIG$signal took $took ms"
        [ "$took" -lt 60000 ]
        [ "$status" -eq $((128 + $(kill -l $signal))) ]
        [ ! -s block ]
    done
}

# bats test_tags=threads
@test "-w: gives up with status 3 when the tip moves" {
    hard_chain
    cp ledger other # where a sibling of block 1, later, makes an easy block 2, and so more work
    ledger-init -T 1700000000 -t 0f -s 1000 -e 1 alice 1000 >other
    mine -l other -m miner -T 1700003000 </dev/null >easy
    ledger-append -q other <easy
    mine -l other -m miner -T 1700004000 </dev/null >>easy
    mkfifo never
    mine -w -j 1 -m miner -T 1700000002 </dev/null >block 2>said &
    pid=$!
    searching $pid
    head -n 1 easy | append # a side branch of the same work moves nothing
    read -r -t 0.2 <>never || :
    kill -0 $pid
    begun=$(now)
    append <easy 2>reorg
    grep -q '^ledger-append: reorg: 1 block undone, 2 done$' reorg
    status=0
    wait $pid || status=$?
    took=$(($(now) - begun))
    echo "# -w took $took ms, appending included"
    [ "$status" -eq 3 ]
    [ ! -s block ]
    grep -q '^mine: the tip moved$' said
}

@test "-w: gives up as well while it waits for the clock" {
    start=$(date +%s)
    ledger-init -t f -e 0 -T $((start + 1000)) alice 1000 >ledger
    mine -m miner -T $((start + 1010)) </dev/null >block
    mine --watch -m miner </dev/null >out 2>said &
    pid=$!
    eventually grep -q '^mine: waiting ' said
    ledger-append -q -T $((start + 2000)) ledger <block
    status=0
    wait $pid || status=$?
    [ "$status" -eq 3 ]
}

@test "-w: the arrival of our own blocks is no reason to give up" {
    ledger-init -T 1700000000 -t 0f -s 1000 -e 1 alice 1000 >ledger
    # block 1, right after genesis, is found and appended while block 2, impossible, is searched
    for patience in 2 20 200; do # on a busy machine, block 1 may take more than two seconds
        mine -w -t $patience -n 2 -m miner -T 0 </dev/null 2>said | ledger-append ledger >appended
        [ ! -s appended ] || break
    done
    grep -q '^mine: time is up$' said
    [ "$(wc -l <appended)" -eq 1 ]
    [ "$(ledger-chain -t)" = "$(cat appended)" ]
}

@test "-w: a ledger that goes away, or is another, counts as moved" {
    hard_chain
    mkfifo never
    mine -w -j 1 -m miner -T 1700000002 </dev/null 2>said &
    pid=$!
    searching $pid
    mv ledger gone
    status=0
    wait $pid || status=$?
    [ "$status" -eq 3 ]
    grep -q '^mine: the tip moved$' said
}

@test "without -w it goes on, and its block is a side branch" {
    cp ledger before
    mine -m miner -T 1700000010 </dev/null | append
    mine -l before -m bob -T 1700000020 </dev/null >side
    append <side
    [ "$(ledger-chain | grep -c ^block)" -eq 2 ]
    [ "$(grep -c ^block ledger)" -eq 3 ]
    verify -q ledger
}

@test "a terminal as stdin, and a rate on a terminal" {
    need_terminal
    command -v script || skip 'script (bsdutils) is not here'
    script -qec 'timeout 300 mine -m miner -T 1700000010 >block 2>said' /dev/null </dev/null >screen
    grep -q '^mine: stdin is a terminal: the block will have no transactions$' said
    append <block
    hard_chain
    for patience in 1 10 100; do # a busy machine may show nothing in the first seconds
        script -qec "mine -t $patience -m miner -T 1700000002 </dev/null >block" /dev/null </dev/null >screen || :
        grep -q 'mine: time is up' screen
        ! grep -Eq 'mine: height 2, [0-9.]+ million attempts a second, [0-9]+ s ' screen || break
    done
    grep -Eq 'mine: height 2, [0-9.]+ million attempts a second, [0-9]+ s ' screen
    expect 1 mine -t 1 -m miner -T 1700000002 </dev/null
    ! grep -q attempts "$err" || false
}

@test "the ledger: -l, LEDGER, none, forged, cut" {
    mine -m miner -T 1700000010 </dev/null >wanted
    mv ledger elsewhere
    expect 2 mine -m miner </dev/null
    says '^mine: ledger: No such file or directory .ledger-init makes a ledger.$'
    mine -l elsewhere -m miner -T 1700000010 </dev/null | diff wanted -
    LEDGER=elsewhere mine -m miner -T 1700000010 </dev/null | diff wanted -
    sed 's/^rule minfee 1$/rule minfee 2/' elsewhere >ledger
    expect 1 mine -m miner </dev/null
    says '^mine: ledger:1: block: root does not match'
    rm ledger
    { cat elsewhere && head -c 100 wanted; } >ledger
    mine -m miner -T 1700000010 </dev/null | diff wanted -
}

@test "one byte of a block changed, or a part of it: ledger-append refuses it" {
    ledger-init -T 1700000000 -t 0000f -e 0 alice 1000 >ledger # so that no change has proof of work by luck
    txmake -f alice bob 5 | txsign -k alice.key | mine -m miner -T 1700000010 >block
    sum=$(sha256sum <ledger)
    for at in 6 8 80 150 210 260 340 400 480 560 600; do
        { head -c "$at" block && tail -c +$((at + 2)) block; } >forged
        expect 1 append <forged
        head -c "$at" block >part
        expect 1 append <part
    done
    [ "$(sha256sum <ledger)" = "$sum" ]
    append <block
}

@test "-v: which kernel tries the nonces" {
    local best
    best=$("$BIN/.t/minetest" best | cut -f 1)
    expect 0 mine -v -m miner -T 1700000010 </dev/null
    [ "$(cat "$err")" = "mine: kernel $best" ]
    PEERUTILS_MINE_KERNEL=portable expect 0 mine --verbose -n 3 -m miner -T 1700000010 </dev/null
    [ "$(cat "$err")" = 'mine: kernel portable' ]
    expect 0 mine -m miner -T 1700000010 </dev/null
    [ ! -s "$err" ]
}

@test "PEERUTILS_MINE_KERNEL: every kernel gives the same block, and what is none is trouble" {
    mine -m miner -T 1700000010 -n 5 </dev/null >wanted
    "$BIN/.t/minetest" names >names.of.kernels
    grep -q '^portable' names.of.kernels
    while IFS=$'\t' read -r name here; do
        if [ "$here" = usable ]; then
            PEERUTILS_MINE_KERNEL=$name mine -m miner -T 1700000010 -n 5 </dev/null | diff wanted -
        else
            PEERUTILS_MINE_KERNEL=$name expect 2 mine -m miner </dev/null
            says "^mine: PEERUTILS_MINE_KERNEL: this processor cannot run '$name'\$"
        fi
    done <names.of.kernels
    PEERUTILS_MINE_KERNEL=abacus expect 2 mine -m miner </dev/null
    says "^mine: PEERUTILS_MINE_KERNEL: no kernel 'abacus'\$"
    [ ! -s "$out" ]
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 mine
    says '^usage: mine '
    expect 2 mine -m miner operand
    says '^usage: mine '
    expect 2 mine -m miner -x
    expect 2 mine -m miner -T never </dev/null
    says "^mine: -T: 'never': neither Unix seconds nor a date"
    expect 0 mine --help
    grep -q '^usage: mine ' "$out"
    expect 0 mine --version
    grep -q '^mine (peerutils) ' "$out"
    expect 2 sh -c 'mine -m miner -T 1700000010 </dev/null >/dev/full'
    says '^mine: stdout: No space left on device$'
    expect 2 sh -c 'mine -m miner -T 1700000010 </dev/null >&-'
    says '^mine: stdout: Bad file descriptor$'
    verify -q ledger
    expect 2 sh -c 'mine -m miner -T 1700000010 <&-'
    says '^mine: stdin: cannot read'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'mine -m miner -T 1700000010 </dev/null >&6'
    [ ! -s "$err" ]
    exec 6>&-
}
