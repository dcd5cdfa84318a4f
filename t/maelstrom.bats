load lib/common

# Programs for Maelstrom as nodes of netsim: their messages, its services, its verdicts, and what such a program must
# not do.

NODES=$ROOT/t/nodes

has_python() {
    command -v python3 >/dev/null || skip 'no python3 here'
}

tool() {
    "$BIN/.t/maelstromtest" "$@"
}

reads() { # LINE WORDS
    printf '%s\n' "$1" | tool read >was || :
    printf '%s\n' "$2" | diff was -
}

@test "a message has a source, a destination and a body with a type; each key once" {
    reads '{"src":"a","dest":"b","body":{"type":"x","msg_id":3}}' 'a to b: x 3 -1'
    reads '{"src":"a","dest":"b","id":7,"body":{"type":"x_ok","in_reply_to":0,"msg_id":null}}' 'a to b: x_ok -1 0'
    reads '{"src":"a","dest":"b","body":{"type":"x"' "not JSON: '}' expected near end of file (byte 40)"
    reads '{"src":"a","dest":"b","body":{"type":"x","type":"y"}}' "not JSON: duplicate object key near '\"type\"' (byte 47)"
    reads '{"src":"a","dest":"b","body":{"type":"x","\u0074ype":"y"}}' \
        "not JSON: duplicate object key near '\"\\u0074ype\"' (byte 52)"
    reads '["src","dest"]' 'the line is not a JSON object'
    reads '{"dest":"b","body":{"type":"x"}}' 'src is missing'
    reads '{"src":"","dest":"b","body":{"type":"x"}}' 'src is empty, or longer than 64 bytes'
    reads '{"src":"a b","dest":"b","body":{"type":"x"}}' 'src has a space or a control character in it'
    reads '{"src":"a","dest":3,"body":{"type":"x"}}' 'dest is not a string'
    reads '{"src":"a","dest":"b"}' 'body is missing'
    reads '{"src":"a","dest":"b","body":"x"}' 'body is not an object'
    reads '{"src":"a","dest":"b","body":{"type":"x","msg_id":1.0}}' 'msg_id is not an integer'
    reads '{"src":"a","dest":"b","body":{"type":"x","in_reply_to":"1"}}' 'in_reply_to is not an integer'
    { printf '{"src":"a","dest":"b","body":{"type":"x","y":"' && head -c 1048576 /dev/zero | tr '\0' y && echo '"}}'; } |
        tool read >was || :
    grep -qx 'a message of more than 1048576 bytes' was
    { head -c 100000 /dev/zero | tr '\0' '[' && echo; } | tool read >was || :
    grep -q '^not JSON: maximum parsing depth reached ' was
}

# ask SERVICE SEED FROM/BODY...: the bodies of its answers.
ask() {
    local service=$1 seed=$2 body
    shift 2
    for body; do
        printf '{"src":"%s","dest":"%s","body":{%s,"msg_id":5}}\n' "${body%%/*}" "$service" "${body#*/}"
    done | tool service "$service" "$seed" | sed 's/.*"body":{"type":\(.*\),"in_reply_to":5}}$/\1/'
}

@test "lin-kv: read, write, cas, and what it refuses" {
    ask lin-kv 1 'a/"type":"read","key":1' 'a/"type":"write","key":1,"value":[2]' 'b/"type":"read","key":1' \
        'b/"type":"cas","key":1,"from":3,"to":4' 'b/"type":"cas","key":1,"from":[2],"to":4' 'a/"type":"read","key":1' \
        'a/"type":"cas","key":"1","from":1,"to":2' 'a/"type":"cas","key":"1","from":1,"to":2,"create_if_not_exists":true' \
        'a/"type":"read","key":"1"' 'a/"type":"write","key":1' 'a/"type":"dance","key":1' 'a/"type":"read"' >answers
    diff answers - <<'END'
"error","code":20,"text":"key-does-not-exist"
"write_ok"
"read_ok","value":[2]
"error","code":22,"text":"precondition-failed"
"cas_ok"
"read_ok","value":4
"error","code":20,"text":"key-does-not-exist"
"cas_ok"
"read_ok","value":2
"error","code":12,"text":"malformed-request"
"error","code":10,"text":"not-supported"
"error","code":12,"text":"malformed-request"
END
    ask lin-tso 1 'a/"type":"ts"' 'b/"type":"ts"' 'b/"type":"read","key":1' >answers
    printf '%s\n' '"ts_ok","ts":0' '"ts_ok","ts":1' '"error","code":10,"text":"not-supported"' | diff answers -
}

@test "seq-kv shows the past to who only reads, never going back; lww-kv shows what it has" {
    asked=()
    for i in $(seq 20); do
        asked+=("w/\"type\":\"write\",\"key\":1,\"value\":$i" 'r/"type":"read","key":1')
    done
    ask seq-kv 3 "${asked[@]}" | grep -o '"value":[0-9]*' | cut -d : -f 2 >seen
    sort -n -c seen
    [ "$(sort -u seen | wc -l)" -gt 2 ]
    [ "$(tail -n 1 seen)" -lt 20 ]
    asked+=('r/"type":"write","key":2,"value":0' 'r/"type":"read","key":1')
    [ "$(ask seq-kv 3 "${asked[@]}" | tail -n 1)" = '"read_ok","value":20' ] # its own write is not in the past
    ask lww-kv 3 "${asked[@]}" | grep -o '"value":[0-9]*' | cut -d : -f 2 >seen
    run sort -n -c seen
    [ "$status" -ne 0 ]
}

# judged WORKLOAD WORDS: the verdict on the operations on stdin.
judged() {
    tool check "$1" >verdict || :
    printf '%s\n' "$2" | diff verdict -
}

@test "verdicts on sets and broadcasts" {
    added='add -1 1 0 1 1 1 2 ok 0 -'
    printf '%s\n' "$added" 'read -1 0 0 1 2 3 4 ok 0 []' 'read -1 0 0 1 1 5 6 ok 1 [1]' 'read -1 0 0 2 2 7 8 ok 1 [1]' |
        judged g-set held
    printf '%s\n' "$added" 'read -1 0 0 1 2 3 4 ok 0 [2]' |
        judged g-set 'read x by c1 at n2 (3 ms): the answer has 2, which nobody had added before'
    printf '%s\n' "$added" 'read -1 0 0 1 2 3 4 ok 0 ["1"]' |
        judged g-set 'read x by c1 at n2 (3 ms): the answer has "1", which nobody had added before'
    printf '%s\n' 'read -1 0 0 1 2 1 2 ok 0 [1]' 'add -1 1 0 1 1 3 4 ok 0 -' |
        judged g-set 'read x by c1 at n2 (1 ms): the answer has 1, which nobody had added before'
    printf '%s\n' "$added" 'read -1 0 0 1 2 3 4 ok 0 [1,1]' |
        judged g-set 'read x by c1 at n2 (3 ms): the answer has 1 twice'
    printf '%s\n' "$added" 'read -1 0 0 1 2 3 4 ok 0 {"1":1}' |
        judged g-set 'read x by c1 at n2 (3 ms): the answer is {"1":1}; a list was expected'
    printf '%s\n' "${added/add/broadcast}" 'read -1 0 0 1 1 5 6 ok 1 [1]' 'read -1 0 0 2 2 7 8 ok 1 []' |
        judged broadcast "broadcast x 1 by c1 at n1 (1 ms) was acknowledged; n2's last read (7 ms) lacks it"
    printf '%s\n' 'add -1 1 0 1 1 1 0 open 0 -' 'add -1 2 0 2 2 3 4 ok 0 -' 'read -1 0 0 2 2 7 8 ok 1 [2]' |
        judged g-set held
    printf '%s\n' "$added" 'read -1 0 0 1 1 3 4 ok 0 []' 'read -1 0 0 2 2 7 0 open 1 -' |
        judged g-set 'read x by c2 at n2 (7 ms): it was not answered, although the faults had ended'
    judged g-set held <<<'add -1 1 0 1 1 1 0 open 0 -
read -1 0 0 1 1 3 4 ok 0 []'
    printf '%s\n' 'add -1 '{1,2,3,4,5}' 0 1 1 1 0 open 0 -' 'read -1 0 0 1 1 3 4 ok 0 []' |
        judged g-set 'add x 1 by c1 at n1 (1 ms): it was not answered, and no other add was either'
}

@test "verdicts on counters" {
    some='add -1 3 0 1 1 1 2 ok 0 -
add -1 7 0 1 2 3 0 open 0 -
add -1 -2 0 1 2 5 0 open 0 -
add -1 9 0 1 2 7 8 11 0 -'
    for sum in 3 10 1 8; do
        printf '%s\n' "$some" "read -1 0 0 1 1 9 10 ok 1 $sum" | judged pn-counter held
    done
    printf '%s\n' "$some" 'read -1 0 0 1 1 9 10 ok 1 4' |
        judged pn-counter "read x by c1 at n1 (9 ms): at the end, the answer is 4; the sum, with or without each\
 addition that was not acknowledged, is 1 to 10, and not that"
    printf '%s\n' "$some" 'read -1 0 0 1 1 9 10 ok 0 11' |
        judged pn-counter 'read x by c1 at n1 (9 ms): the answer is 11; until then, additions allow -2 to 10'
    printf '%s\n' 'add -1 3 0 1 1 1 2 ok 0 -' 'read -1 0 0 1 2 3 4 ok 1 3.0' |
        judged g-counter 'read x by c1 at n2 (3 ms): the answer is 3.0; until then, additions allow 0 to 3'
    printf '%s\n' 'add -1 3 0 1 1 1 2 ok 0 -' 'read -1 0 0 1 2 3 4 ok 1 2' |
        judged g-counter 'read x by c1 at n2 (3 ms): at the end, the answer is 2; the sum is 3'
}

@test "verdicts on echoes, ids and keys" {
    printf '%s\n' 'echo -1 3 0 1 1 1 2 ok 0 "say 3"' 'echo -1 4 0 1 1 3 4 ok 0 ["say 4"]' |
        judged echo 'echo x "say 4" by c1 at n1 (3 ms): the answer is ["say 4"]; the same was expected'
    printf '%s\n' 'generate -1 0 0 1 1 1 2 ok 0 [1,"a"]' 'generate -1 0 0 2 2 3 4 ok 0 [ 1, "a" ]' |
        judged unique-ids 'generate x by c2 at n2 (3 ms): the id [1,"a"], which generate x by c1 at n1 (1 ms) was given before'
    printf '%s\n' 'generate -1 0 0 1 1 1 2 ok 0 1' 'generate -1 0 0 2 2 3 4 ok 0 "1"' | judged unique-ids held
    wrote='write 1 3 0 1 1 1 2 ok 0 -'
    printf '%s\n' "$wrote" 'read 1 0 0 1 2 3 4 ok 0 3' 'cas 1 4 3 1 1 5 6 ok 0 -' 'read 1 0 0 1 2 7 8 ok 0 4' |
        judged lin-kv held
    printf '%s\n' "$wrote" 'read 1 0 0 1 2 3 4 ok 0 null' |
        judged lin-kv 'read 1 by c1 at n2 (3 ms), answered null, fits nowhere: key 1 was 3'
    printf '%s\n' "$wrote" 'cas 1 4 3 1 2 3 4 22 0 -' 'cas 1 4 3 1 2 5 6 ok 0 -' |
        judged lin-kv 'cas 1 3 4 by c1 at n2 (3 ms), answered precondition-failed, fits nowhere: key 1 was 3'
    printf '%s\n' "$wrote" 'cas 1 4 3 1 2 3 4 11 0 -' 'cas 1 4 3 1 2 5 6 ok 0 -' | judged lin-kv held
    printf '%s\n' "$wrote" 'write 1 5 0 2 2 3 0 open 0 -' 'read 1 0 0 1 2 5 6 ok 0 5' | judged lin-kv held
}

right() { # WORKLOAD NODE [OPTION...]
    expect 0 netsim -q -M "$1" -n 3 -s 7 -t 1000 "${@:3}" "$NODES/$2"
    [ ! -s "$out" ]
}

wrong() { # PATTERN WORKLOAD NODE ARGUMENT [OPTION...]
    expect 1 netsim -q -M "$2" -n 3 -s 7 -t 1000 -b 1000 "${@:5}" "$NODES/$3" "$4"
    grep -Eq "^7 answers [0-9]+ $1\$" "$out" || { cat "$out" && return 1; }
}

@test "every workload: a program that does it, and one with a fault that is named" {
    has_python
    op='x by c[0-9] at n[0-9] \([0-9]+ ms\)'
    right echo maelstrom-echo.py
    right echo maelstrom-echo.sh
    wrong 'echo x "say [0-9]+" by c. at n. \([0-9]+ ms\): the answer is "what\?"; the same was expected' \
        echo maelstrom-echo.py broken -t 2000
    right unique-ids maelstrom-ids.py -f partition
    wrong "generate $op: the id 1, which generate $op was given before" unique-ids maelstrom-ids.py broken
    right lin-kv maelstrom-kv.py
    wrong '(read|cas) .* by c. at n. \([0-9]+ ms\), answered .*, fits nowhere: key . was .*' lin-kv maelstrom-kv.py lww-kv -t 6000
    right g-counter maelstrom-seq-counter.py
}

# bats test_tags=thorough
@test "workloads whose nodes gossip by the machine's clock, through partitions and losses" {
    has_python
    right broadcast maelstrom-broadcast.py -L 20% -f 'partition every 300 for 100 300'
    wrong "broadcast x [0-9]+ by c. at n. \([0-9]+ ms\) was acknowledged; n.'s last read \([0-9]+ ms\) lacks it" \
        broadcast maelstrom-broadcast.py broken -L 60%
    right g-set maelstrom-gset.py -L 20%
    wrong "add x [0-9]+ by c. at n. \([0-9]+ ms\) was acknowledged; n.'s last read \([0-9]+ ms\) lacks it" \
        g-set maelstrom-gset.py broken
    right g-counter maelstrom-counter.py -L 20%
    right pn-counter maelstrom-counter.py
    wrong 'read x by c. at n. \([0-9]+ ms\): (at the end, )?the answer is .*' pn-counter maelstrom-counter.py broken -t 2000
}

@test "a program that only answers gives the same trace again; lincheck reads it" {
    has_python
    expect 0 netsim -M lin-kv -n 3 -s 7 -t 1500 "$NODES/maelstrom-kv.py"
    cp "$out" trace
    grep -Eq '^[0-9]+ send n[0-9] lin-kv [0-9]+ \{"src": "n[0-9]", "dest": "lin-kv", "body": ' trace
    sed -n '1s/^# //p' trace | sh | cmp - trace
    expect 0 lincheck -m cas trace
    expect 1 netsim -M lin-kv -n 3 -s 7 -t 6000 "$NODES/maelstrom-kv.py" lww-kv
    says '^netsim: seed 7: answers: (read|cas) .*, fits nowhere: '
    cp "$out" trace
    expect 1 lincheck -m cas trace
}

@test "virtual time never waits for a node's clock" {
    has_python
    expect 0 timeout 600 netsim -q -M 'g-set virtual' -n 1 -s 7 -t 300000 -e 'think constant 3000' "$NODES/maelstrom-gset.py"
    expect 0 netsim -q -M 'echo real' -n 1 -s 7 -t 300 "$NODES/maelstrom-echo.sh"
}

# A program that answers init, and what it is asked by running the words of its argument.
talker() {
    cat >talker.py <<'END'
#!/usr/bin/env python3
import json, os, signal, sys, time
me = None
def send(dest, **body):
    print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    source, body = message["src"], message["body"]
    if body["type"] == "init":
        me = body["node_id"]
        send(source, type="init_ok", in_reply_to=body["msg_id"])
    else:
        exec(open("words").read())
END
    chmod +x talker.py
}

talks() { # STATUS PATTERN CODE [OPTION...]
    printf '%s\n' "$3" >words
    expect "$1" netsim -M echo -n 1 -s 7 -t 1000 "${@:4}" "$BATS_TEST_TMPDIR/talker.py"
    says "^netsim: $2\$"
}

@test "a program that breaks the protocol is named, with its line" {
    has_python
    talker
    broken='seed 7: process: n[12]: .*/talker.py: line 2:'
    talks 1 "$broken not JSON: .*" 'print("thinking...", flush=True)'
    talks 1 "$broken src is n9: a node sends as itself" 'me = "n9"; send(source, type="echo_ok")'
    talks 1 "$broken dest: there is no n9" 'send("n9", type="x")'
    talks 1 "$broken body is missing" 'print("{\"src\": \"" + me + "\", \"dest\": \"c1\"}", flush=True)'
    talks 1 'seed 7: process: n[12]: .*/talker.py: line 1: a line that does not end' 'print("{", end="", flush=True)'
    talks 1 'seed 7: process: n[12]: .*/talker.py: line 1: it ended with status 4' 'os._exit(4)'
    talks 1 "$broken a line of more than 1048576 bytes" 'print("x" * 3000000, flush=True)'
    talks 1 'seed 7: process: n[12] answers echo of c[0-9]: read_ok where echo_ok is expected' \
        'send(source, type="read_ok", in_reply_to=body["msg_id"])'
    talks 1 'seed 7: process: n[12] answers echo of c[0-9]: echo_ok without echo' \
        'send(source, type="echo_ok", in_reply_to=body["msg_id"])'
    talks 1 'seed 7: answers: echo x "say 1" by c. at n. \([0-9]+ ms\): it was not answered, and no other echo was either' pass
    talks 1 'seed 7: answers: echo x "say 1" by c. at n. .*: it was not answered, and no other echo was either' \
        'send(source, type="error", code=13, in_reply_to=body["msg_id"])'
    # (a busy machine may not even have started it within half a second)
    for patience in 500 5000 50000; do
        printf '%s\n' 'while True: pass' >words
        expect 2 netsim -M echo -n 1 -s 7 -t 1000 -e "silence $patience" "$BATS_TEST_TMPDIR/talker.py"
        ! grep -q 'line 1: ' "$err" || break
    done
    says "^netsim: n[12] \(.*/talker.py\): line 1: it still works after $patience ms of real time$"
}

@test "a program that never says init_ok, or ends before: status 2" {
    printf '#!/bin/sh\ncat >/dev/null\n' >mute
    printf '#!/bin/sh\nread -r line\nexit 5\n' >short
    printf '#!/bin/sh\nread -r line\nsleep 900\n' >asleep
    printf '#!/bin/sh\nread -r line\nwhile :; do echo "{\\"src\\":\\"n1\\",\\"dest\\":\\"n1\\",\\"body\\":{\\"type\\":\\"x\\"}}"; done\n' >flood
    chmod +x mute short asleep flood
    expect 2 netsim -M echo -n 1 ./mute
    says '^netsim: n1 \(\./mute\): it waits for more input, and has not sent init_ok \(a buffer that it did not flush\?\)$'
    expect 2 netsim -M echo -n 1 ./short
    says '^netsim: n1 \(\./short\): it ended with status 5$'
    # (on a busy machine, it may not have come to its sleep)
    expect 2 netsim -M echo -n 1 -e 'silence 300' ./asleep
    says '^netsim: n1 \(\./asleep\): (no init_ok within|it still works after) 300 ms of real time$'
    run_apart netsim -M echo -n 1 -e 'silence 300' ./flood
    [ "$status" -ne 0 ]
    says '^netsim: (n1|seed 1).*\./flood.*: ((it still works after|no init_ok within) 300 ms of real time|more than 1000000 messages at one instant)$'
    expect 2 netsim -M echo -n 1 ./missing
    expect 2 netsim -M dance -n 1 ./mute
    says 'maelstrom: dance'
    expect 2 netsim -M 'echo slow' -n 1 ./mute
    says 'maelstrom: slow'
    run_apart sh -c "netsim -M echo -n 1 -t 500 '$NODES/maelstrom-echo.sh' >/dev/full"
    [ "$status" -eq 2 ]
}
