load lib/common

# ledger-page: what it writes.

@test "the same ledger gives the same page" {
    expect 0 ledger-page "$VECTORS/good/linear.ledger"
    ledger-page -l "$VECTORS/good/linear.ledger" | cmp - "$out"
    grep -qx '</html>' "$out"
}
