# shellcheck shell=bash
# operations.sh: the theme `operations` of run: what transactions of each kind cost to audit, beside payments.

# The keys of so many senders in the folder `senders`, and an address book, which has policies of three of them each.
senders=100
people_of_operations() {
    local i j k
    [ ! -e senders ] || return 0
    mkdir senders
    for ((i = 0; i < senders; i++)); do keygen -s "bench $i" "senders/s$i"; done >senders/book 2>/dev/null
    for ((i = 0; i < senders; i++)); do
        j=$(((i + 1) % senders)) k=$(((i + 2) % senders))
        policy -a senders/book -n "p$i" 2 "s$i" "s$j" "s$k"
    done >policies
    cat policies >>senders/book
}

# So many payments FROM TO AMOUNT, by the senders in turn, to ten times as many accounts as there are senders; names
# begin with `s`, or `p` for the policies.
payments() { # COUNT PREFIX
    awk -v n="$1" -v prefix="$2" -v senders="$senders" 'BEGIN {
        for (i = 0; i < n; i++)
            printf "%s%d %064x %d\n", prefix, i % senders, 1 + i * 7919 % (10 * senders), 1 + i % 1000
    }'
}

# The same for batches of 256 payments, all of one sender.
batches() { # COUNT
    awk -v n="$1" -v senders="$senders" 'BEGIN {
        for (i = 0; i < n; i++)
            for (k = 0; k < 256; k++)
                printf "s%d %064x %d\n", i % senders, 1 + (i * 256 + k) * 7919 % (10 * senders), 1 + k % 1000
    }'
}

# Signed transactions of a kind, for the chain of the ledger.
transactions() { # KIND COUNT LEDGER
    local keys
    keys=$(printf ' -k senders/s%d.key' $(seq 0 $((senders - 1))))
    set -- "$1" "$2" -l "$3" -a senders/book
    # shellcheck disable=SC2086 # $keys are words
    case $1 in
    pay) payments "$2" s | txmake "${@:3}" ;;
    batch) payments "$2" s | txmake -b "${@:3}" ;;
    batch256) batches "$2" | txmake -b "${@:3}" ;;
    sponsored) payments "$2" s | txmake -S "$(account payer)" "${@:3}" ;;
    policy) payments "$2" p | txmake "${@:3}" ;;
    esac |
        txsign $keys -k payer.key
}

# A ledger of so many transactions of a kind, 1000 in a block (20 if they are large): its path.
ledger_of() { # KIND COUNT
    local path per=1000 time=1700000000 part
    path=$room/$1-$2-$(sha256sum <"$operations" | cut -c 1-8).ledger
    if [ ! -e "$path" ]; then
        say "making a ledger of $2 transactions: $1"
        [ "$1" != batch256 ] || per=20
        # shellcheck disable=SC2046 # words
        ledger-init -T $time -t f -e 0 -b 32000000 -A batch,policy,sponsor \
            $(awk '$1 == "key" { print $2, 1000000000000 }' senders/book payer.pub) >"$path.new"
        transactions "$1" "$2" "$path.new" | split -l $per - part.
        for part in part.*; do
            mine -l "$path.new" -m "$(account payer)" -T $((time += 10)) <"$part" >mined
            ledger-append -q "$path.new" <mined
        done
        rm -f part.* mined "$path.new".*
        mv "$path.new" "$path"
    fi
    echo "$path"
}

operations_theme() {
    local n=$((large / 10)) few=$((large / 250)) kind
    people
    people_of_operations
    begin
    for kind in pay batch sponsored policy batch256; do
        [ $kind != batch256 ] || n=$few
        command "$kind all" - - verify -q "$(ledger_of $kind $n)"
        command "$kind one" - - verify -q -j 1 "$(ledger_of $kind $n)"
    done
    n=$((large / 10))
    in_turn -c "$rounds"
    each() { sum "1000000 * $(cpu_seconds "$1 one") / $2"; }
    head_of "verify of $n transactions: processor's time for one, microseconds" it payment
    row 'pay' "$(each pay $n)" -
    row 'batch of one payee' "$(each batch $n)" "$(each pay $n)"
    row 'sponsored: two signatures' "$(each sponsored $n)" "$(each pay $n)"
    row 'sponsored : two payments' "$(each sponsored $n)" "$(sum "2 * $(each pay $n)")" '<= 1.1'
    row 'policy, 2 of 3: two signatures' "$(each policy $n)" "$(each pay $n)"
    row 'policy, 2 of 3 : two payments' "$(each policy $n)" "$(sum "2 * $(each pay $n)")" '<= 1.1'
    row "batch of 256 payees (of $few)" "$(each batch256 "$few")" "$(each pay $n)"
    row 'each payee of it' "$(sum "$(each batch256 "$few") / 256")" "$(each pay $n)"
    head_of "verify, $cores threads: transactions a second" it payments
    each() { sum "$2 / $(seconds "$1 all")"; }
    for kind in batch sponsored policy; do
        row $kind "$(each $kind $n)" "$(each pay $n)"
    done
    row 'payees in batches of 256' "$(each batch256 $((256 * few)))" "$(each pay $n)"
}
