#!/usr/bin/env bash
# faults.sh calls|memory EVERY [SCENE...]: SQLite's loop. Fails the Nth system call (or allocation) of a run, N = 1,
# 2, 3 … until nothing is left to fail, and after each looks at everything. Of all these faults it makes every
# EVERYth: 1 is all of them. Ends with the number that it made; a fault that does harm is told with its place, and
# then the status is 1.
#
# calls   each of $CALLS fails with EIO, ENOSPC, EINTR, or the process is killed in its place (strace -e inject)
# memory  malloc and its kin give NULL once, or from then on (a preloaded shim)
#
# A scene is a program at its usual work, in a folder of its own: SCENE_set makes the folder once, SCENE_run does the
# work with "$@" in front of the program, and SCENE_seen says what must hold afterwards. $BIN has the programs.
set -euo pipefail
export LC_ALL=C
unset LEDGER NAMES

mode=$1 every=$2
shift 2
PATH=$BIN:$PATH
CALLS='write pwrite64 fsync fdatasync rename openat ftruncate flock fcntl pread64 read'
PLAIN='show init chain balance audit judge mine names make sign select announce'
KINDS='error=EIO error=ENOSPC error=EINTR signal=KILL'

# --- What scenes share -------------------------------------------------------------------------------------

wrong() { # WORDS...
    echo "$place: $*"
    sed "s/^/    /" told
    exit 1
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

append_set() {
    chain
    payments alice 2 bob >txs
    mine -l ledger -m bob -T 1700000100 <txs >block
    cp ledger whole
    ledger-append -q whole <block
    mine -l whole -m miner -T 1700000200 </dev/null >>block
    cat ledger block >whole
    ledger-append whole </dev/null
    ledger-append ledger </dev/null
    cp ledger base
    ledger-balance -l whole >balances
    verify -q whole
    : >torn
    product=ledger
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
    txpool -l ledger pool <txs >again 2>>told || wrong 'the next run does not go on'
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
    "$@" peerbook -T 1700000200 peers <new >passed 2>told
}

book_seen() {
    ended_well peerbook
    all_in passed peers 'what was passed on'
    all_in old peers 'what was in the book'
    [ "$status" -ne 0 ] || same peers want 'status 0'
    peerbook -T 1700000200 peers <new >/dev/null 2>>told || wrong 'the next run does not go on'
    same peers want 'after the next run'
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

# Programs that read and print: each works on what `append` and `pool` are set with.
plain_of() { # PROGRAM: its usual work
    case $1 in
    show) echo 'keygen -y alice.key' ;;
    init) echo 'ledger-init -n easy -T 1700000000 -e 0 -t f alice 1000000 bob 1000' ;;
    chain) echo 'ledger-chain ledger' ;;
    balance) echo 'ledger-balance -l ledger alice bob' ;;
    audit) echo 'verify -j 1 whole' ;;
    judge) echo 'verify -j 1 -l ledger block' ;;
    mine) echo 'mine -j 1 -l ledger -m bob -T 1700000100' ;;
    names) echo 'names txs' ;;
    make) echo 'txmake -l ledger -f alice bob 5 lunch' ;;
    sign) echo 'txsign -k alice.key unsigned' ;;
    select) echo 'txpool -l ledger -s pool' ;;
    announce) echo 'peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 -l ledger' ;;
    esac
}

plain_set() { # PROGRAM
    append_set
    txpool -l ledger pool <txs
    sed 's/ [^ ]*$//' txs >unsigned
    "$1_run" >want
}

plain_run() { # PROGRAM PREFIX...
    local command
    read -ra command <<<"$(plain_of "$1")"
    "${@:2}" "${command[@]}" <txs >passed 2>told
}

plain_seen() { # PROGRAM
    local command
    read -ra command <<<"$(plain_of "$1")"
    ended_well "${command[0]}"
    [ "$status" -ne 0 ] || same passed want 'status 0'
    cmp -s -n "$(wc -c <passed)" passed want || wrong 'what it printed is not the beginning of what it should'
    "$1_run" 2>>told || wrong 'the next run does not go on'
    same passed want 'after the next run'
}

for scene in $PLAIN; do
    eval "${scene}_set() { plain_set $scene && cp passed want; }
        ${scene}_run() { plain_run $scene \"\$@\"; }
        ${scene}_seen() { plain_seen $scene; }"
done

# Runs the work without the Nth allocation, or, with `on`, without any from there.
without() { # SCENE KIND N
    local variables=("LD_PRELOAD=$BIN/.t/failalloc.so" "FAILALLOC_AT=$3" "FAILALLOC_SUM=$room/sum")
    [ "$2" != on ] || variables+=(FAILALLOC_ON=1)
    status=0
    { "$1_run" timeout 20 env "${variables[@]}" || status=$?; } 2>/dev/null
}

memorys_of() { # SCENE: lines SCENE memory KIND N
    fresh
    without "$1" once 0
    for kind in once on; do
        seq -f "$1 memory $kind %g" "$(cat "$room/sum")"
    done
}

try_memory() { # SCENE memory KIND N
    without "$1" "$3" "$4"
    [ "$status" -ne 124 ] || wrong 'it hangs'
    "$1_seen"
}

# --- The loop ----------------------------------------------------------------------------------------------

fresh() {
    rm -rf "$room/run"
    cp -r "$room/set" "$room/run"
    cd "$room/run"
}

sweep() { # SCENE: prints how many faults were made
    local product='' made=0 openssl=0 turn=$((RANDOM % every))
    mkdir "$room/set"
    cd "$room/set"
    "$1_set" >"$room/log" 2>&1 || { cat "$room/log" && return 1; }
    "${mode}s_of" "$1" >"$room/list"
    while read -r scene what kind n; do
        turn=$((turn + 1))
        [ $((turn % every)) -eq 0 ] || continue
        place="$scene: $what $kind $n"
        fresh
        "try_$mode" "$scene" "$what" "$kind" "$n"
        made=$((made + 1))
        [ "$status" -ne 98 ] || openssl=$((openssl + 1))
    done <"$room/list"
    echo "$1: $made faults of $(wc -l <"$room/list")$([ $openssl -eq 0 ] || echo ", $openssl of them crash OpenSSL")"
}

plain=''
case $mode in
calls) mode=call ;;
memory) plain=$PLAIN ;;
*) echo 'faults.sh: calls or memory?' >&2 && exit 2 ;;
esac
traced=$(tr ' ' , <<<"$CALLS")
# shellcheck disable=SC2086 # a list of names
[ $# -gt 0 ] || set -- append torn new pool repool keygen book ${plain}
RANDOM=1
for scene; do
    room=$(mktemp -d)
    trap 'rm -rf "$room"' EXIT
    ( sweep "$scene" )
    rm -rf "$room"
done
