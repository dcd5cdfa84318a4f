load lib/common
load lib/wrongclock

# A machine whose clock is wrong: before 1970, or so far ahead that nothing would be in the future.

BEFORE=-315619200      # 1960
AFTER=253402300800     # the first second of the year 10000

setup() {
    fresh_folder
    demo_chain
}

# refused WORDS COMMAND...: status 2 and these words, at both ends; nothing is printed.
refused() {
    local clock words=$1
    shift
    for clock in "$BEFORE" -1 "$AFTER" 9223372036854775807; do
        expect 2 at "$clock" "$@"
        says "$words"
        [ ! -s "$out" ]
    done
}

@test "what signs or stores a time refuses such a clock" {
    refused "^ledger-init: the machine's clock is (before 1970|after the year 9999) \(-?[0-9]+\): set it" \
        ledger-init alice 1
    refused "^peerbook: the machine's clock is " peerbook -a 127.0.0.1:99 -k alice.key -l ledger
    refused "^ledger-checkpoint: the machine's clock is " ledger-checkpoint -k alice.key
    cp ledger before
    refused "^mine: the machine's clock is " mine -m miner
    cmp ledger before
}

@test "what judges by the clock refuses such a clock" {
    refused "^verify: the machine's clock is " verify ledger
    refused "^peerbook: the machine's clock is " peerbook peers </dev/null
    mine -T 1700000010 -m miner >block
    refused "^ledger-append: the machine's clock is " sh -c "ledger-append <block"
    refused "^audit-by-hand: the machine's clock is not between 1970 and 9999" audit-by-hand
    verify -x ledger >script
    refused "^explain: the machine's clock is not between 1970 and 9999" sh script
    sh script
    audit-by-hand -q
}

@test "the last second that is right is taken, and the first" {
    at 0 ledger-init alice 1 >early
    verify -q early
    at $((AFTER - 1)) ledger-init alice 1 >late
    at $((AFTER - 1)) verify -q late
}

@test "what programs wrote by such a clock breaks a rule" {
    local file
    for file in genesis-before-1970.ledger peer-before-1970.record checkpoint-before-1970.record; do
        expect 1 verify -q "$VECTORS/cases/$file"
        says 'time'
    done
}

@test "-T needs no clock" {
    at "$BEFORE" ledger-init -T 1700000000 alice 1 >ledger2
    verify -q ledger2
    at "$BEFORE" verify -q -T 1700000000 ledger2
    # split of coreutils allocates in a way that AddressSanitizer refuses
    [ -n "${SANITIZE-}" ] || at "$BEFORE" audit-by-hand -q -T 1700000000 ledger2
}

@test "with a real wrong clock, too" {
    command -v faketime >/dev/null || skip 'faketime is not here'
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer comes first'
    expect 2 faketime '1960-01-01' ledger-init alice 1
    says "the machine's clock is before 1970"
}

@test "a network's programs end, and say why" {
    expect 2 at "$BEFORE" timeout 300 gossip-listen -p -l 127.0.0.1:0 -L ledger
    says "^gossip-listen: the machine's clock is before 1970"
    expect 2 at "$BEFORE" gossip-send -v -p -L ledger -t 1 127.0.0.1:9 </dev/null
    says "^gossip-send: the machine's clock is before 1970"
    expect 2 at "$BEFORE" ledger-pull -p -t 1 127.0.0.1:9
    says "^ledger-pull: the machine's clock is before 1970"
}

@test "one place reads the clock" {
    run grep -rnE 'CLOCK_REALTIME|[^a-z_]time\((NULL|0)\)|gettimeofday|timespec_get' "$ROOT/src" --include=*.[ch]
    echo "$output"
    [ "$(grep -cv '^.*/base/clock\.c:' <<<"$output")" -eq 0 ]
}
