# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# ledger-init: a genesis block, which is the whole configuration of a chain.

ZERO=$(printf %064d 0)
ONE=$(printf %064d 1)
TWO=$(printf %064d 2)
MAX=9223372036854775807

id() {
    printf %s "$1" | sha256sum | cut -c 1-64
}

# The Merkle root of the lines on stdin, by sha256sum alone.
root_of() {
    local ids=() above i line
    while IFS= read -r line; do
        ids+=("$(id "$line")")
    done
    while [ ${#ids[@]} -gt 1 ]; do
        above=()
        for ((i = 0; i + 1 < ${#ids[@]}; i += 2)); do
            above+=("$(id "${ids[i]} ${ids[i + 1]}")")
        done
        [ "$i" -eq ${#ids[@]} ] || above+=("${ids[i]}")
        ids=("${above[@]}")
    done
    echo "${ids[0]}"
}

# refuse WORDS ARGUMENT...: status 2, nothing on stdout, and these words on stderr.
refuse() {
    local words=$1
    shift
    expect 2 ledger-init "$@"
    [ ! -s "$out" ]
    says "$words"
}

@test "without options it writes every rule, in the order of block(5)" {
    expect 0 ledger-init -T 1700000000
    [ ! -s "$err" ]
    printf 'rule %s\n' 'name demo' 'seal pow' 'spacing 10' 'halflife 120' 'reward 50' 'halving 0' \
        'maxblock 1000000' 'minfee 1' >body
    target=00000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
    { echo "block 0 $ZERO $(root_of <body) 1700000000 $target $ZERO 8 0" && cat body; } >wanted
    diff wanted "$out"
}

@test "every rule has an option, short and long, and grants stand in their order" {
    printf 'rule %s\n' 'name my%20chain' 'seal pow' 'spacing 600' 'halflife 86400' 'reward 7' 'halving 3' \
        'maxblock 4096' 'minfee 2' >body
    printf 'grant %s\n' "$TWO 5" "$ONE $((MAX - 5))" >>body
    target=00ab$(printf 'f%.0s' {1..60})
    { echo "block 0 $ZERO $(root_of <body) 12 $target $ZERO 10 0" && cat body; } >wanted
    ledger-init -n 'my chain' -s 600 -e 86400 -r 7 -H 3 -b 4096 -f 2 -t 00ab -T 12 \
        "$TWO" 5 "$ONE" $((MAX - 5)) >short
    ledger-init --name 'my chain' --spacing 600 --halflife 86400 --reward 7 --halving 3 --maxblock 4096 \
        --minfee 2 --target 00ab --time 12 "$TWO" 5 "$ONE" $((MAX - 5)) >long
    diff wanted short
    diff wanted long
}

@test "numbers at their limits" {
    ledger-init -s 1 -e 0 -r 0 -H 0 -b 0 -f 0 -T 0 "$ONE" 1 >low
    ledger-init -s $MAX -e $MAX -r $MAX -H $MAX -b $MAX -f $MAX -T $MAX "$ONE" $MAX >high
    grep -q '^rule spacing 1$' low
    grep -q "^rule minfee $MAX\$" high
    grep -q "^grant $ONE $MAX\$" high
    verify -q low
    verify -q high
    for letter in s e r H b f; do
        for bad in -1 1.5 01 1e3 ' 1' '' ten 9223372036854775808 99999999999999999999; do
            refuse "^ledger-init: -$letter: '$bad' is not a number from [01] to $MAX\$" -$letter "$bad"
        done
    done
    refuse "^ledger-init: -s: '0' is not" -s 0
}

# What a target takes on average, with 16 attempts for `0f`, rounded down.
attempts() { # FILE
    local target
    target=$(head -n 1 "$1" | cut -d ' ' -f 6)
    awk -v digits="$target" 'BEGIN {
        for (i = 1; i <= length(digits); i++) value += (index("0123456789abcdef", substr(digits, i, 1)) - 1) / 16 ^ i
        printf "%.0f\n", 1 / value
    }'
}

@test "the first target is for this machine, unless -t or -T is given" {
    local short long
    ledger-init >short
    ledger-init -s 1000000 >long
    verify -q short
    verify -q long
    short=$(attempts short) long=$(attempts long)
    echo "$short $long"
    # for so many times the spacing, as many times the attempts; but a machine may be busier at one time than at another
    [ "$long" -gt $((1000 * short)) ]
    [ "$short" -ge 10000 ]
    head -n 1 short | cut -d ' ' -f 6 | grep -Eqx '0*[1-9a-f][0-9a-f]{2}f+'
    ledger-init -t 00ab >given
    head -n 1 given | cut -d ' ' -f 6 | grep -Eqx '00abf{60}'
    ledger-init -T 1700000000 -s 1000 >fixed
    head -n 1 fixed | cut -d ' ' -f 6 | grep -Eqx '00000f{59}'
}

@test "the clock gives the time where -T does not" {
    before=$(date +%s)
    ledger-init >genesis
    time=$(cut -d ' ' -f 5 genesis | head -n 1)
    [ "$time" -ge "$before" ]
    [ "$time" -le "$(date +%s)" ]
}

@test "a name is any bytes up to 256, in the one form of a text" {
    name_is() { # FORM NAME
        ledger-init -n "$2" >genesis
        [ "$(sed -n 2p genesis)" = "rule name $1" ]
        verify -q genesis
    }
    name_is - ''
    name_is %2D -
    name_is -- --
    name_is 'a%20%25%2F%0A~._-9' $'a %/\n~._-9'
    name_is 'd%C3%A9mo' démo
    name_is "$(printf 'x%.0s' {1..256})" "$(printf 'x%.0s' {1..256})"
    name_is "$(printf '%%20%.0s' {1..256})" "$(printf ' %.0s' {1..256})"
    refuse '^ledger-init: -n: over 256 bytes$' -n "$(printf 'x%.0s' {1..257})"
}

@test "a target is 1 to 64 digits of a number over 0" {
    ones=$(printf '1%.0s' {1..64})
    ledger-init -t "$ones" >genesis
    [ "$(head -n 1 genesis | cut -d ' ' -f 6)" = "$ones" ]
    ledger-init -t f >genesis
    [ "$(head -n 1 genesis | cut -d ' ' -f 6)" = "$(printf 'f%.0s' {1..64})" ]
    ledger-init -t "${ZERO#?}1" >genesis
    verify -q genesis
    for bad in '' g 0F 0x1 "$ZERO" "${ones}1" ' 1' -1; do
        refuse "^ledger-init: -t: .* is not 1 to 64 lowercase hex digits of a number over 0\$" -t "$bad"
    done
}

@test "accounts by name: from names and *.pub, from -a, from NAMES" {
    echo "key $ONE alice" >names
    echo "key $TWO d%C3%A9d%C3%A9%20x" >d.pub
    ledger-init -T 1 "$ONE" 3 "$TWO" 4 >wanted
    ledger-init -T 1 alice 3 'dédé x' 4 | diff wanted -
    ledger-init -T 1 alice 3 d%C3%A9d%C3%A9%20x 4 | diff wanted -
    mkdir other
    cat names d.pub >other/book
    rm names d.pub
    refuse "^ledger-init: 'alice' is neither an account nor a name in the address book\$" alice 3
    ledger-init -T 1 -a other/book alice 3 'dédé x' 4 | diff wanted -
    NAMES=other/book ledger-init -T 1 alice 3 'dédé x' 4 | diff wanted -
    echo "key $TWO alice" >names
    NAMES=other/book ledger-init -T 1 alice 3 'dédé x' 4 | diff wanted -
    NAMES=names ledger-init -T 1 -a other/book alice 3 'dédé x' 4 | diff wanted -
}

@test "names that say nothing certain are refused" {
    printf 'key %s bob\n' "$ONE" "$TWO" >names
    refuse "^ledger-init: 'bob' is the name of more than one account\$" bob 1
    echo "key $ONE" >names
    refuse '^ledger-init: names:1: key: 2 fields, expected 3$' "$ONE" 1
    printf 'key %s bob' "$ONE" >names
    refuse '^ledger-init: names:1: key: torn: the last line has no newline$' bob 1
    rm names
    refuse '^ledger-init: gone: cannot open: No such file or directory$' -a gone bob 1
    refuse 'is neither an account' "${ONE%?}" 1
    refuse 'is neither an account' "${ONE%?}A" 1
}

@test "grants: once an account, at least 1, in sum at most 2^63-1" {
    refuse "^ledger-init: grant: granted twice: $ONE\$" "$ONE" 1 "$TWO" 1 "$ONE" 1
    refuse '^ledger-init: grant: supply is over 2\^63-1$' "$ONE" $MAX "$TWO" 1
    refuse '^ledger-init: grant: supply is over 2\^63-1$' "$ONE" $MAX "$TWO" $MAX
    for bad in 0 -5 1.5 007 9223372036854775808 many ''; do
        refuse "^ledger-init: AMOUNT: '$bad' is not a number from 1 to $MAX\$" -- "$ONE" "$bad"
    done
}

@test "what it writes holds: for verify, ledger-append, audit-by-hand and the reference" {
    echo "key $ONE alice" >names
    ledger-init -T 1700000000 -n 'a chain' -s 1 -e 0 -r 9 -H 2 -b 1000 -f 0 -t 00 alice 1000 "$TWO" 7 >genesis
    verify genesis | diff genesis -
    ledger-append ledger <genesis | diff genesis -
    diff genesis ledger
    ledger-balance >balances
    printf 'account %s 0\n' "$ONE 1000" "$TWO 7" | diff - balances
    [ "$(audit-by-hand -q genesis)" = "tip 0 $(id "$(head -n 1 genesis)") blocks 1 supply 1007" ]
    reference=$ROOT/t/lib/refledger.py
    command -v python3 || skip 'python3 is not here'
    python3 "$reference" audit genesis
    python3 "$reference" balances genesis | diff balances -
}

@test "no byte of its body can be another, or be missing" {
    ledger-init -T 1700000000 -n x "$ONE" 10 >genesis
    head=$(head -n 1 genesis | wc -c) size=$(wc -c <genesis)
    # some bytes of every line, and every newline
    for at in $(seq $((head + 1)) 5 "$size") $(awk '{ at += length + 1; if (NR > 1) print at }' genesis); do
        { head -c "$at" genesis | head -c -1 && printf 7 && tail -c +$((at + 1)) genesis; } >forged
        cmp -s genesis forged && continue
        expect 1 verify -q forged
        says '^forged:[0-9]+: '
    done
    for at in $(seq 1 9 $((size - 1))) $((size - 1)); do
        head -c "$at" genesis >part
        expect 1 verify -q part
        says '^part:[0-9]+: '
    done
}

@test "a byte changed in its header makes it another chain, or none" {
    ledger-init -T 1700000000 -n x "$ONE" 10 >genesis
    sed '1s/ 1700000000 / 1700000001 /' genesis >other
    verify -q other
    cp genesis ledger
    ledger-balance >balances
    expect 1 ledger-append ledger <other
    says "^stdin:1: "
    ledger-balance | diff balances -
    for change in '1s/block 0/block 1/' "1s/ $ZERO/ $ONE/" '1s/ 9 0$/ 8 0/' '1s/ 9 0$/ 9 1/' '1s/ 9 0$/ 9 00/'; do
        sed "$change" genesis >forged
        expect 1 verify -q forged
        expect 1 ledger-append new <forged
        [ ! -e new ]
    done
}

@test "usage, help, version" {
    refuse '^usage: ledger-init ' "$ONE"
    refuse '^usage: ledger-init ' "$ONE" 1 "$TWO"
    refuse '^usage: ledger-init ' -x
    refuse '^usage: ledger-init ' --nothing
    refuse '^ledger-init: -n: its NAME is missing' -n
    expect 0 ledger-init --help
    grep -q '^usage: ledger-init ' "$out"
    expect 0 ledger-init -V
    grep -Eq '^ledger-init \(peerutils\) [0-9.]+$' "$out"
}

@test "a stdout that cannot be written is status 2, and one that nobody reads ends it quietly" {
    expect 2 sh -c 'ledger-init >/dev/full'
    says '^ledger-init: stdout: No space left on device$'
    expect 2 sh -c 'ledger-init >&-'
    says '^ledger-init: stdout: Bad file descriptor$'
    expect 2 sh -c 'ledger-init --help >/dev/full'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 ledger-init_to_6
    [ ! -s "$err" ]
    exec 6>&-
}

ledger-init_to_6() {
    ledger-init >&6
}

@test "what a chain may have besides is said by options, once each, and accounts have only forms that it allows" {
    expect 0 ledger-init -T 0 -A batch,policy -A slh-dsa,sponsor -F 1 -F 2 -S 3
    diff - <(grep -A 9 '^rule minfee' "$out") <<'RULES'
rule minfee 1
rule bytefee 2
rule state 3
rule allow batch
rule allow policy
rule allow slh-dsa
rule allow sponsor
RULES
    cp "$out" chain
    expect 0 verify -q chain
    for list in batch,batch magic Batch 'batch,' ',batch' '' 'batch policy' "$(printf 'x%.0s' {1..99})"; do
        expect 2 ledger-init -A "$list"
        says '^ledger-init: -A: '
    done
    local account=p7a41dfcccc60ec6bca4f3df3ef17f52a1cd6f83b93adb9bebbf85e1b722b2d6a
    expect 0 ledger-init -A policy "$account" 5
    expect 2 ledger-init "$account" 5
    says 'this chain has no such accounts \(rule allow policy\)'
}

# Key lines of three members, in the order of their accounts.
members() {
    for name in v1 v2 v3; do keygen -s "init $name" $name; done 2>/dev/null | tee names | sort -k 2,2
}

@test "members: key lines, names and member lines, whatever their order, for every seal" {
    members >sorted
    awk '{ print "member", $2, 1 }' sorted >lines
    for way in '-S sign' '-S bft' '-i 4' '-S sign -i 4 -p 2'; do
        # shellcheck disable=SC2086 # words
        expect 0 ledger-init $way -M names v1 5
        cp "$out" chain
        grep '^member ' chain | cmp - lines
        expect 0 verify -q chain
        tail -n 1 chain | grep -q '^grant '
    done
    grep -E '^rule (seal|halflife|apart|finality) ' chain | cut -d ' ' -f 2- | xargs | grep -qx 'seal sign halflife 0 apart 2 finality 4'
    ledger-init -S bft -M names | awk 'NR == 1 { print $6 }' >target
    tac names | sed 's/^key \([^ ]*\) .*/\1/' >accounts
    { sed -n 's/^key [^ ]* //p' names | tail -n 2 && grep -F "$(sed -n 3p accounts)" lines; } >mixed
    ledger-init -S bft -M mixed | awk 'NR == 1 { print $6 }' | cmp - target
    ledger-init -S bft -M <(sed 's/.*/& 7/' accounts) | grep -c '^member .* 7$' | grep -qx 3
    audit-by-hand -q chain
}

@test "stakes: the numbers that go with them, and what is staked is part of the supply" {
    members >sorted
    expect 0 ledger-init -S bft -A stake -M names
    grep -E '^rule (unbonding|slash|minstake) ' "$out" | cut -d ' ' -f 2- | xargs | grep -qx 'unbonding 1000 slash 500 minstake 1'
    expect 0 ledger-init -i 2 -A stake -u 3 -x 1000 -m 40 -M names -B 1 v1 5
    cp "$out" chain
    grep -c '^member .* 40$' chain | grep -qx 3
    expect 0 audit-by-hand -q chain
    grep -q ' supply 125$' "$out"
    expect 0 verify -q chain
}

@test "rules and members that do not go together are refused, by the rules for who reads them" {
    members >sorted
    while IFS='|' read -r words options; do
        # shellcheck disable=SC2086 # words
        refuse "$words" $options
    done <<'END'
such a chain has members: -M FILE|-S sign
such a chain has members: -M FILE|-i 4
this chain has no members|-M names
finality belongs to another seal|-S bft -i 4 -M names
apart belongs to another seal|-p 4
minstake belongs to another seal or feature|-S bft -m 4 -M names
stake belongs to another seal|-S sign -A stake -M names
exclude each other|-S bft -A stake,admit -M names
allow admit needs members|-A admit
halflife is not 0|-S sign -e 5 -M names
^ledger-init: -S: rule: unknown seal|-S poa
^ledger-init: -S: rule: seal is given twice|-S sign -S bft
first target is their set|-S sign -t 0f -M names
none: No such file|-S sign -M none
^ledger-init: -u: '2' is not|-u 2
END
    while IFS='|' read -r words line; do
        printf '%s\n' v1 "$line" >bad
        refuse "$words" -S sign -M bad
    done <<'END'
^ledger-init: bad:2: weight: 'x' is not a number|v2 x
^ledger-init: bad:2: weight is 0|v2 0
^ledger-init: bad:2: expected a key line|v2 3 4
^ledger-init: bad:2: 'v9' is neither|v9
^ledger-init: bad: member .* is there twice|v1 7
^ledger-init: bad:2: |v2  1
over 2\^63-1|v2 9223372036854775807
END
    printf 'v1 5\nv2 3\n' >poor
    refuse 'weight 3 is under minstake 4' -S bft -A stake -m 4 -M poor
    seq 1001 | awk '{ printf "%064x 1\n", $1 + 300 }' >many
    refuse 'many:1001: more than 1000 members' -S sign -M many
    head -n 1000 many >most
    expect 0 ledger-init -S sign -M most
}
