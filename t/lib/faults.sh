#!/usr/bin/env bash
# faults.sh calls|memory EVERY [SCENE...]: SQLite's loop. Fails the Nth system call (or allocation) of a run, N = 1,
# 2, 3 … until nothing is left to fail, and after each looks at everything. Of all these faults it makes every
# EVERYth: 1 is all of them. Ends with the number that it made; a fault that does harm (a crash, a hang, a status that
# lies, something lost or half-written) is told with its place, and then the status is 1.
#
# calls   each of $CALLS fails with EIO, ENOSPC, EINTR, or the process is killed in its place (strace -e inject)
# memory  malloc and its kin give NULL once, or from then on (a preloaded shim): each time that the program asks, and
#         each $THIN-th time that SQLite or OpenSSL does, whose hundreds are much the same in every run; where EVERY
#         is 50 or more, none of those
#
# faults.sh programs: which programs the scenes of memory run. $JOBS scenes go at once (1).
#
# A scene is a program at its usual work, in a folder of its own: SCENE_set makes the folder once, SCENE_run does the
# work with "$@" in front of the program, and SCENE_seen says what must hold afterwards. $BIN has the programs.
set -euo pipefail
export LC_ALL=C
unset LEDGER NAMES

mode=$1 every=${2-1}
shift $(($# < 2 ? $# : 2))
PATH=$BIN:$PATH
THIN=40
HARM=9
CALLS='write pwrite64 fsync fdatasync rename openat ftruncate flock fcntl pread64 read'
WRITE='append torn new guard states pool repool queue owed keygen slow preimage book shares work commits restored votes slots numbers sealed voted pruned attested taken waiting'
PLAIN='show unlock init chain balance audit judge light held explain prove vouch watch compare history log record events status json tsv
    journal unjson graph line mine names back make forge sign select announce joint meaning which shown spend batched cosign slowsign owned absent simulated stamp decoded encoded'
NET='send listen offer meet pull serve sendtls listentls meettls ordered hashnode hashlookup'
KINDS='error=EIO error=ENOSPC error=EINTR signal=KILL'

# --- What scenes share -------------------------------------------------------------------------------------

wrong() { # WORDS...
    echo "$place: $*"
    sed "s/^/    /" told
    exit "$HARM"
}

same() { # FILE FILE WORDS
    cmp -s "$1" "$2" || wrong "$3: $1 is not $2"
}

# Every whole line of the first file stands in the second.
all_in() { # FILE FILE WORDS
    local lost
    lost=$(comm -23 <(grep -v '^[^ ]*$' "$1" | sort) <(sort "$2")) || :
    [ -z "$lost" ] || wrong "$3 is missing: $lost"
}

# The kernel that takes memory, and a library.
export PEERUTILS_ED25519_KERNEL=portable

people() {
    local name
    for name in alice bob miner; do
        keygen -s "demo $name" $name
    done >names 2>/dev/null
}

chain() {
    people
    ledger-init -n easy -T 1700000000 -e 0 -t f alice 1000000 bob 1000 >ledger
    mine -l ledger -m alice -n 2 -T 1700000010 </dev/null | ledger-append -q ledger
}

# A chain that allows everything, with an account `both` of alice and bob, and of alice alone with a preimage; and `some`
# transactions upon it.
everything() {
    people
    keygen -t slh-dsa -s 'demo slow' slow >>names 2>/dev/null
    policy -m secret -s 'demo preimage' >lock
    # shellcheck disable=SC2046 # words
    policy -n both 2 alice bob or 1 alice $(cat lock) >>names
    ledger-init -n all -T 1700000000 -e 0 -t f -S 2 -A batch,policy,slh-dsa,sponsor alice 1000000 bob 1000 both 1000 slow 1000 >ledger
    mine -l ledger -m alice -n 2 -T 1700000010 </dev/null | ledger-append -q ledger
    {
        printf '%s\n' 'bob 5 -' 'miner 6 -' | txmake -l ledger -f alice -b -S bob | txsign -k alice.key -k bob.key
        txmake -l ledger -f both -y 1 -i secret miner 7 both | txsign -k alice.key
    } >some
}

payments() { # FROM COUNT TO
    seq "$2" | sed "s/.*/$3 1 &/" | txmake -l ledger -f "$1" | txsign -k "$1.key"
}

# The last words of a program that has failed: it must have said something, and know how to end.
ended_well() { # PROGRAM
    case $status in
    0 | 137) ;;
    98) [ "$mode" = memory ] || wrong 'status 98' ;; # failalloc.so's: OpenSSL crashed, not we
    2) grep -q "^$1: " told || wrong 'status 2 without a word' ;;
    127) grep -q 'error while loading shared libraries\|cannot open shared object' told || wrong 'status 127' ;;
    *) wrong "status $status" ;;
    esac
    # a call that was interrupted is made again, if it is not the loader's own
    [ "$kind" != error=EINTR ] || [ "$status" -eq 127 ] || [ "$status" -eq 0 ] || grep -q 'cannot load lib' told ||
        wrong "EINTR: status $status"
}

# --- ledger-append -----------------------------------------------------------------------------------------

# What `ledger`, a chain, is before a block is appended to it, and what `whole` is after that.
append_begins() {
    ledger-append whole </dev/null
    ledger-append ledger </dev/null
    cp ledger base
    ledger-balance -l whole >balances
    verify -q whole
    : >torn
    product=ledger
}

append_set() {
    chain
    payments alice 2 bob >txs
    mine -l ledger -m bob -T 1700000100 <txs >block
    cp ledger whole
    ledger-append -q whole <block
    mine -l whole -m miner -T 1700000200 </dev/null >>block
    cat ledger block >whole
    append_begins
}

append_run() {
    "$@" ledger-append ledger <block >passed 2>told
}

append_seen() {
    ended_well ledger-append
    cat base passed | cmp -s -n "$(cat base passed | wc -c)" - ledger || wrong 'the ledger lacks what was passed on'
    [ "$status" -ne 0 ] || same ledger whole 'status 0'
    ledger-append ledger <block >/dev/null 2>>told || wrong 'the next run does not go on'
    same ledger whole 'after the next run'
    ledger-balance -l ledger 2>>told | cmp -s - balances || wrong 'the index says something else'
    [ ! -s torn ] || tail -c "$(wc -c <torn)" ledger.torn | cmp -s - torn || wrong 'torn bytes are not put aside'
}

torn_set() {
    append_set
    head -c 100 block >torn
    cat torn >>ledger
}
torn_run() { append_run "$@"; }
torn_seen() { append_seen; }

new_set() {
    append_set
    cat base block >first
    mv first block
    rm ledger ledger.index*
    : >base
}
new_run() { append_run "$@"; }
new_seen() {
    [ -e ledger ] || : >ledger
    append_seen
}

# Under a checkpoint.
guard_set() {
    append_set
    { cat alice.pub && ledger-checkpoint -k alice.key -l ledger -T 1700000100; } >cps
}
guard_run() {
    "$@" ledger-append -C cps ledger <block >passed 2>told
}
guard_seen() { append_seen; }

# On a chain with all operations and state lines: batches, a sponsor, a policy.
states_set() {
    everything
    mine -l ledger -m bob -T 1700000100 -n 3 <some >block
    cp ledger whole
    ledger-append -q whole <block
    rm -f whole.index*
    append_begins
}
states_run() { append_run "$@"; }
states_seen() { append_seen; }

# --- txpool ------------------------------------------------------------------------------------------------

pool_set() {
    chain
    payments bob 2 alice | txpool -l ledger pool >old
    payments alice 3 bob >txs
    cat old txs >want
    product=pool
}

pool_run() {
    "$@" txpool -l ledger pool <txs >passed 2>told
}

pool_seen() {
    ended_well txpool
    all_in passed pool 'what was passed on'
    all_in old pool 'what was in the pool'
    [ "$status" -ne 0 ] || same pool want 'status 0'
    # shellcheck disable=SC2086 # an option, or nothing
    txpool ${node-} -l ledger pool <txs >again 2>>told || wrong 'the next run does not go on'
    same pool want 'after the next run'
    verify -ql ledger pool 2>>told || wrong 'the pool does not hold'
}

# One that has to be written anew.
repool_set() {
    pool_set
    { cat old && echo 'no transaction' && head -c 50 txs; } >pool
}
repool_run() { pool_run "$@"; }
repool_seen() { pool_seen; }

# In a node: what waits for its turn, and for money.
queue_set() {
    pool_set
    payments miner 1 alice >late
    { cat late && { cat txs && payments alice 5 miner | tail -n 2; } | tac; } >all
    mv all txs
    cp old want
    txpool -u -l ledger want <txs >again
}
queue_run() {
    "$@" txpool -u -l ledger pool <txs >passed 2>told
}
queue_seen() {
    node=-u
    pool_seen
}

# The same: what waits for a sponsor's money.
owed_set() {
    people
    ledger-init -n easy -T 1700000000 -e 0 -t f -A sponsor alice 1000000 bob 1 miner 1000 >ledger
    printf '%s\n' 'alice miner 5' 'alice miner 6' | txmake -l ledger -S bob -F 2 | txsign -k alice.key -k bob.key >txs
    payments miner 3 bob >>txs
    tee old </dev/null >pool
    txpool -u -l ledger want <txs >again
    product=pool
}
owed_run() { queue_run "$@"; }
owed_seen() { queue_seen; }

# --- keygen ------------------------------------------------------------------------------------------------

keygen_set() {
    product=new.key
}

keygen_run() {
    "$@" keygen new >passed 2>told
}

keygen_seen() {
    ended_well keygen
    if [ -s passed ]; then same passed new.pub 'passed on'; fi
    if [ "$status" -eq 0 ] || [ -s passed ]; then
        keygen -y new.key 2>>told | cmp -s - new.pub || wrong 'the key is not what was said'
        return
    fi
    # without a word there is nothing, but where it was killed in between, or could not say it
    if [ -e new.pub ] && [ "$status" -ne 137 ]; then
        keygen -y new.key 2>>told | cmp -s - new.pub || wrong 'half a pair is left behind'
    elif [ "$status" -ne 137 ] && [ -e new.key ]; then
        wrong 'a key without its account is left behind'
    fi
    rm -f new.key new.pub
    keygen new >passed 2>>told || wrong 'the next run does not go on'
}

# One of SLH-DSA.
slow_set() {
    product=new.key
}
slow_run() {
    "$@" keygen -t slh-dsa new >passed 2>told
}
slow_seen() { keygen_seen; }

# A preimage is a secret, too: what was said is the hash of what is there.
preimage_set() {
    product=new
}

preimage_run() {
    "$@" policy -m new >passed 2>told
}

preimage_seen() {
    ended_well policy
    if [ "$status" -eq 0 ] || [ -s passed ]; then
        { printf 'hash ' && policy -y new; } 2>>told >said || :
        cmp -s passed said || { policy -y new 2>>told | cmp -s - passed; } || wrong 'the preimage is not what was said'
        return
    fi
    [ ! -e new ] || [ "$status" -eq 137 ] || policy -y new >said 2>>told || wrong 'half a preimage is left behind'
    rm -f new
    policy -m new >passed 2>>told || wrong 'the next run does not go on'
}

# --- peerbook ----------------------------------------------------------------------------------------------

book_set() {
    chain
    peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 -l ledger >alice
    peerbook -a 192.0.2.2:7000 -k bob.key -T 1700000000 -l ledger >bob
    peerbook -a 192.0.2.3:7000 -k bob.key -T 1700000100 -l ledger >bob2
    peerbook -a 192.0.2.4:7000 -k miner.key -T 1700000100 -l ledger >miner
    { echo '# ours' && cat alice bob; } >peers
    cat bob2 miner >new
    { echo '# ours' && cat alice new; } >want
    echo '# ours' | cat - alice >old
    product=peers
}

book_run() {
    "$@" peerbook -T 1700000200 -o 192.0.2.1:1 peers <new >passed 2>told
}

book_seen() {
    ended_well peerbook
    all_in passed peers 'what was passed on'
    all_in old peers 'what was in the book'
    [ "$status" -ne 0 ] || same peers want 'status 0'
    peerbook -T 1700000200 -o 192.0.2.1:1 peers <new >/dev/null 2>>told || wrong 'the next run does not go on'
    same peers want 'after the next run'
}

# --- seal --------------------------------------------------------------------------------------------------

# A member with a block upon another parent already.
sealed_set() {
    people
    cat bob.pub >members
    ledger-init -n sealed -S sign -M members -T 1700000000 alice 1000 >ledger
    seal -k bob.key -T 1700000010 ledger </dev/null | ledger-append -q ledger
    cp bob.key.sealed old
    payments alice 3 bob >txs
    cp bob.key.sealed kept && seal -k bob.key -T 1700000020 ledger <txs >want && mv kept bob.key.sealed
    product=bob.key.sealed
}

sealed_run() {
    "$@" seal -k bob.key -T 1700000020 ledger <txs >passed 2>told
}

# What has left, even in part, is what the next run offers, though it is asked for another block.
sealed_seen() {
    ended_well seal
    [ "$status" -ne 0 ] || same passed want 'status 0'
    cmp -s -n "$(wc -c <passed)" passed want || wrong 'what it printed is not the beginning of what it should'
    cmp -s -n "$(wc -c <old)" old bob.key.sealed || wrong 'its record lacks what was there'
    seal -k bob.key -T 1700000030 ledger </dev/null >again 2>>told || wrong 'the next run does not go on'
    [ ! -s passed ] || same again want 'after the next run'
    verify -q -l ledger again || wrong 'the next block is not valid'
}

# --- validator ----------------------------------------------------------------------------------------------

# Alone on its chain: it agrees with itself on block 1, and proposes block 2.
voted_set() {
    people
    cat bob.pub >members
    ledger-init -n voted -S bft -M members -s 1 -T 1700000000 alice 1000 >ledger
    validator -e -k bob.key ledger </dev/null | ledger-append -q ledger
    cp bob.key.history kept && validator -e -k bob.key ledger </dev/null >want && mv kept bob.key.history
    product=bob.key.history
}

voted_run() {
    "$@" validator -e -k bob.key ledger </dev/null >passed 2>told
}

# What has left is what the next run says again, and the record has it: nothing is signed twice.
voted_seen() {
    ended_well validator
    [ "$status" -ne 0 ] || same passed want 'status 0'
    validator -e -k bob.key ledger </dev/null >again 2>>told || wrong 'the next run does not go on'
    all_in passed again 'in the next run'
    cmp -s <(sort again) <(sort want) || wrong 'the next run says something else'
    [ -z "$(cut -d ' ' -f 1-4 bob.key.history | sort | uniq -d)" ] || wrong 'signed twice'
    [ "$(grep -c '^vote 1 0 ' bob.key.history)" -eq 3 ] || wrong 'the record lacks what was signed'
}

# The same with a history that has grown, so it is pruned first.
pruned_set() {
    voted_set
    validator -e -k bob.key -r begun ledger </dev/null >passed
    {
        head -n 1 begun
        awk 'BEGIN { for (i = 1000000; i < 1045000; i++) printf "attest %d %d -\n", i - 1, i }'
    } >bob.key.history
}
pruned_run() { voted_run "$@"; }
pruned_seen() {
    voted_seen
    grep -qx 'attest 1044998 1044999 -' bob.key.history || wrong 'the last attest is gone'
    # where it could not be, it has grown, which was said
    ! grep -q '^attest 1000000 ' bob.key.history || grep -q 'cannot be pruned' told || wrong 'it was not pruned'
}

# A member who has attested one checkpoint already, and now comes to the next, on `ledger` or on `fork`.
attested_set() {
    people
    cat bob.pub >members
    ledger-init -n attested -M members -i 2 -e 0 -t f -T 1700000000 alice 1000 >ledger
    mine -l ledger -m alice -n 3 -T 1700000010 </dev/null | ledger-append -q ledger
    validator -k bob.key ledger </dev/null >passed
    cp ledger fork
    mine -l fork -m miner -T 1700000100 </dev/null | ledger-append -q fork
    mine -l ledger -m alice -T 1700000100 </dev/null | ledger-append -q ledger
    cp bob.key.history old
    validator -k bob.key ledger </dev/null >want
    mv bob.key.history after && cp old bob.key.history
    product=bob.key.history
    [ -s want ]
}

attested_run() {
    "$@" validator -k bob.key ledger </dev/null >passed 2>told
}

# What has left, even in part, is known: nothing that contradicts it is signed, and the next run says the same.
attested_seen() {
    ended_well validator
    [ "$status" -ne 0 ] || same passed want 'status 0'
    cmp -s -n "$(wc -c <passed)" passed want || wrong 'what it printed is not the beginning of what it should'
    cmp -s -n "$(wc -c <old)" old bob.key.history || wrong 'its history lacks what was there'
    if [ -s passed ]; then
        validator -k bob.key fork </dev/null >other 2>>told || wrong 'it does not go on elsewhere'
        [ ! -s other ] || wrong 'it signs what contradicts what has left'
    fi
    validator -k bob.key ledger </dev/null >again 2>>told || wrong 'the next run does not go on'
    same again want 'after the next run'
    same bob.key.history after 'after the next run'
}

# Lines that wait for a block: two are there, one of them too old, and one comes.
waiting_set() {
    attested_set
    mine -l ledger -m alice -n 4 -T 1700000200 </dev/null | ledger-append -q ledger
    txpool -l fork pool <passed >told
    mv want both && cat passed >>both
    txpool -l fork pool <both >told
    validator -k bob.key ledger </dev/null >want
    cp pool.attests old
    product=pool.attests
}

waiting_run() {
    "$@" txpool -l ledger pool <want >passed 2>told
}

# Old or new, whole; and the line is there if that is said.
waiting_seen() {
    ended_well txpool
    [ "$status" -ne 0 ] || all_in want pool.attests 'status 0: the line'
    [ "$(tail -c 1 pool.attests | tr -d '\n' | wc -c)" -eq 0 ] || [ "$status" -eq 137 ] || wrong 'half a line is left'
    txpool -l ledger pool <want >passed 2>>told || wrong 'the next run does not go on'
    txpool -s -l ledger pool >body 2>>told || wrong 'the next body cannot be chosen'
    same body want 'the next body'
}

# What another machine has signed is all there, or nothing.
taken_set() {
    attested_set
    mv after there
    validator -k bob.key -r there -H ledger >in
    cp old bob.key.history
    validator -k bob.key -I in ledger
    mv bob.key.history after && cp old bob.key.history
}

taken_run() {
    "$@" validator -k bob.key -I in ledger >passed 2>told
}

taken_seen() {
    ended_well validator
    [ "$status" -ne 0 ] || same bob.key.history after 'status 0'
    cmp -s -n "$(wc -c <old)" old bob.key.history || wrong 'its history lacks what was there'
    validator -k bob.key -I in ledger >passed 2>>told || wrong 'the next run does not go on'
    same bob.key.history after 'after the next run'
}

# --- minepool and minework ---------------------------------------------------------------------------------

shares_set() {
    people
    ledger-init -n hard -T 1700000000 -e 0 -t 000000000f alice 1000 >ledger
    mine -l ledger -o -m miner -T 1700000010 -r 0 -s 4294967295 </dev/null >work
    minepool -r 100 shares alice <work | minework -j 1 | grep '^share' >want
    head -n 1 want | cat work - | minepool shares alice >passed
    cp shares old
    sed 1d want | cat work - >new
    product=shares
}

shares_run() {
    "$@" minepool shares alice <new >passed 2>told
}

shares_seen() {
    ended_well minepool
    grep '^share .' passed >kept || :
    all_in kept shares 'what was passed on'
    all_in old shares 'what was in the file'
    [ "$status" -ne 0 ] || same shares want 'status 0'
    minepool shares alice <new >/dev/null 2>>told || [ $? -eq 1 ] || wrong 'the next run does not go on'
    same shares want 'after the next run'
}

work_set() {
    people
    ledger-init -n easy -T 1700000000 -e 0 -t 00f alice 1000 >ledger
    mine -l ledger -o -m miner -T 1700000010 -s 16 -n 1 </dev/null >ticket
    minework -j 1 <ticket >want
    product=none
}

work_run() {
    "$@" minework -j 1 <ticket >passed 2>told
}

work_seen() {
    ended_well minework
    [ "$status" -ne 0 ] || same passed want 'status 0'
    cmp -s -n "$(wc -c <passed)" passed want || wrong 'what it printed is not the beginning of what it should'
}

# --- System calls ------------------------------------------------------------------------------------------

# Runs the work with a call failing: sets status, leaves told, passed, trace.
injected() { # SCENE CALL KIND N
    status=0
    { "$1_run" strace -qq -f -y -o trace -e "trace=$traced" -e "inject=$2:$3:when=$4" || status=$?; } 2>/dev/null
}

# What ended with 0 was synced, and so was what ledger-append passed on.
synced() {
    awk -v product="$PWD/$product" -v status="$status" -v early="${product/#pool/}" '
        function result(line) { sub(/.*\) += /, "", line); return line + 0 }
        match($0, /(write|pwrite64)\([0-9]+<[^>]*>/) {
            split(substr($0, RSTART, RLENGTH), part, /[<>]/)
            if (result($0) > 0) {
                if (part[2] == product || part[2] == product ".tmp") dirty[part[2]] = 1
                if (/write\(1</ && dirty[product] && early != "") bad = "passed on before it was synced"
            }
        }
        match($0, /f(data)?sync\([0-9]+<[^>]*>/) {
            split(substr($0, RSTART, RLENGTH), part, /[<>]/)
            if (result($0) == 0) dirty[part[2]] = 0
        }
        / rename\(/ && / = 0$/ { dirty[product] = dirty[product ".tmp"] }
        END {
            if (status == 0 && dirty[product]) bad = "status 0, but it was not synced"
            if (bad) { print bad; exit 1 }
        }' trace >unsynced || wrong "$(cat unsynced)"
}

# How often a run makes each call: lines CALL COUNT.
counted() { # SCENE
    "$1_run" strace -qq -f -o trace -e "trace=$traced"
    awk '$2 ~ /\(/ { sub(/\(.*/, "", $2); count[$2]++ } END { for (c in count) print c, count[c] }' trace | sort
}

calls_of() { # SCENE: lines SCENE CALL KIND N, one further than the run goes
    fresh
    counted "$1" | while read -r call count; do
        for kind in $KINDS; do
            # SQLite asks for its locks without waiting, which nothing can interrupt
            [ "$call $kind" != 'fcntl error=EINTR' ] || continue
            seq -f "$1 $call $kind %g" $((count + 1))
        done
    done
}

try_call() { # SCENE CALL KIND N
    injected "$@"
    synced
    "$1_seen"
}

# --- Memory ------------------------------------------------------------------------------------------------

# Programs that read and print: each works on what desk_set makes.
plain_of() { # SCENE: its usual work
    case $1 in
    show) echo 'keygen -y alice.key' ;;
    unlock) echo 'keygen -P 3 -y locked.key' ;;
    init) echo 'ledger-init -n easy -T 1700000000 -e 0 -t f alice 1000000 bob 1000' ;;
    chain) echo 'ledger-chain ledger' ;;
    simulated) echo 'netsim -n 2 -s 7 -t 100 raft' ;;
    balance) echo 'ledger-balance -l ledger alice bob' ;;
    audit) echo 'verify -j 1 whole' ;;
    judge) echo 'verify -j 1 -l ledger block' ;;
    light) echo 'verify -j 1 -H heads' ;;
    held) echo 'verify -j 1 -C cps whole' ;;
    explain) echo 'verify -j 1 -x whole' ;;
    prove) echo "ledger-proof -l whole $(cat id)" ;;
    vouch) echo 'ledger-checkpoint -k alice.key -l ledger -T 1700000100' ;;
    watch) echo 'ledger-watch -1 -j 1 forked' ;;
    compare) echo 'ledger-watch -1 -j 1 -C cps -C clash' ;;
    history) echo 'ledger-history -v -l whole -a names alice bob' ;;
    log) echo 'ledger-log -l whole -a names' ;;
    record) echo "ledger-show -l whole -a names $(cat id)" ;;
    events) echo 'node-log -a names said.log' ;;
    status) echo 'node-status -w -T 1700000100 seat' ;;
    json) echo 'ledger-export -f json whole' ;;
    tsv) echo 'ledger-export -f tsv -l whole -a names' ;;
    journal) echo 'ledger-export -f hledger -l whole -a names' ;;
    unjson) echo 'ledger-export -r objects' ;;
    graph) echo 'ledger-graph -l forked -a names' ;;
    stamp) echo 'poh -e 100' ;;
    line) echo 'lincheck -o -p picture operations' ;;
    decoded) echo 'bencode value.bencoded' ;;
    encoded) echo 'bencode -r value.json' ;;
    mine) echo 'mine -j 1 -l ledger -m bob -T 1700000100' ;;
    names) echo 'names txs' ;;
    back) echo 'names -r named' ;;
    make) echo 'txmake -l ledger -p pool -f alice bob 5 lunch' ;;
    forge) echo 'txmake -l ledger -B any -e 7 -A answers' ;;
    sign) echo 'txsign -k alice.key unsigned' ;;
    select) echo 'txpool -l ledger -s pool' ;;
    joint) echo 'policy -n joint 2 alice bob miner or 1 alice after 9' ;;
    meaning) echo 'policy -e' ;;
    which) echo 'policy -w -l all/ledger -a all/names both' ;;
    shown) echo 'policy -y all/secret' ;;
    spend) echo 'txmake -l all/ledger -a all/names -f both -y 1 -i all/secret miner 7 both' ;;
    batched) echo 'txmake -l all/ledger -a all/names -f alice -b -S bob' ;;
    cosign) echo 'txsign -k all/alice.key -k all/bob.key all/unsigned' ;;
    slowsign) echo 'txsign -k all/slow.key all/slow.unsigned' ;;
    owned) echo 'ledger-proof -l all/ledger -a both' ;;
    absent) echo "ledger-proof -l all/ledger -a $(printf %064d 7)" ;;
    announce) echo 'peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 -l ledger' ;;
    esac
}

# A ledger with blocks to come, and what else there is to read.
desk_set() {
    append_set
    txpool -l ledger pool <txs
    sed 's/ [^ ]*$//' txs >unsigned
    seq 9 | sed 's/.*/alice bob &/' >wishes
    head -n 1 txs | tr -d '\n' | sha256sum | cut -c 1-64 >id
    names txs >named
    ledger-chain -H -l whole >heads
    ledger-proof -l whole "$(cat id)" | tail -n 1 >>heads
    ledger-export whole >objects
    echo "1700000000.0 127.0.0.1:7 new $(cat id) tx" >events
    mkdir seat
    cp ledger pool seat/
    ledger-chain -t seat/ledger
    echo 127.0.0.1:7 >seat/peers
    printf '%s x %s\n' 'invoke a cas' '1 2' 'invoke b write' 1 'ok a cas' '1 2' 'info b write' late >operations
    echo '{"b":["x","0xff",-7],"a":{"0x00":"0x3078","c":[[]]}}' >value.json
    printf 'd1:ad1:\0002:0x1:clleee1:bl1:x1:\377i-7eee' >value.bencoded
    echo open sesame >words
    keygen -P 3 locked 3<words
    # another branch, which pays otherwise and is longer
    cp base rival
    payments alice 1 miner | mine -l rival -m bob -n 3 -T 1700000100 >branch
    ledger-append -q rival <branch
    cp whole forked
    ledger-append -q forked <branch
    { cat alice.pub && ledger-checkpoint -k alice.key -l whole -s 3 -T 1700000100; } >cps
    ledger-checkpoint -k alice.key -l rival -s 3 -T 1700000100 >clash
    rm -f answers ./*.index*
    ledger-chain -t ledger
    mkdir all
    (
        cd all
        everything
        mine -l ledger -m bob -T 1700000100 -n 3 <some | ledger-append -q ledger
        txmake -l ledger -f both -y 0 bob 7 - >unsigned
        txmake -l ledger -f slow bob 7 - >slow.unsigned
        grep '^policy ' names >both.policy
        printf '%s\n' 'bob 5 -' 'miner 6 -' >payees
    )
}

plain_set() { # SCENE
    if [ ! -e "$desk/is_set" ]; then
        (cd "$desk" && desk_set && : >is_set)
    fi
    cp -r "$desk/." .
    status=0
    "$1_run" || status=$?
    echo $status >usual
    [ -s passed ]
    mv passed want
    [ ! -e answers ] || mv answers usual.answers
}

plain_run() { # SCENE PREFIX...
    local command
    read -ra command <<<"$(plain_of "$1")"
    local input=txs
    [ "$1" != forge ] || input=wishes
    [ "$1" != batched ] || input=all/payees
    [ "$1" != meaning ] || input=all/both.policy
    [ "$1" != events ] || input=events
    "${@:2}" "${command[@]}" <"$input" 3<words >passed 2>told
}

beginning() { # FILE FILE
    [ ! -e "$1" ] || cmp -s -n "$(wc -c <"$1")" "$1" "$2" || wrong "$1 is not the beginning of what it should be"
}

plain_seen() { # SCENE
    local again=0 usual
    usual=$(cat usual)
    [ "$status" -ne 0 ] || [ "$usual" -eq 0 ] || wrong 'status 0'
    [ "$status" -eq "$usual" ] || ended_well "$(program_of "$1")"
    [ "$status" -ne "$usual" ] || same passed want "status $usual"
    # node-status goes on with what it can read
    [ "$1" = status ] || beginning passed want
    [ ! -e usual.answers ] || beginning answers usual.answers
    "$1_run" 2>>told || again=$?
    [ "$again" -eq "$usual" ] || wrong 'the next run does not go on'
    same passed want 'after the next run'
    [ ! -e usual.answers ] || same answers usual.answers 'after the next run'
}

for scene in $PLAIN; do
    eval "${scene}_set() { plain_set $scene; }
        ${scene}_run() { plain_run $scene \"\$@\"; }
        ${scene}_seen() { plain_seen $scene; }"
done

program_of() { # SCENE
    case $1 in
    append | torn | new | guard | states) echo ledger-append ;;
    pool | repool | queue | owed | waiting) echo txpool ;;
    keygen | slow) echo keygen ;;
    preimage) echo policy ;;
    book) echo peerbook ;;
    shares) echo minepool ;;
    work) echo minework ;;
    sealed) echo seal ;;
    voted | pruned | attested | taken) echo validator ;;
    commits | restored | votes) echo raft ;;
    slots) echo paxos ;;
    numbers) echo pbft ;;
    ordered) echo mesh ;;
    offer | meet*) echo gossip ;;
    send*) echo gossip-send ;;
    listen* | serve) echo gossip-listen ;;
    pull) echo ledger-pull ;;
    hashnode) echo dht-node ;;
    hashlookup) echo dht-lookup ;;
    *) (cd / && plain_of "$1" 2>/dev/null) | cut -d ' ' -f 1 ;;
    esac
}

# --- raft, paxos and pbft: what was committed, and what was promised ------------------------------------------------

# Lines INDEX ID RECORD of what was committed.
commits_in() { # FILE
    awk '$1 == "commit" { at = $2 " " $3; if (getline > 0) print at, $0 }' "$1"
}

records() { # FROM TO
    local n
    cat start
    for ((n = $1; n <= $2; n++)); do printf 'propose n1:%d 1\nrecord %d\n' "$n" "$n"; done
    echo step
}

# A member that is alone, with five records from before; `in` has three more.
engine_set() { # ENGINE
    printf '%s\n' 'init n1 1 n1' 'time 0' step 'time 90000' timer >start
    records 1 5 | "$1" -d dir >passed
    records 1 0 >again
    records 6 8 >in
    printf '%s\n' 'time 91000' timer step 'time 92000' timer step >later
    "$1" -d dir <again >before
    [ "$(commits_in before | wc -l)" -eq 5 ] || return 1
}

# What came out is there when it starts again, and so is what was there before; and it goes on.
engine_seen() { # ENGINE
    local restored
    ended_well "$1"
    cat again later | "$1" -d dir >now 2>>told || wrong 'the next run does not start'
    restored=$(sed -n 's/^restore \([0-9]*\) .*/\1/p' now | tail -n 1)
    commits_in now | sort >have
    { commits_in before && commits_in passed; } | sort -u | awk -v from="${restored:-0}" '$1 > from' >promised
    [ -z "$(comm -23 promised have)" ] || wrong "lost: $(comm -23 promised have)"
    cat in later | "$1" -d dir >now 2>>told || wrong 'the next run does not go on'
    { grep '^record ' now || :; } | sort >have
    [ "$(grep -cx 'record [1-8]' have)" -eq 8 ] || wrong 'a record is not there'
    [ -z "$(uniq -d have)" ] || wrong 'a record is there twice'
}

commits_set() { engine_set raft; }
commits_run() { "$@" raft -d dir <in >passed 2>told; }
commits_seen() { engine_seen raft; }

slots_set() { engine_set paxos; }
slots_run() { "$@" paxos -d dir <in >passed 2>told; }
slots_seen() { engine_seen paxos; }

numbers_set() { engine_set pbft; }
numbers_run() { "$@" pbft -d dir <in >passed 2>told; }
numbers_seen() { engine_seen pbft; }

# The log is replaced by one that begins with a state, which a command makes: all records.
restored_set() {
    engine_set raft
    cp -r dir kept
    raft -c cat -N 3 -d dir <in >passed
    raft -d dir <again >now
    rm -r dir
    mv kept dir
    grep -q ^restore now || return 1
}
restored_run() { "$@" raft -c cat -N 3 -d dir <in >passed 2>told; }
restored_seen() { engine_seen raft; }

# A member of three that gives its vote away: to nobody else in the same term.
votes_set() {
    printf '%s\n' 'init n1 1 n1 n2 n3' 'time 0' 'message n2 1' 'vote 5 0 0 no' step >in
    sed 's/^message n2/message n3/' in >other
    raft -d try <in | grep -x 'voted 5 yes' >yes && raft -d try <other | grep -x 'voted 5 no' >no && rm -r try yes no
}
votes_run() { "$@" raft -d dir <in >passed 2>told; }
votes_seen() {
    ended_well raft
    raft -d dir <other >now 2>>told || wrong 'the next run does not start'
    ! grep -qx 'voted 5 yes' passed || grep -qx 'voted 5 no' now || wrong 'it votes again in one term'
}

# A mesh of one: what was printed is printed again.
ordered_set() {
    keygen -s 'demo alone' alone >line 2>/dev/null
    echo "127.0.0.1:1 $(cut -d ' ' -f 2 alone.pub) alone" >members
    seq -f 'record %g' 5 >in
    ordered_run env || return 1
    mv in first
    seq -f 'record %g' 6 8 >in
}
ordered_run() { "$@" mesh -o -L -b 127.0.0.1:0 -k alone.key members -- raft -d dir <in >passed 2>told; }
ordered_seen() {
    ended_well mesh
    [ "$status" -ne 0 ] || seq -f 'record %g' 8 | cmp -s - passed || wrong 'status 0'
    echo 'record 9' | timeout 300 mesh -o -L -b 127.0.0.1:0 -k alone.key members -- raft -d dir >now 2>>told || wrong 'the next run does not go on'
    all_in passed now 'what was printed'
    all_in first now 'what was printed before'
    grep -qx 'record 9' now || wrong 'the next record is not there'
}

# --- Two programs on loopback ------------------------------------------------------------------------------

# One listens, the other dials; memory fails in one of the two. `gives` has the records, each in a file that its id
# names; `spool` some from before.
net_set() { # [tls]
    desk_set
    mkdir gives
    split -l 1 txs gives/tx.
    blocks_head=$(grep -n '^block ' block | sed -n '2s/:.*//p')
    head -n $((blocks_head - 1)) block >gives/block
    peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 -l ledger >gives/peer
    cat gives/* >records
    for file in gives/*; do
        mv "$file" "gives/$(head -n 1 "$file" | tr -d '\n' | sha256sum | cut -c 1-64)"
    done
    payments bob 2 alice | tee old >spool
    tail -n +"$(($(wc -l <base) + 1))" whole >want
    echo -p | tee host >guest
    : >whose
    [ $# -eq 0 ] || with_keys
}

with_keys() {
    echo -k bob.key >host
    echo -k alice.key >guest
    echo "$(cut -d ' ' -f 2 bob.pub)@" >whose
}

# (timeout without --foreground would tell a listener to end twice: the second time may find it past its last words.)
# The listener, in the background until it tells where. Its process: $listener.
listens() { # OUT LOG COMMAND...
    local options
    read -ra options <host
    rm -f at
    "${@:3}" "${options[@]}" -j 1 -v -l 127.0.0.1:0 -w at >"$1" 2>"$2" &
    listener=$!
    until [ -s at ] || ! kill -0 "$listener" 2>/dev/null; do
        sleep 0.005
    done
}

# The other: with the options of its kind, and the listener's address behind them.
dials() { # COMMAND...
    local options
    read -ra options <guest
    [ ! -s at ] || "$@" "${options[@]}" "$(cat whose)$(cat at)"
}

# Tells the listener to end. How it did: $ended.
ends() {
    ended=0
    kill "$listener" 2>/dev/null || :
    wait "$listener" || ended=$?
}

# What a sender that ended so did not call untaken stands in a file.
taken() { # LOG STATUS FILE
    local record
    [ "$2" -le 1 ] || return 0
    for record in gives/*; do
        grep -q "not taken in time: ${record#*/}" "$1" || all_in "$record" "$3" 'what was taken'
    done
}

# Nobody is to be blamed for the memory of the other.
unblamed() { # LOG
    local blame
    blame=$(grep '^[0-9.]* [^ ]* bad ' "$1" | grep -v ' bad - the peer said bye full$') || return 0
    wrong "blamed: $blame"
}

send_set() { net_set; }

send_run() {
    local sent=0
    listens got heard timeout --foreground -k 100 300 gossip-listen -L ledger
    dials "$@" gossip-send -t 1 -L ledger <records 2>told || sent=$?
    ends
    return "$sent"
}

send_seen() {
    [ "$status" -eq 1 ] || ended_well gossip-send
    [ "$status" -ne 1 ] || grep -q '^gossip-send: not taken in time' told || wrong 'status 1 without a word'
    taken told "$status" got
    unblamed heard
    [ "$ended" -eq 0 ] || wrong "the listener ends with $ended"
}

listen_set() { net_set; }

listen_run() {
    sent=0
    listens got told "$@" gossip-listen -L ledger -s spool
    dials timeout --foreground -k 100 300 gossip-send -v -t 1 -L ledger <records 2>heard || sent=$?
    ends
    return "$ended"
}

listen_seen() {
    ended_well gossip-listen
    [ "$status" -ne 0 ] || all_in old got 'what was in the spool'
    [ "$sent" -le 1 ] || wrong "the sender ends with $sent"
    [ ! -s at ] || taken heard "$sent" got
    unblamed heard
    listens again told timeout --foreground -k 100 300 gossip-listen -L ledger -s spool
    ends
    [ "$ended" -eq 0 ] || wrong 'the next run does not go on'
    all_in old again 'what was in the spool'
    all_in got again 'what was printed'
}

# A node's program that only dials, and ends with its input.
offer_set() { net_set; }

offer_run() {
    local sent=0
    listens got heard timeout --foreground -k 100 300 gossip-listen -L ledger
    dials "$@" gossip -t 1 -L ledger <records >passed 2>told || sent=$?
    ends
    return "$sent"
}

offer_seen() {
    [ "$status" -eq 1 ] || ended_well gossip
    [ "$status" -ne 1 ] || grep -q '^gossip: not taken in time' told || wrong 'status 1 without a word'
    taken told "$status" got
    unblamed heard
    [ "$ended" -eq 0 ] || wrong "the listener ends with $ended"
}

# The same program within a node's loop: everything that it prints comes back to it, and so was accepted.
meet_set() { net_set; }

# Without `timeout --foreground -k 100 300', which would hold the pipe open when the program has closed its end.
looped() { # timeout --foreground -k 100 300 COMMAND...
    exec "${@:6}" >out <loop
}

# The listener of `listens` in such a loop, and the programs after it: $loop. Aborts it if it hangs.
loops() { # OUT LOG timeout --foreground -k 100 300 COMMAND...
    rm -f out loop
    mkfifo out loop
    tee -p "$1" <out >loop &
    loop=$!
    listens /dev/null "$2" looped "${@:3}"
    { timeout 300 tail --pid="$listener" -f /dev/null || kill -ABRT "$listener"; } >/dev/null 2>&1 &
}

meet_run() {
    sent=0
    loops got told "$@" gossip -t 0 -L ledger -s spool
    dials timeout --foreground -k 100 300 gossip-send -v -t 1 -L ledger <records 2>heard || sent=$?
    ends
    wait "$loop" || :
    return "$ended"
}

meet_seen() {
    ended_well gossip
    [ "$status" -ne 0 ] || all_in old got 'what was in the spool'
    [ "$sent" -le 1 ] || wrong "the sender ends with $sent"
    [ ! -s at ] || taken heard "$sent" got
    unblamed heard
    loops again told timeout --foreground -k 100 300 gossip -t 0 -L ledger -s spool
    ends
    wait "$loop" || :
    [ "$ended" -eq 0 ] || wrong 'the next run does not go on'
    all_in old again 'what was in the spool'
    all_in got again 'what was printed'
}

pull_set() { net_set; }

pull_run() {
    local pulled=0
    listens got heard timeout --foreground -k 100 300 gossip-listen -L whole
    dials "$@" ledger-pull -j 1 -t 2 -l ledger >passed 2>told || pulled=$?
    ends
    return "$pulled"
}

pull_seen() {
    [ "$status" -eq 1 ] || ended_well ledger-pull
    [ "$status" -ne 1 ] || grep -q '^ledger-pull: ' told || wrong 'status 1 without a word'
    [ "$status" -ne 0 ] || same passed want 'status 0'
    beginning passed want
    ledger-append -q ledger <passed 2>>told || wrong 'the next run does not go on'
    unblamed heard
    [ "$ended" -eq 0 ] || wrong "the listener ends with $ended"
}

serve_set() { net_set; }

serve_run() {
    pulled=0
    : >passed
    listens got told "$@" gossip-listen -L whole
    dials timeout --foreground -k 100 300 ledger-pull -v -j 1 -t 1 -l ledger >passed 2>heard || pulled=$?
    ends
    return "$ended"
}

serve_seen() {
    ended_well gossip-listen
    [ "$pulled" -le 1 ] || wrong "the puller ends with $pulled"
    [ ! -s at ] || [ "$pulled" -eq 1 ] || same passed want 'the puller has all'
    beginning passed want
    unblamed heard
}

sendtls_set() { net_set tls; }
sendtls_run() { send_run "$@"; }
sendtls_seen() { send_seen; }
listentls_set() { net_set tls; }
listentls_run() { listen_run "$@"; }
listentls_seen() { listen_seen; }
meettls_set() { net_set tls; }
meettls_run() { meet_run "$@"; }
meettls_seen() { meet_seen; }

# A node of a DHT, at which something is announced and put; and the lookup that does so.
hash_set() {
    echo hello >words
    keygen -s 'demo alice' alice >/dev/null 2>&1
    mkdir node
    echo 000102030405060708090a0b0c0d0e0f10111213 >node/id
    echo 'node 8000000000000000000000000000000000000000 127.0.0.1:9' >node/nodes
}

hash_talk() { # NODE... -- LOOKUP...
    local node=() status=0
    while [ "$1" != -- ]; do
        node+=("$1")
        shift
    done
    shift
    rm -f node/where
    "${node[@]}" dht-node -l 127.0.0.1:0 node >got 2>"$node_log" &
    listener=$!
    until [ -s node/where ] || ! kill -0 "$listener" 2>/dev/null; do
        sleep 0.005
    done
    : >passed
    [ ! -s node/where ] || "$@" dht-lookup -P -k alice.key "$(cat node/where)" <words >passed 2>"$lookup_log" || status=$?
    ends
    looked=$status
}

hashnode_set() { hash_set; }

# shellcheck disable=SC2120 # a prefix, or none
hashnode_run() {
    node_log=told lookup_log=heard
    hash_talk "$@" -- timeout --foreground -k 100 300
    return "$ended"
}

hashnode_seen() {
    ended_well dht-node
    [ "$looked" -le 1 ] || wrong "the lookup ends with $looked"
    ! grep -q 'item' passed || [ "$status" -ne 0 ] || grep -q '^stored' got || wrong 'stored, without a word'
    # shellcheck disable=SC2119 # no prefix
    hashnode_run 2>>told || wrong 'the next run does not go on'
    [ "$looked" -eq 0 ] || wrong 'the next run stores nothing'
}

hashlookup_set() { hash_set; }

# shellcheck disable=SC2120 # a prefix, or none
hashlookup_run() {
    node_log=heard lookup_log=told
    hash_talk timeout --foreground -k 100 300 -- "$@"
    return "$looked"
}

hashlookup_seen() {
    [ "$status" -eq 1 ] || ended_well dht-lookup
    [ "$status" -ne 1 ] || grep -q '^dht-lookup: ' told || wrong 'status 1 without a word'
    [ "$status" -ne 0 ] || grep -q '^item ' passed || wrong 'status 0 without an item'
    [ "$ended" -eq 0 ] || wrong "the node ends with $ended"
    # shellcheck disable=SC2119 # no prefix
    hashlookup_run 2>>told || wrong 'the next run does not go on'
}

# --- Memory that fails -------------------------------------------------------------------------------------

# Where in a program SQLite, and OpenSSL through our functions, call for memory.
places_in() { # PROGRAM
    nm -S "$BIN/$1" | awk '
        $4 ~ /^sqlite3Mem(Malloc|Realloc)$/ { whose = "sqlite" }
        $4 ~ /^library_(malloc|realloc)$/ { whose = "openssl" }
        whose { printf "%s%s %s %s", (n++ ? " " : ""), whose, $1, $2; whose = "" }'
}

# Runs the work without the Nth allocation of those, or, with `on`, without any from there.
without() { # SCENE ours|sqlite|openssl KIND N
    local variables=("LD_PRELOAD=$BIN/.t/failalloc.so" "FAILALLOC_OF=$2" "FAILALLOC_AT=$4" "FAILALLOC_SUM=$room/sum"
        "FAILALLOC_PLACES=$(cat "$room/places")")
    [ "$3" != on ] || variables+=(FAILALLOC_ON=1)
    status=0
    { "$1_run" timeout --foreground -k 100 300 env "${variables[@]}" || status=$?; } 2>/dev/null
}

memorys_of() { # SCENE: lines SCENE WHOSE KIND N
    local whose kind step
    places_in "$(program_of "$1")" >"$room/places"
    for whose in ours sqlite openssl; do
        [ $whose = ours ] || [ "$every" -lt 50 ] || continue
        fresh
        without "$1" $whose once 0
        step=$([ $whose = ours ] && echo 1 || echo $THIN)
        for kind in once on; do
            seq -f "$1 $whose $kind %g" $((RANDOM % step + 1)) "$step" "$(cat "$room/sum")"
        done
    done
}

try_memory() { # SCENE WHOSE KIND N
    without "$@"
    case $status in
    124 | 137) wrong 'it hangs' ;;
    esac
    "$1_seen"
}

# --- The loop ----------------------------------------------------------------------------------------------

fresh() {
    rm -rf "$room/run"
    cp -r "$room/set" "$room/run"
    cd "$room/run"
}

# A fault, and a look at what it did: 0; 98 where OpenSSL crashed; $HARM.
try() { # SCENE WHAT KIND N
    place="$1: $2 $3 $4"
    fresh
    "try_$mode" "$@"
    [ "$status" -ne 98 ] || exit 98
}

sweep() { # SCENE: prints how many faults were made
    local product='' made=0 openssl=0 harmful=0 turn=$((RANDOM % every)) got
    mkdir "$room/set"
    cd "$room/set"
    "$1_set" >"$room/log" 2>&1 || { cat "$room/log" && return 1; }
    "${mode}s_of" "$1" >"$room/list"
    while read -r scene what kind n; do
        turn=$((turn + 1))
        [ $((turn % every)) -eq 0 ] || continue
        set +e
        (set -e && try "$scene" "$what" "$kind" "$n")
        got=$?
        set -e
        made=$((made + 1))
        case $got in
        0) ;;
        98) openssl=$((openssl + 1)) ;;
        "$HARM") harmful=$((harmful + 1)) ;;
        *) echo "$scene: $what $kind $n: the look at it fails with $got" && return 1 ;;
        esac
        [ $harmful -lt 20 ] || break
    done <"$room/list"
    echo "$1: $made faults of $(wc -l <"$room/list")$([ $openssl -eq 0 ] || echo ", $openssl of them crash OpenSSL"), $harmful harmful"
    [ $harmful -eq 0 ]
}

# Passes lines on as they come, and then says the sum.
sum_of() { # MODE
    local line made=0 harmful=0
    while IFS= read -r line; do
        printf '%s\n' "$line"
        [[ $line =~ ^[a-z]+:\ ([0-9]+)\ faults\ of\ .*\ ([0-9]+)\ harmful$ ]] || continue
        made=$((made + BASH_REMATCH[1])) harmful=$((harmful + BASH_REMATCH[2]))
    done
    echo "$1: $made faults, $harmful harmful"
}

# Each scene in a process of its own, and the sum.
sweep_all() { # SCENE...
    desk=$(mktemp -d)
    export desk
    trap 'rm -rf "$desk"' EXIT
    [ "$mode" != memory ] || (cd "$desk" && desk_set >log 2>&1 && : >is_set) || { cat "$desk/log" && exit 2; }
    printf '%s\n' "$@" | xargs -P "${JOBS-1}" -n 1 "$0" "$mode" "$every" | sum_of "$mode"
}

case $mode in
calls) scenes=${WRITE/ guard/} ;;
memory) scenes="$WRITE $PLAIN $NET" ;;
programs)
    for scene in $WRITE $PLAIN $NET; do program_of "$scene"; done | sort -u
    exit
    ;;
*) echo 'faults.sh: calls or memory?' >&2 && exit 2 ;;
esac
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- $scenes
if [ $# -gt 1 ]; then
    sweep_all "$@" || exit 1
    exit
fi
mode=${mode%s}
traced=$(tr ' ' , <<<"$CALLS")
RANDOM=$(cksum <<<"$1" | cut -c 1-4)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
: "${desk:=$room/desk}"
mkdir -p "$desk"
(sweep "$1")
