load lib/common
load lib/paxos

# A node of paxos by itself: what it forwards, batches and sends again; reads, snapshots, learners, the one value; and what
# it refuses.

# n1 of three leads in round 1, and n2 has promised.
leads() {
    printf '%s\n' 'restart 0' 'saved 1' 'command campaign' 'saved 2' 'n2: promise 1 n1 0 0'
}

@test "a proposal is sent to the others at once, committed after one more and the own disk, and then told" {
    { leads && cat; } <<'END' | talk 3 new=yes
propose n1:1 2 | a | b
saved 3
n2: accepted 1 n1 1 1 1 0
n3: accepted 1 n1 1 1 1 0
END
    has '6 send \* accept 1 n1 1 0 1 3'
    has '6 save 3 accept 1 n1 1 0 1 3'
    lacks '7 .*commit.*'
    has '8 commit 1 n1:1 2 a'
    has '8 send \* accept 1 n1 2 1 2 0'
    [ "$(grep -c ' commit ' talked)" -eq 1 ]
}

@test "two others' disks are enough: a leader does not wait for its own" {
    { leads && cat; } <<'END' | talk 3 new=yes
propose n1:1 1 | a
n2: accepted 1 n1 1 1 1 0
n3: accepted 1 n1 1 1 1 0
END
    lacks '7 commit .*'
    has '8 commit 1 n1:1 1 a'
}

@test "what comes while the pipeline is full goes into one message" {
    { leads && cat; } <<'END' | talk 3 new=yes pipeline=1 batch=3
propose n1:1 1 | a
propose n1:2 1 | b
n3: forward 6 | n3:1 1 | c | n3:1 1 | c | n3:2 1 | d
saved 3
n2: accepted 1 n1 1 1 1 0
saved 4
n2: accepted 1 n1 2 3 1 0
END
    lacks '[78] send .*'
    has '10 send \* accept 1 n1 2 1 1 6'
    has '12 commit 4 n3:2 1 d'
    lacks '.* commit 5 .*'
    { leads && cat; } <<'END' | talk 3 new=yes window=2
propose n1:1 1 | a
propose n1:2 1 | b
propose n1:3 1 | c
saved 4
n2: accepted 1 n1 1 1 1 0
END
    lacks '8 send .*'
    has '10 send \* accept 1 n1 3 1 1 2'
}

@test "what was not accepted is sent again; without a majority's answers a leader steps down" {
    { leads && cat; } <<'END' | talk 3 new=yes
propose n1:1 1 | a
time 50 | timer
time 100 | timer
time 300 | timer
END
    has '7 send \* accept 1 n1 2 0 2 0'
    lacks '7 send \* accept 1 n1 1 .*'
    has '8 send \* accept 1 n1 1 0 2 2'
    has '9 event follower 1'
}

@test "a follower forwards, and again after a while, until it is committed" {
    cat <<'END' | talk 3 new=yes
restart 0
saved 1
propose n1:1 1 | a
n2: accept 1 n2 1 0 1 0
propose n1:2 1 | b
propose n1:2 1 | b
time 200
n2: accept 1 n2 1 0 2 0
time 300 | timer
n2: accept 1 n2 1 0 3 2 | n1:1 1 | a
saved 2
n2: accept 1 n2 2 1 4 0
time 400
n2: accept 1 n2 2 1 5 0
time 500
n2: accept 1 n2 2 1 6 0
time 600 | timer
END
    lacks '3 send .*'
    has '4 send n2 forward 2'
    has '5 send n2 forward 2'
    lacks '6 send .*'
    lacks '8 send n2 forward .*'
    has '9 send n2 forward 4'
    has '12 commit 1 n1:1 1 a'
    has '17 send n2 forward 2'
}

@test "reads: the leader waits for a majority's answer to a heartbeat that began after the read" {
    { leads && cat; } <<'END' | talk 3 new=yes
read 1
n2: accepted 1 n1 1 0 1 0
n2: accepted 1 n1 1 0 2 0
read 2
read 3
n2: accepted 1 n1 1 0 3 0
n3: accepted 1 n1 1 0 4 0
n2: read 77 5 0
n3: accepted 1 n1 1 0 5 0
END
    has '6 send \* accept 1 n1 1 0 2 0'
    lacks '7 answer .*'
    has '8 answer 1 0'
    has '11 answer 2 0'
    lacks '11 answer 3 .*'
    has '12 answer 3 0'
    has '14 send n2 readat 77 5 1 0'
}

@test "reads: a follower asks the leader, and answers when it has put out as much; without a leader: later" {
    cat <<'END' | talk 3 new=yes
restart 0
read 1
n2: accept 1 n2 1 0 1 0
read 2
END
    has '2 answer 1 later'
    nonce=$(awk '$4 == "read" { print $5 }' talked)
    has "4 send n2 read $nonce 1 0"
    cat <<END | talk 3 new=yes
restart 0
n2: accept 1 n2 1 0 1 0
read 2
n2: readat $((nonce + 1)) 1 1 0
n2: readat $nonce 1 2 0
n2: chosen 1 1 2 | n2:1 1 | a
read 3
n2: readat $nonce 2 0 0
read 4
time 400 | timer
END
    lacks '[45] answer .*'
    has '6 commit 1 n2:1 1 a'
    has '6 answer 2 1'
    has '8 answer 3 later'
    has '10 answer 4 later'
}

@test "reads: a new leader answers none before all that was reported is chosen" {
    cat <<'END' | talk 3 new=yes
restart 0
saved 1
command campaign
saved 2
n2: promise 1 n1 0 2 | 1 1 n2 n2:1 1 | a
read 1
n2: accepted 1 n1 1 0 2 0
saved 3
n2: accepted 1 n1 1 1 2 0
END
    lacks '[78] answer .*'
    has '9 commit 1 n2:1 1 a'
    has '9 answer 1 1'
}

chosen_three() {
    printf '%s\n' 'restart 0' 'n2: chosen 1 3 6 | n2:1 1 | a | n3:1 1 | b | n2:3 1 | c' 'n2: accept 4 n2 4 3 1 2 | n2:4 1 | d'
}

@test "a snapshot takes the place of the log; the promise and what is above stay, and a start goes on from it" {
    { chosen_three && printf '%s\n' 'saved 3' 'snapshot 2 1 | state' 'snapshot 2 1 | again' 'snapshot 9 1 | ahead'; } | talk 3 new=yes
    has '5 forget'
    for save in '4 born 3' '5 snapshot 2 2 3' '6 promised 4 n2 0' '7 chosen 3 3 2' '8 accept 4 n2 4 0 0 2'; do
        has "5 save $save"
    done
    lacks '[67] .*'
    awk '/^forget/ { on = 1 } on && /^save/ { n = $3; next } on && n-- > 0' talk.out >kept
    { echo "restart $(wc -l <kept)" && cat kept; } | paste -s -d '|' >start
    { cat start && printf '%s\n' 'n3: prepare 3 n3 1 0' 'n3: fetch 1 0' 'n3: fetch 3 0' 'n2: forward 2 | n2:1 1 | a'; } | talk 3
    has '1 restore 2 state'
    has '1 commit 3 n2:3 1 c'
    lacks '1 commit 4 .*'
    has '2 send n3 reject 4 n2 0'
    has '3 send n3 snapshot 2 2 3'
    has '4 send n3 chosen 3 3 2'
}

@test "a node too far back gets the state, and what is above it; an older state changes nothing" {
    cat <<'END' | talk 3 new=yes
restart 0
n2: accept 1 n2 7 6 1 0
n2: snapshot 6 2 3 | n1 1-2 | n2 1-3 | state
n2: snapshot 5 0 1 | old
propose n1:2 1 | known
propose n1:3 1 | new
n2: chosen 7 7 2 | n2:3 1 | twice
END
    has '2 send n2 fetch 1 0'
    has '3 restore 6 state'
    has '3 forget'
    has '3 save 3 snapshot 6 2 3'
    lacks '[45] .*'
    has '6 send n2 forward 2'
    lacks '7 commit .*'
}

@test "a node that is no member learns, and sends its proposals to one" {
    {
        printf '%s\n' 'init n9 7 n1 n2 n3' 'time 0' 'restart 0' step timer step 'message n1 3' 'chosen 1 1 2' 'n1:1 1' a step \
            'propose n9:1 1' b step 'message n2 1' 'prepare 4 n2 1 0' step 'command campaign' step
    } | paxos >out
    [ "$(grep -c '^fetch 1 0$' out)" -ge 1 ]
    grep -A 1 -Fx 'commit 1 n1:1 1' out | grep -Fxq a
    grep -A 1 -Fx 'forward 2' out | grep -Fxq 'n9:1 1'
    ! grep -Eq '^(promise|prepare) ' out || false
    grep -Fxq 'event refused campaign' out
    printf '%s\n' 'restart 0' 'n2: accept 1 n2 1 0 1 0' 'n9: forward 2 | n9:1 1 | b' 'n9: prepare 8 n9 1 0' 'n9: fetch 1 0' |
        talk 3 new=yes
    has '3 send n2 forward 2'
    has '4 event reject prepare n9'
}

@test "single: one value, whoever proposes what" {
    { leads && cat; } <<'END' | talk 3 new=yes single=yes
propose n1:1 1 | a
propose n1:2 1 | b
saved 3
n2: accepted 1 n1 1 1 1 0
propose n1:3 1 | c
END
    has '9 commit 1 n1:1 1 a'
    has '9 event decided'
    lacks '.* accept 1 n1 2 0 .*'
    lacks '10 .*'
}

@test "a node between a leader and others that do not hear it stands itself" {
    cat <<'END' | talk 5 new=yes
restart 0
n2: accept 1 n2 1 0 1 0
n3: prepare 2 n3 1 0
n3: prepare 3 n3 1 0
n3: prepare 4 n3 1 0
n4: prepare 5 n4 1 0
END
    lacks '[345] .*'
    has '6 event candidate 2'
}

@test "what was promised by a leader to another ends its ballot; its clients' proposals go to the next" {
    { leads && cat; } <<'END' | talk 3 new=yes
propose n1:1 1 | a
n3: reject 5 n3 0
n3: accept 5 n3 1 0 1 0
END
    has '7 event follower 1'
    has '8 send n3 forward 2'
}

@test "a setting that is wrong is named" {
    refuse() { # SETTING WORDS
        printf '%s\n' 'init n1 7 n1' 'time 0' 'restart 0' step >in
        run_apart paxos "$1" <in
        [ "$status" -ne 0 ]
        says "$2"
    }
    refuse election=0 'paxos: election is a number from 1 to 3600000'
    refuse heartbeat=1x 'paxos: heartbeat is a number'
    refuse heartbeat=150 'paxos: heartbeat is not below election'
    refuse batch=4097 'paxos: batch is a number from 1 to 4096'
    refuse pipeline=65 'paxos: pipeline is a number from 1 to 64'
    refuse window=0 'paxos: window is a number from 1 to 65536'
    refuse single=maybe 'paxos: single is yes or no'
    refuse lease=yes "paxos: there is no setting 'lease'"
    refuse election "paxos: 'election' is no setting NAME=VALUE"
    refuse break=P14 'paxos: break is one of P1 to P13'
}

# malformed LINES WORDS: a message of these lines is not taken, and the log that has them is refused.
malformed() {
    { printf '%s\n' 'init n1 7 n1 n2 n3' 'time 0' 'restart 1' && echo "${1%%|*}" && echo step; } >in
    printf '%b' "${1//|/\\n}\n" >lines
    { printf '%s\n' 'init n1 7 n1 n2 n3' 'time 0' "restart $(wc -l <lines)" && cat lines && echo step; } >in
    run_apart paxos <in
    [ "$status" -eq 1 ] || { echo "taken: $1" && return 1; }
    says "$2"
}

@test "a log that is no log of paxos stops the node, with the rule" {
    malformed 'promise 1' 'paxos: a ballot has no node'
    malformed 'hello 1' 'begins with none of its words'
    malformed 'promised x n2 0' "a ballot's round is no number"
    malformed 'promised 9223372036854775807 n2 0' "a ballot's round is no number"
    malformed 'promised 1 n2' 'number of lines that follow is missing'
    malformed 'promised 1 n2 0 ' 'number of lines that follow is missing'
    malformed 'promised 1 n2 1|a' 'promised has no lines'
    malformed 'promised 1 -n2 0' 'is no name of a node'
    malformed 'accept 1 n2 1 0 0 2|n2:1 1' 'accept is cut short'
    malformed 'accept 1 n2 1 0 0 1|n2:1 1' 'lacks some'
    malformed 'accept 1 n2 1 0 0 2|n2:0 1|a' 'an id is not NAME:SERIAL'
    malformed 'accept 1 n2 1 0 0 2|- 1|a' 'a no-op has lines'
    malformed 'accept 1 n2 1 0 0 1|n2:1 99999999999' 'lacks some'
    malformed 'accept 1 n2 4611686018427387904 0 0 1|- 0' 'goes from slot 0 on to slot 4611686018427387904'
    malformed 'accept 1 n2 0 0 0 1|- 0' 'on to slot 0'
    malformed 'snapshot 3 2 2|n1 1-2|n1 3-4' 'a client is named twice'
    malformed 'snapshot 3 1 1|n1 4-2' 'no range FIRST-LAST'
    malformed 'snapshot 3 1 1|n1 1-2 3-4' 'not in order, or touch'
    malformed 'snapshot 3 2 1|n1 1-2' "a snapshot's clients are missing"
    malformed 'born 1|n1' "a member's line is not NAME NUMBER"
    malformed 'read 1 1 0' 'a message that is never saved'
}
