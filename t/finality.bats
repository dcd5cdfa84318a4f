load lib/common

# The rule of finality over work, searched at random (t/lib/finalitysearch.c): two final blocks that exclude each other cost
# more than a third of a set that counted. By hand, for longer: finalitysearch 1 10000000.

search() { # ARGUMENT...
    expect 0 timeout 600 "$BIN/.t/finalitysearch" "$@"
    cat "$out"
}

# caught RULE: a rule that is wrong is found out.
caught() {
    expect 1 timeout 600 "$BIN/.t/finalitysearch" 1 100000 "$1"
    grep -q '^seed [0-9]*: blocks [0-9]* and [0-9]* are final, by ' "$out"
}

@test "conflicting finals name more than a third of a set, and the model is src/state's rule" {
    search 1 10000 two any 20
    grep -Eqx '10000 histories, [0-9]{5} finals, [0-9]{3} conflicts, whose culprits hold at least 0\.[34][0-9]* of a set; 500 held .*' "$out"
}

@test "with honest two thirds, no two finals exclude each other in 1,000 seeds" {
    search 1 1000 two honest 10
    grep -Eqx '1000 histories, [0-9]{4} finals, 0 conflicts; 100 held against src/state' "$out"
}

@test "rules that are wrong are found out" {
    caught one
    caught now
    caught half
    caught far
}

# bats test_tags=thorough
@test "300,000 histories more" {
    search 1000000 300000 two any 100
    search 1000000 100000 two honest 1000
    grep -q ' 0 conflicts' "$out"
}
