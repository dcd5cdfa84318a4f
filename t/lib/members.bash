# Chains whose members seal; load it behind lib/common.

sha() {
    sha256sum | cut -d ' ' -f 1
}

# The Merkle root of these ids.
root() { # ID...
    local k=1
    if [ $# -eq 1 ]; then
        echo "$1"
    else
        while [ $((2 * k)) -lt $# ]; do k=$((2 * k)); done
        printf '%s %s' "$(root "${@:1:k}")" "$(root "${@:k+1}")" | sha
    fi
}

root_of() { # FILE
    local ids=()
    while IFS= read -r line; do ids+=("$(printf %s "$line" | sha)"); done <"$1"
    root "${ids[@]}"
}

# The genesis block of a chain with this spacing, whose members are these, each of weight 1, with the further rules on
# stdin; alice has 1000. The members of a name without a key get one. It adds to the address book `names`, and leaves
# the member lines in member-lines.
sign_chain() { # SPACING NAME...
    local zero
    zero=$(printf %064d 0)
    [ -e alice.key ] || keygen -s 'demo alice' alice >>names 2>/dev/null
    for name in "${@:2}"; do [ -e "$name.key" ] || keygen -s "demo $name" "$name" >>names 2>/dev/null; done
    for name in "${@:2}"; do cut -d ' ' -f 2 "$name.pub"; done | sort | sed 's/.*/member & 1/' >member-lines
    {
        printf 'rule %s\n' 'name demo' 'seal sign' "spacing $1" 'halflife 0' 'reward 50' 'halving 0' 'maxblock 5000' \
            'minfee 1'
        cat
        cat member-lines
        echo "grant $(cut -d ' ' -f 2 alice.pub) 1000"
    } >genesis-body
    echo "block 0 $zero $(root_of genesis-body) 1700000000 $(root_of member-lines) $zero $(wc -l <genesis-body) 0"
    cat genesis-body
}

# The name of the member whose turn it is at a height.
turn_of() { # HEIGHT
    local account
    account=$(sed -n "$(($1 % $(wc -l <member-lines) + 1))p" member-lines | cut -d ' ' -f 2)
    grep -l "^key $account " ./*.pub | sed 's,^\./,,; s,\.pub$,,'
}
