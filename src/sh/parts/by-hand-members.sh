# Members: who they are, and the operations about them.
# shellcheck shell=sh

# The file 'holdings' has the state's entries that are not accounts, a line each:
#
#     member ACCOUNT WEIGHT                   stake ACCOUNT AMOUNT (with 'allow stake')
#     unbonding ACCOUNT HEIGHT AMOUNT         wish MEMBER ACCOUNT WEIGHT
#     accused KEY

MOST_MEMBERS=1000
MOST_WISHES=16

# Whether the chain has members.
has_members() {
    [ "$seal_kind" != pow ] || [ -n "$finality" ]
}

# A member's key: an Ed25519 key, canonical and not of small order.
check_member_key() { # WHAT KEY
    is_hash "$2" || fault "$1 is not 64 lowercase hex digits"
    is_sound_point "$2" || fault "$1 is not canonical, or of small order"
}

# Sets $value to what the entry of this name has after its name; empty if there is no such entry.
find_entry() { # NAME
    value=''
    while read -r kept; do
        case $kept in
        "$1 "*) value=${kept#"$1 "}; return ;;
        esac
    done <holdings
}

is_accused() { # KEY
    while read -r kept; do
        [ "$kept" != "accused $1" ] || return 0
    done <holdings
    return 1
}

# Removes the entries that begin with this text.
drop_entries() { # TEXT
    awk -v start="$1" 'index($0, start) != 1' holdings >kept
    mv kept holdings
}

put_entry() { # NAME VALUE
    drop_entries "$1 "
    printf '%s %s\n' "$1" "$2" >>holdings
}

# A sum of 0 has no entry.
put_sum() { # NAME SUM
    if [ "$2" -eq 0 ]; then drop_entries "$1 "; else put_entry "$1" "$2"; fi
}

add_sum() { # NAME SUM
    find_entry "$1"
    put_sum "$1" $((${value:-0} + $2))
}

# The members, as lines `member ACCOUNT WEIGHT` in the order of their accounts, in the file 'members'. With stakes they are
# the 1,000 that have the most staked, of those with at least 'minstake'; of equals, the lower accounts.
find_members() {
    if is_allowed stake; then
        while read -r kind account amount; do
            [ "$kind" != stake ] || [ "$amount" -lt "$minstake" ] || printf 'member %s %s\n' "$account" "$amount"
        done <holdings >able
        sort -k 3,3nr -k 2,2 able | head -n "$MOST_MEMBERS" | sort >members
    else
        awk '$1 == "member"' holdings | sort >members
    fi
}

# How much weight is in a file of members, $total, and how much of it some of them have, $agreed.
weigh() { # FILE KEYS
    agreed=0 total=0
    while read -r kind account weight; do
        total=$((total + weight))
        case " $2 " in
        *" $account "*) agreed=$((agreed + weight)) ;;
        esac
    done <"$1"
}

is_over_two_thirds() {
    holds 3 '*' "$agreed" '>' 2 '*' "$total"
}

# Closes the books of members after block $id: 'members.ID' has the set, 'set.ID' its root, which is the Merkle root of the
# ids of its lines.
keep_members() { # PARENT
    cp holdings "holdings.$id"
    find_members
    if [ -e "members.$1" ] && [ "$(cat members)" = "$(cat "members.$1")" ]; then
        cp "set.$1" "set.$id"
    else
        find_ids members
        find_root "$(($(wc -l <members)))"
        printf '%s\n' "$root_found" >"set.$id"
    fi
    mv members "members.$id"
}

# At the start of a block, what has been unbonding until its height returns to the balances.
return_unbonded() {
    while read -r kind account due amount; do
        [ "$kind ${due-}" = "unbonding $height" ] || continue
        credit "$account" "$amount"
        show "  $amount that $account had unbonding return"
    done <holdings
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v due="$height" '$1 != "unbonding" || $3 "" != due ""' holdings >kept
    mv kept holdings
}

# stake AMOUNT: it leaves FROM's balance and is FROM's stake.
do_stake() {
    case $from in
    [ps]*) fault 'tx: stake: FROM is not an Ed25519 key' ;;
    esac
    ! is_accused "$from" || fault 'tx: stake: FROM has been accused'
    spend "$from" "$stake"
    add_sum "stake $from" "$stake"
    show "  stakes $stake"
}

# unstake AMOUNT: it stops being stake at once, and returns 'unbonding' blocks later.
do_unstake() {
    find_entry "stake $from"
    [ "$stake" -le "${value:-0}" ] || fault "tx: unstake: $stake, $from has ${value:-0} staked"
    put_sum "stake $from" $((value - stake))
    add_sum "unbonding $from $((height + unbonding))" "$stake"
    show "  unstakes $stake, which return at height $((height + unbonding))"
    check_some_member
}

check_some_member() {
    find_members
    [ -s members ] || fault 'tx: it would leave no member'
}

# admit ACCOUNT WEIGHT: FROM, a member, wants ACCOUNT to have WEIGHT. A wish for the weight that it has now is none. Once
# members of more than two thirds of the weight want it (half, with 'sign' alone), it is so.
do_admit() {
    find_entry "member $from"
    [ -n "$value" ] || fault 'tx: admit: FROM is no member'
    ! is_accused "$admitted" || fault 'tx: admit: the account has been accused'
    find_entry "member $admitted"
    weight_now=${value:-0}
    if [ "$wanted" = "$weight_now" ]; then
        drop_entries "wish $from $admitted "
    else
        put_entry "wish $from $admitted" "$wanted"
    fi
    # shellcheck disable=SC2016 # these are fields of awk
    wishers=$(awk -v about="$admitted" -v weight="$wanted" \
        '$1 == "wish" && $3 "" == about "" && $4 "" == weight "" { printf "%s ", $2 }' holdings)
    find_members
    weigh members "$wishers"
    show "  wants $admitted to have weight $wanted, as do members of $agreed of $total"
    if is_agreed; then set_weight; fi
    [ "$(grep_count "wish $from ")" -le "$MOST_WISHES" ] || fault "tx: admit: FROM has over $MOST_WISHES wishes"
    check_some_member
}

is_agreed() {
    if [ "$seal_kind" = sign ] && [ -z "$finality" ]; then
        holds 2 '*' "$agreed" '>' "$total"
    else
        is_over_two_thirds
    fi
}

# How many entries begin with this text.
grep_count() { # TEXT
    awk -v start="$1" 'index($0, start) == 1 { n++ } END { print n + 0 }' holdings
}

# $admitted has the weight that was wanted, and all wishes about it are gone.
set_weight() {
    holds "$total" - "$weight_now" + "$wanted" '<=' "$MAX" || fault 'tx: admit: weights over the limit of 2^63-1'
    if [ "$wanted" -eq 0 ]; then
        drop_member "$admitted"
    else
        put_entry "member $admitted" "$wanted"
    fi
    drop_wishes_about "$admitted"
    show "  so it is"
    [ "$(grep_count 'member ')" -le "$MOST_MEMBERS" ] || fault "tx: admit: over $MOST_MEMBERS members"
}

# Who stops being a member takes its own wishes with it.
drop_member() { # KEY
    drop_entries "member $1 "
    drop_entries "stake $1 "
    drop_entries "wish $1 "
}

drop_wishes_about() { # KEY
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v about="$1" '$1 != "wish" || $3 "" != about ""' holdings >kept
    mv kept holdings
}

# accuse LINE LINE: the one who signed both stops being a member for ever. 'slash' thousandths of all that it has staked or
# unbonding are gone, each sum rounded down; a tenth of them, rounded down, is FROM's.
do_accuse() {
    find_culprit
    ! is_accused "$culprit" || fault 'tx: accuse: KEY has been accused before'
    find_entry "member $culprit"
    weight=$value
    find_entry "stake $culprit"
    staked=${value:-0}
    { [ -n "$weight" ] || [ "$staked" -gt 0 ] || [ "$(grep_count "unbonding $culprit ")" -gt 0 ]; } ||
        fault 'tx: accuse: KEY is no member, and has nothing staked or unbonding'
    drop_member "$culprit"
    drop_wishes_about "$culprit"
    printf 'accused %s\n' "$culprit" >>holdings
    show "  $culprit signed both"
    if is_allowed stake; then slash_culprit; fi
    check_some_member
}

slash_culprit() {
    gone=$(calc "$staked" '*' "$slash" / 1000)
    staked=$((staked - gone))
    awk -v start="unbonding $culprit " 'index($0, start) == 1' holdings >sums
    drop_entries "unbonding $culprit "
    while read -r kind account due amount; do
        cut=$(calc "$amount" '*' "$slash" / 1000)
        gone=$((gone + cut))
        add_sum "unbonding $culprit $due" $((amount - cut))
    done <sums
    add_sum "unbonding $culprit $((height + unbonding))" "$staked"
    credit "$from" $((gone / 10))
    supply=$(calc "$supply" - "$((gone - gone / 10))")
    show "  $gone of what it had are gone, of which $from has $((gone / 10))"
}
