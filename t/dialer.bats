load lib/common

# Whom to dial and when; the poll loop; names. Time is virtual where nothing else is said.

dialtest() {
    timeout 300 "$BIN/.t/dialtest" "$@"
}

@test "as many peers as the fan-out are busy, each once" {
    dialtest fanout
}

@test "no two peers are from one network while there is a choice, with any seed" {
    dialtest networks
}

@test "each peer is equally likely to be chosen" {
    dialtest random
}

@test "pauses double from a second to ten minutes, are chosen from the upper half, and start over" {
    dialtest pauses
}

@test "peers that are no longer listed are forgotten; what is known of the others stays" {
    dialtest gone
}

@test "three dials of four go to peers that have answered; a stranger is dialed at most every few minutes" {
    dialtest strangers
    dialtest held
}

@test "many ports of one host are dialed one at a time, minutes apart" {
    dialtest hosts
}

@test "a feeler goes to a stranger of a random network, or to a peer that is to be tested" {
    dialtest feelers
}

@test "the anchors of the last run are dialed first" {
    dialtest anchors
}

@test "our own address is dialed only once" {
    dialtest never
}

@test "as many targets as there may be, all of them dead" {
    dialtest many
}

@test "the loop: what is removed is not told, though its event was fetched" {
    dialtest removal
}

@test "the loop: files are always ready, the end of a pipe is told" {
    dialtest files
}

@test "the loop: only what is waited for is told, and a hang-up" {
    dialtest turns
}

@test "the loop: signals that end a program, and those that were ignored" {
    dialtest signals
    dialtest ignored
}

@test "names are looked up; what has no answer says so" {
    dialtest names 127.0.0.1:1 '[::1]:22' localhost:7001 no-such-host.invalid:9 >got
    sed -n 1,2p got | diff - <(printf '127.0.0.1:1\n[::1]:22\n')
    sed -n 3p got | grep -Eqx '127\.0\.0\.1:7001|\[::1\]:7001'
    sed -n 4p got | grep -q '^cannot look up no-such-host.invalid: '
}

# bats test_tags=threads
@test "names that nobody waits for any more end by themselves, and there is a most" {
    dialtest leave
}

@test "all addresses of a name are known, each once, in the resolver's order" {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer comes before what is loaded first'
    LD_PRELOAD=$BIN/.t/hosts.so HOSTS='two.example ::1 127.0.0.1 ::1 127.0.0.2' dialtest names two.example:7001 >got
    diff got - <<<'[::1]:7001 127.0.0.1:7001 127.0.0.2:7001'
}
