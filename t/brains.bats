load lib/common

# The brains of gossip-listen and gossip-send without sockets, in a time of their own; and the small parts below.

braintest() {
    timeout 300 "$BIN/.t/braintest" "$@"
}

partstest() {
    timeout 300 "$BIN/.t/partstest" "$1"
}

@test "records reach everyone once, on any graph, and when links come and go" {
    braintest spread 6
}

@test "stems go as far as a coin says, and what is swallowed comes by embargo" {
    braintest stems 4
}

@test "who holds a stem answers a stranger as one who has never heard of it" {
    braintest probe
}

@test "more stems than a peer may be behind with wait" {
    braintest flood
}

@test "a brief is filled from what is known, asked for by line, or taken whole" {
    braintest briefs lines halves
}

@test "two transactions with the same first digits cost nobody a block" {
    braintest shared
}

@test "a broken twin that comes first does not keep the honest block away" {
    braintest twins
}

@test "who does not bring it is passed over, and let go where that goes on" {
    braintest stall alone late
}

@test "what came before a peer left is not laid to the next in its place" {
    braintest places
}

@test "a record is done with when enough have taken it" {
    braintest need taken
}

@test "a peer is offered what it can bear, and a new one what the others had" {
    braintest window newcomer
}

@test "where there is no more room the oldest goes" {
    braintest room
}

@test "tables of ids" {
    partstest idhash
    partstest idmap
    partstest idset
    partstest recents
}

@test "sessions: lines in any pieces, their bounds, pings, and who is too slow" {
    partstest session
    partstest silence
}

@test "records off a pipe in any pieces, and a spool that turns" {
    partstest inlet
    partstest spool
}

@test "a test that is not there is told" {
    expect 2 braintest nothing
    expect 2 partstest nothing
}
