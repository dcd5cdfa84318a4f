# What a script of verify -x needs for a chain with members: its books, sets, seals, votes and attest lines. It is written once,
# before the first genesis block of such a chain; make turns everything after these lines into a string of C.
# shellcheck shell=sh disable=SC2003,SC2015,SC2034,SC2086,SC2094,SC2154

# ==== Chains with members ====
#
# The books of such a chain have, of each block, in these files:
#
#     balances.ID    what all accounts have: lines ACCOUNT BALANCE SEQ
#     holdings.ID    the state's other entries: member, stake, unbonding, wish and accused lines
#     members.ID     the members after it, as lines member ACCOUNT WEIGHT, and in set.ID the root of those
#     above.ID       HEIGHT PREV MINER
#     final.ID       HEIGHT ID HEIGHT ID: the highest final block among its ancestors, and the final one before that
#     justified.ID   checkpoints that attest lines have justified: lines HEIGHT ID
#     attests.ID     attest lines so far: lines KEY TARGETHEIGHT SOURCEHEIGHT
#
# The working copies have no ID. $at is the line that is judged.

nobody=0000000000000000000000000000000000000000000000000000000000000000

is_over_two_thirds() { # OF ALL
    expr 3 '*' "$1" '>' 2 '*' "$2" >/dev/null || { [ $? -eq 1 ] || trouble 'expr: gave no answer'; return 1; }
}
has_line() { # FILE LINE
    while read -r kept; do
        [ "$kept" != "$2" ] || return 0
    done <"$1"
    return 1
}
has_member() { # FILE KEY
    while read -r kind key weight; do
        [ "$key" != "$2" ] || return 0
    done <"$1"
    return 1
}

# How much weight is in a file of members, $total, and how much of it these keys have, $agreed.
weigh() { # FILE KEY...
    voting=$1 agreed=0 total=0
    shift
    while read -r kind key weight; do
        total=$((total + weight))
        ! is_one_of "$key" "$@" || agreed=$((agreed + weight))
    done <"$voting"
}

# ---- Entries ----

# What the entry of this name has after it, $value; empty if there is none.
find_entry() { # NAME
    value=
    while read -r kept; do
        case $kept in
        "$1 "*) value=${kept#"$1 "} && return ;;
        esac
    done <holdings
}
count_entries() { # NAME
    count=0
    while read -r kept; do
        case "$kept " in
        "$1 "*) count=$((count + 1)) ;;
        esac
    done <holdings
}
drop_entries() { # NAME
    while read -r kept; do
        case "$kept " in
        "$1 "*) ;;
        *) printf '%s\n' "$kept" ;;
        esac
    done <holdings >kept && cat kept >holdings || trouble 'holdings: cannot be written'
}

# A sum of 0 has no entry.
put_sum() { # NAME SUM
    drop_entries "$1"
    [ "$2" -eq 0 ] || printf '%s\n' "$1 $2" >>holdings || trouble 'holdings: cannot be written'
}
add_sum() { # NAME SUM
    find_entry "$1"
    put_sum "$1" $((${value:-0} + $2))
}
drop_wishes_about() { # KEY
    while read -r kind one about weight; do
        case $kind:$about in
        "wish:$1") ;;
        *) printf '%s\n' "$kind $one${about:+ $about}${weight:+ $weight}" ;;
        esac
    done <holdings >kept && cat kept >holdings || trouble 'holdings: cannot be written'
}
drop_member() { # KEY
    drop_entries "member $1"
    drop_entries "stake $1"
    drop_entries "wish $1"
}

# What an account has: $balance and $next.
look_up() { # ACCOUNT
    balance=0 next=0
    while read -r who has after; do
        [ "$who" != "$1" ] || balance=$has next=$after
    done <balances
}
put_account() { # ACCOUNT BALANCE SEQ
    while read -r who has after; do
        [ "$who" = "$1" ] || printf '%s\n' "$who $has $after"
    done <balances >kept && cat kept >balances && printf '%s\n' "$1 $2 $3" >>balances ||
        trouble 'balances: cannot be written'
}

# ---- Sets ----

# The members by what is held. With stakes they are the 1,000 with the most, of those that have minstake; of equals, the lower
# accounts.
find_members() {
    while read -r kind key weight; do
        case $kind in
        member) printf '%s\n' "member $key $weight" ;;
        stake) [ "$weight" -lt "$minstake" ] || printf '%s\n' "member $key $weight" ;;
        esac
    done <holdings | sort -k 3,3nr -k 2,2 | head -n 1000 | sort -k 2,2 >members
}

# The root of a set: the Merkle root of the ids of its lines.
find_set() { # FILE
    while read -r kept; do hash_of "$kept"; done <"$1" >level
    width=$(($(wc -l <level)))
    while [ "$width" -gt 1 ]; do
        while read -r left; do
            if read -r right; then hash_of "$left $right"; else printf '%s\n' "$left"; fi
        done <level >upper && cat upper >level
        width=$(((width + 1) / 2))
    done
    read -r set <level
}

open_members() { # PARENT
    cat "holdings.$1" >holdings && cat "balances.$1" >balances || trouble 'other books'
    read -r final_height final before_height before <"final.$1"
    [ "$finality" -eq 0 ] || { cat "justified.$1" >justified && cat "attests.$1" >attests; } || trouble 'other books'
}
close_members() { # ID HEIGHT PARENT MINER
    cat holdings >"holdings.$1" && cat balances >"balances.$1" || trouble 'holdings: cannot be written'
    find_members
    if [ -e "members.$3" ] && [ "$(cat members)" = "$(cat "members.$3")" ]; then
        read -r set <"set.$3"
    else
        find_set members
    fi
    cat members >"members.$1" || trouble 'members: cannot be written'
    put "set.$1" "$set
"
    put "above.$1" "$2 $3 $4
"
    put "final.$1" "$final_height $final $before_height $before
"
    [ "$finality" -eq 0 ] || { sort -u justified >"justified.$1" && cat attests >"attests.$1"; } || trouble 'other books'
}

# Genesis seals with its own members.
close_first_members() { # ID
    final_height=0 final=$1 before_height=0 before=$1
    put justified "0 $1
"
    : >attests
    close_members "$1" 0 $nobody $nobody
    cat members >"members.$nobody"
    put "set.$nobody" "$set
"
}

# A member line of genesis.
take_member() { # KEY WEIGHT
    [ -z "$last" ] || is_below "$last" "$1" || no "$at" 'member: members are not in ascending order, none twice'
    [ "$members" -lt 1000 ] || no "$at" 'member: over 1000 members'
    [ "$2" -le $((9223372036854775807 - weights)) ] || no "$at" 'member: weights are over 2^63-1 together'
    last=$1 weights=$((weights + $2)) members=$((members + 1))
    if is_one_of stake $allowed; then kind=stake; else kind=member; fi
    printf '%s\n' "$kind $1 $2" >>holdings || trouble 'holdings: cannot be written'
}

# ---- Seals ----

# How many members may seal after a block, and which of them, from 0, is this one: $sealers and $number.
find_sealer() { # PARENT KEY
    read -r kept above kept <"above.$1"
    sealers=0 number=
    while read -r kind key weight; do
        [ "$key" != "$2" ] || number=$sealers
        sealers=$((sealers + 1))
    done <"members.$above"
}

# Whether a member has sealed none of the last few blocks: as many as half of the sealers, or fewer by rule apart.
is_apart() { # PARENT KEY
    few=$((sealers / 2))
    [ "$apart" -eq 0 ] || [ "$apart" -gt "$few" ] || few=$((apart - 1))
    back=$1
    while [ "$few" -gt 0 ] && [ "$back" != "$chain" ]; do
        read -r kept above sealer <"above.$back"
        [ "$sealer" != "$2" ] || return 1
        back=$above few=$((few - 1))
    done
}

# ---- Votes, and what is final ----

# The set that votes for a block is that in its parent's header.
begin_votes() { # PARENT
    read -r kept above kept <"above.$1"
    read -r kept voters kept <"above.$above"
    parent=$1 last='' round='' voted=''
}
take_vote() { # CHAIN HEIGHT ROUND STEP BLOCK KEY
    [ "$1" = "$chain" ] || no "$at" "vote: another chain: $1"
    [ "$2" -eq "$height" ] || no "$at" "vote: height $2, expected the parent's, $height"
    [ "$4" = precommit ] || no "$at" 'vote: step is not precommit'
    [ "$5" = "$parent" ] || no "$at" "vote: not for the parent, $parent"
    has_member "members.$voters" "$6" || no "$at" 'vote: its key is no member of the set that votes'
    [ -z "$last" ] || is_below "$last" "$6" || no "$at" 'vote: keys do not ascend'
    [ "${round:-$3}" = "$3" ] || no "$at" "vote: round $3, but $round before it"
    last=$6 round=$3 voted="$voted $6"
}
end_votes() {
    weigh "members.$voters" $voted
    is_over_two_thirds "$agreed" "$total" ||
        no "$at" "block: votes of weight $agreed are not over two thirds of $total"
    before_height=$final_height before=$final final_height=$height final=$parent
}

# Sets $back, the ancestor of this height, of a block or itself.
find_ancestor() { # BLOCK HEIGHT
    back=$1
    while read -r back_height above kept <"above.$back" && [ "$back_height" -gt "$2" ]; do
        back=$above
    done
}

# An attest line is for the last checkpoint before the block, from a justified one, by a member of one of the two sets that
# count: those after the blocks that were final by the bodies up to the target's.
begin_attests() { # PARENT
    parent=$1 last='' sources=''
    checkpoint=$((height / finality * finality))
    find_ancestor "$1" "$checkpoint"
    target=$back
    read -r kept set_f kept set_e <"final.$target"
}
take_attest() { # LINE
    line=$1
    [ -z "$last" ] || is_below "$last" "$line" || no "$at" 'attest: lines are not in ascending order'
    last=$line
    set -- $line
    [ "$2" = "$chain" ] || no "$at" "attest: another chain: $2"
    [ "$5" -eq "$checkpoint" ] ||
        no "$at" "attest: target height $5, but $checkpoint is the last checkpoint before the block"
    [ "$6" = "$target" ] || no "$at" "attest: target is no ancestor, which is $target"
    [ "$3" -lt "$5" ] || no "$at" 'attest: source is not before target'
    [ $(($3 % finality)) -eq 0 ] || no "$at" 'attest: source is no checkpoint'
    find_ancestor "$parent" "$3"
    has_line justified "$3 $back" || no "$at" 'attest: source is not justified by bodies before this one'
    [ "$back" = "$4" ] || no "$at" 'attest: source is no ancestor'
    has_member "members.$set_f" "$7" || has_member "members.$set_e" "$7" || no "$at" 'attest: its key is no member that counts'
    while read -r key to source; do
        [ "$key" != "$7" ] || [ "$to" -lt "$5" ] || no "$at" "attest: its key has attested height $to before"
    done <attests
    printf '%s\n' "$7 $5 $3" >>attests || trouble 'attests: cannot be written'
    is_one_of "$3" $sources || sources="$sources $3"
}
end_attests() {
    for from in $sources; do
        signed=
        while read -r key to source; do
            [ "$to $source" != "$checkpoint $from" ] || signed="$signed $key"
        done <attests
        weigh "members.$set_f" $signed
        is_over_two_thirds "$agreed" "$total" || continue
        weigh "members.$set_e" $signed
        is_over_two_thirds "$agreed" "$total" || continue
        printf '%s\n' "$checkpoint $target" >>justified || trouble 'justified: cannot be written'
        [ "$checkpoint" -eq $((from + finality)) ] && [ "$final_height" -lt "$from" ] || continue
        find_ancestor "$parent" "$from"
        before_height=$final_height before=$final final_height=$from final=$back
    done
}
