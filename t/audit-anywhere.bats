# bats file_tags=long,slow,thorough
load lib/common
load lib/audit

# audit-by-hand says the same by whatever shell and awk it is run.

# Of t/vectors/v2, one of each form; that of SLH-DSA takes as long as all others.
FORMS='good/batch-three-same-payee good/policy-after-and-hash good/policy-2-of-3-ac good/sponsor-seq-stays
    good/bytefee-sponsor-exact good/state-every-third good/slh-dsa-in-policy
    bad/policy-signers-descending bad/state-wrong-root bad/batch-order-counts'

# Whether another shell is the one that t/audit-vectors.bats ran it with.
is_sh() { # SHELL
    [ "$(readlink -f "$(command -v "$1")")" = "$(readlink -f "$(command -v sh)")" ]
}

@test "other shells say the same" {
    program=$(command -v audit-by-hand)
    for shell in dash 'bash --posix' bash ksh93 'busybox ash'; do
        # shellcheck disable=SC2086 # words
        has_shell $shell || continue
        # shellcheck disable=SC2086 # words
        expect 0 $shell "$program" -q "$VECTORS/good/tie-first-wins.ledger"
        [ "$(cut -d ' ' -f 1,2,4- "$out")" = 'tip 2 blocks 4 supply 1600' ]
        # shellcheck disable=SC2086 # words
        expect 1 $shell "$program" -q "$VECTORS/bad/overspend.ledger"
        says ':13: tx: spends 1000, d3212259999f628d9bd6ea801f88cc5858fa55850f0e66a48ed54f41e6e50a8b has 999$'
        ! is_sh "$shell" || continue
        for name in $FORMS; do
            # shellcheck disable=SC2086 # words
            expect "$(status_of "$name")" $shell "$program" -q "$VECTORS/v2/$name.ledger"
        done
    done
}

@test "every shell gives the right verdict, or refuses with a word" {
    program=$(command -v audit-by-hand)
    for shell in dash bash 'bash --posix' mksh lksh ksh93 posh yash zsh 'zsh --emulate sh' 'busybox sh'; do
        # shellcheck disable=SC2086 # words
        has_shell $shell || continue
        while read -r want file; do
            # shellcheck disable=SC2086
            run_apart $shell "$program" -q -T 1700000200 "$VECTORS/$file"
            if [ "$shell" = mksh ]; then # which counts with 32 bits
                want=2
            fi
            [ "$status" -eq "$want" ] || { echo "$shell: $status of $file" && cat "$err" && false; }
            [ "$want" -ne 2 ] || says '^audit-by-hand: this shell does not count to 2\^63'
        done <<'END'
0 cases/big-amounts.ledger
1 cases/forged-minfee-2to32.ledger
END
    done
}

@test "what the environment brings is no part of a verdict" {
    echo 'exit 0' >start
    for setting in SHELLOPTS=noclobber SHELLOPTS=allexport IFS=1 IFS= POSIXLY_CORRECT=1 LC_ALL=C.UTF-8 ENV=start CDPATH=/:. \
        OPENSSL_CONF=start _POSIX2_VERSION=199209 TMOUT=1; do
        expect 1 env "$setting" bash "$(command -v audit-by-hand)" -q "$VECTORS/bad/replayed-seq.ledger"
    done
}

@test "every awk says the same" {
    for name in good/linear good/fork bad/memo-too-long bad/memo-not-canonical bad/signature-s-plus-l bad/nul-byte \
        v2/good/slh-dsa-sponsor v2/good/state-every-third v2/bad/policy-signature-of-the-first-covers-not-the-second; do
        run_apart audit-by-hand -q "$VECTORS/$name.ledger"
        mv "$out" out && mv "$err" err
        [ "$status" = "$(status_of "${name#v2/}")" ]
        for awk in mawk gawk 'gawk --posix' original-awk 'busybox awk'; do
            command -v "${awk%% *}" >/dev/null || continue
            instead awk "exec $(command -v "${awk%% *}")${awk#"${awk%% *}"} \"\$@\""
            PATH=$PWD/other expect "$(status_of "${name#v2/}")" "$(command -v dash)" "$(command -v audit-by-hand)" -q "$VECTORS/$name.ledger" ||
                { echo "$awk of $name" && return 1; }
            cmp "$out" out
            cmp "$err" err
        done
    done
}
