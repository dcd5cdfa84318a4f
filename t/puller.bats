load lib/common

# What a puller asks for and waits for, against a peer that is a script; time is virtual.

pulltest() {
    timeout 300 "$BIN/.t/pulltest" "$@"
}

@test "a peer that says nothing for 30 s while an answer is due stalls" {
    pulltest stall
}

@test "one of whom nothing is due does not" {
    pulltest "done"
}

@test "a block that drips may take five minutes" {
    pulltest block
}

@test "what was not read by our own doing is no fault of the peer" {
    pulltest excuse
}

@test "while it is held nothing is asked for, and then it goes on where it was" {
    pulltest hold
}

@test "large blocks are asked for in small numbers" {
    pulltest sizes
}
