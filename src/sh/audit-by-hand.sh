#!/bin/sh
# audit-by-hand - check every rule of a ledger with only coreutils, awk and openssl
#
# This script is as much a text to read as a program to run. It uses nothing of the toolkit whose ledgers it
# judges. A comment states each rule in plain words, next to the command that checks it:
#
#     sha256sum         every hash: of a line, of a pair of hashes
#     openssl           every signature
#     expr              every sum, product and comparison: its integers can have any length
#     awk               work that is done a line or a digit at a time
#     a folder of files the books, small files for each block, see 'The books' below
#
# The shell's own $(( )) is used for counting, and for sums that an earlier rule has bounded.
#
# Exit status: 0 every rule holds; 1 one is broken, and stderr says which and where; 2 the ledger could not
# be checked.

[ -z "${ZSH_VERSION-}" ] || emulate sh      # make zsh behave as sh

# Stop at any command that fails (-e) or variable that is not set (-u); do not expand file name patterns
# (-f), as words of the ledger may look like one; allow overwriting files (+C), and do not export variables
# (+a). Treat every byte as one character, and sort by byte value.
set +aC -efu
IFS='
	 '
LC_ALL=C
export LC_ALL
OPENSSL_CONF=/dev/null
export OPENSSL_CONF
unset CDPATH POSIXLY_CORRECT
umask 077

MAX=9223372036854775807         # 2^63 - 1, the largest number in a record
MAX_LINE=65535                  # bytes in a line
TWO_256=115792089237316195423570985008687907853269984665640564039457584007913129639936
ZERO=0000000000000000000000000000000000000000000000000000000000000000

# --- Output and ending ---------------------------------------------------------------------------------

usage() {
    printf 'usage: @PROGPREFIX@audit-by-hand [-q] [-T TIME] [LEDGER]\n'
}

@options.sh@

help() {
    usage
    cat <<'END'

Checks every rule of a ledger with only coreutils, awk and openssl, and shows the work.

  -q, --quiet                  print only the best tip
  -T TIME                      use this as the current time
  -h, --help                   print this help
  -V, --version                print the version

LEDGER is a file, or - for stdin; the default is $LEDGER, or else 'ledger'.
END
}

@output.sh@

show() {
    [ -n "$quiet" ] || write "$1"
}

# The ledger breaks a rule at line $at.
fault() {
    verdict=bad
    printf '%s:%s: %s\n' "$name" "$at" "$1" >&2
    exit 1
}

# However the script ends, it removes the folder of the books. A command that failed unexpectedly, with
# any status, means status 2; only fault() may exit with 1. A status above 128 means that a signal ended the
# command; if it was sent to the whole process group, as ^C is, it ends this script too.
finish() {
    ended=$?
    trap - EXIT
    case $ended in 129 | 130 | 131 | 141 | 143) killed "$((ended - 128))" ;; esac
    [ -z "$books" ] || rm -rf -- "$books" || :
    [ "$ended" -eq 0 ] || [ -n "$verdict" ] || ended=2
    exit "$ended"
}

# On a signal, remove the folder, then die of that same signal, if the shell can. (bash ignores SIGQUIT,
# and zsh exits with 1 on SIGHUP.)
killed() { # NUMBER
    trap - EXIT
    trap '' HUP INT QUIT PIPE TERM
    [ -z "$books" ] || rm -rf -- "$books" || :
    trap - "$1"
    [ -n "${ZSH_VERSION-}" ] || kill "-$1" $$
    exit $((128 + $1))
}

# ask COMMAND...: runs a command whose status is 0 for yes and 1 for no. Any other status is an error.
ask() {
    "$@" && return
    [ $? -eq 1 ] || trouble "$1: gave no answer"
    return 1
}

# --- Arithmetic ----------------------------------------------------------------------------------------

# calc 1 + 2 prints 3. (expr has status 1 if the result is 0, which is not an error.)
calc() {
    # shellcheck disable=SC2003 # $(( )) is limited to 64 bits; expr is not
    expr "$@" || [ $? -eq 1 ]
}

# holds 1 + 2 '<=' 3: yes or no.
holds() {
    ask expr "$@" >/dev/null
}

# Prints 2^N. A power of two is exact in awk's floating point, however large it is.
power_of_two() {
    awk -v n="$1" 'BEGIN { for (p = 1; n > 0; n--) p *= 2; printf "%.0f\n", p }'
}

# convert FROM TO NUMBER, from one base to another as on paper: for each digit, multiply the result so far
# by FROM and add the digit; d[1] is the last digit of the result, d[n] the first.
convert() {
    printf '%s\n' "$3" | awk -v from="$1" -v to="$2" '{
        digits = "0123456789abcdef"
        n = 1
        for (i = 1; i <= length($0); i++) {
            carry = index(digits, substr($0, i, 1)) - 1
            for (j = 1; j <= n || carry > 0; j++) {
                if (j > n)
                    d[n = j] = 0
                carry += d[j] * from
                d[j] = carry % to
                carry = int(carry / to)
            }
        }
        while (n > 0)
            result = result substr(digits, d[n--] + 1, 1)
        print result
    }'
}

# --- Fields --------------------------------------------------------------------------------------------

# A number: decimal, no sign, no leading zero, at most 2^63-1.
is_number() {
    case $1 in
    '' | *[!0-9]* | 0?*) return 1 ;;
    esac
    [ ${#1} -lt ${#MAX} ] || { [ ${#1} -eq ${#MAX} ] && holds "$1" '<=' "$MAX"; }
}

is_hex() { # TEXT LEAST MOST
    case $1 in
    *[!0-9a-f]*) return 1 ;;
    esac
    [ ${#1} -ge "$2" ] && [ ${#1} -le "$3" ]
}

# A hash, an id: 64 lowercase hex digits.
is_hash() {
    is_hex "$1" 64 64
}

# Whether the chain has the line 'rule allow WHAT'.
is_allowed() { # WHAT
    case $rules_given in
    *" allow-$1 "*) ;;
    *) return 1 ;;
    esac
}

# An account: 64 lowercase hex digits, an Ed25519 key; or p and the hash of a policy, or s and an SLH-DSA key, on chains that
# allow them.
check_account() { # WHAT ACCOUNT
    is_hash "${2#[ps]}" || fault "$1 is not 64 lowercase hex digits, nor p or s and 64 digits"
    case $2 in
    p*) is_allowed policy || fault "$1: this chain has no accounts of policies" ;;
    s*) is_allowed slh-dsa || fault "$1: this chain has no SLH-DSA accounts" ;;
    esac
}

# A key: an account that is no policy's.
check_key() { # WHAT ACCOUNT
    check_account "$1" "$2"
    case $2 in
    p*) fault "$1: cannot be a policy" ;;
    esac
}

# A text: '-' if it is empty, '%2D' if it is the single byte '-'. Otherwise A-Z a-z 0-9 . _ ~ - stand for
# themselves and must not be escaped, and every other byte is % and two capital hex digits. When each escape
# is replaced by one byte, no % remains, and there are at most 256 bytes.
is_text() {
    case $1 in
    - | %2D) return 0 ;;
    esac
    printf '%s\n' "$1" >field || trouble "$books: cannot be written"
    # shellcheck disable=SC2016 # these are fields of awk
    ask awk '{
        plain = !/[^A-Za-z0-9._~%-]/
        needless = /%(2D|2E|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/
        gsub(/%[0-9A-F][0-9A-F]/, "/")
        whole = !/%/
        exit !(plain && !needless && whole && length($0) <= 256)
    }' field
}

# --- Lines ---------------------------------------------------------------------------------------------

# A line is 1 to 65,535 bytes of fields separated by exactly one space; a field is printable ASCII. Every
# line ends with a newline, even the last.
check_lines() {
    [ -s ledger ] || { at=1; fault 'ledger: is empty'; }
    bad=$(awk -v most="$MAX_LINE" '
        { rule = "" }
        length($0) == 0     { rule = "is empty" }
        length($0) > most   { rule = "is longer than " most " bytes" }
        /[^ !-~]/           { rule = "has a byte that is not printable ASCII" }
        /^ | $|  /          { rule = "its fields are not split by single spaces" }
        rule != ""          { print NR ": " rule; exit }
    ' ledger)
    [ -z "$bad" ] || { at=${bad%%:*}; fault "line:${bad#*:}"; }
    lines=$(wc -l <ledger)
    [ -z "$(tail -c 1 ledger)" ] || { at=$((lines + 1)); fault 'line: has no newline at its end'; }
    show "lines 1 to $lines: printable fields, single spaces, a newline each"
}

# --- Hashes --------------------------------------------------------------------------------------------

# Every hash is the SHA-256 of a visible line, without its newline. Sets $hash.
sha256() {
    hash=$(printf %s "$1" | sha256sum)
    hash=${hash%% *}
}

# Writes the ids of a file's lines to 'ids': a record's id is the hash of its line.
find_ids() { # FILE
    while IFS= read -r record; do
        sha256 "$record"
        printf '%s\n' "$hash"
    done <"$1" >ids
}

# The Merkle root over those ids. Sets $root_found.
#
# The tree is built upward, level by level: each pair of neighbours is replaced by the hash of 'LEFT RIGHT',
# and a last one without a neighbour moves up unchanged. (This is the tree of RFC 9162, in which the left
# side is the largest power of two below the count.) The root of no lines is the hash of the empty string.
find_root() { # COUNT
    width=$1
    if [ "$width" -eq 0 ]; then
        sha256 ''
        printf '%s\n' "$hash" >level
    else
        cp ids level
    fi
    while [ "$width" -gt 1 ]; do
        while read -r left; do
            if read -r right; then
                sha256 "$left $right"
                printf '%s\n' "$hash"
            else
                printf '%s\n' "$left"
            fi
        done <level >above
        mv above level
        width=$(((width + 1) / 2))
    done
    root_found=$(cat level)
}

# --- Signatures ----------------------------------------------------------------------------------------

# The order of Ed25519's group, 2^252 + 27742317777372353535851937790883648493.
ORDER=1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed

# A point is 32 bytes: its y, the lowest byte first, and in the highest bit the sign of its x (so the first
# digit of the last byte may be 0 or 8, or 7 or f, depending on the sign).
is_sound_point() {
    zeros=${ZERO%??}                                                        # 31 bytes 00
    ffs=ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff        # 30 bytes ff
    case $1 in
    # y is not below 2^255 - 19, so the same point could be written with a smaller y
    e[d-f]"$ffs"[7f]f | f?"$ffs"[7f]f) return 1 ;;
    # y is that of a point of small order: 0, 1, -1, and two of order 8
    "$zeros"[08]0 | 01"${zeros#??}"[08]0 | ec"$ffs"[7f]f) return 1 ;;
    26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5) return 1 ;;
    c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a) return 1 ;;
    esac
}

# S, the signature's second half, must be a number below the group's order. Its lowest byte too is first,
# so the bytes are reversed. The "" makes awk compare strings, which is the same for numbers of equal length.
is_below_order() {
    printf '%s\n' "$1" >field || trouble "$books: cannot be written"
    # shellcheck disable=SC2016 # these are fields of awk
    ask awk -v order="$ORDER" '{
        for (i = length($0) - 1; i > 0; i -= 2)
            turned = turned substr($0, i, 2)
        exit !(turned "" < order "")
    }' field
}

# Hex digits to bytes.
bytes() {
    printf %s "$1" | tr a-f A-F | basenc --base16 -d
}

# Whether openssl finds the signature valid. It needs three files: the message, the signature, and the key
# after the twelve bytes that mark an Ed25519 public key (RFC 8410).
openssl_agrees() { # KEY MESSAGE SIGNATURE
    { printf %s "$2" >message && bytes "$3" >message.sig && bytes "302a300506032b6570032100$1" >key.der; } ||
        trouble "$books: cannot be written"
    said=$(openssl pkeyutl -verify -rawin -in message -sigfile message.sig \
        -pubin -keyform DER -inkey key.der 2>&1 </dev/null) && return
    case $said in
    *'Verification Failure'*) return 1 ;;
    *) trouble "openssl: cannot check a signature: $said" ;;
    esac
}

@by-hand-slh-dsa.sh@

# A signature is the last field of its line. It signs everything before the space that precedes it. That of an Ed25519 key has
# 128 lowercase hex digits, and its two halves are the point R and the number S; that of an SLH-DSA key has 15,712.
check_signature() { # KEY LINE
    signature=${2##* }
    case $1 in
    s*)
        is_hex "$signature" 15712 15712 || fault "${2%% *}: signature is not 15712 lowercase hex digits"
        find_slh_dsa_root "$1" "${2% *}" "$signature"
        [ "$value" = "$key_root" ] || fault "${2%% *}: bad signature"
        return
        ;;
    esac
    is_hex "$signature" 128 128 || fault "${2%% *}: signature is not 128 lowercase hex digits"
    r=$(printf %s "$signature" | cut -c 1-64)
    s=$(printf %s "$signature" | cut -c 65-128)
    is_below_order "$s" || fault "${2%% *}: bad signature: S is not below the order of the group"
    is_sound_point "$r" || fault "${2%% *}: bad signature: R is not canonical, or of small order"
    is_sound_point "$1" || fault "${2%% *}: bad signature: the key is not canonical, or of small order"

    openssl_agrees "$1" "${2% *}" "$signature" || fault "${2%% *}: bad signature"
}

# --- Difficulty ----------------------------------------------------------------------------------------

# The target that a block must have, from its parent's height and time. Sets $target_found.
#
# The drift is how late the parent was, compared with one block every 'spacing' seconds since genesis. Each
# 'halflife' of drift doubles the target (or halves it, if the drift is negative): the target is that of
# genesis times 2^(drift / halflife). In integers: e is drift / halflife in units of 1/65536, truncated
# toward 0; its whole part becomes a shift, and a cubic approximates 2^x for the remaining 65,536ths.
find_target() { # HEIGHT TIME
    drift=$(calc "$2" - "$genesis_time" - "$spacing" '*' "$1")
    if [ "$halflife" -eq 0 ]; then
        target_found=$genesis_target
        return
    fi
    e=$(calc "$drift" '*' 65536 / "$halflife")
    f=$(calc '(' "$e" % 65536 + 65536 ')' % 65536)
    shifts=$(calc '(' "$e" - "$f" ')' / 65536 - 16)
    factor=$(calc 65536 + '(' 195766423245049 '*' "$f" + 971821376 '*' "$f" '*' "$f" + \
        5127 '*' "$f" '*' "$f" '*' "$f" + 140737488355328 ')' / 281474976710656)

    product=$(calc "$genesis_number" '*' "$factor")         # between 2^16 and 2^273
    if holds "$shifts" '>=' 256; then
        t=$TWO_256
    elif holds "$shifts" '<=' -273; then
        t=0
    elif [ "$shifts" -ge 0 ]; then
        t=$(calc "$product" '*' "$(power_of_two "$shifts")")
    else
        t=$(calc "$product" / "$(power_of_two "${shifts#-}")")
    fi
    if holds "$t" '<' 1; then t=1; fi
    if holds "$t" '>=' "$TWO_256"; then t=$(calc "$TWO_256" - 1); fi
    target_found=$(convert 10 16 "$t")
    target_found=$(printf '%64s' "$target_found" | tr ' ' 0)
}

# --- The books -----------------------------------------------------------------------------------------
#
# The ledger is a tree, and every block in it, on the best chain or not, is judged by the state at its
# parent. So for each valid block there are three files, named by its id:
#
#     block.ID          one line: HEIGHT TIME WORK SUPPLY
#     recent.ID         the times of the last 11 blocks, this one included, a line each
#     accounts.ID       a line for each account: ACCOUNT BALANCE SEQ
#
# Checking a block begins with its parent's accounts, in the file 'accounts'. Changes are appended to it:
# the last line of an account is the one that counts.

# Sets $balance and $next, the account's next sequence number; $known is empty if it is not in the books.
# index() compares text: '12e3' and '12000' are different accounts, not the same number.
look_up() { # ACCOUNT
    known=$(awk -v who="$1" 'index($0, who " ") == 1 { at = $2 " " $3 } END { print at }' accounts)
    balance=${known% *}
    next=${known#* }
    [ -n "$known" ] || { balance=0; next=0; }
}

put() { # ACCOUNT BALANCE SEQ
    printf '%s %s %s\n' "$1" "$2" "$3" >>accounts
}

# No sum here can exceed 2^63-1, because all balances together are never more than the supply.
credit() { # ACCOUNT AMOUNT
    look_up "$1"
    put "$1" $((balance + $2)) "$next"
}

# Close the books of block $id. Of each account's lines, the last is kept: it comes first after tac.
keep() { # WEIGHT
    printf '%s\n' "$height $time $1 $supply $prev $miner $final $before" >"block.$id"
    printf '%s\n' "$id $prev $height $1 $supply" >>blocks
    printf '%s\n' "$time" | cat recent - | tail -n 11 >"recent.$id"
    tac accounts | sort -s -u -k 1,1 >"accounts.$id"
}

# --- Records -------------------------------------------------------------------------------------------

# block HEIGHT PREV ROOT TIME TARGET MINER COUNT SEAL, at line $at
check_header() {
    line=$(tail -n "+$at" ledger | head -n 1)
    sha256 "$line"
    id=$hash
    # shellcheck disable=SC2086 # fields are what single spaces split
    set -- $line
    check_header_fields "$@"
    height=$2 prev=$3 root=$4 time=$5 target=$6 miner=$7 count=$8 seal=$9
    [ $blocks -eq 0 ] || [ "$seal_kind" = pow ] || check_signature "$miner" "$line"
    show "line $at: block $height $id"

    # No block is in the ledger twice. The body must be complete, and is copied to the file 'body'.
    [ ! -e "block.$id" ] || fault 'block: stands twice'
    [ "$count" -le $((lines - at)) ] ||
        fault "block: is cut short: count $count, but $((lines - at)) more lines in the ledger"
    tail -n "+$((at + 1))" ledger | head -n "$count" >body
}

# The form of its fields. MINER is a member where members seal, and SEAL its signature; else SEAL is a nonce, as genesis has one.
check_header_fields() {
    [ "$1" = block ] || fault 'block: is expected here'
    [ $# -eq 9 ] || fault "block: $# fields, expected 9"
    is_number "$2" || fault 'block: height is not a number'
    is_hash "$3" || fault 'block: prev is not 64 lowercase hex digits'
    is_hash "$4" || fault 'block: root is not 64 lowercase hex digits'
    is_number "$5" || fault 'block: time is not a number'
    is_hash "$6" || fault 'block: target is not 64 lowercase hex digits'
    check_account 'block: miner' "$7"
    is_number "$8" || fault 'block: count is not a number'
    if [ "$blocks" -gt 0 ] && [ "$seal_kind" != pow ]; then
        is_hash "$7" || fault 'block: miner is not an Ed25519 key, and so no member'
        return
    fi
    is_hex "$9" 1 64 || fault 'block: seal is not 1 to 64 lowercase hex digits'
    [ "$6" != "$ZERO" ] || fault 'block: target is zero'
}

# ROOT is the Merkle root of the ids of the body's lines.
check_root() {
    find_ids body
    find_root "$count"
    show "  root $root claimed"
    show "  root $root_found computed, of a body of $count"
    [ "$root" = "$root_found" ] || fault 'block: root does not match the lines'
}

# rule NAME VALUE: the configuration of the chain. Eight rules occur once, others at most once, 'allow' with each of its
# words.
take_rule() {
    [ $# -eq 3 ] || fault "rule: $# fields, expected 3"
    case $2 in
    name) is_text "$3" || fault 'rule: name is not a text' ;;
    seal)
        case $3 in
        pow | sign | bft) seal_kind=$3 ;;
        *) fault 'rule: unknown seal; there are pow, sign and bft' ;;
        esac
        ;;
    spacing | halflife | reward | halving | maxblock | minfee | bytefee | state | apart | finality | unbonding | slash | minstake)
        is_number "$3" || fault "rule: $2 is not a number" ;;
    allow)
        case $3 in
        admit | batch | policy | slh-dsa | sponsor | stake) ;;
        *) fault 'rule: unknown rule' ;;
        esac
        set -- "$1" "allow-$3" "$3"
        ;;
    *) fault 'rule: unknown rule' ;;
    esac
    case $rules_given in
    *" $2 "*) fault "rule: $2 is given twice" ;;
    esac
    rules_given="$rules_given$2 "
    case $2 in
    bytefee | state | apart | finality | unbonding | slash | minstake)
        [ "$3" -ge 1 ] || fault "rule: $2 is less than 1" ;;
    esac
    case $2 in
    spacing) spacing=$3; [ "$spacing" -ge 1 ] || fault 'rule: spacing is less than 1' ;;
    halflife) halflife=$3 ;;
    reward) reward=$3 ;;
    halving) halving=$3 ;;
    maxblock) maxblock=$3 ;;
    minfee) minfee=$3 ;;
    bytefee) bytefee=$3 ;;
    state) state=$3 ;;
    apart) apart=$3 ;;
    finality) finality=$3 ;;
    unbonding) unbonding=$3 ;;
    slash) slash=$3 ;;
    minstake) minstake=$3 ;;
    esac
    show "  $record"
}

# grant ACCOUNT AMOUNT: an initial balance of at least 1, at most one for each account.
take_grant() {
    [ $# -eq 3 ] || fault "grant: $# fields, expected 3"
    check_account 'grant: account' "$2"
    is_number "$3" || fault 'grant: amount is not a number'
    [ "$3" -ge 1 ] || fault 'grant: amount is 0'
    look_up "$2"
    [ -z "$known" ] || fault 'grant: the account has one already'
    holds "$supply" + "$3" '<=' "$MAX" || fault 'grant: supply over the limit of 2^63-1'
    supply=$((supply + $3))
    put "$2" "$3" 0
    show "  grant $2 $3"
}

is_given() { # RULE
    case $rules_given in
    *" $1 "*) ;;
    *) return 1 ;;
    esac
}

# Which rules go together.
check_rules() {
    for rule in name seal spacing halflife reward halving maxblock minfee; do
        is_given "$rule" || fault "block: genesis: rule $rule is missing"
    done
    [ "$seal_kind" = pow ] || [ "$halflife" -eq 0 ] || fault "block: genesis: halflife is not 0, the seal being $seal_kind"
    [ "$seal_kind" = sign ] || ! is_given apart || fault 'block: genesis: rule apart is for the seal sign'
    [ "$seal_kind" != bft ] || ! is_given finality || fault 'block: genesis: rule finality is for the seals pow and sign'
    for rule in unbonding slash minstake; do
        if is_allowed stake; then
            is_given "$rule" || fault "block: genesis: rule $rule is missing, which goes with allow stake"
        else
            ! is_given "$rule" || fault "block: genesis: rule $rule goes with allow stake"
        fi
    done
    if is_allowed stake; then
        { [ "$unbonding" -ge 3 ] && [ "$unbonding" -le 2147483648 ]; } || fault 'block: genesis: unbonding is not 3 to 2^31'
        [ "$slash" -le 1000 ] || fault 'block: genesis: slash is over 1000'
        { has_members && [ "$seal_kind" != sign ]; } || fault 'block: genesis: allow stake is for bft, or pow with finality'
    fi
    is_allowed admit || return 0
    has_members || fault 'block: genesis: allow admit is for chains with members'
    ! is_allowed stake || fault 'block: genesis: allow admit and allow stake exclude each other'
}

# member ACCOUNT WEIGHT: a first member; they ascend. With 'allow stake' WEIGHT is an amount that it has staked.
take_member() {
    [ $# -eq 3 ] || fault "member: $# fields, expected 3"
    has_members || fault 'member: this chain has none'
    check_member_key 'member: account' "$2"
    is_number "$3" || fault 'member: weight is not a number'
    [ "$3" -ge "${minstake:-1}" ] || fault "member: weight $3 is less than ${minstake:-1}"
    is_after "$last_member" "$2" || fault 'member: the accounts do not ascend'
    last_member=$2
    holds "$weights" + "$3" '<=' "$MAX" || fault 'member: weights over the limit of 2^63-1'
    weights=$((weights + $3))
    if is_allowed stake; then
        printf 'stake %s %s\n' "$2" "$3" >>holdings
        holds "$supply" + "$3" '<=' "$MAX" || fault 'member: supply over the limit of 2^63-1'
        supply=$((supply + $3))
    else
        printf 'member %s %s\n' "$2" "$3" >>holdings
    fi
    show "  member $2 $3"
}

# TARGET of genesis is the root of the set of its members, if they seal. Its set is that of its own header, too.
check_first_members() {
    at_end=$at at=1
    [ -s holdings ] || fault 'block: genesis has no member'
    [ "$(($(wc -l <holdings)))" -le "$MOST_MEMBERS" ] || fault "block: genesis has over $MOST_MEMBERS members"
    keep_members "$ZERO"
    cp "members.$id" "members.$ZERO"
    cp "set.$id" "set.$ZERO"
    [ "$seal_kind" = pow ] || [ "$target" = "$(cat "set.$id")" ] || fault 'block: target is not the root of the set of members'
    at=$at_end
}

# The first block: block 0 ZERO ROOT TIME TARGET ZERO COUNT 0, with only rules, members and grants in its body.
check_genesis() {
    [ "$height $prev $miner $seal" = "0 $ZERO $ZERO 0" ] || fault 'block: the first one is no genesis'
    check_root
    chain=$id
    genesis_time=$time
    genesis_target=$target
    genesis_number=$(convert 16 10 "$target")
    : >recent
    : >accounts
    : >holdings
    : >blocks
    supply=0 weights=0 last_member=''
    while read -r record; do
        at=$((at + 1))
        # shellcheck disable=SC2086 # fields, as above
        set -- $record
        case $1 in
        rule) take_rule "$@" ;;
        grant | member) ;;
        *) fault 'block: genesis holds only rule, member and grant lines' ;;
        esac
    done <body
    at=1
    check_rules
    # The rules, all of them, say which accounts can have a grant, and whether there are members.
    while read -r record; do
        at=$((at + 1))
        # shellcheck disable=SC2086 # fields, as above
        set -- $record
        case $1 in
        grant) take_grant "$@" ;;
        member) take_member "$@" ;;
        esac
    done <body
    show "  supply $supply"
    final=$chain before=$chain final_of_all=$chain
    keep 0
    if has_members; then check_first_members; fi
    printf '%s\n' "$chain" >justified
    : >attests
    if [ -n "$finality" ]; then keep_attests; fi

    # How far ahead of the clock a block may be: 12 spacings, or 60 seconds if that is more; one spacing if members take turns.
    ahead=$(calc 12 '*' "$spacing")
    if holds "$ahead" '<' 60; then ahead=60; fi
    [ "$seal_kind" != sign ] || ahead=$spacing
    latest=$(calc "$now" + "$ahead")
}

@by-hand-policy.sh@

@by-hand-tx.sh@

@by-hand-state.sh@

@by-hand-members.sh@

@by-hand-seal.sh@

@by-hand-final.sh@

# Any other block, judged by the books of its parent.
check_block() {
    # Header, transactions and newlines together are not over 'maxblock'; and the body is the one that the header was
    # sealed for.
    size=$({ printf '%s\n' "$line" && awk '/^tx /' body; } | wc -c)
    show "  size $size bytes of at most $maxblock"
    [ "$size" -le "$maxblock" ] || fault 'block: is over maxblock'
    check_root

    # Its parent precedes it in the ledger, and its height is one more.
    [ -e "block.$prev" ] || fault 'block: parent is not in the ledger before it'
    read -r parent_height parent_time parent_work parent_supply parent_prev parent_miner parent_final before <"block.$prev"
    final=$parent_final
    cp "recent.$prev" recent
    cp "accounts.$prev" accounts
    if has_members; then cp "holdings.$prev" holdings; fi
    show "  parent $prev, height $parent_height"
    [ "$height" -eq $((parent_height + 1)) ] ||
        fault "block: height $height, expected $((parent_height + 1))"

    # Its seal is what the chain asks for.
    if [ "$seal_kind" = pow ]; then check_work; else check_member_seal; fi

    # Its time is after the median of its last 11 ancestors (the upper of the middle two if their number is
    # even), and not too far ahead of the clock.
    median=$(sort -n recent | awk '{ time[NR] = $0 } END { print time[int(NR / 2) + 1] }')
    is_number "$median" || trouble 'sort or awk: gave no median'
    show "  time $time, after the median $median and not after $latest"
    [ "$time" -gt "$median" ] || fault 'block: time is not after the median of the last 11'
    holds "$time" '<=' "$latest" || fault 'block: time is too far ahead of the clock'

    # The reward is halved every 'halving' blocks (0: never), and the supply stays below 2^63.
    halvings=0
    [ "$halving" -eq 0 ] || halvings=$((height / halving))
    earned=0
    [ "$halvings" -ge 63 ] || earned=$((reward >> halvings))
    supply=$(calc "$parent_supply" + "$earned")
    show "  reward $earned, halvings $halvings"

    # Its votes, or attest lines; then its state line, if one is due. $judged of its lines have been judged.
    header_at=$at judged=0
    if [ "$seal_kind" = bft ] && [ "$height" -ge 2 ]; then check_votes; fi
    if [ -n "$finality" ]; then check_attests; fi
    check_state
    if is_allowed stake; then return_unbonded; fi

    # Its transactions are valid, one after the other; then the miner is credited with the reward and fees.
    fees=0
    paste -d ' ' ids body | tail -n "+$((judged + 1))" >records
    while read -r tx_id record; do
        at=$((at + 1))
        check_tx
    done <records
    at_end=$at at=$header_at
    holds "$supply" '<=' "$MAX" || fault 'block: supply over the limit of 2^63-1'
    at=$at_end
    credit "$miner" $((earned + fees))
    show "  miner $miner earns $earned and $fees in fees; the supply is $supply, the chain's weight $work"
    keep "$work"
    if has_members; then keep_members "$prev"; fi
    if [ -n "$finality" ]; then keep_attests; fi
    settle_final
}

# Its target is the one that follows from the times so far, and its id, read as a number, is not over it, so the work was
# done. (The x makes expr compare text, which is the same for numbers of equal length.) The work of a block is the
# average number of hashes to find its seal, floor(2^256 / (TARGET + 1)); that of a chain is the sum, its weight.
check_work() {
    find_target "$parent_height" "$parent_time"
    show "  target $target claimed"
    show "  target $target_found computed, the parent being $drift s late"
    [ "$target" = "$target_found" ] || fault "block: target should be $target_found"
    holds "x$id" '<=' "x$target" || fault 'block: its hash is over the target'
    work=$(calc "$parent_work" + "$TWO_256" / '(' "$(convert 16 10 "$target")" + 1 ')')
}

# --- Checks of the shell and the tools -----------------------------------------------------------------
#
# With a shell of 32-bit integers, or a sort that compares floating-point numbers, the script would not fail
# but judge wrongly. So the shell and each tool are first tried on values whose answer is known.

can_count() {
    words='a b'
    # shellcheck disable=SC2086 # splitting is what is tested
    set -- $words
    [ $# -eq 2 ] && [ "$((MAX - 1 + 1))" = 9223372036854775807 ] && [ "$((MAX >> 62))" = 1 ] &&
        [ "$MAX" -gt "$((MAX - 1))" ] && ! [ "$((MAX - 1))" -ge "$MAX" ]
}

check_tools() {
    { [ "$(calc "$TWO_256" '*' "$TWO_256" / "$TWO_256")" = "$TWO_256" ] && [ "$(calc -7 / 2)" = -3 ] &&
        [ "$(calc -7 % 2)" = -1 ] && holds 9 '<' 10 && ! holds x9 '<' x10; } ||
        trouble 'expr: cannot count with numbers of 512 bits, as the one of GNU coreutils can'
    { [ "$(power_of_two 256)" = "$TWO_256" ] && [ "$(convert 16 10 "1$ZERO")" = "$TWO_256" ] &&
        is_text a%20b && ! is_text %41 && is_below_order "$ZERO" && ! is_below_order "${ZERO}ff"; } ||
        trouble 'awk: computes wrongly; try another one, such as gawk or mawk'
    { [ "$(printf '%s\n' 9007199254740993 9007199254740992 10 9 | sort -n | paste -s -d ' ' -)" = \
        '9 10 9007199254740992 9007199254740993' ] &&
        [ "$(printf '%s\n' 'a 1' 'B 2' 'a 3' | tac | sort -s -u -k 1,1 | paste -s -d ' ' -)" = 'B 2 a 3' ]; } ||
        trouble 'sort: sorts wrongly; try the one of GNU coreutils'
    sha256 abc
    [ "$hash" = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad ] ||
        trouble 'sha256sum: computes wrongly'

    printf '%s\n' 616263 646566 >messages
    hash_all 3
    [ "$(head -n 2 hashes | cut -c 1-8 | paste -s -d ' ' -)" = 'ba7816bf cb8379ac' ] || trouble 'basenc or split: works wrongly'

    # RFC 8032, section 7.1, test 2: a signature of the letter r, which is not valid for the letter s.
    key=3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
    r=92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
    s=085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
    { openssl_agrees "$key" r "$r$s" && ! openssl_agrees "$key" s "$r$s"; } ||
        trouble 'openssl: tells good Ed25519 signatures from bad ones wrongly; use OpenSSL 3'
}

# A clock before 1970 is wrong; and with one that is far ahead, no block could be in the future.
read_clock() {
    now=$(date +%s) || now=unreadable
    { is_number "$now" && holds "$now" '<' 253402300800; } ||
        trouble "the machine's clock is not between 1970 and 9999 ($now): set it"
}

# A date, 2026-01-31 or 2026-01-31T12:00:00Z, in Unix seconds; nothing if the calendar lacks it.
seconds() { # DATE
    case $1 in
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;;
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-5][0-9]Z) ;;
    *) return 0 ;;
    esac
    date -u -d "$1" +%s 2>/dev/null || :
}

# --- The audit -----------------------------------------------------------------------------------------

quiet='' books='' verdict='' rules_given=' ' bytefee=0 state=0
seal_kind='' apart='' finality='' unbonding='' slash='' minstake=''
(can_count) 2>/dev/null ||
    trouble 'this shell does not count to 2^63 - 1, or does not split words: use another, such as dash or bash'
true 2>/dev/null 3>&1 || trouble 'stdout: is closed'
for tool in awk basenc cat cp cut date expr fold head mktemp mv openssl paste rm sha256sum sort split tac tail tr wc
do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
now=''
while getopts :qT:hV-: option; do
    [ "$option" != - ] || option=--$OPTARG
    case $option in
    q | --quiet) quiet=yes ;;
    T)
        now=$OPTARG
        is_number "$now" || now=$(seconds "$OPTARG")
        is_number "$now" || trouble "-T: '$OPTARG' is neither a number from 0 to $MAX nor a date such as 2026-01-31"
        ;;
    h | --help) write "$(help)"; exit ;;
    V | --version) write '@PROGPREFIX@audit-by-hand (peerutils) @VERSION@'; exit ;;
    *) wrong_option ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || misuse "'$2': too many operands"
[ -n "$now" ] || read_clock
name=${1:-${LEDGER:-ledger}}

trap finish EXIT
for signal in 1 2 3 13 15; do               # HUP INT QUIT PIPE TERM
    # shellcheck disable=SC2064 # it expands now, on purpose
    trap "killed $signal" "$signal"
done
books=$(mktemp -d) || trouble "cannot make a temporary folder in ${TMPDIR:-/tmp}"

# The books begin with a copy of the ledger. A byte 0, which no shell can hold, is replaced by a byte 1;
# neither is allowed in a line.
case $name in
*.gz) trouble "$name: is compressed; try: gzip -dc '$name' | audit-by-hand -" ;;
-) name=stdin ;;
*)
    [ -r "$name" ] || trouble "$name: cannot be read"
    exec <"$name"
    ;;
esac
tr '\000' '\001' >"$books/ledger" || trouble "$name: cannot be read, or not copied to $books"
cd -- "$books" || trouble "$books: cannot be entered"
books=$PWD TMPDIR=$PWD
export TMPDIR
check_tools

check_lines
at=0
blocks=0
while [ "$at" -lt "$lines" ]; do
    at=$((at + 1))
    check_header
    if [ "$blocks" -eq 0 ]; then check_genesis; else check_block; fi
    blocks=$((blocks + 1))
done
find_best
write "tip $best_height $best_id blocks $blocks supply $best_supply"
