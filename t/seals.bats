load lib/common
load lib/ledger

# Chains that members seal or make final: what their blocks must keep, and which tip is the best (t/vectors/seals).

SEALS=$VECTORS/seals

@test "every good ledger is judged good, and its tip, state, supply, final block and rivals are those of the vectors" {
    "$BIN"/.t/sealtest tips "$SEALS"/good/*.ledger | sort >found
    diff <(sort "$SEALS/tips") found
    [ "$(wc -l <found)" -gt 80 ]
}

@test "every bad ledger is refused, at its line and by its rule" {
    "$BIN"/.t/sealtest faults "$SEALS"/bad/*.ledger >found
    diff "$SEALS/faults" found
    [ "$(wc -l <found)" -gt 150 ]
}
