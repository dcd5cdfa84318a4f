# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip

# gossip: both halves in one program. What each half does by itself is in gossip-listen.bats and gossip-send.bats.

# It ends when its stdin does.
teardown() {
    exec 7>&- 8>&-
    end_started
}

# gossip in a loop of its own, which passes everything: NAME.got. Where: $at.
loop() { # NAME OPTION...
    local name=$1
    shift
    rm -f "$name.at" "$name.there" "$name.back"
    mkfifo "$name.there" "$name.back"
    start "$name.tee" bash -c 'exec tee -a "$1.got" <"$1.there" >"$1.back"' tee "$name"
    start "$name" bash -c 'exec gossip -v -l 127.0.0.1:0 -w "$1.at" "${@:2}" >"$1.there" <"$1.back"' loop "$name" "$@"
    eventually listens "$name" "$pid"
    at=$(cat "$name.at")
    [ -n "$at" ]
}

# One that is read from and fed by hand: NAME.in stays open as descriptor 7.
by_hand() { # NAME OPTION...
    local name=$1
    shift
    [ -p "$name.in" ] || mkfifo "$name.in"
    rm -f "$name.at"
    exec 7<>"$name.in"
    start "$name" gossip -v -p -l 127.0.0.1:0 -w "$name.at" -c "$CHAIN" "$@"
    eventually listens "$name" "$pid"
    at=$(cat "$name.at")
}

greet() { # NAME [ROLES]
    talk "$1" "$at"
    say "$1" "hello 2 $CHAIN 0 $CHAIN plain ${2-sl}" 'ping 0'
    eventually heard "$1" 'pong 0'
}

has() { # FILE LINES
    [ "$(wc -l <"$1")" -eq "$2" ]
}

connections() { # NAME
    awk '$3 == "in" { n++ } $3 == "out" { n-- } END { print n + 0 }' "$1.log"
}

@test "gossip: a connection carries records both ways, with TLS and without" {
    chain 40
    for option in '' -p; do
        rm -f a.got b.got
        # shellcheck disable=SC2086 # none or one
        loop a $option -c "$CHAIN"
        first=$at
        # shellcheck disable=SC2086
        loop b $option -c "$CHAIN" "$first"
        # shellcheck disable=SC2086
        head -n 20 txs | timeout 300 gossip-send $option -c "$CHAIN" "$first"
        # shellcheck disable=SC2086
        tail -n +21 txs | timeout 300 gossip-send $option -c "$CHAIN" "$at"
        eventually has a.got 40
        eventually has b.got 40
        same_lines txs a.got
        same_lines txs b.got
        [ "$(connections a)" -eq 1 ]
        end_started
    done
}

@test "gossip: it dials without accepting, and takes and gives all the same" {
    chain 2
    loop a -c "$CHAIN"
    mkfifo in
    exec 7<>in
    start b bash -c 'exec gossip -v -c "$1" "$2" <in' b "$CHAIN" "$at"
    eventually event a '[^ ]+ in - .*'
    line 1 txs | timeout 300 gossip-send -c "$CHAIN" "$at"
    eventually has b.out 1
    line 2 txs >&7
    eventually has a.got 2
    exec 7>&-
}

@test "gossip: two that dial each other keep the same one of two connections" {
    chain 1
    keygen -s one one >/dev/null && keygen -s two two >/dev/null
    for _ in 1 2 3; do
        : >a.peers && : >b.peers
        loop a -c "$CHAIN" -k one.key a.peers
        echo "$at" >b.peers.new
        loop b -c "$CHAIN" -k two.key b.peers
        # both find each other at about the same time
        mv b.peers.new b.peers
        echo "$at" >a.peers
        one() { [ "$(connections a)" -eq 1 ] && [ "$(connections b)" -eq 1 ]; }
        eventually one
        refute event a '[^ ]+ bad .*'
        refute event b '[^ ]+ bad .*'
        end_started
    done
}

@test "gossip: a peer that has dialed it is not dialed" {
    chain 1
    keygen -s one one >/dev/null && keygen -s two two >/dev/null
    : >a.peers
    loop a -c "$CHAIN" -k one.key a.peers
    first=$at
    loop b -c "$CHAIN" -k two.key "$first"
    eventually event a '[^ ]+ in - .*'
    echo "$at $(cut -d ' ' -f 2 two.pub)" >a.peers
    sleep 2.5 # it looks at its files once a second
    [ "$(grep -c ' in - ' a.log)" -eq 1 ]
    refute event a '[^ ]+ unreached .*'
    # but when that connection has ended, it is
    kill "$pid" && status_of "$pid"
    [ "$status" -eq 0 ]
    loop b -c "$CHAIN" -k two.key
    echo "$at $(cut -d ' ' -f 2 two.pub)" >a.peers
    eventually event a "[^ ]+ in - $at"
}

@test "gossip: version 1 is spoken to those that know no other" {
    need python3
    chain 2
    by_hand g
    # whoever dials sends, and is not sent anything
    talk old "$at"
    say old "$(hello "$CHAIN")" 'ping 0'
    eventually heard old 'pong 0'
    heard old "hello 1 $CHAIN 0 $CHAIN deflate"
    say old "have $(line 1 ids)"
    eventually heard old "want $(line 1 ids)"
    say_file old <(line 1 txs)
    eventually has g.out 1
    line 2 txs >&7
    say old 'ping 1'
    eventually heard old 'pong 1'
    refute heard old 'have .*'
    # and one that is dialed hangs up at version 2, and is dialed again
    start host python3 -B -c '
import socket, sys
chain, ready = sys.argv[1:]
server = socket.create_server(("127.0.0.1", 0))
open(ready, "w").write("127.0.0.1:%d\n" % server.getsockname()[1])
while True:
    sock = server.accept()[0]
    f = sock.makefile("rw", newline="\n")
    print("hello 1", chain, 0, chain, "plain", file=f, flush=True)
    first = f.readline()
    print(first, end="", flush=True)
    if first.startswith("hello 1 "):
        for line in f:
            print(line, end="", flush=True)
    print("bye version", file=f, flush=True)
    sock.close()' "$CHAIN" host.at
    eventually test -s host.at
    offered() {
        timeout 300 gossip -p -t 1 -c "$CHAIN" "$(cat host.at)" <<<"$(line 1 txs)" || :
        grep -qx "have $(line 1 ids)" host.out
    }
    eventually offered # on a busy machine, a second may not do
    grep -q '^hello 2 ' host.out
}

@test "gossip: peers of version 2 are answered by id, of version 3 by number, and records pass between the two" {
    chain 3
    by_hand g
    for version in 2 3; do
        talk "v$version" "$at"
        say "v$version" "hello $version $CHAIN 0 $CHAIN plain sl" 'ping 0'
        eventually heard "v$version" 'pong 0'
        heard "v$version" "hello $version $CHAIN 0 $CHAIN deflate slv"
    done
    say v2 "have $(line 1 ids)"
    eventually heard v2 "want $(line 1 ids)"
    say_file v2 <(line 1 txs)
    eventually heard v2 "taken $(line 1 ids)"
    say v3 "have $(line 2 ids) $(line 1 ids) $(line 3 ids)"
    eventually heard v3 'want 0 2'
    eventually heard v3 'taken 1'
    say_file v3 <(line 2 txs)
    say_file v3 <(line 3 txs)
    eventually heard v3 'taken (0 2|0)'
    eventually has g.out 3
    # what comes out of the pipeline was accepted, and is offered to the other
    cat g.out >&7
    eventually heard v2 "accepted $(line 1 ids)"
    eventually heard v3 'accepted (0 2|0)'
    eventually heard v2 'have .*'
    say v2 "want $(line 2 ids) $(line 3 ids)"
    eventually heard v2 "$(line 3 txs)"
    say v2 "taken $(line 2 ids) $(line 3 ids)" 'want 0' 'ping 1'
    eventually gone v2 # a number in version 2
    ended=$(grep -c ' out ' g.log)
    say v3 'want 5' 'taken 7-9' 'ping 1' # of announcements that were never made
    eventually heard v3 'pong 1'
    [ "$(grep -c ' out ' g.log)" -eq "$ended" ]
    say v3 'taken 3-1'
    eventually gone v3
}

@test "gossip: TLS agrees on version 4, and a peer that knows less is spoken to in that" {
    chain 2
    listen l -c "$CHAIN"
    for version in 1 2 3 4; do
        [ $version -eq 1 ] && roles='' || roles=' s'
        timeout 300 "$BIN/.t/liar" "$at" >"said.$version" <<END
hello $version $CHAIN 0 $CHAIN plain$roles
!wait hello
have $(line 1 ids)
!wait want
END
    done
    grep -qx "want $(line 1 ids)" said.1
    grep -qx "want $(line 1 ids)" said.2
    grep -qx 'want 0' said.3
    grep -qx 'want 0' said.4
    timeout 300 gossip-send -v -c "$CHAIN" "$at" <txs
    eventually has l.out 2
}

@test "gossip: a line that is not part of a peer's role is an error" {
    chain 1
    by_hand g
    while read -r roles words; do
        greet t "$roles"
        say t "$words"
        eventually heard t 'bye bad'
    done <<END
- have $CHAIN
l have $CHAIN
l stem $CHAIN
lbh $(line 1 txs)
s want $CHAIN
s taken $CHAIN
- lines $CHAIN 0
sl pulled 0 $CHAIN
sl hello 2 $CHAIN 0 $CHAIN plain s
END
}

@test "gossip: a record is not announced to a peer that announced it" {
    chain 3
    by_hand g
    greet a
    greet b
    greet c l
    say a "have $(line 1 ids)"
    eventually heard a "want $(line 1 ids)"
    say_file a <(line 1 txs)
    eventually has g.out 1
    # b has it, too, but is not asked
    say b "have $(line 1 ids)"
    eventually heard b "taken $(line 1 ids)"
    cat g.out >&7
    eventually heard c "have $(line 1 ids)"
    line 2 txs >&7
    for name in a b c; do
        eventually heard "$name" "have $(line 2 ids)"
    done
    refute heard a "have .*$(line 1 ids).*"
    refute heard b "have .*$(line 1 ids).*"
    # what came in on stdin is known
    say a "have $(line 3 ids)" "have $(line 2 ids)"
    eventually heard a "taken $(line 2 ids)"
}

@test "gossip: a signal ends it once all that it took has passed the loop" {
    chain 200
    listen l -c "$CHAIN"
    mkfifo fifo never
    start slow bash -c '
        { gossip -w slow.at -l 127.0.0.1:0 -c "$1" "$2" <fifo & echo $! >slow.pid; wait $!; echo $? >slow.rc; } |
            while read -r line; do read -r -t 0.01 <>never || :; echo "$line"; done >fifo' slow "$CHAIN" "$at"
    eventually test -s slow.pid
    eventually test -s slow.at
    timeout 300 gossip-send -c "$CHAIN" "$(cat slow.at)" <txs
    kill "$(cat slow.pid)"
    status_of "$pid"
    [ "$(cat slow.rc)" -eq 0 ]
    same_lines txs l.out
}

# A peer takes the one payment that is left, and so the program has nothing to wait for.
delivers_last() { # PEER PROCESS
    say "$1" "want $(line 1 ids)"
    eventually heard "$1" "$(line 1 txs)"
    say "$1" "taken $(line 1 ids)"
    pid=$2
    status_of "$pid"
    [ "$status" -eq 0 ]
}

# -t is ten times what `eventually` waits.
@test "gossip: after a signal it waits for a peer that lacks what it holds, and for nobody else" {
    chain 2
    by_hand g -t 3000
    local g=$pid
    line 1 txs >&7
    greet a
    eventually heard a "have $(line 1 ids)"
    say a "have $(line 2 ids)"
    eventually heard a "want $(line 2 ids)"
    say_file a <(line 2 txs)
    eventually has g.out 1
    cat g.out >&7 # a has it already
    exec 7>&-
    kill "$g"
    delivers_last a "$g"
    event g "- late $(line 2 ids)" # but not the one that a took from it
    refute event g "- late $(line 1 ids)"
}

@test "gossip: after a signal it waits for a peer that has yet to say hello" {
    chain 1
    by_hand g -t 3000
    local g=$pid
    line 1 txs >&7
    talk a "$at"
    eventually event g '[^ ]+ in - .*'
    exec 7>&-
    kill "$g"
    eventually is_shut "$at"
    is_running "$g"
    say a "hello 2 $CHAIN 0 $CHAIN plain l"
    eventually heard a "have $(line 1 ids)"
    delivers_last a "$g"
    refute event g "- late $(line 1 ids)"
}

is_shut() { # HOST:PORT
    ! (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null
}

@test "gossip: it reads its stdin though nobody reads its stdout" {
    payments 3000
    mkfifo never
    exec 8<>never
    mkfifo fifo
    start g bash -c 'exec gossip -p -v -l 127.0.0.1:0 -w g.at -c "$1" <fifo >never' g "$CHAIN"
    local g=$pid
    exec 7>fifo
    eventually test -s g.at
    # more than the pipe holds
    cp txs send.in
    start send gossip-send -p -c "$CHAIN" "$(cat g.at)"
    eventually eval '[ "$(grep -c " new " g.log)" -ge 500 ]'
    kill "$pid"
    pid=$g
    timeout 300 cat txs >&7
    exec 7>&-
    status_of "$pid"
    [ "$status" -eq 2 ]
    grep -q '^gossip: stdout: nobody read the last [0-9]* bytes$' g.log
}

@test "gossip: sends a file of records, and ends with 0, or with 1 if they are not taken" {
    chain 3
    listen l -c "$CHAIN"
    timeout 300 gossip -t 250 -c "$CHAIN" "$at" <txs >out
    same_lines txs l.out
    [ ! -s out ]
    end_started
    expect 1 gossip -t 1 -c "$CHAIN" "$at" <txs
    says "^gossip: not taken in time: $(line 1 ids)$"
    echo 'not a record' | expect 1 gossip -t 1 -c "$CHAIN" "$at"
}

@test "gossip: a peer that is not allowed is neither dialed for long nor accepted" {
    chain 1
    for name in one two three; do keygen -s $name $name >/dev/null; done
    cat one.pub two.pub >friends
    loop a -c "$CHAIN" -k one.key -a friends
    first=$at
    loop b -c "$CHAIN" -k two.key -a friends "$first"
    loop c -c "$CHAIN" -k three.key "$first"
    eventually event b '[^ ]+ in - .*'
    eventually event c '[^ ]+ out - the peer said bye banned'
    timeout 300 gossip-send -k two.key -c "$CHAIN" "$first" <txs
    eventually has b.got 1
    [ ! -s c.got ]
}

@test "gossip: what it cannot do ends with 2" {
    chain 1
    expect 2 gossip -c "$CHAIN" -l nowhere </dev/null
    says '^gossip: -l: '
    expect 2 gossip -c "$CHAIN" -l 127.0.0.1:0 -T ballot </dev/null
    says "^gossip: -T: 'ballot' is not a type of record"
    expect 2 gossip -c "$CHAIN" -l 127.0.0.1:0 -w no/such/file </dev/null
    expect 2 gossip -p -k alice.key -c "$CHAIN" -l 127.0.0.1:0 </dev/null
    says '^gossip: -p: '
    expect 2 gossip -L absent -l 127.0.0.1:0 </dev/null
    for option in '-f 57' '-f 0' '-n 0' '-n 4097' '-t x' '-m 0' '-j 0' '-P x' '-a absent'; do
        # shellcheck disable=SC2086 # an option and its argument
        expect 2 gossip $option -c "$CHAIN" -l 127.0.0.1:0 </dev/null
    done
    listen l -c "$CHAIN"
    loop a -c "$CHAIN"
    mkfifo in
    exec 7<>in
    start full bash -c 'exec gossip -c "$1" "$2" <in >/dev/full' full "$CHAIN" "$at"
    timeout 300 gossip-send -c "$CHAIN" "$at" <txs
    status_of "$pid"
    [ "$status" -eq 2 ]
    exec 7>&-
}

@test "gossip: what the node's programs did with a record is in its log" {
    chain 1
    id=$(cat ids)
    { cat txs && echo "refused $id seq%20is%20used" && echo "later $id" && echo "accepted $id"; } |
        gossip -v -c "$CHAIN" -l 127.0.0.1:0 -t 0 2>a.log || : # nobody took it
    grep -E ' (accepted|refused|later) ' a.log | cut -d ' ' -f 2- | diff - <(
        echo "- accepted $id"
        echo "- refused $id seq%20is%20used"
        echo "- later $id"
        echo "- accepted $id"
    )
}

@test "gossip -S: a file with its connections, replaced as they change" {
    chain 1
    loop a -c "$CHAIN" -S seen.a
    first=$at key=$(account alice)
    loop b -c "$CHAIN" -S seen.b -k alice.key "$first"
    eventually grep -Eq "^peer $key 127.0.0.1:[0-9]+ in [0-9]+ 0 [0-9]+ 4 [slbhv]+ - -$" seen.a
    eventually grep -Eq "^peer [0-9a-f]{64} $first out [0-9]+ 0 [0-9]+ 4 [slbhv]+ - -$" seen.b
    grep -qx 'total 1 0 0' seen.a
    [ "$(sed -n 's/^peer [^ ]* [^ ]* in \([0-9]*\) .*/\1/p' seen.a)" -le "$EPOCHSECONDS" ]
    # a file that cannot be written is no reason to end
    loop c -c "$CHAIN" -S no/such/file "$at"
    eventually grep -q '^gossip: no/such/file: cannot be written: ' c.log
}

@test "gossip -S: whoever only pulls is not one of its peers" {
    chain 1
    by_hand g -S seen
    greet p -
    greet a
    eventually grep -Eq '^peer - 127.0.0.1:[0-9]+ in [0-9]+ 0 (-|[0-9]+) 2 sl - -$' seen
    grep -qx 'total 1 0 0' seen
    [ "$(wc -l <seen)" -eq 2 ]
}

@test "gossip -S: the peers that serve blocks are asked where their chains stand" {
    chain 1
    by_hand g -S seen
    greet b sl
    talk a "$at"
    say a "hello 2 $CHAIN 1 $(printf '%064d' 1) plain slb"
    asked() { [ "$(grep -cx "pull 0 $CHAIN" a.heard)" -eq "$1" ]; } # once for each answer
    for ((n = 1; n <= 2; n++)); do
        eventually grep -Eq "^peer .* slb $n $(printf '%064d' $n)\$" seen
        eventually asked $n
        say a "pulled $((n + 1)) $(printf '%064d' $((n + 1)))"
    done
    grep -Eq '^peer .* sl - -$' seen
    refute grep pull b.heard
    eventually asked 3
    say a 'pulled 7 7'
    eventually heard a 'bye bad'
}

@test "gossip: what its programs say of a record goes back to whoever offered it" {
    chain 4
    by_hand g
    greet a s
    say a "have $(line 1 ids) $(line 2 ids) $(line 3 ids)"
    eventually heard a "want $(line 1 ids) .*"
    say_file a <(head -n 3 txs)
    eventually has g.out 3
    { line 1 txs && echo "refused $(line 2 ids) no%20money" && echo "later $(line 3 ids)"; } >&7
    eventually heard a "accepted $(line 1 ids)"
    eventually heard a "refused $(line 2 ids) no%20money"
    eventually heard a "later $(line 3 ids)"
    event g "127.0.0.1:[0-9]+ refused $(line 2 ids) no%20money"
    event g "127.0.0.1:[0-9]+ accepted $(line 1 ids)"
    # what was accepted is said to be so again, and what was not is asked for again
    say a "have $(line 1 ids) $(line 3 ids)"
    eventually heard a "want $(line 3 ids)"
    eventually said_twice "accepted $(line 1 ids)"
    # a verdict of one that gives none is an error
    greet b l
    say b "accepted $(line 1 ids)"
    eventually heard b 'bye bad'
}

@test "gossip: a peer that relays hears that its record was taken before it hears what became of it" {
    chain 2
    mkfifo there back
    start judge bash -c 'exec <there >back; read -r line; echo "later $1"; read -r line; echo "refused $2 no%20money"; read -r line' \
        judge "$(line 1 ids)" "$(line 2 ids)"
    start g bash -c 'exec gossip -p -l 127.0.0.1:0 -w g.at -c "$1" >there <back' g "$CHAIN"
    eventually test -s g.at
    at=$(cat g.at)
    greet a slv
    for n in 1 2; do
        say a "have $(line $n ids)"
        eventually heard a "want $(line $n ids)"
        say_file a <(line $n txs)
        eventually heard a "(later|refused) $(line $n ids).*"
    done
    diff <(grep -E '^(taken|later|refused)' a.heard | cut -d ' ' -f 1) <(printf '%s\n' taken later taken refused)
}

said_twice() { # LINE
    [ "$(grep -cx "$1" a.heard)" -eq 2 ]
}

@test "gossip-send: ends with 1 and the reason if the node's programs refuse a record" {
    chain 2
    mkfifo there back
    start judge bash -c 'while read -r line; do
            case $line in *" first "*) echo "$line" ;; *) echo "refused $(printf %s "$line" | sha256sum | cut -c 1-64) not%20today" ;; esac
        done <there >back'
    start g bash -c 'exec gossip -v -l 127.0.0.1:0 -w g.at -c "$1" >there <back' g "$CHAIN"
    eventually test -s g.at
    txmake -c "$CHAIN" -s 0 -f alice bob 1 first | txsign -k alice.key >first.tx
    timeout 300 gossip-send -c "$CHAIN" "$(cat g.at)" <first.tx
    expect 1 gossip-send -c "$CHAIN" "$(cat g.at)" <<<"$(line 2 txs)"
    says "^gossip-send: refused: $(line 2 ids): not today$"
}

@test "gossip-send: ends with 1 if the node took a record and does not say in time what became of it" {
    chain 2
    by_hand g
    gives_up 1 "no verdict: $(line 2 ids)" txs timeout 600 gossip-send -c "$CHAIN" -p "$at"
    diff <(without_waits "$err") <(sed 's/^/gossip-send: no verdict: /' ids)
}

# A whole node: gossip and the filters, in a loop. NAME.pool; its ledger is `ledger`.
whole_node() { # NAME
    rm -f "$1.at" "$1.there" "$1.back" "$1.peers"
    mkfifo "$1.there" "$1.back"
    : >"$1.peers"
    # shellcheck disable=SC2016 # for the other shell
    start "$1.filters" bash -c 'verify -u -l ledger <"$1.there" | ledger-append -p ledger | txpool -u -l ledger "$1.pool" |
        peerbook -l ledger "$1.peers" >"$1.back"' filters "$1"
    # shellcheck disable=SC2016
    start "$1" bash -c 'exec gossip -v -l 127.0.0.1:0 -w "$1.at" -L ledger >"$1.there" <"$1.back"' node "$1"
    eventually listens "$1" "$pid"
    at=$(cat "$1.at")
}

@test "gossip-send: ends with 0 once the node has accepted every record, with 1 and the reason otherwise" {
    easy_chain 100
    whole_node n
    txmake -l ledger -s 0 -f alice bob 5 | txsign -k alice.key >good
    expect 0 gossip-send -L ledger -t 300 "$at" <good
    cmp good n.pool
    expect 0 gossip-send -L ledger -t 300 "$at" <good # known
    txmake -l ledger -s 0 -f alice bob 6 | txsign -k alice.key >second
    txmake -l ledger -s 1 -f alice bob 5000 | txsign -k alice.key >rich
    txmake -l ledger -s 1 -F 0 -f alice bob 5 | txsign -k alice.key >cheap
    cat second rich cheap >bad
    expect 1 gossip-send -L ledger -t 300 "$at" <bad
    says "^gossip-send: refused: $(id <second): tx: seq 0 is spent twice: "
    says "^gossip-send: refused: $(id <rich): tx: $ALICE has 94, needs 5001\$"
    says "^gossip-send: refused: $(id <cheap): tx: fee 0 is under the minimum of 1\$"
    # one that has to wait for another
    txmake -l ledger -s 2 -f alice bob 1 | txsign -k alice.key >later
    txmake -l ledger -s 1 -f alice bob 1 | txsign -k alice.key >between
    cat later between >both
    expect 0 gossip-send -L ledger -t 300 "$at" <both
    cat good between later | cmp - n.pool
}
