load lib/common
load lib/ledger
load lib/gossip

# ledger-pull: the blocks that a ledger lacks, from peers that may lie, stall and vanish.

# A chain of this many blocks after genesis in `chain`; only its genesis in `genesis` and `ledger`.
long_chain() { # COUNT
    easy_chain
    cp ledger full
    mined full "$1" alice | ledger-append -q full
    ledger-chain full >chain
    CHAIN=$(sed -n 1p genesis | id)
}

pull() { # OPTION... PEER...
    run_apart timeout 300 ledger-pull -p "$@"
}

pulls() { # NAME: how often a peer was asked
    grep -c '^pull ' "$1.log"
}

@test "it starts from no ledger, from a part of one, and from a complete one" {
    long_chain 1200
    pull_host a chain
    pull -c "$CHAIN" -l none "$(<a.at)"
    [ "$status" -eq 0 ]
    cmp "$out" chain
    only_waited "$err"
    [ ! -e none ]
    [ "$(pulls a)" -eq 3 ]
    blocks chain 0 700 >part
    pull -l part "$(<a.at)"
    [ "$status" -eq 0 ]
    blocks chain 701 1200 | cmp - "$out"
    pull -l full "$(<a.at)"
    [ "$status" -eq 0 ]
    [ ! -s "$out" ]
    [ "$(pulls a)" -eq 4 ] # it has only what we have: it is not asked
    # the locator: newest first, gaps doubling, genesis last
    sed -n '/^pull 500 /p' a.log | tail -n 1 | cut -d ' ' -f 3- | tr ' ' '\n' >locator
    { for h in 700 699 697 693 685 669 637 573 445 189; do blocks chain $h | id; done && echo "$CHAIN"; } | cmp - locator
}

@test "ledger-pull | ledger-append brings a ledger up to date, even one with a torn end" {
    long_chain 30
    seq 20 | sed 's/.*/bob 1 &/' | paid alice full | mined_with full 3 miner | ledger-append -q full
    ledger-chain full >chain
    pull_host a chain
    pull "$(<a.at)"
    ledger-append -q <"$out"
    cmp ledger chain
    { blocks chain 0 11 && printf 'block 12 torn'; } >torn
    pull -l torn "$(<a.at)"
    [ "$status" -eq 0 ]
    blocks chain 12 33 | cmp - "$out"
    ledger-append -q torn <"$out"
    cmp torn chain
    : >empty
    pull -l empty -c "$CHAIN" "$(<a.at)"
    cmp "$out" chain
}

@test "peers from files and operands; a block that several peers send is printed once" {
    long_chain 900
    export TOGETHER='a.log b.log c.log'
    pull_host a chain
    pull_host b chain deflate
    pull_host c chain few 100
    { cat a.at && echo "# for people" && cat b.at; } >peers
    pull -z -n 3 peers "$(<c.at)"
    [ "$status" -eq 0 ]
    blocks chain 1 900 | cmp - "$out"
    for n in a b c; do
        grep -q '^hello 2 .* deflate -$' $n.log
        [ "$(pulls $n)" -ge 1 ]
    done
    pull -n 1 peers "$(<c.at)"
    [ "$status" -eq 0 ]
    [ "$(cat a.log b.log c.log | grep -c ^hello)" -eq 4 ]
}

@test "a branch with more work is printed whole, parents first; one with less is not" {
    easy_chain
    mined ledger 3 alice >trunk && ledger-append -q <trunk
    cp ledger other && cp ledger third
    mined ledger 4 alice | ledger-append -q
    mined other 3 bob | ledger-append -q other
    ledger-chain other >less
    pull_host less less
    pull "$(<less.at)"
    [ "$status" -eq 0 ]
    [ ! -s "$out" ]
    cp other more && mined more 2 bob | ledger-append -q more
    ledger-chain more >chain
    pull_host more chain
    pull "$(<more.at)"
    [ "$status" -eq 0 ]
    blocks chain 4 8 | cmp - "$out"
    # with both: what one gave in vain is not asked for again, and not given twice
    pull "$(<more.at)" "$(<less.at)"
    [ "$status" -eq 0 ]
    blocks chain 4 8 | cmp - "$out"
    cp "$out" new
    run_apart ledger-append -q <new
    says 'reorg: 4 blocks undone, 5 done'
    [ "$(ledger-chain -t)" = "$(ledger-chain -t more)" ]
}

@test "state on a side branch is that branch's" {
    easy_chain 100
    cp ledger other
    mined ledger 3 bob | ledger-append -q
    mined other 1 alice | ledger-append -q other # alice has 150 there
    echo 'bob 120' | paid alice other | mined_with other 4 miner | ledger-append -q other
    ledger-chain other >chain
    pull_host a chain
    pull "$(<a.at)"
    [ "$status" -eq 0 ]
    blocks chain 1 5 | cmp - "$out"
    # and where it cannot be paid for, the block falls
    blocks chain 1 | id >parent
    cp genesis poor && mined poor 1 bob | ledger-append -q poor
    blocks chain 2 2 | sed "1s/ $(<parent) / $(tip_id poor) /" >child
    cat poor child >bad
    pull_host bad bad
    pull -l genesis "$(<bad.at)"
    [ "$status" -eq 1 ]
    says "^ledger-pull: $(<bad.at): tx: .* has 100, needs 121"
    blocks poor 1 1 | cmp - "$out"
}

# pulled_from HOW NUMBER COUNT RULE: pulls from one bad peer. Expects status 1, the reason, and COUNT valid blocks.
pulled_from() {
    pull_host "$1" chain "$1" "$2"
    pull -l genesis "$(<"$1.at")"
    echo "$1: status $status" && cat "$err"
    [ "$status" -eq 1 ]
    says "^ledger-pull: $(<"$1.at"): $4"
    [ "$(without_waits "$err" | grep -vc ' no peer answered$')" -eq 1 ]
    blocks chain 1 600 | head -n "$3" | cmp - "$out"
}

@test "an invalid block is not printed; its peer is dropped and reported, and the others go on" {
    long_chain 600
    pulled_from forge 5 5 'block: height 16, expected 6|block: does not follow'
    pulled_from skip 5 5 'block: does not follow the one before it'
    pulled_from tx 5 5 'an answer to a pull holds only blocks'
    pulled_from long 5 5 'line: over 65535 bytes|block: '
    pulled_from more 0 500 'more blocks than were requested'
    pulled_from claim 0 600 'claims a tip, but sends no block above ours'
    pulled_from again 0 500 'sends the same blocks again and again|block: does not follow'
    pulled_from other 0 0 'hello: of another chain'
    pulled_from version 0 0 'hello: version 9, ours is 4'
    pulled_from unasked 0 0 'block: its parent is not known|block: does not follow'
    pulled_from have 0 0 'an unexpected line: have 5'
}

@test "bodies: an invalid signature, a wrong root, half a block, an endless one" {
    easy_chain
    seq 5 | sed 's/.*/bob 1 &/' | paid alice ledger >txs
    cp ledger full && mined_with full 3 miner <txs | ledger-append -q full
    ledger-chain full >chain
    count=$(($(wc -l <txs) + 1))
    for how in body half short cut never; do
        pull_host $how chain $how 0
        pull -l genesis "$(<$how.at)"
        echo "$how: status $status" && cat "$err"
        [ "$status" -eq 1 ]
        [ ! -s "$out" ]
        says "^ledger-pull: $(<$how.at): "
    done
    # with a good one beside them, all is had
    pull_host good chain
    cat body.at half.at short.at never.at good.at >peers
    pull -l genesis -n 5 peers
    [ "$status" -eq 0 ]
    [ "$count" -eq 6 ]
    tail -n +"$(($(wc -l <genesis) + 1))" chain | cmp - "$out"
    # a false signature under a right root
    sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/' txs | head -n 1 >tx
    mined genesis 1 miner | awk -v root="$(id <tx)" '{ $4 = root; $8 = 1; print }' | cat genesis - tx >false
    pull_host false false
    pull -l genesis "$(<false.at)"
    [ "$status" -eq 1 ]
    says "^ledger-pull: $(<false.at): tx: bad signature"
    [ ! -s "$out" ]
}

@test "a peer whose connection breaks is dialed again as long as it delivers something, and nothing is printed twice" {
    long_chain 700
    pull_host a chain cut 300
    pull -l genesis "$(<a.at)"
    [ "$status" -eq 0 ]
    blocks chain 1 700 | cmp - "$out"
    [ "$(grep -c ^hello a.log)" -eq 3 ]
    # not where it brings nothing
    pull_host b chain cut 0
    pull -l genesis "$(<b.at)"
    [ "$status" -eq 1 ]
    says "^ledger-pull: $(<b.at): closed"
    [ ! -s "$out" ]
    [ "$(grep -c ^hello b.log)" -eq 1 ]
}

@test "no peer can be reached, or none answers" {
    long_chain 3
    pull_host gone chain
    kill "${STARTED[0]}"
    eventually refute kill -0 "${STARTED[0]}" 2>/dev/null
    pull "$(<gone.at)"
    [ "$status" -eq 1 ]
    says 'no peer answered'
    : >nobody
    pull nobody
    [ "$status" -eq 1 ]
    pull_host mute chain mute
    pull -t 4 "$(<mute.at)"
    [ "$status" -eq 1 ]
    says '^ledger-pull: waiting for peers; giving up after 4 s without a new block$'
    says 'nothing new for 4 s'
    pull_host stall chain stall 2
    blocks chain 1 2 >want
    brought() { # PEER...: on a busy machine, more than a few seconds may pass until anything comes
        local patience
        for patience in 5 50 250; do
            pull -t $patience -l genesis "$@"
            ! cmp -s want "$out" || return 0
        done
        cmp want "$out"
    }
    brought "$(<stall.at)"
    [ "$status" -eq 1 ]
    # the good one beside it is not kept waiting for
    pull_host good chain
    blocks chain 1 3 >want
    brought "$(<stall.at)" "$(<good.at)"
}

@test "a long branch with little work is not kept without limit" {
    # ten blocks in a moment make the target fall; at leisure, it stays as easy as it was
    keygen -s "demo alice" alice >names 2>/dev/null
    ledger-init -n asert -T 1700000000 -e 3 -t f alice 5 >genesis
    cp genesis ledger && cp genesis lazy
    for n in 1 2 3 4 5 6; do
        mine -m alice -T $((1700000000 + n)) </dev/null | ledger-append -q
    done
    mined lazy 10100 alice | ledger-append -q lazy
    [ "$(headers lazy | wc -l)" -eq 10101 ]
    pull_host a lazy
    pull "$(<a.at)"
    if [ "$status" -eq 0 ]; then # lazy has more work after all: the test is wrong
        headers "$out" | wc -l
        false
    fi
    [ ! -s "$out" ]
    says 'a long branch with less work than ours'
}

@test "-f keeps running and asking, and ends with 0 on a signal" {
    long_chain 5
    pull_host a chain
    ledger-pull -p -f -i 1 -l ledger "$(<a.at)" >got 2>told 3>&- &
    pid=$!
    blocks chain 1 5 >want
    eventually cmp -s got want
    for n in 1 2; do
        mined full 2 bob | ledger-append -q full
        ledger-chain full >chain.new && mv chain.new chain
        blocks chain 1 $((5 + 2 * n)) >want
        eventually cmp -s got want
    done
    kill -TERM "$pid"
    wait "$pid"
    only_waited told
    # its log, and the ledger that grows behind it
    ledger-pull -p -f -v -i 1 -l led -c "$CHAIN" "$(<a.at)" 2>told 3>&- > >(exec ledger-append -q led 3>&-) &
    pid=$!
    eventually cmp -s led chain
    mined full 1 bob | ledger-append -q full
    ledger-chain full >chain.new && mv chain.new chain
    eventually cmp -s led chain
    # what the ledger got from elsewhere is not asked for
    mined full 1 alice >extra
    ledger-append -q led <extra
    eventually grep -q "^pull [0-9]* .*$(id <extra)" a.log
    ledger-append -q full <extra
    ledger-chain full >chain.new && mv chain.new chain
    was=$(pulls a)
    asked() { [ "$(pulls a)" -ge $((was + 2)) ]; }
    eventually asked
    refute grep "$(id <extra)" told
    kill -TERM "$pid"
    wait "$pid"
    grep -Eq "^[0-9]+\.[0-9]{6} - start - - $CHAIN\$" told
    grep -Eq "^[0-9]+\.[0-9]{6} $(<a.at) in - $(<a.at) plain\$" told
    grep -Eq "^[0-9]+\.[0-9]{6} $(<a.at) got $(blocks led 10 | id) 10\$" told
    grep -Eq "^[0-9]+\.[0-9]{6} $(<a.at) out - done\$" told
}

@test "-f: a ledger that others write is read again; one that cannot be read does no harm" {
    long_chain 5
    blocks chain 1 5 >first
    cp genesis other && mined other 8 bob | ledger-append -q other
    pull_host a chain
    ledger-pull -p -f -i 1 "$(<a.at)" >got 2>told 3>&- &
    pid=$!
    STARTED+=("$pid")
    eventually cmp -s got first
    # it is on another branch, of which the peer knows nothing, and has what was printed
    blocks other 1 8 | ledger-append -q ledger
    ledger-append -q ledger <got
    asked_from() { grep -q "^pull .*$1" a.log; }
    eventually asked_from "$(tip_id other)"
    mined other 1 bob | ledger-append -q other
    ledger-chain other >chain.new && mv chain.new chain
    { cat first && blocks other 9; } >want
    eventually cmp -s got want
    only_waited told
    # a ledger that cannot be read now: told once
    ledger-append -q ledger <got
    cp ledger good
    echo rubbish >bad && mv bad ledger
    eventually test -s told
    mined other 1 alice | ledger-append -q other
    ledger-chain other >chain.new && mv chain.new chain
    blocks other 10 >>want
    eventually cmp -s got want
    # and then it can
    mined other 1 bob >extra && ledger-append -q other <extra
    mv good ledger && ledger-append -q ledger <got && ledger-append -q ledger <extra
    eventually asked_from "$(id <extra)"
    kill -TERM "$pid"
    wait "$pid"
    cmp got want
    [ "$(wc -l <told)" -eq 1 ]
    grep -q '^ledger-pull: ' told
}

@test "-f: while a weaker branch is held, the ledger is read again, and nothing is fetched twice" {
    long_chain 5 # the peer's
    cp genesis other && mined other 8 bob | ledger-append -q other
    blocks other 1 7 | ledger-append -q ledger
    pull_host a chain
    ledger-pull -p -v -f -i 1 "$(<a.at)" >got 2>told 3>&- &
    pid=$!
    STARTED+=("$pid")
    # it has been sent the whole branch, and asks whether there is more
    asks_from() { tail -n 1 a.log | grep -q "^pull 0 $1"; }
    eventually asks_from "$(tip_id ledger)"
    # others write the ledger: its new tip is in the next request, and the branch is still held
    blocks other 8 | ledger-append -q ledger
    eventually asks_from "$(tip_id other)"
    cp chain theirs && mined theirs 4 alice | ledger-append -q theirs && ledger-chain theirs >chain.new && mv chain.new chain
    blocks chain 1 9 >want
    eventually cmp -s got want
    [ "$(grep -c ' got ' told)" -eq 9 ]
    kill -TERM "$pid"
    wait "$pid"
}

@test "-f: a new block near the tip is left to gossip for a while; if that does not bring it, it is fetched" {
    long_chain 5
    cp chain ledger
    pull_host a chain
    ledger-pull -p -v -f -i 4 "$(<a.at)" >>got 2>told 3>&- &
    pid=$!
    STARTED+=("$pid")
    eventually test -s told
    asked_times() { [ "$(grep -c '^pull ' a.log)" -ge "$1" ]; }
    # it hears of a new block, which is in the ledger two intervals later; a busy machine takes longer for that, so it is
    # stopped meanwhile, and if it was too late all the same, there is another block
    while :; do
        kill -STOP "$pid"
        mined full 1 alice >next && ledger-append -q full <next && ledger-chain full >chain.new && mv chain.new chain
        : >a.log
        kill -CONT "$pid"
        eventually asked_times 1 # the answer names the new tip
        kill -STOP "$pid"
        ledger-append -q ledger <next
        grep -q '^pull [1-9]' a.log || break
    done
    : >got
    kill -CONT "$pid"
    eventually asked_times 4
    refute grep -v '^pull 0 ' <(grep '^pull ' a.log)
    [ ! -s got ]
    # and one that does not come
    mined full 1 bob >next && ledger-append -q full <next && ledger-chain full >chain.new && mv chain.new chain
    eventually cmp -s got next
    # many at once are not on their way by gossip
    mined full 20 bob >next && ledger-append -q full <next && ledger-chain full >chain.new && mv chain.new chain
    has_all() { [ "$(wc -l <got)" -eq 21 ]; } # with the one before
    eventually has_all
    kill -TERM "$pid"
    wait "$pid"
}

@test "a reader who does not read stalls the peers, and does not lose them" {
    long_chain 26000
    pull_host a chain pings
    mkfifo slow
    ledger-pull -p -l genesis "$(<a.at)" >slow 2>told 3>&- &
    pid=$!
    exec 7<slow
    full() { [ "$(pulls a)" -ge 5 ]; }
    eventually full
    was=0
    still() {
        local now
        now=$(pulls a)
        [ "$now" -eq "$was" ] || { was=$now && sleep 0.3 && false; }
    }
    eventually still
    [ "$was" -lt 40 ] # of 53
    was=$(grep -c ^pong a.log)
    answered() { [ "$(grep -c ^pong a.log)" -ge $((was + 3)) ]; }
    eventually answered
    blocks chain 1 26000 | cmp - /dev/fd/7
    wait "$pid"
    exec 7<&-
    only_waited told
}

@test "stdout: a full disk, a closed pipe" {
    long_chain 2000
    pull_host a chain
    status=0
    timeout 300 ledger-pull -p "$(<a.at)" >/dev/full 2>told || status=$?
    [ "$status" -eq 2 ]
    grep -q '^ledger-pull: stdout: No space left on device' told
    set +e
    timeout 300 ledger-pull -p "$(<a.at)" 2>told | head -c 10 >/dev/null
    status=${PIPESTATUS[0]}
    set -e
    [ "$status" -eq 141 ]
    only_waited told
    head -c 10 <(ledger-pull -p -f -l none -c "$CHAIN" "$(<a.at)" 2>told) >/dev/null
    ledger-chain -t full >/dev/full || [ $? -eq 2 ]
}

@test "wrong usage" {
    long_chain 2
    pull_host a chain
    expect 2 ledger-pull
    says '^usage: ledger-pull'
    for bad in -x "-n 0" "-n 65" "-i 0" "-t x" "-j 0"; do
        # shellcheck disable=SC2086 # a list
        expect 2 ledger-pull $bad -p "$(<a.at)"
    done
    expect 2 ledger-pull -p -k alice.key "$(<a.at)"
    expect 2 ledger-pull -p nofile
    says '^ledger-pull: nofile: neither HOST:PORT, nor a peers file: No such file'
    expect 2 ledger-pull -p -l none "$(<a.at)"
    says '^ledger-pull: none: No such ledger yet \(-c names its chain\)'
    expect 2 ledger-pull -p -c 12 "$(<a.at)"
    says "^ledger-pull: -c: '12' is not 64 lowercase hex digits"
    expect 2 ledger-pull -p -c "${CHAIN//?/0}" "$(<a.at)"
    says 'ledger: a ledger of another chain'
    expect 2 ledger-pull -k nokey "$(<a.at)"
    says '^ledger-pull: nokey: '
    expect 2 ledger-pull -p localhost:99999
    says '^ledger-pull: localhost:99999: address: '
    expect 1 ledger-pull -p -v 192.0.2.1:7000
    says ' 192.0.2.1:7000 unreached - plain connections '
    expect 2 ledger-pull -a nolist "$(<a.at)"
    echo 'no key' >list
    expect 1 ledger-pull -a list "$(<a.at)"
    says '^ledger-pull: list:1: '
    sed 2d chain >damaged
    expect 1 ledger-pull -p -l damaged "$(<a.at)"
    says '^ledger-pull: damaged:'
    expect 1 ledger-pull -p -t 5 192.0.2.1:7000
    says '192.0.2.1:7000: plain connections are only made to this machine'
    for j in 1 4; do
        pull -j $j -l genesis "$(<a.at)"
        blocks chain 1 2 | cmp - "$out"
    done
}

# gossip-listen serving the ledger in a file: its address goes to NAME.at.
listener() { # NAME LEDGER OPTION...
    gossip-listen -l 127.0.0.1:0 -w "$1.at" -L "$2" "${@:3}" >/dev/null 2>"$1.told" 3>&- &
    STARTED+=($!)
    eventually test -s "$1.at"
}

@test "from gossip-listen, with keys on both sides" {
    long_chain 1100
    for name in a b c; do
        keygen -s "node $name" $name >>names 2>/dev/null
    done
    A=$(account a) B=$(account b)
    listener a full -k a.key
    at=$(<a.at)
    expect 0 timeout 300 ledger-pull -k b.key "$A@$at"
    blocks chain 1 1100 | cmp - "$out"
    expect 0 timeout 300 ledger-pull -z -l none -c "$CHAIN" -v "$at"
    cmp "$out" chain
    says "^[0-9.]+ - start - [0-9a-f]{64} $CHAIN\$"
    says "^[0-9.]+ $A in - $at deflate\$"
    says "^[0-9.]+ $A got $(tip_id full) 1100\$"
    # by two names, once
    expect 0 timeout 300 ledger-pull "$at" "$A@$at"
    blocks chain 1 1100 | cmp - "$out"
    only_waited "$err"
    # another key than the one that was expected
    expect 1 timeout 300 ledger-pull "$B@$at"
    [ ! -s "$out" ]
    says "^ledger-pull: $A: a different key than expected answers there\$"
    # allow-lists, ours and theirs
    cat b.pub >list
    expect 1 timeout 300 ledger-pull -a list "$at"
    [ ! -s "$out" ]
    says "^ledger-pull: $A: its key is not allowed"
    { cat list && echo "# and" && echo "$A"; } >both
    expect 0 timeout 300 ledger-pull -a both "$at"
    listener c full -k c.key -a list
    expect 0 timeout 300 ledger-pull -k b.key "$(<c.at)"
    blocks chain 1 1100 | cmp - "$out"
    expect 1 timeout 300 ledger-pull -k a.key "$(<c.at)"
    [ ! -s "$out" ]
    # an encrypted key and its passphrase
    echo secret | keygen -p -P 0 -s "node b" locked >/dev/null 2>&1
    expect 0 timeout 300 ledger-pull -k locked.key -P 0 "$(<c.at)" <<<secret
    blocks chain 1 1100 | cmp - "$out"
    expect 2 timeout 300 ledger-pull -k locked.key -P 0 "$(<c.at)" <<<wrong
    expect 2 timeout 300 ledger-pull -P 0 "$(<c.at)" <<<secret
    # our own address among the peers
    expect 1 timeout 300 ledger-pull -k a.key "$at"
    says "^ledger-pull: $A: it is this node itself"
    # a peers file with the key in it
    echo "$at $A" >peers
    expect 0 timeout 300 ledger-pull peers
    blocks chain 1 1100 | cmp - "$out"
    # the listener's ledger grows, and the one behind -f with it
    ledger-pull -f -i 1 -l ledger peers 2>told 3>&- > >(exec ledger-append -q ledger 3>&-) &
    pid=$!
    eventually cmp -s ledger full
    mined full 3 bob | ledger-append -q full
    eventually cmp -s ledger full
    kill -TERM "$pid"
    wait "$pid"
}
