load lib/common
load lib/ledger

# verify: what holds goes out, unchanged and in order; of every other, one line says where and why.

# Signed payments from alice to bob, COUNT of them from FIRST on; needs no ledger but the chain's id.
payments() { # FIRST COUNT
    seq "$1" $(($1 + $2 - 1)) | sed 's/.*/bob 1 memo-&/' |
        txmake -f alice -s "$1" -c "$(ids genesis)" | txsign -k alice.key
}

# The transaction on stdin with another last digit.
forged() {
    sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/'
}

# --- At a terminal ---------------------------------------------------------------------------------------


@test "what a transaction lacks is said, not another count of fields" {
    easy_chain 1000
    CHAIN=$(head -n 1 ledger | id)
    said() { # WORDS OPERATION...: of a line that is not signed, or badly
        printf 'tx %s %s 0 1 %s\n' "$CHAIN" "$ALICE" "${*:2}" >line
        expect 1 verify line
        [ "$(cat "$err")" = "line:1: tx: $1" ]
        # what explains it says the same
        verify -x line 2>/dev/null | sh 2>said && return 1
        IFS= read -r why <said
        [ "${why#line:1: tx: }" != "$why" ] && [[ $(cat "$err") = "$why"* ]]
    }
    zeros=$(printf %0128d 0)
    said "unknown operation 'tax'" tax 5 "$zeros"
    said "9 fields, expected 10: it is not signed (txsign signs it)" pay "$BOB" 1 -
    said "11 fields, expected 12: it is not signed (txsign signs it)" batch - "$BOB" 1 "$BOB" 2
    said "11 fields, expected 13: it is not signed (txsign signs it)" pay "$BOB" 1 - sponsor "$BOB"
    said "to: '1' is not 64 lowercase hex digits, nor p or s and 64 digits" batch "$BOB" 1 "$BOB" 2 "$zeros"
    # shellcheck disable=SC2046 # words
    said "batch: over 256 payments" batch - $(printf "$BOB 1 %.0s" $(seq 257)) sponsor "$BOB" "$zeros" "$zeros"
}

@test "a terminal is told what is waited for, and how far a long audit is" {
    need_terminal
    [ -x "$BIN/.t/ptyrun" ] || skip 'ptyrun is not built'
    easy_chain
    # type nothing but the end of it, as soon as one is asked
    for words in 'verify' 'txsign -k alice.key' 'txmake' 'txpool pool' 'ledger-append' 'names' 'peerbook peers' 'ledger-export -r'; do
        # shellcheck disable=SC2086 # words
        timeout 300 script -qec "$words" shown </dev/null >/dev/null 2>&1 || :
        grep -qE "^${words%% *}: reading [ A-Za-z,[]*[]A-Za-z, ]* from the terminal: end with Ctrl-D" shown
    done
    # no terminal, no words
    expect 0 names </dev/null
    [ ! -s "$err" ]
    # a ledger that is slow to come: how far it is, after a second, and the line is taken away again
    cat >feed <<'END'
cat ledger
until grep -q ' MB' shown; do
    tail -n 1 ledger # which stands twice
    sleep 0.1
done
tail -n 1 ledger
END
    rm shown
    timeout 300 script -qfec 'sh feed | verify -q' shown </dev/null >/dev/null 2>&1 || :
    grep -q $'^stdin: [0-9.]* MB\r\e\[K' shown
}

# --- As a filter ---------------------------------------------------------------------------------------

@test "records that hold go out in order, whatever stands between them" {
    easy_chain
    payments 0 4 >txs
    {
        cat names
        sed -n 1p txs
        sed -n 2p txs | forged
        echo 'hint whatever this is'
        echo
        sed -n 3p txs
        echo 'two  spaces'
        sed -n 2p txs | cut -d ' ' -f 1-9
        echo 'key 12 alice'
        sed -n 4p txs
        printf 'torn off'
    } >mix
    { cat names && sed -n 1p txs && echo 'hint whatever this is' && sed -n 3,4p txs; } >want
    cat >told <<'END'
mix:5: tx: bad signature
mix:7: line: empty
mix:9: line: fields are split by exactly one space (column 5)
mix:10: tx: 9 fields, expected 10: it is not signed (txsign signs it)
mix:11: key: account: '12' is not 64 lowercase hex digits, nor p or s and 64 digits
mix:13: line: torn: the last line has no newline
END
    expect 1 verify mix
    diff want "$out"
    { cat told && echo 'verify: mix: 1 record of unknown type passed on unchecked'; } | diff - "$err"
    expect 1 verify -q mix
    [ ! -s "$out" ]
    { cat told && echo 'verify: mix: 1 record of unknown type not checked'; } | diff - "$err"
}

@test "every fault of a ledger is told, not only the first, and later blocks still hold" {
    easy_chain
    ledger-append -q <<<"$(mined ledger 2 alice)"
    # three side blocks of the same parent, of which the second is spoiled
    for who in alice bob miner; do
        mined ledger 1 $who >side.$who
    done
    sed 's/ 0 \([0-9a-f]*\)$/ 1 \1/' side.bob >side.bad
    { cat ledger side.alice side.bad side.miner && tail -n 1 ledger && echo 'block 1' && cat names; } >x
    end=$(wc -l <ledger)
    expect 1 verify x
    cat ledger side.alice side.miner | diff - "$out"
    # the bad one counts a line that is not there, so that the next header ends it
    [ "$(wc -l <"$err")" -eq 5 ] # and the last words
    says "^x:$((end + 2)): block: cut short: 0 of its 1 lines are there"
    says "^x:$((end + 4)): block: stands twice: first at line $end\$"
    says "^x:$((end + 5)): block: 2 fields, expected 9"
    says '^verify: x: 3 more records refused because of those named above [(]-v names each[)]$'
    expect 1 verify -v x
    [ "$(wc -l <"$err")" -eq 7 ]
    says "^x:$((end + 8)): expected a block, not 'key'"
}

# A chain with COUNT payments in its first block, on which blocks stand.
long_block() { # COUNT BLOCKS
    easy_chain
    payments 0 "$1" | mined_with ledger 1 miner | ledger-append -q
    mined ledger "$2" alice | ledger-append -q
}

@test "a payment that was changed is named by its line, and what builds on its block once" {
    long_block 500 6
    sed '260s/ pay \([0-9a-f]*\) 1 / pay \1 2 /' ledger >x
    for j in 1 2; do
        expect 1 verify -j $j -q x
        says '^x:11: block: root does not match the lines: it should be [0-9a-f]{64}$'
        says '^x:260: tx: bad signature$'
        says "^x:512: block: its parent $(ids ledger | sed -n 2p) is not in the ledger before it: it fell\$"
        says '^verify: x: 5 more records refused because of those named above \(-v names each\)$'
        says '^verify: x: good up to line 10, block 0 '
        [ "$(wc -l <"$err")" -eq 5 ]
    done
    # several of them, of each kind, in order; with a form that is wrong, the root is not asked for
    sed '20s/ pay / give /;30s/ pay \([0-9a-f]*\) 1 / pay \1 3 /;40s/ /  /;400s/.$/\t/' ledger >x
    expect 1 verify -q x
    grep '^x:' "$err" | cut -d : -f 2 | paste -s -d ' ' | diff - <(echo '20 30 40 400 512')
    says "^x:20: tx: unknown operation 'give'\$"
    says '^x:30: tx: bad signature$'
    says '^x:40: line: fields are split by exactly one space'
    # -u looks at no signature
    expect 1 verify -q -u x
    grep '^x:' "$err" | cut -d : -f 2 | paste -s -d ' ' | diff - <(echo '20 40 400 512')
    # one message for as many as there may be
    sed '12,511s/ pay / give /' ledger >x
    expect 1 verify -q x
    [ "$(grep -c "^x:[0-9]*: tx: unknown operation 'give'$" "$err")" -eq 101 ]
    says '^verify: x: 399 more lines of the block at line 11 are invalid$'
    # ledger-append says the same
    sed '260s/ pay \([0-9a-f]*\) 1 / pay \1 2 /' ledger >x
    expect 1 ledger-append -q other <x
    says '^stdin:260: tx: bad signature$'
    says "^stdin:512: block: its parent $(ids ledger | sed -n 2p) was refused\$"
    [ "$(wc -l <"$err")" -eq 4 ]
}

@test "a header that cannot be read is told, and its body and what builds on it are not, but for what is wrong there" {
    long_block 20 4
    sed '11s/ 20 \([0-9a-f]*\)$/ 020 \1/;15s/ pay \([0-9a-f]*\) 1 / pay \1 2 /' ledger >x
    expect 1 verify -q x
    grep '^x:' "$err" | cut -d : -f 2 | paste -s -d ' ' | diff - <(echo '11 15 32')
    expect 1 verify -qv x
    [ "$(grep -c '^x:' "$err")" -eq $((1 + 20 + 4)) ]
    # a ledger without its genesis block
    sed 1,10d ledger >x
    expect 1 verify -q x
    says '^x:1: block: no genesis: '
    [ "$(wc -l <"$err")" -eq 2 ]
    # or whose genesis block fell
    sed '3s/pow/pox/' ledger >x
    expect 1 verify -q x
    grep '^x:' "$err" | cut -d : -f 2 | paste -s -d ' ' | diff - <(echo '3 11')
    says '^x:11: block: no genesis block before it that holds$'
}

@test "a statement holds by its form and its signature" {
    easy_chain
    txsign -k alice.key -t 'This is my account.' >said
    expect 0 verify said
    diff said "$out"
    expect 0 verify -q -l ledger said
    expect 1 verify -q <<<"$(sed 's/my/our/' said)"
    says '^stdin:1: statement: bad signature$'
    { sed 's/%20/ /g' said && sed 's/%20/%41/' said && sed 's/.$//' said && sed "s/$ALICE/$BOB/" said; } >bad
    expect 1 verify -q bad
    says '^bad:1: statement: 7 fields, expected 4$'
    says '^bad:2: statement: text: text is not in its one form'
    says '^bad:3: statement: signature: not 128 lowercase hex digits'
    says '^bad:4: statement: bad signature$'
    [ "$(wc -l <"$err")" -eq 4 ]
    # in a ledger it has no place, nor in a pool's file
    expect 1 verify -q <<<"$(cat ledger said)"
    says "^stdin:11: expected a block, not 'statement'\$"
    # and it is no transaction, whatever is said
    txsign -k alice.key -t "$(txmake -f alice bob 5)" >trick
    grep -q '^statement ' trick
    expect 0 verify -q trick
    if command -v openssl >/dev/null; then
        for file in said bad; do
            status=0
            verify -x "$file" | sh >/dev/null 2>told || status=$?
            expect "$status" verify -q "$file"
            diff "$err" told
        done
        [ "$status" -eq 1 ]
    fi
}

@test "a file of which nothing is known is not one that holds, and a secret key goes nowhere" {
    easy_chain
    expect 1 verify alice.key
    [ ! -s "$out" ]
    says '^alice.key:1: pem: the beginning of a PEM file, such as a secret key: not passed on$'
    expect 1 verify <alice.key
    [ ! -s "$out" ]
    # armored or not, what is in front of it and behind it is judged as ever
    { cat alice.pub alice.key bob.pub && echo hint && cat bob.key; } >mix
    expect 1 verify mix
    { cat alice.pub bob.pub && echo hint; } | diff - "$out"
    [ "$(grep -c 'PEM file' "$err")" -eq 2 ]
    # a key that is cut does not take what comes after it along
    { sed 2q alice.key && cat bob.pub; } >mix
    expect 1 verify mix
    diff bob.pub "$out"
    expect 1 verify -q <<<'TX x'
    says '^stdin:1: no record of a known type: nothing was checked$'
    says '^verify: stdin: 1 record of unknown type not checked$'
    expect 1 verify <<<'TX x' # a filter all the same
    echo 'TX x' | diff - "$out"
    expect 1 verify -l ledger <<<$'a b\nc d'
    says '^verify: stdin: 2 records of unknown type passed on unchecked$'
    expect 1 verify names <(echo hint)
    expect 0 verify <<<"$(cat names && echo hint)"
    says '^verify: stdin: 1 record of unknown type passed on unchecked$'
    expect 0 verify -l ledger </dev/null
    for file in alice.key <(echo hint); do
        verify -x "$file" | expect 1 sh
    done
}

@test "several files, each for itself; - and no operand are stdin" {
    easy_chain
    payments 0 3 >txs
    { sed -n 1p txs | forged && sed -n 2p txs; } >x
    cp x y
    expect 1 verify ledger x - "$VECTORS/good/fork.ledger" <y
    { cat ledger && sed -n 2p txs && sed -n 2p txs && cat "$VECTORS/good/fork.ledger"; } | diff - "$out"
    printf '%s:1: tx: bad signature\n' x stdin | diff - "$err"
    expect 1 verify <x
    echo 'stdin:1: tx: bad signature' | diff - "$err"
    cp x ./-
    expect 1 verify ./-
    echo './-:1: tx: bad signature' | diff - "$err"
    expect 0 verify ledger txs
}

@test "the same bytes out, whatever -j says" {
    easy_chain
    payments 0 "$(few 3000 300)" >txs
    # every seventh is forged, and there are blocks between
    awk 'NR % 7 == 0 { sub(/.$/, /0$/ ? "1" : "0") } { print }' txs >x
    { head -n 100 txs | mined_with ledger 3 miner && cat x; } >stream
    cat ledger stream >whole
    for file in stream whole x; do
        run_apart verify -j 1 "$file"
        [ "$status" -eq 1 ]
        cp "$out" out1 && cp "$err" err1
        [ "$(wc -l <err1)" -gt 30 ]
        for j in 2 8; do
            expect 1 verify -j $j "$file"
            cmp out1 "$out"
            cmp err1 "$err"
        done
    done
}

@test "-T is the clock for blocks' times" {
    easy_chain
    mine -m alice -T 1700001000 </dev/null | cat ledger - >x
    # 12 spacings of 10 s
    expect 0 verify -T 1700000880 x
    expect 1 verify -T 1700000879 x
    says '^x:[0-9]+: block: time 1700001000 is over 120 s ahead of the clock, 1700000879$'
    expect 0 verify x
}

@test "a record goes out as soon as it is in, while the pipe stays open" {
    easy_chain
    payments 0 2 >txs
    mined ledger 1 alice >block
    mkfifo in
    verify -l ledger <in >got 2>told 3>&- &
    pid=$!
    exec 7>in
    for piece in names block txs; do
        cat "$piece" >&7
        cat "$piece" >>want
        eventually cmp -s want got
    done
    echo 'no  record' >&7
    eventually grep -q '^stdin:7: line: ' told
    # half a line does not hold up what stood before it
    { sed -n 1p txs && printf 'hint of a'; } >&7
    sed -n 1p txs >>want
    eventually cmp -s want got
    echo ' kind' >&7
    echo 'hint of a kind' >>want
    eventually cmp -s want got
    exec 7>&-
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 1 ]
}

@test "nothing in is no ledger" {
    expect 1 verify </dev/null
    echo 'stdin:1: empty: no record, and no genesis block' | diff - "$err"
    : >empty
    expect 1 verify empty
    says '^empty:1: empty'
}

@test "a header with a proof, or with no body, is for -H" {
    easy_chain 100
    mined ledger 2 alice | ledger-append -q
    { ledger-chain -H | tail -n 1 && echo 'proof of it'; } >one
    expect 1 verify one
    says '^one:1: block: no genesis block came first, and there is no body: -H checks headers and proofs$'
    ledger-chain -H | tail -n 2 >headers
    expect 1 verify headers
    says '^headers:1: block: no genesis .*: -H checks headers and proofs$'
}

# --- Against a ledger ----------------------------------------------------------------------------------

@test "-l: a block is judged by its parent's state, one without its parent by itself" {
    easy_chain 100
    mined ledger 3 alice >three
    blocks three 0 0 >first # the stream's first
    expect 0 verify -l ledger three
    cmp "$out" three # the first by its parent, the others have none yet
    ledger-append -q <first
    expect 0 verify -l ledger three
    cmp "$out" three
    # without its work, which an easy target hides: a hard target claimed
    blocks three 2 2 | sed 's/ f\{64\} / 0000000000000000000000000000000000000000000000000000000000000001 /' >weak
    expect 1 verify -l ledger weak
    echo 'weak:1: block: no proof of work: its hash is over the target' | diff - "$err"
    [ ! -s "$out" ]
}

@test "-l: a block that spends what its parent's state does not have falls" {
    easy_chain 100
    cp ledger other
    ledger-append -q other <<<"$(mined other 1 alice)" # alice has 150 there
    echo 'bob 120' | paid alice other | mined_with other 1 miner >block
    # with its parent, it holds; beside it, as genesis's child, it does not
    expect 0 verify -l other block
    cat other block >x
    expect 0 verify -q x
    parent=$(ids genesis)
    awk -v parent="$parent" '/^block/ { $2 = 1; $3 = parent } { print }' block >child
    expect 1 verify -l ledger child
    echo "child:2: tx: $ALICE has 100, needs 121" | diff - "$err"
    [ ! -s "$out" ]
}

@test "-l: a genesis of another chain falls, the chain's own is known" {
    easy_chain
    ledger-init -n hard -T 1700000000 -e 0 -t f alice 5 >other
    expect 1 verify -l ledger other
    echo "other:1: block: another chain's genesis" | diff - "$err"
    [ ! -s "$out" ]
    expect 0 verify -l ledger genesis
    cmp "$out" genesis
}

@test "-l: a loose transaction needs the chain, the fee and a seq that is not used" {
    easy_chain
    payments 0 3 >txs
    head -n 2 txs | mined_with ledger 1 miner | ledger-append -q
    expect 0 verify -l ledger <<<"$(tail -n 1 txs)"
    # another with the seq of the first
    txmake -f alice -s 0 -c "$(ids genesis)" bob 7 | txsign -k alice.key >again
    expect 1 verify -l ledger again
    [ ! -s "$out" ]
    echo "again:1: tx: seq 0, expected 2; $(id <again) spends what $(sed -n 1p txs | id) at line $(($(grep -nm 1 '^tx' ledger | cut -d : -f 1))) of the ledger spent" |
        diff - "$err"
    # what is in the ledger is used, too
    expect 1 verify -l ledger <<<"$(head -n 1 txs)"
    says '^stdin:1: tx: seq 0, expected 2; '
    # a later seq may be pending somewhere
    expect 0 verify -l ledger <<<"$(payments 9 1)"
    ZERO=$(printf %064d 0)
    txmake -f alice -s 2 -c "$ZERO" bob 7 | txsign -k alice.key >foreign
    expect 1 verify -l ledger foreign
    echo "foreign:1: tx: another chain: $ZERO" | diff - "$err"
    txmake -f alice -F 0 -s 2 -c "$(ids genesis)" bob 7 | txsign -k alice.key >cheap
    expect 1 verify -l ledger cheap
    echo 'cheap:1: tx: fee 0 is under the minimum of 1' | diff - "$err"
    tail -n 1 txs | forged >false
    expect 1 verify -l ledger false
    echo 'false:1: tx: bad signature' | diff - "$err"
}

@test "-l: follows the ledger while it grows" {
    easy_chain
    payments 0 1 >tx
    mkfifo in
    verify -l ledger <in >got 2>told 3>&- &
    pid=$!
    exec 7>in
    cat tx >&7
    eventually cmp -s tx got
    mined_with ledger 1 miner <tx | ledger-append -q
    cat tx >&7
    eventually grep -q '^stdin:2: tx: seq 0, expected 1' told
    exec 7>&-
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 1 ]
}

@test "-l: no ledger there is trouble; a broken one is told" {
    expect 2 verify -l nowhere </dev/null
    says 'nowhere: No such file'
    easy_chain
    sed 's/rule name easy/rule name hard/' ledger >broken
    expect 1 verify -l broken <genesis
    says '^verify: broken:1: block: root does not match'
    [ ! -s "$out" ]
}

# --- Peer records ----------------------------------------------------------------------------------------

# A peer record of alice's, made with openssl alone.
peer() { # CHAIN HOST:PORT TIME
    printf 'peer %s %s %s %s' "$1" "$ALICE" "$2" "$3" >message
    openssl pkeyutl -sign -inkey alice.key -rawin -in message -out signature
    printf '%s %s\n' "$(cat message)" "$(od -An -v -tx1 signature | tr -d ' \n')"
}

@test "a peer record holds by its form and its signature" {
    need openssl
    easy_chain
    peer "$(ids genesis)" 127.0.0.1:7001 1700000000 >one
    peer "$(ids genesis)" '[::1]:65535' 0 >>one
    payments 0 2 >txs
    cat txs one names >mix
    expect 0 verify mix
    diff mix "$out"
    {
        forged <one                      # 1, 2
        sed '1s/:7001 /:7002 /;2d' one   # 3
        sed '1s/ [^ ]*$//;2d' one        # 4
        sed '1s/:7001 / /;2d' one        # 5
        sed '1s/:7001 /:x7001 /;2d' one  # 6
        sed '1s/:7001 /:700100 /;2d' one # 7
        sed '1s/127.0.0.1//;2d' one      # 8
        sed '1s/ 1700000000 / 01 /;2d' one
        sed '1s/^peer ./peer g/;2d' one
        sed '1s/127.0.0.1/'"$(printf '1%.0s' {1..300})"'/;2d' one
        echo peer
        cat one
    } >bad
    expect 1 verify bad
    diff one "$out"
    sed "s/'g[0-9a-f]\{63\}'/'gX'/" "$err" >told
    diff - told <<'END'
bad:1: peer: bad signature
bad:2: peer: bad signature
bad:3: peer: bad signature
bad:4: peer: 5 fields, expected 6
bad:5: peer: address: '127.0.0.1' is not HOST:PORT
bad:6: peer: address: '127.0.0.1:x7001' is not HOST:PORT
bad:7: peer: address: '127.0.0.1:700100' is not HOST:PORT
bad:8: peer: address: ':7001' is not HOST:PORT
bad:9: peer: time: '01' is not a number from 0 to 2^63-1 without sign or leading zero
bad:10: peer: chain: 'gX' is not 64 lowercase hex digits
bad:11: peer: address: over 261 bytes
bad:12: peer: 1 fields, expected 6
END
    # in a whole ledger it has no place
    cat ledger one >whole
    expect 1 verify -q whole
    says "^whole:11: expected a block, not 'peer'\$"
}

@test "peer records by the thousand, with others between" {
    need openssl
    easy_chain
    peer "$(ids genesis)" 127.0.0.1:7001 1700000000 >one
    peer "$(ids genesis)" a-longer-name.example.net:7001 1700000001 >two
    cat one names two >three
    yes three | head -n "$(few 1000 200)" | xargs cat >want
    awk '{ print }
        NR % 7 == 0 { bad += sub(/:7001 /, ":7002 "); sub(/^key/, "key x"); print }
        END { print bad >"bad" }' want >mix
    for j in 1 3; do
        expect 1 verify -j $j mix
        cmp want "$out"
        [ "$(wc -l <"$err")" -eq $(($(wc -l <want) / 7)) ]
        [ "$(grep -c ': peer: bad signature$' "$err")" -eq "$(cat bad)" ]
    done
}

@test "-l: a peer record is for the ledger's chain" {
    need openssl
    easy_chain
    peer "$(ids genesis)" example.net:1 7 >own
    peer "$(printf %064d 5)" example.net:1 8 >other
    cat own other own >all
    expect 1 verify -l ledger all
    cat own own | diff - "$out"
    echo "all:2: peer: another chain: $(printf %064d 5)" | diff - "$err"
    forged <own >bad
    expect 1 verify -l ledger bad
    echo 'bad:1: peer: bad signature' | diff - "$err"
    expect 0 verify all
}

# --- Two that spend the same -----------------------------------------------------------------------------

@test "of two loose transactions with one seq, the message names both" {
    easy_chain
    payments 0 2 >txs
    txmake -f alice -s 0 -c "$(ids genesis)" bob 9 | txsign -k alice.key >>txs
    first=$(sed -n 1p txs | id) second=$(sed -n 3p txs | id)
    expect 1 verify txs
    head -n 2 txs | diff - "$out"
    echo "txs:3: tx: seq 0 is spent twice: $second spends what $first at line 1 spent" | diff - "$err"
    # the same transaction twice is one
    head -n 1 txs >>two && head -n 1 txs >>two
    expect 0 verify two
}

# A block's header over one that is there, for the lines of a file.
block_of() { # HEADER FILE
    local ids=() root
    while IFS= read -r line; do
        ids+=("$(printf '%s\n' "$line" | id)")
    done <"$2"
    root=$(printf '%s %s' "${ids[0]}" "${ids[1]}" | sha256sum | cut -c 1-64)
    echo "$1" | awk -v root="$root" '{ $4 = root; $8 = 2; print }' && cat "$2"
}

@test "of two within one block, too" {
    easy_chain
    payments 0 1 >body
    txmake -f alice -s 0 -c "$(ids genesis)" bob 9 | txsign -k alice.key >>body
    block_of "$(mined ledger 1 miner)" body >block
    cat ledger block >x
    line=$(($(wc -l <ledger) + 2))
    expect 1 verify x
    cmp "$out" ledger
    echo "x:$((line + 1)): tx: seq 0, expected 1; $(tail -n 1 body | id) spends what $(head -n 1 body | id) at line $line spent" |
        diff - <(head -n -1 "$err")
    says '^verify: x: good up to line 10, block 0 '
}

@test "of two in different blocks of one chain, too; in two branches each may spend" {
    easy_chain
    payments 0 1 >first
    txmake -f alice -s 0 -c "$(ids genesis)" bob 9 | txsign -k alice.key >second
    mined_with ledger 2 miner <first >chain
    mined_with ledger 1 bob <second >branch
    cat ledger chain branch >good
    expect 0 verify -q good
    # the second once more, on the first's chain
    cp ledger longer && ledger-append -q longer <chain
    mined longer 1 bob | awk -v root="$(id <second)" '{ $4 = root; $8 = 1; print }' >block
    cat second >>block
    cat longer branch block >x
    line=$(grep -n "$(cat first)" longer | cut -d : -f 1)
    expect 1 verify x
    cat longer branch | cmp - "$out"
    echo "x:$(wc -l <x): tx: seq 0, expected 1; $(id <second) spends what $(id <first) at line $line spent" |
        diff - <(head -n -1 "$err")
    expect 1 verify -l longer block
    says "spends what $(id <first) at line $line of the ledger spent"
}

# --- Compressed ledgers ------------------------------------------------------------------------------------

@test ".gz ledgers are read as they are, of several members, too, and from stdin" {
    good=$VECTORS/good/retarget.ledger
    gzip -c "$good" >x.gz
    { head -n 12 "$good" | gzip && tail -n +13 "$good" | gzip -1 && gzip </dev/null; } >two.gz
    for file in x.gz two.gz; do
        expect 0 verify "$file"
        cmp "$out" "$good"
        expect 0 verify <"$file"
        cmp "$out" "$good"
    done
    sed 's/bob/b/; 13s/1/2/' "$good" | gzip >bad.gz
    expect 1 verify bad.gz
    says '^bad\.gz:1[0-9]: '
}

@test "a .gz ledger that is cut, changed or has something behind it is trouble, not a short ledger" {
    gzip -c "$VECTORS/good/retarget.ledger" >x.gz
    size=$(stat -c %s x.gz)
    for cut in 1 4 8 9 100 $((size - 11)); do
        head -c $((size - cut)) x.gz >cut.gz
        expect 2 verify cut.gz
        says '^verify: cut\.gz: '
    done
    # the check sum stands in the last eight bytes, before the length
    { head -c $((size - 8)) x.gz && printf '\1\2\3\4' && tail -c 4 x.gz; } >sum.gz
    expect 2 verify -q sum.gz
    { head -c $((size - 4)) x.gz && printf '\1\2\3\4'; } >length.gz
    expect 2 verify -q length.gz
    { cat x.gz && echo garbage; } >behind.gz
    expect 2 verify -q behind.gz
}

# --- When the system fails -----------------------------------------------------------------------------------

@test "a full device is trouble" {
    [ -e /dev/full ] || skip 'no /dev/full here'
    status=0
    verify "$VECTORS/good/fork.ledger" >/dev/full 2>err || status=$?
    [ "$status" -eq 2 ]
    grep -q '^verify: stdout: No space left' err
}

@test "a closed stdout is trouble, and nothing is written anywhere else" {
    easy_chain
    status=0
    verify ledger >&- 2>err || status=$?
    [ "$status" -eq 2 ]
    grep -q '^verify: stdout: ' err
    cmp ledger genesis
}

@test "a closed stdin is trouble" {
    easy_chain
    status=0
    verify -l ledger <&- >out 2>err || status=$?
    [ "$status" -eq 2 ]
    [ ! -s out ]
}

@test "a reader that has left ends it quietly" {
    easy_chain
    payments 0 2000 >txs
    set +o pipefail
    verify -j 1 txs 2>err | head -n 1 >/dev/null
    statuses=("${PIPESTATUS[@]}")
    [ "${statuses[0]}" -eq 141 ]
    [ ! -s err ]
    (
        trap '' PIPE
        verify -j 1 txs 2>err
    ) | head -n 1 >/dev/null
    [ ! -s err ]
}

@test "a file that is not there, is a folder, or cannot be read is trouble" {
    expect 2 verify nowhere
    echo 'verify: nowhere: cannot open: No such file or directory' | diff - "$err"
    mkdir folder
    expect 2 verify folder
    says '^verify: folder: cannot read: Is a directory'
    can_be_nobody
    chmod 755 . && echo x >secret && chmod 000 secret
    expect 2 as_nobody verify secret
    says '^verify: secret: cannot open: Permission denied'
}

@test "what it is not asked rightly" {
    expect 2 verify -z
    says '^usage: verify '
    expect 2 verify -j 0
    expect 2 verify -j many
    expect 2 verify -T -1
    expect 2 verify -T tomorrow
    expect 0 verify --help
    grep -q -- '--ledger LEDGER' "$out"
    expect 0 verify -V
    grep -q '^verify (peerutils) ' "$out"
    [ -e /dev/full ] || return 0
    status=0
    verify --help >/dev/full || status=$?
    [ "$status" -eq 2 ]
}

# --- Hostile sizes -------------------------------------------------------------------------------------------

@test "a huge COUNT is believed only as far as lines come" {
    easy_chain
    for count in 1 9223372036854775807 9223372036854775808; do
        mined ledger 1 alice | sed "s/ 0 \([0-9a-f]*\)\$/ $count \1/" >block
        cat ledger block >x
        expect 1 verify x
        cmp "$out" ledger
        [ "$(grep -vc '^verify: x: good up to ' "$err")" -eq 1 ]
    done
    says "block: count: '9223372036854775808' is not a number"
    # what is behind is swallowed up to the next header, which is judged again
    mined ledger 1 bob >good
    mined ledger 1 alice | sed 's/ 0 \([0-9a-f]*\)$/ 9223372036854775807 \1/' >block
    { cat ledger block names good; } >x
    expect 1 verify x
    cat ledger good | cmp - "$out"
}

# With so much memory and no more: bounded KILOBYTES COMMAND...
bounded() {
    (
        ulimit -v "$1"
        shift
        exec "$@"
    )
}

@test "a line of 200 MB takes no memory" {
    [ -z "${SANITIZE-}" ] || skip 'sanitizers want all the memory there is'
    easy_chain
    {
        cat ledger
        head -c 200000000 /dev/zero | tr '\0' x
        echo
        mined ledger 1 alice
    } | expect 1 bounded 100000 verify -j 1
    { cat ledger && mined ledger 1 alice; } | cmp - "$BATS_TEST_TMPDIR/.out"
    [ "$(head -n 1 "$BATS_TEST_TMPDIR/.err")" = "stdin:$(($(wc -l <ledger) + 1)): line: over 65535 bytes" ]
}

repeated() { # FILE COUNT
    yes "$1" | head -n "$2" | xargs cat
}

@test "a block without end is refused in bounded memory, and what follows is read" {
    [ -z "${SANITIZE-}" ] || skip 'sanitizers want all the memory there is'
    easy_chain
    payments 0 1 >tx
    mined ledger 1 alice | sed 's/ 0 \([0-9a-f]*\)$/ 1000000000000 \1/' >header
    repeated tx 1000 >thousand
    for size in 200 700; do
        {
            cat header
            repeated thousand "$size"
            mined ledger 1 bob
        } >stream
        expect 1 bounded 600000 verify -l ledger -j 1 stream
        mined ledger 1 bob | cmp - "$out"
        says '^stream:1: block: (cut short|over maxblock)'
        [ "$(wc -l <"$err")" -eq 1 ]
    done
    says '^stream:1: block: over maxblock, 67108864 bytes'
    cat ledger header thousand thousand thousand >x
    expect 1 verify x
    cmp "$out" ledger
    says "^x:$(($(wc -l <ledger) + 1)): block: (cut short|over maxblock)"
}

@test "memory does not grow with the blocks of a ledger" {
    [ -z "${SANITIZE-}" ] || skip 'sanitizers want all the memory there is'
    easy_chain
    mined ledger 20000 alice | cat ledger - >x
    expect 0 bounded 60000 verify -q -j 1 x
}

@test "-u: signatures are not looked at, all else is; ledger-append still does" {
    easy_chain
    echo 'bob 5' | paid alice ledger >good
    sed 's/ 5 - / 6 - /' good >forged
    expect 1 verify -l ledger forged
    says '^forged:1: tx: bad signature$'
    for options in -u --unchecked '-u -l ledger'; do
        # shellcheck disable=SC2086 # several
        expect 0 verify $options forged
        cmp "$out" forged
    done
    mined ledger 1 miner | awk -v root="$(id <forged)" '{ $4 = root; $8 = 1; print }' >block
    cat forged >>block
    expect 0 verify -u -l ledger block
    cmp "$out" block
    expect 1 ledger-append ledger <block
    says '^stdin:2: tx: bad signature$'
    cmp ledger genesis
    # form, chain, fee, seq, root and work
    sed 's/ 5 - / 05 - /' good >broken
    expect 1 verify -u -l ledger broken
    sed '1s/ [0-9a-f]* 1 [0-9]*$/ 00 1 0/' block >broken
    expect 1 verify -u -l ledger broken
    sed 's/ 6 - / 7 - /' block >broken
    expect 1 verify -u -l ledger broken
    says '^broken:1: block: root does not match'
    txmake -l ledger -f alice -F 0 bob 1 | txsign -k alice.key >cheap
    expect 1 verify -u -l ledger cheap
    says '^cheap:1: tx: fee 0 is under the minimum'
}

@test "-u: a block far below the tip is judged by its header alone, as strangers make such at will" {
    easy_chain
    txmake -l ledger -f alice -s 7 bob 5 | txsign -k alice.key >tx # a wrong seq
    mined ledger 1 miner | awk -v root="$(id <tx)" '{ $4 = root; $8 = 1; print }' >block
    cat tx >>block
    sed '1s/ 1700[0-9]* / 1600000000 /' block >early
    mined ledger 101 alice >best
    head -n 100 best | ledger-append -q
    expect 1 verify -u -l ledger block
    says '^block:2: tx: seq 7, expected 0'
    tail -n 1 best | ledger-append -q
    expect 0 verify -u -l ledger block
    cmp "$out" block
    expect 1 verify -u -l ledger early
    says '^early:1: block: time 1600000000 is not after'
    expect 1 ledger-append -p <block # which keeps it out, as its branch has less work
    echo "later $(id <<<"$(head -n 1 block)")" | cmp - "$out"
    expect 1 verify -l ledger block
}

# --- Held to checkpoints (what the file may hold: t/ledger-checkpoint.bats) -----------------------------------

# A ledger of 5 blocks, rival: another from height 2 on, with more work, both: rival's blocks behind the ledger's;
# cps: that ann says what the ledger holds at heights 1 and 4.
two_chains() {
    easy_chain
    keygen -s ann ann >/dev/null 2>&1
    mined ledger 2 alice | ledger-append -q
    cp ledger rival
    mined ledger 3 alice | ledger-append -q
    mined rival 5 bob | ledger-append -q rival
    { cat ledger && blocks rival 3 9; } >both
    { cat ann.pub && ledger-checkpoint -k ann.key -s 1 && ledger-checkpoint -k ann.key -s 4; } >cps
}

@test "-C: what stands where a checkpoint has another block falls, and all on it" {
    two_chains
    expect 0 verify -C cps ledger
    cmp ledger "$out"
    [ ! -s "$err" ]
    expect 0 verify -q both
    expect 1 verify -C cps both
    { cat ledger && blocks rival 3; } | cmp - "$out" # a side branch that ends below it may stay
    [ "$(ids ledger | sed -n 5p)" != "$(ids rival | sed -n 5p)" ]
    {
        echo "both:17: checkpoint: the block at height 4 is $(ids rival | sed -n 5p), but 1 key says $(ids ledger | sed -n 5p)"
        echo "both:18: block: its parent $(ids rival | sed -n 5p) is not in the ledger before it: it fell"
    } | diff - <(grep "^both:" "$err")
    gzip -c both >both.gz
    expect 1 verify -q -C cps both.gz both
    [ "$(grep -c checkpoint: "$err")" -eq 2 ]
    # what it lets through, it lets through again, with and without them
    verify -C cps both >saved 2>/dev/null || :
    expect 0 verify -q -C cps saved
}

@test "-C: a ledger that does not reach a checkpoint is told so, and holds" {
    two_chains
    blocks rival 0 3 >short
    expect 0 verify -q -C cps short
    echo "verify: short: its tip, at height 3, is below 1 checkpoint, at height 4" | diff - "$err"
    expect 0 verify -C cps genesis
    echo "verify: genesis: its tip, at height 0, is below 2 checkpoints, at height 1 and above" | diff - "$err"
    cmp genesis "$out"
    # a ledger that is cut within the block that would reach it
    head -c -20 <(blocks ledger 0 4) >cut.led
    expect 1 verify -q -C cps cut.led
    says '^cut.led:[0-9]*: line: torn|^cut.led:[0-9]*: block: '
    says 'is below 1 checkpoint, at height 4$'
}

@test "-C with -l: blocks from elsewhere, and the ledger itself, are held to them" {
    two_chains
    blocks rival 3 9 >theirs
    expect 1 verify -C cps -l ledger theirs
    # what stands on the one that falls cannot be judged here, and is for ledger-append to hold
    { blocks rival 3 && blocks rival 5 9; } | cmp - "$out"
    says '^theirs:2: checkpoint: the block at height 4 is '
    [ "$(wc -l <"$err")" -eq 1 ]
    expect 1 verify -q -C cps -l rival names
    echo "rival: checkpoint: the block at height 4 is $(ids rival | sed -n 5p), but 1 key says $(ids ledger | sed -n 5p)" |
        diff - "$err"
    # a side branch that was there before the checkpoint does not grow
    ledger-append -q rival <<<"$(blocks ledger 3 9)"
    mined ledger 1 bob >next
    { cat ann.pub && ledger-checkpoint -k ann.key -l rival -s 4; } >others
    expect 1 verify -C others -l rival next
    says '^next:1: checkpoint: the block at height 4 is '
    [ ! -s "$out" ]
    # loose blocks, by their heights alone
    expect 1 verify -q -C cps theirs
    says '^theirs:2: checkpoint: the block at height 4 is '
}

@test "a file's name cannot move the cursor" {
    expect 2 verify $'a\e[2Jb\nc'
    says '^verify: a\?\[2Jb\?c: cannot open: '
    printf 'tx\n' >$'d\re'
    expect 1 verify $'d\re'
    says '^d\?e:1: '
}

@test "-C with -H: headers are held to them" {
    two_chains
    { cat genesis && blocks both 1 99 | grep '^block '; } >heads
    expect 0 verify -q -H heads
    expect 1 verify -H -C cps heads
    says "^heads:17: checkpoint: the block at height 4 is $(ids rival | sed -n 5p), but 1 key says "
    { cat ledger && blocks rival 3; } | cmp - "$out"
    blocks heads 0 3 >short
    expect 0 verify -q -H -C cps short
    echo "verify: short: its tip, at height 3, is below 1 checkpoint, at height 4" | diff - "$err"
    ledger-init -n other -T 1 >foreign
    expect 1 verify -q -H -C cps foreign
    says '^foreign:1: checkpoint: another chain: its genesis is '
    [ "$(wc -l <"$err")" -le 2 ]
}
