# bats file_tags=slow
load lib/common
load lib/audit

# audit-by-hand: the same rules as `verify`, by coreutils, awk and openssl alone. (So there is next to nothing in it for a
# sanitizer to watch: t/mutations.bats runs our programs beside it.) t/audit-vectors.bats runs it on all vectors,
# t/audit-anywhere.bats with other shells and awks.

# Sets $id, the hash of a line; one that was asked for before costs nothing.
declare -gA known=()
hash() { # LINE
    id=${known["x$1"]-}
    [ -n "$id" ] || id=$(printf %s "$1" | sha256sum)
    id=${id%% *}
    known["x$1"]=$id
}

ZERO=$(printf %064d 0)
RULES=$(printf 'rule %s\n' 'name demo' 'seal pow' 'spacing 10' 'halflife 120' 'reward 50' 'halving 1000' \
    'maxblock 65536' 'minfee 1')

# Sets $root, the Merkle root of the lines in the file body.
find_root() {
    local level=() above line i
    while IFS= read -r line; do
        hash "$line" && level+=("$id")
    done <body
    [ ${#level[@]} -gt 0 ] || { hash '' && level=("$id"); }
    while [ ${#level[@]} -gt 1 ]; do
        above=()
        for ((i = 0; i + 1 < ${#level[@]}; i += 2)); do
            hash "${level[i]} ${level[i + 1]}" && above+=("$id")
        done
        [ "$i" -eq ${#level[@]} ] || above+=("${level[i]}")
        level=("${above[@]}")
    done
    root=${level[0]}
}

# A block upon the last one, with the body from stdin, at the end of the file x.
add() { # TIME TARGET MINER SEAL
    cat >body
    find_root
    line="block $height $tip $root $1 $2 $3 $(wc -l <body) $4"
    { echo "$line" && cat body; } >>x
    hash "$line" && tip=$id
}

# A chain of its own, with nothing but the first block.
genesis() { # [TARGET]
    rm -f x
    height=0 tip=$ZERO
    add 1700000000 "${1-${ZERO#?}1}" "$ZERO" 0
    chain=$tip
}

# One on which every hash will do, so that its blocks need no work. Alice has 1000.
easy_genesis() { # RULES
    genesis "${ZERO//0/f}" <<<"${1/halflife 120/halflife 0}"$'\n'"grant $(account alice) 1000"
}

# The next block on that, so many seconds after genesis.
block() { # SECONDS MINER
    height=$((height + 1))
    add $((1700000000 + $1)) "${ZERO//0/f}" "$2" 0
}

account() { # NAME
    awk -v name="$1" '$3 == name { print $2 }' "$VECTORS/keys/names"
}

pay() { # FROM SEQ FEE TO AMOUNT: a signed transaction
    printf 'tx %s %s %s %s pay %s %s -' "$chain" "$(account "$1")" "$2" "$3" "$(account "$4")" "$5" >unsigned
    openssl pkeyutl -sign -rawin -inkey "$VECTORS/keys/$1.pem" -in unsigned -out signature
    printf '%s %s\n' "$(cat unsigned)" "$(od -An -v -tx1 signature | tr -d ' \n')"
}

# --- Vectors -------------------------------------------------------------------------------------------

@test "every good ledger is accepted, and its tip is the one" {
    while read -r name tip; do
        accept "tip $tip" "$VECTORS/good/$name.ledger"
        touch "seen.$name"
    done <<'END'
fixed-target-no-reward 1 004ae48570dbc497ff41a5cf073664ac5c3ef9b9c6843ca91803bf7a357072cb blocks 2 supply 10
fork 3 000c7c67c396a45ba46d54049d2ca094a8124969ae5bcf12f5ff3d6ebf2ec753 blocks 6 supply 1650
genesis 0 0e5ba1fa5fd52b3a49bd09d1e3a2e98d55171340c914653509075eca44e120db blocks 1 supply 1500
linear 5 00fa188debbb20966b117f48a5aee00b28fddd5272a93927050164ec6813ad54 blocks 6 supply 1700
reorg 4 0097b0f5c9572ba1a9513e76b0971f903135090e99c619ef051d1badd41a435f blocks 7 supply 1675
retarget 40 00fa02245d956b084683f6fb5b89de9535fb3e530abc75e7ee65c6a059544d77 blocks 41 supply 1838
tie-first-wins 2 00ada16339136af729b6bfc76cf4d014798ff233f5ad5f1d2abb3d1d07f9a986 blocks 4 supply 1600
END
    for file in "$VECTORS"/good/*.ledger; do
        [ -e "seen.$(basename "$file" .ledger)" ] || { echo "not in the table: $file" && false; }
    done
}

@test "the targets are those of the vectors" {
    [ "$(functions '
        spacing=600 halflife=86400 genesis_time=0 TWO_256=$(power_of_two 256)
        while read -r genesis_target height time target; do
            genesis_number=$(convert 16 10 "$genesis_target")
            find_target "$height" "$time"
            [ "$target" = "$target_found" ] && echo same || echo "$height $time: $target_found"
        done <"$VECTORS/asert"' | sort | uniq -c | xargs)" = "$(wc -l <"$VECTORS/asert") same" ]
}

@test "the Merkle roots are those of the vectors" {
    [ "$(functions '
        while read -r count root; do
            i=0
            while [ "$i" -lt "$count" ]; do echo "leaf $i"; i=$((i + 1)); done >body
            find_ids body
            find_root "$count"
            [ "$root" = "$root_found" ] && echo same || echo "$count: $root_found"
        done <"$VECTORS/merkle"' | sort | uniq -c | xargs)" = "$(wc -l <"$VECTORS/merkle") same" ]
}

@test "a point that is not canonical, or of small order, is never sound; its neighbours are" {
    local ff=${ZERO//0/f} y
    bad() { functions "is_sound_point $1 && echo $1 || true" >said && [ ! -s said ] || { cat said && return 1; }; }
    fine() { functions "is_sound_point $1 || echo $1" >said && [ ! -s said ] || { cat said && return 1; }; }
    for y in "${ZERO:2}00" "01${ZERO:4}00" "ec${ff:4}7f" "ed${ff:4}7f" "ee${ff:4}7f" "f0${ff:4}7f" "ff${ff:4}7f"; do
        bad "$y"
        bad "${y%??}$(printf %02x $((0x${y:62} + 0x80)))"
    done
    for y in 26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc \
        c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03; do
        for end in 05 85 7a fa; do
            case $y$end in
            26*5 | c7*a) bad "$y$end" ;;
            *) fine "$y$end" ;;
            esac
        done
    done
    for y in "02${ZERO:4}00" "eb${ff:4}7f" "ed${ff:4}7e" "ee${ff:6}fe7f" "00${ZERO:4}01"; do
        fine "$y"
    done
}

@test "S below the order of the group, and not one more" {
    functions '
        is_below_order ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010 || echo L - 1
        ! is_below_order edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010 || echo L
        ! is_below_order 0000000000000000000000000000000000000000000000000000000000000011 || echo more
        is_below_order ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0f || echo less' >said
    [ ! -s said ]
}

# --- Genesis, fields -----------------------------------------------------------------------------------

# judge PREDICATE yes|no FIELD...: what the program's function says of each of these fields.
judge() {
    local predicate=$1 want=$2
    shift 2
    printf '%s\n' "$@" >fields
    functions "books=. at=1
        while IFS= read -r field; do
            if $predicate \"\$field\"; then said=yes; else said=no; fi
            [ \$said = $want ] || printf '%s: %s\n' \"\$field\" \$said
        done <fields" >said
    [ ! -s said ] || { cat said && return 1; }
}

@test "numbers: 0 to 2^63-1, in one form" {
    judge is_number yes 0 7 10 1000000000000000000 9223372036854775807
    judge is_number no '' 00 01 -1 +1 1e3 0x1 1.0 1,000 9223372036854775808 9999999999999999999 \
        10000000000000000000 18446744073709551617 099999999999999999
    genesis <<<"${RULES/reward 50/reward 9223372036854775807}"
    expect 0 audit-by-hand -q x
    genesis <<<"${RULES/reward 50/reward 9223372036854775808}"
    refuse 6 'rule: reward is not a number'
}

@test "texts: one form each, at most 256 bytes" {
    a=$(printf '%0256d' 0)
    judge is_text yes - %2D -- -a a.b_c~d-e %20 a%20b %00%FF %25 %3A%40%5B%60%7B%2F%7F "$a" "${a//0/%20}"
    judge is_text no %2d %41 %2E %30 %39 %5A %5F %61 %7A %7E %2Da a%2D % %4 %GG %%20 a+b a/b '\055' '\x' \
        "${a}0" "${a//0/%20}a" "${a//0/%20}%20"
    genesis <<<"${RULES/name demo/name %20}"
    expect 0 audit-by-hand -q x
    genesis <<<"${RULES/name demo/name %41}"
    refuse 2 'rule: name is not a text'
}

# bats test_tags=thorough
@test "genesis: every rule once, in any order, and grants" {
    genesis < <(tac <<<"$RULES")
    expect 0 audit-by-hand -q x
    while read -r rule; do
        genesis < <(grep -v "^$rule" <<<"$RULES")
        refuse 1 "block: genesis: $rule is missing"
        genesis < <(printf '%s\n' "$RULES" "$(grep "^$rule" <<<"$RULES")")
        refuse 10 "rule: ${rule#rule } is given twice"
    done < <(cut -d ' ' -f 1-2 <<<"$RULES")
    account=${ZERO//0/5}
    while read -r line rule; do
        genesis <<<"$RULES"$'\n'"${line//_/ }"
        refuse 10 "$rule"
    done <<END
rule rule: 1 fields
rule_name rule: 2 fields, expected 3
rule_name_a_b rule: 4 fields, expected 3
rule_luck_2 rule: unknown rule
grant_$account grant: 2 fields, expected 3
grant_${account}5_1 grant: account is not 64 lowercase hex digits
grant_g${account#?}_1 grant: account is not 64 lowercase hex digits
grant_${account//5/A}_1 grant: account is not 64 lowercase hex digits
grant_${account}_0 grant: amount is 0
grant_${account}_x grant: amount is not a number
tx block: genesis holds only rule, member and grant lines
END
    genesis <<<"${RULES/seal pow/seal POW}"
    refuse 3 'rule: unknown seal'
    genesis <<<"${RULES/spacing 10/spacing 0}"
    refuse 4 'rule: spacing is less than 1'
    genesis "$ZERO" <<<"$RULES"
    refuse 1 'block: target is zero'
    genesis </dev/null
    refuse 1 'block: genesis: rule name is missing'
}

@test "accounts are text, not numbers, even where they look like the same one" {
    genesis <<END
$RULES
grant 1${ZERO#?} 5
grant ${ZERO#????}1e63 6
grant ${ZERO#?????}10e62 7
END
    accept "tip 0 $tip blocks 1 supply 18"
}

@test "a header has nine fields, each of its kind" {
    hash=${ZERO//0/5}
    while read -r rule; do
        read -r fields
        { head -n 11 "$good" && echo "block $fields" && tail -n +13 "$good"; } >x
        refuse 12 "block: $rule"
    done <<END
8 fields, expected 9
1 $hash $hash 5 $hash $hash 3
10 fields, expected 9
1 $hash $hash 5 $hash $hash 3 0 0
height is not a number
01 $hash $hash 5 $hash $hash 3 0
prev is not 64 lowercase hex digits
1 ${hash}5 $hash 5 $hash $hash 3 0
root is not 64 lowercase hex digits
1 $hash ${hash#?} 5 $hash $hash 3 0
time is not a number
1 $hash $hash 9223372036854775808 $hash $hash 3 0
target is not 64 lowercase hex digits
1 $hash $hash 5 ${hash//5/A} $hash 3 0
target is zero
1 $hash $hash 5 $ZERO $hash 3 0
miner is not 64 lowercase hex digits
1 $hash $hash 5 $hash g${hash#?} 3 0
count is not a number
1 $hash $hash 5 $hash $hash +3 0
seal is not 1 to 64 lowercase hex digits
1 $hash $hash 5 $hash $hash 3 A
seal is not 1 to 64 lowercase hex digits
1 $hash $hash 5 $hash $hash 3 ${hash}5
END
}

# --- Transactions and blocks, on a chain without work --------------------------------------------------

# bats test_tags=thorough
@test "a transaction has ten fields, each of its kind" {
    easy_genesis "$RULES"
    cp x genesis
    first=$tip hash=${ZERO//0/5} ones=${ZERO//0/f} signature=02${ZERO#??}$ZERO
    while read -r rule; do
        read -r fields
        cp genesis x
        tip=$first height=0
        block 10 "$ZERO" <<<"$fields"
        refuse 12 "$rule"
    done <<END
tx: 7 fields, expected 8 or more
tx $chain $hash 0 1 pay $hash
tx: is not signed
tx $chain $hash 0 1 pay $hash 1 -
tx: is for another chain
tx $hash $hash 0 1 pay $hash 1 - $signature
tx: from is not 64 lowercase hex digits
tx $chain ${hash//5/F} 0 1 pay $hash 1 - $signature
tx: seq is not a number
tx $chain $hash 00 1 pay $hash 1 - $signature
tx: fee is not a number
tx $chain $hash 0 -1 pay $hash 1 - $signature
tx: unknown operation
tx $chain $hash 0 1 Pay $hash 1 - $signature
tx: to is not 64 lowercase hex digits
tx $chain $hash 0 1 pay g${hash#?} 1 - $signature
tx: amount is not a number
tx $chain $hash 0 1 pay $hash 0x1 - $signature
tx: memo is not a text
tx $chain $hash 0 1 pay $hash 1 %2Dx $signature
tx: signature is not 128 lowercase hex digits
tx $chain $hash 0 1 pay $hash 1 - ${signature}0
tx: bad signature: the key is not canonical, or of small order
tx $chain 01${ZERO#??} 0 1 pay $hash 1 - $signature
tx: bad signature: the key is not canonical, or of small order
tx $chain ed${ones#????}7f 0 1 pay $hash 1 - $signature
block: holds only tx lines
pay $chain $hash 0 1 pay $hash 1 - $signature
END
}

@test "the miner has the reward and all fees, after the block" {
    easy_genesis "$RULES"
    block 10 "$(account carol)" < <(pay alice 0 3 bob 100 && pay alice 1 4 bob 100)
    cp x one
    before=$tip
    block 20 "$ZERO" < <(pay carol 0 1 bob 56 && pay bob 0 1 bob 255)
    accept "tip 2 $tip blocks 3 supply 1100"
    cp one x
    tip=$before height=1
    block 20 "$ZERO" < <(pay carol 0 1 bob 57)
    refuse 15 "tx: spends 57, $(account carol) has 56"
    cp one x
    tip=$before height=1
    block 20 "$(account carol)" < <(pay carol 0 1 bob 100)
    refuse 15 "tx: spends 100, $(account carol) has 56"
}

@test "the supply stays within 2^63-1 on each branch for itself" {
    easy_genesis "${RULES/reward 50/reward 9223372036854774000}"
    genesis=$tip
    block 10 "$ZERO" </dev/null
    accept "tip 1 $tip blocks 2 supply 9223372036854775000"
    best=$tip tip=$genesis height=0
    block 11 "$ZERO" </dev/null
    accept "tip 1 $best blocks 3 supply 9223372036854775000"
    block 20 "$ZERO" </dev/null
    refuse 13 'block: supply over the limit'
}

# bats test_tags=thorough
@test "after 63 halvings there is no reward" {
    easy_genesis "$(sed 's/reward 50/reward 4611686018427387904/; s/halving 1000/halving 1/' <<<"$RULES")"
    for i in $(seq 65); do
        block $((10 * i)) "$ZERO" </dev/null
    done
    accept "tip 65 $tip blocks 66 supply $((1000 + 4611686018427387903))"
}

# bats test_tags=thorough
@test "the median is of the last eleven, and of an even number the upper" {
    easy_genesis "$RULES"
    genesis=$tip
    block 100 "$ZERO" </dev/null
    block 100 "$ZERO" </dev/null
    refuse 12 'block: time is not after the median'
    easy_genesis "$RULES"
    for seconds in 10 20 1000 30 40 50 60 70 80 90 100 110 120 130; do
        block $seconds "$ZERO" </dev/null
    done
    cp x common
    before=$tip
    block 81 "$ZERO" </dev/null
    accept "tip 15 $tip blocks 16 supply 1750"
    cp common x
    tip=$before height=14
    block 80 "$ZERO" </dev/null
    refuse 25 'block: time is not after the median'
}

@test "60 seconds ahead of the clock are allowed, or 12 spacings" {
    while read -r spacing ahead; do
        easy_genesis "${RULES/spacing 10/spacing $spacing}"
        block 100 "$ZERO" </dev/null
        expect 0 audit-by-hand -q -T $((1700000100 - ahead)) x
        expect 1 audit-by-hand -q -T $((1700000099 - ahead)) x
        says '^x:11: block: time is too far ahead of the clock$'
    done <<'END'
1 60
5 60
6 72
END
    easy_genesis "${RULES/spacing 10/spacing 9223372036854775807}"
    block 9000000000000000000 "$ZERO" </dev/null
    expect 0 audit-by-hand -q -T 0 x
}

# --- Hostile input -------------------------------------------------------------------------------------

@test "a byte that no field may have is refused in its line, wherever it stands" {
    for byte in '\0000' '\0001' '\t' '\r' '\0033' '\0177' '\0200' '\0303\0251' '\0377'; do
        { head -n 12 "$good" && printf 'tx %b x\n' "$byte" && tail -n +13 "$good"; } >x
        refuse 13 'line: has a byte that is not printable ASCII'
    done
    { head -n 3 "$good" && printf 'x' && printf '%065535d' 0; } >x
    refuse 4 'line: is longer than 65535 bytes'
    for line in ' x' 'x ' 'x  y' ' '; do
        { head -n 3 "$good" && echo "$line"; } >x
        refuse 4 'line: its fields are not split by single spaces'
    done
    printf '\n' >x
    refuse 1 'line: is empty'
}

@test "the first and the last byte of the file count too" {
    { printf '\000' && cat "$good"; } >x
    refuse 1 'line: has a byte that is not printable ASCII'
    { cat "$good" && printf '\000'; } >x
    refuse 24 'line: has a byte that is not printable ASCII'
    { cat "$good" && printf 'x'; } >x
    refuse 24 'line: has no newline at its end'
    { cat "$good" && echo; } >x
    refuse 24 'line: is empty'
}

@test "a ledger cut anywhere is refused, except between blocks" {
    for lines in 1 5 10 12 14 18 21; do
        head -n "$lines" "$good" >x
        expect 1 audit-by-hand -q x
        says ':(1|12|17|21): block: is cut short: count [0-9]+, but [0-9]+ more'
    done
    head -n 16 "$good" >x
    expect 0 audit-by-hand -q x
    head -c -1 "$good" >x
    refuse 23 'line: has no newline at its end'
}

@test "a forged digit is found" {
    for line in 1 11 12 13 16 20 23; do
        awk -v line="$line" 'NR == line {
            at = match($0, /[1-8]9/)
            $0 = substr($0, 1, at - 1) 9 - substr($0, at, 1) substr($0, at + 1)
        } { print }' "$good" >x
        ! cmp -s x "$good" || false
        expect 1 audit-by-hand -q x
    done
}

@test "a count of 2^63-1 takes no longer than another" {
    sed '12s/ 3 \([0-9a-f]*\)$/ 9223372036854775807 \1/' "$good" >x
    expect 1 timeout 300 audit-by-hand -q x
    says '^x:12: block: is cut short: count 9223372036854775807, but 11 more'
}

# bats test_tags=thorough
@test "what a shell might run, expand or take for an option stays text" {
    while IFS= read -r line; do
        { head -n 11 "$good" && printf '%s\n' "$line"; } >x
        refuse 12 'block: is expected here'
        genesis <<<"$RULES"$'\n'"rule $line"
        expect 1 audit-by-hand x
        { head -n 12 x && cat x; } >y
        expect 1 audit-by-hand y
    done <<'END'
$(touch pwned) `touch pwned` ;touch pwned
* ? ~ / [a-z]
-n -e -- --help
%s%n%d \0101\c \n
' " ${x $((1/0)) a[$(touch${IFS}pwned)]
$(touch$IFS'pwned')
END
    name='$(touch pwned);`touch pwned` *'
    cp "$VECTORS/bad/bad-signature.ledger" "$name"
    refuse 13 'tx: bad signature' "$name"
    cp "$name" ./-q
    refuse 13 'tx: bad signature' ./-q
    expect 1 audit-by-hand -- -q
    [ ! -e pwned ]
    [ -z "$(find "$BATS_TEST_TMPDIR" -name pwned)" ]
}

# --- Interface -----------------------------------------------------------------------------------------

@test "it shows what it checks" {
    expect 0 audit-by-hand "$good"
    [ ! -s "$err" ]
    [ "$(grep -c '^line [0-9]*: block ' "$out")" -eq 6 ]
    [ "$(grep -c '^line [0-9]*: tx ' "$out")" -eq 7 ]
    hash "$(sed -n 14p "$good")"
    [ "$(grep '^line 14: tx' "$out")" = "line 14: tx $id" ]
    [ "$(grep -c '^  root ' "$out")" -eq 12 ]
    [ "$(grep '^  root ' "$out" | cut -d ' ' -f 4 | uniq | wc -l)" -eq 6 ]
    grep -Fxq "  pays 590 to b23764047e9044bf7f418b70006d3cfd053a3f4c065b54dd7a75bd51fdfb72d3" "$out"
    tail -n 1 "$out" | grep -q '^tip 5 00fa188'
}

@test "-q and --quiet leave the last line alone" {
    for option in -q --quiet; do
        expect 0 audit-by-hand $option "$good"
        [ "$(cat "$out")" = "tip 5 00fa188debbb20966b117f48a5aee00b28fddd5272a93927050164ec6813ad54 blocks 6 supply 1700" ]
    done
}

# bats test_tags=thorough
@test "-T is the clock" {
    expect 0 audit-by-hand -q -T 1700000000 "$VECTORS/good/genesis.ledger"
    expect 0 audit-by-hand -q -T 1699997560 "$good"
    expect 1 audit-by-hand -q -T 1699997559 "$good"
    says "^$good:23: block: time is too far ahead of the clock$"
    expect 0 audit-by-hand -q -T 9223372036854775807 "$VECTORS/bad/far-future.ledger"
    for date in 2026-02-29 2026-01-31T12:00:60Z 2026-01-31T24:00:00Z 1969-12-31 0000-01-01 2026-13-01 2026-1-1 2026-01-31T12:00:00 \
        $'2026-01-31\n' now yesterday @5; do
        expect 2 audit-by-hand -T "$date" "$good"
        says "^audit-by-hand: -T: "
    done
    expect 0 audit-by-hand -q -T 2023-11-14T21:32:40Z "$good"
    expect 1 audit-by-hand -q -T 2023-11-14T21:32:39Z "$good"
    expect 0 audit-by-hand -q -T 2024-02-29 "$good"
    expect 2 audit-by-hand -T -1 "$good"
    expect 2 audit-by-hand -T '' "$good"
    expect 2 audit-by-hand -T 9223372036854775808 "$good"
}

@test "the ledger is the operand, or \$LEDGER, or 'ledger'; - is stdin" {
    cp "$VECTORS/good/genesis.ledger" ledger
    expect 0 audit-by-hand -q
    cp "$VECTORS/bad/bad-signature.ledger" other
    LEDGER=other expect 1 audit-by-hand -q
    says '^other:13: tx: bad signature$'
    LEDGER=other expect 0 audit-by-hand -q ledger
    LEDGER='' expect 0 audit-by-hand -q
    expect 0 audit-by-hand -q - <ledger
    expect 1 audit-by-hand -q - <other
    says '^stdin:13: tx: bad signature$'
}

@test "-h and -V" {
    for option in -h --help; do
        expect 0 audit-by-hand $option
        head -n 1 "$out" | grep -Fxq 'usage: audit-by-hand [-q] [-T TIME] [LEDGER]'
        [ ! -s "$err" ]
    done
    for option in -V --version; do
        expect 0 audit-by-hand $option
        grep -Eq '^audit-by-hand \(peerutils\) [0-9]' "$out"
    done
}

@test "status 2: usage" {
    for arguments in -x -T --bogus --T '--help=1' 'a b'; do
        # shellcheck disable=SC2086 # words
        expect 2 audit-by-hand $arguments
        says '^usage: audit-by-hand'
        [ ! -s "$out" ]
    done
}

@test "status 2: what cannot be read" {
    expect 2 audit-by-hand
    says '^audit-by-hand: ledger: cannot be read$'
    expect 2 audit-by-hand .
    says '^audit-by-hand: .: cannot be read'
    gzip -c "$good" >x.gz
    expect 2 audit-by-hand x.gz
    says '^audit-by-hand: x.gz: is compressed'
    expect 2 audit-by-hand - <&-
    TMPDIR=$PWD/nowhere expect 2 audit-by-hand "$good"
}

@test "status 2: what cannot be written" {
    expect 2 sh -c 'audit-by-hand "$1" >/dev/full' - "$good"
    says '^audit-by-hand: stdout: '
    for options in -q -h -V; do
        expect 2 sh -c 'audit-by-hand "$1" "$2" >/dev/full' - "$options" "$good"
        expect 2 sh -c 'audit-by-hand "$1" "$2" >&-' - "$options" "$good"
    done
}

@test "a folder that cannot be removed does not change the verdict" {
    mkdir stuck
    printf '#!/bin/sh\nexit 1\n' >stuck/rm
    chmod +x stuck/rm
    TMPDIR=$PWD PATH=$PWD/stuck:$PATH expect 0 audit-by-hand -q "$good"
}

@test "a reader that leaves ends it without a word" {
    { audit-by-hand "$good" 2>said || echo $? >left; } | head -n 1 >/dev/null
    [ "$(cat left)" -eq 141 ]
    [ ! -s said ]
}

@test "a signal ends it, and the books go with it" {
    mkfifo pipe
    audit-by-hand - <pipe >/dev/null 2>&1 &
    exec 9>pipe
    head -n 12 "$good" >&9
    eventually eval 'ls tmp/*/ledger >/dev/null 2>&1'
    kill -TERM $!
    exec 9>&-
    status=0
    wait $! || status=$?
    [ "$status" -eq 143 ]
}

# A signal sent to the script alone, or to all of its processes as a terminal does: what came of it is $status. On a busy
# machine it may be over before it is sent the signal: then once more.
ended_by() { # SHELL SIGNAL ALONE|ALL
    local to
    status=0
    while [ "$status" -eq 0 ]; do
        setsid env --default-signal=HUP,INT,QUIT,PIPE,TERM "$1" "$(command -v audit-by-hand)" -q \
            "$VECTORS/good/retarget.ledger" >said 2>&1 3>&- &
        [ "$3" = ALONE ] && to=$! || to=-$!
        eventually audits_or_is_over $!
        kill "-$2" -- "$to" 2>/dev/null || :
        wait $! || status=$?
    done
    [ -z "$(ls tmp)" ] && ! grep -q : said
}

audits_or_is_over() { # PID
    ls tmp/*/accounts.* >/dev/null 2>&1 || ! kill -0 "$1" 2>/dev/null
}

@test "it dies of the signals that end it, and leaves no folder behind" {
    while read -r signal number; do
        for to in ALONE ALL; do
            ended_by dash "$signal" "$to"
            [ "$status" -eq $((128 + number)) ]
        done
    done <<<$'HUP 1\nINT 2\nQUIT 3\nPIPE 13\nTERM 15'
    # shells that are deaf to one of them
    ended_by bash QUIT ALONE
    [ "$status" -eq 131 ]
    ! command -v zsh >/dev/null || { ended_by zsh HUP ALONE && [ "$status" -eq 129 ]; }
}

@test "wherever TMPDIR leads" {
    mkdir 'with  space' ./-x "l'\$(x)"
    for folder in tmp ./tmp 'with  space' -x "l'\$(x)" ''; do
        TMPDIR=$folder expect 0 audit-by-hand -q "$VECTORS/good/genesis.ledger"
        [ ! -s "$err" ] && { [ -z "$folder" ] || [ -z "$(ls -- "$folder")" ]; }
    done
    for folder in nowhere nowhere/deeper "$good"; do
        TMPDIR=$folder expect 2 audit-by-hand -q "$good"
        says "^audit-by-hand: cannot make a temporary folder in $folder\$"
    done
    unshare -m true 2>/dev/null || skip 'no file system can be mounted here'
    # a disk that is full from the beginning, or after some blocks
    for blocks in 1 3 20; do
        # shellcheck disable=SC2016 # another shell's
        expect 2 unshare -m sh -c 'mount -t tmpfs -o size=$((4096 * $1)) full "$TMPDIR" && audit-by-hand -q "$2"' \
            - $blocks "$VECTORS/good/retarget.ledger"
        [ -s "$err" ]
    done
}

# --- What it is made of --------------------------------------------------------------------------------

@test "coreutils, awk and openssl are all that it uses" {
    # shellcheck disable=SC2086 # words
    only few $TOOLS
    program=$(command -v audit-by-hand) shell=$(command -v sh)
    PATH=$PWD/few expect 0 "$shell" "$program" "$good"
    for name in $TOOLS; do
        mv "few/$name" .
        PATH=$PWD/few run_apart "$shell" "$program" "$good"
        [ "$status" -eq 2 ]
        says "^audit-by-hand: $name: not found$"
        mv "$name" few
    done
}

@test "one of them that fails gives no verdict" {
    # shellcheck disable=SC2086 # words
    only few $TOOLS
    program=$(command -v audit-by-hand) shell=$(command -v sh)
    printf '#!/bin/sh\nexit 1\n' >no
    chmod +x no
    for name in basenc cp expr mktemp mv openssl paste sha256sum split tr; do
        mv "few/$name" .
        cp no "few/$name"
        PATH=$PWD/few run_apart "$shell" "$program" -q "$good"
        [ "$status" -eq 2 ] || { echo "$name: status $status" && cat "$err" && false; }
        rm "few/$name"
        mv "$name" few
    done
    rm -rf tmp/*
}

@test "a tool that computes wrongly is refused by name" {
    while read -r tool commands; do
        instead "$tool" "${commands//REAL/$(command -v "$tool")}"
        PATH=$PWD/other run_apart "$(command -v dash)" "$(command -v audit-by-hand)" -q "$good"
        [ "$status" -eq 2 ] || { echo "$tool: $status with $commands" && false; }
        says "^audit-by-hand: $tool: "
    done <<'END'
openssl exit 0
openssl exit 1
openssl echo Signature Verification Failure; exit 1
openssl case $* in *rawin*) echo unknown option -rawin; exit 1 ;; esac; exec REAL "$@"
sha256sum cat >/dev/null; echo 0000  -
expr case $* in *????????????????????*) echo out of range >&2; exit 3 ;; esac; exec REAL "$@"
expr exit 2
awk case $* in *'%.0f'*) echo 1.15792e+77 ;; *) exec REAL "$@" ;; esac
awk exit 0
sort exec REAL -g "$@"
sort exec REAL -f "$@"
sort exit 1
END
    for tool in expr sort; do
        has_shell busybox || continue
        instead "$tool" "exec $(command -v busybox) $tool \"\$@\""
        PATH=$PWD/other run_apart "$(command -v dash)" "$(command -v audit-by-hand)" -q "$good"
        [ "$status" -eq 0 ] || { [ "$status" -eq 2 ] && says "^audit-by-hand: $tool: "; }
    done
}
