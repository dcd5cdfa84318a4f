load lib/common
load lib/ledger
load lib/gossip

# ledger-pull -H and -P: headers and proofs for those who hold no ledger, from peers that may lie.

# A chain of this many blocks in `full`, with a payment in each of the first three; its headers in `heads`.
long_chain() { # COUNT
    easy_chain
    cp ledger full
    seq -f 'bob %.0f' 3 | paid alice ledger >txs
    for n in 1 2 3; do
        line $n txs | mined_with full 1 miner | ledger-append -q full
    done
    mined full $(($1 - 3)) alice | ledger-append -q full
    ledger-chain full >chain
    ledger-chain -H full >heads
    CHAIN=$(chain_id genesis)
}

pull() { # OPTION... PEER...
    run_apart timeout 300 ledger-pull -p "$@"
}

requests() { # NAME: how often it was asked for headers
    grep -c '^headers ' "$1.log"
}

@test "the headers of a chain, from nothing; then those that are new, and nothing twice" {
    long_chain 4500
    pull_host a chain
    pull -H -c "$CHAIN" "$(<a.at)"
    [ "$status" -eq 0 ]
    [ ! -s "$out" ] && only_waited "$err"
    cmp headers heads
    [ "$(requests a)" -eq 3 ]
    verify -H -q headers
    # its tip is known: nothing is asked
    pull -H "$(<a.at)"
    [ "$status" -eq 0 ]
    [ "$(requests a)" -eq 3 ]
    mined full 2 bob | ledger-append -q full
    ledger-chain full >chain.new && mv chain.new chain
    pull -v -H "$(<a.at)"
    [ "$status" -eq 0 ]
    ledger-chain -H full | cmp - headers
    [ "$(requests a)" -eq 4 ]
    # two headers, `pulled`, a greeting
    received=$(sed -nE 's/.* bytes - [0-9]+ sent, ([0-9]+) received$/\1/p' "$err")
    [ "$received" -gt 600 ] && [ "$received" -lt 1200 ]
}

@test "what several peers have is fetched once" {
    long_chain 4500
    for n in a b c; do
        pull_host $n chain
    done
    pull -H -l h -c "$CHAIN" "$(<a.at)" "$(<b.at)" "$(<c.at)"
    [ "$status" -eq 0 ]
    cmp h heads
    [ "$(cat a.log b.log c.log | grep -c '^headers ')" -eq 3 ]
    [ "$(cat a.log b.log c.log | grep -c '^hello ')" -eq 3 ]
}

@test "a proof is printed as ledger-proof does, with how many blocks bury it; without one, the status is 1" {
    long_chain 9
    tx=$(line 3 txs | id)
    listen node -p -L full
    pull -c "$CHAIN" -P "$tx" "$at"
    [ "$status" -eq 0 ]
    ledger-proof -l full "$tx" | cmp - "$out"
    says "^ledger-pull: $tx: in block 3, buried by 6 blocks\$"
    cmp headers heads
    cat headers "$out" | verify -H -q
    # several, one of them unknown: the others are printed
    other=$(line 1 txs | id)
    pull -P "$tx" -P "$CHAIN" -P "$other" "$at"
    [ "$status" -eq 1 ]
    { ledger-proof -l full "$tx" && ledger-proof -l full "$other"; } | cmp - "$out"
    says "^ledger-pull: $CHAIN: no peer that was asked proved that it is on the best chain\$"
    expect 2 sh -c "ledger-pull -p -P $tx $at >/dev/full"
    says 'No space left on device'
}

@test "over TLS, with compression" {
    long_chain 9
    tx=$(line 3 txs | id)
    listen node -L full
    run_apart ledger-pull -z -v -c "$CHAIN" -P "$tx" "$at"
    [ "$status" -eq 0 ]
    ledger-proof -l full "$tx" | cmp - "$out"
    cmp headers heads
    grep -Eq ' bytes - [0-9]+ sent, [0-9]+ received$' "$err"
}

@test "the chain with the most work counts, whoever has it and whenever it comes" {
    easy_chain
    CHAIN=$(chain_id genesis)
    mined ledger 30 alice | ledger-append -q
    cp ledger less && mined less 5 bob | ledger-append -q less
    cp ledger more && mined more 9 miner | ledger-append -q more
    ledger-chain less >less.chain && ledger-chain more >more.chain
    pull_host less less.chain
    pull_host more more.chain
    pull -H -c "$CHAIN" "$(<less.at)"
    [ "$status" -eq 0 ]
    ledger-chain -H less | cmp - headers
    pull -H "$(<more.at)"
    [ "$status" -eq 0 ]
    ledger-chain -H more | cmp - headers
    [ ! -e headers.tmp ]
    # a weaker one changes nothing
    pull -H "$(<less.at)"
    [ "$status" -eq 0 ]
    ledger-chain -H more | cmp - headers
    for _ in $(seq "$(few 3 1)"); do
        rm headers
        pull -H -c "$CHAIN" "$(<more.at)" "$(<less.at)"
        [ "$status" -eq 0 ]
        ledger-chain -H more | cmp - headers
    done
}

@test "a record off the best chain is not proved, although a peer has a proof" {
    easy_chain
    CHAIN=$(chain_id genesis)
    cp ledger less && cp ledger more
    echo 'bob 5' | paid alice ledger >tx
    mined_with less 1 miner <tx | ledger-append -q less
    mined more 4 bob | ledger-append -q more
    listen less -p -L less
    less=$at
    listen more -p -L more
    pull -c "$CHAIN" -P "$(id <tx)" "$less"
    [ "$status" -eq 0 ]
    says 'in block 1, buried by 0 blocks$'
    for _ in $(seq "$(few 3 1)"); do
        rm -f headers
        pull -c "$CHAIN" -P "$(id <tx)" "$less" "$at"
        [ "$status" -eq 1 ]
        [ ! -s "$out" ]
        ledger-chain -H more | cmp - headers
    done
}

# lies HOW NUMBER COUNT RULE: pulls from one bad peer. Expects status 1, the reason, and COUNT valid headers after
# genesis; and with an honest peer beside it, everything.
lies() {
    pull_host "$1" chain "$1" "$2"
    rm -f h
    pull -H -l h -c "$CHAIN" -t 300 "$(<"$1.at")"
    echo "$1: status $status" && cat "$err"
    [ "$status" -eq 1 ]
    says "^ledger-pull: $(<"$1.at"): $4"
    head -n $((first + $3)) heads | cmp - <(cat h 2>/dev/null)
    pull_host good chain
    rm -f h
    pull -H -l h -c "$CHAIN" "$(<"$1.at")" "$(<good.at)"
    echo "$1 with a good one: status $status" && cat "$err"
    [ "$status" -eq 0 ]
    cmp h heads
}

@test "forged, cut and endless answers: only valid headers are kept, and an honest peer is enough" {
    long_chain 2500
    first=$(wc -l <genesis)
    lies forge 5 4 'block: (height|does not follow)'
    lies skip 5 4 'block: does not follow the one before it'
    lies tx 5 4 'an answer to `headers` holds only headers'
    lies long 5 4 'line: over 65535 bytes'
    lies more 0 1999 'more headers than were requested'
    lies claim 0 2500 'claims a tip at height 2506, but sends no header'
    # one that is cut off again and again, but brings something each time
    pull_host cut chain cut 600
    rm -f h
    pull -H -l h -c "$CHAIN" "$(<cut.at)"
    [ "$status" -eq 0 ]
    cmp h heads
    rm h
    pull_host again chain again
    cp genesis h
    pull -H -l h "$(<again.at)"
    [ "$status" -eq 1 ]
    says 'sends the same headers again and again'
    head -n $((first + 2000)) heads | cmp - h
    rm h
    pull -H -l h -c "$CHAIN" "$(<again.at)"
    [ "$status" -eq 1 ]
    says 'block: the genesis block is missing'
    pull_host other chain other
    pull -H -l o -c "$CHAIN" "$(<other.at)"
    [ "$status" -eq 1 ]
    says 'hello: of another chain'
    [ ! -e o ]
}

@test "a header that breaks a rule of its chain: target, work, time" {
    long_chain 8
    first=$(wc -l <genesis)
    listed() { awk -v n="$1" -v field="$2" -v value="$3" '/^block / && $2 == n { $field = value } 1' chain; }
    for forgery in "4 6 0fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff target should be" \
        "4 5 9999999999 .*time|no proof of work" "4 5 1 .*time|no proof of work"; do
        read -r n field value rule <<<"$forgery"
        listed "$n" "$field" "$value" >forged
        pull_host f forged
        rm -f h
        pull -H -l h -c "$CHAIN" "$(<f.at)"
        [ "$status" -eq 1 ]
        says "block: $rule"
        head -n $((first + 3)) heads | cmp - h
    done
}

@test "proofs that prove nothing: of another record, with another path, cut; a good one beside them is enough" {
    long_chain 9
    tx=$(line 3 txs | id)
    # a block of several lines, so that there is a path
    cp genesis full
    mined_with full 1 miner <txs | ledger-append -q full
    mined full 4 alice | ledger-append -q full
    ledger-chain full >chain
    ledger-proof -l full "$tx" >proof
    ledger-proof -l full "$(line 1 txs | id)" >chain.proof
    pull_host other chain
    expect_none() { # NAME RULE
        pull -H -l h -c "$CHAIN" -P "$tx" "$(<"$1.at")"
        echo "$1: status $status" && cat "$err"
        [ "$status" -eq 1 ]
        [ ! -s "$out" ]
        says "$2"
    }
    expect_none other 'proof: of another block or record'
    cp chain path && sed '$s/.$/x/; $s/[1-9a-f]x$/0x/; $s/x$/0/' proof >path.proof
    pull_host path path
    expect_none path 'proof: its path does not lead to its block.s root'
    cp chain short && sed '$s/ [^ ]*$//' proof >short.proof
    pull_host short short
    expect_none short 'proof: [01] hashes, but line'
    cp chain bare && head -n 1 proof >bare.proof
    pull_host bare bare
    expect_none bare 'pulled: a proof is missing'
    cp chain twice && cat proof proof >twice.proof
    pull_host twice twice
    expect_none twice 'an answer to `prove` is a header and a proof'
    cp chain none
    pull_host none none
    expect_none none 'no peer that was asked proved'
    # one whose block is of another chain, with work of its own
    sed '1s/ [^ ]*$/ 7/' proof >h1 && block=$(head -n 1 h1 | id)
    cp chain alien && { head -n 1 h1 && sed -n 2p proof | awk -v b="$block" '{ $2 = b } 1'; } >alien.proof
    pull_host alien alien
    expect_none alien 'no peer that was asked proved'
    listen node -p -L full
    pull -H -l h -c "$CHAIN" -n 8 -P "$tx" "$(<other.at)" "$(<path.at)" "$(<bare.at)" "$(<none.at)" "$at"
    [ "$status" -eq 0 ]
    cmp proof "$out"
}

@test "a checkpoint lets a new file begin there; a chain without it is refused" {
    long_chain 60
    keygen -s "demo auditor" auditor >auditor.line 2>told
    ledger-checkpoint -k auditor.key -s 50 full >checkpoint
    cat auditor.pub checkpoint >checkpoints
    echo 'bob 9' | paid alice full | mined_with full 1 miner >block
    ledger-append -q full <block
    mined full 6 miner | ledger-append -q full
    tx=$(tail -n 1 block | id)
    listen node -p -L full
    pull -c "$CHAIN" -C checkpoints -P "$tx" "$at"
    [ "$status" -eq 0 ]
    says "^ledger-pull: $tx: in block 61, buried by 6 blocks\$"
    { cat genesis && ledger-chain -H -s 50 full; } | cmp - headers
    expect 0 verify -H -q -C checkpoints headers
    says '^verify: headers: begins at a checkpoint, at height 50: what is below it was not checked$'
    cat headers <(ledger-chain -H -s 49 -n 1 full) >below
    expect 1 verify -H -q -C checkpoints below
    says 'block: its parent [0-9a-f]* is not among the headers before it$'
    cat headers <(ledger-chain -H -s 1 -n 1 full) >below
    expect 1 verify -H -q -C checkpoints below
    says 'block: below the checkpoint at height 50, at which these headers begin$'
    # a header that no checkpoint names cannot begin them
    { cat genesis && ledger-chain -H -s 51 full; } >above
    expect 1 verify -H -q -C checkpoints above
    # it goes on from there, and needs the checkpoint again
    mined full 1 bob | ledger-append -q full
    pull -H -C checkpoints "$at"
    [ "$status" -eq 0 ]
    { cat genesis && ledger-chain -H -s 50 full; } | cmp - headers
    pull -H "$at"
    [ "$status" -eq 1 ]
    says '^ledger-pull: headers:[0-9]+: block: its parent [0-9a-f]* is not among the headers before it'
    # another chain, longer, without the checkpoint
    cp genesis rival && mined rival 90 bob | ledger-append -q rival
    ledger-chain rival >rival.chain
    pull_host rival rival.chain
    pull -H -l r -c "$CHAIN" -C checkpoints "$(<rival.at)"
    [ "$status" -eq 1 ]
    says 'does not have the block of the checkpoint'
    pull -H -C checkpoints "$(<rival.at)"
    [ "$status" -eq 1 ]
    says 'block: below the checkpoint at height 50, at which these headers begin|checkpoint: '
    pull -H -C checkpoints "$(<rival.at)" "$at"
    [ "$status" -eq 0 ]
    { cat genesis && ledger-chain -H -s 50 full; } | cmp - headers
}

@test "a file that is torn goes on; one that is damaged, or no headers, is left as it is" {
    long_chain 20
    pull_host a chain
    head -c -40 heads >headers
    pull -H "$(<a.at)"
    [ "$status" -eq 0 ]
    cmp headers heads
    awk '/^block 20 / { $5 = 1 } 1' heads >bad && cp bad bad.was
    pull -H -l bad "$(<a.at)"
    [ "$status" -eq 1 ]
    says '^ledger-pull: bad:[0-9]+: block: time 1 is not after'
    cmp bad bad.was
    cp full ledger.was
    pull -H -l full "$(<a.at)"
    [ "$status" -eq 1 ]
    says "^ledger-pull: full:[0-9]+: expected a header or a proof, not 'tx'"
    cmp full ledger.was
    printf 'not headers' >junk
    pull -H -l junk "$(<a.at)"
    [ "$status" -ne 0 ]
    [ "$(<junk)" = 'not headers' ]
    pull -H -l none "$(<a.at)"
    [ "$status" -eq 2 ]
    says '^ledger-pull: none: No headers yet [(]-c names their chain[)]'
    [ ! -e none ]
    pull -H -c "$(printf '%064d' 1)" "$(<a.at)"
    [ "$status" -eq 2 ]
    says '^ledger-pull: headers: headers of another chain'
    cmp headers heads
}

@test "a run that is killed in the middle leaves whole headers, and the next goes on" {
    long_chain 4500
    pull_host a chain stall 300
    ledger-pull -p -H -c "$CHAIN" "$(<a.at)" 2>told 3>&- &
    pid=$!
    STARTED+=("$pid")
    some() { [ "$(grep -c ^block headers 2>/dev/null)" -ge 200 ]; }
    eventually some
    kill -KILL "$pid"
    wait "$pid" || true
    cmp <(head -n "$(wc -l <headers)" heads) headers
    pull_host b chain
    pull -H "$(<b.at)"
    [ "$status" -eq 0 ]
    cmp headers heads
    kill "${STARTED[0]}"
    ledger-pull -p -H -c "$CHAIN" "$(<a.at)" -l other 2>told || [ $? -eq 1 ]
}

@test "a peer that stalls does not keep the others from being asked" {
    long_chain 2500
    pull_host slow chain stall 3
    pull_host good chain
    pull -H -t 200 -c "$CHAIN" "$(<slow.at)" "$(<good.at)"
    [ "$status" -eq 0 ]
    cmp headers heads
}

@test "a node that thousands of proofs are asked of goes on with its work" {
    need python3
    long_chain 40
    listen node -p -L full
    python3 -B - "$at" "$CHAIN" "$(line 2 txs | id)" >asked 2>told 3>&- <<'PY' &
import socket, sys, threading
host, port = sys.argv[1].split(":")
count = [0]
def ask(n):
    try:
        sock = socket.create_connection((host, int(port)))
        lines = sock.makefile("rb")
        sock.sendall(f"hello 1 {sys.argv[2]} 0 {sys.argv[2]} plain\n".encode())
        lines.readline()
        for i in range(1000):
            sock.sendall(f"prove {sys.argv[3] if i % 2 else '%064x' % (n * 1000 + i)}\n".encode())
            while not lines.readline().startswith(b"pulled "):
                pass
            count[0] += 1
            print(count[0], flush=True)
    except OSError:
        pass
for n in range(40):
    threading.Thread(target=ask, args=(n,), daemon=True).start()
threading.Event().wait()
PY
    STARTED+=($!)
    many() { [ "$(tail -n 1 asked)" -ge 2000 ]; }
    eventually many
    seq -f "bob %.0f" 50 | paid alice full >payments
    expect 0 gossip-send -p -t 100 -c "$CHAIN" "$at" <payments
    eventually same_lines payments node.out
    # and light clients are answered in turn
    pull -t 200 -c "$CHAIN" -P "$(line 2 txs | id)" "$at"
    [ "$status" -eq 0 ]
}

@test "a peer that does not say that it serves headers is not asked for any" {
    long_chain 9
    pull_host blocks chain blocks
    pull -c "$CHAIN" -P "$(line 3 txs | id)" "$(<blocks.at)"
    [ "$status" -eq 1 ]
    says "^ledger-pull: $(<blocks.at): does not serve headers and proofs\$"
    refute grep -Eq '^(headers|prove) ' blocks.log
    pull_host good chain
    pull -H -c "$CHAIN" "$(<blocks.at)" "$(<good.at)"
    [ "$status" -eq 0 ]
    cmp headers heads
    refute grep -Eq '^(headers|prove) ' blocks.log
}

@test "where votes decide, headers without votes are kept nowhere, and only so many are taken" {
    "$BIN"/.t/lighttest ledger 600 1000 >chain
    CHAIN=$(chain_id chain)
    pull_host a chain
    pull -H -c "$CHAIN" "$(<a.at)"
    [ "$status" -eq 1 ]
    says 'over 512 headers without votes'
    [ "$(grep -c '^block ' headers)" -eq 1 ] # genesis
    "$BIN"/.t/lighttest ledger 400 1000 >chain
    rm headers
    pull -H -c "$CHAIN" "$(<a.at)"
    [ "$(grep -c '^block ' headers)" -eq 1 ]
}

@test "where members seal, a line with a header that is too long for a vote ends the session as it comes" {
    "$BIN"/.t/lighttest ledger 9 100 >chain
    CHAIN=$(chain_id chain)
    pull_host a chain vote 1
    pull -H -w 9999999999 -c "$CHAIN" "$(<a.at)"
    [ "$status" -eq 1 ]
    says 'a line of 60000 bytes with a header: no member or vote has so many'
}

@test "usage" {
    long_chain 4
    pull_host a chain
    expect 2 ledger-pull -p -H -f "$(<a.at)"
    says '^ledger-pull: -f follows blocks: not with -H$'
    expect 2 ledger-pull -p -C x "$(<a.at)"
    says '^ledger-pull: -C, -w and -E go with -H$'
    expect 2 ledger-pull -p -P "$(printf '%064d' 1 | tr 1 g)" "$(<a.at)"
    says "^ledger-pull: -P: '0*g' is not an id: 64 lowercase hex digits\$"
    expect 2 ledger-pull -p -P 3 "$(<a.at)"
    says '^ledger-pull: -P is the passphrase of a key: it goes with -k$'
    expect 2 ledger-pull -p -H -c "$CHAIN" -C gone "$(<a.at)"
    expect 2 ledger-pull -p -H -c "$CHAIN" -l . "$(<a.at)"
    : >nobody
    pull -H -c "$CHAIN" nobody
    [ "$status" -eq 1 ]
    says 'no peer answered'
    [ ! -e headers ]
}
