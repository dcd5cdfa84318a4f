load lib/common
load lib/ledger
load lib/gossip

# What has gone wrong elsewhere, once each.

# A block on the tip of `ledger` with the lines of a file, whatever they are; ROOT where it is not to be theirs.
by_hand() { # LINES [ROOT]
    local tip root
    tip=$(ledger-chain -t)
    root=${2-$(root_of "$1")}
    printf 'block %d %s %s %d %s %s %d 0\n' $(($(cut -d ' ' -f 2 <<<"$tip") + 1)) "$(id <<<"$tip")" "$root" \
        $(($(cut -d ' ' -f 5 <<<"$tip") + 10)) "$(cut -d ' ' -f 6 <<<"$tip")" "$MINER" "$(wc -l <"$1")"
    cat "$1"
}

# The Merkle root of up to four lines, by hand.
root_of() { # FILE
    local one
    mapfile -t one < <(ids_of "$1")
    case ${#one[@]} in
    1) echo "${one[0]}" ;;
    2) inner "${one[@]}" ;;
    3) inner "$(inner "${one[@]:0:2}")" "${one[2]}" ;;
    4) inner "$(inner "${one[@]:0:2}")" "$(inner "${one[@]:2}")" ;;
    esac
}

inner() { # LEFT RIGHT
    id <<<"$1 $2"
}

# What verify, verify -l and ledger-append say of a block that stands in the way of another: RULE. And then the other
# one: it holds all the same.
falls_alone() { # RULE BAD GOOD
    cat ledger "$2" "$3" >all
    cat "$2" "$3" >both
    for program in 'verify all' 'verify -l ledger both' 'ledger-append copy'; do
        rm -f copy*
        cp ledger copy
        # shellcheck disable=SC2086 # words
        expect 1 $program <both
        says "^(stdin|all|both):[0-9]+: $1"
        tail -n "$(wc -l <"$3")" "$out" | cmp - "$3"
    done
    cat ledger "$3" | cmp - copy
    rm -f copy*
}

three_payments() {
    payments 3
    by_hand txs >block
    [ "$(head -n 1 block | cut -d ' ' -f 4)" = "$(root_of txs)" ]
}

@test "duplicate leaves (CVE-2012-2459): a twin of a block whose root is the same does not poison it" {
    three_payments
    # In Bitcoin's tree three leaves and four, the last one twice, have one root; here they have not.
    { cat txs && tail -n 1 txs; } >four
    by_hand four "$(root_of txs)" >twin
    falls_alone 'block: root does not match the lines' twin block
    # The honest header itself, and so its id, with another body of as many lines.
    { head -n 1 block && sed -n '1p;3p' txs && tail -n 1 txs; } >twin
    falls_alone 'block: root does not match the lines' twin block
    # And with a body too long: the header counts its lines.
    { cat block && tail -n 1 txs; } >twin
    expect 1 ledger-append <twin
    cmp block "$out"
    says '^stdin:5: not a block'
}

@test "duplicate leaves: gossip-listen takes the honest block after its twin, from the same peer's side" {
    three_payments
    { head -n 1 block && sed -n '1p;3p' txs && tail -n 1 txs; } >twin
    { cat txs && tail -n 1 txs; } >four
    by_hand four "$(root_of txs)" >bloated
    listen l -p -c "$CHAIN"
    listen_at=$at
    for bad in twin bloated; do
        talk $bad "$listen_at"
        say $bad "$(hello "$CHAIN")"
        offer $bad $bad
        eventually heard $bad 'bye bad'
        eventually gone $bad
    done
    talk honest "$listen_at"
    say honest "$(hello "$CHAIN")"
    offer honest block
    eventually heard honest "taken $(head -n 1 block | id)"
    cmp block l.out
}

# Offers a block in full: its brief, and what it is asked for.
offer() { # NAME FILE
    say "$1" "have $(head -n 1 "$2" | id)"
    eventually heard "$1" "want .*"
    say_file "$1" "$2"
}

@test "a sum that wraps (CVE-2010-5139): no amount, fee, or balance goes over 2^63-1" {
    payments 1
    top=9223372036854775807
    for amounts in "$top $top" "1 $top" "$top 1" "$top 9223372036854775806"; do
        set -- "${amounts% *}" "${amounts#* }"
        sed "s/^\(tx [^ ]* [^ ]* 0\) [^ ]* pay \([^ ]*\) [^ ]* \(.*\) [^ ]*\$/\1 $1 pay \2 $2 \3/" txs |
            txsign -k alice.key >wraps
        [ "$(cut -d ' ' -f 5,8 wraps)" = "$1 $2" ]
        by_hand wraps >bad
        by_hand txs >block
        falls_alone 'tx: ' bad block
        expect 1 txpool pool <wraps
    done
    # two that wrap to little between them, as those of block 74638 did
    { one_paying 0 bob $top && one_paying 1 miner $top; } >wraps
    by_hand wraps >bad
    falls_alone 'tx: .* has [0-9]*, needs ' bad block
    # and over the number's own range there is no number
    sed "s/ pay \([^ ]*\) [^ ]* / pay \1 9223372036854775808 /" txs >over
    by_hand over >bad
    falls_alone "tx: amount: '9223372036854775808' is not a number" bad block
    # grants, and the reward of a block, are a part of it
    refute ledger-init -n x -T 1 -e 0 alice $top bob 1 2>told
    ledger-init -n x -T 1700000000 -e 0 -t f -r 1 alice $top >ledger
    rm -f ledger.index*
    : >none
    by_hand none "$(printf '' | sha256sum | cut -c 1-64)" >bad
    expect 1 ledger-append <bad
    says 'supply is over 2\^63-1|is over 2\^63-1'
}

one_paying() { # SEQ TO AMOUNT
    txmake -s "$1" -f alice "$2" 1 | sed "s/ pay \([^ ]*\) 1 / pay \1 $3 /" | txsign -k alice.key
}

@test "a double spend within one block (CVE-2018-17144)" {
    payments 1
    by_hand txs >block
    cat txs txs >twice
    by_hand twice >bad
    falls_alone 'tx: seq 0, expected 1' bad block
    # another one with the same number, that spends all again
    { one_paying 0 bob 99999999999 && one_paying 0 miner 99999999999; } >twice
    by_hand twice >bad
    falls_alone 'tx: seq 0(, expected 1| is spent twice)' bad block
    # and one with a number of its own
    { one_paying 0 bob 99999999999 && one_paying 1 miner 99999999999; } >twice
    by_hand twice >bad
    falls_alone 'tx: [0-9a-f]* has [0-9]*, needs ' bad block
    expect 1 txpool pool <twice
}

@test "a transaction that is an inner node (CVE-2017-12842): there is none" {
    # There, a transaction of 64 bytes reads as two hashes in binary. Here what is hashed for an inner node is 129
    # bytes of text that begin with a hex digit, and a transaction begins with "tx ": none is the other.
    payments 2
    mapfile -t one < <(ids_of txs)
    echo "${one[0]} ${one[1]}" >node
    [ "$(wc -c <node)" -eq 130 ]
    by_hand txs >block
    [ "$(head -n 1 block | cut -d ' ' -f 4)" = "$(id <node)" ]
    # a block of one line that has the same root
    by_hand node >bad
    [ "$(head -n 1 bad | cut -d ' ' -f 4)" = "$(head -n 1 block | cut -d ' ' -f 4)" ]
    falls_alone 'block: its body holds only tx lines' bad block
    # and the other way round: a line that is a tx, as two hashes
    for bytes in 64 129; do
        head -c $bytes txs >node
        echo >>node
        by_hand node >bad
        falls_alone 'tx: ' bad block
    done
}

@test "timewarp: stamps that crawl and then leap never make the target easier" {
    # The classic attack: blocks stamped a second apart, and one leap to the real time at a window's end, so that each
    # window seems to have taken twice its time. ASERT has no windows: at every height the target follows from the
    # parent's stamp alone.
    start=1700000000 spacing=600
    target=00000000ffff0000000000000000000000000000000000000000000000000000
    awk -v start=$start -v spacing=$spacing -v target=$target 'BEGIN {
        for (height = 1; height <= 6 * 2016; height++) {
            leap = height % 2016 == 0
            stamp = leap ? start + spacing * height : stamp_of(height)
            printf "next %s %d %d 86400 %d %d\n", target, start, spacing, height, stamp
        }
    }
    function stamp_of(height) { return start + height }' >asked
    "$BIN/.t/worktest" <asked >targets
    [ "$(wc -l <targets)" -eq 12096 ]
    [ "$(sort targets | tail -n 1)" = $target ]
    # the leaps themselves bring back the first target, and no easier one
    [ "$(awk 'NR % 2016 == 0' targets | sort -u)" = $target ]
    # whoever leaps as far ahead as clocks allow gains that, once, and not again in the next window
    awk -v start=$start -v spacing=$spacing -v target=$target 'BEGIN {
        for (window = 1; window <= 6; window++)
            printf "next %s %d %d 86400 %d %d\n", target, start, spacing, 2016 * window,
                start + spacing * (2016 * window + 12)
    }' | "$BIN/.t/worktest" >targets
    [ "$(sort -u targets | wc -l)" -eq 1 ]
    # a ledger: the median holds the crawl to its order, and the reference reads the same targets
    easy_chain
    ledger-init -n warp -T $start -e 120 -s 10 -t 0fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff \
        alice 1000 >ledger
    rm -f ledger.index*
    for n in 1 2; do
        stamp=$((start + (n - 1) * 120))
        for height in 1 2 3 4 5 6 7 8 9 10 11; do
            mine -l ledger -m alice -T $((stamp + height)) </dev/null | ledger-append -q
        done
        mine -l ledger -m alice -T $((start + n * 120)) </dev/null | ledger-append -q
    done
    [ "$(headers ledger | cut -d ' ' -f 6 | sort | tail -n 1)" = "$(headers ledger | head -n 1 | cut -d ' ' -f 6)" ]
    verify -q ledger
}

# The same block with another time.
at_time() { # TIME <BLOCK
    sed "1s/^\(block [^ ]* [^ ]* [^ ]*\) [^ ]*/\1 $1/"
}

@test "the extremes of time" {
    easy_chain
    mined ledger 1 alice >block
    last=9223372036854775807
    for time in 9223372036854775808 18446744073709551616 -1 01; do
        at_time $time <block >bad
        falls_alone "block: time: '$time' is not a number" bad block
    done
    at_time $last <block >bad
    falls_alone "block: time $last is over [0-9]* s ahead of the clock" bad block
    for time in 0 1 1700000000; do
        at_time $time <block >bad
        falls_alone "block: time $time is not after" bad block
    done
    # by a clock at the end of time, there is the last block, and no more
    at_time $last <block >late
    expect 0 verify -T $last -q -l ledger late
    expect 0 ledger-append -T $last copy < <(cat ledger late)
    verify -q -T $last copy
    [ "$(ledger-chain copy | tail -n 1 | cut -d ' ' -f 5)" = $last ]
    expect 1 verify -q -T 0 copy
    says 'ahead of the clock'
    # ASERT over all of it, and a genesis at either end
    for start in 0 1700000000 $last; do
        for halflife in 1 $last; do
            for spacing in 1 $last; do
                rm -f ledger*
                ledger-init -n end -T "$start" -e "$halflife" -s "$spacing" -t f alice 5 >ledger
                status=0
                mine -l ledger -m alice -T $last </dev/null >block 2>told || status=$?
                [ "$start" = $last ] || [ "$status" -eq 0 ]
                [ "$status" -ne 0 ] || ledger-append -q -T $last ledger <block
                verify -q -T $last ledger
            done
        done
    done
}
