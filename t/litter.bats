load lib/common

# What a program that was refused leaves behind: nothing. And what it does when files may not grow.

ZERO=$(printf %064d 0)
ONE=$(printf %064d 1)

setup() {
    fresh_folder
    cp "$VECTORS/cases/small.ledger" ledger
}

# Every program that opens a ledger, as it reads the one in FILE.
readers() { # FILE
    printf '%s\n' "ledger-balance -l $1" "ledger-chain $1" "ledger-history -l $1 $ONE" "verify -u -l $1" \
        "ledger-export -l $1" "ledger-graph $1" "txmake -l $1 -f $ONE $ZERO 1" "ledger-watch -1 $1" \
        "txpool -l $1 pool" "txpool -s -l $1 pool" "mine -l $1 -n 1 -m $ONE" "ledger-proof -l $1 $ONE" \
        "ledger-checkpoint -l $1 -k none.key" "gossip-send -L $1 -p -t 0 127.0.0.1:1" \
        "ledger-pull -l $1 -p -t 1 127.0.0.1:1" "peerbook -l $1 peers"
}

@test "a file that is no ledger has no index afterwards" {
    local file command
    echo 'dear diary' >text
    head -c 3000 /dev/zero >zeros
    keygen -s x alice >names
    cp "$VECTORS/bad/crlf.ledger" "$VECTORS/bad/no-genesis.ledger" .
    for file in text zeros alice.key crlf.ledger no-genesis.ledger; do
        while read -r command; do
            # shellcheck disable=SC2086 # words
            run_apart $command </dev/null
            [ "$status" -eq 0 ] || [ -s "$err" ]
            ls >now
            ! grep "^$file\\." now
        done < <(readers "$file" && printf '%s\n' "ledger-append -q $file" "ledger-append -p $file")
    done
}

@test "a ledger that is damaged later keeps the index that it had" {
    ledger-chain -t ledger >tip
    [ -e ledger.index ]
    sed -i 's/^tx /tz /' ledger
    expect 1 ledger-chain ledger
    [ -e ledger.index ]
}

@test "files that may not grow: readers do without an index, in silence" {
    local command blocks
    ulimit -c 0
    # shellcheck disable=SC2086 # words
    while read -r command; do
        rm -f ledger.*
        run_apart $command </dev/null
        [ "$status" -ne 2 ] || continue # what asks for more than there is here
        local right=$status
        cp "$out" right
        for blocks in 0 4 40 100; do
            rm -f ledger.* pool
            { (ulimit -f "$blocks" && exec $command </dev/null 2>/dev/null) || echo "status $?" >&2; } 2>told | cat >got
            [ "$right" -eq 0 ] || grep -qx "status $right" told
            [ "$right" -ne 0 ] || [ ! -s told ]
            cmp got right || { echo "$blocks: $command" && return 1; }
        done
    done < <(readers ledger | grep -v -e '^gossip' -e '^ledger-pull' -e '^mine' -e '^txpool' -e '^peerbook')
}

@test "a full disk: readers do without an index" {
    unshare -m true 2>/dev/null || skip 'no file system can be mounted here'
    mkdir small
    ledger-balance -l ledger >right
    rm -f ledger.*
    local size
    for size in 16 32 64 96; do
        # shellcheck disable=SC2016 # for the shell inside
        unshare -m sh -ec 'mount -t tmpfs -o size="$1"k none small && cp ledger small && ledger-balance -l small/ledger' \
            - "$size" >got
        cmp got right
    done
}

@test "keygen: a key whose line cannot be printed is not made, and the next try makes it" {
    expect 2 sh -c 'keygen alice >/dev/full'
    says '^keygen: stdout: No space left on device: nothing was made$'
    [ ! -e alice.key ]
    [ ! -e alice.pub ]
    expect 2 sh -c 'keygen alice >&-'
    [ ! -e alice.key ]
    expect 0 keygen alice
    [ "$(cat alice.pub)" = "$(cat "$out")" ]
}

@test "--help and --version on a full disk say so, in every program" {
    local program option
    for program in "$BIN"/*; do
        [ -f "$program" ] || continue
        for option in --help --version; do
            # shellcheck disable=SC2016 # for the shell inside
            expect 2 sh -c '"$1" "$2" >/dev/full' - "$program" "$option"
            [ -s "$err" ] || { echo "${program##*/} $option says nothing" && return 1; }
        done
    done
}
