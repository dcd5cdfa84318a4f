load lib/common
load lib/ledger

# The ledger is a tree: branches are kept, the one with the most work is the best chain, of equals the first.

# Two branches on the tip of the ledger, into the files a and b: COUNT-A blocks by alice, COUNT-B by bob.
branches() { # COUNT-A COUNT-B
    mined ledger "$1" alice >a
    mined ledger "$2" bob >b
}

balance() { # NAME [OPTION...]
    local name=$1
    shift
    ledger-balance "$@" "$name" | cut -d ' ' -f 3
}

@test "a side branch is kept, and a heavier one becomes the best chain: reorg" {
    easy_chain
    branches 2 3
    ledger-append -q <a
    # as heavy as the best one: the first seen stays
    head -n 2 b >b2
    expect 0 ledger-append <b2
    cmp "$out" b2
    [ ! -s "$err" ]
    [ "$(ledger-chain -t)" = "$(tail -n 1 a)" ]
    [ "$(balance alice) $(balance bob)" = '1000100 0' ]
    expect 0 ledger-append <<<"$(tail -n 1 b)"
    echo 'ledger-append: reorg: 2 blocks undone, 3 done' | diff - "$err"
    [ "$(ledger-chain -t)" = "$(tail -n 1 b)" ]
    [ "$(balance alice) $(balance bob)" = '1000000 150' ]
    cat genesis b | cmp - <(ledger-chain)
    cat genesis a b | cmp - ledger
    # and back again
    cp ledger aside
    cp genesis other && ledger-append -q other <a && mined other 2 miner >rest
    ledger-append -q other <rest
    expect 0 ledger-append <rest
    says '^ledger-append: reorg: 3 blocks undone, 4 done$'
    cat genesis a rest | cmp - <(ledger-chain)
    verify -q ledger
}

@test "one block undone is one block" {
    easy_chain
    branches 1 2
    ledger-append -q <a
    expect 0 ledger-append <b
    echo 'ledger-append: reorg: 1 block undone, 2 done' | diff - "$err"
}

@test "of equals, the one that stands first in the file" {
    easy_chain
    branches 1 1
    cat genesis a b >ab
    cat genesis b a >ba
    for file in ab ba; do
        [ "$(ledger-chain -t $file)" = "$(sed -n "$(($(wc -l <genesis) + 1))p" $file)" ]
        cp $file led.$file && ledger-append -q led.$file </dev/null
        verify -q $file
    done
    # an equal that comes later does not win, not even by a longer way
    mined ab 1 alice >a2
    ledger-append -q ab <a2
    cp genesis other && ledger-append -q other <b && mined other 1 bob >b2
    expect 0 ledger-append ab <b2
    [ ! -s "$err" ]
    [ "$(ledger-chain -t ab)" = "$(cat a2)" ]
}

@test "less work does not win by more blocks" {
    # the target is free to move: a branch of blocks made slowly has easy targets
    keygen -s "demo alice" alice >names 2>/dev/null
    ledger-init -n hard -T 1700000000 -s 600 -e 600 -t 0f >ledger
    cp ledger slow
    # ten blocks at the intended pace and far less: each is twice as hard as the one before
    mine -m alice -n 1 -T 1700000001 </dev/null | ledger-append -q
    for t in 2 3 4; do
        mine -m alice -n 1 -T 170000000$t </dev/null | ledger-append -q
    done
    for t in 1 2 3 4 5 6; do
        mine -l slow -m alice -n 1 -T $((1700000000 + t * 3600)) </dev/null | ledger-append -q slow
    done
    tip=$(ledger-chain -t)
    expect 0 ledger-append <slow
    [ ! -s "$err" ]
    [ "$(ledger-chain -t)" = "$tip" ]
    [ "$(headers ledger | wc -l)" -eq 11 ]
    expect 0 ledger-append slow <ledger
    says '^ledger-append: reorg: 6 blocks undone, [1-4] done$'
    [ "$(ledger-chain -t slow)" = "$tip" ]
}

@test "a side branch is judged in full against the state at its parent" {
    easy_chain 100
    # on the best chain alice spends all; on the branch she has it still, and may spend it once
    echo 'bob 99' | paid alice ledger | mined_with ledger 2 miner >best
    echo 'bob 60' | paid alice ledger | mined_with ledger 1 bob >side
    ledger-append -q <best
    expect 0 ledger-append <side
    [ ! -s "$err" ]
    cp genesis other && ledger-append -q other <side
    txmake -l other -f alice bob 40 | txsign -k alice.key >tx # she has 39
    mined other 1 bob | awk -v root="$(id <tx)" '{ $4 = root; $8 = 1; print }' >block
    cat tx >>block
    expect 1 ledger-append <block
    echo "stdin:2: tx: $ALICE has 39, needs 41" | diff - "$err"
    # bob was paid 60 there and may spend that, though he has 99 here
    echo 'alice 100' | paid bob other | mined_with other 1 bob >rich # 60 and the reward of 50 and fee 1
    expect 0 ledger-append <rich
    cat genesis best side rich | cmp - ledger
    # what a fork was told of accounts is what its own chain says
    [ "$(balance bob -b "$(id <<<"$(head -n 1 side)")")" -eq 111 ]
    [ "$(balance bob)" -eq 99 ]
    verify -q ledger
}

# Every block of a ledger, held against the reference on the chain cut there.
every_block_agrees() { # LEDGER
    rm -rf cuts
    mkdir cuts
    local n=0 block
    ids "$1" >known
    # for each block its chain: from its header back by the parents'
    while read -r block; do
        ledger-chain -b "$block" "$1" >"cuts/$n"
        n=$((n + 1))
    done <known
    reference_all cuts/*
    n=0
    while read -r block; do
        cmp "cuts/$n" "cuts/$n.chain" # a chain without side branches is the best one
        [ "$(cut -d ' ' -f 3 "cuts/$n.audit")" = "$block" ]
        diff "cuts/$n.balances" <(ledger-balance -l "$1" -b "$block")
        cmp <(ledger-chain -t -b "$block" "$1") <(headers "cuts/$n" | tail -n 1)
        n=$((n + 1))
    done <known
}

@test "balances and chain at every block of a tree are the reference's" {
    need python3
    easy_chain 1000
    for round in 1 2 3; do
        cp ledger one && cp ledger two
        seq 4 | sed "s/.*/bob 1&/" | paid alice one | mined_with one 2 bob | ledger-append -q one
        seq 3 | sed "s/.*/miner 2&/" | paid alice two | mined_with two $round miner | ledger-append -q two
        seq 2 | sed 's/.*/alice 3/' | paid bob one | mined_with one 1 miner | ledger-append -q one
        cat one two | ledger-append -q
    done
    [ "$(headers ledger | wc -l)" -gt 10 ]
    every_block_agrees ledger
    # the same from an index that a reader makes, and by height on the best chain
    rm ledger.index
    every_block_agrees ledger
    height=0
    while read -r block; do
        diff <(ledger-balance -s $height) <(ledger-balance -b "$block")
        diff <(ledger-balance -s $height alice bob) <(ledger-balance -b "$block" alice bob)
        height=$((height + 1))
    done < <(ids <(ledger-chain))
}

@test "the vectors' trees, at every block" {
    need python3
    for name in fork reorg tie-first-wins; do
        rm -rf cuts led*
        cp "$VECTORS/good/$name.ledger" led
        every_block_agrees led
    done
}

@test "a reorganisation of 1,000 blocks" {
    easy_chain
    many=$(few 1000 150)
    seq 50 | sed 's/.*/bob 1 &/' | paid alice ledger >txs
    mined_with ledger "$many" alice <txs >a
    mined ledger $((many + 1)) bob >b
    ledger-append -q <a
    ledger-balance >before
    head -n "$many" b | expect 0 ledger-append -q
    [ ! -s "$BATS_TEST_TMPDIR/.err" ]
    ledger-balance | cmp - before
    expect 0 ledger-append <<<"$(tail -n 1 b)"
    echo "ledger-append: reorg: $many blocks undone, $((many + 1)) done" | diff - "$err"
    cat genesis b | cmp - <(ledger-chain)
    printf 'account %s %s 0\n' "$ALICE" 1000000 "$BOB" $((50 * many + 50)) | sort | diff - <(ledger-balance)
    # the old tip's state is still there to be asked for
    old=$(tail -n 1 a | id)
    ledger-balance -b "$old" | cmp - before
    cat genesis a | cmp - <(ledger-chain -b "$old")
    # a fresh index says the same, and the way back is as long
    rm ledger.index
    cat genesis b | cmp - <(ledger-chain)
    cp genesis other && ledger-append -q other <a
    mined other 2 miner >rest
    expect 0 ledger-append <rest
    says "^ledger-append: reorg: $((many + 1)) blocks undone, $((many + 2)) done\$"
    verify -q ledger
}

@test "ledger-chain: parts of the best chain" {
    easy_chain
    seq 3 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 5 alice | ledger-append -q
    ledger-append -q <<<"$(cp genesis g && mined g 3 bob)" # a side branch
    chain() { ledger-chain "$@" ledger; }
    chain >all
    cmp all <(blocks ledger 0 5)
    for ((start = 0; start <= 5; start++)); do
        for count in 0 1 2 3 100 9223372036854775807; do
            end=$((count > 5 - start ? 5 : start + count - 1))
            chain -s $start -n $count | cmp - <([ $count -eq 0 ] || blocks all $start $end)
        done
        chain -s $start | cmp - <(blocks all $start 5)
    done
    headers all | tail -n 1 | cmp - <(chain -t)
    expect 1 chain -s 6
    says '^ledger-chain: ledger: its height is 5$'
    [ ! -s "$out" ]
    # under another tip
    side=$(headers ledger | tail -n 1 | id)
    { cat genesis && blocks ledger 6 8; } | cmp - <(chain -b "$side")
    blocks ledger 7 7 | cmp - <(chain -b "$side" -s 2 -n 1)
    blocks ledger 8 8 | cmp - <(chain -b "$side" -t)
    expect 1 chain -b "$side" -s 4
    expect 1 chain -b "$(printf %064d 7)"
    says '^ledger-chain: ledger: no block 0+7$'
    expect 2 chain -b 7
    expect 2 chain -s -1
    expect 2 chain -n x
    expect 2 ledger-chain ledger ledger
    expect 0 chain -h
    LEDGER=ledger ledger-chain | cmp - all
    ledger-chain -l ledger | cmp - all
    expect 2 ledger-chain nowhere
    says '^ledger-chain: nowhere: No such file'
    [ ! -e /dev/full ] || {
        status=0
        chain >/dev/full 2>err || status=$?
        [ "$status" -eq 2 ]
    }
    head -c 400 ledger >short
    expect 1 ledger-chain short
    : >empty
    expect 1 ledger-chain empty
    says 'empty: empty: no genesis block'
}

@test "ledger-balance: by name, by key, by height, by block" {
    easy_chain 1000
    mined ledger 2 bob | ledger-append -q
    echo "account $ALICE 1000 0" | cmp - <(ledger-balance alice)
    printf 'account %s %s 0\n' "$BOB" 100 "$ALICE" 1000 "$BOB" 100 | cmp - <(ledger-balance bob "$ALICE" "$BOB")
    nobody=$(printf %064d 5)
    echo "account $nobody 0 0" | cmp - <(ledger-balance "$nobody")
    echo "account $BOB 50 0" | cmp - <(ledger-balance -s 1 bob)
    echo "account $ALICE 1000 0" | cmp - <(ledger-balance -s 0)
    echo "account $BOB 50 0" | cmp - <(ledger-balance -b "$(blocks ledger 1 | id)" bob)
    expect 1 ledger-balance -s 3
    says '^ledger-balance: ledger: no block 3$'
    expect 1 ledger-balance -b "$(printf %064d 7)"
    expect 2 ledger-balance -b 7
    expect 2 ledger-balance -s 1 -b "$(blocks ledger 1 | id)"
    expect 2 ledger-balance carol
    echo "key $ALICE chef" >book
    echo "account $ALICE 1000 0" | cmp - <(ledger-balance -a book chef)
    echo "account $ALICE 1000 0" | cmp - <(NAMES=book ledger-balance chef)
    expect 2 ledger-balance -l nowhere
    expect 2 ledger-balance -x
    expect 0 ledger-balance --help
    [ ! -e /dev/full ] || {
        status=0
        ledger-balance >/dev/full 2>err || status=$?
        [ "$status" -eq 2 ]
    }
}

@test "txmake counts on the branch that is best, whatever stands last in the file" {
    easy_chain
    cp ledger other
    seq 4 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 2 miner >best
    seq 3 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 1 bob >side
    cat ledger best side >whole
    for index in none made; do # by this very reader, or there already
        [ "$(txmake -l whole -f alice bob 1 | cut -d ' ' -f 4)" = 4 ]
        echo $index
    done
}

@test "verify -l and mine work on the branch that is best" {
    easy_chain
    branches 1 2
    ledger-append -q <a
    [ "$(mined ledger 1 miner | cut -d ' ' -f 2,3)" = "2 $(id <a)" ]
    ledger-append -q <b 2>/dev/null
    [ "$(mined ledger 1 miner | cut -d ' ' -f 2,3)" = "3 $(tail -n 1 b | id)" ]
    # a block on the lost branch still has its parent
    cp genesis other && ledger-append -q other <a
    mined other 1 alice >next
    expect 0 verify -l ledger next
    cmp "$out" next
}

# --- Branches from strangers: ledger-append -p ---------------------------------------------------------------

# What the last command passed on, without the marks of what it did not.
passed() {
    grep -v '^later \|^accepted ' "$out" || :
}

@test "-p: a branch from far back waits outside the ledger until it has more work, and then goes in whole" {
    easy_chain
    mined ledger 150 alice | ledger-append -q
    cp ledger before
    cp genesis other && mined other 151 bob >branch
    head -n 150 branch >part && expect 1 ledger-append -p <part
    ids part | sed 's/^/later /' | cmp - "$out"
    says "^ledger-append: block $(head -n 1 branch | id) waits until its branch has more work than the best chain "
    says '^ledger-append: stdin: 150 blocks left out, of branches with less work '
    [ "$(grep -c ' waits until ' "$err")" -eq 8 ] # a stranger does not fill the log either
    cmp ledger before
    # the last one first: orphans of what waits are let in, too
    { tail -n 1 branch && cat part; } >turned && expect 0 ledger-append -p <turned
    passed | cmp - branch
    says '^ledger-append: reorg: 150 blocks undone, 151 done$'
    cat before branch | cmp - ledger
    verify -q ledger
    # twice the same is known, waiting or not
    cp before ledger
    cat branch branch >twice && expect 0 ledger-append -p <twice
    passed | cmp - branch
    # by hand, everything goes in at once
    cp before ledger
    expect 0 ledger-append <part
    cat before part | cmp - ledger
    # it goes on in the ledger, where others may have put it
    tail -n 1 branch >last && expect 0 ledger-append -p <last
    says '^ledger-append: reorg: 150 blocks undone, 151 done$'
}

@test "-p: near the tip, branches are kept at once: from 100 blocks below on, 200 blocks in all" {
    easy_chain
    mined ledger 150 alice | ledger-append -q
    cp ledger before
    blocks ledger 0 49 >at49 && mined at49 1 bob >far
    blocks ledger 0 50 >at50 && mined at50 1 bob >near
    cat far near >two && expect 1 ledger-append -p <two
    passed | cmp - near
    cat before near | cmp - ledger
    # a longer one that begins there, and others on its blocks
    cat at50 near >grown && mined grown 99 bob >longer
    expect 0 ledger-append -p <longer
    passed | cmp - longer
    blocks ledger 0 149 >at149
    # shellcheck disable=SC2094 # a function of this name
    twins at149 110 >many
    expect 1 ledger-append -p <many
    passed >kept
    head -n 100 many | cmp - kept
    says '^ledger-append: stdin: 10 blocks left out'
    cat before near longer kept | cmp - ledger
    # when the chain has grown, there is room again
    mined ledger 60 alice >rest && expect 0 ledger-append -p <rest
    tail -n 1 many >last && expect 0 ledger-append -p <last
    verify -q ledger
}

# So many empty blocks on the tip of a ledger of an easy chain, each its own.
twins() { # LEDGER COUNT
    local header
    header=$(mined "$1" 1 miner)
    seq "$2" | awk -v header="${header% *}" '{ printf "%s %x\n", header, $1 }'
}

@test "-p: blocks with far less work than the tip wait, however near they are" {
    keygen -s "demo alice" alice >names 2>/dev/null
    ledger-init -n hard -T 1700000000 -s 600 -e 600 -t 0f >ledger
    for t in 1 2 3 4 5; do # each is twice as hard as the one before
        mine -m alice -n 1 -T 170000000$t </dev/null | ledger-append -q
    done
    cp ledger before
    blocks ledger 0 1 >low && mine -l low -m alice -T 1700000003 </dev/null >easy
    blocks ledger 0 3 >high && mine -l high -m alice -T 1700000006 </dev/null >hard
    head -n 1 easy | grep -q '^block 2 ' && head -n 1 hard | grep -q '^block 4 '
    cat easy hard >both && expect 1 ledger-append -p -T 1700000010 <both
    passed | cmp - hard
    cat before hard | cmp - ledger
}

@test "-p: a waiting branch with an invalid header or body" {
    easy_chain 100
    mined ledger 150 alice | ledger-append -q
    cp ledger before
    cp genesis other && mined other 100 bob >branch && ledger-append -q other <branch
    # she has 100 there, and no more
    txmake -c "$(chain_of other)" -s 0 -f alice bob 120 | txsign -k alice.key >tx
    mined other 1 bob | awk -v root="$(id <tx)" '{ $4 = root; $8 = 1; print }' >poor
    cat tx >>poor
    # its children are mined by hand, since no program would build on it
    twin=$(head -n 1 poor) && : >rest
    for n in $(seq 102 152); do
        twin="block $n $(printf %s "$twin" | id) $(printf '' | sha256sum | cut -c 1-64) $((1700000000 + 10 * n)) $(cut -d ' ' -f 6 <<<"$twin") $MINER 0 0"
        printf '%s\n' "$twin" >>rest
    done
    cat branch poor rest >whole && expect 1 ledger-append -p <whole
    says "^stdin:102: tx: $ALICE has 100, needs 121$"
    says "^stdin:103: block: its parent $(head -n 1 poor | id) was refused$"
    says '^ledger-append: stdin: 50 more records refused because of those named above'
    cat before branch | cmp - ledger
    # a header is refused at once
    cp before ledger
    sed '50s/^\(block [0-9]* [0-9a-f]* [0-9a-f]*\) [0-9]*/\1 1/' branch >late
    expect 1 ledger-append -p <late
    says '^stdin:50: block: time 1 is not after [0-9]*, the median of the last 11$'
    cmp before ledger
}

chain_of() { # LEDGER
    head -n 1 "$1" | id
}

@test "-p: nobody crowds out a branch without as much work" {
    easy_chain
    mined ledger 200 alice | ledger-append -q
    cp ledger before
    cp genesis other && mined other 201 bob >branch
    twins genesis 20000 >flood
    { head -n 100 branch && cat flood && tail -n +101 branch; } >all
    expect 1 ledger-append -p <all
    passed | cmp - branch
    cat before branch | cmp - ledger
}
