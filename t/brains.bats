load lib/common

# The logic of gossip-listen and gossip-send without sockets, in virtual time; and the small parts below it.

braintest() {
    timeout 300 "$BIN/.t/braintest" "$@"
}

partstest() {
    timeout 300 "$BIN/.t/partstest" "$1"
}

@test "records reach every node once, on any graph, even if links come and go" {
    braintest spread 6
}

@test "stems have random lengths, and a swallowed transaction arrives when its embargo expires" {
    braintest stems 4
}

@test "a node that holds a stem answers others as if it had never heard of it" {
    braintest probe
}

@test "stems beyond the limit per peer wait" {
    braintest flood
}

@test "a compact block is filled from known lines, requested by line, or requested whole" {
    braintest briefs lines halves
}

@test "two transactions whose ids begin alike do not lose a block" {
    braintest shared
}

@test "a forged twin that arrives first does not keep the honest block away" {
    braintest twins
}

@test "a peer that does not deliver is passed over, and fewer records are requested from it" {
    braintest stall leave alone late
}

@test "strangers that announce a record first delay it by little more than three seconds" {
    braintest delay
}

@test "nobody is punished for what an honest relay can be made to do" {
    braintest relay
}

@test "in version 3 answers name announcements by number, each connection in its own order" {
    braintest numbers
}

@test "peers that are often the first push small records, each of which is printed once and acknowledged" {
    braintest eager
}

@test "peers that can wait are told and answered a little later, of several records at once" {
    braintest lulls
}

@test "refused records cost their sender requests alone, and one for later is requested again" {
    braintest verdicts
}

@test "whoever only sends pays for refused records in full, and a relay is never asked for none" {
    braintest refusals
}

@test "what one peer sent is not blamed on the next peer in its slot" {
    braintest places
}

@test "a record is done with when enough have taken it" {
    braintest need taken unsure
}

@test "a peer is offered no more than it can handle, and a new one what the others had" {
    braintest window newcomer
}

@test "a flood of announcements costs no more time each once they are forgotten for one another" {
    braintest elsewhere
}

@test "places at the sender: no network takes them all, and those that wait get their turn" {
    "$BIN/.t/placestest"
}

@test "at the limit, the oldest is dropped" {
    braintest room
}

@test "tables of ids" {
    partstest idhash
    partstest idmap
    partstest idset
    partstest ordered
    partstest recent_txs
    partstest netgroups
    partstest key_times
}

@test "events that strangers cause for free are limited, and what is new is always written" {
    partstest events
    partstest steps
}

@test "sessions: lines in any pieces, their bounds, pings, and who is too slow" {
    partstest session
    partstest silence
}

@test "records off a pipe in any pieces, and a spool that turns" {
    partstest record_reader
    partstest spool
}

@test "timers fire in order, and datagrams of a bounded size come and go" {
    partstest timers
    partstest udp
}

@test "a test that is not there is told" {
    expect 2 braintest nothing
    expect 2 partstest nothing
}
