load lib/common

# Merkle roots: the vectors, and the shape of the tree against the definition, by sha256sum.

merkletest() {
    timeout 300 "$BIN/.t/merkletest"
}

@test "the roots of the vectors" {
    cut -d' ' -f1 "$VECTORS/merkle" | merkletest | diff "$VECTORS/merkle" -
}

# The definition, as slow as it stands: root FIRST COUNT.
root() {
    if [ "$2" -eq 0 ]; then
        printf '' | sha256sum | cut -c 1-64
    elif [ "$2" -eq 1 ]; then
        printf 'leaf %d' "$1" | sha256sum | cut -c 1-64
    else
        local k=1
        while [ $((k * 2)) -lt "$2" ]; do k=$((k * 2)); done
        printf '%s %s' "$(root "$1" "$k")" "$(root $(($1 + k)) $(($2 - k)))" | sha256sum | cut -c 1-64
    fi
}

@test "the roots of 0 to 17 and of 31 to 33 leaves, by the definition" {
    for n in $(seq 0 17) 31 32 33; do echo "$n $(root 0 "$n")"; done >want
    cut -d' ' -f1 want | merkletest | diff want -
}

@test "the path of every index of every size to 70, by the definition of RFC 9162" {
    for n in $(seq 9); do timeout 300 "$BIN/.t/prooftest" make "$n"; done | cmp "$VECTORS/proofs" -
    for n in $(seq 70); do
        timeout 300 "$BIN/.t/prooftest" make "$n" >lines
        echo "$n $(head -n 1 lines | cut -d ' ' -f 1) $(cut -d ' ' -f 2- lines | sha256sum | cut -c 1-64)"
        cat lines >>all
    done | diff "$VECTORS/proof-sums" -
    "$BIN/.t/prooftest" check <all | sort | uniq -c | grep -Eq '^ *2485 holds$'
}

@test "the stored paths are what the definition gives" {
    command -v python3 >/dev/null || skip 'python3 is not here'
    python3 -B "$ROOT/t/lib/merkle.py" proofs 9 | cmp - "$VECTORS/proofs"
    python3 -B "$ROOT/t/lib/merkle.py" sums 70 | cmp - "$VECTORS/proof-sums"
}

@test "no digit of a proof can be another: every digit of small ones, some larger ones" {
    "$BIN/.t/prooftest" change <"$VECTORS/proofs" >count
    grep -Fqx 203910 count
    for n in 10 17 33 64 70; do
        "$BIN/.t/prooftest" make "$n" | sed -n "1p;$((n / 2))p;${n}p"
    done | timeout 300 "$BIN/.t/prooftest" change >count
    [ "$(cat count)" -gt 70000 ]
}

@test "a path is as long as index and count ask for, and no other" {
    for n in $(seq 70); do "$BIN/.t/prooftest" make "$n"; done >all
    "$BIN/.t/prooftest" shorten <all | grep -Fqx 9937
    # a leaf alone is its root, and has no path at all
    head -n 1 all | grep -Eqx '([0-9a-f]{64}) proof 0{64} 1 0 \1'
}
