load lib/common
load lib/ledger

# Chains with members that somebody broke (t/lib/membermutants.py): each is refused in the block that an independent reading
# refuses, or both come to the same tip, state, supply and final block.
#
# MUTANTS says how many of each seal in the thorough test, FIRST_MUTANT from which on.

# judged SEAL FIRST COUNT
judged() {
    mkdir "$1"
    python3 -B "$ROOT/t/lib/membermutants.py" "$1" "$2" "$3" "$1"
    "$BIN"/.t/sealtest tips "$1"/*.ledger | sed 's/^\([0-9]*\) line \([0-9]*\): \(.*\)/\1 bad \2 \3/' >found
    awk 'NR == FNR { found[$1] = $0; next }
        {
            split(found[$1], is, " ")
            same = $2 == "bad" ? is[2] == "bad" && is[3] >= $3 && is[3] <= $4 : found[$1] == $0
            bad += $2 == "bad"
        }
        !same { print $0 "\nbut: " found[$1]; wrong = 1 }
        END { exit wrong || FNR == 0 || bad < FNR / 4 || bad == FNR }' found "$1/said"
    sed -n 's/^[0-9]* bad [0-9]* //p' found | sed -f "$ROOT/t/lib/rules.sed" >>rules
}

@test "a few mutants of each seal" {
    need python3
    for seal in sign bft pow; do judged $seal 1 25; done
}

# bats test_tags=thorough
@test "hundreds of mutants of each seal, which reach the rules of members" {
    need python3
    for seal in sign bft pow; do judged $seal "${FIRST_MUTANT:-1001}" "${MUTANTS:-400}"; done
    sort rules | uniq -c | sort -rn | sed 's/^/# /' >&3
    [ "${FIRST_MUTANT-}${MUTANTS-}" ] || [ "$(sort -u rules | grep -Ec '^(vote|attest|member|tx: (accuse|admit|stake|unstake)|block: (target should|miner|votes|its)|state): ?')" -ge 25 ]
}

@test "two readings that differ are told apart" {
    need python3
    mkdir sign
    python3 -B "$ROOT/t/lib/membermutants.py" sign 1 3 sign
    sed 's/^\([0-9]*\) .*/\1 bad 9999 9999/' sign/said >said
    "$BIN"/.t/sealtest tips sign/*.ledger >found
    refute cmp -s said found
}
