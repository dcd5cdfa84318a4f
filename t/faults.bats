# bats file_tags=long
load lib/common
load lib/ledger

# Whatever the system refuses, and whenever: the status is honest, what was passed on is there, and the next run
# goes on. The long ones are a sample of what `make faults` goes through (t/lib/faults.sh).

# bats test_tags=thorough
@test "system calls that fail, are interrupted, or are the last" {
    can_inject
    "$ROOT/t/lib/faults.sh" calls 101
}

# bats test_tags=thorough
@test "memory that runs out, once or for good" {
    plain_only
    "$ROOT/t/lib/faults.sh" memory 67
}

@test "every program has its turn where memory runs out" {
    "$ROOT/t/lib/faults.sh" programs | diff - <(cd "$ROOT/src/cmd" && printf '%s\n' *.c | sed 's/\.c$//' | sort)
}

# bats test_tags=thorough
@test "what does harm is found" {
    can_inject
    mkdir broken
    ln -s "$BIN"/* "$BIN/.t" broken/
    # one that does not sync, and one that says nothing of what went wrong
    rm broken/keygen broken/peerbook
    # shellcheck disable=SC2016 # for the scripts
    printf '%s\n' '#!/bin/sh' '[ "$1" = -T ] || exec '"$BIN"'/peerbook "$@"' 'tee -a peers' >broken/peerbook
    # shellcheck disable=SC2016
    printf '%s\n' '#!/bin/sh' "$BIN"'/keygen "$@" || exit 1' >broken/keygen
    chmod +x broken/keygen broken/peerbook
    BIN=$PWD/broken expect 1 "$ROOT/t/lib/faults.sh" calls 1 book
    grep -q '^book: ' "$out"
    BIN=$PWD/broken expect 1 "$ROOT/t/lib/faults.sh" calls 1 keygen
    grep -q '^keygen: ' "$out"
}

# A file system of so many kilobytes at `small`, in a namespace of its own: in_small KB SHELL-COMMANDS.
in_small() {
    mkdir -p small
    unshare -m sh -ec "mount -t tmpfs -o size=${1}k none small && $2"
}

can_mount() {
    unshare -m sh -c "mount -t tmpfs none '$PWD'" 2>/dev/null || skip 'cannot mount here'
}

@test "a full file system: ledger-append, txpool, peerbook and keygen" {
    can_mount
    easy_chain
    seq 40 | sed 's/.*/bob 1 &/' | paid alice ledger >txs
    mined_with ledger 30 alice <txs >chain
    ledger-append </dev/null
    for room in 4 8 12 20 40 80 100 120 140; do
        # shellcheck disable=SC2016 # for the other shell
        in_small $room 'cp genesis small/led || exit 0
            status=0
            ledger-append small/led <chain >passed 2>told || status=$?
            cp small/led led
            echo $status >status'
        status=$(cat status)
        [ "$status" -eq 0 ] || { [ "$status" -eq 2 ] && grep -Eq '^ledger-append: .*small/led[^ ]*: .*(No space left|full)' told; }
        [ -z "$(comm -23 <(sort passed) <(sort led))" ]
        rm -f led.*
        expect 0 ledger-append led <chain
        cat genesis chain | cmp - led
    done
    for room in 4 8 12 16; do
        # shellcheck disable=SC2016
        in_small $room 'status=0
            txpool -l ledger small/pool <txs >passed 2>told || status=$?
            cp small/pool pool
            echo $status >status'
        status=$(cat status)
        [ "$status" -eq 0 ] || { [ "$status" -eq 2 ] && grep -q '^txpool: small/pool: No space left' told; }
        [ -z "$(comm -23 <(sort passed) <(sort pool))" ]
        expect 0 txpool -l ledger pool <txs
        cmp txs pool
    done
    # shellcheck disable=SC2016
    in_small 4 'head -c 4096 /dev/zero >small/x
        status=0
        keygen small/key >passed 2>told || status=$?
        [ $status -eq 2 ] && [ ! -s passed ] && [ ! -e small/key.key ] && [ ! -e small/key.pub ]'
    grep -q '^keygen: small/key.key: cannot write it: No space left on device' told
    peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 >alice
    peerbook -a 192.0.2.2:7000 -k bob.key -T 1700000000 >bob
    # shellcheck disable=SC2016
    in_small 8 'cp alice small/peers && head -c 4096 /dev/zero >small/x
        status=0
        peerbook -o 192.0.2.1:1 -T 1700000000 small/peers <bob >passed 2>told || status=$?
        [ $status -eq 2 ] && [ ! -s passed ] && cmp alice small/peers && [ ! -e small/peers.tmp ]'
    grep -q '^peerbook: small/peers: No space left on device' told
}

@test "a file size limit: txpool, peerbook and keygen" {
    easy_chain
    seq 8 | sed 's/.*/bob 1 &/' | paid alice ledger >txs
    ledger-chain -t >/dev/null
    status=0
    (trap '' XFSZ && ulimit -c 0 -f 1 && exec txpool -l ledger pool <txs) >passed 2>told || status=$?
    [ "$status" -eq 2 ]
    grep -q '^txpool: ' told
    [ ! -e pool ] || [ -z "$(comm -23 <(sort passed) <(sort pool))" ]
    expect 0 txpool -l ledger pool <txs
    cmp txs pool
    for program in 'keygen key' 'peerbook -o 192.0.2.1:1 -T 1700000000 peers'; do
        status=0
        peerbook -a 192.0.2.1:7000 -k alice.key -T 1700000000 >in
        # shellcheck disable=SC2086 # words
        (trap '' XFSZ && ulimit -c 0 -f 0 && exec $program <in) >/dev/full 2>told || status=$?
        [ "$status" -eq 2 ]
    done
    [ ! -e key.key ] && [ ! -e key.pub ]
}
