load lib/common

# The routing table and the lookup of the DHT (src/lookup): what others got wrong, rule by rule, and what must hold of any
# contacts in any order. The helpers are the callers: they give the time and the answers.

table() { # CASE...
    for case; do
        timeout 600 "$BIN/.t/lookuptest" "$case"
    done
}

search() { # CASE...
    for case; do
        timeout 600 "$BIN/.t/searchtest" "$case"
    done
}

@test "ids: XOR distance, common bits; those of BEP 42 and of IPv6 are bound to their addresses" {
    table ids local
    table bound <"$ROOT/t/vectors/dht/bep42.tsv"
}

@test "a full bucket keeps all that live: a newcomer waits until the oldest does not answer (1)" {
    table full
}

@test "only the bucket with our own id splits (1)" {
    table split
}

@test "each bucket has a lookup every 15 minutes, and none twice in that time (2)" {
    table refresh
}

@test "a contact that has never answered is given to nobody, and pushes nobody out (3)" {
    table unanswered
}

@test "a lookup ends as soon as the k nearest that answered are nearer than all others (4)" {
    search ends
}

@test "a silent contact delays a lookup by its own timeout at most, and the other queries go on (5)" {
    search silent dead
}

@test "who answers with another id is out of the table and of the lookup (7); an answer without contacts is one (11)" {
    table wrong-id
    search answers
}

@test "a thousand ids of one network: one place a bucket, two of the nearest in a lookup (8)" {
    table sybils
    search sybils
}

@test "the sizes of buckets do not depend on the order in which contacts come (9)" {
    table order
}

@test "poisoned answers hide nobody, and no answers make a lookup endless or large" {
    search poison addresses bounds late
}

@test "a node that was offline, or takes another id, keeps whom it knows" {
    table offline rename
}

@test "whatever comes in whatever order, the table's rules hold and the nearest are the nearest" {
    table anything
}
