load lib/common

# What a puller requests and waits for, against a scripted peer, in virtual time.

pulltest() {
    timeout 300 "$BIN/.t/pulltest" "$@"
}

@test "a peer that sends nothing for 30 s while a request is open stalls" {
    pulltest stall
}

@test "a peer without an open request does not" {
    pulltest "done"
}

@test "a block that arrives slowly may take five minutes" {
    pulltest block
}

@test "a peer is not blamed for what we chose not to read" {
    pulltest excuse
}

@test "while it is paused nothing is requested, and then it continues where it was" {
    pulltest hold
}

@test "large blocks are requested in small numbers" {
    pulltest sizes
}
