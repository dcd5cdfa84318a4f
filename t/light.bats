load lib/common
load lib/ledger

# verify -H: a chain judged by its headers, and proofs by them.

# A chain of eight blocks whose targets move; in `heads` as `ledger-chain -H` prints it.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    keygen -s "demo alice" alice >names 2>/dev/null
    keygen -s "demo bob" bob >>names 2>/dev/null
    ledger-init -n light -T 1700000000 -t 7f -e 120 alice 1000 >ledger
    cp ledger genesis
    for i in 1 2 3 4 5 6 7 8; do
        printf 'bob %d\n' "$i" | paid alice ledger | mine -m alice -T $((1700000000 + 17 * i)) | ledger-append -q
    done
    { cat genesis && headers ledger | tail -n +2; } >heads
    rm ledger.index*
}

setup() {
    fresh_folder
    cp "$BATS_FILE_TMPDIR"/* .
    first=$(wc -l <genesis) # the genesis block's last line
}

# The blocks of a side branch as headers: COUNT of them on the chain of the first N headers of the ledger.
branch() { # HEIGHT COUNT
    local i time
    ledger-chain -n $(($1 + 1)) >branch.ledger
    for ((i = 1; i <= $2; i++)); do
        time=$(ledger-chain -t branch.ledger | cut -d ' ' -f 5)
        mine -l branch.ledger -m bob -T $((time + 5)) </dev/null >branch.block
        ledger-append -q branch.ledger <branch.block
        cat branch.block
    done
}

# A header with a seal that meets its target, whatever else is wrong with it: the line on stdin, its seal replaced.
sealed() {
    local line nonce=0 target hash
    read -r line
    line=${line% *}
    target=$(cut -d ' ' -f 6 <<<"$line")
    while :; do
        hash=$(printf '%s %x' "$line" $nonce | sha256sum)
        [[ ${hash%% *} > $target ]] || break
        nonce=$((nonce + 1))
    done
    printf '%s %x\n' "$line" $nonce
}

@test "the headers of a ledger hold, and come out as they are" {
    ledger-chain -H | cmp - heads
    expect 0 verify -H heads
    cmp heads "$out"
    [ ! -s "$err" ]
    expect 0 verify -Hq heads
    [ ! -s "$out" ]
    expect 0 verify --headers - <heads
    cmp heads "$out"
    gzip -k heads
    expect 0 verify -H heads.gz heads
    cat heads heads | cmp - "$out"
    # a header that was given before is no fault
    cat heads <(tail -n 3 heads) >twice
    expect 0 verify -H twice
}

@test "without -H headers are no ledger, and with it a ledger is not headers" {
    expect 1 verify heads
    says '^heads:[0-9]+: block: cut short: 0 of its 1 lines are there'
    expect 1 verify -H ledger
    [ "$(grep -c "expected a header or a proof, not 'tx': blocks have no bodies here" "$err")" -eq 8 ]
    cmp heads "$out"
    { cat heads names && sed -n 2p genesis && echo 'hint x'; } >stream
    expect 1 verify -H stream
    says "^stream:$((first + 9)): expected a header or a proof, not 'key'"
    says "^stream:$((first + 11)): rule: stands outside of the genesis block"
    says "^stream:$((first + 12)): expected a header or a proof, not 'hint'"
    cmp heads "$out"
    # a secret key is named by mistake
    keygen -s secret secret >key.line 2>keygen.err
    expect 1 verify -H secret.key
    [ "$(cat "$out" "$err" | grep -cF "$(sed -n 2p secret.key)")" -eq 0 ]
}

# Replaces the header at a height by what the rest of the command prints of it.
spoiled() { # HEIGHT COMMAND...
    local line=$((first + $1))
    shift
    head -n $((line - 1)) heads
    sed -n "${line}p" heads | "$@"
    tail -n +$((line + 1)) heads
}

# The header at a height falls with this reason; those behind it have no parent.
falls_at() { # HEIGHT WHY
    expect 1 verify -q -H bad
    [ "$(grep -c ' is not among the headers before it$' "$err")" -le 1 ]
    expect 1 verify -v -H bad
    says "^bad:$((first + $1)): block: $2"
    [ "$(wc -l <"$err")" -eq $((9 - $1)) ]
    [ "$(grep -c ' is not among the headers before it$' "$err")" -eq $((8 - $1)) ]
    head -n $((first + $1 - 1)) heads | cmp - "$out"
    verify -q -H heads
}

@test "what an operation is at least is no rule: a header may count more lines than transactions have room" {
    spoiled 8 bash -c "$(declare -f sealed); awk '{ \$8 = 200000 } 1' | sealed" >short
    cmp -s heads short && return 1
    expect 0 verify -H short
    cmp short "$out"
}

@test "a forged header in the middle: target, height, time, work, link, count" {
    spoiled 4 sed 's/^block 4/block 5/' | cat >bad0
    spoiled 4 bash -c "$(declare -f sealed); sed 's/^block 4/block 5/' | sealed" >bad
    falls_at 4 'height 5, expected 4$'
    spoiled 4 bash -c "$(declare -f sealed); awk '{ \$6 = substr(\$6, 1, 63) \"0\" } 1' | sealed" >bad
    falls_at 4 'target should be [0-9a-f]{64}$'
    # easier than it may be
    spoiled 4 bash -c "$(declare -f sealed); awk '{ \$6 = \"f\" substr(\$6, 2) } 1' | sealed" >bad
    falls_at 4 'target should be [0-9a-f]{64}$'
    # a seal that does not meet the target: the first that does not
    line=$(sed -n "$((first + 4))p" heads)
    for nonce in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
        hash=$(printf '%s %s' "${line% *}" $nonce | sha256sum)
        [[ ${hash%% *} > $(cut -d ' ' -f 6 <<<"$line") ]] && break
    done
    spoiled 4 sed "s/[^ ]*\$/$nonce/" >bad
    falls_at 4 'no proof of work: its hash is over the target$'
    # not after the median of 1700000000, ..17, ..34 and ..51, the upper one of two
    spoiled 4 bash -c "$(declare -f sealed); awk '{ \$5 = 1700000034 } 1' | sealed" >bad
    falls_at 4 'time 1700000034 is not after 1700000034, the median of the last 11$'
    spoiled 4 bash -c "$(declare -f sealed); awk '{ \$3 = \"$(printf %064d 7)\" } 1' | sealed" >bad
    falls_at 4 "its parent 0*7 is not among the headers before it\$" || [ "$(wc -l <"$err")" -eq 5 ]
    # more lines than any block has room for
    spoiled 4 bash -c "$(declare -f sealed); awk '{ \$8 = 600000 } 1' | sealed" >bad
    falls_at 4 'count 600000: it is over maxblock, [0-9]+ bytes$'
    spoiled 4 cut -d ' ' -f 1-8 >bad
    falls_at 4 '8 fields, expected 9$'
    spoiled 4 true >bad
    expect 1 verify -H bad
    [ "$(wc -l <"$err")" -eq 2 ]
    says '^verify: bad: 3 more records refused because of those named above [(]-v names each[)]$'
    expect 1 verify -v -H bad
    [ "$(wc -l <"$err")" -eq 4 ]
}

@test "a time that is too far ahead of the clock" {
    expect 0 verify -H -T 1700000016 heads
    expect 1 verify -H -T 1700000015 heads
    says "^heads:$((first + 8)): block: time 1700000136 is over 120 s ahead of the clock, 1700000015\$"
    expect 2 verify -H -T x heads
}

@test "what verify says of the blocks, it says of their headers" {
    need python3
    for file in "$VECTORS"/good/*; do
        zcat -f "$file" | awk '/^block /{ n++ } /^block / || n == 1' >x
        expect 0 verify -H x
        cmp x "$out"
    done
}

@test "an eight of blocks with one digit changed anywhere in a header" {
    # every header says its parent's id, so that a changed one has no children; only a seal can be another
    awk -v first="$first" -v few="$(few 5 41)" 'NR > first { head = $0; n = 0
        for (at = 7; at <= length($0); at += few) {
            c = substr($0, at, 1)
            if (c != " ")
                print substr($0, 1, at - 1) (c == "1" ? "2" : "1") substr($0, at + 1) } }' heads >changed
    cat heads changed | verify -H -T 1800000000 2>told >out || true
    # of those that hold, each is a block of its own: the same parent, rules and target
    tail -n +$((first + 9)) out | while read -r line; do
        hash=$(printf %s "$line" | sha256sum)
        # shellcheck disable=SC2086 # fields
        set -- $line
        [[ ! ${hash%% *} > $6 ]]
        { cut -d ' ' -f 1-3,6 heads | grep -Fqx "$1 $2 $3 $6"; } || { echo "passed: $line" && false; }
    done
    [ "$(wc -l <told)" -gt "$(few 50 5)" ]
}

@test "the genesis block: missing, without its body, cut, forged, another" {
    tail -n +$((first + 1)) heads >headless
    expect 0 verify -H headless
    cmp headless "$out"
    says '^verify: headless: no genesis block came first: headers were taken at their word$'
    { head -n 1 heads && cat headless; } >bodiless
    expect 0 verify -H bodiless
    says '^verify: bodiless: no genesis block came first'
    # but not without work, even so
    sed -E '3s/[^ ]*$/0/; 3s/ [0-9a-f]{64} ([0-9a-f]{64} [0-9]+ [^ ]*)$/ 0000000000000000000000000000000000000000000000000000000000000001 \1/' headless >lazy
    expect 1 verify -H lazy
    says '^lazy:3: block: no proof of work'
    # a rule is missing
    sed 3d heads >bad
    expect 1 verify -H bad
    says '^bad:1: block: cut short: '
    [ ! -s "$out" ]
    says "^bad:$first: block: no genesis before it that holds\$"
    sed 's/^rule spacing 10$/rule spacing 11/' heads >bad
    expect 1 verify -H bad
    says '^bad:1: block: root does not match the lines'
    head -n 5 heads >bad
    expect 1 verify -H bad
    says '^bad:1: block: cut short: 4 of its '
    head -c 500 heads >bad
    expect 1 verify -H bad
    says '^bad:[0-9]+: line: torn'
    ledger-init -n another -T 1700000000 -t 7f alice 1 >another.chain
    cat heads another.chain >bad
    expect 1 verify -H bad
    says "^bad:$((first + 9)): block: another chain's genesis\$"
    cat another.chain headless >bad
    expect 1 verify -H bad
    cmp another.chain "$out"
    : >empty
    expect 1 verify -H empty
    says '^empty:1: empty: no record, and no genesis block$'
}

@test "proofs by headers: on the best chain of those before them" {
    for i in 1 4 8; do
        tx=$(blocks ledger $i | tail -n 1 | id)
        ledger-proof "$tx" >both.$i
        tail -n 1 both.$i >proof.$i
    done
    cat heads proof.[148] >stream
    expect 0 verify -H stream
    cmp stream "$out"
    cat heads both.[148] | cmp - <(cat heads both.[148] | verify -H)
    # the header must come before it, and be there
    cat <(head -n $((first + 4)) heads) proof.4 proof.8 <(tail -n +$((first + 5)) heads) >stream
    expect 1 verify -H stream
    says "^stream:$((first + 6)): proof: its block $(ledger-chain -t | id) is not among the headers before it\$"
    [ "$(wc -l <"$err")" -eq 1 ]
    # without a genesis, by a header taken at its word
    expect 0 verify -H both.4
    cmp both.4 "$out"
    says 'headers were taken at their word$'
    { head -n 1 both.4 && cat proof.8; } >stream
    expect 1 verify -H stream
    # a digit of the path
    cat heads <(sed 's/.$/x/; s/[0-9a-f]x$/0&/; s/x$//' proof.4) >stream
    expect 1 verify -H stream
}

@test "side branches: the one with the most work is the best, of equals the first" {
    branch 6 2 >even
    branch 6 1 >shorter
    branch 6 5 >longer
    tx=$(blocks ledger 8 | tail -n 1 | id)
    early=$(blocks ledger 5 | tail -n 1 | id)
    ledger-proof "$tx" | tail -n 1 >proof
    ledger-proof "$early" | tail -n 1 >proof.early
    cat heads shorter proof proof.early >stream
    expect 0 verify -H stream
    cmp stream "$out"
    cat heads longer proof proof.early >stream
    expect 1 verify -H stream
    says "^stream:$((first + 8 + 5 + 1)): proof: its block $(ledger-chain -t | id) is off the best chain of the headers before it\$"
    [ "$(wc -l <"$err")" -eq 1 ]
    cat heads longer proof.early | cmp - "$out"
    # one that held, until later headers took its block off the best chain
    cat heads proof proof.early longer >stream
    expect 1 verify -H stream
    cmp stream "$out"
    says "^stream: proof: a later header took block $(ledger-chain -t | id), of a proof above, off the best chain\$"
    [ "$(wc -l <"$err")" -eq 1 ]
    # the tree is the ledger's
    cp ledger tree
    ledger-append -q tree <longer 2>told
    grep -q 'reorg: 2 blocks undone' told
    ledger-chain tree | tail -n 5 | cmp - longer
}

@test "of branches with as much work, the first is the best" {
    mkdir easy && cd easy
    easy_chain
    for who in alice bob; do
        cp genesis $who.ledger
        printf 'bob 1 %s\n' $who | paid alice genesis | mined_with genesis 1 $who >$who.block
        ledger-append -q $who.ledger <$who.block
        ledger-proof -l $who.ledger "$(tail -n 1 $who.block | id)" | tail -n 1 >$who.proof
        head -n 1 $who.block >$who.head
    done
    cat genesis alice.head bob.head alice.proof bob.proof >stream
    expect 1 verify -H stream
    grep -v -f bob.proof stream | cmp - "$out"
    cat genesis bob.head alice.head alice.proof bob.proof >stream
    expect 1 verify -H stream
    grep -v -f alice.proof stream | cmp - "$out"
}

@test "among random branches, the proofs that hold are those of the ledger's best chain" {
    for ((round = $(few 2 1); round > 0; round--)); do
        cp genesis tree
        rm -f tree.index* proofs
        for ((i = 0; i < 12; i++)); do
            mapfile -t all < <(ids tree)
            ledger-chain -b "${all[RANDOM % ${#all[@]}]}" tree >part
            rm -f part.index*
            time=$(ledger-chain -t part | cut -d ' ' -f 5)
            echo "bob 1 $i" | paid alice part | mine -l part -m bob -T $((time + 1 + RANDOM % 20)) >block
            ledger-append -q tree <block 2>told
            ledger-proof -l tree -b "$(head -n 1 block | id)" "$(tail -n 1 block | id)" | tail -n 1 >>proofs
        done
        { cat genesis && headers tree | tail -n +2; } >stream
        cp stream want
        while read -r line; do
            # shellcheck disable=SC2086 # fields
            set -- $line
            ledger-proof -l tree "$5" 2>told | sed -n 2p >>want
        done <proofs
        cat stream proofs | verify -H -T 1800000000 2>told | cmp - want
        ledger-chain -H tree >stream
        expect 0 verify -q -H -T 1800000000 stream
    done
}

@test "headers go out as they come in, while the pipe stays open" {
    mkfifo in
    verify -H <in >got 2>told 3>&- &
    pid=$!
    exec 7>in
    cat genesis >&7
    eventually cmp -s genesis got
    sed -n "$((first + 1))p" heads >&7
    head -n $((first + 1)) heads >passed
    eventually cmp -s passed got
    printf 'block half' >&7
    exec 7>&-
    status=0
    wait $pid || status=$?
    [ "$status" -eq 1 ]
    grep -q "^stdin:$((first + 2)): line: torn" told
}

@test "usage, and a stdout that cannot be written" {
    expect 2 verify -H -l ledger heads
    says '^verify: -H judges by the headers that it reads: not with -l$'
    expect 2 verify -H gone
    expect 2 sh -c 'verify -H heads >/dev/full'
    says '^verify: stdout: No space left on device$'
    expect 1 sh -c 'verify -H -q ledger >/dev/full'
}
