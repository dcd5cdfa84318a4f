# Members who agree on blocks, each with a node; load it behind lib/network or lib/gossip, and lib/bftchain.

# consortium COUNT [OPTION...]: keys m1 m2 ... and a genesis block of a chain whose members these are, each in a folder n1 n2 ... .
# Sets MEMBERS to the folders; alice has 1000. SEAL is another seal than bft; further options go to ledger-init.
consortium() {
    local n
    keygen -s 'demo alice' alice >names 2>/dev/null
    keygen -s 'demo bob' bob >>names 2>/dev/null
    for ((n = 1; n <= $1; n++)); do keygen -s "member $n" "m$n" >>names 2>/dev/null; done
    for ((n = 1; n <= $1; n++)); do cat "m$n.pub"; done >member-keys
    ledger-init -S "${SEAL-bft}" -M member-keys -n demo -s 1 "${@:2}" alice 1000 >ledger
    CHAIN=$(chain_id ledger)
    MEMBERS=()
    for ((n = 1; n <= $1; n++)); do
        mkdir "n$n" && cp ledger names "n$n/"
        MEMBERS+=("n$n")
    done
    FIRST=''
}

# sit NAME...: starts the nodes of these members; the first one ever is a peer of all later ones.
sit() {
    local name
    for name; do
        # shellcheck disable=SC2086,SC2154 # nothing, or a peer; begin sets $at
        begin "$name" -v "m${name#n}.key" -- $FIRST
        FIRST=${FIRST:-$at}
    done
}

freeze() { # NAME
    kill -STOP -- "-$(cat "$1/node.pid")"
}

thaw() { # NAME
    kill -CONT -- "-$(cat "$1/node.pid")"
}

height() { # NAME: of its best tip
    ledger-chain -t "$1/ledger" | cut -d ' ' -f 2
}

is_high() { # NAME HEIGHT
    [ "$(height "$1")" -ge "$2" ]
}

# grows NAME...: each has two more blocks than the highest of them now.
grows() {
    local name high=0
    for name; do [ "$(height "$name")" -le "$high" ] || high=$(height "$name"); done
    for name; do eventually is_high "$name" $((high + 2)) || return 1; done
}

# final_in NAME SEQ: alice's transaction is in a block that is final.
final_in() {
    ledger-chain -f "$1/ledger" | grep -qxF "$(cat "tx.$2")"
}

# Whatever any ledger holds: one block a height is voted for by two thirds.
never_two() {
    local two
    # by sed alone: cat would join a last line that is half written to the next file's first
    two=$(sed -n 's/^vote [^ ]* \([0-9]*\) [0-9]* precommit \([^ ]*\) .*/\1 \2/p' n*/ledger | sort -u | cut -d ' ' -f 1 | uniq -d)
    [ -z "$two" ] || { echo "two final blocks at $two" && return 1; }
}

# Whatever its records say, nothing was signed twice: a height, round and step is there once.
never_twice() {
    local file
    for file in m*.key.history; do
        [ -z "$(grep '^vote' "$file" | cut -d ' ' -f 1-4 | sort | uniq -d)" ] || { echo "$file: twice" && return 1; }
    done
}

# votes NAME HEIGHT ROUND STEP BLOCK
votes() {
    echo "vote $CHAIN $2 $3 $4 $5 $(account "$1")" | sign "$1"
}

# proposes NAME HEIGHT ROUND VALIDROUND BLOCK
proposes() {
    echo "proposal $CHAIN $2 $3 $4 $5 $(account "$1")" | sign "$1"
}
