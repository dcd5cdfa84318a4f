load lib/common

# The Raft engine in netsim, under all faults. (t/netsim.bats has engines that break a rule.)

@test "netsim: registers under all faults stay linearizable, and in the end everyone is answered" {
    for nodes in 3 5 7; do
        expect 0 netsim -m -q -s 1-30 -n $nodes -f all -e 'snapshot 30' raft
        grep -qx 'seeds 30 broken 0' "$out"
    done
    expect 0 netsim -m -q -s 1-30 -n 3 -f all -e 'snapshot 5' raft keep=0 piece=100 window=1000 batch=200
    expect 0 netsim -m -q -s 1-30 -n 3 -f crash -f isolate -f partition -f pause raft reads=lease
}

# bats test_tags=thorough
@test "netsim: a thousand seeds of registers under all faults" {
    expect 0 netsim -m -q -s 1-1000 "$ROOT/t/scenarios/raft-faults.scenario" raft
    grep -qx 'seeds 1000 broken 0' "$out"
}
