# Policies and their proofs.
# shellcheck shell=sh

# policy BRANCH [or BRANCH]...            BRANCH:  N KEY... [after HEIGHT] [hash HASH]
#
# followed by `by BRANCH [show PREIMAGE] KEY SIGNATURE [KEY SIGNATURE]...`. Takes both off the fields of a transaction and
# checks all but the signatures, which sign what stands before them. Sets $taken, how many fields that were, and $signers,
# how many of them are signatures. The file 'branches' has a line N AFTER HASH KEY... for each branch ('-': no HASH).
take_policy() {
    fields=$#
    [ "$1" = policy ] || fault 'policy: is expected here, as FROM is the account of one'
    policy=policy
    : >branches
    branch=0
    while :; do
        shift
        take_branch "$@"
        shift "$taken"
        branch=$((branch + 1))
        [ "$branch" -le 8 ] || fault 'policy: over 8 branches'
        [ "${1-}" = or ] || break
        policy="$policy or"
    done
    [ "${1-}" = by ] || fault 'policy: by BRANCH is expected after it'
    sha256 "$policy"
    [ "$from" = "p$hash" ] || fault "policy: is not FROM's, but that of p$hash"
    shift
    take_proof "$@"
    taken=$((fields - $# + taken))
}

# N of its KEYs must sign: 1 to 16, which ascend. (The x makes expr compare text.) Appends the fields to $policy.
take_branch() {
    fields_left=$#
    [ $# -gt 0 ] || fault 'policy: is cut short'
    needed=$1 policy="$policy $1" after=0 hash_of=- keys='' last=''
    is_number "$needed" || fault 'policy: N is not a number'
    shift
    while :; do
        case ${1-} in '' | after | hash | or | by) break ;; esac
        check_key 'policy: key' "$1"
        [ -z "$last" ] || holds "x$last" '<' "x$1" || fault 'policy: the keys of a branch do not ascend'
        keys="$keys $1" policy="$policy $1" last=$1
        shift
    done
    # shellcheck disable=SC2086 # they are split to be counted
    count_keys $keys
    case $key_count in
    [1-9] | 1[0-6]) ;;
    *) fault "policy: $key_count keys in a branch, which has 1 to 16" ;;
    esac
    { [ "$needed" -ge 1 ] && [ "$needed" -le "$key_count" ]; } || fault "policy: $needed signers of $key_count keys"
    if [ "${1-}" = after ]; then
        { is_number "${2-}" && [ "$2" -ge 1 ]; } || fault 'policy: after: is not followed by a height of at least 1'
        after=$2 policy="$policy after $2"
        shift 2
    fi
    if [ "${1-}" = hash ]; then
        is_hash "${2-}" || fault 'policy: hash: is not followed by 64 lowercase hex digits'
        hash_of=$2 policy="$policy hash $2"
        shift 2
    fi
    printf '%s\n' "$needed $after $hash_of$keys" >>branches
    taken=$((fields_left - $#))
}

count_keys() {
    key_count=$#
}

# BRANCH counts from 0. The block has at least the branch's height. The preimage is shown if and only if the branch has a hash,
# which is that of its 64 digits. Then come exactly N pairs of a key of the branch, ascending, and a signature.
take_proof() {
    fields_left=$#
    is_number "${1-}" || fault 'policy: BRANCH is not a number'
    [ "$1" -lt "$branch" ] || fault "policy: there is no branch $1"
    tail -n "+$(($1 + 1))" branches >shown
    read -r needed after hash_of keys <shown
    [ "$height" -ge "$after" ] || fault "policy: branch $1 opens at height $after, this is $height"
    show "  branch $1 of its policy, open from height $after on"
    shift
    if [ "$hash_of" != - ]; then
        [ "${1-}" = show ] || fault 'policy: the branch asks for a preimage'
        is_hash "${2-}" || fault 'policy: the preimage is not 64 lowercase hex digits'
        sha256 "$2"
        [ "$hash" = "$hash_of" ] || fault 'policy: wrong preimage'
        show "  the preimage of $hash_of is $2"
        shift 2
    fi
    signers=0 last=''
    while [ "$signers" -lt "$needed" ]; do
        [ $# -ge 2 ] || fault "policy: signed by $signers of $needed"
        case " $keys " in
        *" $1 "*) ;;
        *) fault "policy: signer $1 is no key of the branch" ;;
        esac
        [ -z "$last" ] || holds "x$last" '<' "x$1" || fault 'policy: its signers do not ascend'
        last=$1
        signers=$((signers + 1))
        shift 2
    done
    taken=$((fields_left - $#))
}
