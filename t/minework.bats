# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger
load lib/bridges

# minework: tickets -> a block, shares, receipts; and mine -o, which prints tickets (ticket(5)). What minework(1)
# shows of farms is run here as well, as far as GNU parallel, ssh, xargs and Redis are installed.

setup() {
    bridges_setup
    demo_chain -t 0000f -e 0 2>keygen.err
    txmake -f alice bob 5 milk | txsign -k alice.key >body
}

teardown() {
    bridges_teardown
}

tickets() { # OPTIONS OF mine -o
    mine -o -m miner -T 1700000010 "$@" <body
}

# Ids of the headers that lines of this type end in.
ids_of() { # TYPE FILE
    sed -n "s/^$1 .*\(block .*\)/\1/p" "$2" | while IFS= read -r line; do
        line=$(printf %s "$line" | sha256sum)
        echo "${line%% *}"
    done
}

# The header of a ticket or receipt with this nonce's seal, as ticket(5) says it is made.
sealed() { # NONCE FILE
    local header end zeros
    header="$(head -n 1 "$2" | sed 's/^.* block /block /') "
    for end in 52 48 44 40 36; do
        zeros=$(((end - 16 - ${#header} % 64 + 128) % 64))
        [ "$zeros" -gt 48 ] || break
    done
    printf '%s%.*s%s' "$header" "$zeros" "$(printf %064d 0)" "$1"
}

@test "mine -o: tickets of one header, one range after the other" {
    tickets -r 1000 -n 3 >three
    [ "$(cut -d ' ' -f 1,3,4 three | tr '\n' ' ')" = \
        'ticket 0000000000000000 00000000000003e7 ticket 00000000000003e8 00000000000007cf ticket 00000000000007d0 0000000000000bb7 ' ]
    [ "$(cut -d ' ' -f 6- three | uniq | wc -l)" -eq 1 ]
    mine -m miner -T 1700000010 <body >block
    [ "$(head -n 1 three | cut -d ' ' -f 6-)" = "$(head -n 1 block | cut -d ' ' -f 1-8)" ]
    # nobody's, and no easier than the block
    [ "$(head -n 1 three | cut -d ' ' -f 2,5)" = "$(head -n 1 block | cut -d ' ' -f 6) $(printf %064d 0)" ]
    # the default range, all in one, and the last that ends with the nonces
    [ "$(tickets -n 1 | cut -d ' ' -f 3,4)" = '0000000000000000 00000000ffffffff' ]
    [ "$(tickets --range 0 | cut -d ' ' -f 3,4)" = '0000000000000000 ffffffffffffffff' ]
    [ "$(tickets -r 9223372036854775807 | cut -d ' ' -f 3,4 | tail -n 1)" = 'fffffffffffffffe ffffffffffffffff' ]
    # easier shares, held at the greatest; a worker
    [ "$(tickets -s 16 -W bob -n 1 | cut -d ' ' -f 2,5)" = "000f$(printf 'f%.0s' {1..59})0 $(account bob)" ]
    [ "$(tickets --share 4294967295 --worker "$(account bob)" -n 1 | cut -d ' ' -f 2)" = "$(printf 'f%.0s' {1..64})" ]
    # for ever, until nobody takes any
    [ "$(tickets --tickets -r 1 | head -n 5000 | tail -n 1 | cut -d ' ' -f 3)" = 0000000000001387 ]
}

@test "mine -o: usage; what cannot be mined gives no ticket; -t and -w" {
    expect 2 tickets -r -1
    expect 2 tickets -s 0
    expect 2 tickets -s 4294967296
    expect 2 tickets -W nobody
    for option in '-r 5' '-s 5' '-W bob'; do
        # shellcheck disable=SC2086
        expect 2 mine -m miner -T 1700000010 $option </dev/null
        says '^mine: -r, -s, -W and -B go with -o$'
    done
    expect 1 mine -o -m miner -T 1700000010 <names
    [ ! -s "$out" ]
    expect 1 tickets -t 0
    says '^mine: time is up$'
    expect 2 sh -c 'mine -o -m miner -T 1700000010 <body >/dev/full'
    mkfifo tickets
    tickets -w -r 1000 >tickets 2>said &
    pid=$!
    exec 5<tickets
    IFS= read -r line <&5
    [[ $line = ticket\ * ]]
    ledger-append -q -T 1800000000 < <(mine -m miner -T 1700000010 <body)
    cat <&5 >rest
    exec 5<&-
    status=0
    wait $pid || status=$?
    [ "$status" -eq 3 ]
    grep -q '^mine: the tip moved$' said
}

# bats test_tags=threads
@test "tickets give the block that mine finds, on any number of threads" {
    mine -m miner -T 1700000010 <body >block
    tickets -r 30000 -n 40 >tickets
    expect 0 minework -j 1 <tickets
    cp "$out" one
    sed -n '/^block /p' one | cat - body | cmp - block
    # what lay before it is exhausted, what lies behind it is passed over
    [ "$(cut -d ' ' -f 1 one | uniq -c | tr -s ' ' | tr '\n' ,)" = \
        " $(($(wc -l <one) - 1)) exhausted, 1 block," ]
    for j in 2 5; do minework -j $j <tickets | cmp - one; done
    minework --threads 2 <tickets | cmp - one
    cut -d ' ' -f 2-5 tickets | head -n $(($(wc -l <one) - 1)) >asked
    grep '^exhausted' one | cut -d ' ' -f 2-5 | diff asked -
    # also where tickets of another header come between
    sed 's/ 1700000010 / 1700000011 /' tickets | paste -d '\n' tickets - >mixed
    minework <mixed >both
    [ "$(grep -c '^block' both)" -eq 2 ]
    grep ' 1700000010 ' both | cmp - one
    # endless tickets end with it
    tickets -r 30000 | minework | grep -m 1 '^block ' | diff <(grep '^block' one) -
    sed -n -e '/^block /{p;r body' -e 'q;}' one | ledger-append -q
}

@test "shares: each that is good enough, once, in order, and the block's first as one" {
    tickets -r 2000000 -n 1 -s 64 -W bob >ticket
    expect 0 minework <ticket
    cp "$out" got
    [ "$(tail -n 1 got | cut -d ' ' -f 1)" = block ]
    [ "$(tail -n 2 got | head -n 1 | cut -d ' ' -f 4-)" = "$(tail -n 1 got)" ]
    grep '^share' got >shares
    [ "$(cut -d ' ' -f 1-11 shares | uniq)" = \
        "share $(cut -d ' ' -f 2 ticket) $(account bob) $(cut -d ' ' -f 6- ticket)" ]
    cut -d ' ' -f 12 shares | sort -cu
    tail -n 20 shares | ids_of share /dev/stdin | while read -r id; do [[ ! $id > $(cut -d ' ' -f 2 ticket) ]]; done
    # none is left out: one by one, the nonces before the block give the same
    last=$((16#$(tail -n 1 got | cut -d ' ' -f 9)))
    [ "$(wc -l <shares)" -gt $((last * 64 / 65536 / 2)) ]
    minework -s 1000 <ticket | minework -j 3 | grep '^share' | cmp - shares
}

@test "a receipt: its nonce has the lowest id, as every hash shows" {
    tickets -r 24 -n 1 >ticket
    expect 1 minework <ticket
    cp "$out" receipt
    [ "$(wc -l <receipt)" -eq 1 ]
    [ "$(cut -d ' ' -f 1-5,7- receipt)" = "exhausted$(sed s/ticket// ticket)" ]
    seal=$(sealed '' ticket)
    for n in {0..23}; do
        printf -v nonce %016x "$n"
        id=$(printf %s "$seal$nonce" | sha256sum)
        echo "${id%% *} $nonce"
    done | sort | head -n 1 >lowest
    [ "$(cut -d ' ' -f 6 receipt)" = "$(cut -d ' ' -f 2 lowest)" ]
    # of many: the lowest of those that are low enough to be told
    tickets -r 50000 -n 1 -s 64 | minework >many || :
    sed -n 's/^share .* //p' many >seals
    [ "$(wc -l <seals)" -gt 20 ]
    ids_of share many | paste -d ' ' - seals | sort | head -n 1 >lowest
    tail -n 1 many | cut -d ' ' -f 1,6 | grep -qx "exhausted $(tail -c 17 lowest)"
    # at the very end of the nonces too, and of a single one
    tickets -r 0 | sed 's/ 0000000000000000 / fffffffffffffff0 /' >end
    [ "$(minework -s 4 <end | minework | cut -d ' ' -f 3-4 | tail -n 1)" = 'fffffffffffffffc ffffffffffffffff' ]
    [ "$(minework -s 99 <end | minework | wc -l)" -eq 16 ]
    # every length that a header can have
    minework -s 24 <ticket | tail -n 1 >last
    for ((time = 1; time < 1000000000000000000; time *= 100)); do
        sed "s/ 1700000010 / $time /" last >one
        minework -j 1 <one >receipt || :
        [ "$(sealed "$(cut -d ' ' -f 6 receipt)" receipt | cut -d ' ' -f 1-8)" = "$(cut -d ' ' -f 6- one)" ]
        minework -c <receipt
    done
}

@test "-s: parts are the whole, of parts as well" {
    tickets -r 1000003 -n 1 >ticket
    minework -s 7 <ticket | minework --split 11 >parts
    [ "$(wc -l <parts)" -eq 77 ]
    [ "$(cut -d ' ' -f 1,2,5- parts | uniq)" = "$(cut -d ' ' -f 1,2,5- ticket)" ]
    at=0
    while read -r first last; do
        [ $((16#$first)) -eq "$at" ]
        at=$((16#$last + 1))
    done < <(cut -d ' ' -f 3,4 parts)
    [ "$at" -eq 1000003 ]
    tickets -r 0 >all
    minework -s 1073741824 <all | head -n 2 | tail -n 1 | cut -d ' ' -f 3,4 | grep -qx '0000000400000000 00000007ffffffff'
    minework -s 3 <all | cut -d ' ' -f 3,4 | tail -n 1 | grep -qx 'aaaaaaaaaaaaaaaa ffffffffffffffff'
    minework -s 1 <all | cmp - all
    tickets -r 2 -n 1 | minework -s 5 | cut -d ' ' -f 3,4 >two
    [ "$(tr '\n' ' ' <two)" = '0000000000000000 0000000000000000 0000000000000001 0000000000000001 ' ]
    expect 2 minework -s 0
    expect 2 minework -s 1073741825
    expect 1 minework -s 2 <body
    says '^stdin:1: not a ticket$'
}

@test "-c: what no receipt covers, whoever was to do it" {
    tickets -r 100 -n 5 -W bob >five
    minework <five >receipts || :
    [ "$(grep -c '^exhausted' receipts)" -eq 5 ]
    expect 0 minework -c < <(cat receipts five)
    [ ! -s "$out" ] && [ ! -s "$err" ]
    # the second and third were lost
    expect 0 minework --check < <(sed 2,3d receipts | tac - five)
    sed -n 2,3p five | diff - "$out"
    # parts of them were done, by somebody else
    sed -n 2p five | minework -s 4 | sed "2,3s/$(account bob)/$(account alice)/" | sed 1d | minework >parts || :
    expect 0 minework -c < <(cat five parts && sed 2,3d receipts)
    cut -d ' ' -f 3,4 "$out" >left
    [ "$(tr '\n' ' ' <left)" = '0000000000000064 000000000000007c 00000000000000c8 000000000000012b ' ]
    # tickets that ask for the same twice are done once
    expect 0 minework -c < <(cat five five receipts)
    [ ! -s "$out" ]
    minework -s 3 <five >fifteen
    expect 0 minework -c < <(cat fifteen five && sed 1d receipts)
    [ "$(cut -d ' ' -f 3,4 "$out" | head -n 1)" = '0000000000000000 0000000000000020' ]
    [ "$(wc -l <"$out")" -eq 2 ]
    # up to the last nonce
    tickets -r 0 >all
    expect 0 minework -c < <(cat all receipts)
    [ "$(cut -d ' ' -f 3,4 "$out")" = '00000000000001f4 ffffffffffffffff' ]
    # another header's, or another share's, is not it
    expect 0 minework -c < <(sed 's/ 1700000010 / 1700000011 /' five && cat receipts)
    [ "$(wc -l <"$out")" -eq 5 ]
    expect 0 minework -c < <(tickets -r 100 -n 5 -W bob -s 2 && cat receipts)
    [ "$(wc -l <"$out")" -eq 5 ]
}

@test "-c: a block ends its header's tickets, a forged one does not" {
    tickets -r 100000 -n 40 >tickets
    minework <tickets >got
    expect 0 minework -c < <(cat tickets got)
    [ ! -s "$out" ]
    grep '^exhausted' got >receipts
    expect 0 minework -c < <(cat tickets receipts)
    [ "$(wc -l <"$out")" -eq $((40 - $(wc -l <receipts))) ]
    cp "$out" left
    expect 1 minework -c < <(cat tickets receipts && sed -n 's/0$/1/;s/[1-9a-f]$/0/;/^block/p' got)
    says "^stdin:$((41 + $(wc -l <receipts))): block: its id is over its target$"
    diff left "$out"
}

@test "-c: covered twice, and receipts that cannot be true" {
    tickets -r 1000 -n 3 -s 200 >three
    minework <three >got || :
    grep '^exhausted' got >receipts
    expect 1 minework -c < <(cat three receipts && sed -n 2p receipts)
    says '^stdin:7: exhausted: 00000000000003e8 to 00000000000007cf was covered by line 5$'
    [ ! -s "$out" ]
    # in part
    sed -n 2p three | minework -s 2 | tail -n 1 | minework | grep '^exhausted' >half
    expect 1 minework -c < <(cat three half receipts)
    says '^stdin:6: exhausted: 00000000000005dc to 00000000000007cf was covered by line 4$|^stdin:4: .* by line 6$'
    # another nonce than the best is bad luck, but not for long
    mine -m miner -T 1700000010 <body >block
    tickets -r 2000000 -n 1 >wide
    for n in {0..9}; do
        sed "s/ block / 000000000000000$n block /; s/ticket/exhausted/" wide
    done >made
    expect 1 minework -c <made
    [ "$(wc -l <"$err")" -ge 10 ]
    says '^stdin:1: exhausted: its best is [0-9]* times what 2000000 nonces give$'
    # a seal that was kept back
    best=$(head -n 1 block | tail -c 17)
    sed "s/ block / $best block /; s/ticket/exhausted/" wide >withheld
    expect 1 minework -c <withheld
    says "^stdin:1: exhausted: its best nonce is a seal of the block: $(head -n 1 block | id)\$"
    # what is refused covers nothing
    expect 1 minework -c < <(cat wide withheld)
    diff wide "$out"
    # a share that is none
    grep '^share' got >shares
    expect 0 minework -c <shares
    expect 1 minework -c < <(sed 's/.$/z/' shares)
    says '^stdin:1: share: block: seal is not 1 to 64 lowercase hex digits$'
    expect 1 minework -c < <(head -n 1 shares | tr 0-8 1-9 | sed 's/.* block/share 00000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff '"$(account bob)"' block/')
    says '^stdin:1: share: '
}

# refused RULE SED: the ticket, changed so, is refused for that.
refused() {
    sed "$2" ticket >changed
    expect 1 minework -s 1 <changed
    says "^stdin:1: $1\$"
    [ ! -s "$out" ]
    expect 1 minework <changed
    says "^stdin:1: $1\$"
    [ ! -s "$out" ]
}

@test "a ticket has one form" {
    tickets -r 100 -n 1 >ticket
    minework -s 1 <ticket | cmp - ticket
    refused 'ticket: 12 fields, expected 13' 's/ [^ ]*$//'
    refused 'ticket: 14 fields, expected 13' 's/$/ 0/'
    refused 'line: space at the end' 's/$/ /'
    refused 'line: fields are split by exactly one space .column 8.' 's/ /  /'
    refused "ticket: share: '.*' is not 64 lowercase hex digits" 's/^ticket ./ticket /'
    refused "ticket: share: '.*' is not 64 lowercase hex digits" 's/^ticket 0/ticket X/'
    refused "ticket: share is below the block's target" 's/^ticket 0000f/ticket 0000e/'
    refused 'ticket: first is not 16 lowercase hex digits' 's/ 0000000000000000 / 000000000000000 /'
    refused 'ticket: first is not 16 lowercase hex digits' 's/ 0000000000000000 / 000000000000000F /'
    refused 'ticket: last is not 16 lowercase hex digits' 's/ 0000000000000063 / 000000000000000063 /'
    refused 'ticket: first is over last' 's/ 0000000000000000 / 0000000000000064 /'
    refused "ticket: worker: '.*' is not 64 lowercase hex digits, nor p or s and 64 digits" 's/ 0000000000000063 0/ 0000000000000063 g/'
    refused 'ticket: not a block' 's/ block / blocks /'
    refused 'ticket: block: height: .*' 's/ block 1 / block 01 /'
    refused 'ticket: block: count: .*' 's/ 1$/ -1/'
    refused 'ticket: block: target is zero' "s/0000f[f]*/$(printf %064d 0)/g"
    head -c 200 ticket >torn
    expect 1 minework <torn
    says '^stdin:1: line: torn: the last line has no newline$'
}

@test "other records pass as they are; a bad line does not stop the rest" {
    tickets -r 100000 -n 40 >tickets
    minework <tickets >wanted
    expect 0 minework < <(cat names body tickets)
    cat names body wanted | cmp - "$out"
    expect 1 minework < <(head -c 50 tickets && echo && cat tickets)
    cmp wanted "$out"
    says '^stdin:1: ticket: 2 fields, expected 13$'
    expect 1 minework </dev/null
    [ ! -s "$out" ] && [ ! -s "$err" ]
}

# A ticket that nobody ends: its target is almost nothing.
endless() { # OPTIONS
    ledger-init -T 1700000000 -t 000000000000000f -e 0 alice 1000 >ledger
    mine -o -m miner -T 1700000010 "$@" </dev/null
}

# Of a process that is there, the time that it has had of a processor is told, in ticks.
has_worked() { # PID
    [ "$(awk '{ print $14 + $15 }' "/proc/$1/stat")" -gt 5 ]
}

# bats test_tags=threads
@test "a signal ends it at once, with nothing half-written" {
    endless -r 0 -s 65536 >ticket
    for signal in TERM INT HUP; do
        env --default-signal=INT,TERM,HUP "$BIN/minework" -j 2 <ticket >got &
        pid=$!
        eventually has_worked $pid
        begun=${EPOCHREALTIME/./}
        kill -$signal $pid
        status=0
        wait $pid || status=$?
        echo "# SIG$signal took $(((${EPOCHREALTIME/./} - begun) / 1000)) ms"
        [ "$status" -eq $((128 + $(kill -l $signal))) ]
        [ ! -s got ] || tail -c 1 got | cmp - <(echo)
        refute grep -q '^exhausted' got
    done
    # and where it only waits
    mkfifo never
    env --default-signal=TERM "$BIN/minework" <never >got &
    pid=$!
    exec 5>never
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    exec 5>&-
    [ "$status" -eq 143 ]
    # and where nobody takes what it writes
    mine -o -m miner -T 1700000010 -r 0 -s 4294967295 </dev/null | sed 's/^ticket [^ ]*/ticket '"$(printf 'f%.0s' {1..64})/" >flood
    mkfifo full
    env --default-signal=TERM "$BIN/minework" <flood >full &
    pid=$!
    exec 5<full
    IFS= read -r line <&5
    [[ $line = share\ * ]]
    eventually grep -q '^State:.S' "/proc/$pid/status"
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 143 ]
    cat <&5 | tail -c 1 | cmp - <(echo)
    exec 5<&-
    # what it was started to ignore stays ignored; else it would be the first of both that ends it
    (trap '' HUP && exec env --default-signal=TERM "$BIN/minework" <ticket) >got 2>said &
    pid=$!
    eventually has_worked $pid
    kill -HUP $pid
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 143 ]
}

@test "-t: gives up after that time, at work and waiting" {
    endless -r 0 >ticket
    mkfifo never
    timeout 300 minework -t 1 <>never >waited 2>said &
    pid=$!
    expect 1 timeout 300 minework --seconds 1 <ticket
    says '^minework: time is up$'
    [ ! -s "$out" ]
    wait $pid || [ $? -eq 1 ]
    grep -q '^minework: time is up$' said
    [ ! -s waited ]
    expect 2 minework -t -1
}

# How much of its work a process was given back, so that it went to the next.
@test "-w: the next ticket takes the place of the one at work, at once" {
    tickets -r 100 -n 2 >two
    endless -r 0 >ticket
    mkfifo come
    minework -w <come >got &
    pid=$!
    exec 5>come
    cat ticket >&5
    eventually has_worked $pid
    cat two >&5
    eventually test -s got
    exec 5>&-
    wait $pid || [ $? -eq 1 ]
    # of what is there when a ticket begins, only the last is sure to be done to its end
    tail -n 1 two | minework --watch | diff <(tail -n 1 got) -
    refute grep -q ' block 1 .* 000000000000000f' got
    # a record that is no ticket, or the end of stdin, takes no ticket's place
    expect 1 minework -w < <(cat two names)
    [ "$(grep -c '^exhausted' "$out")" -ge 1 ]
    tail -n +2 "$out" | tail -n 3 | cmp - names
}

@test "it ends when nobody reads any more, at work and waiting" {
    endless -r 0 >ticket
    { status=0 && timeout 300 minework <ticket || echo $? >status; } | true
    [ "$(cat status)" -eq 141 ]
    mkfifo never
    { status=0 && timeout 300 minework <>never || echo $? >status; } | true
    [ "$(cat status)" -eq 141 ]
}

@test "shares that are far too easy: each is told, in bounded memory" {
    # every nonce is one: a range of them is as many lines
    tickets -r 20000 -n 1 -s 4294967295 >ticket
    minework <ticket >got || :
    [ "$(grep -c '^share' got)" -eq 20000 ]
    cut -d ' ' -f 12 got | head -n 20000 | sort -cu
}

@test "-v: which kernel tries the nonces" {
    tickets -r 100 -n 2 >two
    minework <two >wanted || :
    PEERUTILS_MINE_KERNEL=portable expect 1 minework -v <two
    [ "$(cat "$err")" = 'minework: kernel portable' ]
    cmp "$out" wanted
    expect 1 minework --verbose <two
    [ "$(cat "$err")" = "minework: kernel $("$BIN/.t/minetest" best | cut -f 1)" ]
}

@test "a rate on a terminal" {
    need_terminal
    endless -r 0 >ticket
    for patience in 1 10 100; do # a busy machine may show nothing in the first seconds
        script -qec "minework -t $patience <ticket >got" /dev/null </dev/null >screen || :
        ! grep -Eq 'minework: height 1, [0-9.]+ million attempts a second, [0-9]+ s ' screen || break
    done
    grep -Eq 'minework: height 1, [0-9.]+ million attempts a second, [0-9]+ s ' screen
    expect 1 minework -t 0 <ticket
    refute grep -q attempts "$err"
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 minework operand
    says '^usage: minework '
    expect 2 minework -x
    expect 2 minework -c -s 2
    expect 2 minework -j 0
    PEERUTILS_MINE_KERNEL=abacus expect 2 minework </dev/null
    says "^minework: PEERUTILS_MINE_KERNEL: no kernel 'abacus'\$"
    expect 0 minework --help
    grep -q '^usage: minework ' "$out"
    expect 0 minework --version
    tickets -r 100 -n 1 >ticket
    for option in '' '-s 2' -c; do
        # shellcheck disable=SC2086
        expect 2 sh -c "minework $option <ticket >/dev/full"
        says '^minework: stdout: No space left on device$'
    done
    expect 2 sh -c 'minework <&-'
    says '^minework: stdin: cannot read'
}

# --- What minework(1) shows of farms ---------------------------------------------------------------------

# The next block is on the ledger, and was worth the search.
MINED="\$ ledger-chain -t | cut -d ' ' -f 2
1
\$ ledger-balance bob | cut -d ' ' -f 3
5"

farm() { # TITLE BEFORE AFTER
    cp ./*.pub ./*.key names ledger body work
    # what the page defines for all of them
    before=$(sed -n '/^\$ whole/s/\\(aq/'"'"'/gp' "$ROOT/man/minework.1")
    run_section minework.1 "$1" "$before
$2" "$3"
}

gnu_parallel() {
    need parallel
    parallel --version 2>/dev/null | grep -q '^GNU parallel' || skip 'parallel is not GNU parallel'
}

# bats test_tags=slow
@test "a farm with GNU parallel" {
    gnu_parallel
    farm 'GNU parallel' '$ true' "$MINED"
}

# bats test_tags=slow
@test "a farm with GNU parallel over ssh" {
    gnu_parallel
    ssh_server
    # says in which folder it works: each side has its own
    printf '#!/bin/sh\necho >>worked\nexec %s/minework "$@"\n' "$BIN" >bin/minework
    chmod +x bin/minework
    farm 'GNU parallel over ssh' '$ true' "$MINED
\$ mine -l \$HERE/ledger -o -m miner -T 1700000010 -r 1000 -n 3 < body | parallel --pipe -N1 -S 2/far minework -j 1 > three
[3]
\$ grep -c . three
3
\$ test \$(grep -c '' \$HERE/far/worked) -ge 3"
}

@test "a farm with xargs" {
    need xargs
    farm xargs '$ true' "$MINED"
}

# No Slurm, but what does the same: one task after the other, and none any more once they are cancelled.
@test "a farm as a Slurm array" {
    cat >bin/sbatch <<'END'
#!/bin/bash -e
[ "$1 $2 $4 $#" = '--wait --array=1-8 --wrap 5' ]
export SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID
for SLURM_ARRAY_TASK_ID in {1..8}; do
    [ -e cancelled ] || bash -c "$5" >"found.$SLURM_ARRAY_TASK_ID" || :
done
END
    printf '#!/bin/sh\n[ "$*" = 7 ] && touch cancelled\n' >bin/scancel
    chmod +x bin/sbatch bin/scancel
    # the page's thousand long tasks, as a few short ones
    edit='s/-r 1000000000000 -n 1000 /-r 300000 -n 8 /; s/=1-1000 /=1-8 /'
    farm 'A Slurm array' '$ true' "$MINED
\$ test -e cancelled -a ! -s left -a ! -e found.8"
}

# A worker that stops in the midst of its ticket, and then is killed: another claims what it had.
LOST="\$ cp \$HERE/ledger again; mkdir stops
\$ printf '%s\\n' '#!/bin/sh' 'echo \$\$ > stopped' 'kill -STOP \$\$' > stops/minework; chmod +x stops/minework
\$ mine -l again -o -m bob -T 1700000010 -r 1000 -n 3 < body > tickets
\$ while IFS= read -r line; do redis-cli XADD tickets '*' ticket \"\$line\"; done < tickets > ids
\$ redis-cli DEL results
\$ (PATH=\$PWD/stops:\$PATH; worker lost 60000) & lost=\$!
\$ until grep -qs . stopped && grep -q '^State:.T' /proc/\$(cat stopped)/status; do sleep 0.1; done
\$ kill -KILL \$lost \$(cat stopped); wait \$lost
[137]
\$ worker four 60000
\$ redis-cli --raw XRANGE results - + | grep -c '^exhausted .'
2
\$ worker five 0
\$ redis-cli --raw XRANGE results - + | grep '^exhausted .' > results
\$ cat tickets results | minework -c
\$ cut -d ' ' -f 3-4 results
00000000000003e8 00000000000007cf
00000000000007d0 0000000000000bb7
0000000000000000 00000000000003e7
\$ redis-cli --raw XPENDING tickets farm | head -n 1
0"

# bats test_tags=slow
@test "a farm with a Redis Stream: a worker is lost, and its ticket is another's" {
    redis_server
    farm 'A Redis Stream' '$ true' "$MINED
$LOST"
}
