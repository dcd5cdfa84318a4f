# bats file_tags=long
# shellcheck disable=SC2094 # a log is read while it is written
load lib/common
load lib/ledger
load lib/gossip

# Attacks on peers. While each attack runs, an honest peer sends numbered payments: every one of them must arrive, once;
# the victim must stay small, and must accept a new peer afterwards.

MEMORY=100000 # kB that the attacked program may take, at most; a listener in peace takes 10000, one with all its tables full 70000

setup_file() {
    PATH=$BIN/.t:$PATH
    cd "$BATS_FILE_TMPDIR"
    easy_chain >/dev/null
    seq -f 'bob 1 payment%g' 3000 | paid alice ledger >txs
    keygen -s liar liar >/dev/null 2>&1
}

setup() {
    PATH=$BIN/.t:$PATH
    fresh_folder
    cp "$BATS_FILE_TMPDIR"/{txs,ledger,names,*.key,*.pub} .
    MINER=$(account miner)
    CHAIN=$(chain_id ledger)
    KNOWN=$(tail -n 1 txs | id) # of one that is known before the attack
    tail -n 1 txs >known
    tail -n 2 txs | head -n 1 >newcomer
}

# --- Victims and attackers -----------------------------------------------------------------------------

# Sends a payment every few milliseconds until it is stopped, at least thirty of them.
feed() {
    local n=0 tx
    while IFS= read -r tx; do
        printf '%s\n' "$tx"
        n=$((n + 1))
        [ ! -e enough ] || [ "$n" -lt 30 ] || break
        sleep 0.01
    done <txs >feed.pipe
    echo "$n" >fed
}

# A listener, $victim, that an honest peer talks to.
attacked() { # OPTION...
    listen l -c "$CHAIN" "$@"
    victim=$pid
    honest_peer "$at"
}

honest_peer() { # PEER...
    timeout 300 gossip-send -c "$CHAIN" "$1" <known
    mkfifo feed.pipe
    start feeder feed
    start_honest timeout 300 gossip-send -v -t 300 -c "$CHAIN" "$@"
}

start_honest() { # COMMAND...
    "$@" <feed.pipe >honest.out 2>honest.log 3>&- &
    honest=$!
    STARTED+=("$honest")
}

# Sends a script to the listener, and waits for the end.
lie() { # OPTION... <SCRIPT
    timeout 300 liar -q -c "$CHAIN" -t 300 "$@" "$at" >lie.out
    [ "$(grep -c '^end ' lie.out)" -ge 1 ]
}

# The same with `start`, as NAME.
lie_on() { # NAME OPTION... <SCRIPT
    local name=$1
    shift
    cat >"$name.in"
    start "$name" liar -q -c "$CHAIN" -t 300 "$@" "$at"
}

ended() { # PATTERN
    tail -n 1 lie.out | grep -Eq "^end $1 [0-9]+ [0-9]+\$" || {
        cat lie.out
        return 1
    }
}

dropped_as() { # PATTERN
    eventually event l "[0-9a-f]{64} out - $1"
}

# The victim is as it was before the attack.
survives() { # [KILOBYTES]
    : >enough
    status_of "$honest"
    tail -n 5 honest.log
    [ "$status" -eq 0 ]
    is_running "$victim"
    all_arrived l.out
    is_small "${1-$MEMORY}"
    timeout 300 gossip-send -t 300 -c "$CHAIN" "$at" <newcomer
    [ "$(grep -cFxf newcomer l.out)" -eq 1 ]
}

all_arrived() { # FILE
    head -n "$(cat fed)" txs | sort >want
    grep -aFxf want "$1" | sort | cmp want -
}

is_small() { # KILOBYTES
    local peak
    peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$victim/status")
    echo "$BATS_TEST_DESCRIPTION: $peak kB" >>"${PEAKS-/dev/null}"
    [ -n "${SANITIZE-}" ] || [ "$peak" -le "$1" ] || {
        echo "$peak kB"
        return 1
    }
}

came_in() { # COUNT
    [ "$(grep -ac ' in - ' l.log)" -ge "$1" ]
}

were_asked() { # COUNT
    [ "$(grep -ac ' asked ' l.log)" -ge "$1" ]
}

were_got() { # COUNT
    [ "$(grep -c ' got ' pull.log)" -ge "$1" ]
}

times() { # COUNT LINE
    printf '!times %s %s\n' "$@"
}

ids_of_lines() {
    while IFS= read -r line; do id <<<"$line"; done
}

random_ids() { # COUNT
    head -c $((32 * $1)) /dev/urandom | od -An -v -tx1 | tr -d ' \n' | fold -w 64 | paste -sd ' '
}

of_known() { # COUNT: the known id so many times
    yes "$KNOWN" | head -n "$1" | paste -sd ' '
}

# --- Lines ---------------------------------------------------------------------------------------------

# The script gets its sender disconnected, and its key refused for a while.
costs_a_key() { # SCRIPT REASON
    rm -f bad.key bad.pub
    keygen bad >/dev/null 2>&1
    lie -k bad.key <<<"$1"$'\n!stay'
    ended closed || { echo "of: ${1:0:200}" && return 1; }
    eventually event l "$(account bad) out - $2" || { echo "of: ${1:0:200}" && tail -n 3 l.log && return 1; }
    is_banned bad.key || { echo "of: ${1:0:200}" && return 1; }
}

# Hangs up as soon as it has been told: a listener waits a second for that.
is_banned() { # KEY
    timeout 300 liar -k "$1" "$at" <<<'!wait bye' >bye.out
    grep -qx 'bye banned' bye.out
}

@test "a line that breaks a rule gets its sender's key refused" {
    attacked -j 1
    local id=$KNOWN new
    new=$(random_ids 1)
    costs_a_key "have $(random_ids 257)" 'have: not 1 to 256 ids'
    costs_a_key 'have' 'have: not 1 to 256 ids'
    costs_a_key "have ${new^^}" 'have: an id is not 64 lowercase hex digits'
    costs_a_key "have ${new%?}" 'have: not 1 to 256 ids'
    costs_a_key "have ${new%?}g" 'have: an id is not 64 lowercase hex digits'
    costs_a_key "stem $(random_ids 257)" 'stem: not 1 to 256 ids'
    costs_a_key "$(hello "$CHAIN")" 'hello: a second one'
    costs_a_key 'short 0123456789abcdef' 'short: more than the brief counts'
    costs_a_key 'short' 'short: not 1 to 512 ids'
    costs_a_key "want $id" 'a line that no sender sends'
    costs_a_key "taken $id" 'a line that no sender sends'
    costs_a_key "lines $id 0" 'a line that no sender sends'
    costs_a_key "accepted $id" 'a line that no sender sends'
    costs_a_key "pulled 1 $id" 'a line that no sender sends'
    costs_a_key "pull 501 $id" 'pull: not 0 to 500 blocks, and ids'
    costs_a_key "pull 1 ${id%?}" 'pull: not 1 to 64 ids'
    costs_a_key "pull 1" 'pull: not 0 to 500 blocks, and ids'
    costs_a_key 'ping' 'ping: not one number'
    costs_a_key 'ping -1' 'ping: .*'
    costs_a_key "$(head -n 1 newcomer)" 'a record that was not requested'
    costs_a_key 'who knows' 'a record that was not requested'
    costs_a_key $'!bytes 1 0a\n!sleep 100' 'line: empty'
    costs_a_key $'!bytes 10 00\n!bytes 1 0a' 'line: byte 0x00.*'
    costs_a_key $'!bytes 70000 61' 'line: over 65535 bytes'
    costs_a_key $'have\t'"$new" 'line: byte 0x09.*'
    costs_a_key "block 1 $id $id 1 $id $id 4611686018427387904 0" 'a record that was not requested'
    costs_a_key "brief 1 $id $id 1 ${id//?/f} $id 4611686018427387904 0" 'block: over maxblock'
    costs_a_key "brief 1 $id $id 1 ${id//?/f} $id 9223372036854775808 0" '.*number.*'
    costs_a_key "brief 1 $id $id 1 ${id//?/0} $id 0 0" 'block: target .*'
    costs_a_key "brief 1 $id $id 1 0000$(printf %060d 1) $id 0 0" 'block: no proof of work.*'
    costs_a_key "brief 1 $id $id 1 ${id//?/f} $id 2 0"$'\nshort 0123456789abcdef\nping 1\nhave '"$new" \
        'brief: its short lines are missing'
    costs_a_key "brief 1 $id $id 1 ${id//?/f} $id 1 0"$'\nshort 0123456789abcdef 0123456789abcdef' \
        'short: more than the brief counts'
    costs_a_key "brief 0 ${id//?/0} $id 1 ${id//?/f} ${id//?/0} 0 0" 'brief: of a genesis block'
    eventually event l '127.0.0.1:[0-9]+ out - banned: it broke a rule'
    survives
}

@test "a requested header that claims impossibly many lines, and half a block" {
    attacked
    local huge="block 1 $KNOWN $KNOWN 1 ${KNOWN//?/f} $KNOWN 4611686018427387904 0"
    echo "$huge" >huge
    costs_a_key "have $(id <huge)"$'\n!wait want\n!file huge\n!bytes 5000000 0a' 'block: over maxblock'
    local half="block 1 $KNOWN $KNOWN 1 ${KNOWN//?/f} $KNOWN 1000 0"
    echo "$half" >half
    costs_a_key "have $(id <half)"$'\n!wait want\n!file half\nping 1\nhave '"$KNOWN" 'block: cut short: 1000 of its lines are missing'
    costs_a_key "have $(id <half)"$'\n!wait want\n!file half\n!times 1000 x' 'block: .*'
    lie <<<"have $(id <half)"$'\n!wait want\n!file half\n!sleep 100' # and leaves
    ended 'done'
    survives
}

@test "another version and another chain are told so, and lose no key" {
    attacked
    local other
    other=$(random_ids 1)
    for try in 1 2; do
        timeout 300 liar -k liar.key "$at" <<<"hello 9 $CHAIN 0 $CHAIN plain and more"$'\n!stay' >out
        grep -qx 'bye version' out
        timeout 300 liar -k liar.key "$at" <<<"hello 2 $other 0 $other plain sl"$'\n!stay' >out
        grep -qx 'bye chain' out
    done
    dropped_as 'hello: version 9, ours is 4'
    dropped_as "hello: of another chain, $other"
    refute event l '.*banned.*'
    survives
}

@test "an endless line" {
    attacked
    lie -r 3 <<<$'!bytes 200000000 61\n!stay'
    ended closed
    dropped_as 'line: over 65535 bytes'
    lie -z -r 3 <<<'!bytes 20000000 61'
    dropped_as 'line: over 65535 bytes'
    survives
}

# --- Records -------------------------------------------------------------------------------------------

@test "a record that is invalid without looking at a ledger is not printed, and gets its sender's key refused" {
    local name file
    head -n 11 "$VECTORS/bad/bad-signature.ledger" >ledger
    CHAIN=$(chain_id ledger)
    liar peers 60 "$CHAIN" >txs
    liar peers 1 "$CHAIN" >known
    liar peers 1 "$CHAIN" >newcomer
    attacked -L ledger
    # those whose fault shows only against the state
    local late='^(block-twice|child-before-parent|easy-target|empty|far-future|hard-target|time-not-after-median|wrong-height|fee-under-minimum|no-final-newline|no-genesis|other-chain|overspend.*|replayed-seq|seq-gap|spend-before-receive|stray-tx|torn-tail|unknown-parent)$'
    for file in "$VECTORS"/bad/{double-space,tampered-amount}.ledger "$VECTORS"/bad/*.ledger; do
        name=$(basename "$file" .ledger)
        [[ ! $name =~ $late ]] || continue
        [ ! -e "$name.done" ] || continue
        : >"$name.done"
        keygen "$name" >/dev/null 2>&1
        lie -k "$name.key" <<<"!give $file"
        eventually event l "$(account "$name") out - .*" || { echo "$name" && return 1; }
        is_banned "$name.key" || { echo "$name" && return 1; }
    done
    [ "$(find . -name '*.done' | wc -l)" -gt 30 ]
    verify -l ledger l.out | cmp - l.out
    # a relay without a ledger, or with another clock, passes these on
    for name in easy-target far-future time-not-after-median wrong-height; do
        keygen "$name" >/dev/null 2>&1
        lie -k "$name.key" <<<"!give $VECTORS/bad/$name.ledger"
        ended 'done' || { echo "$name" && return 1; }
    done
    verify -l ledger l.out | cmp - l.out
    survives
}

@test "records that were not requested, and a requested one many times" {
    attacked
    local try
    for try in $(seq "$(few 10 3)"); do
        { times 5000 "$(tail -n 3 txs | head -n 1)" && echo '!stay'; } | lie
        ended closed
    done
    dropped_as 'a record that was not requested'
    tail -n 4 txs | head -n 1 >one
    { echo "have $(id <one)" && echo '!wait want' && times 5000 "$(cat one)" && echo '!stay'; } | lie
    ended closed
    [ "$(grep -acFxf one l.out)" -le 1 ]
    survives
}

@test "a flood of records of unknown types: no more of them are requested, and no key is refused" {
    attacked
    seq -f 'gossip about %g' 1200 >flood
    seq -f 'more gossip about %g' 1200 >flood2
    lie -k liar.key <<<$'!give flood\n!give flood2'
    ended 'done'
    [ "$(grep -c "$(account liar) asked" l.log)" -lt 1800 ]
    grep -acq '^gossip' l.out && return 1
    refute event l '.*banned.*'
    survives
}

# bats test_tags=slow
@test "a flood of peer records with fresh keys: accepted up to the limit per connection" {
    attacked
    liar peers "$(few 5000 500)" "$CHAIN" >flood
    lie <<<'!give flood'
    [ "$(grep -ac '^peer ' l.out)" -le 300 ]
    [ "$(grep -ac '^peer ' l.out)" -ge 200 ]
    survives
}

@test "a hundred thousand known ids, from a peer that reads the answers and from one that does not" {
    attacked
    { times "$(few 400 40)" "have $(of_known 256)" && echo '!wait taken'; } | lie
    ended 'done'
    { echo '!deaf' && times "$(few 20000 2000)" "have $(of_known 256)" && echo '!sleep 300'; } | lie
    [ -n "${SANITIZE-}" ] || dropped_as 'slow: does not read what is sent to it'
    survives 40000
}

@test "fifty thousand announced ids that are never delivered" {
    attacked
    local one
    for one in 1 2 3; do # each as far as one may
        times 4000 'have %r' | lie
        ended 'done'
    done
    times 50000 'have %r' | lie
    ended 'done'
    refute event l '.* out - .*(bad|have).*'
    # what strangers cause for free does not fill the disk
    [ "$(stat -c %s l.log)" -lt 3000000 ]
    survives
    kill "$victim"
    eventually event l '- suppressed - asked [0-9]+( late [0-9]+)?.*'
    [ "$(grep -ac ' new ' l.log)" -ge "$(cat fed)" ]
}

# bats test_tags=slow
@test "all announcement slots are taken by undelivered records: the peer that announces the most is dropped" {
    attacked
    local n
    for n in $(seq 17); do
        { times 4000 'have %r' && echo '!stay'; } | lie_on "liar$n"
    done
    eventually dropped_as 'full: announces more than all others and does not deliver it'
    survives
}

# bats test_tags=slow
@test "payments that seven peers announce first and do not deliver" {
    listen l -c "$CHAIN"
    victim=$pid
    local n ids
    ids=$(head -n 100 txs | ids_of_lines | paste -sd ' ')
    for n in $(seq 7); do
        printf '%s\n' "have $ids" '!stay' | lie_on "liar$n"
    done
    eventually were_asked 100
    honest_peer "$at"
    sleep 1
    survives
}

# --- Blocks --------------------------------------------------------------------------------------------

# A block with ten payments in the file block; its brief in brief, and the short lines in shorts.
block_and_brief() {
    seq -f 'bob 1 inblock%g' 10 | paid alice ledger | mined_with ledger 1 miner >block
    sed -n '1s/^block/brief/p' block >brief
    tail -n +2 block | ids_of_lines | cut -c 1-16 | paste -sd ' ' | sed 's/^/short /' >shorts
}

# The block arrived whole, and once.
block_arrived() {
    [ "$(grep -cFx "$(head -n 1 block)" l.out)" -eq 1 ]
    grep -Fx -A 10 "$(head -n 1 block)" l.out | cmp - block
}

@test "a compact block whose lines never arrive, or are the wrong ones: the block is fetched from another peer" {
    block_and_brief
    attacked
    { cat brief && echo '!stay'; } | lie_on silent
    { cat brief && sed 's/ [0-9a-f]/ 0/g' shorts && echo '!stay'; } | lie_on wrong
    { cat brief && sed 's/^\(short\) \([^ ]*\) \([^ ]*\)/\1 \3 \2/' shorts && echo '!stay'; } | lie_on turned
    eventually came_in 5
    timeout 300 gossip-send -t 300 -c "$CHAIN" "$at" <block
    block_arrived
    survives
}

@test "half a block, then silence: the block is fetched from another peer" {
    block_and_brief
    attacked
    local one
    one=$(head -n 1 block | id)
    { echo "have $one" && echo '!wait want' && head -n 4 block && echo '!stay'; } | lie_on half
    eventually event l "[0-9a-f]+ asked $one"
    timeout 300 gossip-send -t 300 -c "$CHAIN" "$at" <block
    block_arrived
    survives
}

# bats test_tags=slow
@test "ten thousand blocks of a side branch, by gossip" {
    attacked
    mined ledger "$(few 10000 1000)" bob >side
    lie <<<'!give side'
    eventually grep -aqFx "$(tail -n 1 side)" l.out
    grep -a '^block ' l.out | sort | cmp - <(sort side)
    survives
}

# --- Connections ---------------------------------------------------------------------------------------

# bats test_tags=slow
@test "a thousand silent connections" {
    attacked
    echo '!sleep 3000' | start_crowd silent -p -n "$(few 1000 300)"
    eventually grep -q '^stand' silent.out
    survives
    echo '!sleep 3000' | start_crowd shaking -n "$(few 300 100)"
    eventually grep -q '^stand' shaking.out
    echo "pong" >newcomer.log
    tail -n 5 txs | head -n 1 >newcomer
    timeout 300 gossip-send -t 300 -c "$CHAIN" "$at" <newcomer
}

start_crowd() { # NAME OPTION...
    local name=$1
    shift
    cat >"$name.in"
    start "$name" liar -q -t 300 "$@" "$at"
}

# bats test_tags=slow
@test "all places are taken by peers that say hello and nothing else, and others connect all the time" {
    attacked -n 60
    echo '!sleep 100000' | start_crowd idle -n 60 -c "$CHAIN"
    eventually grep -q '^stand' idle.out
    start connector bash -c 'while :; do exec 5<>"/dev/tcp/${1%:*}/${1#*:}"; done 2>/dev/null' - "$at"
    survives
}

# bats test_tags=slow
@test "all places are taken by peers that have brought a peer record each" {
    listen l -c "$CHAIN" -n 8
    for n in 1 2 3 4 5 6 7 8; do
        liar peers 1 "$CHAIN" "127.0.0.1:700$n" >"r$n"
        lie_on "taker$n" <<<$'!give r'"$n"$'\n!stay'
        eventually grep -qFxf "r$n" l.out
    done
    timeout 300 gossip-send -t 300 -c "$CHAIN" "$at" <newcomer
    grep -qFxf newcomer l.out
}

@test "garbage instead of TLS, and an interrupted handshake" {
    attacked
    timeout 300 liar -p -r "$(few 200 50)" "$at" <<<'!random 2000' >lie.out
    timeout 300 liar -p -r 20 "$at" <<<$'!bytes 1 16\n!bytes 1 3\n!bytes 1 1\n!bytes 2 40\n!random 16384' >lie.out
    timeout 300 liar -p -r 20 "$at" <<<"$(hello "$CHAIN")" >lie.out
    timeout 300 liar -r "$(few 200 50)" -e 1 "$at" >lie.out
    timeout 300 liar -p -r 50 "$at" <<<'!bytes 1 16' >lie.out
    survives
}

@test "a zlib stream that expands too much" {
    attacked
    lie -z <<<$'!bytes 50000000 0\n!stay'
    ended closed
    lie -z <<<$'!bytes 50000000 a\n!stay'
    ended closed
    { times 3000 "have $(of_known 256)" && echo '!stay'; } | lie -z
    ended closed
    dropped_as 'deflate: expands more than 100 times'
    lie -z <<<$'!file liar.key\n!sleep 200' # inside the stream
    survives 40000
}

@test "bytes that are no zlib stream" {
    attacked
    local how
    for how in '!random 5000' '!bytes 5000 ff' '!bytes 5000 78'; do
        timeout 300 liar -q "$at" <<<"hello 2 $CHAIN 0 $CHAIN deflate sl"$'\n!wait hello\n'"$how"$'\n!stay' >lie.out
        ended closed
    done
    dropped_as 'deflate: no zlib stream'
    survives
}

@test "endless pings, with the answers read and unread" {
    attacked
    { times "$(few 300000 20000)" 'ping 1' && echo '!wait pong'; } | lie
    ended 'done'
    { echo '!deaf' && times "$(few 3000000 200000)" 'ping 9223372036854775807' && echo '!sleep 300'; } | lie
    survives 40000
}

@test "a flood of pulls, and a puller that does not read the answer" {
    mined ledger "$(few 3000 500)" bob >longer
    cat longer >>ledger
    attacked -L ledger
    { times 10000 "pull 500 $CHAIN" && echo '!stay'; } | lie
    ended closed
    dropped_as 'pull: before the last request was answered'
    local n
    for n in $(seq "$(few 30 10)"); do
        { echo '!deaf' && echo "pull 500 $CHAIN" && echo '!sleep 2000'; } | lie_on "deaf$n"
    done
    { times 200 "pull 500 $CHAIN" && echo '!sleep 200'; } | lie
    survives
}

# bats test_tags=thorough
@test "one byte a second: no hello in 10 s, no line in 30 s, no handshake in 10 s" {
    attacked
    timeout 300 liar -q -t 300 "$at" <<<'!drip 50 500 68' >no_hello.out &
    local first=$!
    timeout 300 liar -q -p -t 300 "$at" <<<'!drip 50 500 16' >no_tls.out &
    local second=$!
    timeout 300 liar -q -t 300 -c "$CHAIN" "$at" <<<'!drip 200 500 68' >no_line.out
    wait "$first" "$second"
    grep -q '^end closed' no_hello.out
    grep -q '^end closed' no_tls.out
    grep -q '^end closed' no_line.out
    dropped_as 'slow: no hello came'
    dropped_as 'slow: a line that does not end'
    eventually event l '127.0.0.1:[0-9]+ out - .*'
    survives
}

# bats test_tags=slow
@test "when descriptors run out, existing connections go on, and new ones are accepted as soon as some close" {
    cat >few_files <<'END'
ulimit -n 40
exec gossip-listen "$@"
END
    start l bash few_files -v -c "$CHAIN" -l 127.0.0.1:0 -w l.at
    victim=$pid
    eventually test -s l.at
    at=$(cat l.at)
    honest_peer "$at"
    eventually grep -q ' in - ' honest.log
    lie_on crowd -n 60 <<<'!stay'
    eventually event l '- bad - no descriptors for more connections'
    kill "$pid"
    eventually is_over "$pid"
    survives
}

@test "a key that is not allowed, and an address with the wrong key" {
    keygen friend >/dev/null 2>&1
    keygen host >/dev/null 2>&1
    account friend >friends
    account host >>friends
    listen l -c "$CHAIN" -k host.key -a friends
    victim=$pid
    lie -r 5 <<<"have $KNOWN" # it is told, and hung up on where it does not hang up
    ended closed
    lie -k friend.key <<<"have $KNOWN"
    ended 'done'
    eventually event l '127.0.0.1:[0-9]+ out - its key is not allowed'
    gives_up 1 'key' known gossip-send -v -c "$CHAIN" "$(account friend)@$at"
    expect 0 timeout 300 gossip-send -k friend.key -t 300 -c "$CHAIN" "$(account host)@$at" <known
    expect 1 timeout 300 gossip-send -t 1 -c "$CHAIN" "$at" <newcomer
    cmp l.out known
    is_small "$MEMORY"
}

# --- Those who dial ------------------------------------------------------------------------------------

# A liar that listens ($liar) and a listener that is honest (l, $at); a sender dials both and is the victim.
sender_among() { # <SCRIPT
    cat >liar.in
    start liar liar -q -c "$CHAIN" -t 900 -r 1000 -w liar.at
    listen l -c "$CHAIN"
    eventually test -s liar.at
    mkfifo feed.pipe
    start feeder feed
    start_honest gossip-send -v -t 300 -c "$CHAIN" "$(cat liar.at)" "$at"
    victim=$honest
    eventually grep -q ' in - ' honest.log
}

sender_survives() { # [KILOBYTES]
    is_running "$victim"
    is_small "${1-$MEMORY}"
    : >enough
    status_of "$honest"
    tail -n 3 honest.log
    [ "$status" -eq 0 ]
    all_arrived l.out
}

was_dropped_as() { # PATTERN
    eventually event honest ".* out - $1"
}

@test "a sender: lines that no listener sends" {
    local line first
    first=$(head -n 1 txs | id)
    for line in "have $first" "want $(random_ids 257)" "taken ${first%?}" "lines $first" 'hello 1' 'nothing'; do
        rm -rf feed.pipe enough liar.at l.out
        sender_among <<<$'!wait have\n'"$line"$'\n!stay'
        was_dropped_as '.*(not 1 to 256 (ids|records)|no listener sends|digits|not a block|second one).*' || { echo "$line" && return 1; }
        sender_survives
        end_started
    done
}

@test "a sender: a flood of want and lines, with the answers read and unread" {
    local first
    first=$(head -n 1 txs | id)
    sender_among <<<$'!wait have\n'"$(times "$(few 100000 5000)" "want $first")"$'\n!stay'
    sleep 1
    sender_survives 60000
    end_started
    rm -f feed.pipe enough liar.at
    sender_among <<<$'!wait have\n!deaf\n'"$(times "$(few 100000 5000)" "want $first")"$'\n!stay'
    sleep 1
    sender_survives 60000
}

@test "a sender: a flood of requests for the lines of a block" {
    block_and_brief
    local one
    one=$(head -n 1 block | id)
    cat block - <txs | head -n 2000 >fed_txs
    mv txs others
    cat block >txs
    head -n 1500 others | tail -n +100 >>txs
    sender_among <<<$'!wait have\n!wait brief\n'"$(times 100000 "lines $one 0 1 2 3 4 5 6 7 8 9")"$'\n!stay'
    sleep 1
    sender_survives
}

@test "a sender: no hello, garbage, and a listener that hangs up again and again" {
    cat >liar.in <<<'!stay'
    start liar liar -q -t 900 -r 1000 -w liar.at
    start rubbish liar -q -p -t 900 -r 1000 -w rubbish.at <<<'!random 5000'
    start leaver liar -q -t 900 -r 1000 -e 1 -w leaver.at
    listen l -c "$CHAIN"
    eventually test -s leaver.at
    mkfifo feed.pipe
    start feeder feed
    start_honest gossip-send -v -t 300 -c "$CHAIN" "$(cat liar.at)" "$(cat rubbish.at)" "$(cat leaver.at)" "$at"
    victim=$honest
    sleep 1
    sender_survives
}

@test "a sender: a listener that says it has taken what it never asked for" {
    head -n 3 txs >few
    printf '%s\n' '!wait have' "taken $(ids_of_lines <few | paste -sd ' ')" '!stay' >liar.in
    start liar liar -q -c "$CHAIN" -t 900 -r 1000 -w liar.at
    listen l -c "$CHAIN"
    eventually test -s liar.at
    for one in 1 2 3; do
        sed -n "${one}p" few | timeout 300 gossip-send -c "$CHAIN" "$(cat liar.at)" "$at"
    done
    eventually same_lines few l.out
}

# bats test_tags=thorough
@test "a sender: a peers file of a million addresses" {
    seq 0 "999999" | awk '{ printf "127.%d.%d.%d:1\n", 1 + $1 / 65536, $1 / 256 % 256, $1 % 256 }' >peers
    listen l -c "$CHAIN"
    mkfifo feed.pipe
    start feeder feed
    start_honest gossip-send -v -t 300 -c "$CHAIN" peers "$at"
    victim=$honest
    eventually grep -q ' in - ' honest.log
    sender_survives
}

# --- Those who pull ------------------------------------------------------------------------------------

@test "a puller: garbage after the hello, and endless blocks" {
    mined ledger 20 bob >longer
    cat ledger longer >whole
    listen l -L whole
    local script out try=0
    printf '%s\n' '!wait pull' '!random 100000' >s1
    printf '%s\n' '!wait pull' '!bytes 100000000 61' >s2
    { echo '!wait pull' && times 3 "pulled 9223372036854775807 $KNOWN"; } >s3
    printf '%s\n' '!wait pull' "block 1 $CHAIN $KNOWN 1700000010 ${KNOWN//?/f} $MINER 4611686018427387904 0" '!bytes 100000000 0a' >s4
    { echo '!wait pull' && times 100000 "have $KNOWN"; } >s5
    printf '%s\n' "pulled 5 $KNOWN" '!stay' >s6
    for script in s1 s2 s3 s4 s5 s6; do
        try=$((try + 1))
        cp "$script" "liar$try.in"
        start "liar$try" liar -q -c "$CHAIN" -t 300 -r 100 -w "$script.at"
        eventually test -s "$script.at"
    done
    run_apart timeout 300 ledger-pull -v -l ledger -n 7 -t 150 "$(cat s1.at)" "$(cat s2.at)" "$(cat s3.at)" \
        "$(cat s4.at)" "$(cat s5.at)" "$(cat s6.at)" "$at"
    cmp longer "$out"
}

# bats test_tags=slow
@test "a puller: a branch of ten thousand blocks with less work" {
    local n
    n=$(few 10000 1000)
    mined ledger "$n" bob >low
    mined ledger "$((n + 50))" miner >high
    cat ledger low >theirs
    cat high >>ledger
    ledger-chain -t ledger >/dev/null
    listen l -L theirs
    start pull ledger-pull -v -f -l ledger "$at"
    victim=$pid
    eventually were_got "$n"
    [ ! -s pull.out ]
    is_small "$MEMORY"
}

# --- A node's ledger -----------------------------------------------------------------------------------

@test "a branch from genesis with less work, by gossip: it stays out of the ledger, and is not relayed" {
    mined ledger 300 miner >best
    cp ledger theirs
    ledger-append -q <best
    cp ledger before
    mined theirs 290 bob >weak
    mkfifo l.out && ln -s l.out node.in
    start node sh -c 'verify -u -l ledger | ledger-append -p ledger'
    listen l -c "$CHAIN" -L ledger
    lie <<<'!give weak'
    eventually grep -q 'so far, 256 had to wait' node.log
    mined ledger 1 alice >next
    lie <<<'!give next'
    eventually grep -qxFf next node.out
    grep -v '^later ' node.out | cmp - next
    cat before next | cmp - ledger
}
