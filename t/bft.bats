load lib/common

# Tendermint: its rules T1 to T16 (t/lib/bftrules.c, of one node that others tell this or that), each marked one with a
# mutant that breaks it (break=Tn); random runs with liars (t/lib/bfttest.c); and netsim.

TEST=$BIN/.t/bfttest
RULES=$BIN/.t/bftrules

# --- The rules ------------------------------------------------------------------------------------

@test "T1 to T16 are kept" {
    expect 0 timeout 300 "$RULES" all
    [ "$(cat "$out")" = '19 kept' ]
}

@test "a mutant of T1 to T5, T7 to T11 and T16 breaks that rule" {
    for rule in T1 T2 T3 T4 T5 T7 T8 T9 T10 T11 T16; do
        expect 1 timeout 300 "$RULES" $rule break=$rule
        grep -q "^$rule: " "$out"
    done
}

turns() { # COUNT NAME:WEIGHT...
    printf '%s\n' "${@:2}" "$1" | timeout 300 "$TEST" rotation
}

@test "T15: everyone proposes as often as its weight says, and equals in turn" {
    [ "$(turns 6 b:1 a:1 c:1)" = 'a b c a b c' ]
    [ "$(turns 4 one:7)" = 'one one one one' ]
    [ "$(turns 12 n1:4 n2:5 n3:3 | tr ' ' '\n' | sort | uniq -c | awk '{ print $1 }' | paste -s -d ' ')" = '4 5 3' ]
    [ "$(turns 3 big:9223372036854775806 small:1)" = 'big big big' ]
    [ "$(echo '100 -10 1 | 0 0 0 | 1' | timeout 300 "$TEST" priorities)" = '70 -40 -29 | 0' ]
}

@test "T15: the rotation of cometbft, as published" {
    cases=$ROOT/../shared/vectors/proposer
    [ -e "$cases" ] || skip "there is no ../shared/vectors/proposer"
    while IFS='|' read -r name members order; do
        read -r -a words <<<"$members"
        read -r -a proposers <<<"$order"
        [ "$(turns "${#proposers[@]}" "${words[@]}")" = "${proposers[*]}" ] || { echo "not so: $name" && return 1; }
    done < <(grep -v '^#' "$cases/sequences.txt")
    while IFS='|' read -r start weights times after turn; do
        read -r -a words <<<"$after | $turn"
        [ "$(echo "$start | $weights | $times" | timeout 300 "$TEST" priorities)" = "${words[*]}" ] ||
            { echo "not so: $start | $weights | $times" && return 1; }
    done < <(grep -v '^#' "$cases/priorities.txt")
}

# --- Liars ----------------------------------------------------------------------------------------

HASTY='timeout=15 delta=5 resend=40'

# holds SEEDS NODES LIARS [SETTING...]: no fork, nobody honest is to blame, and all is decided in the end.
holds() {
    expect 0 timeout 600 "$TEST" random 1 "$1" "${@:2}"
    grep -q " 0 forks, 0 broken$" "$out"
}

@test "fewer liars than a third: safe, live after the faults, and no honest member is to blame" {
    holds 30 4 0
    holds 30 4 1
    holds 20 7 2
    # shellcheck disable=SC2086 # words
    holds 30 4 1 $HASTY
}

# bats test_tags=thorough
@test "the same with 1,000 seeds" {
    holds 1000 4 1
    holds 1000 7 2
    holds 100 10 3
    # shellcheck disable=SC2086 # words
    holds 300 4 0 $HASTY
}

@test "a third and more: forks are possible, and each names more than a third of the weight" {
    expect 0 timeout 600 "$TEST" random 1 100 4 2
    grep -Eq ' [1-9][0-9]* forks, 0 broken$' "$out"
}

# caught RULE SEEDS NODES LIARS: a run of the mutant breaks something.
caught() {
    # shellcheck disable=SC2086 # words
    run_apart timeout 600 "$TEST" random 1 "$2" "$3" "$4" $HASTY "break=$1"
    echo "# $1: first by seed $(head -n 1 "$out")" >&3
    [ "$status" -eq 1 ]
}

@test "random runs catch what is soon seen: T1, T2, T4, T9, T10, T11" {
    caught T1 10 4 1
    caught T2 10 4 1
    caught T4 10 4 0
    caught T9 5 4 0
    caught T10 40 4 1
    caught T11 30 4 1
}

# bats test_tags=thorough
@test "random runs catch the others, but for T8: T3, T5, T7, T16" {
    caught T3 30 4 0
    caught T5 120 4 1
    caught T7 150 4 1
    caught T16 200 4 1
}

# --- netsim -----------------------------------------------------------------------------------------

# bears NODES SEEDS [WORD...]: nothing breaks under all faults, and all is answered after them.
bears() {
    expect 0 timeout 600 netsim -q -m -n "$1" -s "1-$2" -f all -e 'snapshot 30' "${@:3}" tendermint
    [ "$(tail -n 1 "$out")" = "seeds $2 broken 0" ]
}

@test "netsim: all faults, also with members that are run twice, fewer than a third" {
    bears 1 10
    bears 4 30
    bears 4 30 -W 1
    bears 7 20 -W 2
}

# bats test_tags=thorough
@test "netsim: 1,000 seeds of 4 and 7 members" {
    for nodes in 4 7; do
        bears $nodes 1000
        bears $nodes 1000 -W $(((nodes - 1) / 3))
    done
}

@test "netsim: with more than a third run twice, two nodes decide differently" {
    expect 1 timeout 600 netsim -q -m -n 4 -s 1-100 -f all -W 2 -p order tendermint
}

@test "netsim: weights count; a member without any decides nothing and still learns" {
    expect 0 timeout 600 netsim -q -m -n 4 -s 1-20 tendermint weight=n1:0 weight=n2:2
    expect 1 timeout 300 netsim -q -n 4 -s 1 -a '0 crash n4 for 60000' -e 'quorum n1 n2 n3' tendermint weight=n4:3
    grep -q ' live ' "$out"
}

@test "settings that are wrong are refused, with a word" {
    for setting in timeout=0 weight=n9:1 weight=n1 weight=n1:x forward=perhaps break=T17 break=1 chance=1 nonsense \
        weight=n1:9223372036854775807; do
        expect 2 timeout 300 netsim -n 4 tendermint $setting
        says 'tendermint: '
    done
    expect 2 timeout 300 netsim -n 1 tendermint weight=n1:0
    says 'no member has a weight'
}
