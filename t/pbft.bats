load lib/common

# PBFT: its rules B1 to B14 (t/lib/pbfttest.c steps a member directly), each with a mutant that breaks it, and netsim.

SCENARIOS=$ROOT/t/scenarios

TEST=$BIN/.t/pbfttest

# --- The rules ----------------------------------------------------------------------------------------

@test "B1 to B14: a member keeps each rule, as far as it shows in one member" {
    for rule in $(seq -f B%.0f 14); do
        expect 0 "$TEST" "$rule"
    done
}

@test "B1 to B4, B6, B8, B9: one that is told to break a rule does" {
    for rule in B1 B2 B3 B4 B6 B8 B9; do
        expect 1 "$TEST" "$rule" "break=$rule"
        grep -q "^$rule: " "$out"
    done
}

@test "limits: questions, batches, answers, view changes and quotations without end" {
    expect 0 "$BIN/.t/pbftlimits"
}

# --- The program ----------------------------------------------------------------------------------------

# Four processes, which number nodes and clients differently, under all faults, with snapshots.
@test "as a program: text is written, read and compared between processes" {
    expect 0 netsim -q -s 3 -n 4 -f all -t 4000 -e 'snapshot 10' -e 'think uniform 5 40' -- "$BIN/pbft"
    netsim -m -s 3 -n 4 -a '500 isolate n4 for 2000' -t 4000 -e 'snapshot 10' -e 'think uniform 5 20' -- "$BIN/pbft" window=16 >trace
    grep -q ' restore n4 ' trace
    [ "$(tail -n 1 trace | cut -d ' ' -f 2-)" = 'result held' ]
}

@test "settings" {
    for word in timeout=0 heartbeat=500 window=60 window=128 checkpoint=0 batch=0 pipeline=x weights=n1 weights=n9:1 break=B15 lies=1 none x=1; do
        printf 'init n1 7 n1 n2\ntime 0\nrestart 0\nstep\n' >in
        expect 2 pbft "$word" <in
        grep -q '^pbft: pbft: ' "$err" || { cat "$err" && false; }
    done
}

# --- netsim -------------------------------------------------------------------------------------------

@test "netsim: all faults, four and seven members; a liar; twins" {
    expect 0 netsim -s 1-40 -n 4 -f all pbft
    expect 0 netsim -s 1-20 -n 7 -f all pbft
    expect 0 netsim -s 1-20 "$SCENARIOS/pbft-faults.scenario" pbft
    expect 0 netsim -s 1-10 "$SCENARIOS/pbft-twins.scenario" pbft
    expect 0 netsim -s 1-5 "$SCENARIOS/pbft-liars.scenario" pbft
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
    expect 0 netsim -s 1-500 "$SCENARIOS/pbft-twins.scenario" pbft
    expect 0 netsim -s 1-300 "$SCENARIOS/pbft-liars.scenario" pbft
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
