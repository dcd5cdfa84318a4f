# bats file_tags=long
# shellcheck disable=SC2094 # a log is read while it is written
load lib/common
load lib/ledger
load lib/gossip

# gossip-send against gossip-listen, and against a listener for which a test sends every line.

# send OPTION... <RECORDS: one shot, bounded.
send() {
    timeout 900 gossip-send -c "$CHAIN" "$@"
}

ends_with_2() { # ARGUMENT...
    expect 2 timeout 300 gossip-send "$@" </dev/null
}

# A sender that keeps running, fed by the fifo feed, which the test holds open as descriptor 7.
follow() { # ARGUMENT...
    [ -p send.in ] || mkfifo send.in
    exec 7<>send.in
    start send gossip-send -v -c "$CHAIN" "$@"
}

feed() { # FILE
    timeout 300 cat "$1" >&7
}

end_feed() {
    exec 7>&-
}

times() { # of an EVENT in send.log
    awk -v event="$1" '$3 == event { print $1 }' send.log
}

# --- One shot ------------------------------------------------------------------------------------------

@test "gossip-send: offers what it reads, and ends with 0 once everything has been taken" {
    chain 20
    mined_with ledger 2 miner <txs >blocks
    peerbook -c "$CHAIN" -a 127.0.0.1:7001 -k alice.key >peer
    listen l -c "$CHAIN"
    cat txs blocks peer >all
    send "$at" <all
    same_lines all l.out
    # nothing to send is done at once
    send "$at" </dev/null
    # what is known is taken too
    send "$at" <txs
    same_lines all l.out
}

@test "gossip-send: reports what was not taken in time, and ends with 1" {
    chain 3
    # there was a listener at this address, and is none any more
    listen l -p -c "$CHAIN" -l "$(own_host):0"
    end_started
    expect 1 send -p -t 4 "$at" <txs
    says '^gossip-send: waiting for peers to take 3 records; giving up if they take none for 4 s$'
    while read -r one; do says "^gossip-send: not taken in time: $one\$"; done <ids
    says "^gossip-send: not reached: $at: cannot connect: Connection refused\$"
    [ "$(wc -l <"$err")" -eq 5 ]
    expect 1 send -p -t 0 "$at" <txs
    # of two that must take it there is one
    listen l -p -c "$CHAIN"
    for patience in 5 50 500; do # on a busy machine, more than a few seconds
        expect 1 send -p -n 2 -t $patience "$at" <txs
        says "not taken in time: $(line 3 ids)"
        ! same_lines txs l.out || break
    done
    same_lines txs l.out
    # a listener that drops what it asked for
    line 1 txs | forged >bad
    expect 1 send -p -t 1 "$at" <bad
    says "not taken in time: $(id <bad)"
}

@test "gossip-send: -n 2 waits for two" {
    chain 30
    listen l -c "$CHAIN"
    first=$at
    listen m -c "$CHAIN"
    send -n 2 "$first" "$at" <txs
    same_lines txs l.out
    same_lines txs m.out
}

@test "gossip-send: a record sent by several senders is printed once" {
    chain 300
    listen l -c "$CHAIN"
    for n in 1 2 3 4; do
        cp txs "s$n.in"
        start "s$n" gossip-send -c "$CHAIN" "$at"
        pids[n]=$pid
    done
    for n in 1 2 3 4; do
        status_of "${pids[n]}"
        [ "$status" -eq 0 ]
    done
    same_lines txs l.out
}

@test "gossip-send: malformed and torn lines are reported; the others are sent" {
    chain 3
    listen l -p -c "$CHAIN"
    { line 1 txs && echo 'tx  what' && line 2 txs && echo 'fluff x' && echo 'oath yes' && cat alice.pub && printf %s "$(line 3 txs)"; } >mixed
    expect 1 send -p "$at" <mixed
    says '^stdin:2: '
    says '^stdin:4: fluff: '
    says "^stdin:5: 'oath' is not a type of record that nodes take from each other$"
    says "^stdin:6: 'key' is not a type"
    says '^stdin:7: .*torn'
    [ "$(without_waits "$err" | wc -l)" -eq 6 ]
    head -n 2 txs >two
    same_lines two l.out
    # a block that is cut short
    mined_with ledger 1 miner <txs | head -n 3 >block
    expect 1 send -p "$at" <block
    says '^stdin:'
    head -c 70000 /dev/zero | tr '\0' x >long
    expect 1 send -p "$at" <long
    says 'stdin: a line or block over the maximum size'
    head -n 2 txs >two
    same_lines two l.out
}

@test "gossip-send: a secret key is sent to nobody" {
    chain 1
    listen l -c "$CHAIN"
    cat txs alice.key >all
    expect 1 send "$at" <all
    says '^stdin:2: pem: the beginning of a PEM file, such as a secret key: not passed on$'
    same_lines txs l.out
}

@test "gossip-send: a stdin that stays open; signals" {
    chain 3
    listen l -p -c "$CHAIN"
    for signal in TERM HUP; do # INT is ignored in the background, and stays so
        follow -p "$at"
        feed txs
        eventually event send "[^ ]+ taken $(line 3 ids)"
        is_running "$pid"
        kill -$signal "$pid"
        status_of "$pid"
        [ "$status" -eq 0 ]
        end_feed
    done
    eventually event l '[^ ]+ out - the peer said bye done'
    same_lines txs l.out
    # the end of it ends the sender
    follow -p "$at"
    feed txs
    end_feed
    status_of "$pid"
    [ "$status" -eq 0 ]
}

# --- Keys ----------------------------------------------------------------------------------------------

@test "gossip-send: KEY@HOST:PORT, and HOST:PORT KEY in a file: another key is refused" {
    chain 3
    listen l -c "$CHAIN" -k miner.key
    line 1 txs | send "$MINER@$at"
    line 1 txs | cmp - l.out
    line 2 txs >other
    gives_up 1 ' unreached - a different key than expected answers there' other send -v "$ALICE@$at"
    echo "$at $ALICE" >peers
    gives_up 1 ' unreached - a different key than expected answers there' other send -v peers
    line 1 txs | cmp - l.out
    printf '# ours\n\n%s\n' "$at $MINER" >peers
    send peers <other
    head -n 2 txs >two
    same_lines two l.out
    # a peer record names its key too
    peerbook -c "$CHAIN" -a "$at" -k alice.key >peers
    line 3 txs >other
    gives_up 1 ' unreached - a different key than expected answers there' other send -v peers
    peerbook -c "$CHAIN" -a "$at" -k miner.key >>peers
    send peers <other
    same_lines txs l.out
    ends_with_2 -c "$CHAIN" "${ALICE%?}@$at"
}

@test "gossip-send: -a talks only to members" {
    chain 1
    keygen -s stranger stranger >stranger.line
    listen l -c "$CHAIN" -k miner.key
    { cat alice.pub && cut -d ' ' -f 2 bob.pub; } >friends
    gives_up 1 ' unreached - its key is not allowed' txs send -v -a friends "$at"
    [ ! -s l.out ]
    cat miner.pub >>friends
    send -a friends "$at" <txs
    same_lines txs l.out
    ends_with_2 -c "$CHAIN" -a nowhere "$at"
    echo rubbish >broken
    expect 1 timeout 300 gossip-send -c "$CHAIN" -a broken "$at" <txs
    says 'broken:1: '
}

@test "gossip-send: -k, with a passphrase by -P" {
    chain 1
    printf 'secret\nsecret\n' >passphrase
    keygen -p -P 9 locked 9<passphrase
    listen l -c "$CHAIN"
    send -k locked.key -P 9 "$at" 9<passphrase <txs
    event l "$(account locked) new $(cat ids) tx"
    ends_with_2 -c "$CHAIN" -k nowhere.key "$at"
    ends_with_2 -c "$CHAIN" -k alice.pub "$at"
    echo wrong >passphrase
    ends_with_2 -c "$CHAIN" -k locked.key -P 9 "$at" 9<passphrase
}

@test "gossip-send: it does not dial itself, even if a peers file lists it" {
    chain 1
    listen l -c "$CHAIN" -k miner.key
    printf '%s %s\n' "$at" "$MINER" >peers
    expect 1 send -v -t 1 -k miner.key peers <txs
    refute grep -q "$at" "$err"
    # without the key in the file it finds out, and does not dial it again
    echo "$at" >peers
    gives_up 5 ' unreached - it is this node itself' txs send -v -k miner.key peers
    [ "$(grep -c 'unreached - it is this node itself' "$err")" -eq 1 ]
    [ ! -s l.out ]
}

# --- Plain, deflate, bytes -----------------------------------------------------------------------------

@test "gossip-send: -p is restricted to this machine, and has no keys" {
    chain 1
    expect 1 send -v -p -t 0 192.0.2.1:7001 <txs
    says ' unreached - plain connections are only made to this machine'
    ends_with_2 -c "$CHAIN" -p -k alice.key 127.0.0.1:1
    says '^gossip-send: -p: '
    ends_with_2 -c "$CHAIN" -p -a names 127.0.0.1:1
    says '^gossip-send: -p: '
}

@test "gossip-send: -z makes a zlib stream, with TLS and without, of stored blocks on one machine" {
    need python3
    chain 400
    for option in '' -p; do
        for coding in '' -z; do
            # shellcheck disable=SC2086 # none or one
            listen l $option -c "$CHAIN"
            relay "r$option$coding" "$at"
            # shellcheck disable=SC2086
            send $option $coding "$at" <txs
            same_lines txs l.out
        done
        plain=$(stat -c %s "r$option.up") deflated=$(stat -c %s "r$option-z.up")
        [ "$plain" -ge "$(stat -c %s txs)" ]
        # (how many records of TLS there are, and so how many bytes, hangs on when what arrives)
        [ -z "$option" ] || [ "$deflated" -gt "$plain" ]
        [ "$deflated" -le $((plain * 11 / 10)) ]
    done
    head -n 1 r-p-z.up | grep -Eqx "hello 2 $CHAIN 0 $CHAIN deflate s"
    head -n 1 r-p.up | grep -Eqx "hello 2 $CHAIN 0 $CHAIN plain s"
    # nobody reads TLS on the way
    refute grep -aq "$CHAIN" r.up
}

@test "gossip-send: a block whose transactions are known takes few bytes" {
    need python3
    chain 400
    mined_with ledger 1 miner <txs >block
    listen l -p -c "$CHAIN"
    relay r "$at"
    follow -p "$at"
    feed txs
    eventually event send "[^ ]+ taken $(tail -n 1 ids)"
    before=$(stat -c %s r.up)
    feed block
    eventually event send "[^ ]+ taken $(head -n 1 block | id)"
    event send "[^ ]+ offer $(head -n 1 block | id) brief"
    event l "[^ ]+ brief $(head -n 1 block | id) 400 400"
    [ $(($(stat -c %s r.up) - before)) -lt $(($(stat -c %s block) / 15)) ]
    cat txs block >both
    same_lines both l.out
}

# --- What a listener may ask ---------------------------------------------------------------------------

# A sender with txs, and a listener by hand that has sent its hello.
by_hand() { # [OPTION...]
    host h
    follow -p "$@" "$at"
    eventually heard h "hello 2 $CHAIN 0 $CHAIN plain s"
    say h "hello 2 $CHAIN 0 $CHAIN plain l"
}

@test "gossip-send: have, want, the record, taken; a record that was not announced is not sent" {
    need python3
    chain 3
    by_hand
    feed <(head -n 2 txs)
    eventually heard h "have .*$(line 2 ids)"
    say h "want $(line 3 ids)" "taken $(line 3 ids)" "want $(line 2 ids)" "want $(line 1 ids)"
    eventually heard h "$(line 1 txs)"
    heard h "$(line 2 txs)"
    event send "127\.0\.0\.1:[0-9]+ gave $(line 1 ids)"
    feed <(line 3 txs)
    eventually heard h "have $(line 3 ids)"
    refute heard h "$(line 3 txs)"
    end_feed
    say h "taken $(line 1 ids) $(line 2 ids)" 'ping 3' "taken $(line 3 ids)"
    status_of "$pid"
    [ "$status" -eq 0 ]
    eventually heard h 'bye done'
    heard h 'pong 3'
}

# The same, with a block that it has offered in short ids.
offers_block() {
    by_hand
    eventually event send '[^ ]+ in - .*'
    say h 'ping 1'
    eventually heard h 'pong 1'
    feed block
    eventually heard h "$short"
}

@test "gossip-send: requests for lines of a block, valid and invalid" {
    need python3
    chain 5
    mined_with ledger 1 miner <txs >block
    block=$(head -n 1 block | id)
    brief="brief$(head -n 1 block | cut -c 6-)"
    short="short $(cut -c 1-16 ids | paste -sd ' ')"
    while IFS= read -r text; do
        offers_block
        heard h "$brief"
        say h "lines $block 1 3"
        eventually heard h "$(line 4 txs)"
        heard h "$(line 2 txs)"
        refute heard h "$(line 1 txs)"
        say h "$text"
        eventually heard h 'bye bad'
        eventually gone h
        end_feed
        end_started
    done <<END
lines $block 2 1
lines $block 5
lines $block -1
lines $block 1  2
lines $block
lines ${block%?}
have $block
brief 1
pull 1 $CHAIN
note of no kind
want
want ${CHAIN%?}
$(hello "$CHAIN")
END
    # all of it, again and again, is more than a block has: what is beyond it is not sent, and is no offence; lines that
    # are passed over count, but not twice if the next request goes on behind them
    while IFS= read -r requests; do
        offers_block
        for n in 1 2 3; do
            tr , '\n' <<<"$requests" | sed "s/^/lines $block /" >requested
            say_file h requested
        done
        say h "want $block" 'ping 2'
        eventually heard h 'pong 2'
        eventually heard h "$(head -n 1 block)"
        eventually eval '[ "$(grep -cFx "$(line 5 txs)" h.heard)" -eq 3 ]'
        refute heard h 'bye bad'
        end_feed
        end_started
    done <<'END'
0 1 2 3 4
4
3,4
END
}

@test "gossip-send: a listener with another chain or version" {
    need python3
    chain 1
    other=$(tr 0-9 1-90 <<<"$CHAIN")
    host h
    follow -p "$at"
    say h "hello 2 $other 0 $other plain l"
    eventually heard h 'bye chain'
    eventually event send '[^ ]+ out - hello: of another chain, '"$other"
    end_started
    host h
    follow -p "$at"
    say h "hello 9 $CHAIN 0 $CHAIN plain l"
    eventually heard h 'bye version'
    end_started
    # and a real one
    listen l -c "$other"
    gives_up 1 'the peer said bye chain|of another chain' txs send -v "$at"
    [ ! -s l.out ]
}

# --- Whom it dials -------------------------------------------------------------------------------------

@test "gossip-send: -f 1 of three" {
    chain 3
    for name in l m n; do
        listen $name -p -c "$CHAIN"
        echo "$at" >>peers
    done
    send -v -p -f 1 peers <txs 2>log
    [ "$(grep -c ' in - ' log)" -eq 1 ]
    [ "$(cat l.out m.out n.out | wc -l)" -eq 3 ]
    send -p -f 3 -n 3 peers <txs
    for name in l m n; do same_lines txs $name.out; done
}

@test "gossip-send: if a peers file changes, the new peer is dialed and the old one disconnected" {
    chain 3
    listen l -p -c "$CHAIN"
    echo "$at" >peers
    first=$at
    listen m -p -c "$CHAIN"
    follow -p peers
    feed <(line 1 txs)
    eventually shows l.out line 1 txs
    echo "$at" >peers.new
    mv peers.new peers
    eventually event send "$first out - no longer among the peers"
    feed <(line 2 txs)
    # the newcomer is offered what came before it, too
    head -n 2 txs >two
    eventually same_lines two m.out
    cmp <(line 1 txs) l.out
    # a file that goes away names nobody
    rm peers
    eventually event send "$at out - no longer among the peers"
}

@test "gossip-send: a peers file that does not exist yet" {
    chain 1
    follow -p peers
    feed txs
    listen l -p -c "$CHAIN"
    echo "$at" >peers
    eventually same_lines txs l.out
}

@test "gossip-send: a peer that dies and returns is dialed again, after growing pauses" {
    chain 3
    listen l -p -c "$CHAIN" -l "$(own_host):0" # where nobody else takes the port meanwhile
    listener=$pid
    follow -p -t 600 "$at"
    feed <(line 1 txs)
    eventually shows l.out line 1 txs
    kill -KILL "$listener"
    wait "$listener" || :
    feed <(line 2 txs)
    third() { [ "$(times unreached | wc -l)" -ge 3 ]; }
    eventually third
    times unreached | awk 'NR > 1 { print $1 - last } { last = $1 }' >pauses
    # at least half of 1, 2 and 4 s
    awk 'BEGIN { least = 0.5 } $1 < least - 0.05 { exit 1 } { least *= 2 }' pauses
    start l gossip-listen -v -p -l "$at" -c "$CHAIN"
    head -n 2 txs >two
    eventually same_lines two l.out
    feed <(line 3 txs)
    eventually same_lines txs l.out
}

@test "gossip-send: comments and broken lines in a peers file" {
    chain 1
    listen l -p -c "$CHAIN"
    printf '%s\n' '# ours' '' 'not an address' "$at" '127.0.0.1:99999' "peer $CHAIN x" >peers
    send -v -p peers <txs 2>log
    grep -q ' - bad - peers:3: ' log
    same_lines txs l.out
    mkdir folder
    ends_with_2 -c "$CHAIN" -p folder
    ends_with_2 -c "$CHAIN" -p ':7001'
    ends_with_2 -c "$CHAIN" -p '127.0.0.1:0'
}

# bats test_tags=thorough
@test "gossip-send: a million lines of peers" {
    [ -z "${SANITIZE-}" ] || skip 'what sanitizers take of memory has no bound'
    chain 1
    listen l -p -c "$CHAIN"
    seq 0 999999 | awk '{ printf "10.%d.%d.%d:7001\n", $1 / 65536, $1 / 256 % 256, $1 % 256 }' >peers
    (
        ulimit -v 400000 -t 60
        send -p -f 1 "$at" <txs
        expect 1 send -p -t 1 peers <txs
    )
    same_lines txs l.out
}

# --- Names with several addresses ------------------------------------------------------------------------

# by_name ADDRESSES COMMAND...: the name two.example stands for these addresses.
by_name() {
    LD_PRELOAD=$BIN/.t/hosts.so HOSTS="two.example $1" timeout 300 "${@:2}"
}

need_names() {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer comes before what is loaded first'
}

@test "gossip-send: a name's second address is dialed if nobody listens at the first" {
    need_names
    chain 1
    keygen -s l l >named
    listen l -c "$CHAIN" -k l.key
    local port=${at##*:} key
    key=$(cut -d ' ' -f 2 l.pub)
    by_name '::1 127.0.0.1' gossip-send -c "$CHAIN" "two.example:$port" <txs
    same_lines txs l.out
    by_name '127.0.0.9 ::1 127.0.0.1' gossip-send -c "$CHAIN" "$key@two.example:$port" <txs
    gives_up 1 "two.example:$port: 127.0.0.8:$port: cannot connect: Connection refused; 127.0.0.9:$port: cannot connect: " \
        txs by_name '127.0.0.8 127.0.0.9' gossip-send -c "$CHAIN" "two.example:$port"
    listen p -p -c "$CHAIN"
    by_name '::1 127.0.0.1' gossip-send -p -c "$CHAIN" "two.example:${at##*:}" <txs
    same_lines txs p.out
}

@test "gossip-send: an address that never answers, or has the wrong key, does not delay the next" {
    need_names
    chain 1
    keygen -s l l >named
    keygen -s m m >named
    listen l -c "$CHAIN" -k l.key
    local port=${at##*:} key
    key=$(cut -d ' ' -f 2 l.pub)
    # one that takes connections and says nothing
    start silent python3 -B -c 'import socket, sys, time
s = socket.create_server(("127.0.0.2", int(sys.argv[1])))
print("there", flush=True)
time.sleep(600)' "$port"
    eventually grep -q there silent.out
    by_name '127.0.0.2 127.0.0.1' gossip-send -c "$CHAIN" -t 250 "two.example:$port" <txs
    same_lines txs l.out
    # another key, in front of the one that is asked for
    start other gossip-listen -c "$CHAIN" -k m.key -l "127.0.0.3:$port"
    by_name '127.0.0.3 127.0.0.1' gossip-send -c "$CHAIN" -t 250 "$key@two.example:$port" <txs
    # in plain, silence is noticed only after a while
    listen p -p -c "$CHAIN"
    start silent2 python3 -B -c 'import socket, sys, time
s = socket.create_server(("127.0.0.2", int(sys.argv[1])))
print("there", flush=True)
time.sleep(600)' "${at##*:}"
    eventually grep -q there silent2.out
    by_name '127.0.0.2 127.0.0.1' gossip-send -p -c "$CHAIN" -t 250 "two.example:${at##*:}" <txs
    same_lines txs p.out
}

@test "gossip-send, ledger-pull: a hosts file that names two addresses" {
    chain 1
    # shellcheck disable=SC2016 # for the shell inside
    unshare -m sh -c 'mount --bind "$1" /etc/hosts' - "$VECTORS/cases/hosts-two-addresses" 2>/dev/null ||
        skip 'no file system can be mounted here'
    listen l -c "$CHAIN" -L ledger
    local inside='mount --bind "$1" /etc/hosts && shift && exec "$@"'
    unshare -m sh -c "$inside" - "$VECTORS/cases/hosts-two-addresses" \
        timeout 300 gossip-send -c "$CHAIN" "two:${at##*:}" <txs
    same_lines txs l.out
    unshare -m sh -c "$inside" - "$VECTORS/cases/hosts-two-addresses" \
        timeout 300 ledger-pull -l none -c "$CHAIN" "two:${at##*:}" | cmp - ledger
}

# --- What it holds -------------------------------------------------------------------------------------

@test "gossip-send: -m limits what is held for later peers; what is dropped is reported" {
    [ -z "${SANITIZE-}" ] || skip 'what sanitizers take of memory has no bound'
    easy_chain
    CHAIN=$(chain_id ledger)
    awk 'BEGIN { s = "%00"; while (length(s) < 768) s = s s; for (i = 0; i < 100000; i++) {
        printf "tx %064d %064d %d 0 pay %064d 1 %s %0128d\n", 0, 0, i, 0, substr(s, 1, 768), 0 } }' >txs
    (
        ulimit -v 150000
        expect 1 send -p -m 1000000 -t 0 127.0.0.1:1 <txs
        [ "$(grep -c '^gossip-send: not taken in time: ' "$err")" -eq 100000 ]
    )
}

@test "gossip-send: at the limit of -m, stdin is not read until records have been held long enough" {
    need python3
    payments 2000
    [ "$(stat -c %s txs)" -gt 500000 ]
    mkfifo send.in
    follow -p -m 100000 -t 5 127.0.0.1:1
    # it reads 256 KiB at a time: the rest waits in front of it, and so does the writer
    { cat txs >&7 && cp send.log written; } &
    writer=$!
    eventually grep -q 'not taken in time' send.log
    eventually is_over "$writer"
    grep -q 'not taken in time' written
}

@test "gossip-send: a peer that connects later is offered the records held" {
    chain 50
    listen l -p -c "$CHAIN"
    echo "$at" >peers
    follow -p peers
    feed txs
    eventually same_lines txs l.out
    listen m -p -c "$CHAIN"
    echo "$at" >>peers
    eventually same_lines txs m.out
}

# --- Dandelion++ ---------------------------------------------------------------------------------------

@test "gossip-send: -d sends along a stem, except for transactions marked as fluff" {
    need python3
    chain 40
    by_hand -d
    eventually event send '[^ ]+ in - .*'
    say h 'ping 1'
    eventually heard h 'pong 1'
    { for n in $(seq 20); do echo "fluff $(line "$n" ids)"; done && cat txs; } >marked
    feed marked
    # 20 that are fresh, of which one in ten becomes fluff at once
    count() { [ "$(grep -E '^(have|stem) ' h.heard | cut -d ' ' -f 2- | tr ' ' '\n' | wc -l)" -ge 40 ]; }
    eventually count
    grep '^stem ' h.heard | cut -d ' ' -f 2 | sort >stems
    [ "$(wc -l <stems)" -ge 5 ] && [ "$(wc -l <stems)" -le 20 ]
    [ -z "$(head -n 20 ids | sort | comm -12 - stems)" ]
    event send "[^ ]+ offer $(head -n 1 stems) stem"
    # a mark that comes later makes it everybody's
    echo "fluff $(head -n 1 stems)" >mark
    feed mark
    eventually heard h "have (.* )?$(head -n 1 stems)( .*)?"
    end_feed
    say h "$(sed 's/^/taken /' ids)"
    status_of "$pid"
    [ "$status" -eq 0 ]
    refute grep -q '^fluff' h.heard
}

@test "gossip-send: with -d and a stdin that ends, everything arrives" {
    chain 40
    listen l -c "$CHAIN" -d
    send -d "$at" <txs
    grep -v '^fluff ' l.out | sort | cmp - <(sort txs)
    # what came as a stem has no mark
    [ "$(grep -c '^fluff ' l.out)" -lt 40 ]
}

# --- Usage, the chain, the log ---------------------------------------------------------------------------

@test "gossip-send: the chain: -c, -L, the ledger; usage" {
    chain 1
    listen l -p -c "$CHAIN"
    timeout 300 gossip-send -p -L ledger "$at" <txs
    same_lines txs l.out
    timeout 300 gossip-send -p "$at" <txs
    LEDGER=ledger timeout 300 gossip-send -p "$at" <txs
    ends_with_2 -p -L nowhere "$at"
    says nowhere
    rm ledger
    ends_with_2 -p "$at"
    ends_with_2 -p -c "${CHAIN%?}" "$at"
    says '^gossip-send: -c: '
    ends_with_2 -c "$CHAIN"
    ends_with_2 -c "$CHAIN" -f 0 "$at"
    ends_with_2 -c "$CHAIN" -f 65 "$at"
    ends_with_2 -c "$CHAIN" -n 0 "$at"
    ends_with_2 -c "$CHAIN" -t x "$at"
    ends_with_2 -c "$CHAIN" -m 0 "$at"
    ends_with_2 -c "$CHAIN" -P x "$at"
    ends_with_2 -x
}

# Every line of a log must be one of these.
log_holds() { # FILE
    log_has_form "$1" '
        $3 ~ /^(offer|gave|taken|late)$/ && $4 == "-" { bad("no id") }
        $3 == "offer" && NF == 6 && $6 == "again" { next }
        $3 == "offer" { if (NF != 5 || $5 !~ /^(have|stem|brief)$/) bad("fields"); next }
        $3 == "gave" && NF == 5 && $5 == "again" { next }
        $3 == "gave" || $3 == "taken" || $3 == "late" { if (NF != 4) bad("fields"); next }
        $3 == "start" { if (NF != 6) bad("fields"); next }
        $3 == "unreached" { if (NF < 5) bad("fields"); next }'
}

@test "gossip-send: -v logs every event in one format; without it there is no log" {
    chain 20
    mined_with ledger 1 miner <txs >block
    listen l -c "$CHAIN" -k miner.key
    printf '%s\n' "$at" 'rubbish of three fields' '127.0.0.1:1' >peers
    follow -k alice.key -d peers
    eventually event send "$MINER in - $at"
    feed txs
    feed block
    end_feed
    status_of "$pid"
    [ "$status" -eq 0 ]
    event send "- start - $ALICE $CHAIN"
    event send "$MINER taken $(line 1 ids)"
    log_holds send.log
    for event in start in out offer gave taken bad unreached; do grep -q " $event " send.log; done
    sed '2s/^[0-9]*/x/' send.log >other
    refute log_holds other
    expect 0 send "$at" <txs
    diff <(without_waits "$err") <(echo 'gossip-send: 20 records taken by peers that do not say whether they accept them')
    expect 0 send "$at" < <(line 1 txs)
    diff <(without_waits "$err") <(echo 'gossip-send: 1 record taken by peers that do not say whether they accept it')
}
