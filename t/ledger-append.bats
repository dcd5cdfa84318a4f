load lib/common
load lib/ledger

# ledger-append: `tee -a` for blocks; in whole blocks or not at all.

@test "a genesis makes the file, blocks grow it, and what is appended is passed on" {
    easy_chain
    mined ledger 3 alice >three
    rm ledger
    expect 0 ledger-append <genesis
    cmp ledger genesis
    cmp "$out" genesis
    expect 0 ledger-append <three
    cmp "$out" three
    cat genesis three | cmp - ledger
    [ ! -s "$err" ]
    # what it has, it drops, in whatever company
    { cat three genesis && mined ledger 1 bob; } >again
    expect 0 ledger-append <again
    tail -n 1 again | cmp - "$out"
    [ ! -s "$err" ]
    verify -q ledger
}

@test "the ledger is the operand or -l, else \$LEDGER, else ledger" {
    easy_chain
    mined ledger 1 alice >one
    cp ledger a && cp ledger b && cp ledger ledger.old
    ledger-append a <one >/dev/null
    LEDGER=b ledger-append <one >/dev/null
    cmp a b
    cmp ledger ledger.old
    LEDGER=b ledger-append -- ledger <one >/dev/null
    cmp a ledger
    expect 2 ledger-append a b <one
    says '^usage: ledger-append'
    LEDGER=b ledger-append -l ledger.old <one >/dev/null
    cmp a ledger.old
}

@test "no block, no ledger" {
    expect 0 ledger-append led </dev/null
    [ -z "$(ls)" ]
    echo 'hint somebody' >other
    expect 1 ledger-append led <other
    echo 'stdin:1: not a block: left out (-p passes it on)' | diff - "$err"
    expect 0 ledger-append -p led <other
    cmp "$out" other
    easy_chain
    expect 1 ledger-append led <<<"$(mined ledger 1 alice)"
    says '^stdin:1: block: no genesis'
    [ ! -e led ]
    [ ! -e led.index ]
}

@test "-q passes no block on, -p all other records, in their places" {
    easy_chain
    mined ledger 2 alice >two
    echo 'bob 5' | paid alice ledger >tx
    { blocks two 0 0 && cat tx names && blocks two 1 1 && echo 'no  record'; } >mix
    cp ledger copy
    expect 1 ledger-append -p copy <mix
    { head -n 6 mix && echo "refused $(tail -n 1 mix | id) line%3A%20fields%20are%20split%20by%20exactly%20one%20space%20%28column%204%29"; } |
        cmp - "$out"
    echo 'stdin:7: line: fields are split by exactly one space (column 4)' | diff - "$err"
    cp ledger again
    expect 1 ledger-append -q -p again <mix
    cat tx names | cmp - "$out"
    cmp copy again
    expect 1 ledger-append -q -p again <mix # known blocks are no other records
    cat tx names | cmp - "$out"
    # without -p they are left out, and told
    cp ledger third
    expect 1 ledger-append third <mix
    cmp "$out" two
    [ "$(grep -c 'not a block: left out' "$err")" -eq 1 ]
    says '^stdin:2: not a block: left out '
    says '^ledger-append: stdin: 3 more records refused because of those named above \(-v names each\)$'
    cp ledger fourth
    expect 1 ledger-append -v fourth <mix
    [ "$(grep -c 'not a block: left out' "$err")" -eq 4 ]
    cmp copy third
}

@test "-o: the order of the input decides; what is not on the tip when its turn comes is refused, and no branch is made" {
    local option
    easy_chain
    mined ledger 2 alice >first
    cp genesis ledger
    mined ledger 3 bob >second
    blocks first 0 0 >one
    blocks second 0 0 >late
    blocks second 2 2 >orphan
    # here the branch of bob outweighs the other, if it may
    for option in -o -opq; do
        cp genesis ledger
        expect 1 ledger-append $option ledger < <(cat one late orphan first second)
        grep -c 'its parent is not the tip, and the order of the input decides' "$err" | grep -qx 5
        says '^stdin:[0-9]*: block: its parent is not the tip'
        cat genesis first | cmp - ledger
        # once more from anywhere, as after a restart
        expect 0 ledger-append $option ledger <first
        cat genesis first | cmp - ledger
    done
    cp genesis ledger
    cat one late orphan first second | ledger-append -q ledger 2>/dev/null
    cat genesis second | cmp - <(ledger-chain ledger)
    # whatever a reader's clock says
    cp genesis ledger
    expect 1 ledger-append -T 1000000000 ledger <one
    expect 0 ledger-append -o -T 1000000000 ledger <one
    # a genesis makes the file, and what is no block passes with -p
    rm ledger
    expect 0 ledger-append -op ledger < <(cat genesis names one)
    cat genesis names one | cmp - "$out"
}

@test "-T is the clock for blocks' times" {
    easy_chain
    mine -m alice -T 1700001000 </dev/null >block
    expect 1 ledger-append -T 1700000879 <block
    says '^stdin:1: block: time 1700001000 is over 120 s ahead of the clock, 1700000879$'
    cmp ledger genesis
    expect 0 ledger-append -T 1700000880 <block
    cmp "$out" block
    # a block that once was let in stays, whatever the clock says
    expect 0 ledger-chain ledger
    expect 0 ledger-append -T 0 <block
}

@test "-j threads give the same verdicts" {
    easy_chain
    seq "$(few 500 60)" | sed 's/.*/bob 1 &/' | paid alice ledger >txs
    mined_with ledger 1 miner <txs >block
    sed '40s/0$/1/; 40t; 40s/.$/0/' block >forged
    for j in 1 2 8; do
        cp genesis led$j
        expect 1 ledger-append -j $j led$j <forged
        says '^stdin:40: tx: bad signature$|^stdin:1: block: root does not match'
        cmp led$j genesis
        expect 0 ledger-append -j $j led$j <block
        cmp led1 led$j
    done
    expect 2 ledger-append -j 0 <block
}

@test "a forged signature under a right root falls for its signature" {
    easy_chain
    echo 'bob 5' | paid alice ledger | sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/' >tx
    mined ledger 1 miner | awk -v root="$(id <tx)" '{ $4 = root; $8 = 1; print }' >block
    cat tx >>block
    expect 1 ledger-append <block
    echo 'stdin:2: tx: bad signature' | diff - "$err"
    cmp ledger genesis
    # not even where a reader, who checks no signatures, has seen it in the file
    cat ledger block >led
    ledger-balance -l led >/dev/null
    mined ledger 1 alice >next
    expect 1 ledger-append led <next
    says "^ledger-append: led:$(wc -l <led): tx: bad signature"
    cat ledger block | cmp - led
}

@test "children wait for their parents, however many" {
    easy_chain
    count=$(few 300 60)
    mined ledger "$count" alice >chain
    cat ledger chain >want
    tac chain >backwards # empty blocks, a line each
    expect 0 ledger-append <backwards
    cmp "$out" chain
    cmp ledger want
    cp genesis led
    shuf --random-source=<(yes) chain | expect 0 ledger-append led
    cmp led want
    # blocks with bodies wait whole
    seq 5 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 1 bob >body
    cp ledger more && ledger-append -q more <body
    mined more 1 bob >last
    expect 0 ledger-append <<<"$(cat last body)"
    cat body last | cmp - "$out"
    verify -q ledger
}

@test "a block that never gets its parent is told, with its line" {
    easy_chain
    mined ledger 4 alice >chain
    { sed -n 1p chain && sed -n 3,4p chain; } >gap
    expect 1 ledger-append <gap
    sed -n 1p chain | cmp - "$out"
    {
        echo "stdin:2: block: its parent $(sed -n 2p chain | id) did not come"
        echo 'ledger-append: stdin: 1 more record refused because of those named above (-v names each)'
    } | diff - "$err"
    cp genesis other
    expect 1 ledger-append -v other <gap
    for n in 2 3; do
        echo "stdin:$n: block: its parent $(sed -n ${n}p chain | id) did not come"
    done | diff - "$err"
    expect 1 ledger-append <<<"$(sed -n 4p chain && sed -n 4p chain)" # waits once, is told once
    [ "$(wc -l <"$err")" -eq 1 ]
    expect 0 ledger-append <<<"$(sed -n 2,4p chain)"
}

@test "one who waits with a false signature, or falls by its parent's state, is told" {
    easy_chain 100
    cp ledger other && ledger-append -q other <<<"$(mined other 1 alice)"
    echo 'bob 120' | paid alice other | mined_with other 1 miner >child # alice has 150 there
    mined ledger 1 bob >elsewhere                                       # and 100 here
    sed "s/ $(tip_id other) / $(id <elsewhere) /" child >poor
    { cat poor elsewhere; } | expect 1 ledger-append
    cmp "$BATS_TEST_TMPDIR/.out" elsewhere
    echo "stdin:2: tx: $ALICE has 100, needs 121" | diff - "$BATS_TEST_TMPDIR/.err"
}

@test "the room where blocks wait is bounded: the oldest leave, and are told" {
    easy_chain
    extra=10
    mined ledger $((4096 + extra + 1)) alice >chain
    # all but the first, the youngest last: those that waited longest must go
    tail -n +2 chain >orphans
    { cat orphans && head -n 1 chain; } >stream
    expect 1 ledger-append -v <stream
    # the first of all comes; its child has left, and so nobody can follow
    head -n 1 chain | cmp - "$out"
    [ "$(grep -c 'did not come$' "$err")" -eq $((4096 + extra)) ]
    head -n 1 "$err" | grep -q "^stdin:1: block: its parent $(head -n 1 chain | id) did not come"
    # the other way round the oldest of them are not needed first
    cp genesis led
    { tac orphans && sed -n 1,$((extra + 1))p chain; } >stream
    status=0
    ledger-append -v led <stream >/dev/null 2>told || status=$?
    [ "$status" -eq 1 ]
    [ "$(grep -c 'did not come$' told)" -eq $extra ]
    [ "$(headers led | wc -l)" -eq $((1 + 4096 + 1)) ]
    verify -q led
}

@test "a block goes out as soon as it is in the ledger, while the pipe stays open" {
    easy_chain
    mined ledger 3 alice >chain
    mkfifo in
    ledger-append <in >got 2>told 3>&- &
    pid=$!
    exec 7>in
    for n in 1 2 3; do
        head -n $n chain >want
        tail -n 1 want >&7
        eventually cmp -s got want
        tail -n $n ledger | cmp - got
        [ "$(ledger-chain -t)" = "$(sed -n ${n}p chain)" ]
    done
    exec 7>&-
    wait "$pid"
    only_waited told
}

@test "two writers at once interleave whole blocks" {
    need python3
    easy_chain
    count=$(few 150 40)
    for who in alice bob; do
        mined ledger "$count" $who >chain.$who
        # with some bodies among them
        cp ledger fork.$who
        ledger-append -q fork.$who <chain.$who
        seq 20 | sed 's/.*/miner 1 &/' | paid alice fork.$who | mined_with fork.$who "$count" $who >>chain.$who
    done
    pids=()
    for who in alice bob; do
        # in small pieces, so that they take turns
        awk '/^block / { fflush() } { print }' chain.$who | ledger-append >passed.$who 2>told.$who 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    for who in alice bob; do
        cmp passed.$who chain.$who
        refute grep -v '^ledger-append: reorg: ' <(without_waits told.$who)
    done
    [ "$(wc -l <ledger)" -eq "$(cat genesis chain.alice chain.bob | wc -l)" ]
    verify -q ledger
    reference chain ledger | cmp - <(ledger-chain)
    reference balances ledger | cmp - <(ledger-balance)
    rm ledger.index
    reference balances ledger | cmp - <(ledger-balance)
}

@test "many writers of the same blocks leave each once" {
    easy_chain
    mined ledger 30 alice >chain
    pids=()
    for _ in 1 2 3 4; do
        ledger-append new <<<"$(cat genesis chain)" >>passed 2>>told 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    cat genesis chain | cmp - new
    # each was passed on by one of them
    sort passed | cmp - <(cat genesis chain | sort)
    only_waited told
}

@test "it waits for whoever has the lock on the file" {
    easy_chain
    mined ledger 1 alice >block
    hold ledger
    ledger-append <block >got 2>told 3>&- &
    pid=$!
    eventually waits_for_lock "$pid"
    eventually grep -qx 'ledger-append: waiting for another program that has ledger locked' told
    cmp ledger genesis
    [ ! -s got ]
    let_go
    wait "$pid"
    cmp got block
    [ "$(wc -l <told)" -eq 1 ]
    # the file that it waited for was replaced: it takes the new one
    hold ledger
    mined ledger 1 bob >next
    ledger-append <next >got 2>told 3>&- &
    pid=$!
    eventually waits_for_lock "$pid"
    cp ledger other && mv other ledger
    let_go
    wait "$pid"
    cat genesis block next | cmp - ledger
}

# --- What it will not write -----------------------------------------------------------------------------------

@test "a compressed ledger is refused, with the command that helps" {
    easy_chain
    mined ledger 1 alice >block
    gzip ledger && mv ledger.gz ledger && cp ledger before
    expect 2 ledger-append <block
    says 'ledger: compressed; `zcat ledger > FILE` and use FILE'
    cmp ledger before
    expect 2 ledger-chain
    says 'zcat'
    zcat ledger >led
    expect 0 ledger-append led <block
}

@test "a ledger damaged before its end is refused, with the command that helps" {
    easy_chain
    ledger-append -q <<<"$(mined ledger 3 alice)"
    mined ledger 1 bob >block
    sed '12s/block 2/block 3/' ledger >led
    refute cmp -s led ledger
    cp led before
    for index in none old; do
        [ $index = none ] || cp ledger.index led.index
        expect 1 ledger-append led <block
        says '^ledger-append: led:12: block: .*`verify led > FILE` saves the valid part'
        cmp led before
        [ ! -e led.torn ]
        expect 1 ledger-balance -l led
        says '^ledger-balance: led:12: block: '
    done
    # and it helps
    verify led >saved 2>/dev/null || :
    expect 0 ledger-append saved </dev/null
    ledger-balance -l saved >/dev/null
    expect 0 ledger-append saved <<<"$(tail -n +12 ledger)"
    cmp saved ledger
}

@test "a folder that cannot be written, a folder in its place, a name too long" {
    easy_chain
    mined ledger 1 alice >block
    mkdir folder
    expect 2 ledger-append folder <block
    expect 2 ledger-append nowhere/ledger <genesis
    says 'nowhere/ledger: No such file'
    expect 2 ledger-append "$(printf %05000d 1)" <genesis
    mkfifo pipe
    expect 2 ledger-append pipe <genesis
    says 'pipe: not a regular file'
    can_be_nobody
    chmod 755 .
    mkdir closed && cp ledger closed/ && chmod 555 closed && chmod 444 closed/ledger
    expect 2 as_nobody ledger-append closed/ledger <block
    says 'closed/ledger: Permission denied'
    expect 2 as_nobody ledger-append closed/new <genesis
    [ "$(ls closed)" = ledger ]
}

# --- stdout ---------------------------------------------------------------------------------------------------

@test "a full stdout is trouble, but what was synced is in the ledger" {
    [ -e /dev/full ] || skip 'no /dev/full here'
    easy_chain
    mined ledger 2 alice >two
    status=0
    ledger-append <two >/dev/full 2>err || status=$?
    [ "$status" -eq 2 ]
    grep -q '^ledger-append: stdout: No space left' err
    cat genesis two | cmp - ledger
    verify -q ledger
}

@test "a closed stdout or stdin is trouble, and touches no ledger" {
    easy_chain
    mined ledger 2 alice >two
    status=0
    ledger-append <two >&- 2>err || status=$?
    [ "$status" -eq 2 ]
    # whatever was done, the file is whole
    verify -q ledger
    status=0
    ledger-append <&- >out 2>err || status=$?
    [ "$status" -eq 2 ]
    [ ! -s out ]
    verify -q ledger
}

@test "a reader that has left ends it quietly" {
    easy_chain
    mined ledger 2000 alice >chain
    set +o pipefail
    ledger-append <chain 2>err | head -n 1 >/dev/null
    [ ! -s err ]
    verify -q ledger
    ledger-append -q <chain
    cat genesis chain | cmp - ledger
}

@test "help and version" {
    expect 0 ledger-append --help
    for option in -p -q -j -T; do
        grep -q -- "  $option, --" "$out"
    done
    expect 0 ledger-append -V
    expect 2 ledger-append --no-such-option
    expect 2 ledger-append -T never </dev/null
}

@test "-p: what is no block passes at once, whoever has the ledger; behind a block it waits for it" {
    easy_chain
    mined ledger 1 alice >block
    echo 'bob 5' | paid alice ledger >tx
    mkfifo in
    hold ledger
    ledger-append -p ledger <in >passed &
    pid=$!
    exec 7>in
    cat tx names >&7
    eventually test -s passed
    cat tx names | cmp - passed
    cat block tx >&7
    eventually waits_for_lock "$pid"
    cat tx names | cmp - passed
    let_go
    exec 7>&-
    wait "$pid"
    cat tx names block tx | cmp - passed
    # all alone, they need no ledger that could be opened
    expect 0 ledger-append -p nowhere/ledger <names
    cmp "$out" names
    expect 2 ledger-append -p nowhere/ledger <block
}

@test "-p: other records are for others to check, those in blocks are not" {
    easy_chain
    echo 'bob 5' | paid alice ledger | sed 's/ 5 - / 6 - /' >forged
    expect 0 ledger-append -p ledger <forged
    cmp "$out" forged
    sed 's/ pay / pray /' forged >strange # nor is anything else of them looked at
    expect 0 ledger-append -p ledger <strange
    cmp "$out" strange
    mined ledger 1 miner | awk -v root="$(id <forged)" '{ $4 = root; $8 = 1; print }' >block
    cat forged >>block
    cat forged block forged >all
    expect 1 ledger-append -p ledger <all
    { cat forged && echo "refused $(head -n 1 block | id) tx%3A%20bad%20signature" && cat forged; } | cmp - "$out"
    echo 'stdin:3: tx: bad signature' | diff - "$err"
    cmp ledger genesis
}

# --- Held to checkpoints (what the file may hold: t/ledger-checkpoint.bats) -----------------------------------

# As in t/verify.bats: ledger with 5 blocks, rival with two more from height 3 on, theirs: those; cps.
two_chains() {
    easy_chain
    keygen -s ann ann >/dev/null 2>&1
    mined ledger 2 alice | ledger-append -q
    cp ledger rival
    mined ledger 3 alice | ledger-append -q
    mined rival 5 bob >theirs
    ledger-append -q rival <theirs
    { cat ann.pub && ledger-checkpoint -k ann.key -s 4; } >cps
}

@test "-C: a reorganisation below a checkpoint is refused, whatever its work, and said loudly" {
    two_chains
    cp ledger before && cp ledger free
    expect 0 ledger-append -q free <theirs # without it
    says '^ledger-append: reorg: 3 blocks undone, 4 done$'
    expect 1 ledger-append -C cps <theirs
    blocks theirs 0 | cmp - "$out" # what stands below it may
    cat before "$out" | cmp - ledger
    says '^ledger-append: REFUSED: a block that breaks a checkpoint, and all on it, however much work it has$'
    says "^stdin:2: checkpoint: the block at height 4 is $(ids rival | sed -n 5p), but 1 key says $(ids before | sed -n 5p)\$"
    says "^stdin:3: block: its parent $(ids rival | sed -n 5p) was refused\$"
    [ "$(wc -l <"$err")" -eq 4 ]
    # it grows above it, and is reorganised there
    mined ledger 1 alice >one
    mined ledger 2 miner >two
    expect 0 ledger-append -q -C cps <one
    expect 0 ledger-append -q -C cps <two
    says '^ledger-append: reorg: 1 block undone, 2 done$'
    verify -q -C cps ledger
}

@test "-C: a branch with more work that does not reach the checkpoint's height undoes it no more" {
    keygen -s miner miner >names 2>/dev/null
    keygen -s ann ann >/dev/null 2>&1
    ledger-init -n demo -T 1700000000 -e 2 -t 0f >ledger
    mine -m miner -T 1700000010 </dev/null | ledger-append -q
    cp ledger rival
    for time in 23 36 49 62; do # late, and so easy
        mine -m miner -T 17000000$time </dev/null | ledger-append -q
    done
    for time in 11 12; do # early, and so hard
        mine -l rival -m miner -T 17000000$time </dev/null | tee -a theirs | ledger-append -q rival
    done
    { cat ann.pub && ledger-checkpoint -k ann.key -s 4; } >cps
    cp ledger free
    expect 0 ledger-append -q free <theirs # without it
    says '^ledger-append: reorg: 4 blocks undone, 2 done$'
    expect 1 ledger-append -q -C cps <theirs
    says '^stdin:2: checkpoint: its branch would be the best chain, but has not [0-9a-f]{64} at height 4, which 1 key names$'
    [ "$(ledger-chain -t | cut -d ' ' -f 2)" -eq 5 ]
    expect 2 ledger-append -C cps free </dev/null
    says '^ledger-append: free: checkpoint: .*, at height 4, is off the best chain, '
    { blocks rival 0 9 && blocks ledger 2 9; } >turned # in the other order
    expect 1 verify -C cps turned
    says '^turned: checkpoint: .*, at height 4, is off the best chain, '
    expect 1 verify -C cps free
    ledger-append -q -C cps "$out" </dev/null
    { ledger-chain -H && headers theirs; } >light # without bodies
    verify -q -H light
    expect 1 verify -q -H -C cps light
    says '^light:16: checkpoint: its branch would be the best chain, but has not '
    { ledger-chain -H -n 2 && headers theirs && ledger-chain -H -s 2; } >turned
    expect 1 verify -q -H -C cps turned
    says '^turned: checkpoint: .*, at height 4, is off the best chain, '
}

@test "-C: a branch that was there before its checkpoint does not become the best" {
    two_chains
    blocks theirs 0 2 >some # as high as the ledger's: no more work
    blocks theirs 3 4 >rest
    expect 0 ledger-append -q <some
    cp ledger before
    expect 1 ledger-append -C cps <rest
    cmp ledger before
    [ ! -s "$out" ]
    says "^stdin:1: checkpoint: the block at height 4 is $(ids rival | sed -n 5p), but 1 key says $(ids before | sed -n 5p)\$"
    expect 0 ledger-append -q <rest
    says 'reorg: 3 blocks undone, 4 done'
}

@test "-C: a ledger that contradicts one is not added to, and the message helps" {
    two_chains
    mined rival 1 alice >next
    cp rival before
    for input in next /dev/null; do
        expect 2 ledger-append -C cps rival <$input
        says "^ledger-append: rival: checkpoint: the block at height 4 is .*: nothing is added to it \(.verify -C cps rival > FILE. keeps what agrees\)\$"
        cmp rival before
        [ ! -s "$out" ]
    done
    verify -C cps rival >saved 2>/dev/null || :
    ledger-append -q -C cps saved <<<"$(blocks ledger 3 9)"
    ledger-chain saved >chain
    ledger-chain ledger | cmp - chain
    # a chain of its own that is made here
    ledger-init -n other -T 1 >foreign
    expect 1 ledger-append -C cps new <foreign
    says '^stdin:1: checkpoint: another chain: its genesis is '
    [ ! -s new ]
}

@test "-C: the file is read again when it changes; one that breaks goes on to hold as it was" {
    two_chains
    cp ledger before
    cp ann.pub none
    mkfifo pipe
    ledger-append -C none <pipe >got 2>told 3>&- &
    pid=$!
    exec 8>pipe
    mined ledger 1 alice >one
    cat one >&8
    eventually cmp -s one got
    echo nonsense >>none
    blocks theirs 0 >&8
    eventually grep -q '^ledger-append: none: its earlier contents stay in force$' told
    mv cps none
    blocks theirs 1 >&8
    eventually grep -q '^stdin:3: checkpoint: the block at height 4 is ' told
    exec 8>&-
    wait "$pid" && false || [ $? -eq 1 ]
    { cat before one && blocks theirs 0; } | cmp - ledger
    grep -q '^none:2: neither a key line nor a checkpoint$' told
}

@test "-C: what another writer does to the ledger meanwhile is looked at, too" {
    two_chains
    ledger-checkpoint -k ann.key -s 3 >>cps
    mkfifo pipe
    ledger-append -C cps <pipe >got 2>told 3>&- &
    pid=$!
    exec 8>pipe
    mined ledger 1 alice >one
    cat one >&8
    eventually cmp -s one got
    mined ledger 1 bob | ledger-append -q # goes on
    mined ledger 1 miner >next
    cat one next >both
    cat next >&8
    eventually cmp -s got both
    mined rival 9 bob | ledger-append -q rival
    { cat theirs && blocks rival 8 99; } | ledger-append -q 2>/dev/null # leaves it
    cp ledger before
    mined ledger 1 bob >&8
    exec 8>&-
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 2 ]
    grep -q '^ledger-append: ledger: checkpoint: the block at height 3 is .*: nothing is added to it' told
    cmp before ledger
}
