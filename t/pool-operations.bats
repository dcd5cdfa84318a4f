# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger

# txpool with what chains may allow beyond payments: fees by length, sponsors, policies, batches.

setup() {
    local name
    fresh_folder
    for name in alice bob carol shop miner; do
        keygen -s "demo $name" $name
    done >names 2>keygen.err
    chain alice 1000 bob 1000 shop 100
}

# The ledger: what these accounts have at first.
chain() { # [OPTION]... ACCOUNT AMOUNT...
    ledger-init -T 1700000000 -t f -e 0 -A batch,policy,sponsor "$@" >ledger
}

# one FROM SEQ FEE TO AMOUNT [MEMO]: one signed transaction.
one() {
    txmake -s "$2" -F "$3" -f "$1" "$4" "$5" "${6-}" | txsign -k "$1.key"
}

# The same, whose fee SPONSOR pays.
sponsored() { # SPONSOR FROM SEQ FEE TO AMOUNT [MEMO]
    txmake -S "$1" -s "$3" -F "$4" -f "$2" "$5" "$6" "${7-}" | txsign -k "$2.key" -k "$1.key"
}

# So many payments in one transaction, of 1 each: some 70 bytes a payment.
batch() { # FROM SEQ FEE COUNT
    for ((i = 0; i < $4; i++)); do echo "$(printf %064x $((i + 1))) 1"; done | txmake -b -s "$2" -F "$3" -f "$1" | txsign -k "$1.key"
}

# Whether a file has the lines of `sorted`, in any order.
same_lines() { # FILE
    sort "$1" | cmp -s - sorted
}

# Mines the transactions on stdin as block N.
block() { # N
    mine -m miner -T $((1700000000 + 10 * $1)) | ledger-append -q -T 1800000000 ledger
}

# refuse WORDS COMMAND...: status 1, and these words on stderr.
refuse() {
    local words=$1
    shift
    expect 1 "$@"
    says "$words"
}

# --- Fees by length --------------------------------------------------------------------------------------

@test "bytefee: the least fee is for the whole line, and one less is refused" {
    chain -F 2 alice 5000
    one alice 0 1000 bob 5 >tx
    length=$(($(wc -c <tx) - 1)) # 4 digits of the fee; its least has 3
    fee=$((1 + 2 * (length - 1)))
    one alice 0 $fee bob 5 >least
    expect 0 txpool pool <least
    one alice 1 $((fee - 1)) bob 5 >less
    refuse "^stdin:1: tx: fee $((fee - 1)) is under the minimum of $fee for $((length - 1)) bytes$" txpool pool <less
    diff least pool
}

@test "-s: the highest fee for its bytes first, however long the line" {
    chain alice 100000 bob 100000 shop 10000
    one bob 0 30 carol 1 >short
    size=$(wc -c <short)
    batch alice 0 100 100 >long
    long=$(wc -c <long)
    # the long one pays more in all, and less for a byte
    cat long short | txpool pool >passed
    txpool -s pool | cmp - <(cat short long)
    # more for a byte by the least that there can be
    fee=$((30 * long / size + 1))
    batch alice 0 $fee 100 >dear
    long=$(wc -c <dear)
    [ $((fee * size)) -gt $((30 * long)) ]
    cat short dear | txpool other >passed
    txpool -s other | cmp - <(cat dear short)
    batch alice 0 $((fee - 1)) 100 >dear
    cat short dear | txpool third >passed
    txpool -s third | cmp - <(cat short dear)
}

@test "-s: rates that are the same as floating-point numbers are not" {
    chain alice 2305843009213693952 bob 2305843009213693952
    one alice 0 1152921504606846976 carol 1 >first
    one bob 0 1152921504606846977 carol 1 >richer
    cat first richer | txpool pool >passed
    txpool -s pool | cmp - <(cat richer first)
    # and in a full pool the lower one leaves
    limit=$(($(wc -c <first) * 33 / 32))
    txpool -b $limit little <first >passed
    expect 0 txpool -b $limit little <richer
    diff richer little
    refuse 'pays the least for its size$' txpool -b $limit little <first
}

@test "-s: a long line that does not fit keeps out no shorter one" {
    chain -b 3000 alice 100000 bob 100000 shop 10000
    one shop 0 5 carol 1 >a
    batch bob 0 5000 30 >long # pays the most for a byte, but one of the same size is before it
    batch alice 0 9000 30 >longer
    one shop 1 4 carol 1 >b
    cat a long longer b | txpool pool >passed
    [ $(($(wc -c <longer) + $(wc -c <long) + 512)) -gt 3000 ]
    txpool -s pool >body
    cmp body <(cat longer)
    chain -b 3600 alice 100000 bob 100000 shop 10000
    one shop 0 5 carol 1 >a
    batch bob 0 5000 30 >long
    batch alice 0 9000 30 >longer
    one shop 1 4 carol 1 >b
    cat a long longer b | txpool other >passed
    txpool -s other >body
    cmp body <(cat longer a b)
    block 1 <body
    verify -q ledger
}

# bats test_tags=slow
@test "-s: a line with a signature of SLH-DSA beside short ones" {
    keygen -t slh-dsa quantum >>names 2>keygen.err
    ledger-init -T 1700000000 -t f -e 0 -F 1 -A slh-dsa,sponsor -b 20000 alice 100000 quantum 100000 >ledger
    one quantum 0 17000 bob 1 >large
    one alice 0 342 bob 1 >small
    one alice 1 400 bob 1 >smaller
    [ "$(wc -c <large)" -gt 15900 ]
    cat large small smaller | txpool pool >passed
    [ "$(wc -l <pool)" -eq 3 ]
    txpool -s pool | cut -d ' ' -f 5 | tr '\n' ' ' | grep -qx '17000 342 400 '
    txpool -s pool | block 1
    verify -q ledger
    # in a block that is too small for it, others stand alone
    ledger-init -T 1700000000 -t f -e 0 -F 1 -A slh-dsa,sponsor -b 15000 alice 100000 quantum 100000 >ledger
    one quantum 0 17000 bob 1 >large
    one alice 0 342 bob 1 >small
    cat large small | txpool second >passed
    txpool -s second | cmp - small
}

@test "a replacement pays for its own bytes, and no less for a byte than the one that it replaces" {
    one alice 0 100 bob 5 >first
    txpool pool <first >passed
    memo=$(printf 'x%.0s' {1..200})
    size=$(wc -c <first) long=$(($(wc -c <first) + 199))
    least=$(((100 * long + size - 1) / size))
    one alice 0 $((least - 1)) bob 5 "$memo" >cheap
    [ "$(wc -c <cheap)" -eq $long ]
    refuse "to replace it takes a fee of $least, not $((least - 1))$" txpool pool <cheap
    diff first pool
    one alice 0 $least bob 5 "$memo" >enough
    expect 0 txpool pool <enough
    diff enough pool
    # with fees by length, more by the least fee of the new line
    chain -F 1 alice 100000
    one alice 0 1000 bob 5 >first
    least=$((1000 + 1 + $(wc -c <first) - 1))
    txpool other <first >passed
    one alice 0 $((least - 1)) bob 5 >cheap
    refuse "to replace it takes a fee of $least, not $((least - 1))$" txpool other <cheap
    txmake -p other -R "$(tr -d '\n' <first | sha256sum | cut -c 1-10)" | txsign -k alice.key >made
    [ "$(cut -d ' ' -f 5 made)" -eq $least ]
    expect 0 txpool other <made
    # the fee that txmake finds counts its own digits
    one alice 1 700 bob 5 >first
    txpool other <first >passed
    txmake -p other -R "$(tr -d '\n' <first | sha256sum | cut -c 1-10)" | txsign -k alice.key >made
    [ "$(cut -d ' ' -f 5 made)" -eq $((700 + $(wc -c <made))) ]
    expect 0 txpool other <made
}

@test "what waits for an earlier one of its sender does not keep that one out of a full pool" {
    one alice 1 50 bob 1 >a1
    one bob 0 9 alice 1 >b0
    one alice 0 5 bob 1 >a0
    cat a1 b0 >pool # as a pool that has lost the first
    expect 0 txpool -b $(($(cat a1 b0 | wc -c) + 20)) pool <a0
    cmp pool <(cat b0 a0)
}

# --- Sponsors ----------------------------------------------------------------------------------------------

@test "a sponsor's pending fees and payments are counted together" {
    sponsored shop alice 0 60 bob 1 >a
    sponsored shop bob 0 41 alice 1 >b
    sponsored shop bob 0 40 alice 1 >c
    one shop 0 1 alice 1 >own
    expect 0 txpool pool <a
    refuse '^stdin:1: tx: [0-9a-f]* has 40, needs 41$' txpool pool <b
    expect 0 txpool pool <c
    refuse '^stdin:1: tx: [0-9a-f]* has 0, needs 2$' txpool pool <own
    # what a sponsor signs is none of its own transactions
    [ "$(txmake -p pool -f shop bob 1 | cut -d ' ' -f 4)" -eq 0 ]
    [ "$(txmake -p pool -S shop -f alice bob 1 | cut -d ' ' -f 4)" -eq 1 ]
    # money that is on its way to the sponsor counts
    one alice 1 1 shop 10 >deposit
    cat deposit own | txpool pool >passed
    [ "$(wc -l <passed)" -eq 2 ]
    txpool -s pool >body
    [ "$(wc -l <body)" -eq 4 ]
    block 1 <body
    verify -q ledger
    [ "$(ledger-balance shop | cut -d ' ' -f 3,4)" = '8 1' ]
}

@test "what its sponsor cannot pay yet waits, in a node, for the money" {
    sponsored shop carol 0 101 bob 1 >waits # carol has nothing at first
    sponsored shop alice 0 150 bob 1 >richer
    one bob 0 1 carol 1 >income
    one bob 1 1 shop 200 >deposit
    cat waits richer income deposit >all
    expect 0 txpool -u -l ledger pool <all
    cmp pool <(cat income deposit waits richer) # the lowest fee first
    cmp "$out" pool
    # what is not enough for both is enough for one
    one bob 1 1 shop 60 >deposit
    cat waits richer income deposit >all
    expect 1 txpool -u -l ledger other <all
    cmp other <(cat income deposit waits)
    says '^stdin:2: tx: [0-9a-f]* has 59, needs 150$'
    # each as soon as there is enough for it
    chain alice 1000 bob 1000 shop 1
    for ((i = 0; i < 3; i++)); do one bob $i 1 shop 1 >deposit.$i; done
    for ((i = 0; i < 2; i++)); do sponsored shop alice $i 2 bob 1 >owed.$i; done
    cat owed.? deposit.? >all
    expect 0 txpool -u -l ledger slow <all
    cmp slow <(cat deposit.0 owed.0 deposit.1 deposit.2 owed.1)
    cmp "$out" slow
    # by a block, too
    chain alice 1000 bob 1000 shop 100
    cat waits richer >all
    mkfifo in
    txpool -u -l ledger -i 1 third <in >passed 2>said &
    pid=$!
    exec 7>in
    cat all >&7
    { cat income && one bob 1 1 shop 200; } | block 1
    sort all >sorted
    eventually same_lines third # in either order: both are possible at once
    exec 7>&-
    wait "$pid"
    same_lines passed
}

@test "a sponsor that spends its money otherwise: what it cannot pay is held, and leaves first" {
    sponsored shop alice 0 60 bob 1 >a
    sponsored shop bob 0 30 alice 1 >b
    cat a b | txpool pool >passed
    one shop 0 1 miner 60 | block 1 # 39 are left
    expect 0 txpool pool </dev/null
    cmp pool <(cat a b) # still here, should the shop be paid
    txpool -s pool | cmp - b
    # the money comes with a transaction of the pool
    one bob 1 1 shop 100 >deposit
    txpool pool <deposit >passed
    txpool -s pool >body
    cmp body <(cat b deposit a)
    block 2 <body
    verify -q ledger
    expect 0 txpool pool </dev/null
    [ ! -s pool ]
    # in a full pool it leaves before what pays less for its bytes
    sponsored shop alice 1 30 bob 1 >a
    one bob 2 1 carol 1 >cheap
    cat a cheap | txpool pool >passed
    one shop 1 1 miner 40 | block 3
    one carol 0 1 bob 1 >new
    expect 0 txpool -b $(($(cat a cheap | wc -c) + 20)) pool <cheap
    one bob 3 2 carol 1 >new
    expect 0 txpool -b $(($(cat a cheap | wc -c) + 20)) pool <new
    cmp pool <(cat cheap new)
}

@test "a replacement may have another sponsor, or none" {
    sponsored shop alice 0 50 bob 1 >first
    sponsored shop bob 0 50 alice 1 >other
    cat first other | txpool pool >passed
    sponsored bob alice 0 55 bob 1 >second # the same rate would not do
    refuse 'to replace it takes a fee of ' txpool pool < <(sponsored bob alice 0 54 bob 1)
    expect 0 txpool pool <second
    cmp pool <(cat second other)
    one alice 0 61 bob 1 >third
    expect 0 txpool pool <third
    cmp pool <(cat third other)
    sponsored shop alice 0 170 bob 1 >fourth # the shop has 100, and owes 50
    refuse '^stdin:1: tx: [0-9a-f]* has 50, needs 170$' txpool pool <fourth
    cmp pool <(cat third other)
    # what the shop no longer owes is free for others
    sponsored shop bob 1 50 alice 1 >richer
    expect 0 txpool pool <richer
}

@test "a reorganisation returns what was sponsored, as far as the sponsor can pay it now" {
    sponsored shop alice 0 60 bob 1 >a
    sponsored shop bob 0 30 alice 1 >b
    cp ledger fork
    cat a b | block 1
    txpool pool </dev/null
    mine -l fork -m miner -n 2 -T 1700000011 </dev/null >side
    ledger-append -q -T 1800000000 ledger <side 2>reorg
    grep -q '1 block undone, 2 done' reorg
    expect 0 txpool pool </dev/null
    cmp "$out" <(cat a b)
    cmp pool <(cat a b)
}

# --- Policies ------------------------------------------------------------------------------------------------

# A policy that carol alone can spend from height 3 on, and alice and bob at any time.
vault() { # HEIGHT
    policy -n vault 2 alice bob or 1 carol after "$1" >>names
    VAULT=$(policy -A 2 alice bob or 1 carol after "$1")
}

# The vault pays by its branch N: SEQ FEE TO AMOUNT.
from_vault() { # BRANCH SEQ FEE TO AMOUNT
    txmake -y "$1" -s "$2" -F "$3" -f "$VAULT" "$4" "$5" | txsign -k alice.key -k bob.key -k carol.key
}

@test "a branch that is not open at the next height is refused for now, with the height" {
    vault 3
    chain alice 1000 "$VAULT" 100
    from_vault 1 0 1 bob 5 >late
    from_vault 1 1 1 bob 6 >later
    refuse '^stdin:1: tx: branch 1 opens at height 3, this is 1$' txpool pool <late
    refuse '^stdin:1: tx: branch 1 opens at height 3, this is 1$' txpool pool <later # nor does it wait for its turn
    [ ! -s pool ]
    expect 1 txpool -u -l ledger pool <late
    grep -q '^later ' "$out"
    block 1 </dev/null
    refuse 'this is 2$' txpool pool <late
    block 2 </dev/null
    expect 0 txpool pool <late
    expect 0 txpool pool <later
    cmp pool <(cat late later)
    txpool -s pool | cmp - pool
    # another with the same sequence number is a conflict like any other
    from_vault 0 0 9 bob 7 >spent
    expect 0 txpool pool <spent
    says ' replaces '
    txpool -s pool | block 3
    verify -q ledger
    [ "$(ledger-balance "$VAULT" | cut -d ' ' -f 3,4)" = "$((100 - 9 - 7 - 1 - 6)) 2" ]
}

@test "a reorganisation to a lower chain: what is not open any more is held until it is again" {
    vault 4
    ledger-init -T 1700000000 -t f -e 3 -A batch,policy,sponsor alice 1000 "$VAULT" 100 >ledger
    cp ledger fork
    from_vault 1 0 1 bob 5 >late
    from_vault 1 1 1 bob 6 >next
    one alice 0 1 bob 1 >other
    for n in 1 2 3; do block $n </dev/null; done
    expect 0 txpool pool <late
    txpool -s pool | block 4
    cat next other | txpool pool >passed
    cmp pool <(cat next other)
    # two blocks in haste weigh more than four at leisure
    mine -l fork -m miner -n 1 -T 1700000001 </dev/null >side
    cat side >>fork
    mine -l fork -m miner -n 1 -T 1700000002 </dev/null >>side
    ledger-append -q -T 1800000000 ledger <side 2>reorg
    grep -q '4 blocks undone, 2 done' reorg
    [ "$(ledger-chain -t | cut -d ' ' -f 2)" -eq 2 ]
    expect 0 txpool pool </dev/null
    cmp pool <(cat next other late)
    txpool -s pool | cmp - other
    expect 0 txpool pool <late # it is known
    mine -m miner -T 1700000030 </dev/null | ledger-append -q -T 1800000000 ledger
    expect 0 txpool pool </dev/null
    txpool -s pool >body
    cmp body <(cat other late next)
    mine -m miner -T 1700000040 <body | ledger-append -q -T 1800000000 ledger
    verify -q ledger
}

@test "a claim that shows a preimage and the refund are a conflict like any other" {
    policy -m secret >lock 2>policy.err
    preimage=$(grep -o '[0-9a-f]\{64\}' secret)
    policy -n swap 1 bob hash "$(cut -d ' ' -f 2 lock)" or 1 alice after 2 >>names
    swap=$(awk '$1 == "key" && $3 == "swap" { print $2 }' names)
    chain alice 1000 "$swap" 100
    block 1 </dev/null
    txmake -y 0 -i secret -F 5 -f swap bob 90 | txsign -k bob.key >claim
    txmake -y 1 -F 5 -f swap alice 90 | txsign -k alice.key >refund
    txmake -y 1 -F 9 -f swap alice 90 | txsign -k alice.key >dearer
    expect 0 txpool pool <claim
    grep -q " show $preimage " pool # anybody can see it now
    refuse 'is spent twice: the pool holds ' txpool pool <refund
    cmp pool claim
    expect 0 txpool pool <dearer
    cmp pool dearer
    txpool -s pool | block 2
    verify -q ledger
    refuse 'seq 0, expected 1' txpool pool <claim
}

# --- Batches -------------------------------------------------------------------------------------------------

@test "what a pending batch pays can be spent, by 256 payees" {
    for ((i = 0; i < 256; i++)); do keygen -s "payee $i" p$i; done >payees 2>keygen.err
    cut -d ' ' -f 2 payees | sed 's/$/ 3/' | txmake -b -F 1 -f alice | txsign -k alice.key >paid
    [ "$(wc -l <paid)" -eq 1 ]
    keys=$(printf ' -k p%s.key' {0..255})
    # shellcheck disable=SC2086 # words
    cut -d ' ' -f 2 payees | sed "s/\$/ $(cut -d ' ' -f 2 bob.pub) 2/" | txmake -F 1 | txsign $keys >spends
    [ "$(wc -l <spends)" -eq 256 ]
    cat spends paid >all
    expect 0 txpool -u -l ledger pool <all # they wait for their money
    [ "$(wc -l <pool)" -eq 257 ]
    head -n 1 pool | cmp - paid
    txpool -s pool >body
    [ "$(wc -l <body)" -eq 257 ]
    block 1 <body
    verify -q ledger
    [ "$(ledger-balance bob | cut -d ' ' -f 3)" -eq 1512 ]
    expect 0 txpool pool </dev/null
    [ ! -s pool ]
}

# --- A second reading --------------------------------------------------------------------------------------

# modelled SEED COUNT POOR RULE...: txpool and t/lib/poolmodel.py agree on so many random transactions on a chain with
# these rules, whose accounts have POOR or some more.
modelled() {
    local seed=$1 count=$2 poor=$3 i
    shift 3
    # shellcheck disable=SC2046 # words
    chain "$@" $(for i in 1 2 3 4 5 6; do echo "$(echo $i | sha256sum | cut -c 1-64) $((i * i * i * poor))"; done)
    python3 -B "$ROOT/t/lib/poolmodel.py" ledger "$seed" "$count" offered kept body
    rm -f pool
    txpool -u -i 0 pool <offered >passed 2>said || [ $? -eq 1 ]
    cmp pool kept
    txpool -s pool | cmp - body
}

@test "random transactions of all kinds: what is kept and chosen is what a slow model keeps and chooses" {
    modelled 1 100 20 -b 6000
    modelled 2 100 3 -b 100000
    modelled 3 60 500 -b 8000 -F 1
}

# bats test_tags=thorough
@test "the same, for a hundred seeds" {
    for ((seed = 100; seed < 200; seed++)); do
        if ((seed % 3)); then set --; else set -- -F 1; fi
        modelled $seed $((40 + seed % 80)) $((2 + seed % 30 + 300 * $#)) -b $((3000 + seed * 50)) "$@" ||
            { echo "seed $seed" && false; }
    done
}
