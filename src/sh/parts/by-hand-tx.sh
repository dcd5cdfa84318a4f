# Transactions.
# shellcheck shell=sh

# tx CHAIN FROM SEQ FEE OPERATION ARGUMENT... [sponsor ACCOUNT] PROOF [SPONSOR-SIGNATURE], in $record, at its place in a block
check_tx() {
    # shellcheck disable=SC2086 # fields, as above
    set -- $record
    all=$#
    [ "$1" = tx ] || fault 'block: holds only tx lines'
    [ $# -ge 8 ] || fault "tx: $# fields, expected 8 or more"
    [ "$2" = "$chain" ] || fault 'tx: is for another chain'
    check_account 'tx: from' "$3"
    is_number "$4" || fault 'tx: seq is not a number'
    is_number "$5" || fault 'tx: fee is not a number'
    from=$3 seq=$4 fee=$5 operation=$6 payer=$3
    show "line $at: tx $tx_id"
    shift 6
    : >payments
    take_operation "$@"
    shift "$taken"
    if [ "${1-}" = sponsor ]; then
        is_allowed sponsor || fault 'tx: this chain has no sponsors'
        check_key 'tx: sponsor' "${2-}"
        payer=$2
        [ "$payer" != "$from" ] || fault 'tx: FROM cannot be its own sponsor'
        shift 2
    fi
    signers=0
    case $from in
    p*) take_policy "$@" ;;
    *) [ $# -ge 1 ] || fault 'tx: is not signed'; taken=1 ;;
    esac
    shift "$taken"
    if [ "$payer" != "$from" ]; then
        [ $# -ge 1 ] || fault "tx: its sponsor's signature is missing"
        shift
    fi
    [ $# -eq 0 ] || fault "tx: $all fields, expected $((all - $#))"
    check_signatures
    do_tx
}

# pay TO AMOUNT MEMO; batch MEMO TO AMOUNT [TO AMOUNT]..., 1 to 256 payments; or one about members. Sets $taken, how many
# fields that are, and writes the payments to the file 'payments'.
take_operation() {
    case $operation in
    pay)
        [ $# -ge 3 ] || fault 'tx: is cut short'
        take_payment "$1" "$2"
        is_text "$3" || fault 'tx: memo is not a text'
        taken=3
        ;;
    batch)
        is_allowed batch || fault 'tx: this chain has no batches'
        is_text "$1" || fault 'tx: memo is not a text'
        shift
        taken=1
        while :; do
            [ $# -ge 2 ] || fault 'tx: is cut short'
            [ "$taken" -lt 513 ] || fault 'tx: batch: over 256 payments'
            take_payment "$1" "$2"
            taken=$((taken + 2))
            shift 2
            is_hash "${1#[ps]}" || break
        done
        ;;
    stake | unstake)
        is_allowed stake || fault "tx: this chain has no $operation"
        is_number "$1" || fault 'tx: amount is not a number'
        [ "$1" -ge 1 ] || fault 'tx: amount is 0'
        stake=$1 taken=1
        ;;
    admit)
        is_allowed admit || fault 'tx: this chain admits nobody'
        check_member_key 'tx: admit: account' "$1"
        is_number "$2" || fault 'tx: admit: weight is not a number'
        admitted=$1 wanted=$2 taken=2
        ;;
    accuse)
        has_members || fault 'tx: this chain has no members to accuse'
        take_line "$@"
        first_line=$run taken=$run_fields
        shift "$run_fields"
        take_line "$@"
        second_line=$run taken=$((taken + run_fields))
        ;;
    *) fault 'tx: unknown operation' ;;
    esac
}

# A signed line as a run of fields: $run, of $run_fields.
take_line() { # FIELD...
    case ${1-} in
    vote | proposal | attest) run_fields=8 ;;
    block) run_fields=9 ;;
    *) fault 'tx: accuse: is not followed by two lines that members sign' ;;
    esac
    [ $# -ge "$run_fields" ] || fault 'tx: is cut short'
    run=$1 left=$run_fields
    while left=$((left - 1)) && [ "$left" -gt 0 ]; do
        shift
        run="$run $1"
    done
}

# AMOUNT is at least 1.
take_payment() { # TO AMOUNT
    check_account 'tx: to' "$1"
    is_number "$2" || fault 'tx: amount is not a number'
    [ "$2" -ge 1 ] || fault 'tx: amount is 0'
    printf '%s %s\n' "$1" "$2" >>payments
}

# Every signature signs all that stands before it, so they are checked from the last to the first: a sponsor's, then FROM's
# or, of a policy, those after each KEY.
check_signatures() {
    unchecked=$record
    if [ "$payer" != "$from" ]; then
        check_signature "$payer" "$unchecked"
        show "  signed by $payer, its sponsor"
        unchecked=${unchecked% *}
    fi
    if [ "$signers" -eq 0 ]; then
        check_signature "$from" "$unchecked"
        show "  signed by $from"
    fi
    while [ "$signers" -gt 0 ]; do
        signer=${unchecked% *}
        signer=${signer##* }
        check_signature "$signer" "$unchecked"
        show "  signed by $signer"
        unchecked=${unchecked% * *}
        signers=$((signers - 1))
    done
}

# FEE is at least 'minfee' and, for each byte of the line, 'bytefee'. SEQ is the number of FROM's transactions before this one.
# FEE leaves the balance of FROM or of its sponsor, then the operation is done: payments one after the other.
do_tx() {
    least=$(calc "$minfee" + "$bytefee" '*' "${#record}")
    holds "$fee" '>=' "$least" || fault "tx: fee $fee, the least is $least"
    look_up "$from"
    [ "$seq" -eq "$next" ] || fault "tx: seq $seq, expected $next"
    show "  seq $seq is the next"
    put "$from" "$balance" $((next + 1))
    spend "$payer" "$fee"
    show "  a fee of $fee is paid by $payer"
    while read -r to amount; do
        spend "$from" "$amount"
        credit "$to" "$amount"
        show "  pays $amount to $to"
    done <payments
    case $operation in
    stake) do_stake ;;
    unstake) do_unstake ;;
    admit) do_admit ;;
    accuse) do_accuse ;;
    esac
    fees=$((fees + fee))
}

spend() { # ACCOUNT AMOUNT
    look_up "$1"
    [ "$2" -le "$balance" ] || fault "tx: spends $2, $1 has $balance"
    put "$1" $((balance - $2)) "$next"
}
