# shellcheck disable=SC2094 # -a reads the file that its output is appended to
load lib/common

# poh: a stream with a chain of hashes in it, made and checked.

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    unset PEERUTILS_POH_KERNEL
}

# Five records, ten steps after each: ticks are the lines 1, 3, 5, ...
five() {
    printf 'note %s\n' a b c d e | poh -e 10
}

# wrong LINE TEXT: the stream on stdin is wrong there, for this reason, whatever number of threads checks it.
wrong() {
    cat >given
    for threads in 1 3; do
        expect 1 poh -cj "$threads" given
        [ ! -s "$out" ]
        diff <(echo "given:$1: $2") "$err"
    done
    expect 1 poh -c <given
    says "^stdin:$1: "
}

sha() {
    sha256sum | cut -d ' ' -f 1
}

ticks() { # FILE
    grep -c '^tick ' "$1" || :
}

has_ticks() { # COUNT FILE
    [ "$(ticks "$2")" -ge "$1" ]
}

@test "every kernel does the steps that hashing the digits does" {
    timeout 300 "$BIN/.t/pohtest"
    "$BIN/.t/pohtest" names >kernels
    cat kernels
    grep -qx 'portable usable' kernels
    five >want
    while read -r kernel usable; do
        [ "$usable" = usable ] || continue
        PEERUTILS_POH_KERNEL=$kernel five | diff want -
        PEERUTILS_POH_KERNEL=$kernel poh -cq want
        PEERUTILS_POH_KERNEL=$kernel expect 0 poh -cqv want
        says "^poh: kernel $kernel\$"
    done <kernels
    PEERUTILS_POH_KERNEL=abacus expect 2 poh </dev/null
    says "^poh: PEERUTILS_POH_KERNEL: no kernel 'abacus'\$"
}

@test "on older processors, kernels that they cannot run are not used" {
    need_processors
    on Nehalem "$BIN/.t/pohtest" names 2>qemu.said | grep ' usable$' | cut -d ' ' -f 1 | diff - <(echo portable)
    on Haswell "$BIN/.t/pohtest" names 2>qemu.said | grep ' usable$' | cut -d ' ' -f 1 |
        diff - <(printf '%s\n' avx2 bmi2 portable)
    on Haswell "$BIN/.t/pohtest" 2>qemu.said
    PEERUTILS_POH_KERNEL=avx2 expect 2 on Nehalem "$BIN/poh" </dev/null
    says "^poh: PEERUTILS_POH_KERNEL: this processor cannot run 'avx2'\$"
}

@test "the lines, by hand with sha256sum" {
    seed=$(echo x | sha)
    printf 'note %s\n' a b | poh -e 2 -s "$seed" >got
    {
        hash=$seed count=0
        echo "tick $count $hash"
        for note in a b; do
            echo "note $note"
            hash=$(printf '%s %s' "$hash" "$(printf 'note %s' "$note" | sha)" | sha)
            hash=$(printf %s "$hash" | sha)
            hash=$(printf %s "$hash" | sha)
            count=$((count + 3))
            echo "tick $count $hash"
        done
    } | diff - got
    expect 0 poh -c got
    grep -Eqx 'stamped 0\.000 s: 6 hashes, 3 ticks, 2 records \([0-9]+ hashes a second here\)' "$out"
    expect 0 poh -c -s "$seed" got
    expect 1 poh -c -s "$(printf %064d 0)" got
    says "^got:1: tick: another beginning than 'tick 0 SEED'\$"
}

@test "a stream without records, and none at all" {
    poh </dev/null >got
    [ "$(head -n 1 got)" = "tick 0 $(printf %064d 0)" ]
    poh -cq got
    wrong 1 'not stamped: the first line must be a tick' <<<'note a'
    expect 1 poh -c </dev/null
    says '^stdin: not stamped: there is no tick$'
}

@test "whatever is changed, taken out, put in or moved is found, and the first such line is named" {
    five >whole
    poh -c whole
    local steps='tick: not the hash that 10 steps give'
    sed '6s/c/x/' whole | wrong 7 "$steps"
    sed '7s/[0-9a-f]$/x/' whole | wrong 7 "tick: hash: '$(sed -n 7p whole | cut -d ' ' -f 3 | cut -c 1-63)x' is not 64 lowercase hex digits"
    sed '7s/0$/1/; 7s/[2-9a-f]$/0/; 7s/1$/2/' whole | wrong 7 "$steps"
    sed '6d' whole | wrong 6 'tick: not the hash that 11 steps give'
    sed '6s/.*/&\n&/' whole | wrong 8 'tick: not the hash that 9 steps give'
    sed '2s/a/b/; 4s/b/a/' whole | wrong 3 "$steps"
    sed '9s/.*/note/; 11s/tick \([0-9]*\)/tick 9/' whole | wrong 11 'tick: count 9, after 36 hashes'
    sed '10s/x*$/y/; 3s/tick 11/tick 12/' whole | wrong 3 'tick: not the hash that 11 steps give'
    sed '3s/tick 11/tick 100000012/' whole | wrong 3 'tick: 100000011 steps after the tick before it, over 100000000'
    sed '3s/ / 1 /' whole | wrong 3 "tick: not of the form 'tick COUNT HASH'"
    sed '3s/tick 11/tick 011/' whole | wrong 3 "tick: count: '011' is not a number from 0 to 2^63-1 without sign or leading zero"
    sed '$d' whole | wrong 10 'cut off: no tick after the last 1 record'
    sed '1d' whole | wrong 1 'not stamped: the first line must be a tick'
    sed '4s/.*/note  b/' whole | wrong 4 'line: fields are split by exactly one space (column 6)'
    { cat whole && printf 'note z'; } | wrong 12 'line: torn: the last line has no newline'
    # taking out a whole stretch at an end is another stream, which is right
    sed 1,4d whole | poh -cq
    head -n 5 whole | poh -cq
}

# bats test_tags=threads
@test "a tick that a later record cannot hide: streams with many, checked side by side" {
    seq 300 | sed 's/^/note /' | poh -e 7 >whole
    poh -cq whole
    for line in 3 99 301 580; do
        tick=$((line / 2 * 2 + 1))
        sed "$((tick - 1))s/\$/0/; 590s/\$/0/" whole | wrong "$tick" 'tick: not the hash that 7 steps give'
    done
}

# bats test_tags=threads
@test "while no record arrives ticks go on, and a record is there at once" {
    mkfifo in
    poh -n 1000 <in >got &
    exec 8>in
    eventually has_ticks 4 got
    echo note a >&8
    eventually grep -qx 'note a' got
    before=$(ticks got)
    eventually has_ticks $((before + 3)) got
    exec 8>&-
    wait $!
    expect 0 poh -c got
    grep -q ', 1 records ' "$out"
    awk '$1 == "tick" { if (NR > 1 && $2 - last > 1001) exit 1; last = $2 }' got
    tail -n 1 got | grep -q ^tick
}

@test "-t: a tick when the time is up, though few steps are done" {
    mkfifo in
    poh -n 100000000 -t 1 <in >got &
    exec 8>in
    eventually has_ticks 2 got
    exec 8>&-
    wait $!
    [ "$(sed -n 2p got | cut -d ' ' -f 2)" -lt 100000000 ]
}

@test "a wrong tick ends the check while the pipe is open" {
    mkfifo in
    poh -c <in 2>said 3>&- &
    exec 8>in
    five | sed '4s/b/x/' >&8
    status=0
    wait $! || status=$?
    exec 8>&-
    [ "$status" -eq 1 ]
    grep -q '^stdin:5: tick: ' said
}

@test "a block is one record: its body stays with it, and counts by its root" {
    file=$VECTORS/good/genesis.ledger
    { echo note a && cat "$file" && echo note b; } | poh -e 5 >got
    [ "$(ticks got)" -eq 4 ]
    grep -v ^tick got | diff - <(echo note a && cat "$file" && echo note b)
    expect 0 poh -c got
    grep -q ', 3 records ' "$out"
    # its id is that of its header
    hash=$(sed -n 3p got | cut -d ' ' -f 3)
    hash=$(printf '%s %s' "$hash" "$(head -n 1 "$file" | tr -d '\n' | sha)" | sha)
    for _ in 1 2 3 4 5; do hash=$(printf %s "$hash" | sha); done
    grep -qx "tick 12 $hash" got
    line=$(grep -n '^grant' got | head -n 1 | cut -d : -f 1)
    expect 1 poh -c <(sed "${line}s/.\$/9/" got)
    says ': block: '
    expect 1 poh -e 5 < <(sed '$d' "$file")
    [ "$(wc -l <"$out")" -eq 1 ]
}

@test "what is no record, or a tick already, is left out with a word" {
    printf '%s\n' 'note a' 'note  b' "tick 0 $(printf %064d 0)" '-----BEGIN PRIVATE KEY-----' 'note c' >mixed
    printf 'note d' >>mixed
    expect 1 poh -e 4 <mixed
    cp "$out" got
    grep -v ^tick got | diff - <(printf 'note %s\n' a c)
    cut -d : -f 1,2 "$err" | diff - <(printf 'stdin:%s\n' 2 3 4 6)
    says "^stdin:3: tick: already stamped"
    poh -cq got
    expect 1 poh < <(head -c 70000 /dev/zero | tr '\0' x && echo)
    says '^stdin:1: '
}

# Whether it ended with a tick after the record, which no count and no time called for.
ends_with_tick() { # SIGNAL
    rm -f in
    mkfifo in
    poh -n 100000000 -t 86400 <in >got 3>&- &
    exec 8>in
    echo note a >&8
    eventually grep -qx 'note a' got
    kill -s "$1" $!
    status=0
    wait $! || status=$?
    exec 8>&-
    [ "$status" -eq $((128 + $(kill -l "$1"))) ] || return 2
    [ "$(tail -n 1 got | cut -d ' ' -f 1)" = tick ]
}

@test "a signal ends it with a last tick; what was killed can be gone on with" {
    for signal in TERM HUP; do
        for _ in {1..100}; do # on a busy machine it may not end in time to write it
            result=0
            ends_with_tick $signal || result=$?
            [ "$result" -eq 1 ] || break
        done
        [ "$result" -eq 0 ]
        poh -cq got
    done
    echo note killed >>got
    expect 1 poh -c got
    expect 0 poh -e 3 -a got <<<'note b'
    cat "$out" >>got
    poh -cq got
    tail -n 4 got | cut -d ' ' -f 1 | diff - <(printf '%s\n' note tick note tick)
}

@test "-a: one chain through many runs; what is no stamped file is refused" {
    : >log
    for note in a b c; do echo "note $note" | poh -e 20 -a log >>log; done
    poh -cq log
    [ "$(tail -n 1 log | cut -d ' ' -f 2)" -eq 63 ]
    expect 2 poh -a none </dev/null
    says '^poh: none: cannot open: No such file'
    echo note >plain
    expect 2 poh -a plain </dev/null
    says '^plain:1: not stamped: the first line must be a tick$'
    printf tick >>log
    expect 2 poh -a log </dev/null
    says '^log:10: line: torn: '
    says '^poh: log: cannot go on after it$'
    echo "tick 9223372036854775800 $(printf %064d 0)" >late
    expect 2 poh -e 8 -a late <<<'note a'
    says '^poh: the count ends at 2\^63-1$'
}

@test "a full disk, a reader that has gone, a file that cannot be read" {
    five >whole
    expect 2 sh -c 'echo note a | poh -e 1 >/dev/full'
    says '^poh: '
    expect 2 sh -c 'poh </dev/null >/dev/full'
    expect 2 sh -c 'poh -c whole >/dev/full'
    poh -cq whole >/dev/full
    expect 2 poh -c none
    says '^poh: none: '
    expect 2 poh -c .
    expect 2 poh <.
    mkfifo in
    exec 8<>in
    timeout 300 poh -n 1000 <in | head -n 1 >first
    [ "${PIPESTATUS[0]}" -eq 141 ]
    exec 8>&-
    grep -q '^tick 0 ' first
}

@test "options that do not go together" {
    expect 2 poh -c -e 5
    says '^poh: -a, -n, -t and -e stamp: not with -c$'
    expect 2 poh -q
    says '^poh: -j and -q go with -c$'
    expect 2 poh -e 5 -n 5
    says '^poh: -e sets where the ticks are: not with -n or -t$'
    expect 2 poh -a x -s "$(printf %064d 0)"
    says '^poh: -a goes on with a chain that has begun: not with -s$'
    expect 2 poh -s 12
    says "^poh: -s: '12' is not a hash of 64 lowercase hex digits\$"
    expect 2 poh file
    says "^poh: 'file': no operand goes here\$"
}
