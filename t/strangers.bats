# bats file_tags=long
load lib/common
load lib/ledger
load lib/gossip

# Whom the programs dial that take their peers from a file that strangers can add to: gossip,
# gossip-send, ledger-pull.

setup() {
    fresh_folder
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer comes before what is loaded first'
    payments 1
}

# A signed record: announced WHO HOST:PORT.
announced() {
    [ -e "$1.key" ] || keygen -s "$1" "$1" >>made 2>&1
    peerbook -a "$2" -k "$1.key" -c "$CHAIN"
}

# dialing COMMAND...: with each dial in the file `dials`.
dialing() {
    LD_PRELOAD=$BIN/.t/dials.so DIALS=$PWD/dials "$@"
}

# gossip runs until somebody has dialed.
gossips() { # PEERS
    rm -f dials
    [ -p gossip.in ] || mkfifo gossip.in
    exec 7<>gossip.in
    dialing gossip -c "$CHAIN" -l 127.0.0.1:0 "$1" <gossip.in >out 2>&1 3>&- 7>&- &
    STARTED+=($!)
    eventually test -s dials
    exec 7>&-
    end_started
}

# Runs both, and one of them is enough for the test to fail.
both() { # OPTION... PEERS
    rm -f dials
    dialing timeout 300 gossip-send -c "$CHAIN" -t 2 "$@" <txs >out 2>&1 || :
    dialing timeout 300 ledger-pull -l ledger -t 1 "$@" >>out 2>&1 || :
    touch dials
}

@test "strangers: nobody dials where no peer can be" {
    n=0
    for address in 169.254.169.254:80 0.0.0.0:80 224.0.0.1:80 255.255.255.255:80 240.1.1.1:80 '[::]:80' '[fe80::1]:80' \
        '[ff02::1]:80' '[::ffff:169.254.169.254]:80' '[2002:a9fe:a9fe::]:80' '[64:ff9b::a9fe:a9fe]:80' \
        '[2001:0:909:909::5601:5601]:80'; do
        announced "k$((n += 1))" "$address"
    done >peers
    announced ok 9.9.9.9:80 >>peers
    both peers
    sort -u dials | diff - <(echo 9.9.9.9:80)
    gossips peers
    sort -u dials | diff - <(echo 9.9.9.9:80)
    # what people write is dialed, whatever it is
    { cat peers && echo 169.254.169.254:81 && echo "[ff02::1]:82 $(account k1)"; } >mine
    both mine
    sort -u dials | diff - <(printf '%s\n' 169.254.169.254:81 9.9.9.9:80 '[ff02::1]:82')
    both "$(account k1)@0.0.0.0:83" 255.255.255.255:84
    sort -u dials | diff - <(printf '%s\n' 0.0.0.0:83 255.255.255.255:84)
}

@test "strangers: names in records are looked up only with -r, and dialed only if they are global" {
    announced k1 two.example:80 >peers
    hosts() { # ADDRESSES COMMAND...
        rm -f dials
        touch dials
        LD_PRELOAD="$BIN/.t/dials.so $BIN/.t/hosts.so" DIALS=$PWD/dials HOSTS="two.example $1" \
            timeout 300 gossip-send -c "$CHAIN" -t "${patience-2}" "${@:2}" <txs >out 2>&1 || :
    }
    dialed() { # ADDRESSES-DIALED ADDRESSES COMMAND...: on a busy machine, two seconds may not do for all of them
        local patience
        for patience in 2 20 200; do
            hosts "${@:2}"
            # shellcheck disable=SC2086 # words
            ! cmp -s <(sort -u dials) <(printf '%s\n' $1) || return 0
        done
        cat dials && return 1
    }
    hosts '9.9.9.9' peers
    [ ! -s dials ]
    dialed '9.9.9.9:80 [2600::1]:80' '9.9.9.9 10.0.0.1 127.0.0.1 169.254.169.254 2600::1 ::1' -r peers
    hosts '127.0.0.1 10.0.0.1' -v --resolve peers
    [ ! -s dials ]
    grep -q 'unreached - no address of this name is globally reachable$' out
    # by hand: as ever
    echo two.example:80 >peers
    dialed '10.0.0.1:80 9.9.9.9:80' '9.9.9.9 10.0.0.1' peers
}

@test "strangers: one that never spoke gossip is dialed once in minutes, though many keys name it" {
    for ((n = 1; n <= 20; n++)); do announced "k$n" 127.0.0.1:1; done >peers
    both -n 3 peers
    [ "$(grep -c . dials)" -eq 2 ] # once by each
    # in the next run, too, once somebody who answers has shown that it is not this machine that is cut off
    listen l -c "$CHAIN" -k miner.key
    announced miner "$at" >>peers
    noted() {
        both -n 3 peers
        grep -q '^failed 127.0.0.1:1 ' peers.tried
    }
    eventually noted
    both -n 3 peers
    sort -u dials | diff - <(echo "$at")
}

@test "strangers: what answers and what does not is written down in PEERS.tried, for the next run" {
    listen l -c "$CHAIN" -k miner.key
    good=$at
    listen other -c "$CHAIN" -k bob.key
    { announced miner "$good" && announced alice "$at" && announced k1 127.0.0.1:1; } >peers
    gossip-send -c "$CHAIN" -n 1 -t 300 peers <txs
    dialed() { # WORDS
        gossip-send -c "$CHAIN" -n 1 -t 1 peers <txs >/dev/null 2>&1
        grep -Eqx "$1" peers.tried
    }
    eventually dialed "tried $good $(account miner) [0-9]+ 0"
    eventually dialed "failed $at $(account alice) [0-9]+ [1-9][0-9]*"
    eventually dialed "failed 127.0.0.1:1 - [0-9]+ [1-9][0-9]*"
    [ "$(stat -c %a peers.secret)" = 600 ]
    # what has left the peers file leaves this one with the next thing to write down
    grep -v "$at" peers >less
    mv less peers
    left() {
        gossip-send -c "$CHAIN" -n 1 -t 1 peers <txs >/dev/null 2>&1
        ! grep -q "$at" peers.tried
    }
    eventually left
    # a broken line is reported, and costs nothing
    echo rubbish >>peers.tried
    expect 0 gossip-send -c "$CHAIN" -t 300 peers <txs
    says '^gossip-send: peers.tried:[0-9]*: tried: 1 fields, expected 5$'
}

@test "strangers: PEERS.tried in a folder that cannot be written is done without" {
    [ "$(id -u)" -ne 0 ] || skip 'root can write everywhere'
    listen l -c "$CHAIN" -k miner.key
    mkdir folder
    announced miner "$at" >folder/peers
    chmod 500 folder
    expect 0 gossip-send -c "$CHAIN" -t 300 folder/peers <txs
    only_waited "$err"
}

@test "strangers: a sender that keeps running writes its anchors down" {
    listen a -c "$CHAIN" -k miner.key
    announced miner "$at" >peers
    listen b -c "$CHAIN" -k bob.key
    announced bob "$at" >>peers
    mkfifo send.in
    exec 7<>send.in
    start send gossip-send -v -c "$CHAIN" peers
    anchored() {
        [ "$(grep -c '^anchor ' peers.tried)" -eq 2 ]
    }
    eventually anchored
    exec 7>&-
}
