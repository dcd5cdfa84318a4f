load lib/common
load lib/ledger

# LEDGER.index: whatever becomes of it, the answers are those of a fresh one. The file is the truth.

# A ledger with payments, two branches and a few accounts; `side` is the id of the lost branch's tip.
indexed_chain() {
    easy_chain
    cp ledger other
    seq 40 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 12 miner | ledger-append -q
    seq 20 | sed 's/.*/bob 2 &/' | paid alice other | mined_with other 5 bob >branch
    ledger-append -q <branch
    headers branch | tail -n 1 | id >side
    { mined ledger 1 bob && echo 'bob 3' | paid alice ledger && blocks ledger 3; } >probe
    rm -f ledger.index other*
    ledger-chain -t >/dev/null
}

# The questions: each a program that goes its own way through the index.
questions() {
    cat <<END
ledger-chain -t ledger
ledger-chain ledger
ledger-chain -b $(cat side) ledger
ledger-balance
ledger-balance alice bob miner
ledger-balance -s 1
ledger-balance -b $(cat side)
ledger-history alice
verify -l ledger probe
txmake -f alice bob 1
END
}

# Asks them all; the answers into files, one each.
ask() { # FOLDER
    local n=0 question
    mkdir -p "$1"
    while read -r question; do
        # shellcheck disable=SC2086 # words
        $question >"$1/$n" 2>"$1/err.$n" </dev/null || echo "status $?" >>"$1/$n"
        n=$((n + 1))
    done < <(questions)
}

# The answers must be those that a fresh index gave.
asked_again() {
    rm -rf now
    ask now
    diff -r truth now
}

setup_truth() {
    indexed_chain
    cp ledger.index fresh
    rm ledger.index
    ask truth
    [ "$(find truth -name 'err.*' -size +0 | wc -l)" -eq 0 ] || { cat truth/err.* && return 1; }
    refute grep -q '^status' truth/*
    rm -f ledger.index*
    ledger-chain -t >/dev/null
    cp ledger.index fresh
}

@test "deleted, emptied, of zeros, of nonsense: it is made again" {
    setup_truth
    rm ledger.index
    asked_again
    : >ledger.index
    asked_again
    head -c 20000 /dev/zero >ledger.index
    asked_again
    head -c 20000 ledger >ledger.index
    asked_again
    seq 5000 >ledger.index
    asked_again
    rm ledger.index && mkdir ledger.index
    asked_again
    [ -d ledger.index ]
    rmdir ledger.index
    ln -s nowhere ledger.index
    asked_again
}

@test "cut anywhere: made again" {
    setup_truth
    size=$(stat -c %s fresh)
    for ((cut = 1; cut < size; cut += size / $(few 10 4))); do
        rm -f ledger.index*
        head -c $cut fresh >ledger.index
        right_or_trouble
    done
}

# Asks all questions of a damaged index, each of the same damage. An answer is right, or the program ends with 2
# and is right the next time.
right_or_trouble() {
    local n=0 question status
    cp ledger.index damaged
    while read -r question; do
        rm -f ledger.index*
        cp damaged ledger.index
        status=0
        # shellcheck disable=SC2086 # words
        $question >now 2>told </dev/null || status=$?
        if [ "$status" -eq 2 ]; then
            grep -q ': index: ' told
            status=0
            # shellcheck disable=SC2086 # words
            $question >now 2>told </dev/null || status=$?
            # the other answers have come to a sound index, too
            [ -n "${ALL-}" ] || return 0
        fi
        [ "$status" -eq 0 ] || { echo "$question" && cat told && return 1; }
        cmp "truth/$n" now || { echo "$question" && return 1; }
        n=$((n + 1))
    done < <(questions)
}

# Overwrites bytes of the file: poke FILE OFFSET BYTES-IN-HEX
poke() {
    # shellcheck disable=SC2059 # escapes
    printf "$(printf %s "$3" | sed 's/../\\x&/g')" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

random() { # BELOW
    echo $(((RANDOM << 15 | RANDOM) % $1))
}

# bats test_tags=thorough
@test "bytes changed at random places: the answers are right, or trouble that mends itself" {
    setup_truth
    size=$(stat -c %s fresh)
    RANDOM=7
    for ((i = 0; i < $(few 24 6); i++)); do
        rm -f ledger.index*
        cp fresh ledger.index
        at=$(random "$size")
        case $((i % 3)) in
        0) poke ledger.index "$at" "$(printf %02x "$(random 256)")" ;;
        1) poke ledger.index "$at" "$(printf %08x%08x "$(random 1000000000)" "$(random 1000000000)")" ;;
        2) dd if=/dev/zero of=ledger.index bs=512 seek=$((at / 512)) count=1 conv=notrunc status=none ;;
        esac
        echo "$i: at $at"
        ALL=1 right_or_trouble
    done
}

# bats test_tags=thorough
@test "a bit flipped in any key or value of a row is never believed" {
    setup_truth
    # wherever an account's key or a block's id stands: in its row, and in the index over it
    {
        account alice && account bob && account miner && cat side && ledger-chain -t | id
        blocks ledger 3 3 | head -n 1 | id
    } >keys
    while read -r key; do
        # shellcheck disable=SC2001 # that has no &
        grep -obUaP "$(sed 's/../\\x&/g' <<<"$key")" fresh | cut -d : -f 1
    done <keys >places
    [ "$(wc -l <places)" -ge 12 ]
    n=0
    while read -r place; do
        offsets=(0 31 33) # its first byte, its last, and one behind it
        at=$((place + offsets[n++ % 3]))
        rm -f ledger.index*
        cp fresh ledger.index
        old=$(od -An -tx1 -j "$at" -N 1 fresh | tr -d ' ')
        poke ledger.index "$at" "$(printf %02x $((0x$old ^ 4)))"
        echo "at $at"
        right_or_trouble
    done < <(few "$(cat places)" "$(head -n 2 places)")
}

@test "of another ledger: swapped ones are told apart" {
    setup_truth
    cp ledger first
    ledger-init -n easy -T 1700000000 -e 0 -t f bob 77 >other
    ledger-append -q other <<<"$(mined other 17 bob)"
    ledger-balance -l other >of.other
    cp other.index aside
    # both are closed, so that nothing but the file itself is there
    cp ledger.index other.index && cp aside ledger.index
    asked_again
    ledger-balance -l other | cmp - of.other
    # the ledger itself replaced: by another, by itself, shorter, longer
    cp other ledger.new && mv ledger.new ledger
    ledger-balance | cmp - of.other
    cp first ledger.new && mv ledger.new ledger
    asked_again
    cp other ledger # in place
    ledger-balance | cmp - of.other
    cp first ledger
    asked_again
}

@test "of an older version, or no index of ours at all" {
    need sqlite3
    setup_truth
    sqlite3 ledger.index 'PRAGMA user_version = 0'
    asked_again
    sqlite3 ledger.index 'PRAGMA user_version = 99'
    asked_again
    rm -f ledger.index*
    sqlite3 ledger.index 'CREATE TABLE account(name); INSERT INTO account VALUES(1)'
    asked_again
    sqlite3 ledger.index 'DROP TABLE account'
    asked_again
    sqlite3 ledger.index 'DROP TABLE journal; CREATE TABLE journal(block, bytes, sum)'
    asked_again
    # the right version, with nothing in it
    sqlite3 ledger.index 'DELETE FROM ledger'
    asked_again
    sqlite3 ledger.index 'DELETE FROM block'
    ledger-balance >/dev/null 2>&1 || [ $? -eq 2 ]
    asked_again
}

@test "stale: the ledger became longer, shorter, another" {
    setup_truth
    cp ledger whole
    for part in 1 5 13 17; do
        blocks whole 0 $part >short
        cp ledger.index index
        for how in inode inplace; do
            rm -f ledger.index*
            cp index ledger.index
            if [ $how = inode ]; then
                cp short ledger.new && mv ledger.new ledger
            else
                cp short ledger
            fi
            reference_balances short | diff - <(ledger-balance)
            cp whole ledger # longer, at once
            asked_again
            cp short ledger && ledger-chain -t >/dev/null
            blocks whole $((part + 1)) 99 >>ledger # grown by somebody
            asked_again
        done
    done
}

# Balances from an index of its own.
reference_balances() { # LEDGER
    rm -rf apart && mkdir apart && cp "$1" apart/ledger
    ledger-balance -l apart/ledger
}

@test "the ledger edited in place, its size unchanged: what it says now counts" {
    setup_truth
    ledger-chain -t >/dev/null
    line=$(grep -nm 3 '^tx ' ledger | tail -n 1 | cut -d : -f 1)
    header=$(grep -nm 2 '^block ' ledger | tail -n 1 | cut -d : -f 1)
    cp ledger good
    sed -i.old "${line}s/ 1 \([0-9]*\) / 2 \1 /" ledger
    refute cmp -s ledger good
    [ "$(stat -c %s ledger)" = "$(stat -c %s good)" ]
    for question in 'ledger-chain -t' ledger-balance 'ledger-append' 'verify -l ledger'; do
        # shellcheck disable=SC2086 # words
        expect 1 $question </dev/null
        says "^${question%% *}: ledger:$header: block: root does not match"
    done
    # in place, with the times of before
    cp good ledger
    asked_again
    touch -r ledger time
    poke ledger "$(head -n $((line - 1)) ledger | wc -c)" 54 # tx becomes Tx
    touch -r time ledger
    expect 1 ledger-balance
    says "^ledger-balance: ledger:$line: block: its body holds only tx lines"
    cp good ledger
    asked_again
}

@test "a ledger edited while it grew" {
    setup_truth
    cp ledger good
    header=$(grep -nm 2 '^block ' ledger | tail -n 1 | cut -d : -f 1)
    mined ledger 1 bob >rest
    poke ledger "$(($(head -n $((header + 1)) ledger | wc -c) + 250))" 37
    refute cmp -s ledger good
    cat rest >>ledger
    expect 1 ledger-balance
    says "^ledger-balance: ledger:$header: block: root does not match"
    cp ledger bad
    expect 1 ledger-append <rest
    cmp ledger bad
}

@test "who cannot write has the right answers, too" {
    setup_truth
    can_be_nobody
    chmod 755 .
    chmod 644 ./*
    mkdir closed && cp -p ledger names ./*.pub side probe closed/
    cd closed
    mv ../truth . && chmod 755 truth
    questions >/dev/null
    for index in none good stale nonsense unreadable; do
        rm -f ledger.index*
        case $index in
        good) ledger-chain -t >/dev/null ;;
        stale) cp ../fresh ledger.index ;;
        nonsense) seq 1000 >ledger.index ;;
        unreadable) ledger-chain -t >/dev/null && chmod 000 ledger.index ;;
        esac
        [ ! -e ledger.index ] || [ $index = unreadable ] || chmod 444 ledger.index
        chmod 555 .
        cp -p ledger.index ../before 2>/dev/null || :
        find . -name 'ledger?*' | sort >../files
        n=0
        while read -r question; do
            # shellcheck disable=SC2086 # words
            expect 0 as_nobody $question
            cmp "$out" "truth/$n"
            n=$((n + 1))
        done < <(questions)
        if [ $index != none ]; then cmp ledger.index ../before; fi
        find . -name 'ledger?*' | sort | cmp - ../files
    done
}

@test "an index that may be read and not written, in a folder that may be" {
    setup_truth
    can_be_nobody
    mkdir open && chmod 777 open && cp -p ledger side probe names ./*.pub open/
    chmod 755 . && chmod 644 open/*
    cd open
    ledger-chain -t >/dev/null && chmod 444 ledger.index
    cp ledger.index ../before
    expect 0 as_nobody ledger-balance
    cmp "$out" ../truth/3
    cmp ledger.index ../before
}

# Every state that ledger-balance may give while blocks are appended one by one: a line each, its own newlines as ';'.
states() { # LEDGER
    local height
    for ((height = 0; height <= $(ledger-chain -t "$1" | cut -d ' ' -f 2); height++)); do
        ledger-balance -l "$1" -s $height | tr '\n' ';'
        echo
    done
}

@test "readers while a writer appends: every answer is a state that the ledger had" {
    easy_chain
    cp ledger final
    many=$(few 300 40)
    mined ledger "$many" bob >chain
    ledger-append -q final <chain
    states final >valid
    ledger-balance -s 0 >first
    rm -f ledger.index*
    mkfifo in
    ledger-append -q <in 2>told 3>&- &
    writer=$!
    exec 7>in
    # one block a batch, as fast as the writer takes them
    { awk '{ print; fflush() }' chain >&7 && touch fed; } 3>&- &
    feeder=$!
    exec 7>&-
    for who in 1 2; do
        (
            while :; do
                ledger-balance >"all.$who" 2>"told.$who" || exit 1
                tr '\n' ';' <"all.$who" | sed 's/$/\n/' >>"seen.$who"
                # at a height that does not move any more, walked back from one that does
                ledger-balance -s 0 >"all.$who" 2>"told.$who" && cmp "all.$who" first || exit 1
                ledger-balance alice bob | sort >"all.$who" 2>"told.$who" || exit 1
                tr '\n' ';' <"all.$who" | sed 's/$/\n/' >>"some.$who"
                ledger-chain >"all.$who" 2>"told.$who" || exit 1
                head -c "$(stat -c %s "all.$who")" final | cmp - "all.$who" || exit 1
                [ ! -e fed ] || break
            done
        ) 3>&- &
        readers[who]=$!
    done
    wait "$feeder"
    wait "$writer"
    for who in 1 2; do
        wait "${readers[who]}" || { cat told.$who && return 1; }
        only_waited told.$who
        [ -s seen.$who ]
        [ -z "$(sort -u seen.$who | comm -23 - <(sort -u valid))" ]
    done
    only_waited told
    ledger-balance | cmp - <(ledger-balance -l final)
}

@test "what a link of its name leads to is left alone" {
    easy_chain
    echo notes >notes
    for what in index checked; do
        rm -f "ledger.$what"
        ln -s notes "ledger.$what"
    done
    ledger-balance alice
    mined ledger 1 alice | verify -l ledger | ledger-append -q
    [ "$(cat notes)" = notes ]
    ledger-balance | cmp - <(cp ledger other && ledger-balance -l other)
}

@test "several readers make it at once" {
    easy_chain
    mined ledger "$(few 3000 200)" bob | ledger-append -q
    ledger-balance >want
    for round in $(few '1 2 3 4 5' 1); do
        rm -f ledger.index*
        [ $((round % 2)) -eq 0 ] || seq 1000 >ledger.index
        pids=()
        for who in 1 2 3 4; do
            ledger-balance >"got.$who" 2>"told.$who" 3>&- &
            pids+=($!)
        done
        for pid in "${pids[@]}"; do
            wait "$pid"
        done
        for who in 1 2 3 4; do
            cmp want got.$who
            only_waited told.$who
        done
        ledger-balance | cmp - want
    done
}

@test "deleted while a writer is at work: it goes on" {
    easy_chain
    mined ledger 6 bob >chain
    mkfifo in
    ledger-append <in >got 2>told 3>&- &
    writer=$!
    exec 7>in
    for n in 1 2 3 4 5 6; do
        head -n $n chain >want
        tail -n 1 want >&7
        eventually cmp -s want got
        case $n in
        2) rm -f ledger.index* ;;                       # and nobody makes it
        4) rm -f ledger.index && ledger-chain >/dev/null ;; # and a reader does, beside what the writer has open
        5) seq 100 >ledger.index ;;
        esac
        [ $n -eq 5 ] || ledger-chain | cmp - <(cat genesis want)
    done
    exec 7>&-
    wait "$writer"
    only_waited told
    cat genesis chain | cmp - ledger
    echo "account $BOB 300 0" | diff - <(ledger-balance bob)
}

@test "a writer waits for another that has it locked, and says so" {
    need sqlite3
    setup_truth
    mkfifo ask
    sqlite3 ledger.index <ask >answer 2>&1 3>&- &
    shell=$!
    exec 7>ask
    echo "BEGIN IMMEDIATE; SELECT 'locked';" >&7
    eventually grep -q locked answer
    mined ledger 1 bob >block
    ledger-append <block >passed 2>told 3>&- 7>&- &
    writer=$!
    eventually grep -qx "ledger-append: waiting for another program that has the ledger's index locked" told
    echo 'ROLLBACK;' >&7
    exec 7>&-
    wait "$writer"
    wait "$shell"
    cmp passed block
    [ "$(wc -l <told)" -eq 1 ]
}

@test "others may have it open, and move its pages" {
    need sqlite3
    setup_truth
    cp ledger.index before
    inode=$(stat -c %i ledger.index)
    mkfifo ask
    sqlite3 ledger.index <ask >answer 2>&1 3>&- &
    shell=$!
    exec 7>ask
    echo 'SELECT count(*) FROM block;' >&7
    eventually grep -q '^1[0-9]$' answer
    # the writer closes it while the shell has it open, so that the shell is the one who puts things away
    mined ledger 20 bob | ledger-append -q
    seq 100 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 1 bob | ledger-append -q
    [ -s ledger.index-wal ]
    echo 'SELECT count(*) FROM block;' >&7
    eventually grep -q '^3[0-9]$' answer
    exec 7>&-
    wait "$shell"
    [ ! -e ledger.index-wal ]
    refute cmp -s ledger.index before
    mkdir apart && cp ledger apart/ledger
    for question in ledger-balance ledger-chain 'ledger-balance alice' 'ledger-balance -s 3'; do
        # shellcheck disable=SC2086 # words
        expect 0 $question
        (cd apart && LEDGER=ledger NAMES=../names $question) | cmp - "$out"
    done
    [ "$(stat -c %i ledger.index)" = "$inode" ] # it was not made anew
}

# A page that another program moved has no sum, and neither has what a temporary index reads back.
@test "damage to a page without a sum is found by the sums of its rows" {
    need sqlite3
    setup_truth
    mkfifo ask
    sqlite3 ledger.index <ask >answer 2>&1 3>&- &
    shell=$!
    exec 7>ask
    echo 'SELECT count(*) FROM block;' >&7
    eventually grep -q '^1[0-9]$' answer
    mined ledger 20 bob | ledger-append -q # the shell moves the pages, as it closes last
    seq 60 | sed 's/.*/bob 1 &/' | paid alice ledger | mined_with ledger 1 bob | ledger-append -q
    exec 7>&-
    wait "$shell"
    [ ! -e ledger.index-wal ]
    { mined ledger 1 bob && echo 'bob 3' | paid alice ledger; } >probe
    cp ledger.index fresh
    rm -rf truth ledger.index
    ask truth
    refute grep -q '^status' truth/*
    while read -r change; do
        rm -f ledger.index*
        cp fresh ledger.index
        sqlite3 ledger.index "$change"
        refute cmp -s ledger.index fresh
        echo "$change"
        right_or_trouble
    done <<END
UPDATE account SET balance = balance + 1
UPDATE account SET seq = seq + 1
UPDATE block SET time = time + 1000000, latest = latest + 1000000
UPDATE block SET main = 0 WHERE height = 5
UPDATE block SET main = 0 WHERE height = (SELECT max(height) FROM block)
UPDATE block SET main = 0
UPDATE block SET main = 0 WHERE height = 0
UPDATE journal SET bytes = zeroblob(0)
UPDATE ledger SET best = best - 1
UPDATE ledger SET rules = replace(rules, 'minfee 1', 'minfee 5')
END
}

@test "it says what is documented: SQL has the same answers" {
    need sqlite3
    setup_truth
    # one after the other: whoever leaves the index last has it for itself for a moment
    ledger-balance >balances
    ledger-chain >chain
    sqlite3 -separator ' ' ledger.index "SELECT 'account', lower(hex(id)), balance, seq FROM account WHERE balance IS NOT NULL ORDER BY id" |
        diff - balances
    sqlite3 ledger.index 'SELECT lower(hex(id)) FROM block WHERE main ORDER BY height' | diff - <(ids chain)
    sqlite3 ledger.index 'SELECT lower(hex(id)) FROM block ORDER BY n' | diff - <(ids ledger)
    sqlite3 ledger.index 'SELECT count(*) FROM payment' | grep -qx 40
    sqlite3 ledger.index 'SELECT lower(hex(id)) FROM tx ORDER BY offset' | diff - <(grep '^tx ' ledger | while read -r line; do id <<<"$line"; done)
    [ "$(sqlite3 ledger.index 'PRAGMA integrity_check')" = ok ]
}

@test "SQLite's functions for SQL that nobody calls do not make each program load libm" {
    ldd "$BIN/ledger-chain" >libraries
    ! grep -q 'libsqlite3\|libasan\|libtsan\|libubsan' libraries || skip 'SQLite is not embedded here'
    refute grep libm libraries
}

@test "the view of payments: a row for each of a batch, and who paid the fee" {
    need sqlite3
    rows() { # VECTOR
        cp "$VECTORS/v2/good/$1.ledger" ledger
        rm -f ledger.index*
        ledger-chain -t >tip
        sqlite3 -separator ' ' ledger.index "SELECT height, line, place, sender, seq, fee, coalesce(sponsor, '-'), recipient, amount
            FROM payment ORDER BY height, line, place"
    }
    # what the records say, by awk
    wanted() { # LEDGER
        awk '$1 == "block" { height = $2; line = -1 } $1 != "block" { line++ }
            $1 == "tx" {
                sponsor = "-"
                for (end = 6; end <= NF && $end != "sponsor"; end++) {}
                if (end < NF) sponsor = $(end + 1)
                if ($6 == "pay") print height, line, 0, $3, $4, $5, sponsor, $7, $8
                for (i = 8; $6 == "batch" && i < end && i < NF; i += 2)
                    print height, line, (i - 8) / 2, $3, $4, i == 8 ? $5 : 0, sponsor, $i, $(i + 1)
            }' "$1"
    }
    for vector in batch-three-same-payee batch-pays-itself-then-on sponsor-seq-stays slh-dsa-sponsor slh-dsa-in-policy; do
        rows $vector >got
        wanted ledger | diff - got
        [ -s got ]
    done
}
