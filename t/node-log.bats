# shellcheck disable=SC2154 # $status, $out and $err come from the helpers
load lib/common
load lib/ledger
load lib/gossip

# node-log: the bounded log of a node, its screen, and why a part of it ended.

ID=7e1ca9$(printf %058d 0)

@test "everything is logged; events that people want to see are shown, with names" {
    keygen -s "demo alice" alice >names
    keygen -s "demo bob" bob >other
    alice=$(account alice) bob=$(account bob)
    cat >said <<END
1700000000.000000 - start - listen 127.0.0.1:1 $bob $ID
1700000001.500000 $alice new $ID tx
1700000002.000000 $bob new $ID block
1700000003.000000 - new $ID tx
1700000004.000000 127.0.0.1:99 new $ID peer
1700000005.000000 $alice in - 127.0.0.1:7
1700000006.000000 $bob in - 127.0.0.1:8
1700000007.000000 127.0.0.1:9 in - 127.0.0.1:9
1700000008.000000 - bad - peers:1: line: ends in CR LF
1700000009.000000 $alice bad - line: is not a record
1700000010.000000 $bob refused $ID account%20$alice%20has%20only%205
1700000011.000000 $bob refused $ID of another chain
verify: not an event
1700000012.000000
1700000013.000000 $alice new
END
    expect 0 node-log -a names -m "$bob" log <said
    cmp said log
    diff - "$out" <<END
22:13:21 new tx 7e1ca900 from alice
22:13:22 new block 7e1ca900 from ${bob:0:8}
22:13:24 new peer 7e1ca900 from 127.0.0.1:99
22:13:25 connected: 127.0.0.1:7 is alice
22:13:28 peers:1: line: ends in CR LF
22:13:30 refused peer 7e1ca900 from ${bob:0:8}: account alice has only 5
22:13:31 refused peer 7e1ca900 from ${bob:0:8}: of another chain
END
    expect 0 node-log -q log <said
    [ ! -s "$out" ]
    [ "$(wc -l <log)" -eq 30 ]
    # with -v, a record is new once it was accepted
    printf '1700000001.0 %s new %s tx\n1700000002.0 %s accepted %s tx\n' "$alice" "$ID" "$alice" "$ID" >verdicts
    expect 0 node-log -a names log2 < <(cat verdicts verdicts)
    # without it, from the first such event on
    diff - "$out" <<END
22:13:21 new tx 7e1ca900 from alice
22:13:22 new tx 7e1ca900 from alice
22:13:22 new tx 7e1ca900 from alice
END
    expect 0 node-log -v -a names log2 <verdicts
    [ "$(cat "$out")" = '22:13:22 new tx 7e1ca900 from alice' ]
    # a verdict need not name whoever brought the record
    cat >verdicts <<END
1700000001.0 $alice new $ID tx
1700000002.0 - accepted $ID
1700000003.0 - refused $ID seq%20is%20used
1700000004.0 - refused ${ID/7e/8f} seq%20is%20used
1700000004.0 - accepted ${ID/7e/8f}
END
    expect 0 node-log -v -a names log2 <verdicts
    diff - "$out" <<END
22:13:22 new tx 7e1ca900 from alice
22:13:23 refused tx 7e1ca900 from alice: seq is used
22:13:24 refused 8f1ca900: seq is used
END
    printf '1700000002.0 %s accepted %s tx\n' "$alice" "$ID" >verdicts
    expect 0 node-log -v -a names log2 <verdicts
    [ "$(cat "$out")" = '22:13:22 new tx 7e1ca900 from alice' ]
    # a broken address book names nobody, and is no reason to end
    echo 'not a key' >names
    expect 0 node-log -a nowhere log3 <said
    grep -q " new tx 7e1ca900 from ${alice:0:8}$" "$out"
}

@test "what others wrote cannot move the cursor, nor make a line endless" {
    printf '1.0 %s refused %s %%1b[2J%%0a\r\n' "$ID" "$ID" >said
    printf '1.0 - bad - \033[2J%0999d\n' 1 >>said
    head -c 200000 /dev/zero | tr '\0' x >>said
    expect 0 node-log log <said
    [ "$(wc -l <"$out")" -eq 2 ]
    [ -z "$(LC_ALL=C tr -d ' -~\n' <"$out")" ]
    [ "$(wc -L <"$out")" -le 512 ]
    { cat said && echo; } | cmp - log
}

@test "a log at its limit becomes LOG.old: no line is lost or cut, and both together are bounded" {
    seq -f "1700000000.%06.0f - asked $ID" 20000 >said
    expect 0 node-log -n 131072 log <said
    [ "$(cat log log.old | wc -c)" -le 262144 ]
    [ "$(wc -c <log.old)" -gt 65536 ]
    cat log.old log | cmp - <(tail -n "$(cat log.old log | wc -l)" said)
    # the next run continues the file; a line that a crash has cut is ended
    printf 'torn' >>log
    before=$(wc -c <log)
    echo 'verify: next' | node-log log
    [ "$(tail -n 2 log)" = $'torn\nverify: next' ]
    [ "$(wc -c <log)" -eq $((before + 14)) ]
}

@test "a flood of events neither fills the screen nor slows the log" {
    seq -f "1700000000.%06.0f $ID new $ID tx" 300000 >said
    expect 0 node-log log <said
    [ "$(cat log log.old | wc -c)" -le $((2 * 16777216)) ]
    shown=$(wc -l <"$out")
    [ "$shown" -ge 30 ] && [ "$shown" -lt 20000 ] # 31 in each second that it took
    # nobody reads the screen
    mkfifo screen
    exec 7<>screen
    expect 0 timeout 300 sh -c 'node-log log <said >screen'
    exec 7>&-
    node-log log <said | : # and its reader is gone
    [ "$(tail -n 1 log)" = "$(tail -n 1 said)" ]
}

# asked LINE...: the answer to what the lines ask.
asked() {
    printf '%s\n' "$@" | node-log -q log 2>answer
    cat answer
}

@test "why a part ended: its last message, else how it ended" {
    [ "$(asked 'verify: a' 'node: verify ended with status 2' '!node: the end')" = 'node: the end: verify: a' ]
    tail -n 1 log | grep -qx 'node: the end: verify: a'
    # the first that failed counts, not those that ended after it
    [ "$(asked 'verify: a' 'txpool: b' 'node: verify ended with status 2' 'node: txpool was killed by signal 13 (PIPE)' \
        'mine: c' '!end')" = 'end: verify: a' ]
    [ "$(asked 'node: txpool ended with status 0' 'node: verify ended with status 1' 'txpool: b' '!end')" = \
        'end: verify ended with status 1, without a message' ]
    [ "$(asked 'verify: a' 'node: verify was killed by signal 9 (KILL)' '!end')" = 'end: verify was killed by signal 9 (KILL)' ]
    [ "$(asked 'node: verify ended with status 0' '!end')" = 'end: verify ended with status 0, without a message' ]
    # without an end, the last message; without any, a hint
    [ "$(asked "1.0 - bad - x" 'verify: a' 'verify: b' '1.0 - bad - y' '!end')" = 'end: verify: b' ]
    [ "$(asked '!end')" = 'end: no program said why; is there a limit on processes or files?' ]
    # forgotten once it was told, or on request
    [ "$(asked 'node: verify ended with status 1' '!one' 'txpool: b' '!two')" = $'one: verify ended with status 1, without a message\ntwo: txpool: b' ]
    [ "$(asked 'node: verify ended with status 1' '?' 'txpool: b' '!two')" = 'two: txpool: b' ]
    # far more than is remembered
    { echo 'verify: a' && seq -f 'mine: %.0f' 31 && echo 'node: verify ended with status 2' && echo '!end'; } >said
    expect 0 node-log log <said
    says '^end: verify ended with status 2, without a message$'
    expect 0 node-log log < <(printf '?trying again\n')
    grep -Eq '^[0-9]{2}:[0-9]{2}:[0-9]{2} trying again: no program said why; ' "$out"
}

@test "a log that cannot be written: it says so once, and still knows why a part ended" {
    yes '1700000000.000000 - asked 00' | head -n 9999 >said
    printf '%s\n' 'ledger-append: disk full' 'node: ledger-append ended with status 2' '!end' >>said
    expect 2 node-log /dev/full <said
    [ "$(grep -c '^node-log: /dev/full: cannot be written: No space left on device: the node goes on without it$' "$err")" -eq 1 ]
    says '^end: ledger-append: disk full$'
    expect 2 bash -c 'ulimit -f 100; node-log log <said'
    says '^node-log: log: cannot be written: File too large: '
    says '^end: ledger-append: disk full$'
    cmp <(head -c "$(wc -c <log)" said) log # whole lines, from the first
    [ "$(tail -c 1 log)" = '' ]
}

@test "once it can be written again, the log says how much is missing" {
    mkfifo said
    mkdir room
    start run sh -c 'exec node-log -n 131072 room/log <said'
    exec 7>said
    echo 'verify: one' >&7
    eventually grep -q one room/log
    # one that was moved away is begun again
    mv room/log kept
    echo 'verify: one and a half' >&7
    eventually grep -q half room/log
    [ "$(cat kept)" = 'verify: one' ]
    mkdir room/log.old # and so it cannot be renamed
    seq -f "1.0 - asked $ID %07.0f" 2000 >&7
    eventually grep -q '^node-log: room/log: cannot be renamed: ' run.log
    rmdir room/log.old
    again() { echo 'verify: two' >&7 && grep -q '^node-log: [0-9]* bytes could not be written before this$' room/log; }
    eventually again
    exec 7>&-
    status_of "$pid"
    [ "$status" -eq 0 ]
    tail -n 1 room/log | grep -qx 'verify: two'
}

@test "after a signal it still takes the last messages, and ends" {
    mkfifo said
    for signal in TERM INT HUP QUIT; do
        rm -f log
        start run env --default-signal="$signal" sh -c 'exec node-log log <said'
        exec 7>said
        echo 'verify: one' >&7
        eventually grep -q one log
        kill -s STOP "$pid" # or it might be over before we are done, on a busy machine
        kill -s "$signal" "$pid"
        echo 'verify: two' >&7
        kill -s CONT "$pid"
        [ "$signal" != TERM ] || exec 7>&- # otherwise the pipe stays open
        status_of "$pid"
        [ "$status" -eq 0 ]
        [ "$(tail -n 1 log)" = 'verify: two' ]
        exec 7>&-
    done
}

@test "usage, help, version, and files that cannot be opened" {
    expect 2 node-log
    says '^usage: node-log '
    expect 2 node-log a b </dev/null
    expect 2 node-log -n 131071 log </dev/null
    says "^node-log: -n: '131071' is not a number from 131072 "
    expect 2 node-log nowhere/log </dev/null
    says '^node-log: nowhere/log: cannot open: '
    expect 0 node-log --help
    expect 0 node-log --version
    expect 2 bash -c 'node-log --help >/dev/full'
}
