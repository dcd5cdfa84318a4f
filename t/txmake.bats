# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# txmake: unsigned transactions.

MAX=9223372036854775807

setup() {
    fresh_folder
    demo_chain -t f -e 0 bob 500 2>keygen.err
    chain=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    alice=$(cut -d ' ' -f 2 alice.pub) bob=$(cut -d ' ' -f 2 bob.pub)
}

# Mines the signed transactions on stdin as block N.
block() { # N
    mine -m miner -T $((1700000000 + 10 * $1)) | ledger-append -q -T 1800000000 ledger
}

# refuse WORDS ARGUMENT...: status 2, nothing on stdout.
refuse() {
    local words=$1
    shift
    expect 2 txmake "$@"
    [ ! -s "$out" ]
    says "$words"
}

@test "one payment, from operands" {
    expect 0 txmake -f alice bob 25 lunch
    [ ! -s "$err" ]
    [ "$(cat "$out")" = "tx $chain $alice 0 1 pay $bob 25 lunch" ]
    [ "$(wc -l <"$out")" -eq 1 ]
    [ "$(txmake -f alice bob 25)" = "tx $chain $alice 0 1 pay $bob 25 -" ]
    [ "$(txmake --from "$alice" "$bob" $MAX)" = "tx $chain $alice 0 1 pay $bob $MAX -" ]
}

@test "payments from lines, with and without -f" {
    printf '%s\n' 'alice bob 1' $'bob\talice   2  two words ' "$alice miner 3 -" 'alice alice 4' >lines
    txmake <lines >txs
    m=$(cut -d ' ' -f 2 miner.pub)
    printf "tx $chain %s\n" "$alice 0 1 pay $bob 1 -" "$bob 0 1 pay $alice 2 two%20words%20" \
        "$alice 1 1 pay $m 3 %2D" "$alice 2 1 pay $alice 4 -" | sed 's/%%/%/g' >wanted
    diff wanted txs
    printf '%s\n' 'bob 1' 'alice 2 x  y' >lines
    txmake -f bob <lines >txs
    printf "tx $chain %s\n" "$bob 0 1 pay $bob 1 -" "$bob 1 1 pay $alice 2 x%20%20y" >wanted
    diff wanted txs
}

@test "a memo is any bytes up to 256, in the one form of a text" {
    memo_is() { # FORM MEMO
        [ "$(txmake -f alice -- bob 1 "$2" | cut -d ' ' -f 9)" = "$1" ]
        case $2 in *$'\n'* | ' '*) return ;; esac
        [ "$(printf 'bob 1 %s\n' "$2" | txmake -f alice | cut -d ' ' -f 9)" = "$1" ]
    }
    memo_is - ''
    memo_is %2D -
    memo_is -- --
    memo_is 'a%20b' 'a b'
    memo_is '%20a' ' a'
    memo_is '%25' '%'
    memo_is '%2541' '%41'
    memo_is 'na%C3%AFve%20%E2%82%AC' 'naïve €'
    memo_is '%0A' $'\n'
    memo_is '~._-09AZaz' '~._-09AZaz'
    memo_is "$alice" "$alice"
    memo_is "$(printf 'x%.0s' {1..256})" "$(printf 'x%.0s' {1..256})"
    memo_is "$(printf '%%3F%.0s' {1..256})" "$(printf '?%.0s' {1..256})"
    long=$(printf 'x%.0s' {1..257})
    refuse '^txmake: memo: over 256 bytes$' -f alice bob 1 "$long"
    printf 'bob 1 %s\nbob 2\n' "$long" >lines
    expect 1 txmake -f alice <lines
    says '^stdin:1: memo: over 256 bytes$'
    [ "$(cut -d ' ' -f 4,8 "$out")" = '0 2' ]
    printf 'bob 1 a\0\rb\n' | txmake -f alice >txs
    [ "$(cut -d ' ' -f 9 txs)" = 'a%00%0Db' ]
    for memo in '' - 'a b' 'naïve €' "$(printf '?%.0s' {1..256})"; do
        txmake -f alice bob 1 "$memo" | txsign -k alice.key | verify -q -l ledger
    done
}

@test "a line that is no payment is told by its number, and the others go on" {
    printf '%s\n' 'alice bob 1' 'alice bob' '' '   ' 'alice nobody 1' 'alice bob 0' 'alice bob -1' \
        'alice bob 1.5' 'alice bob 007' 'alice bob 9223372036854775808' 'alice bob 2' >lines
    printf 'alice bob 3' >>lines
    expect 1 txmake <lines
    [ "$(cut -d ' ' -f 4,8 "$out" | tr '\n' ,)" = '0 1,1 2,' ]
    cat >wanted <<'E'
stdin:2: line: expected FROM TO AMOUNT [MEMO]
stdin:3: line: expected FROM TO AMOUNT [MEMO]
stdin:4: line: expected FROM TO AMOUNT [MEMO]
stdin:5: 'nobody' is neither an account nor a name in the address book
stdin:6: amount: it must be at least 1
E
    head -n 5 "$err" | diff wanted -
    sed -n '6,$p' "$err" >rest
    for n in 7 8 9 10; do
        grep -q "^stdin:$n: amount: " rest
    done
    grep -qx 'stdin:12: line: torn: it has no newline' rest
    [ "$(wc -l <rest)" -eq 5 ]
    { printf 'alice bob 1 ' && head -c 65535 /dev/zero | tr '\0' x && echo && echo 'alice bob 2'; } >lines
    expect 1 txmake <lines
    says '^stdin:1: line: over 65535 bytes$'
    [ "$(cut -d ' ' -f 4,8 "$out")" = '0 2' ]
}

@test "operands that cannot be a payment are trouble" {
    refuse "^txmake: 'nobody' is neither an account nor a name in the address book\$" -f alice nobody 1
    # the operands are looked at before a ledger, which there may not be
    LEDGER=nosuch refuse "^txmake: amount: " -f alice bob -- -25
    LEDGER=nosuch refuse "^txmake: amount: it must be at least 1\$" -f alice bob 0
    LEDGER=nosuch refuse "^txmake: 'nobody' is neither " -f alice nobody 1
    # a near name, or a longer one, is suggested
    printf 'key %064d %s\n' 1 alice 2 bob 3 Mary%20Ann 4 twice 5 twice >book
    for near in alise:alice alcie:alice lice:alice alicia:alice Alice:alice rob:bob bo:bob; do
        refuse "^txmake: '${near%:*}' is neither an account nor a name in the address book: did you mean ${near#*:}[?]\$" \
            -a book -f alice ${near%:*} 1
    done
    for near in Mary 'Mary An' Mary%20An; do
        refuse "^txmake: '$near' is neither an account .*: did you mean Mary%20Ann[?] [(]%20 is a space[)]\$" -a book -f alice "$near" 1
    done
    for far in '' x obo mice Ann twicf "$(printf %0300d 0)" "$(printf '%*s' 300 '')"; do
        refuse "is neither an account nor a name in the address book\$" -a book -f alice "$far" 1
    done
    refuse "^txmake: 'nobody' is neither an account" -f nobody alice 1
    refuse '^txmake: amount: it must be at least 1$' -f alice bob 0
    for bad in -1 1.5 007 '' x 9223372036854775808; do
        refuse '^txmake: amount: ' -f alice -- bob "$bad"
    done
    echo "key $bob alice" >>names
    refuse "^txmake: 'alice' is the name of more than one account\$" -f alice bob 1
    refuse '^usage: txmake ' -f bob alice
    refuse '^usage: txmake ' bob 1
    refuse '^usage: txmake ' -f bob bob 1 two words
    refuse '^usage: txmake ' -x
}

@test "the fee is the chain's least, or what -F gives" {
    fee_is() {
        [ "$(txmake "${@:2}" -f alice bob 1 | cut -d ' ' -f 5)" = "$1" ]
    }
    fee_is 1
    fee_is 7 -F 7
    fee_is 0 -F 0
    fee_is $MAX --fee $MAX
    fee_is 1 -s 0 -c "$chain"
    ledger-init -t f -f 9 alice 5 >nine
    fee_is 9 -l nine
    LEDGER=nine fee_is 9
    LEDGER=nine fee_is 1 -l ledger
    refuse "^txmake: -F: '-1' is not a number" -F -1 -f alice bob 1
    refuse "^txmake: -F: '9223372036854775808' is not a number" -F 9223372036854775808 -f alice bob 1
}

@test "sequence numbers go on from the ledger, for each sender" {
    printf '%s\n' 'alice bob 5' 'alice bob 6' 'bob alice 1' | txmake | txsign -k alice.key -k bob.key | block 1
    printf '%s\n' 'alice bob 5' 'bob bob 6' 'miner bob 1' 'alice bob 1' 'bob bob 1' | txmake >txs
    [ "$(cut -d ' ' -f 4 txs | tr '\n' ' ')" = '2 1 0 3 2 ' ]
}

@test "with -p what waits in the pool counts" {
    printf '%s\n' 'alice bob 5' 'alice bob 6' | txmake -p pool | txsign -k alice.key | txpool pool >passed
    [ "$(wc -l <passed)" -eq 2 ]
    seq_is() {
        [ "$(txmake "${@:2}" -f alice bob 1 | cut -d ' ' -f 4)" = "$1" ]
    }
    seq_is 0
    seq_is 2 -p pool
    seq_is 2 --pool pool
    seq_is 0 -p gone
    [ ! -e gone ]
    block 1 <pool
    seq_is 2
    seq_is 2 -p pool # what was mined meanwhile does not count twice
    txmake -f alice bob 1 | txsign -k alice.key >>pool
    seq_is 3 -p pool
    echo 'tx torn' >>pool
    seq_is 3 -p pool
    mkdir folder
    refuse '^txmake: ' -p folder -f alice bob 1
}

@test "with -s and -c no ledger is read" {
    mkdir away
    cd away
    export LEDGER=/nowhere/ledger
    [ "$(txmake -c "$chain" -s 7 -f "$alice" "$bob" 3 x)" = "tx $chain $alice 7 1 pay $bob 3 x" ]
    printf '%s\n' 'alice bob 1' 'bob bob 1' 'alice bob 2' | txmake -a ../names --chain "$chain" --seq 7 -F 4 |
        cut -d ' ' -f 4,5 >got
    printf '%s\n' '7 4' '7 4' '8 4' | diff - got
    [ "$(ls -A)" = got ]
    refuse '^txmake: /nowhere/ledger: ' -s 7 -f "$alice" "$bob" 3
    refuse '^txmake: /nowhere/ledger: ' -c "$chain" -f "$alice" "$bob" 3
    for bad in '' "${chain%?}" "${chain}0" "${chain%?}G" "$(echo "$chain" | tr a-f A-F)"; do
        refuse '^txmake: -c: .* is not 64 lowercase hex digits$' -c "$bad" -s 1 -f "$alice" "$bob" 3
    done
    refuse "^txmake: -s: '-1' is not a number" -c "$chain" -s -1 -f "$alice" "$bob" 3
}

@test "-s or -c alone takes the rest from the ledger" {
    other=$(printf %064d 7)
    [ "$(txmake -s 5 -f alice bob 1 | cut -d ' ' -f 2,4)" = "$chain 5" ]
    [ "$(txmake -c "$other" -f alice bob 1 | cut -d ' ' -f 2,4)" = "$other 0" ]
}

@test "sequence numbers end at 2^63-1" {
    [ "$(txmake -s $MAX -f alice bob 1 | cut -d ' ' -f 4)" = $MAX ]
    printf 'bob 1\nbob 2\n' >lines
    expect 2 txmake -s $MAX -f alice <lines
    says '^txmake: the sequence numbers end at 2\^63-1$'
}

@test "address books: the folder's, -a, NAMES" {
    mkdir books away
    cp names books/all
    cd away
    export LEDGER=../ledger
    refuse "'alice' is neither an account" -f alice bob 1
    txmake -f "$alice" "$bob" 1 >wanted
    txmake -a ../books/all -f alice bob 1 | diff wanted -
    NAMES=../books/all txmake -f alice bob 1 | diff wanted -
    cp ../alice.pub ../bob.pub .
    txmake -f alice bob 1 | diff wanted -
    refuse '^txmake: gone: cannot open: No such file' -a gone -f alice bob 1
}

@test "a ledger that cannot be read is trouble, one that breaks a rule is a no" {
    refuse '^txmake: gone: No such file or directory .ledger-init makes a ledger.$' -l gone -f alice bob 1
    refuse '^txmake: \.: ' -l . -f alice bob 1
    : >empty
    expect 1 txmake -l empty -f alice bob 1
    says '^txmake: empty: empty: no genesis block$'
    sed 's/^rule minfee 1$/rule minfee 2/' ledger >forged
    expect 1 txmake -l forged -f alice bob 1
    says '^txmake: forged:1: block: root does not match the lines'
    block 1 </dev/null
    size=$(wc -c <ledger)
    head -c $((size - 20)) ledger >part # a torn tail is the work of a crash, and left out
    [ "$(txmake -l part -f alice bob 1)" = "$(txmake -f alice bob 1)" ]
    gzip -k ledger
    refuse '^txmake: ledger.gz: compressed' -l ledger.gz -f alice bob 1
}

@test "an open pipe gets its answer line by line" {
    coproc txmake -f alice
    pid=$COPROC_PID
    for amount in 1 2 3; do
        echo "bob $amount" >&"${COPROC[1]}"
        read -r -t 300 line <&"${COPROC[0]}"
        [ "$(echo "$line" | cut -d ' ' -f 4,8)" = "$((amount - 1)) $amount" ]
    done
    eval "exec ${COPROC[1]}>&-"
    wait "$pid"
}

@test "a stdout that cannot be written is status 2, and one that nobody reads ends it quietly" {
    expect 2 sh -c 'txmake -f alice bob 1 >/dev/full'
    says '^txmake: stdout: No space left on device$'
    expect 2 sh -c 'txmake -f alice bob 1 >&-'
    says '^txmake: stdout: Bad file descriptor$'
    expect 2 sh -c 'txmake -f alice <&-'
    says '^txmake: stdin: cannot read'
    mkfifo fifo
    exec 5<>fifo 6>fifo 5<&-
    expect 141 sh -c 'txmake -f alice bob 1 >&6'
    [ ! -s "$err" ]
    exec 6>&-
}

@test "help and version" {
    expect 0 txmake -h
    grep -q '^usage: txmake ' "$out"
    expect 0 txmake --version
    grep -q '^txmake (peerutils) ' "$out"
}

@test "-R: the replacement of one that waits, with the least fee that is taken, or -F" {
    txmake -f alice bob 25 'two words' | txsign -k alice.key | txpool pool >first
    txmake -f bob -F 50 alice 1 | txsign -k bob.key | txpool pool >second
    id=$(tr -d '\n' <first | sha256sum | cut -c 1-64)
    expect 0 txmake -R "$id"
    awk '{ $5 = 2; NF--; print }' first | diff - "$out"
    other=$(tr -d '\n' <second | sha256sum | cut -c 1-8)
    expect 0 txmake -p pool -R "$other"
    [ "$(cut -d ' ' -f 5 "$out")" -eq 55 ]
    expect 0 txmake -R "${id:0:8}" -F 7
    [ "$(cut -d ' ' -f 5 "$out")" -eq 7 ]
    txsign -k alice.key "$out" >new
    expect 0 txpool pool <new
    cat new second | diff - pool
    expect 1 txmake -R "$id"
    says "^txmake: pool: no waiting transaction begins with $id [(]one that an earlier one is missing for is not in the file[)]\$"
    for bad in "${id:0:7}" "${id}0" 0123456X ''; do
        expect 2 txmake -R "$bad"
        says "^txmake: -R: '$bad' is (shorter than 8|not 8 to 64 lowercase hex) digits\$"
    done
    expect 2 txmake -R "$other" -F 54
    says 'takes a fee of 55 or more$'
    for with in '-f alice' '-s 1' "-c $id" '-B any' 'alice 1'; do
        # shellcheck disable=SC2086 # words
        expect 2 txmake -R "$other" $with
        says '^txmake: -R takes payee, amount and memo from the pool'
    done
}

# --- Batches, sponsors, fees by length ---

# A chain that allows both.
allowing() { # MORE OPTIONS
    for name in carol shop; do keygen -s $name $name >/dev/null; done 2>keygen.err
    ledger-init -T 1700000000 -t ff -A batch,sponsor "$@" alice 1000000 shop 50000 >ledger
}

# The lines of a file with names in place of all accounts.
named() { # FILE
    sed "$(cat names ./*.pub | awk '{ printf "s/%s/%s/g\n", $2, $3 }')" "$1"
}

# Mines what stdin has upon the ledger.
mined() {
    mine -m miner | ledger-append ledger >/dev/null
}

# What an account has: BALANCE SEQ.
has() { # NAME
    ledger-balance "$1" | cut -d ' ' -f 3-
}

@test "-b: payments in a row by one FROM with one MEMO are one transaction of up to 256" {
    allowing -r 0
    printf 'alice bob %s\n' {1..300} | txmake -b >unsigned
    [ "$(wc -l <unsigned)" -eq 2 ]
    [ "$(cut -d ' ' -f 4 unsigned | paste -sd ' ')" = '0 1' ]
    [ "$(head -n 1 unsigned | wc -w)" -eq $((7 + 2 * 256)) ]
    txsign -k alice.key unsigned | mined
    [ "$(has bob)" = '45150 0' ]
    [ "$(has alice)" = "$((1000000 - 45150 - 2)) 2" ]

    printf '%s\n' 'alice bob 1 rent' 'alice carol 2 rent' 'alice bob 3 food' 'bob alice 4 food' 'bob bob 5 food' |
        txmake -b >unsigned
    [ "$(named unsigned | cut -d ' ' -f 3-)" = 'alice 2 1 batch rent bob 1 carol 2
alice 3 1 batch food bob 3
bob 0 1 batch food alice 4 bob 5' ]
    expect 0 txmake -b -f alice bob 7 lunch
    [ "$(named "$out" | cut -d ' ' -f 3-)" = 'alice 2 1 batch lunch bob 7' ]
}

@test "-b: a bad line is left out, and said with its place; the batch around it is written" {
    allowing
    printf '%s\n' 'alice bob 1' 'alice nobody 2' 'alice bob 0' 'alice carol 3' >list
    expect 1 txmake -b <list
    says '^stdin:2: '
    says '^stdin:3: '
    [ "$(named "$out" | cut -d ' ' -f 3-)" = 'alice 0 1 batch - bob 1 carol 3' ]
    expect 0 txmake -b </dev/null
    [ ! -s "$out" ]
    expect 2 sh -c "txmake -b -f alice bob 1 >/dev/full"
}

@test "-S: another account pays the fee, and nobody sponsors himself" {
    allowing -r 0
    txmake -f alice -S shop bob 25 lunch >unsigned
    [ "$(named unsigned | cut -d ' ' -f 3-)" = 'alice 0 1 pay bob 25 lunch sponsor shop' ]
    expect 1 txmake -S alice <<<'alice bob 1'
    says '^stdin:1: -S: FROM cannot be its own sponsor$'
    expect 2 txmake -f alice -S alice bob 1
    expect 2 txmake -f alice -S nobody bob 1
}

@test "the default fee is the least for the line with all its signatures" {
    allowing -F 3 -f 10 -r 0
    txmake -f alice bob 25 | txsign -k alice.key >plain
    [ "$(cut -d ' ' -f 5 plain)" -eq $((10 + 3 * ($(wc -c <plain) - 1))) ]
    expect 0 verify -l ledger plain
    printf 'bob %s\n' {1..256} | txmake -f alice -b | txsign -k alice.key >signed
    [ "$(cut -d ' ' -f 5 signed)" -eq $((10 + 3 * ($(wc -c <signed) - 1))) ]
    txmake -f alice -S shop bob 25 | txsign -k alice.key -k shop.key >sponsored || :
    [ "$(cut -d ' ' -f 5 sponsored)" -ge $((10 + 3 * ($(wc -c <sponsored) - 1))) ]
    expect 0 txmake -f alice -F 5 bob 25
    [ "$(cut -d ' ' -f 5 "$out")" -eq 5 ]
}

@test "what the chain does not allow is not made" {
    policy=$(policy -A 1 bob)
    refuse 'tx: this chain has no sponsor .rule allow sponsor.$' -f alice -S bob bob 5
    refuse 'tx: this chain has no batch .rule allow batch.$' -f alice -b bob 5
    refuse 'this chain has no such accounts .rule allow policy.$' -f alice "$policy" 5
    expect 1 txmake <<<"alice s$bob 5"
    [ ! -s "$out" ]
    grep '^stdin:1: tx: to: .* (rule allow slh-dsa)$' "$err"
    # what another chain allows, the ledger cannot say
    expect 0 txmake -c "$(printf %064d 1)" -f alice -S bob "$policy" 5
    ledger-init -n all -T 1700000000 -e 0 -t f -A sponsor,batch,policy,slh-dsa alice 1000 >all
    expect 0 txmake -l all -f alice -S bob -b "s$bob" 5
    expect 0 txmake -l all -f alice "$policy" 5
}

# A chain of members, with stakes or without: v1 to v3, of whom v1 has 1000.
member_chain() { # OPTION...
    [ -e v1.key ] || for name in v1 v2 v3; do keygen -s "txmake $name" $name >>members 2>/dev/null; done
    ledger-init -T 1700000000 -a members -M members "$@" v1 1000 >ledger
    chain=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    v1=$(cut -d ' ' -f 2 v1.pub) v2=$(cut -d ' ' -f 2 v2.pub)
}

# A line and the signature of it by openssl.
signed_by() { # KEY LINE
    printf %s "$2" >message
    openssl pkeyutl -sign -rawin -inkey "$1" -in message -out signature
    printf '%s %s\n' "$2" "$(od -An -v -tx1 signature | tr -d ' \n')"
}

@test "stake, unstake, admit: in the words of tx(5), and a chain that does not have them refuses" {
    member_chain -S bft -A stake -m 5
    [ "$(txmake -f v1 -t 7)" = "tx $chain $v1 0 1 stake 7" ]
    [ "$(txmake -f v1 --unstake 3 -F 9)" = "tx $chain $v1 0 9 unstake 3" ]
    txmake -f v1 -t 7 | txsign -k v1.key | verify -q -l ledger
    refuse 'this chain has no admit' -f v1 -m v2 5
    member_chain -S sign -A admit,sponsor
    [ "$(txmake -f v1 --admit v2 5 -S v2)" = "tx $chain $v1 0 1 admit $v2 5 sponsor $v2" ]
    txmake -f v1 --admit v2 0 | txsign -k v1.key | verify -q -l ledger
    refuse 'this chain has no stake' -f v1 -t 7
    refuse "WEIGHT: 'x' is" -f v1 -m v2 x
    refuse "'nobody' is neither" -a members -f v1 -m nobody 5
    refuse 'only one of -t, -u, -m, -x, -b and -R can be given' -f v1 -t 1 -u 1
    refuse '-f FROM is missing' -t 1
    for forging in -B\ any -A\ answers -r\ 5 -e\ 5; do
        # shellcheck disable=SC2086 # words
        refuse '-B, -A, -r and -e forge payments: not with -t, -u, -m or -x' -f v1 -t 1 $forging
    done
    [ ! -e answers ]
    refuse '^usage: ' -f v1 -t 1 v2 5
    refuse '^usage: ' -f v1 -m v2
}

@test "accuse: two lines in any order, from a file or stdin, and only what no honest member signs" {
    member_chain -S bft
    for block in 7 8 9; do
        signed_by v2.key "vote $chain 3 0 precommit $(printf %064d $block) $v2"
    done >votes
    head -n 2 votes >pair
    txmake -f v1 -x pair >accusation
    [ "$(cat accusation)" = "tx $chain $v1 0 1 accuse $(sort pair | xargs)" ]
    tac pair | txmake -f v1 --accuse - | cmp - accusation
    txsign -k v1.key accusation | verify -q -l ledger
    cat pair pair | txmake -f v1 -x - | cut -d ' ' -f 4 | xargs | grep -qx '0 1'
    expect 2 txmake -f v1 -x votes
    says '^txmake: votes: an odd number of lines'
    cmp accusation "$out"
    { head -n 1 votes && head -n 1 votes; } >same
    refuse 'same:2: tx: accuse: ' -f v1 -x same
    { head -n 1 votes && signed_by v1.key "vote $chain 3 0 precommit $(printf %064d 8) $v1"; } >two
    refuse 'two:2: tx: accuse: lines of two keys' -f v1 -x two
    refuse "ledger:1: 'rule' begins no line|ledger:2: 'rule'" -f v1 -x ledger
    refuse '^txmake: none: cannot open: No such file' -f v1 -x none
    expect 2 txmake -f v1 -x - < <(cat pair same)
    says '^txmake: stdin:4: tx: accuse: '
    cmp accusation "$out"
}
