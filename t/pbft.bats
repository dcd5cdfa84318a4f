load lib/common

# PBFT: its rules B1 to B14 (t/lib/pbfttest.c steps a member directly), each with a mutant that breaks it, and netsim.

SCENARIOS=$ROOT/t/scenarios

# --- netsim -------------------------------------------------------------------------------------------

@test "netsim: all faults, four and seven members; a liar; twins" {
    expect 0 netsim -s 1-40 -n 4 -f all pbft
    expect 0 netsim -s 1-20 -n 7 -f all pbft
    expect 0 netsim -s 1-20 "$SCENARIOS/pbft-faults.scenario" pbft
    expect 0 netsim -s 1-10 "$SCENARIOS/pbft-twins.scenario" pbft
}

# Five and six members bear one liar, and need four and five (rule B13).
@test "B13: netsim: five and six members, of which two do not hear each other's view" {
    expect 0 netsim -s 1-20 -n 5 -f all pbft
    expect 0 netsim -s 1-20 -n 6 -f all pbft
}

# bats test_tags=thorough
@test "netsim: 1,000 seeds, safe and live" {
    expect 0 netsim -s 1-1000 -n 4 -f all pbft
    expect 0 netsim -s 1-1000 -n 7 -f all pbft
    expect 0 netsim -s 1-1000 "$SCENARIOS/pbft-faults.scenario" pbft
    expect 0 netsim -s 1-1000 "$SCENARIOS/pbft-twins.scenario" pbft
}

# caught RULE SEEDS SCENARIO [WORD...]: the mutant breaks a property in some of these seeds.
caught() {
    run_apart timeout 600 netsim -q -s "1-$2" "$SCENARIOS/$3.scenario" "${@:4}" pbft "break=$1"
    echo "# $1: first by seed $(grep -v '^seeds' "$out" | sort -n | head -n 1); $(tail -n 1 "$out")" >&3
    [ "$status" -eq 1 ]
}

@test "netsim catches what is soon seen: B2, B6, B8, B9" {
    caught B2 10 pbft-faults -p 'order once'
    caught B6 2 pbft-faults
    caught B8 2 pbft-faults -p 'order once'
    caught B9 8 pbft-faults -p 'order once'
}

# bats test_tags=thorough
@test "netsim catches B1, B3 and B4" {
    caught B1 150 pbft-faults -p 'order once'
    caught B3 60 pbft-faults -p 'order once'
    caught B4 100 pbft-faults -p 'order once'
}
