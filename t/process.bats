# bats file_tags=threads
load lib/common

# The text of process(7), both directions.

text() { # events|outputs PIECE
    timeout 300 "$BIN/.t/processtest" "$@"
}

every_event() {
    printf '%s\n' 'init n1 7 n1 n2 n3' 'time 0' 'restart 2' 'term 3 n2' 'entry 4' 'message n2 1' 'vote 3' \
        'propose n1:18446744073709551615 2' 'a record' '' 'read 7' timer 'saved 12' 'snapshot 9 0' 'command member add n4' step
}

every_output() {
    printf '%s\n' 'send n2 1' 'vote 3' 'send * 0' 'save 1 2' 'term 3 n2' ' entry' forget 'commit 5 n1:7 1' 'a record' \
        'restore 5 1' 'balance 3' 'answer 7 5' 'answer 8 later' 'event leader 3 n2' 'deadline 1500' 'deadline never' 'done'
}

@test "every event and output is read and written again, however it arrives" {
    every_event >given.e
    every_output >given.o
    for piece in 1 2 3 7 4096; do
        text events $piece <given.e >again
        cmp again given.e
        text outputs $piece <given.o >again
        cmp again given.o
    done
}

refused() { # SIDE TEXT WORDS: the text is refused for this reason
    printf '%b' "$2" >in
    for piece in 1 4096; do
        expect 1 text "$1" $piece <in
        says "$3"
    done
}

@test "what breaks a rule is refused, with its line and the rule" {
    refused events 'step\nvote\n' "line 2: 'vote' is no event"
    refused outputs 'timer\n' "line 1: 'timer' is no output"
    refused events 'restart 2\na\nb\nmessage n1\n' 'line 4: message: expected the number of lines that follow'
    refused events 'message -n1 0\n' 'message: expected a name'
    refused events 'message n1 01\n' 'expected the number of lines'
    refused events 'message n1 0 \n' 'message: too many words'
    refused events 'message  n1 0\n' 'message: expected a name'
    refused events 'propose n1 0\n' 'propose: expected NAME:SERIAL'
    refused events 'propose n1:18446744073709551616 0\n' 'propose: expected NAME:SERIAL'
    refused events 'init n1 7\n' 'init: expected names of all members'
    refused events 'init n1 7 n1  n2\n' 'init: expected names of all members'
    refused events 'init n1 7 n1 n2 \n' 'init: expected names of all members'
    refused events 'time -1\n' 'time: expected milliseconds'
    refused events 'time 9223372036854775807\n' 'time: expected milliseconds'
    refused events 'command\n' 'command: expected words'
    refused events 'step now\n' 'step: too many words'
    refused events '\n' "'' is no event"
    refused events 'command a\001b\n' 'a byte that cannot be printed'
    refused outputs 'send ** 0\n' 'send: expected a name or [*]'
    refused outputs 'deadline soon\n' 'deadline: expected milliseconds or never'
    refused outputs 'answer 1 now\n' 'answer: expected a number or later'
    refused outputs 'save 1 99999999999\n' 'save: expected the number of lines that follow'
}

@test "text that is cut, or too long, is refused" {
    refused events 'step' 'the input ends inside of a line'
    refused events 'message n1 2\na\n' 'message: the input ends before its last line'
    { printf 'command '; head -c 70000 /dev/zero | tr '\0' x; } >in
    expect 1 text events 1000 <in
    says 'line 1: a line of more than 65535 bytes'
    { echo message n1 2; head -c 70000000 /dev/zero; } >in
    expect 1 text events 100000 <in
    says 'message: more than 67108864 bytes of lines'
}

# The loop that engines share, and their log: by an engine that is alone.

node() {
    timeout 300 "$BIN/.t/lognode" "$@"
}

start() { # LINE...: what a carrier says first, and one batch of these lines
    printf '%s\n' 'init n1 1 n1 n2' 'time 5' "$@" step
}

# A log of three items: one of one line, one of two, one of none.
three() {
    start 'propose n1:1 1' a 'propose n1:2 2' b c 'propose n1:3 0' | node -d d >first
}

@test "a process keeps its log itself, as lines that cat shows; messages leave before that is on disk" {
    three
    sed 's/^[0-9a-f]* //' d/log >shown
    printf '%s\n' '0 log lognode n1' '1+entry 1 n1:1 1' '2 a' '3+entry 2 n1:2 2' '4+b' '5 c' '6 entry 3 n1:3 0' | cmp - shown
    sed -n '/^done$/q;p' first | grep -c '^send [*]' | grep -qx 3
    sed '1,/^done$/d' first >after
    printf '%s\n' 'commit 1 n1:1 1' a 'commit 2 n1:2 2' b c 'commit 3 n1:3 0' | cmp - after
    start | node -d d >second
    { cat after; echo 'done'; } | cmp - second
}

@test "without -d the carrier is the disk" {
    { start 'restart 0' 'propose n1:1 1' a; printf '%s\n' 'saved 1' step; } | node >told
    printf '%s\n' 'save 1 2' 'entry 1 n1:1 1' a 'send * 2' 'entry 1 n1:1 1' a 'done' 'commit 1 n1:1 1' a 'done' | cmp - told
    start 'restart 3' 'entry 1 n1:1 1' a 'entry 2 n1:2 0' | node >told
    printf '%s\n' 'commit 1 n1:1 1' a 'commit 2 n1:2 0' 'done' | cmp - told
}

@test "a log that ends anywhere has its whole items, and what is torn is cut off" {
    three
    cp d/log whole
    size=$(stat -c %s whole) head=$(head -n 1 whole | wc -c)
    one=$(head -n 3 whole | wc -c) two=$(head -n 6 whole | wc -c)
    for ((n = head; n < size; n += 3)); do
        head -c "$n" whole >d/log
        want=$(((n >= one) + (n >= two)))
        start 'propose n1:9 0' | node -d d >told
        [ "$(grep -c ^commit told)" -eq $((want + 1)) ]
        keep=$((n >= two ? two : n >= one ? one : head))
        [ "$n" -eq "$keep" ] || grep -qx "event torn $((n - keep))" told
        cmp -n "$keep" whole d/log
        start | node -d d | grep -c ^commit | grep -qx $((want + 1))
    done
}

@test "a broken line before a good one stops the process; a log that is another's, or none, too" {
    three
    cp d/log whole
    last=$(head -n 6 whole | wc -c) size=$(stat -c %s whole)
    for ((at = 0; at < last; at += 5)); do
        { head -c "$at" whole; printf '#'; tail -c +$((at + 2)) whole; } >d/log
        cp d/log damaged
        start >in
        expect 1 node -d d <in
        says 'd/log:[1-6]: a broken line before a good one'
        cmp d/log damaged
    done
    sed -n '1,2p;4,$p' whole >d/log
    expect 1 node -d d <in
    says 'd/log:3: a broken line before a good one'
    for text in '' 'some other file' "$(sed 2q whole | head -c 20)"; do
        printf %s "$text" >d/log
        expect 1 node -d d <in
        says "d/log: it does not begin with 'log lognode n1'"
    done
    rm d/log && mkfifo d/log
    expect 2 node -d d <in
    says 'd/log: not a regular file'
    rm d/log && cp whole d/log
    printf '%s\n' 'init n2 1 n1 n2' step >in
    expect 1 node -d d <in
    says "d/log: its first line is 'log lognode n1', not 'log lognode n2'"
    { cat whole; "$BIN/.t/processtest" logline 7 'an item of another engine'; } >d/log
    start >in
    expect 1 node -d d <in
    says 'd/log: no entry'
    [ "$size" -gt "$last" ]
}

@test "snapshots: the state that a command makes of the state before and the lines since" {
    mkfifo in
    node -d d -c 'sort | uniq' -N 3 <in >told &
    exec 5>in
    start 'propose n1:1 1' b 'propose n1:2 1' a 'propose n1:3 1' b >&5
    eventually grep -qx 'event snapshot 3' told
    printf '%s\n' 'propose n1:4 1' 'c' step >&5
    exec 5>&-
    wait $!
    sed 's/^[0-9a-f]* //' d/log >shown
    printf '%s\n' '0 log lognode n1' '1+state 3 2' '2+a' '3 b' '4+entry 4 n1:4 1' '5 c' | cmp - shown
    start | node -d d >again
    printf '%s\n' 'restore 3 2' a b 'commit 4 n1:4 1' c 'done' | cmp - again
}

@test "a command that fails is told of, and nothing is forgotten" {
    mkfifo in
    node -d d -c 'exit 3' -N 2 <in >told &
    exec 5>in
    start 'propose n1:1 1' a 'propose n1:2 1' b >&5
    eventually grep -qx "event snapshot 'exit 3' ended with status 3" told
    exec 5>&-
    wait $!
    start | node -d d | grep -c ^commit | grep -qx 2
}

@test "one log, one process: another waits until it is gone" {
    mkfifo in
    node -d d <in >told &
    exec 5>in
    start 'propose n1:1 0' >&5
    eventually grep -q ^commit told
    start 'propose n1:2 0' >later
    "$BIN/.t/lognode" -d d <later >other 5>&- &
    other=$!
    eventually waits_for_lock $other
    [ ! -s other ]
    exec 5>&-
    wait $other
    grep -c ^commit other | grep -qx 2
}

@test "events out of their order, and settings that are none" {
    bad() { # WORDS LINE...
        printf '%s\n' "${@:2}" >in
        expect "${status_of-1}" node "${with--N1}" <in
        says "$1"
    }
    bad 'stdin:1: read: init comes first' 'read 1'
    bad 'stdin:2: a second init' 'init n1 1 n1' 'init n1 1 n1'
    bad 'stdin:2: timer: restart comes before all other events' 'init n1 1 n1' timer
    bad 'stdin:3: step: restart comes first, unless -d DIR keeps the log here' 'init n1 1 n1' 'time 0' step
    bad 'stdin:3: restart: a second restart' 'init n1 1 n1' 'restart 0' 'restart 0'
    bad 'stdin:3: time: 4 is before 5: the clock never goes back' 'init n1 1 n1' 'time 5' 'time 4'
    bad 'stdin:2: time: expected milliseconds' 'init n1 1 n1' 'time 4611686018427387904'
    bad 'stdin:1: init: the member n2 is named twice' 'init n1 1 n2 n1 n2'
    bad "stdin:2: 'vote' is no event" 'init n1 1 n1' vote
    bad "stdin:4: no entry" 'init n1 1 n1' 'time 1' 'time 2' 'restart 1' 'noise'
    with=-dd bad 'stdin:2: saved: this process keeps its log itself' 'init n1 1 n1' 'saved 1'
    with='speed=9' status_of=2 bad 'speed=9: no such setting' 'init n1 1 n1'
    printf '%s\n' 'init n1 1 n1' 'restart 0' 'message n2 1' noise 'message n2 0' step | node >told
    printf '%s\n' 'event reject n2 no entry' 'event message 1 0' 'done' | cmp - told
}

@test "deadlines are told when they change" {
    { start 'restart 0' 'command go'; printf '%s\n' 'time 105' timer step; } | node >told
    printf '%s\n' 'event command go' 'deadline 105' 'done' 'event timer 105' 'done' | cmp - told
}
