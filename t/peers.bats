load lib/common
load lib/ledger

# The peers file and addresses, as the programs that dial read them.

PEERSTEST=$BIN/.t/peerstest
KEY=$(printf %064d 7)

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    CHAIN=$(printf %064d 1)
}

said() { # WHO HOST:PORT TIME
    [ -e "$1.key" ] || keygen -s "$1" "$1" >made 2>&1
    peerbook -a "$2" -k "$1.key" -c "$CHAIN" -T "$3"
}

@test "records, addresses, addresses with a key; other lines are skipped" {
    { echo '# ours' && echo && echo 192.0.2.1:7001 && echo "[::1]:7002 $KEY" && said alice example.net:1 5; } >peers
    expect 0 "$PEERSTEST" read peers
    diff - "$out" <<END
192.0.2.1:7001 - - 0
[::1]:7002 $KEY - 0
example.net:1 $(account alice) announced 5
END
    expect 0 "$PEERSTEST" read gone
    [ ! -s "$out" ]
    # a last line may lack its newline, as editors leave it; but not a record
    printf 'a.example:1' >peers
    expect 0 "$PEERSTEST" read peers
    echo 'a.example:1 - - 0' | diff - "$out"
    printf %s "$(said alice example.net:1 5)" >peers
    expect 0 "$PEERSTEST" read peers
    echo 'broken: 1: line: torn: the last line has no newline' | diff - "$out"
}

@test "the newest record of a key counts; records of other chains do not" {
    {
        said alice a.example:1 5
        said bob b.example:1 5
        said alice a.example:2 7
        said alice a.example:3 6
        CHAIN=$(printf %064d 2) said alice a.example:4 9
    } >peers
    expect 0 "$PEERSTEST" read peers "$CHAIN"
    diff - "$out" <<END
a.example:2 $(account alice) announced 7
b.example:1 $(account bob) announced 5
END
    expect 0 "$PEERSTEST" read peers "$(printf %064d 2)"
    echo "a.example:4 $(account alice) announced 9" | diff - "$out"
    expect 0 "$PEERSTEST" read peers
    grep -q '^a.example:4 ' "$out"
}

@test "the first line of no known form is reported, and the others are used" {
    for bad in nonsense 'a.example:1 12' 'a.example:1  x' "a.example:1 $KEY x" a.example:0 'peer me' \
        "$(said alice a.example:1 5 | sed 's/a.example:1/a..example:1/')" ' a.example:1' $'a.example:1\r' \
        "$(printf 'x%.0s' {1..70000})"; do
        { echo a.example:1 && echo "$bad" && echo b.example:2 && echo worse; } >peers
        expect 0 "$PEERSTEST" read peers
        [ "$(head -n 2 "$out")" = "$(printf '%s - - 0\n' a.example:1 b.example:2)" ]
        [[ $(tail -n +3 "$out") == 'broken: 2: '* ]]
    done
    head -c 100000 /dev/urandom >peers
    expect 0 "$PEERSTEST" read peers
}

@test "if there are too many addresses, as many as fit are chosen at random" {
    seq 40000 | sed 's/^/10.0.0.1:/' >peers
    expect 0 "$PEERSTEST" read peers
    cp "$out" first
    [ "$(wc -l <first)" -eq 16384 ]
    [ "$(sort -u first | wc -l)" -eq 16384 ]
    # from all over the file: of each quarter, about a quarter
    for quarter in 0 1 2 3; do
        n=$(cut -d ' ' -f 1 first | cut -d : -f 2 | awk -v q=$quarter 'int(($1 - 1) / 10000) == q' | wc -l)
        [ "$n" -gt 3600 ] && [ "$n" -lt 4600 ]
    done
    expect 0 "$PEERSTEST" read peers
    refute cmp -s first "$out"
}

@test "something that is no file, or cannot be read, is trouble" {
    mkfifo fifo
    expect 2 timeout 300 "$PEERSTEST" read fifo
    echo 'trouble: fifo: not a regular file' | diff - "$out"
    expect 2 "$PEERSTEST" read .
}

@test "a target as an operand" {
    expect 0 "$PEERSTEST" target example.net:7001
    echo 'example.net:7001 - - 0' | diff - "$out"
    expect 0 "$PEERSTEST" target "$KEY@[::1]:1"
    echo "[::1]:1 $KEY - 0" | diff - "$out"
    for bad in '' @ "$KEY@" @a:1 x@a:1 "$KEY@a" "$KEY@a:0" "$KEY $KEY@a:1" "$KEY@$KEY@a:1" a:1@; do
        expect 1 "$PEERSTEST" target "$bad"
        [ -s "$out" ]
    done
}

@test "networks, and what is loopback" {
    while read -r address want; do
        expect 0 "$PEERSTEST" network "$address"
        [ "$(cat "$out")" = "$want" ] || { echo "$address: $(cat "$out")" && false; }
    done <<'END'
192.0.2.1:80 192.0.2.1:80 - 40000000000c000
192.0.255.255:81 192.0.255.255:81 - 40000000000c000
192.1.2.1:80 192.1.2.1:80 - 40000000000c001
0.0.0.0:0 0.0.0.0:0 - 400000000000000
127.0.0.1:1 127.0.0.1:1 loopback 400000000007f00
127.9.9.9:1 127.9.9.9:1 loopback 400000000007f09
128.0.0.1:1 128.0.0.1:1 - 400000000008000
[::ffff:127.0.0.1]:1 127.0.0.1:1 loopback 400000000007f00
[::ffff:192.0.2.1]:1 192.0.2.1:1 - 40000000000c000
[::1]:1 [::1]:1 loopback 600000000000000
[::2]:1 [::2]:1 - 600000000000000
[2001:DB8:1::5]:1 [2001:db8:1::5]:1 - 600000020010db8
[2001:db8:ffff::]:1 [2001:db8:ffff::]:1 - 600000020010db8
END
    [ "$("$PEERSTEST" network a.example:1)" = "$("$PEERSTEST" network A.Example:2)" ]
    [ "$("$PEERSTEST" network a.example:1)" != "$("$PEERSTEST" network b.example:1)" ]
    [[ $("$PEERSTEST" network a.example:1) == 'name - 7'* ]]
}
