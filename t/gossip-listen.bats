# bats file_tags=long
# shellcheck disable=SC2094 # a log is read while it is written
load lib/common
load lib/ledger
load lib/gossip

# gossip-listen, mostly from the other end of a plain connection, on which a test sends every line itself.

# Dials and sends a hello.
greet() { # NAME
    talk "$1" "$at"
    say "$1" "$(hello "$CHAIN")" 'ping 0'
    eventually heard "$1" 'pong 0' # its hello comes before it has read ours
    heard "$1" "hello 1 $CHAIN [0-9]+ [0-9a-f]{64} deflate"
}

# offer NAME LINE: announces the record, and sends it when it is requested.
offer() {
    local one
    one=$(head -n 1 <<<"$2" | id)
    say "$1" "have $one"
    eventually heard "$1" "want $one"
    say "$1" "$2"
}

is_dropped() { # NAME BYE
    eventually heard "$1" "bye $2"
    eventually gone "$1"
}

ends_with_2() { # ARGUMENT...
    expect 2 timeout 300 gossip-listen "$@"
}

# A block on the tip with the transactions in FILE, into OUT.
block_of() { # FILE OUT
    mined_with ledger 1 miner <"$1" >"$2"
}

# The brief of the block in FILE and its short lines.
brief_of() {
    head -n 1 "$1" | sed 's/^block/brief/'
    tail -n +2 "$1" >body_lines
    ids_of body_lines | cut -c 1-16 | paste -sd ' ' | sed 's/^/short /'
}

say_brief() { # NAME BLOCKFILE
    brief_of "$2" >"$1.brief"
    say_file "$1" "$1.brief"
}

# --- The normal case -----------------------------------------------------------------------------------

# bats test_tags=threads
@test "gossip-listen: a record is requested, printed once, and acknowledged to every peer that sends it" {
    chain
    listen l -p -c "$CHAIN"
    greet a
    greet b
    tx=$(line 1 txs) one=$(line 1 ids)
    offer a "$tx"
    eventually heard a "taken $one"
    cmp <(line 1 txs) l.out
    say b "have $one"
    eventually heard b "taken $one"
    refute heard b "want $one"
    say b "have $(line 2 ids) $(line 1 ids) $(line 3 ids)"
    eventually heard b "want $(line 2 ids) $(line 3 ids)"
    say_file b <(tail -n +2 txs)
    eventually cmp -s txs l.out
    eventually heard b "taken $(line 2 ids) $(line 3 ids)"
    eventually event l "127\.0\.0\.1:[0-9]+ new $one tx"
}

@test "gossip-listen: a record that two peers announce is requested from one; if that one leaves, from the other" {
    chain 1
    listen l -p -c "$CHAIN"
    greet a
    greet b
    say a "have $(cat ids)"
    eventually heard a "want $(cat ids)"
    say b "have $(cat ids)" 'ping 7'
    eventually heard b 'pong 7'
    # it is not asked, unless the machine is so busy that a is late by now
    ! heard b "want $(cat ids)" || event l "[^ ]+ late $(cat ids)"
    hang_up a
    eventually heard b "want $(cat ids)"
    say_file b txs
    eventually heard b "taken $(cat ids)"
    cmp txs l.out
}

@test "gossip-listen: if a peer announces a record and does not deliver it, another is asked" {
    chain 1
    listen l -p -c "$CHAIN"
    greet a
    greet b
    say a "have $(cat ids)"
    eventually heard a "want $(cat ids)"
    say b "have $(cat ids)"
    eventually heard b "want $(cat ids)"
    event l "[^ ]+ late $(cat ids)"
    say_file b txs
    eventually heard b "taken $(cat ids)"
    # it comes late after all, and is no fault
    say_file a txs
    say a 'ping 1'
    eventually heard a 'pong 1'
    cmp txs l.out
}

# bats test_tags=threads
@test "gossip-listen: a requested block arrives with its body" {
    chain 3
    block_of txs block
    listen l -p -c "$CHAIN"
    greet a
    offer a "$(cat block)"
    eventually heard a "taken $(head -n 1 block | id)"
    cmp block l.out
    event l "[^ ]+ new $(head -n 1 block | id) block"
}

@test "gossip-listen: peer records" {
    chain
    listen l -p -c "$CHAIN"
    greet a
    peerbook -c "$CHAIN" -a 127.0.0.1:7001 -k alice.key >peer
    offer a "$(cat peer)"
    eventually heard a "taken $(id <peer)"
    cmp peer l.out
    # one that is too old is not worth a word, nor printing
    peerbook -c "$CHAIN" -T 1700000000 -a 127.0.0.1:7001 -k bob.key >old
    offer a "$(cat old)"
    say a 'ping 1'
    eventually heard a 'pong 1'
    refute heard a "taken $(id <old)"
    cmp peer l.out
    forged <peer >bad
    offer a "$(cat bad)"
    is_dropped a bad
    cmp peer l.out
}

@test "gossip-listen: -t takes records that are otherwise ignored, once their signature and chain hold" {
    chain
    txsign -k alice.key -t 'I am alice' >said
    ledger-checkpoint -k alice.key ledger >vow
    ledger-init -t 0f alice 1 >other
    listen l -p -c "$CHAIN" -t statement -t checkpoint
    listen_at=$at
    greet a
    offer a "$(cat said)"
    eventually heard a "taken $(id <said)"
    offer a "$(cat vow)"
    eventually heard a "taken $(id <vow)"
    cat said vow | diff - l.out
    offer a "$(forged <said)"
    is_dropped a bad
    at=$listen_at
    greet b
    offer b "$(ledger-checkpoint -k alice.key other)"
    is_dropped b bad
    cat said vow | diff - l.out
    listen m -p -c "$CHAIN" -t checkpoint
    greet c
    offer c "$(cat said)"
    say c 'ping 1'
    eventually heard c 'pong 1'
    refute heard c "taken $(id <said)"
    [ ! -s m.out ]
}

@test "gossip-listen: -t names a type that nodes can judge: no other is taken" {
    chain
    ends_with_2 -p -l 127.0.0.1:0 -c "$CHAIN" -t oath
    says "^gossip-listen: -t: 'oath' is not a type of record that nodes take from each other: tx block peer checkpoint vote proposal attest statement\$"
    for type in key proof rule '' 'tx '; do
        ends_with_2 -p -l 127.0.0.1:0 -c "$CHAIN" -t "$type"
        says "^gossip-listen: -t: '$type' is not a type"
    done
    mapfile -t many < <(yes -- -tpeer | head -n 17)
    ends_with_2 -p -l 127.0.0.1:0 -c "$CHAIN" "${many[@]}"
    says 'more than 16 types'
}

# --- Handshake -----------------------------------------------------------------------------------------

@test "gossip-listen: a peer with a wrong hello is told why it is refused" {
    chain
    listen l -p -c "$CHAIN"
    while read -r word greeting; do
        talk t "$at"
        say t "$greeting"
        is_dropped t "$word"
        [ "$(grep -c '^hello ' t.heard)" -eq "$([ "$word" = chain ] && echo 1 || echo 0)" ]
        [ "$(grep -vc '^hello ' t.heard)" -eq 1 ]
    done <<END
chain hello 1 $(tr 0-9 1-90 <<<"$CHAIN") 0 $CHAIN plain
version hello 9 $CHAIN 0 $CHAIN plain s
version hello 0 some other form
bad hello 1 $CHAIN 0 $CHAIN gzip
bad hello 1 $CHAIN 0 $CHAIN plain more
bad hello 1 $CHAIN -1 $CHAIN plain
bad hello 1 $CHAIN 0 ${CHAIN%?} plain
bad hello 1 $CHAIN 0 $CHAIN plain s
bad hello 2 $CHAIN 0 $CHAIN plain
bad hello 2 $CHAIN 0 $CHAIN plain ls
bad hello 2 $CHAIN 0 $CHAIN plain s-
bad hello 2 $CHAIN 0 $CHAIN plain ss
bad hello 2 $CHAIN 0 $CHAIN plain x
bad have $CHAIN
bad tx $CHAIN
bad ping 1
END
    greet t
    say t "$(hello "$CHAIN")"
    is_dropped t bad
    [ ! -s l.out ]
}

@test "gossip-listen: a peer that sends no hello is dropped" {
    chain
    listen l -p -c "$CHAIN"
    began=$(date +%s%N)
    talk a "$at"
    greet b
    eventually heard a 'bye slow'
    took=$((($(date +%s%N) - began) / 1000000))
    [ "$took" -ge 8000 ]
    eventually gone a
    refute gone b
}

# --- What breaks a rule --------------------------------------------------------------------------------

@test "gossip-listen: a record that breaks a rule is not printed, and its sender is dropped" {
    chain 4
    listen l -p -c "$CHAIN"
    forged <txs | line 1 - >forged
    line 2 txs | sed "s/^tx [0-9a-f]*/tx $(tr 0-9 1-90 <<<"$CHAIN")/" >other
    line 3 txs | cut -d ' ' -f 1-5 >torn
    for bad in forged other torn; do
        greet t
        offer t "$(cat $bad)"
        is_dropped t bad
        event l "[^ ]+ bad $(id <$bad) tx: .*"
    done
    greet t
    say_file t <(line 4 txs)
    is_dropped t bad
    event l "[^ ]+ bad [0-9a-f]{64} a record that was not requested"
    [ ! -s l.out ]
}

@test "gossip-listen: lines that no sender sends" {
    chain
    listen l -p -c "$CHAIN"
    ones=$(yes "$CHAIN" | head -n 257 | paste -sd ' ')
    while IFS= read -r text; do
        greet t
        say t "$text"
        is_dropped t bad
    done <<END
want $CHAIN
taken $CHAIN
lines $CHAIN 1
pulled 0 $CHAIN
have
have $(tr a-f A-F <<<"$CHAIN")
have $CHAIN ${CHAIN%?}
have $ones
short 0123456789abcdef
brief 1
brief$(head -n 1 ledger | cut -c 6-)
ping
ping 01
ping 1 2
pull 1
pull 0 $CHAIN
pull 501 $CHAIN
pull 1 ${CHAIN%?}
pull 1 $(yes "$CHAIN" | head -n 65 | paste -sd ' ')
END
    # an endless line
    greet t
    head -c 70000 /dev/zero | tr '\0' x >long
    say_file t long
    is_dropped t bad
    eventually event l '[^ ]+ out - line: over 65535 bytes'
    # a line as long as any may be is taken
    greet t
    head -c 65530 /dev/zero | tr '\0' x | sed 's/^/note /' >long
    say t "have $(id <long)"
    eventually heard t "want $(id <long)"
    [ ! -s l.out ]
}

@test "gossip-listen: a connection that ends within a record, or within a block" {
    chain 3
    block_of txs block
    listen l -p -c "$CHAIN"
    listen_at=$at
    greet a
    say a "have $(line 1 ids)"
    eventually heard a "want $(line 1 ids)"
    printf %s "$(line 1 txs)" >half
    say_file a half
    say a '' # the rest of a line, which makes it whole
    eventually heard a "taken $(line 1 ids)"
    say a "have $(line 2 ids) $(head -n 1 block | id)"
    eventually heard a "want $(line 2 ids) $(head -n 1 block | id)"
    head -n 3 block | head -c -20 >half
    say_file a half
    hang_up a
    eventually event l '[^ ]+ out - .*'
    at=$listen_at
    greet b
    cmp <(line 1 txs) l.out
    # a block whose body another line cuts
    say b "have $(head -n 1 block | id)"
    eventually heard b "want $(head -n 1 block | id)"
    say_file b <(head -n 3 block)
    say b "have $(line 3 ids)"
    is_dropped b bad
    cmp <(line 1 txs) l.out
}

@test "gossip-listen: a block without proof of work, or with a body that does not match its root" {
    chain 3
    block_of txs block
    listen l -p -c "$CHAIN"
    listen_at=$at
    # it claims a target that its hash does not meet
    sed "1s/ f\{64\} / $(printf '%064d' 1) /" block >workless
    { head -n 1 block && line 2 txs && line 1 txs && line 3 txs; } >mixed
    for bad in workless mixed; do
        greet t
        offer t "$(cat $bad)"
        is_dropped t bad
        at=$listen_at
    done
    greet t
    head -n 1 workless | sed 's/^block/brief/' >brief
    say_file t brief
    is_dropped t bad
    greet t
    offer t "$(cat block)"
    eventually heard t "taken $(head -n 1 block | id)"
    cmp block l.out
}

@test "gossip-listen: with -L, a block's header is checked against the chain" {
    chain 1
    block_of txs block
    listen l -p -L ledger
    # a time before its parent's
    sed '1s/^\(block 1 [^ ]* [^ ]*\) [^ ]*/\1 1600000000/' block >early
    greet t
    offer t "$(cat early)"
    # it is dropped in silence, as a relay without a ledger may pass it on
    say t "have $(head -n 1 early | id)" 'ping 1'
    eventually heard t 'pong 1'
    refute heard t "taken $(head -n 1 early | id)"
    offer t "$(cat block)"
    eventually heard t "taken $(head -n 1 block | id)"
    cmp block l.out
    # what the ledger holds need not be brought again
    ledger-append -q ledger <block
    listen m -p -L ledger
    greet u
    say u "have $(head -n 1 block | id)"
    eventually heard u "taken $(head -n 1 block | id)"
    [ ! -s m.out ]
}

# --- Briefs --------------------------------------------------------------------------------------------

@test "gossip-listen: a compact block whose lines are all known is complete at once" {
    chain 20
    block_of txs block
    block=$(head -n 1 block | id)
    listen l -p -c "$CHAIN"
    greet a
    say a "have $(paste -sd ' ' ids)"
    eventually heard a "want $(paste -sd ' ' ids)"
    say_file a txs
    eventually cmp -s txs l.out
    say_brief a block
    eventually heard a "taken $block"
    event l "[^ ]+ brief $block 20 20"
    refute grep -Eq "^lines|^want $block" a.heard
    cat txs block | cmp - l.out
}

@test "gossip-listen: the missing lines of a compact block are requested by number" {
    chain 20
    block_of txs block
    block=$(head -n 1 block | id)
    sed '3d; 8d; 20d' txs >known
    listen l -p -c "$CHAIN"
    greet a
    say a "have $(ids_of known | paste -sd ' ')"
    say_file a known
    eventually cmp -s known l.out
    say_brief a block
    eventually heard a "lines $block 2 7 19"
    event l "[^ ]+ brief $block 17 20"
    say_file a <(line 3 txs && line 8 txs && line 20 txs)
    eventually heard a "taken $block"
    cat known block | cmp - l.out
}

@test "gossip-listen: a compact block that is mostly unknown, and one of an empty block" {
    chain 20
    block_of txs block
    block=$(head -n 1 block | id)
    listen l -p -c "$CHAIN"
    greet a
    say_brief a block
    eventually heard a "want $block"
    say_file a block
    eventually heard a "taken $block"
    cmp block l.out
    mined ledger 1 bob >empty
    head -n 1 empty | sed 's/^block/brief/' >brief
    say_file a brief
    eventually heard a "taken $(head -n 1 empty | id)"
    cat block empty | cmp - l.out
}

@test "gossip-listen: a forged twin of a compact block does not keep the honest block out" {
    chain 20
    block_of txs block
    block=$(head -n 1 block | id)
    listen l -p -c "$CHAIN"
    greet liar
    greet honest
    say honest "have $(paste -sd ' ' ids)"
    eventually heard honest "want $(paste -sd ' ' ids)"
    say_file honest txs
    eventually cmp -s txs l.out
    # known lines, in another order: the root differs; who said so is asked for the whole, and keeps silent
    { brief_of block | head -n 1 && cut -c 1-16 ids | tac | paste -sd ' ' | sed 's/^/short /'; } >twin
    say_file liar twin
    eventually heard liar "want $block"
    say_brief honest block
    eventually heard honest "want $block"
    say_file honest block
    eventually heard honest "taken $block"
    cat txs block | cmp - l.out
    # who lied is still there, and has been no use
    event l "[^ ]+ late $block"
}

@test "gossip-listen: if the missing lines of a compact block never arrive, another peer is asked" {
    chain 20
    block_of txs block
    block=$(head -n 1 block | id)
    line 3 txs >missing
    sed 3d txs >known
    listen l -p -c "$CHAIN"
    greet liar
    greet honest
    say honest "have $(ids_of known | paste -sd ' ')"
    say_file honest known
    eventually cmp -s known l.out
    say_brief liar block
    eventually heard liar "lines $block 2"
    say honest "have $block"
    eventually heard honest "want $block"
    say_file honest block
    eventually heard honest "taken $block"
    cat known block | cmp - l.out
    # a line that answers late is no fault
    say_file liar missing
    say liar 'ping 1'
    eventually heard liar 'pong 1'
}

@test "gossip-listen: a brief may count more lines than transactions of today would have room, not more than any lines" {
    chain 3
    block_of txs block
    listen l -p -c "$CHAIN"
    greet t
    head -n 1 block | sed 's/ 3 \([^ ]*\)$/ 300000 \1/' >many
    sed 's/^block/brief/' many >brief
    say_file t brief
    eventually heard t "want $(id <many)"
    sed 's/ 300000 / 40000000 /' brief >over
    say_file t over
    is_dropped t bad
}

@test "gossip-listen: short lines that do not match their brief" {
    chain 3
    block_of txs block
    listen l -p -c "$CHAIN"
    for shorts in "short $(printf '%016d ' 1 2 3 4)" 'short 0123456789abcde' 'short 0123456789ABCDEF' 'short' "have $CHAIN"; do
        greet t
        brief_of block | head -n 1 >brief
        say_file t brief
        say t "${shorts% }"
        is_dropped t bad
    done
    [ ! -s l.out ]
}

# --- Pulls ---------------------------------------------------------------------------------------------

# pulled NAME LINES: the answer to a pull, without the lines before it.
answer() { # NAME
    grep -Ev '^(hello|want|taken|pong|pulled|bye) ' "$1.heard"
}

@test "gossip-listen: -L answers pulls from any locator" {
    chain 3
    cp ledger full
    block_of txs block
    ledger-append -q full <block
    mined full 5 bob | ledger-append -q full
    tip=$(tip_id full)
    listen l -p -L full
    ids full >block_ids
    for from in 0 1 3 6; do
        greet t
        say t "pull 500 $(printf '%064d' 5) $(line $((from + 1)) block_ids)"
        eventually heard t "pulled 6 $tip"
        answer t >got || :
        blocks full $((from + 1)) 99 | cmp - got
        hang_up t
    done
    greet t
    say t "pull 2 $(line 2 block_ids)"
    eventually heard t "pulled 6 $tip"
    answer t >got
    blocks full 2 3 | cmp - got
    # none of ours: from genesis on
    greet t
    say t "pull 500 $(printf '%064d' 5)"
    eventually heard t "pulled 6 $tip"
    answer t >got
    cmp full got
    # what is new in the ledger is in the next answer
    mined full 1 bob | ledger-append full >new
    say t "pull 5 $tip"
    eventually heard t "pulled 7 $(tip_id full)"
    answer t | tail -n 1 | cmp - new
}

@test "gossip-listen: without a ledger a pull gets nothing; a ledger is served as soon as it exists" {
    chain 1
    listen l -p -c "$CHAIN"
    greet t
    say t "pull 500 $CHAIN"
    eventually heard t "pulled 0 $CHAIN"
    [ -z "$(answer t)" ]
    listen m -p -c "$CHAIN" -L late
    greet u
    say u "pull 500 $CHAIN"
    eventually heard u "pulled 0 $CHAIN"
    cp ledger late
    mined late 1 bob | ledger-append -q late
    tip=$(tip_id late)
    pulls_it() {
        say u "pull 500 $CHAIN" && sleep 0.1 && heard u "pulled 1 $tip"
    }
    eventually pulls_it # it looks for one once a second
    answer u | sort -u >got
    blocks late 1 | cmp - got
    ends_with_2 -p -l 127.0.0.1:0 -L nowhere
    says 'nowhere'
    ends_with_2 -p -l 127.0.0.1:0 -L ledger -c "$(tr 0-9 1-90 <<<"$CHAIN")"
}

# --- The spool -----------------------------------------------------------------------------------------

@test "gossip-listen: -s prints again what a killed run printed" {
    chain 30
    block_of <(head -n 5 txs) block
    listen l -p -c "$CHAIN" -s spool
    first=$pid
    cat txs block | timeout 300 gossip-send -p -c "$CHAIN" "$at"
    kill -KILL "$first"
    wait "$first" || :
    cat txs block >both
    same_lines l.out both
    cmp l.out spool
    # half a line at the end is cut off
    printf 'tx %s half' "$CHAIN" >>spool
    listen l -p -c "$CHAIN" -s spool
    eventually shows l.out cat spool
    same_lines l.out both
    cmp l.out spool
    # and known
    greet a
    say a "have $(line 1 ids)"
    eventually heard a "taken $(line 1 ids)"
    # what is no record, or was forged meanwhile, is not printed
    kill "$pid"
    end_started
    { line 1 txs && line 2 txs | forged && echo 'rubbish  here' && line 3 txs; } >spool
    listen l -p -c "$CHAIN" -s spool
    eventually shows l.out sed -n '1p; 3p' txs
    ends_with_2 -p -l 127.0.0.1:0 -c "$CHAIN" -s .
    ends_with_2 -p -l 127.0.0.1:0 -c "$CHAIN" -s nowhere/spool
    says 'nowhere/spool'
}

@test "gossip-listen: -s keeps all that was printed, however much arrives at once" {
    # a block of more than is checked at a time, 1 MiB
    easy_chain
    ledger-init -n easy -T 1700000000 -e 0 -t f -b 4000000 alice 1000000 >ledger
    CHAIN=$(chain_id ledger)
    yes "bob 1 $(printf 'x%.0s' $(seq 256))" | head -n 2000 | paid alice ledger >txs
    block_of txs block
    [ "$(stat -c %s block)" -gt 1100000 ]
    listen l -p -c "$CHAIN" -s spool
    timeout 300 gossip-send -p -z -c "$CHAIN" "$at" <block
    cmp block l.out
    cmp block spool
    timeout 300 gossip-send -p -z -c "$CHAIN" "$at" <txs
    cat block txs >both
    same_lines both l.out
    cmp l.out spool
}

@test "gossip-listen: the spool keeps two files of 8 MiB at most" {
    payments 16000 "$(printf 'é%.0s' {1..128})" # the longest that there are
    listen l -p -c "$CHAIN" -s spool
    timeout 300 gossip-send -p -c "$CHAIN" "$at" <txs
    [ "$(stat -c %s spool)" -le 8388608 ]
    [ "$(stat -c %s spool.old)" -le 8388608 ]
    cat spool.old spool >kept
    [ "$(stat -c %s kept)" -ge 8388608 ]
    tail -n "$(wc -l <kept)" l.out | cmp - kept
}

# --- Connections ---------------------------------------------------------------------------------------

@test "gossip-listen: -n limits connections; at most a quarter may be without a hello" {
    chain
    listen l -p -c "$CHAIN" -n 4
    talk a "$at"
    talk b "$at"
    eventually gone a
    eventually event l '[^ ]+ out - slow: .*'
    say b "$(hello "$CHAIN")" 'ping 0'
    eventually heard b 'pong 0'
    for name in c d e; do greet $name; done
    # one that has delivered nothing for two seconds makes way for a newcomer; a younger one does not
    talk f "$at"
    eventually one_gone b c d e f
    one_made_way() { event l '[^ ]+ out - full: others came, and this one has delivered least' || gone f; }
    eventually one_made_way
    hang_up c
    hang_up d
    greet g
}

@test "gossip-listen: with all connections from different networks, one that has delivered keeps its own" {
    need python3
    chain 1
    listen l -p -c "$CHAIN" -n 4
    timeout 300 python3 -B -c '
import select, socket, sys, time
at, hello, id, tx = sys.argv[1:]
def connect(network):
    host, port = at.rsplit(":", 1)
    s = socket.create_connection((host, int(port)), source_address=("127.%d.0.1" % network, 0))
    ask(s, hello + "\nping 0", "pong 0")
    return s
def ask(s, line, answer):
    s.sendall((line + "\n").encode())
    heard = b""
    while answer.encode() not in heard.splitlines():
        more = s.recv(65536)
        assert more, "closed: %s" % heard
        heard += more
idle = [connect(n) for n in (1, 2, 3)]
worthy = connect(4)
ask(worthy, "have " + id, "want " + id)
ask(worthy, tx, "taken " + id)
time.sleep(2.1)  # until then, each could deliver something yet
kept = []
for n in 5, 6:
    kept.append(connect(n))
    ask(worthy, "ping 1", "pong 1")
assert select.select(idle, [], [], 60)[0], "no idle one made way"
' "$at" "$(hello "$CHAIN")" "$(cat ids)" "$(cat txs)"
}

one_gone() { # NAME...
    local name n=0
    for name; do
        if gone "$name"; then n=$((n + 1)); fi
    done
    [ "$n" -eq 1 ]
}

@test "gossip-listen: TLS, -a, and a discouraged key" {
    chain 3
    keygen -s stranger stranger >stranger.line
    { cat alice.pub && echo '# a friend' && cut -d ' ' -f 2 bob.pub; } >friends
    listen l -c "$CHAIN" -k miner.key -a friends
    event l "- start - listen $at $MINER $CHAIN"
    line 1 txs | timeout 300 gossip-send -k alice.key -c "$CHAIN" "$MINER@$at"
    line 2 txs | timeout 300 gossip-send -k bob.key -z -c "$CHAIN" "$at"
    # itself is a member
    line 3 txs | timeout 300 gossip-send -k miner.key -c "$CHAIN" "$at"
    cmp txs l.out
    event l "$ALICE new $(line 1 ids) tx"
    line 3 txs | sed 's/ pay / pay /' >again
    gives_up 1 "not reached: $at: the peer said bye banned\$" again gossip-send -v -k stranger.key -c "$CHAIN" "$at"
    eventually event l '127\.0\.0\.1:[0-9]+ out - its key is not allowed'
    refute event l "$(account stranger) .*"
    # a forged record: alice is not talked to for a while
    line 1 txs | forged >bad
    gives_up 3 'unreached - the peer said bye banned$' bad gossip-send -v -k alice.key -c "$CHAIN" "$at"
    event l "$ALICE bad $(id <bad) tx: .*"
    eventually event l '127\.0\.0\.1:[0-9]+ out - banned: .*'
    cmp txs l.out
    echo 'not a key' >broken
    expect 1 timeout 300 gossip-listen -l 127.0.0.1:0 -c "$CHAIN" -a broken
    says 'broken:1: '
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -a nowhere
}

@test "gossip-listen: garbage instead of TLS, and TLS to a plain listener" {
    chain 1
    listen l -c "$CHAIN"
    talk t "$at"
    say t "$(hello "$CHAIN")"
    eventually gone t
    expect 1 timeout 300 gossip-send -p -t 1 -c "$CHAIN" "$at" <txs
    listen m -p -c "$CHAIN"
    expect 1 timeout 300 gossip-send -t 1 -c "$CHAIN" "$at" <txs
    [ ! -s l.out ] && [ ! -s m.out ]
    is_running "$pid"
}

@test "gossip-listen: -k with a passphrase by -P, a wrong one, and no key" {
    chain 1
    printf 'secret\nsecret\n' >passphrase
    keygen -p -P 9 locked 9<passphrase
    listen l -c "$CHAIN" -k locked.key -P 9 9<passphrase
    timeout 300 gossip-send -c "$CHAIN" "$(account locked)@$at" <txs
    cmp txs l.out
    echo wrong >passphrase
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -k locked.key -P 9 9<passphrase
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -k nowhere.key
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -k alice.pub
}

# --- Deflate, in plain ---------------------------------------------------------------------------------

@test "gossip-listen: garbage instead of a zlib stream" {
    chain
    listen l -p -c "$CHAIN"
    talk t "$at"
    say t "$(hello "$CHAIN" deflate)" "have $CHAIN"
    eventually gone t
    eventually event l '[^ ]+ out - deflate: .*'
    # a stream that expands more than records do
    need python3
    talk t "$at"
    say t "$(hello "$CHAIN" deflate)"
    python3 -c '
import sys, zlib
c = zlib.compressobj(9)
line = b"ping 1\n" * 9000
sys.stdout.buffer.write(b"".join(c.compress(line) for i in range(2000)) + c.flush())' >bomb
    say_file t bomb
    eventually gone t
    eventually event l '[^ ]+ out - deflate: expands .*'
    greet u
}

# --- Dandelion++ ---------------------------------------------------------------------------------------

@test "gossip-listen: -d distinguishes stem and fluff" {
    chain 3
    listen l -p -c "$CHAIN" -d
    greet a
    greet b
    offer a "$(line 1 txs)"
    eventually heard a "taken $(line 1 ids)"
    { echo "fluff $(line 1 ids)" && line 1 txs; } >want
    cmp want l.out
    say a "stem $(line 2 ids)"
    eventually heard a "want $(line 2 ids)"
    say_file a <(line 2 txs)
    eventually heard a "taken $(line 2 ids)"
    line 2 txs >>want
    cmp want l.out
    # another must not learn from us that we have it; once it is everybody's, only the mark is printed
    say b "have $(line 2 ids)"
    eventually heard b "want $(line 2 ids)"
    say_file b <(line 2 txs)
    eventually heard b "taken $(line 2 ids)"
    echo "fluff $(line 2 ids)" >>want
    cmp want l.out
    event l "[^ ]+ fluff $(line 2 ids) tx"
    say a "have $(line 2 ids)"
    say a 'ping 1'
    eventually heard a 'pong 1'
    cmp want l.out
    # without -d a stem is a record as any
    listen m -p -c "$CHAIN"
    greet c
    say c "stem $(line 3 ids)"
    eventually heard c "want $(line 3 ids)"
    say_file c <(line 3 txs)
    eventually shows m.out line 3 txs
}

# --- stdout, signals, usage ------------------------------------------------------------------------------

@test "gossip-listen: if the reader of stdout stops, so do the senders, and nothing is lost" {
    payments "$(few 20000 8000)"
    mkfifo l.out
    start reader cat l.out
    reader=$pid
    listen l -p -c "$CHAIN"
    kill -STOP "$reader"
    cp txs send.in
    start send gossip-send -v -p -c "$CHAIN" "$at"
    send=$pid
    # it stalls: what waits is a MiB or two, not all
    stalled() {
        local before
        before=$(grep -c ' taken ' send.log)
        [ "$before" -gt 0 ] && sleep 1 && [ "$(grep -c ' taken ' send.log)" -eq "$before" ]
    }
    eventually stalled
    is_running "$send"
    [ "$(grep -c ' taken ' send.log)" -lt "$(wc -l <txs)" ]
    kill -CONT "$reader"
    eventually is_over "$send"
    wait "$send"
    eventually same_lines txs reader.out
}

@test "gossip-listen: a slow reader gets all acknowledged records, even if the listener is ended meanwhile" {
    payments 2000
    mkfifo l.out
    start reader cat l.out
    reader=$pid
    listen l -p -c "$CHAIN"
    listener=$pid
    kill -STOP "$reader"
    timeout 300 gossip-send -p -c "$CHAIN" "$at" <txs
    kill "$listener"
    kill -CONT "$reader"
    status_of "$listener"
    [ "$status" -eq 0 ]
    eventually same_lines txs reader.out
    # one that reads nothing holds it up for some seconds only; then what is lost is told
    mkfifo m.out
    start reader cat m.out
    reader=$pid
    listen m -p -c "$CHAIN"
    listener=$pid
    kill -STOP "$reader"
    timeout 300 gossip-send -p -c "$CHAIN" "$at" <txs
    kill "$listener"
    status_of "$listener"
    [ "$status" -eq 2 ]
    grep -Eqx 'gossip-listen: stdout: nobody read the last [0-9]+ bytes' m.log
}

@test "gossip-listen: a full disk is status 2; a closed stdout ends it" {
    chain 1
    ln -s /dev/full l.out
    listen l -p -c "$CHAIN"
    listener=$pid
    cp txs send.in
    start send gossip-send -p -c "$CHAIN" "$at"
    status_of "$listener"
    [ "$status" -eq 2 ]
    grep -q 'stdout' l.log
    mkfifo m.out
    start reader head -n 1 m.out
    listen m -p -c "$CHAIN"
    listener=$pid
    greet a
    offer a "$(cat txs)"
    eventually same_lines txs reader.out
    status_of "$listener" # at once, though there is nothing to print
    [ "$status" -eq 141 ]
}

@test "gossip-listen: on a signal it says bye to every peer and ends" {
    chain
    # in the background, INT is ignored, and stays so
    for signal in TERM HUP; do
        listen l -p -c "$CHAIN"
        listener=$pid
        greet t
        kill -$signal "$listener"
        status_of "$listener"
        [ "$status" -eq 0 ]
        eventually heard t 'bye done'
        eventually gone t
    done
}

@test "gossip-listen: addresses, and wrong usage" {
    chain
    ends_with_2 -p -l 0.0.0.0:0 -c "$CHAIN"
    says 'only accepted from this machine'
    ends_with_2 -p -l '[::]:0' -c "$CHAIN"
    ends_with_2 -p -k alice.key -l 127.0.0.1:0 -c "$CHAIN"
    says '^gossip-listen: -p: '
    ends_with_2 -p -a names -l 127.0.0.1:0 -c "$CHAIN"
    says '^gossip-listen: -p: '
    ends_with_2 -l 127.0.0.1 -c "$CHAIN"
    says '^gossip-listen: -l: '
    ends_with_2 -l 192.0.2.1:0 -c "$CHAIN"
    ends_with_2 -c "$CHAIN"
    ends_with_2 -l 127.0.0.1:0
    ends_with_2 -l 127.0.0.1:0 -c "${CHAIN%?}"
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" operand
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -n 0
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -n 4097
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -j 0
    ends_with_2 -l 127.0.0.1:0 -c "$CHAIN" -w nowhere/file
    says 'nowhere/file: No such file'
    ends_with_2 -x
    listen l -c "$CHAIN" -j 2
    [ "$(wc -l <l.at)" -eq 1 ]
    ends_with_2 -l "$at" -c "$CHAIN"
    says 'cannot listen'
}

# --- The log -------------------------------------------------------------------------------------------

# Every line of a log must be one of these.
log_holds() { # FILE
    log_has_form "$1" '
        $3 ~ /^(new|fluff|asked|late|brief)$/ && $4 == "-" { bad("no id") }
        $3 == "new" || $3 == "fluff" { if (NF != 5) bad("fields"); next }
        $3 == "asked" || $3 == "late" { if (NF != 4) bad("fields"); next }
        $3 == "brief" { if (NF != 6 || $5 > $6) bad("fields"); next }
        $3 == "pull" { if (NF != 5 || $5 !~ /^[0-9]+$/) bad("fields"); next }
        $3 == "start" { if (NF != 8 || $5 != "listen" || !is_id($8)) bad("fields"); next }'
}

@test "gossip-listen: -v logs every event in one format; without it there is no log" {
    chain 20
    block_of txs block
    listen l -c "$CHAIN" -k miner.key -d
    cat txs block | timeout 300 gossip-send -k alice.key -c "$CHAIN" "$at"
    line 1 txs | forged >send.in
    start send gossip-send -c "$CHAIN" "$at"
    start pull ledger-pull -l new -c "$CHAIN" "$at"
    eventually grep -q ' bad ' l.log
    eventually event l '[^ ]+ pull - 0'
    log_holds l.log
    for event in start in out new asked bad; do grep -q " $event " l.log; done
    listen m -p -c "$CHAIN" -L ledger
    greet a
    say a "stem $(line 1 ids)" "pull 1 $CHAIN"
    eventually heard a 'pulled .*'
    say_file a <(line 1 txs)
    say_brief a block
    say a 'have x'
    is_dropped a bad
    log_holds m.log
    # a log that is not of this form is found
    sed '2s/^[0-9]*/x/' m.log >other
    refute log_holds other
    gossip-listen -l 127.0.0.1:0 -w quiet.at -p -c "$CHAIN" >quiet.out 2>quiet.log 3>&- &
    STARTED+=($!)
    eventually test -s quiet.at
    timeout 300 gossip-send -p -c "$CHAIN" "$(cat quiet.at)" <txs
    [ ! -s quiet.log ]
}
