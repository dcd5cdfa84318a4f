load lib/common
load lib/ledger

# verify -x: what it prints is a script that says what verify says, with coreutils and openssl alone. (The slow tests are for
# the plain build: a sanitizer sees as much in the quick ones, and nothing in the shell that runs the scripts.)
#
# BROAD=1 takes all vectors and more mutants, which takes minutes.

NOW=1700100000

setup_file() {
    ONLY=$BATS_FILE_TMPDIR/only
    mkdir "$ONLY"
    for tool in basenc cat cut date expr fold head mkdir mktemp od openssl rm sha256sum sort tac tail tr wc; do
        ln -s "$(command -v $tool)" "$ONLY/$tool"
    done
    export ONLY
}

setup() {
    fresh_folder
    mkdir tmp
    export TMPDIR=$PWD/tmp
}

# Whatever a script met, its folder is gone, and it did nothing that a record told it to.
teardown() {
    [ -z "$(ls tmp)" ] && [ ! -e pwned ]
}

# Runs a script on stdin with a shell that finds nothing but the tools: stdout to `said`, stderr to `told`.
explained() { # SHELL
    local shell
    shell=$(command -v "$1")
    PATH=$ONLY "$shell" >said 2>told
}

# The script says of these what verify does, by the same status: same SHELL [OPTION]... FILE. It ends the
# judging of a block with its first fault, where verify goes on to name the lines of its body that do not hold.
same() {
    local shell=$1 status=0 got=0
    shift
    verify -qv "$@" 2>want </dev/null || status=$?
    sed -i '/^verify: /d' want # what it says besides, for a person
    verify -x "$@" >script 2>besides </dev/null
    [ ! -s besides ]
    explained "$shell" <script || got=$?
    awk 'NR == FNR { told[$0]; next } ($0 in told) || !/:[0-9]+: (tx|line|vote|attest): /' told want >shared
    if [ $got -ne $status ] || ! cmp -s shared told; then
        echo "$shell: status $got, expected $status: $*"
        diff want told
        return 1
    fi
}

# What sanitizers see of the slow tests below.
@test "every vector gets a whole script" {
    for file in "$VECTORS"/good/*.ledger "$VECTORS"/v2/good/*.ledger "$VECTORS"/v2/bad/{b,p,sp,sta}*.ledger \
        "$VECTORS"/seals/good/{a,s}*.ledger "$VECTORS"/seals/bad/{accuse-,bft,finality-s,r}*.ledger; do
        verify -x "$file" >script
        [ "$(tail -n 1 script)" = that_is_all ] || { echo "$file" && tail -n 3 script && return 1; }
    done
}

# What holds, by the line that it begins in.
held() {
    grep -c ': holds$' said
}

# bats test_tags=thorough
@test "a ledger: every vector that is good, and every rule that a bad one breaks" {
    local file
    for file in "$VECTORS"/good/{fork,retarget}.ledger; do
        same dash "$file"
        [ "$(held)" -eq "$(grep -c '^block ' "$file")" ]
    done
    for file in "$VECTORS"/bad/{signature-s*,small-order*,overspend-by-wrap,nul-byte,root-m*,easy-t*,block-twice,torn*}.ledger; do
        same dash "$file"
    done
    same bash "$VECTORS/good/reorg.ledger"
    same bash "$VECTORS/bad/replayed-seq.ledger"
}

# bats test_tags=slow
@test "a ledger: batches, sponsors, policies, account forms, fees by length" {
    local file
    for file in "$VECTORS"/v2/good/{batch-three-*,sponsor-may-*,policy-after-and-*,bytefee-sponsor-*}.ledger; do
        same dash "$file"
        [ "$(held)" -eq "$(grep -c '^block ' "$file")" ]
    done
    for file in "$VECTORS"/v2/bad/{batch-257,batch-order-counts,bytefee-one-under,policy-after-one-block-early,policy-preimage-wrong,policy-signers-descending,policy-account-not-allowed-as-to,sponsor-is-from,sponsor-signature-by-another,rule-allow-unknown}.ledger; do
        same dash "$file"
    done
    same bash "$VECTORS/v2/good/policy-2-of-3-ac.ledger"
    same bash "$VECTORS/v2/bad/sponsor-pays-the-fee-but-not-the-amount.ledger"
    # against a ledger: its rules are read from its own lines
    file=$VECTORS/v2/good/sponsor-seq-stays.ledger
    head -n 16 "$file" | sed '/^block 1 /,$d' >short
    sed -n '/^tx /p' "$file" >txs
    same dash -l short txs
}

# By an openssl from 3.5 on, or by sha256sum, with awk and split.
# bats test_tags=slow,thorough
@test "signatures of SLH-DSA" {
    local ONLY=$PWD/more tool
    cp -R "$BATS_FILE_TMPDIR/only" more
    for tool in awk mv split; do
        ln -s "$(command -v $tool)" "more/$tool"
    done
    [ -z "${BROAD-}" ] || same dash "$VECTORS/v2/good/slh-dsa-in-policy.ledger"
    grep '^tx .* sponsor s' "$VECTORS/v2/good/slh-dsa-sponsor.ledger" >tx
    same bash tx
    sed 's/.\{9\}$/000000000/' tx >forged
    same dash forged
    if ! openssl list -signature-algorithms | grep -q SLH-DSA-SHA2-128s; then
        rm more/split
        verify -x tx >script
        status=0
        explained dash <script || status=$?
        [ "$status" -eq 2 ]
        grep -qx 'explain: split: not found' told
    fi
}

# bats test_tags=slow
@test "a ledger: the root of a state line is made again from the accounts that the script has" {
    same dash "$VECTORS/v2/good/state-every-third.ledger"
    for file in "$VECTORS"/v2/bad/state-{wrong-root,wrong-count,wrong-height,not-due,missing,line-without-rule,after-tx}.ledger; do
        same dash "$file"
    done
    # not in what is held to a ledger, whose accounts the script has not
    cp "$VECTORS/v2/good/state-every-third.ledger" ledger
    sed -n '/^block 3 /,/^block 4 /{/^block 4 /!p}' ledger >block
    head -n "$(($(grep -n '^block 3 ' ledger | cut -d : -f 1) - 1))" ledger >short
    verify -q -l short block
    verify -x -l short block >script
    status=0
    explained dash <script || status=$?
    [ "$status" -eq 2 ]
    grep -q '^explain: line 2: the root of a state line is made again only in the explanation of a whole ledger$' told
}

# bats test_tags=slow
@test "chains with members: sets, turns, votes, stakes, accusations, attest lines, what is final, the state" {
    for file in "$VECTORS"/seals/good/{bft-joiner-seals-at-h-plus-2,slash-rounds-each-sum-down}.ledger; do
        same dash "$file"
        [ "$(held)" -eq "$(grep -c '^block ' "$file")" ]
    done
    same bash "$VECTORS/seals/bad/finality-source-with-exactly-two-thirds.ledger"
    for file in accuse-proposals-of-two-rounds sign-five-members-grandparent; do
        same dash "$VECTORS/seals/bad/$file.ledger"
    done
}

# bats test_tags=thorough,slow
@test "chains with members: the other vectors, or one in five of them" {
    local n=0 file
    for file in "$VECTORS"/seals/{bad,good}/*.ledger; do
        [[ $file != */*-100[01]* ]] || continue
        [ -n "${BROAD-}" ] || [ $((n++ % 5)) -eq 0 ] || continue
        same "$([ $((n % 4)) -eq 0 ] && echo bash || echo dash)" "$file"
    done
}

@test "what members sign by themselves; held to a ledger, the script does not know who is a member" {
    file=$VECTORS/seals/good/bft-all-votes.ledger
    grep '^vote ' "$file" | head -n 2 >votes
    sed 's/ precommit / postcommit /; s/^\(vote [0-9a-f]* \)/\1/' votes >mix
    sed '1s/0$/x/; 1s/[1-9a-f]$/0/; 1s/x$/1/; 2s/ 1 0 / 1 00 /' votes | cat votes mix - >lines
    grep '^attest ' "$VECTORS/seals/good/finality-final.ledger" | head -n 1 >>lines
    awk '{ print $1, $2, $3, $4, "1x", $6, $7, $8 }' votes | sed 's/^vote/proposal/' >>lines
    same dash lines
    [ "$(held)" -eq 3 ]
    cp "$file" ledger
    status=0
    verify -x -l ledger votes | explained dash || status=$?
    [ "$status" -eq 2 ]
    grep -q '^explain: line 1: whether its key is that of a member is found again only in' told
}

@test "proofs of the state: every vector, and each of them with a character changed" {
    cat "$VECTORS"/state/{good,bad}/* >lines
    awk 'BEGIN { srand(7) } { print; n = 1 + int(rand() * 9)
        if ($n ~ /^[0-9a-z]+$/) { $n = substr($n, 1, length($n) - 1) (n % 2 ? "x" : "1"); print } }' lines >mixed
    same dash mixed
    [ "$(held)" -ge "$(find "$VECTORS/state/good" -type f | wc -l)" ]
    grep -q 'not lead to its root' told
    grep -q 'is not on the way' told
    cp "$VECTORS/v2/good/state-every-third.ledger" ledger
    ledger-proof -a 524764ce9a3979c8304a48bdea842b79ea1950175340e387623fbf2fa73548db | tail -n 1 >proof
    same bash -l ledger proof
    [ "$(held)" -eq 1 ]
}

# bats test_tags=slow
@test "a ledger: the other vectors" {
    local file
    [ -n "${BROAD-}" ] || skip 'BROAD=1 asks for it'
    for file in "$VECTORS"/{good,bad,v2/good,v2/bad}/*.ledger; do
        [[ $file != *slh-dsa* ]] || continue
        same dash "$file"
        same bash "$file"
    done
}

# bats test_tags=slow
@test "a ledger: what somebody broke" {
    local file count=3
    [ -z "${BROAD-}" ] || count=500
    [ -x "$BIN/.t/mutate" ] || skip 'mutate is not built'
    mkdir mutants
    "$BIN/.t/mutate" -a -k "$VECTORS/keys" -T $NOW -s 1 -n $count -o mutants "$VECTORS"/good/{fork,linear}.ledger
    for file in mutants/*; do
        same dash -T $NOW "$file"
    done
}

# A chain of some blocks, and records to judge by it.
records() {
    easy_chain
    paid alice ledger <<<'bob 25 lunch' >first
    ledger-append -q <<<"$(mined_with ledger 1 miner <first)"
    { paid alice ledger <<<'bob 5 tea' && paid bob ledger <<<'alice 3 %27back%25'; } >two
    mined_with ledger 1 miner <two >block
    paid alice ledger <<<'bob 6 cake' >rival
}

@test "loose records, and records held to a ledger" {
    records
    {
        cat names first two rival
        sed 's/ 5 tea/ 6 tea/' two
        cut -d ' ' -f 1-9 first
        sed 's/^tx ./tx z/' first
        printf '%s\n' 'rule name x' 'member x 1' 'grant 1' 'key x y' 'hint of more' 'proof 1 2 3' 'block x' 'peer a b c d e' 'two  spaces' ''
        cat block
        sed 's/ 3 %27/ 4 %27/' block
        head -n 1 ledger
    } >mix
    same dash mix
    [ "$(held)" -ge 8 ]
    same dash -T $NOW -l ledger mix
    grep -q ': holds$' said
    grep -q 'tx: seq 0, expected 1; .* at line 12 of the ledger' told
}

@test "a block and a transaction show where in the ledger their parents are" {
    records
    same bash -T $NOW -l ledger block
    grep -q '^block:1: holds$' said
    parent=$(tail -n 2 ledger | head -n 1 | id)
    grep -q "^# Its parent is line 11 of the ledger" script
    grep -q "^set -- \$(ledger_line 11)\$" script
    grep -q "$parent" script
    same dash -T $NOW -l ledger rival
    grep -q "^# The sender's last transaction on the best chain is line 12 of the ledger" script
    # another ledger has other lines
    verify -x -T $NOW -l ledger rival >script
    sed -i 's/ 25 lunch/ 26 lunch/' ledger
    status=0
    explained dash <script || status=$?
    [ $status -eq 2 ]
    grep -q 'ledger: line 12 has changed meanwhile' told
}

@test "a proof, step by step, by the header that the ledger has" {
    command -v ledger-proof >/dev/null || skip 'there is no ledger-proof'
    records
    ledger-append -q <block
    sed -n 2p two | id >wanted
    ledger-proof "$(cat wanted)" | grep '^proof' >proof
    { cat proof && sed 's/.$/x/; s/[1-9a-f]x$/0/; s/x$/1/' proof && sed 's/ [^ ]*$//' proof && sed 's/ 2 1 / 3 1 /' proof; } >proofs
    same dash -l ledger proofs
    [ "$(held)" -eq 1 ]
    same dash proofs
}

# A command that needs no program, where scripts have their folder: tmp/X/stream.
# shellcheck disable=SC2016 # what nobody must expand
@test "nothing in a record, or in a name, gets out of its quotes" {
    local do='>../../../pwned' name
    records
    {
        printf '%s\n' "hint ';$do;'" 'hint $('"$do)" "hint '\$($do)'" 'hint "`'"$do"'`"' "key ';$do;' pwned" "hint '\"\$($do)" \
            "tx ' ;$do; # 4 5 6 7 8 9 0" "proof ' ' ' ' ' '" "hint \\ '" "hint '\\''" 'hint %s%n\n\0' \
            "block ' ' ' ' ' ' ' '" "rule ';$do;' x" "!! # '" "#'" "peer ' ' ':;$do;:1 0 x"
        printf "hint \\001\\002'\\n;%s\\n" "$do"
        printf "hint \\000'\\000;%s\\n hint\\nhint \\n\\011x\\r\\n\\303\\251'\\377\\n" "$do"
        sed "s|lunch|';$do|" first
        printf "hint '\n;%s\n'" "$do"
    } >nasty
    do='>$here${here%${here#?}}pwned' # a name has no /
    name="; $do
'\$($do)\`$do\`\\"
    cp nasty "$name"
    cp ledger "l'\$(x)"
    same dash nasty
    same bash -l ledger nasty
    same dash "$name"
    same bash "$name"
    same dash -l "l'\$(x)" first
}

@test "a record too long for a line, and a file without a record" {
    easy_chain
    { cat names && head -c 70000 /dev/zero | tr '\0' x && echo && cat names; } >long
    same dash long
    : >empty
    same dash empty
    same dash -l ledger empty
}

@test "no secret key gets into a script" {
    easy_chain
    secret=$(sed -n 2p alice.key)
    head -c 110 alice.key >torn
    sed 's/$/\r/' alice.key >crlf
    { cat names alice.key names && printf '%s' "${secret%????}"; } >mixed
    for file in alice.key torn crlf mixed; do
        same dash "$file"
        ! grep -q "${secret:20:20}" script || { echo "$file" && false; }
    done
    printf 'key %s\n' "$secret" | cat - alice.key >late
    same dash late
}

@test "stdin, several files, and a compressed one" {
    records
    gzip -k ledger
    same dash first ledger ledger.gz "$VECTORS/bad/blank-line.ledger"
    verify -x <ledger | explained dash
    grep -q '^stdin:1: holds$' said
    printf 'key\n' | verify -x - >script
    status=0
    explained dash <script || status=$?
    [ "$status $(cat told)" = '1 stdin:1: key: 1 fields, expected 3' ]
}

@test "the clock is the one at the time of the script, or -T" {
    records
    time=$(cut -d ' ' -f 5 block | head -n 1)
    same dash -T $((time - 60)) -l ledger block
    same dash -T $((time - 200)) -l ledger block
    grep -q 'ahead of the clock' told
    verify -x -l ledger block | grep -q "^now=\$(date +%s)\$"
}

# bats test_tags=slow
@test "a script that is cut short, or tampered with, has no verdict that holds" {
    local bytes size
    records
    cat first two >payments
    verify -x payments >whole
    size=$(wc -c <whole)
    for bytes in 2 6 12 13 20 100 1000 3000; do
        head -c $((size - bytes)) whole >script
        status=0
        explained dash <script || status=$?
        [ $status -eq 2 ]
    done
    # other values than the record has
    sed "s/^record 'tx \(.*\) 25 lunch/record 'tx \1 26 lunch/" whole >script
    status=0
    explained dash <script || status=$?
    [ $status -eq 2 ]
    sed 's/ 25 lunch/ 26 lunch/' whole >script
    status=0
    explained dash <script || status=$?
    [ $status -ne 0 ]
}

# Runs a script on stdin: it must say something, and end with 2.
void() { # SHELL...
    local got=0
    "$@" >said 2>told || got=$?
    [ $got -eq 2 ] && [ -s told ]
}

# bats test_tags=thorough
@test "a script that is cut anywhere, or was never written, says so and ends with 2" {
    local i lines size step
    records
    verify -x first >script
    lines=$(wc -l <script) size=$(wc -c <script)
    for ((i = 1; i < lines; i += i < 45 ? 1 : 5)); do
        head -n $i script >part
        void dash <part || { echo "dash: $(head -n 3 told) after $i of $lines lines" && false; }
    done
    for ((i = 1; i < size - 1; i += i < 150 ? 3 : 331)); do
        head -c $i script >part
        void dash <part || { echo "dash: $(head -n 3 told) after $i of $size bytes" && false; }
    done
    for shell in bash mksh zsh ksh93 yash 'busybox sh'; do
        # shellcheck disable=SC2086 # words
        has_shell $shell || continue
        for i in 1 2 40 120 $((lines - 2)); do
            head -n $i script >part
            # shellcheck disable=SC2086
            void $shell <part || { echo "$shell: $(head -n 3 told) after $i of $lines lines" && false; }
        done
    done
    for wrong in nothing 'first nothing' '-l nothing first' '-T never first' '-T x' '-H' '-C names' '-u first' '--no-such' \
        '-j 0 first' .; do
        # shellcheck disable=SC2086
        refute verify -x $wrong >script 2>besides
        void dash <script || { echo "verify -x $wrong: $(cat told)" && false; }
        grep -q 'cut short: it gives no verdict$' told
    done
    void dash < <(verify -T never -x first 2>besides)
}

# A shell by its words, where it is installed.
has_shell() { # WORD...
    command -v "$1" >/dev/null && { [ "$1" != busybox ] || busybox sh -c : 2>/dev/null; }
}

# bats test_tags=thorough
@test "every shell gives the right verdict, or refuses with a word" {
    local shell want file
    for shell in dash bash 'bash --posix' mksh lksh ksh93 posh yash zsh 'zsh --emulate sh' 'busybox sh'; do
        # shellcheck disable=SC2086 # words
        has_shell $shell || continue
        while read -r want file; do
            [ "$shell" != mksh ] || want=2 # it counts with 32 bits
            verify -x -T 1700000200 "$VECTORS/cases/$file.ledger" >script
            # shellcheck disable=SC2086
            run_apart $shell <script
            [ "$status" -eq "$want" ] || { echo "$shell: $status of $file" && cat "$err" && false; }
            [ "$want" -ne 2 ] || says '^explain: this shell does not count to 2\^63'
        done <<<$'0 big-amounts\n1 forged-minfee-2to32'
    done
}

# bats test_tags=slow
@test "a tool that computes wrongly is refused by name" {
    records
    verify -x first >script
    cp -R "$ONLY" mine
    while read -r tool commands; do
        rm "mine/$tool"
        printf '#!%s\n%s\n' "$(command -v dash)" "${commands//REAL/$(command -v "$tool")}" >"mine/$tool"
        chmod +x "mine/$tool"
        PATH=$PWD/mine run_apart "$(command -v dash)" script
        [ "$status" -eq 2 ] || { echo "$tool: $status with $commands" && false; }
        says "^explain: (.*[ ,])?${tool}[ ,:]"
        rm "mine/$tool" && cp -P "$ONLY/$tool" mine
    done <<'END'
openssl exit 0
openssl exit 1
openssl echo Signature Verification Failure; exit 1
openssl case $* in *rawin*) echo unknown option -rawin; exit 1 ;; esac; exec REAL "$@"
sha256sum cat >/dev/null; echo 0000  -
expr case $* in *????????????????????*) echo out of range >&2; exit 3 ;; esac; exec REAL "$@"
sort exec REAL -g "$@"
od echo 0a
tac exec cat
fold exec cat
END
}

# bats test_tags=slow
@test "a script dies of the signals that end it, and leaves no folder behind" {
    verify -x "$VECTORS/good/retarget.ledger" >script
    while read -r shell signal number; do
        command -v "$shell" >/dev/null || continue
        status=0
        while [ "$status" -eq 0 ]; do # on a busy machine it may be over before the signal
            setsid env --default-signal=HUP,INT,QUIT,PIPE,TERM "$shell" script >said 2>&1 3>&- &
            eventually runs_or_is_over $!
            kill "-$signal" -- -$! 2>/dev/null || :
            wait $! || status=$?
        done
        [ "$status" -eq $((128 + number)) ] && [ -z "$(ls tmp)" ]
    done <<<$'dash HUP 1\ndash INT 2\ndash QUIT 3\ndash PIPE 13\ndash TERM 15\nbash QUIT 3\nzsh HUP 1'
}

runs_or_is_over() { # PID
    ls tmp/*/stream/all >/dev/null 2>&1 || ! kill -0 "$1" 2>/dev/null
}

# bats test_tags=slow
@test "a reader that leaves ends a script without a word" {
    records
    cat first first first first first first >many
    verify -x many >script
    { dash script 2>told || echo $? >left; } | head -n 1 >said
    [ "$(cat left)" -eq 141 ] && [ ! -s told ]
}

# bats test_tags=slow
@test "wherever TMPDIR leads, and whatever the environment brings" {
    records
    verify -x first >script
    mkdir 'with  space' ./-x "l'\$(x)"
    for folder in tmp ./tmp 'with  space' -x "l'\$(x)" ''; do
        TMPDIR=$folder expect 0 dash script
        [ ! -s "$err" ] && { [ -z "$folder" ] || [ -z "$(ls -- "$folder")" ]; }
    done
    for folder in nowhere nowhere/deeper script; do
        TMPDIR=$folder expect 2 dash script
        says "^explain: cannot make a temporary folder in $folder\$"
    done
    for setting in SHELLOPTS=noclobber SHELLOPTS=errexit SHELLOPTS=allexport IFS=1 POSIXLY_CORRECT=1 LC_ALL=C.UTF-8 CDPATH=/:.; do
        expect 0 env "$setting" bash script
    done
    expect 0 dash -e script
    # and a disk that is full
    unshare -m true 2>/dev/null || skip 'no file system can be mounted here'
    for blocks in 1 2 5 8; do
        # shellcheck disable=SC2016 # another shell's
        expect 2 unshare -m sh -c 'mount -t tmpfs -o size=$((4096 * $1)) full "$TMPDIR" && exec dash script' - $blocks
        [ -s "$err" ]
    done
}

# bats test_tags=slow
@test "a file that has changed since is told; one that is not there, too" {
    records
    verify -x first >script
    mv first away
    explained dash <script
    grep -q 'first: is not here to compare' said
    cp two first
    status=0
    explained dash <script || status=$?
    [ $status -eq 2 ]
    grep -q 'first: has changed meanwhile' told
}

@test "trouble has status 2" {
    records
    expect 2 verify -x nothing
    run_apart sh -c 'verify -x first >/dev/full'
    [ "$status" -eq 2 ]
    says 'stdout: No space left'
    verify -x first >script
    run_apart sh -c 'dash script >/dev/full'
    [ "$status" -eq 2 ]
    says 'stdout: cannot be written'
    rm "$ONLY/openssl"
    status=0
    explained dash <script || status=$?
    ln -s "$(command -v openssl)" "$ONLY/openssl"
    [ "$status" -eq 2 ]
    grep -q 'openssl: not found' told
    expect 2 verify -x -u first
    says 'not with'
    expect 2 verify -x -H first
    expect 2 verify -x -C names first
}
