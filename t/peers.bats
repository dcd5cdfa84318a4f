load lib/common
load lib/ledger

# The peers file and addresses, as the programs that dial read them.

PEERSTEST=$BIN/.t/peerstest
KEY=$(printf %064d 7)

setup() {
    fresh_folder
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
[2002:c000:201::5]:1 [2002:c000:201::5]:1 - 40000000000c000
[64:ff9b::c000:201]:1 [64:ff9b::c000:201]:1 - 40000000000c000
[2001:0:1:2:3:4:3fff:fdfe]:1 [2001:0:1:2:3:4:3fff:fdfe]:1 - 40000000000c000
a.example:1 name - 700000000000000
b.example:2 name - 700000000000000
END
}

# The first and the last address of each range, and their neighbours.
@test "which addresses are globally reachable" {
    while read -r address want; do
        expect 0 "$PEERSTEST" scope "$address:1"
        [ "$(cut -d ' ' -f 2- "$out")" = "$want" ] || { echo "$address: $(cat "$out")" && false; }
    done <<'END'
0.0.0.0 never, unspecified
0.255.255.255 never, unspecified
1.0.0.0 global, global
9.255.255.255 global, global
10.0.0.0 private, private
10.255.255.255 private, private
11.0.0.0 global, global
100.63.255.255 global, global
100.64.0.0 private, shared
100.127.255.255 private, shared
100.128.0.0 global, global
126.255.255.255 global, global
127.0.0.0 loopback, loopback
127.255.255.255 loopback, loopback
128.0.0.0 global, global
169.253.255.255 global, global
169.254.0.0 never, link-local
169.254.169.254 never, link-local
169.255.0.0 global, global
172.15.255.255 global, global
172.16.0.0 private, private
172.31.255.255 private, private
172.32.0.0 global, global
192.0.0.170 never, reserved
192.0.1.0 global, global
192.0.2.255 test, documentation
192.88.99.1 never, reserved
192.167.255.255 global, global
192.168.0.1 private, private
192.169.0.0 global, global
198.17.255.255 global, global
198.18.0.0 test, benchmarking
198.19.255.255 test, benchmarking
198.51.100.7 test, documentation
203.0.113.7 test, documentation
203.0.114.0 global, global
223.255.255.255 global, global
224.0.0.1 never, multicast
239.255.255.255 never, multicast
240.0.0.0 never, reserved
255.255.255.254 never, reserved
255.255.255.255 never, broadcast
[::] never, unspecified
[::1] loopback, loopback
[::2] never, unassigned
[::127.0.0.1] never, unassigned
[::ffff:127.0.0.1] loopback, loopback
[::ffff:169.254.169.254] never, link-local
[::ffff:9.9.9.9] global, global
[64:ff9b::7f00:1] loopback, loopback
[64:ff9b::909:909] global, global
[64:ff9b:1::1] never, unassigned
[100::1] never, unassigned
[2001:0:909:909:0:0:80ff:fffe] loopback, loopback
[2001:0:909:909:0:0:f6f6:f6f6] global, global
[2001:1::1] never, reserved
[2001:2::1] test, benchmarking
[2001:2:1::1] never, reserved
[2001:200::1] global, global
[2001:db8::1] test, documentation
[2001:db9::1] global, global
[2002:a00:1::1] private, private
[2002:a9fe:a9fe::1] never, link-local
[2002:909:909::1] global, global
[2600::1] global, global
[3fff:fff::1] test, documentation
[3fff:1000::1] global, global
[4000::1] never, unassigned
[5f00::1] never, unassigned
[fbff::1] never, unassigned
[fc00::1] private, unique local
[fdff:ffff::1] private, unique local
[fe00::1] never, unassigned
[fe80::1] never, link-local
[febf::1] never, link-local
[fec0::1] never, unassigned
[ff02::1] never, multicast
localhost loopback, loopback
a.LocalHost loopback, loopback
notlocalhost name, name
example.net name, name
END
}

@test "the spellings of one address have one form" {
    for one in '[::1]:1 [0:0:0:0:0:0:0:1]:1 [::0001]:1' '127.0.0.1:1 [::ffff:7f00:1]:1' 'a.example:1 A.Example:1'; do
        for spelling in $one; do
            expect 0 "$PEERSTEST" scope "$spelling"
            [[ $(cat "$out") == "${one%% *} "* ]]
        done
    done
}
