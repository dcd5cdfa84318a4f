load lib/common
load lib/paxos

# Paxos: its rules P1 to P13, each by the words of process(7), and each with a mutant that breaks it (break=Pn);
# random runs (t/lib/paxostest.c), every order of messages (t/lib/paxosexplore.c), and netsim.

TEST=$BIN/.t/paxostest
EXPLORE=$BIN/.t/paxosexplore

# --- The rules ------------------------------------------------------------------------------------

p1() { # [SETTING]
    talk 3 new=yes "$@" <<'END'
restart 0
saved 1
n2: prepare 1 n2 1 0
saved 2
n2: accept 1 n2 1 0 0 2 | n2:1 1 | a
saved 3
END
}

@test "P1: a promise and an acceptance are on disk before they are told" {
    p1
    has '3 save 2 promised 1 n2 0'
    lacks '3 send n2 promise .*'
    has '4 send n2 promise 1 n2 0 0'
    has '5 save 3 accept 1 n2 1 0 0 2'
    lacks '5 send n2 accepted .*'
    has '6 send n2 accepted 1 n2 1 1 0 0'
    p1 break=P1
    has '3 send n2 promise .*'
    has '5 send n2 accepted .*'
}

p2() { # [SETTING]
    talk 3 new=yes sticky=no "$@" <<'END'
restart 0
n2: accept 5 n2 1 0 0 2 | n2:1 1 | a
n3: prepare 3 n3 1 0
saved 9
END
}

@test "P2: whoever accepts a ballot has promised it" {
    p2
    has '3 send n3 reject 5 n2 0'
    lacks '.* send n3 promise .*'
    p2 break=P2
    has '4 send n3 promise 3 n3 0 2'
}

p3() { # [SETTING]
    talk 3 new=yes "$@" <<'END'
restart 0
n2: prepare 2 n2 1 0
n3: accept 4 n3 1 0 0 2 | n2:1 1 | a
saved 9
END
}

@test "P3: a ballot above the promised one is accepted" {
    p3
    has '4 send n3 accepted 4 n3 1 1 0 0'
    p3 break=P3
    has '3 send n3 reject 2 n2 0'
}

p4() { # [SETTING]
    talk 5 new=yes "$@" <<'END'
restart 0
saved 1
command campaign
saved 2
n2: promise 1 n1 0 2 | 1 1 n2 n2:1 1 | a
n3: promise 1 n1 0 2 | 1 2 n3 n3:1 1 | b
END
}

@test "P4: the value with the highest ballot that is reported is proposed" {
    p4
    has '6 send \* accept 1 n1 1 0 0 2'
    [ "$(grep -A 2 '^accept 1 n1 1' talk.out | sed -n 2,3p | paste -s -d ' ')" = 'n3:1 1 b' ]
    p4 break=P4
    [ "$(grep -A 2 '^accept 1 n1 1' talk.out | sed -n 2,3p | paste -s -d ' ')" = 'n2:1 1 a' ]
}

@test "P5: a node that starts again uses a higher round, as its own is on disk before others hear it" {
    talk 3 new=yes <<'END'
restart 0
saved 1
command campaign
saved 2
END
    has '3 save 2 promised 1 n1 0'
    lacks '3 send \* prepare .*'
    has '4 send \* prepare 1 n1 1 0'
    printf '%s\n' 'restart 5 | born 3 | n1 0 | n2 0 | n3 0 | promised 7 n1 0' 'command campaign' 'saved 1' | talk 3
    has '3 send \* prepare 8 n1 1 0'
    printf '%s\n' 'restart 5 | born 3 | n1 0 | n2 0 | n3 0 | promised 7 n1 0' 'command campaign' 'saved 1' | talk 3 break=P5
    has '2 send \* prepare 1 n1 1 0'
}

p6() { # [SETTING]
    talk 3 new=yes "$@" <<'END'
restart 0
n2: prepare 3 n2 1 0
n3: prepare 3 n3 1 0
n2: prepare 3 n2 1 0
saved 9
END
}

@test "P6: two nodes' ballots of one round are two, in the order of their names" {
    p6
    has '4 send n2 reject 3 n3 0'
    has '5 send n3 promise 3 n3 0 0'
    p6 break=P6
    lacks '.* reject .*'
}

p7() { # [SETTING]
    talk 5 new=yes "$@" <<'END'
restart 0
saved 1
command campaign
saved 2
command campaign
saved 3
n2: promise 2 n1 0 0
n2: promise 2 n1 0 0
n3: promise 1 n1 0 0
n4: promise 2 n1 0 0
END
}

@test "P7: a promise counts once, and for its ballot" {
    p7
    has '10 event leader 2 n1'
    p7 break=P7
    has '8 event leader 2 n1'
}

p8() { # [SETTING]
    talk 3 new=yes batch=1 "$@" <<'END'
restart 0
saved 1
command campaign
saved 2
n2: promise 1 n1 0 4 | 1 1 n2 n2:1 1 | a | 3 1 n2 n2:3 1 | c
propose n1:1 1 | new
END
}

accepts() { # SLOT ID COUNT [LINE]
    local slot=${1%% *}
    awk -v slot="$slot" '
        lines-- > 0 { text = text " " $0; next }
        text != ""  { print text; text = "" }
        $1 == "accept" && $4 == slot && $7 > 0 { text = slot; lines = $7 }' talk.out | grep -Fxq -e "$1" ||
        { echo "does not accept: $1" && cat talk.out && return 1; }
}

@test "P8: a new leader proposes again what was reported, a no-op in each gap, and then what is new" {
    p8
    accepts '1 n2:1 1 a'
    accepts '2 - 0'
    accepts '3 n2:3 1 c'
    accepts '4 n1:1 1 new'
    p8 break=P8
    accepts '2 n1:1 1 new'
}

p9() { # [SETTING]
    talk 3 new=yes "$@" <<'END'
restart 0
saved 1
n2: accept 1 n2 1 0 0 2 | n2:1 1 | a
n3: accept 2 n3 2 1 0 0
n3: chosen 1 1 2 | n3:1 1 | b
END
}

@test "P9: a learner takes a value for chosen only in the ballot that says so, and keeps it" {
    p9
    lacks '4 commit .*'
    has '4 send n3 fetch 1 0'
    has '5 commit 1 n3:1 1 b'
    p9 break=P9
    has '4 commit 1 n2:1 1 a'
    has '5 event conflict 1'
}

@test "P10: a node without a log asks all others before it votes; if it has lost its disk, it recovers first" {
    talk 3 <<'END'
restart 0
saved 1
n2: prepare 1 n2 1 0
END
    nonce=$(awk '$3 == "*" && $4 == "ask" { print $5; exit }' talked)
    has "2 send \* ask $nonce 0"
    lacks '3 send .*'
    talk 3 <<END
restart 0
saved 1
n2: answer $nonce 0 yes 11 0
n3: answer $nonce 0 yes 12 0
END
    has '4 event born'
    lacks '.* event lost'
    talk 3 sticky=no <<END
restart 0
saved 1
n2: answer $((nonce + 1)) 4 no 11 0
n2: answer $nonce 4 no 11 0
n3: answer $nonce 6 yes 12 0
n2: promise 7 n1 0 2 | 1 4 n2 n2:1 1 | a
n2: promise 7 n1 0 0
n3: promise 7 n1 0 2 | 1 6 n3 n3:1 1 | b
n2: prepare 6 n2 1 0
END
    has '5 send \* prepare 7 n1 1 0'
    lacks '[67] event .*'
    has '8 event recovered 7'
    has '8 forget'
    has '8 save 2 born 3'
    has '8 save 3 promised 7 n1 0'
    has '8 save 4 accept 6 n3 1 0 0 2'
    has '9 send n2 reject 7 n1 0'
    printf '%s\n' 'restart 0' 'n2: prepare 1 n2 1 0' 'saved 2' | talk 3 break=P10
    has '3 send n2 promise 1 n2 0 0'
}

deadlines() { # [SETTING]
    for seed in 1 2 3 4 5 6 7 8; do
        printf '%s\n' "init n1 $seed n1 n2 n3" 'time 0' 'restart 0' step 'command campaign' step | paxos new=yes "$@" |
            awk '$1 == "deadline" { last = $2 } END { print last }'
    done
}

@test "P11: who duels backs off by a random time, at least the election time-out, and less than twice that at first" {
    [ "$(deadlines | sort -u | wc -l)" -ge 6 ]
    deadlines | awk '$1 < 150 || $1 >= 300 { exit bad = 1 } END { exit bad }'
    [ "$(deadlines break=P11 | sort -u | wc -l)" -eq 1 ]
}

p12() { # [SETTING]
    talk 3 new=yes sticky=no "$@" <<'END'
restart 0
n2: accept 1 n2 1 0 0 2 | n2:1 1 | a
n3: prepare 5 n3 1 0
n2: prepare 6 n2 1 0
saved 9
END
}

@test "P12: what was promised does not change the ballot in which a value was accepted" {
    p12
    grep -A 1 -Fx 'promise 6 n2 0 2' talk.out | grep -Fxq '1 1 n2 n2:1 1'
    p12 break=P12
    ! grep -A 1 -Fx 'promise 6 n2 0 2' talk.out | grep -Fxq '1 1 n2 n2:1 1' || false
}

p13() { # [SETTING]
    printf '%s\n' 'restart 0' 'n2: chosen 1 3 6 | n2:7 1 | a | n2:7 1 | a | n3:1 1 | b' | talk 3 new=yes "$@"
}

@test "P13: a proposal that is chosen in two slots is put out once" {
    p13
    has '2 commit 1 n2:7 1 a'
    lacks '2 commit 2 .*'
    has '2 commit 3 n3:1 1 b'
    p13 break=P13
    has '2 commit 2 n2:7 1 a'
}

# --- Every order of messages ------------------------------------------------------------------------

# CAMPAIGNS: of n1 and of n2. lose=WORD: these messages are always lost. (Without forwards and fetches, proposals stay
# where they were made, and what is chosen is learnt from the leader alone.)
explore() { # CAMPAIGNS CRASHES STATES DEPTH [WORD...]
    run_apart timeout 600 "$EXPLORE" "${@:1:4}" single=yes "${@:5}"
    echo "# $* : $(head -n 1 "$out")" >&3
}

all_of() { # CAMPAIGNS CRASHES [WORD...]: none of all states is broken
    explore "$1" "$2" 3000000 1000 "${@:3}"
    [ "$status" -eq 0 ]
    grep -Eq '^[0-9]{4,} states, .*, all, ' "$out"
}

@test "three acceptors and two proposers: every order, loss and duplicate of all messages of a campaign each" {
    all_of 11 0
    all_of 21 0 lose=forward lose=fetch lose=reject
    all_of 22 0 lose=forward lose=fetch lose=reject lose=accepted
    all_of 10 0 lose=forward lose=fetch lose=reject lose=accepted wipe
    all_of 11 0 single=no lose=fetch lose=reject
}

# bats test_tags=thorough
@test "the same with three campaigns; with a lost disk; and with a crash at any time, to a depth of 15" {
    all_of 21 0 lose=forward lose=fetch
    all_of 11 0 single=no
    all_of 11 0 lose=forward lose=fetch lose=reject lose=accepted wipe
    explore 11 1 3000000 15 lose=forward lose=fetch lose=reject
    [ "$status" -eq 0 ]
    grep -Eq ', depth 15, ' "$out"
}

found() { # RULE CAMPAIGNS CRASHES [WORD...]
    explore "$2" "$3" 1000000 1000 "break=$1" lose=forward lose=fetch lose=reject "${@:4}"
    [ "$status" -eq 1 ]
    [ "$(tail -n 1 "$out")" = 'two values in one slot' ]
}

@test "the search finds each broken rule that three acceptors and two proposers can show" {
    found P4 21 0 lose=accepted
    found P6 11 0 lose=accepted
    found P7 21 0 lose=accepted prune=no
    found P9 11 0
    found P10 11 0 lose=accepted wipe
    found P12 21 0 lose=accepted
}

# bats test_tags=thorough
@test "the search finds what a crash shows: P1 and P5" {
    found P1 11 1
    found P5 11 1 lose=accepted
}

# --- Random runs ------------------------------------------------------------------------------------

@test "one value a slot, each proposal once, no stale read, and an end after the faults: random runs" {
    for nodes in 1 2 3 4 5; do
        expect 0 "$TEST" random 1 20 $nodes
        grep -Eq '^20 seeds, [1-9][0-9]* slots, 0 broken$' "$out"
    done
}

# bats test_tags=thorough
@test "random runs, 1,000 seeds of 3 and of 5 nodes, also where all duel" {
    for nodes in 3 5; do
        expect 0 "$TEST" random 1001 2000 $nodes
        expect 0 "$TEST" random 1001 2000 $nodes sticky=no election=20 heartbeat=9
    done
}

# Nodes that duel all the time, under all faults.
duel() { # NODES SEEDS [WORD...]
    timeout 600 netsim -q -m -n "$1" -s "1-$2" -f all -e 'snapshot 30' -e 'clients 4' -e 'keys 2' -e 'think uniform 5 40' \
        -t 4000 "${@:3}"
}

@test "netsim: all faults, and registers that are linearizable" {
    expect 0 netsim -q -s 1-20 "$ROOT/t/scenarios/raft-faults.scenario" paxos
    expect 0 duel 3 20 paxos sticky=no election=30 heartbeat=14
}

# bats test_tags=thorough
@test "netsim: 1,000 seeds" {
    expect 0 netsim -q -s 1-1000 "$ROOT/t/scenarios/raft-faults.scenario" paxos
    expect 0 duel 5 1000 paxos sticky=no election=30 heartbeat=14
    expect 0 duel 5 1000 -p 'order once linearizable' -f 'wipe every 2500 for 100 500' paxos sticky=no election=30 heartbeat=14
}

# caught RULE NODES SEEDS [WORD...]: the mutant breaks a property in some of these seeds.
caught() {
    run_apart duel "$2" "$3" "${@:4}" paxos sticky=no election=30 heartbeat=14 "break=$1"
    echo "# $1: first by seed $(grep -v '^seeds' "$out" | sort -n | head -n 1); $(tail -n 1 "$out")" >&3
    [ "$status" -eq 1 ]
}

@test "netsim catches what is soon seen: P4, P6, P8 and P9" {
    for rule in P4 P6 P8 P9; do
        caught $rule 5 100 -p 'order once'
    done
}

# bats test_tags=thorough
@test "netsim catches the others that it can: P1, P7, P10, P11, P12, P13" {
    caught P7 5 1000 -p 'order once'
    caught P10 5 2000 -p 'order once' -f 'wipe every 2500 for 100 500'
    caught P11 5 400
    caught P12 5 1500 -p 'order once'
    caught P13 5 2000 -p 'order once'
    caught P1 3 50 -p 'order once' -D 'uniform 10 100' -f 'crash every 250 for 10 100'
}
