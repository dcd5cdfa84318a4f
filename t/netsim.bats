load lib/common

# netsim: nodes in virtual time. t/scenarios has scenarios that other tests run as well.

SCENARIOS=$ROOT/t/scenarios

# What a trace says with this word, without the time.
of() { # WORD TRACE
    awk -v word="$1" '$2 == word' "$2"
}

# --- A run ----------------------------------------------------------------------------------------

@test "a run: one leader, commits in one order, a history, and a result" {
    expect 0 netsim -n 5 -s 7 raft
    cp "$out" trace
    [ "$(of start trace | wc -l)" -eq 5 ]
    [ "$(of event trace | awk '$4 == "leader"' | wc -l)" -ge 1 ]
    [ "$(of commit trace | awk '{ print $4, $5 }' | sort -u | awk '{ print $1 }' | uniq -d | wc -l)" -eq 0 ]
    [ "$(of invoke trace | wc -l)" -ge 10 ]
    [ "$(of invoke trace | wc -l)" -eq "$(grep -Ec '^[0-9]+ (ok|fail|refuse|info) ' trace)" ] ||
        [ "$(of result trace | wc -l)" -eq 1 ]
    [ "$(tail -n 1 trace | cut -d ' ' -f 2-)" = 'result held' ]
}

@test "every message that arrives was sent before, and one is lost only for a reason" {
    expect 0 netsim -n 5 -s 3 -f all raft
    awk '
        $2 == "send" { sent[$5] = $3 " " $4; next }
        $2 == "dup"  { sent[$6] = $3 " " $4; next }
        $2 == "recv" { if (sent[$5] != $4 " " $3) exit wrong = 1; next }
        $2 == "drop" { if (sent[$5] != $3 " " $4 || $6 !~ /^(loss|partition|clog|down)$/) exit wrong = 1; why[$6]++ }
        END { exit wrong || !why["loss"] || !why["partition"] }' "$out"
}

@test "the same seed and statements give the same trace, which its first line makes again" {
    netsim -s 5 -f all -c 3 "$SCENARIOS/raft-faults.scenario" raft >one
    netsim -s 5 -f all -c 3 "$SCENARIOS/raft-faults.scenario" raft >two
    cmp one two
    netsim -s 6 -f all -c 3 "$SCENARIOS/raft-faults.scenario" raft >other
    ! cmp -s one other || false
    sed -n '1s/^# //p' one | sh >again
    cmp one again
    netsim -n 3 -s 2 -e "at 900 propose n1 it's \$HOME" raft >quoted
    grep -q "n1:[0-9]* it's \$HOME$" quoted
    sed -n '1s/^# //p' quoted | sh | cmp - quoted
}

@test "a new kind of fault moves nothing else: the others are drawn at the same times" {
    kinds='crash|restart|skew'
    netsim -n 5 -s 4 -f crash -f skew -m raft | grep -E "^[0-9]+ ($kinds) " >few
    netsim -n 5 -s 4 -f crash -f skew -f 'omit every 500' -L 1% -m raft | grep -E "^[0-9]+ ($kinds) " >many
    [ "$(grep -c ' crash ' few)" -ge 1 ]
    cmp <(awk '{ print $1, $2 }' few) <(awk '{ print $1, $2 }' many)
}

# --- Faults ---------------------------------------------------------------------------------------

@test "each kind of fault does what it is for" {
    run='netsim -n 3 -s 7 -t 3000'
    $run -a '1000 isolate n1 for 500' raft >trace
    awk '$2 == "recv" && $1 > 1000 && $1 < 1500 && ($3 == "n1" || $4 == "n1")' trace >through
    [ ! -s through ]
    awk '$2 == "recv" && $1 > 1500 && $3 == "n1"' trace | grep -q .
    $run -a '1000 omit n3 n1 for 500' raft >trace
    [ -z "$(awk '$2 == "recv" && $1 > 1000 && $1 < 1500 && $4 == "n3" && $3 == "n1"' trace)" ]
    awk '$2 == "recv" && $1 > 1000 && $1 < 1500 && $4 == "n1" && $3 == "n3"' trace | grep -q .
    $run -a '1000 asymmetric n1 / n2 n3 for 500' raft >trace
    [ -z "$(awk '$2 == "recv" && $1 > 1000 && $1 < 1500 && $3 == "n1"' trace)" ]
    awk '$2 == "recv" && $1 > 1000 && $1 < 1500 && $4 == "n1"' trace | grep -q .
    $run -a '1000 bridge n2' -a '1600 heal' raft >trace
    [ "$(of partition trace | tr ' ' '\n' | grep -c n2)" -eq 2 ]
    grep -q '^1600 heal partition' trace
    $run -a '1000 clog n1 n2 for 500' -a '1000 clog n1 n3 for 500' raft >trace
    [ -z "$(awk '$2 == "recv" && $1 > 1000 && $1 < 1500 && $4 == "n1"' trace)" ]
    [ "$(awk '$2 == "recv" && $1 == 1500 && $4 == "n1"' trace | wc -l)" -ge 2 ]
    $run -a '1000 pause n1 for 500' raft >trace
    [ -z "$(awk '$2 ~ /^(send|event)$/ && $1 > 1000 && $1 < 1500 && $3 == "n1"' trace)" ]
    grep -q '^1500 resume n1' trace
    $run -a '1000 crash n1 for 500' raft >trace
    [ -z "$(awk '$2 ~ /^(send|event|recv)$/ && $1 > 1000 && $1 < 1500 && $3 == "n1"' trace)" ]
    grep -q '^1500 restart n1' trace
    $run -a '1000 skew n1 5000' raft | grep -q '^1000 skew n1 5000'
}

@test "what no sync covered is lost in a crash, or a part of it is; a wipe loses all" {
    run='netsim -n 3 -s 1-30 -m -p none -t 2500'
    slow='constant 40'
    for seed in 1 2 3 4 5 6; do
        netsim -n 3 -s "$seed" -m -D "$slow" -c 20 -e 'think constant 5' -t 4000 -f 'crash every 300 for 50 100' raft
    done | of crash /dev/stdin | awk 'NF > 3' >lost
    [ -s lost ]
    [ -z "$(awk '$4 != 0' lost)" ]
    for seed in 1 2 3 4 5 6; do
        netsim -n 3 -s "$seed" -m -D "$slow" -c 20 -e 'think constant 5' -t 4000 -f 'torn every 300 for 50 100' raft
    done | of crash /dev/stdin | awk 'NF > 3 && $4 > 0 && $4 < $5' | grep -q .
    netsim -n 3 -s 1 -a '2000 wipe n1 for 100' -m raft >trace
    grep -q '^2000 wipe n1' trace
    $run -f wipe raft >/dev/null
}

@test "loss, duplicates, reordering, regions and fifo" {
    netsim -q -C -n 5 -L 20% -u 10% -r '30% 50' raft >counts
    awk '$1 == "count" { n[$2] = $3 }
        END { exit !(n["dropped"] > n["sent"] * 0.15 && n["dropped"] < n["sent"] * 0.25 &&
            n["duplicated"] > n["sent"] * 0.05 && n["duplicated"] < n["sent"] * 0.15) }' counts
    overtaken() { # is any message of a link delivered before an earlier one?
        awk '$2 == "recv" { link = $3 " " $4; if ($5 < last[link]) n++; last[link] = $5 } END { print n + 0 }'
    }
    [ "$(netsim -n 3 -r '30% 50' raft | overtaken)" -gt 0 ]
    [ "$(netsim -n 3 -r '30% 50' -e 'fifo yes' raft | overtaken)" -eq 0 ]
    netsim -n 3 -e 'region west n1' -e 'region east n2 n3' -d 'constant 2' -e 'delay between west east constant 70' \
        -e 'delay between east west exponential 5 60 80' raft >trace
    awk '$2 == "send" { at[$5] = $1 }
        $2 == "recv" { took = $1 - at[$5]
            if ($4 == "n1" ? took != 70 : $3 == "n1" ? took < 60 || took > 80 : took != 2) wrong = 1 }
        END { exit wrong }' trace
}

@test "twins of one name break the order; without them nothing does" {
    expect 1 netsim -n 4 -s 1-60 -W 1 -p 'order durable' raft
    grep -Eq '^[0-9]+ order ' "$out"
    expect 0 netsim -n 4 -s 1-60 -p 'order durable' raft
    netsim -n 4 -s 1 -m -e 'twin n2' raft >trace || [ $? -eq 1 ]
    grep -q "^0 start n2'" trace
}

# --- Properties -----------------------------------------------------------------------------------

@test "a rule that an engine breaks is found, and shown with the faults that it takes" {
    expect 1 netsim -s 1-20 "$SCENARIOS/raft-faults.scenario" raft break=R5
    read -r seed property _ <"$out"
    [ "$property" = order ]
    expect 1 netsim -s "$seed" "$SCENARIOS/raft-faults.scenario" raft break=R5
    says "^netsim: seed $seed: order: "
    cp "$out" trace
    grep -q '^[0-9]* broken order ' trace
    tail -n 1 trace | grep -q 'result broken$'
    # no more of its faults can be left out: each of them is needed
    sed -n '1s/^# //p' trace | grep -q ' -x '
    expect 1 netsim -s "$seed" -m "$SCENARIOS/raft-faults.scenario" raft break=R5
    [ "$(grep -Ec '^[0-9]+ (crash|partition|pause|skew|omit|clog) ' "$out")" -gt \
        "$(grep -Ec '^[0-9]+ (crash|partition|pause|skew|omit|clog) ' trace)" ]
    command=$(sed -n '1s/^# //p' trace)
    status=0
    sh -c "$command" >again 2>/dev/null || status=$?
    [ "$status" -eq 1 ]
    cmp trace again
}

@test "properties that are left out are not checked" {
    expect 0 netsim -s 1-10 -p none "$SCENARIOS/raft-faults.scenario" raft break=R5
    expect 1 netsim -s 1-10 -p order "$SCENARIOS/raft-faults.scenario" raft break=R5
}

@test "the liveness phase: a quorum is healed for good, and has to answer" {
    netsim -n 5 -s 2 -t 3000 -a '1000 crash n1' -a '1000 crash n2' -a '1000 crash n3' -e 'quorum n3 n4 n5' raft >trace
    grep -q '^3000 live n3 n4 n5' trace
    grep -q '^3000 restart n3' trace
    ! grep -q 'restart n[12]$' trace || false
    grep -q 'result held$' trace
    expect 1 netsim -n 5 -s 2 -t 3000 -b 2000 -m -a '1000 crash n1' -a '1000 crash n2' -a '1000 crash n3' -e 'quorum n4 n5' raft
    says 'live: client c[12] is not answered within 2000 ms after the faults'
}

@test "members, commands, proposals and reads at given times" {
    netsim -n 3 -s 1 -e 'spare n4' -a '1000 command n1 member add n4' -a '1200 propose n2 hello there' -a '1300 read n2' \
        -m raft >trace
    grep -q '^1000 command n1 member add n4' trace
    grep -Eq '^1200 propose n2 n2:[0-9]+ hello there' trace
    [ "$(grep -Ec '^[0-9]+ commit n[1-4] [0-9]+ n2:[0-9]+ hello there' trace)" -eq 4 ]
    grep -Eq '^[0-9]+ answer n2 ' trace
}

# --- Seeds ----------------------------------------------------------------------------------------

@test "many seeds: a line for each that failed, and a sum; xargs and GNU parallel share them" {
    common=(-L 1% "$SCENARIOS/raft-faults.scenario" raft break=R5)
    expect 1 netsim -s 1-12 "${common[@]}"
    grep -v '^seeds' "$out" | sort -n >sum
    [ "$(tail -n 1 "$out")" = "seeds 12 broken $(wc -l <sum)" ]
    seq 12 | xargs -P 2 -I{} netsim -q -s {} "${common[@]}" | sort -n | cmp - sum
    command -v parallel || return 0
    # a stand-in for ssh: the host's name, then a command line for its shell
    mkdir hosts
    printf '#!/bin/sh\nshift\n[ "$1" != -- ] || shift\nPATH=%s:$PATH exec sh -c "$*"\n' "$BIN" >hosts/ssh
    chmod +x hosts/ssh
    # (parallel does nothing without SHELL; its status is how many seeds failed)
    seq 12 | SHELL=/bin/sh parallel --will-cite --ssh "$PWD/hosts/ssh" -S 1/ann,1/bob \
        netsim -q -s {} "${common[@]}" >shared || :
    sort -n shared | cmp - sum
}

@test "counts and percentiles are lines" {
    netsim -q -C -n 3 -f all raft >counts
    awk '$1 == "count" && NF == 3 && $3 ~ /^[0-9]+$/ { n[$2] = $3; next }
        $1 == "quantile" && NF == 4 { if ($2 == last && $4 < before) exit wrong = 1; last = $2; before = $4; q++; next }
        { exit wrong = 1 }
        END { exit wrong || n["sent"] < n["delivered"] || n["invoked"] < n["ok"] || q < 8 }' counts
    netsim -C -n 3 -f all raft | sed -n '1s/^# //p' | grep -q '^netsim -C -s 1 '
    netsim -C -n 3 -f all raft | sed -n '/^[0-9]* result/,$p' | tail -n +2 | cmp - counts
}

# --- What it is given -----------------------------------------------------------------------------

@test "a scenario that is wrong is refused, with the line and the rule" {
    bad() { # RULE LINE...
        local rule=$1
        shift
        printf '%s\n' "$@" >bad.scenario
        expect 2 netsim bad.scenario raft
        says "$rule"
        [ ! -s "$out" ]
    }
    bad '^netsim: bad.scenario:2: colour: no statement begins with this word' 'nodes 3' 'colour red'
    bad 'bad.scenario:1: nodes: 0: not a number from 1 to 1024' 'nodes 0'
    bad 'bad.scenario:1: nodes: 1025: not a number' 'nodes 1025'
    bad 'nodes: a number is missing' nodes
    bad 'nodes: 4: one word too many' 'nodes 3 4'
    bad 'loss: 5: not a percentage' 'loss 5'
    bad 'loss: 101%: not a percentage' 'loss 101%'
    bad 'loss: 0.12345%: not a percentage' 'loss 0.12345%'
    bad 'loss: 100.1%: not a percentage' 'loss 100.1%'
    bad 'delay: normal: not one of constant, uniform, exponential' 'delay normal 3 4'
    bad 'delay: at most 1 is less than at least 2' 'delay uniform 2 1'
    bad 'fault: flood: not one of partition' 'fault flood'
    bad 'fault: it ends before it begins' 'fault crash every 10 for 5 4'
    bad 'at: explode: no action has this name' 'at 5 explode n1'
    bad 'at: isolate: it takes 1 word, not 0' 'at 5 isolate'
    bad 'at: the action is missing' 'at 5'
    bad 'region wets: no node is in it' 'nodes 1' 'run raft' 'region west n1' 'delay between west wets constant 5'
    bad 'twins: more than there are nodes' 'nodes 1' 'run raft' 'twins 2'
    bad 'at: partition: two to eight groups' 'at 5 partition n1 n2'
    bad 'at: clog: for how long' 'at 5 clog n1 n2'
    bad 'at: skew: x: not milliseconds' 'at 5 skew n1 x'
    bad 'n9: no node has this name' 'nodes 3' 'at 5 crash n9'
    bad 'at 700: faults end at 700' 'nodes 3' 'time 700' 'at 700 crash n1'
    bad 'n9: no node has this name' 'nodes 3' 'region east n9'
    bad '-x: no name of a node' 'node -x'
    bad 'mix: the parts are not 100' 'mix read 50 write 49'
    bad 'property: speed: not one of order' 'property speed'
    bad 'a byte that is not printable' "$(printf 'nodes 3\001')"
    bad 'a line of more than 4096 bytes' "nodes $(printf '%05000d' 3)"
    bad 'there are no nodes' '# nothing'
    bad 'more than 100000 faults' 'nodes 2' 'time 60000000' 'fault crash every 1'
    printf 'nodes 3\nloss 1' >torn.scenario
    expect 2 netsim torn.scenario raft
    says 'torn.scenario:2: '
    head -c 100000 /dev/urandom >noise.scenario
    expect 2 netsim noise.scenario raft
}

@test "options and operands that are wrong" {
    expect 2 netsim -n 3
    says 'what does this node run'
    expect 2 netsim raft
    says 'there are no nodes'
    expect 2 netsim missing.scenario raft
    says 'missing.scenario: No such file'
    expect 2 netsim -s x -n 3 raft
    says '^netsim: -s: '
    expect 2 netsim -s 7-3 -n 3 raft
    expect 2 netsim -n 3 -x 3-1 raft
    says '-x: 3-1: not the numbers of faults'
    expect 2 netsim -n 3 raft election=never
    says 'election'
    expect 2 netsim -n 0 raft
}

@test "what has no effect beside Maelstrom is refused" {
    for work in register log; do
        expect 2 netsim -M echo -w $work -n 1 ./node
        says "^netsim: workload: .maelstrom. \(-M\) takes its place; say one of the two$"
    done
    expect 2 netsim -p 'answers order' -M echo -n 1 ./node
    says "^netsim: property: order: with .maelstrom. \(-M\) there are answers and process$"
    expect 0 netsim -q -M echo -w none -p answers -n 1 -t 300 "$ROOT/t/nodes/maelstrom-echo.sh"
}

@test "after -- the name of a model means a program" {
    mkdir programs
    printf '#!/bin/sh\nexit 7\n' >programs/gossip && chmod +x programs/gossip
    expect 2 env PATH="$PWD/programs:$PATH" netsim -n 3 -- gossip
    says '^netsim: n[123] \(gossip\): it ended with status 7$'
    expect 0 netsim -n 3 gossip
}

@test "a disk that is full" {
    [ -e /dev/full ] || skip 'no /dev/full'
    status=0
    netsim -n 3 raft >/dev/full 2>err || status=$?
    [ "$status" -eq 2 ] && grep -q 'No space left' err
}

@test "a fault that is left out does not happen, and the others are as they were" {
    netsim -n 5 -s 9 -f crash -f skew -m raft >all
    netsim -n 5 -s 9 -f crash -f skew -m -x 1 raft >fewer
    grep -E '^[0-9]+ (crash|skew) ' all >faults
    grep -E '^[0-9]+ (crash|skew) ' fewer >left
    [ "$(sed 1d faults | cut -d ' ' -f 1,2)" = "$(cut -d ' ' -f 1,2 left)" ]
    sed -n 1p fewer | grep -q ' -x 1 '
}

# --- Rules of consensus that are broken on purpose ------------------------------------------------

# The rules that break= names, each with a scenario in which it shows, and the settings that it takes there. Each of
# these scenarios holds with the rule kept.
mutants() {
    cat <<'EOF'
raft R1 old-entries batch=1 window=1
raft R2 slow-disks
raft R3 slow-disks
raft R4 raft-faults
raft R5 raft-faults
raft R6 raft-faults
raft R7 raft-faults
raft R8 raft-faults
raft R9 slow-disks
raft R10 stale-reads checkquorum=no
raft R11 transfers reads=lease
raft R14 members joint=never
raft R15 joint joint=always
raft R18 snapshots keep=0
raft R21 raft-faults
raft R22 slow-disks
paxos P1 slow-disks
paxos P4 slow-disks
paxos P5 slow-disks
paxos P7 raft-faults
paxos P8 raft-faults
paxos P9 raft-faults
EOF
}

# first_seed COMMAND...: the first of 500 seeds with which a property is broken; nothing if there is none.
first_seed() {
    local from status
    for from in 1 11 51 101 201 301 401; do
        netsim -p 'order once durable linearizable process' -s "$from-$((from == 1 ? 10 : from == 11 ? 50 : from + (from < 100 ? 49 : 99)))" "$@" >seeds 2>&1 && continue
        head -n 1 seeds
        return
    done
}

# bats test_tags=thorough
@test "each rule that an engine can be told to break is caught; the first seed that does it" {
    local engine rule scenario settings found
    while read -r engine rule scenario settings; do
        # shellcheck disable=SC2086 # settings are words
        found=$(first_seed "$SCENARIOS/$scenario.scenario" "$engine" $settings break="$rule")
        [ -n "$found" ] || { echo "$engine $rule: not found" && false; }
        echo "# $engine $rule: seed $found" >&3
        # shellcheck disable=SC2086
        expect 0 netsim -s 1-30 -p 'order once durable linearizable process' "$SCENARIOS/$scenario.scenario" "$engine" $settings
    done < <(mutants)
}

# bats test_tags=thorough
@test "300 seeds with all faults: Raft and Paxos keep every property" {
    expect 0 netsim -s 1-300 "$SCENARIOS/raft-faults.scenario" raft
    expect 0 netsim -s 1-300 "$SCENARIOS/raft-faults.scenario" paxos
    expect 0 netsim -s 1-300 "$SCENARIOS/members.scenario" raft joint=never
}

# --- Its parts ------------------------------------------------------------------------------------

@test "streams, clocks, disks, the one order, registers and their snapshots" {
    "$BIN/.t/simtest" >drawn # as another reading of splitmix64 has them, and of Knuth's algorithm S (t/scale.bats)
    [ "$(tr '\n' ' ' <drawn)" = 'stream 1ac84b7975048f52 7 2 5 3 5 10 5 5 5 2 ' ]
}

# With `make san` these are of two compilers' kinds of code.
@test "another build gives the same traces" {
    [ "$BIN" != "$ROOT/bin" ] && [ -x "$ROOT/bin/netsim" ] || skip 'there is one build'
    [ -z "$(find "$ROOT/src" -newer "$ROOT/bin/netsim" -name '*.[ch]')" ] || skip 'the other build is older'
    for engine in raft paxos; do
        netsim -s 3 -m -f all -e 'drift 300' "$SCENARIOS/raft-faults.scenario" "$engine" >one || :
        "$ROOT/bin/netsim" -s 3 -m -f all -e 'drift 300' "$SCENARIOS/raft-faults.scenario" "$engine" >other || :
        cmp one other
    done
}
