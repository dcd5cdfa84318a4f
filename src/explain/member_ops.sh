# The second part of that: what members do, accusations, and the state line of such a chain.
# shellcheck shell=sh disable=SC2003,SC2015,SC2034,SC2086,SC2094,SC2154

# ---- What members do ----

# What has been unbonding until this block's height returns, before its transactions.
return_unbonded() { # HEIGHT
    while read -r kind one due amount; do
        [ "$kind:$due" = "unbonding:$1" ] || continue
        look_up "$one"
        put_account "$one" $((balance + amount)) "$next"
        drop_entries "unbonding $one $1"
    done <<END
$(cat holdings)
END
}

is_accused() { # KEY
    has_line holdings "accused $1"
}
do_stake() { # FROM AMOUNT
    add_sum "stake $1" "$2"
}
do_unstake() { # FROM AMOUNT HEIGHT
    find_entry "stake $1"
    [ "$2" -le "${value:-0}" ] || no "$at" "tx: unstake: FROM has ${value:-0} staked, not $2"
    put_sum "stake $1" $((value - $2))
    find_members
    [ -s members ] || no "$at" 'tx: unstake: the last member cannot leave'
    add_sum "unbonding $1 $(($3 + unbonding))" "$2"
}

# FROM wants an account to have a weight; it is so if enough members want the same.
do_admit() { # FROM ACCOUNT WEIGHT
    find_entry "member $1"
    [ -n "$value" ] || no "$at" 'tx: admit: FROM is no member'
    ! is_accused "$2" || no "$at" 'tx: admit: the account was accused'
    find_entry "member $2"
    now_has=${value:-0} wishers=
    while read -r kind one about weight; do
        [ "$kind:$one:$about:$weight" = "wish:$1:$2:$weight" ] || [ "$kind:$about:$weight" != "wish:$2:$3" ] ||
            wishers="$wishers $one"
    done <holdings
    [ "$3" = "$now_has" ] || wishers="$wishers $1"
    find_members
    weigh members $wishers
    if [ "$seal" = sign ] && [ "$finality" -eq 0 ]; then
        [ "$agreed" -gt $((total - agreed)) ]
    else
        is_over_two_thirds "$agreed" "$total"
    fi && { change_weight "$2" "$3" && return; }
    find_entry "wish $1 $2"
    drop_entries "wish $1 $2"
    [ "$3" != "$now_has" ] || return 0
    count_entries "wish $1"
    [ "$count" -lt 16 ] || no "$at" 'tx: admit: FROM has over 16 wishes'
    printf '%s\n' "wish $1 $2 $3" >>holdings || trouble 'holdings: cannot be written'
}
change_weight() { # ACCOUNT WEIGHT
    count=$(($(wc -l <members)))
    [ "$2" -gt 0 ] || [ "$count" -gt 1 ] || no "$at" 'tx: admit: the last member cannot leave'
    [ "$now_has" -gt 0 ] || [ "$count" -lt 1000 ] || no "$at" 'tx: admit: over 1000 members'
    [ "$2" -le $((9223372036854775807 - total + now_has)) ] || no "$at" 'tx: admit: weights are over 2^63-1 together'
    drop_wishes_about "$1"
    if [ "$2" -eq 0 ]; then drop_member "$1"; else put_sum "member $1" "$2"; fi
}

# The words after `accuse`: two lines, $one and $other, of $fields fields together; who signed them is $culprit.
take_evidence() { # FIELD...
    fields=0
    take_signed "$@"
    one=$signed culprit=$signer claim_of_one=$claim spot_of_one=$spot kind_of_one=$kind from_one=$from to_one=$to
    shift "$taken"
    take_signed "$@"
    other=$signed
    [ "$kind" = "$kind_of_one" ] || no "$at" 'tx: accuse: lines of two kinds'
    is_below "$one" "$other" || no "$at" 'tx: accuse: the two lines are not in ascending order'
    [ "$signer" = "$culprit" ] || no "$at" 'tx: accuse: lines of two keys'
    contradicts || no "$at" 'tx: accuse: an honest member may sign both lines'
}
take_signed() { # FIELD...
    kind=${1-} from='' to=''
    case $kind in
    vote | proposal | attest) taken=8 ;;
    block) taken=9 ;;
    *) no "$at" 'tx: accuse: expected a vote, proposal, attest or block line' ;;
    esac
    [ $# -ge "$taken" ] || no "$at" 'tx: accuse: a line is cut short'
    fields=$((fields + taken)) signed=$kind todo=$((taken - 1))
    shift
    while [ "$todo" -gt 0 ]; do
        signed="$signed $1" todo=$((todo - 1))
        shift
    done
    set -- $signed
    signer=$7 signature=${signed##* }
    case $kind in
    block)
        check_header "$@"
        spot=$3 claim=${signed% *}
        return
        ;;
    vote | proposal) check_voice "$@" && spot="$3 $4" claim=$6 ;;
    attest) check_attest "$@" && spot=$5 claim="$6 $4" from=$3 to=$5 ;;
    esac
    [ "$kind" != vote ] || spot="$spot $5"
    is_hex "$7" 64 64 || no "$at" "$kind: key: '$7' is not 64 lowercase hex digits"
    is_hex "$8" 128 128 || no "$at" "$kind: signature: not 128 lowercase hex digits"
    [ "$2" = "$chain_named" ] || no "$at" 'tx: accuse: a line of another chain'
}
must_be_id() { # WHAT TEXT
    is_hex "$2" 64 64 || no "$at" "$1: '$2' is not 64 lowercase hex digits"
}
must_be_number() { # WHAT TEXT
    is_number "$2" || no "$at" "$1: '$2' is not a number from 0 to 2^63-1 without sign or leading zero"
}
check_voice() {
    must_be_id "$1: chain" "$2"
    must_be_number "$1: height" "$3"
    must_be_number "$1: round" "$4"
    case $1:$5 in
    vote:prevote | vote:precommit | proposal:-) ;;
    vote:*) no "$at" 'vote: step: not prevote or precommit' ;;
    *) must_be_number 'proposal: validround' "$5" ;;
    esac
    must_be_id "$1: block" "$6"
}
check_attest() {
    must_be_id 'attest: chain' "$2"
    must_be_number 'attest: sourceheight' "$3"
    must_be_id 'attest: source' "$4"
    must_be_number 'attest: targetheight' "$5"
    must_be_id 'attest: target' "$6"
}
check_header() {
    must_be_number 'block: height' "$2"
    must_be_id 'block: prev' "$3"
    must_be_id 'block: root' "$4"
    must_be_number 'block: time' "$5"
    must_be_id 'block: target' "$6"
    is_account "$7" || no "$at" "block: miner: '$7' is not 64 lowercase hex digits, nor p or s and 64 digits"
    must_be_number 'block: count' "$8"
    is_hex "$9" 1 64 || is_hex "$9" 128 128 || no "$at" 'block: seal is not 1 to 64 lowercase hex digits'
    is_hex "$7" 64 64 && [ ${#9} -eq 128 ] || no "$at" 'tx: accuse: a header that no member has signed'
}

# Two votes, or proposals, of one place for two blocks; two headers upon one parent that differ before the seal; two attest lines
# for one target height that differ, or one strictly around the other.
contradicts() {
    case $kind in
    attest)
        { [ "$from" -lt "$from_one" ] && [ "$to" -gt "$to_one" ]; } ||
            { [ "$from" -gt "$from_one" ] && [ "$to" -lt "$to_one" ]; } ||
            { [ "$to" -eq "$to_one" ] && [ "$claim" != "$claim_of_one" ]; }
        ;;
    *) [ "$spot" = "$spot_of_one" ] && [ "$claim" != "$claim_of_one" ] ;;
    esac
}

# What the culprit loses; FROM's tenth is $earned_by_accusing.
do_accuse() { # HEIGHT PARENT
    earned_by_accusing=0
    case $kind:$seal:$finality in
    vote:bft:* | proposal:bft:* | block:sign:* | attest:*:[1-9]*) ;;
    *) no "$at" "tx: accuse: this chain has no $kind lines to accuse by" ;;
    esac
    ! is_accused "$culprit" || no "$at" 'tx: accuse: that key was accused before'
    find_entry "member $culprit"
    has=$value
    find_entry "stake $culprit"
    staked=${value:-0}
    count_entries "unbonding $culprit"
    [ -n "$has" ] || [ "$staked" -gt 0 ] || [ "$count" -gt 0 ] ||
        no "$at" 'tx: accuse: that key is no member, and has nothing staked or unbonding'
    drop_member "$culprit"
    find_members
    [ -s members ] || no "$at" 'tx: accuse: the last member cannot leave'
    [ "$kind" != block ] || is_ancestor "$spot" "$2" ||
        no "$at" "tx: accuse: the headers' parent is no ancestor of this block"
    drop_wishes_about "$culprit"
    printf '%s\n' "accused $culprit" >>holdings || trouble 'holdings: cannot be written'
    ! is_allowed stake || slash "$1"
}
is_ancestor() { # ID BLOCK
    [ -e "above.$1" ] || return 1
    read -r above_height kept <"above.$1"
    find_ancestor "$2" "$above_height"
    [ "$back" = "$1" ]
}
slash() { # HEIGHT
    gone=$(expr "$staked" '*' "$slash" / 1000)
    kept_stake=$((staked - gone))
    while read -r kind one due amount; do
        [ "$kind:$one" = "unbonding:$culprit" ] || continue
        cut=$(expr "$amount" '*' "$slash" / 1000)
        gone=$((gone + cut))
        put_sum "unbonding $culprit $due" $((amount - cut))
    done <<END
$(cat holdings)
END
    add_sum "unbonding $culprit $(($1 + unbonding))" $kept_stake
    earned_by_accusing=$((gone / 10))
    supply=$((supply - gone + earned_by_accusing))
}

# ---- The state ----

# The root of all entries of a file, lines REST HASH, whose places agree in so many bits; REST is the place from its first digit on
# that they do not agree in.
root_of() ( # DEPTH FILE
    [ "$(($(wc -l <"$2")))" -gt 0 ] || { echo $nobody && exit; }
    read -r rest hash <"$2"
    [ "$(($(wc -l <"$2")))" -gt 1 ] || { printf '%s\n' "$hash" && exit; }
    : >"$2.0" && : >"$2.1" || trouble 'nodes: cannot be written'
    while read -r rest hash; do
        digit=0x${rest%"${rest#?}"}
        bit=$((digit >> (3 - $1 % 4) & 1))
        [ $(($1 % 4)) -lt 3 ] || rest=${rest#?}
        printf '%s\n' "$rest $hash" >>"$2.$bit"
    done <"$2"
    hash_of "$(root_of $(($1 + 1)) "$2.0") $(root_of $(($1 + 1)) "$2.1")"
)

# The entries after the parent: $count, and their root, $node. (An entry's place is the hash of the fields that name it.)
find_state() {
    {
        while read -r one has after; do
            [ "$has $after" = '0 0' ] || printf '%s\n' "account $one $has $after"
        done <balances
        cat holdings
    } >entries
    while read -r kind one two three; do
        case $kind in
        unbonding | wish) name="$kind $one $two" ;;
        *) name="$kind $one" ;;
        esac
        printf '%s\n' "$(hash_of "$name") $(hash_of "$kind $one${two:+ $two}${three:+ $three}")"
    done <entries >nodes
    count=$(($(wc -l <nodes)))
    node=$(root_of 0 nodes)
    rm -f nodes*
}
