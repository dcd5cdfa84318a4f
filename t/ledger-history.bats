# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger

# ledger-history: what happened to an account, with the balance after each thing.

# Genesis - 1 - 2 - 3, and from 1 a side branch 2b. (alice has 1000 and bob 20 at first; a block brings 50.)
setup() {
    fresh_folder
    demo_chain -t f -e 0 bob 20 2>keygen.err
    keygen -s 'demo carol' carol >>names 2>keygen.err
    echo 'alice carol 5 lunch out' | block 1 miner
    printf '%s\n' 'bob alice 10' 'carol bob 3' | block 2 carol keep >2b
    printf '%s\n' 'bob alice 12' 'alice bob 100' 'alice alice 7' | block 2 miner
    echo 'alice carol 1' | block 3 alice
    append <2b
    side=$(head -n 1 2b | id)
}

append() {
    ledger-append -q -T 1800000000 ledger
}

# block N MINER [keep]: mines a block of these payments and appends it, or prints it.
block() {
    txmake -F 2 | txsign -k alice.key -k bob.key -k carol.key | mine -m "$2" -T $((1700000000 + 10 * $1)) |
        if [ "${3-}" ]; then cat; else append; fi
}

# The history of alice, as `has` shows it.
of_alice() {
    cat <<'END'
0 grant - 1000 0 1000 -
1 out carol 5 2 993 lunch%20out
2 in bob 12 2 1005 -
2 out bob 100 2 903 -
2 self alice 7 2 901 -
3 out carol 1 2 898 -
3 reward - 50 2 950 -
END
}

# has ARGUMENT... <LINES: by name, without times and ids: HEIGHT KIND OTHER AMOUNT FEE BALANCE MEMO. No line: status 1.
has() {
    local found=1
    cat >wanted
    [ ! -s wanted ] || found=0
    expect "$found" ledger-history "$@"
    [ ! -s "$err" ]
    names "$out" | cut -d ' ' -f 3,7- | diff wanted -
}

@test "all that happened to an account, oldest first" {
    of_alice | has alice
    has bob miner carol <<'END'
0 grant - 20 0 20 -
2 out alice 12 2 6 -
2 in alice 100 2 106 -
1 reward - 50 2 52 -
2 reward - 50 6 108 -
1 in alice 5 2 5 lunch%20out
3 in alice 1 2 6 -
END
    has "$(account miner)" miner <<'END'
1 reward - 50 2 52 -
2 reward - 50 6 108 -
1 reward - 50 2 52 -
2 reward - 50 6 108 -
END
}

@test "each field: the account, the block, the transaction, the time" {
    expect 0 ledger-history alice
    ! grep -Evq '^event [0-9a-f]{64} [0-9]+ 17000000[0-3]0 [0-9a-f]{64} ([0-9a-f]{64}|-) (grant|in|out|self|reward) ([0-9a-f]{64}|-) [0-9]+ [0-9]+ [0-9]+ [^ ]+$' "$out" || false
    [ "$(cut -d ' ' -f 2 "$out" | sort -u)" = "$(account alice)" ]
    cut -d ' ' -f 5 "$out" | uniq | diff <(ids <(ledger-chain)) -
    awk '$7 != "grant" && $7 != "reward" { print $6 }' "$out" |
        diff <(ledger-chain | grep '^tx ' | while read -r line; do id <<<"$line"; done) -
    awk '{ print $3, $4 }' "$out" | uniq | diff <(headers <(ledger-chain) | cut -d ' ' -f 2,5) -
    # the balance is the sum of what the kinds say
    awk '{ b += $7 == "out" ? -$9 - $10 : $7 == "self" ? -$10 : $7 == "reward" ? $9 + $10 : $9 } b != $11 { exit 1 }' "$out"
    # names takes accounts for names at their places alone
    names "$out" | names -r | cmp - "$out"
}

@test "the line of the ledger: -v" {
    expect 0 ledger-history -v alice bob miner
    while read -r _ account _ _ _ _ kind _ _ _ _ _ line; do
        sed -n "${line}p" ledger >it
        case $kind in
        grant) grep -q "^grant $account " it ;;
        reward) grep -q "^block .* $account [0-9]* [0-9a-f]*$" it ;;
        *) grep -q "^tx .*$account" it ;;
        esac
    done <"$out"
    awk '$6 != "-" { print $13, $6 }' "$out" | while read -r line id; do
        [ "$(sed -n "${line}p" ledger | id)" = "$id" ]
    done
    ledger-history alice bob miner | cmp - <(cut -d ' ' -f 1-12 "$out")
    ledger-history --verbose alice | cmp - <(ledger-history -v alice)
}

@test "by height: -s, -e" {
    of_alice | grep '^[23]' | has -s 2 alice
    of_alice | grep '^[12]' | has -s 1 --end 2 alice
    of_alice | grep '^0' | has -e 0 alice
    of_alice | grep '^3' | has --start 3 -e 9223372036854775807 alice
    has -s 4 alice </dev/null
    has -s 9223372036854775807 alice </dev/null
    has -s 3 -e 2 alice </dev/null
}

@test "by time: -S, -U" {
    of_alice | grep '^[23]' | has -S 1700000011 alice
    of_alice | grep '^[123]' | has --since 1700000010 alice
    of_alice | grep '^[12]' | has -S 1700000010 --until 1700000029 alice
    of_alice | grep '^2' | has -S 1700000020 -U 1700000020 alice
    of_alice | has -S 0 -U 9223372036854775807 alice
    has -S 1700000021 -U 1700000029 alice </dev/null
    has -S 1700000031 alice </dev/null
    has -U 1699999999 alice </dev/null
}

@test "newest first, and so many: -r, -n" {
    of_alice | tac | has -r alice
    of_alice | head -n 3 | has -n 3 alice
    of_alice | tail -n 1 | has --reverse --count 1 alice
    of_alice | grep '^2' | tac | head -n 2 | has -r -n 2 -e 2 alice
    of_alice | has -n 9223372036854775807 alice
    has -n 0 alice </dev/null
    has -n 1 alice bob <<'END'
0 grant - 1000 0 1000 -
0 grant - 20 0 20 -
END
}

@test "at any block, side branches too: -b" {
    has -b "$side" alice carol miner <<'END'
0 grant - 1000 0 1000 -
1 out carol 5 2 993 lunch%20out
2 in bob 10 2 1003 -
1 in alice 5 2 5 lunch%20out
2 out bob 3 2 0 -
2 reward - 50 4 54 -
1 reward - 50 2 52 -
END
    has -r -s 2 --block "$side" carol <<'END'
2 reward - 50 4 54 -
2 out bob 3 2 0 -
END
    of_alice | grep '^[01]' | has -b "$side" -e 1 alice
    for height in 0 1 2 3; do
        ledger-history -b "$(ledger-chain -s $height -n 1 | head -n 1 | id)" alice bob >got
        ledger-history -e $height alice bob | cmp - got
    done
    expect 1 ledger-history -b "$(printf %064d 7)" alice
    says '^ledger-history: ledger: no block 0*7$'
    for bad in '' 12 "${side}0"; do
        expect 2 ledger-history -b "$bad" alice
        says "^ledger-history: '$bad' is (not 8 to 64 lowercase hex|shorter than 8) digits\$"
    done
}

@test "an account to which nothing happened: status 1; an unknown name: 2, before anything is printed" {
    has "$(printf %064d 0)" </dev/null
    has "$(printf %064d 7)" </dev/null
    has -b "$side" "$(printf %064d 7)" </dev/null
    has carol -e 0 </dev/null
    expect 0 ledger-history "$(printf %064d 7)" alice
    for bad in nobody ''; do
        expect 2 ledger-history alice "$bad"
        says "^ledger-history: '$bad' is neither an account nor a name in the address book\$"
        [ ! -s "$out" ]
    done
}

@test "random ledgers with forks: histories and balances at every block are a replay's" {
    need python3
    for seed in $(few '1 2 3' 4); do
        rm -f ledger*
        python3 -B "$ROOT/t/lib/refhistory.py" "$seed" "$(few 60 25)" "$(few 60 15)"
    done
}

@test "rewards that ended are no events, and blocks that brought nothing are passed over" {
    ledger-init -n poor -t f -e 0 -T 1700000000 -r 4 -H 2 -f 0 alice 10 >ledger # 4, 2, 2, 1, 1, 0, ...
    rm -f ledger.index*
    mine -m miner -n 9 -T 1700000010 </dev/null | append
    txmake -f alice -F 3 bob 1 | txsign -k alice.key | mine -m miner -T 1700000200 | append
    mine -m miner -n 4 -T 1700000300 </dev/null | append
    has miner <<'END'
1 reward - 4 0 4 -
2 reward - 2 0 6 -
3 reward - 2 0 8 -
4 reward - 1 0 9 -
5 reward - 1 0 10 -
10 reward - 0 3 13 -
END
    for height in 5 7 9; do
        ledger-balance -s $height miner | grep -qx "account $(account miner) 10 0"
    done
    [ "$(ledger-balance -s 12 miner)" = "account $(account miner) 13 0" ]
}

# Accounts with many transactions, and many rivals of the tip that they all are in: what is asked for takes a few steps
# of SQLite's machine, where a walk over either would take thousands.
@test "the index is asked by seeking: every plan, and the steps that it takes" {
    "$BIN/.t/plantest" plans ledger.index >plans
    [ "$(grep -c . plans)" -gt 20 ]
    # what asks for all of it: the mark's one row, all accounts, all blocks that are unchecked
    refute grep -E '^SCAN ' <(grep -Ev '^SCAN (CONSTANT ROW |ledger |account USING INDEX .* ORDER BY id$|block USING INDEX block_unchecked )' plans)
    refute grep -E '^USE TEMP B-TREE .*((sender|recipient|miner|account) = \?)' plans
    cp ledger small
    many=$(few 300 40)
    seq "$many" | sed 's/.*/alice bob 1 &/' | txmake -F 2 | txsign -k alice.key >txs
    txmake -l small -F 2 -f bob alice 1 | txsign -k bob.key >back
    txmake -l small -F 2 -f alice carol 1 | txsign -k alice.key >rival
    { cat back && head -n $((many / 2)) txs; } | mine -m bob -T 1700000040 | append
    # the rivals, each with all of them but miner; none is in the block beside them
    cat back rival | mine -l small -m carol -T 1700000041 >one
    awk '{ line[NR] = $0 }
        END {
            for (i = 0; i < 300; i++)
                for (n = 1; n <= NR; n++) {
                    $0 = line[n]
                    if (n == 1)
                        $5 += i
                    print
                }
        }' one | append
    tail -n +$((many / 2 + 1)) txs | mine -m bob -T 1700000200 | append
    echo bob carol 1 | block 26 miner
    mine -m miner -n 3 -T 1700000300 </dev/null | append
    for who in alice bob carol miner; do
        for height in 0 1 2 3 4 5 6 8; do
            read -r looked walked <<<"$("$BIN/.t/plantest" steps ledger "$(account $who)" $height)"
            echo "$who $height: $looked $walked"
            [ "$looked" -lt 400 ] && [ "$walked" -lt 700 ]
        done
    done
}

@test "the ledger and the address book: -l, LEDGER, -a, NAMES" {
    ledger-history alice >wanted
    mkdir away
    mv ledger names ./*.pub away
    expect 2 ledger-history alice
    says "^ledger-history: "
    ledger-history -l away/ledger -a away/names alice | cmp - wanted
    ledger-history --ledger away/ledger --names away/names alice | cmp - wanted
    LEDGER=away/ledger NAMES=away/alice.pub ledger-history alice | cmp - wanted
    expect 2 ledger-history -l away/ledger -a away/gone alice
    says '^ledger-history: away/gone: cannot open'
}

@test "a forged ledger is a no; a torn tail is left out" {
    ledger-history alice >wanted
    size=$(wc -c <ledger)
    for at in 90 500 1000 $((size - 400)); do
        { head -c "$at" ledger && printf Z && tail -c +$((at + 2)) ledger; } >forged
        expect 1 ledger-history -l forged alice
        says '^ledger-history: forged:[0-9]+: '
        [ ! -s "$out" ]
    done
    { cat ledger && head -c 99 2b; } >torn
    ledger-history -l torn alice | cmp - wanted
    : >empty
    expect 1 ledger-history -l empty alice
}

# changed BLOCK LINE ARGUMENT...: a byte of that line of the block (header: 1) is changed behind the index's back. The
# fault names that line, or, where the whole block is held against its root, the block's.
changed() {
    local block=$1 line at
    line=$(($(grep -n '^block ' good | sed -n "$((block + 1))p" | cut -d : -f 1) + $2 - 1))
    at=$(head -n "$line" good | wc -c)
    shift 2
    cp good ledger
    ledger-chain -t >/dev/null
    printf 0 | dd of=ledger bs=1 seek=$((at - 100)) conv=notrunc status=none
    cmp -s ledger good && printf 1 | dd of=ledger bs=1 seek=$((at - 100)) conv=notrunc status=none
    "$BIN/.t/plantest" stamp ledger
    expect 1 ledger-history "$@"
    says "^ledger-history: ledger:$((line - ${whole-0})): (tx|block): the ledger was changed"
}

@test "what is printed is held against hashes, whatever the index says" {
    cp ledger good
    changed 1 2 alice
    changed 2 1 alice
    changed 2 3 -r bob
    whole=9 changed 0 10 alice
    whole=1 changed 4 2 -b "$side" bob
    changed 4 1 -b "$side" alice
    # what has no part in the answer is not read
    cmp -s good ledger || ledger-history -e 1 alice >/dev/null
}

@test "an index whose rows do not add up is trouble, and is made again" {
    ledger-history alice >wanted
    for spoil in 'DELETE FROM tx WHERE seq = 1' 'UPDATE tx SET recipient = sender' 'UPDATE tx SET main = 0' \
        'UPDATE block SET earned = 60' 'UPDATE journal SET bytes = zeroblob(9)' 'DELETE FROM journal'; do
        "$BIN/.t/plantest" spoil ledger.index "$spoil"
        status=0
        ledger-history alice >got 2>told || status=$?
        echo "$spoil: $status"
        [ "$status" -eq 2 ] && grep -q '^ledger-history: index: ' told
        ledger-history alice | cmp - wanted
    done
}

@test "numbers that are none" {
    for letter in s e S U n; do
        for bad in -1 x '' 9223372036854775808; do
            expect 2 ledger-history -$letter "$bad" alice
            case $letter in
            S | U) says "^ledger-history: -$letter: '$bad'" ;; # which may be a date
            *) says "^ledger-history: -$letter: '$bad' is not a number from 0 to " ;;
            esac
        done
    done
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 ledger-history
    says '^usage: ledger-history '
    expect 2 ledger-history -x alice
    expect 0 ledger-history -h
    grep -q '^usage: ledger-history ' "$out"
    expect 0 ledger-history -V
    grep -q '^ledger-history (peerutils) ' "$out"
    expect 2 sh -c 'ledger-history alice >/dev/full'
    says '^ledger-history: stdout: No space left on device$'
    expect 2 sh -c 'ledger-history alice >&-'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'ledger-history alice >&6'
    [ ! -s "$err" ]
    exec 6>&-
}
