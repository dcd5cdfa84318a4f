load lib/common

# The text of process(7), both directions.

text() { # events|outputs PIECE
    timeout 60 "$BIN/.t/processtest" "$@"
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
