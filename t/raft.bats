load lib/common

# The Raft engine, stepped directly: each rule of consensus that raft(1) lists, by its name. A rule that can be broken on
# purpose (break=RULE) is, and its test must see that.

test_of() { # NAME [SETTING...]
    expect 0 timeout 300 "$BIN/.t/rafttest" "$@"
}

rule() { # RULE
    test_of "$1"
    expect 1 timeout 300 "$BIN/.t/rafttest" "$1" "break=$1"
    says '^rafttest: '
}

@test "R1: an entry of an older term is not committed by counting" {
    rule R1
}

@test "R2: term and vote are on disk, in one record, before what promises them is sent" {
    rule R2
}

@test "R3: whoever steps down in its own term keeps its vote" {
    rule R3
}

@test "R4: a vote that arrives twice counts once, and one of an old term never" {
    rule R4
}

@test "R5: voters refuse a candidate whose log is behind theirs" {
    rule R5
}

@test "R6: a follower commits what the message has matched, not what else it has" {
    rule R6
}

@test "R7: an append that is old or short does not cut the log" {
    rule R7
}

@test "R8: commit never falls, and one past the log's end is refused at the start" {
    rule R8
}

@test "R9: a new leader answers no read before an entry of its term is committed" {
    rule R9
}

@test "R10: a read waits for a heartbeat that began after it" {
    rule R10
}

@test "R11: a lease needs check-quorum, and a transfer ends it" {
    rule R11
}

@test "R12: a pre-vote changes neither term nor vote, and who asks forgets its leader" {
    test_of R12
}

@test "R13: a leader without a quorum steps down, and who hears it alone stops nobody" {
    test_of R13
}

@test "R14: a change of members waits for the one before and for the leader's term" {
    rule R14
}

@test "R15: joint majorities are both needed, and whoever leads ends what was begun" {
    rule R15
}

@test "R16: members change when the entry is in the log, and back when it is cut off" {
    test_of R16
}

@test "R17: a removed leader counts nobody twice and steps down; learners never count" {
    test_of R17
}

@test "R18: a snapshot keeps what follows it in the same log, and replaces another log" {
    rule R18
}

@test "R19: a follower whose entries are gone gets a snapshot, in pieces, and goes on" {
    test_of R19
}

@test "R20: a save that is confirmed late acknowledges no entry that was overwritten" {
    test_of R20
}

@test "R21: what a follower has starts at nothing and only grows" {
    rule R21
}

@test "R22: a single node, too, commits only what is on disk" {
    rule R22
}

@test "R23: an append from the log's beginning is not taken for the one after a snapshot" {
    test_of R23
}

@test "R24: who is no member raises no term while there is a leader" {
    test_of R24
}

@test "R25: election timeouts are drawn anew each time, from one to two times the shortest" {
    test_of R25
}

@test "R26: a log that cannot have been written so stops the node" {
    test_of R26
}

@test "proposals of one instant are one message and one save, sent before it is on disk" {
    test_of batches
}

@test "what is under way to a follower is bounded" {
    test_of windows
}

@test "proposals that wait are bounded, and one that is not kept is named" {
    test_of full
}

@test "proposals wait for a leader and are committed once" {
    test_of proposals
}

@test "reads at a follower are answered by its leader, or later" {
    test_of reads
}

@test "leadership is transferred, and a transfer that fails is given up" {
    test_of transfers
}

@test "members are added, as learners or voters, and removed, one or several at once" {
    test_of members
}

@test "a node comes back with what it saved" {
    test_of restarts
}

@test "a test that is not there is told" {
    expect 2 "$BIN/.t/rafttest" nothing
}

# --- All faults at once -------------------------------------------------------------------------------

chaos() { # SEED COUNT NODES [SETTING...]
    expect 0 timeout 600 "$BIN/.t/raftchaos" "$@"
    grep -qx "$2 runs held" "$out"
}

@test "under all faults one order, and in the end every proposal is in it" {
    chaos 1 10 3
    chaos 1 10 5
    chaos 1 5 4 joint=always
    chaos 1 5 4 joint=never reads=lease
    chaos 1 5 3 keep=0 piece=1 window=300 batch=100
    chaos 1 5 3 prevote=no checkquorum=no fixed
}

# bats test_tags=thorough
@test "under all faults: a thousand runs" {
    chaos 1000 300 3
    chaos 1000 300 5
    chaos 1000 200 4 joint=always
    chaos 1000 100 7 joint=never reads=lease
    chaos 1000 100 3 keep=0 piece=1 window=300 batch=100
}

@test "under all faults, rules that are broken come to light" {
    for rule in R4 R5 R6 R7 R8 R9 R21; do
        expect 1 timeout 600 "$BIN/.t/raftchaos" 1 100 5 "break=$rule"
        says '^raftchaos: seed [0-9]*: broken'
    done
}

# --- Settings ------------------------------------------------------------------------------------------

@test "a setting that is wrong is named" {
    printf 'init n1 1 n1\n' >init
    for word in election=1 heartbeat=0 election=x prevote=maybe joint=sometimes reads=never break=R12 break=1 nothing=1 nothing \
        'election=10 heartbeat=10' 'reads=lease checkquorum=no' window=0 batch=99999999 piece=0 keep=-1; do
        # shellcheck disable=SC2086 # two words
        expect 2 raft $word <init
        says 'raft: '
    done
}
