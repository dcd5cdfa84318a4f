#!/bin/sh
# swap - walk through an atomic swap: coins of one chain for coins of another, and nobody can keep both
#
# Both chains need nothing but policies (tx(5)): each side locks its coins under one hash. All that swap knows it
# reads from the two ledgers, so it can be run at any time, by either side, on any machine.
#
# Exit status: 0 a transaction is due, and is on stdout (or the contract is, with -n); 1 the contract, or the
# swap as it stands, is not safe: do nothing; 2 it could not be tried; 3 nothing to do now; 4 the swap is over.
set -efu
LC_ALL=C
export LC_ALL
unset CDPATH POSIXLY_CORRECT

usage() {
    printf '%s\n' 'usage: @PROGPREFIX@swap -1 LEDGER -2 LEDGER -f ME [-i FILE] [-d BLOCKS] [-D SECONDS] [-a FILE] [CONTRACT]' \
        '       @PROGPREFIX@swap -1 LEDGER -2 LEDGER -n FILE [-D SECONDS] [-a FILE] ME AMOUNT AFTER OTHER AMOUNT AFTER'
}

@options.sh@

help() {
    usage
    cat <<'END'

Says where a swap stands, what happens if the other side stops now, and what you do next: as an unsigned
transaction on stdout.

  -1, --first=LEDGER           the chain of who knows the preimage, and gives first
  -2, --second=LEDGER          the chain of who gives second
  -f, --from=ME                which side you are: a name or an account of the contract
  -i, --preimage=FILE          the preimage, if you know it
  -d, --depth=BLOCKS           a lock counts once so many blocks hold it (default: 1)
  -D, --delay=SECONDS          the longest time until a transaction is in a block, and seen there
                               (default: ten blocks of the slower chain)
  -n, --new=FILE               write a new contract: make its preimage in FILE. You give first: AMOUNT of the first
                               chain, yours again from height AFTER on; OTHER gives AMOUNT of the second
  -a, --names=FILE             the address book
  -h, --help                   print this help
  -V, --version                print the version

CONTRACT is the line that -n wrote; without it, or if it is -, stdin is read.
END
}

@output.sh@

# Ends with a reason why nothing should be done.
refuse() { # REASON
    printf '%s\n' "@PROGPREFIX@@NAME@: $1" >&2
    exit 1
}

say() { # WORDS
    printf '%s\n' "$1" >&2
}

# Runs another program; whatever it cannot do, this one cannot, and it has said why.
run() { # PROGRAM ARGUMENT...
    "$@" || exit 2
}

# --- The two chains ------------------------------------------------------------------------------------

# Reads a chain into the variables chain_N, name_N, spacing_N and tip_N.
read_chain() { # N LEDGER
    run @PROGPREFIX@ledger-chain -l "$2" -s 0 -n 1 >"$work/genesis"
    head -n 1 "$work/genesis" | tr -d '\n' >"$work/header"
    run @PROGPREFIX@ledger-chain -l "$2" -t >"$work/tip"
    eval "chain_$1=\$(sha256sum <\"\$work/header\" | cut -c 1-64)
        name_$1=\$(sed -n 's/^rule name //p' \"\$work/genesis\")
        bytefee_$1=\$(sed -n 's/^rule bytefee //p' \"\$work/genesis\")
        spacing_$1=\$(sed -n 's/^rule spacing //p' \"\$work/genesis\")
        tip_$1=\$(cut -d ' ' -f 2 \"\$work/tip\")"
    grep -qx 'rule allow policy' "$work/genesis" ||
        refuse "$2: this chain allows no policies, and so no swaps (rule allow policy)"
}

# The balance of an account after the block of this height; 0 below height 0.
balance_at() { # LEDGER ACCOUNT HEIGHT
    [ "$3" -ge 0 ] || { echo 0; return; }
    run @PROGPREFIX@ledger-balance -l "$1" -s "$3" "$2" >"$work/balance"
    cut -d ' ' -f 3 "$work/balance"
}

# The transactions that spend from an account, on the best chain.
spends_of() { # LEDGER ACCOUNT
    @PROGPREFIX@ledger-history -l "$1" "$2" >"$work/history" || [ $? -eq 1 ] || exit 2
    awk '$7 == "out" || $7 == "self" || $7 == "sponsored" { print $3 }' "$work/history" | uniq >"$work/heights"
    while read -r height; do
        run @PROGPREFIX@ledger-chain -l "$1" -s "$height" -n 1 </dev/null | grep "^tx [0-9a-f]* $2 " || :
    done <"$work/heights"
}

# --- The contract --------------------------------------------------------------------------------------

# From 1 on, and small enough for every shell's arithmetic, products included.
is_number() { # WORD
    case $1 in
    '' | *[!0-9]* | 0* | ????????????????*) return 1 ;;
    esac
}

# An account, from its name.
account_of() { # NAME
    run @PROGPREFIX@names -r ${book:+-a "$book"} >"$work/account" <<END
$1
END
    cat "$work/account"
}

# Sets the fields of the contract, each of which has been checked.
read_contract() { # LINE
    # shellcheck disable=SC2086 # the line is fields
    set -- $1
    [ "$#$1" = 10swap ] || refuse 'contract: it is not one line of 10 fields that begins with swap'
    for digits in "$2" "$3" "$7"; do
        case $digits in
        *[!0-9a-f]*) refuse "contract: '$digits' is not 64 lowercase hex digits" ;;
        esac
        [ ${#digits} -eq 64 ] || refuse "contract: '$digits' is not 64 lowercase hex digits"
    done
    for number in "$5" "$6" "$9" "${10}"; do
        is_number "$number" || refuse "contract: '$number' is not a number from 1 on"
    done
    hash=$2 first=$4 amount_1=$5 after_1=$6 second=$8 amount_2=$9 after_2=${10}
    [ "$3" = "$chain_1" ] || refuse "contract: its first chain is $3, but -1 is $chain_1"
    [ "$7" = "$chain_2" ] || refuse "contract: its second chain is $7, but -2 is $chain_2"
    [ "$first" != "$second" ] || refuse 'contract: one account is both sides'
}

# The seconds until an output of chain N opens, by the number of blocks that are missing.
left() { # N
    eval "echo \$(((after_$1 - tip_$1) * spacing_$1))"
}

# Writes the policies of the two locks, and sets their accounts.
make_locks() {
    run @PROGPREFIX@policy 1 "$second" hash "$hash" or 1 "$first" after "$after_1" >"$work/lock_1"
    run @PROGPREFIX@policy 1 "$first" hash "$hash" or 1 "$second" after "$after_2" >"$work/lock_2"
    lock_1=p$(tr -d '\n' <"$work/lock_1" | sha256sum | cut -c 1-64)
    lock_2=p$(tr -d '\n' <"$work/lock_2" | sha256sum | cut -c 1-64)
}

new_contract() { # ME AMOUNT AFTER OTHER AMOUNT AFTER
    for number in "$2" "$3" "$5" "$6"; do
        is_number "$number" || misuse "'$number' is not a number from 1 on"
    done
    me=$(account_of "$1") other=$(account_of "$4") || exit
    after_1=$3 after_2=$6
    [ $(($(left 1) - $(left 2))) -ge $((2 * delay)) ] ||
        refuse "your lock opens $(($(left 1) - $(left 2))) s after the other's: $((2 * delay)) s (twice -D) is the least that is safe for the other side"
    hash=$(@PROGPREFIX@policy -m "$new") || exit 2
    write "swap ${hash#hash } $chain_1 $me $2 $3 $chain_2 $other $5 $6"
}

# --- What is due ---------------------------------------------------------------------------------------

# Prints the transaction that pays all that a lock holds to ME.
put_spend() { # LEDGER LOCK BALANCE POLICY BRANCH [PREIMAGE]
    amount=1 fee=0
    while :; do
        run @PROGPREFIX@txmake -l "$1" -f "$2" -P "$4" -y "$5" ${6:+-i "$6"} "$me" "$amount" swap >"$work/tx"
        fee=$(cut -d ' ' -f 5 "$work/tx")
        [ "$3" -gt "$fee" ] || refuse "the lock holds $3, and the fee alone is $fee"
        [ $((amount + fee)) -eq "$3" ] && break
        # a fee by length can fall short of what it was for more digits: then a little is given away
        [ "$amount" -ne 1 ] && [ $((amount + fee)) -lt "$3" ] && break
        amount=$(($3 - fee))
    done
    write "$(cat "$work/tx")"
    exit 0
}

# Whether lock N will hold more than the fee to take what is in it; a preimage makes the line 70 bytes longer.
check_fee() { # N LEDGER LOCK AMOUNT POLICY
    run @PROGPREFIX@txmake -l "$2" -f "$3" -P "$5" -y 1 "$me" 1 swap >"$work/tx" 2>"$work/not-open"
    fee=$(cut -d ' ' -f 5 "$work/tx")
    eval "fee=\$((fee + 70 * \${bytefee_$1:-0}))"
    [ "$4" -gt "$fee" ] || refuse "contract: lock $1 will hold $4, and it costs $fee to take that: do not begin"
}

check_fees() {
    check_fee 1 "$first_ledger" "$lock_1" "$amount_1" "$work/lock_1"
    check_fee 2 "$second_ledger" "$lock_2" "$amount_2" "$work/lock_2"
}

put_lock() { # LEDGER LOCK AMOUNT
    check_fees
    run @PROGPREFIX@txmake -l "$1" ${book:+-a "$book"} -f "$me" "$2" "$3" swap >"$work/tx"
    write "$(cat "$work/tx")"
    exit 0
}

# The state of lock N: its balances now and DEPTH blocks ago, how often it was spent, and the preimage that was
# shown, if any: held_N, deep_N, spent_N, shown_N.
look_at() { # N LEDGER LOCK
    eval "tip=\$tip_$1"
    held=$(balance_at "$2" "$3" "$tip") deep=$(balance_at "$2" "$3" $((tip - depth + 1))) || exit
    spends_of "$2" "$3" >"$work/spends"
    spent=$(wc -l <"$work/spends")
    shown=$(sed -n 's/^.* show \([0-9a-f]*\) .*$/\1/p' "$work/spends" | head -n 1)
    eval "held_$1=\$held deep_$1=\$deep spent_$1=\$((spent)) shown_$1=\$shown"
}

# Whether a lock holds what the contract says, deep enough.
is_locked() { # N
    eval "[ \"\$deep_$1\" -ge \"\$amount_$1\" ] && [ \"\$held_$1\" -ge \"\$amount_$1\" ]"
}

# Whether who made lock N can take it back in the next block.
is_open() { # N
    eval "[ \$((tip_$1 + 1)) -ge \"\$after_$1\" ]"
}

take_back() { # N LEDGER LOCK HELD POLICY
    is_open "$1" || return 0
    say "Your lock has opened: take back what it holds."
    put_spend "$2" "$3" "$4" "$5" 1
}

# The side that knows the preimage and gives first.
first_side() {
    if [ "$held_2" -gt 0 ] && [ -n "$shown_1" ]; then
        say "The preimage is public: take what the other side locked, at once."
    elif [ -n "$shown_2" ]; then
        say "Over: you have what the other side gave."
        exit 4
    fi
    if is_locked 2; then
        if [ $((after_2 - 1 - tip_2)) -ge $(((delay + spacing_2 - 1) / spacing_2)) ] || [ -n "$shown_1" ]; then
            [ -n "$preimage" ] || misuse '-i is missing: the file with the preimage'
            say "The other side has locked $held_2 on $name_2: take it, which shows the preimage. If you stop here, both
sides take back what they gave: you from height $after_1 of $name_1 on, the other from height $after_2 of $name_2 on."
            put_spend "$second_ledger" "$lock_2" "$held_2" "$work/lock_2" 0 "$preimage"
        fi
        say "The other side's lock opens too soon to take it safely: do not show the preimage."
    fi
    if [ "$held_1" -gt 0 ]; then
        take_back 1 "$first_ledger" "$lock_1" "$held_1" "$work/lock_1"
        say "You have locked $held_1 on $name_1. If the other side stops, it is yours again from height $after_1 on; the
height is $tip_1. Wait."
        exit 3
    fi
    if [ "$spent_1" -gt 0 ]; then
        say "Over: you took back what you gave."
        exit 4
    fi
    [ "$(left 2)" -gt $((2 * delay)) ] ||
        refuse "the other side's lock would open in $(left 2) s: too soon to begin"
    say "Lock $amount_1 on $name_1. If the other side stops after that, it is yours again from height $after_1 on."
    put_lock "$first_ledger" "$lock_1" "$amount_1"
}

# The side that gives second, and learns the preimage from the other's claim.
second_side() {
    shown=$shown_2
    if [ -n "$shown" ] && [ "$held_1" -gt 0 ]; then
        printf '%s\n' "$shown" >"$work/preimage"
        say "The other side has taken what you gave, and shown the preimage: take what it gave, before height $after_1 of
$name_1; the height is $tip_1. If you stop here, you lose."
        put_spend "$first_ledger" "$lock_1" "$held_1" "$work/lock_1" 0 "$work/preimage"
    fi
    if [ -n "$shown_1" ]; then
        say "Over: you have what the other side gave."
        exit 4
    fi
    if [ "$held_2" -gt 0 ]; then
        take_back 2 "$second_ledger" "$lock_2" "$held_2" "$work/lock_2"
        say "You have locked $held_2 on $name_2. If the other side stops, it is yours again from height $after_2 on; the
height is $tip_2. If it takes that, you take what it gave. Wait, and look often: at least every $delay s."
        exit 3
    fi
    if [ "$spent_2" -gt 0 ]; then
        if [ -n "$shown" ]; then
            refuse "the other side took what you gave, and its own lock is empty: you have lost"
        fi
        say "Over: you took back what you gave."
        exit 4
    fi
    if ! is_locked 1; then
        say "The other side has not locked $amount_1 on $name_1 yet, $depth deep. You have given nothing. Wait."
        exit 3
    fi
    [ $(($(left 1) - $(left 2))) -ge $((2 * delay)) ] ||
        refuse "the other side's lock opens $(($(left 1) - $(left 2))) s after yours would: less than $((2 * delay)) s, twice -D: do not begin"
    [ "$(left 2)" -gt $((2 * delay)) ] || refuse "your lock would open in $(left 2) s: too soon to begin"
    say "The other side has locked $held_1 on $name_1: lock $amount_2 on $name_2. If the other side stops after that,
it is yours again from height $after_2 on."
    put_lock "$second_ledger" "$lock_2" "$amount_2"
}

# --- Main ----------------------------------------------------------------------------------------------

first_ledger='' second_ledger='' who='' preimage='' depth=1 delay='' new='' book=${NAMES-}
while getopts :1:2:f:i:d:D:n:a:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    1) first_ledger=$OPTARG ;;
    --first=*) first_ledger=${OPTARG#first=} ;;
    2) second_ledger=$OPTARG ;;
    --second=*) second_ledger=${OPTARG#second=} ;;
    f) who=$OPTARG ;;
    --from=*) who=${OPTARG#from=} ;;
    i) preimage=$OPTARG ;;
    --preimage=*) preimage=${OPTARG#preimage=} ;;
    d) depth=$OPTARG ;;
    --depth=*) depth=${OPTARG#depth=} ;;
    D) delay=$OPTARG ;;
    --delay=*) delay=${OPTARG#delay=} ;;
    n) new=$OPTARG ;;
    --new=*) new=${OPTARG#new=} ;;
    a) book=$OPTARG ;;
    --names=*) book=${OPTARG#names=} ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@swap (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ -n "$first_ledger" ] || misuse '-1 is missing: the ledger of the chain on which the first side gives'
[ -n "$second_ledger" ] || misuse '-2 is missing: the ledger of the other chain'
is_number "$depth" || misuse "-d: '$depth' is not a number from 1 on"
[ -z "$delay" ] || is_number "$delay" || misuse "-D: '$delay' is not a number from 1 on"

work=''
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
work=$(mktemp -d) || trouble 'no folder for temporary files'
read_chain 1 "$first_ledger"
read_chain 2 "$second_ledger"
[ -n "$delay" ] || delay=$((10 * (spacing_1 > spacing_2 ? spacing_1 : spacing_2)))

if [ -n "$new" ]; then
    [ -z "$who$preimage" ] || misuse '-f and -i do not go with -n'
    [ $# -eq 6 ] || misuse 'a new contract needs ME AMOUNT AFTER OTHER AMOUNT AFTER'
    new_contract "$@"
    exit
fi
[ -n "$who" ] || misuse '-f is missing: which side you are'
[ $# -le 1 ] || misuse "'$2': too many operands"
if [ "${1--}" = - ]; then
    line=$(cat)
else
    line=$(cat <"$1") || exit 2
fi
read_contract "$line"
me=$(account_of "$who") || exit
make_locks
look_at 1 "$first_ledger" "$lock_1"
look_at 2 "$second_ledger" "$lock_2"
case $me in
"$first") first_side ;;
"$second") second_side ;;
*) refuse "-f: $who is no side of this contract" ;;
esac
