# Chains whose members seal; load it behind lib/common.

# The genesis block of a chain with this spacing, whose members are these, each of weight 1, with further options of
# ledger-init; alice has 1000. Who has no key gets one. It adds to the address book `names`, and leaves the key lines of
# the members, in the order of their accounts, in member-keys.
sign_chain() { # SPACING "NAME..." [OPTION...]
    local name
    for name in alice $2; do [ -e "$name.key" ] || keygen -s "demo $name" "$name" >>names 2>/dev/null; done
    for name in $2; do cat "$name.pub"; done | sort >member-keys
    ledger-init -S sign -M member-keys -n demo -s "$1" -b 5000 -T 1700000000 "${@:3}" alice 1000
}

# The name of the member whose turn it is at a height.
turn_of() { # HEIGHT
    sed -n "$(($1 % $(wc -l <member-keys) + 1))p" member-keys | cut -d ' ' -f 3
}
