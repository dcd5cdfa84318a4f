# shellcheck shell=bash
# The theme `state', sourced by t/bench/run: what state lines cost on chains of many accounts.

# A ledger of so many accounts, and a key with money on it: a folder with `ledger`, its index and payer.key.
crowded() { # NAME ACCOUNTS [OPTION]...
    local folder=$room/$2-accounts-$1 accounts=$2 chain time=1700000010 part
    [ ! -e "$folder/done" ] || { echo "$folder" && return 0; }
    say "making a ledger of $accounts accounts"
    rm -rf "$folder"
    mkdir "$folder"
    (
        cd "$folder"
        keygen -s bench payer >/dev/null 2>&1
        ledger-init -T 1700000000 -e 0 -t f -A batch "${@:3}" payer 4000000000000 >ledger
        chain=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
        awk -v accounts="$accounts" -v head="tx $chain $(account payer)" 'BEGIN {
            for (i = 0; i < accounts / 256; i++) {
                printf "%s %d 1000000 batch -", head, i
                for (j = 0; j < 256; j++) printf " %064x 1000000", i * 256 + j + 1
                print ""
            }
        }' | txsign -k payer.key | split -l 50 - part.
        for part in part.*; do
            mine -m payer -T $((time += 10)) <"$part" | ledger-append -q
            rm "$part"
        done
    )
    : >"$folder/done"
    echo "$folder"
}

# The next COUNT + 1 blocks of a crowded ledger, each of 1,000 payments to accounts that are there: NAME.0 and on.
busy_blocks() { # NAME COUNT FOLDER ACCOUNTS
    local i time
    cp "$3/ledger" "$3/ledger.index" "$3/payer.key" "$3/payer.pub" .
    for ((i = 0; i <= $2; i++)); do
        time=$(ledger-chain -t | cut -d ' ' -f 5)
        awk -v accounts="$4" -v seed="$i" 'BEGIN {
            srand(seed)
            for (i = 0; i < 1000; i++) printf "%064x 1\n", 1 + int(rand() * accounts)
        }' | txmake -f payer -F 1000000 | txsign -k payer.key | mine -m payer -T $((time + 10)) >"$1.$i"
        ledger-append -q <"$1.$i"
    done
    mv ledger "$1.ledger"
    mv ledger.index "$1.index"
}

# What they have grown to is measured before they grow on, and everything in turn.
state_theme() {
    local with without
    with=$(crowded state "$large" -S 1)
    without=$(crowded plain "$large")
    busy_blocks with "$rounds" "$with" "$large"
    busy_blocks without "$rounds" "$without" "$large"
    rm with.ledger with.index without.ledger without.index
    for name in with without; do
        cp "${!name}/ledger" "$name.ledger"
        ledger-chain -t "$name.ledger" >/dev/null
    done
    head_of "Index of a ledger of $large accounts, MB" 'rule state 1' 'no rule'
    row "LEDGER.index" "$(sum "$(stat -c %s with.ledger.index) / 1e6")" \
        "$(sum "$(stat -c %s without.ledger.index) / 1e6")"
    begin
    command with 'with.%d' - ledger-append -q with.ledger
    command without 'without.%d' - ledger-append -q without.ledger
    command audit - - verify -q with.ledger
    command plain - - verify -q without.ledger
    in_turn "$rounds"
    head_of 'A block of 1000 payments after another one' 'rule state 1' 'no rule'
    row 'ledger-append -q, ms' "$(ms with)" "$(ms without)"
    row "its processor's time, ms" "$(sum "1000 * $(cpu_seconds with)")" "$(sum "1000 * $(cpu_seconds without)")"
    row 'its memory, MB' "$(sum "$(answer with memory) / 1024")" "$(sum "$(answer without memory) / 1024")"
    head_of "Audit of all $large accounts" 'rule state 1' 'no rule'
    row "verify -q, processor's time, s" "$(cpu_seconds audit)" "$(cpu_seconds plain)"
    row 'its memory, MB' "$(sum "$(answer audit memory) / 1024")" "$(sum "$(answer plain memory) / 1024")"
    prove_account
}

# The four lines about one account, as a phone gets them.
prove_account() {
    ledger-proof -l with.ledger -a "$(printf '%064x' 77)" >proof
    begin
    command proof - - ledger-proof -l with.ledger -a "$(printf '%064x' 77)"
    command verify proof - verify -q -H
    in_turn "$runs"
    head_of "A proof of what one of $large accounts has" it -
    row 'bytes' "$(wc -c <proof)" -
    row 'ledger-proof -a, ms' "$(ms proof)" -
    row 'verify -H of its four lines, ms' "$(ms verify)" -
}
