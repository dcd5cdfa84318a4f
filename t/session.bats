# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common

# The main job, as a person types it; and the same at other places: many payments, a key that is far from
# the ledger, twice with the same bytes, and by sha256sum and openssl alone.

# As the main job, but for the search for a seal, which an easy target makes short.
session() {
    keygen alice >/dev/null
    keygen bob >/dev/null
    keygen miner >/dev/null
    ledger-init -n demo -t 00f "$(cut -d ' ' -f 2 alice.pub)" 1000 >ledger
}

@test "the main job, as it is written" {
    keygen alice; keygen bob; keygen miner
    ledger-init -n demo -s 2 "$(cut -d' ' -f2 alice.pub)" 1000 > ledger
    txmake -f alice bob 25 lunch | txsign -k alice.key | mine -m miner | ledger-append ledger
    verify ledger > /dev/null && ledger-balance | names >balances
    audit-by-hand ledger

    sort balances | sed 's/^account //' >got
    printf '%s\n' 'alice 974 1' 'bob 25 0' 'miner 51 0' | diff - got
    verify ledger | cmp - ledger
    [ "$(ledger-chain | grep -c '^block ')" -eq 2 ]
    [ "$(sed -n 's/^tx .* //p' ledger | wc -c)" -eq 129 ]
    ! ls ledger.torn || false
    case $(stat -c %a alice.key) in 600) ;; *) false ;; esac
}

@test "with an address book: names, NAMES, -a" {
    session
    mkdir book
    mv ./*.pub book
    cat book/*.pub >names
    pay() {
        txmake "${@:2}" -f alice bob "$1" lunch | txsign -k alice.key | mine "${@:2}" -m miner | ledger-append -q ledger
    }
    pay 1
    mv names book/all
    NAMES=book/all pay 2
    pay 3 -a book/all
    ledger-balance -a book/all bob | names -a book/all >got
    echo 'account bob 6 0' | diff - got
    NAMES=book/all ledger-balance bob | NAMES=book/all names | diff got -
    verify -q ledger
}

@test "10,000 payments through one txmake and one txsign" {
    keygen -s a alice >names
    keygen -s m miner >>names
    for i in $(seq 20); do keygen -s "b$i" "b$i" >>names; done
    ledger-init -T 1700000000 -t f -e 0 alice 1000000 >ledger
    cp ledger genesis
    awk 'BEGIN { for (i = 0; i < 10000; i++) print "alice", "b" 1 + i % 20, 1 + i % 50, "payment " i }' >lines
    txmake <lines >unsigned
    txsign -k alice.key <unsigned >txs
    [ "$(wc -l <txs)" -eq 10000 ]
    verify -q txs
    verify -q -l ledger txs
    txpool pool <txs | cmp - txs
    for n in $(seq 1 10); do
        txpool -s pool >body
        [ -s body ] || break
        mine -m miner -T $((1700000000 + 10 * n)) <body | ledger-append ledger >block
        [ "$(wc -c <block)" -le 1000000 ]
        [ "$(wc -c <block)" -gt 999000 ] || [ "$n" -eq 4 ]
    done
    [ "$n" -eq 5 ]
    verify -q ledger
    [ "$(ledger-balance alice | cut -d ' ' -f 3,4)" = "$((1000000 - $(awk '{ s += $3 + 1 } END { print s }' lines))) 10000" ]
    grep '^tx ' ledger | cmp - txs
    # a peer that has only genesis, and no index of it yet, takes the whole in one stream
    cp genesis peer
    sed 1,10d ledger >blocks
    ledger-append -j 1 -q peer <blocks
    cmp peer ledger
    [ "$(ledger-balance -l peer)" = "$(ledger-balance)" ]
    # the reference agrees, but checks 200 signatures a second
    [ "$(ledger-chain | sha256sum)" = "$(sha256sum <ledger)" ]
}

@test "signing where there is no ledger" {
    session
    mkdir vault online
    mv alice.key vault
    mv ledger ./*.pub online
    # online, without a key: what is to be signed, on a stick
    cd online
    txmake -f alice bob 25 'first of two' >../stick
    echo 'bob 5' | txmake -f alice -s 1 >>../stick
    # in the vault, without a ledger or an address book: read, then sign
    cd ../vault
    grep -c " pay $(cut -d ' ' -f 2 ../online/bob.pub) " ../stick | grep -qx 2
    txsign -k alice.key ../stick >../back
    [ "$(ls -A)" = alice.key ]
    # online again
    cd ../online
    verify -q -l ledger ../back
    mine -m miner <../back | ledger-append ledger >block
    [ "$(ledger-balance bob | cut -d ' ' -f 3)" -eq 30 ]
    verify -q ledger
    # the transaction made there as well, from what is written on paper: the chain's id and a number
    chain=$(head -n 1 ledger | tr -d '\n' | sha256sum | cut -c 1-64)
    cd ../vault
    LEDGER=/nowhere txmake -c "$chain" -s 2 -f "$(keygen -y alice.key | cut -d ' ' -f 2)" \
        "$(cut -d ' ' -f 2 ../online/bob.pub)" 7 | txsign -k alice.key >../back
    cd ../online
    mine -m miner <../back | ledger-append -q ledger
    [ "$(ledger-balance bob | cut -d ' ' -f 3)" -eq 37 ]
}

# A whole session with seeds and simulated times, each output in a file.
replay() ( # FOLDER
    mkdir "$1"
    cd "$1"
    local who n
    for who in alice bob carol miner; do
        keygen -s "session $who" $who >$who.out 2>$who.err
    done
    cat ./*.pub >names
    ledger-init -n replay -T 1700000000 -t 00f alice 1000 bob 500 >ledger
    for n in 1 2 3; do
        printf '%s\n' "alice bob $n" 'bob alice 2 change' "alice carol $n na%C3%AFve" | txmake -p pool >unsigned.$n
        txsign -k bob.key -k alice.key <unsigned.$n | txpool -j $n pool >passed.$n
        txpool -s pool >body.$n
        mine -j $n -m miner -T $((1700000000 + 12 * n)) <body.$n >block.$n
        ledger-append -T 1700009999 ledger <block.$n >appended.$n
    done
    mine -m bob -n 5 -T 1700000040 </dev/null | ledger-append -T 1700009999 -q ledger
    verify -T 1700009999 ledger >verified
    ledger-balance >balances
    ledger-chain >chain
    names ledger >named
    audit-by-hand -T 1700009999 ledger >audit
    rm ledger.index # the only file that is not the session's own: made anew from the ledger at any time
)

@test "the same session twice gives the same bytes" {
    replay one
    replay two
    diff -r one two
    [ "$(find one -type f | wc -l)" -ge 36 ]
    cmp one/ledger one/verified
    cmp one/ledger one/chain
    cmp one/ledger one/named && false
    (cd one && names -r named | cmp - ledger)
    grep -q '^tip 8 ' one/audit
}

id() {
    printf %s "$1" | sha256sum | cut -c 1-64
}

# Whether the signature of a transaction holds, by openssl alone.
openssl_says() { # TX
    local from
    from=$(printf %s "$1" | cut -d ' ' -f 3)
    printf %s "${1% *}" >message
    printf %b "$(printf %s "${1##* }" | sed 's/../\\x&/g')" >signature
    printf %b "$(printf %s "302a300506032b6570032100$from" | sed 's/../\\x&/g')" >key.der
    openssl pkeyutl -verify -pubin -inkey key.der -keyform DER -rawin -in message -sigfile signature
}

@test "every record, by sha256sum and openssl alone" {
    session
    printf '%s\n' 'alice bob 25 lunch' 'alice miner 1' 'alice bob 2 %' | txmake | txsign -k alice.key |
        mine -m miner | ledger-append -q ledger
    mine -m miner </dev/null | ledger-append -q ledger
    checked=0 parent=$(printf %064d 0) ids=()
    while IFS= read -r line; do
        read -r type height prev root _ target _ count seal <<<"$line"
        [ "$type" = block ]
        [ "$prev" = "$parent" ]
        parent=$(id "$line")
        [ "$height" -eq 0 ] || [[ ! $parent > $target ]] # proof of work: two strings compared
        [ "$height" -ne 0 ] || { chain=$parent && [ "$seal" = 0 ]; }
        ids=()
        for ((i = 0; i < count; i++)); do
            IFS= read -r line
            ids+=("$(id "$line")")
            case $line in
            tx\ *)
                [ "$(cut -d ' ' -f 2 <<<"$line")" = "$chain" ]
                openssl_says "$line"
                ! openssl_says "${line/ pay / Pay }" || false
                checked=$((checked + 1))
                ;;
            rule\ * | grant\ *) [ "$height" -eq 0 ] ;;
            *) false ;;
            esac
        done
        # the Merkle root: neighbours in pairs, a last one without a neighbour rises as it is
        [ "$count" -gt 0 ] || ids=("$(id '')")
        while [ "${#ids[@]}" -gt 1 ]; do
            above=()
            for ((i = 0; i + 1 < ${#ids[@]}; i += 2)); do above+=("$(id "${ids[i]} ${ids[i + 1]}")"); done
            [ "$i" -eq "${#ids[@]}" ] || above+=("${ids[i]}")
            ids=("${above[@]}")
        done
        [ "${ids[0]}" = "$root" ]
    done <ledger
    [ "$checked" -eq 3 ]
    [ "$(ledger-chain -t)" = "$(tail -n 1 ledger)" ]
    # a key of ours is openssl's, and the other way round
    [ "$(openssl pkey -in alice.key -pubout -outform DER | tail -c 32 | od -An -tx1 | tr -d ' \n')" = "$(cut -d ' ' -f 2 alice.pub)" ]
}

@test "a forged copy is refused at its line, by verify and by hand" {
    session
    txmake -f alice bob 25 lunch | txsign -k alice.key | mine -m miner | ledger-append -q ledger
    sed 's/ 25 lunch / 52 lunch /' ledger >forged
    expect 1 verify forged
    says '^forged:11: block: root does not match the lines'
    # what holds is passed on: all before it
    head -n 10 ledger | cmp - "$out"
    expect 1 audit-by-hand -q forged
    says '^forged:11: block: root does not match'
}

@test "a closed stdout never sends output into a file" {
    session
    txmake -f alice bob 25 | txsign -k alice.key | mine -m miner >block
    cp ledger before
    expect 2 bash -c 'ledger-append ledger <block >&-'
    says '^ledger-append: stdout: Bad file descriptor$'
    cat before block | cmp - ledger # it is in the ledger, and nothing else is
    rm ledger ledger.index
    cat before block >both # at once: it ends after the first batch
    expect 2 bash -c 'ledger-append ledger <both >&-'
    cmp both ledger
    verify -q ledger
    # and a closed stderr does no harm either
    mine -l before -m bob </dev/null >side
    bash -c 'cat side side | ledger-append -q ledger 2>&-'
    cat before block side | cmp - ledger
    expect 1 bash -c '(cat before && echo nonsense) | ledger-append -q new 2>&-'
    cmp before new
    for command in 'txmake -f alice bob 1' 'names ledger' ledger-chain ledger-balance 'verify ledger' \
        'keygen -y alice.key' 'txsign -k alice.key ledger'; do
        expect 2 bash -c "$command >&-"
    done
    cat before block side | cmp - ledger
}
