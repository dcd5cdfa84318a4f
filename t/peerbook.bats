# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger

# peerbook: the newest peer record of each key, in a bounded file.

NOW=1700000000
# Records of these kinds of network are taken.
LIVES=(-o 127.0.0.1:0 -o 10.0.0.1:0 -o 192.0.2.1:0)

setup() {
    fresh_folder
    demo_chain -t f -e 0 2>keygen.err
    CHAIN=$(ids ledger)
}

# A key's record: said WHO HOST:PORT [SECONDS-AFTER-NOW].
said() {
    peerbook -a "$2" -k "$1.key" -c "$CHAIN" -T $((NOW + ${3-0}))
}

book() { # OPTIONS... FILE
    peerbook -T $NOW "${LIVES[@]}" "$@"
}

# Keys k1 to kN, and files p1 to pN: their records, each a second newer than the one before, for the addresses.
crowd() { # HOST:PORT...
    local n=0
    for address; do
        n=$((n + 1))
        [ -e k$n.key ] || keygen -s "k$n" k$n >/dev/null 2>&1
        said k$n "$address" $n >p$n
    done
}

# refuse WORDS COMMAND...: status 1, and these words on stderr.
refuse() {
    local words=$1
    shift
    expect 1 "$@"
    says "$words"
}

# The line on stdin with its last digit changed.
forged() {
    sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/'
}

# --- Keeping -------------------------------------------------------------------------------------------

@test "new records are kept and passed on, known ones are not" {
    said alice 127.0.0.1:7001 >a
    said bob '[::1]:7002' >b
    cat a b >all
    expect 0 book peers <all
    diff all "$out"
    diff all peers
    [ ! -s "$err" ]
    inode=$(stat -c %i peers)
    cat all all >twice
    expect 0 book peers <twice
    [ ! -s "$out" ]
    [ ! -s "$err" ]
    diff all peers
    [ "$(stat -c %i peers)" = "$inode" ] # and nothing was written for it
    book other <twice | diff all -
    diff all other
    verify -l ledger peers | diff all -
}

@test "the newest record of a key counts, in whatever order they arrive" {
    said alice 127.0.0.1:7001 1 >a1
    said alice 127.0.0.1:7002 2 >a2
    said alice 127.0.0.1:7009 2 >same
    said alice 127.0.0.1:7003 3 >a3
    said bob 127.0.0.1:7004 >b
    cat a2 b a1 same >all
    book peers <all | diff - <(cat a2 b)
    cat a2 b | diff - peers
    cat b a3 a2 | book peers | diff a3 -
    cat b a3 | diff - peers
    [ "$(cat a1 a2 a3 | book other | wc -l)" -eq 3 ]
    diff a3 other
}

@test "a key may be on two chains" {
    said alice 127.0.0.1:7001 >a
    CHAIN=$(printf %064d 1) said alice 127.0.0.1:7002 5 >elsewhere
    cat a elsewhere | book peers | diff - <(cat a elsewhere)
    cat a elsewhere | diff - peers
}

@test "all other records pass unchanged and in order, blocks whole" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    txmake -f alice bob 5 | txsign -k alice.key >tx
    mine -m miner -T 1700000010 <tx >block
    forged <tx >forged # which is not for this program to say
    { cat a ledger block names tx forged && echo 'hint of a kind' && cat b a b; } >mix
    { cat a ledger block names tx forged && echo 'hint of a kind' && cat b; } >want
    expect 0 book peers <mix
    diff want "$out"
    [ ! -s "$err" ]
    cat a b | diff - peers
    # what a block may hold is not for this program to say either: its lines are looked at one by one
    { sed 1q block | sed 's/ 1 [^ ]*$/ 2 0/' && cat tx; } >within
    said miner 127.0.0.1:7003 >m
    expect 0 book peers < <(cat within m b)
    cat within m | diff - "$out"
    cat a b m | diff - peers
    # nothing for it: no file
    expect 0 book none <names
    diff names "$out"
    [ ! -e none ]
}

@test "invalid records are reported, and the rest goes on" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    {
        forged <a
        sed 's/:7001 /:7002 /' a
        sed 's/ [^ ]*$//' a
        sed 's/:7001 / /' a
        sed 's/:7001 /:70001 /' a
        sed 's/127.0.0.1/127.0.0.01/' a
        sed 's/127.0.0.1/-x.example/' a
        sed 's/:7001 /:0 /' a
        echo 'two  spaces'
        echo
        cat b
        head -c 100 a
    } >bad
    expect 1 book peers <bad
    diff b "$out"
    diff b peers
    diff - "$err" <<'END'
stdin:1: peer: bad signature
stdin:2: peer: bad signature
stdin:3: peer: 5 fields, expected 6
stdin:4: peer: address: '127.0.0.1' is not HOST:PORT
stdin:5: address: port '70001' is not a number from 1 to 65535
stdin:6: address: '127.0.0.01' is neither an IP address nor a host's name
stdin:7: address: '-x.example' is neither an IP address nor a host's name
stdin:8: address: port '0' is not a number from 1 to 65535
stdin:9: line: fields are split by exactly one space (column 5)
stdin:10: line: empty
stdin:12: line: torn: the last line has no newline
END
    # a forged twin of one that is known is told, too
    forged <b >twin
    refuse '^stdin:1: peer: bad signature$' book peers <twin
    diff b peers
}

@test "a record too far ahead, or too old" {
    said alice 127.0.0.1:7001 60 >edge
    said bob 127.0.0.1:7001 61 >ahead
    expect 0 book peers <edge
    refuse '^stdin:1: peer: time 1700000061 is over 60 s ahead of the clock, 1700000000$' book peers <ahead
    [ ! -s "$out" ]
    old=$((30 * 86400))
    said alice 127.0.0.1:7001 -$old >edge
    said bob 127.0.0.1:7001 -$((old + 1)) >old
    expect 0 book other <edge
    diff edge "$out"
    refuse '^stdin:1: peer: time 1697407999 is over 30 days behind the clock, 1700000000$' book other <old
    # the machine's clock, where -T does not say
    peerbook -a 127.0.0.1:7001 -k alice.key -c "$CHAIN" >fresh
    expect 0 peerbook "${LIVES[@]}" third <fresh
    diff fresh third
    refuse 'days behind the clock' peerbook "${LIVES[@]}" third <edge
    # the largest of all numbers
    sed 's/1700000061/9223372036854775807/' ahead >end
    refuse '^stdin:1: peer: time 9223372036854775807 is over 60 s ahead' book peers <end
    sed 's/1700000061/0/' ahead >begin
    refuse '^stdin:1: peer: time 0 is over 30 days behind the clock, 9223372036854775807$' \
        peerbook "${LIVES[@]}" -T 9223372036854775807 peers <begin
}

@test "records of another chain are refused: -c, -l" {
    said alice 127.0.0.1:7001 >a
    CHAIN=$(printf %064d 1) said bob 127.0.0.1:7002 >b
    cat a b >all
    for option in "-c$CHAIN" -lledger; do
        rm -f peers
        refuse "^stdin:2: peer: another chain: $(printf %064d 1)\$" book "$option" peers <all
        grep -v '^refused ' "$out" | diff a -
        diff a peers
    done
    expect 2 book -l nowhere peers <all
    says 'nowhere: No such file'
    expect 2 book -c 12 peers <all
    says "^peerbook: -c: '12' is not 64 lowercase hex digits\$"
    expect 2 book -c "$CHAIN" -l ledger peers <all
    says 'give one$'
}

@test "lines that people wrote stay at the beginning of the file" {
    printf '# mine\n\n192.0.2.1:7001\nexample.net:1 %064d\nnonsense  \n' 7 >front
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    said miner 127.0.0.1:7003 >m
    { sed 2q front && cat a && sed 1,2d front; } >peers
    book peers <b | diff b -
    cat front a b | diff - peers
    # a last line without its newline gets one
    printf 'example.org:9' >>peers
    book peers <m | diff m -
    { cat front && echo example.org:9 && cat a b m; } | diff - peers
}

@test "a malformed record in the file, and a torn one, are reported and left out" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    { cat a && sed 's/:7001/:0/' a && echo 'peer me' && head -c 200 a; } >peers
    cp peers was
    expect 0 book peers <a # known: nothing is written
    echo "peers:2: address: port '0' is not a number from 1 to 65535" | diff - "$err"
    diff was peers
    expect 0 book peers <b
    says '^peers:2: address: port'
    cat a b | diff - peers
    { cat a && printf %s "$(cat b)"; } >peers
    expect 0 book peers <b
    says '^peers:2: line: torn'
    cat a b | diff - peers
    # what was never a peers file is left as it is
    head -c 70000 /dev/zero | tr '\0' x >peers
    cp peers was
    expect 2 book peers <a
    says '^peerbook: peers: line 1 is over 65535 bytes: not a peers file$'
    cmp was peers
}

@test "records that are too old are removed when the file is written" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 60 >b
    said miner 127.0.0.1:7003 200 >m
    cat a b | book peers >passed
    later=$((NOW + 30 * 86400 + 50))
    peerbook "${LIVES[@]}" -T $later peers <names | diff names -
    peerbook "${LIVES[@]}" -T $later peers <b >passed
    cat a b | diff - peers
    peerbook "${LIVES[@]}" -T $later peers <m | diff m -
    cat b m | diff - peers
    # and one from a clock that went wrong does not bar its key's next
    said bob 127.0.0.1:7004 90000 >wrong
    peerbook "${LIVES[@]}" -T $((NOW + 90000)) peers <wrong | diff wrong -
    said bob 127.0.0.1:7005 30 >right
    book peers <right | diff right -
    grep -qxF -f right peers
}

# --- The limit -----------------------------------------------------------------------------------------

@test "-n: at the limit the oldest record of the most crowded network is evicted" {
    crowd 10.1.0.1:1 10.2.0.1:1 10.1.0.2:1 10.3.0.1:1 10.1.9.9:1 example.net:1
    cat p1 p2 p3 p4 | book -n 4 peers >passed
    # one more of 10.1: the oldest of 10.1
    book -n 4 peers <p5 | diff p5 -
    cat p2 p3 p4 p5 | diff - peers
    # one of another network: 10.1 is still the most crowded
    book -n 4 peers <p6 | diff p6 -
    cat p2 p4 p5 p6 | diff - peers
    # all networks equal: a newcomer of a fifth stays out, silently
    crowd 10.1.0.1:1 10.2.0.1:1 10.1.0.2:1 10.3.0.1:1 10.1.9.9:1 example.net:1 '[2001:db8:1::]:1' EXAMPLE.net:2
    expect 0 book -n 4 peers <p7
    [ ! -s "$out" ]
    [ ! -s "$err" ]
    cat p2 p4 p5 p6 | diff - peers
    # one of a network that is there takes that one's place, names whatever their case
    book -n 4 peers <p8 | diff p8 -
    cat p2 p4 p5 p8 | diff - peers
    # and a key that is there moves freely
    said k2 '[2001:db8:2::]:1' 50 >moved
    book -n 4 peers <moved | diff moved -
    cat p4 p5 p8 moved | diff - peers
}

@test "-n: a new record that is the oldest of the most crowded network is not kept" {
    crowd 10.1.0.1:1 10.1.0.2:1 10.1.0.3:1 10.2.0.1:1
    cat p2 p3 p4 | book -n 3 peers >passed
    expect 0 book -n 3 peers <p1
    [ ! -s "$out" ]
    [ ! -s "$err" ]
    cat p2 p3 p4 | diff - peers
    # of those as old as each other, the last to come
    said k1 10.1.0.1:1 2 >p1
    expect 0 book -n 3 peers <p1
    [ ! -s "$out" ]
    cat p2 p3 p4 | diff - peers
}

@test "-n: many keys of one network do not fill the file" {
    crowd 10.1.0.1:1 10.2.0.1:1 '[2001:db8::1]:1' example.net:1 127.0.0.1:1 127.0.9.2:1 127.1.0.1:1 \
        '[2001:db8:0:1::]:1' '[::ffff:10.1.4.4]:1' 10.1.5.5:1
    cat p1 p2 p3 p4 | book -n 6 peers >passed
    for turn in 1 2 3; do
        crowd 10.1.0.1:1 10.2.0.1:1 '[2001:db8::1]:1' example.net:1 127.0.0.1:$turn 127.0.9.2:1 127.0.3.1:1 \
            127.0.3.2:1
        cat p5 p6 p7 p8 | book -n 6 peers >passed
    done
    for n in 1 2 3 4; do grep -qxF -f p$n peers; done
    [ "$(wc -l <peers)" -eq 6 ]
    # an IPv4 address in IPv6's clothes is of its own network
    cat p1 p9 p10 | book -n 2 other >passed
    said k9 '[::ffff:10.2.4.4]:1' 60 >p9
    cat p10 p2 p9 | book -n 2 third >passed
    cat p10 p9 | diff - third
}

@test "-n: a file with more records is cut down when it is written" {
    crowd 10.1.0.1:1 10.2.0.1:1 10.1.0.2:1 10.3.0.1:1
    cat p1 p2 p3 | book peers >passed
    cp peers was
    expect 0 book -n 2 peers <p3
    diff was peers
    expect 0 book -n 3 peers <p4
    cat p2 p3 p4 | diff - peers
    for bad in 0 16385 many; do
        expect 2 book -n "$bad" peers <p1
        says "^peerbook: -n: '$bad' is not a number from 1 to 16384\$"
    done
}

@test "-n: names are one network, whatever their domain" {
    crowd 10.1.0.1:1 10.2.0.1:1 10.3.0.1:1 a.example:1 b.test:1 c.invalid:1 d.d.d:1 e.net:1
    cat p1 p2 p3 p4 p5 p6 p7 p8 | book -n 4 peers >passed
    cat p1 p2 p3 p8 | diff - peers
}

@test "a network of more than 16 records has some of the buckets only, by a secret" {
    local all=()
    for ((n = 1; n <= 300; n++)); do all+=("10.1.$((n / 250)).$((n % 250)):1"); done
    head -c 9600 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | fold -w 64 >keys
    for address in "${all[@]}"; do
        echo "$address"
    done | paste -d ' ' keys - | while read -r key address; do
        # a signature that nobody checks: records in the file are the file's
        echo "peer $CHAIN $key $address $NOW $(printf %0128d 1)"
    done >peers
    said alice 10.1.9.9:1 5 >a
    book peers <a >passed
    [ "$(grep -c ^peer peers)" -gt 16 ] && [ "$(grep -c ^peer peers)" -le 80 ]
    [ "$(stat -c %a peers.secret)" = 600 ]
    grep -Eqx '[0-9a-f]{64}' peers.secret
    cp peers.secret was
    # other networks have their places
    said bob 10.2.0.1:1 >b
    book peers <b | diff b -
    diff was peers.secret
    echo nonsense >peers.secret
    said miner 10.1.9.8:1 6 >m
    expect 2 book peers <m
    says '^peerbook: peers.secret: not a line of 64 hex digits: remove it, and another one is made$'
}

@test "of several records for one address, the first stays, unless it has failed" {
    said alice 127.0.0.1:7001 1 >a
    said bob '[::ffff:127.0.0.1]:7001' 5 >b
    said miner A.example:1 >m
    said bob a.EXAMPLE:1 >name
    cat a m | book peers >passed
    expect 0 book peers <b
    [ ! -s "$out" ] && [ ! -s "$err" ]
    expect 0 book peers <name
    [ ! -s "$out" ]
    cat a m | diff - peers
    echo "failed 127.0.0.1:7001 $(account alice) $((NOW + 2)) 1" >peers.tried
    book peers <b | diff b -
    cat m b | diff - peers
    # the first one's key may come back, with an address of its own
    said alice 127.0.0.1:7002 9 >a
    book peers <a | diff a -
    # and it may have been announced since it failed
    echo "failed [::ffff:127.0.0.1]:7001 $(account bob) $((NOW + 4)) 1" >peers.tried
    said miner 127.0.0.1:7001 20 >m2
    expect 0 book peers <m2
    [ ! -s "$out" ]
    # what has answered is believed until it has failed three times
    echo "tried 127.0.0.1:7002 $(account alice) $NOW 2" >peers.tried
    said miner 127.0.0.1:7002 20 >m2
    expect 0 book peers <m2
    [ ! -s "$out" ]
    echo "tried 127.0.0.1:7002 $(account alice) $NOW 3" >peers.tried
    book peers <m2 | diff m2 -
}

# --- Which addresses -----------------------------------------------------------------------------------

@test "addresses that are not globally reachable are taken only by a node that is there: -o" {
    refuses() { # ADDRESS RANGE OPTION...
        said alice "$1" >record
        refuse "^stdin:1: peer: address .* is $2: -o would say that this node is there, too\$" \
            peerbook -T $NOW "${@:3}" peers <record
        [ ! -s "$out" ] && [ ! -s peers ]
    }
    takes() { # ADDRESS OPTION...
        said alice "$1" >record
        rm -f taken
        expect 0 peerbook -T $NOW "${@:2}" taken <record
        diff record "$out"
        diff record taken
    }
    for option in '' '-o 9.9.9.9:1' '-o [2600::1]:1' '-o 0.0.0.0:1' '-o [::]:0' '-o example.net:1'; do
        # shellcheck disable=SC2086 # two words, or none
        {
            refuses 127.0.0.1:22 loopback $option
            refuses '[::1]:22' loopback $option
            refuses '[::ffff:127.0.0.1]:22' loopback $option
            refuses localhost:22 loopback $option
            refuses 10.1.2.3:22 private $option
            refuses 192.168.1.1:80 private $option
            refuses 100.64.0.1:80 shared $option
            refuses '[fd00::1]:80' 'unique local' $option
            refuses '[2002:7f00:1::]:80' loopback $option
            refuses 192.0.2.1:80 documentation $option
        }
    done
    refuses 10.1.2.3:22 private -o 127.0.0.1:0
    refuses 127.0.0.1:22 loopback -o 192.168.1.5:7001
    for option in '' '-o 127.0.0.1:1'; do
        # shellcheck disable=SC2086 # two words, or none
        {
            takes 9.9.9.9:1 $option
            takes '[2600::1]:1' $option
            takes example.net:1 $option
        }
    done
    takes 127.0.0.1:1 -o 127.9.9.9:0
    takes 127.0.0.1:1 -o localhost:0
    takes '[::1]:1' --own=127.0.0.1:0
    takes 10.1.2.3:1 -o 192.168.1.5:7001
    takes 10.1.2.3:1 -o 127.0.0.1:0 -o '[fd00::1]:7001'
    expect 2 peerbook -o nowhere peers <record
    says "^peerbook: -o: address: 'nowhere' is not HOST:PORT\$"
    expect 2 peerbook -a 9.9.9.9:1 -k alice.key -o 127.0.0.1:1
    says '^peerbook: -a prints a record and keeps no file: leave out -o$'
}

@test "link-local, multicast, broadcast and unspecified addresses are never taken" {
    for address in 169.254.169.254:80 '[fe80::1]:80' 224.0.0.1:1 '[ff02::1]:1' 255.255.255.255:1 240.0.0.1:1 0.0.0.0:1 \
        0.1.2.3:1 '[::]:1' '[::ffff:169.254.169.254]:80' '[2002:a9fe:a9fe::]:80' '[64:ff9b::a9fe:a9fe]:80'; do
        said alice "$address" >record
        for own in 127.0.0.1:1 "$address"; do
            refuse '^stdin:1: peer: address .* is .*: no peer can be dialed there$' peerbook -T $NOW -o "$own" peers <record
            [ ! -s "$out" ] && [ ! -s peers ]
        done
    done
}

@test "an address that somebody wrote into the file says where the node is, and what it does not take leaves" {
    said alice 127.0.0.1:7001 >a
    said bob 10.0.0.1:7001 >b
    said miner 9.9.9.9:1 >m
    { cat a b && echo '# a friend' && echo 192.168.1.7:7001; } >peers
    refuse 'address 127.0.0.1:7001 is loopback' peerbook -T $NOW peers < <(said alice 127.0.0.1:7001 1)
    peerbook -T $NOW peers <m | diff m -
    { echo '# a friend' && echo 192.168.1.7:7001 && cat b m; } | diff - peers
}

# --- What has answered ---------------------------------------------------------------------------------

@test "PEERS.tried: what has answered stays, what has failed leaves first" {
    crowd 10.1.0.1:1 10.1.0.2:1 10.2.0.1:1 10.3.0.1:1 10.4.0.1:1 10.5.0.1:1
    cat p1 p2 p3 p4 | book -n 4 peers >passed
    echo "tried 10.1.0.1:1 $(account k1) $NOW 0" >peers.tried
    book -n 4 peers <p5 | diff p5 - # the oldest of the most crowded network has answered: the next one leaves
    cat p1 p3 p4 p5 | diff - peers
    echo "failed 10.4.0.1:1 $(account k5) $((NOW + 9)) 1" >>peers.tried
    book -n 4 peers <p6 | diff p6 -
    cat p1 p3 p4 p6 | diff - peers
    # no more than half of the file is kept for that
    { for n in 1 3 4 6; do echo "anchor $(cut -d ' ' -f 4 p$n) $(account k$n) $NOW 0"; done; } >peers.tried
    crowd 10.1.0.1:1 10.1.0.2:1 10.2.0.1:1 10.3.0.1:1 10.4.0.1:1 10.5.0.1:1 10.4.0.2:1
    book -n 4 peers <p7 >passed
    said k4 10.3.0.1:1 40 >again
    book -n 4 peers <again | diff again -
    grep -qxF -f p1 peers && grep -qxF -f p3 peers
    # nobody answered there, whatever the key
    crowd 10.1.0.1:1 10.2.0.1:1 10.3.0.1:1 10.4.0.1:1
    cat p1 p2 p3 | book -n 3 third >passed
    echo "failed 10.2.0.1:1 - $((NOW + 9)) 1" >third.tried
    book -n 3 third <p4 | diff p4 -
    cat p1 p3 p4 | diff - third
    # an address or a key alone is nothing
    crowd 10.1.0.1:1 10.1.0.2:1
    cat p1 p2 | book -n 2 other >passed
    { echo "tried 10.1.0.1:1 $(account k2) $NOW 0" && echo "tried 10.1.0.9:1 $(account k1) $NOW 0"; } >other.tried
    book -n 2 other <p3 | diff p3 -
    cat p2 p3 | diff - other
}

@test "PEERS.tried: lines of no known form are reported and skipped" {
    said alice 127.0.0.1:7001 >a
    for bad in nonsense 'tried 127.0.0.1:1' "good 127.0.0.1:1 $CHAIN 1 0" "tried 127.0.0.1 $CHAIN 1 0" "tried 127.0.0.1:1 x 1 0" \
        "tried 127.0.0.1:1 $CHAIN x 0" "tried 127.0.0.1:1 $CHAIN 1 -1" "tried 127.0.0.1:1 - 1 0" '' $'tried\r'; do
        { echo '# what answers' && echo "tried 127.0.0.1:1 $CHAIN 1 0" && echo "$bad"; } >peers.tried
        rm -f peers
        expect 0 book peers <a
        says '^peers.tried:3: '
        diff a peers
    done
    head -c 100000 /dev/urandom >peers.tried
    expect 0 book peers <a
    rm peers.tried
    mkdir peers.tried
    expect 2 book peers <a
    says '^peerbook: peers.tried: not a regular file$'
}

# --- Files and pipes -----------------------------------------------------------------------------------

@test "an open pipe gets its answer at once, and a record that is passed on is in the file" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    coproc book peers
    pid=$COPROC_PID
    for file in a names b; do
        sed 1q $file >&"${COPROC[1]}"
        read -r -t 300 line <&"${COPROC[0]}"
        [ "$line" = "$(sed 1q $file)" ]
        [ $file = names ] || grep -qxF "$line" peers
    done
    eval "exec ${COPROC[1]}>&-"
    wait "$pid"
}

@test "two at once on one file lose nothing" {
    addresses=()
    for ((n = 1; n <= 40; n++)); do addresses+=("10.$n.0.1:1"); done
    crowd "${addresses[@]}"
    trickle() { # FROM: in small pieces, so that the two take turns
        local n
        for ((n = $1; n <= 40; n += 2)); do cat p$n; done
    }
    trickle 1 | timeout 300 peerbook -T $NOW "${LIVES[@]}" peers >odd &
    one=$!
    trickle 2 | timeout 300 peerbook -T $NOW "${LIVES[@]}" peers >even &
    two=$!
    wait "$one"
    wait "$two"
    trickle 1 | diff - odd
    trickle 2 | diff - even
    sort odd even >wanted
    sort peers | diff wanted -
    [ ! -e peers.tmp ]
}

@test "it waits while another process has the file locked, and then sees what that one wrote" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    : >peers
    hold peers
    peerbook -T $NOW "${LIVES[@]}" peers <b >passed 2>told &
    pid=$!
    eventually waits_for_lock "$pid"
    eventually grep -qx 'peerbook: waiting for another program that has peers locked' told
    cat a >new # as another's replacing does
    mv new peers
    let_go
    wait $pid
    diff b passed
    cat a b | diff - peers
}

@test "trouble: no such folder, a folder, a pipe, usage, a stdout that cannot be written" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    expect 2 book no/peers <a
    says '^peerbook: no/peers: No such file or directory$'
    mkdir folder
    expect 2 book folder <a
    says '^peerbook: folder: Is a directory$'
    mkfifo fifo
    expect 2 timeout 300 peerbook -T $NOW fifo <a
    says '^peerbook: fifo: not a regular file$'
    for usage in '' 'a b' '-x peers' "-a x:1 -k alice.key peers"; do
        # shellcheck disable=SC2086 # words they are
        expect 2 peerbook $usage <a
        says '^usage: peerbook '
    done
    for bad in -1 soon; do
        expect 2 peerbook -T "$bad" peers <a
        says "^peerbook: -T: '$bad': neither Unix seconds nor a date"
    done
    expect 2 book -k alice.key peers <a
    says '^peerbook: -k and -P go with -a$'
    [ ! -e peers ]
    expect 2 sh -c "peerbook -o 127.0.0.1:0 -T $NOW peers <a >/dev/full"
    says '^peerbook: stdout: No space left on device$'
    expect 2 sh -c "peerbook -o 127.0.0.1:0 -T $NOW other <a >&-"
    says '^peerbook: stdout: Bad file descriptor$'
    diff a other
    expect 2 sh -c "peerbook -o 127.0.0.1:0 -T $NOW peers <&-"
    expect 0 peerbook -h
    grep -q '^usage: peerbook ' "$out"
    expect 0 peerbook -V
    grep -q '^peerbook (peerutils) ' "$out"
    # a reader that has left ends it quietly
    run bash -c "set -o pipefail; cat b | { peerbook -o 127.0.0.1:0 -T $NOW peers 2>told; echo \$? >status; } | true; cat told"
    [ -z "$output" ]
}

@test "a file that cannot be written is status 2, and stays as it was" {
    said alice 127.0.0.1:7001 >a
    said bob 127.0.0.1:7002 >b
    book peers <a >passed
    run bash -c 'trap "" XFSZ; ulimit -f 0; peerbook -o 127.0.0.1:0 -T 1700000000 peers <b'
    [ "$status" -eq 2 ]
    [ "$output" = 'peerbook: peers: File too large' ]
    diff a peers
    [ ! -e peers.tmp ]
    book peers <b | diff b -
}

# --- Our own -------------------------------------------------------------------------------------------

@test "-a: a record of our own, which openssl and verify accept" {
    need openssl
    expect 0 peerbook -a example.net:7001 -k alice.key -T 5 -c "$CHAIN"
    [ "$(cut -d ' ' -f 1-5 "$out")" = "peer $CHAIN $(account alice) example.net:7001 5" ]
    cp "$out" own
    line=$(cat own)
    printf %s "${line% *}" >message
    printf %s "${line##* }" | tr a-f A-F | basenc --base16 -d >signature
    openssl pkey -in alice.key -pubout -out alice.pem
    openssl pkeyutl -verify -rawin -pubin -inkey alice.pem -sigfile signature -in message
    expect 0 verify -l ledger own
    expect 0 peerbook --announce=example.net:7001 --key=alice.key --time=5 --ledger=ledger
    diff own "$out"
    # without either, the ledger of the environment, or `ledger`
    peerbook -a example.net:7001 -k alice.key -T 5 | diff own -
    mv ledger elsewhere
    LEDGER=elsewhere peerbook -a example.net:7001 -k alice.key -T 5 | diff own -
    expect 2 peerbook -a example.net:7001 -k alice.key -T 5
    says 'ledger: No such file'
    # the time that it is
    before=$(date +%s)
    time=$(peerbook -a example.net:7001 -k alice.key -c "$CHAIN" | cut -d ' ' -f 5)
    [ "$before" -le "$time" ] && [ "$time" -le "$(date +%s)" ]
}

@test "-a: impossible addresses, and possible ones" {
    for good in 1.2.3.4:1 255.255.255.255:65535 '[::]:1' '[2001:db8::1]:80' '[::ffff:1.2.3.4]:5' a:1 \
        x-1.example:9 1a.2b:1 3com.net:1 "$(printf 'a%.0s' {1..63}).b:1" \
        "$(printf 'abcdefg.%.0s' {1..31})abcde:65535" 0xg:1; do
        expect 0 peerbook -a "$good" -k alice.key -c "$CHAIN"
        [ "$(cut -d ' ' -f 4 "$out")" = "$good" ]
        verify "$out" >/dev/null
    done
    for bad in '' : :1 a a: a:0 a:01 a:65536 a:-1 a:+1 a:1x 'a:1 ' ' a:1' 'a b:1' a_b:1 a..b:1 .a:1 a.:1 -a:1 a-:1 \
        a.-b:1 1:1 1.2.3:1 1.2.3.4.5:1 1.2.3.256:1 01.2.3.4:1 a.1:1 0x7f.1:1 0x7f000001:1 a.0X1:1 ::1:1 '[::1]' '[::1' \
        '[::1]1' '[]:1' '[1.2.3.4]:1' '[::1%lo]:1' '[a]:1' '[:1' ']:1' "$(printf 'a%.0s' {1..64}).b:1" \
        "$(printf 'abcdefg.%.0s' {1..31})abcdef:1" "$(printf 'a%.0s' {1..300}):1" $'a\n:1' 'ä:1' '1.2.3.4:99999999999999999999'; do
        expect 2 peerbook -a "$bad" -k alice.key -c "$CHAIN"
        says '^peerbook: -a: address: '
        [ ! -s "$out" ]
    done
}

@test "-a: no key, a key file that does not exist, an encrypted key" {
    expect 2 peerbook -a a:1 -c "$CHAIN"
    says '^peerbook: -a needs a key to sign with: give -k KEY$'
    expect 2 peerbook -a a:1 -k nobody.key -c "$CHAIN"
    says '^peerbook: nobody.key: '
    echo 'correct horse' >phrase
    keygen -P 3 sealed 3<phrase >sealed.pub.copy
    expect 0 peerbook -a a:1 -k sealed.key -P 3 -c "$CHAIN" 3<phrase
    cp "$out" own
    verify -q own
    echo wrong >phrase
    expect 2 peerbook -a a:1 -k sealed.key -P 3 -c "$CHAIN" 3<phrase
    [ ! -s "$out" ]
    expect 2 peerbook -a a:1 -k sealed.key -P many -c "$CHAIN"
    expect 2 sh -c "peerbook -a a:1 -k alice.key -c $CHAIN >/dev/full"
    says '^peerbook: stdout: No space left on device$'
}
