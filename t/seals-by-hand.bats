# bats file_tags=long,slow
load lib/common

# audit-by-hand on chains with members: turns, votes, sets, stakes, accusations, attest lines and final blocks, by coreutils, awk
# and openssl alone.

SEALS=$VECTORS/seals

# The verdict on each ledger whose name matches is the one of the vectors.
accept() { # NAMES
    while read -r name height id _ _ supply _ conflict; do
        expect 0 audit-by-hand -q "$SEALS/good/$name.ledger"
        echo "tip $height $id blocks $(grep -c '^block ' "$SEALS/good/$name.ledger") supply $supply" | cmp - "$out"
        [ "$(grep -c ': two final blocks exclude each other: ' "$err")" -eq "$conflict" ]
        [ "$(wc -l <"$err")" -eq "$conflict" ]
    done < <(awk -v names="$1" '$1 ~ names' "$SEALS/tips")
}

refuse() { # NAMES
    while read -r name rule; do
        expect 1 audit-by-hand -q "$SEALS/bad/$name.ledger"
        [ ! -s "$out" ]
        [ "$(wc -l <"$err")" -eq 1 ]
        [[ $(cat "$err") = "$SEALS/bad/$name.ledger:${rule/ /: }"* ]] || { cat "$err" && return 1; }
    done < <(awk -v names="$1" '$1 ~ names' "$SEALS/by-hand")
}

@test "sets, turns, votes, wishes, stakes, accusations, final blocks" {
    accept '^(sign-in-turn-outweighs-a-longer-branch|slash-everything|finality-two-conflicting-finals-first-counts)$'
    refuse '^(bft-exactly-two-thirds|accused-wish-about-it-withdrawn|finality-source-with-exactly-two-thirds)$'
}

@test "every ledger of the vectors is in the tables" {
    (cd "$SEALS/good" && printf '%s\n' *) | cmp - <(awk '{ print $1 ".ledger" }' "$SEALS/tips" | sort)
    (cd "$SEALS/bad" && printf '%s\n' *) | cmp - <(awk '{ print $1 ".ledger" }' "$SEALS/by-hand" | sort)
}

# (Every other one, or every third, is enough for a run: BROAD=1 takes them all, in two minutes.)
of_all() { # FILE EACH
    awk -v broad="${BROAD-}" -v each="$2" 'broad != "" || NR % each == 0 { printf "%s%s", (n++ ? "|" : ""), $1 }' "$1"
}

# bats test_tags=thorough
@test "every good ledger is accepted, and its tip is the one" {
    accept "^($(of_all "$SEALS/tips" 2))\$"
}

# bats test_tags=thorough
@test "every bad ledger is refused, in the line that breaks a rule, with that rule" {
    refuse "^($(of_all "$SEALS/by-hand" 3))\$"
}
