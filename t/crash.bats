load lib/common
load lib/ledger

# Whatever ends ledger-append, and whenever: the next start finds the last whole block, keeps what is torn in
# LEDGER.torn, and goes on. What was passed on is in the ledger.

# A ledger of three blocks, `ledger`; the one that comes, `block`, with two transactions; and one behind it, `next`.
crashing_chain() {
    easy_chain
    ledger-append -q <<<"$(mined ledger 2 alice)"
    seq 2 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 1 bob >block
    cp ledger whole && ledger-append -q whole <block
    mined whole 1 miner >next
}

# bats test_tags=thorough
@test "a block cut at any of its bytes is put aside, and the ledger goes on" {
    crashing_chain
    before=$(stat -c %s ledger) size=$(stat -c %s block)
    cp ledger.index index.before && cp whole.index index.after
    step=$(few 3 40)
    for ((cut = 1; cut < size; cut += step)); do
        rm -f led led.*
        head -c $((before + cut)) whole >led
        # the index may know of nothing, of all before, or of what has gone
        case $((cut / step % 3)) in
        1) cp index.before led.index ;;
        2) cp index.after led.index ;;
        esac
        expect 0 ledger-append led <block
        echo "ledger-append: led: $cut torn bytes moved to led.torn" | diff - "$err"
        head -c $cut block | cmp - led.torn
        cmp led whole
    done
    # the last byte alone is a newline: one record is torn until it is there
    [ "$cut" -ge "$size" ]
}

@test "readers leave a torn block out, and the file as it is" {
    crashing_chain
    for cut in 1 100 400; do
        { cat ledger && head -c $cut block; } >led
        cp led before
        for index in none made; do
            ledger-chain led | cmp - ledger
            diff <(ledger-balance -l ledger) <(ledger-balance -l led)
            expect 0 verify -l led next
            cmp "$out" next
            [ "$(mined led 1 alice | cut -d ' ' -f 2)" -eq 3 ]
            echo $index
        done
        cmp led before
        [ ! -e led.torn ]
        rm led.index
    done
}

@test "what is torn a second time comes behind the first" {
    crashing_chain
    for cut in 10 333; do
        head -c $cut block >>ledger
        expect 0 ledger-append <<<"$(mined ledger 1 alice)"
        says "^ledger-append: ledger: $cut torn bytes moved to ledger.torn"
        head -c $cut block >>want
        cmp want ledger.torn
    done
    verify -q ledger
}

@test "a start without a block mends, too" {
    crashing_chain
    cp ledger before
    head -c 100 block >>ledger
    expect 0 ledger-append </dev/null
    says '^ledger-append: ledger: 100 torn bytes moved to ledger.torn$'
    cmp ledger before
    head -c 100 block | cmp - ledger.torn
}

@test "a tail of zeros, as a crash of the machine leaves, is put aside" {
    crashing_chain
    for zeros in 1 100 5000 200000; do
        rm -f led led.*
        { cat ledger && head -c $zeros /dev/zero; } >led
        cp led before
        # the index is as it was before the crash
        cp ledger.index led.index
        ledger-chain led | cmp - ledger
        cmp led before
        expect 0 ledger-append led <block
        says "^ledger-append: led: $zeros torn bytes moved to led.torn"
        cmp led whole
        head -c $zeros /dev/zero | cmp - led.torn
    done
    # half a block, and zeros where its pages should be
    rm -f led led.*
    { cat ledger && head -c 200 block && head -c 4000 /dev/zero && tail -c 300 block; } >led
    cp ledger.index led.index
    expect 0 ledger-append led <block
    cmp led whole
    [ "$(stat -c %s led.torn)" -eq 4500 ]
}

@test "a torn genesis is put aside" {
    easy_chain
    for cut in 1 100 300 485; do
        rm -f led led.*
        head -c $cut genesis >led
        expect 1 ledger-chain led
        says '^ledger-chain: led:[0-9]+: '
        expect 0 ledger-append led <genesis
        cmp led genesis
        head -c $cut genesis | cmp - led.torn
    done
}

@test "torn bytes that cannot be put aside stay" {
    crashing_chain
    head -c 100 block >>ledger
    cp ledger before
    mkdir ledger.torn
    expect 2 ledger-append <block
    says 'ledger.torn: Is a directory'
    cmp ledger before
    rmdir ledger.torn
    expect 0 ledger-append <block
    cmp ledger whole
}

@test "killed at any moment, it has every block that it has passed on" {
    easy_chain
    mined ledger 1500 alice >chain
    RANDOM=1
    kills=$(few 40 6)
    for ((i = 0; i < kills; i++)); do
        # the blocks come in small pieces, in a process of their own
        awk '{ print; if (NR % 3 == 0) fflush() }' chain 2>/dev/null |
            { exec ledger-append 2>>told 3>&-; } >passed &
        pid=$!
        sleep "0.$(printf %03d $((RANDOM % 80)))"
        kill -9 "$pid" 2>/dev/null || :
        wait "$pid" || :
        # a reader may come before the next start
        [ $((i % 2)) -eq 0 ] || { ledger-chain >/dev/null && ledger-balance >/dev/null; }
        # its last line may be half written
        grep -v '^[^ ]*$' passed | head -n -1 | sort >had
        [ -z "$(comm -23 had <(sort ledger))" ]
    done
    expect 0 ledger-append <chain
    cat genesis chain | cmp - ledger
    verify -q ledger
    ledger-chain | cmp - ledger
    echo "account $ALICE $((1000000 + 50 * 1500)) 0" | diff - <(ledger-balance)
}

@test "a file size limit leaves the ledger whole" {
    easy_chain
    seq 40 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 30 alice >chain
    for limit in 1 2 8 16 30 60 100; do
        for signal in default ignored; do
            rm -f led led.*
            cp genesis led
            status=0
            (
                [ $signal = default ] || trap '' XFSZ
                ulimit -c 0 -f $limit
                exec ledger-append led <chain
            ) >passed 2>told || status=$?
            [ "$status" -ne 1 ]
            [ $limit -lt 60 ] || echo "limit $limit $signal: $status"
            [ -z "$(comm -23 <(sort passed) <(sort led))" ]
            [ $signal = default ] || [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
            if [ "$status" -eq 2 ]; then
                verify -q led # it took its bytes back
                grep -q '^ledger-append: ' told
            fi
            expect 0 ledger-append led <chain
            cat genesis chain | cmp - led
        done
    done
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
}

@test "a block is synced before it is passed on" {
    can_inject
    easy_chain
    mined ledger 1 alice >block
    ledger-append </dev/null # what readers alone have seen of the file is synced first
    strace -f -o trace -e trace=openat,pwrite64,write,fsync,fdatasync ledger-append <block >passed
    fd=$(sed -n 's/.*openat(.*"ledger", O_RDWR.*= \([0-9]*\)$/\1/p' trace | tail -n 1)
    # pwrite64(fd, "block..., fdatasync(fd), write(1, "block...: in this order
    grep -nE "pwrite64\($fd, \"block|(fdatasync|fsync)\($fd\)|write\(1, \"block" trace >order
    sed 's/.*\(pwrite64\|sync\|write\)(\([0-9]*\).*/\1 \2/' order >short
    diff short - <<END
pwrite64 $fd
sync $fd
write 1
END
    # and a new file's name, too
    strace -f -o trace -e trace=openat,fsync,write ledger-append new <genesis >passed
    folder=$(sed -n 's/.*openat(AT_FDCWD, "\.", O_RDONLY.*O_DIRECTORY.*= \([0-9]*\)$/\1/p' trace | tail -n 1)
    synced=$(grep -n "fsync($folder)" trace | tail -n 1 | cut -d : -f 1)
    passed=$(grep -n 'write(1, "block' trace | cut -d : -f 1)
    [ "$synced" -lt "$passed" ]
}

# Whether the last line written to the pool has been synced.
pool_is_synced() {
    awk '/pwrite64\([0-9]+, "tx / { written = NR }
        /(fdatasync|fsync)\(/ { synced = NR }
        END { exit !(written && written < synced) }' trace
}

@test "a pool is synced when nothing more arrives, and at its end" {
    can_inject
    easy_chain
    for n in 0 1 2; do txmake -s $n -f alice bob 1 | txsign -k alice.key; done >payments
    mkfifo in
    strace -f -o trace -e trace=pwrite64,fsync,fdatasync txpool -i 0 pool <in >passed &
    exec 9>in
    head -n 1 payments >&9
    eventually pool_is_synced
    tail -n +2 payments >&9
    exec 9>&-
    wait "$!"
    cmp passed payments
    pool_is_synced
}

# Fails the Nth call of this kind, N = 1, 2, 3 … (the first few are the loader's own) until a run does not come so far: it must end with 2, and
# leave a whole ledger from which the next start goes on.
nth_call_fails() { # CALL ERROR STEP [FIRST]
    local n status
    for ((n = ${4-1}; n < 200; n += $3)); do
        rm -rf led led.*
        cp ledger led && cp ledger.index led.index
        [ -z "${TORN-}" ] || head -c "$TORN" block >>led
        status=0
        strace -f -o trace -e trace="$1" -e "inject=$1:error=$2:when=$n" ledger-append led <block >passed 2>told || status=$?
        # what was passed on is there
        [ ! -s passed ] || cmp passed block
        if [ -s passed ]; then cmp led whole; fi
        if [ "$status" -ne 0 ]; then
            [ "$status" -eq 2 ]
            grep -q '^ledger-append: ' told
        fi
        expect 0 ledger-append led <block
        cmp led whole
        diff <(ledger-balance -l whole) <(ledger-balance -l led)
        grep -q INJECTED trace || return 0
    done
}

@test "any write or sync that fails leaves a ledger that goes on" {
    can_inject
    crashing_chain
    nth_call_fails fdatasync EIO 1
    nth_call_fails fsync EIO 1
    nth_call_fails pwrite64 ENOSPC 1
    nth_call_fails pwrite64 EIO 4
    nth_call_fails flock EINTR 1
    nth_call_fails pread64 EIO 3 4
}

@test "and so while torn bytes are put aside" {
    can_inject
    crashing_chain
    TORN=100
    nth_call_fails fsync EIO 1
    nth_call_fails ftruncate EIO 1
    nth_call_fails write ENOSPC 1
    nth_call_fails fdatasync EIO 1
}

@test "the first sync that fails is told and takes the block back" {
    can_inject
    crashing_chain
    cp ledger before
    expect 2 strace -f -o trace -e trace=fdatasync -e inject=fdatasync:error=EIO:when=1 ledger-append <block
    says '^ledger-append: ledger: Input/output error'
    [ ! -s "$out" ]
    cmp ledger before
    expect 2 strace -f -o trace -P ledger -e trace=pwrite64 -e inject=pwrite64:error=ENOSPC:when=1 ledger-append <block
    says '^ledger-append: ledger: No space left'
    [ ! -s "$out" ]
    cmp ledger before
}
