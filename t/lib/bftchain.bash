# Blocks of a chain of `rule seal bft`, made by hand, with the votes of whomever a test wants; load it behind lib/ledger.

# The genesis block of a chain of these members, each with a stake of 100, half of which a lie costs; alice has 1000. It
# leaves the names of the members, in the order of their accounts, in the array `members`.
bft_chain() { # "NAME..."
    local name
    for name in alice $1; do keygen -s "demo $name" "$name" >>names 2>/dev/null; done
    for name in $1; do cat "$name.pub"; done | sort >member-keys
    mapfile -t members < <(cut -d ' ' -f 3 member-keys)
    ledger-init -S bft -A stake -m 100 -u 5 -x 500 -M member-keys -n demo -s 1 -T 1700000000 alice 1000
}

# sign NAME: stdin's line with its signature.
sign() {
    tr -d '\n' >unsigned
    openssl pkeyutl -sign -rawin -inkey "$1.key" -in unsigned -out signature
    echo "$(<unsigned) $(od -An -v -tx1 signature | tr -d ' \n')"
}

# The Merkle root of stdin's lines.
root() {
    local ids=() next
    while IFS= read -r line; do ids+=("$(id <<<"$line")"); done
    [ ${#ids[@]} -gt 0 ] || ids=("$(id </dev/null)")
    while [ ${#ids[@]} -gt 1 ]; do
        next=()
        while [ ${#ids[@]} -gt 1 ]; do
            next+=("$(id <<<"${ids[0]} ${ids[1]}")")
            ids=("${ids[@]:2}")
        done
        ids=("${next[@]}" "${ids[@]}")
    done
    echo "${ids[0]}"
}

# A member's vote for the last block of a ledger, in round 0.
vote() { # LEDGER NAME
    local last
    last=$(headers "$1" | tail -n 1)
    echo "vote $(head -n 1 "$1" | id) $(cut -d ' ' -f 2 <<<"$last") 0 precommit $(id <<<"$last") $(account "$2")" | sign "$2"
}

# Appends to a ledger a block by this member, with the votes of these for the one before it, and stdin's transactions. $set is the
# set of members in its header, if it is not the one of the last header.
bft_block() { # LEDGER NAME [VOTER...]
    local last voter
    last=$(headers "$1" | tail -n 1)
    for voter in "${@:3}"; do vote "$1" "$voter"; done | LC_ALL=C sort -k 7,7 >body
    cat >>body
    echo "$last" | awk -v prev="$(id <<<"$last")" -v root="$(root <body)" -v who="$(account "$2")" -v count="$(wc -l <body)" \
        -v set="${set-}" '{ print $1, $2 + 1, prev, root, $5 + 1, set == "" ? $6 : set, who, count }' | sign "$2" | cat - body >block
    ledger-append -q "$1" <block
}
