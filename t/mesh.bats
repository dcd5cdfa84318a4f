# bats file_tags=slow
# shellcheck disable=SC2154 # $leader comes from the helpers
load lib/common
load lib/mesh

# Members of a mesh on this machine: one order of records, whatever happens to one of three.

teardown() {
    end_members
}

three() {
    members 3
    for i in 1 2 3; do begin $i; done
    eventually find_leader
}

@test "what any member is given comes out of all, in one order, once" {
    three
    for i in 1 2 3; do seq -f "n$i %g" 40 >"in$i"; done
    eventually has_lines 120 out1 out2 out3
    cmp out1 out2
    cmp out1 out3
    for i in 1 2 3; do seq -f "n$i %g" 40; done | sort >all
    sort out1 | cmp - all
    for i in 1 2 3; do grep "^n$i" out1 | cmp - <(seq -f "n$i %g" 40); done
}

@test "when the leader is killed the others go on; it comes back, and has all; once more when all are killed" {
    three
    first=$leader
    other=$((first % 3 + 1)) third=$(((first + 1) % 3 + 1))
    give "$other" one
    eventually has_lines 1 out1 out2 out3
    kill_member "$first"
    give "$other" two
    give "$third" three
    eventually has_lines 3 "out$other" "out$third"
    cmp "out$other" "out$third"
    rm "out$first"
    begin "$first"
    eventually has_lines 3 "out$first"
    cmp "out$first" "out$other"
    for i in 1 2 3; do
        kill_member $i
        mv out$i before$i
    done
    for i in 1 2 3; do begin $i; done
    give 1 four
    eventually has_lines 4 out1 out2 out3
    head -n 3 out1 | cmp - "before$other"
    cmp out1 out2
    cmp out1 out3
}

@test "every record that came out anywhere is there after all were killed in the middle" {
    three
    for i in 1 2 3; do { for ((n = 1; n < 100000; n++)); do echo "n$i $n" || exit; done >"in$i" 2>/dev/null; } & done
    writers=$(jobs -p | tail -n 3)
    eventually has_lines 2000 out1
    for i in 1 2 3; do kill -KILL "${MESH_PID[$i]}"; done
    # shellcheck disable=SC2086 # words
    kill $writers || : # their pipes have lost their readers: they may have ended already
    for i in 1 2 3; do wait "${MESH_PID[$i]}" 2>/dev/null || :; done
    most=$(for i in 1 2 3; do echo "$(grep -c . out$i) $i"; done | sort -n | tail -n 1)
    for i in 1 2 3; do
        head -n "$(grep -c '' out$i)" out$i >before$i
        rm -f in$i out$i
    done
    for i in 1 2 3; do begin $i; done
    give 1 last
    eventually grep -qx last out1
    for i in 1 2 3; do
        # the last line may have been cut by the kill
        sed '$d' before$i | cmp -n "$(sed '$d' before$i | wc -c)" - out1
    done
    [ "$(sort out1 | uniq -d | wc -l)" -eq 0 ]
    [ "${most% *}" -ge 2000 ]
}

@test "what was printed is printed again after a restart, unless -i or -r say otherwise; -x tells the indexes" {
    members 1
    begin 1 -x -r seen
    give 1 a b
    eventually has_lines 4 out1
    end_member 1
    sed -n 's/^[0-9]* n1:\([0-9]*\) 1$/\1/p' out1 >serials
    [ "$(sed -n 2p serials)" -eq $(($(sed -n 1p serials) + 1)) ]
    last=$(sed -n '3s/ .*//p' out1)
    grep -qx "index 0*$last" seen
    mv out1 first
    begin 1 -x -r seen
    give 1 c
    eventually has_lines 2 out1
    end_member 1
    head -n 1 out1 | grep -q " n1:$(($(sed -n 2p serials) + 1)) 1\$"
    sed -n 2p out1 | grep -qx c
    cat out1 >>first
    rm out1
    begin 1 -x
    eventually has_lines 6 out1
    cmp out1 first
    end_member 1
    rm out1
    begin 1 -i "$last"
    give 1 d
    eventually has_lines 2 out1
    printf '%s\n' c d | cmp - out1
    end_member 1
    echo 'no index' >seen
    expect 2 mesh -L -k n1.key -r seen members -- raft -d log1 </dev/null
    says '^mesh: seen: expected `index NUMBER'
}

@test "-o ends when all records are committed; SIGTERM ends it well; its counter loses no number" {
    members 1
    seq 300 | timeout 300 mesh -o -L -k n1.key members -- raft -d log >out
    seq 300 | cmp - out
    cut -d ' ' -f 2 n1.key.serial >before
    echo more | timeout 300 mesh -o -L -k n1.key members -- raft -d log | tail -n 1 | grep -qx more
    [ "$(cut -d ' ' -f 2 n1.key.serial)" -eq $(($(cat before) + 1)) ]
    cp n1.key.serial kept
    printf 'serial 5' >n1.key.serial
    expect 1 mesh -L -k n1.key members -- raft -d log </dev/null
    says 'n1.key.serial: expected `serial NUMBER'
    # a counter that went back is put right by what was committed
    echo 'serial 1' >n1.key.serial
    mv log log1
    begin 1
    eventually has_lines 301 out1
    give 1 again
    eventually has_lines 302 out1
    end_member 1
}

@test "records of the ledger's formats, and what is none is refused" {
    members 1
    keygen -s alice alice >/dev/null
    ledger-init -n demo -T 1700000000 -e 0 -t f alice 1000 >ledger
    chain=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    for n in 0 1; do txmake -c "$chain" -s $n -f "$(cut -d ' ' -f 2 alice.pub)" "$(cut -d ' ' -f 2 alice.pub)" 1; done |
        txsign -k alice.key >txs
    { sed -n 1p txs; echo 'tx of nobody'; cat ledger; sed -n 2p txs; printf 'tx torn'; } >in
    expect 1 timeout 300 mesh -o -x -k n1.key members -- raft -d log <in
    says '^stdin:2: tx'
    says '^stdin:[0-9]*: line: torn'
    grep -v ' n1:' "$out" | cmp - <(sed -n 1p txs; cat ledger; sed -n 2p txs)
    grep ' n1:' "$out" | cut -d ' ' -f 3 | tr '\n' ' ' | grep -qx "1 $(wc -l <ledger) 1 "
}

# Whether a condition holds a while after this command: it is lost if just then nobody leads.
commanded() { # WORDS CONDITION...
    find_leader && echo "$1" >"control$leader" && within 5 "${@:2}"
}

@test "a member is added, leads, and another is removed; a read is answered after what was committed" {
    members 4 1
    for i in 1 2 3 4; do begin $i; done
    eventually find_leader
    give 1 a
    eventually has_lines 1 out1 out2 out3
    eventually commanded 'member add n4' has_lines 1 out4
    eventually commanded 'transfer n4' grep -q '^mesh: leader [0-9]* n4$' told4
    echo 'member remove n1' >control4
    kill_member 2
    give 3 b c
    eventually has_lines 3 out3 out4
    cmp out3 out4
    echo read >control4
    eventually grep -q '^mesh: read 1: [0-9]*$' told4
    printf 'no\001word\n' >control4
    eventually grep -q '^control4: ' told4
    echo log >control4
    eventually grep -qE '^mesh: log saves [0-9]+ syncs [0-9]+$' told4
}

@test "a member that is too far behind gets the state that a command made, in place of the records" {
    MESH_SETTINGS+=(keep=5 -c 'cat' -N 20)
    three
    other=$((leader % 3 + 1)) third=$(((leader + 1) % 3 + 1))
    give "$other" first
    eventually has_lines 1 out1 out2 out3
    kill_member "$third"
    seq -f 'record %g' 300 >"in$leader"
    eventually has_lines 301 "out$leader" "out$other"
    eventually grep -q "^[0-9a-f]* [0-9]*+image [0-9]" "log$leader/log"
    rm "out$third"
    begin "$third" -x
    give "$other" last
    eventually grep -qx last "out$third"
    grep -q '^restore [0-9]* [0-9]*$' "out$third"
    grep -v '^restore \| n[1-3]:' "out$third" | cmp - "out$leader"
}

@test "a member that is stopped is missed by nobody, and catches up" {
    three
    other=$((leader % 3 + 1)) third=$(((leader + 1) % 3 + 1))
    kill -STOP "${MESH_PID[$leader]}"
    stopped=$leader
    give "$other" a
    give "$third" b
    eventually has_lines 2 "out$other" "out$third"
    kill -CONT "${MESH_PID[$stopped]}"
    eventually has_lines 2 "out$stopped"
    cmp "out$stopped" "out$other"
}

@test "a process of anybody's: ten lines of awk among three members" {
    members 3
    cat >tell.awk <<'END'
$1 == "propose" { body = ""; for (n = $3; n > 0; n--) { getline line; body = body line "\n" }
                  printf "send * %d\n%scommit %d %s %d\n%s", $3, body, ++index_, $2, $3, body }
$1 == "message" { body = ""; for (n = $3; n > 0; n--) { getline line; body = body line "\n" }
                  printf "commit %d %s:%d %d\n%s", ++index_, $2, ++heard, $3, body }
$1 == "step"    { print "done"; fflush() }
END
    tell=(awk)
    # mawk reads ahead, unless it is told not to
    ! awk -W version 2>&1 </dev/null | grep -q ^mawk || tell=(awk -W interactive)
    for i in 1 2 3; do
        mkfifo in$i
        mesh -v -L -k n$i.key members -- "${tell[@]}" -f tell.awk <>in$i >out$i 2>told$i 3>&- &
        MESH_PID[i]=$!
    done
    eventually all_met
    give 1 hello
    eventually has_lines 1 out1 out2 out3
    cat out1 out2 out3 | sort -u | grep -qx hello
}

all_met() {
    for i in 1 2 3; do [ "$(grep -c ': connected$' told$i)" -eq 2 ] || return 1; done
}

@test "strangers, other protocols and wrong keys at an address stay out" {
    three
    give 1 a
    eventually has_lines 1 out1 out2 out3
    # it dials n2, whose key is to be the larger one
    for ((n = 0; n < 100; n++)); do
        rm -f stranger.*
        keygen -s "stranger $n" stranger >/dev/null 2>&1
        [[ $(cut -d ' ' -f 2 stranger.pub) > $(cut -d ' ' -f 2 n2.pub) ]] || break
    done
    { grep -v ' n1$' members; echo "$(sed -n '1s/ .*//p' members | sed 's/1:7000$/9:7000/') $(cut -d ' ' -f 2 stranger.pub) n9"; } >theirs
    mkfifo quiet
    mesh -v -L -k stranger.key theirs -- raft -d theirs.d <>quiet >theirs.out 2>theirs.told 3>&- &
    MESH_PID[9]=$!
    eventually grep -q "its key is no member's" told2
    exec 8<>"/dev/tcp/$(sed -n '2s/:7000.*//p' members)/7000"
    printf 'message n1 1\nhello\n' >&8
    eventually grep -q 'the peer does not speak TLS\|the peer breaks TLS' told2
    gossip-send -c "$(printf '%064d' 0)" -t 1 "$(sed -n '2s/ .*//p' members)" </dev/null || :
    give 2 b
    eventually has_lines 2 out1 out2 out3
    [ ! -s theirs.out ]
}

@test "without descriptors it waits for some, instead of spinning" {
    command -v prlimit >/dev/null || skip 'prlimit is not here'
    members 1
    begin 1
    eventually grep -q '^mesh: leader ' told1
    soft=$(prlimit --noheadings -o SOFT --nofile --pid "${MESH_PID[1]}")
    free=0
    while [ -e "/proc/${MESH_PID[1]}/fd/$free" ]; do
        free=$((free + 1))
    done
    prlimit --pid "${MESH_PID[1]}" --nofile="$free:"
    exec 8<>"/dev/tcp/$(sed 's/:.*//' members)/7000"
    eventually grep -q 'no descriptors for more connections' told1
    kill -0 "${MESH_PID[1]}"
    prlimit --pid "${MESH_PID[1]}" --nofile="$soft:"
    [ "$(grep -c 'no descriptors' told1)" -lt 100 ]
    give 1 a
    eventually has_lines 1 out1
    echo 'no greeting' >&8
    eventually grep -q 'does not speak TLS\|breaks TLS' told1
}

@test "what is wrong is said, with the place and the status" {
    members 2
    expect 2 mesh members -- raft
    says '^mesh: -k KEY is missing'
    expect 2 mesh -k n1.key members
    says '^mesh: PROGRAM is missing: '
    expect 2 mesh -k nothere.key members -- raft
    expect 2 mesh -k n1.key nothere -- raft
    says '^mesh: nothere: No such file'
    keygen other >/dev/null
    expect 2 mesh -k other.key members -- raft
    says '^mesh: members: no member has the key of other.key'
    expect 2 mesh -b nowhere -k n1.key members -- raft -d log
    says '^mesh: -b: address: '
    expect 2 mesh -k n1.key members -- ./no-such-program </dev/null
    says '^mesh: cannot run ./no-such-program: No such file'
    expect 2 mesh -k n1.key members -- false </dev/null
    says '^mesh: false has ended'
    expect 1 mesh -k n1.key members -- echo vote </dev/null
    says "^mesh: echo: line 1 of its output: 'vote' is no output"
    expect 1 mesh -k n1.key members -- sh -c 'echo forget; cat >/dev/null' </dev/null
    says 'it puts out .forget., but must keep its log itself'
    : >file
    expect 2 mesh -k n1.key -C file members -- raft -d log </dev/null
    says '^mesh: file: not a FIFO'
    key=$(cut -d ' ' -f 2 other.pub)
    bad() { # LINE WORDS
        { cat members; echo "$1"; } >wrong
        expect 1 mesh -k n1.key wrong -- raft -d log </dev/null
        says "^mesh: wrong:3: $2"
    }
    bad 127.0.0.1:7000 'its key is missing'
    bad "127.0.0.1:7000 $key -n" "'-n' is no name of a node"
    bad "127.0.0.1:7000 $key n3 sooner" 'expected HOST:PORT KEY NAME'
    bad "127.0.0.1:7000 $key n1" 'n1: two members with one key, or one name'
    bad "127.0.0.1 $key n3" 'address: '
    bad "127.0.0.1:7000 ${key%?} n3" 'peers: key'
    members 1
    echo a >in
    expect 2 bash -c 'mesh -o -L -k n1.key members -- raft -d log <in >/dev/full'
    says '^mesh: stdout: '
}

@test "raft, paxos and pbft: statuses, /dev/full, and a reader that leaves" {
    for engine in raft paxos pbft; do
        printf '%s\n' 'init n1 1 n1' 'time 0' step >in
        expect 0 $engine -d $engine.d <in
        grep -qx 'done' "$out"
        expect 1 $engine -d $engine.d <<<'vote'
        says "^$engine: stdin:1: 'vote' is no event"
        expect 2 $engine noise=1 <in
        says "^$engine: .*noise"
        expect 2 $engine -c cat <in
        says "^$engine: -c needs -d"
        expect 2 bash -c "$engine -d $engine.d <in >/dev/full"
        says "^$engine: stdout: "
        # a pipe that nobody reads any more
        [ -p left ] || mkfifo left
        expect 141 bash -c "exec 5<>left 6>left 5<&-; exec $engine -d $engine.e <in >&6"
        : >$engine.d/log
        expect 1 $engine -d $engine.d <in
        says "^$engine: $engine.d/log: it does not begin with 'log $engine n1'"
    done
}
