# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger
load lib/bridges

# minepool: work -> tickets for members; shares -> a file, in which each counts once; blocks -> payments.

setup() {
    fresh_folder
    for name in pool alice bob carol; do keygen -s "demo $name" $name; done >names 2>keygen.err
    ledger-init -T 1700000000 -t 0000ff -e 0 -r 100000 -A batch alice 5000 >ledger
}

# The work: shares are so many times as easy as the block.
work() { # TIME FACTOR [LEDGER]
    mine -l "${3-ledger}" -o -m pool -T "$1" -r 0 -s "$2" </dev/null
}

# keeps FILE STATUS: the pool takes the lines on stdin; out has what it says.
keeps() {
    expect "$2" minepool -r "${RANGE-20000}" "$1" alice bob carol
}

# A member's lines of a file.
of() { # NAME FILE
    grep " $(account "$1") " "$2"
}

# The block of an id, or of the first header of a file.
block_of() { # FILE
    grep -m 1 '^block ' "$1" | id
}

# The work, the tickets that come of it, and what alice finds with hers.
alices() {
    work 1700000010 256 >work
    keeps shares 0 <work
    cp "$out" tickets
    of alice tickets | minework >alices || :
    grep '^share' alices >good
}

@test "each member gets a ticket from a region of his own" {
    work 1700000010 16 >work
    keeps shares 0 <work
    [ "$(cut -d ' ' -f 1,3,4,5 "$out")" = "ticket 0000000000000000 0000000000004e1f $(account alice)
ticket 0001000000000000 0001000000004e1f $(account bob)
ticket 0002000000000000 0002000000004e1f $(account carol)" ]
    [ "$(cut -d ' ' -f 2,6- "$out" | uniq)" = "$(cut -d ' ' -f 2,6- work)" ]
    [ -e shares ] && [ ! -s shares ]
    # the same work again says nothing, other work gives tickets again
    { cat work work && work 1700000011 16; } >three
    keeps shares 0 <three
    [ "$(wc -l <"$out")" -eq 6 ]
    # a range that is not all nonces is divided as well
    sed 's/ ffffffffffffffff / 00000000ffffffff /' work >less
    keeps shares 0 <less
    [ "$(tail -n 1 "$out" | cut -d ' ' -f 3,4)" = '0000000000020000 0000000000024e1f' ]
    mine -o -m pool -T 1700000010 -n 1 -r 65535 </dev/null >little
    keeps shares 1 <little
    says '^stdin:1: ticket: its range is under 65536 nonces$'
    # of a region that is too small for two tickets, the second is what is left, and then there is none
    sed 's/ ffffffffffffffff / 000000007530ffff /' work >less
    keeps shares 0 <less
    minework <"$out" >did || :
    cat less did | keeps shares 0
    of bob "$out" | grep '^ticket' | cut -d ' ' -f 3,4 >got
    [ "$(tr '\n' ' ' <got)" = '0000000000007531 000000000000c350 000000000000c351 000000000000ea61 ' ]
    grep '^ticket' "$out" | minework >again || :
    cat less did again | keeps fresh 1 # the shares of the first come twice
    says "the nonces of bob [(]$(account bob | cut -c 1-8)[)] are used up"
}

@test "shares count once they are in the file; a receipt gives the next ticket" {
    alices
    [ "$(wc -l <good)" -gt 20 ]
    cat work alices | keeps shares 0
    cmp good shares
    grep '^share' "$out" | cmp - good
    of alice "$out" | tail -n 1 | cut -d ' ' -f 1,3,4 | grep -qx 'ticket 0000000000004e20 0000000000009c3f'
    # each member's are his
    of bob tickets | minework >bobs || :
    cat work bobs alices | keeps more 0
    [ "$(cut -d ' ' -f 3 more | sort | uniq -c | wc -l)" -eq 2 ]
}

# counts_not RULE: of the line on stdin, this is said, and nothing is kept of it.
counts_not() {
    cat work - >lines
    keeps fresh 1 <lines
    says "^stdin:2: $1\$"
    [ ! -s fresh ]
    refute grep -q '^\(share\|block\)' "$out"
}

@test "what does not count: twice, stale, another's, forged, no share" {
    alices
    share=$(head -n 1 good)
    # twice: in one run, and in the next
    cat work good - <<<"$share" | keeps twice 1
    says 'share: sent before$'
    cmp good twice
    cat work - <<<"$share" | keeps twice 1
    says '^stdin:2: share: sent before$'
    cmp good twice
    # twice: at another share
    work 1700000010 512 >easier
    { cat work good easier && sed "s/^share [^ ]*/share $(cut -d ' ' -f 2 easier)/" good; } >lines
    keeps twice.at 1 <lines
    [ "$(grep -c ': share: sent before$' "$err")" -eq "$(wc -l <good)" ]
    cmp good twice.at
    # stale: of the work before, or of none
    { cat work && work 1700000011 256 && head -n 1 good; } >lines
    keeps stale 1 <lines
    says '^stdin:3: share: stale: not of the work that is given out$'
    keeps stale 1 <<<"$share"
    says '^stdin:1: share: stale: not of the work that is given out$'
    [ ! -s stale ]
    # another's: bob's name on alice's share, and a nonce that is nobody's
    counts_not "share: another's: its nonce is alice [(]$(account alice | cut -c 1-8)[)]" <<<"${share/$(account alice)/$(account bob)}"
    sed 's/ 0000000000000000 .* 0*\([0-9a-f]*\) block/ 0004000000000000 0004000000004e1f \1 block/' tickets |
        head -n 1 | sed "s/ [^ ]* block/ $(account alice) block/" | minework | grep '^share' | head -n 1 >nobodys
    counts_not "share: another's: its nonce is pool [(]$(account pool | cut -c 1-8)[)]" <nobodys
    # forged: another nonce, another share, another form of the seal
    counts_not 'share: its id is over its share: [0-9a-f]*' <<<"${share%????}0000"
    counts_not 'share: its share is not that of the work: .*' <<<"${share/ 00ff/ 01ff}"
    counts_not "share: share is below the block's target" <<<"${share/ 00ff/ 0000}"
    counts_not "share: its seal does not have a nonce's form" <<<"${share% *} ${share##* 0}"
    counts_not "share: its seal does not have a nonce's form" <<<"${share% *} 1${share##* 0}"
    counts_not 'share: 11 fields, expected 12' <<<"${share% *}"
    counts_not 'share: block: seal is not 1 to 64 lowercase hex digits' <<<"${share}G"
    counts_not 'neither a ticket, a share, a block nor a receipt' <names
    counts_not 'line: torn: the last line has no newline' < <(printf %s "$share")
    # receipts: of another member, not for the last ticket, made up
    receipt=$(grep '^exhausted' alices)
    counts_not "exhausted: another's: these nonces belong to another member" <<<"${receipt/$(account alice)/$(account bob)}"
    counts_not 'exhausted: not for the last ticket of its member' <<<"${receipt/ 0000000000004e1f / 0000000000004e1e }"
    best=$(cut -d ' ' -f 6 <<<"$receipt")
    for n in {0..9}; do
        echo "${receipt/ $best / 000000000000000$n }"
    done | cat work - | keeps made 1
    says 'exhausted: its best is [0-9]* times what 20000 nonces give$'
    # the best one is a share that did not come: that is told, and the work goes on
    cat work - <<<"$receipt" | keeps unsent 1
    says '^stdin:2: exhausted: its best is a share that was not sent$'
    [ "$(of alice "$out" | wc -l)" -eq 2 ]
    # a receipt of work that is over is no fault
    { work 1700000011 256 && echo "$receipt"; } >lines
    keeps old 0 <lines
}

# Members whose machines do so many tickets while the others do theirs, until there is a block: tickets has these, out
# what the pool said, sent what it was sent, with what it keeps in shares. $TIME is the work's, $FACTOR its shares'.
mined_together() { # NAME...: each as often as he is fast
    work "${TIME-1700000023}" "${FACTOR-1024}" >work
    awk -v range="${RANGE-20000}" -v members="$(account alice) $(account bob) $(account carol)" \
        -v turns="$(for name; do account "$name"; done | tr '\n' ' ')" '
        function put(account) {
            region = account == member[1] ? 0 : account == member[2] ? 1 : 2
            printf "ticket %s %04x%012x %04x%012x %s", $2, region, at[region], region, at[region] + range - 1, account
            for (f = 6; f <= NF; f++) printf " %s", $f
            print ""
            at[region] += range
        }
        {
            split(members, member)
            n = split(turns, turn)
            for (i = 0; i < 1000; i++) put(turn[i % n + 1])
        }' work >tickets
    minework <tickets | cat work - >sent
    grep -q '^block' sent
    rm -f shares
    keeps shares 0 <sent
}

# Prints of each member his part of the payments, his part of the nonces that were tried, the number of all shares, and
# how many sigma of his the first is off.
deviations() { # PAYMENTS
    local name nonce tried=()
    # whole tickets, and of the last one those up to the block
    for name in alice bob carol; do
        tried[${#tried[@]}]=$((RANGE * $(grep -c "^exhausted .* $(account $name) " sent || :)))
    done
    nonce=$((16#$(grep '^block' sent | tail -c 17)))
    tried[nonce >> 48]=$((tried[nonce >> 48] + (nonce & 0xffffffffffff) % RANGE + 1))
    for name in alice bob carol; do account $name; done | awk -v tried="${tried[*]}" -v n="$(wc -l <shares)" '
        NR == FNR { his[$2] = $3; all += $3; next }
        {
            split(tried, t)
            q = t[FNR] / (t[1] + t[2] + t[3])
            sigma = sqrt(q * (1 - q) / n)
            printf "%.4f %.4f %d %.3f\n", his[$1] / all, q, n, sigma ? (his[$1] / all - q) / sigma : 0
        }' "$1" -
}

@test "payments follow work, within 2 sigma, to the unit" {
    RANGE=5000
    mined_together alice bob bob carol carol carol carol
    # they are the tickets that the pool gave
    refute grep -vxFf tickets < <(grep '^ticket' "$out")
    grep '^block' "$out" | ledger-append >block
    [ "$(wc -l <shares)" -gt 1000 ]
    expect 0 minepool -F 0 -b "$(block_of block)" shares
    cp "$out" due
    deviations due >table
    cat table
    awk '$4 < -2 || $4 > 2 { far = 1 } END { exit NR != 3 || far }' table
    # the sum is what the block earned
    awk '{ sum += $3 } END { exit sum != 100000 }' due
    says '^minepool: block 1 earned 100000: 3 payments of 100000 with their fees, 0 stay$'
    # the parts, counted otherwise: rounded down, and the rest to those with most
    cut -d ' ' -f 3 shares | sort | uniq -c | sort -k 1,1nr -k 2 | awk -v sum=100000 '
        { n[NR] = $1; who[NR] = $2; all += $1 }
        END {
            for (i = 1; i <= NR; i++) left += part[i] = int(sum * n[i] / all)
            for (i = 1; i <= NR; i++) print who[i], part[i] + (i <= sum - left)
        }' | sort >wanted
    cut -d ' ' -f 2,3 due | sort | diff wanted -
    # the last so many shares, of which one is the block
    for n in 1 2 100; do
        minepool -F 0 -n $n -b "$(block_of block)" shares 2>said | cut -d ' ' -f 2,3 | sort >got
        tail -n $n shares | cut -d ' ' -f 3 | sort | uniq -c | sort -k 1,1nr -k 2 | awk -v sum=100000 '
            { n[NR] = $1; who[NR] = $2; all += $1 }
            END {
                for (i = 1; i <= NR; i++) left += part[i] = int(sum * n[i] / all)
                for (i = 1; i <= NR; i++) print who[i], part[i] + (i <= sum - left)
            }' | sort | diff - got
    done
    # a cut, and the fees that the chain asks for: all of it can be paid
    expect 0 minepool -c 7 -b "$(block_of block)" shares
    says '^minepool: block 1 earned 100000: 3 payments of 93000 with their fees, 7000 stay$'
    cp "$out" due
    txmake <due | txsign -k pool.key | mine -m alice -T 1700000020 | ledger-append -q
    [ "$(ledger-balance pool | cut -d ' ' -f 3,4)" = '7000 3' ]
    verify -q ledger
    names due | cut -d ' ' -f 1,4- | uniq | grep -qx 'pool pool 1'
    # one batch, whose fee all share
    expect 0 minepool -o -F 10 -b "$(block_of block)" shares
    says '^minepool: block 1 earned 100000: 3 payments of 100000 with their fees, 0 stay$'
    awk '{ sum += $3 } END { exit sum != 99990 }' "$out"
    [ "$(txmake -b -F 10 <"$out" | cut -d ' ' -f 5,6 | sed 's/ $//')" = '10 batch' ]
    expect 2 minepool -o shares
    says '^minepool: -n, -c, -F, -o and -l go with -b$'
    # what took no work is no share, though it looks like one
    sed '5s/....$/0000/' shares >forged
    expect 1 minepool -b "$(block_of block)" forged
    says '^minepool: forged:5: share: its id is over its share$'
    # a fee that eats up everything
    expect 0 minepool --fee 100000 --cut 0 --count 10 --ledger ledger --block "$(block_of block)" shares
    [ ! -s "$out" ]
    says ': 0 payments of 0 with their fees, 100000 stay$'
}

# ROUNDS=2000 bats -f luck t/minepool.bats takes two minutes, and says more.
# bats test_tags=slow
@test "luck: of many rounds, as many parts are far from the work as chance has it" {
    cp ledger genesis
    RANGE=1000
    for ((round = 0; round < ${ROUNDS-30}; round++)); do
        cp genesis ledger
        TIME=$((1700000011 + round)) mined_together alice bob bob carol carol carol carol
        grep '^block' "$out" | ledger-append -q
        minepool -F 0 -b "$(block_of "$out")" shares 2>said >due
        deviations due
        rm ledger*
    done >table
    # a round's three deviations are two that are independent: their squares' sum has that mean, and as much variance twice
    awk '
        $3 >= 100 {
            for (i = 1; i <= 3; i++) over[i] += $4 > i || $4 < -i
            squares += $4 * $4 * (1 - $2)
            n++
        }
        END {
            free = n / 3 * 2
            printf "# of %d parts, %.1f, %.1f and %.2f %% are over 1, 2 and 3 sigma off", n, 100 * over[1] / n, 100 * over[2] / n, 100 * over[3] / n
            printf " (chance: 31.7, 4.6, 0.27); chi square %.1f of %d\n", squares, free
            far = (squares - free) / sqrt(2 * free)
            exit n < 60 || far > 3 || far < -3
        }' table >summary || { cat summary table && false; }
    cat summary >&3
}

# Somebody who is no member, or the pool itself, may find a block with a nonce that is nobody's.
@test "no block is lost: not one with a nonce that no member has" {
    work 1700000010 16 >work
    sed 's/ 0000000000000000 / 0005000000000000 /' work | minework | grep '^block' >block
    keeps shares 0 < <(cat work block)
    tail -n 1 "$out" | cmp - block
    [ "$(cut -d ' ' -f 3 shares)" = "$(account pool)" ]
    cut -d ' ' -f 4- shares | cmp - block
    ledger-append -q <block
    expect 0 minepool -b "$(block_of block)" shares
    [ ! -s "$out" ]
    says ': 0 payments of 0 with their fees, 100000 stay$'
}

@test "a block: its header goes out behind its share, and then the work is over" {
    FACTOR=64 mined_together alice
    tail -n 2 "$out" | cut -d ' ' -f 1 | tr '\n' ' ' | grep -qx 'share block '
    [ "$(tail -n 2 "$out" | head -n 1 | cut -d ' ' -f 4-)" = "$(tail -n 1 "$out")" ]
    header=$(tail -n 1 "$out")
    ledger-append -q <<<"$header"
    # what was on its way is stale
    of bob "$out" | head -n 1 | minework | grep '^share' | head -n 1 >late || :
    cat sent late | keeps more 1
    says 'share: stale: the block was found$'
    # a block whose share was lost counts as that
    grep -v "^share .* ${header##* }$" sent >lost
    keeps other 0 <lost
    tail -n 1 "$out" | diff - <(echo "$header")
    cmp shares other
    # also to a pool that was started again, nothing of it is new
    head -n 1 sent | keeps shares 0
    [ ! -s "$out" ]
}

@test "one who keeps his block to himself" {
    FACTOR=64 mined_together bob alice alice
    header=$(tail -n 1 "$out")
    seal=${header##* }
    # his last ticket's receipt, though without the share and the block
    who=$(tail -n 1 shares | cut -d ' ' -f 3)
    grep "^ticket .* $who block" "$out" | tail -n 1 >ticket
    grep -v " $seal$" sent >withheld
    sed "s/^ticket/exhausted/; s/ block / ${seal: -16} block /" ticket | cat withheld - | keeps kept 1
    says "exhausted: its best nonce is a seal of the block: $(printf %s "$header" | id)\$"
    # the pool has the block, and itself the share
    [ "$(tail -n 1 "$out")" = "$header" ]
    [ "$(tail -n 1 kept | cut -d ' ' -f 3)" = "$(account pool)" ]
    [ "$(wc -l <kept)" -eq "$(wc -l <shares)" ]
    ledger-append -q <<<"$header"
    # he is paid for his shares, and the pool's own part stays
    minepool -F 0 -b "$(printf %s "$header" | id)" kept 2>said >due
    refute grep -q " $(account pool) " <(cut -d ' ' -f 2- due)
    grep -Eq '2 payments of [0-9]+ with their fees, [1-9][0-9]* stay$' said
    # one who lies about his best as well is seen in numbers: shares without blocks
    grep -v " $seal$" shares >none
    minepool -s none >standing
    [ "$(awk '{ blocks += $5; expected += $6; n += $3 } END { print blocks, n, (expected * 64 > n * 0.99 && expected * 64 < n * 1.01) }' standing)" = \
        "0 $(wc -l <none) 1" ]
    minepool --standing shares | awk '{ blocks += $5 } END { exit blocks != 1 }'
    # and the ticket done again tells
    minework <ticket | grep -q '^block'
}

@test "it can be killed: a torn line is taken away, and nothing counts twice" {
    alices
    mkfifo in
    minepool -r 20000 shares alice bob <in >said 2>err &
    pid=$!
    exec 5>in
    cat work >&5
    head -n 10 good >&5
    eventually grep -q " $(sed -n 10p good | cut -d ' ' -f 12)$" said
    # what it has said is in the file
    head -n 10 good | cmp - shares
    kill -KILL $pid
    exec 5>&-
    wait $pid 2>/dev/null || :
    head -c 100 <(sed -n 11p good) >>shares
    cat work good | keeps shares 1
    [ "$(grep -c 'share: sent before$' "$err")" -eq 10 ]
    says '^minepool: shares: 100 torn bytes removed$'
    cmp good shares
    printf %01000d 0 >>shares
    keeps shares 0 <work
    cmp good shares
    # nothing is given out again that lies before what was found
    last=$(tail -n 1 good | tail -c 17)
    work 1700000010 256 | keeps shares 0
    [ "$(of alice "$out" | cut -d ' ' -f 3)" = "$(printf %016x $((16#$last + 1)))" ]
    # work of a greater height, and back
    { work 1700000010 256 | sed 's/block 1 /block 2 /' && cat work && head -n 1 good; } >lines
    keeps shares 1 <lines
    says '^stdin:3: share: sent before$'
    # a file that is something else is not taken for a torn share
    printf 'no newline' >notes
    keeps notes 1 <work
    says '^minepool: notes:1: not a share$'
    [ "$(cat notes)" = 'no newline' ]
    printf 'sha' >begun
    keeps begun 0 <work
    [ ! -s begun ]
    # what took no work is no share, though it looks like one
    sed '5s/....$/0000/' shares >forged
    expect 1 minepool -s forged
    says '^minepool: forged:5: share: its id is over its share$'
    # damage before the end is not passed over
    sed -i '3s/share/shore/' shares
    keeps shares 1 <work
    says '^minepool: shares:3: not a share$'
    expect 1 minepool -s shares
    says '^minepool: shares:3: not a share$'
}

@test "one pool at a time writes to a file of shares" {
    work 1700000010 256 >work
    hold shares
    minepool shares alice <work >said 2>told &
    pid=$!
    eventually waits_for_lock $pid
    eventually grep -qx 'minepool: waiting for another program that has shares locked' told
    [ ! -s said ]
    let_go
    wait $pid
    [ -s said ]
}

@test "a block that is not on the best chain pays nothing, and ends no round" {
    cp ledger before
    FACTOR=64 mined_together alice bob
    grep '^block' "$out" >first
    # somebody else's block comes first, and another on it
    ledger-append -q <<<"$(mine -l before -m carol -T 1700000005 </dev/null)"
    ledger-append -q <first
    mine -m carol -T 1700000030 </dev/null | ledger-append -q
    expect 1 minepool -b "$(block_of first)" shares
    says "^minepool: $(block_of first) is not on the best chain: it pays nothing\$"
    # the next that is: the shares for the one before count with it
    wc -l <shares >n
    cp shares both
    mine -o -m pool -W alice -T 1700000040 -r 0 -s 64 </dev/null >work
    sed 's/ ffffffffffffffff / 0000ffffffffffff /' work | minework >did
    cat work did | minepool both alice bob | grep '^block' | ledger-append -q
    [ "$(wc -l <both)" -gt "$(cat n)" ]
    minepool -F 0 -b "$(block_of did)" both 2>said | cut -d ' ' -f 2 | sort >paid
    cut -d ' ' -f 3 both | sort -u | diff - paid
    # and one that it is not the pool's
    expect 1 minepool -b "$(headers ledger | sed -n 2p | id)" both
    says ': no share in it is block '
    expect 1 minepool -b "$(printf %064d 7)" both
}

@test "usage, help, version, and files that cannot be read or written" {
    expect 2 minepool
    says '^usage: minepool '
    expect 2 minepool shares
    says '^minepool: give 1 to 65536 members$'
    expect 2 minepool shares nobody
    expect 2 minepool shares alice bob alice
    says '^minepool: alice is a member twice$'
    expect 2 minepool -s shares alice
    expect 2 minepool -s -b 00 shares
    expect 2 minepool -r 0 shares alice
    for option in '-n 5' '-c 5' '-F 5' '-l ledger'; do
        # shellcheck disable=SC2086
        expect 2 minepool $option shares alice
        says '^minepool: -n, -c, -F, -o and -l go with -b$'
    done
    expect 2 minepool -b 00 -c 101 shares
    expect 2 minepool -b 00 -n 0 shares
    expect 2 minepool -x shares
    PEERUTILS_MINE_KERNEL=abacus expect 2 minepool shares alice </dev/null
    says "^minepool: PEERUTILS_MINE_KERNEL: no kernel 'abacus'\$"
    [ ! -e shares ]
    expect 0 minepool --help
    grep -q '^usage: minepool ' "$out"
    expect 0 minepool --version
    expect 2 minepool -s missing
    expect 2 minepool no/such/file alice </dev/null
    expect 2 minepool . alice </dev/null
    expect 2 minepool /dev/null alice </dev/null
    says '^minepool: /dev/null: not a regular file$'
    work 1700000010 256 >work
    expect 2 sh -c 'minepool shares alice <work >/dev/full'
    says '^minepool: stdout: No space left on device$'
    expect 2 sh -c 'minepool shares alice <&-'
    minepool -r 20000 -a names --range 20000 shares alice <work | diff - <(minepool -r 20000 other "$(account alice)" <work)
}

# bats test_tags=slow
@test "block after block, as minepool(1) shows it" {
    bridges_setup
    ledger-init -t 000fff -e 0 -r 100000 alice 5000 >ledger
    txmake -f alice bob 25 lunch | txsign -k alice.key >lunch
    cp ./*.pub ./*.key ledger lunch work
    # until there are three blocks, in place of for ever
    edit='s/^\$ while sleep 1; do/$ until ledger-chain -t | grep -q "^block 3 "; do sleep 0.1/'
    run_section minepool.1 'Block after block' '$ txpool pending < lunch > news
$ mkfifo in
$ minepool -r 20000 shares alice < in > out 2> said & exec 4> in
$ (tail --pid=$$ -f -n +1 out | grep --line-buffered "^ticket " | minework -w >&4) &' "\$ ledger-balance bob | cut -d ' ' -f 3
25
\$ verify -q ledger
\$ test \$(ls body.* | wc -l) -eq 2
\$ for id in \$(ledger-chain | grep '^block [1-9]' | while read -r line; do printf %s \"\$line\" | sha256sum | cut -c 1-64; done); do minepool -b \$id shares; done 2>&1 | cut -d ' ' -f 1-5
minepool: block 1 earned 100001:
...
\$ kill \$(jobs -p)
..."
}

# bats test_tags=slow
@test "members come in by ssh, as minepool(1) shows it" {
    bridges_setup
    ssh_server
    # the page's name for it, and one folder for all; and the connection's end once there is a block
    sed -i 's/^Host far/Host pool/' ssh_config
    sed -i 's/^far/pool/' known_hosts
    sed -i '/^ForceCommand/d' sshd_config
    sed -i "2s|^|echo \$\$ >$PWD/ssh.pid; |" bin/ssh
    echo "restrict,command=\"cd $PWD/pool && ./member $(account alice)\" $(cat user_key.pub)" >authorized_keys
    cp ./*.pub ./*.key ledger work
    # it may end by its reader's leaving, or its writer's
    edit='s/^\$ ssh pool .*/& || :/'
    run_section minepool.1 'Over the network' '$ ln -s "$PWD" "$HERE/pool"; mkfifo in
$ minepool -r 20000 shares alice bob < in > out 2> said & exec 4> in
$ mine -o -m pool -s 256 -r 0 -T 1700000010 < /dev/null >&4
$ until grep -q . out; do sleep 0.1; done
$ (until grep -q ^block out; do sleep 0.1; done; kill $(cat "$HERE"/ssh.pid)) &' "\$ exec 4>&-
\$ grep ^block out | ledger-append -q
\$ test \$(grep -c '^ticket .* '$(account alice) out) -gt 1
\$ cut -d ' ' -f 3 shares | uniq
$(account alice)
\$ wait %1; cat said
\$ # nothing but his own shares and receipts comes in
\$ sed 's/ > in\$/ > more/' member > filter
\$ head -n 1 shares | sed 's/$(account alice)/$(account bob)/' > others
\$ echo 'share ' > short; printf 'share %05000d\\n' 0 > long; printf 'sha\\0re\\n' > nul
\$ (cat out others short long nul; head -n 1 shares) | sh filter $(account alice) > had
\$ cat shares <(head -n 1 shares) | cmp - more"
}
