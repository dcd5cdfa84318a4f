# shellcheck disable=SC2094 # the same word is a name in a command and a file
load lib/common
load lib/ledger

# ledger-watch: reorganisations, the double spends that they undid, and checkpoints that contradict each other.

# A story. Blocks on `ledger`: height 1 with alice's payments one and two; height 2 with three. Then another peer's
# branch of three blocks, which spends the number of `one` otherwise, has `two`, and has not three. Then two more
# blocks: one with `three`'s number spent otherwise.
story() {
    cp "$BATS_FILE_TMPDIR"/story/* .
    ALICE=$(account alice)
}

setup_file() {
    mkdir "$BATS_FILE_TMPDIR/story"
    cd "$BATS_FILE_TMPDIR/story"
    easy_chain
    cp ledger fork
    printf 'bob 1 one\nbob 2 two\n' | paid alice ledger >early
    mined_with ledger 1 alice <early | ledger-append -q
    echo 'bob 3 three' | paid alice ledger >three
    mined_with ledger 1 alice <three | ledger-append -q
    cp ledger before
    { echo 'alice 1 other' | paid alice fork && sed 1d early; } | mined_with fork 3 bob >theirs
    ledger-append -q <theirs 2>/dev/null
    cp ledger middle
    mined ledger 1 miner | ledger-append -q
    echo 'bob 9 late' | paid alice ledger >late
    mined_with ledger 1 miner <late | ledger-append -q
    cp ledger after
    rm ./*.index # it is one file's, and would be made anew for a copy
}

# The events of a look, their ids apart: the first word and the numbers.
events() { # OPTIONS...
    ledger-watch -1 "$@" | awk '{ line = $1; for (i = 2; i <= NF; i++) if (length($i) < 20) line = line " " $i; print line }'
}

# signed WHO HEIGHT LEDGER [TIME]
signed() {
    [ -e "$1.key" ] || keygen -s "$1" "$1" >/dev/null 2>&1
    ledger-checkpoint -k "$1.key" -s "$2" -l "$3" -T "${4-1700000100}"
}

# Follows in the background: follow OPTIONS...; `got` is what it prints.
follow() {
    ledger-watch "$@" >got 2>told 3>&- &
    watcher=$!
}

lines() { # FILE COUNT
    [ "$(wc -l <"$1")" -ge "$2" ]
}

# ends STATUS: the watcher does, when it is told to.
ends() {
    local status=0
    kill -TERM "$watcher"
    wait "$watcher" || status=$?
    [ "$status" -eq "$1" ]
}

# --- Reorganisations ------------------------------------------------------------------------------------------

@test "the whole history of a ledger, from the file alone" {
    story
    expect 1 ledger-watch -1 ledger
    [ ! -s "$err" ]
    mapfile -t all < <(ids ledger)
    {
        echo "reorg ledger 2 3 0 ${all[0]} ${all[2]} ${all[5]} $(ledger-chain -s 3 -n 1 | head -n 1 | cut -d ' ' -f 5)"
        echo "doublespend ledger 1 $ALICE 0 $(sed -n 1p early | id) $(sed -n 2p theirs | id)"
        sed -n 1p early
        sed -n 2p theirs
        echo "undone ledger ${all[5]} 3 1 1 1"
        echo "doublespend ledger 5 $ALICE 2 $(id <three) $(id <late)"
        cat three late
    } | diff - "$out"
    # the evidence: of each pair, the second falls
    cp "$out" told
    expect 1 verify told
    [ "$(grep -c 'is spent twice' "$err")" -eq 2 ]
    # the index has no part in it
    rm ledger.index
    ledger-watch -1 ledger | cmp - told
    expect 1 ledger-watch -1 # the ledger is $LEDGER, else ledger
    expect 0 ledger-watch -1 before
    [ ! -s "$out" ]
    LEDGER=before ledger-watch -1
    expect 0 ledger-watch -1 genesis
}

@test "-d: only what undoes more blocks, and what that undid" {
    story
    expect 1 ledger-watch -1 -d 1 ledger
    [ "$(wc -l <"$out")" -eq 8 ]
    expect 0 ledger-watch -1 -d 2 ledger
    [ ! -s "$out" ]
}

@test "back and forth: what is made again is no double spend" {
    easy_chain
    cp ledger a && cp ledger b
    echo 'bob 1 one' | paid alice a >one
    echo 'bob 2 two' | paid alice a >two
    mined_with a 1 alice <one | ledger-append -q a
    mined_with b 2 bob <one | ledger-append -q b
    mined a 3 alice | ledger-append -q a
    for part in 'a 1 1' 'b 1 2' 'a 2 3' 'a 4 4'; do
        # shellcheck disable=SC2086 # words
        set -- $part
        blocks "$1" "$2" "$3" | ledger-append -q 2>/dev/null
    done
    events ledger | sed 's/ 17000000[0-9]*$//' >got
    cat <<'END' | diff - got
reorg ledger 1 2 0
undone ledger 1 1 0 0
reorg ledger 2 3 0
undone ledger 1 1 0 0
END
    # blocks that come before their parents' turn, and side branches that win nothing, are no reorganisation
    mined genesis 1 miner | ledger-append -q
    events ledger | sed 's/ 17000000[0-9]*$//' | diff - got
    # spent otherwise, and back: each time it is one
    cp genesis c
    mined_with c 5 bob <two | ledger-append -q c
    blocks c 1 9 | ledger-append -q 2>/dev/null
    mined a 3 miner | ledger-append -q a
    blocks a 5 9 | ledger-append -q 2>/dev/null
    [ "$(events ledger | grep -c '^doublespend ')" -eq 2 ]
}

@test "several ledgers, with names that a field cannot have" {
    story
    mv after 'a b%'
    expect 1 ledger-watch -1 ledger before 'a b%'
    [ "$(grep -c '^reorg ' "$out")" -eq 2 ]
    grep -q '^reorg a%20b%25 2 3 0 ' "$out"
    refute grep -q before "$out"
}

@test "it follows: a reorganisation is told when it comes, to be told to end is no failure" {
    story
    cp before led
    cp genesis quiet
    follow led quiet nowhere
    eventually grep -q '^ledger-watch: nowhere: No such file' told
    [ ! -s got ]
    ledger-append -q led <theirs 2>/dev/null
    eventually lines got 5
    ledger-watch -1 led | diff - got
    # one that is there by now, with all that it holds
    cp after nowhere
    eventually lines got 13
    tail -n 8 got | sed 's/ nowhere / ledger /' | diff - <(ledger-watch -1 ledger)
    # another ledger in its place
    ledger-init -n other -T 1 >other && mv other quiet
    eventually grep -q '^ledger-watch: quiet: replaced by another ledger' told
    ends 0
    [ "$(without_waits told | wc -l)" -eq 2 ]
    for signal in INT HUP; do
        follow led
        eventually lines got 5
        # what a shell starts in the background ignores SIGINT, and goes on to
        [ $signal = INT ] || { kill -$signal "$watcher" && wait "$watcher"; }
        [ $signal = HUP ] || ends 0
    done
}

@test "of peers: what ledger-append is given is watched beside it" {
    story
    follow led
    mkfifo pipe
    ledger-append -q led <pipe 2>/dev/null 3>&- &
    exec 8>pipe
    cat genesis >&8
    blocks ledger 1 5 >&8
    eventually lines got 5
    exec 8>&-
    sed 's/ led / ledger /' got | cmp - <(ledger-watch -1 middle | sed 's/ middle / ledger /')
    ends 0
}

@test "a ledger that cannot be read, or whose signatures are false, is trouble" {
    story
    expect 2 ledger-watch -1 nowhere
    says '^ledger-watch: nowhere: No such file'
    sed '12s/$/x/' ledger >bad
    expect 1 ledger-watch -1 bad # as for every reader
    says '^ledger-watch: bad:1[0-9]: '
    # a tail that is torn is left out, and told
    { cat ledger && printf 'block 9 torn'; } >torn
    expect 1 ledger-watch -1 torn
    says '^torn:[0-9]*: ignored from here on'
    [ "$(wc -l <"$out")" -eq 8 ]
    # a false signature under a right root, put there by hand: readers check none, evidence must
    sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/' three >false
    { cat genesis && mined genesis 1 alice | awk -v root="$(id <false)" '{ $4 = root; $8 = 1; print }'; } >led
    echo 'bob 3 three' | paid alice genesis | sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/' >false
    { cat genesis && mined genesis 1 alice | awk -v root="$(id <false)" '{ $4 = root; $8 = 1; print }' && cat false; } >led
    echo 'bob 4 four' | paid alice genesis | mined_with genesis 2 bob >>led
    expect 1 ledger-watch -1 led
    says 'tx: bad signature'
    refute grep -q '^doublespend\|^tx' "$out"
}

# --- Checkpoints ----------------------------------------------------------------------------------------------

@test "two checkpoints of one key that contradict each other: both lines, which anyone can check" {
    story
    signed ann 1 before 1 >one
    signed ann 1 ledger 2 >other
    signed ann 1 before 3 >same # the same word at another time
    signed ann 2 before >higher
    signed ben 1 ledger >ben
    cat one same higher ben other >cps
    expect 1 ledger-watch -1 -C cps
    {
        echo "conflict $(head -n 1 genesis | id) $(account ann) 1"
        cat one other
    } | diff - "$out"
    cp "$out" told
    verify told | diff - told
    # from stdin, and from several files; said once
    cp "$out" want
    expect 1 ledger-watch -1 -C - <cps
    cmp want "$out"
    cat same one >cps2
    expect 1 ledger-watch -1 -C cps -C cps2 -C - <cps
    cmp want "$out"
    sed '$d' cps >fine
    expect 0 ledger-watch -1 -C fine -C - <fine
    [ ! -s "$out" ]
    expect 1 ledger-watch -1 -C fine -C - <other
    # with ledgers, of which none need be
    expect 1 ledger-watch -1 -C cps before
    cmp want "$out"
    # of different chains, there is no conflict
    ledger-init -n other -T 1 >elsewhere
    mined elsewhere 1 bob | ledger-append -q elsewhere
    signed ann 1 elsewhere >foreign
    expect 0 ledger-watch -1 -C fine -C foreign
}

@test "a forged one is told and proves nothing; other records pass by" {
    story
    signed ann 1 before >one
    signed ann 1 ledger | sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/' >forged
    { cat one names early && echo 'hint of a kind' && cat forged && echo 'two  spaces'; } >cps
    expect 0 ledger-watch -1 -C cps
    {
        echo "cps:$(($(wc -l <cps) - 1)): checkpoint: bad signature"
        echo "cps:$(wc -l <cps): line: fields are split by exactly one space (column 5)"
    } | diff - "$err"
    expect 0 ledger-watch -1 -j 2 -C - <cps
    says '^stdin:[0-9]*: checkpoint: bad signature$'
    { cat one && signed ann 1 ledger | head -c -1; } >cut.cps
    expect 0 ledger-watch -1 -C cut.cps
    says '^cut.cps:2: line: torn'
}

@test "a file may name keys; it must be one that can be read again" {
    story
    signed ann 1 before >one
    signed ann 1 ledger >other
    cat one ann.pub >cps
    expect 1 ledger-watch -1 -C cps -C - <other
    cat one other | diff - <(grep '^checkpoint' "$out")
    expect 2 ledger-watch -1 -C <(cat cps)
    says 'not a regular file \(.-C -. reads a pipe on stdin\)$'
}

@test "it follows: checkpoints as they come, on stdin and in files" {
    story
    signed ann 1 before >one
    signed ann 1 ledger >other
    cp one cps
    mkfifo pipe
    ledger-watch -i 1 -C cps -C - ledger <pipe >got 2>told 3>&- &
    watcher=$!
    exec 8>pipe
    eventually lines got 8
    cat other >&8
    eventually lines got 11
    sed -n '9s/ .*//p' got | diff - <(echo conflict)
    signed ben 1 before >>cps
    signed ben 1 ledger >>cps
    eventually lines got 14
    # half a line on stdin stops nothing
    printf 'checkpoint 1 2' >&8
    cp after led && mv led ledger
    ledger-append -q ledger <<<"$(mined ledger 1 bob)"
    signed cleo 1 before >>cps
    signed cleo 1 ledger >>cps
    eventually lines got 17
    rm cps # one that is gone for a moment may come back
    exec 8>&-
    eventually grep -q '^stdin:2: line: torn' told
    ends 0
    # stdin alone ends it
    expect 1 ledger-watch -C - < <(cat one other)
    expect 0 ledger-watch -C - <one
}

@test "wrong usage; full and closed stdouts" {
    story
    for wrong in '-d -1' '-d x' '-i 0' '-i 86401' '-j 0' '-z' '-C nowhere' '-C .'; do
        # shellcheck disable=SC2086 # words
        expect 2 ledger-watch -1 $wrong ledger
    done
    status=0
    ledger-watch -1 ledger >/dev/full 2>/dev/null || status=$?
    [ "$status" -eq 2 ]
    status=0
    ledger-watch ledger >/dev/full 2>/dev/null || status=$?
    [ "$status" -eq 2 ]
    status=0
    ledger-watch -1 ledger >&- 2>/dev/null || status=$?
    [ "$status" -eq 2 ]
    expect 0 ledger-watch --help
    expect 0 ledger-watch -V
}
