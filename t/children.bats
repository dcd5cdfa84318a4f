load lib/common

# Programs as nodes of netsim, in the lines of process(7): what they do, what they must not do, and that none is left.

NODES=$ROOT/t/nodes

# The processes that run a program of this test's folder.
left() { # NAME
    pgrep -f "^([^ ]*sh )?$BATS_TEST_TMPDIR/$1" >/dev/null
}

none_left() {
    ! left "$1"
}

has_started() {
    [ "$(grep -c . started 2>/dev/null)" -ge "$1" ]
}

@test "a node in awk: the trace is the same again" {
    expect 0 netsim -n 3 -s 7 -w none -t 500 -a '100 propose n1 hello' "$NODES/echo.awk"
    cp "$out" trace
    [ "$(grep -c '^[0-9]* event n1 hello from n[23]$' trace)" -eq 2 ]
    sed -n '1s/^# //p' trace | sh | cmp - trace
}

@test "a node in sh that repeats what was lost" {
    netsim -n 3 -s 3 -w none -t 2000 -L 40% -a '100 propose n1 hello' "$NODES/broadcast.sh" >trace
    grep -q ' drop .* loss$' trace
    [ "$(grep -c '^[0-9]* event n[123] has hello$' trace)" -eq 3 ]
}

@test "a majority in Python; whoever tells others what its own disk may lose is caught" {
    losing=(-n 3 -w none -t 1000 -D 'constant 100' -a '100 propose n1 one' -a '150 crash n1 for 100' -a '400 propose n1 two')
    expect 0 netsim "${losing[@]}" "$NODES/majority.py"
    grep -q '^[0-9]* commit n2 1 n1:2 two$' "$out"
    expect 1 netsim "${losing[@]}" "$NODES/majority.py" broken
    says '^netsim: seed 1: order: n3 commits another record at index 1 than n1 did$'
    expect 0 netsim -q -n 3 -s 7 -t 1500 -f partition -e 'reads log' "$NODES/majority.py"
}

@test "raft as a child, beside raft in this process: one order, and the same trace again" {
    printf 'node n1 raft\nnode n2 %s\nnode n3 raft\n' "$BIN/raft" >mixed.scenario
    for seed in 1 2; do
        expect 0 netsim -m -s $seed -t 3000 -f all mixed.scenario
        [ "$(grep -c ' commit n2 ' "$out")" -gt 5 ]
        sed -n '1s/^# //p' "$out" | sh | cmp - "$out"
    done
}

@test "a message that no pipe holds goes out while its answer comes in" {
    expect 0 "$BIN/.t/childtest" 5 40000 "$BIN/.t/quickchild"
    grep -q '^4 outputs, ' "$out"
}

breaks() { # HOW PATTERN
    expect 1 netsim -q -n 1 -s 7 -e 'silence 300000' "$BIN/.t/quickchild" "$1"
    grep -Eq "^7 process [0-9]+ n1: $BIN/.t/quickchild: $2\$" "$out" || { cat "$out" && return 1; }
}

@test "a program that breaks a rule is named, with its line" {
    breaks nonsense "line 10: 'hello,' is no output"
    breaks exit 'line 10: it ended with status 3'
    breaks crash 'line 10: it ended by signal 10 .*'
    breaks close 'line 10: it closed its input or output, or was killed'
    breaks long 'line 10: a line of more than 65535 bytes'
    breaks cut 'line 10: it ended with status 0'
    breaks more 'line 10: something follows `done` before the next batch'
    breaks stranger 'line 10: send: nobody is called nobody'
    breaks save 'line 10: save 7: saves are counted, and the next is 1'
    for word in 'self send: to itself' 'unasked answer 999999: there was no such read'; do
        expect 1 netsim -q -n 1 -s 7 "$BIN/.t/quickchild" "${word%% *}"
        grep -Eq "^7 process [0-9]+ n1: ${word#* }\$" "$out" || { cat "$out" && return 1; }
    done
    breaks flood 'line 10000[0-9]+: more than 1000000 outputs in one answer'
}

@test "a program that is silent, is not there, or ends before its first answer: status 2" {
    expect 2 netsim -n 2 -e 'silence 200' "$BIN/.t/quickchild" silent
    says "^netsim: n[12] \($BIN/.t/quickchild\): (line 10: )?no answer to a batch within 200 ms of real time\$"
    expect 2 netsim -n 1 ./missing
    says '^netsim: \./missing: No such file or directory$'
    expect 2 netsim -n 1 rafft
    says '^netsim: rafft: neither an engine nor a program in PATH \(a file here is \./rafft\)$'
    printf '#!/nowhere/python\n' >node && chmod +x node
    expect 2 netsim -n 1 ./node
    says '^netsim: \./node: its first line names an interpreter that is not there$'
    expect 2 netsim -n 1 -- sh -c 'cat >/dev/null'
    says "^netsim: 'cat >/dev/null': an argument with a blank, or an empty one, has no place in a scenario; put the command"
    expect 2 netsim -n 1 false
    says '^netsim: n1 \(false\): it ended with status 1$'
    expect 2 netsim -n 1 -e 'silence 0' true
    says 'silence'
}

@test "no child outlives netsim, nor what it started, however that ends" {
    cat >node.sh <<'END'
#!/bin/sh
"$0.sleeper" &
echo "$$" >>started
exec "$BIN/.t/quickchild" "$@"
END
    printf '#!/bin/sh\nwhile :; do sleep 900; done\n' >node.sh.sleeper
    chmod +x node.sh node.sh.sleeper
    for signal in TERM KILL; do
        rm -f started
        netsim -q -n 2 -t 100000000 "$BATS_TEST_TMPDIR/node.sh" 3>&- &
        eventually has_started 2
        eventually left node.sh.sleeper
        kill -s $signal $!
        wait $! || :
        eventually none_left node.sh.sleeper
    done
    expect 1 netsim -q -n 2 "$BATS_TEST_TMPDIR/node.sh" exit
    eventually none_left node.sh.sleeper
    expect 0 netsim -q -n 2 -w none -t 3000 -f 'crash every 200 for 50 100' "$BATS_TEST_TMPDIR/node.sh"
    eventually none_left node.sh.sleeper
}

@test "a full disk gives 2; closed stdin and stderr harm nothing" {
    run_apart sh -c "netsim -n 2 -w none -t 100 '$BIN/.t/quickchild' >/dev/full"
    [ "$status" -eq 2 ]
    expect 0 sh -c "netsim -q -n 2 -w none -t 100 '$BIN/.t/quickchild' <&- 2>&-"
}
