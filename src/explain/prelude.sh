# The first part of every script that verify -x writes: how it ends, its functions, its folder, and the test of its
# tools. The later parts set $place and $ledger, and call what is defined here. make turns everything after these
# lines into a string of C.
# shellcheck shell=sh disable=SC2003,SC2015

# Makes every check that verify(1) makes of these records with coreutils and openssl alone.
# Status 0: all hold; 1: one does not, stderr says which, and the rule; 2: trouble.

[ -z "${ZSH_VERSION-}" ] || emulate sh
set +aCe -fu
LC_ALL=C IFS=' ' OPENSSL_CONF=/dev/null
export LC_ALL OPENSSL_CONF
unset CDPATH POSIXLY_CORRECT
umask 077

# ==== How it ends ====

# Only the last line of the script, a single word, gives a verdict: a script cut short has none.
finish() {
    trap - EXIT
    [ -z "$folder" ] || rm -rf -- "$folder"
    [ -z "$whole" ] || exit "$verdict"
    [ -n "$told" ] || echo 'explain: this script is cut short: it gives no verdict' >&2
    exit 2
}
that_is_all() {
    whole=yes
    exit
}

# A signal: remove the folder, then die of that same signal, in a shell that lets it.
killed() { # NUMBER
    trap - EXIT
    trap '' HUP INT QUIT PIPE TERM
    [ -z "$folder" ] || rm -rf -- "$folder"
    trap - "$1"
    [ -n "${ZSH_VERSION-}" ] || kill "-$1" $$
    exit $((128 + $1))
}

# The checks cannot be made.
trouble() { # WHY
    printf 'explain: %s\n' "$1" >&2
    told=yes
    exit 2
}
verdict=0 whole='' told='' folder='' here=$PWD
trap finish EXIT
for signal in 1 2 3 13 15; do # HUP INT QUIT PIPE TERM
    # shellcheck disable=SC2064 # the signal of now
    trap "killed $signal" "$signal"
done

# A shell that counts to 2^31 only, or that does not split words, would judge wrongly.
can_count() {
    most=9223372036854775807 words='a b'
    # shellcheck disable=SC2086 # to be split
    set -- $words
    [ $# -eq 2 ] && [ "$((most - 1 + 1))" = 9223372036854775807 ] && [ "$((most >> 62))" = 1 ] &&
        [ "$most" -gt "$((most - 1))" ] && ! [ "$((most - 1))" -ge "$most" ] &&
        [ "$((0xffffffffffff))" = 281474976710655 ] && [ "$(printf %08x 4294967295)" = ffffffff ]
}
(can_count) 2>/dev/null || trouble \
    'this shell does not count to 2^63 - 1, or does not split words: use another, such as dash or bash'

# ==== The functions of this script ====

# A record breaks a rule in this line: say so, and end its checks.
no() { # LINE RULE
    printf '%s:%s: %s\n' "$place" "$1" "$2" >&2
    exit 1
}

holds() { # LINE
    printf '%s:%s: holds\n' "$place" "$1" || trouble 'stdout: cannot be written'
}

# The result for a record: 0 it holds, 1 it does not.
judged() { # STATUS
    case $1 in
    0) ;;
    1) verdict=1 ;;
    2) told=yes && exit 2 ;;
    129 | 130 | 131 | 141 | 143) killed $(($1 - 128)) ;;
    *) trouble "a check ended with status $1" ;;
    esac
}

put() { # FILE TEXT
    printf '%s' "$2" >"$1" || trouble "$1: cannot be written"
}

# The next line of the record.
record() { # LINE
    line=$1
    printf '%s\n' "$line" >>record && printf '%s\n' "$line" >>all ||
        trouble 'record: cannot be written'
}

# The same for a line that no shell can hold, or that has no newline, as a format of printf.
raw() { # FORMAT
    # shellcheck disable=SC2059 # it is a format
    printf -- "$1" >>record && printf -- "$1" >>all || trouble 'record: cannot be written'
}

# A line has 1 to 65535 bytes: fields of printable ASCII, separated by single spaces.
is_line() {
    [ ${#1} -ge 1 ] && [ ${#1} -le 65535 ] || return 1
    case " $1 " in
    *'  '* | *[!\ -~]*) return 1 ;;
    esac
}

# A number: digits, no leading zero, at most 2^63 - 1.
is_number() {
    case $1 in
    '' | *[!0-9]* | 0?*) return 1 ;;
    esac
    [ ${#1} -lt 19 ] || { [ ${#1} -eq 19 ] && is_at_most "$1" 9223372036854775807; }
}

# Compares two texts of the same length, which gives the same result as for two numbers.
is_at_most() {
    [ ${#1} -eq ${#2} ] || trouble "$1 and $2 are not of the same length"
    expr "x$1" '<=' "x$2" >/dev/null || { [ $? -eq 1 ] || trouble 'expr: gave no answer'; return 1; }
}

is_hex() { # TEXT LEAST MOST
    case $1 in
    *[!0-9a-f]*) return 1 ;;
    esac
    [ ${#1} -ge "$2" ] && [ ${#1} -le "$3" ]
}

# An account: 64 hex digits, of an Ed25519 key; or those of a policy or of an SLH-DSA key after a letter. And those that
# are keys.
is_account() {
    case $1 in
    [ps]*) is_hex "${1#?}" 64 64 ;;
    *) is_hex "$1" 64 64 ;;
    esac
}
is_key() {
    case $1 in
    p*) return 1 ;;
    esac
}

# The bit of a place at this depth: that of a hex digit.
bit_at() { # DEPTH PLACE
    digit=0x$(printf %s "$2" | cut -c $(($1 / 4 + 1)))
    [ $((digit >> (3 - $1 % 4) & 1)) -eq 1 ]
}

# Whether two places have the same first bits: whole digits, and what is left.
agree_in() { # BITS PLACE OTHER
    one=0x$(printf %s "$2" | cut -c $(($1 / 4 + 1)))
    two=0x$(printf %s "$3" | cut -c $(($1 / 4 + 1)))
    [ "$1" -lt 4 ] || [ "$(printf %s "$2" | cut -c 1-$(($1 / 4)))" = "$(printf %s "$3" | cut -c 1-$(($1 / 4)))" ] || return 1
    [ $(($1 % 4)) -eq 0 ] || [ $((one >> (4 - $1 % 4))) -eq $((two >> (4 - $1 % 4))) ]
}

# From $node up to the root, past its siblings, the deepest first: the state's tree.
climb() { # PLACE HASH...
    where=$1 depth=$(($# - 1))
    shift
    for sibling; do
        depth=$((depth - 1))
        if bit_at $depth "$where"; then node="$sibling $node"; else node="$node $sibling"; fi
        node=$(hash_of "$node")
    done
}
hash_of() {
    printf %s "$1" | sha256sum | cut -c 1-64
}

# Whether a text comes before another, byte by byte; whether it is one of the others; whether the chain allows something.
is_below() {
    expr "x$1" '<' "x$2" >/dev/null || { [ $? -eq 1 ] || trouble 'expr: gave no answer'; return 1; }
}
is_one_of() { # TEXT OTHER...
    one=$1
    shift
    for other; do
        [ "$one" != "$other" ] || return 0
    done
    return 1
}
is_allowed() {
    # shellcheck disable=SC2086,SC2154 # its words are split; it is the chain's
    is_one_of "$1" $allowed
}

# The rules of a chain, from the files that its genesis block has made.
read_rules() {
    bytefee=0 state=0 apart=0 finality=0 unbonding=0 slash=0 minstake=0 allowed=
    for rule in spacing halflife reward halving maxblock minfee bytefee state seal apart finality unbonding slash minstake; do
        [ ! -e "rules/$rule" ] || eval "$rule=\$(cat rules/$rule)"
    done
    for rule in admit batch policy slh-dsa sponsor stake; do
        [ ! -e "rules/allow-$rule" ] || allowed="$allowed $rule"
    done
}

# Whether a state line is due at this height.
is_due() {
    # shellcheck disable=SC2154 # it is the chain's
    [ "$state" -gt 0 ] && [ "$(($1 % state))" -eq 0 ]
}

# A text: '-' if it is empty, '%2D' if it is '-'; else A-Z a-z 0-9 . _ ~ - stand for themselves,
# and every other byte is % and two capital hex digits. At most 256 bytes.
is_text() {
    case $1 in
    - | %2D) return 0 ;;
    *[!A-Za-z0-9._~%-]*) return 1 ;;
    esac
    [ ${#1} -le 768 ] || return 1
    text=$1 length=0
    while [ -n "$text" ]; do
        case $text in
        %2[DE]* | %3[0-9]* | %[46][1-9A-F]* | %5[0-9AF]* | %7[0-9AE]*) return 1 ;;
        %[0-9A-F][0-9A-F]*) text=${text#???} ;;
        %*) return 1 ;;
        *) text=${text#?} ;;
        esac
        length=$((length + 1))
    done
    [ "$length" -le 256 ]
}

# HOST:PORT, roughly.
is_address() {
    case $1 in
    ?*:*) ;;
    *) return 1 ;;
    esac
    case ${1##*:} in
    '' | *[!0-9]* | ??????*) return 1 ;;
    esac
    [ ${#1} -le 261 ]
}

# A point of the curve has 32 bytes: its y, lowest byte first, with the sign of its x in the
# highest bit. Refused: a y that is not below 2^255 - 19 (the same point has a smaller one), and
# the points of small order, with which a signature holds for anything.
is_sound() {
    case $1 in
    e[c-f]"$ffs"[7f]f | f?"$ffs"[7f]f | 0[01]"$zeros"[08]0) return 1 ;;
    26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc[08]5) return 1 ;;
    c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03[7f]a) return 1 ;;
    esac
}
zeros=000000000000000000000000000000000000000000000000000000000000
ffs=ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff

# Hex digits to the bytes of a file.
bytes() { # FILE DIGITS
    printf '%s' "$2" | tr a-f A-F | basenc --base16 -d >"$1" || trouble "$1: cannot be written"
}

# The bytes of hex digits in reverse order.
reversed() {
    printf '%s' "$1" | fold -w 2 | tac | tr -d '\n'
}

# openssl takes three files: the message, the signature, and the key after twelve bytes that say
# 'an Ed25519 key'.
openssl_agrees() {
    said=$(openssl pkeyutl -verify -rawin -in message -sigfile signature \
        -pubin -keyform DER -inkey key.der 2>&1 </dev/null) && return
    case $said in
    *'Verification Failure'*) return 1 ;;
    *) trouble "openssl: cannot check a signature: $said" ;;
    esac
}

# A line of the ledger that the records are checked against, by its number.
ledger_line() {
    head -n "$1" "$ledger" | tail -n 1
}

# Whether it has a block with this id.
ledger_has() {
    while read -r header; do
        case $header in
        'block '*) ;;
        *) continue ;;
        esac
        [ "$(printf '%s' "$header" | sha256sum)" != "$1  -" ] || return 0
    done <"$ledger"
    return 1
}

# 64 hex digits in decimal, and back. (expr counts with whole numbers of any length.)
decimal() {
    n=0
    for digits in $(printf '%s' "00000000$1" | fold -w 12 | tr '\n' ' '); do
        n=$(expr "$n" '*' 281474976710656 + $((0x$digits)))
    done
    printf '%s\n' "$n"
}
hex() {
    n=$1 digits=
    while [ ${#digits} -lt 64 ]; do
        digits=$(printf '%08x' "$(expr "$n" % 4294967296)")$digits
        n=$(expr "$n" / 4294967296)
    done
    printf '%s\n' "$digits"
}

# A number times two to this power, which may be negative, rounded down and kept between 1 and
# 2^256 - 1. (Beyond powers of 256 and -290 the result is always at its limit.)
shifted() { # NUMBER POWER
    n=$1 power=$2
    if expr "$power" '>=' 256 >/dev/null; then power=256; fi
    if expr "$power" '<=' -290 >/dev/null; then power=-290; fi
    while [ "$power" -ge 16 ]; do
        n=$(expr "$n" '*' 65536) power=$((power - 16))
    done
    while [ "$power" -gt 0 ]; do
        n=$(expr "$n" '*' 2) power=$((power - 1))
    done
    while [ "$power" -le -16 ]; do
        n=$(expr "$n" / 65536) power=$((power + 16))
    done
    while [ "$power" -lt 0 ]; do
        n=$(expr "$n" / 2) power=$((power + 1))
    done
    if [ "$n" = 0 ]; then n=1; fi
    if expr "$n" '>' "$most" >/dev/null; then n=$most; fi
    printf '%s\n' "$n"
}
most=115792089237316195423570985008687907853269984665640564039457584007913129639935

# ==== The script's folder, and the tools that it relies on ====

for tool in basenc cat cut date expr fold head mkdir mktemp od openssl rm sha256sum sort tac tail tr wc; do
    command -v "$tool" >/dev/null || trouble "$tool: not found"
done
folder=$(mktemp -d) || trouble "cannot make a temporary folder in ${TMPDIR:-/tmp}"
cd -- "$folder" || trouble "$folder: cannot be entered"
folder=$PWD TMPDIR=$PWD
export TMPDIR
mkdir spent || trouble "$folder: cannot be written"

# Each tool gets a question whose answer is known: one that computes wrongly would judge wrongly.
{ [ "$(expr "$most" '*' "$most" / "$most")" = "$most" ] && [ "$(expr -7 / 2)" = -3 ] &&
    [ "$(expr -7 % 2)" = -1 ] && is_at_most 9 a && ! is_at_most b a; } ||
    trouble 'expr: cannot calculate with numbers of 512 bits, as that of GNU coreutils can'
[ "$(printf '%s\n' 9007199254740993 9007199254740992 10 9 | sort -n | tr '\n' ' ')" = \
    '9 10 9007199254740992 9007199254740993 ' ] ||
    trouble 'sort: sorts wrongly; try that of GNU coreutils'
[ "$(printf abc | sha256sum)" = \
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -' ] ||
    trouble 'sha256sum: computes wrongly'
{ [ "$(printf 'a\n' | tail -c 1 | od -An -tx1)" = ' 0a' ] && [ "$(reversed 0102fe)" = fe0201 ] &&
    [ "$(printf 'a ~\n\001\377' | tr -d ' -~\n' | wc -c)" -eq 2 ]; } ||
    trouble 'od, fold, tac, tail, tr or wc: not as in GNU coreutils'
# RFC 8032, section 7.1, test 2: a signature of the letter r, which is not one of the letter s.
x=302a300506032b6570032100
bytes key.der "$x"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
r=92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
bytes signature "$r"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
{ put message r && openssl_agrees && put message s && ! openssl_agrees; } ||
    trouble 'openssl: misjudges Ed25519 signatures; use OpenSSL 3'
