load lib/common

# Merkle roots: the vectors, and the shape of the tree against the definition, by sha256sum.

merkletest() {
    timeout 60 "$BIN/.t/merkletest"
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
