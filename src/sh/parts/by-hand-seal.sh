# Seals by members, and the lines that members sign.
# shellcheck shell=sh

# Checks the form and the signature of a line of one of these kinds:
#
#     vote CHAIN HEIGHT ROUND STEP BLOCK KEY SIGNATURE
#     proposal CHAIN HEIGHT ROUND VALIDROUND BLOCK KEY SIGNATURE
#     attest CHAIN SOURCEHEIGHT SOURCE TARGETHEIGHT TARGET KEY SIGNATURE
#     block HEIGHT PREV ROOT TIME TARGET MINER COUNT SEAL
#
# Sets $signer; $place, what its signer may say one thing about only, and $claim, what it says there. Of an attest line, sets
# $source_height, $source, $target_height and $target_id instead.
check_signed() { # LINE
    signed=$1
    # shellcheck disable=SC2086 # fields, as above
    set -- $1
    if [ "$1" = block ]; then
        check_header_fields "$@"
        check_signature "$7" "$signed"
        signer=$7 place=$3 claim=${signed% *}
        return
    fi
    [ $# -eq 8 ] || fault "$1: $# fields, expected 8"
    [ "$2" = "$chain" ] || fault "$1: is for another chain"
    check_member_key "$1: key" "$7"
    case $1 in
    attest)
        { is_number "$3" && is_number "$5"; } || fault 'attest: height is not a number'
        { is_hash "$4" && is_hash "$6"; } || fault 'attest: source or target is not 64 lowercase hex digits'
        source_height=$3 source=$4 target_height=$5 target_id=$6
        ;;
    *)
        { is_number "$3" && is_number "$4"; } || fault "$1: height or round is not a number"
        is_hash "$6" || fault "$1: block is not 64 lowercase hex digits"
        check_fifth "$1" "$5"
        place="$3 $4" claim=$6
        [ "$1" = proposal ] || place="$place $5"
        ;;
    esac
    signer=$7
    check_signature "$signer" "$signed"
}

# STEP of a vote, VALIDROUND of a proposal.
check_fifth() { # KIND FIELD
    case $1,$2 in
    vote,prevote | vote,precommit | proposal,-) ;;
    vote,*) fault 'vote: step is neither prevote nor precommit' ;;
    *) is_number "$2" || fault 'proposal: validround is neither a number nor -' ;;
    esac
}

# Sets $ancestor, the block of this height from which the block in question descends.
find_ancestor() { # HEIGHT
    ancestor=$prev
    while read -r ancestor_height skipped skipped skipped above skipped <"block.$ancestor" && [ "$ancestor_height" -gt "$1" ]; do
        ancestor=$above
    done
}

# The seal is MINER's signature, checked with the header. TARGET is the root of the set of members after the parent. MINER is
# in the set of the parent's header, which is the one after the grandparent. Sets $work, the chain's weight.
check_member_seal() {
    read -r set_root <"set.$prev"
    show "  set $target claimed"
    show "  set $set_root computed, of $(($(wc -l <"members.$prev"))) members"
    [ "$target" = "$set_root" ] || fault "block: target should be the root of the set of members, $set_root"
    sealers=0 number=''
    while read -r kind account weight; do
        [ "$account" != "$miner" ] || number=$sealers
        sealers=$((sealers + 1))
    done <"members.$parent_prev"
    [ -n "$number" ] || fault 'block: miner is no member of the set in its parent'
    holds "$time" '>=' "$parent_time" + "$spacing" || fault "block: time is not $spacing s after its parent's"
    work=$((parent_work + 1))
    if [ "$seal_kind" = sign ]; then check_turn; fi
}

# MINER has sealed none of the last few blocks. A block weighs 2 if it is its turn, else 1.
check_turn() {
    few=$((sealers / 2 + 1))
    [ -z "$apart" ] || [ "$apart" -ge "$few" ] || few=$apart
    ancestor=$prev
    while few=$((few - 1)) && [ "$few" -gt 0 ] && [ "$ancestor" != "$chain" ]; do
        read -r skipped skipped skipped skipped above sealer skipped <"block.$ancestor"
        [ "$sealer" != "$miner" ] || fault "block: miner has sealed its ancestor $ancestor too lately"
        ancestor=$above
    done
    turn=$(calc "$height" % "$sealers")
    show "  sealed by member $number of $sealers, the turn is $turn's"
    [ "$number" -ne "$turn" ] || work=$((work + 1))
}

# At the head of the body are votes for the parent: precommits of one round, by members of the set in the grandparent's header
# (that of genesis is the first set), ascending, who have more than two thirds of its weight. So the parent is final.
check_votes() {
    read -r skipped skipped skipped skipped above skipped <"block.$parent_prev"
    last='' voters='' round=''
    while read -r record; do
        case $record in
        'vote '*) ;;
        *) break ;;
        esac
        at=$((at + 1)) judged=$((judged + 1))
        check_signed "$record"
        [ "$claim" = "$prev" ] || fault 'vote: is not for the parent'
        round=${round:-${place#* }}
        [ "$place" = "$parent_height ${round% *} precommit" ] ||
            fault "vote: is not a precommit of height $parent_height and round ${round% *}"
        is_after "$last" "$signer" || fault 'vote: the keys do not ascend'
        is_in "members.$above" "$signer" || fault 'vote: is not by a member'
        last=$signer voters="$voters $signer"
    done <body
    weigh "members.$above" "$voters"
    show "  votes of $agreed of $total for the parent"
    is_over_two_thirds || { at=$header_at; fault "block: votes of $agreed of $total, which is not over two thirds"; }
    make_final "$prev"
}

# The x makes expr compare text.
is_after() { # TEXT TEXT
    [ -z "$1" ] || holds "x$1" '<' "x$2"
}

is_in() { # FILE KEY
    while read -r kind account weight; do
        [ "$account" != "$2" ] || return 0
    done <"$1"
    return 1
}

# The key that signed two different lines, which no honest member signs: $culprit.
find_culprit() {
    is_after "$first_line" "$second_line" || fault 'tx: accuse: the lines are one, or do not ascend'
    kind=${first_line%% *}
    [ "$kind" = "${second_line%% *}" ] || fault 'tx: accuse: lines of two kinds'
    case $kind,$seal_kind,$finality in
    vote,bft, | proposal,bft, | block,sign,* | attest,*,[1-9]*) ;;
    *) fault "tx: accuse: this chain accuses of no $kind lines" ;;
    esac
    crime=$kind
    check_signed "$first_line"
    culprit=$signer first_place=${place-} first_claim=${claim-}
    first_from=${source_height-} first_source=${source-} first_to=${target_height-} first_target=${target_id-}
    check_signed "$second_line"
    [ "$signer" = "$culprit" ] || fault 'tx: accuse: lines of two keys'
    if [ "$crime" = attest ]; then
        contradicts || fault 'tx: accuse: an honest member may sign both'
        return
    fi
    { [ "$place" = "$first_place" ] && [ "$claim" != "$first_claim" ]; } || fault 'tx: accuse: an honest member may sign both'
    [ "$crime" != block ] || check_is_ancestor "$place"
}

# Two attest lines: for one height, but not the same; or the span of one strictly around that of the other.
contradicts() {
    if [ "$first_to" = "$target_height" ]; then
        [ "$first_target $first_source" != "$target_id $source" ]
    elif [ "$first_to" -lt "$target_height" ]; then
        [ "$source_height" -lt "$first_from" ]
    else
        [ "$first_from" -lt "$source_height" ]
    fi
}

check_is_ancestor() { # ID
    [ -e "block.$1" ] || fault 'tx: accuse: the parent of the headers is not in the ledger before this block'
    read -r above_height skipped <"block.$1"
    find_ancestor "$above_height"
    [ "$ancestor" = "$1" ] || fault 'tx: accuse: the parent of the headers is no ancestor of this block'
}
